# shellcheck shell=bash
# Sourced: finds and ends the processes of one run by the mark in their environment, CHAINFLIX_RUN, and
# therefore no process of anybody else, whatever its name.

# How long a process that was told to stop may take.
CHAINFLIX_STOP_SECONDS=${CHAINFLIX_STOP_SECONDS:-10}

# processes_of_run [PID...]: ids of the run's processes, without this shell, its ancestors and the given ones.
processes_of_run() {
    # The list is made before grep starts, so that grep does not find itself.
    local environ pid parent=$BASHPID environs=(/proc/[0-9]*/environ)
    local -A spared=()
    while [[ -n $parent && $parent -gt 1 ]]; do
        spared[$parent]=yes
        parent=$(awk '/^PPid:/ { print $2 }' "/proc/$parent/status" 2>/dev/null)
    done
    for pid in "$@"; do spared[$pid]=yes; done
    # What ended meanwhile, or belongs to another user, cannot be read and is passed over.
    while read -r environ; do
        pid=${environ//[^0-9]/}
        [[ -n ${spared[$pid]:-} ]] || say "$pid"
    done < <(grep -lzxFs "CHAINFLIX_RUN=${CHAINFLIX_RUN:?}" "${environs[@]}")
}

# lingering_processes_of_run [PID...]: waits a moment for what is just ending, then lists what still runs.
lingering_processes_of_run() {
    local attempt pids
    for ((attempt = 0; attempt < 20; attempt++)); do
        mapfile -t pids < <(processes_of_run "$@")
        [[ ${#pids[@]} -gt 0 ]] || return 0
        sleep 0.25
    done
    ps -o pid=,args= -p "$(IFS=,; printf '%s' "${pids[*]}")" | cut -c1-160
}

# stop_processes_of_run [PID...]: asks the run's processes to stop, and ends those that don't in time.
stop_processes_of_run() {
    local attempt pids
    mapfile -t pids < <(processes_of_run "$@")
    [[ ${#pids[@]} -gt 0 ]] || return 0
    kill -TERM "${pids[@]}" 2>/dev/null
    for ((attempt = 0; attempt < CHAINFLIX_STOP_SECONDS * 4; attempt++)); do
        mapfile -t pids < <(processes_of_run "$@")
        [[ ${#pids[@]} -gt 0 ]] || return 0
        sleep 0.25
    done
    kill -KILL "${pids[@]}" 2>/dev/null
    return 0
}

# ticks_of PID: CPU time of a process so far, in clock ticks.
ticks_of() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }
