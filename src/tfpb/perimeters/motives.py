"""The reason of each row, said once for all rows that share it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.perimeters.join import DANS, HORS, Sides, surface_side
from tfpb.words.places.side_words import Case, Circumstances, reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.model.location import QpvMap
    from tfpb.perimeters.points import Positions

    Flags = NDArray[np.bool_]

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
            codes += maps[vintage].frame["code_qp"].astype(str).tolist()
            names += maps[vintage].frame["nom_qp"].astype(str).tolist()
        self.codes, self.names = texts_of([*codes, ""]), texts_of([*names, ""])
        self.full = [f"« {n} » ({c})" for c, n in zip(codes, names, strict=True)] + [""]

    def place(self, vintage: int, quarter: NDArray[Any]) -> NDArray[Any]:
        """Shift positions of one map into the common table; −1 stays the empty label."""
        start = self.start[vintage]
        return quarter if start == 0 else np.where(quarter >= 0, quarter + start, -1)


def texts_of(values: Sequence[str]) -> Any:
    """Make a text array whose `take` shares its strings: a sentence said of a million rows is kept once.

    The default text of pandas copies the letters for each row, which costs ten times the memory.
    """
    try:
        return pd.array(list(values), dtype=pd.StringDtype("python", na_value=np.nan))
    except TypeError:  # pandas before 2.3 has no such text: plain objects share as well
        return pd.Series(list(values), dtype=object).array


def motives(
    at: Positions, found: Mapping[int, Sides], rules: Mapping[int, Flags], labels: Labels,
    picked: Mapping[str, NDArray[Any]],
) -> Any:  # fmt: skip
    """Say the reason of each row; equal reasons are said once and shared."""
    case = picked["case"].astype(np.int64)
    radius = np.round(np.minimum(at.radius_m, 1e6), 1).astype(np.float64)
    plain = np.isin(case, _PLAIN) & (picked["other"] < 0) & (picked["tied"] < 0)
    key = np.where(
        plain, (case * 2 + at.by_default) * 100_000_000 + (radius * 10).astype(np.int64), -1
    )
    codes, uniques = pd.factorize(key)
    sentences = [_plain_reason(int(k)) for k in uniques]
    special = np.flatnonzero(~plain)
    if len(special):
        base = len(sentences)
        position, said = _special(special, at, found, rules, labels, picked, radius)
        codes[special] = base + position
        sentences += said
    return texts_of(sentences or [""]).take(codes)


def _plain_reason(key: int) -> str:
    """Say a reason that needs no quarter, from its packed key (−1: no sentence)."""
    if key < 0:
        return ""
    head, radius = divmod(key, 100_000_000)
    case, by_default = divmod(head, 2)
    return reason(Case(case), Circumstances(radius_m=radius / 10, by_default=bool(by_default)))


def _special(
    rows: NDArray[np.intp], at: Positions, found: Mapping[int, Sides], rules: Mapping[int, Flags],
    labels: Labels, picked: Mapping[str, NDArray[Any]], radius: NDArray[np.float64],
) -> tuple[NDArray[np.intp], list[str]]:  # fmt: skip
    """Say the reasons that name quarters and distances, each distinct one once."""
    surface, share, shared = _surfaces_told(rows, found, rules, picked["case"][rows])
    case = picked["case"][rows]
    held = np.where(shared, -1, picked["code"][rows])  # of several quarters, none holds the surface
    holder = np.where(case == int(Case.SURFACE_DANS), held, picked["holder"][rows])
    near = np.nan_to_num(picked["distance_m"][rows], nan=-1.0)
    told = np.where(near < 10, np.round(near, 1), np.round(near))  # noqa: PLR2004 - decimetres under 10 m
    known: dict[tuple[Any, ...], int] = {}
    columns = (
        case, holder, picked["other"][rows], picked["nearest"][rows], picked["tied"][rows],
        told, radius[rows], at.by_default[rows], at.verdict[rows], surface, np.round(share, 2),
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


def _surfaces_told(
    rows: NDArray[np.intp],
    found: Mapping[int, Sides],
    rules: Mapping[int, Flags],
    case: NDArray[np.intp],
) -> tuple[NDArray[np.object_], NDArray[np.float64], Flags]:
    """Name the surface each case rests on, its share inside quarters (−1: none), whether several share it."""
    names = np.full(len(rows), "", dtype=object)
    shared = np.zeros(len(rows), dtype=bool)
    shares = np.full(len(rows), -1.0)
    told = np.flatnonzero(case >= int(Case.SURFACE_DANS))
    for vintage, side in found.items():
        for i in told[rules[vintage][rows[told]]].tolist():
            row = rows[i]
            parcel, building = float(side.parcel.share[row]), float(side.footprint.share[row])
            parcel_words = f"la parcelle {side.parcel.name[row]}".rstrip()
            building_words = f"l’emprise du bâtiment {side.footprint.name[row]}".rstrip()
            if case[i] == int(Case.SURFACES_CONTRAIRES):
                names[i], shares[i] = f"{parcel_words}, {building_words}", parcel
                continue
            cut = case[i] == int(Case.SURFACE_COUPEE)
            settled = surface_side(np.array([building]))[0] in (DANS, HORS)
            by_building = (cut and not np.isnan(building)) or (not cut and settled)
            names[i], shares[i] = (
                (building_words, building) if by_building else (parcel_words, parcel)
            )
            shared[i] = (side.footprint if by_building else side.parcel).shared[row]
    return names, shares, shared
