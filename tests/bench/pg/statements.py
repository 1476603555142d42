"""What Muster sends for an operation, read from the server's log, as scripts for pgbench.

The scripts hold the statements themselves, so they cannot grow old: prepared, with parameters, rows of the same
sizes, and keys of their own. BEGIN travels with the statement after it and SET LOCAL with COMMIT, as Muster sends
them, and the COMMIT of a read with what was read.
"""
import re
from dataclasses import dataclass, field

EXECUTE = re.compile(r"\[(\d+)\] LOG:  execute [^:]*: *(.*)")
DETAIL = re.compile(r"\[(\d+)\] DETAIL:  parameters: (.*)")
PARAMETER = re.compile(r"\$(\d+) = (NULL|'((?:[^']|'')*)')")
INSERT = re.compile(r"INSERT INTO (\w+) \(([^)]*)\) VALUES")
# Of a session or of the probe of its health, not of an operation.
APART = ("SET SESSION", "SHOW ", "DEALLOCATE", "DISCARD")
TRAVELS_ON = ("BEGIN", "SAVEPOINT", "RELEASE", "SET LOCAL")


@dataclass
class Statement:
    sql: str
    values: list = field(default_factory=list)  # texts as PostgreSQL writes them; None is NULL


def of_session(sql):
    return sql.startswith(APART) or (sql.startswith("SET ") and not sql.startswith("SET LOCAL"))


def read_log(text):
    """Statements of the transactions that begin here, in their order, each with its parameters."""
    found, last, inside = [], {}, set()
    for line in text.splitlines():
        if match := EXECUTE.search(line):
            statement = Statement(match[2].rstrip())
            last[match[1]] = statement
            if statement.sql.startswith("BEGIN"):
                inside.add(match[1])
            if match[1] in inside and not of_session(statement.sql):
                found.append(statement)
            if statement.sql in ("COMMIT", "ROLLBACK"):  # that of a read may come after all else
                inside.discard(match[1])
        elif (match := DETAIL.search(line)) and match[1] in last:
            last[match[1]].values = [None if value == "NULL" else inner.replace("''", "'")
                                     for _, value, inner in PARAMETER.findall(match[2])]
    return found


def complete(statements):
    """Whether every transaction has come to its end."""
    begun = sum(s.sql.startswith("BEGIN") for s in statements)
    return begun == sum(s.sql.startswith("COMMIT") or s.sql == "ROLLBACK" for s in statements) > 0


def as_group(statements, size):
    """Blocks that do `size` times what `statements` do: each its reads, then all their writes in one transaction."""
    turn = max(i for i, s in enumerate(statements) if "tenant_turns" in s.sql)
    begin = max(i for i, s in enumerate(statements[:turn]) if s.sql.startswith("BEGIN"))
    end = next(i for i, s in enumerate(statements) if i > turn and s.sql.startswith(("SET LOCAL", "COMMIT")))
    reads = [statements[:begin]] * size if begin else []
    return [*reads, statements[begin:turn + 1], *[statements[turn + 1:end]] * size, statements[end:]]


def hex_of(text):
    return "\\x" + text.encode().hex()


def uuid_text(value):
    digits = value[2:]
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def fresh_keys(statements):
    """The keys of rows that are made, and the texts of those that are UUIDs: each becomes a variable."""
    names = {}
    for statement in statements:
        if not INSERT.match(statement.sql) or "tenant_turns" in statement.sql or len(statement.values) < 2:
            continue
        key = statement.values[1]
        if key in names:
            continue
        names[key] = f"key{len(set(names.values()))}"
        if len(key) == 34:
            names[hex_of(uuid_text(key))] = names[key]
    return names


def filler(statement, value):
    """As many octets, written as they are: in hexadecimal the server would have twice as many to read."""
    if statement.sql.startswith("INSERT") and value.startswith("\\x"):
        return "x" * (len(value) // 2 - 1)
    return value


class Script:
    """A script of pgbench: blocks of statements, each of which makes rows under new keys.

    `known` gives variables to values: the tenant, or the key that is read; `before` are lines that set them.
    """

    def __init__(self, blocks, known=None, before=()):
        self.lines = list(before)
        self.variables = {}
        self._keys = fresh_keys([statement for block in blocks for statement in block])
        self._known = {**self._keys, **(known or {})}
        for block in blocks:
            self._renew(block)
            self._write(block)

    def text(self):
        return "\n".join(self.lines) + "\n"

    def _renew(self, block):
        names = {self._keys[value] for s in block for value in s.values if value in self._keys}
        if names:
            self.lines.append("\\set n :n + 1")
        self.lines += [f"\\set {name} :base + :client_id * 1000000000 + :n" for name in sorted(names)]

    def _write(self, block):
        pending, reading = [], False
        for at, statement in enumerate(block):
            pending.append(self._render(statement) + ";")
            reading = (reading or "READ ONLY" in statement.sql) and not statement.sql.startswith("COMMIT")
            ends = at + 1 < len(block) and block[at + 1].sql.startswith("COMMIT")
            if statement.sql.startswith(TRAVELS_ON) or (reading and ends):
                continue
            self.lines += pending if len(pending) == 1 else ["\\startpipeline", *pending, "\\endpipeline"]
            pending = []

    def _render(self, statement):
        return re.sub(r"\$(\d+)", lambda match: self._variable(statement, int(match[1])), statement.sql)

    def _variable(self, statement, number):
        value = statement.values[number - 1]
        if value is None:
            return "NULL"
        if value in self._known:
            return ":" + self._known[value]
        text = filler(statement, value)
        for name, known in self.variables.items():
            if known == text:
                return ":" + name
        name = f"v{len(self.variables)}"
        self.variables[name] = text
        return ":" + name
