#!/usr/bin/env bash
# demo.sh [--once] [--json FILE]: starts the network on this machine and shows it at work.
#
# It does its own set-up and build, then starts four verifiers as separate processes on loopback and waits until they
# have announced themselves, share a set secret, and a few rounds are settled with a report of every verifier.
# Publishing, storing and watching are not part of it yet (README.md, "What works").
#
# Without --once the network stays up until Ctrl-C. With --once the script ends by itself, non-zero if anything was
# missing. --json writes what was seen to FILE.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh

ROUNDS=3
ONCE=
JSON=
while [[ $# -gt 0 ]]; do
    case $1 in
    --once) ONCE=yes ;;
    --json)
        [[ $# -ge 2 ]] || fail "--json needs a file to write to"
        JSON=$(realpath -m "$2")
        shift
        ;;
    -h | --help)
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
        exit 0
        ;;
    *) fail "unknown argument '$1': usage: scripts/demo.sh [--once] [--json FILE]" ;;
    esac
    shift
done

say "1/4 set-up: installing what is missing"
scripts/setup.sh
say "2/4 build: the first takes about half an hour on two cores"
scripts/build.sh
NODE_PATH=$(scripts/setup/node-modules.sh scripts/polkadot-js)
export NODE_PATH

NODE=$CHAINFLIX_BIN/chainflix-node
DATA=$(mktemp -d)
export CHAINFLIX_RUN=demo-$$-$RANDOM
# shellcheck disable=SC2317 # called by the trap
finish() {
    local code=$?
    trap - EXIT INT TERM
    say "stopping what was started"
    # shellcheck disable=SC2119 # nothing is spared
    stop_processes_of_run
    if [[ $code -eq 0 || -n ${STAYED:-} ]]; then rm -rf "$DATA"; else say "the logs are kept in $DATA" >&2; fi
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# address_of LOG PATTERN: waits for the first match of PATTERN's group in the log of a node.
address_of() {
    local attempt found
    for ((attempt = 0; attempt < 240; attempt++)); do
        found=$(sed -n "s/.*$2.*/\\1/p" "$1" | head -n 1)
        [[ -z $found ]] || { say "$found" && return; }
        sleep 0.25
    done
    fail "a verifier did not start within 60 s: $(tail -n 3 "$1")"
}

say "3/4 four verifiers"
RPC=
BOOTNODE=
for name in alice bob charlie dave; do
    mkdir -p "$DATA/$name"
    (umask 077 && "$NODE" key generate-node-key --file "$DATA/$name/network-key" >/dev/null 2>&1)
    "$NODE" --chain local "--$name" --validator --base-path "$DATA/$name" --node-key-file "$DATA/$name/network-key" \
        --listen-addr /ip4/127.0.0.1/tcp/0 --rpc-port 0 --verifier-port 0 --no-mdns --no-prometheus --no-telemetry \
        ${BOOTNODE:+--bootnodes "$BOOTNODE"} >"$DATA/$name.log" 2>&1 &
    address=$(address_of "$DATA/$name.log" 'Running JSON-RPC server: addr=\(127\.0\.0\.1:[0-9]*\)')
    say "  $name: ws://$address"
    if [[ -z $RPC ]]; then
        RPC=ws://$address
        BOOTNODE=$(curl -sf -H 'Content-Type: application/json' "http://$address" \
            -d '{"jsonrpc":"2.0","id":1,"method":"system_localListenAddresses","params":[]}' |
            jq -r '[.result[] | select(contains("/ip4/127.0.0.1/tcp/"))][0] // empty')
        [[ -n $BOOTNODE ]] || fail "$name does not say where other verifiers reach it: see $DATA/$name.log"
    fi
done

say "4/4 rounds: each lasts 7.2 s here, and is settled four rounds later"
node scripts/polkadot-js/reports.js "$RPC" "$ROUNDS" ${JSON:+--json "$JSON"}

if [[ -z $ONCE ]]; then
    STAYED=yes
    say "the network stays up until Ctrl-C; Polkadot.js Apps reaches it at $RPC"
    while :; do sleep 3600 & wait $!; done
fi
