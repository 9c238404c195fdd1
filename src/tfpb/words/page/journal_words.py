"""Words of the journal of the page: what each gesture was, and what it changed."""

from __future__ import annotations

from typing import Any, Final

from tfpb.packaged import packaged
from tfpb.words.numbers import long_date
from tfpb.words.page.screen_words import SCREENS

_TEXTS: Final = packaged(__name__)
_GESTURES: Final[dict[str, str]] = _TEXTS["gestes"]
_NOTHING: Final = "rien"
_LINE: Final = "{what} : {before} → {after}"
_LONGEST: Final = 120
_CONTENT: Final = "@contenu"
REPLACED_BY: Final = "« {name} » : remplacé par un fichier du même nom"


def gesture_title(screen: str, gesture: str) -> str:
    """Name a gesture: what was done, and on which screen."""
    title = _GESTURES.get(f"{screen}.{gesture}") or _GESTURES.get(gesture)
    return title or SCREENS.get(screen, screen)


def change_line(keys: tuple[str, ...], before: object, after: object) -> str:
    """Write what a value was and became."""
    if keys[0] == _CONTENT:
        return REPLACED_BY.format(name=keys[-1])
    return _LINE.format(what=" › ".join(keys), before=_shown(before), after=_shown(after))


def _shown(value: Any) -> str:
    """Write a plain value on one line, as far as it can be read."""
    if isinstance(value, dict):
        text = ", ".join(t for v in value.values() if (t := _shown(v)) != _NOTHING)
    elif isinstance(value, list):
        text = ", ".join(map(_shown, value))
    elif isinstance(value, bool):
        text = _GESTURES["oui" if value else "non"]
    elif hasattr(value, "isoformat"):
        text = long_date(value)
    else:
        text = "" if value is None else str(value)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return text or _NOTHING
