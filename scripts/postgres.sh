#!/usr/bin/env bash
# scripts/postgres.sh COMMAND [ARGUMENTS]: runs a command beside a PostgreSQL of its own, which it finds by the URL in
# CHAINFLIX_TEST_POSTGRES: a new data folder, a Unix socket in it and no port; stopped by its process id at the end.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

[[ $# -gt 0 ]] || fail "name the command that is to run beside PostgreSQL"

# Debian keeps the programs of each version in a folder of their own, outside of PATH.
PROGRAMS=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
[[ -x $PROGRAMS/postgres ]] || fail "PostgreSQL is not installed: scripts/setup/system-packages.sh --tests installs it"

FOLDER=$(mktemp -d)
SERVER=
stop() {
    if [[ -n $SERVER ]]; then
        kill -INT "$SERVER" 2>/dev/null || true
        wait "$SERVER" 2>/dev/null || true
    fi
    rm -rf "$FOLDER"
}
trap stop EXIT

# The server refuses to run as root.
AS=()
if [[ $(id -u) -eq 0 ]]; then
    AS=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chown postgres: "$FOLDER"
fi

"${AS[@]}" "$PROGRAMS/initdb" --pgdata="$FOLDER/data" --username=chainflix --auth=trust --encoding=UTF8 \
    --no-locale --no-sync >"$FOLDER/initdb.log" 2>&1 || fail "initdb failed: $(tail -3 "$FOLDER/initdb.log")"
(cd "$FOLDER" && exec "${AS[@]}" "$PROGRAMS/postgres" -D data -c listen_addresses= \
    -c unix_socket_directories="$FOLDER" -c fsync=off -c max_connections=200) >"$FOLDER/server.log" 2>&1 &
SERVER=$!

is_up() { "$PROGRAMS/pg_isready" --quiet --host="$FOLDER" --username=chainflix --dbname=postgres; }
for ((attempt = 0; attempt < 600; attempt++)); do
    is_up && break
    kill -0 "$SERVER" 2>/dev/null || fail "PostgreSQL ended: $(tail -3 "$FOLDER/server.log")"
    sleep 0.1
done
is_up || fail "PostgreSQL was not up in time: $(tail -3 "$FOLDER/server.log")"

CHAINFLIX_TEST_POSTGRES="postgres:///postgres?user=chainflix&host=$FOLDER" "$@"
