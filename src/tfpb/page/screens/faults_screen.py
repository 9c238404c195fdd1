"""« Fautes »: the cells at fault, corrected in place, written to a copy with the list of what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Severity, fail
from tfpb.io.packs.output_files import write_together
from tfpb.io.sources.toml_files import SETTINGS
from tfpb.io.tables.safe_copy import corrected
from tfpb.io.tables.tabular import csv_bytes, read_table
from tfpb.page.screens.drop_screen import files_of
from tfpb.words.faults.paste_words import READ_AS
from tfpb.words.faults.sentences import fault_text, fault_texts
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.words.faults.sentences import FaultText

_MOST: Final = 300
_OURS: Final = "_corrige"
_LINKS: Final = {
    "colonne_absente": "colonnes", "colonne_ressemblante": "colonnes", "colonnes_non_lues": "colonnes",
    "cellules_fusionnees": "colonnes", "geographie_absente": "depart", "qpv_nom_inconnu": "noms",
    "qpv_nom_ambigu": "noms", "axe_inconnu": "noms", "nom_proche": "noms",
    "plan_vague_absente": "noms", "vague_deux_fichiers": "noms", "marge_non_adoptee": "questions",
    "plan_absent": "deposer", "fichier_absent": "deposer", "fichier_mal_nomme": "deposer",
    "feuilles_semblables": "deposer", "feuille_absente": "deposer", "feuille_vide": "deposer",
    "adresses_absentes": "depart", "communes_sans_adresses": "depart", "carte_absente": "depart",
    "carte_partielle": "depart", "geodonnees_abimees": "depart", "adresses_import_coupe": "depart",
    "annee_hors_champ": "depart", "annee_zus": "depart", "plancher_a_confirmer": "depart",
    "axe_proposition": "noms", "bailleur_absent_enquete": "noms", "bailleur_absent_vague": "noms",
    "enquete_colonne_absente": "colonnes", "qpv_manquant": "colonnes",
}  # fmt: skip
"""Code of a fault → screen where its remedy is."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at fault."""

    fault: Fault
    said: FaultText

    @property
    def stops(self) -> bool:
        """Whether it stops a run."""
        return self.fault.severity is Severity.FAUTE

    @property
    def hint(self) -> str:
        """What to do, where it is not what the screen does: correct the cell."""
        return "" if self.fault.code.startswith("valeur_") else self.said.hint


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    desk.check()
    cells = cells_of(desk)
    at = {id(c.fault) for c in cells}
    others = [f for f in desk.outlook.faults if id(f) not in at]
    links: dict[tuple[str, str], list[Fault]] = {}
    for fault in others:
        key = (
            "faute" if fault.severity is Severity.FAUTE else "doute",
            "colonnes" if _asked(fault) else _LINKS.get(fault.code, ""),
        )
        links.setdefault(key, []).append(fault)
    groups = [
        (stops, link, words.SCREENS.get(link, ""), fault_texts(found))
        for (stops, link), found in sorted(links.items(), key=lambda pair: pair[0][0] != "faute")
    ]
    shown = [c for c in cells if c.stops or "tout" in query][:_MOST]
    return {
        "cellules": shown,
        "reste": len(cells) - len(shown),
        "tout": "tout" in query,
        "autres": groups,
        "corrections": words.CORRECTIONS if (desk.folder / words.CORRECTIONS).is_file() else "",
    }


def cells_of(desk: Desk) -> list[Cell]:
    """List the faults that are one cell of a table of the dossier, those that stop first."""
    settings = desk.settings
    named = {Path(name).name for _, name in files_of(settings)} if settings is not None else set()
    found = [
        f
        for f in desk.outlook.faults
        if f.place.file in named
        and f.place.row
        and f.place.column
        and f.place.file != SETTINGS
        and not _asked(f)
    ]
    found.sort(key=lambda f: f.severity is not Severity.FAUTE)
    return [Cell(f, fault_text(f)) for f in found]


def _asked(fault: Fault) -> bool:
    """Tell whether the whole column of a fault is asked about, on the screen of columns."""
    return bool(fault.fields.get("coller", ("",))[0] == READ_AS)


def act(desk: Desk, form: FormData) -> None:
    """Write what was corrected: only cells at fault, only in a copy."""
    written: dict[tuple[str, str], dict[tuple[int, str], str]] = {}
    rows: list[dict[str, Any]] = []
    for cell in cells_of(desk):
        place = cell.fault.place
        text = form.get(f"v|{place.file}|{place.sheet}|{place.row}|{place.column}")
        if not isinstance(text, str) or text.strip() in {"", cell.fault.got}:
            continue
        written.setdefault((place.file, place.sheet), {})[place.row, place.column] = text.strip()
        facts = (place.file, place.sheet, place.row, place.column, cell.fault.got, text.strip())
        rows.append(dict(zip(words.CORRECTED, facts, strict=True)))
    if written:
        _write(desk, written, rows)
    desk.check()


def _write(
    desk: Desk,
    written: Mapping[tuple[str, str], Mapping[tuple[int, str], str]],
    rows: list[dict[str, Any]],
) -> None:
    settings = desk.settings
    assert settings is not None  # noqa: S101 - there are cells of its files
    paths = {Path(name).name: (role, name) for role, name in files_of(settings)}
    copies: dict[str, str] = {}
    files: dict[Path, bytes] = {}
    for (file, sheet), cells in written.items():
        source = settings.path(copies.get(file, paths[file][1]))
        target = source if source.stem.endswith(_OURS) else _copy_of(source)
        try:
            files[target] = corrected(source, sheet, cells)
        except (ValueError, KeyError) as error:
            place = replace(_first(file, sheet, cells), column=next(iter(cells))[1])
            raise fail("correction_sans_cellule", place=place) from error
        copies[file] = target.name
        write_together(
            {target: files[target]}
        )  # the next sheet of the same file is corrected in it
    listing = desk.folder / words.CORRECTIONS
    table = pd.DataFrame(rows)
    if listing.is_file():
        table = pd.concat([read_table(listing).frame, table.astype(str)], ignore_index=True)
    write_together({listing: csv_bytes(table)})
    changes: list[tuple[tuple[str, ...], Any]] = []
    for file, copy in copies.items():
        role, name = paths[file]
        if role == "enquete":
            again = [copy if n == name else n for n in settings.fichiers.enquete]
            changes.append((("fichiers", role), again))
            if (wave := settings.enquete.fichiers.get(name)) is not None:
                changes.append((("enquete", "fichiers", copy), {"vague": wave.vague}))
                if copy != name:
                    changes.append((("enquete", "fichiers", name), None))
        else:
            changes.append((("fichiers", role), copy))
    desk.edit(changes)


def _first(file: str, sheet: str, cells: Mapping[tuple[int, str], str]) -> Any:
    from tfpb.errors import Place  # noqa: PLC0415 - where a cell is not there

    return Place(file, sheet, next(iter(cells))[0])


def _copy_of(source: Path) -> Path:
    """Name a copy beside a file, which is never touched."""
    suffix = (
        source.suffix if source.suffix.lower() in {".csv", ".txt", ".tsv", ".xlsm"} else ".xlsx"
    )
    target = source.with_name(f"{source.stem}{_OURS}{suffix}")
    rank = 1
    while target.exists():
        rank += 1
        target = source.with_name(f"{source.stem}_{rank}{_OURS}{suffix}")
    return target
