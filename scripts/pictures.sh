#!/bin/sh
# Makes the pictures of the README from the pack of the example (scripts/example.sh first), and those of the
# local page in the guide. Those before and after (docs/benchmarks-dossier.md) need an elder version: by hand.
# Needs Debian's poppler-utils and chromium.
set -eu
cd "$(dirname "$0")/.."
pack=sorties/valmont
out=docs/images
mkdir -p "$out"
pdftoppm -r 96 -png -singlefile "$pack/quartiers/QN05992M.pdf" "$out/page-qpv"
pdftoppm -r 88 -png -singlefile "$pack/note.pdf" "$out/note"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for kind in habitants quartiers; do
  pdftoppm -r 80 -png -singlefile -f 1 -l 1 "$pack/$kind/QN05992M.pdf" "$work/$kind"
done
.venv/bin/python - "$work" "$out/pages-quartier.png" <<'PYTHON'
import sys
from pathlib import Path

from PIL import Image

left, right = (Image.open(Path(sys.argv[1], f"{kind}.png")) for kind in ("habitants", "quartiers"))
both = Image.new("RGB", (left.width + right.width + 10, max(left.height, right.height)), "#d0d0d0")
both.paste(left, (0, 0))
both.paste(right, (left.width + 10, 0))
both.quantize(64).save(sys.argv[2], optimize=True)
PYTHON
TFPB_ESSAIS=tous TFPB_IMAGES_PAGE="$out" .venv/bin/python -m pytest -q -n 0 tests/browser/test_browser_page_keyboard.py
