#!/usr/bin/env python3
"""report.py ROUNDS TITLE NAME...: a table of medians, with ratios of the first name to each other.

A ratio is the median of the ratios of each round, since the rounds alternate and share their weather.
"""
import statistics
import sys


def read(path):
    rounds = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, *figures = line.split()
            rounds.setdefault(name, []).append([float(f) for f in figures])
    return rounds


def main():
    path, title, *names = sys.argv[1:]
    rounds = read(path)
    names = [n for n in names if n in rounds]
    print(f"\n{title}\n")
    print("| what | requests/s | ours ÷ this | CPU µs a request | ours ÷ this | p50 ms | p99 ms | bad |")
    print("|---|---|---|---|---|---|---|---|")
    ours = rounds[names[0]]
    for name in names:
        median = [statistics.median(column) for column in zip(*rounds[name])]
        rate = statistics.median(a[0] / b[0] for a, b in zip(ours, rounds[name]) if b[0])
        cpu = statistics.median(a[1] / b[1] if b[1] else 0 for a, b in zip(ours, rounds[name]))
        print(f"| {name} | {median[0]:,.0f} | {rate:.2f}x | {median[1]:.1f} | {cpu:.2f}x | "
              f"{median[2]:.2f} | {median[3]:.2f} | {sum(r[4] for r in rounds[name]):.0f} |")


if __name__ == "__main__":
    main()
