#!/usr/bin/env bash
# the whole path on four nodes while things go wrong: cheats, damaged disks and wires, a killed verifier, bad input
# Limit: 1100 s
# Needs: build
set -euo pipefail
source scripts/env.sh
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh

begin_run end-to-end

VERIFIERS=(alice bob charlie dave)
finalized() { chainflix status --json | jq .finalized; }
# value JSON_FILE FILTER
value() { jq -r "$2" "$DATA/$1.json"; }
# played_right NAME: what the watch NAME played is what was published as $DATA/published.json then.
played_right() {
    [[ $(value "$1" .played_sha256) == "$(value published .source_sha256)" ]] || fail "$1 played something else than was published"
}

# ---------------------------------------------------------------------------------------------------------------------
# The network; what StorageC sends passes a proxy that flips bits.
for name in "${VERIFIERS[@]}"; do start_verifier "$name"; done
# Every invariant of every pallet, after every block: it ends when one does not hold.
"$CHAINFLIX_BIN/examples/state_check" "${RPC_OF[@]}" >"$DATA/state-check.log" 2>&1 &
CHECK=$!
wait_until 120 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
scripts/test/flipping-proxy.py "$DATA/proxy-port" "$DATA/proxy-target" >"$DATA/proxy.log" 2>&1 &
wait_until 10 "the proxy did not start" test -s "$DATA/proxy-port"
start_content StorageA StorageB
register_storage StorageC //StorageC
start_storage StorageC --announce "/ip4/127.0.0.1/tcp/$(cat "$DATA/proxy-port")"
wait_until 30 "StorageC does not listen" has_match "$DATA/StorageC.log" 'serves as .*/ip4/127.0.0.1/tcp/\([0-9]*\)'
first_match "$DATA/StorageC.log" 'serves as .*/ip4/127.0.0.1/tcp/\([0-9]*\)' >"$DATA/proxy-target"
wait_until 60 "the registration of StorageC did not take effect" round_is "$(value StorageC .from_round)"
wait_until 60 "the controller does not offer all storage nodes" nodes_are_offered 3
passed "four verifiers, a controller, three storage nodes, one behind a proxy that flips bits"

# ---------------------------------------------------------------------------------------------------------------------
# x1: a lie on the wire, and a damaged disk, reach no player.
test_video "$DATA/long.mp4" 70
publish "$DATA/long.mp4"
LONG=$MAGNET
[[ $(value published .copies) -eq 3 ]] || fail "the video has $(value published .copies) copies instead of 3"
DAMAGED=$(find "$DATA/StorageA/store" -name '*.cell' -size +2M | head -n 1)
[[ -n $DAMAGED ]] || fail "StorageA holds no cell of a minute"
# One bit in every 256 KiB: whichever part of the cell it is asked for, it comes to one.
python3 - "$DAMAGED" <<'PYTHON'
import os, sys
with open(sys.argv[1], "r+b") as cell:
    for place in range(100_000, os.path.getsize(sys.argv[1]), 256 * 1024):
        cell.seek(place)
        byte = cell.read(1)
        cell.seek(place)
        cell.write(bytes([byte[0] ^ 1]))
PYTHON

