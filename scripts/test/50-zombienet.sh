#!/usr/bin/env bash
# four validators as separate processes, started by zombienet: they meet and finalize
# Limit: 420 s
# Needs: build
set -euo pipefail
source scripts/env.sh

MODULES=$(scripts/setup/node-modules.sh zombienet)
SCRATCH=$(mktemp -d)
NODES=$SCRATCH/nodes
LOGS=${CHAINFLIX_TEST_LOGS:-$SCRATCH}/zombienet

# shellcheck disable=SC2317 # called by the trap
finish() {
    cp "$NODES"/*.log "$LOGS/" 2>/dev/null || true
    rm -rf "$SCRATCH"
}
trap finish EXIT

# zombienet finds the node by its name.
export PATH=$CHAINFLIX_BIN:$PATH
command -v chainflix-node >/dev/null || fail "chainflix-node is not built: run scripts/build.sh"

# Its own output is long and coloured: all of it goes to the logs, the assertions to the screen.
mkdir -p "$LOGS"
"$MODULES/.bin/zombienet" --logType text --provider native --dir "$NODES" --force test zombienet/smoke.zndsl 2>&1 |
    sed -u 's/\x1b\[[0-9;]*m//g' | tee "$LOGS/zombienet.log" | grep --line-buffered -E '✅|❌|rror:|Result:'
