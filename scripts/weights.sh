#!/usr/bin/env bash
# weights.sh [--quick | --steps N --repeat N] [WHAT...]: measures weights and writes them into the sources.
#
# WHAT is a pallet as benchmarks name it (pallet_pov, frame_system), `base` (an empty block and an empty
# transaction), or `database` (a read and a write of ParityDB); everything without it. --quick takes one
# sample of each and only shows that it runs: its figures are not for committing. docs/weights.md says more.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$CHAINFLIX_ROOT"

BENCHER_VERSION=0.28.0
TOOLS=$CHAINFLIX_CACHE/tools
BENCHER=$TOOLS/bin/frame-omni-bencher
PRESET=local_testnet
STEPS=20 REPEAT=10 LEAST_SECONDS=2 BASE_REPEAT=200 DATABASE_ACCOUNTS=1000000

WANTED=()
while [[ $# -gt 0 ]]; do
    case "$1" in
    -h | --help)
        sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    --quick) STEPS=2 REPEAT=1 LEAST_SECONDS=0 BASE_REPEAT=2 DATABASE_ACCOUNTS=10000 ;;
    --steps) STEPS=${2:?--steps needs a number} && shift ;;
    --repeat) REPEAT=${2:?--repeat needs a number} && shift ;;
    -*) fail "there is no option $1; scripts/weights.sh --help lists them" ;;
    *) WANTED+=("$1") ;;
    esac
    shift
done

OUTPUT=$(mktemp -d)
trap 'rm -rf "$OUTPUT"' EXIT

install_bencher() {
    [[ -x $BENCHER && $("$BENCHER" --version) == *" $BENCHER_VERSION" ]] && return
    say "Installing frame-omni-bencher $BENCHER_VERSION; it compiles about 1,000 crates."
    RUSTC_WORKSPACE_WRAPPER='' CARGO_TARGET_DIR=$TOOLS/target \
        cargo install --locked --root "$TOOLS" "frame-omni-bencher@$BENCHER_VERSION"
}

# What is measured is what verifiers run: programs of the `production` profile. The crates have other features than in
# every other build too, so they have a target directory of their own.
MEASURING=$CARGO_TARGET_DIR/benchmarks

# The runtime with its benchmarks. Only its WebAssembly is wanted, so the rest is checked, not compiled.
build_runtime() {
    CARGO_TARGET_DIR=$MEASURING WASM_BUILD_TYPE=production \
        cargo check --locked --release -p chainflix-runtime --features runtime-benchmarks
    RUNTIME=$MEASURING/release/wbuild/chainflix-runtime/chainflix_runtime.compact.compressed.wasm
}

# Where the weights of a pallet are: our own pallets bring theirs, those of others are the runtime's.
destination() {
    local folder=pallets/${1#pallet_}
    folder=${folder//_/-}
    if [[ -d $folder ]]; then
        say "$folder/src/weights.rs"
    else
        folder=${1#pallet_}
        say "runtime/src/weights/${folder#frame_}.rs"
    fi
}

measure_pallet() {
    local pallet=$1 to template=runtime measured=$OUTPUT/$1.rs
    to=$(destination "$pallet")
    [[ $to == runtime/* ]] || template=pallet
    "$BENCHER" v1 benchmark pallet --runtime "$RUNTIME" \
        --genesis-builder runtime --genesis-builder-preset "$PRESET" \
        --pallet "$pallet" --extrinsic '*' --exclude-extrinsics pallet_scheduler::service_task_fetched,pallet_collective::kill \
        --steps "$STEPS" --repeat "$REPEAT" --min-duration "$LEAST_SECONDS" --output-analysis max --no-storage-info \
        --template "scripts/weights/$template.hbs" --output "$measured"
    # Proof sizes do not count here.
    sed -i '/^ *\/\/\/ Proof: /d' "$measured"
    rustfmt --edition 2024 "$measured"
    cp "$measured" "$to"
    say "$to"
}

# An empty block and an empty transaction (`system.remark`), extensions and signature included: of three runs the one with the
# least average, since a clock also counts what else runs on the machine, or on the host of a virtual one.
measure_base() {
    local name run least
    for run in 1 2 3; do
        mkdir "$OUTPUT/$run"
        "$BENCHER" v1 benchmark overhead --runtime "$RUNTIME" \
            --genesis-builder runtime --genesis-builder-preset "$PRESET" \
            --warmup 10 --repeat "$BASE_REPEAT" --weight-path "$OUTPUT/$run"
    done
    for name in block extrinsic; do
        least=$(grep -H 'saturating_mul(' "$OUTPUT"/[123]/"${name}_weights.rs" | tr -d '_' |
            sed 's/^\([^:]*\):.*saturatingmul(\([0-9]*\)).*/\2 \1/' | sort -n | head -n 1)
        least=$OUTPUT/$(basename "$(dirname "${least#* }")")/${name}_weights.rs
        base_weight "$name" <"$least" >"runtime/src/weights/$name.rs"
        rustfmt --edition 2024 "runtime/src/weights/$name.rs"
        say "runtime/src/weights/$name.rs"
    done
}

# The tool's file without paths of this machine and without dependencies of its own.
base_weight() {
    local name=$1
    # shellcheck disable=SC2016 # backticks for the reader
    printf '//! The weight of an empty %s, measured. Made by a program: `docs/weights.md` says how to make it again.\n//!\n' "$name"
    # shellcheck disable=SC2016
    printf '//! * Command: `scripts/weights.sh base`, three runs of %s samples each\n' "$BASE_REPEAT"
    printf '//! * Measured on %s with frame-omni-bencher %s, machine: %s\n\n' "$(date +%F)" "$BENCHER_VERSION" "$(processor)"
    printf 'use frame_support::{parameter_types, weights::{Weight, constants::WEIGHT_REF_TIME_PER_NANOS}};\n\n'
    sed -n '/^parameter_types!/,/^}/p'
}

processor() { sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1; }

measure_database() {
    CARGO_TARGET_DIR=$MEASURING cargo run --locked --profile production -p chainflix-database-weights -- \
        "$DATABASE_ACCOUNTS" "$(processor)" >"$OUTPUT/database.rs"
    rustfmt --edition 2024 "$OUTPUT/database.rs"
    cp "$OUTPUT/database.rs" runtime/src/weights/database.rs
    say "runtime/src/weights/database.rs"
}

install_bencher
build_runtime
if [[ ${#WANTED[@]} -eq 0 ]]; then
    mapfile -t WANTED < <("$BENCHER" v1 benchmark pallet --runtime "$RUNTIME" --genesis-builder runtime \
        --genesis-builder-preset "$PRESET" --list=pallets --no-csv-header --all)
    WANTED=(database base "${WANTED[@]}")
fi
for what in "${WANTED[@]}"; do
    case "$what" in
    base) measure_base ;;
    database) measure_database ;;
    *) measure_pallet "$what" ;;
    esac
done
