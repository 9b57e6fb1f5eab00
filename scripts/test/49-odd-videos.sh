#!/usr/bin/env bash
# videos as people have them (variable frame rate, turned phone clip, 5.1 with several tracks, 24 minutes, 9 s): published, read back, played in Chromium
# Limit: 900 s
# Needs: build
set -euo pipefail
source scripts/env.sh
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh

NODE_PATH=$(scripts/setup/node-modules.sh client/web)
export NODE_PATH
scripts/setup/web-player.sh

begin_run odd-videos
# Most memory that publishing may take, in KiB: 300 MiB.
MOST_KIB=307200

for name in alice bob charlie dave; do start_verifier "$name"; done

say "making five videos"
make() { ffmpeg -nostdin -loglevel error -y "$@"; }
# Frames left out now and then, as cameras and screen recorders do.
make -f lavfi -i testsrc2=size=640x360:rate=30 -f lavfi -i sine=frequency=440 -t 12 \
    -vf "select='lt(mod(n,50),20)+not(mod(n,7))'" -fps_mode vfr -c:v libx264 -preset ultrafast -c:a aac "$DATA/vfr.mp4"
make -f lavfi -i testsrc2=size=640x360:rate=30 -f lavfi -i sine=frequency=440 -t 8 \
    -c:v libx264 -preset ultrafast -c:a aac "$DATA/lying.mp4"
make -i "$DATA/lying.mp4" -c copy -metadata:s:v:0 rotate=90 -metadata location=+48.2+016.3/ "$DATA/phone.mov"
printf '1\n00:00:57,000 --> 00:01:03,000\nOver the border\n' >"$DATA/de.srt"
# The loudspeaker in the middle alone sounds; a commentary beside it.
make -f lavfi -i testsrc2=size=1280x720:rate=12 -f lavfi -i sine=frequency=440 -f lavfi -i sine=frequency=880 -i "$DATA/de.srt" \
    -filter_complex '[1:a]pan=5.1|FC=c0[a]' -map 0:v -map '[a]' -map 2:a -map 3:s -t 66 -c:v libx264 -preset ultrafast \
    -c:a:0 ac3 -c:a:1 flac -metadata:s:a:0 language=ger -metadata:s:a:1 language=eng -metadata:s:a:1 title=Commentary \
    -metadata:s:s:0 language=ger "$DATA/cinema.mkv"
make -f lavfi -i testsrc2=size=128x72:rate=10 -f lavfi -i sine=frequency=440 -t 60 -c:v libx264 -preset ultrafast -c:a flac "$DATA/minute.mkv"
make -stream_loop 23 -i "$DATA/minute.mkv" -t 1440 -c copy "$DATA/long.mkv"
make -f lavfi -i testsrc2=size=320x240:rate=25 -t 9 -c:v libvpx -deadline realtime "$DATA/nine.webm"

wait_until 120 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
start_content StorageA StorageB
passed "a network, and five videos"

