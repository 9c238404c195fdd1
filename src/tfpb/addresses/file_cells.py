"""Columns of an address file as arrays: communes, streets, numbers and positions made sound.

Texts are mended on the distinct values of a batch, never row by row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tfpb.addresses.blob import NO_NUMBER
from tfpb.addresses.formats import column
from tfpb.model.projection import from_lonlat, legal_epsg
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tfpb.addresses.communes import Communes
    from tfpb.addresses.formats import RawBatch, Shape

SCHEMES: Final = ("b", "o", "x")
"""How ids of addresses are made from the street's (`StreetKey.scheme`)."""
_CODE: Final = re.compile(r"^(?:\d{2}|2[AB])\d{3}$")
_POSTCODE: Final = re.compile(r"^\d{5}$")
# BAN and BAL: commune, street, number on five digits, suffixes
_NUMBER_IN_ID: Final = r"_[0-9]{5}(?:_.*)?$"
_NUMBER: Final = r"^\s*0*(?P<number>[0-9]{1,6})\s*-?\s*(?P<suffix>[A-Za-z].*)?$"
_BAL_PLACE: Final = 99999
_BAL_POSITIONS: Final = (
    "entrée",
    "bâtiment",
    "cage d’escalier",
    "logement",
    "délivrance postale",
    "parcelle",
    "segment",
)
# EPSG code: x from, x to, y from, y to, in metres; wide enough for every island of the zone
_BOUNDS: Final = {
    2154: (0.0, 1_300_000.0, 6_000_000.0, 7_200_000.0),
    5490: (400_000.0, 800_000.0, 1_550_000.0, 2_050_000.0),
    2972: (50_000.0, 550_000.0, 200_000.0, 700_000.0),
    2975: (250_000.0, 450_000.0, 7_600_000.0, 7_750_000.0),
    4471: (480_000.0, 560_000.0, 8_540_000.0, 8_620_000.0),
}


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column as distinct cleaned values and the position of each row's value."""

    codes: NDArray[np.int64]
    values: list[str]


def code_column(texts: pa.StringArray, clean: Callable[[str], str]) -> Coded:
    """Clean the distinct values of a column, and merge those that become equal."""
    encoded = texts.dictionary_encode()
    index: dict[str, int] = {}
    where = [index.setdefault(clean(value), len(index)) for value in encoded.dictionary.to_pylist()]
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    return Coded(np.array(where, dtype=np.int64)[codes], list(index))


def read_postcode(text: str) -> str:
    """Return a postcode on five digits, empty when it is none."""
    text = text.strip()
    if text.isdigit():
        text = text.zfill(5)
    return text if _POSTCODE.match(text) else ""


def read_citycodes(batch: RawBatch, shape: Shape, ids: pa.StringArray) -> Coded:
    """Return codes of communes as written; BANO and old BAL say them in their ids only."""
    codes = column(batch, "citycode") if "citycode" in batch.columns else None
    if shape.kind in {"BANO", "BAL"}:
        of_id = pc.utf8_slice_codeunits(ids, 0, 5)
        codes = of_id if codes is None else pc.if_else(pc.equal(codes, ""), of_id, codes)
    return code_column(codes, lambda text: text.strip().upper())


def current_codes(raw: Coded, postcodes: Coded, communes: Communes) -> Coded:
    """Turn codes as written into current ones; Paris, Lyon and Marseille into arrondissements."""
    current = [
        communes.resolve(code) or (code if _CODE.match(code.zfill(5)) else "")
        for code in raw.values
    ]
    index: dict[str, int] = {}
    where = np.array([index.setdefault(code, len(index)) for code in current], dtype=np.int64)
    codes = where[raw.codes]
    for city in [code for code in index if communes.arrondissements(code)]:
        rows = np.flatnonzero(codes == index[city])
        for postcode in np.unique(postcodes.codes[rows]).tolist():
            districts = [
                c
                for c in communes.by_postcode(postcodes.values[postcode])
                if communes.city(c) == city
            ]
            if len(districts) == 1:
                here = rows[postcodes.codes[rows] == postcode]
                codes[here] = index.setdefault(districts[0], len(index))
    return Coded(codes, list(index))


