# shellcheck shell=bash
# what weights allow, what a round costs by views, size of the runtime; transfers on four validators and on one
# Sourced by scripts/bench.sh.
source scripts/network.sh

# transfers COUNT SUFFIX: transfers through all running verifiers, per second and in CPU milliseconds of each.
transfers() {
    local count=$1 suffix=$2 before=0 after=0 name seconds
    for name in "${!PID_OF[@]}"; do before=$((before + $(ticks_of "${PID_OF[$name]}"))); done
    "$CHAINFLIX_BIN/examples/transfer_load" "$count" "${RPC_OF[@]}" >"$DATA/transfers.json" ||
        fail "the transfers were not all finalized; the nodes' logs are in $DATA"
    for name in "${!PID_OF[@]}"; do after=$((after + $(ticks_of "${PID_OF[$name]}"))); done
    seconds=$(jq .seconds "$DATA/transfers.json")
    result "transfers_per_s$suffix" "$(jq -n "$count / $seconds | . * 10 | round / 10")"
    result "transfer_cpu_ms_per_validator$suffix" \
        "$(jq -n "($after - $before) * 1000 / $(getconf CLK_TCK) / $count / ${#PID_OF[@]} | . * 100 | round / 100")"
    result "transfer_blocks$suffix" "$(jq .blocks "$DATA/transfers.json")"
    # Until nodes had taken all of them in; and how many were made anew because pools had dropped them.
    result "transfers_sending_s$suffix" "$(jq '.sending_seconds * 10 | round / 10' "$DATA/transfers.json")"
    result "transfers_sent_again$suffix" "$(jq .sent_again "$DATA/transfers.json")"
}

say "== what weights allow, and what a round costs"
"$CHAINFLIX_BIN/examples/chain_figures" >"$DATA/figures.json" || fail "the chain's figures can't be computed"
while read -r key value; do result "$key" "$value"; done < <(jq -r 'to_entries[] | "\(.key) \(.value | tojson)"' "$DATA/figures.json")

# The same executed, by the test that does it: a million leaves are mined and signed, which takes minutes. Where nothing may be compiled
# the committed figures stand.
say "== what a round costs when it is executed"
EXECUTED=docs/benchmarks/round.json
if [[ -z ${CHAINFLIX_BUILT:-} ]]; then
    EXECUTED=$DATA/round.json
    ROUND_COST_VIEWS="100 10000 1000000" ROUND_COST_JSON=$EXECUTED \
        cargo test "${CARGO_SELECTION[@]}" --lib a_round_costs_the_chain >"$DATA/round.log" 2>&1 ||
        fail "a round can't be executed: $(tail -n 5 "$DATA/round.log")"
fi
# The largest of the ratios of what is read and written; times are the machine's.
result round_executed_ratio_1e6_vs_1e2 "$(jq '[."1000000" | .trie_nodes, .trie_bytes, .writes] as [$nodes, $bytes, $writes] | ."100" | [$nodes / .trie_nodes, $bytes / .trie_bytes, $writes / .writes] | max
    | . * 1000 | round / 1000' "$EXECUTED")"

say "== transfers on four validators"
for name in alice bob charlie dave; do start_verifier "$name"; done
chain_finalizes() { [[ $(chainflix status --json | jq .finalized) -ge 3 ]]; }
wait_until 120 "the chain does not finalize" chain_finalizes
transfers 6000 ''
for name in "${!PID_OF[@]}"; do
    kill "${PID_OF[$name]}"
    wait "${PID_OF[$name]}" 2>/dev/null || true
done

say "== transfers on one validator"
PID_OF=() RPC_OF=() P2P_OF=() API_OF=() STARTS_OF=() RPC=
NETWORK=dev start_verifier alice
wait_until 120 "the chain does not finalize" chain_finalizes
transfers 6000 _one
