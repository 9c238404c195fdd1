#!/bin/sh
# Builds the sdist and the wheel in dist/, installs each in a clean environment beside the locked
# dependencies, makes the example's pack with it, and writes what was installed (CycloneDX, with licences).
# Pythons to try are the arguments (default: python3).
set -eu
cd "$(dirname "$0")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1
[ $# -gt 0 ] || set -- python3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" -m venv "$work/build"
"$work/build/bin/python" -m pip install --quiet --require-hashes -r requirements/build.txt
rm -rf dist
"$work/build/bin/python" -m hatchling build
data=examples/valmont/geodonnees_sources
for python in "$@"; do
  venv="$work/venv"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --require-hashes -r requirements/build.txt
  "$venv/bin/python" -m pip install --quiet --require-hashes --no-build-isolation --use-pep517 -r requirements/run.txt
  for built in dist/*.whl dist/*.tar.gz; do
    "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --force-reinstall "$built"
    rm -rf "$work/geo" "$work/pack"
    root=$PWD
    ( # away from the clone: what is imported is what was installed
      cd "$work"
      tfpb="$venv/bin/tfpb"
      "$tfpb" geodonnees importer-adresses "$root/$data/adresses-59999.csv.gz" "$root/$data/lieux-dits-59999.csv.gz" --geodonnees geo
      for year in 2015 2024; do
        "$tfpb" geodonnees importer-qpv "$root/$data/qpv${year}_valmont.geojson" --millesime "$year" --geodonnees geo
      done
      "$tfpb" geodonnees importer-communes "$root/$data/commune_valmont.geojson" --geodonnees geo
      TFPB_CACHE=non "$tfpb" dossier "$root/examples/valmont/dossier.toml" --sortie pack --geodonnees geo
      "$tfpb" verifier --dossier pack
    ) >"$work/said.txt" 2>&1 || { cat "$work/said.txt"; exit 1; }
    echo "$("$python" --version) : $(basename "$built") : $("$venv/bin/tfpb" --version), pack of the example whole"
  done
done
"$1" -m venv "$work/sbom"
"$work/sbom/bin/python" -m pip install --quiet cyclonedx-bom==7.5.0
"$work/sbom/bin/cyclonedx-py" environment --pyproject pyproject.toml --mc-type application \
  --output-reproducible --of JSON -o dist/tfpb.cdx.json "$work/venv/bin/python"
echo "dist/tfpb.cdx.json : $(grep -c '"bom-ref"' dist/tfpb.cdx.json) components"
