#!/usr/bin/env bash
# gen.sh [--check]: pages of docs/ that are made from tables of the program and from package data.
# With --check nothing is written; a page that is out of date fails. Needs build/release/muster.
set -euo pipefail
ROOT=${ROOT:-$(cd "$(dirname "$0")/.." && pwd)}
mode=${1:-}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

muster=$ROOT/build/release/muster
for page in settings errors metrics; do
  "$muster" reference "$page" >"$fresh/$page.md"
done
"$muster" reference example-config >"$fresh/muster.example.toml"
mkdir "$fresh/schema"
for engine in sqlite postgres citus cockroach yugabyte; do
  "$muster" migrate --engine "$engine" --print >"$fresh/schema/$engine.sql"
done
# Versions are those of the machine that wrote the page, so another machine cannot judge it.
[ "$mode" = --check ] || python3 "$ROOT/tools/dependencies.py" >"$fresh/dependencies.md"

stale=0
for file in "$fresh"/* "$fresh"/schema/*; do
  [ -f "$file" ] || continue
  name=docs/${file#"$fresh"/}
  if cmp -s "$file" "$ROOT/$name"; then
    continue
  fi
  if [ "$mode" = --check ]; then
    echo "$name is out of date: ./x gen" >&2
    diff -u "$ROOT/$name" "$file" | head -20 >&2 || true
    stale=1
  else
    cp "$file" "$ROOT/$name"
    echo "wrote $name"
  fi
done
exit "$stale"
