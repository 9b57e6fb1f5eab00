#!/usr/bin/env bash
# node-modules.sh FOLDER: installs what FOLDER/package-lock.json names, once for all checkouts on this machine,
# and prints the path of the resulting node_modules. Progress goes to stderr.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

FOLDER=${1:?folder with package.json and package-lock.json}
[[ -f $FOLDER/package-lock.json ]] || fail "$FOLDER has no package-lock.json"
command -v npm >/dev/null || fail "npm is missing: run scripts/setup.sh --tests"

KEY=$(cat "$FOLDER/package.json" "$FOLDER/package-lock.json" | sha256sum | cut -c1-16)
PLACE=$CHAINFLIX_CACHE/node/$(basename "$FOLDER")-$KEY

if [[ ! -f $PLACE/complete ]]; then
    say "npm: installing the packages of $(basename "$FOLDER") (once per machine)" >&2
    rm -rf "$PLACE"
    mkdir -p "$PLACE"
    cp "$FOLDER/package.json" "$FOLDER/package-lock.json" "$PLACE/"
    # Packages' install scripts are left out: nothing here needs one, and they would run code from the registry.
    (cd "$PLACE" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
        fail "npm could not install the packages of $FOLDER; is the registry reachable? (npm ping)"
    touch "$PLACE/complete"
fi
say "$PLACE/node_modules"
