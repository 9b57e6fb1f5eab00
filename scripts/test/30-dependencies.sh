#!/usr/bin/env bash
# which crate may depend on which, and what must not be compiled at all
# Limit: 120 s
set -euo pipefail
source scripts/env.sh

METADATA=$(mktemp)
trap 'rm -f "$METADATA"' EXIT
cargo metadata --locked --format-version 1 >"$METADATA"

BROKEN=0
broken() {
    say "broken rule: $*"
    BROKEN=1
}

# Direct normal and build dependencies between crates of this workspace, "from to" a line. Tests may look
# across layers, so development dependencies are free.
arrows() {
    jq -r '
        (.workspace_root + "/") as $root
        | (.packages | map(select(.source == null)) | map({ key: .name, value: (.manifest_path | ltrimstr($root) | rtrimstr("/Cargo.toml")) }) | from_entries) as $folder
        | .packages[] | select(.source == null) | .name as $from
        | .dependencies[] | select(.kind != "dev" and $folder[.name] != null)
        | "\($folder[$from]) \($folder[.name])"' "$METADATA"
}

layer() {
    case "$1" in
    pallets/primitives) say primitives ;;
    pallets/*) say pallet ;;
    runtime) say runtime ;;
    node | node/*) say node ;;
    client) say facade ;;
    client/*) say client ;;
    *) say "$1" ;;
    esac
}

# pallets/primitives <- pallets <- runtime <- node, and pallets/primitives <- client parts <- client.
COUNT=0
while read -r from to; do
    COUNT=$((COUNT + 1))
    case "$(layer "$from") $(layer "$to")" in
    "pallet primitives") ;;
    "runtime primitives" | "runtime pallet") ;;
    "node primitives" | "node pallet" | "node runtime" | "node node") ;;
    "client primitives" | "client client" | "client facade") ;;
    "facade primitives" | "facade client") ;;
    *) broken "$from must not depend on $to: dependencies point one way (CONTRIBUTING.md)" ;;
    esac
done < <(arrows)
[[ $COUNT -gt 5 ]] || broken "only $COUNT dependencies between our crates were found: this check no longer sees them"

# Everything that a crate is linked with, as names.
linked_with() { cargo tree --locked --prefix none --format '{p}' -e normal,build -p "$1" | awk '{ print $1 }' | sort -u; }

# The client knows the chain by its metadata alone: it links neither node nor runtime code. (frame-decode
# and frame-metadata read metadata; they are no part of the SDK's runtime.)
while read -r name; do
    linked=$(linked_with "$name" |
        grep -E '^(sc-|frame-(support|system|executive|benchmarking)|pallet-|chainflix-(runtime|node|verifier)$)' || true)
    [[ -z $linked ]] || broken "$name is linked with ${linked//$'\n'/, }"
done < <(jq -r '.workspace_root as $root | .packages[] | select(.source == null and (.manifest_path | startswith($root + "/client"))) | .name' "$METADATA")

# Crates whose compilation takes many minutes and that this build avoids (docs/building.md).
COMPILED=$(cargo tree --locked --workspace --prefix none --format '{p}' -e normal,build,dev | awk '{ print $1 }' | sort -u)
for name in librocksdb-sys wasm-opt-sys cxx clang-sys frame-omni-bencher frame-benchmarking-cli zombienet-sdk try-runtime-cli; do
    if grep -qx "$name" <<<"$COMPILED"; then
        broken "$name is compiled; 'cargo tree --workspace -i $name' says why"
    fi
done
[[ $(wc -l <<<"$COMPILED") -gt 500 ]] || broken "cargo tree lists too few crates: this check no longer sees them"

[[ $BROKEN -eq 0 ]] && say "$COUNT dependencies between our crates point the right way; $(wc -l <<<"$COMPILED") crates in all"
exit "$BROKEN"
