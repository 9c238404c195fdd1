"""A pack laid out as 0.3.0 did: records at the root, `cartes/`, `courriers/`, a dictionary of its own."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.evidence.differences import dictionary
from tfpb.io.packs.pack import dumps
from tfpb.io.tables.tabular import csv_bytes

if TYPE_CHECKING:
    from pathlib import Path

_MOVED = {"technique": "", "quartiers": "cartes/"}
_SENT = {".docx": "courriers/", ".xlsx": "donnees/"}


def _older(name: str) -> str:
    """Return where 0.3.0 wrote a file."""
    folder, _, file = name.rpartition("/")
    if folder == "a_envoyer":
        return _SENT[file[file.rindex(".") :]] + file
    return _MOVED.get(folder, f"{folder}/").lstrip("/") + file


def older_pack(pack: Path, folder: Path) -> Path:
    """Write the files of a pack as 0.3.0 did, with its list of hashes and its archive."""
    with zipfile.ZipFile(pack / "dossier.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    record = json.loads(held["technique/run.json"])
    for key in ("empreintes", "sceau"):
        del record[key]
    held["technique/run.json"] = dumps(record)
    words = csv_bytes(pd.DataFrame(dictionary(held)))
    del held["donnees/datapackage.json"]
    files = {_older(n): d for n, d in held.items()} | {"donnees/dictionnaire.csv": words}
    hashes = {n: hashlib.sha256(d).hexdigest() for n, d in files.items()}
    files["empreintes.json"] = dumps(hashes)
    for name, data in (files | {"journal.json": b"{}"}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    with zipfile.ZipFile(folder / "dossier.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return folder
