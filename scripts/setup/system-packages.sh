#!/usr/bin/env bash
# Installs the Debian packages that are missing: those that the build and the demo need, and with --tests
# also those of the test suite, with --benches also those of benchmarks. What is there already, from whatever source, is left alone.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

MISSING=()

# need PACKAGE PURPOSE CHECK...: the package is missing when the check fails.
need() {
    local package=$1 purpose=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        say "system packages: $package is missing ($purpose)"
        MISSING+=("$package")
    fi
}

has_commands() {
    local name
    for name in "$@"; do command -v "$name" || return 1; done
}

node_js_18() { node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' && command -v npm; }

need build-essential "compiles C code of dependencies" has_commands cc make
need pkg-config "finds the TLS library" has_commands pkg-config
need libssl-dev "TLS library, used instead of compiling one" pkg-config --exists openssl
need protobuf-compiler "generates the network messages" has_commands protoc
need ffmpeg "cuts videos, makes the demo's test video" has_commands ffmpeg ffprobe
need curl "asks the programs over HTTP" has_commands curl
need python3 "adds up amounts exactly, and checks the test vectors" has_commands python3
need jq "reads what the programs report" has_commands jq

if ! node_js_18 >/dev/null 2>&1; then
    if has_commands node >/dev/null; then
        fail "node $(node --version) is too old, or npm is missing: install Node.js 18 or newer with npm"
    fi
    say "system packages: nodejs and npm are missing (they fetch hls.js for the web player, and run tests)"
    MISSING+=(nodejs npm)
fi

if [[ ${1:-} == --benches ]]; then
    need util-linux "enters network namespaces" has_commands nsenter
fi
if [[ ${1:-} == --tests || ${1:-} == --benches ]]; then
    need nginx-light "stands before a verifier's API, and serves files to be measured beside" test -x /usr/sbin/nginx
    need openssl "makes nginx a certificate" has_commands openssl
    need iproute2 "lists connections" has_commands ss
    need postgresql "keeps the state of several controllers" test -n "$(echo /usr/lib/postgresql/*/bin/postgres | grep -v '\*')"
    need python3-venv "holds the packages that send controllers bad input" python3 -c 'import ensurepip, venv'
    need procps "lists processes, for zombienet" has_commands ps
    need nftables "makes routers of the NAT lab" has_commands nft
    need miniupnpd-nftables "forwards ports on two of them when asked" test -x /usr/sbin/miniupnpd
    need chromium "plays the web player in the browser test" has_commands chromium
fi

if [[ ${#MISSING[@]} -eq 0 ]]; then
    say "system packages: all there"
    exit 0
fi

INSTALL=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${MISSING[@]}")

if ! command -v apt-get >/dev/null; then
    fail "this machine has no apt-get; install what Debian calls ${MISSING[*]} with its own package manager," \
        "then run this script again"
fi
if [[ $(id -u) -eq 0 ]]; then
    AS_ROOT=()
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    AS_ROOT=(sudo)
else
    fail "installing packages needs root. Run as root: apt-get update && apt-get install -y ${MISSING[*]};" \
        "then run this script again"
fi

say "system packages: installing ${MISSING[*]}"
"${AS_ROOT[@]}" apt-get -q update || say "system packages: apt-get update failed; trying with the lists that are there"
"${AS_ROOT[@]}" "${INSTALL[@]}" ||
    fail "apt-get could not install ${MISSING[*]} (its own words are above); mend that and run this script again"
say "system packages: installed ${MISSING[*]}"
