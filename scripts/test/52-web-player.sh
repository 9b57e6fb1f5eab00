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

account() { "$CHAINFLIX" keys show "$1" --json | jq -r .account; }
nodes_are_offered() { curl -sf "http://127.0.0.1:$CONTROLLER_PORT/v1/nodes" | jq -e '[.[] | select(.offered)] | length == 3'; }

say "four verifiers, a storage controller, three storage nodes"
for name in alice bob charlie dave; do start_verifier "$name"; done
wait_until 120 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
start_controller
STORAGE=(StorageA StorageB StorageC)
for name in "${STORAGE[@]}"; do start_storage "$name" "//$name"; done
PRODUCER=$(key_file producer //Producer)
SUPERVISOR=$(key_file supervisor //Supervisor)
VIEWER=$(key_file viewer //Viewer)
printf 'a dossier' >"$DATA/dossier"
chainflix producer apply --supervisor "$(account "$SUPERVISOR")" --dossier "$DATA/dossier" --wallet "$PRODUCER"
chainflix supervisor approve "$(account "$PRODUCER")" --wallet "$SUPERVISOR"
for name in "${STORAGE[@]}"; do
    wait_until 60 "the registration of $name did not take effect" round_is "$(jq .from_round "$DATA/$name.json")"
done
wait_until 60 "the controller does not offer all three storage nodes" nodes_are_offered

say "a video of 70 s"
VIDEO=$DATA/test-video.mp4
ffmpeg -loglevel error -f lavfi -i testsrc2=size=640x360:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 \
    -t 70 -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -shortest "$VIDEO"
chainflix publish "$VIDEO" --wallet "$PRODUCER" --state "$DATA/publish" --json >"$DATA/published.json"
wait_until 60 "the video's registration did not take effect" round_is "$(jq .from_round "$DATA/published.json")"

say "its player in Chromium"
RUST_LOG=info chainflix gateway "$(jq -r .link "$DATA/published.json")" --wallet "$VIEWER" --listen 127.0.0.1:0 --json \
    >"$DATA/gateway.json" 2>"$DATA/gateway.log" &
wait_until 30 "the gateway did not start" jq -e .url "$DATA/gateway.json"
node client/web/test/player.test.js "$(jq -r .url "$DATA/gateway.json")" ${LOGS:+"$LOGS/web-player"}
