#!/usr/bin/env bash
# sharing.sh [--json FILE]: viewers who share what they have watched, on a real network of four verifiers, a controller and
# two storage nodes: one watches and shares, both storage nodes are killed, and another watches from the first alone, earning
# for its minutes. Then the first is killed without warning and comes back with what it held, and what is restricted is erased.
# Needs a build, takes some six minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh

only_json "$@"
scripts/setup/web-player.sh
begin_run sharing

start_network StorageA StorageB
# Two whole minutes and a bit: the last is too short to earn.
test_video "$DATA/film.mp4" 123
publish "$DATA/film.mp4" --renditions 360
SECOND=$(key_file second //StorageA)
passed "a film of 123 s on two storage nodes"

nodes() { curl -sf "http://127.0.0.1:$CONTROLLER_PORT/v1/nodes"; }
# is_sharing CELLS: whether exactly one viewer shares, and so many cells.
is_sharing() { nodes | jq -e --argjson cells "$1" '[.[] | select(.shares and .offered) | .cells] == [$cells]'; }
nobody_is_offered() { nodes | jq -e 'all(.[]; .offered | not)'; }
copies() { curl -sf "http://127.0.0.1:$CONTROLLER_PORT/v1/videos/$MAGNET" | jq .copies; }
SHARING=(--share --share-folder "$DATA/share" --share-space 100MB --share-upload 10MB
    --share-listen /ip4/127.0.0.1/tcp/0 --share-listen /ip4/127.0.0.1/udp/0/quic-v1)

# ---------------------------------------------------------------------------------------------------------------------
chainflix watch "$MAGNET" --wallet "$VIEWER" "${SHARING[@]}" --json >"$DATA/first.json" 2>"$DATA/first.log" &
WATCHING=$!
wait_until 60 "the viewer does not say what it reveals" grep -q "this machine's address, and which minutes" "$DATA/first.log"
wait_until 120 "the controller does not hear what the viewer shares" is_sharing 3
[[ $(copies) == 2 ]] || fail "what is shared counts as a copy: $(copies)"
wait "$WATCHING" || fail "the first viewer did not get to the end: $(tail -n 3 "$DATA/first.log")"
jq -e '.accepted == 2' "$DATA/first.json" >/dev/null || fail "not accepted: $(jq -c . "$DATA/first.json")"
passed "the first viewer watched and shared three cells, which count as no copies"

# ---------------------------------------------------------------------------------------------------------------------
start_gateway "$VIEWER" "${SHARING[@]}"
wait_until 60 "the gateway does not share what was watched before" is_sharing 3
for name in StorageA StorageB; do
    kill -KILL "${PID_OF[$name]}"
    wait "${PID_OF[$name]}" 2>/dev/null || true
done
wait_until 60 "the storage nodes are still offered" nodes_are_offered 1
chainflix watch "$MAGNET" --wallet "$SECOND" --json >"$DATA/second.json" 2>"$DATA/second.log" ||
    fail "the second viewer can't watch: $(tail -n 3 "$DATA/second.log")"
PROVIDER=$(nodes | jq -r '.[] | select(.shares) | .provider')
jq -e --arg provider "$PROVIDER" '.accepted == 2 and .source_shares == {($provider): 100} and .stalls == 0' "$DATA/second.json" >/dev/null ||
    fail "watched otherwise: $(jq -c '{accepted, refused, source_shares, stalls}' "$DATA/second.json")"
cmp <(jq .played_sha256 "$DATA/first.json") <(jq .played_sha256 "$DATA/second.json") || fail "something else was shown"
passed "with all storage nodes dead the second viewer took everything from the first, without a stall, and both minutes were accepted"

# ---------------------------------------------------------------------------------------------------------------------
end_gateway KILL
wait_until 30 "a viewer that was killed is still offered" nobody_is_offered
start_gateway "$VIEWER" "${SHARING[@]}"
wait_until 60 "what the killed viewer held is not there any more" is_sharing 3
passed "killed without warning, it is back with all three cells"
chainflix supervisor restrict "$MAGNET" --reason copyright --evidence "$DATA/dossier" --wallet "$SUPERVISOR" >"$DATA/restrict.log" 2>&1 ||
    fail "not restricted: $(cat "$DATA/restrict.log")"
wait_until 90 "the viewer shares what was restricted" is_sharing 0
[[ -z $(find "$DATA/share/store" -name '*.cell') ]] || fail "restricted cells are still on disk"
passed "what was restricted is erased"
[[ -z $RESULT ]] || jq '{accepted, source_shares, stalls, stalled_ms, ttff_ms, p2p_bytes}' "$DATA/second.json" >"$RESULT"
