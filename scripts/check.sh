#!/bin/sh
# Sets up a virtual environment and passes every check: style, types, layers, tests.
# With CI=true the environment is new at each run and apart (.venv-ci); otherwise .venv is kept.
# As root, Debian packages that tests use (.ci/apt.txt) are installed; otherwise the tests that
# lack one are skipped by name. With CI=true nothing may be skipped for want of a package.
# --vite: style, types, layers and the unit tests that are not marked slow. Other options go to pytest.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = --vite ]; then
  shift
  set -- tests/unit -m "not slow" --durations 5 --durations-min 2 "$@"
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  lacking=$(grep -v '^#' .ci/apt.txt | while read -r package; do
    dpkg -s "$package" >/dev/null 2>&1 || echo "$package"; done)
  if [ -n "$lacking" ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 - a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $lacking >/dev/null
  fi
fi
python=${PYTHON:-python3}
venv=.venv
if [ "${CI:-}" = true ]; then
  venv=.venv-ci
  rm -rf "$venv"
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
export PATH="$PWD/$venv/bin:$PATH"
python --version
python -m pip --version
# Of nine thousand modules a run reads a third: Python compiles these as it meets them, and keeps them.
unset PYTHONDONTWRITEBYTECODE
PIP_COMPILE=0 sh scripts/install.sh python requirements/dev.txt
ruff check
ruff format --check
# types wait for one processor while layers, ratchet and dependencies are held on the other
mypy --num-workers 2 &
types=$!
# a layer that fails, or an interruption, leaves nobody at work behind it
trap 'kill "$types" 2>/dev/null || :' EXIT
trap 'exit 130' INT TERM
lint-imports
python scripts/ratchet.py --verifier
sh scripts/dependencies.sh
typed=0
wait "$types" || typed=$?
trap - EXIT INT TERM
# its workers have three seconds to start: where a busy machine gave them less, it says 2 and does without
[ "$typed" != 2 ] || { typed=0; mypy || typed=$?; }
[ "$typed" = 0 ]
# three on two processors: a browser that is waited for leaves its own idle
pytest -n 3 --dist loadfile "$@"
