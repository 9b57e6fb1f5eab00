#!/usr/bin/env bash
# reorganisation.sh [--json FILE]: the nodes of four verifiers are cut into two parts of two. Neither part finalizes; both write blocks,
# with claims, reports and votes in them. Healed, one part's blocks are taken back. Then no finalized block has changed, every claim
# is paid once, every view that was accepted is settled once, all four verifiers prove the same earnings, and every invariant of the
# chain holds after every block. Takes up to fifteen minutes; needs nft, and a network namespace of its own, which it makes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh
source scripts/soak/candidates.sh

JSON=
while [[ $# -gt 0 ]]; do
    case $1 in
        -h | --help)
            sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
            exit 0
            ;;
        --json) JSON=${2:?--json needs a file} && shift 2 ;;
        *) fail "usage: scripts/soak/reorganisation.sh [--json FILE]" ;;
    esac
done
if [[ -z ${CHAINFLIX_BUILT:-} ]]; then
    scripts/setup.sh --tests
    scripts/build.sh
fi
# What cuts the nodes' links must not touch anybody else's: from here on in a network of its own.
if [[ -z ${CHAINFLIX_OWN_NETWORK:-} ]]; then
    command -v nft >/dev/null || fail "nft is missing: scripts/setup.sh installs it"
    own=(unshare --net)
    [[ $EUID -eq 0 ]] || own=(unshare --map-root-user --net)
    "${own[@]}" true || fail "no network namespace can be made: run it as root, or allow users to make namespaces"
    CHAINFLIX_BUILT=yes CHAINFLIX_OWN_NETWORK=yes exec "${own[@]}" "${BASH_SOURCE[0]}" ${JSON:+--json "$JSON"}
fi
ip link set lo up
NODE_PATH=$(scripts/setup/node-modules.sh scripts/polkadot-js)
export NODE_PATH
begin_run reorganisation
VERIFIERS=(alice bob charlie dave)
# Blocks of its own that each part has to write before the network heals: Z1 asks for a reorganisation of three.
DEPTH=4

