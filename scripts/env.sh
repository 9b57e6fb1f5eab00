# shellcheck shell=bash
# Sourced by every script here: where things are, how they are built, and how scripts speak.

CHAINFLIX_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CHAINFLIX_CACHE=${CHAINFLIX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/chainflix}

# One target directory for all checkouts on this machine: a second clone reuses what the first one compiled.
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CHAINFLIX_CACHE/target}
[[ $CARGO_TARGET_DIR == /* ]] || CARGO_TARGET_DIR=$CHAINFLIX_ROOT/$CARGO_TARGET_DIR
export CHAINFLIX_ROOT CHAINFLIX_CACHE CARGO_TARGET_DIR

# What a build leaves behind; scripts start programs from here.
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
