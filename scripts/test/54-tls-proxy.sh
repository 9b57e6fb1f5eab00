#!/usr/bin/env bash
# a verifier's API over TLS, behind nginx with the configuration of packaging/nginx: HTTP, a subscription over wss, and who is believed
# Limit: 180 s
# Needs: build
set -euo pipefail
source scripts/env.sh

NGINX=$(command -v nginx || echo /usr/sbin/nginx)
NODE=$CHAINFLIX_BIN/chainflix-node
[[ -x $NODE ]] || fail "chainflix-node is not built: run scripts/build.sh"
[[ -x $NGINX ]] || fail "nginx is missing: run scripts/setup.sh --tests"

SCRATCH=$(mktemp -d)
LOG=${CHAINFLIX_TEST_LOGS:-$SCRATCH}/tls-proxy-node.log
PIDS=()
# shellcheck disable=SC2317 # called by the trap
finish() {
    local pid
    for pid in "${PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$SCRATCH"
}
trap finish EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
TLS_PORT=$(free_port)

: >"$LOG"
# Whoever comes from 127.0.9.0/24 is refused: by that it shows whose address the verifier believes.
"$NODE" --dev --tmp --rpc-port 0 --no-prometheus --no-telemetry --no-mdns --listen-addr /ip4/127.0.0.1/tcp/0 \
    --verifier-port 0 --verifier-endpoint "wss://localhost:$TLS_PORT" \
    --verifier-proxy 127.0.0.1 --verifier-deny 127.0.9.0/24 >"$LOG" 2>&1 &
PIDS+=($!)
API_PORT=
for ((attempt = 0; attempt < 240; attempt++)); do
    API_PORT=$(sed -n 's/.*verifier service started.*api=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$LOG" | head -n 1)
    [[ -z $API_PORT ]] || break
    kill -0 "${PIDS[0]}" 2>/dev/null || fail "the node ended before its verifier served: $(tail -n 3 "$LOG")"
    sleep 0.5
done
[[ -n $API_PORT ]] || fail "the verifier served nothing within 120 s: $(tail -n 3 "$LOG")"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$SCRATCH/key.pem" -out "$SCRATCH/certificate.pem" 2>/dev/null
# The packaged file as it is, but for names and ports.
sed -e "s|/etc/letsencrypt/live/verifier.example.org/fullchain.pem|$SCRATCH/certificate.pem|" \
    -e "s|/etc/letsencrypt/live/verifier.example.org/privkey.pem|$SCRATCH/key.pem|" \
    -e "s|verifier\.example\.org|localhost|" -e "s|listen 443 ssl|listen 127.0.0.1:$TLS_PORT ssl|" \
    -e "s|127\.0\.0\.1:9960|127.0.0.1:$API_PORT|" packaging/nginx/chainflix-verifier.conf >"$SCRATCH/verifier.conf"
cat >"$SCRATCH/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $SCRATCH/nginx.pid;
error_log $SCRATCH/nginx.log;
events { worker_connections 64; }
http {
    client_body_temp_path $SCRATCH/body;
    proxy_temp_path $SCRATCH/proxy;
    fastcgi_temp_path $SCRATCH/fastcgi;
    uwsgi_temp_path $SCRATCH/uwsgi;
    scgi_temp_path $SCRATCH/scgi;
    include $SCRATCH/verifier.conf;
}
CONF
"$NGINX" -t -q -p "$SCRATCH" -c "$SCRATCH/nginx.conf" || fail "nginx does not take packaging/nginx/chainflix-verifier.conf"
"$NGINX" -p "$SCRATCH" -c "$SCRATCH/nginx.conf" &
PIDS+=($!)

# ask FROM [HEADER]: verifier_info over HTTPS from an address of this machine.
ask() {
    curl -s --max-time 10 --cacert "$SCRATCH/certificate.pem" --interface "$1" ${2:+-H "$2"} -H 'content-type: application/json' \
        -d '{"jsonrpc":"2.0","id":1,"method":"verifier_info","params":[]}' "https://localhost:$TLS_PORT/"
}
ANSWER=
for ((attempt = 0; attempt < 40; attempt++)); do
    ANSWER=$(ask 127.0.0.1 || true)
    [[ -z $ANSWER ]] || break
    sleep 0.25
done
jq -e '.result.genesis | test("^[0-9a-f]{64}$")' <<<"$ANSWER" >/dev/null || fail "no answer over HTTPS: $ANSWER"
say "passed: verifier_info over HTTPS"

code() { jq -r '.error.code' <<<"$1"; }
[[ $(code "$(ask 127.0.9.1)") == 1036 ]] || fail "the verifier does not believe its proxy: $(ask 127.0.9.1)"
[[ $(code "$(ask 127.0.9.1 'X-Forwarded-For: 203.0.113.9')") == 1036 ]] || fail "what a viewer writes before its proxy is believed"
[[ $(jq -r '.result.round' <<<"$(ask 127.0.0.1 'X-Forwarded-For: 127.0.9.1')") =~ ^[0-9]+$ ]] ||
    fail "what a viewer writes in another's name is believed"
say "passed: the proxy's word about addresses counts, and the viewer's does not"

# A subscription over wss, through the proxy: the first messages about rounds of a chain that runs.
python3 - "$TLS_PORT" "$SCRATCH/certificate.pem" <<'PYTHON'
import base64, json, os, socket, ssl, struct, sys

port, certificate = int(sys.argv[1]), sys.argv[2]
context = ssl.create_default_context(cafile=certificate)
line = context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname="localhost")
line.settimeout(90)
key = base64.b64encode(os.urandom(16)).decode()
line.sendall((f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
head = b""
while b"\r\n\r\n" not in head:
    head += line.recv(1)
assert head.startswith(b"HTTP/1.1 101"), head

def exactly(count):
    data = b""
    while len(data) < count:
        part = line.recv(count - len(data))
        assert part, "the connection ended"
        data += part
    return data

def send(opcode, data):
    mask = os.urandom(4)
    assert len(data) < 126
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
    line.sendall(bytes([0x80 | opcode, 0x80 | len(data)]) + mask + masked)

def receive():
    while True:
        first, second = exactly(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", exactly(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", exactly(8))[0]
        data = exactly(length)
        if first & 0x0F == 9:
            send(10, data)
        elif first & 0x0F == 1:
            return json.loads(data)
        else:
            assert first & 0x0F == 10, f"opcode {first & 0x0F}"

send(1, json.dumps({"jsonrpc": "2.0", "id": 1, "method": "verifier_subscribeRounds", "params": [0]}).encode())
answer = receive()
assert "result" in answer, answer
news = receive()
assert news["method"] == "verifier_rounds" and news["params"]["result"]["event"] in ("reported", "judged", "settled"), news
print("followed over wss:", news["params"]["result"]["event"], "of round", news["params"]["result"]["round"])
PYTHON
say "passed: a subscription over wss"
