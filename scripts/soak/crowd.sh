#!/usr/bin/env bash
# crowd.sh [--json FILE]: thirty storage nodes and two hundred viewers as real processes, beside a real chain and controller. Ten
# percent of the nodes are killed (kill -9) each minute and are back after 60 s, every third with an empty disk. At the end no cell
# may be lost, no view have failed, and viewers have waited less than 0.5 % of their time.
#
# Takes ten minutes of churn and about thirteen around it on two busy cores, and 4 GB of memory. Its video is small (180 lines, 15 pictures a
# second), so that two cores suffice for everybody. Smaller, for a rehearsal:
#   CROWD_NODES=10 CROWD_VIEWERS=20 CROWD_SECONDS=120 CROWD_VIDEOS=4 scripts/soak/crowd.sh
# With CROWD_NO_REPAIR=1 the controller orders no copies, and all nodes that are killed come back empty: then the same checks have
# to fail, or they see nothing (a negative control). It is what fails then that is written, and the script ends well.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh

NODES=${CROWD_NODES:-30}
VIEWERS=${CROWD_VIEWERS:-200}
SECONDS_OF_CHURN=${CROWD_SECONDS:-600}
VIDEOS=${CROWD_VIDEOS:-20}
MINUTES=${CROWD_MINUTES:-5}
# Viewers come one by one within so many seconds, before the first node is killed.
RAMP=${CROWD_RAMP:-60}
# Processes that hold the viewers.
HOLDERS=${CROWD_HOLDERS:-4}
DEAD_SECONDS=60
# Cells that were short when the last node came back have to have their copies within this time.
REPAIR_SECONDS=180
# Of so many nodes that are killed one loses its disk.
EMPTY_EVERY=3
JSON=
if [[ ${1:-} == --json ]]; then JSON=$(realpath -m "${2:?name the file for the result}"); fi
[[ $NODES -ge 4 && $VIEWERS -ge $HOLDERS ]] || fail "there are at least four nodes, and a viewer for each of CROWD_HOLDERS processes"
if [[ -z ${CHAINFLIX_BUILT:-} ]]; then
    scripts/setup.sh
    scripts/build.sh
fi
CROWD_VIEWERS_BIN=$CHAINFLIX_BIN/examples/crowd_viewers
begin_run crowd
if [[ -n ${CROWD_NO_REPAIR:-} ]]; then
    CONTROLLER_OPTIONS+=(--no-repair)
    EMPTY_EVERY=1
    REPAIR_SECONDS=20
fi
export NETWORK=dev
# Each viewer has connections to the chain, the verifier, the controller and storage nodes.
ulimit -n "$(ulimit -Hn)"

# Accounts of the preset that pay for nodes and own them. Several transactions of one at once would be in each other's way.
OWNERS=(StorageA StorageB StorageC Controller Advertiser Enhancer)
NAMES=("${OWNERS[@]:0:3}")
for ((number = 3; number < NODES; number++)); do NAMES+=("Node$number"); done

