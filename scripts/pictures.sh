#!/bin/sh
# Makes the pictures of the README from the pack of the example (scripts/example.sh first).
# Needs Debian's poppler-utils.
set -eu
cd "$(dirname "$0")/.."
pack=sorties/valmont
out=docs/images
mkdir -p "$out"
pdftoppm -r 96 -png -singlefile "$pack/cartes/QN05992M.pdf" "$out/page-qpv"
page=$(pdftotext "$pack/rapport.pdf" - | awk 'BEGIN{RS="\f"} /plus bas en QPV/ && !found {found=NR} END{print found}')
pdftoppm -r 80 -png -singlefile -f "$page" -l "$page" "$pack/rapport.pdf" "$out/rapport"
