"""Layers of points as tables: the geometry is where a row lies, whatever its columns say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, fail, stop_on_faults
from tfpb.io.layers.geofiles import flat, layers, opened, read_flat
from tfpb.io.sources.point_tables import ORIGIN, POINTS
from tfpb.io.tables.contents import MAX_COLUMNS, unreadable
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.text_table import TextTable, cell_text, known_score, plain
from tfpb.model.codes import GeocodeVerdict, ResultType
from tfpb.model.tables import STOCK
from tfpb.perimeters.geometry import (
    MOVED,
    PAIRS,
    SAME_M,
    Spots,
    contradictions,
    moved_doubt,
    spots,
)
from tfpb.text import fold
from tfpb.words.faults.input_words import POINT_LAYER, columns_words, listed
from tfpb.words.places.address_words import MOVED_IN_LAYER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tfpb.model.arrays import Floats

_OURS: Final = "result_verdict"
_PARQUET: Final = frozenset({".parquet", ".geoparquet"})
_POINT_KINDS: Final = ("Point", "Unknown", "Geometry", "Collection")
_ANY: Final = ("",)
_GIVEN_M: Final = "15"
"""Uncertainty of a point placed by hand, metres, as of any given point."""


def read_layer(path: Path, layer: str | None, names: frozenset[str]) -> TextTable:
    """Read a layer of points (GeoPackage, GeoJSON, shapefile, a zip of one, GeoParquet) as texts.

    By default the layer of points with most known `names` (folded). Attributes, then `x, y` (metres, legal
    projection of the place) where no column of the file gives positions to a stock. Of a layer written by
    this program, `result_x, result_y` for all rows, and `x, y` for the points moved since. Raises as
    `read_flat` and `spots`; `geometrie_contredite`, `feuille_absente`.
    """
    frame, sheet = _frame(path, layer, names)
    rows = np.arange(2, len(frame) + 2)
    at = spots(frame, lambda i: Place(path.name, sheet, i + 2))
    columns = [c for c in frame.columns if c != frame.geometry.name]
    if len(columns) > MAX_COLUMNS:
        got = columns_words(len(columns))
        raise fail("tableau_trop_large", place=Place(path.name), got=got, limite=MAX_COLUMNS)
    text = pd.DataFrame(
        {str(c): pd.array([_text(v) for v in frame[c]], dtype="str") for c in columns},
        index=pd.RangeIndex(len(frame)),
    )
    table = TextTable(text, path.name, sheet, rows, decimal=".", of_geometry=())
    found = match_columns(table, POINTS, {})[0]
    given = {p: (found[p[0]], found[p[1]]) for p in PAIRS if p[0] in found and p[1] in found}
    pairs = [
        (named, _numbers(text[named[0]]), _numbers(text[named[1]])) for named in given.values()
    ]
    stop_on_faults(contradictions(at, pairs, table.place))
    for pair, named in given.items():
        _fill(text, at, pair, named)
    if _OURS in text:
        return _with_moves(table, at, given)
    here = match_columns(table, STOCK, {})[0]
    if "x" in here and "y" in here:
        return table
    return _with(table, {"x": at.x, "y": at.y})


def _frame(path: Path, layer: str | None, names: frozenset[str]) -> tuple[gpd.GeoDataFrame, str]:
    """Read the layer wanted, or the one of points with most known names, and its name."""
    if path.suffix.lower() in _PARQUET:
        try:
            frame = gpd.read_parquet(path)
        except Exception as error:
            raise unreadable(path, POINT_LAYER) from error
        return flat(frame, path, POINT_LAYER), path.stem
    with opened(path) as files:
        found = [(f, name) for f in files for name in layers(f, _POINT_KINDS)]
        found = found or [(f, name) for f in files for name in layers(f, _ANY)]
        if not found:
            raise fail("couche_vide", place=Place(path.name))
        if layer is not None:
            wanted = [one for one in found if fold(one[1] or one[0].stem) == fold(layer)]
            if not wanted:
                known = listed([name or file.stem for file, name in found])
                raise fail("feuille_absente", place=Place(path.name), got=layer, feuilles=known)
            found = wanted
        read = [(read_flat(f, layer=name or None, wanted=POINT_LAYER), name) for f, name in found]
    return max(read, key=lambda one: known_score(list(map(str, one[0].columns)), names))


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple, np.ndarray)):
        return " | ".join(map(str, value))
    return cell_text(plain(value))


def _numbers(cells: pd.Series[str]) -> Floats:
    read = pd.to_numeric(cells.str.replace(",", "."), errors="coerce")
    return np.asarray(read, dtype=np.float64)


def _fill(text: pd.DataFrame, at: Spots, pair: tuple[str, str], named: tuple[str, str]) -> None:
    """Write the geometry in the blank cells of a pair of columns, in degrees or metres as the others are."""
    blank = ((text[named[0]] == "") | (text[named[1]] == "")).to_numpy() & np.isfinite(at.x)
    if not blank.any():
        return
    numbers = np.abs(_numbers(text[named[0]]))
    some = numbers[np.isfinite(numbers)]
    in_degrees = bool((some <= 180).all()) if len(some) else pair[0] == "longitude"  # noqa: PLR2004
    for header, values in zip(named, (at.lon, at.lat) if in_degrees else (at.x, at.y), strict=True):
        text.loc[blank, header] = _written(values[blank], 7 if in_degrees else 2)


def _written(values: Floats, digits: int = 2) -> list[str]:
    return [f"{v:.{digits}f}" if np.isfinite(v) else "" for v in values]


def _with(table: TextTable, columns: Mapping[str, Floats]) -> TextTable:
    """Add columns of positions to a layer."""
    frame = table.frame.assign(
        **{c: pd.array(_written(v), dtype="str") for c, v in columns.items()}
    )
    return _as(table, frame, (*(table.of_geometry or ()), *columns))


def _as(table: TextTable, frame: pd.DataFrame, added: Iterable[str], *more: Fault) -> TextTable:
    return TextTable(
        frame, table.file, table.sheet, table.rows, decimal=table.decimal,
        notices=(*table.notices, *more), of_geometry=tuple(added),
    )  # fmt: skip


def _with_moves(
    table: TextTable, at: Spots, given: Mapping[tuple[str, str], tuple[str, str]]
) -> TextTable:
    """Take back a layer that the program wrote: what was moved since is a point given by hand."""
    x, y = _origins(table.frame)
    gap = np.hypot(at.x - x, at.y - y)
    moved = gap > SAME_M
    added = {} if ("result_x", "result_y") in given else {"result_x": at.x, "result_y": at.y}
    if not moved.any():
        return _with(table, added)
    frame = table.frame.copy()
    source = MOVED_IN_LAYER.format(file=table.file)
    for column, value in (
        ("result_type", ResultType.GIVEN.value), (_OURS, GeocodeVerdict.ACCEPTE.value),
        ("result_radius_m", _GIVEN_M), ("result_parcelle", ""), ("result_confidence", ""),
        ("result_source", source),
    ):  # fmt: skip
        if column in frame:
            frame.loc[moved, column] = value
    if "result_reasons" in frame:
        before = frame["result_reasons"][moved]
        frame.loc[moved, "result_reasons"] = [" | ".join(filter(None, (b, MOVED))) for b in before]
    if ("x", "y") not in given:
        added |= {"x": np.where(moved, at.x, np.nan), "y": np.where(moved, at.y, np.nan)}
    doubt = moved_doubt([table.place(i) for i in np.flatnonzero(moved).tolist()])
    return _with(_as(table, frame, (), doubt), added)


def _origins(frame: pd.DataFrame) -> tuple[Floats, Floats]:
    if ORIGIN not in frame:
        return np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    both = frame[ORIGIN].str.partition(";")
    return _numbers(both[0].str.strip()), _numbers(both[2].str.strip())
