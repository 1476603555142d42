#!/usr/bin/env python3
"""run.py MUSTER SEED_STORE OPEN_LOOP [--full] [--rounds N] [--seconds S]

Muster over PostgreSQL, one node and two, against pgbench with the statements that Muster sends, on the same server in
the same run by turns; what an operation costs as rows and tenants grow; and what twice the load that it can bear does.
The server is that of tools/with_pg.sh (TEST_POSTGRES). Prints Markdown; fails when the overload is not borne.
"""
import argparse
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import figures
import overload
import tables
from loads import BENCH, Loads
from machine import COLLECTION, Database, Node, die
from statements import Script, as_group, complete, read_log, uuid_text

CONNECTIONS = 64
CONCURRENCY = 32  # devices that enrol at a time
ROW, TENANT, OWN_TENANT = 10**15, 2 * 10**15, 3 * 10**15  # keys: of seed_store, and of pgbench


def uuid_of(number):
    return uuid_text("\\x" + str(number).encode().hex())


class Installation:
    """A database of `rows` profiles of `tenants` tenants, and nodes on it."""

    def __init__(self, options, database, work, rows, tenants):
        self.options, self.database, self.work = options, database, work
        self.rows, self.tenants = rows, tenants
        self.name = f"rows{rows}_{tenants}"
        self.url = database.named(self.name)
        self.nodes = []
        database.sql(f"CREATE DATABASE {self.name}")
        self.folder = work / self.name
        self.folder.mkdir()
        self.tokens = self.folder / "tokens"
        subprocess.run([options.seed_store, self.folder / "node0", "0", str(rows), self.url, str(tenants), self.tokens], check=True)
        self.token = self.tokens.read_text(encoding="ascii").split()[0]
        self.first_token = self.folder / "token"
        self.first_token.write_text(self.token, encoding="ascii")
        database.sql(f"INSERT INTO tenant_turns (tenant, number) SELECT convert_to(({OWN_TENANT} + i)::text, 'UTF8'), 0 "
                     f"FROM generate_series(0, {CONNECTIONS}) i", self.name)
        database.sql("VACUUM ANALYZE", self.name)
        self._write_paths()

    def _write_paths(self):
        chance = random.Random(20161231)
        self.keys, self.lists = self.folder / "keys.paths", self.folder / "lists.paths"
        numbers = [chance.randrange(self.rows) for _ in range(5000)]
        self.keys.write_text("".join(f"{COLLECTION}/{uuid_of(ROW + n)} {n % self.tenants + 1}\n" for n in numbers), encoding="ascii")
        self.lists.write_text("".join(f"{COLLECTION}?$top=100 {n % self.tenants + 1}\n" for n in numbers[:1000]), encoding="ascii")

    def start(self, options="", **more):
        first = self.nodes[0] if self.nodes else None
        url = self.url + (f"&options={options}" if options else "")
        self.nodes.append(Node(self.options.muster, self.folder / f"node{len(self.nodes)}", url, first, **more))
        return self.nodes[-1]

    def end(self):
        while self.nodes:
            self.nodes.pop().stop()
        self.database.sql(f"DROP DATABASE {self.name} WITH (FORCE)")
        shutil.rmtree(self.folder)

    def payload(self, nodes, name):
        """The QR code's text of a new profile of the first tenant, as each node would write it; a file each."""
        text = nodes[0].call(self.token, "POST", COLLECTION, {"displayName": name})["qrCodeContent"]
        files = []
        for node in nodes:
            file = self.folder / f"payload{node.tls}"
            file.write_text(text.replace(f":{nodes[0].tls}", f":{node.tls}") + "\n", encoding="utf-8")
            files.append(file)
        return files

    def record(self):
        """The statements of each operation, by a node whose connections log them. Of several, the fewest: now
        and then a node looks at something besides."""
        node = self.start(options="-c%20log_statement%3Dall")
        [payload] = self.payload([node], "recorded")
        key = f"{COLLECTION}/{uuid_of(ROW)}"
        body = json.loads((BENCH / "example_body.json").read_text(encoding="utf-8"))
        enrol = [self.options.muster, "device", "simulate", "--profile", payload, "--count", "1", "--no-renew", "--no-report"]
        operations = {
            "create": lambda: node.call(self.token, "POST", COLLECTION, body),
            "get": lambda: node.call(self.token, "GET", key),
            "list": lambda: node.call(self.token, "GET", f"{COLLECTION}?$top=100"),
            "enrol": lambda: subprocess.run(enrol, check=True, capture_output=True)}
        found = {name: min((self._recorded(run) for _ in range(4)), key=len) for name, run in operations.items()}
        self.nodes.pop().stop()
        return found

    def _recorded(self, run):
        before = self.database.log.stat().st_size
        run()
        for _ in range(2000):
            with open(self.database.log, encoding="utf-8", errors="replace") as log:
                log.seek(before)
                statements = read_log(log.read())
            if complete(statements):
                return statements
            time.sleep(0.01)
        return die("the log of the server holds no whole transaction")


