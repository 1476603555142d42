#!/usr/bin/env bash
# memory.sh: memory of the service, and rates of reads and creates, as the number of profiles grows. Each size
# has a service of its own, whose profiles all came over HTTP. SIZES ("0 1000 100000"; add 1000000 for the long
# way, about five minutes), SECONDS_EACH (5).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
begin
SECONDS_EACH=${SECONDS_EACH:-5}

mib() { awk -v n="$1:" '$1 == n { printf "%.1f", $2 / 1024 }' "/proc/$MUSTER_PID/status"; }
figure() { awk -v n="$1" '$1 == n { print $2 " (" $3 ")" }' "$WORK/rounds"; }
octets() { du -sm "$WORK/data" | cut -f1; }
seed() { # COUNT CONNECTIONS
  node "$BENCH/seed.mjs" "http://127.0.0.1:$PLAIN_PORT" "$WORK/token" "$1" "$2" "${@:3}" >/dev/null
}

echo "| profiles | RSS MiB | of it own | of it mapped files | data MiB | reads/s (CPU µs) | creates/s (CPU µs) |"
echo "|---|---|---|---|---|---|---|"
for size in ${SIZES:-0 1000 100000}; do
  start_muster "$WORK/data"
  make_token "$WORK/data" "$WORK/token"
  [ "$size" = 0 ] || seed "$size" 64
  before="$(mib VmRSS) | $(mib RssAnon) | $(mib RssFile) | $(octets)"
  : >"$WORK/rounds"
  seed 1000 4 "$WORK/ids"
  cut -d' ' -f1 "$WORK/ids" | sed "s|^|$COLLECTION/|" >"$WORK/keys.paths"
  LOAD_PATHS=$WORK/keys.paths load get "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION"
  load create "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION" POST "$BENCH/example_body.json"
  echo "| $size | $before | $(figure get) | $(figure create) |"
  stop "$MUSTER_PID"
  rm -rf "$WORK/data"
done
