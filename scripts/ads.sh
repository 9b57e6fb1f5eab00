#!/usr/bin/env bash
# ads.sh [--json FILE]: advertisements of layer 3 on a real network of four verifiers, a controller and three storage nodes:
# two campaigns are opened, one of a creative that no storage node has any more; Chromium plays a film, is shown the other
# one in its break, follows it, and goes on with the film; the campaign is debited on chain, viewer and producer are
# credited; once it is paused the film plays without a break. Needs a build and scripts/setup.sh --tests, takes some five
# minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh

only_json "$@"
NODE_PATH=$(scripts/setup/node-modules.sh client/web)
export NODE_PATH
scripts/setup/web-player.sh
begin_run ads

start_network StorageA StorageB StorageC
ADVERTISER=$(key_file advertiser //StorageA)
# The film comes first: its cells stay, those of the creative that is broken below go.
test_video "$DATA/film.mp4" 130
publish "$DATA/film.mp4" --renditions 360
FILM=$MAGNET
test_video "$DATA/good.mp4" 12
publish "$DATA/good.mp4" --renditions 360
GOOD=$MAGNET
cells() { find "$DATA"/Storage? -path '*/cells/*' -type f | sort; }
cells >"$DATA/cells-before.txt"
test_video "$DATA/broken.mp4" 14
publish "$DATA/broken.mp4" --renditions 360
BROKEN=$MAGNET
comm -13 "$DATA/cells-before.txt" <(cells) >"$DATA/cells-broken.txt"
[[ -s $DATA/cells-broken.txt ]] || fail "no storage node took the creative that is to be broken"
xargs rm -f <"$DATA/cells-broken.txt"
passed "a film of 130 s, a creative, and one of which no storage node has the cells any more"

# ---------------------------------------------------------------------------------------------------------------------
advertise() { chainflix advertise "$@" --wallet "$ADVERTISER" --json; }
# The broken one pays more, so it is tried first.
BROKEN_NUMBER=$(advertise open "$BROKEN" --budget 20 --per-play 2 --limit 10 | jq .campaign)
advertise open "$GOOD" --budget 10 --per-play 0.5 --per-click 0.2 --limit 5 >"$DATA/opened.json"
NUMBER=$(jq .campaign "$DATA/opened.json")
wait_until 60 "the campaign does not count" round_is "$(jq .from_round "$DATA/opened.json")"
listed() { chainflix advertise list "$(account_of "$ADVERTISER")" --json; }
funds() { listed | jq -c --argjson id "$1" '.[] | select(.id == $id) | .funds'; }
[[ $(funds "$NUMBER" | jq .balance) == 10000000000000 ]] || fail "not opened: $(listed)"
passed "campaigns $BROKEN_NUMBER and $NUMBER are open"

start_gateway "$VIEWER"
node client/web/test/advertised.test.js "$URL&video=$FILM" "campaign $NUMBER" 12 >"$DATA/chromium.log" 2>&1 ||
    fail "Chromium shows something else: $(tail -n 40 "$DATA/chromium.log")"
grep -q "campaign=$BROKEN_NUMBER" "$DATA/gateway.log" || fail "the broken creative was not tried: $(tail -n 5 "$DATA/gateway.log")"
passed "Chromium was shown the advertisement that can be had, followed it, and the film went on: $(grep -o 'MEASURED.*' "$DATA/chromium.log")"
end_gateway TERM

# ---------------------------------------------------------------------------------------------------------------------
is_paid() { [[ $(funds "$NUMBER" | jq .paid) == 700000000000 ]]; }
wait_until 90 "the campaign was not debited 0.7 CFX: $(funds "$NUMBER")" is_paid
[[ $(funds "$NUMBER" | jq .balance) == 9300000000000 ]] || fail "the escrow does not add up: $(funds "$NUMBER")"
[[ $(funds "$BROKEN_NUMBER" | jq .paid) == 0 ]] || fail "the broken campaign paid: $(funds "$BROKEN_NUMBER")"
grep -q 'you got 0.21 CFX' "$DATA/chromium.log" || fail "the panel does not say what the viewer got"
# The producer of the film is shown the view, because it is paid by it.
VIEW=$(chainflix view list --wallet "$VIEWER" --json | jq -r --arg video "$GOOD" '[.[] | select(.video == $video)][0].view')
chainflix view show "$VIEW" --wallet "$PRODUCER" --json >"$DATA/view.json"
jq -e '.is_advertisement and .fate.value_cfx == "0.7" and .fate.viewer_cfx == "0.21"' "$DATA/view.json" >/dev/null || fail "not the settled view of an advertisement: $(cat "$DATA/view.json")"
chainflix view verify "$VIEW" --wallet "$VIEWER" >"$DATA/verified.log" 2>&1 || fail "the view does not hold against the chain: $(cat "$DATA/verified.log")"
lifetime() { chainflix earnings "$(account_of "$1")" --json | jq -r '.[0].lifetime_cfx'; }
passed "the chain debited 0.7 CFX for a view that holds; viewer $(lifetime "$VIEWER") and producer $(lifetime "$PRODUCER") CFX in their lifetime"

# ---------------------------------------------------------------------------------------------------------------------
advertise pause "$NUMBER" >"$DATA/paused.json"
is_paused() { listed | jq -e --argjson id "$NUMBER" --argjson now "$(chainflix status --json | jq .round)" '.[] | select(.id == $id) | .states | last | .[0] <= $now and .[1] == "Paused"'; }
wait_until 60 "the campaign is not paused" is_paused
start_gateway "$VIEWER"
node client/web/test/advertised.test.js "$URL&video=$FILM" none 12 >"$DATA/chromium-none.log" 2>&1 ||
    fail "without an advertisement Chromium shows something else: $(tail -n 40 "$DATA/chromium-none.log")"
passed "with nothing but a broken creative left the film plays through its break: $(grep -o 'MEASURED.*' "$DATA/chromium-none.log")"
[[ $(funds "$NUMBER" | jq .paid) == 700000000000 && $(funds "$BROKEN_NUMBER" | jq .paid) == 0 ]] || fail "somebody paid for nothing: $(listed)"
[[ -z $RESULT ]] || jq -n --argjson funds "$(funds "$NUMBER")" --arg shown "$(grep -o 'MEASURED.*' "$DATA/chromium.log")" \
    --arg none "$(grep -o 'MEASURED.*' "$DATA/chromium-none.log")" '{funds: $funds, shown: $shown, none: $none}' >"$RESULT"
