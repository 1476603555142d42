#!/usr/bin/env python3
"""count_tests.py LOG EXIT_CODE: prints `PASSED FAILED` of one suite's output.

Understands GoogleTest (also as ctest -V prints it), node's test runner and the lines of
tests/fuzz/run.sh and tools/test_package.sh. A suite that ended badly counts at least one failure even
if it named none (a crash, a sanitizer's report); so does one that ran nothing. A skipped test proves
nothing and counts as failed.
"""
import re
import sys

PASSED = [r"\[  PASSED  \] (\d+) tests?", r"^(?:#|ℹ) pass (\d+)", r"^(?:fuzz|package): (\d+) passed"]
FAILED = [r"\[  FAILED  \] (\d+) tests?, listed", r"\[  SKIPPED \] (\d+) tests?, listed",
          r"^(?:#|ℹ) (?:fail|cancelled|skipped|todo) (\d+)", r"^(?:fuzz|package): \d+ passed, (\d+) failed"]


def total(patterns, text):
    return sum(int(n) for pattern in patterns for n in re.findall(pattern, text, re.MULTILINE))


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        text = log.read()
    passed, failed = total(PASSED, text), total(FAILED, text)
    ended_badly = sys.argv[2] != "0"
    if failed == 0 and (ended_badly or passed == 0):
        failed = 1
    print(passed, failed)


if __name__ == "__main__":
    main()
