# shellcheck shell=bash
# Sourced by ./x and the scripts beside this one: one build folder for each kind of build.

# A clone in another folder finds what was compiled before.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1

# configure NAME OPTION...: build/NAME, again only when the options differ from last time.
configure() {
  local folder=$BUILD/$1
  shift
  local options=(-S "$ROOT" -B "$folder" -G Ninja)
  if command -v mold >/dev/null; then
    options+=(-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold)
  fi
  options+=("$@")
  local stamp=$folder/.options
  if [ -f "$folder/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "${options[*]}" ]; then
    return 0
  fi
  mkdir -p "$folder"
  cmake "${options[@]}" >"$folder/configure.log" 2>&1 ||
    die "cmake failed:" "$(tail -25 "$folder/configure.log")"
  printf '%s' "${options[*]}" >"$stamp"
}

# compile NAME TARGET...: quiet unless it fails. One at a time for each folder.
compile() {
  local folder=$BUILD/$1
  shift
  flock "$folder/.lock" ninja -C "$folder" -j "$JOBS" --quiet "$@" | sed '/^ninja: no work to do/d' || die "the build of ${folder#"$ROOT/"} failed"
}

# Without tests unless they were asked for before: those need more packages.
build_muster() {
  if ! grep -qs '^MUSTER_TESTS:BOOL=ON' "$BUILD/release/CMakeCache.txt"; then
    configure release -DCMAKE_BUILD_TYPE=Release -DMUSTER_TESTS=OFF
  fi
  compile release muster
}

# build/muster_*.deb, with the time of the commit in it, so that the same commit makes the same octets;
# with that of the change log where there is no repository.
build_package() {
  build_muster
  local made=$BUILD/release/package/made
  rm -rf "$made"
  SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || stat -c %Y "$ROOT/CHANGELOG.md") \
    cpack --config "$BUILD/release/CPackConfig.cmake" -B "$made" >"$BUILD/package.log" 2>&1 ||
    die "cpack failed:" "$(tail -25 "$BUILD/package.log")"
  rm -f "$BUILD"/muster_*.deb
  cp "$made"/muster_*.deb "$BUILD/"
  say "built $(cd "$BUILD" && echo muster_*.deb)"
}

# The benchmarks are compiled with them, for what nothing compiles does not compile for long.
build_release_with_tests() {
  configure release -DCMAKE_BUILD_TYPE=Release -DMUSTER_TESTS=ON -DMUSTER_BENCH=ON
  compile release
}

# Address and undefined-behaviour checks without optimisation: it would double the time to compile,
# and there is more code to compile than to run.
build_sanitized() { # NAME SANITIZERS
  local level=-O0
  [ "$2" != thread ] || level=-O1
  configure "$1" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMUSTER_TESTS=ON "-DMUSTER_SANITIZE=$2" \
    "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=$level -g1"
  compile "$1"
}

build_fuzz() {
  local coverage="-fsanitize=fuzzer-no-link -fno-sanitize=function"
  configure fuzz -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_COMPILER=clang-14 \
    -DCMAKE_CXX_COMPILER=clang++-14 -DMUSTER_TESTS=OFF -DMUSTER_FUZZ=ON \
    -DMUSTER_SANITIZE=address,undefined "-DCMAKE_CXX_FLAGS=$coverage" \
    "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1"
  compile fuzz fuzz_targets
}
