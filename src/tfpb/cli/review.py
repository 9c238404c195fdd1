"""The review workbook beside an output: what is doubtful on the limits, a small map each, to decide on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.errors import Severity, TfpbError
from tfpb.io.review_book import SHEET, review_bytes
from tfpb.io.tabular import read_table, sheet_names
from tfpb.io.typed import typed
from tfpb.model.tables import DECISIONS_LIMITES
from tfpb.perimeters.review import doubtful, lost_decisions
from tfpb.report.review_picture import pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from tfpb.model.location import QpvMap

SUFFIX: Final = "_a_verifier.xlsx"


def read_decisions(path: Path) -> pd.DataFrame:
    """Read the sheet « Limites » of a review workbook, or a plain table of decisions.

    Raises
    ------
    TfpbError
        Every fault of the sheet.
    """
    sheet = None
    if path.suffix.lower() in {".xlsx", ".ods"} and path.is_file() and SHEET in sheet_names(path):
        sheet = SHEET
    frame, faults = typed(
        read_table(path, sheet=sheet, known=DECISIONS_LIMITES.names), DECISIONS_LIMITES
    )
    stopping = [f for f in faults if f.severity is Severity.FAUTE]
    if stopping:
        raise TfpbError(stopping)
    return frame


def review_file(
    stem: Path,
    entrances: pd.DataFrame,
    maps: Mapping[int, QpvMap],
    *,
    parcels: gpd.GeoDataFrame | None,
    streets: Callable[[pd.DataFrame], gpd.GeoDataFrame | None],
    decisions: pd.DataFrame | None,
    radius_m: float,
) -> dict[Path, bytes]:
    """Make the review workbook of located entrances, for its place.

    Parameters
    ----------
    stem : Path
        Output it stands beside, without its ending.
    entrances : DataFrame
        Located entrances.
    maps, parcels, decisions
        As given to `tfpb.perimeters.locate`.
    streets : callable
        Draws the streets around the doubtful rows, if it can.
    radius_m : float
        Uncertainty of points that carry none, in metres.

    Returns
    -------
    dict of Path to bytes
        The workbook at its place; empty when there is nothing to decide.
    """
    rows = doubtful(entrances, decisions)
    if not len(rows):
        return {}
    path, base = _place(stem, decisions)
    drawn = pictures(
        rows,
        entrances,
        maps,
        parcels=parcels,
        streets=streets(rows),
        default_radius_m=radius_m,
    )
    return {path: review_bytes(rows, drawn, codes=rows["code_qpv"].tolist(), base=base)}


def _place(stem: Path, decisions: pd.DataFrame | None) -> tuple[Path, Path | None]:
    """Choose where the review goes: never over decisions that this run was not given.

    Other sheets of the file that stands there (« Adresses ») are kept.
    """
    path = stem.with_name(stem.name + SUFFIX)
    rank = 1
    while path.is_file():
        try:
            names = sheet_names(path)
            lost = SHEET in names and lost_decisions(read_decisions(path), decisions)
        except TfpbError:
            names, lost = [], [0]  # cannot be read: whatever it holds is not ours to replace
        if not lost:
            return path, path if set(names) - {SHEET} else None
        rank += 1
        path = stem.with_name(f"{stem.name}_a_verifier.{rank}.xlsx")
    return path, None
