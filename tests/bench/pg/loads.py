"""The loads: wrk over HTTPS, pgbench, simulated devices; each gives a Round."""
import json
import os
import pathlib
import re
import statistics
import subprocess
from dataclasses import dataclass

from machine import COLLECTION, die

BENCH = pathlib.Path(__file__).resolve().parent.parent


@dataclass
class Round:
    rate: float
    p50: float  # ms
    p99: float
    bad: int
    muster: float = 0  # cores that were busy
    postgres: float = 0
    load: float = 0
    grouped: float = 0  # writes a commit


def run_all(commands):
    """Runs them at once; their outputs, and the user and system time that they took."""
    running = [subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
               for command, env in commands]
    before = os.times()
    outputs = [process.communicate()[0] for process in running]
    after = os.times()
    for process, output in zip(running, outputs):
        if process.returncode:
            die(f"{process.args[0]} failed: {output[-800:]}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return outputs, spent, after.elapsed - before.elapsed


class Loads:
    def __init__(self, database, work, muster):
        self.database, self.work, self.muster = database, work, muster
        self.runs = 0

    def _around(self, nodes, commands):
        before = [self.database.seconds(), sum(node.seconds() for node in nodes)]
        commits = [node.commits() for node in nodes]
        outputs, spent, elapsed = run_all(commands)
        after = [self.database.seconds(), sum(node.seconds() for node in nodes)]
        made = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(commits, (node.commits() for node in nodes))]
        count = sum(m[0] for m in made)
        cores = {"postgres": (after[0] - before[0]) / elapsed, "muster": (after[1] - before[1]) / elapsed,
                 "load": spent / elapsed, "grouped": sum(m[1] for m in made) / count if count else 0}
        return outputs, cores

    def http(self, nodes, tokens, seconds, connections=64, paths=None):
        """GETs of the paths in a file, by chance, or creates of the contract's body."""
        env = {"LOAD_TOKEN": str(tokens), "LOAD_PATHS": str(paths or "")}
        if not paths:
            env |= {"LOAD_METHOD": "POST", "LOAD_BODY": str(BENCH / "example_body.json")}
        each = max(1, connections // len(nodes))
        commands = [(["wrk", "-t1", f"-c{each}", f"-d{seconds}s", "--timeout", "10s", "-s", str(BENCH / "load.lua"),
                      f"https://127.0.0.1:{node.tls}{COLLECTION}"], env) for node in nodes]
        outputs, cores = self._around(nodes, commands)
        found = [dict(re.findall(r"(\w+)=([\d.]+)", line)) for o in outputs for line in o.splitlines() if line.startswith("LOAD ")]
        return Round(sum(float(f["rate"]) for f in found), statistics.mean(float(f["p50"]) for f in found),
                     max(float(f["p99"]) for f in found), sum(int(f["bad"]) for f in found), **cores)

    def pgbench(self, name, script, seconds, clients, rows=1):
        """`rows`: operations of a transaction."""
        self.runs += 1
        file = self.work / "script.sql"
        file.write_text(script.text(), encoding="ascii")
        log = self.work / f"latency{self.runs}"
        variables = {**script.variables, "n": 0, "base": 9 * 10**15 + self.runs * 10**12}
        command = [str(self.database.programs / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds),
                   "-f", str(file), "-l", f"--log-prefix={log}", *(x for k, v in variables.items() for x in ("-D", f"{k}={v}")),
                   self.database.named(name)]
        [output], cores = self._around([], [(command, {})])
        rate = re.search(r"tps = ([\d.]+)", output)
        times = []
        for part in self.work.glob(f"latency{self.runs}.*"):
            times += [int(line.split()[2]) / 1000 for line in part.read_text(encoding="ascii").splitlines()]
            part.unlink()
        times.sort()
        if not rate or not times:  # on a machine that others keep busy, there may be none in a second or two
            return self.pgbench(name, script, 2 * seconds, clients, rows) if seconds < 30 else die(f"pgbench did nothing: {output[-800:]}")
        return Round(float(rate[1]) * rows, times[len(times) // 2], times[len(times) * 99 // 100], 0, **{**cores, "grouped": rows})

    def devices(self, nodes, payloads, count, concurrency, report=False):
        """Enrolments of `count` devices a node, by QR codes' texts of which a file for each node has one a line."""
        commands = []
        for node, file in zip(nodes, payloads):
            self.runs += 1
            commands.append(([str(self.muster), "device", "simulate", "--profile", str(file), "--count", str(count // len(nodes)),
                              "--no-renew", *([] if report else ["--no-report"]), "--keep-connections", "--concurrency", str(max(1, concurrency // len(nodes))),
                              "--serial-prefix", f"B{self.runs}-", "--json"], {}))
        outputs, cores = self._around(nodes, commands)
        found = [json.loads(output) for output in outputs]
        calls = [f["enrolmentCallMilliseconds"] for f in found]
        return Round(sum(f["enrolmentsPerSecond"] for f in found), statistics.mean(c["p50"] for c in calls),
                     max(c["p99"] for c in calls), sum(count // len(nodes) - f["enrolled"] for f in found), **cores)
