"""Which map rules a tax year, and what became of a place between two maps."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import fail
from tfpb.model.codes import Evolution, QpvStatut
from tfpb.model.projection import LAMBERT_93, legal_epsg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

OLD: Final = 2015
NEW: Final = 2024
VINTAGES: Final = (OLD, NEW)
FIRST_YEAR: Final = 2016
_NEW_FROM: Final = 2025
_NEW_FROM_OVERSEAS: Final = 2026
_LAST_YEAR: Final = 2030
YEAR_UNDER: Final = {OLD: 2024, NEW: 2026}
"""A year that each map rules everywhere, overseas included."""


def ruling_vintage(year: int, citycode: str = "") -> int:
    """Return the map that rules a tax year in a commune.

    The status is read on 1 January. QPV 2015 rule 2016–2024; QPV 2024 rule from 2025, overseas from
    2026, as their list came into force there on 1 January 2025, after the date for that year.

    Parameters
    ----------
    year : int
        Tax year.
    citycode : str
        INSEE code of the commune; empty counts as metropolitan.

    Raises
    ------
    TfpbError
        `annee_zus` up to 2015 (ZUS were in force), `annee_hors_champ` after 2030 (CGI 1388 bis).
    """
    if year < FIRST_YEAR:
        raise fail("annee_zus", got=year, annee=year)
    if year > _LAST_YEAR:
        raise fail("annee_hors_champ", got=year, annee=year)
    overseas = legal_epsg(citycode) != LAMBERT_93
    return NEW if year >= (_NEW_FROM_OVERSEAS if overseas else _NEW_FROM) else OLD


def ruling_vintages(year: int, epsg: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ruling map of each row, from the legal projection of its territory."""
    mainland, overseas = ruling_vintage(year), ruling_vintage(year, "971")
    return np.where(epsg == LAMBERT_93, mainland, overseas).astype(np.int64)


def ruling_of(year: int, codes: Iterable[str]) -> int:
    """Return the map that rules most rows of a stock, from their communes (INSEE codes or postcodes).

    Overseas, the year 2025 is ruled by another map than in mainland France; rows that say nothing leave
    the choice to the others.
    """
    counted = Counter(code for code in codes if code)
    by_map: Counter[int] = Counter()
    for code, rows in counted.items():
        by_map[ruling_vintage(year, code)] += rows
    return by_map.most_common(1)[0][0] if by_map else ruling_vintage(year)


_EVOLUTIONS: Final = {
    (QpvStatut.DANS, QpvStatut.DANS): Evolution.MAINTENU,
    (QpvStatut.DANS, QpvStatut.HORS): Evolution.SORTANT,
    (QpvStatut.HORS, QpvStatut.DANS): Evolution.ENTRANT,
    (QpvStatut.HORS, QpvStatut.HORS): Evolution.HORS,
}


def evolution_of(before: QpvStatut, after: QpvStatut) -> Evolution:
    """Compare the side of a point on both maps; any doubt makes a doubt."""
    return _EVOLUTIONS.get((before, after), Evolution.A_VERIFIER)
