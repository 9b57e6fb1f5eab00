#!/usr/bin/env bash
# bench.sh SUITE [--json FILE]: measures one part of the system on this machine; bench.sh --list names the suites.
#
# Each suite is a file scripts/bench/NAME.sh. What it measures is printed and, with --json, written as one object with
# standing keys. Absolute times depend on the machine; docs/benchmarks.md holds results with what they are compared to.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
source "$CHAINFLIX_ROOT/scripts/processes.sh"
cd "$CHAINFLIX_ROOT"

usage() { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
SUITE=${1:-}
case "$SUITE" in
'' | -h | --help)
    usage
    [[ -n $SUITE ]]
    exit
    ;;
--list)
    for suite in scripts/bench/*.sh; do
        printf '%-12s %s\n' "$(basename "$suite" .sh)" "$(sed -n '2s/^# //p' "$suite")"
    done
    exit
    ;;
esac
[[ -f scripts/bench/$SUITE.sh ]] || fail "there is no suite '$SUITE'; scripts/bench.sh --list names them"
shift
JSON=
while [[ $# -gt 0 ]]; do
    case "$1" in
    --json)
        JSON=${2:-}
        [[ -n $JSON ]] || fail "--json needs a file"
        : >"$JSON" || fail "$JSON can't be written"
        shift 2
        ;;
    *) fail "unknown option '$1': $(usage | head -n 1)" ;;
    esac
done

CHAINFLIX_RUN=${CHAINFLIX_RUN:-bench-$$-$(date +%s%N)}
export CHAINFLIX_RUN
DATA=$(mktemp -d)
RESULTS=$DATA/results
: >"$RESULTS"
ended() {
    # shellcheck disable=SC2119 # nothing is spared
    stop_processes_of_run
    rm -rf "$DATA"
}
trap ended EXIT
trap 'exit 130' INT TERM

# result KEY NUMBER: one measured figure.
result() {
    jq -cn --arg key "$1" --argjson value "$2" '{ ($key): $value }' >>"$RESULTS"
    say "$1 = $2"
}

if [[ -z ${CHAINFLIX_BUILT:-} ]]; then
    scripts/setup.sh
    scripts/build.sh
fi
# shellcheck source=/dev/null
source "scripts/bench/$SUITE.sh"
if [[ -n $JSON ]]; then
    jq -s add "$RESULTS" >"$JSON"
    say "results are in $JSON"
fi
