"""« Région »: its head, and the bailleurs that are awaited."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from tfpb.page.screens import start_screen
from tfpb.words.page import region_page_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.union.region_desk import RegionDesk

TEMPLATE: Final = "region_depart"
_FIELDS: Final = ("titre", "organisme_regional")


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    region = cast("RegionDesk", desk)
    begun = desk.begun
    return start_screen.show(desk, query) | {
        "tete": region.union.region if begun else None,
        "organismes": [m.name for m in region.members] if begun else [],
    }


def act(desk: Desk, form: FormData) -> None:
    """Write the head of the region, begin the dossiers of those that are awaited, fetch geography."""
    if form.get("geste") == "telecharger":
        start_screen.act(desk, form)
        return
    region = cast("RegionDesk", desk)
    changes: list[tuple[tuple[str, ...], Any]] = [
        (("region", name), str(form.get(name, "")).strip()) for name in _FIELDS
    ]
    with suppress(ValueError):
        changes.append((("region", "annee"), int(str(form.get("annee")))))
    with suppress(ValueError):
        changes.append((("region", "date"), dt.date.fromisoformat(str(form.get("date")))))
    desk.edit(changes)
    begun = region.expect([line.strip() for line in str(form.get("organismes", "")).splitlines()])
    if begun:
        desk.note("attendus", *begun)
        desk.messages = (words.EXPECTED.format(count=len(begun)),)
