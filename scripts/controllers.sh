#!/usr/bin/env bash
# controllers.sh [--json FILE]: two storage controllers as processes on one PostgreSQL, beside a real chain and three storage
# nodes: one is killed, and the other has its nodes and leases; both are away while a video is restricted, and it is dark
# after one is back; bad input; the dashboard in Chromium. Needs a build, and scripts/setup.sh --tests.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
if [[ -z ${CHAINFLIX_TEST_POSTGRES:-} ]]; then exec "$CHAINFLIX_ROOT/scripts/postgres.sh" "$0" "$@"; fi
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh

RESULT=
if [[ ${1:-} == --json ]]; then RESULT=$(realpath -m "${2:?name the file for the result}"); fi
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

# ---------------------------------------------------------------------------------------------------------------------
say "bad input"
scripts/controllers/bad-input.sh "http://127.0.0.1:${PORT_OF[two]}" >"$DATA/bad-input.log" 2>&1 ||
    fail "bad input is answered otherwise than described: $(tail -n 40 "$DATA/bad-input.log")"
passed "schemathesis finds nothing: $(grep -E '[0-9]+ generated, ' "$DATA/bad-input.log" | head -n 1)"
node client/web/test/dashboard.test.js "http://127.0.0.1:${PORT_OF[two]}" 3 "${CHAINFLIX_TEST_LOGS:-$DATA}" ||
    fail "the dashboard is not as it should be"
passed "the dashboard in Chromium"

# ---------------------------------------------------------------------------------------------------------------------
say "a video is restricted while no controller runs"
for name in one two; do kill -9 "${PID_OF[$name]}"; done
printf 'a notice\n' >"$DATA/notice"
chainflix supervisor restrict "$MAGNET" --reason copyright --evidence "$DATA/notice" --wallet "$SUPERVISOR" --json >"$DATA/restricted.json"
RESTRICTED_ROUND=$(($(chainflix status --json | jq .round) + 2))
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
    jq -n --argjson takeover "$TAKEOVER_MS" --argjson dark "$DARK_MS" --argjson from "$FROM" \
        '{takeover_ms: $takeover, dark_after_start_ms: $dark, events_from_block: $from}' >"$RESULT"
fi
say "controllers: everything held, $SECONDS s"
