#!/usr/bin/env bash
# the examples in the documentation of the crates; the description of the controller's REST interface, by schemathesis
# Limit: 600 s
# Needs: build
set -euo pipefail
source scripts/env.sh

cargo test "${CARGO_SELECTION[@]}" --doc --no-fail-fast
scripts/controllers/bad-input.sh
