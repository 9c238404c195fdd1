"""The reason of each row, written once for all rows that share it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.perimeters.join import DANS, HORS, surface_side
from tfpb.words.places.side_words import QUARTER, Case, Circumstances, reason, surface_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.model.location import QpvMap
    from tfpb.perimeters.join import Sides
    from tfpb.perimeters.points import Positions

_PLAIN: Final = (
    int(Case.HORS_LOIN),
    int(Case.HORS_NET),
    int(Case.DANS_NET),
    int(Case.SANS_POSITION),
)


class Labels:
    """Codes and names of the maps laid end to end, so that rows of two maps share one table."""

    def __init__(self, maps: Mapping[int, QpvMap], vintages: Sequence[int]) -> None:
        codes: list[str] = []
        names: list[str] = []
        self.start: dict[int, int] = {}
        for vintage in vintages:
            self.start[vintage] = len(codes)
            codes += maps[vintage].frame["code_qpv"].astype(str).tolist()
            names += maps[vintage].frame["nom_qpv"].astype(str).tolist()
        self.codes, self.names = texts_of([*codes, ""]), texts_of([*names, ""])
        both = zip(codes, names, strict=True)
        self.full = [*(QUARTER.format(code=c, name=n) for c, n in both), ""]

    def place(self, vintage: int, quarter: NDArray[Any]) -> NDArray[Any]:
        """Shift positions of one map into the common table; −1 stays the empty label."""
        start = self.start[vintage]
        return quarter if start == 0 else np.where(quarter >= 0, quarter + start, -1)


def texts_of(values: Sequence[str]) -> Any:
    """Make a text array whose `take` shares its strings: the sentence of a million rows is kept once.

    The default text of pandas copies the letters for each row, which costs ten times the memory.
    """
    return pd.array(list(values), dtype=pd.StringDtype("python", na_value=np.nan))


def motives(at: Positions, ruled: Sides, labels: Labels) -> Any:
    """Write the reason of each row; equal reasons are written once and shared."""
    case = ruled.case.astype(np.int64)
    radius = np.round(np.minimum(at.radius_m, 1e6), 1).astype(np.float64)
    plain = np.isin(case, _PLAIN) & (ruled.other < 0) & (ruled.tied < 0)
    key = np.where(
        plain, (case * 2 + at.by_default) * 100_000_000 + (radius * 10).astype(np.int64), -1
    )
    codes, uniques = pd.factorize(key)
    sentences = [_plain_reason(int(k)) for k in uniques]
    special = np.flatnonzero(~plain)
    if len(special):
        base = len(sentences)
        position, written = _special(special, at, ruled, labels, radius)
        codes[special] = base + position
        sentences += written
    return texts_of(sentences or [""]).take(codes)


def _plain_reason(key: int) -> str:
    """Write a reason that needs no quarter, from its packed key (−1: no sentence)."""
    if key < 0:
        return ""
    head, radius = divmod(key, 100_000_000)
    case, by_default = divmod(head, 2)
    return reason(Case(case), Circumstances(radius_m=radius / 10, by_default=bool(by_default)))


def _special(
    rows: NDArray[np.intp], at: Positions, ruled: Sides, labels: Labels, radius: NDArray[np.float64]
) -> tuple[NDArray[np.intp], list[str]]:
    """Write the reasons that name quarters and distances, each distinct one once."""
    surface, share, shared = _surfaces(rows, ruled)
    case = ruled.case[rows]
    held = np.where(shared, -1, ruled.code[rows])  # of several quarters, none holds the surface
    holder = np.where(case == int(Case.SURFACE_DANS), held, ruled.holder[rows])
    near = np.nan_to_num(ruled.distance_m[rows], nan=-1.0)
    shown = np.where(near < 10, np.round(near, 1), np.round(near))  # noqa: PLR2004 - decimetres under 10 m
    known: dict[tuple[Any, ...], int] = {}
    columns = (
        case, holder, ruled.other[rows], ruled.nearest[rows], ruled.tied[rows], shown, radius[rows],
        at.by_default[rows], at.verdict[rows], surface, np.round(share, 2),
    )  # fmt: skip
    keys = zip(*(c.tolist() for c in columns), strict=True)
    position = np.array([known.setdefault(k, len(known)) for k in keys], dtype=np.intp)
    full = labels.full
    return position, [
        reason(
            Case(k[0]),
            Circumstances(
                holder=full[k[1]], other=full[k[2]], nearest=full[k[3]], tied=full[k[4]],
                distance_m=k[5] if k[5] >= 0 else float("nan"), radius_m=k[6], by_default=k[7],
                verdict=k[8], surface=k[9], share=k[10],
            ),
        )
        for k in known
    ]  # fmt: skip


def _surfaces(
    rows: NDArray[np.intp], ruled: Sides
) -> tuple[NDArray[np.object_], NDArray[np.float64], NDArray[np.bool_]]:
    """Name the surface each case rests on, its share inside quarters (−1: none), whether several share it."""
    names = np.full(len(rows), "", dtype=object)
    shared = np.zeros(len(rows), dtype=bool)
    shares = np.full(len(rows), -1.0)
    at = np.flatnonzero(ruled.case[rows] >= int(Case.SURFACE_DANS))
    mine, parcel, building = rows[at], ruled.parcel, ruled.footprint
    case = ruled.case[mine]
    settled = np.isin(surface_side(building.share[mine]), (DANS, HORS))
    known = ~np.isnan(building.share[mine])
    by_building = np.where(case == int(Case.SURFACE_COUPEE), known, settled)
    by_building &= case != int(Case.SURFACES_CONTRAIRES)
    shares[at] = np.where(by_building, building.share[mine], parcel.share[mine])
    shared[at] = np.where(by_building, building.shared[mine], parcel.shared[mine])
    names[at] = [
        surface_words(parcel.name[row], building.name[row], Case(k), by_building=b)
        for row, k, b in zip(mine, case, by_building, strict=True)
    ]
    return names, shares, shared
