# shellcheck shell=bash
# Sourced by scripts/bench/stream.sh: viewers watch while storage nodes die and come back. Ten nodes, of which one is killed
# each minute while it is serving, back after a minute, every third time with an empty disk.
MINUTES=${STREAM_CHURN_MINUTES:-10}
VIEWERS=${STREAM_VIEWERS:-3}
# Names of nodes, and accounts of the preset that pay for them.
declare -A ACCOUNT_OF=([StorageA]=StorageA [StorageB]=StorageB [StorageC]=StorageC [StorageD]=Controller [StorageE]=Advertiser
    [StorageF]=Enhancer [StorageG]=StorageA [StorageH]=StorageB [StorageI]=StorageC [StorageJ]=Controller)
NODES=(StorageA StorageB StorageC StorageD StorageE StorageF StorageG StorageH StorageI StorageJ)

say "== stalls: $VIEWERS viewers, $MINUTES minutes, one of ten storage nodes killed each minute"
[[ -n ${PID_OF[controller]:-} ]] || start_content StorageA StorageB StorageC
for name in "${NODES[@]:3}"; do
    # One after the other: several of one account's transactions at once would be in each other's way.
    register_storage "$name" "//${ACCOUNT_OF[$name]}"
    start_storage "$name"
done
for name in "${NODES[@]:3}"; do
    wait_until 120 "the registration of $name did not take effect" round_is "$(jq .from_round "$DATA/$name.json")"
done
wait_until 60 "the controller does not offer all storage nodes" nodes_are_offered "${#NODES[@]}"
# Noise, so that the picture takes all the bits that it may have and a minute takes its time on the wire.
ffmpeg -nostdin -loglevel error -y -f lavfi -i testsrc2=size=480x270:rate=15,noise=alls=60:allf=t -f lavfi -i sine=frequency=440 -t 60 \
    -c:v libx264 -preset ultrafast -b:v 3M -pix_fmt yuv420p -c:a aac "$DATA/minute.mp4"
ffmpeg -nostdin -loglevel error -y -stream_loop "$MINUTES" -i "$DATA/minute.mp4" -t $((MINUTES * 60 + 30)) -c copy "$DATA/churn.mp4"
publish "$DATA/churn.mp4"

WATCHING=()
for ((viewer = 1; viewer <= VIEWERS; viewer++)); do
    chainflix keys generate "$DATA/viewer-$viewer.key" >/dev/null
    # It fails when no minute was accepted, which is not what is measured here.
    (chainflix watch "$MAGNET" --wallet "$DATA/viewer-$viewer.key" --for $((MINUTES * 60)) --json \
        >"$DATA/viewer-$viewer.json" 2>"$DATA/viewer-$viewer.log" || true) &
    WATCHING+=($!)
    sleep 2
done
# reads NAME: bytes that a storage node has read, of which cells are nearly all.
reads() { sed -n 's/^rchar: //p' "/proc/${PID_OF[$1]}/io"; }
# find_busiest: sets BUSIEST to the node that served most within half a second, or to any after half a minute of silence.
find_busiest() {
    local name until=$((SECONDS + 30)) most grown
    local -A before
    while [[ $SECONDS -lt $until ]]; do
        for name in "${NODES[@]}"; do [[ $name == "$DEAD" ]] || before[$name]=$(reads "$name"); done
        sleep 0.5
        most=262144 BUSIEST=
        for name in "${!before[@]}"; do
            grown=$(($(reads "$name") - before[$name]))
            if ((grown > most)); then most=$grown BUSIEST=$name; fi
        done
        [[ -z $BUSIEST ]] || return 0
    done
    BUSIEST=$DEAD
    while [[ $BUSIEST == "$DEAD" ]]; do BUSIEST=${NODES[$((RANDOM % ${#NODES[@]}))]}; done
}
DEATHS=0
DEAD=
EMPTIED=0
any_watches() { kill -0 "${WATCHING[@]}" 2>/dev/null; }
# A minute lies between two deaths only on average: else all would fall on the same part of the minutes that are watched.
sleep $((RANDOM % 40))
for ((minute = 0; minute < MINUTES; minute++)); do
    any_watches || break
    begun=$SECONDS
    find_busiest
    name=$BUSIEST
    kill -9 "${PID_OF[$name]}"
    DEATHS=$((DEATHS + 1))
    if [[ -n $DEAD ]]; then
        # Dead for a minute by now; every third comes back with nothing.
        if ((DEATHS % 3 == 0)); then
            rm -rf "${DATA:?}/$DEAD/store"
            EMPTIED=$((EMPTIED + 1))
        fi
        start_storage "$DEAD"
    fi
    DEAD=$name
    # A minute from death to death, give or take.
    sleep $((52 + RANDOM % 17 - (SECONDS - begun) / 2))
done
for pid in "${WATCHING[@]}"; do wait "$pid" || true; done
jq -s '{played: (map(.played_ms) | add), stalled: (map(.stalled_ms) | add), stalls: (map(.stalls) | add),
    accepted: (map(.accepted) | add), dropped: (map([.sources[].dropped] | add) | add), first: map(.ttff_ms)}' "$DATA"/viewer-[0-9]*.json >"$DATA/churn.json"
result stall_ratio_churn "$(jq '.stalled / (.played + .stalled) * 1e6 | round / 1e6' "$DATA/churn.json")"
result stalls_churn "$(jq .stalls "$DATA/churn.json")"
result churn_played_ms "$(jq .played "$DATA/churn.json")"
result churn_views_accepted "$(jq .accepted "$DATA/churn.json")"
result churn_deaths "$DEATHS"
result churn_sources_lost "$(jq .dropped "$DATA/churn.json")"
result churn_emptied "$EMPTIED"
# Else it was not measured what becomes of a viewer whose source dies.
[[ $(jq .dropped "$DATA/churn.json") -gt 0 ]] || fail "none of $DEATHS deaths met a source at work"
