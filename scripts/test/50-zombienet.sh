#!/usr/bin/env bash
# four validators as separate processes, started by zombienet: they meet, finalize, and settle a view
# Limit: 420 s
# Needs: build
set -euo pipefail
source scripts/env.sh
source scripts/processes.sh
source scripts/network.sh

# The preset fixes the controller's port. Said now, it saves the minute until the controller would say it.
! (exec 3<>"/dev/tcp/127.0.0.1/$CONTROLLER_PORT") 2>/dev/null ||
    fail "port $CONTROLLER_PORT, where the storage controller has to be, is in use: stop what listens there, perhaps a demo"

MODULES=$(scripts/setup/node-modules.sh zombienet)
SCRATCH=$(mktemp -d)
NODES=$SCRATCH/nodes
LOGS=${CHAINFLIX_TEST_LOGS:-$SCRATCH}/zombienet
export CHAINFLIX_RUN=zombienet-$$-$RANDOM
# Where settled-view.sh, which zombienet starts, puts keys, data and logs.
export CHAINFLIX_CONTENT=$LOGS/content
mkdir -p "$CHAINFLIX_CONTENT"

# shellcheck disable=SC2317 # called by the trap
finish() {
    local code=$?
    trap - EXIT INT TERM
    # shellcheck disable=SC2119 # nothing is spared
    stop_processes_of_run
    cp "$NODES"/*.log "$LOGS/" 2>/dev/null || true
    find "$CHAINFLIX_CONTENT" -mindepth 1 -maxdepth 1 ! -name '*.log' ! -name '*.json' -exec rm -rf {} +
    rm -rf "$NODES"
    if [[ $code -eq 0 || -n ${CHAINFLIX_TEST_LOGS:-} ]]; then rm -rf "$SCRATCH"; else say "the logs are kept in $LOGS" >&2; fi
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Zombienet finds the node by its name.
export PATH=$CHAINFLIX_BIN:$PATH
[[ -x $NODE && -x $CHAINFLIX ]] || fail "chainflix-node or chainflix is not built: run scripts/build.sh"

# Its own output is long and coloured: all of it goes to the logs, the assertions to the screen.
"$MODULES/.bin/zombienet" --logType text --provider native --dir "$NODES" --force test zombienet/smoke.zndsl 2>&1 |
    sed -u 's/\x1b\[[0-9;]*m//g' | tee "$LOGS/zombienet.log" | grep --line-buffered -E '✅|❌|rror:|Result:'
cat "$CHAINFLIX_CONTENT/settled.txt"
