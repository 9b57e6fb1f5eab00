# shellcheck shell=bash
# serving by CPU time beside nginx and libp2p's perf, memory of a stream, cost of a viewer, first frame beside nginx, stalls under churn, pairs behind routers
# Sourced by scripts/bench.sh. STREAM_PARTS (serve viewer first-frame churn nat) names what is measured, STREAM_RUNS (20) pages
# that are opened, STREAM_CHURN_MINUTES (10) and STREAM_VIEWERS (3) the churn. STREAM_TIMELINE_RUNS (0) pages more are opened to
# note what took the time until the first picture. The line needs root: it is a network namespace.
source scripts/network.sh
PARTS=${STREAM_PARTS:-serve viewer first-frame churn nat}
RUNS=${STREAM_RUNS:-20}
TIMELINE_RUNS=${STREAM_TIMELINE_RUNS:-0}
LINE_BITS=12000000
LINE_DELAY_MS=25
# After a page is closed the gateway still fetches the rest of the minute, and nothing comes once it has; so long over the line.
LINE_QUIET_MS=6500
scripts/setup/system-packages.sh --benches
PATH=$PATH:/usr/sbin

measures() { [[ " $PARTS " == *" $1 "* ]]; }
results_of() {
    while read -r key value; do result "$key" "$value"; done < <(jq -r 'to_entries[] | "\(.key) \(.value | tojson)"' "$1")
}
# percentile SHARE FILE: of a JSON list of numbers.
percentile() { jq "sort | .[(length * $1 | ceil) - 1]" "$2"; }
gbps_core() { jq -n "$1 * 8 / 1e9 / ($2 / $(getconf CLK_TCK)) * 1000 | round / 1000"; }

# start_nginx FOLDER: serves a folder with one worker. Sets HTTP_PORT, TLS_PORT and NGINX, the ids of its processes.
start_nginx() {
    HTTP_PORT=${HTTP_PORT:-8181} TLS_PORT=${TLS_PORT:-8182}
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$DATA/tls.key" -out "$DATA/tls.pem" 2>/dev/null
    cat >"$DATA/nginx.conf" <<CONF
worker_processes 1;
pid $DATA/nginx.pid;
error_log $DATA/nginx.log;
events { worker_connections 2048; }
http {
    types { text/html html; text/javascript js; application/vnd.apple.mpegurl m3u8; video/mp4 mp4 m4s; }
    access_log off;
    sendfile on;
    tcp_nopush on;
    gzip_static on;
    client_body_temp_path $DATA; proxy_temp_path $DATA; fastcgi_temp_path $DATA; uwsgi_temp_path $DATA; scgi_temp_path $DATA;
    server {
        listen 127.0.0.1:$HTTP_PORT;
        listen 127.0.0.1:$TLS_PORT ssl;
        ssl_certificate $DATA/tls.pem;
        ssl_certificate_key $DATA/tls.key;
        ssl_protocols TLSv1.3;
        root $1;
    }
}
CONF
    # As root its worker would be nobody, who may not read the folder.
    nginx -c "$DATA/nginx.conf" -g "daemon off; user $(id -un);" 2>>"$DATA/nginx.log" &
    PID_OF[nginx]=$!
    wait_until 10 "nginx does not answer" curl -sf -o /dev/null "http://127.0.0.1:$HTTP_PORT/"
    mapfile -t NGINX < <(say "${PID_OF[nginx]}" && pgrep -P "${PID_OF[nginx]}")
}
stop_nginx() {
    [[ -n ${PID_OF[nginx]:-} ]] || return 0
    kill "${PID_OF[nginx]}" 2>/dev/null || true
    wait "${PID_OF[nginx]}" 2>/dev/null || true
    unset 'PID_OF[nginx]'
}
# nginx overwrites the mark by which other processes of the run are found.
trap 'stop_nginx; ended' EXIT
nginx_ticks() {
    local pid all=0
    for pid in "${NGINX[@]}"; do all=$((all + $(ticks_of "$pid"))); done
    say "$all"
}

