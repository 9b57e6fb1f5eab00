# shellcheck shell=bash
# shellcheck disable=SC2034 # what functions set is used by the scripts that source this
# Sourced after env.sh and processes.sh: starts a whole network of separate processes on loopback, in the folder $DATA.
#
# Every process gets the mark CHAINFLIX_RUN, by which stop_processes_of_run ends it. Logs are $DATA/*.log. The keys
# are those of the `local` preset, which anybody knows: nothing here is for a network that others reach.

# What the user has set for networks of its own does not hold here.
unset CHAINFLIX_WALLET CHAINFLIX_CONTROLLER CHAINFLIX_CONTROLLER_KEY CHAINFLIX_HLS_JS
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
first_match() { sed -n "s#.*$2.*#\\1#p" "$1" 2>/dev/null | head -n 1; }
has_match() { [[ -n $(first_match "$1" "$2") ]]; }

# key_file NAME SECRET: writes a key file that only its owner can read, and says its path.
key_file() {
    (umask 077 && printf '%s\n' "$2" >"$DATA/$1.key")
    say "$DATA/$1.key"
}

# start_verifier NAME [OPTION...]: starts one of the preset's verifiers, on free ports; again after it was ended, in its
# old folder and on its old ports. Sets RPC_OF, PID_OF, P2P_OF and API_OF of it, RPC to the first one's, and
# CHAINFLIX_CHAIN, by which every command asks any of them. NETWORK names another preset than local, KEYS_OF another
# verifier whose keys it takes.
declare -A RPC_OF PID_OF P2P_OF API_OF STARTS_OF
RPC=
RPC_LINE='Running JSON-RPC server: addr=\(127\.0\.0\.1:[0-9]*\)'
API_LINE='verifier service started api=\(127\.0\.0\.1:[0-9]*\)'
start_verifier() {
    local name=$1 address other log bootnodes=()
    shift
    # Of each start its own log, so that it tells of that start.
    STARTS_OF[$name]=$((${STARTS_OF[$name]:-0} + 1))
    log=$DATA/$name-${STARTS_OF[$name]}.log
    mkdir -p "$DATA/$name"
    if [[ ! -f $DATA/$name/network-key ]]; then
        (umask 077 && "$NODE" key generate-node-key --file "$DATA/$name/network-key" >/dev/null 2>&1)
    fi
    for other in "${!P2P_OF[@]}"; do
        [[ $other == "$name" ]] || bootnodes+=(--bootnodes "${P2P_OF[$other]}")
    done
    address=${P2P_OF[$name]:-/ip4/127.0.0.1/tcp/0}
    "$NODE" --chain "${NETWORK:-local}" "--${KEYS_OF:-$name}" --validator --base-path "$DATA/$name" --node-key-file "$DATA/$name/network-key" \
        --listen-addr "${address%/p2p/*}" --rpc-port "$(port_of "${RPC_OF[$name]:-}")" \
        --verifier-port "$(port_of "${API_OF[$name]:-}")" --no-mdns --no-prometheus --no-telemetry \
        "${bootnodes[@]}" "$@" >"$log" 2>&1 &
    PID_OF[$name]=$!
    wait_until 180 "the verifier $name did not start" verifier_listens "$log"
    RPC_OF[$name]=ws://$(first_match "$log" "$RPC_LINE")
    API_OF[$name]=ws://$(first_match "$log" "$API_LINE")
    P2P_OF[$name]=$(rpc_of "$name" system_localListenAddresses |
        jq -r '[.result[] | select(contains("/ip4/127.0.0.1/tcp/"))][0] // empty')
    [[ -n ${P2P_OF[$name]} ]] || fail "$name does not say where other verifiers reach it: see $log"
    RPC=${RPC:-${RPC_OF[$name]}}
    CHAINFLIX_CHAIN=$(IFS=, && printf '%s' "${RPC_OF[*]}")
    export CHAINFLIX_CHAIN
}
port_of() { printf '%s' "${1:+${1##*:}}" | grep . || say 0; }
# Whether both servers of a verifier are up, by its log.
verifier_listens() { has_match "$1" "$RPC_LINE" && has_match "$1" "$API_LINE"; }
rpc_of() {
    curl -sf --max-time 5 -H 'Content-Type: application/json' "http://${RPC_OF[$1]#ws://}" \
        -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$2\",\"params\":[]}"
}

chainflix() { "$CHAINFLIX" "$@"; }
account_of() { "$CHAINFLIX" keys show "$1" --json | jq -r .account; }

verifiers_are_ready() {
    chainflix status --json |
        jq -e --argjson count "$1" '.set_secret_in_force and ([.verifiers[] | select(.endpoint)] | length) == $count'
}
round_is() { [[ $(chainflix status --json | jq .round) -ge $1 ]]; }

