#!/usr/bin/env bash
# verifier-set.sh [--changes N] [--json FILE]: a network of four verifiers and two candidates that come and go, N times in all (20 unless
# said), with sessions of ten blocks, at the end with the least set that may be; then one verifier's keys on two nodes, apart from each
# other at first. Takes up to 40 minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh
source scripts/soak/candidates.sh

USAGE="usage: scripts/soak/verifier-set.sh [--changes N] [--json FILE], N even"
CHANGES=20
JSON=
while [[ $# -gt 0 ]]; do
    case $1 in
        --changes) CHANGES=${2:-} ;;
        --json) JSON=${2:-} ;;
        *) fail "$USAGE" ;;
    esac
    shift 2 || fail "$USAGE"
done
[[ $CHANGES =~ ^[1-9]?[02468]$ && $CHANGES -ge 2 ]] || fail "$USAGE"
SESSION=10
if [[ -z ${CHAINFLIX_BUILT:-} ]]; then
    scripts/setup.sh --tests
    scripts/build.sh
fi
NODE_PATH=$(scripts/setup/node-modules.sh scripts/polkadot-js)
export NODE_PATH
begin_run verifier-set
start_with_candidates "$SESSION"
"$CHAINFLIX_BIN/examples/state_check" "${RPC_OF[@]}" >"$DATA/state-check.log" 2>&1 &
CHECK=$!
node scripts/polkadot-js/set-changes.js --json "$DATA/changes.json" --minimum //Dave "${RPC_OF[alice]}" "$CHANGES" //Eve //Ferdie
passed "$CHANGES changes of the verifier set, each in the session that was said, kept finality, at the least set too"

# ---------------------------------------------------------------------------------------------------------------------
# e1: charlie's keys on a second node, which with dave sees nobody else. There, blocks are written and none is finalized.
key_file charlie //Charlie >/dev/null
kill "${PID_OF[dave]}"
wait "${PID_OF[dave]}" 2>/dev/null || true
declare -A WHOLE_NETWORK=()
for name in "${!P2P_OF[@]}"; do
    WHOLE_NETWORK[$name]=${P2P_OF[$name]}
    [[ $name == dave ]] || unset "P2P_OF[$name]"
done
start_verifier dave --reserved-only --allow-private-ip
BEFORE=$(finalized_of alice)
BEFORE_HASH=$(hash_at alice "$BEFORE")
KEYS_OF=charlie start_verifier twin --reserved-only --reserved-nodes "${P2P_OF[dave]}"
rpc_with dave system_addReservedPeer "[\"${P2P_OF[twin]}\"]" >/dev/null
twin_writes() { grep -q 'Pre-sealed block for proposal' "$DATA/twin-1.log"; }
wait_until 180 "the twin writes no block of its own" twin_writes
whole_finalizes() { [[ $(finalized_of alice) -ge $((BEFORE + 5)) ]]; }
wait_until 120 "three of four verifiers do not finalize" whole_finalizes
passed "e1: apart, the twin writes blocks of its own, and the others finalize theirs"
HEALED=$(finalized_of alice)
HEALED_HASH=$(hash_at alice "$HEALED")
for name in alice bob charlie; do
    rpc_with dave system_addReservedPeer "[\"${WHOLE_NETWORK[$name]}\"]" >/dev/null
    rpc_with twin system_addReservedPeer "[\"${WHOLE_NETWORK[$name]}\"]" >/dev/null
done
charlie_status() { chainflix verifier status --wallet "$DATA/charlie.key" --json; }
charlie_is_out() { charlie_status | jq -e '.barred_until_session != null and .status == "left"'; }
FROM=$(chainflix status --json | jq .finalized)
wait_until 240 "charlie equivocates, and is not out of the set" charlie_is_out
TOOK=$(($(chainflix status --json | jq .finalized) - FROM))
# Two sessions from the one in which it was seen.
[[ $TOOK -le $((3 * SESSION + 5)) ]] || fail "charlie was in the set for $TOOK blocks"
[[ $(hash_at alice "$BEFORE") == "$BEFORE_HASH" && $(hash_at alice "$HEALED") == "$HEALED_HASH" &&
    $(hash_at dave "$HEALED") == "$HEALED_HASH" ]] || fail "what was finalized before the healing has changed"
goes_on() { [[ $(finalized_of alice) -ge $((HEALED + TOOK + 5)) ]]; }
wait_until 120 "finality does not go on without charlie" goes_on
passed "e1: healed, the finalized prefix is unchanged, charlie is out $TOOK blocks later and barred until session $(charlie_status | jq .barred_until_session)"

kill -0 "$CHECK" 2>/dev/null || fail "an invariant does not hold: $(tail -n 1 "$DATA/state-check.log")"
passed "the invariants of all pallets held after each of $(grep -c '^block ' "$DATA/state-check.log") blocks"
if [[ -n $JSON ]]; then
    jq --argjson took "$TOOK" --argjson blocks "$(grep -c '^block ' "$DATA/state-check.log")" --argjson seconds "$SECONDS" \
        '. + { offender_out_after_blocks: $took, states_checked: $blocks, seconds: $seconds }' "$DATA/changes.json" >"$JSON"
    say "results are in $JSON"
fi
