"""The dossier of the year after: what still holds is carried, what must be asked again is said."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.io.attachments.filled_tasks import filled_bytes
from tfpb.io.packs.output_files import write_bytes
from tfpb.io.packs.pack import ARCHIVE
from tfpb.io.packs.sent import SENT
from tfpb.io.sources.settings_edit import edited
from tfpb.page.doubt_decisions import SIGNED, address_is_signed, workbook
from tfpb.page.entries.filled_list import FILE, lines_of, still_held
from tfpb.perimeters import ruling_vintage
from tfpb.pipeline.last_pack import carried_over
from tfpb.words.documents.report_words import ROLES
from tfpb.words.numbers import euros
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.model.settings import Settings
    from tfpb.page.desk import Desk

_STAYS: Final = (
    "enquete", "plan", "conventions", "reclamations", "decisions", "alias_voies", "repere",
)  # fmt: skip
_PAST: Final = {"programme": "programme_precedent", "fiscalite": "fiscalite_precedente"}
_ASKED: Final = (
    "patrimoine",
    "fiscalite",
    "programme",
    "declaration",
    "droit_commun",
    "diagnostics",
)


def next_year(desk: Desk, folder: Path) -> list[str]:
    """Begin the dossier of the year after in a folder; return what was carried and what is asked again.

    Money carried over is what the last send or pack of this year says, never what this year was owed.
    """
    settings = desk.settings
    year = settings.dossier.annee + 1
    target = folder / desk.file.name
    if target.exists():
        return [words.NEXT_THERE.format(folder=folder)]
    moved = ruling_vintage(year, "") != ruling_vintage(year - 1, "")
    roles = [role for role in _STAYS if role != "decisions" or not moved]
    changes, carried = _files(settings, folder, roles)
    if moved and settings.fichiers.decisions:
        changes += _addresses(desk, folder)
    kept = {name for names in carried.values() for name in names}
    replies = {one.question.key: one for one in desk.outlook.asked if one.reply is not None}
    changes += [
        (("reponses", key), None)
        for key in settings.reponses
        if key not in replies or replies[key].question.place.file not in kept
    ]
    today = dt.date.today()  # noqa: DTZ011 - the day where the person is
    filled = still_held(desk, today)
    if filled:
        write_bytes(folder / FILE, filled_bytes(filled, lines_of(desk.outlook.to_do)))
    changes.append((("fichiers", "a_faire"), FILE if filled else None))
    sends = [path for path in desk.sends if path.name.startswith(f"{year - 1}-")]
    if sends:
        shutil.copytree(sends[0], folder / SENT / sends[0].name)
    owed, lines = _carried(sends[0] if sends else desk.pack(), settings.dossier.annee)
    head = settings.dossier
    changes += [
        (("dossier", "annee"), year), (("dossier", "date"), today),
        (("dossier", "titre"), head.titre.replace(str(year - 1), str(year))),
        (("reglages", "report_eur"), owed or None),
    ]  # fmt: skip
    write_bytes(target, edited(desk.file, changes)[0])  # last of all: the year is begun
    asked = [ROLES[role] for role in _ASKED]
    named = [f"{ROLES[role]} ({', '.join(names)})" for role, names in carried.items()]
    return [
        words.NEXT_BEGUN.format(folder=folder.name, year=year),
        words.NEXT_KEPT.format(what=" ; ".join(named) or words.NEXT_NONE),
        words.NEXT_ASKED.format(what=", ".join(asked)),
        *([words.NEXT_MAP.format(year=year)] if moved and settings.fichiers.decisions else []),
        words.NEXT_SENT.format(name=sends[0].name)
        if sends
        else words.NEXT_UNSENT.format(year=year - 1),
        *([words.NEXT_FILLED.format(count=len(filled))] if filled else []),
        words.NEXT_DAY.format(day=today),
        *lines,
    ]


def _addresses(desk: Desk, folder: Path) -> list[tuple[tuple[str, ...], Any]]:
    """Carry what was decided on addresses alone: sides are of a map that no longer rules."""
    asked_again = dict.fromkeys(SIGNED, "")
    doubts = [replace(d, limit=d.limit and d.limit | asked_again) for d in desk.outlook.doubts]
    if not any(map(address_is_signed, doubts)) or not any(d.limit for d in doubts):
        return []
    name = desk.settings.path(desk.settings.fichiers.decisions).name
    write_bytes(folder / name, workbook(doubts))
    return [(("fichiers", "decisions"), name)]


def _files(
    settings: Settings, folder: Path, roles: list[str]
) -> tuple[list[tuple[tuple[str, ...], Any]], dict[str, list[str]]]:
    """Copy the files that still hold, and return what the settings say of all of them."""
    changes: list[tuple[tuple[str, ...], Any]] = []
    carried: dict[str, list[str]] = {}
    for role, named in settings.fichiers.model_dump().items():
        names = [named] if isinstance(named, str) else list(named)
        paths = [settings.path(n) for n in names if n and settings.path(n).is_file()]
        after = role if role in roles else _PAST.get(role, "")
        if names and names != [""] and after != role and role not in _PAST.values():
            changes.append((("fichiers", role), words.NO_STOCK if role == "patrimoine" else None))
        if after and paths:
            for path in paths:
                write_bytes(folder / path.name, path.read_bytes())
            carried[after] = [path.name for path in paths]
            value = carried[after] if role == "enquete" else carried[after][0]
            changes.append((("fichiers", after), value))
    gone = [role for role in _PAST.values() if role not in carried]
    return [*changes, *((("fichiers", role), None) for role in gone)], carried


def _carried(pack: Path | None, year: int) -> tuple[dict[str, str], list[str]]:
    """Return what a pack carries over from a year, as settings write it, and the sentences on it."""
    found = carried_over(pack, year) if pack is not None else {}
    if pack is None or not found:
        return {}, [words.NEXT_UNKNOWN.format(year=year)]
    owed = {code: amount for code, amount in found.items() if amount}
    facts = {"year": year, "pack": pack.name, "day": _day_of(pack)}
    amounts = ", ".join(f"{euros(amount)} ({code})" for code, amount in owed.items())
    known = words.NEXT_CARRIED if owed else words.NEXT_NOTHING
    lines = [known.format(**facts, amounts=amounts)]
    if lacking := [code for code, amount in found.items() if amount is None]:
        lines.append(words.NEXT_PART_UNKNOWN.format(year=year, codes=", ".join(lacking)))
    # a nil is written too: what is silent is not known
    return {code: str(amount) for code, amount in found.items() if amount is not None}, lines


def _day_of(pack: Path) -> dt.datetime:
    """Return when a pack was made."""
    return dt.datetime.fromtimestamp((pack / ARCHIVE).stat().st_mtime)  # noqa: DTZ006
