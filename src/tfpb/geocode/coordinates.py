"""Coordinates that came with a row: which projection they are in, and whether they can be true."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.model.projection import LEGAL_EPSG, OTHER_EPSG, moved, rounding_m

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.geocode.commune_table import StreetTable

GIVEN_RADIUS_M: Final = 15.0
_NOT_NUMBER: Final = re.compile(r"[\s\u00a0\u202f\u2009'’]+")
_FRANCE_M: Final = (50_000.0, 6_000_000.0, 1_300_000.0, 7_200_000.0)
_NOWHERE: Final = (math.inf, math.inf, -math.inf, -math.inf)
_DEGREES: Final = 4326


class Given(NamedTuple):
    """Coordinates of a row once read."""

    x: float  # metres, legal projection, like y; NaN when refused
    y: float
    reasons: tuple[str, ...] = ()
    checked: bool = False  # they lie in the commune
    radius_m: float = GIVEN_RADIUS_M
    """How far the point may lie from them; more where they are written rounded."""

    @property
    def is_rounded(self) -> bool:
        """Whether they are written too round to tell where an entrance is."""
        return self.radius_m > GIVEN_RADIUS_M

    @property
    def usable(self) -> bool:
        """Whether there is a point."""
        return math.isfinite(self.x)


_REFUSED: Final = math.nan


def read_given(x_text: str, y_text: str, table: StreetTable | None, epsg: int) -> Given | None:
    """Read the coordinates of a row, decimal comma or point; None when the row has none.

    They are checked against the commune (`table`), in its legal projection `epsg`.
    """
    if not x_text.strip() and not y_text.strip():
        return None
    x, y = _number(x_text), _number(y_text)
    if x is None or y is None or (x == 0 and y == 0):
        return Given(_REFUSED, _REFUSED, ("coordonnees_illisibles",))
    extent = (
        table.extent if table else None
    )  # what can be in France is kept when no commune checks it
    box = extent or (_FRANCE_M if epsg == LEGAL_EPSG[0] else _NOWHERE)
    for east, north, reason in _readings(x, y, epsg):
        if box[0] <= east <= box[2] and box[1] <= north <= box[3]:
            radius = max(GIVEN_RADIUS_M, rounding_m(x, y))
            reasons = (
                reason,
                "" if extent else "coordonnees_non_controlees",
                "coordonnees_arrondies" if radius > GIVEN_RADIUS_M else "",
            )
            named = tuple(filter(None, reasons))
            return Given(east, north, named, checked=extent is not None, radius_m=radius)
    why = "coordonnees_hors_commune" if extent else "coordonnees_hors_france"
    return Given(_REFUSED, _REFUSED, (why,))


def _readings(x: float, y: float, epsg: int) -> Iterator[tuple[float, float, str]]:
    """Give every way to read two numbers, likeliest first."""
    yield x, y, ""
    yield y, x, "coordonnees_permutees"
    if abs(x) <= 180 and abs(y) <= 180:  # noqa: PLR2004
        if abs(y) <= 90:  # noqa: PLR2004
            yield *_between(x, y, _DEGREES, epsg), ""
        if abs(x) <= 90:  # noqa: PLR2004
            yield *_between(y, x, _DEGREES, epsg), "coordonnees_permutees"
        return
    for other in OTHER_EPSG:
        if other != epsg:
            yield *_between(x, y, other, epsg), "coordonnees_autre_projection"
            yield *_between(y, x, other, epsg), "coordonnees_autre_projection"


def _between(x: float, y: float, source: int, target: int) -> tuple[float, float]:
    east, north = moved(x, y, source, target)
    return float(east), float(north)


def _number(text: str) -> float | None:
    plain = _NOT_NUMBER.sub("", text).replace(",", ".").replace("−", "-")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
