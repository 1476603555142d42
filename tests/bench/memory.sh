#!/usr/bin/env bash
# memory.sh: memory of the service, and rates of reads and creates, as the number of profiles grows. SIZES
# ("0 1000 100000"; add 1000000 for the long way, about ten minutes).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
begin
SECONDS_EACH=${SECONDS_EACH:-5}

rss_mib() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$MUSTER_PID/status"; }
anonymous_mib() { awk '/^RssAnon/ { printf "%.1f", $2 / 1024 }' "/proc/$MUSTER_PID/status"; }
figure() { awk -v n="$1" '$1 == n { print $2 }' "$WORK/rounds"; }

start_muster "$WORK/data"
make_token "$WORK/data" "$WORK/token"
rows=0
echo "| profiles | RSS MiB | of it own | file MiB | reads/s | creates/s |"
echo "|---|---|---|---|---|---|"
for size in ${SIZES:-0 1000 100000}; do
  if [ "$size" -gt "$rows" ]; then
    node "$BENCH/seed.mjs" "http://127.0.0.1:$PLAIN_PORT" "$WORK/token" $((size - rows)) 64 >/dev/null
    rows=$size
  fi
  before="$(rss_mib) | $(anonymous_mib)"
  octets=$(du -sm "$WORK/data" | cut -f1)
  : >"$WORK/rounds"
  node "$BENCH/seed.mjs" "http://127.0.0.1:$PLAIN_PORT" "$WORK/token" 100 4 "$WORK/ids" >/dev/null
  id=$(cut -d' ' -f1 "$WORK/ids" | sed -n 50p)
  load get "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION/$id"
  load create "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION" POST "$BENCH/example_body.json"
  echo "| $size | $before | $octets | $(figure get) | $(figure create) |"
  rows=$(curl -sf -H "Authorization: Bearer $(cat "$WORK/token")" \
    "http://127.0.0.1:$PLAIN_PORT$COLLECTION?\$count=true&\$top=1&\$select=id" |
    python3 -c 'import json, sys; print(json.load(sys.stdin).get("@odata.count", 0))' || echo "$size")
done
