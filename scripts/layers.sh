#!/usr/bin/env bash
# layers.sh [--json FILE]: subtitles and a dub of layer 2 on a real network of four verifiers, a controller and three storage
# nodes: published by another account than the video's, proposed, accepted, offered by the gateway as HLS tracks, watched, and
# named by the minutes that were watched with them; their enhancer is paid its share of these and claims it; one that is ended
# is offered no more. Needs a build and scripts/setup.sh --tests, takes some six minutes.
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
begin_run layers

start_network StorageA StorageB StorageC
# Whoever makes layers publishes them, and so is a producer that a supervisor approved.
ENHANCER=$(key_file enhancer //Enhancer)
chainflix producer apply --supervisor "$(account_of "$SUPERVISOR")" --dossier "$DATA/dossier" --wallet "$ENHANCER"
chainflix supervisor approve "$(account_of "$ENHANCER")" --wallet "$SUPERVISOR"
# Two whole minutes and a bit: the last is too short to earn.
test_video "$DATA/film.mp4" 123
publish "$DATA/film.mp4" --renditions 360
passed "a film of 123 s"

# ---------------------------------------------------------------------------------------------------------------------
printf '1\n00:00:01,000 --> 00:00:04,000\nErste Minute\n\n2\n00:01:10,000 --> 00:01:12,000\nZweite Minute\n' >"$DATA/de.srt"
ffmpeg -loglevel error -y -f lavfi -i sine=frequency=700:sample_rate=48000 -t 120 -c:a flac "$DATA/de.flac"
propose() { chainflix enhance propose "$MAGNET" "$@" --language de --wallet "$ENHANCER" --state "$DATA/enhance" --json; }
propose "$DATA/de.srt" --kind subtitles --title Untertitel >"$DATA/subtitles.json"
propose "$DATA/de.flac" --kind dub --title Deutsch >"$DATA/dub.json"
SUBTITLES=$(jq .id "$DATA/subtitles.json")
DUB=$(jq .id "$DATA/dub.json")
# The same command again finds what is there.
[[ $(propose "$DATA/de.srt" --kind subtitles --title Untertitel | jq .id) == "$SUBTITLES" ]] || fail "proposed a second time under another number"
listed() { chainflix enhance list "$MAGNET" --json; }
[[ $(listed | jq -c '[.[].state.state]') == '["proposed","proposed"]' ]] || fail "not proposed: $(listed)"

start_gateway "$VIEWER"
# opened: opens the film and says the address of its master playlist.
opened() {
    local at=${URL%%/#*} answer
    answer=$(curl -sf --max-time 60 -X POST "$at/api/open" -H "Authorization: Bearer ${URL##*token=}" -H "Content-Type: application/json" \
        -H "Origin: $at" -d "{\"link\":\"$MAGNET\"}")
    printf '%s%s' "$at" "$(jq -r .playlist <<<"$answer")"
}
MASTER=$(opened)
[[ $(curl -sf "$MASTER" | grep -c layers/) == 0 ]] || fail "what is only proposed is offered"
passed "subtitles and a dub are published and proposed, and not offered yet"

# ---------------------------------------------------------------------------------------------------------------------
for id in "$SUBTITLES" "$DUB"; do chainflix enhance accept "$id" --wallet "$PRODUCER"; done
FROM=$(listed | jq '[.[].state.from_round] | max')
wait_until 60 "the enhancements do not count" round_is "$FROM"
MASTER=$(opened)
MEDIA=${MASTER%/master.m3u8}
curl -sf "$MASTER" >"$DATA/master.m3u8"
for line in "TYPE=SUBTITLES.*Untertitel.*layers/$SUBTITLES/" "TYPE=AUDIO.*Deutsch.*layers/$DUB/" 'TYPE=AUDIO.*DEFAULT=YES.*sound/0/'; do
    grep -q "$line" "$DATA/master.m3u8" || fail "the master playlist has no $line: $(cat "$DATA/master.m3u8")"
done
curl -sf --max-time 60 "$MEDIA/layers/$SUBTITLES/0.vtt" | grep -q 'Erste Minute' || fail "the first minute's subtitles are not there"
for part in layers/"$DUB" sound/0 0; do
    curl -sf --max-time 60 "$MEDIA/$part/init.mp4" "$MEDIA/$part/0/0.m4s" >"$DATA/part.mp4"
    ffprobe -v error -show_entries stream=codec_type -of csv=p=0 "$DATA/part.mp4" | sort -u | tr '\n' ' ' >"$DATA/part.txt"
    [[ $part == 0 ]] && wanted='video ' || wanted='audio '
    [[ $(cat "$DATA/part.txt") == "$wanted" ]] || fail "$part holds $(cat "$DATA/part.txt")"
    ffmpeg -nostdin -v warning -xerror -i "$DATA/part.mp4" -f null - 2>"$DATA/part.txt" || fail "$part does not play: $(cat "$DATA/part.txt")"
done
passed "the gateway offers both, and picture, sound, dub and subtitles come apart and play"
jq -n --arg url "$URL&video=$MAGNET" --arg one "$SUBTITLES" --arg two "$DUB" '[{
    name: "a film with layers", url: $url, width: 640, height: 360, seconds: 123, to: 5,
    sounds: ["Sound", "Deutsch · No. \($two) (de)"], texts: ["Untertitel · No. \($one) (de)"],
    cue: {start: 1, text: "Erste Minute"},
    layers: ["Untertitel (subtitles, de, No. \($one)): on, with 0 proved minutes", "Deutsch (dub, de, No. \($two)): on, with 0 proved minutes"]
}]' >"$DATA/videos.json"
node client/web/test/odd-videos.test.js "$DATA/videos.json" >"$DATA/chromium.log" 2>&1 || fail "Chromium shows something else: $(tail -n 30 "$DATA/chromium.log")"
passed "Chromium plays the film with both layers on"
# It would go on to hold the place of the viewer, who watches without a screen now.
end_gateway TERM

