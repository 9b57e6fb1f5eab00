# shellcheck shell=bash
# storage nodes and viewers behind routers: all pairs of the NAT lab, as connected and as direct
# Sourced by scripts/bench.sh. Needs root and nft; the matrix itself is in docs/benchmarks/nat.md.

scripts/nat-lab.sh --results "$DATA/nat.json"
for key in nat_pairs nat_pairs_connected nat_pairs_direct all_pairs all_connected all_direct stalled_pairs; do
    result "$key" "$(jq ".summary.$key" "$DATA/nat.json")"
done
# The slowest of the pairs whose first bytes came through a relay, and of those that then moved to a direct path.
result first_bytes_relayed_ms_max "$(jq '[.results[] | select(.began_relayed) | .first_ms] | max' "$DATA/nat.json")"
result moved_direct_ms_max "$(jq '[.results[] | select(.began_relayed) | .direct_ms // 0] | max' "$DATA/nat.json")"
