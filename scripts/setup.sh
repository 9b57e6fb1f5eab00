#!/usr/bin/env bash
# setup.sh [--tests]: makes this machine able to build and run Chainflix; with --tests also to run the test suite.
#
# Runs as often as you like: what is there already is left alone. It installs Debian packages (as root or by
# sudo; else it prints the command), the Rust toolchain of rust-toolchain.toml and the wasm target; with
# --tests also cargo-nextest and the npm packages of the test suite.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

case "${1:-}" in
"" | --tests) ;;
-h | --help)
    sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
*) fail "unknown option $1; try: scripts/setup.sh --help" ;;
esac

SETUP=$CHAINFLIX_ROOT/scripts/setup
FAILED=()
# A step that fails does not keep the others from doing what they can.
step() { "$SETUP/$1.sh" "${@:2}" || FAILED+=("$*"); }

step system-packages "$@"
step rust-toolchain
step wasm-target
if [[ ${1:-} == --tests ]]; then
    step test-runner
    step node-modules "$CHAINFLIX_ROOT/zombienet"
    step node-modules "$CHAINFLIX_ROOT/scripts/polkadot-js"
    step node-modules "$CHAINFLIX_ROOT/client/web"
fi
if [[ ${#FAILED[@]} -gt 0 ]]; then
    fail "set-up is not complete, for the reasons above: ${FAILED[*]}"
fi
say "set-up: done; programs will be built into $CHAINFLIX_BIN"
