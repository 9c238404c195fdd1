"""How the habit of a notice file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Mapping

_READINGS: Final[dict[str, str]] = packaged(__name__)["lectures"]
_PLAIN: Final = frozenset(packaged(__name__)["entetes"])


def reading_words(codes: Mapping[str, str]) -> str:
    """Write how a file is read: what is not as its headers say, or the one thing that is asked."""
    odd = [c for c in codes.values() if c not in _PLAIN]
    return " ; ".join(_READINGS[c] for c in (odd or codes.values()))