# nginx_serves URL: gigabits per second of its CPU time, four clients at a time.
nginx_serves() {
    local before after client clients=()
    before=$(nginx_ticks)
    for client in 1 2 3 4; do
        # Sixteen times the same file: nginx has it in memory, as the storage node has its cells in the system's.
        curl -sfk "$1?$client-[1-16]" -o /dev/null &
        clients+=($!)
    done
    wait_for_all "${clients[@]}"
    after=$(nginx_ticks)
    gbps_core $((4 * 16 * 37500000)) $((after - before))
}

if measures serve; then
    say "== serving: a storage node's CPU time and memory"
    mkdir -p "$DATA/serve"
    "$CHAINFLIX_BIN/examples/stream_figures" "$DATA/serve" >"$DATA/serve.json" || fail "serving can't be measured"
    results_of "$DATA/serve.json"
    rm -rf "$DATA/serve"
    say "== the same bytes from nginx"
    mkdir -p "$DATA/www"
    head -c 37500000 /dev/urandom >"$DATA/www/cell"
    say ready >"$DATA/www/index.html"
    start_nginx "$DATA/www"
    result serve_gbps_core_nginx "$(nginx_serves "http://127.0.0.1:$HTTP_PORT/cell")"
    result serve_gbps_core_nginx_tls "$(nginx_serves "https://127.0.0.1:$TLS_PORT/cell")"
    stop_nginx
fi

if measures viewer; then
    say "== what a minute of 1080p costs a viewer"
    "$CHAINFLIX_BIN/examples/viewer_figures" >"$DATA/viewer.json" || fail "a viewer's cost can't be measured"
    results_of "$DATA/viewer.json"
fi

# start_gateway_of NAME [COMMAND...]: a gateway with an account of its own for the video, started by the command. Sets URL.
start_gateway_of() {
    local name=$1
    shift
    [[ -f $DATA/$name.key ]] || chainflix keys generate "$DATA/$name.key" >/dev/null
    "$@" "$CHAINFLIX" gateway "$MAGNET" --wallet "$DATA/$name.key" --listen 127.0.0.1:0 --json \
        >"$DATA/$name.json" 2>"$DATA/$name.log" &
    PID_OF[$name]=$!
    wait_until 60 "the gateway $name did not start" has_match "$DATA/$name.json" '"url":"\(http[^"]*\)"'
    URL=$(jq -r .url "$DATA/$name.json")
}

