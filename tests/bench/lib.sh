# shellcheck shell=bash
# Sourced by the benchmarks: starting and stopping what is measured, and measuring it.

BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=${ROOT:-$(cd "$BENCH/../.." && pwd)}
BUILD=${BUILD:-$ROOT/build}
MUSTER=${MUSTER_BIN:-$BUILD/release/muster}
unset MUSTER_BIN # a variable of that prefix would be taken for a setting
COLLECTION=/beta/deviceManagement/androidForWorkEnrollmentProfiles
STARTED=()
export COLLECTION

die() {
  printf 'bench: %s\n' "$@" >&2
  exit 1
}

# Everything that a benchmark starts ends with it, and its folder goes.
begin() {
  WORK=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/muster-bench.XXXXXX")
  trap finish EXIT
  trap 'exit 130' INT TERM
}

finish() {
  local pid
  for pid in "${STARTED[@]}"; do stop "$pid"; done
  rm -rf "$WORK"
}

stop() { # PID
  kill -TERM "$1" 2>/dev/null || return 0
  local i
  for i in $(seq 100); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  [ "$i" -lt 100 ] || kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for_port() { # PORT PID
  local i
  for i in $(seq 600); do
    if (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    kill -0 "$2" 2>/dev/null || die "a server ended at its start: $(tail -qn 3 "$WORK"/*.err "$WORK"/*.out 2>/dev/null)"
    sleep 0.05
  done
  die "nothing listens on port $1 (tried $i times)"
}

# Sets MUSTER_PID, TLS_PORT, PLAIN_PORT, METRICS_PORT; the data directory is $1.
start_muster() { # DATA ARGS...
  local data=$1
  shift
  TLS_PORT=$(free_port)
  PLAIN_PORT=$(free_port)
  METRICS_PORT=$(free_port)
  "$MUSTER" serve --data "$data" --listen "127.0.0.1:$TLS_PORT" --listen-plain "127.0.0.1:$PLAIN_PORT" \
    --metrics-listen "127.0.0.1:$METRICS_PORT" --log-level warning "$@" >"$WORK/muster.out" \
    2>"$WORK/muster.err" </dev/null &
  MUSTER_PID=$!
  STARTED+=("$MUSTER_PID")
  wait_for_port "$PLAIN_PORT" "$MUSTER_PID"
}

make_token() { # DATA FILE
  "$MUSTER" token --data "$1" --expires 8h >"$2"
}

find_nginx() { # unpacked, not installed: no service is started
  NGINX=$(command -v nginx || true)
  [ -z "$NGINX" ] || return 0
  NGINX=$BUILD/tools/nginx/usr/sbin/nginx
  [ ! -x "$NGINX" ] || return 0
  mkdir -p "$BUILD/tools/nginx"
  (cd "$WORK" && apt-get -q download nginx >/dev/null 2>&1 && dpkg-deb -x nginx_*.deb "$BUILD/tools/nginx") ||
    die "nginx cannot be downloaded"
}

# Sets NGINX_PID, NGINX_PLAIN, NGINX_TLS. Files in $WORK/www/body are served under /body/.
start_nginx() { # DATA ENTITY_FILE
  NGINX_PLAIN=$(free_port)
  NGINX_TLS=$(free_port)
  mkdir -p "$WORK/www/body"
  cp "$2" "$WORK/www/entity.json"
  sed -e "s|@DIR@|$WORK|g" -e "s|@PLAIN@|$NGINX_PLAIN|" -e "s|@TLS@|$NGINX_TLS|" -e "s|@CERTIFICATE@|$1/tls/server.pem|" \
    -e "s|@KEY@|$1/tls/server-key.pem|" "$BENCH/nginx.conf.in" >"$WORK/nginx.conf"
  python3 - "$WORK/nginx.conf" "$2" <<'PY'
import sys
path, entity = sys.argv[1:]
text = open(path).read()
open(path, "w").write(text.replace("@ENTITY@", open(entity).read().replace("'", "").replace("$", "")))
PY
  chmod a+rx "$WORK" # its workers are another user when root starts it
  chmod -R a+rX "$WORK/www"
  "$NGINX" -p "$WORK" -c "$WORK/nginx.conf" >"$WORK/nginx.out" 2>"$WORK/nginx.err" &
  NGINX_PID=$!
  STARTED+=("$NGINX_PID")
  wait_for_port "$NGINX_PLAIN" "$NGINX_PID"
}

# Sets PEER_PID (empty without a rival) and PEER_PORT. Its file is filled up to ROWS first.
start_peer() { # [ROWS]
  PEER_PID=
  [ "${PEER:-1}" = 1 ] || return 0
  if [ ! -f "$BENCH/peer/node_modules/.package-lock.json" ]; then
    (cd "$BENCH/peer" && npm ci --no-audit --no-fund --loglevel=error) >"$WORK/npm.out" 2>&1 ||
      { echo "the rival cannot be installed here, it is left out"; return 0; }
  fi
  [ -z "${1:-}" ] || SEED=$1 DB=$WORK/peer.db node "$BENCH/peer/server.mjs"
  PEER_PORT=$(free_port)
  PORT=$PEER_PORT DB=$WORK/peer.db node "$BENCH/peer/server.mjs" >"$WORK/peer.out" 2>"$WORK/peer.err" &
  PEER_PID=$!
  STARTED+=("$PEER_PID")
  wait_for_port "$PEER_PORT" "$PEER_PID"
}

cpu_ticks() { # PID: user and system time of the process and of its children
  local pid ticks=0 rest
  for pid in "$1" $(cat "/proc/$1/task/"*/children 2>/dev/null); do
    rest=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) || continue
    # shellcheck disable=SC2086 # split into fields
    set -- $rest
    ticks=$((ticks + ${12} + ${13}))
  done
  echo "$ticks"
}

# One run of wrk, further set by LOAD_PATHS and LOAD_CREATES (load.lua). Appends
# `NAME rate cpu_us p50 p99 bad` to $WORK/rounds.
load() { # NAME PID URL [METHOD] [BODY]
  local before after line
  before=$(cpu_ticks "$2")
  line=$(LOAD_METHOD=${4:-GET} LOAD_BODY=${5:-} LOAD_TOKEN=$WORK/token \
    wrk -t1 "-c${CONNECTIONS:-64}" "-d${SECONDS_EACH:-5}s" --timeout 10s -s "$BENCH/load.lua" "$3" |
    sed -n 's/^LOAD //p')
  after=$(cpu_ticks "$2")
  [ -n "$line" ] || die "wrk failed against $3"
  local requests=0 rate=0 p50=0 p99=0 bad=0
  eval "$line"
  awk -v n="$1" -v r="$rate" -v t=$((after - before)) -v q="$requests" -v h="$(getconf CLK_TCK)" \
    -v a="$p50" -v b="$p99" -v bad="$bad" \
    'BEGIN { printf "%s %.0f %.2f %.3f %.3f %d\n", n, r, (q ? t * 1e6 / h / q : 0), a, b, bad }' \
    >>"$WORK/rounds"
}

# Prints a table of the medians of $WORK/rounds; ratios are to the first name of each table.
report() { # TITLE NAME...
  python3 "$BENCH/report.py" "$WORK/rounds" "$@"
}
