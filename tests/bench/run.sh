#!/usr/bin/env bash
# run.sh [qr|store|observe|hostile|http|list|enrol|postgres|backup|copy|startup|memory|power-cut|all]: builds what is measured and measures it.
set -euo pipefail
ROOT=${ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$ROOT/build}
JOBS=${JOBS:-$(nproc)}
die() {
  printf 'x: %s\n' "$@" >&2
  exit 1
}
# shellcheck source=tools/build.sh
. "$ROOT/tools/build.sh"
bench=$ROOT/tests/bench

program() { # TARGET: of tests/bench/CMakeLists.txt
  configure bench -DCMAKE_BUILD_TYPE=Release -DMUSTER_TESTS=OFF -DMUSTER_BENCH=ON
  ninja -C "$BUILD/bench" --quiet build.ninja # it may be older than what names the targets
  ninja -C "$BUILD/bench" -t targets all | grep "^$1:" >/dev/null || die "there is no benchmark $1"
  compile bench "$1"
}

micro() { # TARGET
  program "$1"
  "$BUILD/bench/$1"
}

what=${1:-all}
[ $# -eq 0 ] || shift
if [ "$what" = --store ]; then
  what=${1:-}
  [ $# -eq 0 ] || shift
fi
case $what in
  qr | store | observe | hostile) micro "${what}_bench" ;;
  http | enrol | backup | copy | startup | memory)
    build_muster
    bash "$bench/$what.sh" "$@"
    ;;
  list)
    build_muster
    program seed_store
    bash "$bench/list.sh" "$@"
    ;;
  postgres) # as safe as it is in service
    build_muster
    program seed_store
    program open_loop
    PG_DURABLE=1 PG_OPTIONS="-c shared_buffers=512MB -c max_wal_size=4GB" bash "$ROOT/tools/with_pg.sh" \
      python3 "$bench/pg/run.py" "$BUILD/release/muster" "$BUILD/bench/seed_store" "$BUILD/bench/open_loop" "$@"
    ;;
  power-cut)
    build_muster
    bash "$bench/power_cut.sh" "$@"
    ;;
  all)
    for part in qr store observe hostile startup http list enrol postgres backup copy memory power-cut; do
      printf '\n== %s\n' "$part"
      bash "$bench/run.sh" "$part" || echo "$part failed"
    done
    ;;
  *) die "usage: ./x bench [qr|store|observe|hostile|http|list|enrol|postgres|backup|copy|startup|memory|power-cut|all]" ;;
esac
