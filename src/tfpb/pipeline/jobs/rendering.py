"""What a command on a user's own file writes: a table, or a layer of points, by its extension."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfpb.io.tables.tabular import is_layer, table_bytes
from tfpb.model.projection import LAMBERT_93, moved
from tfpb.words.faults.input_words import SHEET

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tfpb.io.tables.text_table import TextTable


def rendered(
    output: Path,
    table: TextTable,
    frame: pd.DataFrame,
    points: pd.DataFrame,
    *,
    raw_csv: bool,
    sheet: str = SHEET,
) -> bytes:
    """Render answers by the extension of an output (`format_inconnu`, `ecriture_impossible`).

    `frame` is what is written of the table read, `points` the positions of its rows, as `positions` takes
    them. A layer is in the legal projection of its points, in Lambert-93 where they have several.
    """
    if not is_layer(output, table.of_geometry):
        return table_bytes(output, frame, raw_csv=raw_csv, sheet=sheet)
    from tfpb.io.layers.layer_files import layer_bytes  # noqa: PLC0415 - loads GDAL
    from tfpb.perimeters.points import positions  # noqa: PLC0415 - loads geopandas

    at = positions(points, default_radius_m=0.0)
    found = sorted(set(at.epsg[at.placed].tolist()))
    epsg = found[0] if len(found) == 1 else LAMBERT_93
    x, y = np.array(at.x), np.array(at.y)
    for other in found:
        if other != epsg:
            rows = at.placed & (at.epsg == other)
            x[rows], y[rows] = moved(x[rows], y[rows], other, epsg)
    return layer_bytes(output, frame, x=x, y=y, epsg=epsg, added=table.of_geometry or ())
