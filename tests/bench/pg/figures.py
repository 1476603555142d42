"""What tools/scale.py reckons with: processors' time, octets and times of an operation, of the rounds that were run."""
import json
import os
import statistics

import tables

ONE = "Muster, one node"


def cost(rounds):
    return {"muster_us": statistics.median(r.muster / r.rate for r in rounds) * 1e6,
            "postgres_us": statistics.median(r.postgres / r.rate for r in rounds) * 1e6}


def difference(more, less):
    return {key: max(value - less[key], 0.0) for key, value in more.items()}


def grown(installation, run, per):
    """Octets that `per(result)` operations of `run` leave in the tables, and in the log that standbys get."""
    def sizes():
        text = installation.database.sql("SELECT pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'",
                                         installation.name)
        return [float(x) for x in text.split("|")]
    before = sizes()
    count = per(run())
    return {name: (b - a) / count for name, a, b in zip(("octets", "wal"), before, sizes())}


def measure(options, loads, installation, rounds, tenant_writes):
    [node] = installation.nodes[:1]
    found = rounds.found
    enrolment = "Enrolment, one profile"
    creates = next(title for title in found if title.startswith("Durable create,") and "tenants" in title)
    operations = {"read": cost(found["Read by key"][ONE]), "list": cost(found["First page of 100"][ONE]),
                  "create": cost(found[creates][ONE]), "enrol": cost(found[enrolment][ONE])}
    both = cost(found[enrolment][tables.WITH_REPORT])

    def devices(report):
        payloads = installation.payload([node], "grown")
        return grown(installation, lambda: loads.devices([node], payloads, options.devices, 32, report), lambda _: options.devices)

    devices(True)  # what is written first after a checkpoint is written to the log as whole pages
    operations["create"] |= grown(installation, lambda: loads.http([node], installation.tokens, options.seconds),
                                  lambda r: r.rate * options.seconds)
    operations["enrol"] |= devices(False)
    # A report has a connection of its own, whose handshake is counted with it.
    operations["report"] = difference(both | devices(True), operations["enrol"])
    alone = loads.http([node], installation.first_token, options.seconds, 1)
    return {"machine": f"{os.cpu_count()} cores, which service, database and load share; load average {os.getloadavg()[2]:.1f}",
            "operations": operations, "commit_ms": alone.p50, "tenant_writes": tenant_writes}


def write(path, figures):
    rounded = json.loads(json.dumps(figures), parse_float=lambda text: round(float(text), 1))
    path.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")
