#!/usr/bin/env bash
# the web player in a real browser: a fresh network, a published video, played and proved through the gateway
# Limit: 420 s
# Needs: build
set -euo pipefail
source scripts/env.sh
source scripts/processes.sh
source scripts/network.sh

NODE_PATH=$(scripts/setup/node-modules.sh client/web)
export NODE_PATH
(cd client/web && npm test --silent)
scripts/setup/web-player.sh

LOGS=${CHAINFLIX_TEST_LOGS:-}
DATA=$(mktemp -d)
export CHAINFLIX_RUN=web-player-$$-$RANDOM
# shellcheck disable=SC2317 # called by the trap
finish() {
    local code=$?
    trap - EXIT INT TERM
    # shellcheck disable=SC2119 # nothing is spared
    stop_processes_of_run
    if [[ $code -ne 0 && -n $LOGS ]]; then cp "$DATA"/*.log "$DATA"/*.json "$LOGS" 2>/dev/null || true; fi
    rm -rf "$DATA"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "four verifiers, a storage controller, three storage nodes"
for name in alice bob charlie dave; do start_verifier "$name"; done
wait_until 120 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
start_content StorageA StorageB StorageC

say "a video of 70 s"
test_video "$DATA/test-video.mp4" 70
publish "$DATA/test-video.mp4"

say "its player in Chromium"
chainflix gateway "$MAGNET" --wallet "$VIEWER" --listen 127.0.0.1:0 --json \
    >"$DATA/gateway.json" 2>"$DATA/gateway.log" &
wait_until 30 "the gateway did not start" jq -e .url "$DATA/gateway.json"
node client/web/test/player.test.js "$(jq -r .url "$DATA/gateway.json")" ${LOGS:+"$LOGS/web-player"}
