#!/usr/bin/env python3
"""Parts of enrol.sh: profiles to enrol by, figures of the runs, and what the service has at the end.

enrol.py create PORT FOLDER COUNT FILE
enrol.py note SUMMARY NAME TICKS
enrol.py report ROUNDS CONCURRENCY
enrol.py verify PORT FOLDER FILE COUNT
"""
import collections
import http.client
import json
import os
import ssl
import statistics
import sys

BASE = "/beta/deviceManagement"


class Service:
    """The service of FOLDER/data; its token is FOLDER/token."""

    def __init__(self, port, folder):
        trust = ssl.create_default_context(cafile=os.path.join(folder, "data/tls/ca.pem"))
        self.connection = http.client.HTTPSConnection("127.0.0.1", int(port), timeout=60, context=trust)
        with open(os.path.join(folder, "token"), encoding="utf-8") as token:
            self.headers = {"Authorization": "Bearer " + token.read().strip(), "Content-Type": "application/json"}

    def call(self, method, path, body=None):
        self.connection.request(method, path, body and json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text)

    def every(self, path):
        while path:
            page = self.call("GET", path)
            yield from page["value"]
            link = page.get("@odata.nextLink")
            path = link and link[link.index("/beta"):]


def create(port, folder, count, file):
    service = Service(port, folder)
    with open(file, "w", encoding="utf-8") as out:
        for i in range(int(count)):
            profile = service.call("POST", f"{BASE}/androidForWorkEnrollmentProfiles",
                                   {"displayName": f"{os.path.basename(file)} {i}"})
            out.write(profile["qrCodeContent"] + "\n")


def note(summary, name, ticks):
    with open(summary, encoding="utf-8") as text:
        run = json.load(text)
    call = run["enrolmentCallMilliseconds"]
    tls = run["tlsMilliseconds"] or {"p50": 0, "p99": 0}
    cpu = int(ticks) * 1e6 / os.sysconf("SC_CLK_TCK") / max(run["enrolled"], 1)
    print(name, run["enrolmentsPerSecond"], cpu, call["p50"], call["p99"], tls["p50"], tls["p99"])


def report(rounds_file, concurrency):
    rounds = collections.defaultdict(list)
    with open(rounds_file, encoding="utf-8") as lines:
        for line in lines:
            name, *figures = line.split()
            rounds[name].append([float(f) for f in figures])
    median = {name: [statistics.median(c) for c in zip(*runs)] for name, runs in rounds.items()}
    print("\n| run | enrolments/s | CPU µs of the service each | call p50 ms | p99 | TLS set-up p50 ms | p99 |")
    print("|---|---|---|---|---|---|---|")
    for name, f in median.items():
        if len(f) > 1 and name != "warm":
            print(f"| {name} | {f[0]:,.0f} | {f[1]:,.0f} | {f[2]:.1f} | {f[3]:.1f} | {f[4]:.1f} | {f[5]:.1f} |")

    def ratio(a, b):
        return statistics.median(x[0] / y[0] for x, y in zip(rounds[a], rounds[b]))

    print(f"\nhot ÷ spread, kept connections: {ratio('hot-kept', 'spread-kept'):.2f}; "
          f"new ones: {ratio('hot-new', 'spread-new'):.2f} (aim 0.9)")
    best = median["hot-kept"][0]
    print(f"enrolments/s, hot, kept connections: {best:,.0f} (aim 1,000)")
    for group in ("1", concurrency):
        bare = f"bare-loop-{group}"
        print(f"against the bare loop, {group} a commit ({median[bare][0]:,.0f}/s): {ratio('hot-kept', bare):.3f}")


def verify(port, folder, file, count):
    service = Service(port, folder)
    count = int(count)
    name = f"{os.path.basename(file)} 0"
    [profile] = [p for p in service.every(f"{BASE}/androidForWorkEnrollmentProfiles?$filter="
                                          f"displayName%20eq%20'{name.replace(' ', '%20')}'")]
    enrolments = list(service.every(f"{BASE}/deviceEnrollments?$top=1000&$filter=profileId%20eq%20'{profile['id']}'"))
    known = {d["id"] for d in service.every(f"{BASE}/managedDevices?$top=1000&$select=id")}
    devices = {e["deviceId"] for e in enrolments}
    found = {
        "enrolledDeviceCount": profile["enrolledDeviceCount"],
        "enrolments": len(enrolments),
        "distinct certificates": len({e["certificateSerialNumber"] for e in enrolments}),
        "distinct keys": len({e["keyFingerprint"] for e in enrolments}),
        "distinct devices": len(devices),
        "devices that are listed": len(devices & known),
    }
    print("\n" + ", ".join(f"{what}: {value:,}" for what, value in found.items()))
    if set(found.values()) != {count}:
        sys.exit(f"each of these should be {count}")
    print("none lost, none twice")


if __name__ == "__main__":
    {"create": create, "note": note, "report": report, "verify": verify}[sys.argv[1]](*sys.argv[2:])
