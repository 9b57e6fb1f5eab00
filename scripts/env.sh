# shellcheck shell=bash
# Sourced by every script here: where things are, how they are built, and how scripts speak.

CHAINFLIX_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CHAINFLIX_CACHE=${CHAINFLIX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/chainflix}

export CHAINFLIX_ROOT CHAINFLIX_CACHE

# One target directory for all checkouts on this machine: a second one reuses the dependencies of the first.
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CHAINFLIX_CACHE/target}
[[ $CARGO_TARGET_DIR == /* ]] || CARGO_TARGET_DIR=$CHAINFLIX_ROOT/$CARGO_TARGET_DIR
export CARGO_TARGET_DIR

# Cargo names the artefacts of a workspace by paths within it and trusts modification times: without this,
# two checkouts that share a target directory would take each other's crates for their own (docs/building.md).
export RUSTC_WORKSPACE_WRAPPER=$CHAINFLIX_ROOT/scripts/rustc.sh

# Where programs are after a build: those of the checkout that was built last.
CHAINFLIX_BIN=$CARGO_TARGET_DIR/release
export CHAINFLIX_BIN

# One profile and one feature set for build, tests and demo (docs/building.md). Naming single packages
# or leaving out --release would compile hundreds of dependencies once more.
# shellcheck disable=SC2034 # used by the scripts that source this
CARGO_SELECTION=(--locked --release --workspace)

say() { printf '%s\n' "$*"; }

# One sentence on stderr that says what to do next, then the end.
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
