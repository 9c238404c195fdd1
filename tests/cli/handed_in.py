"""Packs as they are handed in (fictional), whole, in either of the two shapes; and omissions sown in them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfpb.io.packs.pack import listed
from tfpb.io.packs.provenance import recorded_hash
from tfpb.model.record import RUN

if TYPE_CHECKING:
    from collections.abc import Callable

Rows = list[dict[str, str]]
Tables = dict[str, Rows]
OMISSIONS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("omissions.toml").read_text(encoding="utf-8")
)["omission"]
OURS = {"codes_qpv": "codes", "axe": "axe_mot"}
"""Columns that a pack of ours names otherwise."""


def whole(number: int = 1) -> Tables:
    """Return the tables of a pack in which nothing lacks: two quarters, three actions."""
    quarters = ("QN05901N", "QN05902N")
    actions = [
        ("A1", "3 - Sur-entretien", quarters[0], 12_000, 12_000, 10_000),
        ("A2", "5", quarters[0], 8_000, 7_500, 7_500),
        ("A3", "Sur-entretien", quarters[1], 5_000, 5_200, 4_000 + number),
    ]
    return {
        "conventions": [
            {
                "id_convention": f"CONV-{number:02d}", "contrat_de_ville": "Contrat fictif",
                "codes_qpv": ", ".join(quarters), "date_signature_contrat": "2024-03-28",
                "date_signature_convention": "2024-12-12", "date_declaration": "2024-12-20",
                "date_fin": "2030-12-31", "date_bilan": "2026-03-31",
            }
        ],
        "actions": [
            {
                "id_action": name, "annee": "2025", "axe": axis, "code_qpv": quarter,
                "action": "Action fictive", "prevu_eur": f"{planned}", "realise_eur": f"{spent},50",
                "valorise_eur": f"{valued}", "piece": f"FAC-{number}-{k}", "date_piece": "2025-11-30",
            }
            for k, (name, axis, quarter, planned, spent, valued) in enumerate(actions, 1)
        ],
        "bilan": [
            {
                "code_qpv": quarter, "nom_qpv": f"Quartier fictif {k}", "annee": "2025",
                "abattement_eur": f"{abated}", "prevu_eur": "0", "realise_eur": "0",
                "valorise_eur": f"{valued}", "report_eur": f"{carried}",
                "solde_eur": f"{valued - abated - carried}",
            }
            for k, (quarter, abated, valued, carried) in enumerate(
                ((quarters[0], 16_000, 17_500, 500), (quarters[1], 4_500, 4_000 + number, 0)), 1
            )
        ],
        "declaration": [
            {"commune": "Ville", "section": "AK", "parcelle": f"01{k:02d}",
             "invariant": f"59{number:03d}{k:05d}", "id_residence": f"R{k}", "code_qpv": quarters[k % 2],
             "statut": "abattu"}
            for k in range(6)
        ],
    }  # fmt: skip


def sown(tables: Tables, omission: dict[str, Any]) -> Tables:
    """Return the tables with an omission that is not about files."""
    kind, name = omission["geste"], omission.get("table", "")
    if name not in tables or kind in {"alterer", "perdre", "ajouter"}:
        return tables
    met = [all(r[c] == v for c, v in omission.get("si", {}).items()) for r in tables[name]]
    rows = [dict(r) for r in tables[name]]
    if kind == "retirer":
        return {k: v for k, v in tables.items() if k != name}
    if kind == "oter":
        left = [r for r, there in zip(rows, met, strict=True) if not there]
        return {**tables, name: left or [dict.fromkeys(rows[0], "")]}
    for row, there in zip(rows, met, strict=True):
        for column in (omission["colonne"], *omission.get("ou", ())):
            if there:
                row[column] = omission.get("valeur", "")
    return {**tables, name: rows}


def csv_of(rows: Rows) -> bytes:
    """Write rows as a pack does; one of blanks is a header alone."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(r for r in rows if any(r.values()))
    return out.getvalue().encode("utf-8-sig")


def plain(tables: Tables, number: int = 1) -> dict[str, bytes]:
    """Return the files of a folder arranged by hand."""
    head = f'[dossier]\nannee = 2025\nbailleur = "Bailleur fictif {number:02d}"\n'
    named = {"actions": "programme_2025.csv"}
    files = {named.get(k, f"{k}.csv"): csv_of(rows) for k, rows in tables.items()}
    return {**files, "dossier.toml": head.encode()}


def ours(
    tables: Tables, number: int = 1, omission: dict[str, Any] | None = None
) -> dict[str, bytes]:
    """Return the files of a pack of the program, with its record and hashes; every second is of 0.3.0."""
    kind = omission["geste"] if omission else ""
    files = {
        f"donnees/{name}.csv": csv_of([{OURS.get(c, c): v for c, v in r.items()} for r in rows])
        for name, rows in tables.items()
    }
    files["donnees/abattement_locaux.csv"] = b"avis;montant\r\n1;2\r\n"
    record: dict[str, Any] = {
        "entrees": [{"role": "patrimoine", "sha256": f"{number:064d}", "nom": "p.csv", "lignes": 2}],
        "reglages": {"dossier": {"annee": 2025, "bailleur": f"Bailleur fictif {number:02d}"}},
        "versions": {"tfpb": "0"}, "controles": [{"nom": "residences", "tenu": True}],
        "etat": "projet" if kind == "projet" else "diffusion",
    }  # fmt: skip
    record["empreinte"] = recorded_hash(record)
    if number % 2:
        files = listed({**files, RUN: json.dumps(record).encode()})
    else:
        files["run.json"] = json.dumps(record).encode()
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        files["empreintes.json"] = json.dumps(hashes).encode()
    if omission and kind in {"alterer", "perdre", "ajouter"}:
        changed: dict[str, Callable[[str], object]] = {
            "alterer": lambda name: files.update({name: files[name] + b"\r\n"}),
            "perdre": files.pop,
            "ajouter": lambda name: files.update({name: b"ajout"}),
        }
        changed[kind](f"donnees/{omission['table']}.csv")
    return files


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def write_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path
