#!/usr/bin/env bash
# verifier-kills.sh [--kills N] [--viewers N] [--seed N] [--json FILE]: four verifiers under load, one of which, drawn by lot, is killed
# (kill -9) and started again every few seconds, N times (200 unless said). Whatever a viewer was told is accepted has to be paid, and nothing
# twice. Takes about seven seconds a kill, and six minutes around it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh

USAGE="usage: scripts/soak/verifier-kills.sh [--kills N] [--viewers N] [--seed N] [--json FILE]"
KILLS=200
VIEWERS=10
SEED=$((SRANDOM % 32768))
JSON=
while [[ $# -gt 0 ]]; do
    case $1 in
        --kills) KILLS=${2:-} ;;
        --viewers) VIEWERS=${2:-} ;;
        --seed) SEED=${2:-} ;;
        --json) JSON=${2:-} ;;
        *) fail "$USAGE" ;;
    esac
    shift 2 || fail "$USAGE"
done
for number in "$KILLS" "$VIEWERS" "$SEED"; do [[ $number =~ ^[0-9]{1,5}$ ]] || fail "$USAGE"; done
if [[ -z ${CHAINFLIX_BUILT:-} ]]; then
    scripts/setup.sh --tests
    scripts/build.sh
fi
begin_run verifier-kills
VERIFIERS=(alice bob charlie dave)
say "seed $SEED"
RANDOM=$SEED
mkdir "$DATA/views"

for name in "${VERIFIERS[@]}"; do start_verifier "$name"; done
"$CHAINFLIX_BIN/examples/state_check" "${RPC_OF[@]}" >"$DATA/state-check.log" 2>&1 &
CHECK=$!
wait_until 120 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
start_content StorageA StorageB
test_video "$DATA/short.mp4" 12
publish "$DATA/short.mp4"
passed "four verifiers, two storage nodes, a video of one short minute"

# ---------------------------------------------------------------------------------------------------------------------
# Each place is taken by one new viewer after another; a view is one minute of one account, so that nothing can be earned twice.
# watch_on PLACE: until there is a file $DATA/enough. What was watched stays as views/PLACE-NUMBER.json, with its .key and .log.
watch_on() {
    local place=$1 number name
    for ((number = 1; ; number++)); do
        [[ ! -e $DATA/enough ]] || return 0
        name=$DATA/views/$place-$number
        "$CHAINFLIX" keys generate "$name.key" >/dev/null
        # One that finds no verifier has watched nothing; the next one tries.
        timeout 120 "$CHAINFLIX" watch "$MAGNET" --wallet "$name.key" --json >"$name.json" 2>"$name.log" || sleep 1
    done
}
PLACES=()
for ((place = 1; place <= VIEWERS; place++)); do
    watch_on "$place" &
    PLACES+=($!)
    sleep 1
