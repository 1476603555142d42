"""Processes by number and time of birth, for scripts that start some and end no others."""
import os
import time
from pathlib import Path

START_LIMIT = 120  # seconds that anything may take to be ready


class Trouble(Exception):
    """What the caller is told instead of a stack trace."""


def wait_for(what, ready, limit=START_LIMIT):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        value = ready()
        if value:
            return value
        time.sleep(0.1)
    raise Trouble(f"{what} took more than {limit} s")


def stat_of(pid):
    """State, parent and the time of the start, or None. A number is no identity: it is used again."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[1]), fields[19]


def title(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def lives(pid, born):
    stat = stat_of(pid)
    return stat is not None and stat[2] == born and stat[0] not in "ZX"


def family(pid):
    """The process and all that come from it, itself first."""
    children = {}
    for entry in Path("/proc").iterdir():
        stat = stat_of(entry.name) if entry.name.isdigit() else None
        if stat:
            children.setdefault(stat[1], []).append(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(children.get(one, []))
    return found


def end_all(processes, number, limit=30):
    """Signals those of (pid, born) that live, and waits until none does."""
    for pid, born in processes:
        if lives(pid, born):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
    wait_for("the end of a process", lambda: not any(lives(*one) for one in processes), limit)
