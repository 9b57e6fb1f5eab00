# shellcheck shell=bash
# the verifier service: views checked and issued per core, bytes of a session, earnings root, waiting for "accepted"
# Sourced by scripts/bench.sh. CHAINFLIX_BENCH_VIEWS and CHAINFLIX_BENCH_GROWTH set the sizes of the view blocks.
say "== the verifier service, beside a chain in memory"
"$CHAINFLIX_BIN/examples/verifier_figures" "$DATA" \
    --views "${CHAINFLIX_BENCH_VIEWS:-50000}" \
    --growth "${CHAINFLIX_BENCH_GROWTH:-1000,10000,50000,200000}" \
    >"$DATA/verifier.json" || fail "the verifier's figures can't be measured"
while read -r key value; do result "$key" "$value"; done < <(jq -r 'to_entries[] | "\(.key) \(.value | tojson)"' "$DATA/verifier.json")
