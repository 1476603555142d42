#!/usr/bin/env python3
"""Prints docs/dependencies.md: every library and tool, with version and licence.

Versions come from the machine's package database, the reasons from docs/decisions/. Security updates
of Debian change the part after the upstream version, so that part is left out.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Linked into the program: package, licence (SPDX), what for.
LINKED = [
    ("libboost1.81-dev", "BSL-1.0", "Asio: sockets and event loops"),
    ("libboost-json1.81-dev", "BSL-1.0", "JSON trees: tokens, keys, command line"),
    ("libssl-dev", "Apache-2.0", "TLS, signatures, certificates, digests"),
    ("libsqlite3-dev", "blessing", "the embedded store"),
    ("libpq-dev", "PostgreSQL", "the store in PostgreSQL"),
    ("zlib1g-dev", "Zlib", "gzip bodies of requests"),
    ("libcurl4-openssl-dev", "curl", "documents of external issuers; command line as a client"),
    ("libsimdjson-dev", "Apache-2.0", "JSON bodies in"),
    ("libfmt-dev", "MIT", "log lines and metrics"),
    ("libcli11-dev", "BSD-3-Clause", "command line"),
    ("libtomlplusplus-dev", "MIT", "settings file"),
    ("libdeflate-dev", "MIT", "PNG pictures"),
    ("libp11-kit-dev", "BSD-3-Clause", "keys in PKCS#11 tokens"),
    ("libzxing-dev", "Apache-2.0", "QR codes that the device simulator reads; judge of ours"),
    ("libpng-dev", "libpng-2.0", "pictures that the device simulator reads; judge of ours"),
    ("libpango1.0-dev", "LGPL-2.0-or-later", "posters, with Cairo (LGPL-2.1 or MPL-1.1); loaded when one is drawn"),
    ("libarchive-dev", "BSD-2-Clause", "the file of a backup; loaded when one is written or read"),
]
# Used to build and judge, never linked into the program.
TOOLS = [
    ("g++", "GPL-3.0 with runtime exception", "compiler"),
    ("cmake", "BSD-3-Clause", "build"),
    ("ninja-build", "Apache-2.0", "build"),
    ("libgtest-dev", "BSD-3-Clause", "unit tests"),
    ("libgmock-dev", "BSD-3-Clause", "unit tests"),
    ("libqrcodegencpp-dev", "MIT", "judge of QR symbols"),
    ("libzbar-dev", "LGPL-2.1-or-later", "judge of QR pictures"),
    ("libxml2-utils", "MIT", "judge of $metadata"),
    ("softhsm2", "BSD-2-Clause", "PKCS#11 token of the tests"),
    ("zbar-tools", "LGPL-2.1-or-later", "judge of QR pictures as they are served"),
    ("poppler-utils", "GPL-2.0 or GPL-3.0", "judge of posters in PDF"),
    ("librsvg2-bin", "LGPL-2.1-or-later", "judge of posters in SVG"),
    ("fonts-dejavu-core", "Bitstream-Vera", "letters of posters"),
    ("fonts-droid-fallback", "Apache-2.0", "letters of posters in Chinese, Japanese and Korean, in tests"),
    ("sqlite3", "blessing", "judge of the database file after a crash"),
    ("postgresql-15", "PostgreSQL", "the database that the store's tests start"),
    ("pgbouncer", "ISC", "the pooler that the store's tests go through"),
    ("patroni", "MIT", "the cluster of `deploy/cluster` in tests: who is primary"),
    ("python3-etcd", "MIT", "its way to etcd"),
    ("etcd-server", "Apache-2.0", "what its members agree on"),
    ("haproxy", "GPL-2.0-or-later", "in front of that cluster's nodes"),
    ("strongswan-pki", "GPL-2.0-or-later", "an EST client"),
    ("libstrongswan-standard-plugins", "GPL-2.0-or-later", "its cryptography"),
    ("libcharon-extra-plugins", "GPL-2.0-or-later", "its HTTP and TLS"),
    ("libbcpkix-java", "MIT", "Bouncy Castle: an EST client"),
    ("openjdk-17-jdk-headless", "GPL-2.0 with Classpath exception", "runs it"),
    ("clang-14", "Apache-2.0 with LLVM exception", "second compiler, fuzzing"),
    ("clang-tidy-14", "Apache-2.0 with LLVM exception", "static analysis"),
    ("clang-format-14", "Apache-2.0 with LLVM exception", "formatting"),
    ("shellcheck", "GPL-3.0", "scripts"),
    ("systemd", "LGPL-2.1-or-later", "judge of the unit"),
    ("python3-yaml", "MIT", "reads the alerts, in tests"),
    ("dpkg-dev", "GPL-2.0-or-later", "names what the package depends on"),
    ("file", "BSD-2-Clause", "tells it which files are programs"),
    ("debootstrap", "MIT", "a Debian in which the package is tested"),
]


def upstream(version):
    """1:3.0.22-1~deb12u1 -> 3.0.22"""
    version = version.split(":", 1)[-1].rsplit("-", 1)[0]
    return re.split(r"[+~]", version)[0]


def series(version):
    """Debian's security updates of OpenSSL change the third number: keep two."""
    return ".".join(version.split(".")[:2])


def installed(packages):
    result = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *packages],
                            capture_output=True, text=True, check=False)
    return dict(line.split(" ", 1) for line in result.stdout.splitlines())


def rows(entries, versions):
    for package, licence, purpose in entries:
        yield f"| `{package}` | {series(upstream(versions.get(package, '?')))} | {licence} | {purpose} |"


def main():
    names = [line.split()[1] for line in (ROOT / "tools/packages.txt").read_text().splitlines()
             if line.startswith("build ")]
    known = {package for package, _, _ in LINKED + TOOLS} | {"ccache", "mold", "pkg-config"}
    unknown = sorted(set(names) - known)
    if unknown:
        sys.exit(f"tools/dependencies.py does not know: {', '.join(unknown)}")
    versions = installed([package for package, _, _ in LINKED + TOOLS])
    head = "| Debian package | version | licence | for |\n|---|---|---|---|"
    print("# Dependencies\n")
    print("Generated by `./x gen` from `tools/dependencies.py`; do not edit. All from Debian 12, nothing is "
          "fetched at build time. The reasons are in `decisions/`.\n")
    print("## Linked into `muster`\n")
    print("\n".join([head, *rows(LINKED, versions)]))
    print("\n## To build and to judge\n")
    print("\n".join([head, *rows(TOOLS, versions)]))
    print("\nThe client tests use npm packages, locked in `tests/clients/package-lock.json`: `@azure/identity`, "
          "`@azure/msal-node`, `@microsoft/microsoft-graph-client`, `@microsoft/msgraph-beta-sdk` with "
          "`@microsoft/msgraph-sdk-core` and two of its `kiota` packages, and `@odata/client` as clients; "
          "`oidc-provider` as issuer; `odata-csdl`, `odata-openapi`, `@odata2ts/odata2ts` with "
          "`@odata2ts/odata-service` and `@odata2ts/http-client-fetch`, `typescript`, `ajv` and "
          "`@seriousme/openapi-schema-validator` as judges, of which odata2ts also makes a client. They are MIT but "
          "`typescript` (Apache-2.0), `odata-csdl` and `odata-openapi` (OASIS IPR policy). `tests/data` holds schemas "
          "of OASIS under the same policy.")


if __name__ == "__main__":
    main()
