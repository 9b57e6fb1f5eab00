# shellcheck shell=bash
# Sourced after env.sh and processes.sh: starts a whole network of separate processes on loopback, in the folder $DATA.
#
# Every process gets the mark CHAINFLIX_RUN, by which stop_processes_of_run ends it. Logs are $DATA/NAME.log. The keys
# are those of the `local` preset, which anybody knows: nothing here is for a network that others reach.

NODE=$CHAINFLIX_BIN/chainflix-node
CHAINFLIX=$CHAINFLIX_BIN/chainflix
# The port under which the preset registers the storage controller.
CONTROLLER_PORT=8090

# wait_until SECONDS SENTENCE COMMAND...: repeats the command until it succeeds; fails with the sentence.
wait_until() {
    local seconds=$1 sentence=$2 deadline
    shift 2
    deadline=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        [[ $SECONDS -lt $deadline ]] || fail "$sentence within $seconds s; the logs are in $DATA"
        sleep 0.5
    done
}

# first_match FILE PATTERN: the first match of the pattern's group in a file, if there is one.
first_match() { sed -n "s/.*$2.*/\\1/p" "$1" 2>/dev/null | head -n 1; }
has_match() { [[ -n $(first_match "$1" "$2") ]]; }

# key_file NAME SECRET: writes a key file that only its owner can read, and says its path.
key_file() {
    (umask 077 && printf '%s\n' "$2" >"$DATA/$1.key")
    say "$DATA/$1.key"
}

# start_verifier NAME [OPTION...]: starts one of the preset's verifiers; its folder and network key stay as they are when
# it has run before. Sets RPC_OF[NAME] and PID_OF[NAME], and RPC and BOOTNODE by the first.
declare -A RPC_OF PID_OF
RPC=
BOOTNODE=
start_verifier() {
    local name=$1 address
    shift
    mkdir -p "$DATA/$name"
    if [[ ! -f $DATA/$name/network-key ]]; then
        (umask 077 && "$NODE" key generate-node-key --file "$DATA/$name/network-key" >/dev/null 2>&1)
    fi
    "$NODE" --chain local "--$name" --validator --base-path "$DATA/$name" --node-key-file "$DATA/$name/network-key" \
        --listen-addr /ip4/127.0.0.1/tcp/0 --rpc-port 0 --verifier-port 0 --no-mdns --no-prometheus --no-telemetry \
        ${BOOTNODE:+--bootnodes "$BOOTNODE"} "$@" >"$DATA/$name.log" 2>&1 &
    PID_OF[$name]=$!
    wait_until 60 "the verifier $name did not start" \
        has_match "$DATA/$name.log" 'Running JSON-RPC server: addr=\(127\.0\.0\.1:[0-9]*\)'
    address=$(first_match "$DATA/$name.log" 'Running JSON-RPC server: addr=\(127\.0\.0\.1:[0-9]*\)')
    RPC_OF[$name]=ws://$address
    if [[ -z $RPC ]]; then
        RPC=ws://$address
        BOOTNODE=$(curl -sf -H 'Content-Type: application/json' "http://$address" \
            -d '{"jsonrpc":"2.0","id":1,"method":"system_localListenAddresses","params":[]}' |
            jq -r '[.result[] | select(contains("/ip4/127.0.0.1/tcp/"))][0] // empty')
        [[ -n $BOOTNODE ]] || fail "$name does not say where other verifiers reach it: see $DATA/$name.log"
    fi
}

# chainflix ARGUMENT...: the command, at all verifiers' nodes.
chainflix() {
    CHAINFLIX_CHAIN=$(IFS=,; printf '%s' "${RPC_OF[*]}") "$CHAINFLIX" "$@"
}

verifiers_are_ready() {
    chainflix status --json |
        jq -e --argjson count "$1" '.set_secret_in_force and ([.verifiers[] | select(.endpoint)] | length) == $count'
}
round_is() { [[ $(chainflix status --json | jq .round) -ge $1 ]]; }

# start_controller: starts the storage controller that the preset registers.
start_controller() {
    local key
    # SHA-256 of "chainflix/development/controller", as the preset says.
    key=$(key_file controller "$(printf 'chainflix/development/controller' | sha256sum | cut -d' ' -f1)")
    CHAINFLIX_CHAIN=$(IFS=,; printf '%s' "${RPC_OF[*]}") "$CHAINFLIX" controller --key "$key" \
        --listen "127.0.0.1:$CONTROLLER_PORT" --state "$DATA/controller" >"$DATA/controller.log" 2>&1 &
    PID_OF[controller]=$!
    wait_until 30 "the controller did not start: $(tail -n 1 "$DATA/controller.log")" \
        curl -sf "http://127.0.0.1:$CONTROLLER_PORT/v1/health"
}

# start_storage NAME URI: registers a storage node of the account, if it is not yet, and starts it.
start_storage() {
    local name=$1 key
    key=$(key_file "$name" "$2")
    chainflix storage register --folder "$DATA/$name" --space 1GB --region DE --wallet "$key" --json \
        >"$DATA/$name.json" 2>>"$DATA/$name.log" || fail "$name can't be registered: $(tail -n 1 "$DATA/$name.log")"
    CHAINFLIX_CHAIN=$(IFS=,; printf '%s' "${RPC_OF[*]}") "$CHAINFLIX" storage run --folder "$DATA/$name" \
        --listen /ip4/127.0.0.1/tcp/0 --listen /ip4/127.0.0.1/udp/0/quic-v1 >>"$DATA/$name.log" 2>&1 &
    PID_OF[$name]=$!
}
