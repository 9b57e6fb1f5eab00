#!/usr/bin/env bash
# controllers.sh [--json FILE]: two storage controllers as processes on one PostgreSQL, beside a real chain and three storage
# nodes: one is killed, and the other has its nodes and leases; one stops without a word, as a machine that dies; both are away while a video is restricted, and it is dark
# after one is back; bad input; the dashboard in Chromium. Needs a build, and scripts/setup.sh --tests.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
if [[ -z ${CHAINFLIX_TEST_POSTGRES:-} ]]; then exec "$CHAINFLIX_ROOT/scripts/postgres.sh" "$0" "$@"; fi
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh

only_json "$@"
begin_run controllers
NODE_PATH=$(scripts/setup/node-modules.sh client/web)
export NODE_PATH NETWORK=dev
export CHAINFLIX_CONTROLLER_DATABASE=$CHAINFLIX_TEST_POSTGRES

# Each controller has a port of its own; what the chain names is the balancer's.
declare -A PORT_OF=([one]=8191 [two]=8192)
KEY=$(key_file controller "$(printf 'chainflix/development/controller' | sha256sum | cut -d' ' -f1)")
get() { curl -sf --max-time 5 "http://127.0.0.1:${PORT_OF[$1]}$2"; }
# start NAME: starts a controller, again after it was ended.
start() {
    RUST_LOG=info "$CHAINFLIX" controller --key "$KEY" --listen "127.0.0.1:${PORT_OF[$1]}" --state "$DATA/$1" >>"$DATA/$1.log" 2>&1 &
    PID_OF[$1]=$!
    disown "${PID_OF[$1]}"
    wait_until 60 "the controller $1 does not answer" get "$1" /v1/health
}
now_ms() { date +%s%3N; }
# Whether the controller NAME has heard from COUNT nodes within MS, itself or from another controller.
has_heard_of() { get "$1" /v1/nodes | jq -e "[.[] | select(.offered and .silent_ms < $3)] | length == $2"; }
sources() { get "$1" "/v1/sources/$MAGNET/0/0"; }
names() { sources "$1" | jq -e ".peers | length == $2"; }
is_dark() { [[ $(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:${PORT_OF[$1]}/v1/sources/$MAGNET/0/0") == 404 ]]; }

start_verifier alice
wait_until 120 "the verifier did not announce itself" verifiers_are_ready 1
# The one that leads is the one with the smaller name, which it draws: either may be it.
start one
start two
scripts/controllers/balancer.py "$CONTROLLER_PORT" "${PORT_OF[one]}" "${PORT_OF[two]}" >"$DATA/balancer.log" 2>&1 &
# shellcheck disable=SC2317 # called by start_content: both run already
start_controller() { wait_until 30 "nobody answers at the address that the chain names" controller_answers; }
# shellcheck disable=SC2317
controller_answers() { curl -sf "http://127.0.0.1:$CONTROLLER_PORT/v1/health"; }
start_content StorageA StorageB StorageC
test_video "$DATA/short.mp4" 12
publish "$DATA/short.mp4"
for name in one two; do
    wait_until 60 "$name does not know all nodes" has_heard_of "$name" 3 10000
    wait_until 60 "$name does not name all that hold the video" names "$name" 3
done
connected() { grep -c 'node logged in' "$DATA/$1.log" || true; }
passed "two controllers on one PostgreSQL know three nodes and their copies; $(connected one) logged in at one, $(connected two) at the other"
[[ $(connected one) -gt 0 && $(connected two) -gt 0 ]] || fail "all nodes are connected to one controller: the balancer does not balance"

# ---------------------------------------------------------------------------------------------------------------------
VICTIM=one SURVIVOR=two
KILLED_MS=$(now_ms)
kill -9 "${PID_OF[$VICTIM]}"
heard_since_the_kill() { has_heard_of "$SURVIVOR" 3 $(($(now_ms) - KILLED_MS)); }
nodes_are_its_own() { [[ $(get "$SURVIVOR" /v1/health | jq .nodes) -eq 3 ]] && heard_since_the_kill && names "$SURVIVOR" 3; }
wait_until 60 "the other controller does not have the killed one's nodes" nodes_are_its_own
TAKEOVER_MS=$(($(now_ms) - KILLED_MS))
[[ $TAKEOVER_MS -le 15000 ]] || fail "the take-over took $TAKEOVER_MS ms"
passed "kill -9 of a controller: after $TAKEOVER_MS ms the other has heard from all nodes since, and names all who hold the video"
start "$VICTIM"
wait_until 60 "the controller that was killed does not know all nodes again" names "$VICTIM" 3

# All nodes are at the other one now. Nothing tells them that it is gone: its machine, not its process, has died.
VICTIM=two SURVIVOR=one
KILLED_MS=$(now_ms)
kill -STOP "${PID_OF[$VICTIM]}"
wait_until 60 "the other controller does not have the stopped one's nodes" nodes_are_its_own
SILENT_TAKEOVER_MS=$(($(now_ms) - KILLED_MS))
kill -CONT "${PID_OF[$VICTIM]}"
[[ $SILENT_TAKEOVER_MS -le 15000 ]] || fail "the take-over from a controller that fell silent took $SILENT_TAKEOVER_MS ms"
passed "kill -STOP of a controller: after $SILENT_TAKEOVER_MS ms the other has heard from all nodes since"
wait_until 60 "the controller that was stopped does not know all nodes again" names "$VICTIM" 3

# ---------------------------------------------------------------------------------------------------------------------
say "its decisions, in words and computed again"
# Which of the two chose is chance: each is asked, and writes a decision down at once.
for name in one two; do
    chainflix controller replay "$DATA/$name/choices.jsonl" >"$DATA/$name.replayed" ||
        fail "the log of $name does not stand up to replay: $(cat "$DATA/$name.replayed")"
    chainflix controller explain "$MAGNET" --state "$DATA/$name" >"$DATA/$name.explained" 2>&1 ||
        fail "the decisions of $name about the video are not explained: $(cat "$DATA/$name.explained")"
    [[ -s $DATA/$name.explained ]] || fail "nothing is said of the decisions of $name"
done
[[ -n $(find "$DATA/one" -name 'choices-*.jsonl') ]] || fail "the log of the controller that was killed is gone"
passed "explain and replay: $(cat "$DATA/one.replayed"); $(tail -n 1 "$DATA/one.explained" | cut -c1-200)"

chainflix simulate --scenario calm --seeds 1..3 --strategies chainflix,static --minutes 10 --nodes 10 --videos 10 \
    --plots "$DATA/plots" >"$DATA/simulated"
[[ $(grep -cE '^(chainflix|static) ' "$DATA/simulated") -eq 2 ]] || fail "the simulator's table is not whole: $(cat "$DATA/simulated")"
PLOTS=$(file "$DATA"/plots/*.png | grep -c 'PNG image data' || true)
[[ $PLOTS -ge 8 && -s $(find "$DATA/plots" -name '*.html') ]] || fail "the simulator drew $PLOTS plots, or no page"
passed "simulate: two strategies, $PLOTS plots and a page"

# ---------------------------------------------------------------------------------------------------------------------
say "a node that leaves while nobody can stand in for it"
leaves_is() { get one /v1/nodes | jq -e "[.[] | select(.leaving)] | length == $1"; }
if timeout 30 "$CHAINFLIX" storage leave --folder "$DATA/StorageA" --wait >"$DATA/leaves" 2>&1; then
    fail "with three nodes and three copies of everything one of them may go: $(cat "$DATA/leaves")"
fi
NEEDED=$(first_match "$DATA/leaves" 'still needed for \([0-9]*\) cells')
[[ ${NEEDED:-0} -gt 0 ]] || fail "it is not said for how many cells the node is needed: $(cat "$DATA/leaves")"
wait_until 20 "the controller does not know that the node will leave" leaves_is 1
chainflix storage leave --folder "$DATA/StorageA" --stay
wait_until 20 "the controller does not know that the node stays" leaves_is 0
passed "storage leave --wait: the node is needed for $NEEDED cells, and stays after all"

# ---------------------------------------------------------------------------------------------------------------------
say "bad input"
scripts/controllers/bad-input.sh "http://127.0.0.1:${PORT_OF[two]}" >"$DATA/bad-input.log" 2>&1 ||
    fail "bad input is answered otherwise than described: $(tail -n 40 "$DATA/bad-input.log")"
passed "schemathesis finds nothing: $(grep -E '[0-9]+ generated, ' "$DATA/bad-input.log" | head -n 1)"
node client/web/test/dashboard.test.js "http://127.0.0.1:${PORT_OF[two]}" 3 "${CHAINFLIX_TEST_LOGS:-$DATA}" ||
    fail "the dashboard is not as it should be"
node client/web/test/dashboard-pages.test.js || fail "the dashboard does not show more than fits on a page"
passed "the dashboard in Chromium"

# ---------------------------------------------------------------------------------------------------------------------
say "a video that is watched is restricted: until it is dark everywhere"
KEPT=$MAGNET
cell_files() { find "$DATA"/Storage?/store -name '*.cell' | wc -l; }
FILES_BEFORE=$(cell_files)
# Long enough for the viewer to be still at it when the restriction takes effect, two rounds after it was ordered.
test_video "$DATA/long.mp4" 240
publish "$DATA/long.mp4" --renditions 360
for name in one two; do wait_until 60 "$name does not name all that hold the long video" names "$name" 3; done
[[ $(cell_files) -gt $FILES_BEFORE ]] || fail "the long video's cells are on no disk: this stage no longer sees them"
"$CHAINFLIX" watch "$MAGNET" --wallet "$VIEWER" --json >"$DATA/dark-watch.json" 2>"$DATA/dark-watch.log" &
WATCH=$!
wait_until 60 "the viewer does not begin" grep -qE 'playing: [1-9]' "$DATA/dark-watch.log"
chainflix supervisor restrict "$MAGNET" --reason copyright --evidence "$DATA/dossier" --wallet "$SUPERVISOR" --json >"$DATA/dark-restrict.json"
RESTRICTED_MS=$(now_ms)
wait_until 120 "the round in which the restriction holds does not begin" round_is "$(jq .from_round "$DATA/dark-restrict.json")"
kill -0 "$WATCH" || fail "the viewer ended before the restriction held: $(tail -n 3 "$DATA/dark-watch.log")"
EFFECT_MS=$(now_ms)
# For each, how long after the first finalized block of that round it was dark, in ms.
declare -A DARK_AFTER=()
# note NAME COMMAND...: notes since when a command succeeds.
note() {
    local name=$1
    shift
    if [[ -z ${DARK_AFTER[$name]:-} ]] && "$@"; then DARK_AFTER[$name]=$(($(now_ms) - EFFECT_MS)); fi
}
files_are_gone() { [[ $(cell_files) -eq $FILES_BEFORE ]]; }
viewer_has_ended() { ! kill -0 "$WATCH" 2>/dev/null; }
while [[ ${#DARK_AFTER[@]} -lt 4 && $(($(now_ms) - EFFECT_MS)) -lt 90000 ]]; do
    note controller_one is_dark one
    note controller_two is_dark two
    note storage_nodes files_are_gone
    note viewer viewer_has_ended
    sleep 0.2
done
DARK_EVERYWHERE=$(for name in "${!DARK_AFTER[@]}"; do jq -n --arg name "$name" --argjson ms "${DARK_AFTER[$name]}" '{($name): $ms}'; done |
    jq -s --argjson order "$((EFFECT_MS - RESTRICTED_MS))" 'add + {everywhere: map(.[]) | max, effect_after_order: $order}')
[[ ${#DARK_AFTER[@]} -eq 4 ]] || fail "after 90 s it is dark only for $(jq -c . <<<"$DARK_EVERYWHERE")"
if wait "$WATCH"; then fail "the viewer played the restricted video to its end"; fi
grep -q 'minute 0 accepted' "$DATA/dark-watch.log" || fail "what was watched before does not earn: $(tail -n 3 "$DATA/dark-watch.log")"
[[ $(jq .everywhere <<<"$DARK_EVERYWHERE") -le 60000 ]] || fail "it took longer than one cell: $(jq -c . <<<"$DARK_EVERYWHERE")"
if timeout 120 "$CHAINFLIX" watch "$MAGNET" --wallet "$VIEWER" >"$DATA/dark-again.log" 2>&1; then
    fail "the restricted video can still be watched"
fi
passed "dark everywhere within one cell: $(jq -c . <<<"$DARK_EVERYWHERE") ms; the viewer was told: $(tail -n 1 "$DATA/dark-watch.log")"
MAGNET=$KEPT

# ---------------------------------------------------------------------------------------------------------------------
say "a video is restricted while no controller runs"
for name in one two; do kill -9 "${PID_OF[$name]}"; done
printf 'a notice\n' >"$DATA/notice"
chainflix supervisor restrict "$MAGNET" --reason copyright --evidence "$DATA/notice" --wallet "$SUPERVISOR" --json >"$DATA/restricted.json"
RESTRICTED_ROUND=$(jq .from_round "$DATA/restricted.json")
wait_until 90 "the restriction did not take effect" round_is "$RESTRICTED_ROUND"
: >"$DATA/one.log"
STARTED_MS=$(now_ms)
start one
wait_until 60 "the restricted video is not dark" is_dark one
DARK_MS=$(($(now_ms) - STARTED_MS))
FROM=$(first_match "$DATA/one.log" 'events are read from the block after.*block=\([0-9]*\)')
[[ ${FROM:-0} -gt 1 ]] || fail "the controller did not go on from the last block that it had read: $(grep -a block "$DATA/one.log" | head -n 3)"
passed "dark $DARK_MS ms after the start, by events from block $FROM on"

if [[ -n $RESULT ]]; then
    jq -n --argjson takeover "$TAKEOVER_MS" --argjson silent "$SILENT_TAKEOVER_MS" --argjson dark "$DARK_MS" --argjson from "$FROM" \
        --argjson everywhere "$DARK_EVERYWHERE" '{takeover_ms: $takeover, silent_takeover_ms: $silent, dark_ms: $everywhere,
        dark_after_start_ms: $dark, events_from_block: $from}' >"$RESULT"
fi
say "controllers: everything held, $SECONDS s"