# What the player is to see of each.
jq -n '[
    {name: "vfr.mp4", width: 640, height: 360, seconds: 12},
    {name: "phone.mov", width: 360, height: 640, seconds: 8},
    {name: "cinema.mkv", width: 1280, height: 720, seconds: 66, from: 52, to: 63, qualities: ["360p", "720p"],
        sounds: ["ger", "Commentary (eng)"], texts: ["ger"], cue: {start: 57, text: "Over the border"}},
    {name: "long.mkv", width: 128, height: 72, seconds: 1440, from: 1381, to: 1384},
    {name: "nine.webm", width: 320, height: 240, seconds: 9, silent: true}
]' >"$DATA/wanted.json"
say '[]' >"$DATA/videos.json"
for name in vfr.mp4 phone.mov cinema.mkv long.mkv nine.webm; do
    BEGAN=$SECONDS
    "$CHAINFLIX" publish "$DATA/$name" --wallet "$PRODUCER" --state "$DATA/publish" --json \
        >"$DATA/$name.json" 2>"$DATA/$name.log" &
    PUBLISHING=$!
    # The most memory that the process has had, as long as it can be seen.
    while kill -0 "$PUBLISHING" 2>/dev/null; do
        sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$PUBLISHING/status" 2>/dev/null >>"$DATA/$name.memory" || true
        sleep 0.5
    done
    wait "$PUBLISHING" || fail "$name was not published: $(tail -n 1 "$DATA/$name.log")"
    PEAK=$(sort -n "$DATA/$name.memory" | tail -n 1)
    [[ $PEAK -lt $MOST_KIB ]] || fail "publishing $name took $PEAK KiB of memory"
    jq -e --arg name "$name" --slurpfile wanted "$DATA/wanted.json" '
        . as $seen | ($wanted[0][] | select(.name == $name)) as $w
        | ((.total_playtime_ms / 1000 - $w.seconds) | fabs) < 0.3 and .cells == ($w.seconds / 60 | ceil)
        and .renditions == ([($w.qualities // [1])[]] | length)
        and ([.qualities[] | select(.width == $w.width and .height == $w.height)] | length) == 1
        and (.subtitles | length) == (($w.texts // []) | length)
    ' "$DATA/$name.json" >/dev/null || fail "$name became something else: $(jq -c . "$DATA/$name.json")"
    passed "$name: $(jq -r '"\(.renditions) renditions, \(.bytes) bytes"' "$DATA/$name.json"), published in $((SECONDS - BEGAN)) s with $((PEAK / 1024)) MiB"
done
grep -q '× playing speed, [0-9:]* left' "$DATA/long.mkv.log" || fail "nothing was said of rate and time left: $(cat "$DATA/long.mkv.log")"
wait_until 60 "the last registration did not take effect" round_is "$(jq .from_round "$DATA/nine.webm.json")"

# Read back by the engine, as a player gets it, and at the same time through a program in C: what comes out is what went in.
"$CHAINFLIX" keys generate "$DATA/reader.key" >/dev/null
"$CHAINFLIX" keys generate "$DATA/embedder.key" >/dev/null
for name in headless sink; do "$CHAINFLIX" keys generate "$DATA/$name.key" >/dev/null; done
cc -std=c99 -Wall -Wextra -Werror -I client/ffi/include client/ffi/examples/play.c -L "$CHAINFLIX_BIN" -lchainflix_player -o "$DATA/play"
LD_LIBRARY_PATH=$CHAINFLIX_BIN "$DATA/play" "$CHAINFLIX_CHAIN" "$DATA/embedder.key" "$(jq -r .magnet "$DATA/nine.webm.json")" \
    "$DATA/played" >"$DATA/play.json" 2>"$DATA/play.log" &
EMBEDDED=$!
# The examples of the library, as an embedder would write them.
"$CHAINFLIX_BIN/examples/headless" "$CHAINFLIX_CHAIN" "$DATA/headless.key" "$(jq -r .link "$DATA/nine.webm.json")" \
    >"$DATA/headless.json" 2>"$DATA/headless.log" &
HEADLESS=$!
"$CHAINFLIX_BIN/examples/sink" "$CHAINFLIX_CHAIN" "$DATA/sink.key" "$(jq -r .magnet "$DATA/nine.webm.json")" "$DATA/sunk.mp4" \
    >"$DATA/sink.json" 2>"$DATA/sink.log" &
SINK=$!
"$CHAINFLIX" watch "$(jq -r .magnet "$DATA/nine.webm.json")" --wallet "$DATA/reader.key" --json >"$DATA/read.json" 2>"$DATA/read.log" ||
    fail "nine.webm can't be read back: $(tail -n 1 "$DATA/read.log")"
[[ $(jq -r .played_sha256 "$DATA/read.json") == $(jq -r .source_sha256 "$DATA/nine.webm.json") ]] || fail "something else was read than published"
passed "read back: $(jq -c '{played_ms, stalls, accepted}' "$DATA/read.json")"
wait "$EMBEDDED" || fail "the program in C did not play nine.webm: $(tail -n 1 "$DATA/play.log")"
[[ $(sha256sum <"$DATA/played" | cut -d' ' -f1) == $(jq -r .source_sha256 "$DATA/nine.webm.json") ]] ||
    fail "the program in C was given something else than was published"
passed "played by a program in C: $(jq -c . "$DATA/play.json")"
wait "$HEADLESS" || fail "the example without a screen did not play nine.webm: $(tail -n 1 "$DATA/headless.log")"
[[ $(jq -r .played_sha256 "$DATA/headless.json") == $(jq -r .source_sha256 "$DATA/nine.webm.json") ]] ||
    fail "the example without a screen was given something else than was published"
jq -e '.accepted == 1 and .screen.first_frame_ms > 0 and .screen.stalls == .stalls and .bad_groups == 0' "$DATA/headless.json" >/dev/null ||
    fail "what the example without a screen counted is not what it did: $(cat "$DATA/headless.json")"
wait "$SINK" || fail "the example with a sink of its own did not play nine.webm: $(tail -n 1 "$DATA/sink.log")"
[[ $(tail -c +"$(($(jq .init_bytes "$DATA/sink.json") + 1))" "$DATA/sunk.mp4" | sha256sum | cut -d' ' -f1) == $(jq -r .source_sha256 "$DATA/nine.webm.json") ]] ||
    fail "the sink was given something else than was published"
ffprobe -v error -show_entries format=duration -of csv=p=0 "$DATA/sunk.mp4" | awk '{ exit !($1 > 8.7 && $1 < 9.3) }' ||
    fail "what went into the sink is no video of nine seconds"
passed "played by the examples of the library: $(jq -c '{accepted, screen, relayed_bytes}' "$DATA/headless.json"), $(stat -c %s "$DATA/sunk.mp4") bytes in a file that ffprobe reads"
# Two nodes hold it where the controller wants more, so its cells are kept, and the same command comes to the same video.
"$CHAINFLIX" publish "$DATA/nine.webm" --wallet "$PRODUCER" --state "$DATA/publish" --json >"$DATA/again.json" 2>"$DATA/again.log" ||
    fail "the same command again fails: $(tail -n 1 "$DATA/again.log")"
jq -e --slurpfile first "$DATA/nine.webm.json" '.magnet == $first[0].magnet and (.kept == null) == (.copies >= .copies_wanted)' "$DATA/again.json" >/dev/null ||
    fail "the same command again came to something else: $(cat "$DATA/again.json")"
mkdir "$DATA/other" && cp "$DATA/vfr.mp4" "$DATA/other/nine.webm"
"$CHAINFLIX" publish "$DATA/other/nine.webm" --wallet "$PRODUCER" --state "$DATA/publish" --json >"$DATA/other.json" 2>"$DATA/other.log" ||
    fail "another file of the same name can't be published: $(tail -n 1 "$DATA/other.log")"
[[ $(jq -r .magnet "$DATA/other.json") != $(jq -r .magnet "$DATA/nine.webm.json") ]] || fail "another file of the same name became the same video"
passed "published again: the same video; another file of that name: another one"

# Each in a gateway of an account of its own.
for name in vfr.mp4 phone.mov cinema.mkv long.mkv nine.webm; do
    "$CHAINFLIX" keys generate "$DATA/$name.key" >/dev/null
    "$CHAINFLIX" gateway "$(jq -r .magnet "$DATA/$name.json")" --wallet "$DATA/$name.key" \
        --listen 127.0.0.1:0 --json >"$DATA/$name-gateway.json" 2>"$DATA/$name-gateway.log" &
    wait_until 30 "the gateway for $name did not start" has_match "$DATA/$name-gateway.json" '"url":"\(http[^"]*\)"'
    jq -n --arg name "$name" --slurpfile all "$DATA/videos.json" --slurpfile wanted "$DATA/wanted.json" \
        --slurpfile gateway "$DATA/$name-gateway.json" \
        '$all[0] + [($wanted[0][] | select(.name == $name)) + {url: $gateway[0].url}]' >"$DATA/videos.next"
    mv "$DATA/videos.next" "$DATA/videos.json"
done
node client/web/test/odd-videos.test.js "$DATA/videos.json"
say "five odd videos were published, read back and played, $SECONDS s"
