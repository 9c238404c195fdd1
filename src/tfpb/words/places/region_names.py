"""Régions of France after a preposition: « dans les Hauts-de-France », « en Bretagne », « à Mayotte »."""

from __future__ import annotations

from typing import Final

from tfpb.packaged import packaged
from tfpb.text import fold

_TEXTS: Final = packaged(__name__)
PREPOSITIONS: Final[dict[str, str]] = _TEXTS["prepositions"]
_KNOWN: Final = {fold(name): f"{word} {name}" for name, word in PREPOSITIONS.items()}


def in_region(name: str) -> str:
    """Write where: « en Île-de-France »; another name than a région's stays as it is given."""
    return _KNOWN.get(fold(name), f"dans la région {name}")
