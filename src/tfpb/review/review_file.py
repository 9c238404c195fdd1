"""The review workbook beside an output: what is doubtful on the limits, a small map each, to decide on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place, Severity, TfpbError
from tfpb.io.tables.tabular import read_table, sheet_names
from tfpb.io.tables.typed import typed
from tfpb.model.tables import DECISIONS_LIMITES
from tfpb.review.address_sheet import read_address_decisions
from tfpb.review.limit_doubts import doubtful, lost_decisions
from tfpb.stage import Execute, Stage, directly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from tfpb.model.location import QpvMap
    from tfpb.review.address_decisions import AddressDecision

SUFFIX: Final = "_a_verifier.xlsx"
SHEET: Final = "Limites"
ADDRESSES: Final = "Adresses"
_OURS: Final = frozenset({SHEET, ADDRESSES, "Choix"})


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
    addresses: pd.DataFrame | None = None,
    chosen: Sequence[AddressDecision] = (),
    execute: Execute = directly,
) -> dict[Path, bytes]:
    """Make the review workbook of located entrances, for its place: « Limites », and « Adresses » if asked.

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
    addresses : DataFrame, optional
        Doubts of geocoding (`tfpb.review.address_doubts`); left out, the sheet « Adresses » of a file
        that stands there stays as it is.
    chosen : sequence of AddressDecision
        Decisions on addresses that this run was given.
    execute : Execute
        Makes the workbook, a stage of its own.

    Returns
    -------
    dict of Path to bytes
        The workbook at its place; empty when there is nothing to decide.
    """
    rows = doubtful(entrances, decisions)
    if not len(rows) and (addresses is None or not len(addresses)):
        return {}
    path, base = _place(stem, decisions, None if addresses is None else chosen)
    made = execute(
        _WORKBOOK, (rows, entrances, maps, parcels, streets(rows), radius_m, addresses, base)
    )
    return {path: made[SUFFIX]}


def _workbook(
    rows: pd.DataFrame,
    entrances: pd.DataFrame,
    maps: Mapping[int, QpvMap],
    parcels: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
    radius_m: float,
    addresses: pd.DataFrame | None,
    base: bytes | None,
) -> dict[str, bytes]:
    from tfpb.review.doubts_workbook import doubts_bytes  # noqa: PLC0415 - draws: loaded when needed
    from tfpb.review.picture import pictures  # noqa: PLC0415 - idem

    drawn = pictures(
        rows, entrances, maps, parcels=parcels, streets=streets, default_radius_m=radius_m
    )
    codes = rows["code_qpv"].tolist()
    return {SUFFIX: doubts_bytes(addresses, rows, drawn, codes=codes, base=base)}


_WORKBOOK: Final = Stage(
    "Doutes à trancher",
    1,
    ("lignes", "entrees", "cartes", "parcelles", "rues", "rayon", "adresses", "base"),
    "classeur",
    _workbook,
    kept="fichiers",
)


def _place(
    stem: Path, decisions: pd.DataFrame | None, chosen: Sequence[AddressDecision] | None
) -> tuple[Path, bytes | None]:
    """Choose where the review goes: never over decisions that this run was not given.

    Other sheets of the file that stands there are kept, « Adresses » among them when `chosen` is None.
    """
    path = stem.with_name(stem.name + SUFFIX)
    rank = 1
    while path.is_file():
        try:
            names = set(sheet_names(path))
            lost = bool(SHEET in names and lost_decisions(read_decisions(path), decisions))
            if chosen is not None and ADDRESSES in names:
                lost = lost or _lost_addresses(path, chosen)
        except TfpbError:
            names, lost = set(), True  # cannot be read: whatever it holds is not ours to replace
        if not lost:
            others = names - ({SHEET} if chosen is None else _OURS)
            return path, path.read_bytes() if others else None
        rank += 1
        path = stem.with_name(f"{stem.name}_a_verifier.{rank}.xlsx")
    return path, None


def _lost_addresses(path: Path, chosen: Sequence[AddressDecision]) -> bool:
    """Tell whether a file holds decisions on addresses that this run was not given."""
    known = {replace(d, place=Place()) for d in chosen}
    return any(replace(d, place=Place()) not in known for d in read_address_decisions(path))
