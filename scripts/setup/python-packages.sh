#!/usr/bin/env bash
# python-packages.sh REQUIREMENTS: installs the packages that the file pins, once for all checkouts on this machine, and
# prints the folder of their programs. Progress goes to stderr.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

REQUIREMENTS=${1:?file with pinned packages}
[[ -f $REQUIREMENTS ]] || fail "there is no $REQUIREMENTS"
python3 -c 'import ensurepip, venv' 2>/dev/null || fail "python3-venv is missing: run scripts/setup.sh --tests"

KEY=$(cat "$REQUIREMENTS" <(python3 --version) | sha256sum | cut -c1-16)
PLACE=$CHAINFLIX_CACHE/python/$KEY

if [[ ! -f $PLACE/complete ]]; then
    say "pip: installing the packages of $REQUIREMENTS (once per machine)" >&2
    rm -rf "$PLACE"
    python3 -m venv "$PLACE" >&2
    # No package may bring others than the file pins, and none is built from source, which would run its code.
    "$PLACE/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: -r "$REQUIREMENTS" >&2 ||
        fail "pip could not install the packages of $REQUIREMENTS; is the registry reachable?"
    touch "$PLACE/complete"
fi
say "$PLACE/bin"
