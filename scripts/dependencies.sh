#!/bin/sh
# Refuses an import that pyproject.toml does not declare, and a dependency that nothing imports.
set -eu
cd "$(dirname "$0")/.."
deptry --no-ansi src
# Tests and tools, which deptry leaves out by itself. They import their neighbours: each folder is a root.
# They may use what the group dev declares (DEP004) and need not use every dependency (DEP002). Peers that
# benchmarks compare with (addok, svy and its polars, QGIS, XlsxWriter) live in environments of their own; pip is in all.
folders=$(find . \( -path './.?*' -o -path ./src -o -path ./sorties \) -prune -o -name '*.py' -exec dirname {} + | sort -u)
# shellcheck disable=SC2086 - a list of folders without spaces
deptry --no-ansi --exclude '^$' $folders \
  --known-first-party tfpb --ignore DEP002,DEP004 --per-rule-ignores 'DEP001=addok|svy|polars|qgis|xlsxwriter,DEP003=pip'
