"""« Noms » of a region: the names of the survey that no bailleur bears as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from tfpb.page.screens.names_screen import Name
from tfpb.words.faults.paste_words import ALIAS
from tfpb.words.faults.sentences import fault_text
from tfpb.words.page import region_page_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.union.region_desk import RegionDesk

_TABLE: Final = ALIAS.format(what="bailleurs")
_UNKNOWN: Final = "region_bailleur_inconnu"
_NOBODY: Final = "-"


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    region = cast("RegionDesk", desk)
    rules = region.union.alias.bailleurs.items() if desk.begun else ()
    return {
        "noms": _names(region),
        "regles": [(_TABLE, written, meant or words.NOBODY) for written, meant in rules],
    }


def _names(region: RegionDesk) -> list[Name]:
    choices = (*((m.name, m.name) for m in region.members if m.counted), (_NOBODY, words.NOBODY))
    settled = region.union.alias.bailleurs
    out = []
    for fault in region.outlook.faults:
        if fault.code == _UNKNOWN and fault.got not in settled:
            text = fault_text(fault)
            proposed = fault.fields.get("coller", ("", "", ""))[2]
            out.append(Name(_TABLE, fault.got, text.title, text.where, proposed, choices))
    return out


def act(desk: Desk, form: FormData) -> None:
    """Write what names mean, nobody included; a rule taken back goes."""
    region = cast("RegionDesk", desk)
    changes: list[tuple[tuple[str, ...], Any]] = []
    for k, name in enumerate(_names(region)):
        meant = str(form.get(f"n{k}", ""))
        if str(form.get(f"q{k}")) == name.written and meant in {c for c, _ in name.choices}:
            changes.append(
                (("alias", "bailleurs", name.written), "" if meant == _NOBODY else meant)
            )
    for gone in form.getlist("oublier"):
        table, _, written = str(gone).partition("|")
        if table == _TABLE:
            changes.append((("alias", "bailleurs", written), None))
    if changes:
        desk.edit(changes)
