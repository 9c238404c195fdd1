#!/bin/sh
# Tries the lowest versions that pyproject.toml claims, in an environment of its own that is removed
# afterwards: sh scripts/lowest.sh [arguments of pytest]. RESOLUTION=highest tries the newest instead.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- tests/unit tests/golden tests/cli
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3.11}" -m venv "$work/venv"
export PATH="$work/venv/bin:$PATH"
python --version
command -v uv >/dev/null || python -m pip install --quiet uv
uv pip compile --quiet --resolution "${RESOLUTION:-lowest-direct}" --group build --group dev --python python \
  pyproject.toml --output-file "$work/bounds.txt"
uv pip install --quiet --python python -r "$work/bounds.txt"
uv pip install --quiet --python python --no-deps --no-build-isolation --editable .
# An old library warns about what became of the libraries below it. A deprecation of ours would show with
# the locked versions too: check.sh refuses those. test_packaging_locks.py judges what the lock installs.
python -m pytest -p no:cacheprovider -W default::DeprecationWarning -W default::PendingDeprecationWarning \
  --ignore tests/unit/packaging/test_packaging_locks.py "$@"