# ---------------------------------------------------------------------------------------------------------------------
chainflix watch "$MAGNET" --wallet "$VIEWER" --layers "$SUBTITLES,$DUB" --json >"$DATA/watched.json" 2>"$DATA/watched.log"
jq -e --arg one "$SUBTITLES" --arg two "$DUB" '.accepted == 2 and .layers == {($one): 2, ($two): 2}' "$DATA/watched.json" >/dev/null ||
    fail "watched otherwise: $(jq -c '{accepted, refused, layers, stalls}' "$DATA/watched.json"), $(tail -n 3 "$DATA/watched.log")"
passed "both minutes were accepted, and each names both layers; $(jq .stalls "$DATA/watched.json") stalls, first picture after $(jq .ttff_ms "$DATA/watched.json") ms"

# ---------------------------------------------------------------------------------------------------------------------
views_are_settled() {
    chainflix view list --wallet "$VIEWER" --json >"$DATA/views.json" &&
        jq -e 'length == 2 and all(.[]; .fate.state == "settled")' "$DATA/views.json"
}
wait_until 180 "the views were not settled" views_are_settled
# Both layers of each view are this enhancer's: it gets half of 5 % of the view's value twice, in whole units.
python3 - "$DATA/views.json" >"$DATA/due.txt" <<'END'
import json, sys
from decimal import Decimal
units = lambda view: int(Decimal(view["fate"]["value_cfx"]) * 10**12)
due = sum(2 * (units(view) * 50_000 // 1_000_000 // 2) for view in json.load(open(sys.argv[1])))
print(due / Decimal(10**12))
END
# lifetime WHAT: succeeds when the enhancer's earnings, all of them WHAT, come to what is due.
lifetime() {
    chainflix earnings --wallet "$ENHANCER" --json >"$DATA/enhancer.json"
    python3 - "$1" "$(cat "$DATA/due.txt")" "$DATA/enhancer.json" <<'END'
import json, sys
from decimal import Decimal
what, due, file = sys.argv[1:]
earned = json.load(open(file))
earned = earned[0] if isinstance(earned, list) else earned
sys.exit(not (Decimal(earned["lifetime_cfx"]) == Decimal(earned[f"{what}_cfx"]) == Decimal(due) > 0))
END
}
wait_until 120 "the enhancer can't claim $(cat "$DATA/due.txt") CFX" lifetime claimable
for view in $(jq -r '.[].view' "$DATA/views.json"); do
    chainflix view show "$view" --wallet "$ENHANCER" --json >"$DATA/view.json"
    jq -e --argjson one "$SUBTITLES" --argjson two "$DUB" '.enhancements == [$one, $two]' "$DATA/view.json" >/dev/null ||
        fail "the enhancer is shown another view: $(cat "$DATA/view.json")"
done
chainflix claim --wallet "$ENHANCER" >"$DATA/claim.log"
wait_until 30 "the chain did not pay the enhancer" lifetime claimed
passed "the enhancer is paid $(cat "$DATA/due.txt") CFX for two minutes with two layers, and has claimed them"

# ---------------------------------------------------------------------------------------------------------------------
chainflix enhance end "$DUB" --wallet "$ENHANCER"
UNTIL=$(listed | jq --argjson id "$DUB" '.[] | select(.id == $id) | .state.until_round')
wait_until 60 "the end does not take effect" round_is "$UNTIL"
start_gateway "$VIEWER"
MASTER=$(opened)
curl -sf "$MASTER" >"$DATA/master.m3u8"
grep -q "layers/$SUBTITLES/" "$DATA/master.m3u8" || fail "the subtitles are gone with the dub"
! grep -q "layers/$DUB/" "$DATA/master.m3u8" || fail "the dub that was ended is still offered"
passed "what was ended is offered no more, and what was not still is"
[[ -z $RESULT ]] || jq '{accepted, layers, stalls, stalled_ms, ttff_ms, p2p_bytes}' "$DATA/watched.json" >"$RESULT"
