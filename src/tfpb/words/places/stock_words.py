"""Sentences of the stock and of where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.words.numbers import percent
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


_STOCK: Final = Phrase(
    "{residences:s résidence} et {dwellings:s logement} : {inside:n} en QPV ({share}), {outside:n} hors QPV, "
    "{doubtful:?{doubtful:s logement}|aucun logement} à vérifier."
)
_LOCATION: Final = Phrase(
    "Pour l’imposition {year}, la carte des QPV {vintage} s’applique : sur {entrances:s adresse}, "
    "{sure:s est située/sont situées} avec certitude d’un côté ou de l’autre, "
    "{doubtful_entrances:?{doubtful_entrances:s reste/restent} à vérifier|aucune n’est douteuse}."
)


def inside_share(counts: StockCounts) -> str:
    """Write the share of the dwellings that are inside."""
    return percent(counts.inside / counts.dwellings) if counts.dwellings else "part inconnue"


def stock_lead(counts: StockCounts) -> str:
    """Open the chapter of the stock."""
    return _STOCK.filled(counts._asdict() | {"share": inside_share(counts)})


def location_lead(counts: StockCounts, vintage: int, year: int) -> str:
    """Open the chapter of location."""
    sure = counts.entrances - counts.doubtful_entrances
    return _LOCATION.filled(counts._asdict() | {"sure": sure, "vintage": vintage, "year": year})


THREE_ANSWERS: Final[tuple[str, ...]] = tuple(_TEXTS["three_answers"])

OUTSIDE: Final[dict[str, str]] = _TEXTS["outside"]
"""Why a located number and Insee's may differ."""