def name_old_cities(
    batch: RawBatch,
    raw: Coded,
    current: Coded,
    cities: Coded,
    communes: Communes,
    tidy: Callable[[str], str],
) -> Coded:
    """Name the old commune: as the file says, else by its code, else because the code is an old one."""
    names = code_column(column(batch, "old_city"), tidy)
    codes = code_column(column(batch, "old_code"), lambda text: text.strip().upper())
    triples, inverse = np.unique(
        np.stack([names.codes, codes.codes, raw.codes, current.codes, cities.codes]),
        axis=1,
        return_inverse=True,
    )
    index: dict[str, int] = {}
    where = []
    for name, code, written, now, city in triples.T.tolist():
        old = names.values[name] or communes.old_name(codes.values[code])
        moved = _merged_since(raw.values[written], current.values[now], communes)
        if not old and moved:
            old = communes.old_name(raw.values[written]) or cities.values[city]
        where.append(index.setdefault(old, len(index)))
    return Coded(np.array(where, dtype=np.int64)[inverse.reshape(-1)], list(index))


def _merged_since(written: str, now: str, communes: Communes) -> bool:
    """Tell a code that was merged into another from one that only lost its zero."""
    return bool(written) and written in communes.former and communes.former[written] == now


def _floats(texts: pa.StringArray) -> NDArray[np.float64]:
    try:
        numbers = pc.if_else(pc.equal(texts, ""), None, texts).cast(pa.float64())
    except pa.ArrowInvalid:
        numbers = pa.array([_float(text) for text in texts.to_pylist()], pa.float64())
    return np.array(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def _float(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def read_numbers(
    batch: RawBatch, shape: Shape
) -> tuple[NDArray[np.int32], Coded, NDArray[np.bool_]]:
    """Read numbers and suffixes; a number that is not one is told apart from an empty one."""
    suffixes = column(batch, "suffix") if "suffix" in batch.columns else None
    nothing = np.zeros(batch.rows, dtype=bool)
    if shape.kind == "lieux-dits":
        none = np.full(batch.rows, NO_NUMBER, dtype=np.int32)
        return none, Coded(np.zeros(batch.rows, dtype=np.int64), [""]), nothing
    texts = column(batch, "number")
    empty = pc.equal(pc.utf8_trim_whitespace(texts), "")
    try:
        numbers = pc.if_else(empty, str(NO_NUMBER), texts).cast(pa.int32())
        bad = nothing
    except pa.ArrowInvalid:
        found = pc.extract_regex(texts, _NUMBER)
        bad = np.asarray(
            pc.and_(pc.is_null(found), pc.invert(empty)).to_numpy(zero_copy_only=False)
        )
        numbers = pc.if_else(
            pc.is_null(found), str(NO_NUMBER), pc.struct_field(found, "number")
        ).cast(pa.int32())
        glued = pc.if_else(pc.is_null(found), "", pc.struct_field(found, "suffix"))
        suffixes = (
            glued if suffixes is None else pc.if_else(pc.equal(suffixes, ""), glued, suffixes)
        )
    values = np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.int32)
    bad = bad | (values < NO_NUMBER) | (values > _BAL_PLACE)
    if shape.kind == "BAL":
        values = np.where(values == _BAL_PLACE, NO_NUMBER, values).astype(np.int32)
    if suffixes is None:
        return values, Coded(np.zeros(batch.rows, dtype=np.int64), [""]), bad
    return values, code_column(suffixes, lambda text: squeeze(text).lower()), bad


def read_positions(
    batch: RawBatch, citycodes: Coded
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return metres in the legal projection; NaN where neither metres nor degrees make sense."""
    epsgs = np.array([legal_epsg(code) for code in citycodes.values])[citycodes.codes]
    if {"x", "y"} <= batch.columns.keys():
        x, y = _floats(column(batch, "x")), _floats(column(batch, "y"))
    else:
        x, y = np.full(batch.rows, np.nan), np.full(batch.rows, np.nan)
    degrees: tuple[Any, Any] | None = None
    for epsg in np.unique(epsgs).tolist():
        here = epsgs == epsg
        missing = np.flatnonzero(here & ~_inside(x, y, epsg))
        if not missing.size:
            continue
        x[missing], y[missing] = np.nan, np.nan
        if {"lon", "lat"} <= batch.columns.keys():
            degrees = degrees or (_floats(column(batch, "lon")), _floats(column(batch, "lat")))
            px, py = from_lonlat(degrees[0][missing], degrees[1][missing], epsg)
            good = _inside(px, py, epsg)
            x[missing[good]], y[missing[good]] = px[good], py[good]
    return x, y


def _inside(x: NDArray[np.float64], y: NDArray[np.float64], epsg: int) -> NDArray[np.bool_]:
    west, east, south, north = _BOUNDS[epsg]
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def read_street_ids(
    shape: Shape,
    ids: pa.StringArray,
    numbers: NDArray[np.int32],
    suffixes: Coded,
    streets: Coded,
    citycodes: Coded,
) -> tuple[Coded, NDArray[np.int64]]:
    """Return the street's identifier of each row, and how the address's is made from it."""
    if shape.kind == "lieux-dits":
        return code_column(ids, str), np.zeros(len(ids), dtype=np.int64)
    if shape.kind == "BANO":
        return code_column(pc.replace_substring_regex(ids, r"-[^-]*$", ""), str), np.full(
            len(ids), 1
        )
    heads = pc.replace_substring_regex(ids, _NUMBER_IN_ID, "")
    tails = pc.binary_join_element_wise(
        heads, pc.utf8_lpad(pa.array(np.maximum(numbers, 0)).cast(pa.string()), 5, "0"), "_"
    )
    ends = np.array([f"_{v}" if v else "" for v in suffixes.values], dtype=object)
    wanted = pc.binary_join_element_wise(tails, pa.array(ends[suffixes.codes], pa.string()), "")
    plain = np.asarray(pc.equal(wanted, ids).to_numpy(zero_copy_only=False)) | (
        numbers == NO_NUMBER
    )
    coded = code_column(heads, str)
    cut = np.asarray(pc.not_equal(heads, ids).to_numpy(zero_copy_only=False))
    whole = np.flatnonzero(~cut & (numbers != NO_NUMBER))
    if whole.size:
        # ids that say nothing of the street: streets of a commune are then told apart by name
        index = {value: position for position, value in enumerate(coded.values)}
        for row in whole.tolist():
            name = fold(streets.values[streets.codes[row]]).replace(" ", "-")
            key = f"{citycodes.values[citycodes.codes[row]]}_{name}"
            coded.codes[row] = index.setdefault(key, len(index))
        coded = Coded(coded.codes, list(index))
    return coded, np.where(plain, 0, 2)


def read_parcels(batch: RawBatch) -> NDArray[np.object_] | None:
    """Return cadastral references, None when the batch has none at all."""
    if "parcels" not in batch.columns:
        return None
    texts = column(batch, "parcels")
    if not pc.any(pc.not_equal(texts, "")).as_py():
        return None
    return np.array(texts.to_pylist(), dtype=object)


def rank_positions(batch: RawBatch) -> NDArray[np.int8]:
    """Rank the positions a BAL gives of one address: the entrance first."""
    order = {fold(name): rank for rank, name in enumerate(_BAL_POSITIONS)}
    coded = code_column(column(batch, "position"), fold)
    worth = np.array([order.get(value, len(order)) for value in coded.values], dtype=np.int8)
    return worth[coded.codes]


def newest_date(batch: RawBatch) -> str:
    """Return the newest date of update (ISO) in a batch, empty when the file has none."""
    if "date" not in batch.columns or not batch.rows:
        return ""
    return max(
        (text[:10] for text in column(batch, "date").dictionary_encode().dictionary.to_pylist()),
        default="",
    )