# copy_hls FOLDER: what the gateway at URL serves of the video, as files.
copy_hls() {
    local base token opened playlist media file
    base=${URL%%/#*}
    token=$(first_match <(say "$URL") 'token=\([^&]*\)')
    opened=$(curl -sf "$base/api/open" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "{\"link\":\"$MAGNET\"}")
    playlist=$(jq -r .playlist <<<"$opened")
    mkdir -p "$1/media"
    curl -sf "$base$playlist" -o "$1/media/master.m3u8"
    while read -r media; do
        mkdir -p "$1/media/$(dirname "$media")"
        curl -sf "$base${playlist%/*}/$media" -o "$1/media/$media"
        while read -r file; do
            curl -sf --create-dirs "$base${playlist%/*}/${media%/*}/$file" -o "$1/media/${media%/*}/$file" ||
                fail "the gateway does not give $file of $media"
        done < <(sed -n 's/.*URI="\([^"]*\)".*/\1/p; /^[^#]/p' "$1/media/$media")
    done < <(sed -n 's/.*URI="\([^"]*\)".*/\1/p; /^[^#]/p' "$1/media/master.m3u8" | sort -u)
}

# first_frame NAME PAUSE_MS [COMMAND...]: opens pages of the gateway at URL and of nginx, run by the command, and leaves in
# NAME.list how long each took.
first_frame() {
    local name=$1 pause=$2 pages=("$URL" "http://127.0.0.1:$HTTP_PORT/index.html")
    shift 2
    "$@" node scripts/bench/stream/first-frame.js "$RUNS" "$pause" - "${pages[@]}" >"$DATA/$name.lists" || fail "no first frame was seen ($name)"
    jq .[0] "$DATA/$name.lists" >"$DATA/$name.list"
    jq .[1] "$DATA/$name.lists" >"$DATA/$name-nginx.list"
    if ((TIMELINE_RUNS > 0)); then
        "$@" node scripts/bench/stream/first-frame.js "$TIMELINE_RUNS" "$pause" "$DATA/$name.timeline" "${pages[@]}" >/dev/null ||
            fail "no first frame was seen ($name)"
    fi
}

if measures first-frame || measures churn; then
    say "== a network of four verifiers"
    NODE_PATH=$(scripts/setup/node-modules.sh client/web)
    export NODE_PATH
    scripts/setup/web-player.sh
    for name in alice bob charlie dave; do start_verifier "$name"; done
    wait_until 120 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
fi

if measures first-frame; then
    start_content StorageA StorageB StorageC
    # One cell, so that all of it may be had without playing; 1080p, so that there is something to choose.
    ffmpeg -nostdin -loglevel error -y -f lavfi -i testsrc2=size=1920x1080:rate=25 -f lavfi -i sine=frequency=440 -t 30 \
        -c:v libx264 -preset ultrafast -b:v 5M -pix_fmt yuv420p -c:a aac "$DATA/video.mp4"
    publish "$DATA/video.mp4"
    say "== first frame on loopback"
    start_gateway_of copied
    copy_hls "$DATA/www"
    cp scripts/bench/stream/rival.html "$DATA/www/index.html"
    cp "$CHAINFLIX_BIN/hls.js" "$DATA/www/hls.js"
    # As a site would serve it.
    gzip -9 -k "$DATA/www/hls.js"
    kill "${PID_OF[copied]}"
    start_nginx "$DATA/www"
    start_gateway_of near
    first_frame near 500
    for name in near near-nginx; do
        suffix=loopback${name#near}
        result "ttff_ms_p50_${suffix//-/_}" "$(percentile 0.5 "$DATA/$name.list")"
        result "ttff_ms_p95_${suffix//-/_}" "$(percentile 0.95 "$DATA/$name.list")"
    done
    kill "${PID_OF[near]}"

    say "== first frame at 12 Mb/s and 50 ms"
    PORTS=("$CONTROLLER_PORT" "$HTTP_PORT")
    for name in alice bob charlie dave; do PORTS+=("${RPC_OF[$name]##*:}" "${API_OF[$name]##*:}"); done
    while read -r port; do PORTS+=("$port"); done < <(
        for name in StorageA StorageB StorageC; do ss -Hltnp | sed -n "s/.*127.0.0.1:\([0-9]*\) .*pid=${PID_OF[$name]},.*/\1/p"; done
    )
    mkfifo "$DATA/line.in"
    python3 scripts/bench/stream/link.py "$LINE_BITS" "$LINE_DELAY_MS" "${PORTS[@]}" <"$DATA/line.in" >"$DATA/line.pid" &
    exec {LINE}>"$DATA/line.in"
    wait_until 10 "the line is not there" test -s "$DATA/line.pid"
    over_line() { nsenter --net="/proc/$(cat "$DATA/line.pid")/ns/net" "$@"; }
    start_gateway_of far over_line
    first_frame far "$LINE_QUIET_MS" over_line
    for name in far far-nginx; do
        suffix=link${name#far}
        result "ttff_ms_p50_${suffix//-/_}" "$(percentile 0.5 "$DATA/$name.list")"
        result "ttff_ms_p95_${suffix//-/_}" "$(percentile 0.95 "$DATA/$name.list")"
    done
    result ttff_ms_lists "$(jq -cs '{loopback: .[0], loopback_nginx: .[1], link: .[2], link_nginx: .[3]}' \
        "$DATA/near.list" "$DATA/near-nginx.list" "$DATA/far.list" "$DATA/far-nginx.list")"
    if ((TIMELINE_RUNS > 0)); then
        result ttff_timelines "$(jq -cs '{loopback: .[0][0], loopback_nginx: .[0][1], link: .[1][0], link_nginx: .[1][1]}' \
            "$DATA/near.timeline" "$DATA/far.timeline")"
    fi
    kill "${PID_OF[far]}"
    stop_nginx
    exec {LINE}>&-
fi

if measures churn; then
    source scripts/bench/stream/churn.sh
fi

if measures nat; then
    say "== pairs behind routers"
    source scripts/bench/nat.sh
fi
