#!/usr/bin/env python3
"""Checks the text of every tracked file: words that must not be there, and sizes of files.

Also: lock files name no download address (packages come from whatever registry the machine is set up
for), every module has a README of at most 25 lines, and nobody's machine shows through.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = (".cc", ".h")
SCRIPTS = (".sh", ".py", ".mjs", ".lua", ".js")
LONGEST = 450
LONGEST_TEST = 600

# Pattern, file kinds (None: all), what to say.
WORDS = [
    (r"\bTO" r"DO\b|\bFIX" r"ME\b|\bXX" r"X\b", CODE + SCRIPTS, "write it or leave it out"),
    (r"\bstd::regex\b|<regex>", CODE, "slow, and recursion by input: write a parser"),
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|rand|srand|tmpnam|system|alloca)\s*\(", CODE,
     "a function that has a safe sibling"),
    (r"(?<![\w.>])memcmp\s*\(", CODE, "not constant in time; secrets are compared by base/secret.h"),
    (r"\bco_(await|yield|return)\b", CODE, "no coroutines: docs/decisions/0001"),
    (r"\busing namespace\b", (".h",), "name what is used"),
    (r"npmjs\.|yarnpkg\.|deb\.debian\.|registry\.npm|proxy\.golang|pypi\.org", None,
     "no registry's address"),
    (r"\.\./shar" r"ed|/wor" r"k/main|/wor" r"k/sha|/ho" r"me/", None, "no path of somebody's machine"),
    (r"\bit\.(only|skip)\b|\btest\.(only|skip)\b|\bGTEST_SKIP\b|\bDISABLED_", CODE + SCRIPTS,
     "no skipped tests"),
]


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            yield name


def read(name):
    octets = (ROOT / name).read_bytes()
    return None if b"\0" in octets[:8000] else octets.decode("utf-8", "replace")


def word_faults(name, text):
    if name.startswith(("tests/fuzz/corpus/", "tools/check_text.py")):
        return
    for pattern, kinds, reason in WORDS:
        if kinds and not name.endswith(kinds):
            continue
        for match in re.finditer(pattern, text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: `{match.group(0)}`: {reason}"


def shape_faults(name, text):
    if name.startswith("tests/fuzz/corpus/"):
        return
    longest = LONGEST_TEST if "_test." in name or name.startswith("tests/") else LONGEST
    if name.endswith(CODE) and text.count("\n") > longest:
        yield f"{name}: {text.count(chr(10))} lines; {longest} is the most"
    if name.endswith(".h") and "#pragma once" not in text:
        yield f"{name}: no #pragma once"
    if text and not text.endswith("\n"):
        yield f"{name}: no line feed at the end"
    if re.search(r"[ \t]+\n", text) and name.endswith(CODE + SCRIPTS):
        yield f"{name}: blanks at the end of a line"


def lock_faults(name, text):
    if not name.endswith("package-lock.json"):
        return
    for package, entry in json.loads(text).get("packages", {}).items():
        if "resolved" in entry:
            yield f"{name}: {package} names where it was downloaded"
        if package and "integrity" not in entry and not entry.get("link"):
            yield f"{name}: {package} has no hash"


def readme_faults():
    for module in sorted(p for p in (ROOT / "src").iterdir() if p.is_dir()):
        readme = module / "README.md"
        if not readme.is_file():
            yield f"src/{module.name}: no README.md"
        elif readme.read_text().count("\n") > 25:
            yield f"src/{module.name}/README.md: more than 25 lines"


def main():
    faults = list(readme_faults())
    for name in tracked():
        text = read(name)
        if text is not None:
            for check in (word_faults, shape_faults, lock_faults):
                faults.extend(check(name, text))
    print("\n".join(faults) if faults else "texts: in order")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
