#!/usr/bin/env bash
# test.sh [SUITE...]: builds and runs all suites, or those named: unit asan tsan protocol clients cluster
# fuzz, and package, which is not among all: it needs root, a file system that can be mounted, and a mirror.
# Called by ./x test, which installs what is needed. Logs are in build/logs. The last line counts.
set -uo pipefail
ROOT=${ROOT:-$(cd "$(dirname "$0")/.." && pwd)}
BUILD=${BUILD:-$ROOT/build}
JOBS=${JOBS:-$(nproc)}
LOGS=$BUILD/logs
mkdir -p "$LOGS"

say() { printf 'x: %s\n' "$*" >&2; }
die() {
  printf 'x: %s\n' "$@" >&2
  exit 1
}
# shellcheck source=tools/install.sh
. "$ROOT/tools/install.sh"
# shellcheck source=tools/build.sh
. "$ROOT/tools/build.sh"

passed=0
failed=0
suites=("$@")
[ $# -gt 0 ] || suites=(unit asan tsan protocol clients cluster fuzz)

wanted() {
  case " ${suites[*]} " in *" $1 "*) return 0 ;; esac
  return 1
}

# A sanitizer's report ends the process that it is about, whatever the test thinks of the answer.
export ASAN_OPTIONS=abort_on_error=0:exitcode=99:detect_leaks=1:strict_string_checks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:exitcode=99:second_deadlock_stack=1

suite() { # NAME COMMAND...
  local name=$1 code=0 counts started=$SECONDS
  shift
  "$@" >"$LOGS/$name.log" 2>&1 </dev/null || code=$?
  read -r -a counts < <(python3 "$ROOT/tools/count_tests.py" "$LOGS/$name.log" "$code")
  passed=$((passed + counts[0]))
  failed=$((failed + counts[1]))
  printf '%-18s %6d passed %4d failed  %4d s\n' "$name" "${counts[@]}" $((SECONDS - started))
  [ "${counts[1]}" -eq 0 ] || show_failures "$LOGS/$name.log"
}

show_failures() {
  echo "--- ${1#"$ROOT/"}"
  grep -nE '\[  FAILED  \]|Failure$|^ *not ok |^ *✖ |ERROR: |WARNING: ThreadSanitizer|runtime error|^x: ' \
    "$1" | head -40
  echo "--- its end"
  tail -25 "$1"
}

# A build that fails is a suite that failed: the others still say what they know.
build() { # WHAT COMMAND...
  local what=$1 started=$SECONDS
  shift
  if ("$@") >"$LOGS/build-$what.log" 2>&1; then
    printf '%-18s built %25d s\n' "$what" $((SECONDS - started))
    return 0
  fi
  failed=$((failed + 1))
  echo "$what: the build failed"
  grep -E 'error|^x: |FAILED' "$LOGS/build-$what.log" | head -25
  return 1
}

unit() {
  bash "$ROOT/tools/with_pg.sh" ctest --test-dir "$BUILD/$1" -j "$JOBS" --verbose --timeout 600
}
protocol() { # BUILD VARIABLE=VALUE...
  local folder=$BUILD/$1
  shift
  # By name: from version 21 on, node takes no folder here.
  cd "$ROOT" && bash "$ROOT/tools/with_pg.sh" env MUSTER_BIN="$folder/muster" "$@" \
    node --test --test-reporter=tap tests/protocol/*.test.mjs
}
# What the release build does many times over, on files of its own.
few=(CRASH_CYCLES=25 RACE_ROUNDS=10 BACKUP_ROUNDS=5 COPY_KILLS=2)
clients() { MUSTER_BIN=$BUILD/$1/muster node "$ROOT/tests/clients/run.mjs"; }

cluster() {
  cd "$ROOT" &&
    MUSTER_BIN=$BUILD/$1/muster node --test --test-reporter=tap tests/cluster/*.test.mjs
}

if wanted unit || wanted protocol || wanted clients || wanted cluster; then
  if build release build_release_with_tests; then
    if wanted unit; then suite unit unit release; fi
    if wanted protocol; then
      suite protocol protocol release
      suite protocol-postgres protocol release MUSTER_STORE=postgres "${few[@]}"
    fi
    if wanted clients; then
      npm_packages "$ROOT/tests/clients"
      suite clients clients release
    fi
    if wanted cluster; then
      install_groups cluster
      suite cluster cluster release
      sed -n 's/^# \(.*s\/\|acknowledged\|enrolled\)/  \1/p' "$LOGS/cluster.log" # what was seen
    fi
  fi
fi
if wanted asan && build asan build_sanitized asan address,undefined; then
  suite unit-asan unit asan
  suite protocol-asan protocol asan "${few[@]}"
fi
if wanted tsan && build tsan build_sanitized tsan thread; then
  suite unit-tsan unit tsan
  suite protocol-tsan protocol tsan "${few[@]}"
fi
if wanted fuzz && build fuzz build_fuzz; then
  seconds=10
  [ "${CI:-}" != true ] || seconds=30
  suite fuzz bash "$ROOT/tests/fuzz/run.sh" "$seconds"
fi
if wanted package; then
  install_groups package
  if build package build_package; then
    suite package as_root env "ROOT=$ROOT" "BUILD=$BUILD" bash "$ROOT/tools/test_package.sh" "$BUILD"/muster_*.deb
  fi
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
