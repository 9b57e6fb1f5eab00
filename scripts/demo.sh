#!/usr/bin/env bash
# demo.sh [VIDEO] [--once] [--json FILE]: the whole path on this machine, from a video file to paid accounts.
#
# It does its own set-up and build, then starts four verifiers, a storage controller and three storage nodes as separate
# processes on loopback; cuts and encrypts the video (without VIDEO: 70 s with a moving picture, timecode and tone),
# spreads it, watches it in real time through the engine that the web player uses, waits until its views are settled,
# claims, and shows who earned what. Once everything is built it takes about four minutes, or with VIDEO about three more
# than that video is long.
#
# Without --once the network stays up until Ctrl-C, with a web player. With --once the script ends by itself, non-zero if
# anything was missing. --json writes what was seen to FILE.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
CALLED_FROM=$PWD
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh

ONCE=
JSON=
VIDEO=
while [[ $# -gt 0 ]]; do
    case $1 in
    --once) ONCE=yes ;;
    --json)
        [[ $# -ge 2 ]] || fail "--json needs a file to write to"
        JSON=$(cd "$CALLED_FROM" && realpath -m "$2")
        : >>"$JSON" || fail "the file $2 can't be written"
        shift
        ;;
    -h | --help)
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
        exit 0
        ;;
    -*) fail "unknown argument '$1': usage: scripts/demo.sh [VIDEO] [--once] [--json FILE]" ;;
    *)
        [[ -z $VIDEO ]] || fail "one video at a time: usage: scripts/demo.sh [VIDEO] [--once] [--json FILE]"
        VIDEO=$(cd "$CALLED_FROM" && realpath -m "$1")
        [[ -r $VIDEO && -f $VIDEO ]] || fail "the video $1 can't be read"
        ;;
    esac
    shift
done

say "1/8 set-up: installing what is missing"
scripts/setup.sh
say "2/8 build: the first takes about half an hour on two cores"
scripts/build.sh
scripts/setup/web-player.sh
source scripts/network.sh

BEGAN=$SECONDS
begin_run demo

say "3/8 four verifiers, a storage controller, three storage nodes"
VERIFIERS=(alice bob charlie dave)
STORAGE=(StorageA StorageB StorageC)
for name in "${VERIFIERS[@]}"; do
    start_verifier "$name"
    say "  $name: ${RPC_OF[$name]}"
done
wait_until 120 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
say "  all announced; their set secret is in force"
start_content "${STORAGE[@]}"
say "  controller: http://127.0.0.1:$CONTROLLER_PORT"
for name in "${STORAGE[@]}"; do say "  $name: provider $(jq .provider "$DATA/$name.json")"; done

say "4/8 publishing"
if [[ -z $VIDEO ]]; then
    VIDEO=$DATA/test-video.mp4
    say "  making a test video of 70 s"
    test_video "$VIDEO" 70
fi
publish "$VIDEO"
jq -r '"  \(.title): \(.cells) cells, \(.bytes) bytes, \(.copies) copies\n  \(.link)"' "$DATA/published.json"
FIRST_ROUND=$(chainflix status --json | jq .round)

say "5/8 watching, in real time"
chainflix watch "$MAGNET" --wallet "$VIEWER" --json >"$DATA/watched.json"
jq -r '"  first picture after \(.ttff_ms) ms, \(.stalls) stalls, \(.accepted) minutes accepted",
    (.source_shares | to_entries[] | "  provider \(.key) gave \(.value) % of the bytes")' "$DATA/watched.json"
# Finalized blocks, which this reads, are up to two rounds behind the one in which the last view was accepted.
LAST_ROUND=$(($(chainflix status --json | jq .round) + 2))

say "6/8 settlement: rounds of 7.2 s here, each settled four rounds later"
ROLES=("producer:$(account_of "$PRODUCER")" "viewer:$(account_of "$VIEWER")" "supervisor:$(account_of "$SUPERVISOR")")
for name in "${STORAGE[@]}"; do ROLES+=("storage:$(account_of "$DATA/$name.key")"); done
for name in "${VERIFIERS[@]}"; do ROLES+=("verifier:$(account_of "$(key_file "$name" "//${name^}")")"); done
ACCOUNTS=("${ROLES[@]#*:}")
earned() { chainflix earnings "${ACCOUNTS[@]}" --json >"$DATA/earned.json"; }
# The views' rounds are settled, and everything that was earned by them is under an adopted root.
all_is_claimable() {
    earned && jq -e --argjson last "$LAST_ROUND" \
        'all(.[]; .as_of_round >= $last and .pending_cfx == "0") and any(.[]; .claimable_cfx != "0")' "$DATA/earned.json"
}
wait_until 240 "the views were not settled and adopted" all_is_claimable
chainflix rounds --after "$((FIRST_ROUND - 1))" --limit 1000 --json |
    jq '[.[] | select(.views > 0)]' >"$DATA/rounds.json"
jq -r '.[] | "  round \(.round): \(.views) views in \([.blocks[] | select(.views > 0)] | length) blocks, \(.approved) approved, \(.settled_cfx) of \(.emission_cfx) CFX settled"' \
    "$DATA/rounds.json"

