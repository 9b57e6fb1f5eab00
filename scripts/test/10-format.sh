#!/usr/bin/env bash
# rustfmt
# Limit: 120 s
set -euo pipefail
source scripts/env.sh
cargo fmt --all --check
say "every Rust file is formatted"
