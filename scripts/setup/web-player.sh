#!/usr/bin/env bash
# web-player.sh: puts hls.js, which the gateway serves with its web player, beside the programs, where the gateway finds
# it. Needs npm, and no build.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

MODULES=$("$CHAINFLIX_ROOT/scripts/setup/node-modules.sh" "$CHAINFLIX_ROOT/client/web")
mkdir -p "$CHAINFLIX_BIN"
# All of hls.js: its light build knows neither subtitles nor separate sounds.
install -m 644 "$MODULES/hls.js/dist/hls.min.js" "$CHAINFLIX_BIN/hls.js"
say "web player: hls.js $(jq -r .version "$MODULES/hls.js/package.json") is beside the programs"
