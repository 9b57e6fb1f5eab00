#!/usr/bin/env bash
# compiles all programs and tests
# Limit: 3900 s
set -euo pipefail
exec scripts/build.sh
