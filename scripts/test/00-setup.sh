#!/usr/bin/env bash
# what the tests need on this machine
# Limit: 1800 s
set -euo pipefail
exec scripts/setup.sh --tests
