#!/usr/bin/env python3
"""Prints `KEY FILE` for each file named: KEY changes with anything of ours that clang-tidy's verdict rests on.

usage: tidy_keys.py RULE... -- FILE...

That is the file, the headers of src/ that it includes however indirectly, and the rules: files such as
.clang-tidy, which count for all.
"""
import hashlib
import re
import sys
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


@lru_cache(maxsize=None)
def look_at(path):
    """The digest of a file and the headers of ours that it names."""
    content = path.read_bytes()
    named = {SRC / name.decode() for name in INCLUDE.findall(content)}
    return hashlib.sha256(content).digest(), frozenset(p for p in named if p.is_file())


def key_of(path, rules):
    seen, waiting = set(), [path]
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            waiting.extend(look_at(at)[1])
    # With their names: two files of the same text are two findings.
    parts = sorted((str(p.relative_to(ROOT)).encode(), look_at(p)[0]) for p in seen)
    return hashlib.sha256(rules + b"".join(name + b"\0" + digest for name, digest in parts)).hexdigest()[:40]


def main():
    at = sys.argv.index("--")
    rules = b"".join(look_at(Path(rule))[0] for rule in sys.argv[1:at])
    for name in sys.argv[at + 1:]:
        print(key_of(Path(name).resolve(), rules), name)


main()
