"""Twice as many requests as the service can bear, sent whether it answers or not: it must answer them all, in time, with
what was asked for or with a word to come back later."""
import json
import subprocess

from loads import BENCH
from machine import COLLECTION

CONNECTIONS = 1024  # so many that what is borne is not a matter of their number: groups are full
CLIENTS = 16_000  # connections of the driver, fewer than the service takes
DEADLINE = 10_000  # ms: what docs/operations.md promises
HELD_BACK = 0.01  # the driver's own share of what could not be sent


def request(token, method, path, body=b""):
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    if body:
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def measure(options, loads, installation):
    """(what, capacity, offered, answers) of creates of one tenant and of reads by key."""
    node = installation.nodes[0]
    key = installation.keys.read_text(encoding="ascii").split()
    token = installation.tokens.read_text(encoding="ascii").split()[int(key[1]) - 1]
    body = (BENCH / "example_body.json").read_bytes()
    found = []
    for what, paths, sent in (("create", None, request(installation.token, "POST", COLLECTION, body)),
                              ("read by key", installation.keys, request(token, "GET", key[0]))):
        capacity = loads.http([node], installation.first_token if paths is None else installation.tokens,
                              options.seconds, CONNECTIONS, paths).rate
        file = installation.folder / "request"
        file.write_bytes(sent)
        out = subprocess.run([options.open_loop, str(node.plain), str(2 * capacity), "8", str(CLIENTS), file], check=True, capture_output=True)
        found.append((what, capacity, json.loads(out.stdout)))
    return found


def judge(answers):
    """What is wrong, or nothing."""
    faults = []
    strange = sorted(s for s in answers["answers"] if not s.startswith("2") and s not in ("429", "503"))
    if strange:
        faults.append(f"answers {', '.join(strange)}")
    faults += [f"{answers[what]} {what}" for what in ("failed", "unanswered") if answers[what]]
    if answers["held_back"] > HELD_BACK * answers["sent"]:
        faults.append(f"{answers['held_back']} not sent: the driver has too few connections")
    faults += [f"p99 of {status} is {a['p99']:,.0f} ms" for status, a in answers["answers"].items() if a["p99"] > DEADLINE]
    return faults


def report(found):
    print(f"\n**Overload**: twice what {CONNECTIONS} connections got, for 8 s in an open loop; nothing but 2xx, 429 and 503, all within "
          f"{DEADLINE / 1000:.0f} s\n")
    print("| what | borne a second | offered | done | p99 ms | refused | p99 ms | else |")
    print("|---|---|---|---|---|---|---|---|")
    good = True
    for what, capacity, answers in found:
        done = [a for s, a in answers["answers"].items() if s.startswith("2")]
        refused = [a for s, a in answers["answers"].items() if s in ("429", "503")]
        faults = judge(answers)
        good = good and not faults

        def cells(group):
            return f"{sum(a['count'] for a in group):,} | {max((a['p99'] for a in group), default=0):,.0f}"
        print(f"| {what} | {capacity:,.0f} | {answers['sent']:,} | {cells(done)} | {cells(refused)} | {'; '.join(faults) or 'nothing'} |")
    return good
