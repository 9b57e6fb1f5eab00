#!/usr/bin/env bash
# verifiers-away.sh [--rounds N] [--json FILE]: four verifiers; first one is away for N rounds (14 unless said: ten minutes of production),
# then two at once for half as long: what was accepted is paid, once. Last, both verifiers of one viewer are killed while it
# watches, and it sees the rest. Takes about thirteen minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh

ROUNDS=14
JSON=
while [[ $# -gt 0 ]]; do
    case $1 in
        --rounds) ROUNDS=${2:-} && shift 2 ;;
        --json) JSON=${2:-} && shift 2 ;;
        *) fail "usage: scripts/soak/verifiers-away.sh [--rounds N] [--json FILE]" ;;
    esac
done
# An accepted view waits for a block for 20 rounds at most; it takes four to settle.
[[ $ROUNDS =~ ^[1-9][0-9]*$ && $ROUNDS -le 15 ]] || fail "--rounds is a number from 1 to 15"
# Of the preset, in tenths of a second.
ROUND_TENTHS=72
if [[ -z ${CHAINFLIX_BUILT:-} ]]; then
    scripts/setup.sh --tests
    scripts/build.sh
fi
begin_run verifiers-away
VERIFIERS=(alice bob charlie dave)

settled_rounds() { chainflix rounds --limit 1000 --json | jq 'length'; }
settled_views() { chainflix rounds --limit 1000 --json | jq '[.[].blocks[] | select(.approved) | .views] | add // 0'; }
# seconds_of ROUNDS: how long they take.
seconds_of() { say $((($1 * ROUND_TENTHS + 9) / 10)); }

# watch_all NAME COUNT: as many new viewers watch the video at a time. Adds what was accepted to ACCEPTED; FIRST_OF says by
# whom, as far as the viewers' first verifiers were up.
ACCEPTED=0
declare -A FIRST_OF
watch_all() {
    local name=$1 count=$2 number of jobs=()
    for ((number = 1; number <= count; number++)); do
        "$CHAINFLIX" keys generate "$DATA/$name-$number.key" >/dev/null
        "$CHAINFLIX" watch "$MAGNET" --wallet "$DATA/$name-$number.key" --json \
            >"$DATA/$name-$number.json" 2>"$DATA/$name-$number.log" &
        jobs+=($!)
    done
    wait_for_all "${jobs[@]}"
    FIRST_OF=()
    for ((number = 1; number <= count; number++)); do
        [[ $(jq .accepted "$DATA/$name-$number.json") -eq 1 ]] || fail "viewer $name-$number earned nothing: $(tail -n 1 "$DATA/$name-$number.log")"
        ACCEPTED=$((ACCEPTED + 1))
        of=$(first_match "$DATA/$name-$number.log" 'proved to the verifiers \(cf[^,]*\)')
        FIRST_OF[$of]=$((${FIRST_OF[$of]:-0} + 1))
    done
}

# busiest COUNT: names of the verifiers that accepted most of the last views.
declare -A NAME_OF
busiest() {
    local of
    for of in "${!FIRST_OF[@]}"; do say "${FIRST_OF[$of]} ${NAME_OF[$of]}"; done | sort -rn | head -n "$1" | cut -d' ' -f2
}
end_verifier() {
    disown "${PID_OF[$1]}"
    kill -9 "${PID_OF[$1]}"
}
all_is_settled() { [[ $(settled_views) -ge $ACCEPTED ]]; }

