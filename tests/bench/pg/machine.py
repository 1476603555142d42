"""What is measured: the database that was started for us, nodes of Muster on it, and the processors' time."""
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import time
import http.client
import json
import urllib.parse

COLLECTION = "/beta/deviceManagement/androidForWorkEnrollmentProfiles"
TICK = os.sysconf("SC_CLK_TCK")


def die(why):
    sys.exit(f"bench: {why}")


def ticks_of(pid):
    """User and system time of a process, and of those that it has waited for."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0, 0
    return int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Database:
    """The server of tools/with_pg.sh. Its log is read, and it is the one whose time is taken."""

    def __init__(self, url):
        self.url = url
        self.folder = pathlib.Path(urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["host"][0])
        self.pid = int((self.folder / "data/postmaster.pid").read_text(encoding="ascii").split()[0])
        self.log = self.folder / "server.log"
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
        self.programs = programs[-1].parent if programs else die("pgbench is not installed")

    def named(self, name):
        """The URL of another database of the same server."""
        return self.url.replace("/postgres?", f"/{name}?")

    def sql(self, statement, name="postgres"):
        return subprocess.run([self.programs / "psql", self.named(name), "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement],
                              check=True, capture_output=True, text=True).stdout

    def seconds(self):
        """Time of the server and of every process that it had or has."""
        own, waited = ticks_of(self.pid)
        children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return (own + waited + sum(ticks_of(child)[0] for child in children)) / TICK


class Node:
    """A running Muster. Nodes of one installation share secrets and certificates."""

    def __init__(self, program, folder, url, first=None, options=()):
        self.folder = folder
        if first:
            folder.mkdir()
            for part in ("secrets", "tls"):
                shutil.copytree(first.folder / part, folder / part)
        self.tls, self.plain, self.metrics = free_port(), free_port(), free_port()
        with open(f"{folder}.log", "ab") as log:
            self.process = subprocess.Popen(
                [program, "serve", "--data", folder, "--listen", f"127.0.0.1:{self.tls}", "--listen-plain",
                 f"127.0.0.1:{self.plain}", "--metrics-listen", f"127.0.0.1:{self.metrics}", "--log-level", "warning", *options],
                env={**os.environ, "MUSTER_STORE": url}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()

    def _wait(self):
        for _ in range(1200):
            if self.process.poll() is not None:
                die(f"a node ended at its start: {pathlib.Path(f'{self.folder}.log').read_text(encoding='utf-8')[-500:]}")
            try:
                socket.create_connection(("127.0.0.1", self.plain)).close()
                return
            except OSError:
                time.sleep(0.05)
        die("a node does not listen")

    def seconds(self):
        return sum(ticks_of(self.process.pid)) / TICK

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def call(self, token, method, path, body=None):
        trust = ssl.create_default_context(cafile=self.folder / "tls/ca.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", self.tls, timeout=60, context=trust)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status >= 300:
            die(f"{method} {path}: {answer.status} {text}")
        return json.loads(text)

    def commits(self):
        """How many commits were made, and how many writes they held."""
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics, timeout=10)
        connection.request("GET", "/metrics")
        figures = {}
        for line in connection.getresponse().read().decode().splitlines():
            if line.startswith("muster_store_") and "{" not in line:
                name, _, value = line.partition(" ")
                figures[name] = float(value)
        connection.close()
        return figures["muster_store_commits_total"], figures["muster_store_writes_total"]
