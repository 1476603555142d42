#!/usr/bin/env bash
# enrol.sh: enrolments over TLS through one hot profile and spread over many, with a connection for
# each device and with kept ones, in alternating rounds, against a bare loop that signs and commits;
# then many devices through one profile, and whether every one of them is there, once.
# ROUNDS (3), DEVICES (1500 a run), PROFILES (1000), ALL (10000), CONCURRENCY (32).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ROUNDS=${ROUNDS:-3}
DEVICES=${DEVICES:-1500}
PROFILES=${PROFILES:-1000}
ALL=${ALL:-10000}
CONCURRENCY=${CONCURRENCY:-32}
LONGEST=${LONGEST:-120} # seconds of a run of the simulator
begin

create_profiles() { # COUNT FILE: the QR code's text of each new profile, a line each
  python3 "$BENCH/enrol.py" create "$TLS_PORT" "$WORK" "$1" "$2"
}

simulate() { # NAME PAYLOADS COUNT OPTION...
  local name=$1 payloads=$2 count=$3 before after
  shift 3
  runs=$((runs + 1))
  before=$(cpu_ticks "$MUSTER_PID")
  timeout "$LONGEST" "$MUSTER" device simulate --profile "$payloads" --count "$count" --no-renew --no-report \
    --concurrency "$CONCURRENCY" --serial-prefix "B$runs-" --json "$@" >"$WORK/summary" ||
    die "the simulator failed:" "$(cat "$WORK/summary")"
  after=$(cpu_ticks "$MUSTER_PID")
  python3 "$BENCH/enrol.py" note "$WORK/summary" "$name" $((after - before)) >>"$WORK/rounds"
}

ceiling() { # ROWS_A_COMMIT
  rm -f "$WORK"/loop.db*
  echo "bare-loop-$1 $("$WORK/sign_loop" "$WORK/loop.db" 2 "$1")" >>"$WORK/rounds"
}

runs=0
cc -O2 -o "$WORK/sign_loop" "$BENCH/sign_loop.c" -lsqlite3 -lcrypto
start_muster "$WORK/data"
make_token "$WORK/data" "$WORK/token"
create_profiles 1 "$WORK/hot"
create_profiles "$PROFILES" "$WORK/spread"
simulate warm "$WORK/hot" 200
for _ in $(seq "$ROUNDS"); do
  simulate hot-kept "$WORK/hot" "$DEVICES" --keep-connections
  simulate spread-kept "$WORK/spread" "$DEVICES" --keep-connections
  simulate hot-new "$WORK/hot" "$DEVICES"
  simulate spread-new "$WORK/spread" "$DEVICES"
  ceiling 1
  ceiling "$CONCURRENCY"
done
create_profiles 1 "$WORK/one"
simulate all-kept "$WORK/one" "$ALL" --keep-connections
python3 "$BENCH/enrol.py" report "$WORK/rounds" "$CONCURRENCY"
python3 "$BENCH/enrol.py" verify "$TLS_PORT" "$WORK" "$WORK/one" "$ALL"
