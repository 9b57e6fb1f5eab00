#!/usr/bin/env bash
# unit, property and integration tests
# Limit: 1800 s
# Needs: build
set -euo pipefail
source scripts/env.sh

if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run "${CARGO_SELECTION[@]}"
fi
say "cargo-nextest is not installed: running the same tests with cargo test"
exec cargo test "${CARGO_SELECTION[@]}" --all-targets --no-fail-fast
