#!/usr/bin/env bash
# Installs cargo-nextest, which runs the tests. Where it cannot be installed the tests run with `cargo test`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

# The newest release that compiles with the Rust of rust-toolchain.toml when this was last raised.
VERSION=0.9.143

cd "$CHAINFLIX_ROOT"
if cargo nextest --version >/dev/null 2>&1; then
    say "test runner: $(cargo nextest --version | head -n 1)"
    exit 0
fi
say "test runner: compiling cargo-nextest $VERSION (several minutes, once per machine)"
# In a directory of its own: nothing of it belongs among the artefacts of this workspace.
unset RUSTC_WORKSPACE_WRAPPER
if CARGO_TARGET_DIR=$CHAINFLIX_CACHE/nextest-build cargo install --locked --version "$VERSION" cargo-nextest; then
    rm -rf "$CHAINFLIX_CACHE/nextest-build"
    say "test runner: installed cargo-nextest $VERSION"
else
    say "test runner: cargo-nextest could not be installed; tests will run with 'cargo test', which works but is slower"
fi
