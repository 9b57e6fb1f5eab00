#!/usr/bin/env bash
# the demo, from a video file to paid accounts, and the web player that it leaves up, in a real browser
# Limit: 720 s
# Needs: build
set -euo pipefail
source scripts/env.sh

NODE_PATH=$(scripts/setup/node-modules.sh client/web)
export NODE_PATH
(cd client/web && npm test --silent)

LOGS=${CHAINFLIX_TEST_LOGS:-}
SCRATCH=$(mktemp -d)
DEMO=
# shellcheck disable=SC2317 # called by the trap
finish() {
    local code=$?
    trap - EXIT INT TERM
    # It stops what it started when it is told to.
    if [[ -n $DEMO ]] && kill -TERM "$DEMO" 2>/dev/null; then wait "$DEMO" || true; fi
    if [[ $code -ne 0 && -n $LOGS ]]; then cp "$SCRATCH"/* "$LOGS" 2>/dev/null || true; fi
    rm -rf "$SCRATCH"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "the demo, as a user starts it"
: >"$SCRATCH/demo-output.log"
scripts/demo.sh --json "$SCRATCH/demo.json" >"$SCRATCH/demo-output.log" 2>&1 &
DEMO=$!
tail -n +1 -f --pid="$DEMO" "$SCRATCH/demo-output.log" &
player() { sed -n 's/^the web player: *\(http[^ ]*\)$/\1/p' "$SCRATCH/demo-output.log"; }
until [[ -n $(player) ]]; do
    kill -0 "$DEMO" 2>/dev/null || fail "the demo ended before its web player was up"
    sleep 1
done

# What the demo shows to people, machines read: the names are a promise.
jq -e '
    (.magnet | test("^[0-9a-f]{64}$")) and .cells == 2 and .verifiers == 4
    and .views == {accepted: 2, refused: {}}
    and .bytes.p2p > 1000000 and (.sources | length) >= 2
    and .ttff_ms < 10000 and .stalls >= 0
    and .played_sha256 == .source_sha256
    and (.rounds | length) >= 1
    and all(.rounds[]; (.round | type) == "number" and .blocks == 4 and .approved >= 3 and (.emission | test("^[0-9.]+$"))
        and (.settled | test("^[0-9.]+$")) and (.remainder | test("^[0-9.]+$")))
    and ([.earnings, .claimed] | all(.[]; keys == ["producer", "storage", "supervisor", "verifier", "viewer"]
        and all(.[]; test("^[0-9]+(\\.[0-9]+)?$"))))
    and (.accounts | length) == 10
    and .finalized > 0 and .wall_s > 0
' "$SCRATCH/demo.json" >/dev/null || fail "the demo ended well but saw something else: $(jq -c . "$SCRATCH/demo.json")"
[[ -z $LOGS ]] || cp "$SCRATCH/demo.json" "$LOGS/"

say "its web player in Chromium"
node client/web/test/player.test.js "$(player)" ${LOGS:+"$LOGS/web-player"}

say "its controller's dashboard in Chromium"
CONTROLLER=$(sed -n 's/^ *controller: *\(http[^ ]*\)$/\1/p' "$SCRATCH/demo-output.log")
node client/web/test/dashboard.test.js "${CONTROLLER:?the demo does not say where its controller is}" 3 ${LOGS:+"$LOGS/web-player"}

kill -TERM "$DEMO"
code=0
wait "$DEMO" || code=$?
DEMO=
[[ $code -eq 143 ]] || fail "the demo ended with $code when it was told to stop, instead of 143"
# Bash may say after that which process had to be killed.
grep -qxF "stopping what was started" "$SCRATCH/demo-output.log" || fail "the demo did not stop what it started"
