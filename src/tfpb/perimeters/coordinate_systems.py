"""In which system a file's coordinates are: one judgement of the whole file, for every command.

Each system and its swap is tried; one is accepted when nine points in ten fall in their commune, or within
5 km of it. A row alone cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.projection import LONLAT, OTHER_EPSG, moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.model.arrays import Flags, Floats, Integers

ACCEPTED: Final = 0.9
SLACK_M: Final = 5_000.0
LEAST: Final = 10
"""Points from which a file whose system is not found is refused; fewer may be so many mistakes."""
_DEGREES: Final = 180.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a file's coordinates are, and where they fall; arrays are (n,)."""

    epsg: int
    """System that is accepted; 0 for the legal projection of each commune, as is expected of metres."""
    swapped: bool  # whether the first column is the ordinate
    found: bool  # whether a system is accepted; else the other fields are those of the best one
    x: Floats  # metres in the legal projection of each row, like y
    y: Floats
    judged: Flags  # rows that have coordinates and a commune whose place is known
    inside: Flags  # those that fall in it, or within 5 km

    @property
    def is_plain(self) -> bool:
        """Whether nothing had to be guessed: metres of the legal projection, or longitude and latitude."""
        return self.found and not self.swapped and self.epsg in {0, LONLAT}


def judge(x: Floats, y: Floats, legal: Integers, boxes: Floats) -> Judgement:
    """Identify the system of a file's coordinates; of equally good ones, the expected before the guessed.

    `x, y` are as written, NaN where a row has none; `legal` is the EPSG code of each row's legal
    projection; `boxes`, (n, 4), are least x and y, most x and y of the commune in its metres, NaN where not
    known.
    """
    judged = np.isfinite(x) & np.isfinite(y) & np.isfinite(boxes).all(axis=1)
    best: Judgement | None = None
    for epsg, swapped in _candidates(x, y, judged):
        a, b = (y, x) if swapped else (x, y)
        east, north = (np.array(v, dtype=np.float64) for v in (a, b))
        for code in np.unique(legal).tolist() if epsg else ():
            if epsg != code:
                rows = legal == code
                east[rows], north[rows] = moved(a[rows], b[rows], epsg, code)
        with np.errstate(invalid="ignore"):
            inside = judged & (east >= boxes[:, 0] - SLACK_M) & (east <= boxes[:, 2] + SLACK_M)
            inside &= (north >= boxes[:, 1] - SLACK_M) & (north <= boxes[:, 3] + SLACK_M)
        east[~np.isfinite(east)], north[~np.isfinite(north)] = np.nan, np.nan
        found = bool(inside.sum() >= ACCEPTED * max(1, int(judged.sum())))
        here = Judgement(epsg, swapped, found, east, north, judged, inside)
        if best is None or inside.sum() > best.inside.sum():
            best = here
        if best.is_plain:
            break
    assert best is not None  # noqa: S101 - the first candidate is always tried
    return best


def _candidates(x: Floats, y: Floats, judged: Flags) -> Iterator[tuple[int, bool]]:
    """Give every system that the numbers may be in, the expected first."""
    here = np.maximum(np.abs(x), np.abs(y))[judged]
    if len(here) and np.median(here) <= _DEGREES:
        yield from ((LONLAT, False), (LONLAT, True))
        return
    yield 0, False
    for epsg in OTHER_EPSG:
        yield from ((epsg, False), (epsg, True))
