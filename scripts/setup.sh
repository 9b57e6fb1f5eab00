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
"$SETUP/system-packages.sh" "$@"
"$SETUP/rust-toolchain.sh"
"$SETUP/wasm-target.sh"
if [[ ${1:-} == --tests ]]; then
    "$SETUP/test-runner.sh"
    for folder in "$CHAINFLIX_ROOT/zombienet" "$CHAINFLIX_ROOT/scripts/polkadot-js"; do
        "$SETUP/node-modules.sh" "$folder" >/dev/null
    done
fi
say "set-up: done; build artefacts go to $CARGO_TARGET_DIR"