done
watched() { jq -s --arg what "$1" 'map(select(.accepted != null) | if $what == "accepted" then .accepted else 1 end) | add // 0' "$DATA"/views/*.json; }
some_are_accepted() { [[ $(watched accepted) -ge 3 ]]; }
wait_until 120 "nothing is accepted while nothing is killed" some_are_accepted

is_gone() { ! kill -0 "$1" 2>/dev/null; }
SLOWEST_S=0
BEGAN=$SECONDS
for ((kill = 1; kill <= KILLS; kill++)); do
    victim=${VERIFIERS[RANDOM % 4]}
    disown "${PID_OF[$victim]}"
    kill -9 "${PID_OF[$victim]}"
    # On a busy machine the kernel takes a while; until then the database is in use.
    wait_until 60 "$victim does not end" is_gone "${PID_OF[$victim]}"
    # It is away for a moment or for a while: up to 3 s.
    sleep "$((RANDOM % 3)).$((RANDOM % 10))"
    started=$SECONDS
    start_verifier "$victim"
    [[ $((SECONDS - started)) -le $SLOWEST_S ]] || SLOWEST_S=$((SECONDS - started))
    sleep "$((1 + RANDOM % 5)).$((RANDOM % 10))"
    kill -0 "$CHECK" 2>/dev/null || fail "an invariant does not hold: $(tail -n 1 "$DATA/state-check.log")"
    [[ $((kill % 10)) -ne 0 ]] || say "$kill of $KILLS killed, $(watched accepted) of $(watched all) views accepted, $((SECONDS - BEGAN)) s"
done
KILLED_S=$((SECONDS - BEGAN))
touch "$DATA/enough"
for pid in "${PLACES[@]}"; do wait "$pid" || fail "a viewer's place ended"; done
ACCEPTED=$(watched accepted)
passed "$KILLS killed; viewers were told of $ACCEPTED accepted views of $(watched all)"

# ---------------------------------------------------------------------------------------------------------------------
# Everything that was accepted is settled and paid, by the verifiers and the chain alone.
settled() { chainflix rounds --limit 1000 --json | jq '[.[].blocks[] | select(.approved) | .views] | add // 0'; }
all_is_settled() { [[ $(settled) -ge $ACCEPTED ]]; }
# An accepted view gets into a block within 20 rounds, and that is settled four rounds later.
wait_until 240 "not all of $ACCEPTED accepted views were settled" all_is_settled
# What nobody was told of takes as long; and what would be paid twice, too.
SETTLED_UNTIL=$(($(chainflix status --json | jq .round) + 6))
wait_until 120 "rounds do not go on" round_is "$SETTLED_UNTIL"
REFUSED=0 PAID=0 UNSAID=0
for file in "$DATA"/views/*.json; do
    name=${file%.json}
    told=$(jq -s '.[0].accepted // 0' "$file")
    chainflix view list --wallet "$name.key" --json >"$name.views" || fail "no view of ${name##*/} can be listed: is a verifier down?"
    settled=$(jq '[.[] | select(.fate.state == "settled")] | length' "$name.views")
    chainflix earnings --wallet "$name.key" --json >"$name.earned"
    # An account earns by its one view only, once; amounts are strings, and equal to the last digit.
    jq -e -s '.[0] as $views | .[1][0].lifetime_cfx as $earned | [$views[] | select(.fate.state == "settled") | .fate.viewer_cfx]
        | if length == 0 then ($earned | tonumber) == 0 else length == 1 and .[0] == $earned end' "$name.views" "$name.earned" >/dev/null ||
        fail "${name##*/} was paid otherwise: $(jq -c . "$name.views") $(jq -c . "$name.earned")"
    [[ $told -le $settled ]] || fail "${name##*/} was told that its view is accepted, and is not paid: $(jq -c . "$name.views")"
    PAID=$((PAID + settled))
    REFUSED=$((REFUSED + 1 - settled))
    # The verifier was killed between writing the view down and saying so.
    UNSAID=$((UNSAID + settled - told))
done
[[ $ACCEPTED -gt 0 ]] || fail "no view was accepted: this run shows nothing"
[[ $PAID -eq $((ACCEPTED + UNSAID)) ]] || fail "$PAID views are paid, $ACCEPTED were accepted, and $UNSAID without word of it"
kill -0 "$CHECK" 2>/dev/null || fail "an invariant does not hold: $(tail -n 1 "$DATA/state-check.log")"
passed "all $ACCEPTED accepted views are paid, each once; $UNSAID more whose acceptance was never said; $REFUSED earned nothing"

jq -n --argjson kills "$KILLS" --argjson seconds "$KILLED_S" --argjson accepted "$ACCEPTED" --argjson paid "$PAID" --argjson unsaid "$UNSAID" \
    --argjson refused "$REFUSED" --argjson slowest "$SLOWEST_S" --argjson seed "$SEED" '{
    kills: $kills, kills_s: $seconds, views_accepted: $accepted, views_paid: $paid, views_paid_unsaid: $unsaid, views_not_accepted: $refused,
    views_lost: 0, views_paid_twice: 0, slowest_start_s: $slowest, seed: $seed}' >"$DATA/result.json"
[[ -z $JSON ]] || cp "$DATA/result.json" "$JSON"
say "verifier kills: everything held, $SECONDS s"
