"""Tables of what was measured, in Markdown. A ratio is the median of the ratios of each round, since the rounds
alternate and share their weather."""
import statistics

WITH_REPORT = "Muster, one node, each with a report"  # a row of enrolments


def median(rounds, figure):
    return statistics.median(getattr(r, figure) for r in rounds)


def ratio(ours, theirs):
    return statistics.median(a.rate / b.rate for a, b in zip(ours, theirs))


def rates(title, rows, ours):
    """`rows`: rounds by name; ratios are those of the row `ours` to each."""
    print(f"\n**{title}**\n")
    print("| what | a second | first ÷ this | p50 ms | p99 ms | cores: Muster | PostgreSQL | load | writes a commit | bad |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, rounds in rows.items():
        grouped = median(rounds, "grouped")
        print(f"| {name} | {median(rounds, 'rate'):,.0f} | {ratio(rows[ours], rounds):.2f} | {median(rounds, 'p50'):.2f} | "
              f"{median(rounds, 'p99'):.1f} | {median(rounds, 'muster'):.2f} | {median(rounds, 'postgres'):.2f} | "
              f"{median(rounds, 'load'):.2f} | {f'{grouped:.1f}' if grouped else ''} | {sum(r.bad for r in rounds)} |")


def costs(found):
    """`found`: (rows, tenants, operation, statements, Round of one connection, Round of many)."""
    print("\n**The cost of an operation by rows and tenants**: time with one connection; processors' time with 64\n")
    print("| rows | tenants | operation | statements | p50 ms | CPU µs: Muster | PostgreSQL | bad |")
    print("|---|---|---|---|---|---|---|---|")
    for rows, tenants, operation, statements, alone, many in found:
        print(f"| {rows:,} | {tenants:,} | {operation} | {statements} | {alone.p50:.2f} | {many.muster / many.rate * 1e6:.0f} | "
              f"{many.postgres / many.rate * 1e6:.0f} | {alone.bad + many.bad} |")


AIMS = (("Read by key", 0.5), ("Durable create", 0.7))


def aims(found):
    """What was aimed at, what came of it, and what a second node brings, of the rounds by title and name."""
    print("\n| operation | Muster, one node ÷ pgbench | aim | two nodes ÷ one |")
    print("|---|---|---|---|")
    for title, rows in found.items():
        one, two, *peers = rows
        peers = [name for name in peers if name.startswith("pgbench")]
        against = ", ".join(f"{ratio(rows[one], rows[name]):.2f} ({name.removeprefix('pgbench, ')})" for name in peers)
        aim = next((str(least) for start, least in AIMS if title.startswith(start)), "")
        print(f"| {title} | {against} | {aim} | {ratio(rows[two], rows[one]):.2f} |")
