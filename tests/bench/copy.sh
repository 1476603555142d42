#!/usr/bin/env bash
# copy.sh: `muster copy` of ROWS (100000) profiles with token, QR code and audit event from the file to PostgreSQL and
# back: a first pass, a pass that finds all equal, the last one. The server is tools/with_pg.sh's, which does not sync.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[ -n "${TEST_POSTGRES:-}" ] || exec bash "$ROOT/tools/with_pg.sh" bash "${BASH_SOURCE[0]}" "$@"
SERVER=$TEST_POSTGRES
unset TEST_POSTGRES
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ROWS=${ROWS:-100000}
begin

count() {
  curl -sf -H "Authorization: Bearer $(cat "$WORK/token")" "http://127.0.0.1:$PLAIN_PORT$COLLECTION/\$count"
}

timed() { # WORDS OPTION...
  local what=$1
  shift
  python3 - "$what" "$MUSTER" copy --json --data "$WORK/data" "$@" <<'PY'
import json, os, re, subprocess, sys, time
begun = time.perf_counter()
child = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE)
largest = 0
while os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
    # Without the pages of the file, which is mapped.
    found = re.search(r"RssAnon:\s+(\d+)", open(f"/proc/{child.pid}/status").read())
    largest = max(largest, int(found.group(1)) if found else 0)
    time.sleep(0.05)
took = time.perf_counter() - begun
said = child.stdout.read()
if child.wait() != 0:
    sys.exit(1)
used = os.times()
facts = json.loads(said)
rows = sum(one["from"]["records"] for one in facts["sets"])
print(f"{sys.argv[1]}: {rows} records, {facts['inserted']} inserted, {facts['unchanged']} unchanged, {took:.1f} s, "
      f"{rows / took:.0f} records/s compared included, CPU {used.children_user + used.children_system:.1f} s, {largest // 1024} MiB of its own")
PY
}

echo '{"displayName":"Shop floor"}' >"$WORK/body.json"
start_muster "$WORK/data"
make_token "$WORK/data" "$WORK/token"
echo "making $ROWS profiles" >&2
while [ "$(count)" -lt "$ROWS" ]; do
  SECONDS_EACH=2 CONNECTIONS=64 load seed "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION" POST "$WORK/body.json"
done
echo "$(count) profiles, muster.db $(stat -c %s "$WORK/data/muster.db") octets, cores: $(nproc), load average $(cut -d' ' -f1 /proc/loadavg)"
psql -q -d "$SERVER" -c 'CREATE SCHEMA copied'
there="$SERVER&options=-csearch_path%3Dcopied"
timed "file to PostgreSQL, service runs" --from "sqlite:$WORK/data" --to "$there"
timed "again, nothing to do" --from "sqlite:$WORK/data" --to "$there"
stop "$MUSTER_PID"
timed "last pass" --from "sqlite:$WORK/data" --to "$there" --finish
timed "PostgreSQL to file" --from "$there" --to "sqlite:$WORK/back" --finish
