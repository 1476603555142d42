#!/usr/bin/env bash
# http.sh: reads and durable creates of Muster against nginx, SQLite alone, and a hand-written rival,
# on one machine, in alternating rounds. ROUNDS (3), SECONDS_EACH (5), CONNECTIONS (64).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ROUNDS=${ROUNDS:-3}
SECONDS_EACH=${SECONDS_EACH:-5}
begin

create() { # PORT: prints the id of a new profile
  curl -sf -H "Authorization: Bearer $(cat "$WORK/token")" -H 'Content-Type: application/json' \
    --data-binary "@$BENCH/example_body.json" "http://127.0.0.1:$1$COLLECTION" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])'
}

reads() { # one round of reads
  load muster-http "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION/$id"
  load nginx-http-file "$NGINX_PID" "http://127.0.0.1:$NGINX_PLAIN/file"
  [ -z "$PEER_PID" ] || load peer-http "$PEER_PID" "http://127.0.0.1:$PEER_PORT$COLLECTION/$peer_id"
  load muster-https "$MUSTER_PID" "https://127.0.0.1:$TLS_PORT$COLLECTION/$id"
  load nginx-https-file "$NGINX_PID" "https://127.0.0.1:$NGINX_TLS/file"
}

creates() { # one round of creates
  load muster-create "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION" POST "$BENCH/example_body.json"
  [ -z "$PEER_PID" ] ||
    load peer-create "$PEER_PID" "http://127.0.0.1:$PEER_PORT$COLLECTION" POST "$BENCH/example_body.json"
  load nginx-201-unstored "$NGINX_PID" "http://127.0.0.1:$NGINX_PLAIN/create" POST "$BENCH/example_body.json"
  load muster-create-qr "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION" POST "$WORK/small.json"
}

ceiling() { # GROUP
  rm -f "$WORK"/loop.db*
  "$WORK/sqlite_loop" "$WORK/loop.db" "$SECONDS_EACH" "$1"
}

stages() {
  curl -sf "http://127.0.0.1:$METRICS_PORT/metrics" | python3 -c '
import re, sys
figures = {}
for line in sys.stdin:
    found = re.match(r"(muster_stage_seconds|muster_store_commit_writes)_(sum|count)(?:\{(.*)\})? (.*)", line)
    if found:
        figures.setdefault((found[1], found[3] or ""), {})[found[2]] = float(found[4])
for (name, labels), f in figures.items():
    count = f.get("count", 0)
    if count:
        unit, factor = ("us", 1e6) if "seconds" in name else ("writes", 1)
        mean = f["sum"] / count * factor
        print(f"  {name} {labels}: mean {mean:.1f} {unit} over {count:.0f}")'
}

find_nginx
cc -O2 -o "$WORK/sqlite_loop" "$BENCH/sqlite_loop.c" -lsqlite3
echo '{"displayName":"Display Name value"}' >"$WORK/small.json"
start_muster "$WORK/data" --threads "${THREADS:-1}"
make_token "$WORK/data" "$WORK/token"
id=$(create "$PLAIN_PORT")
curl -sf -H "Authorization: Bearer $(cat "$WORK/token")" "http://127.0.0.1:$PLAIN_PORT$COLLECTION/$id" >"$WORK/entity"
start_nginx "$WORK/data" "$WORK/entity"
start_peer
[ -z "$PEER_PID" ] || peer_id=$(create "$PEER_PORT")

echo "body of a read: $(wc -c <"$WORK/entity") octets; wrk -t1 -c${CONNECTIONS:-64} -d${SECONDS_EACH}s; rounds: $ROUNDS; cores: $(nproc)"
for round in $(seq "$ROUNDS"); do
  echo "round $round" >&2
  reads
  creates
done
report "Read by key, HTTP" muster-http nginx-http-file peer-http
report "Read by key, HTTPS (P-256, TLS 1.3)" muster-https nginx-https-file
report "Durable create of the contract's body, HTTP" muster-create peer-create nginx-201-unstored
report "Durable create with token and QR picture made here, HTTP" muster-create-qr
echo
echo "SQLite alone, durable rows a second: $(ceiling 1) at 1 a commit, $(ceiling 8) at 8, $(ceiling 32) at 32, $(ceiling 64) at 64"
echo
echo "Where the time goes, by /metrics:"
stages
