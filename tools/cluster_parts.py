"""The parts of the example cluster on one machine: their files, ports and processes. See cluster.py."""
import json
import os
import secrets
import shutil
import signal
import socket
import string
import subprocess
import time
import urllib.request
from pathlib import Path

from processes import Trouble, end_all, family, lives, stat_of, title, wait_for

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "deploy" / "cluster"
MUSTER = Path(os.environ.get("MUSTER_BIN") or ROOT / "build" / "release" / "muster")
ADDRESS = "127.0.0.1"
DATABASES = ["db-1", "db-2", "db-3"]
NODES = ["node-1", "node-2"]
OWNER = "postgres"  # whom databases run as, started by root


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind((ADDRESS, 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def postgres_programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not found:
        raise Trouble("PostgreSQL is not installed; ./x install does it.")
    return found[-1]


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        self.facts = json.loads((folder / "cluster.json").read_text())
        self.ports = self.facts["ports"]

    # --- making it -------------------------------------------------------------------------------

    @staticmethod
    def make(folder, asynchronous):
        names = [f"{part}_{n}" for part in ("etcd", "peer", "rest", "pg") for n in DATABASES]
        names += [*NODES, "public"]
        facts = {"ports": dict(zip(names, free_ports(len(names)))), "asynchronous": asynchronous,
                 "passwords": {who: secrets.token_urlsafe(18)
                               for who in ("rest", "superuser", "replication", "muster")}}
        for name in ("pids", "logs", "databases", "nodes"):
            (folder / name).mkdir()
        write(folder / "cluster.json", json.dumps(facts, indent=1), 0o600)
        if os.getuid() == 0:
            shutil.chown(folder / "databases", OWNER)
        cluster = Cluster(folder)
        cluster.write_databases()
        cluster.write_nodes()
        return cluster

    def at(self, name):
        return f"{ADDRESS}:{self.ports[name]}"

    def fill(self, template, target, values, mode=0o600, owner=False):
        text = string.Template((TEMPLATES / template).read_text()).substitute(values)
        write(target, text, mode)
        if owner and os.getuid() == 0:
            shutil.chown(target, OWNER, OWNER)

    def write_databases(self):
        passwords = self.facts["passwords"]
        base = self.folder / "databases"
        common = {
            "address": ADDRESS, "programs": postgres_programs(), "sockets": base,
            "synchronous": "false" if self.facts["asynchronous"] else "true",
            "database_network": "127.0.0.1/32", "muster_network": "127.0.0.1/32",
            "database_sql": base / "database.sql",
            "members": ",".join(f"{n}=http://{self.at('peer_' + n)}" for n in DATABASES),
            "etcd_hosts": ",".join(self.at("etcd_" + n) for n in DATABASES),
            **{f"{who}_password": password for who, password in passwords.items()},
        }
        self.fill("database.sql", base / "database.sql", common, owner=True)
        for name in DATABASES:
            ports = {"port": self.ports["pg_" + name], "rest_port": self.ports["rest_" + name],
                     "client_port": self.ports["etcd_" + name], "peer_port": self.ports["peer_" + name]}
            values = {**common, **ports, "name": name, "pgpass": base / f"{name}.pgpass"}
            self.fill("etcd.yml", base / f"{name}-etcd.yml", {**values, "data": base / f"{name}-etcd"}, owner=True)
            self.fill("patroni.yml", base / f"{name}-patroni.yml", {**values, "data": base / name}, owner=True)

    def write_nodes(self):
        base = self.folder / "nodes"
        write(base / "pgpass", f"*:*:muster:muster:{self.facts['passwords']['muster']}\n", 0o600)
        values = {
            "public_name": "localhost", "public_address": ADDRESS, "public_port": self.ports["public"],
            "address": ADDRESS, "passfile": base / "pgpass",
            "databases": ",".join(self.at("pg_" + name) for name in DATABASES),
            "node_1": self.at("node-1"), "node_2": self.at("node-2"), "ca_file": self.folder / "ca.pem",
        }
        for name in NODES:
            (base / name).mkdir(mode=0o700)
            self.fill("muster.toml", base / name / "muster.toml", {**values, "port": self.ports[name]})
        self.fill("haproxy.cfg", self.folder / "haproxy.cfg", values, 0o644)

    # --- its processes ---------------------------------------------------------------------------

    def start(self, name, command, owner=False):
        if owner and os.getuid() == 0:
            command = ["setpriv", "--reuid", OWNER, "--regid", OWNER, "--clear-groups", *command]
        with open(self.folder / "logs" / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=log, cwd=self.folder / "databases", start_new_session=True,
                                       env={**without_settings(), "HOME": str(self.folder / "databases")})
        stat = stat_of(process.pid)
        if stat is None:
            raise Trouble(f"{name} did not start")
        write(self.folder / "pids" / name, f"{process.pid} {stat[2]}\n", 0o644)

    def process(self, name):
        """(pid, born) as they were written down, whether it lives or not; None if it was never started."""
        try:
            pid, born = (self.folder / "pids" / name).read_text().split()
        except FileNotFoundError:
            return None
        return int(pid), born

    def runs(self, name):
        process = self.process(name)
        return process is not None and lives(*process)

    def end(self, name, number):
        """With all that it started, for a machine that is lost takes everything along. SIGTERM goes to
        the process alone, which ends its own."""
        process = self.process(name)
        if process and lives(*process):
            pids = family(process[0]) if number == signal.SIGKILL else [process[0]]
            born = [(pid, stat_of(pid)) for pid in pids]
            end_all([(pid, stat[2]) for pid, stat in born if stat], number)
        (self.folder / "pids" / name).unlink(missing_ok=True)

    def start_etcd(self, name):
        self.start(f"etcd-{name}", ["etcd", "--config-file", self.folder / "databases" / f"{name}-etcd.yml"], True)

    def start_database(self, name):
        self.start(f"patroni-{name}", ["patroni", self.folder / "databases" / f"{name}-patroni.yml"], True)

    def servers(self, name):
        """The processes of PostgreSQL itself, which are not Patroni's children; the postmaster first."""
        data = self.folder / "databases" / name
        try:
            postmaster = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        except FileNotFoundError:
            return []
        return family(postmaster) if str(data) in title(postmaster) else []

    def cut_off(self, name, seconds):
        """Its standbys hear nothing more from it, while clients do."""
        for pid in self.servers(name):
            if "walsender" in title(pid):
                os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)

    def kill_database(self, name):
        """PostgreSQL first: without its Patroni it would end by itself, in order."""
        born = [(pid, stat_of(pid)) for pid in self.servers(name)]
        patroni = self.process(f"patroni-{name}")
        if patroni and lives(*patroni):
            born += [(pid, stat_of(pid)) for pid in family(patroni[0])]
        end_all([(pid, stat[2]) for pid, stat in born if stat], signal.SIGKILL)
        (self.folder / "pids" / f"patroni-{name}").unlink(missing_ok=True)

    def start_node(self, name):
        port_file = self.folder / "nodes" / f"{name}.port"
        port_file.unlink(missing_ok=True)
        self.start(name, [MUSTER, "serve", "--data", self.folder / "nodes" / name, "--port-file", port_file,
                          "--log-format", "json", "--no-log-requests"])

        def ready():
            if not self.runs(name):
                raise Trouble(f"{name} ended: {tail(self.folder / 'logs' / f'{name}.log')}")
            return port_file.exists()
        wait_for(name, ready)

    # --- what it looks like ----------------------------------------------------------------------

    def ask(self, name, path):
        """What a database's Patroni says, or {}."""
        try:
            with urllib.request.urlopen(f"http://{self.at('rest_' + name)}{path}", timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return {}

    def members(self):
        """What the first Patroni that answers says of all of them; [] when none does."""
        for name in DATABASES:
            members = self.ask(name, "/cluster").get("members")
            if members:
                return members
        return []

    def primary(self):
        return next((m["name"] for m in self.members() if m["role"] == "leader" and m["state"] == "running"), None)

    def whole(self):
        """All the others follow the primary, by its own word, and one of them is synchronous."""
        primary = self.primary()
        if primary is None:
            return False
        following = [r for r in self.ask(primary, "/").get("replication", []) if r["state"] == "streaming"]
        synchronous = any(r["sync_state"] in ("sync", "quorum") for r in following)
        return len(following) == len(DATABASES) - 1 and synchronous != self.facts["asynchronous"]

    def status(self):
        members = {m["name"]: m for m in self.members()}
        parts = []
        for name in DATABASES:
            member = members.get(name, {})
            parts.append({"name": name, "kind": "database", "address": self.at("pg_" + name),
                          "runs": self.runs(f"patroni-{name}"), "role": member.get("role"),
                          "state": member.get("state")})
        for name in NODES:
            parts.append({"name": name, "kind": "node", "address": self.at(name), "runs": self.runs(name)})
        return {"url": f"https://localhost:{self.ports['public']}", "caFile": str(self.folder / "ca.pem"),
                "data": str(self.folder / "nodes" / NODES[0]), "folder": str(self.folder),
                "asynchronous": self.facts["asynchronous"], "whole": self.whole(), "parts": parts}

    # --- all of it -------------------------------------------------------------------------------

    def up(self):
        for name in DATABASES:
            self.start_etcd(name)
        for name in DATABASES:
            self.start_database(name)
        wait_for("the database cluster", self.whole)
        first, *others = NODES
        self.start_node(first)
        for name in others:
            # The same key for what is sealed in the database, and the same authority for TLS.
            for part in ("secrets", "tls"):
                shutil.copytree(self.folder / "nodes" / first / part, self.folder / "nodes" / name / part)
            self.start_node(name)
        shutil.copy(self.folder / "nodes" / first / "tls" / "ca.pem", self.folder / "ca.pem")
        self.start("haproxy", ["haproxy", "-W", "-db", "-f", self.folder / "haproxy.cfg"], True)
        wait_for("HAProxy", self.front_answers)

    def front_answers(self):
        if not self.runs("haproxy"):
            raise Trouble(f"haproxy ended: {tail(self.folder / 'logs' / 'haproxy.log')}")
        with socket.socket() as one:
            return one.connect_ex((ADDRESS, self.ports["public"])) == 0

    def down(self):
        for name in ["haproxy", *NODES]:
            self.end(name, signal.SIGKILL)
        for name in DATABASES:
            self.kill_database(name)
        for name in DATABASES:
            self.end(f"etcd-{name}", signal.SIGKILL)


def write(path, text, mode):
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)


def tail(path, lines=5):
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def last_words(folder, lines):
    return "\n".join(f"--- {log.name}\n{tail(log, lines)}" for log in sorted((folder / "logs").iterdir()))


def without_settings():
    """The environment without what Muster or libpq would take for settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MUSTER_", "PG"))}
