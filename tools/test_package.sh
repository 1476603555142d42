#!/usr/bin/env bash
# test_package.sh DEB: installs the package in a Debian 12 root of its own, runs the unit's command as
# the unit would, upgrades, removes and purges it. Called by `./x test package`; needs root, debootstrap
# and the package mirror of this machine. The last line counts.
set -euo pipefail
ROOT=${ROOT:-$(cd "$(dirname "$0")/.." && pwd)}
BUILD=${BUILD:-$ROOT/build}
deb=$(realpath "$1")

# Mounts and processes of the test end with this namespace, however it ends.
if [ "${2:-}" != inside ]; then
  exec unshare --mount --pid --fork --kill-child --mount-proc bash "$0" "$deb" inside
fi

passed=0
ok() {
  passed=$((passed + 1))
  printf 'ok %s\n' "$*"
}
die() {
  printf 'not ok %s\n' "$@"
  echo "package: $passed passed, 1 failed"
  exit 1
}

# The mirror that this machine's apt uses, for the same suite.
mirror() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 == "bookworm" && $3 == "main" { print $1; exit }'
}

# A bare Debian, kept as an archive for the next time.
make_root() { # DIR
  local kept=$BUILD/package-root.tar
  if [ ! -f "$kept" ]; then
    debootstrap --variant=minbase bookworm "$1" "$(mirror)" >"$BUILD/debootstrap.log" 2>&1 ||
      die "debootstrap: $(tail -3 "$BUILD/debootstrap.log")"
    tar -C "$1" --one-file-system -cf "$kept.new" .
    mv "$kept.new" "$kept"
  else
    tar -C "$1" -xf "$kept"
  fi
  cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
  apt-config dump | grep -E '^Acquire::https?::' >"$1/etc/apt/apt.conf.d/90machine" || true
  chmod 755 "$1" # mktemp lets only its owner in, and the archive remembers that
  # A package that is installed starts nothing here.
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
  chmod +x "$1/usr/sbin/policy-rc.d"
  mount -t proc proc "$1/proc"
  mount --rbind /dev "$1/dev"
}

root=$(mktemp -d)
# Nothing is deleted through a mount.
finish() {
  umount -l "$root/dev" "$root/proc" 2>/dev/null || true
  if ! grep -q " $root/" /proc/self/mountinfo; then rm -rf --one-file-system "$root"; fi
}
trap finish EXIT

in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
apt() { in_root apt-get -q -y -o Dpkg::Use-Pty=0 "$@" >>"$BUILD/package-apt.log" 2>&1; }
owner_and_mode() { in_root stat -c '%U:%G %a' "$1" 2>&1; }

# The unit's command with its user, folder, umask, capabilities and its view of /proc, in a network of
# its own, in which the default port is free.
start() {
  local command
  command=$(sed -n 's/^ExecStart=//p' "$root/usr/lib/systemd/system/muster.service")
  # shellcheck disable=SC2016,SC2086 # for the inner shell; words of a command
  unshare --net --mount bash -c '
    python3 - <<"UP"
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh22x", b"lo", 1))  # SIOCSIFFLAGS: up
UP
    mount -t proc -o subset=pid,hidepid=invisible proc "$0/proc" && umask 0077 &&
    exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin setpriv --reuid muster --regid muster --init-groups \
      --bounding-set -all,+net_bind_service --inh-caps -all,+net_bind_service \
      --ambient-caps -all,+net_bind_service --no-new-privs env --chdir /var/lib/muster "$@"' \
    "$root" $command --metrics-listen 127.0.0.1:9464 2>"$BUILD/package-serve.log" &
  service=$!
  local i
  for ((i = 0; i < 300; ++i)); do
    [ ! -f "$root/var/lib/muster/run.json" ] || return 0
    kill -0 "$service" 2>/dev/null || break
    sleep 0.1
  done
  die "muster serve is not ready: $(tail -5 "$BUILD/package-serve.log")"
}
# In the network of the service: anything, and a command as its user.
beside() { nsenter --net --target "$service" "$@"; }
as_muster() {
  beside chroot "$root" env -i PATH=/usr/sbin:/usr/bin setpriv --reuid muster --regid muster \
    --init-groups muster "$@"
}
muster() { as_muster "$@" --data /var/lib/muster; }
stop() {
  kill "$service"
  wait "$service" || die "muster serve ended with $?"
}

