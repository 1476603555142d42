#!/usr/bin/env bash
# run.sh [SECONDS]: runs every fuzz target of build/fuzz for so long, two at a time, from its seeds in
# tests/fuzz/corpus/<target>. What is found is kept in build/fuzz/findings. Ends with a count.
set -uo pipefail
ROOT=${ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$ROOT/build}
SECONDS_EACH=${1:-10}
export ASAN_OPTIONS=abort_on_error=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

die() {
  printf 'x: %s\n' "$@" >&2
  exit 1
}
JOBS=${JOBS:-$(nproc)}
# shellcheck source=tools/build.sh
. "$ROOT/tools/build.sh"
build_fuzz

one() { # TARGET
  local name findings=$BUILD/fuzz/findings grown
  name=$(basename "$1")
  grown=$BUILD/fuzz/corpus/$name
  mkdir -p "$grown" "$findings"
  local seeds=()
  [ ! -d "$ROOT/tests/fuzz/corpus/$name" ] || seeds=("$ROOT/tests/fuzz/corpus/$name")
  local dictionary=()
  [ ! -f "$ROOT/tests/fuzz/$name.dict" ] || dictionary=("-dict=$ROOT/tests/fuzz/$name.dict")
  "$1" -max_total_time="$SECONDS_EACH" -timeout=5 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1 \
    -artifact_prefix="$findings/$name-" "${dictionary[@]}" "$grown" "${seeds[@]}" \
    >"$BUILD/fuzz/$name.log" 2>&1
}

passed=0
failed=0
finish() { # PID NAME
  if wait "$1"; then
    passed=$((passed + 1))
    echo "$2: $(sed -n 's/^stat::number_of_executed_units: *//p' "$BUILD/fuzz/$2.log") inputs"
  else
    failed=$((failed + 1))
    echo "$2: FAILED"
    tail -40 "$BUILD/fuzz/$2.log"
  fi
}

mapfile -t targets < <(find "$BUILD/fuzz" -maxdepth 1 -name '*_fuzz' -type f -perm -u+x | sort)
waiting=()
for target in "${targets[@]}"; do
  one "$target" &
  waiting+=("$! $(basename "$target")")
  if [ "${#waiting[@]}" -ge 2 ]; then
    # shellcheck disable=SC2086 # two words on purpose
    finish ${waiting[0]}
    waiting=("${waiting[@]:1}")
  fi
done
for entry in "${waiting[@]}"; do
  # shellcheck disable=SC2086
  finish $entry
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