# ---------------------------------------------------------------------------------------------------------------------
# The links between nodes, and nothing else: viewers and storage nodes reach the services of all four throughout.
port_of_node() { local after=${P2P_OF[$1]#*/tcp/}; say "${after%%/*}"; }
# cut_off FIRST SECOND, AND THE OTHERS: these two from all others. A node calls others from the port on which it listens; from other
# ports it does not get through either.
cut_off() {
    local one other
    one=$(port_of_node "$1"),$(port_of_node "$2")
    other=$(port_of_node "$3"),$(port_of_node "$4")
    nft -f - <<RULES
table inet parts {
    chain output {
        type filter hook output priority filter; policy accept;
        tcp sport { $one } tcp dport { $other } drop
        tcp sport { $other } tcp dport { $one } drop
        tcp dport { $one, $other } tcp sport != { $one, $other } reject with tcp reset
        tcp sport { $one, $other } tcp dport != { $one, $other } drop
    }
}
RULES
}
heal() { nft delete table inet parts; }

# branch_of NAME FROM [finalized]: what the node's chain holds after a block.
branch_of() { node scripts/polkadot-js/branch.js "${RPC_OF[$1]}" "${@:2}" 2>>"$DATA/branch.log"; }
settled_views() { CHAINFLIX_CHAIN=${RPC_OF[$1]} chainflix rounds --limit 1000 --json | jq '[.[].blocks[] | select(.approved) | .views] | add // 0'; }

# asked NAME METHOD PARAMS: what a verifier's service answers.
asked() {
    curl -sf --max-time 20 -H 'Content-Type: application/json' "http://${API_OF[$1]#ws://}" \
        -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$2\",\"params\":$3}"
}
# proofs_of NAME ROUND: what each viewer has earned as of a round, with its path to the root, as this verifier computed it.
proofs_of() {
    local viewer
    for viewer in "${VIEWERS[@]}"; do asked "$1" verifier_claimProof "[\"$viewer\", $2]" | jq -e .result || return; done
}

# watch_all NAME COUNT: as many new viewers watch the video at a time. Adds those whose view was accepted to VIEWERS, on a busy machine
# not all of them; FIRST_OF says by which verifiers.
VIEWERS=()
declare -A FIRST_OF NAME_OF
watch_all() {
    local name=$1 count=$2 number of pid jobs=()
    for ((number = 1; number <= count; number++)); do
        "$CHAINFLIX" keys generate "$DATA/$name-$number.key" >/dev/null
        "$CHAINFLIX" watch "$MAGNET" --wallet "$DATA/$name-$number.key" --json >"$DATA/$name-$number.json" 2>"$DATA/$name-$number.log" &
        jobs+=($!)
    done
    for pid in "${jobs[@]}"; do wait "$pid" || true; done
    FIRST_OF=()
    for ((number = 1; number <= count; number++)); do
        [[ $(jq .accepted "$DATA/$name-$number.json") -eq 1 ]] || continue
        VIEWERS+=("$(chainflix keys show "$DATA/$name-$number.key" --json | jq -r .public_key)")
        of=${NAME_OF[$(first_match "$DATA/$name-$number.log" 'proved to the verifiers \(cf[^,]*\)')]}
        FIRST_OF[$of]=$((${FIRST_OF[$of]:-0} + 1))
    done
}

for name in "${VERIFIERS[@]}"; do
    start_verifier "$name"
    NAME_OF[$(account_of "$(key_file "$name" "//${name^}")")]=$name
done
wait_until 180 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
"$CHAINFLIX_BIN/examples/state_check" "${RPC_OF[@]}" >"$DATA/state-check.log" 2>&1 &
CHECK=$!
node scripts/polkadot-js/finalized-heads.js "${RPC_OF[@]}" >"$DATA/finalized-heads.log" 2>&1 &
HEADS=$!
start_content StorageA StorageB
test_video "$DATA/short.mp4" 12
publish "$DATA/short.mp4"
watch_all claimer 3
CLAIMERS=("${VIEWERS[@]}")
[[ ${#CLAIMERS[@]} -eq 3 ]] || fail "only ${#CLAIMERS[@]} of three views were accepted: $(tail -n 1 "$DATA"/claimer-*.log)"
claimable() { chainflix earnings "${CLAIMERS[@]}" --json | jq -e 'all(.[]; .claimable_cfx | tonumber > 0)'; }
wait_until 300 "what three viewers earned did not become claimable" claimable
passed "four verifiers, two storage nodes, a video, and three viewers with something to claim"

# ---------------------------------------------------------------------------------------------------------------------
# Views have just been accepted by verifiers that will be in different parts.
watch_all before 8
mapfile -t BUSIEST < <(for name in "${VERIFIERS[@]}"; do say "${FIRST_OF[$name]:-0} $name"; done | sort -rn | cut -d' ' -f2)
[[ ${FIRST_OF[${BUSIEST[1]}]:-0} -gt 0 ]] || fail "one verifier accepted all views: this run shows nothing, start it again"
ONE=("${BUSIEST[0]}" "${BUSIEST[3]}")
OTHER=("${BUSIEST[1]}" "${BUSIEST[2]}")
BEFORE=$(finalized_of alice)
[[ $(settled_views alice) -lt ${#VIEWERS[@]} ]] || fail "all views were settled before the cut: this run shows nothing, start it again"
cut_off "${ONE[@]}" "${OTHER[@]}"
CUT_AT=$SECONDS
passed "${ONE[*]} are cut off from ${OTHER[*]}, with $((${#VIEWERS[@]} - $(settled_views alice))) of ${#VIEWERS[@]} views unsettled"

# r5: one viewer claims in both parts, and one more in each of them. A claim waits for finality, which there is not.
claim_at() {
    CHAINFLIX_CHAIN=${RPC_OF[$1]} "$CHAINFLIX" claim --wallet "$DATA/claimer-$2.key" --json >"$DATA/claim-$1-$2.json" 2>"$DATA/claim-$1-$2.log" &
}
claim_at "${ONE[0]}" 1
claim_at "${ONE[0]}" 2
claim_at "${OTHER[0]}" 1
claim_at "${OTHER[0]}" 3
BEFORE_CUT=${#VIEWERS[@]}
for attempt in 1 2 3; do
    [[ ${#VIEWERS[@]} -gt $BEFORE_CUT ]] || watch_all "meanwhile-$attempt" 4
done
ACCEPTED=${#VIEWERS[@]}
[[ $ACCEPTED -gt $BEFORE_CUT ]] || fail "no view was accepted while the parts were apart: $(tail -n 1 "$DATA"/meanwhile-*.log)"
# own NAME OTHER: blocks that the one part has and the other has not, as they were read last.
own_blocks() { jq -n --slurpfile own "$DATA/branch-$1.json" --slurpfile other "$DATA/branch-$2.json" '($own[0].blocks - $other[0].blocks) | length'; }
parts_have_written() {
    local name
    for name in "${ONE[0]}" "${OTHER[0]}"; do
        branch_of "$name" "$BEFORE" >"$DATA/branch-$name.json"
        jq -e '(.claims | length) == 2 and (.reports | length) > 0 and (.votes | length) > 0' "$DATA/branch-$name.json" || return
    done
    [[ $(own_blocks "${ONE[0]}" "${OTHER[0]}") -ge $DEPTH && $(own_blocks "${OTHER[0]}" "${ONE[0]}") -ge $DEPTH ]]
}
wait_until 240 "a part does not write $DEPTH blocks with two claims, a report and a vote" parts_have_written
OWN_OF_ONE=$(own_blocks "${ONE[0]}" "${OTHER[0]}")
OWN_OF_OTHER=$(own_blocks "${OTHER[0]}" "${ONE[0]}")
COMMON=$(jq -n --slurpfile own "$DATA/branch-${ONE[0]}.json" --slurpfile other "$DATA/branch-${OTHER[0]}.json" --argjson before "$BEFORE" \
    '[$own[0].blocks[] | select(. as $block | $other[0].blocks | index($block)) | .block] + [$before] | max')
for name in "${VERIFIERS[@]}"; do
    [[ $(finalized_of "$name") -le $COMMON ]] || fail "$name, with two of four verifiers, has finalized block $(finalized_of "$name") after block $COMMON"
done
passed "r5, z1: after block $COMMON, which is finalized at the most, ${ONE[*]} wrote $OWN_OF_ONE blocks and ${OTHER[*]} $OWN_OF_OTHER others, each with two claims"

# ---------------------------------------------------------------------------------------------------------------------
heal
HEALED_AT=$SECONDS
LAST=$(jq -s '[.[].blocks[].block] | max' "$DATA/branch-${ONE[0]}.json" "$DATA/branch-${OTHER[0]}.json")
all_finalize() {
    local name
    for name in "${VERIFIERS[@]}"; do [[ $(finalized_of "$name") -gt $LAST ]] || return; done
}
wait_until 300 "healed, the network does not finalize" all_finalize
FINAL_S=$((SECONDS - HEALED_AT))
# has_won NAME: whether the tip that this part had is finalized.
has_won() { [[ $(jq -r '.blocks[0].hash' "$DATA/branch-$1.json") == $(hash_at alice "$(jq '.blocks[0].block' "$DATA/branch-$1.json")") ]]; }
if has_won "${ONE[0]}"; then LOSERS=("${OTHER[@]}") LOST=$OWN_OF_OTHER; else LOSERS=("${ONE[@]}") LOST=$OWN_OF_ONE; fi
! has_won "${LOSERS[0]}" || fail "both parts have won"
TAKEN_BACK=$(for name in "${LOSERS[@]}"; do
    sed -n 's/.*Reorg on #\([0-9]*\),.* common ancestor #\([0-9]*\),.*/\1 \2/p' "$DATA/$name-1.log"
done | awk '$1 - $2 > most { most = $1 - $2 } END { print most + 0 }')
[[ $TAKEN_BACK -ge 3 ]] || fail "the nodes of ${LOSERS[*]} took back $TAKEN_BACK blocks at once, and no three"
passed "z1: healed, blocks are finalized again $FINAL_S s later, and ${LOSERS[*]} took back $TAKEN_BACK blocks"

# r5: what was claimed in a block that was taken back comes into another one; what was claimed in both is paid once.
paid_at() { branch_of "$1" "$BEFORE" finalized >"$DATA/final-$1.json"; }
all_are_paid() { paid_at alice && jq -e '.claims | length >= 3' "$DATA/final-alice.json"; }
wait_until 180 "a claim of a block that was taken back is lost" all_are_paid
# Both parts' claims of the first claimer have been in the pool by now.
jq -e --slurpfile one "$DATA/branch-${ONE[0]}.json" --slurpfile other "$DATA/branch-${OTHER[0]}.json" '
    def amounts: map({ account, amount }) | unique;
    (.claims | length) == 3 and (.claims | amounts) == ($one[0].claims + $other[0].claims | amounts)' "$DATA/final-alice.json" >/dev/null ||
    fail "the chain pays $(jq -c .claims "$DATA/final-alice.json") of the claims in both parts: $(jq -c .claims "$DATA/branch-${ONE[0]}.json" "$DATA/branch-${OTHER[0]}.json")"
passed "r5: of four claims in two branches, two of them of the same earnings, three are paid, each in full"

# Every view that was accepted before and while the parts were apart is settled once.
all_is_settled() { [[ $(settled_views alice) -ge $ACCEPTED ]]; }
wait_until 400 "not all of $ACCEPTED accepted views were settled after the healing" all_is_settled
SETTLED_S=$((SECONDS - HEALED_AT))
ROUND=$(chainflix status --json | jq .round)
# All four come to the same earnings of what was settled by then: the same total for everybody, under the same root.
AS_OF=0
is_adopted() {
    AS_OF=$(asked alice verifier_earnings "[\"${VIEWERS[0]}\"]" | jq '.result.claimable.asOf // 0')
    [[ $AS_OF -ge $ROUND ]]
}
wait_until 300 "what was settled is not adopted" is_adopted
for name in "${VERIFIERS[@]}"; do
    has_proofs() { proofs_of "$name" "$AS_OF" >"$DATA/proofs-$name.json"; }
    wait_until 120 "$name proves no earnings as of round $AS_OF" has_proofs
    cmp -s "$DATA/proofs-alice.json" "$DATA/proofs-$name.json" || fail "as of round $AS_OF $name proves other earnings than alice: see $DATA/proofs-$name.json"
    same() { [[ $(settled_views "$name") -eq $ACCEPTED ]]; }
    wait_until 60 "not as many views are settled, by $name, as were accepted, which is $ACCEPTED" same
done
chainflix earnings "${VIEWERS[@]}" --json >"$DATA/earned.json"
jq -e 'all(.[]; .lifetime_cfx | tonumber > 0)' "$DATA/earned.json" >/dev/null || fail "a viewer has nothing for a view that was accepted: see $DATA/earned.json"
passed "z1: all $ACCEPTED accepted views are settled, once, $SETTLED_S s after the healing, and all four verifiers prove the same earnings as of round $AS_OF"

# Nobody's report or vote counts twice, and all nodes have one chain.
paid_at alice
jq -e '(.reports | map([.verifier, .round]) | length == (unique | length)) and (.votes | map([.verifier, .as_of]) | length == (unique | length))
    and (.claims | length) == 3' "$DATA/final-alice.json" >/dev/null || fail "a claim, report or vote is on chain twice: see $DATA/final-alice.json"
kill -0 "$CHECK" 2>/dev/null || fail "an invariant does not hold: $(tail -n 1 "$DATA/state-check.log")"
kill -TERM "$HEADS"
wait "$HEADS" || fail "what was finalized has changed: $(tail -n 1 "$DATA/finalized-heads.log")"
BLOCKS=$(grep -c '^block ' "$DATA/finalized-heads.log")
CHECKED=$(grep -c '^block ' "$DATA/state-check.log")
passed "z1: of $BLOCKS finalized blocks none has changed on any node; the invariants of all pallets held after each of $CHECKED"

jq -n --argjson one "$OWN_OF_ONE" --argjson other "$OWN_OF_OTHER" --argjson back "$TAKEN_BACK" --argjson lost "$LOST" --argjson final "$FINAL_S" \
    --argjson accepted "$ACCEPTED" --argjson settled "$SETTLED_S" --argjson apart "$((HEALED_AT - CUT_AT))" --argjson checked "$CHECKED" \
    --argjson seconds "$SECONDS" '{ apart_s: $apart, blocks_of_one_part: $one, blocks_of_the_other: $other, blocks_of_the_part_that_lost: $lost,
    blocks_taken_back_at_once: $back, finalized_again_s: $final, claims_in_branches: 4, claims_paid: 3, views_accepted: $accepted,
    views_settled: $accepted, all_settled_s: $settled, states_checked: $checked, seconds: $seconds }' >"$DATA/result.json"
[[ -z $JSON ]] || cp "$DATA/result.json" "$JSON"
say "reorganisation: everything held, $SECONDS s"
