"""Sentences of the stock and of where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.words.numbers import number, percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from tfpb.model.location import StockCounts

_TEXTS: Final = packaged(__name__)
RESIDENCES: Final = Phrase("{count:s résidence}")
RESIDENCES_SHEET: Final = "Résidences"
STATUTS: Final[dict[str, str]] = _TEXTS["statuts"]
EVOLUTIONS: Final[dict[str, str]] = _TEXTS["evolutions"]
GEOCODE_VERDICTS: Final[dict[str, str]] = _TEXTS["geocode_verdicts"]
PRECISIONS: Final[dict[str, str]] = _TEXTS["precisions"]
LINKS: Final[dict[str, str]] = _TEXTS["links"]


def stock_lead(counts: StockCounts) -> str:
    """Open the chapter of the stock."""
    residences, _, dwellings, inside, outside, doubtful, *_ = counts
    doubt = (
        f", {plural(doubtful, 'logement')} à vérifier"
        if doubtful
        else ", aucun logement à vérifier"
    )
    return (
        f"{plural(residences, 'résidence')} et {plural(dwellings, 'logement')} : "
        f"{number(inside)} en QPV ({percent(inside / dwellings) if dwellings else 'part inconnue'}), "
        f"{number(outside)} hors QPV{doubt}."
    )


def location_lead(counts: StockCounts, vintage: int, year: int) -> str:
    """Open the chapter of location."""
    entrances, doubtful = counts.entrances, counts.doubtful_entrances
    sure = entrances - doubtful
    doubts = (
        f"{plural(doubtful, 'reste', 'restent')} à vérifier"
        if doubtful
        else "aucune n’est douteuse"
    )
    return (
        f"Pour l’imposition {year}, la carte des QPV {vintage} s’applique : sur "
        f"{plural(entrances, 'adresse')}, {plural(sure, 'est située', 'sont situées')} "
        f"avec certitude d’un côté ou de l’autre, {doubts}."
    )


THREE_ANSWERS: Final[tuple[str, ...]] = tuple(_TEXTS["three_answers"])

OUTSIDE: Final[dict[str, str]] = _TEXTS["outside"]
"""Why a located number and Insee's may differ."""
