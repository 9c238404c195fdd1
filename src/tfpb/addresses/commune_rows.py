"""From the raw columns of an address file to the rows of each commune, vectorised.

Every row is either kept or listed with a reason: `commune`, `voie`, `numero` or `position`. Texts are
mended on the distinct values of a batch, never row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tfpb.addresses.blob import NO_NUMBER, CommuneRows, StreetKey
from tfpb.addresses.file_cells import (
    SCHEMES,
    Coded,
    code_column,
    current_codes,
    name_old_cities,
    newest_date,
    rank_positions,
    read_citycodes,
    read_numbers,
    read_parcels,
    read_positions,
    read_postcode,
    read_street_ids,
)
from tfpb.addresses.formats import column
from tfpb.text import drop_controls, mend_mojibake, squeeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.addresses.communes import Communes
    from tfpb.addresses.formats import RawBatch, Shape


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows of one commune found in a batch.

    Parameters
    ----------
    citycode, city : str
        Current code; name as the official list, failing it the file, gives it.
    rows : CommuneRows
    lines : ndarray of int64 [n]
    """

    citycode: str
    city: str
    rows: CommuneRows
    lines: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A batch, sorted out: what is kept by commune, what is not and why, names mended."""

    parts: list[Part]
    rejected: list[tuple[int, str, str]]
    mended: int
    newest: str


def prepare(batch: RawBatch, shape: Shape, communes: Communes) -> Prepared:
    """Sort a batch out by commune.

    Parameters
    ----------
    batch : RawBatch
    shape : Shape
        Says which of the four formats it is.
    communes : Communes
        Turns old codes into current ones; a code it does not know is kept as written.

    Returns
    -------
    Prepared
        x and y in the legal projection of each commune, projected from degrees where the file has
        no metres.
    """
    mended = 0

    def tidy(text: str) -> str:
        nonlocal mended
        better = mend_mojibake(text)
        mended += better != text
        return squeeze(drop_controls(better)).strip('"').strip()

    ids = column(batch, "id")
    if shape.kind == "BAL":
        ids = pc.if_else(pc.equal(ids, ""), column(batch, "uid"), ids)
    raw_codes = read_citycodes(batch, shape, ids)
    postcodes = code_column(column(batch, "postcode"), read_postcode)
    citycodes = current_codes(raw_codes, postcodes, communes)
    streets = code_column(column(batch, "street"), tidy)
    cities = code_column(column(batch, "city"), tidy)
    olds = name_old_cities(batch, raw_codes, citycodes, cities, communes, tidy)
    numbers, suffixes, bad_number = read_numbers(batch, shape)
    x, y = read_positions(batch, citycodes)

    reasons = np.full(batch.rows, "", dtype=object)
    reasons[np.isnan(x) | np.isnan(y)] = "position"
    reasons[bad_number] = "numero"
    reasons[np.array([not v for v in streets.values])[streets.codes]] = "voie"
    reasons[np.array([not v for v in citycodes.values])[citycodes.codes]] = "commune"
    kept = np.flatnonzero(reasons == "")
    rejected = _listed(batch, reasons, ids)

    street_ids, schemes = read_street_ids(shape, ids, numbers, suffixes, streets, citycodes)
    kinds = np.where(
        (shape.kind == "lieux-dits") | ((shape.kind == "BAL") & (numbers == NO_NUMBER)), 1, 0
    )
    combined = citycodes.codes
    for codes, size in (
        (street_ids.codes, len(street_ids.values)),
        (streets.codes, len(streets.values)),
        (postcodes.codes, len(postcodes.values)),
        (olds.codes, len(olds.values)),
        (kinds, 2),
        (schemes, 3),
    ):
        # re-coded at each step so that the product of sizes never overflows 64 bits
        _, combined = np.unique(combined * size + codes, return_inverse=True)
    parcels = read_parcels(batch)
    uids = None
    if (schemes == SCHEMES.index("x")).any():
        uids = np.array(ids.to_pylist(), dtype=object)
    ranks = rank_positions(batch) if shape.kind == "BAL" else None

    kept = kept[np.argsort(citycodes.codes[kept], kind="stable")]
    edges = np.flatnonzero(np.diff(citycodes.codes[kept])) + 1
    parts = []
    for rows in np.split(kept, edges) if kept.size else []:
        _, first, inverse = np.unique(combined[rows], return_index=True, return_inverse=True)
        code = citycodes.values[citycodes.codes[rows[0]]]
        served = communes.current[code].postcodes if code in communes.current else ()
        keys = [
            StreetKey(
                street_ids.values[street_ids.codes[row]],
                streets.values[streets.codes[row]],
                "sl"[kinds[row]],
                postcodes.values[postcodes.codes[row]] or (served[0] if len(served) == 1 else ""),
                olds.values[olds.codes[row]],
                SCHEMES[schemes[row]],
            )
            for row in rows[first].tolist()
        ]
        found = CommuneRows(
            keys,
            inverse.astype(np.int32),
            numbers[rows],
            _take(suffixes, rows),
            np.rint(x[rows] * 100).astype(np.int32),
            np.rint(y[rows] * 100).astype(np.int32),
            None if uids is None else uids[rows],
            None if parcels is None else parcels[rows],
            None if ranks is None else ranks[rows],
        )
        city = communes.name(code) or cities.values[cities.codes[rows[0]]]
        parts.append(Part(code, city, found, batch.lines[rows]))
    return Prepared(parts, rejected, mended, newest_date(batch))


def _take(coded: Coded, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    return np.array(coded.values, dtype=object)[coded.codes[rows]]


def _listed(
    batch: RawBatch, reasons: NDArray[np.object_], ids: pa.StringArray
) -> list[tuple[int, str, str]]:
    out = []
    for row in np.flatnonzero(reasons != "").tolist():
        got = " ".join(
            str(text)
            for text in (
                ids[row].as_py(),
                column(batch, "number")[row].as_py() if "number" in batch.columns else "",
                column(batch, "street")[row].as_py(),
            )
            if text
        )
        out.append((int(batch.lines[row]), str(reasons[row]), got[:120]))
    return out
