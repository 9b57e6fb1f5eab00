#!/usr/bin/env bash
# clippy with the workspace's lints, every warning denied
# Limit: 1500 s
# Needs: build
set -euo pipefail
source scripts/env.sh

# Only our own crates are compiled again, by clippy: their dependencies come from the build's directory.
# The results go elsewhere, for programs compiled this way must not replace those of the build, and the
# nested build of the wasm runtime, of which clippy would see nothing new, is left out.
BUILT=$CARGO_TARGET_DIR
MESSAGES=$(mktemp)
trap 'rm -f "$MESSAGES"' EXIT
SKIP_WASM_BUILD=1 \
    RUSTC_WORKSPACE_WRAPPER=$CHAINFLIX_ROOT/scripts/lint-driver.sh \
    CARGO_BUILD_BUILD_DIR=$BUILT \
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/lint \
    cargo build "${CARGO_SELECTION[@]}" --all-targets --keep-going --message-format=json >"$MESSAGES" ||
    FAILED=yes

# One list of everything that is wrong in all crates, instead of an end at the first.
FOUND=$(jq -rs '[.[] | select(.reason == "compiler-message") | .message
    | select(.level == "warning" or .level == "error") | select(.spans | length > 0) | .rendered] | unique | .[]' "$MESSAGES")
if [[ -n $FOUND ]]; then
    printf '%s\n' "$FOUND"
    fail "clippy's findings are above; mend them, or allow one where it is wrong with the reason beside it"
fi
[[ ${FAILED:-no} == no ]] || fail "the lint build did not finish; its messages are above"
say "clippy finds nothing"
