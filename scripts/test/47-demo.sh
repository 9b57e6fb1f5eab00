#!/usr/bin/env bash
# the demo: four verifiers announce themselves, share a secret, and settle rounds with a report of each
# Limit: 420 s
# Needs: build
set -euo pipefail
source scripts/env.sh

SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

scripts/demo.sh --once --json "$SCRATCH/demo.json"
jq -e '
    .verifiers == 4
    and (.rounds | length) == 3
    and all(.rounds[]; .reports == 4 and .approved == 4 and .settled == "0")
    and .finalized > 0
' "$SCRATCH/demo.json" >/dev/null || fail "the demo ended well but saw something else: $(jq -c . "$SCRATCH/demo.json")"