# ---------------------------------------------------------------------------------------------------------------------
# kill -9 of the verifier that has just accepted a minute, while the next one plays.
"$CHAINFLIX" watch "$LONG" --wallet "$VIEWER" --json >"$DATA/watched.json" 2>"$DATA/watched.log" &
WATCH=$!
wait_until 30 "the viewer has no verifiers" has_match "$DATA/watched.log" 'proved to the verifiers \(cf[^,]*\)'
ISSUER=$(first_match "$DATA/watched.log" 'proved to the verifiers \(cf[^,]*\)')
VICTIM=
for name in "${VERIFIERS[@]}"; do
    [[ $(account_of "$(key_file "$name" "//${name^}")") != "$ISSUER" ]] || VICTIM=$name
done
[[ -n $VICTIM ]] || fail "$ISSUER is no verifier of the preset"
wait_until 90 "the first minute was not accepted" grep -q 'minute 0 accepted' "$DATA/watched.log"
disown "${PID_OF[$VICTIM]}"
kill -9 "${PID_OF[$VICTIM]}"
KILLED_AT=$(finalized)
KILLED_ROUND=$(chainflix status --json | jq .round)
wait "$WATCH" || fail "the viewer's playback broke off: $(tail -n 3 "$DATA/watched.log")"
played_right watched
# Whoever shares this machine may cost it a moment; waiting for the killed verifier would take longer.
[[ $(value watched .stalled_ms) -le 2000 ]] || fail "the playback stalled for $(value watched .stalled_ms) ms"
passed "playback went on while $VICTIM, which proved it, was killed: $(value watched .stalls) stalls"
grep -q 'flipped a bit' "$DATA/proxy.log" || fail "the proxy flipped nothing: this test no longer sees lies on the wire"
grep -q 'no longer verifies' "$DATA/StorageA.log" || fail "StorageA did not notice the flipped byte on its disk"
[[ $(jq '.p2p_bytes as $all | [.sources[] | select(.bytes * 10 > $all)] | length' "$DATA/watched.json") -ge 1 ]] ||
    fail "no source gave a tenth of the bytes: $(jq -c .sources "$DATA/watched.json")"
passed "x1: a flipped byte on disk and bits flipped on the wire reached no player"
finality_goes_on() { [[ $(finalized) -ge $((KILLED_AT + 4)) ]]; }
wait_until 60 "the chain does not finalize with three of four verifiers" finality_goes_on
passed "the chain finalizes with three of four verifiers"

# ---------------------------------------------------------------------------------------------------------------------
# Cheats, each with an account of its own, while the killed verifier is away and comes back.
test_video "$DATA/short.mp4" 12
start_verifier "$VICTIM"
publish "$DATA/short.mp4"
SHORT=$MAGNET
KEYS=()
for number in 1 2 3 4 5 6 7; do
    "$CHAINFLIX" keys generate "$DATA/cheat-$number.key" >/dev/null
    KEYS+=("$DATA/cheat-$number.key")
done
"$CHAINFLIX_BIN/examples/cheating_viewer" "$SHORT" --chain "$CHAINFLIX_CHAIN" --received "$DATA/received.words" \
    "${KEYS[@]}" >"$DATA/cheats.json" ||
    fail "a cheat was not refused as it has to be: $(cat "$DATA/cheats.json")"
passed "refused: $(jq -r 'to_entries | map("\(.key) as \(.value)") | join(", ")' "$DATA/cheats.json")"
LAST_ROUND=$(($(chainflix status --json | jq .round) + 2))
# From here on nobody needs StorageC. Whether verifiers notice that it is gone is looked at later.
kill "${PID_OF[StorageC]}"
wait "${PID_OF[StorageC]}" 2>/dev/null || true
# One verifier may know of finality a block later than another, at the border of a round.
STOPPED_ROUND=$(($(chainflix status --json | jq .round) + 1))

# ---------------------------------------------------------------------------------------------------------------------
# What was accepted is paid, once, and nothing else is.
ACCOUNTS=("$(account_of "$PRODUCER")" "$(account_of "$SUPERVISOR")" "$(account_of "$VIEWER")")
for name in StorageA StorageB StorageC "${VERIFIERS[@]}"; do ACCOUNTS+=("$(account_of "$DATA/$name.key")"); done
for key in "${KEYS[@]}"; do ACCOUNTS+=("$(account_of "$key")"); done
ACCEPTED=$(($(value watched .accepted) + 1))
settled_views() { chainflix rounds --limit 1000 --json | jq '[.[].blocks[] | select(.approved) | .views] | add'; }
all_is_settled() {
    [[ $(chainflix rounds --limit 1000 --json | jq '[.[].round] | max') -ge $LAST_ROUND && $(settled_views) -ge $ACCEPTED ]]
}
wait_until 240 "of $ACCEPTED accepted views not all were settled (rounds since $KILLED_ROUND, $VICTIM was killed)" all_is_settled
[[ $(settled_views) -eq $ACCEPTED ]] || fail "$(settled_views) views were settled, but $ACCEPTED accepted"
chainflix rounds --limit 1000 --json >"$DATA/rounds.json"
earnings_are_computed() {
    chainflix earnings "${ACCOUNTS[@]}" --json >"$DATA/earned.json" &&
        jq -e --argjson last "$LAST_ROUND" 'all(.[]; .as_of_round >= $last)' "$DATA/earned.json"
}
wait_until 60 "the earnings were not computed" earnings_are_computed
python3 - "$DATA/rounds.json" "$DATA/earned.json" "$(account_of "$VIEWER")" "$(account_of "${KEYS[2]}")" <<'PYTHON' ||
import json, sys
from decimal import Decimal, getcontext
getcontext().prec = 60
rounds, earned = (json.load(open(name)) for name in sys.argv[1:3])
honest = set(sys.argv[3:])
of = {account["account"]: Decimal(account["lifetime_cfx"]) for account in earned}
settled = sum(Decimal(r["settled_cfx"]) for r in rounds)
emission = sum(Decimal(r["emission_cfx"]) for r in rounds)
remainders = sum(Decimal(r["remainder_cfx"]) for r in rounds)
blocks = sum(Decimal(b["reward_cfx"]) for r in rounds for b in r["blocks"])
paid = sum(of.values())
print(f"  emission {emission} less remainders {remainders} = settled {settled} = rewards of blocks {blocks} = earned {paid}")
# The producer, the supervisor, the viewer, three storage nodes, four verifiers; then seven cheats.
cheats = [account["account"] for account in earned[10:]]
sys.exit(not (emission - remainders == settled == blocks == paid > 0
    and all((of[cheat] > 0) == (cheat in honest) for cheat in cheats)
    and of[sys.argv[3]] > 0))
PYTHON
    fail "the accounts did not earn exactly what was settled, or a cheat earned"
passed "everything accepted is settled once, also what $VICTIM had accepted before it was killed; no cheat earned"

# ---------------------------------------------------------------------------------------------------------------------
# Whom a view pays checks it against the chain, others get no view, and a proof that was changed does not hold.
chainflix view list --wallet "$VIEWER" --json >"$DATA/views.json"
[[ $(value views length) -ge $(value watched .accepted) ]] || fail "the viewer sees $(value views length) views"
while read -r view; do
    chainflix view verify "$view" --wallet "$VIEWER" --json >"$DATA/verified.json" || fail "view $view does not hold: $(cat "$DATA/verified.json")"
    [[ $(value verified .outcome.value_cfx) == "$(jq -r --arg view "$view" '.[] | select(.view == $view) | .fate.value_cfx' "$DATA/views.json")" ]] ||
        fail "view $view is worth something else by the chain: $(cat "$DATA/verified.json")"
done < <(value views '.[] | select(.fate.state == "settled") | .view')
[[ -s $DATA/verified.json ]] || fail "no view of the viewer is settled"
ONE=$(value verified .view)
chainflix view show "$ONE" --wallet "$PRODUCER" --save "$DATA/view.proof" >/dev/null || fail "the producer does not see a view that pays it"
chainflix view verify --proof "$DATA/view.proof" >/dev/null || fail "a saved proof does not hold"
! chainflix view show "$ONE" --wallet "${KEYS[0]}" >/dev/null 2>&1 || fail "a stranger sees what the viewer watches"
python3 - "$DATA/view.proof" "$DATA/other.proof" <<'PYTHON'
import sys
proof = bytearray.fromhex(open(sys.argv[1]).read())
proof[60] ^= 1
open(sys.argv[2], "w").write(proof.hex())
PYTHON
! chainflix view verify --proof "$DATA/other.proof" >/dev/null 2>&1 || fail "a changed proof holds"
passed "views are proved against the chain to whom they pay, and to nobody else"

# ---------------------------------------------------------------------------------------------------------------------
# Verifiers talk to each other on their p2p ports only. Both ends of a connection on loopback are in the table.
ss -Htnp state established >"$DATA/connections.log"
python3 - "$DATA/connections.log" "$(for name in "${VERIFIERS[@]}"; do printf '%s ' "${PID_OF[$name]}"; done)" \
    "$(for name in "${VERIFIERS[@]}"; do printf '%s ' "$(cut -d/ -f5 <<<"${P2P_OF[$name]}")"; done)" <<'PYTHON' ||
import re, sys
pids, ports = set(sys.argv[2].split()), set(sys.argv[3].split())
owner = {}
for line in open(sys.argv[1]):
    found = re.search(r"127\.0\.0\.1\]?:(\d+)\s+\S*127\.0\.0\.1\]?:(\d+)\s.*pid=(\d+)", line)
    if found and found[3] in pids:
        owner[found[1], found[2]] = found[3]
between = [ends for ends in owner if (ends[1], ends[0]) in owner]
print(f"  {len(between) // 2} connections between verifiers, p2p ports {' '.join(sorted(ports))}")
sys.exit(not (len(between) >= 6 and all(ports & set(ends) for ends in between)))
PYTHON
    fail "verifiers talk to each other on other ports than their p2p ports, or not at all"
passed "verifiers talk to each other on their p2p ports only"

# ---------------------------------------------------------------------------------------------------------------------
# No secret in a log or on a command line, and none in a file that others may read: keys of accounts, nodes, storage and
# controller; the verifiers' own; the set secret, out of a stopped verifier's store; keys that viewers were given.
kill "${PID_OF[dave]}"
wait "${PID_OF[dave]}" 2>/dev/null || true
find "$DATA" -name '*.key' -o -path '*/keystore/*' -type f -o -name 'network-key' -o -path '*secret*' -type f >"$DATA/private"
[[ $(wc -l <"$DATA/private") -ge 20 ]] || fail "only $(wc -l <"$DATA/private") secret files found: this test no longer sees them"
while read -r file; do
    [[ $(stat -c %a "$file") == *00 ]] || fail "others may read $file: mode $(stat -c %a "$file")"
done <"$DATA/private"
STORE=$(find "$DATA" -path '*dave*' -name verifier.redb)
"$CHAINFLIX_BIN/examples/set_secrets" "$(dirname "$STORE")" >"$DATA/set.words" || fail "dave's set secrets can't be read"
[[ $(wc -l <"$DATA/set.words") -ge 1 ]] || fail "dave holds no set secret"
[[ $(wc -l <"$DATA/received.words") -ge 7 ]] || fail "the cheats were given $(wc -l <"$DATA/received.words") keys"
# Each as hex, as base64 and as Rust and JSON print bytes. Files hold 32 bytes or their hex; dev accounts are no secrets.
python3 - "$DATA/private" "$DATA/set.words" "$DATA/received.words" >"$DATA/private-words" <<'PYTHON'
import base64, re, sys
secrets = set()
for path in open(sys.argv[1]).read().split("\n") + sys.argv[2:]:
    content = open(path, "rb").read() if path else b""
    if len(content) == 32:
        secrets.add(content)
    for word in re.findall(rb"\b(?:0x)?([0-9a-f]{64})\b", content):
        secrets.add(bytes.fromhex(word.decode()))
for secret in secrets:
    print(secret.hex())
    print(base64.b64encode(secret).decode().rstrip("="))
    print(", ".join(str(byte) for byte in secret))
    print(",".join(str(byte) for byte in secret))
PYTHON
WORDS=$(wc -l <"$DATA/private-words")
[[ $WORDS -ge $((4 * 30)) ]] || fail "only $((WORDS / 4)) secrets found: this test no longer sees them"
if grep -qFif "$DATA/private-words" "$DATA"/*.log "$DATA"/*.json; then fail "a log holds a secret"; fi
mapfile -t RUNNING < <(processes_of_run)
for pid in "${RUNNING[@]}"; do
    if tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qFif "$DATA/private-words"; then fail "a command line holds a secret"; fi
done
passed "none of $((WORDS / 4)) secrets (set secret and viewers' keys among them) is in a log, on a command line, or for others to read"

# ---------------------------------------------------------------------------------------------------------------------
# dave's folder is lost. What only this verifier may hold comes back from a backup, by its passphrase and by no other.
(umask 077 && head -c 24 /dev/urandom | base64 >"$DATA/passphrase" && printf 'another passphrase\n' >"$DATA/wrong-passphrase")
# backup COMMAND PASSPHRASE_FILE
backup() { "$NODE" verifier "$1" "$DATA/dave.backup" --passphrase-file "$DATA/$2" --chain local --base-path "$DATA/dave" >>"$DATA/backup.log" 2>&1; }
backup backup passphrase || fail "dave's keys are not backed up: $(tail -n 1 "$DATA/backup.log")"
[[ $(stat -c %a "$DATA/dave.backup") == *00 ]] || fail "others may read a backup"
if grep -qFif "$DATA/private-words" "$DATA/dave.backup" "$DATA/backup.log"; then fail "a backup holds a secret in clear"; fi
sha256sum "$(dirname "$STORE")"/*.key >"$DATA/keys.sums"
rm -r "$(dirname "$STORE")"
! backup restore wrong-passphrase || fail "a backup opens with another passphrase"
backup restore passphrase || fail "dave's backup is not restored: $(tail -n 1 "$DATA/backup.log")"
! backup restore passphrase || fail "a restore wrote over keys that were there"
sha256sum --quiet -c "$DATA/keys.sums" || fail "other keys came back from the backup"
"$CHAINFLIX_BIN/examples/set_secrets" "$(dirname "$STORE")" | cmp -s - "$DATA/set.words" || fail "other set secrets came back from the backup"
passed "keys and set secrets of a verifier come back from its backup, by its passphrase only"

# ---------------------------------------------------------------------------------------------------------------------
# Without its off-chain worker a verifier puts no report on chain; everybody else does.
start_verifier dave --offchain-worker never
SILENT=$(account_of "$DATA/dave.key")
FROM=$(($(chainflix status --json | jq .round) + 2))
two_more_are_settled() { chainflix rounds --after "$FROM" --json | jq -e 'length >= 2'; }
wait_until 150 "no more rounds are settled" two_more_are_settled
chainflix rounds --after "$FROM" --json |
    jq -e --arg silent "$SILENT" 'all(.[]; (.reporters | length) >= 2 and (.reporters | index($silent)) == null)' >/dev/null ||
    fail "the reporters are not verifiers with an off-chain worker: $(chainflix rounds --after "$FROM" --json | jq -c '[.[].reporters]')"
passed "a verifier without off-chain worker puts no report on chain"

# ---------------------------------------------------------------------------------------------------------------------
# A verifier registers new session keys, made and proved by its own node; another's proof is worth nothing.
chainflix verifier register-keys --wallet "$DATA/alice.key" --node "${RPC_OF[alice]}" --json >"$DATA/session-keys.json" ||
    fail "alice can't register session keys"
HELD=$(curl -sf -H 'Content-Type: application/json' "http://${RPC_OF[alice]#ws://}" \
    -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"author_hasSessionKeys\",\"params\":[$(jq .session_keys "$DATA/session-keys.json")]}" | jq .result)
[[ $HELD == true ]] || fail "alice's node does not hold the keys that were registered: $HELD"
passed "session keys are registered with the proof of the node that made them"

# ---------------------------------------------------------------------------------------------------------------------
# Bad input: one clear sentence, and an exit code that is not 0.
# refused WORDS COMMAND...
refused() {
    local words=$1 said
    shift
    if said=$(timeout 60 "$CHAINFLIX" "$@" 2>&1 >/dev/null); then fail "this was not refused: $*"; fi
    [[ $(grep -c '^error: ' <<<"$said") -eq 1 ]] || fail "not one sentence for $*: $said"
    grep -q "^error: .*$words" <<<"$said" || fail "for $* it says: $said"
    if grep -qE 'panicked|RUST_BACKTRACE' <<<"$said"; then fail "it panicked at $*: $said"; fi
}
printf 'this is no video\n' >"$DATA/text.mp4"
: >"$DATA/empty.mp4"
PUBLISH=(--wallet "$PRODUCER" --state "$DATA/publish")
refused 'video' publish "$DATA/text.mp4" "${PUBLISH[@]}"
refused 'empty' publish "$DATA/empty.mp4" "${PUBLISH[@]}"
refused "can't be read" publish "$DATA/nowhere.mp4" "${PUBLISH[@]}"
refused 'is not a file' publish "$DATA" "${PUBLISH[@]}"
refused 'does not answer' publish "$DATA/short.mp4" "${PUBLISH[@]}" --controller http://127.0.0.1:9
refused 'no supervisor has approved' publish "$DATA/short.mp4" --wallet "$VIEWER" --state "$DATA/publish"
refused 'no video' watch "$(printf '5a%.0s' {1..32})" --wallet "$VIEWER"
refused '64 hex digits' watch 5a5a --wallet "$VIEWER"
refused 'does not answer' watch "$SHORT" --wallet "$VIEWER" --controller http://127.0.0.1:9
refused 'in use' controller --key "$DATA/controller.key" --listen "127.0.0.1:$CONTROLLER_PORT" --state "$DATA/other"
refused 'in use' gateway --wallet "$VIEWER" --listen "127.0.0.1:$CONTROLLER_PORT"
refused 'no node of the chain answers' status --chain ws://127.0.0.1:9
refused 'no key file' watch "$SHORT" --wallet "$DATA/nowhere.key"
refused 'no registered node' storage run --folder "$DATA/unregistered"
cp "$VIEWER" "$DATA/open.key" && chmod 644 "$DATA/open.key"
refused 'chmod 600' watch "$SHORT" --wallet "$DATA/open.key"
passed "bad input is refused with one sentence"

# ---------------------------------------------------------------------------------------------------------------------
# The chain says which storage nodes the verifiers found alive: those that run, and not the one that was stopped, from the
# first period of ten rounds on that it missed as a whole. One verifier of four has no off-chain worker.
MISSED=$(((STOPPED_ROUND / 10 + 2) * 10 - 1))
storage_status() { chainflix storage status --folder "$DATA/$1" --json; }
are_seen() { for name in "$@"; do storage_status "$name" | jq -e --argjson missed "$MISSED" '.last_seen_round >= $missed' || return 1; done; }
wait_until 180 "the verifiers do not find the storage nodes alive that run" are_seen StorageA StorageB
storage_status StorageC | jq -e --argjson missed "$MISSED" '.last_seen_round != null and .last_seen_round < $missed' >/dev/null ||
    fail "of a storage node that was stopped in round $STOPPED_ROUND the chain says: $(storage_status StorageC)"
passed "verifiers attest the storage nodes that run, and not the one that was stopped"

# ---------------------------------------------------------------------------------------------------------------------
# e1: one verifier's keys on two nodes. Both write blocks in its slots: it is disabled, slashed and barred, and the rest go on.
KEYS_OF=charlie start_verifier twin
charlie() { chainflix verifier status --wallet "$DATA/charlie.key" --json; }
charlie_is_barred() { charlie | jq -e '.barred_until_session != null and (.status == "leaving" or .status == "left")'; }
wait_until 120 "charlie equivocates, and is not barred for it" charlie_is_barred
TWINS_AT=$(finalized)
twins_are_outvoted() { [[ $(finalized) -ge $((TWINS_AT + 3)) ]]; }
wait_until 90 "the chain does not finalize beside an equivocating verifier" twins_are_outvoted
passed "e1: a verifier on two nodes is $(charlie | jq -r .status) and barred until session $(charlie | jq .barred_until_session)"

# ---------------------------------------------------------------------------------------------------------------------
# What every pallet promises held after every block of all this.
LAST=$(finalized)
state_is_checked() { ! kill -0 "$CHECK" || grep -q "^block $LAST:" "$DATA/state-check.log"; }
wait_until 60 "the state of block $LAST was not checked" state_is_checked
kill -0 "$CHECK" 2>/dev/null || fail "an invariant does not hold: $(tail -n 1 "$DATA/state-check.log")"
[[ $(grep -c '^block ' "$DATA/state-check.log") -gt $LAST ]] || fail "the states of some of $LAST blocks were not checked"
kill "$CHECK"
passed "the invariants of all pallets held after each of $LAST blocks, in up to $(grep -o '[0-9]* entries' "$DATA/state-check.log" | sort -n | tail -n 1)"
say "end to end: everything held, $SECONDS s"
