"""« Fautes »: the cells at fault, corrected in place, written to a copy with the list of what changed."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Place, Severity, TfpbError, fail
from tfpb.io.packs.output_files import numbered
from tfpb.io.sources.recognition import SURVEY
from tfpb.io.sources.setting_fields import keys_at, meant, written_at
from tfpb.io.sources.toml_files import read_toml
from tfpb.io.tables.contents import TEXT, form
from tfpb.io.tables.csv_text import decode
from tfpb.io.tables.safe_copy import corrected
from tfpb.model.plan import Plan
from tfpb.model.settings import Settings
from tfpb.page.entries.corrected_cells import cell_change, listed_with
from tfpb.page.remedies import TEXT as SETTINGS_TEXT
from tfpb.page.remedies import remedy
from tfpb.words.faults.paste_words import READ_AS
from tfpb.words.faults.sentences import fault_text, fault_texts, rows_words
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.io.sources.settings_edit import Keys
    from tfpb.page.desk import Desk
    from tfpb.page.journal import Change
    from tfpb.words.faults.sentences import FaultText

_MOST: Final = 300
_OURS: Final = "_corrige"
_SETTING: Final = "reglage"
_COMMAND: Final = re.compile(r"tfpb |--\w|\.toml|sous \[|\[\w+")
"""What a hint says to those who type: the screen says it otherwise."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at fault, and those of its column with the same text: one correction serves them all."""

    fault: Fault  # the first of them
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


@dataclass(frozen=True, slots=True)
class SettingAtFault:
    """A setting at fault, which may be written anew by itself."""

    file: str
    column: str
    value: str
    text: FaultText


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    desk.check()
    cells = cells_of(desk)
    settings = settings_at_fault(desk)
    at = {id(f) for c in cells for f in c.alike} | {id(f) for f, _ in settings}
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
        "regles": [one for _, one in settings],
        "textes": texts_of(desk)
        if settings or any(link == SETTINGS_TEXT for _, link in links)
        else [],
        "corrections": words.CORRECTIONS if (desk.folder / words.CORRECTIONS).is_file() else "",
    }


def without_commands(text: FaultText) -> FaultText:
    """Leave out of a fault what is for those who type commands."""
    expected, hint = ("" if _COMMAND.search(t) else t for t in (text.expected, text.hint))
    return replace(text, expected=expected, hint=hint)


def settings_at_fault(desk: Desk) -> list[tuple[Fault, SettingAtFault]]:
    """List the faults that are one value of the settings or of the plan, each to be written anew."""
    out = []
    for path, data in _read_settings(desk):
        found = (f for f in desk.outlook.faults if f.place.file == path.name and f.place.column)
        for fault in found:
            keys = keys_at(data, fault.place.column)
            value = None if keys is None else written_at(data, keys)
            if value is not None:
                one = SettingAtFault(path.name, fault.place.column, value, fault_text(fault))
                out.append((fault, one))
    return out


def _read_settings(desk: Desk) -> list[tuple[Path, Any]]:
    out = []
    for path in _setting_files(desk):
        with suppress(TfpbError):
            out.append((path, read_toml(path)))
    return out


def _setting_files(desk: Desk) -> list[Path]:
    """Return the settings and the plan, those that are there, even where they cannot be read."""
    files = [desk.file]
    with suppress(TfpbError):
        files.append(desk.plan_file)
    return [path for path in files if path.is_file()]


def texts_of(desk: Desk) -> list[tuple[str, str]]:
    """Return the settings and the plan as they are written."""
    files = _setting_files(desk)
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
    if form.get("geste") == _SETTING:
        _write_settings(desk, form)
        desk.check()
        return
    written: dict[str, dict[Place, str]] = {}
    got: dict[Place, str] = {}
    rows: list[dict[str, Any]] = []
    for first, fault in ((c.fault.place, f) for c in cells_of(desk) for f in c.alike):
        at = fault.place
        name = f"{first.file}|{first.sheet}|{first.row}|{first.column}"
        text, emptied = str(form.get(f"v|{name}", "")).strip(), f"x|{name}" in form
        if emptied or text not in {"", fault.got}:
            text = "" if emptied else text
            written.setdefault(at.file, {})[at], got[at] = text, fault.got
            facts = (at.file, at.sheet, at.row, at.column, fault.got, text)
            rows.append(dict(zip(words.CORRECTED, facts, strict=True)))
    if written:
        _write(desk, written, got, rows)
    desk.check()


def _write_settings(desk: Desk, form: FormData) -> None:
    """Write the settings at fault that were typed anew, or taken out, each where it stands."""
    edits: dict[Path, list[tuple[Keys, Any]]] = {}
    for path, data in _read_settings(desk):
        for one in (one for _, one in settings_at_fault(desk) if one.file == path.name):
            name, keys = f"{one.file}|{one.column}", keys_at(data, one.column)
            text = str(form.get(f"r|{name}", one.value)).strip()
            if keys is None or (text == one.value and f"x|{name}" not in form):
                continue
            model = Settings if path == desk.file else Plan
            value = None if f"x|{name}" in form else meant(model, data, keys, text, path.name)
            edits.setdefault(path, []).append((keys, value))
    desk.write(edits=edits)


def _write_text(desk: Desk, name: str, text: str) -> None:
    """Write the settings or the plan as they were corrected, if they can be read."""
    path = next((p for p in _setting_files(desk) if p.name == name), None)
    try:
        tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise fail("toml_illisible", place=Place(name), got=str(error)) from error
    if path is not None:
        desk.write({path: text.replace("\r\n", "\n").encode()})


def _write(
    desk: Desk,
    written: Mapping[str, Mapping[Place, str]],
    got: Mapping[Place, str],
    rows: list[dict[str, Any]],
) -> None:
    """Write copies of files and the list of what changed, and name the copies in the settings."""
    settings = desk.settings
    paths = {Path(name).name: (role, name) for role, name in desk.files}
    deliveries = list(settings.fichiers.enquete)
    files: dict[Path, bytes] = {}
    changes: list[tuple[tuple[str, ...], Any]] = []
    cells_done: list[Change] = []
    for file, cells in written.items():
        role, name = paths[file]
        source = settings.path(name)
        target = source if source.stem.endswith(_OURS) else _copy_of(source)
        place = desk.journal.name(target)
        cells_done += [cell_change(place, at, got[at], text) for at, text in cells.items()]
        try:
            files[target] = corrected(source, cells)
        except (ValueError, KeyError) as error:
            raise fail("correction_sans_cellule", place=next(iter(cells))) from error
        if role != SURVEY:
            changes.append((("fichiers", role), target.name))
            continue
        deliveries[deliveries.index(name)] = target.name
        changes.append((("fichiers", role), list(deliveries)))
        if target != source and (own := settings.enquete.fichiers.get(name)) is not None:
            kept = own.model_dump(exclude_defaults=True)
            changes.append((("enquete", "fichiers", target.name), kept))
            changes.append((("enquete", "fichiers", name), None))
    files |= listed_with(desk, rows)
    desk.write(files, {desk.file: changes}, tuple(cells_done))


def _copy_of(source: Path) -> Path:
    """Name a copy beside a file, which is never touched."""
    suffix = source.suffix if form(source) == TEXT else ".xlsx"
    names = (p.with_name(f"{p.stem}{_OURS}{suffix}") for p in numbered(source))
    return next(path for path in names if not path.exists())
