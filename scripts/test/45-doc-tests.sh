#!/usr/bin/env bash
# the examples in the documentation of the crates
# Limit: 600 s
# Needs: build
set -euo pipefail
source scripts/env.sh

exec cargo test "${CARGO_SELECTION[@]}" --doc --no-fail-fast
