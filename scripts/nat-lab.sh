#!/usr/bin/env bash
# nat-lab.sh [--pairs KIND/KIND,...] [--delay MS] [--loss PERCENT] [--results FILE]: storage nodes and viewers behind
# routers of all kinds, every pair of them, in network namespaces; prints a matrix with path and milliseconds, and
# writes it as JSON. Kinds: none full-cone address port symmetric double ipv6 tcp-only, and when named also counting,
# pcp and nat-pmp, whose routers forward ports when asked (miniupnpd). Needs root, nft and python3.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$CHAINFLIX_ROOT"

RESULTS=
OPTIONS=()
while [[ $# -gt 0 ]]; do
    case $1 in
    -h | --help)
        sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    --results) RESULTS=${2:?--results needs a file} && shift 2 ;;
    --pairs | --delay | --loss) OPTIONS+=("$1" "${2:?$1 needs a value}") && shift 2 ;;
    *) fail "nat-lab.sh does not know $1; nat-lab.sh --help says what it knows" ;;
    esac
done

[[ $EUID -eq 0 ]] || fail "network namespaces with routers need root; run it as root"
for tool in ip nft python3; do
    command -v "$tool" >/dev/null || fail "$tool is missing; scripts/setup.sh installs it"
done

[[ -e /proc/net/if_inet6 ]] || fail "this machine's kernel has no IPv6, which the lab's hosts have"

LAB=${CHAINFLIX_NAT_LAB:-$CHAINFLIX_BIN/examples/nat_lab}
if [[ ! -x $LAB ]]; then
    cargo build "${CARGO_SELECTION[@]}" --example nat_lab
fi
[[ -n $RESULTS ]] || RESULTS=$(mktemp --suffix=.json)

# Everything happens in namespaces that end with the last process in them.
unshare --net --mount --pid --fork --kill-child bash -euo pipefail -c '
    mount --make-rprivate /
    mount -t proc proc /proc
    mkdir -p /run/netns
    mount -t tmpfs tmpfs /run/netns
    ip link set lo up
    exec "$@"
' lab python3 "$CHAINFLIX_ROOT/scripts/nat-lab/lab.py" "$LAB" "$RESULTS" "${OPTIONS[@]}"
say "results: $RESULTS"
