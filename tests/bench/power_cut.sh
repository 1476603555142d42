#!/usr/bin/env bash
# power_cut.sh [CUTS]: what is left of acknowledged creates when the power fails. The data directory lies
# on an ext4 image that is shut down under load without being synced (the file system's own ioctl, by
# `xfs_io -x -c shutdown`), so what was only in the page cache is gone. Needs root and loop devices.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
CUTS=${1:-${CUTS:-5}}
LEAST=50 # acknowledged creates before a cut; with less it proves nothing

cannot() {
  echo "power-cut: not possible here: $*"
  echo "power-cut: 0 cuts done"
  exit 0
}
[ "$(id -u)" = 0 ] || cannot "mounting an image needs root"
for tool in xfs_io mkfs.ext4; do
  command -v $tool >/dev/null || cannot "$tool is missing"
done
begin
DISK=$WORK/disk
mkdir "$DISK"
truncate -s 512M "$WORK/image"
mkfs.ext4 -q -F "$WORK/image"
mount -o loop "$WORK/image" "$DISK" 2>"$WORK/mount.err" || cannot "$(cat "$WORK/mount.err")"
trap 'umount -l "$DISK" 2>/dev/null || true; finish' EXIT
xfs_io -x -c 'help shutdown' "$DISK" >/dev/null 2>&1 || cannot "this xfs_io knows no shutdown"

verify() { # IDS: how many of the acknowledged are not there with their name
  node "$BENCH/verify.mjs" "http://127.0.0.1:$PLAIN_PORT" "$WORK/token" "$1"
}

acknowledged=0
lost=0
for cut in $(seq "$CUTS"); do
  start_muster "$DISK/data"
  [ -s "$WORK/token" ] || make_token "$DISK/data" "$WORK/token"
  : >"$WORK/ids.$cut"
  node "$BENCH/seed.mjs" "http://127.0.0.1:$PLAIN_PORT" "$WORK/token" 1000000 32 "$WORK/ids.$cut" >/dev/null &
  seed=$!
  until [ "$(wc -l <"$WORK/ids.$cut")" -ge "$LEAST" ]; do sleep 0.02; done
  sleep "0.$((RANDOM % 9))"
  # When the power fails, processor and disk stop together. Here the disk is stopped while the processor
  # runs on, and Linux answers a sync that is under way at that moment with success: an acknowledgement
  # that no power cut would let out. So the process is stopped first.
  kill -STOP "$MUSTER_PID"
  xfs_io -x -c shutdown "$DISK" || cannot "the kernel refused the shutdown"
  kill -KILL "$MUSTER_PID" 2>/dev/null || true
  wait "$MUSTER_PID" 2>/dev/null || true
  wait "$seed" || true
  umount "$DISK"
  mount -o loop "$WORK/image" "$DISK"
  start_muster "$DISK/data"
  missing=$(verify "$WORK/ids.$cut")
  count=$(wc -l <"$WORK/ids.$cut")
  acknowledged=$((acknowledged + count))
  lost=$((lost + missing))
  echo "cut $cut: $count acknowledged, $missing lost"
  stop "$MUSTER_PID"
done
echo "power-cut: $CUTS cuts, $acknowledged acknowledged, $lost lost"
[ "$lost" -eq 0 ]
