#!/bin/sh
# Sets up a virtual environment and makes the evidence pack of the example (fictional data).
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
[ -x .venv/bin/python ] || "$python" -m venv .venv
sh scripts/install.sh .venv/bin/python requirements/run.txt
geo=sorties/geodonnees
export TFPB_DIFFUSIONS=sorties/diffusions-exemple.jsonl  # a first try enters no ledger of the user's
src=examples/valmont/geodonnees_sources
mkdir -p "$geo"
tfpb=.venv/bin/tfpb
"$tfpb" geodonnees importer-adresses "$src/adresses-59999.csv.gz" "$src/lieux-dits-59999.csv.gz" --geodonnees "$geo"
"$tfpb" geodonnees importer-qpv "$src/qpv2015_valmont.geojson" --millesime 2015 --geodonnees "$geo"
"$tfpb" geodonnees importer-qpv "$src/qpv2024_valmont.geojson" --millesime 2024 --geodonnees "$geo"
"$tfpb" geodonnees importer-communes "$src/commune_valmont.geojson" --geodonnees "$geo"
"$tfpb" dossier examples/valmont/dossier.toml --sortie sorties/valmont --geodonnees "$geo" \
  --diffuser --envoyer-quand-meme  # three entrances are left to verify, and the pack says so
echo "Pour vos propres fichiers, sans autre commande : $tfpb ouvrir mon-dossier"
