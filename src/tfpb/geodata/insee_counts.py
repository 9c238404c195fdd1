"""Insee's count of social dwellings a quarter (RPLS): the outside control of any location."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
from shapely import Point

from tfpb.errors import Place, fail, stop_on_faults
from tfpb.geodata.catalogue import entry
from tfpb.geodata.stored_layers import read_sidecar, store
from tfpb.io.sources.geofiles import read_parquet
from tfpb.io.tables.contents import hash_file
from tfpb.io.tables.headers import refuse_unknown
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.record import SourceFile
from tfpb.model.tables import INSEE_COUNTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tfpb.model.record import Sidecar

_FORMS: Final = {
    2015: re.compile(r"QP(\d{3}|02[AB])\d{3}"),
    2024: re.compile(r"QN(\d{3}|02[AB])\d{2}[NMIC]"),
}
_NAME: Final = "insee-{vintage}"
_FIGURE: Final = re.compile(r"\d")


def import_insee(
    path: Path,
    *,
    vintage: int,
    folder: Path,
    sheet: str | None = None,
    renames: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Import the count of social dwellings by quarter.

    Parameters
    ----------
    path : Path
        Any table; its headers are looked for by meaning.
    vintage : int
        2015 or 2024: the map whose quarters it counts.
    folder : Path
        Folder of geographies.
    sheet : str, optional
    renames : mapping of str to str, optional
        `code_qpv`, `logements` → header of the file.

    Returns
    -------
    DataFrame
        `code_qpv, logements` (float; NaN is secret or unknown, never nil), sorted by code.

    Raises
    ------
    TfpbError
        `millesime_inconnu`; `colonne_absente`; `insee_autre_carte` when no row is of that map; a
        number that cannot be read.
    """
    if vintage not in _FORMS:
        raise fail("millesime_inconnu", place=Place(path.name), got=vintage)
    named = dict(renames or {})
    table = read_table(path, sheet=sheet, known=(*INSEE_COUNTS.headers, *named.values()))
    refuse_unknown(table, named, INSEE_COUNTS.names)
    read, faults = typed(table, INSEE_COUNTS, renames=named)
    stop_on_faults(
        f for f in faults if f.code != "valeur_illisible" or _FIGURE.search(f.got)
    )  # « s », « nd »: secret or unknown
    mine = read[[_FORMS[vintage].fullmatch(code) is not None for code in read["code_qpv"]]]
    if mine.empty:
        met = next((c for c in read["code_qpv"] if c), "")
        raise fail(
            "insee_autre_carte", place=Place(path.name, table.sheet), got=met, millesime=vintage
        )
    kept = mine[["code_qpv", "logements"]].drop_duplicates("code_qpv").sort_values("code_qpv")
    kept = kept.reset_index(drop=True)
    name = _NAME.format(vintage=vintage)
    known = replace(entry("insee"), title=f"{entry('insee').title} {vintage}", vintage=vintage)
    # stored as the other layers are, which makes it listed and verified with them
    layer = gpd.GeoDataFrame(kept, geometry=[Point()] * len(kept), crs=4326)
    store(folder, name, layer, known, [SourceFile(path.name, hash_file(path), len(kept))])
    return kept


def insee_card(folder: Path, vintage: int) -> Sidecar | None:
    """Read the card of the counts of a map; None when they were not imported."""
    return read_sidecar(folder / f"{_NAME.format(vintage=vintage)}.json")


def load_insee(folder: Path, vintage: int) -> pd.DataFrame | None:
    """Load the counts of a map (`code_qpv, logements`); None when they were not imported."""
    card = insee_card(folder, vintage)
    if card is None:
        return None
    return pd.DataFrame(read_parquet(folder / card.stored)[["code_qpv", "logements"]])
