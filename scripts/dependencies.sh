#!/bin/sh
# Refuses an import that pyproject.toml does not declare, and a dependency that nothing imports.
set -eu
cd "$(dirname "$0")/.."
deptry --no-ansi src
# Tests and tools import their neighbours: each folder is a root. They may use what the group dev
# declares (DEP004) and need not use every dependency (DEP002); none is excluded, as deptry would. Peers that benchmarks compare with
# (addok, svy and its polars) live in environments of their own; pip is in every environment.
# shellcheck disable=SC2046 - a list of folders without spaces
deptry --no-ansi --exclude '^$' $(find benchmarks examples geodata packaging scripts tests -name '*.py' -exec dirname {} + | sort -u) \
  --known-first-party tfpb --ignore DEP002,DEP004 --per-rule-ignores 'DEP001=addok|svy|polars,DEP003=pip'
