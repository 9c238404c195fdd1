"""« Fautes »: the cells at fault, corrected in place, written to a copy with the list of what changed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity, fail
from tfpb.io.packs.output_files import numbered
from tfpb.io.sources.recognition import SURVEY
from tfpb.io.tables.contents import TEXT, form
from tfpb.io.tables.csv_text import decode
from tfpb.io.tables.safe_copy import corrected
from tfpb.io.tables.tabular import csv_bytes, read_table
from tfpb.page.remedies import TEXT as SETTINGS_TEXT
from tfpb.page.remedies import remedy
from tfpb.words.faults.paste_words import READ_AS
from tfpb.words.faults.sentences import fault_text, fault_texts, rows_words
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.words.faults.sentences import FaultText

_MOST: Final = 300
_OURS: Final = "_corrige"
_COMMAND: Final = re.compile(r"tfpb |--\w|\.toml|sous \[|\[\w+")
"""What a hint says to those who type: the screen says it otherwise."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at fault, and those of its column that hold the same text: one correction serves them all.

    Parameters
    ----------
    fault : Fault
        The first of them.
    text : FaultText
    alike : tuple of Fault
    """

    fault: Fault
    text: FaultText
    alike: tuple[Fault, ...]

    @property
    def rows(self) -> str:
        """Rows of the cells, in words."""
        return rows_words(sorted({f.place.row for f in self.alike}))

    @property
    def hint(self) -> str:
        """What to do, where it is not what the screen does: correct the cell."""
        return "" if self.fault.code.startswith("valeur_") else self.text.hint


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    desk.check()
    cells = cells_of(desk)
    at = {id(f) for c in cells for f in c.alike}
    links: dict[tuple[bool, str], list[Fault]] = {}
    for fault in (f for f in desk.outlook.faults if id(f) not in at):
        link = remedy(fault, desk.plan_file.name)
        links.setdefault((_stops(fault), link), []).append(fault)
    shown = [c for c in cells if _stops(c.fault) or "tout" in query][:_MOST]
    return {
        "cellules": shown,
        "reste": len(cells) - len(shown),
        "tout": "tout" in query,
        "autres": [
            (stops, link, [without_commands(text) for text in fault_texts(found)])
            for (stops, link), found in sorted(links.items(), key=lambda pair: not pair[0][0])
        ],
        "textes": _texts(desk) if any(link == SETTINGS_TEXT for _, link in links) else [],
        "corrections": words.CORRECTIONS if (desk.folder / words.CORRECTIONS).is_file() else "",
    }


def without_commands(text: FaultText) -> FaultText:
    """Leave out of a fault what is for those who type commands."""
    expected, hint = ("" if _COMMAND.search(t) else t for t in (text.expected, text.hint))
    return replace(text, expected=expected, hint=hint)


def _texts(desk: Desk) -> list[tuple[str, str]]:
    """Return the settings and the plan as they are written."""
    files = [path for path in (desk.file, desk.plan_file) if path.is_file()]
    return [(path.name, decode(path.read_bytes()).replace("\r\n", "\n")) for path in files]


def cells_of(desk: Desk) -> list[Cell]:
    """List the faults that are one cell of a table of the dossier, those that stop first."""
    named = {Path(name).name for _, name in desk.files}
    found = [
        f
        for f in desk.outlook.faults
        if f.place.file in named and f.place.row and f.place.column and not _asked(f)
    ]
    alike: dict[tuple[object, ...], list[Fault]] = {}
    for k, f in enumerate(sorted(found, key=_stops, reverse=True)):
        alone = "" if f.got else k  # empty cells want a value each
        key = (f.place.file, f.place.sheet, f.place.column, f.code, f.severity, f.got, alone)
        alike.setdefault(key, []).append(f)
    return [Cell(same[0], fault_text(same[0]), tuple(same)) for same in alike.values()]


def _stops(fault: Fault) -> bool:
    return fault.severity is Severity.FAUTE


def _asked(fault: Fault) -> bool:
    """Tell whether the whole column of a fault is asked about, on the screen of columns."""
    return bool(fault.fields.get("coller", ("",))[0] == READ_AS)


def act(desk: Desk, form: FormData) -> None:
    """Write what was corrected: only cells at fault, only in a copy."""
    if form.get("geste") == SETTINGS_TEXT:
        _write_text(desk, str(form.get("fichier")), str(form.get("texte", "")))
        desk.check()
        return
    written: dict[str, dict[Place, str]] = {}
    rows: list[dict[str, Any]] = []
    for first, fault in ((c.fault.place, f) for c in cells_of(desk) for f in c.alike):
        at = fault.place
        name = f"{first.file}|{first.sheet}|{first.row}|{first.column}"
        text, emptied = str(form.get(f"v|{name}", "")).strip(), f"x|{name}" in form
        if emptied or text not in {"", fault.got}:
            text = "" if emptied else text
            written.setdefault(at.file, {})[at] = text
            facts = (at.file, at.sheet, at.row, at.column, fault.got, text)
            rows.append(dict(zip(words.CORRECTED, facts, strict=True)))
    if written:
        _write(desk, written, rows)
    desk.check()


def _write_text(desk: Desk, name: str, text: str) -> None:
    """Write the settings or the plan as they were corrected, if they can be read."""
    path = next((p for p in (desk.file, desk.plan_file) if p.name == name), None)
    try:
        tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise fail("toml_illisible", place=Place(name), got=str(error)) from error
    if path is not None:
        desk.write({path: text.replace("\r\n", "\n").encode()})


def _write(
    desk: Desk, written: Mapping[str, Mapping[Place, str]], rows: list[dict[str, Any]]
) -> None:
    """Write copies of files and the list of what changed, and name the copies in the settings."""
    settings = desk.settings
    paths = {Path(name).name: (role, name) for role, name in desk.files}
    deliveries = list(settings.fichiers.enquete)
    files: dict[Path, bytes] = {}
    changes: list[tuple[tuple[str, ...], Any]] = []
    for file, cells in written.items():
        role, name = paths[file]
        source = settings.path(name)
        target = source if source.stem.endswith(_OURS) else _copy_of(source)
        try:
            files[target] = corrected(source, cells)
        except (ValueError, KeyError) as error:
            raise fail("correction_sans_cellule", place=next(iter(cells))) from error
        if role != SURVEY:
            changes.append((("fichiers", role), target.name))
            continue
        deliveries[deliveries.index(name)] = target.name
        changes.append((("fichiers", role), list(deliveries)))
        if target != source and (wave := settings.enquete.fichiers.get(name)) is not None:
            changes.append((("enquete", "fichiers", target.name), {"vague": wave.vague}))
            changes.append((("enquete", "fichiers", name), None))
    listing = desk.folder / words.CORRECTIONS
    table = pd.DataFrame(rows)
    if listing.is_file():
        table = pd.concat([read_table(listing).frame, table.astype(str)], ignore_index=True)
    desk.write({**files, listing: csv_bytes(table)}, {desk.file: changes})


def _copy_of(source: Path) -> Path:
    """Name a copy beside a file, which is never touched."""
    suffix = source.suffix if form(source) == TEXT else ".xlsx"
    names = (p.with_name(f"{p.stem}{_OURS}{suffix}") for p in numbered(source))
    return next(path for path in names if not path.exists())
