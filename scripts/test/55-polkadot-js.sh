#!/usr/bin/env bash
# what Polkadot.js Apps would show, and a transfer, through @polkadot/api
# Limit: 300 s
# Needs: build
set -euo pipefail
source scripts/env.sh

NODE_PATH=$(scripts/setup/node-modules.sh scripts/polkadot-js)
export NODE_PATH
SCRATCH=$(mktemp -d)
LOG=${CHAINFLIX_TEST_LOGS:-$SCRATCH}/polkadot-js-node.log
NODE=$CHAINFLIX_BIN/chainflix-node
[[ -x $NODE ]] || fail "chainflix-node is not built: run scripts/build.sh"

: >"$LOG"
# Port 0 lets the system choose; the node writes to its log which one it got.
"$NODE" --dev --tmp --rpc-port 0 --no-prometheus --no-telemetry --no-mdns --verifier-port 0 \
    --listen-addr /ip4/127.0.0.1/tcp/0 >"$LOG" 2>&1 &
PID=$!
# shellcheck disable=SC2317 # called by the trap
finish() {
    kill -TERM "$PID" 2>/dev/null || true
    wait "$PID" 2>/dev/null || true
    rm -rf "$SCRATCH"
}
trap finish EXIT

ADDRESS=
for ((attempt = 0; attempt < 120; attempt++)); do
    ADDRESS=$(sed -n 's/.*Running JSON-RPC server: addr=\(127\.0\.0\.1:[0-9]*\).*/\1/p' "$LOG" | head -n 1)
    [[ -z $ADDRESS ]] || break
    kill -0 "$PID" 2>/dev/null || fail "the node ended before it served RPC: $(tail -n 3 "$LOG")"
    sleep 0.5
done
[[ -n $ADDRESS ]] || fail "the node served no RPC within 60 s: $(tail -n 3 "$LOG")"

node scripts/polkadot-js/apps.js "ws://$ADDRESS"
