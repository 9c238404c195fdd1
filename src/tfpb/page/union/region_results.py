"""« Aperçu » of a region: its money by states, what was read of each bailleur's survey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from tfpb.page.screens import preview_screen
from tfpb.words.documents.region_words import FINDINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.union.region_desk import RegionDesk

TEMPLATE: Final = "region_apercu"


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    interviews = cast("RegionDesk", desk).found.interviews
    lines = [(one, FINDINGS[one.constat]) for one in interviews]
    return preview_screen.show(desk, query) | {"entretiens": lines}


def act(_desk: Desk, _form: FormData) -> None:
    """Nothing is written here."""