# start_controller: starts the storage controller that the preset registers, with the options in CONTROLLER_OPTIONS.
CONTROLLER_OPTIONS=()
start_controller() {
    local key
    # SHA-256 of "chainflix/development/controller", as the preset says.
    key=$(key_file controller "$(printf 'chainflix/development/controller' | sha256sum | cut -d' ' -f1)")
    "$CHAINFLIX" controller --key "$key" \
        --listen "127.0.0.1:$CONTROLLER_PORT" --state "$DATA/controller" "${CONTROLLER_OPTIONS[@]}" >"$DATA/controller.log" 2>&1 &
    PID_OF[controller]=$!
    wait_until 30 "the controller does not answer" controller_answers_or_ended
    kill -0 "${PID_OF[controller]}" 2>/dev/null ||
        fail "the controller did not start: $(grep error: "$DATA/controller.log")"
}
controller_answers_or_ended() {
    ! kill -0 "${PID_OF[controller]}" || curl -sf "http://127.0.0.1:$CONTROLLER_PORT/v1/health"
}

# register_storage NAME URI: makes a storage node's keys and registers it for the account of the URI, unless it is.
register_storage() {
    local name=$1 key
    key=$(key_file "$name" "$2")
    chainflix storage register --folder "$DATA/$name" --space 1GB --region DE --wallet "$key" --json \
        >"$DATA/$name.json" 2>>"$DATA/$name.log" || fail "$name can't be registered: $(tail -n 1 "$DATA/$name.log")"
}

# start_storage NAME [OPTION...]: starts a registered storage node.
start_storage() {
    local name=$1
    shift
    "$CHAINFLIX" storage run --folder "$DATA/$name" --listen /ip4/127.0.0.1/tcp/0 --listen /ip4/127.0.0.1/udp/0/quic-v1 \
        "$@" >>"$DATA/$name.log" 2>&1 &
    PID_OF[$name]=$!
}

nodes_are_offered() {
    curl -sf "http://127.0.0.1:$CONTROLLER_PORT/v1/nodes" |
        jq -e --argjson count "$1" '[.[] | select(.offered)] | length == $count'
}

# wait_for_all PID...: waits for background jobs; fails when one of them has.
wait_for_all() {
    local pid
    for pid in "$@"; do wait "$pid" || fail "a step failed; the logs are in $DATA"; done
}

# start_content STORAGE...: with verifiers up, starts the controller and storage nodes of the preset's accounts, and has
# the preset's supervisor approve its producer. Sets PRODUCER, VIEWER and SUPERVISOR, their key files.
start_content() {
    local name jobs=()
    PRODUCER=$(key_file producer //Producer)
    VIEWER=$(key_file viewer //Viewer)
    SUPERVISOR=$(key_file supervisor //Supervisor)
    start_controller
    for name in "$@"; do
        register_storage "$name" "//$name" &
        jobs+=($!)
    done
    printf 'the dossier that the producer sealed to its supervisor' >"$DATA/dossier"
    chainflix producer apply --supervisor "$(account_of "$SUPERVISOR")" --dossier "$DATA/dossier" --wallet "$PRODUCER"
    chainflix supervisor approve "$(account_of "$PRODUCER")" --wallet "$SUPERVISOR"
    wait_for_all "${jobs[@]}"
    for name in "$@"; do start_storage "$name"; done
    for name in "$@"; do
        wait_until 60 "the registration of $name did not take effect" round_is "$(jq .from_round "$DATA/$name.json")"
    done
    wait_until 60 "the controller does not offer all storage nodes" nodes_are_offered $#
}

# start_network STORAGE...: the four verifiers of the preset, once they share a set secret, and start_content.
start_network() {
    local name
    for name in alice bob charlie dave; do start_verifier "$name"; done
    wait_until 120 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
    start_content "$@"
}

# start_gateway WALLET [OPTION...]: a gateway of an account. Sets URL, the address that it prints, and GATEWAY, its process;
# $DATA/gateway.log is what it says.
start_gateway() {
    local line='\(http://[^ ]*token=[0-9a-f]*\)'
    # The program itself, not the function of that name: a function runs in a shell of its own, which would be ended in its stead.
    RUST_LOG=warn,chainflix_gateway=info "$CHAINFLIX" gateway --listen 127.0.0.1:0 --wallet "$@" >"$DATA/gateway.log" 2>&1 &
    GATEWAY=$!
    wait_until 30 "the gateway does not say where it is" has_match "$DATA/gateway.log" "$line"
    URL=$(first_match "$DATA/gateway.log" "$line")
}
# end_gateway SIGNAL
end_gateway() {
    kill "-$1" "$GATEWAY"
    wait "$GATEWAY" 2>/dev/null || true
}

# test_video FILE SECONDS: a moving picture with timecode, and a tone.
test_video() {
    ffmpeg -loglevel error -y -f lavfi -i testsrc2=size=640x360:rate=25 \
        -f lavfi -i sine=frequency=440:sample_rate=48000 -t "$2" \
        -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -shortest "$1"
}

# publish VIDEO [OPTION...]: publishes and waits until its views count. Sets MAGNET; $DATA/published.json has the rest.
publish() {
    chainflix publish "$@" --wallet "$PRODUCER" --state "$DATA/publish" --json >"$DATA/published.json"
    MAGNET=$(jq -r .magnet "$DATA/published.json")
    wait_until 60 "the video's registration did not take effect" round_is "$(jq .from_round "$DATA/published.json")"
}
