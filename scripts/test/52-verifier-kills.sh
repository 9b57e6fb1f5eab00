#!/usr/bin/env bash
# five verifiers killed (kill -9) one after the other while viewers watch: what was accepted is paid, once
# Limit: 480 s
# Needs: build
set -euo pipefail
# The soak kills two hundred; here it is the same with five.
CHAINFLIX_BUILT=1 exec scripts/soak/verifier-kills.sh --kills 5 --viewers 4
