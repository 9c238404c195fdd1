#!/bin/sh
# Makes the pictures of the README from the pack of the example (scripts/example.sh first), and those of the
# local page in the guide.
# Needs Debian's poppler-utils and chromium.
set -eu
cd "$(dirname "$0")/.."
pack=sorties/valmont
out=docs/images
mkdir -p "$out"
pdftoppm -r 96 -png -singlefile "$pack/quartiers/QN05992M.pdf" "$out/page-qpv"
pdftoppm -r 88 -png -singlefile "$pack/note.pdf" "$out/note"
TFPB_ESSAIS=tous TFPB_IMAGES_PAGE="$out" .venv/bin/python -m pytest -q -n 0 tests/browser/test_browser_page_keyboard.py
