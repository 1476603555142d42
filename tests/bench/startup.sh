#!/usr/bin/env bash
# startup.sh: milliseconds from the start of the process to the port file, which says ready. The first
# start makes keys and certificates; the others find them. RUNS (10).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
begin
python3 - "$MUSTER" "$WORK" "${RUNS:-10}" <<'PY'
import os, signal, statistics, subprocess, sys, time
muster, work, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
port_file = os.path.join(work, "port")
command = [muster, "serve", "--data", os.path.join(work, "data"), "--listen", "127.0.0.1:0",
           "--port-file", port_file, "--log-level", "warning"]


def once():
    if os.path.exists(port_file):
        os.remove(port_file)
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not os.path.exists(port_file):
        if process.poll() is not None:
            sys.exit("muster ended at its start")
        time.sleep(0.0002)
    ready = (time.perf_counter() - start) * 1000
    stopping = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    return ready, (time.perf_counter() - stopping) * 1000


first, _ = once()
times = [once() for _ in range(runs)]
print(f"first start, with keys and certificates to make: {first:.1f} ms")
print(f"ready after (median of {runs}): {statistics.median(t[0] for t in times):.1f} ms, "
      f"longest {max(t[0] for t in times):.1f} ms")
print(f"stopped after (median): {statistics.median(t[1] for t in times):.1f} ms")
PY
