#!/usr/bin/env bash
# bad-input.sh [URL]: has schemathesis send a running controller what its description allows and what it does not; nothing may
# be answered otherwise than described, refused without a reason, or fail. Without URL it starts a controller without a chain.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

PROGRAMS=$("$CHAINFLIX_ROOT/scripts/setup/python-packages.sh" "$CHAINFLIX_ROOT/scripts/controllers/requirements.txt")
FOLDER=$(mktemp -d)
LONE=
# shellcheck disable=SC2317 # called by the trap
ended() {
    if [[ -n $LONE ]] && kill "$LONE" 2>/dev/null; then wait "$LONE" || true; fi
    rm -rf "$FOLDER"
}
trap ended EXIT
trap 'exit 130' INT TERM

URL=${1:-}
if [[ -z $URL ]]; then
    "$CHAINFLIX_BIN/examples/lone_controller" >"$FOLDER/url" &
    LONE=$!
    for ((attempt = 0; attempt < 300; attempt++)); do
        [[ -s $FOLDER/url ]] && break
        kill -0 "$LONE" || fail "the controller did not start"
        sleep 0.1
    done
    URL=$(<"$FOLDER/url")
fi

# Left out: that whatever fits the description is accepted, since nobody can make up a signature or a WebSocket's handshake; and that a
# missing header is answered by 406: here it is 400 like all that is malformed.
# The same requests each time. Whoever is over its rate is refused whatever it asks, so the rate is kept.
cp "$CHAINFLIX_ROOT/scripts/controllers/http_headers.py" "$FOLDER"
cd "$FOLDER"
export SCHEMATHESIS_HOOKS=http_headers PYTHONPATH=$FOLDER CONTROLLER_URL=$URL
"$PROGRAMS/schemathesis" run --no-color "$CHAINFLIX_ROOT/docs/controller-openapi.json" --url "$URL" \
    --checks all --exclude-checks positive_data_acceptance,missing_required_header --mode all --max-examples "${CHAINFLIX_EXAMPLES:-25}" --seed 1 --generation-deterministic \
    --continue-on-failure --rate-limit 90/s --request-timeout 10 --suppress-health-check all
