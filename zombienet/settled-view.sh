#!/usr/bin/env bash
# settled-view.sh: a video is published, watched and its view settled, at the verifiers of a zombienet network.
#
# Zombienet runs a copy of it in the folder of one of its nodes, beside which zombie.json says where all of them are
# reached; the environment says the rest. Ends with one sentence on stderr when something is missing.
set -euo pipefail
# shellcheck source=../scripts/env.sh
source "${CHAINFLIX_ROOT:?is the checkout}/scripts/env.sh"
# shellcheck source=../scripts/processes.sh
source "$CHAINFLIX_ROOT/scripts/processes.sh"
# shellcheck source=../scripts/network.sh
source "$CHAINFLIX_ROOT/scripts/network.sh"

# The folder for keys, data and logs, which is kept.
DATA=${CHAINFLIX_CONTENT:?is the folder for the content network}
mkdir -p "$DATA"

# shellcheck disable=SC2317 # called by the trap
finish() {
    [[ ${#PID_OF[@]} -eq 0 ]] || kill -TERM "${PID_OF[@]}" 2>/dev/null || true
    wait
}
trap finish EXIT

# The commands ask any of the four nodes.
CHAINFLIX_CHAIN=$(jq -r '[.relay[].wsUri] | join(",")' ../zombie.json)
export CHAINFLIX_CHAIN

wait_until 60 "the four verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
start_content StorageA StorageB

# One cell, long enough to earn: a last cell under 5 s does not.
test_video "$DATA/test-video.mp4" 12
publish "$DATA/test-video.mp4" --title "Settled by zombienet"
FIRST_ROUND=$(chainflix status --json | jq .round)

chainflix watch "$MAGNET" --wallet "$VIEWER" --json >"$DATA/watched.json" 2>"$DATA/watch.log" ||
    fail "the video could not be watched: $(tail -n 1 "$DATA/watch.log")"
jq -e '.accepted == 1 and (.refused | length) == 0' "$DATA/watched.json" >/dev/null ||
    fail "the one minute of the video was not accepted: $(jq -c . "$DATA/watched.json")"
jq -e --slurpfile published "$DATA/published.json" '.played_sha256 == $published[0].source_sha256' \
    "$DATA/watched.json" >/dev/null || fail "what was played is not what was published: see $DATA/watched.json"

# A round whose approved blocks hold the one view, and were paid for it.
view_is_settled() {
    chainflix rounds --after "$((FIRST_ROUND - 1))" --limit 100 --json >"$DATA/rounds.json" &&
        jq -e 'any(.[]; .settled_cfx != "0"
            and any(.blocks[]; .approved and .views == 1 and .reward_cfx != "0"))' "$DATA/rounds.json"
}
wait_until 90 "no round was settled with the view in an approved block" view_is_settled
jq -r '.[] | select(.views > 0) | "round \(.round): \(.views) view, \(.approved) of \(.blocks | length) blocks approved, " +
    "\(.reporters | length) verifiers judged them, \(.settled_cfx) of \(.emission_cfx) CFX settled"' \
    "$DATA/rounds.json" >"$DATA/settled.txt"
