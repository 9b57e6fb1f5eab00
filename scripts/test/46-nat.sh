#!/usr/bin/env bash
# storage nodes and viewers behind routers: some pairs of the NAT lab (needs root and nft)
# Limit: 180 s
# Needs: build
set -euo pipefail
source scripts/env.sh

# What the lab is made of: namespaces, pairs of interfaces, translation of addresses, IPv6.
can_route() {
    unshare --net --mount --pid --fork sh -ec '
        test -e /proc/net/if_inet6
        ip link add probe0 type veth peer name probe1
        nft add table ip probe
        nft "add chain ip probe after { type nat hook postrouting priority srcnat; }"
    ' >/dev/null 2>&1
}
if [[ $EUID -ne 0 ]] || ! can_route; then
    say "not run: routers need root, network namespaces with veth, nft and IPv6"
    exit 0
fi
RESULTS=$(mktemp)
trap 'rm -f "$RESULTS"' EXIT
scripts/nat-lab.sh --pairs port/port,address/symmetric,symmetric/symmetric,pcp/symmetric,nat-pmp/port --results "$RESULTS"
# Two restricted routers are punched, so is a symmetric one towards one that lets any port in; two symmetric ones never, but
# whoever is behind one that forwards ports is reached like somebody without a router.
jq -e '[.results[] | .path] == ["direct", "direct", "relayed", "direct", "direct"] and .summary.stalled_pairs == 0
    and .provider_classes == { "address": "Punchable", "port": "Punchable", "symmetric": "Symmetric",
        "pcp": "Public", "nat-pmp": "Public" }
    and ([.results[3:][] | .began_relayed] == [false, false])' "$RESULTS" >/dev/null ||
    fail "the pairs were not connected as they should be: $(jq -c '.results' "$RESULTS")"
