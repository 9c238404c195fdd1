"""Sentences on why a premises has its status, and what a notice shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.packaged import packaged
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS: Final = packaged(__name__)
MOTIVES: Final = Phrase.table(**_TEXTS["motives"])
SHORT: Final = Phrase.table(**_TEXTS["short"])
"""Motives in a few words, for a cell; the whole sentence stands elsewhere."""
STATES: Final = Phrase.table(**_TEXTS["states"])
EXTRAS: Final = Phrase.table(**_TEXTS["extras"])
NOTICES: Final = Phrase.table(**_TEXTS["notices"])
LACKS: Final = Phrase.table(**_TEXTS["lacks"])
FORECAST: Final = Phrase.table(**_TEXTS["forecast"])

SOME_PREMISES: Final = Phrase("{part:s local/locaux} sur {whole:n} :")
"""How many premises of a résidence a motive is about."""


def lacks(codes: tuple[str, ...], fields: Mapping[str, Any]) -> str:
    """List what a declaration lacks for a premises, empty when nothing."""
    return ", ".join(LACKS[c].filled(fields) for c in codes)
