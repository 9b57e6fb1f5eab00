# shellcheck shell=bash
# Sourced after env.sh and processes.sh by scripts that start processes of their own: one run with a folder, which leaves
# no process behind, however it ends.

# only_json "$@": reads the arguments of a script in scripts/ whose one option is [--json FILE], and sets RESULT to that file, or
# to nothing. Called after the script went to the root of the repository; a FILE lies where the script was called.
only_json() {
    RESULT=
    case ${1:-} in
    "") ;;
    --json)
        [[ $# -eq 2 ]] || fail "--json needs one file to write to, and nothing goes beside it"
        # shellcheck disable=SC2034 # the script that calls it writes there
        RESULT=$(cd "$OLDPWD" && realpath -m "$2")
        ;;
    -h | --help)
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "scripts/${0##*/}"
        exit 0
        ;;
    *) fail "unknown argument '$1': usage: scripts/${0##*/} [--json FILE]" ;;
    esac
}

# begin_run NAME: makes the folder $DATA and the mark CHAINFLIX_RUN. When the script ends, all processes with the mark are
# stopped. When it failed, its logs (*.log and *.json in $DATA) stay: in $CHAINFLIX_TEST_LOGS/NAME where that is set, else
# where they are. A script that sets STAYED ended well although it was interrupted.
begin_run() {
    DATA=$(mktemp -d)
    CHAINFLIX_RUN=$1-$$-$RANDOM
    export CHAINFLIX_RUN
    # shellcheck disable=SC2064 # the name of this run
    trap "end_run '$1'" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# shellcheck disable=SC2317 # called by the trap
end_run() {
    local code=$? name=$1
    trap - EXIT INT TERM
    say "stopping what was started"
    # shellcheck disable=SC2119 # nothing is spared
    stop_processes_of_run
    if [[ $code -eq 0 || -n ${STAYED:-} ]]; then
        rm -rf "$DATA"
    elif [[ -n ${CHAINFLIX_TEST_LOGS:-} ]]; then
        mkdir -p "$CHAINFLIX_TEST_LOGS/$name"
        cp "$DATA"/*.log "$DATA"/*.json "$CHAINFLIX_TEST_LOGS/$name" 2>/dev/null || true
        rm -rf "$DATA"
    else
        say "the logs are kept in $DATA" >&2
    fi
    exit "$code"
}

# passed SENTENCE: what is shown by now, and when.
passed() { say "ok: $* ($SECONDS s)"; }
