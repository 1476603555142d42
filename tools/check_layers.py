#!/usr/bin/env python3
"""Checks every #include of src/: modules look downward only, third-party headers stay where they belong.

The layers are those of CMakeLists.txt (muster_module(NAME DEPENDS ...)): a module may include itself,
what it depends on, and what those depend on. Since a module can only depend on ones declared above it,
there are no cycles between modules; cycles between headers are looked for here.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"

# Third-party headers by prefix: where they may be included. "module" or "module/file stem".
# Tests beside the code may use what their module may use.
ALLOWED = {
    "boost/asio": {"http"},
    "boost/json": {"auth", "app"},
    "openssl/ssl.h": {"http", "app/est_client"},
    "openssl/": {"base", "http", "auth", "pki"},
    "p11-kit/": {"pki"},
    "sqlite3": {"store/sqlite"},
    "libpq-fe.h": {"store/postgres"},
    "simdjson": {"edm"},
    "libdeflate": {"enrollment"},
    "zlib": {"http"},
    "curl/": {"auth", "app/graph_client", "app/est_client"},
    "png.h": {"app/qr_reader"},
    "ZXing/": {"app/qr_reader"},
    "fmt/": {"observe"},
    "CLI/": {"app/cli", "app/cli_line", "app/cli_profile", "app/cli_device",
            "app/cli_backup", "app/cli_ca", "app/cli_copy", "app/cli_keys",
            "app/cli_migrate"},
    "archive.h": {"app/archive", "app/archive_library"},
    "archive_entry.h": {"app/archive", "app/archive_library"},
    "toml++/": {"app/settings_file"},
    "cairo": {"app/poster", "app/poster_library"},
    "pango/": {"app/poster", "app/poster_library"},
}
TEST_ONLY = ("gtest/", "gmock/", "qrcodegen/", "ZXing/", "zbar", "png.h", "boost/json")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)
# The C and C++ libraries and Linux: no dot and no slash, or one of these.
SYSTEM = re.compile(r"^([a-z_0-9]+|(sys|netinet|arpa|linux|net)/.*|"
                    r"(unistd|stdlib|fcntl|poll|pwd|signal|time|errno|netdb|termios|pthread|sched|dlfcn)\.h)$")


def declared_layers():
    """module -> the modules that it may include, itself among them."""
    layers = {}
    text = (ROOT / "CMakeLists.txt").read_text()
    for name, depends in re.findall(r"muster_module\((\w+)(?: DEPENDS ([^)]*))?\)", text):
        below = {name}
        for dependency in depends.split():
            below |= layers.get(dependency, set())
        layers[name] = below
    return layers


def may_use_third_party(header, where, is_test):
    if header.startswith(TEST_ONLY) and is_test:
        return True
    for prefix, places in ALLOWED.items():
        if header.startswith(prefix):
            return any(where == place or where.startswith((place + "/", place + ".")) for place in places)
    return False


def faults_of(path, layers):
    relative = path.relative_to(SRC).as_posix()
    module = relative.split("/")[0]
    is_test = "_test" in path.stem or path.stem.endswith("_fixture")
    for quote, header in INCLUDE.findall(path.read_text()):
        if quote == '"':
            target = header.split("/")[0]
            if not (SRC / header).is_file():
                yield f"{relative}: \"{header}\" is no file below src/"
            elif target not in layers[module]:
                yield f"{relative}: {module} must not look up or sideways to \"{header}\""
        elif not SYSTEM.match(header) and not may_use_third_party(header, relative, is_test):
            yield f"{relative}: <{header}> does not belong here (tools/check_layers.py names where)"


def header_cycles():
    graph = {p.relative_to(SRC).as_posix(): [h for q, h in INCLUDE.findall(p.read_text()) if q == '"']
             for p in SRC.rglob("*.h")}
    state = {}

    def visit(node, trail):
        if state.get(node) == "done" or node not in graph:
            return
        if state.get(node) == "open":
            yield "cycle: " + " -> ".join(trail[trail.index(node):] + [node])
            return
        state[node] = "open"
        for target in graph[node]:
            yield from visit(target, trail + [node])
        state[node] = "done"

    for node in sorted(graph):
        yield from visit(node, [])


def main():
    layers = declared_layers()
    folders = {p.name for p in SRC.iterdir() if p.is_dir()}
    faults = [f"src/{name} is not declared in CMakeLists.txt" for name in sorted(folders - set(layers))]
    for path in sorted(SRC.rglob("*")):
        if path.suffix in (".cc", ".h") and path.relative_to(SRC).parts[0] in layers:
            faults.extend(faults_of(path, layers))
    faults.extend(header_cycles())
    print("\n".join(faults) if faults else "layers: in order")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
