#!/usr/bin/env bash
# the demo: the whole path from a video file to paid accounts
# Limit: 600 s
# Needs: build
set -euo pipefail
source scripts/env.sh

SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

scripts/demo.sh --once --json "$SCRATCH/demo.json"
[[ -z ${CHAINFLIX_TEST_LOGS:-} ]] || cp "$SCRATCH/demo.json" "$CHAINFLIX_TEST_LOGS/"
# What the demo shows to people, machines read: the names are a promise.
# shellcheck disable=SC2016 # the variables are jq's
jq -e '
    (.magnet | test("^[0-9a-f]{64}$")) and .cells == 2 and .verifiers == 4
    and .views == {accepted: 2, refused: {}}
    and .bytes.p2p > 1000000 and (.sources | length) >= 2
    and .ttff_ms < 10000 and .stalls >= 0
    and .played_sha256 == .source_sha256
    and (.rounds | length) >= 1
    and all(.rounds[]; (.round | type) == "number" and .blocks == 4 and .approved >= 3 and (.emission | test("^[0-9.]+$"))
        and (.settled | test("^[0-9.]+$")) and (.remainder | test("^[0-9.]+$")))
    and ([.earnings, .claimed] | all(.[]; keys == ["producer", "storage", "supervisor", "verifier", "viewer"]))
    and .finalized > 0 and .wall_s > 0
' "$SCRATCH/demo.json" >/dev/null || fail "the demo ended well but saw something else: $(jq -c . "$SCRATCH/demo.json")"
