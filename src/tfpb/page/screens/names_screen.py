"""« Noms »: quarters by name, themes to axes, names spelt two ways, waves of files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.legal.axis_table import AXES
from tfpb.words.faults.paste_words import ALIAS, WAVES
from tfpb.words.faults.sentences import fault_text
from tfpb.words.money.accounts import axis_words
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.errors import Fault
    from tfpb.page.desk import Desk

_THEMES: Final = frozenset({"axe_inconnu", "axe_proposition"})
_QUARTERS: Final = ALIAS.format(what="quartiers")
_OWNERS: Final = ALIAS.format(what="bailleurs")
_OWNER: Final = "region_bailleur_inconnu"
_NOBODY: Final = "-"
_OF_FILES: Final = "themes"


@dataclass(frozen=True, slots=True)
class Name:
    """A name to settle."""

    table: str  # of the settings
    written: str  # key in the table
    title: str  # shown with `where`
    where: str
    proposed: str  # what it may mean
    choices: tuple[tuple[str, str], ...] = ()  # what may be chosen; empty where it is typed


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    desk.check()
    settings = desk.settings
    settled = [
        (ALIAS.format(what=what), k, v or words.NOBODY)
        for what, names in settings.alias.model_dump().items()
        for k, v in names.items()
    ]
    settled += [(_OF_FILES, k, str(v.axe)) for k, v in settings.themes.items()]
    return {"noms": names_of(desk), "regles": settled}


def names_of(desk: Desk) -> list[Name]:
    """List the names that wait for someone, each once."""
    out: dict[tuple[str, str], Name] = {}
    settled = desk.settings.alias.bailleurs
    for fault in desk.outlook.faults:
        name = _name(fault, desk.outlook.quarters, desk.owners)
        if name is not None and not (desk.owners and name.written in settled):
            out.setdefault((name.table, name.written), name)
    return list(out.values())


def _name(
    fault: Fault, quarters: tuple[tuple[str, str], ...], owners: tuple[str, ...]
) -> Name | None:
    text = fault_text(fault)
    if fault.code in _THEMES and fault.got:
        axes = tuple((str(a), axis_words(a)) for a in AXES)
        return Name(_OF_FILES, fault.got, text.title, text.where, "", axes)
    if owners and fault.code == _OWNER:
        own = (*((o, o) for o in owners), (_NOBODY, words.NOBODY))
        return Name(_OWNERS, fault.got, text.title, text.where, _pasted(fault)[2], own)
    table, key, value = _pasted(fault)
    if table != WAVES and not table.startswith("alias."):
        return None
    codes = [(code, f"{code} – {name}") for code, name in quarters] if table == _QUARTERS else []
    codes.sort(key=lambda choice: choice[0] != value)
    return Name(table, key, text.title, text.where, value, tuple(codes))


def _pasted(fault: Fault) -> tuple[str, str, str]:
    """Return the table, the key and the value that a fault says to write."""
    table, key, value = fault.fields.get("coller", ("", "", ""))
    return table, key, value


def act(desk: Desk, form: FormData) -> None:
    """Write what names mean; a rule taken back goes."""
    changes: list[tuple[tuple[str, ...], Any]] = []
    for k, name in enumerate(names_of(desk)):
        meant = str(form.get(f"n{k}", "")).strip()
        if str(form.get(f"q{k}")) != name.written or not meant:
            continue
        if not name.choices or meant in {c for c, _ in name.choices}:
            value: Any = int(meant) if name.table == _OF_FILES else meant
            value = {"vague": meant} if name.table == WAVES else value
            value = "" if (name.table, meant) == (_OWNERS, _NOBODY) else value
            changes.append(((*name.table.split("."), name.written), value))
    for gone in form.getlist("oublier"):
        table, _, written = str(gone).partition("|")
        if table in words.NAMES:
            changes.append(((*table.split("."), written), None))
    if changes:
        desk.edit(changes)
    desk.check()
