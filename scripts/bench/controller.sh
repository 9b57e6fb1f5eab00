# shellcheck shell=bash
# the controller: choices and heartbeats at 10,000 nodes and 1,000,000 cells; its decisions beside rivals' in the simulator
# Sourced by scripts/bench.sh. CONTROLLER_SEEDS (20) held-out seeds from 3000 on; CONTROLLER_SCENARIO (mixed).
FIGURES=$CHAINFLIX_BIN/examples/controller_figures
SEEDS=${CONTROLLER_SEEDS:-20}
SCENARIO=${CONTROLLER_SCENARIO:-mixed}
OURS=chainflix
RIVALS=random-source,static,uniform,ipfs-cluster,proportional,peertube-most-views,peertube-trending,peertube-recently-added
RIVALS+=,lru,lfu,s3-fifo,sieve,argus-lru-sp,lru-keeping,s3-fifo-keeping,chainflix-larger,chainflix-fitted,chainflix-no-crowds,oracle

say "== choices and heartbeats of the service's own code, in CPU time"
"$FIGURES" >"$DATA/figures.json" || fail "the controller's figures can't be measured"
while read -r key value; do result "$key" "$value"; done < <(jq -r 'to_entries[] | "\(.key) \(.value | tojson)"' "$DATA/figures.json")

say "== the same over HTTP with signature and log, from a process of its own to which 10,000 nodes are connected"
# A node takes a descriptor at either end.
ulimit -n "$(ulimit -Hn)"
"$CHAINFLIX_BIN/examples/http_figures" >"$DATA/http.json" || fail "choices over HTTP can't be measured"
while read -r key value; do result "$key" "$value"; done < <(jq -r 'to_entries[] | "\(.key) \(.value | tojson)"' "$DATA/http.json")

say "== the simulator: scenario $SCENARIO, $SEEDS held-out seeds"
"$FIGURES" "$SCENARIO" 3000 "$SEEDS" "$OURS,$RIVALS" >"$DATA/simulator.json" ||
    fail "the simulator did not get to its end"
ours() { jq ".rows[0].$1.mean * 1000 | round / 1000" "$DATA/simulator.json"; }
result crowd_reaction_s "$(ours crowd_reaction_s)"
result load_max_over_mean "$(ours load_max_over_mean)"
result simulator "$(jq -c . "$DATA/simulator.json")"

say "== a restart with the state of 10,000 nodes and 1,000,000 cells in SQLite"
"$FIGURES" restart >"$DATA/restart.json" || fail "the restart can't be measured"
for key in restart_s restart_cpu_s restart_most_bytes; do
    result "$key" "$(jq ".$key * 100 | round / 100" "$DATA/restart.json")"
done

say "== the same in PostgreSQL"
# shellcheck disable=SC2016 # for the shell beside the database
scripts/postgres.sh bash -c '"$1" restart "$CHAINFLIX_TEST_POSTGRES"' - "$FIGURES" >"$DATA/restart-postgres.json" ||
    fail "the restart on PostgreSQL can't be measured"
for key in restart_s restart_cpu_s; do
    result "postgres_$key" "$(jq ".$key * 100 | round / 100" "$DATA/restart-postgres.json")"
done
