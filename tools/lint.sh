#!/usr/bin/env bash
# shellcheck disable=SC2317 # the checks are called by name
# lint.sh [CHECK...]: all checks, or those named: format layers text scripts generated tidy. Every
# check runs even if one before it failed.
set -uo pipefail
ROOT=${ROOT:-$(cd "$(dirname "$0")/.." && pwd)}
BUILD=${BUILD:-$ROOT/build}
JOBS=${JOBS:-$(nproc)}
cd "$ROOT" || exit 1
die() {
  printf 'x: %s\n' "$@" >&2
  exit 1
}
# shellcheck source=tools/build.sh
. "$ROOT/tools/build.sh"

format() {
  git ls-files -z 'src/*.cc' 'src/*.h' 'tests/*.cc' 'tests/*.h' 'tests/*.c' |
    xargs -0 clang-format-14 --dry-run -Werror
}
layers() { python3 tools/check_layers.py; }
text() { python3 tools/check_text.py; }
scripts() {
  # One at a time: together, they are taken for one script of a thousand lines.
  local file worst=0
  while IFS= read -r file; do
    shellcheck -x -e SC1091 "$file" || worst=1
  done < <(git ls-files x .ci/run '*.sh')
  return "$worst"
}
generated() {
  build_muster
  bash tools/gen.sh --check
}
# Not the tests: the macros of GoogleTest are not ours to mend. Files that passed are remembered by
# what went in: the file, all headers of ours, the rules.
tidy() {
  configure tidy -DCMAKE_BUILD_TYPE=Release -DMUSTER_TESTS=OFF -DCMAKE_CXX_COMPILER=clang++-14 \
    -DCMAKE_C_COMPILER=clang-14
  local seen=$BUILD/tidy/passed headers
  mkdir -p "$seen"
  headers=$(git ls-files -z 'src/*.h' .clang-tidy CMakeLists.txt 'cmake/*' | xargs -0 cat | sha256sum)
  export BUILD seen headers
  # shellcheck disable=SC2016 # expanded by the inner shell
  git ls-files -z 'src/*.cc' ':!*_test.cc' | xargs -0 -n 1 -P "$JOBS" bash -c '
    key=$(printf "%s %s" "$headers" "$(sha256sum "$0")" | sha256sum | cut -c1-40)
    [ ! -e "$seen/$key" ] || exit 0
    log=$(mktemp)
    if clang-tidy-14 --quiet -p "$BUILD/tidy" "$0" >"$log" 2>/dev/null; then
      touch "$seen/$key"
    else
      echo "$0:"
      cat "$log"
      rm -f "$log"
      exit 1
    fi
    rm -f "$log"'
}

checks=("$@")
[ $# -gt 0 ] || checks=(format layers text scripts generated tidy)
worst=0
for check in "${checks[@]}"; do
  started=$SECONDS
  if output=$( ("$check") 2>&1); then
    printf 'lint %-10s ok %4d s\n' "$check" $((SECONDS - started))
  else
    printf 'lint %-10s FAILED\n%s\n' "$check" "$output"
    worst=1
  fi
done
exit "$worst"
