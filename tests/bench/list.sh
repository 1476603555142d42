#!/usr/bin/env bash
# list.sh: pages, batches and a mixed load over HTTP as the number of profiles grows, against nginx serving the
# same body from a file, SQLite alone, and the hand-written rival. SIZES ("10000 100000 1000000"; everything is
# measured at the last), ROUNDS (3), SECONDS_EACH (3), CONNECTIONS (64), THREADS (1, as nginx has one process).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ROUNDS=${ROUNDS:-3}
SECONDS_EACH=${SECONDS_EACH:-3}
begin

filter="\$filter=startswith(displayName,%27@%27)&\$orderby=displayName&\$top=100"

get() { # PATH_AND_QUERY, from Muster
  curl -sfg -H "Authorization: Bearer $(cat "$WORK/token")" "http://127.0.0.1:$PLAIN_PORT$1"
}

next_path() { # PATH_AND_QUERY: that of its next page
  get "$1" | python3 -c 'import json, sys, urllib.parse
link = urllib.parse.urlsplit(json.load(sys.stdin)["@odata.nextLink"])
print(link.path + "?" + link.query)'
}

letters() { # PATH_AND_QUERY with @ for the letter: 26 paths
  local letter
  for letter in {A..Z}; do echo "${1//@/$letter}"; done
}

start_all() { # ROWS
  "$BUILD/bench/seed_store" "$WORK/data" "$rows" "$1"
  rows=$1
  start_muster "$WORK/data" --threads "${THREADS:-1}"
  make_token "$WORK/data" "$WORK/token"
  start_peer "$1"
  deep=$((rows - rows / 10))
  letters "$COLLECTION?$filter" >"$WORK/list.paths"
  letters "$COLLECTION?$filter&\$select=id,displayName" >"$WORK/select.paths"
  echo "$COLLECTION?\$top=100" >"$WORK/first.paths"
  next_path "$COLLECTION?\$top=100&\$skip=$deep&\$select=id" | sed 's/[$]select=[^&]*&//' >"$WORK/deep.paths"
  echo "$COLLECTION?\$top=100&\$skip=$deep" >"$WORK/peer-deep.paths"
  local what
  for what in list select first; do get "$(head -1 "$WORK/$what.paths")" >"$WORK/$what.body"; done
}

stop_all() {
  stop "$MUSTER_PID"
  [ -z "$PEER_PID" ] || stop "$PEER_PID"
}

paths() { # NAME PID PORT PATHS_FILE
  LOAD_PATHS=$4 load "$1" "$2" "http://127.0.0.1:$3$COLLECTION"
}

pages() { # one round
  local what
  for what in list select first; do
    paths "muster-$what@$rows" "$MUSTER_PID" "$PLAIN_PORT" "$WORK/$what.paths"
    [ -z "$PEER_PID" ] || paths "peer-$what@$rows" "$PEER_PID" "$PEER_PORT" "$WORK/$what.paths"
    [ "$rows" != "$last" ] || load "nginx-$what" "$NGINX_PID" "http://127.0.0.1:$NGINX_PLAIN/body/$what"
  done
  paths "muster-deep@$rows" "$MUSTER_PID" "$PLAIN_PORT" "$WORK/deep.paths"
  [ -z "$PEER_PID" ] || paths "peer-deep@$rows" "$PEER_PID" "$PEER_PORT" "$WORK/peer-deep.paths"
}

keys_of() { # PORT FILE: paths of entities in no order, from pages here and there
  local i
  for i in {A..Z}; do
    curl -sfg -H "Authorization: Bearer $(cat "$WORK/token")" \
      "http://127.0.0.1:$1$COLLECTION?${filter//@/$i}&\$select=id,displayName"
  done | grep -o '"id":"[^"]*"' | cut -d'"' -f4 | sed "s|^|$COLLECTION/|" | shuf --random-source=<(yes) >"$2"
}

prepare_batch() {
  python3 - "$WORK/keys.paths" "$WORK/batch.json" <<'PY'
import json, sys
urls = [line.strip()[len("/beta"):] for line in open(sys.argv[1])][:20]
json.dump({"requests": [{"id": str(i), "method": "GET", "url": u} for i, u in enumerate(urls)]},
          open(sys.argv[2], "w"), separators=(",", ":"))
PY
  curl -sf -H "Authorization: Bearer $(cat "$WORK/token")" -H 'Content-Type: application/json' \
    --data-binary "@$WORK/batch.json" "http://127.0.0.1:$PLAIN_PORT/beta/\$batch" >"$WORK/www/body/batch"
}

