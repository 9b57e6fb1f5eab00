#!/usr/bin/env bash
# test.sh [PHASE...]: runs all tests, or only the named phases (test.sh format tests); test.sh --list names them.
#
# Each phase is a file scripts/test/NN-name.sh and says at its top how long it may take and which phase it
# needs. A failed phase does not stop the others, only those that need it. A phase that leaves processes
# behind fails too. At the end: seconds per phase, then the test runner's own summary.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
source "$CHAINFLIX_ROOT/scripts/processes.sh"
cd "$CHAINFLIX_ROOT" || exit 1

KEPT_RUNS=5

# Values of the header lines "# Limit: 60 s" and "# Needs: build".
header() { sed -n "s/^# $1: *\([^ ]*\).*/\1/p" "$2" | head -n 1; }

phase_name() {
    local name=${1##*/}
    name=${name#*-}
    printf '%s' "${name%.sh}"
}

PHASES=(scripts/test/[0-9]*.sh)
case "${1:-}" in
-h | --help)
    sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
--list)
    for phase in "${PHASES[@]}"; do
        printf '%-14s %s (at most %s s)\n' "$(phase_name "$phase")" "$(sed -n '2s/^# //p' "$phase")" "$(header Limit "$phase")"
    done
    exit 0
    ;;
esac

if [[ $# -gt 0 ]]; then
    SELECTED=()
    for wanted in "$@"; do
        found=
        for phase in "${PHASES[@]}"; do
            [[ $(phase_name "$phase") == "$wanted" ]] && found=$phase && SELECTED+=("$phase")
        done
        [[ -n $found ]] || fail "there is no phase '$wanted'; scripts/test.sh --list names them"
    done
    PHASES=("${SELECTED[@]}")
fi

RUNS=$CHAINFLIX_CACHE/test-logs
LOGS=$RUNS/$(date +%Y%m%dT%H%M%S)-$$
mkdir -p "$LOGS"
find "$RUNS" -mindepth 1 -maxdepth 1 -type d | sort -r | tail -n "+$((KEPT_RUNS + 1))" | xargs -r rm -rf

# Every process of this run carries this in its environment, however deep it was started.
CHAINFLIX_RUN=$$-$(date +%s%N)
export CHAINFLIX_RUN
# Phases put here what helps to understand a failure: logs of nodes, screenshots.
export CHAINFLIX_TEST_LOGS=$LOGS
# Colours and progress bars make a log unreadable.
export CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never NO_COLOR=1

NAMES=() RESULTS=() SECONDS_TAKEN=()
declare -A FAILED=()
RUNNING=

interrupted() {
    trap '' INT TERM
    [[ -n $RUNNING ]] && kill -TERM "$RUNNING" 2>/dev/null
    stop_processes_of_run
    say "test.sh: interrupted; logs are in $LOGS" >&2
    exit 130
}
trap interrupted INT TERM

run_phase() {
    local phase=$1 name limit log tee_pid code left
    name=$(phase_name "$phase")
    limit=$(header Limit "$phase")
    log=$LOGS/$name.log
    exec {to_log}> >(exec tee "$log")
    tee_pid=$!
    # timeout puts the phase into a process group of its own and ends that whole group.
    timeout --kill-after=20 "${limit:?$phase states no limit}" bash "$phase" </dev/null >&"$to_log" 2>&1 &
    RUNNING=$!
    wait "$RUNNING"
    code=$?
    RUNNING=
    exec {to_log}>&-

    left=$(lingering_processes_of_run "$tee_pid")
    if [[ -n $left ]]; then
        say "left running by phase $name, now ended:"$'\n'"$left" | tee -a "$log"
        stop_processes_of_run "$tee_pid"
        [[ $code -ne 0 ]] || code=1
    fi
    wait "$tee_pid"
    [[ $code -ne 124 && $code -ne 137 ]] || say "phase $name was ended after its limit of $limit s" | tee -a "$log"
    return "$code"
}

for phase in "${PHASES[@]}"; do
    name=$(phase_name "$phase")
    needs=$(header Needs "$phase")
    NAMES+=("$name")
    if [[ -n $needs && -n ${FAILED[$needs]:-} ]]; then
        say "==> $name: not run, because $needs failed"
        RESULTS+=("not run") SECONDS_TAKEN+=(0)
        FAILED[$name]=yes
        continue
    fi
    say "==> $name: $(sed -n '2s/^# //p' "$phase")"
    started=$SECONDS
    if run_phase "$phase"; then
        RESULTS+=("passed")
    else
        RESULTS+=("FAILED")
        FAILED[$name]=yes
    fi
    SECONDS_TAKEN+=($((SECONDS - started)))
    say "==> $name: ${RESULTS[-1]} in ${SECONDS_TAKEN[-1]} s"
done

say ""
printf '%-16s %-8s %7s\n' phase result seconds
for i in "${!NAMES[@]}"; do
    printf '%-16s %-8s %7s\n' "${NAMES[$i]}" "${RESULTS[$i]}" "${SECONDS_TAKEN[$i]}"
done
printf '%-16s %-8s %7s\n' total "$([[ ${#FAILED[@]} -eq 0 ]] && echo passed || echo FAILED)" "$SECONDS"
say "logs: $LOGS"
if [[ -f $LOGS/tests.log ]]; then
    # nextest ends with a line "Summary [..]" and what failed; cargo test with "test result" lines.
    awk '/^ *Summary \[/ { out = "" ; on = 1 } on { out = out $0 "\n" } /^test result:/ { plain = plain $0 "\n" }
        END { printf "%s", out != "" ? out : plain }' "$LOGS/tests.log"
fi
[[ ${#FAILED[@]} -eq 0 ]]
