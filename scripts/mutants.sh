#!/bin/sh
# Changes one thing at a time in the modules of scripts/mutants.toml and checks that their tests fail.
# Prints scores and survivors; exits 1 when a module falls under its floor. Names of modules as
# arguments restrict the run.
set -eu
cd "$(dirname "$0")/.."
[ -d .venv ] && PATH="$PWD/.venv/bin:$PATH"
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
exec "${PYTHON:-python}" scripts/mutants.py "$@"