batches_and_mix() { # one round
  paths muster-get "$MUSTER_PID" "$PLAIN_PORT" "$WORK/keys.paths"
  load muster-batch "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT/beta/\$batch" POST "$WORK/batch.json"
  load nginx-batch "$NGINX_PID" "http://127.0.0.1:$NGINX_PLAIN/body/batch" POST "$WORK/batch.json"
  LOAD_CREATES=10 LOAD_PATHS=$WORK/keys.paths \
    load muster-mixed "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION" GET "$BENCH/example_body.json"
  [ -z "$PEER_PID" ] || LOAD_CREATES=10 LOAD_PATHS=$WORK/peer-keys.paths \
    load peer-mixed "$PEER_PID" "http://127.0.0.1:$PEER_PORT$COLLECTION" GET "$BENCH/example_body.json"
}

# The log tells of each list that no index serves.
prove_no_scan() {
  start_muster "$WORK/data" --log-level debug
  local what
  for what in list select first deep; do get "$(head -1 "$WORK/$what.paths")" >/dev/null; done
  get "$COLLECTION?\$filter=description%20eq%20%27x%27&\$top=1" >/dev/null
  stop "$MUSTER_PID"
  local scans
  scans=$(cat "$WORK/muster.out" "$WORK/muster.err" | grep -c list_without_index || true)
  [ "$scans" = 1 ] || die "of the lists, $scans went without an index: only that by description should"
  echo "No list above went without an index, by the log's list_without_index."
}

find_nginx
cc -O2 -o "$WORK/list_loop" "$BENCH/list_loop.c" -lsqlite3
sizes=${SIZES:-10000 100000 1000000}
last=${sizes##* }
rows=0
for size in $sizes; do
  start_all "$size"
  if [ "$size" = "$last" ]; then
    keys_of "$PLAIN_PORT" "$WORK/keys.paths"
    get "$(head -1 "$WORK/keys.paths")" >"$WORK/entity"
    start_nginx "$WORK/data" "$WORK/entity"
    for what in list select first; do cp "$WORK/$what.body" "$WORK/www/body/$what"; done
    [ -z "$PEER_PID" ] || keys_of "$PEER_PORT" "$WORK/peer-keys.paths"
    prepare_batch
    chmod -R a+rX "$WORK/www"
  fi
  for round in $(seq "$ROUNDS"); do
    echo "$size profiles, round $round" >&2
    pages
    [ "$size" != "$last" ] || batches_and_mix
  done
  [ "$size" = "$last" ] || stop_all
done

at() { # NAME OF_EACH_SIZE...: the name at each size, the last first
  local size
  printf '%s@%s\n' "$1" "$last"
  for size in $sizes; do [ "$size" = "$last" ] || printf '%s@%s\n' "$1" "$size"; done
}

echo "wrk -t1 -c${CONNECTIONS:-64} -d${SECONDS_EACH}s; rounds: $ROUNDS; cores: $(nproc); octets of a page: $(wc -c <"$WORK/list.body") filtered, $(wc -c <"$WORK/select.body") of two properties"
report "startswith(displayName), by displayName, 100 of $last" "muster-list@$last" nginx-list "peer-list@$last"
report "The same with \$select=id,displayName" "muster-select@$last" nginx-select "peer-select@$last"
report "The first 100 by key" "muster-first@$last" nginx-first "peer-first@$last"
report "100 after $((last - last / 10)) of $last" "muster-deep@$last" "muster-first@$last" "peer-deep@$last"
for what in list select first deep; do
  mapfile -t names < <(at "muster-$what")
  report "$what, by the number of profiles" "${names[@]}"
done
report "A batch of 20 GETs by key" muster-batch nginx-batch muster-get
awk '$1 == "muster-batch" { r += $2 * 20; c += $3 / 20; n++ } $1 == "muster-get" { g += $3 }
  END { printf "\nMeans for one GET within a batch: %.0f/s, %.1f us CPU, %.2f of a GET alone\n", r / n, c / n, c / g }' \
  "$WORK/rounds"
report "90 % GET by key, 10 % durable create" muster-mixed peer-mixed
echo
for what in list keys; do "$WORK/list_loop" "$WORK/data/muster.db" "$SECONDS_EACH" "$what"; done
stop_all
start_muster "$WORK/data" # a loop a processor, which is the default
for _ in $(seq "$ROUNDS"); do
  for what in list select first; do
    paths "muster-$what" "$MUSTER_PID" "$PLAIN_PORT" "$WORK/$what.paths"
  done
done
stop "$MUSTER_PID"
report "Lists at $last with a loop a processor, against one loop" muster-list "muster-list@$last"
report "The same with \$select=id,displayName" muster-select "muster-select@$last"
report "The first 100 by key, alike" muster-first "muster-first@$last"
echo
start_muster "$WORK/data" --threads "${THREADS:-1}"
echo "Memory while all of $last are read by \$top=999:"
node "$BENCH/page_through.mjs" "http://127.0.0.1:$PLAIN_PORT$COLLECTION?\$top=999" "$WORK/token" "$MUSTER_PID" "$last"
stop "$MUSTER_PID"
prove_no_scan
