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
# what went in: the file, the headers of ours that it includes, the rules.
tidy() {
  configure tidy -DCMAKE_BUILD_TYPE=Release -DMUSTER_TESTS=OFF -DCMAKE_CXX_COMPILER=clang++-14 \
    -DCMAKE_C_COMPILER=clang-14
  local seen=$BUILD/tidy/passed rules files
  mkdir -p "$seen"
  mapfile -t rules < <(git ls-files .clang-tidy CMakeLists.txt 'cmake/*')
  # By grep: git 2.39 cuts the common `src/` off the pattern ':!*_test.cc' too and leaves out *st.cc.
  mapfile -t files < <(git ls-files 'src/*.cc' | grep -v '_test\.cc$')
  export BUILD seen
  # shellcheck disable=SC2016 # expanded by the inner shell
  python3 tools/tidy_keys.py "${rules[@]}" -- "${files[@]}" | xargs -n 2 -P "$JOBS" bash -c '
    [ ! -e "$seen/$0" ] || exit 0
    log=$(mktemp)
    if clang-tidy-14 --quiet -p "$BUILD/tidy" "$1" >"$log" 2>/dev/null; then
      touch "$seen/$0"
    else
      echo "$1:"
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