def scripts_of(installation, recorded):
    """What pgbench runs; groups are made when their size is known."""
    rows, tenants = installation.rows, installation.tenants
    [tenant, key] = next(s.values for s in recorded["get"] if s.sql.startswith("SELECT"))

    def creates(blocks, own):
        return Script(blocks, {tenant: "tenant"}, [f"\\set tenant {OWN_TENANT} + {own}"])

    return {
        "get": Script([recorded["get"]], {tenant: "tenant", key: "key"},
                      [f"\\set k random(0, {rows - 1})", f"\\set key {ROW} + :k", f"\\set tenant {TENANT} + :k % {tenants}"]),
        "list": Script([recorded["list"]], {tenant: "tenant"}, [f"\\set tenant {TENANT} + random(0, {tenants - 1})"]),
        "create": creates([recorded["create"]], ":client_id"),
        "create-hot": creates([recorded["create"]], "0"),
        "create-group": lambda size: creates(as_group(recorded["create"], size), "0"),
        "enrol": Script([recorded["enrol"]]),
        "enrol-group": lambda size: Script(as_group(recorded["enrol"], size))}


def measure_costs(options, loads, installation, recorded):
    node = installation.nodes[0]
    found = []
    for operation, paths in (("get", installation.keys), ("list", installation.lists), ("create", None)):
        alone, many = (loads.http([node], installation.tokens, options.seconds, count, paths) for count in (1, CONNECTIONS))
        found.append((installation.rows, installation.tenants, operation, len(recorded[operation]), alone, many))
    return found


class Rounds:
    """Rounds by title and name, in the order of the first."""

    def __init__(self):
        self.found = {}

    def note(self, title, name, measured):
        self.found.setdefault(title, {}).setdefault(name, []).append(measured)
        print(f"{title}: {name}: {measured.rate:,.0f}/s, p99 {measured.p99:.1f} ms, bad {measured.bad}", file=sys.stderr)
        return measured