say "7/8 claims"
CLAIMS=()
for role in "${ROLES[@]}"; do
    chainflix claim --wallet "$VIEWER" --account "${role#*:}" >>"$DATA/claims.log" 2>&1 &
    CLAIMS+=($!)
done
wait_for_all "${CLAIMS[@]}"
earned

say "8/8 who earned what, in CFX"
printf '%s\n' "${ROLES[@]}" | jq -R 'split(":") | {role: .[0], account: .[1]}' | jq -s . >"$DATA/roles.json"
jq -n --slurpfile roles "$DATA/roles.json" --slurpfile earned "$DATA/earned.json" '
    [$roles[0][] as $role | ($earned[0][] | select(.account == $role.account)) as $e
    | {role: $role.role, account: $role.account, earned: $e.lifetime_cfx, claimed: $e.claimed_cfx}]' >"$DATA/earnings.json"
jq -r '.[] | "  \(.role)\t\(.account)  earned \(.earned), claimed \(.claimed)"' "$DATA/earnings.json"

jq -n --slurpfile published "$DATA/published.json" --slurpfile watched "$DATA/watched.json" \
    --slurpfile rounds "$DATA/rounds.json" --slurpfile earnings "$DATA/earnings.json" \
    --argjson verifiers "${#VERIFIERS[@]}" --argjson finalized "$(chainflix status --json | jq .finalized)" \
    --argjson wall "$((SECONDS - BEGAN))" '
    $published[0] as $p | $watched[0] as $w |
    {
        magnet: $p.magnet, cells: $p.cells, verifiers: $verifiers,
        views: {accepted: $w.accepted, refused: $w.refused},
        bytes: {p2p: $w.p2p_bytes},
        sources: ($w.sources | to_entries | map({provider: (.key | tonumber), bytes: .value.bytes, dropped: .value.dropped})),
        ttff_ms: $w.ttff_ms, stalls: $w.stalls,
        played_sha256: $w.played_sha256, source_sha256: $p.source_sha256,
        rounds: [$rounds[0][] | {round, emission: .emission_cfx, settled: .settled_cfx, remainder: .remainder_cfx,
            blocks: (.blocks | length), approved, views}],
        accounts: $earnings[0],
        finalized: $finalized, wall_s: $wall
    }' >"$DATA/seen.json"
# Sums by role, to the last unit, which numbers in floating point would not hold.
python3 - "$DATA/seen.json" "$DATA/demo.json" <<'PYTHON'
import json, sys
from decimal import Decimal, getcontext
getcontext().prec = 60
seen = json.load(open(sys.argv[1]))
for key, column in (("earnings", "earned"), ("claimed", "claimed")):
    sums = {}
    for account in seen["accounts"]:
        sums[account["role"]] = sums.get(account["role"], Decimal(0)) + Decimal(account[column])
    seen[key] = {role: f"{total:f}" for role, total in sums.items()}
json.dump(seen, open(sys.argv[2], "w"), indent=2)
PYTHON
[[ -z $JSON ]] || cp "$DATA/demo.json" "$JSON"

# missing SENTENCE CONDITION: ends the demo when the condition does not hold for what was seen.
missing() { jq -e "$2" "$DATA/demo.json" >/dev/null || fail "$1: $(jq -c . "$DATA/demo.json")"; }
missing "not every minute was accepted" '.views.accepted == .cells and (.views.refused | length) == 0'
missing "what was played is not what was published" '.played_sha256 == .source_sha256'
# shellcheck disable=SC2016 # the variable is jq's
missing "fewer than two sources gave over 10 % of the bytes" \
    '.bytes.p2p as $all | [.sources[] | select(.bytes * 10 > $all)] | length >= 2'
missing "a role earned nothing, or did not get it" \
    '(.earnings | length) == 5 and all(.accounts[]; .earned != "0" and .claimed == .earned)'
python3 - "$DATA/demo.json" <<'PYTHON' || fail "the accounts did not earn exactly what was settled"
import json, sys
from decimal import Decimal, getcontext
getcontext().prec = 60
seen = json.load(open(sys.argv[1]))
earned = sum(map(Decimal, seen["earnings"].values()))
settled = sum(Decimal(r["settled"]) for r in seen["rounds"])
claimed = sum(map(Decimal, seen["claimed"].values()))
print(f"  in all {earned} CFX earned, {settled} settled, {claimed} claimed")
sys.exit(not (earned == settled == claimed and earned > 0))
PYTHON
say "everything that was settled has reached an account; the whole path took $((SECONDS - BEGAN)) s"

if [[ -z $ONCE ]]; then
    STAYED=yes
    # Another viewer: the one above has earned with these minutes in this cycle.
    "$CHAINFLIX" gateway "$MAGNET" --wallet "$(key_file guest //Viewer//guest)" \
        --listen 127.0.0.1:0 --json >"$DATA/gateway.json" 2>"$DATA/gateway.log" &
    wait_until 30 "the web player did not start" has_match "$DATA/gateway.json" '"url":"\(http[^"]*\)"'
    say ""
    say "the web player:    $(jq -r .url "$DATA/gateway.json")"
    say "Polkadot.js Apps:  $RPC"
    say "everything stays up until Ctrl-C"
    while :; do sleep 3600 & wait $!; done
fi
