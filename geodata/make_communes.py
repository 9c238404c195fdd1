"""Turn the npm package `@etalab/decoupage-administratif` into the compact table tfpb ships.

Usage, from the top of the repository (node's `npm` only fetches the archive)::

    npm pack @etalab/decoupage-administratif@6.0.0
    python geodata/make_communes.py etalab-decoupage-administratif-6.0.0.tgz

The archive is read as it is; two files are written under `src/tfpb/geodata/data/`: `communes.csv.gz`
(same bytes for the same archive) and `communes.json`, its provenance.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "src" / "tfpb" / "geodata" / "data"
KINDS = {
    "commune-actuelle": "c",
    "commune-deleguee": "d",
    "commune-associee": "a",
    "arrondissement-municipal": "m",
}


def read_archive(path: Path) -> dict[str, Any]:
    """Return the package's JSON files by stem, and its `package.json` as `package`."""
    found: dict[str, Any] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.endswith(".json") and (handle := archive.extractfile(member)):
                found[Path(member.name).stem] = json.load(handle)
    return found


def current_code(code: str, parents: dict[str, str], current: set[str]) -> str:
    """Follow an old code up to the commune of today."""
    seen = set()
    while code not in current and code in parents and code not in seen:
        seen.add(code)
        code = parents[code]
    return code if code in current else ""


def rows_of(package: dict[str, Any]) -> list[str]:
    """Make the lines of the table: `kind;code;name;parent;postcodes;former codes;epci;dep;reg`."""
    communes = package["communes"]
    current = {c["code"] for c in communes if KINDS[c["type"]] == "c"}
    parents = {c["code"]: c["chefLieu"] for c in communes if "chefLieu" in c}
    epci_of = {m["code"]: e["code"] for e in package["epci"] for m in e["membres"]}
    lines = []
    for commune in sorted(communes, key=lambda c: (c["code"], KINDS[c["type"]], c["nom"])):
        kind, code = KINDS[commune["type"]], commune["code"]
        parent = commune.get("commune", "")
        if kind in "da":
            parent = current_code(commune["chefLieu"], parents, current)
            if not parent:
                print(f"no current commune for {code} {commune['nom']}", file=sys.stderr)
                continue
        fields = [
            kind,
            code,
            commune["nom"].replace("’", "'"),
            parent,
            "|".join(commune.get("codesPostaux", ())),
            "|".join(sorted(commune.get("anciensCodes", ()))),
            epci_of.get(code, "") if kind == "c" else "",
            commune["departement"],
            commune["region"],
        ]
        lines.append(";".join(fields))
    for kind, key in (("e", "epci"), ("p", "departements"), ("r", "regions")):
        lines += sorted(
            f"{kind};{x['code']};{x['nom'].replace('’', chr(39))}" for x in package[key]
        )
    return lines


def main() -> None:
    """Write the table and its provenance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    archive: Path = parser.parse_args().archive
    package = read_archive(archive)
    lines = rows_of(package)
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=9, fileobj=buffer, mtime=0) as zipped:
        zipped.write(("\n".join(lines) + "\n").encode())
    DATA.mkdir(parents=True, exist_ok=True)
    (DATA / "communes.csv.gz").write_bytes(buffer.getvalue())
    provenance = {
        "source": f"npm {package['package']['name']}",
        "version": package["package"]["version"],
        "licence": package["package"]["license"],
        "archive": archive.name,
        "archive_sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "sha256": hashlib.sha256(buffer.getvalue()).hexdigest(),
        "rows": len(lines),
        "current_communes": sum(line.startswith("c;") for line in lines),
        "maker": "geodata/make_communes.py",
    }
    text = json.dumps(provenance, ensure_ascii=False, indent=2) + "\n"
    (DATA / "communes.json").write_text(text, encoding="utf-8")
    print(f"{len(lines)} lines, {len(buffer.getvalue())} bytes")


if __name__ == "__main__":
    main()