def by_turns(options, loads, installation, scripts, rounds):
    """One round of everything."""
    one, two = installation.nodes[:1], installation.nodes[:2]
    seconds = options.seconds

    def muster(title, tokens, paths=None):
        first = rounds.note(title, "Muster, one node", loads.http(one, tokens, seconds, CONNECTIONS, paths))
        rounds.note(title, "Muster, two nodes", loads.http(two, tokens, seconds, CONNECTIONS, paths))
        return first

    def bench(title, name, script, clients, count=1):
        rounds.note(title, f"pgbench, {name}", loads.pgbench(installation.name, script, seconds, clients, count))

    for operation, paths, title in (("get", installation.keys, "Read by key"), ("list", installation.lists, "First page of 100")):
        muster(title, installation.tokens, paths)
        bench(title, "16 connections", scripts[operation], 16)
    title = f"Durable create, {installation.tenants} tenants"
    muster(title, installation.tokens)
    bench(title, f"one a commit, {CONNECTIONS} connections and tenants", scripts["create"], CONNECTIONS)
    title = "Durable create, one tenant"
    size = max(1, round(muster(title, installation.first_token).grouped))
    bench(title, f"one a commit, {CONNECTIONS} connections", scripts["create-hot"], CONNECTIONS)
    bench(title, "groups as Muster's, one connection", scripts["create-group"](size), 1, size)
    title = "Enrolment, one profile"
    for name, nodes in (("Muster, one node", one), ("Muster, two nodes", two)):
        payloads = installation.payload(nodes, "one")
        done = rounds.note(title, name, loads.devices(nodes, payloads, options.devices, CONCURRENCY))
        size = max(1, round(done.grouped)) if nodes is one else size
    payloads = installation.payload(one, "one")
    rounds.note(title, tables.WITH_REPORT, loads.devices(one, payloads, options.devices, CONCURRENCY, report=True))
    bench(title, f"one a commit, {CONCURRENCY} connections", scripts["enrol"], CONCURRENCY)
    bench(title, "groups as Muster's, one connection", scripts["enrol-group"](size), 1, size)


def parse_options():
    parser = argparse.ArgumentParser()
    for name in ("muster", "seed_store", "open_loop"):
        parser.add_argument(name)
    parser.add_argument("--full", action="store_true", help="up to 10^6 rows and 10^4 tenants")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    parser.add_argument("--devices", type=int, default=1000, help="enrolments of each measurement")
    parser.add_argument("--figures", type=pathlib.Path, help="a file for tools/scale.py to be written")
    parser.add_argument("--only", choices=["costs", "rounds", "overload"], help="that part alone")
    return parser.parse_args()


def main():
    options = parse_options()
    database = Database(os.environ["TEST_POSTGRES"])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wanted = [options.only] if options.only else ["costs", "rounds", "overload"]
    sizes = [(10**3, 1), (10**3, 100), (10**5, 1), (10**5, 100)]
    if options.full:
        sizes += [(10**5, 10**4), (10**6, 1), (10**6, 10**4), (10**6, 100)]
    costs, rounds, good = [], Rounds(), True
    with tempfile.TemporaryDirectory(prefix="muster-bench.") as folder:
        work = pathlib.Path(folder)
        loads = Loads(database, work, options.muster)
        for rows, tenants in sizes if "costs" in wanted else sizes[-1:]:
            print(f"{rows} profiles, {tenants} tenants", file=sys.stderr)
            installation = Installation(options, database, work, rows, tenants)
            try:
                recorded = installation.record()
                installation.start()
                if "costs" in wanted:
                    costs += measure_costs(options, loads, installation, recorded)
                if (rows, tenants) != sizes[-1]:
                    continue
                if "rounds" in wanted:
                    installation.start()
                    scripts = scripts_of(installation, recorded)
                    for _ in range(options.rounds):
                        by_turns(options, loads, installation, scripts, rounds)
                    installation.nodes.pop().stop()
                if "overload" in wanted:
                    borne = overload.measure(options, loads, installation)
                if options.figures and not options.only:
                    figures.write(options.figures, figures.measure(options, loads, installation, rounds, borne[0][1]))
            finally:
                installation.end()
        print(f"\n{sizes[-1][0]:,} profiles of {sizes[-1][1]:,} tenants; HTTPS, wrk -t1 -c{CONNECTIONS}; {options.rounds} rounds of "
              f"{options.seconds} s by turns; {os.cpu_count()} cores, of which each table says who used them; load average "
              f"{os.getloadavg()[2]:.1f}; fsync {database.sql('SHOW fsync').strip()}, "
              f"synchronous_commit {database.sql('SHOW synchronous_commit').strip()}.")
        for title, rows in rounds.found.items():
            tables.rates(title, rows, next(iter(rows)))
        if rounds.found:
            tables.aims(rounds.found)
        if costs:
            tables.costs(costs)
        if "overload" in wanted:
            good = overload.report(borne)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