: >"$BUILD/package-apt.log"
make_root "$root"
mkdir "$root/package"
cp "$deb" "$root/package/muster.deb"
apt update || die "apt-get update: $(tail -5 "$BUILD/package-apt.log")"
apt install --no-install-recommends /package/muster.deb ||
  die "apt-get install: $(tail -15 "$BUILD/package-apt.log")"
ok "installs with what it depends on"

[ "$(owner_and_mode /var/lib/muster)" = "muster:muster 700" ] || die "the data directory: $(owner_and_mode /var/lib/muster)"
[ "$(owner_and_mode /etc/muster/muster.toml)" = "root:muster 640" ] || die "the settings: $(owner_and_mode /etc/muster/muster.toml)"
ok "data and settings are the service's alone"
while read -r program; do
  in_root test -x "$program" || die "the unit calls $program, which is not there"
done < <(sed -n 's/^Exec[A-Za-z]*=\([^ ]*\).*/\1/p' "$root/usr/lib/systemd/system/muster.service")
ok "the programs that the unit calls are there"
[ -L "$root/etc/systemd/system/multi-user.target.wants/muster.service" ] || die "the unit is not enabled"
ok "the unit is enabled"

sed -i 's/^#server_names = .*/server_names = ["kept.example"]/' "$root/etc/muster/muster.toml"
start
muster check-config >"$BUILD/package-check.log" 2>&1 || die "check-config: $(cat "$BUILD/package-check.log")"
id=$(muster profile create --name Packaged --json |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])') || die "no profile could be made"
ok "the unit's command serves, and a profile is made"
beside python3 - <<'PY' || die "the metrics of the service as the unit runs it"
import time, urllib.request
text = urllib.request.urlopen("http://127.0.0.1:9464/metrics").read().decode()
values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
started = float(values["process_start_time_seconds"])
assert abs(time.time() - started) < 300, started
assert float(values["process_resident_memory_bytes"]) > 1e6
PY
ok "the process is measured with a /proc of its own"
muster profile qr "$id" --format png --out /var/lib/muster/qr.png || die "no QR code"
as_muster device simulate --profile /var/lib/muster/qr.png --count 2 >"$BUILD/package-device.log" 2>&1 ||
  die "no device enrols: $(tail -5 "$BUILD/package-device.log")"
ok "devices enrol by its QR code"
openssl x509 -in "$root/var/lib/muster/tls/server.pem" -noout -ext subjectAltName | grep -q kept.example ||
  die "the settings of /etc/muster are not taken"
ok "the settings of /etc/muster are taken"
stop
ok "SIGTERM ends it in order"

apt install --reinstall --no-install-recommends /package/muster.deb || die "reinstall: $(tail -5 "$BUILD/package-apt.log")"
grep -q kept.example "$root/etc/muster/muster.toml" || die "an upgrade took the settings away"
[ "$(owner_and_mode /etc/muster/muster.toml)" = "root:muster 640" ] || die "an upgrade changed the settings' mode"
start
muster profile show "$id" | grep -q Packaged || die "an upgrade took the data away"
stop
ok "an upgrade keeps settings and data"

apt remove muster || die "remove: $(tail -5 "$BUILD/package-apt.log")"
[ ! -e "$root/usr/bin/muster" ] || die "remove left the program"
[ -f "$root/var/lib/muster/muster.db" ] || die "remove took the data away"
[ -f "$root/etc/muster/muster.toml" ] || die "remove took the settings away"
ok "remove keeps settings and data"

apt purge muster || die "purge: $(tail -5 "$BUILD/package-apt.log")"
for gone in /var/lib/muster /etc/muster /etc/systemd/system/multi-user.target.wants/muster.service \
  /etc/systemd/system/muster.service; do
  if [ -e "$root$gone" ] || [ -L "$root$gone" ]; then die "purge left $gone"; fi
done
ok "purge removes both"

in_root userdel muster
in_root groupadd -f --gid 10001 muster
in_root useradd --uid 10001 --gid muster --no-create-home muster
apt install --no-install-recommends /package/muster.deb || die "with a user made before: $(tail -5 "$BUILD/package-apt.log")"
[ "$(in_root stat -c %u /var/lib/muster)" = 10001 ] || die "the data is not that user's"
ok "a user that was made before is taken"
echo "package: $passed passed, 0 failed"
