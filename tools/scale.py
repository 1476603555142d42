#!/usr/bin/env python3
"""scale.py [OPTION]...: what a fleet needs: nodes, cores, connections, commits a second, storage a year.

Arithmetic on figures that `./x bench postgres --figures FILE` measured; without --figures those of the last run are taken,
which are beside this file. docs/scale.md says what the words mean.

scale.py --page FILE [--check] writes the answers into a page anew, between `<!-- scale.py OPTION... -->` and the next
`<!-- end -->`, or says which are out of date.
"""
import argparse
import json
import math
import pathlib
import re
import shlex
import sys

FIGURES = pathlib.Path(__file__).with_name("scale_figures.json")
DAY, YEAR = 86_400, 365
SPARE = 1  # nodes that may be lost without anybody noticing
LEAST = 2


def options_of(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    fleet = parser.add_argument_group("the fleet")
    number = {"type": float}
    fleet.add_argument("--tenants", type=int, default=100)
    fleet.add_argument("--devices", type=int, default=100_000)
    fleet.add_argument("--enrolments", **number, default=10_000, help="on the busiest morning")
    fleet.add_argument("--morning", **number, default=2, help="hours that it lasts")
    fleet.add_argument("--check-ins", **number, default=3, help="of a device on a day")
    fleet.add_argument("--reads", **number, default=20, help="GETs by key a second, of portals and automation")
    fleet.add_argument("--lists", **number, default=2, help="pages of 100 a second")
    fleet.add_argument("--creates", **number, default=0.01, help="profiles a second")
    fleet.add_argument("--peak", **number, default=3, help="the busiest second against the mean of its hours")
    fleet.add_argument("--largest", **number, default=0.1, help="part of everything that is the largest tenant's")
    place = parser.add_argument_group("the machines")
    place.add_argument("--busy", **number, default=0.5, help="part of a core that may be used in the busiest second")
    place.add_argument("--node-cores", type=int, default=4)
    place.add_argument("--database-cores", type=int, default=16, help="of the largest database server that is to be had")
    place.add_argument("--readers", type=int, default=16, help="the setting store_readers")
    place.add_argument("--writers", type=int, default=8, help="the setting store_writers")
    place.add_argument("--max-connections", type=int, default=400, help="what a database server bears")
    place.add_argument("--copies", type=int, default=2, help="of the database, standbys included")
    parser.add_argument("--figures", type=pathlib.Path, default=FIGURES)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def rates_of(o):
    """Operations in the busiest second."""
    return {"read": o.reads * o.peak, "list": o.lists * o.peak, "create": o.creates * o.peak,
            "enrol": o.enrolments / (o.morning * 3600) * o.peak, "report": o.devices * o.check_ins / DAY * o.peak}


def commits_of(writes, tenants, seconds):
    """Commits a second of tenants with as many writes each: while one is on its way, what comes waits for the next."""
    each = writes / tenants
    return tenants * min(each, 1 / seconds)


def plan(o, figures):
    rates, costs = rates_of(o), figures["operations"]
    service = sum(rates[k] * costs[k]["muster_us"] for k in rates) / 1e6 / o.busy
    database = sum(rates[k] * costs[k]["postgres_us"] for k in rates) / 1e6 / o.busy
    writes = rates["create"] + rates["enrol"] + rates["report"]
    cells = max(1, math.ceil(database / o.database_cores))
    nodes = cells * (max(LEAST - SPARE, math.ceil(service / cells / o.node_cores)) + SPARE)
    connections = nodes // cells * (o.readers + o.writers)
    rest = writes * (1 - o.largest)
    commit = figures["commit_ms"] / 1000
    commits = commits_of(writes * o.largest, 1, commit)
    if o.tenants > 1:
        commits += commits_of(rest, o.tenants - 1, commit)
    yearly = {"report": o.devices * o.check_ins * YEAR, "enrol": o.devices, "create": o.creates * DAY * YEAR}
    return {
        "busiest second": {k: round(v, 1) for k, v in rates.items()},
        "cores of Muster": round(service, 2), "cores of the database": round(database, 2),
        "cells": cells, "nodes": nodes, "connections of a cell": connections,
        "pooler": connections > o.max_connections,
        "commits a second": round(commits, 1), "writes a second": round(writes, 1),
        "largest tenant, of what one can write": round(writes * o.largest / figures["tenant_writes"], 3),
        "storage after a year, GB": round(o.copies * sum(n * costs[k]["octets"] for k, n in yearly.items()) / 1e9, 1),
        "log of the busiest day, GB": round(
            (o.devices * o.check_ins * costs["report"]["wal"] + o.enrolments * costs["enrol"]["wal"]
             + o.creates * DAY * costs["create"]["wal"]) / 1e9, 1)}


def text_of(found):
    lines = []
    for name, value in found.items():
        if isinstance(value, dict):
            value = ", ".join(f"{k} {v:,.1f}" for k, v in value.items())
        elif isinstance(value, bool):
            value = "needed" if value else "not needed"
        else:
            value = f"{value:,}"
        lines.append(f"{name + ':':40} {value}")
    return "\n".join(lines)


def answer(words):
    options = options_of(words)
    found = plan(options, json.loads(options.figures.read_text(encoding="utf-8")))
    return json.dumps(found) if options.json else text_of(found)


def figures_table(figures):
    lines = ["| operation | CPU µs of Muster | of PostgreSQL | a second and core of Muster | octets kept | octets of log |",
             "|---|---|---|---|---|---|"]
    for name, cost in figures["operations"].items():
        lines.append(f"| {name} | {cost['muster_us']:.0f} | {cost['postgres_us']:.0f} | {1e6 / cost['muster_us']:,.0f} | "
                     f"{cost.get('octets', 0):,.0f} | {cost.get('wal', 0):,.0f} |")
    lines += ["", f"One tenant: {figures['tenant_writes']:,.0f} creates a second; the shortest commit: {figures['commit_ms']:.1f} ms. "
              f"{figures['machine']}"]
    return "\n".join(lines)


def rewrite(text):
    """The page with its answers made anew."""
    def block(match):
        asked = match[1].strip()
        words = shlex.split(asked)
        if words == ["figures"]:
            made = figures_table(json.loads(FIGURES.read_text(encoding="utf-8")))
        else:
            made = f"```\n$ {f'tools/scale.py {asked}'.strip()}\n{answer(words)}\n```"
        return f"<!-- {f'scale.py {asked}'.strip()} -->\n{made}\n<!-- end -->"
    return re.sub(r"<!-- scale\.py\b(.*?)-->\n.*?<!-- end -->", block, text, flags=re.S)


def main():
    words = sys.argv[1:]
    if "--page" not in words:
        print(answer(words))
        return
    page = pathlib.Path(words[words.index("--page") + 1])
    before = page.read_text(encoding="utf-8")
    after = rewrite(before)
    if "--check" in words:
        sys.exit(0 if after == before else f"{page.name} is out of date: tools/scale.py --page {page.name}")
    page.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