for name in "${VERIFIERS[@]}"; do
    start_verifier "$name"
    NAME_OF[$(account_of "$(key_file "$name" "//${name^}")")]=$name
done
"$CHAINFLIX_BIN/examples/state_check" "${RPC_OF[@]}" >"$DATA/state-check.log" 2>&1 &
CHECK=$!
wait_until 120 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
start_content StorageA StorageB
test_video "$DATA/short.mp4" 12
publish "$DATA/short.mp4"
passed "four verifiers, two storage nodes, a video"

# ---------------------------------------------------------------------------------------------------------------------
# One is killed when it has just accepted views.
watch_all before 6
AWAY=$(busiest 1)
end_verifier "$AWAY"
LEFT_AT=$SECONDS
WAITING=${FIRST_OF[$(account_of "$DATA/$AWAY.key")]}
BEFORE=$(settled_rounds)
passed "$AWAY is killed, of whose $WAITING views none is settled"
watch_all meanwhile 4
while [[ $((SECONDS - LEFT_AT)) -lt $(seconds_of "$ROUNDS") ]]; do sleep 1; done
SETTLED_AWAY=$(($(settled_rounds) - BEFORE))
PAID_AWAY=$(settled_views)
# Those of the last rounds are under way.
[[ $SETTLED_AWAY -ge $((ROUNDS / 2)) ]] || fail "with one of four verifiers away only $SETTLED_AWAY rounds of $ROUNDS were settled"
[[ $PAID_AWAY -gt 0 && $PAID_AWAY -lt $ACCEPTED ]] || fail "$PAID_AWAY of $ACCEPTED views are settled while $AWAY, which accepted $WAITING, is away"
passed "with $AWAY away for $ROUNDS rounds, $SETTLED_AWAY were settled, and $PAID_AWAY of $ACCEPTED views paid"
start_verifier "$AWAY"
BACK_AT=$SECONDS
wait_until 240 "what $AWAY had accepted was not paid after it returned" all_is_settled
[[ $(settled_views) -eq $ACCEPTED ]] || fail "$(settled_views) views were settled, but $ACCEPTED accepted"
ONE_S=$((SECONDS - BACK_AT))
passed "all $ACCEPTED views are paid, $ONE_S s after $AWAY returned"

# ---------------------------------------------------------------------------------------------------------------------
# Two are killed at once: nothing is finalized, so nothing is settled or paid. All goes on when one returns.
watch_all both 6
mapfile -t GONE < <(busiest 2)
for name in "${VERIFIERS[@]}"; do [[ ${#GONE[@]} -eq 2 || $name == "${GONE[0]}" ]] || GONE+=("$name"); done
for name in "${GONE[@]}"; do end_verifier "$name"; done
LEFT_AT=$SECONDS
# Who is asked may show a block that was finalized a moment ago.
sleep "$(seconds_of 1)"
BEFORE=$(settled_rounds)
PAID_BEFORE=$(settled_views)
while [[ $((SECONDS - LEFT_AT)) -lt $(seconds_of $((ROUNDS / 2))) ]]; do
    [[ $(settled_rounds) -eq $BEFORE && $(settled_views) -eq $PAID_BEFORE ]] || fail "rounds are settled while ${GONE[*]} are away"
    sleep 2
done
[[ $PAID_BEFORE -lt $ACCEPTED ]] || fail "all views were settled before ${GONE[*]} were killed: this run shows nothing"
passed "with ${GONE[*]} away for $((ROUNDS / 2)) rounds, nothing was settled, and $PAID_BEFORE of $ACCEPTED views are paid"
start_verifier "${GONE[0]}"
BACK_AT=$SECONDS
goes_on() { [[ $(settled_rounds) -gt $BEFORE ]]; }
wait_until 240 "no round was settled after ${GONE[0]} returned" goes_on
GOES_ON_S=$((SECONDS - BACK_AT))
passed "rounds are settled again $GOES_ON_S s after ${GONE[0]} returned"
start_verifier "${GONE[1]}"
BOTH_AT=$SECONDS
wait_until 240 "not all of $ACCEPTED accepted views were paid after ${GONE[*]} returned" all_is_settled
[[ $(settled_views) -eq $ACCEPTED ]] || fail "$(settled_views) views were settled, but $ACCEPTED accepted"
TWO_S=$((SECONDS - BOTH_AT))
passed "all $ACCEPTED views are paid, $TWO_S s after both returned"

# ---------------------------------------------------------------------------------------------------------------------
# Both verifiers of one viewer are killed while it watches, and nobody else's word is final either. It sees the whole video: the second
# minute's keys come from the other two. What it is told is why it does not earn.
test_video "$DATA/longer.mp4" 80
publish "$DATA/longer.mp4"
"$CHAINFLIX" keys generate "$DATA/alone.key" >/dev/null
"$CHAINFLIX" watch "$MAGNET" --wallet "$DATA/alone.key" --json >"$DATA/alone.json" 2>"$DATA/alone.log" &
ALONE=$!
wait_until 30 "the viewer does not say which its verifiers are" has_match "$DATA/alone.log" '\(minutes are proved to the verifiers\)'
mapfile -t GONE < <(sed -n 's/^minutes are proved to the verifiers //p' "$DATA/alone.log" | grep -o 'cf[0-9A-Za-z]*' |
    while read -r account; do say "${NAME_OF[$account]}"; done)
[[ ${#GONE[@]} -eq 2 ]] || fail "the viewer has other verifiers than two: $(head -n 1 "$DATA/alone.log")"
is_under_way() { [[ $(grep -c '^playing' "$DATA/alone.log") -ge 2 ]]; }
wait_until 60 "the viewer does not play" is_under_way
for name in "${GONE[@]}"; do end_verifier "$name"; done
# It ends with an error, for nothing of it earns.
! wait "$ALONE" || fail "a minute of a viewer without verifiers was accepted: $(head -n 1 "$DATA/alone.json")"
jq -s -e --slurpfile published "$DATA/published.json" '.[0] | .played_sha256 == $published[0].source_sha256 and .stalls == 0 and .accepted == 0
    and (.refused | has("NoVerifierReachable"))' "$DATA/alone.json" >/dev/null ||
    fail "with both its verifiers away the viewer saw otherwise: $(head -c 600 "$DATA/alone.json") $(tail -n 3 "$DATA/alone.log")"
passed "a viewer whose verifiers ${GONE[*]} were both killed saw all 80 s without a stall, and was told why it does not earn"
for name in "${GONE[@]}"; do start_verifier "$name"; done
STOOD=$(settled_rounds)
goes_on_again() { [[ $(settled_rounds) -gt $STOOD ]]; }
wait_until 240 "no round was settled after ${GONE[*]} returned" goes_on_again
kill -0 "$CHECK" 2>/dev/null || fail "an invariant does not hold: $(tail -n 1 "$DATA/state-check.log")"

jq -n --argjson rounds "$ROUNDS" --argjson settled "$SETTLED_AWAY" --argjson paid_away "$PAID_AWAY" --argjson accepted "$ACCEPTED" \
    --argjson waiting "$WAITING" --argjson one "$ONE_S" --argjson goes_on "$GOES_ON_S" --argjson two "$TWO_S" '{
    one_away_rounds: $rounds, one_away_rounds_settled: $settled, one_away_views_waiting: $waiting, one_away_views_paid: $paid_away,
    one_back_all_paid_s: $one, two_away_rounds: ($rounds / 2 | floor), two_away_rounds_settled: 0, one_of_two_back_settles_s: $goes_on,
    both_back_all_paid_s: $two, views_accepted: $accepted, views_paid: $accepted}' >"$DATA/result.json"
[[ -z $JSON ]] || cp "$DATA/result.json" "$JSON"
say "verifiers away: everything held, $SECONDS s"
