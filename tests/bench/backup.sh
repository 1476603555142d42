#!/usr/bin/env bash
# backup.sh: time of a backup and of a restore of ROWS (100000) profiles with token, QR code and audit event, and
# what a backup costs creates at the same time: by pages as `muster backup` copies, and by SQLite's VACUUM INTO, the
# other way. ROUNDS (3), SECONDS_EACH (6), CONNECTIONS (16).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ROWS=${ROWS:-100000}
ROUNDS=${ROUNDS:-3}
SECONDS_EACH=${SECONDS_EACH:-6}
CONNECTIONS=${CONNECTIONS:-16}
begin

create() { # NAME
  load "$1" "$MUSTER_PID" "http://127.0.0.1:$PLAIN_PORT$COLLECTION" POST "$WORK/body.json"
}

count() {
  curl -sf -H "Authorization: Bearer $(cat "$WORK/token")" "http://127.0.0.1:$PLAIN_PORT$COLLECTION/\$count"
}

timed() { # WORDS COMMAND...
  local what=$1
  shift
  python3 - "$what" "$@" <<'PY'
import resource, subprocess, sys, time
begun = time.perf_counter()
subprocess.run(sys.argv[2:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{sys.argv[1]}: {time.perf_counter() - begun:.2f} s, CPU {used.ru_utime + used.ru_stime:.2f} s, "
      f"{used.ru_maxrss // 1024} MiB")
PY
}

# One copy of the store alone, either way.
cat >"$WORK/copy.py" <<'PY'
import os, sqlite3, sys
way, source, target = sys.argv[1:]
if os.path.exists(target):
    os.remove(target)
database = sqlite3.connect(f"file:{source}?mode=ro", uri=True, isolation_level=None)
if way == "vacuum":
    database.execute("VACUUM INTO ?", [target])
else:
    database.execute("BEGIN")
    database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    copy = sqlite3.connect(target, isolation_level=None)
    copy.execute("PRAGMA journal_mode = OFF")
    copy.execute("PRAGMA synchronous = OFF")
    database.backup(copy, pages=1024)
PY

# Copies again and again while creates are measured.
beside() { # NAME COMMAND...
  local name=$1
  shift
  (
    while [ ! -e "$WORK/enough" ]; do
      "$@" >/dev/null
      rm -f "$WORK/beside.tar"
      echo >>"$WORK/made-$name"
    done
  ) &
  local loop=$!
  create "$name"
  touch "$WORK/enough"
  wait "$loop" || die "a copy failed"
  rm "$WORK/enough"
}

echo '{"displayName":"Shop floor"}' >"$WORK/body.json"
start_muster "$WORK/data"
make_token "$WORK/data" "$WORK/token"
echo "making $ROWS profiles" >&2
while [ "$(count)" -lt "$ROWS" ]; do SECONDS_EACH=2 CONNECTIONS=64 create seed; done
echo "$(count) profiles, muster.db $(stat -c %s "$WORK/data/muster.db") octets, cores: $(nproc), load average $(cut -d' ' -f1 /proc/loadavg)"
for _ in $(seq "$ROUNDS"); do
  timed "backup, service idle" "$MUSTER" backup --data "$WORK/data" --out "$WORK/one.tar"
  timed "restore" "$MUSTER" restore --from "$WORK/one.tar" --data "$WORK/restored"
  timed "copy by pages alone" python3 "$WORK/copy.py" pages "$WORK/data/muster.db" "$WORK/copy.db"
  timed "VACUUM INTO alone" python3 "$WORK/copy.py" vacuum "$WORK/data/muster.db" "$WORK/copy.db"
  rm -rf "$WORK/one.tar" "$WORK/restored" "$WORK/copy.db"
done
for _ in $(seq "$ROUNDS"); do
  create creates
  beside beside-backup "$MUSTER" backup --data "$WORK/data" --out "$WORK/beside.tar"
  beside beside-pages python3 "$WORK/copy.py" pages "$WORK/data/muster.db" "$WORK/copy.db"
  beside beside-vacuum python3 "$WORK/copy.py" vacuum "$WORK/data/muster.db" "$WORK/copy.db"
done
report "Creates, alone and while copies are made without a pause" creates beside-backup beside-pages beside-vacuum
for name in backup pages vacuum; do echo "copies made meanwhile, $name: $(wc -l <"$WORK/made-beside-$name")"; done
echo "log at the end: $(stat -c %s "$WORK/data/muster.db-wal") octets"
