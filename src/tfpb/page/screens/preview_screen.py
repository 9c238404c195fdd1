"""« Aperçu »: each figure as acquired, to claim, under reserve, lacking; what would fill it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    desk.check()
    held = desk.outlook.states
    states = [(*labels, held[name]) for name, labels in words.STATES.items()] if held else []
    forms = {role: name for name, role in words.TEMPLATE_ROLES.items()}
    return {
        "modeles": forms,
        "etats": states,
        "sans_avis": words.homes_words(held[words.UNLINED]) if held else "",
    }


def act(desk: Desk, _form: FormData) -> None:
    """Look again."""
    desk.check()
