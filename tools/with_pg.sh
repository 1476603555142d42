#!/usr/bin/env bash
# with_pg.sh COMMAND...: runs it beside a PostgreSQL of its own, which lives in a temporary folder,
# listens on a socket there and goes with the command. TEST_POSTGRES is its URL; a server
# that it names already is used instead. TEST_PGBOUNCER is the same server behind a PgBouncer that pools
# transactions, where that is installed; any role may log in there. PG_DURABLE=1 keeps the settings that
# make it safe against a loss of power, and PG_OPTIONS are further options ("-c NAME=VALUE ...").
set -euo pipefail

[ -z "${TEST_POSTGRES:-}" ] || exec "$@"

PROGRAMS=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
[ -n "$PROGRAMS" ] || {
  echo "with_pg: PostgreSQL is not installed; ./x install does it." >&2
  exit 1
}

FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/pg-XXXXXX")
as_owner=()
if [ "$(id -u)" = 0 ]; then # as root it does not start
  chown postgres "$FOLDER"
  as_owner=(setpriv --reuid postgres --regid postgres --clear-groups)
fi
chmod 755 "$FOLDER"

stop() {
  local pid
  pid=$(cat "$FOLDER/pgbouncer.pid" 2>/dev/null || true)
  [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
  pid=$(head -1 "$FOLDER/data/postmaster.pid" 2>/dev/null || true)
  if [ -n "$pid" ]; then
    kill -QUIT "$pid" 2>/dev/null || true # at once: nothing is kept
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
  fi
  rm -rf "$FOLDER"
}
trap stop EXIT
trap 'exit 130' INT TERM

cd "$FOLDER" # the owner of the server may not see where we are
"${as_owner[@]}" "$PROGRAMS/initdb" -D data -U muster -A trust -E UTF8 --no-locale --no-sync \
  >initdb.log 2>&1 || {
  cat initdb.log >&2
  exit 1
}
# What makes it safe against a loss of power is what the tests do not need.
unsafe="-c fsync=off -c full_page_writes=off"
[ -z "${PG_DURABLE:-}" ] || unsafe=
"${as_owner[@]}" "$PROGRAMS/pg_ctl" -D data -l server.log -w -t 60 -o "-k '$FOLDER' \
  -c listen_addresses= -c max_connections=300 -c shared_buffers=64MB $unsafe \
  -c max_locks_per_transaction=256 ${PG_OPTIONS:-}" start >pg_ctl.log 2>&1 || {
  cat pg_ctl.log server.log >&2
  exit 1
}

# Each transaction gets another session than the one before, if it can.
if BOUNCER=$(command -v pgbouncer || command -v /usr/sbin/pgbouncer); then
  echo '"muster" ""' >users
  cat >pgbouncer.ini <<INI
[databases]
* = host=$FOLDER
[pgbouncer]
pool_mode = transaction
server_round_robin = 1
auth_type = trust
auth_file = $FOLDER/users
auth_user = muster
listen_port = 6432
unix_socket_dir = $FOLDER
max_client_conn = 1000
default_pool_size = 20
server_idle_timeout = 2
logfile = $FOLDER/pgbouncer.log
pidfile = $FOLDER/pgbouncer.pid
INI
  "${as_owner[@]}" "$BOUNCER" -q -d pgbouncer.ini || {
    cat pgbouncer.log >&2
    exit 1
  }
  TEST_PGBOUNCER="postgres://muster@/postgres?host=$FOLDER&port=6432"
  export TEST_PGBOUNCER
fi
cd "$OLDPWD"

TEST_POSTGRES="postgres://muster@/postgres?host=$FOLDER" "$@"
