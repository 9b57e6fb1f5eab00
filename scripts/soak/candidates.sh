# shellcheck shell=bash
# shellcheck disable=SC2034 # NETWORK is used by network.sh
# Sourced after network.sh, with begin_run done: four verifiers and two candidates, on a chain with short sessions.

# start_with_candidates BLOCKS: the `local` preset with sessions of so many blocks: what is decided holds after two of them. Starts its
# four verifiers, eve and ferdie, and has these two apply.
start_with_candidates() {
    local name key service
    "$NODE" export-chain-spec --chain local >"$DATA/local.json" 2>"$DATA/spec.log" || fail "no chain spec: $(tail -n 1 "$DATA/spec.log")"
    # Not by jq, which rounds amounts.
    python3 - "$DATA/local.json" "$1" >"$DATA/chain.json" <<'PYTHON'
import json, sys
spec = json.load(open(sys.argv[1]))
spec["genesis"]["runtimeGenesis"]["patch"]["authorities"]["sessionLength"] = int(sys.argv[2])
json.dump(spec, sys.stdout)
PYTHON
    NETWORK=$DATA/chain.json
    for name in alice bob charlie dave eve ferdie; do start_verifier "$name"; done
    wait_until 180 "the verifiers did not announce themselves and share a set secret" verifiers_are_ready 4
    for name in eve ferdie; do
        key=$(key_file "$name" "//${name^}")
        chainflix verifier register-keys --wallet "$key" --node "${RPC_OF[$name]}"
        service=$(dirname "$(find "$DATA/$name" -name exchange.key)")
        chainflix verifier apply --wallet "$key" --endpoint "${API_OF[$name]}" --region DE --bandwidth-mbps 100 --service "$service"
    done
    passed "four verifiers and two candidates with session keys"
}

# rpc_with NAME METHOD PARAMS: what the node answers.
rpc_with() {
    curl -sf --max-time 5 -H 'Content-Type: application/json' "http://${RPC_OF[$1]#ws://}" \
        -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$2\",\"params\":$3}"
}
hash_at() { rpc_with "$1" chain_getBlockHash "[$2]" | jq -r .result; }

# finalized_of NAME: number of the last block that the node knows to be finalized.
finalized_of() {
    local head
    head=$(rpc_of "$1" chain_getFinalizedHead | jq .result)
    rpc_with "$1" chain_getHeader "[$head]" | jq -r .result.number | xargs printf '%d\n'
}
