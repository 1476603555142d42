#!/usr/bin/env python3
"""The example of deploy/cluster on one machine: three PostgreSQL under Patroni and etcd, two nodes of
Muster, HAProxy in front. Loopback only, on free ports, nothing of the system's is touched.

Called by ./x cluster. Its files are in a temporary folder to which build/cluster points: databases do
not run as root, and their user may not see what is below a home.
"""
import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from cluster_parts import DATABASES, MUSTER, NODES, ROOT, Cluster, last_words
from processes import Trouble, wait_for


def opened(link):
    if not (link / "cluster.json").exists():
        raise Trouble("there is no cluster; ./x cluster up makes one")
    return Cluster(link.resolve())


def up(link, options):
    if (link / "cluster.json").exists():
        raise Trouble("there is a cluster already; ./x cluster down ends it")
    folder = Path(tempfile.mkdtemp(prefix="muster-cluster-"))
    folder.chmod(0o755)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    cluster = Cluster.make(folder, options.asynchronous)
    try:
        cluster.up()
    except BaseException:
        if not options.keep:
            print(last_words(folder, 5), file=sys.stderr)
            down(link, options)
        raise
    node = folder / "nodes" / NODES[0]
    print(f"""The cluster is up, in {folder}. Its first call:

  TOKEN=$({MUSTER} token --data {node})
  curl --cacert {folder}/ca.pem -H "Authorization: Bearer $TOKEN" \\
    https://localhost:{cluster.ports['public']}/beta/deviceManagement/androidForWorkEnrollmentProfiles

./x cluster kill-primary takes its primary away, ./x cluster down ends it.""")


def logs(link, options):
    print(last_words(opened(link).folder, options.lines))


def down(link, _options):
    cluster = opened(link)
    cluster.down()
    shutil.rmtree(cluster.folder)
    link.unlink()


def status(link, options):
    found = opened(link).status()
    if options.json:
        print(json.dumps(found))
        return
    for part in found["parts"]:
        words = [part["name"], part["address"], "runs" if part["runs"] else "is down"]
        words += [part[key] for key in ("role", "state") if part.get(key)]
        print("  ".join(words))
    print(found["url"], "is whole" if found["whole"] else "lacks something")


def kill_primary(link, options):
    cluster = opened(link)
    name = cluster.primary()
    if name is None:
        raise Trouble("there is no primary now")
    if options.cut_off:
        cluster.cut_off(name, options.cut_off)
    cluster.kill_database(name)
    if options.machine:
        cluster.end(f"etcd-{name}", signal.SIGKILL)
    print(name)


def start_database(link, options):
    cluster = opened(link)
    if not cluster.runs(f"etcd-{options.name}"):
        cluster.start_etcd(options.name)
    if not cluster.runs(f"patroni-{options.name}"):
        cluster.start_database(options.name)


def wait_whole(link, _options):
    wait_for("the database cluster", opened(link).whole)


def end_node(number):
    return lambda link, options: opened(link).end(options.name, number)


def start_node(link, options):
    cluster = opened(link)
    if not cluster.runs(options.name):
        cluster.start_node(options.name)


def restart_node(link, options):
    end_node(signal.SIGTERM)(link, options)
    start_node(link, options)


def test(_link, options):
    environment = {**os.environ, "CLUSTER_ROUNDS": str(options.rounds),
                   "CLUSTER_ASYNCHRONOUS": "1" if options.asynchronous else "0"}
    os.execvpe("bash", ["bash", str(ROOT / "tools" / "test.sh"), "cluster"], environment)


def parse():
    parser = argparse.ArgumentParser(prog="./x cluster", description="The example of deploy/cluster on this machine.")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "cluster", help="where its files are seen")
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name, run, sentence, names=None):
        command = commands.add_parser(name, help=sentence, description=sentence)
        command.set_defaults(run=run)
        if names:
            command.add_argument("name", choices=names)
        return command
    command = add("up", up, "make it and start it")
    command.add_argument("--asynchronous", action="store_true", help="to see what the other settings are worth")
    command.add_argument("--keep", action="store_true", help="leave what was started when something fails")
    add("down", down, "end it and remove its files")
    add("status", status, "what runs where").add_argument("--json", action="store_true")
    command = add("logs", logs, "the ends of all logs")
    command.add_argument("--lines", type=int, default=20, metavar="N", help="of each (20)")
    command = add("kill-primary", kill_primary, "kill -9 of the primary and its Patroni; prints which")
    command.add_argument("--cut-off", type=float, metavar="SECONDS", help="its standbys lose it so long before")
    command.add_argument("--machine", action="store_true", help="its member of etcd goes, too")
    add("start-database", start_database, "start it again after it was killed", DATABASES)
    add("wait", wait_whole, "until all databases follow a primary")
    add("kill-node", end_node(signal.SIGKILL), "kill -9 of a node of Muster", NODES)
    add("stop-node", end_node(signal.SIGTERM), "stop a node in order", NODES)
    add("start-node", start_node, "start it again", NODES)
    add("restart-node", restart_node, "stop it in order and start it again", NODES)
    command = add("test", test, "take primaries and nodes away from one of its own, under load")
    command.add_argument("--rounds", type=int, default=3, metavar="N", help="losses of the primary")
    command.add_argument("--asynchronous", action="store_true", help="to see what the other settings lose")
    return parser.parse_args()


def main():
    options = parse()
    try:
        options.run(options.folder, options)
    except Trouble as trouble:
        sys.exit(f"cluster: {trouble}")


if __name__ == "__main__":
    main()