get() { curl -sf --max-time 10 "http://127.0.0.1:$CONTROLLER_PORT$1"; }
now_ms() { date +%s%3N; }
start_node() {
    start_storage "$1"
    disown "${PID_OF[$1]}"
}
# register_of PLACE: registers the nodes of one owner, one after the other.
register_of() {
    local number
    for ((number = $1 < 3 ? $1 + ${#OWNERS[@]} : $1; number < NODES; number += ${#OWNERS[@]})); do
        register_storage "${NAMES[number]}" "//${OWNERS[$1]}"
    done
}
# decided KIND: decisions of a kind that the controller has logged so far.
decided() { grep -c "\"kind\":\"$1\"" "$DATA/controller/choices.jsonl" || true; }

say "== a chain, a controller, $NODES storage nodes, $VIDEOS videos of $MINUTES minutes"
start_verifier alice --rpc-max-connections 4096
wait_until 120 "the verifier did not announce itself" verifiers_are_ready 1
start_content "${NAMES[@]:0:3}"
disown "${PID_OF[StorageA]}" "${PID_OF[StorageB]}" "${PID_OF[StorageC]}"
JOBS=()
for ((place = 0; place < ${#OWNERS[@]}; place++)); do
    register_of "$place" &
    JOBS+=($!)
done
wait_for_all "${JOBS[@]}"
for name in "${NAMES[@]:3}"; do start_node "$name"; done
for name in "${NAMES[@]:3}"; do
    wait_until 120 "the registration of $name did not take effect" round_is "$(jq .from_round "$DATA/$name.json")"
done
wait_until 120 "the controller does not offer all storage nodes" nodes_are_offered "$NODES"
passed "$NODES storage nodes are offered"

MAGNETS=()
for ((number = 1; number <= VIDEOS; number++)); do
    # Each another picture and tone, so that none has a cell of another.
    ffmpeg -nostdin -loglevel error -y -f lavfi -i "testsrc2=size=320x180:rate=15,hue=h=$((number * 360 / VIDEOS))" \
        -f lavfi -i "sine=frequency=$((200 + number * 20))" -t "$((MINUTES * 60))" \
        -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac "$DATA/video-$number.mp4"
    chainflix publish "$DATA/video-$number.mp4" --wallet "$PRODUCER" --state "$DATA/publish" --json >"$DATA/published.json"
    MAGNETS+=("$(jq -r .magnet "$DATA/published.json")")
    rm "$DATA/video-$number.mp4"
done
wait_until 60 "the last video's registration did not take effect" round_is "$(jq .from_round "$DATA/published.json")"
CELLS=$(get /v1/videos | jq 'map(.cells) | add')
BYTES=$(get /v1/videos | jq 'map(.bytes) | add')
placed() { get /v1/videos | jq -e --argjson videos "$VIDEOS" 'length == $videos and (map(.copies) | min) >= 3'; }
wait_until 120 "not every cell has three copies" placed
passed "$VIDEOS videos, $CELLS cells, $BYTES bytes, three copies of each"

# ---------------------------------------------------------------------------------------------------------------------
say "== $VIEWERS viewers, and $SECONDS_OF_CHURN s of churn"
declare -A TICKS_BEFORE
for name in alice controller; do TICKS_BEFORE[$name]=$(ticks_of "${PID_OF[$name]}"); done
ticks_of_nodes() {
    local name all=0
    for name in "${NAMES[@]}"; do all=$((all + $(ticks_of "${PID_OF[$name]}" 2>/dev/null || say 0))); done
    say "$all"
}
NODE_TICKS=-$(ticks_of_nodes)
PLACED_BEFORE=$(decided placement)
GIVEN_UP_BEFORE=$(decided surplus)
WATCHING=()
BEGAN=$SECONDS
for ((holder = 0; holder < HOLDERS; holder++)); do
    first=$((holder * VIEWERS / HOLDERS))
    count=$(((holder + 1) * VIEWERS / HOLDERS - first))
    (
        code=0
        "$CROWD_VIEWERS_BIN" watch "$CHAINFLIX_CHAIN" "$first" "$count" "$((RAMP + SECONDS_OF_CHURN))" "$RAMP" "${MAGNETS[@]}" \
            >"$DATA/viewers-$holder.json" 2>"$DATA/viewers-$holder.log" || code=$?
        times >"$DATA/viewers-$holder.times"
        exit "$code"
    ) &
    WATCHING+=($!)
done
sleep "$RAMP"

DEATHS=0
EMPTIED=0
LEAST_COPIES=99
MOST_DEAD=0
MOST_SHORT=0
declare -A BACK_AT=() EMPTY=()
# One tenth of the nodes a minute, evenly but for some chance.
EVERY_MS=$((600000 / NODES))
NEXT_MS=$(now_ms)
END_MS=$(($(now_ms) + SECONDS_OF_CHURN * 1000))
kill_one() {
    local name
    name=${NAMES[RANDOM % NODES]}
    while [[ -n ${BACK_AT[$name]:-} ]]; do name=${NAMES[RANDOM % NODES]}; done
    NODE_TICKS=$((NODE_TICKS + $(ticks_of "${PID_OF[$name]}")))
    kill -9 "${PID_OF[$name]}"
    DEATHS=$((DEATHS + 1))
    BACK_AT[$name]=$(($(now_ms) + DEAD_SECONDS * 1000))
    EMPTY[$name]=$((DEATHS % EMPTY_EVERY == 0))
}
# bring_back [WHEN]: starts the nodes again that have been dead for long enough by then.
bring_back() {
    local name now=$1
    for name in "${!BACK_AT[@]}"; do
        [[ ${BACK_AT[$name]} -le $now ]] || continue
        if [[ ${EMPTY[$name]} -eq 1 ]]; then
            rm -rf "${DATA:?}/$name/store"
            EMPTIED=$((EMPTIED + 1))
        fi
        start_node "$name"
        unset "BACK_AT[$name]"
    done
}
LOOKED=$SECONDS
while [[ $(now_ms) -lt $END_MS ]]; do
    bring_back "$(now_ms)"
    if [[ $(now_ms) -ge $NEXT_MS ]]; then
        kill_one
        NEXT_MS=$((NEXT_MS + EVERY_MS / 2 + RANDOM * EVERY_MS / 32768))
        if [[ ${#BACK_AT[@]} -gt $MOST_DEAD ]]; then MOST_DEAD=${#BACK_AT[@]}; fi
    fi
    if [[ $((SECONDS - LOOKED)) -ge 5 ]]; then
        LOOKED=$SECONDS
        least=$(get /v1/videos | jq 'map(.copies) | min')
        short=$(get /v1/overview | jq .short_cells)
        if [[ $least -lt $LEAST_COPIES ]]; then LEAST_COPIES=$least; fi
        if [[ $short -gt $MOST_SHORT ]]; then MOST_SHORT=$short; fi
    fi
    sleep 0.5
done
wait_for_all "${WATCHING[@]}"
PASSED_S=$((SECONDS - BEGAN))
TICKS_PER_S=$(getconf CLK_TCK)
# cores TICKS: as a share of one core over the time of watching.
cores() { jq -n "$1 / $TICKS_PER_S / $PASSED_S * 1000 | round / 1000"; }
NODE_TICKS=$((NODE_TICKS + $(ticks_of_nodes)))
# The second line of `times` is of the processes that a shell waited for.
CPU=$(jq -n --argjson nodes "$(cores "$NODE_TICKS")" \
    --argjson controller "$(cores $(($(ticks_of "${PID_OF[controller]}") - TICKS_BEFORE[controller])))" \
    --argjson verifier "$(cores $(($(ticks_of "${PID_OF[alice]}") - TICKS_BEFORE[alice])))" \
    --argjson viewers "$(awk 'FNR == 2 { gsub(/[ms]/, " "); all += $1 * 60 + $2 + $3 * 60 + $4 } END { print all }' "$DATA"/viewers-*.times |
        jq ". / $PASSED_S * 1000 | round / 1000")" '$ARGS.named')
passed "viewers have watched; $DEATHS nodes were killed"

# ---------------------------------------------------------------------------------------------------------------------
say "== is anything lost?"
bring_back "$(($(now_ms) + DEAD_SECONDS * 1000))"
wait_until 60 "not all storage nodes are back" nodes_are_offered "$NODES"
BACK_S=$SECONDS
is_repaired() { get /v1/overview | jq -e '.short_cells == 0 and .coming == 0'; }
while ! is_repaired >/dev/null && [[ $((SECONDS - BACK_S)) -lt $REPAIR_SECONDS ]]; do sleep 1; done
SHORT_AT_END=$(get /v1/overview | jq .short_cells)
REPAIR_S=$((SECONDS - BACK_S))
# Cells that the controller names nobody for.
NOWHERE=0
for magnet in "${MAGNETS[@]}"; do
    count=$(get "/v1/videos/$magnet" | jq .cells)
    for ((cell = 0; cell < count; cell++)); do
        get "/v1/sources/$magnet/0/$cell" | jq -e '.peers | length > 0' >/dev/null || NOWHERE=$((NOWHERE + 1))
    done
done
"$CROWD_VIEWERS_BIN" fetch "$CHAINFLIX_CHAIN" "${MAGNETS[@]}" >"$DATA/fetched.json" 2>"$DATA/fetch.log" ||
    fail "not everything can be fetched: $(tail -n 1 "$DATA/fetch.log")"
get /v1/videos >"$DATA/videos.json"
get /v1/nodes >"$DATA/nodes.json"
[[ $(jq .cells "$DATA/fetched.json") -eq $CELLS ]] || fail "$(jq .cells "$DATA/fetched.json") cells were asked for of $CELLS"

jq -s --slurpfile fetched "$DATA/fetched.json" --slurpfile videos "$DATA/videos.json" --slurpfile nodes "$DATA/nodes.json" \
    --argjson cells "$CELLS" --argjson bytes "$BYTES" --argjson videos_count "$VIDEOS" --argjson nowhere "$NOWHERE" \
    --argjson deaths "$DEATHS" --argjson emptied "$EMPTIED" --argjson most_dead "$MOST_DEAD" --argjson churn_s "$SECONDS_OF_CHURN" \
    --argjson least "$LEAST_COPIES" --argjson most_short "$MOST_SHORT" --argjson short "$SHORT_AT_END" --argjson repair_s "$REPAIR_S" \
    --argjson copied "$(($(decided placement) - PLACED_BEFORE))" --argjson given_up "$(($(decided surplus) - GIVEN_UP_BEFORE))" \
    --argjson cpu "$CPU" --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" '
    def percentile($share): sort | .[((length * $share | ceil) - 1)];
    (map(.played_ms) | add) as $played | (map(.stalled_ms) | add) as $stalled | {
    storage_nodes: ($nodes[0] | length), viewers: (map(.viewers) | add), churn_s: $churn_s,
    videos: $videos_count, cells: $cells, bytes: $bytes,
    deaths: $deaths, emptied: $emptied, dead_at_once_most: $most_dead,
    cells_lost: ([$nowhere, ($fetched[0].lost | length)] | max), cells_named_by_nobody: $nowhere, cells_not_fetched: $fetched[0].lost,
    cells_given_up_by_viewers: (map(.lost) | add), plays_failed: (map(.failed | to_entries[]) | group_by(.key) | map({(.[0].key): (map(.value) | add)}) | add // {}),
    plays: (map(.plays) | add), played_ms: $played, stalled_ms: $stalled, stalls: (map(.stalls) | add),
    longest_stall_ms: (map(.longest_stall_ms) | max), stall_ratio: ($stalled / ($played + $stalled) * 1e6 | round / 1e6),
    start_ms_p50: (map(.start_ms) | add | percentile(0.5)), start_ms_p95: (map(.start_ms) | add | percentile(0.95)),
    views_accepted: (map(.accepted) | add), sources_dropped: (map(.sources_dropped) | add), bytes_to_viewers: (map(.bytes) | add),
    copies_least_while_churning: $least, short_cells_most_while_churning: $most_short,
    copies_least_at_end: ($videos[0] | map(.copies) | min), copies_mean_at_end: (($nodes[0] | map(.cells) | add) / $cells * 100 | round / 100),
    short_cells_at_end: $short, repaired_after_s: $repair_s, copies_ordered: $copied, copies_given_up: $given_up,
    cores: $cpu, load_average_at_end: $load}' "$DATA"/viewers-*.json >"$DATA/result.json"
[[ -z $JSON ]] || cp "$DATA/result.json" "$JSON"
jq . "$DATA/result.json"
FAILED=()
# check FILTER SENTENCE: what has to hold of the result, and what is said when it does not.
check() { jq -e "$1" "$DATA/result.json" >/dev/null || FAILED+=("$2"); }
LOST="cells are lost"
SHORT="$SHORT_AT_END cells still had fewer than three copies after $REPAIR_SECONDS s"
check '.cells_lost == 0' "$LOST"
check '.plays_failed == {} and .cells_given_up_by_viewers == []' "viewers could not play everything that they wanted to"
check '.short_cells_at_end == 0' "$SHORT"
check '.stall_ratio < 0.005' "viewers waited for $(jq '.stall_ratio * 100' "$DATA/result.json") % of their time"
if [[ -n ${CROWD_NO_REPAIR:-} ]]; then
    for must in "$LOST" "$SHORT"; do
        printf '%s\n' "${FAILED[@]}" | grep -qxF "$must" || fail "without repair this is not seen: $must"
    done
    [[ $(jq .copies_ordered "$DATA/result.json") -eq 0 ]] || fail "copies were ordered although repair is off"
    say "crowd without repair, as it has to be: $(printf '%s; ' "${FAILED[@]}")$SECONDS s"
    exit
fi
[[ ${#FAILED[@]} -eq 0 ]] || fail "$(printf '%s; ' "${FAILED[@]}")"
say "crowd: everything held, $SECONDS s"
