#!/usr/bin/env bash
# unit, property and integration tests; those of the controller's state beside a PostgreSQL of their own
# Limit: 1800 s
# Needs: build
set -euo pipefail
source scripts/env.sh

if cargo nextest --version >/dev/null 2>&1; then
    exec scripts/postgres.sh cargo nextest run "${CARGO_SELECTION[@]}"
fi
say "cargo-nextest is not installed: running the same tests with cargo test"
exec scripts/postgres.sh cargo test "${CARGO_SELECTION[@]}" --all-targets --no-fail-fast
