#!/usr/bin/env bash
# committed test vectors, recomputed without any code of this project
# Limit: 60 s
set -euo pipefail
source scripts/env.sh

exec python3 "$CHAINFLIX_ROOT/pallets/primitives/vectors/check.py"
