#!/usr/bin/env bash
# build.sh: compiles everything (programs and tests) the one way that all scripts use, so that nothing is
# compiled twice. The first build takes about half an hour on two cores, later ones what changed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

cd "$CHAINFLIX_ROOT"
exec cargo build "${CARGO_SELECTION[@]}" --all-targets "$@"
