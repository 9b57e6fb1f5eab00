#!/usr/bin/env bash
# fuzz.sh [--network] [--seconds N] [FILE]: feeds arbitrary blocks, transactions and calls to the runtime, guided by what they reach.
#
# Every pallet's invariants are checked after each block. With --network it is manifests, frames, tokens, receipts and what
# playlists are made of that are fed to the content network. Without --seconds it runs for ten minutes. What reached something new
# is kept in the cache directory, and the next run goes on from it. With FILE it runs only that input, which is how a panic that
# was found is looked at again.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$CHAINFLIX_ROOT"

SECONDS_TO_RUN=600
FILE=
# Package, its feature, and where corpus and crashes are.
TARGET=(chainflix-runtime simulation "$CHAINFLIX_CACHE/fuzz")
AS=()
while [[ $# -gt 0 ]]; do
    case "$1" in
    --seconds)
        SECONDS_TO_RUN=${2:-}
        [[ $SECONDS_TO_RUN =~ ^[0-9]+$ ]] || fail "--seconds needs a number"
        shift 2
        ;;
    --network)
        TARGET=(chainflix-p2p fuzz "$CHAINFLIX_CACHE/fuzz/network")
        AS=(--cfg network)
        shift
        ;;
    -h | --help)
        sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit
        ;;
    *)
        [[ -f $1 ]] || fail "there is no file '$1'; $(sed -n '2s/^# //p' "${BASH_SOURCE[0]}")"
        FILE=$(realpath "$1")
        shift
        ;;
    esac
done

# Only our own crates are compiled again, instrumented; their dependencies come from the build's directory, with the features
# that the whole workspace gives them. Naming the features of one package alone takes an unstable option of cargo.
BUILT=$CARGO_TARGET_DIR
MESSAGES=$(mktemp)
trap 'rm -f "$MESSAGES"' EXIT
PACKAGE=${TARGET[0]}
CRATE=${PACKAGE//-/_}
say "compiling $PACKAGE, instrumented"
SKIP_WASM_BUILD=1 \
    __CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS=nightly \
    RUSTC_WORKSPACE_WRAPPER=$CHAINFLIX_ROOT/fuzz/rustc.sh \
    CARGO_BUILD_BUILD_DIR=$BUILT \
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/fuzz \
    cargo build --locked --release -Zfeature-unification --config 'resolver.feature-unification="workspace"' \
    --package "$PACKAGE" --features "$PACKAGE/${TARGET[1]}" --message-format=json >"$MESSAGES" ||
    fail "$PACKAGE does not compile instrumented; its messages are above"
LIBRARY=$(jq -r --arg crate "$CRATE" 'select(.reason == "compiler-artifact" and .target.name == $crate)
    | .filenames[] | select(endswith(".rlib"))' "$MESSAGES" | tail -n 1)
[[ -n $LIBRARY ]] || fail "cargo did not say where it put $PACKAGE"

FUZZER=$BUILT/fuzz/fuzz-$PACKAGE
# Crates of C that dependencies were linked with, from their build scripts' output.
mapfile -t NATIVE < <(jq -r 'select(.reason == "build-script-executed") | .linked_paths[]' "$MESSAGES" | sort -u)
SEARCH=()
for path in "${NATIVE[@]}"; do SEARCH+=(-L "$path"); done
rustc --edition 2024 -C opt-level=2 -C overflow-checks=on --crate-name fuzz "${AS[@]}" fuzz/main.rs -o "$FUZZER" \
    --extern "$CRATE=$LIBRARY" -L "dependency=$BUILT/release/deps" -L "dependency=$(dirname "$LIBRARY")" \
    "${SEARCH[@]}"

if [[ -n $FILE ]]; then
    exec "$FUZZER" "$FILE"
fi
CORPUS=${TARGET[2]}/corpus
CRASHES=${TARGET[2]}/crashes
mkdir -p "$CORPUS" "$CRASHES"
say "fuzzing for $SECONDS_TO_RUN s; the corpus is in $CORPUS"
"$FUZZER" "$CORPUS" "$CRASHES" "$SECONDS_TO_RUN" ||
    fail "$PACKAGE panicked or broke an invariant; the same command with the file named above runs it again"
