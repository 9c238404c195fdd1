#!/bin/sh
# Installs a lock, then this package from the clone: sh scripts/install.sh PYTHON LOCK
# A package published as sources only is built with the locked tools: left to itself, pip would fetch
# the newest ones, whose hash nobody has read.
set -eu
cd "$(dirname "$0")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$1" -m pip install --quiet --require-hashes -r requirements/build.txt
"$1" -m pip install --quiet --require-hashes --no-build-isolation --use-pep517 -r "$2"
"$1" -m pip install --quiet --no-deps --no-build-isolation --editable .
