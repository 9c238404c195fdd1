"""A table of addresses in, a table of answers out: one row for each row."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.geocode.answer import JOIN, Answer
from tfpb.geocode.line.parser import parse
from tfpb.geocode.matcher import Geocoder
from tfpb.model.codes import GeocodeVerdict, ResultType
from tfpb.model.projection import legal_epsg, to_lonlat
from tfpb.model.results import ADDRESS_COLUMNS, RESULT_COLUMNS
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tfpb.geocode.source import AddressSource, CommuneTable

_STEP: Final = 5000
"""Rows looked at together before they are answered: what this needs of memory does not grow with the file."""
_NOT_FOUND: Final = "voie_inconnue|adresse_illisible"
"""Reasons of a row whose commune is known and its street is not."""
_DECIMALS: Final = {"score": 4, "x": 2, "y": 2, "confidence": 4, "radius_m": 1}
_DEGREES: Final = 7
_NAMES: Final = {"kind": "type", "parcel": "parcelle"}
"""Fields of an answer whose column is not `result_<field>`."""


def geocode(
    addresses: pd.DataFrame,
    source: AddressSource,
    communes: CommuneTable,
    *,
    aliases: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Geocode a table of addresses.

    Parameters
    ----------
    addresses : DataFrame
        `ADDRESS_COLUMNS` as text, empty where unknown; missing columns count as empty.
    source : AddressSource
        The address base.
    communes : CommuneTable
        Official list of communes.
    aliases : mapping of str to str, optional
        Old street name to current one.
    progress : callable, optional
        Called with the number of rows done since the last call.

    Returns
    -------
    DataFrame
        `RESULT_COLUMNS`, same index, one row for each row of `addresses`. Degrees are EPSG:4326;
        `result_x`, `result_y` are metres in the legal projection of the commune.
    """
    found = answered(Geocoder(source, communes, aliases), addresses, progress=progress)
    return doubt_shared_points(found, addresses)


def answered(
    geocoder: Geocoder, addresses: pd.DataFrame, *, progress: Callable[[int], None] | None = None
) -> pd.DataFrame:
    """Geocode a table, as `geocode`, by a geocoder that keeps its communes ready for the next one."""
    empty = [""] * len(addresses)
    columns = [
        addresses[c].fillna("").astype(str).tolist() if c in addresses.columns else empty
        for c in ADDRESS_COLUMNS
    ]
    rows = list(zip(*columns, strict=True))
    answers: list[Answer] = []
    with _collector_at_rest():
        for start in range(0, len(rows), _STEP):
            stretch = rows[start : start + _STEP]
            geocoder.prepare(stretch)
            answers += [geocoder.row(*cells) for cells in stretch]
            if progress is not None:
                progress(len(stretch))
    return frame_of(answers, index=addresses.index, source=geocoder.source.vintage)


def doubt_shared_points(found: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """Doubt coordinates shared by rows of several addresses, where the address of the row was not found.

    Such a point is often the middle of a commune, left by an earlier geocoding. One of a single address is
    its own: the only use there is of coordinates where the base lacks a street. `found` is of all rows of
    `addresses`.
    """
    accepted = found["result_verdict"] == GeocodeVerdict.ACCEPTE.value
    given = np.flatnonzero(accepted & (found["result_type"] == ResultType.GIVEN.value))
    lost = given[found["result_reasons"].iloc[given].str.contains(_NOT_FOUND).to_numpy(dtype=bool)]
    if not len(lost):
        return found
    point = found[["result_x", "result_y"]].round(1).reset_index(drop=True)
    place = point.groupby(["result_x", "result_y"], sort=False).ngroup().to_numpy()
    borne = np.flatnonzero(np.isin(place, place[lost]))
    lines = (
        addresses.iloc[borne]
        .reindex(columns=["adresse", "nom"], fill_value="")
        .fillna("")
        .astype(str)
    )
    cells = zip(lines["adresse"], lines["nom"], strict=True)
    written = pd.Series([parse(line).query or fold(name) for line, name in cells])
    several = (written.groupby(place[borne]).transform("nunique") > 1).to_numpy()
    rows = borne[several & np.isin(borne, lost)]
    out = found.copy()
    doubted = np.zeros(len(out), dtype=bool)
    doubted[rows] = True
    out.loc[doubted, "result_verdict"] = GeocodeVerdict.A_VERIFIER.value
    out.loc[doubted, "result_reasons"] += f"{JOIN}coordonnees_non_recoupees"
    return out


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the cycle collector from walking millions of plain values that hold no cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def frame_of(answers: Iterable[Answer], *, index: pd.Index, source: str) -> pd.DataFrame:
    """Write answers as the columns of the contract, degrees computed a projection at a time.

    Degrees are in EPSG:4326, metres in the legal projection of the commune; `source` is the name and date
    of the address base.
    """
    listed = list(answers)
    out = pd.DataFrame(index=index)
    for at, field in enumerate(Answer._fields):
        cells: list[Any] = [answer[at] for answer in listed]
        name = f"result_{_NAMES.get(field, field)}"
        if field in _DECIMALS:
            out[name] = np.round(np.asarray(cells, dtype=float), _DECIMALS[field])
        else:
            texts = [JOIN.join(cell) if field == "reasons" else str(cell) for cell in cells]
            out[name] = pd.Series(texts, index=index, dtype="str")
    out["result_source"] = pd.Series([source] * len(listed), index=index, dtype="str")
    out["longitude"], out["latitude"] = _degrees(out)
    return out[list(RESULT_COLUMNS)]


def _degrees(out: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    x, y = out["result_x"].to_numpy(), out["result_y"].to_numpy()
    longitude, latitude = np.full(len(out), np.nan), np.full(len(out), np.nan)
    codes = np.array([legal_epsg(code) for code in out["result_citycode"]], dtype=int)
    for epsg in np.unique(codes):
        rows = (codes == epsg) & np.isfinite(x) & np.isfinite(y)
        if rows.any():
            longitude[rows], latitude[rows] = to_lonlat(x[rows], y[rows], int(epsg))
    return np.round(longitude, _DEGREES), np.round(latitude, _DEGREES)
