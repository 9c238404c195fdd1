"""Coordinates that came with a file, judged as a whole: one answer for every command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Fault, Severity
from tfpb.model.columns import numbers, stamped_place
from tfpb.model.projection import from_lonlat, legal_epsg
from tfpb.pipeline.rooms import perimeters
from tfpb.words.places.side_words import system_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.arrays import Floats

Box = tuple[float, float, float, float]
_MOST_TOWNS: Final = 5
"""Communes that a row may mean; the box around more says nothing."""
_NOWHERE: Final[Box] = (np.nan,) * 4
_KEYS: Final = ["code_insee", "commune", "code_postal"]


def stock_positions(inputs: Inputs, geography: Geography) -> tuple[Inputs, list[Fault]]:
    """Bring the coordinates of a stock to the legal projection of each commune; doubt those far from it.

    Communes are placed by their outlines, or their addresses. `x` and `y` are in metres, empty where they
    fall more than 5 km out of their commune. Doubts are those of `read_positions`.
    """
    stock = inputs.frame("patrimoine")
    if stock is None or not (stock["x"].notna() & stock["y"].notna()).any():
        return inputs, []
    frame, faults = read_positions(stock, geography)
    return replace(inputs, frames={**inputs.frames, "patrimoine": frame}), faults


def read_positions(points: pd.DataFrame, geography: Geography) -> tuple[pd.DataFrame, list[Fault]]:
    """Identify the projection of the coordinates (`x, y` as written) of a table and bring them to metres.

    Unchanged where no commune's place is known, or too few points decide. `projection_inconnue` stops;
    `projection_reconnue` and `points_hors_commune` are doubts. The table also has `code_insee, commune,
    code_postal`, and the stamp.
    """
    codes, boxes = _places(points, geography)
    legal = np.array([legal_epsg(code) for code in codes], dtype=np.int64)
    found = perimeters.judge(numbers(points, "x"), numbers(points, "y"), legal, boxes)
    total, inside = int(found.judged.sum()), int(found.inside.sum())
    if not total:
        return points, []
    first = int((found.judged & ~found.inside).argmax())
    at = stamped_place(points, first, "x")
    got = " ; ".join(f"{float(points[c].iloc[first]):.10g}" for c in ("x", "y"))
    fields = {
        "nombre": inside,
        "total": total,
        "systeme": system_name(found.epsg, swapped=found.swapped),
    }
    if not found.found:
        if total < perimeters.LEAST:
            return points, []
        return points, [Fault("projection_inconnue", at, got, fields)]
    out = points.copy()
    away = found.judged & ~found.inside
    out["x"], out["y"] = np.where(away, np.nan, found.x), np.where(away, np.nan, found.y)
    doubts = []
    if not found.is_plain:
        place = replace(at, row=0)
        doubts.append(Fault("projection_reconnue", place, "", fields, Severity.DOUTE))
    if away.any():
        far = {**fields, "nombre": total - inside}
        doubts.append(Fault("points_hors_commune", at, got, far, Severity.DOUTE))
    return out, doubts


def _places(points: pd.DataFrame, geography: Geography) -> tuple[list[str], Floats]:
    """Return a code of commune and the box of the communes that each row may mean."""
    known: dict[tuple[str, str, str], tuple[str, Box]] = {}
    boxes: dict[str, Box | None] = {}
    out = []
    for row in points[_KEYS].fillna("").astype(str).itertuples(index=False, name=None):
        if row not in known:
            towns = sorted(geography.communes.written(*row)) if any(row) else []
            for town in towns[:_MOST_TOWNS]:
                if town not in boxes:
                    boxes[town] = _box(town, geography)
            held = [b for t in towns if (b := boxes.get(t)) is not None]
            sure = bool(held) and len(held) == len(towns)
            known[row] = (
                towns[0] if towns else row[0] or row[2],
                _enclosing(held) if sure else _NOWHERE,
            )
        out.append(known[row])
    return [code for code, _ in out], np.array([box for _, box in out], dtype=np.float64)


def _enclosing(boxes: Iterable[Box]) -> Box:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _box(town: str, geography: Geography) -> Box | None:
    """Return the box of a commune in metres of its legal projection: its outline's, else its addresses'."""
    outlines = geography.outlines
    if outlines is not None and len(own := outlines[outlines["code_insee"] == town]):
        west, south, east, north = own.total_bounds.tolist()
        x, y = from_lonlat([west, west, east, east], [south, north, south, north], legal_epsg(town))
        return _enclosing(zip(x, y, x, y, strict=True))
    held = geography.store.commune(town) if geography.store is not None else None
    spots = [s for s in held.streets if s.x.size] if held is not None else []
    if not spots:
        return None
    return _enclosing((s.x.min(), s.y.min(), s.x.max(), s.y.max()) for s in spots)
