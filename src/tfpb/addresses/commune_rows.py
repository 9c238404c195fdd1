"""The rows of each commune of an address file: communes, streets, numbers and positions made sound.

Every row is either kept or listed with a reason: `commune`, `voie`, `numero` or `position`. Texts are
mended on the distinct values of a batch, never row by row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tfpb.addresses.blob import NO_NUMBER, CommuneRows, StreetKey
from tfpb.model.projection import from_lonlat, legal_epsg
from tfpb.text import drop_controls, fold, mend_mojibake, squeeze

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tfpb.addresses.communes import Communes
    from tfpb.addresses.formats import RawBatch, Shape
    from tfpb.model.arrays import Flags, Floats, Integers, Objects

_SCHEMES: Final = ("b", "o", "x")
"""How ids of addresses are made from the street's (`StreetKey.scheme`)."""
_WRITTEN_OUT: Final = _SCHEMES.index("x")
_CODE: Final = re.compile(r"^(?:\d{2}|2[AB])\d{3}$")
_POSTCODE: Final = re.compile(r"^\d{5}$")
# BAN and BAL: commune, street, number on five digits, suffixes
_ADDRESS_ID: Final = r"^([^_]+_[^_]+)_[0-9]{5}(?:_.*)?$"
"""Commune, street (four to six signs, perhaps figures only), number, suffix."""
_NUMBER: Final = r"^\s*0*(?P<number>[0-9]{1,6})\s*-?\s*(?P<suffix>[A-Za-z].*)?$"
_BAL_PLACE: Final = 99999
_BAL_POSITIONS: Final = (
    "entrée", "bâtiment", "cage d’escalier", "logement", "délivrance postale", "parcelle", "segment",
)  # fmt: skip
# EPSG code: x from, x to, y from, y to, in metres; wide enough for every island of the zone
_BOUNDS: Final = {
    2154: (0.0, 1_300_000.0, 6_000_000.0, 7_200_000.0),
    5490: (400_000.0, 800_000.0, 1_550_000.0, 2_050_000.0),
    2972: (50_000.0, 550_000.0, 200_000.0, 700_000.0),
    2975: (250_000.0, 450_000.0, 7_600_000.0, 7_750_000.0),
    4471: (480_000.0, 560_000.0, 8_540_000.0, 8_620_000.0),
}


@dataclass(frozen=True, slots=True)
class _Coded:
    """A text column as distinct cleaned values and the position of each row's value."""

    codes: Integers
    values: list[str]

    @classmethod
    def of(cls, texts: pa.StringArray, clean: Callable[[str], str] = str) -> _Coded:
        """Clean the distinct values of a column, and merge those that become equal."""
        encoded = texts.dictionary_encode()
        codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        return cls(codes, encoded.dictionary.to_pylist()).cleaned(clean)

    def cleaned(self, clean: Callable[[str], str]) -> _Coded:
        """Clean the distinct values, and merge those that become equal."""
        index: dict[str, int] = {}
        where = [index.setdefault(clean(value), len(index)) for value in self.values]
        return _Coded(np.array(where, dtype=np.int64)[self.codes], list(index))

    def value(self, row: int) -> str:
        """Return the value of a row."""
        return self.values[int(self.codes[row])]

    def empty(self) -> Flags:
        """Return the rows whose value is empty."""
        return np.array([not value for value in self.values], dtype=bool)[self.codes]


class Part(NamedTuple):
    """Rows of one commune found in a batch.

    `citycode` is the current code; `city` the name of the official list, failing it of the file.
    """

    citycode: str
    city: str
    rows: CommuneRows


class Prepared(NamedTuple):
    """A batch sorted by commune: rows kept; line, reason and text of the others; names mended.

    `newest` is the newest date of update (ISO), empty when the file has none.
    """

    parts: list[Part]
    rejected: list[tuple[int, str, str]]
    mended: int
    newest: str


def prepare(batch: RawBatch, shape: Shape, communes: Communes) -> Prepared:
    """Sort the rows of a batch by commune.

    `shape` is one of the four formats; `communes` turns old codes into current ones, and an unknown one is
    kept as written. x and y are in the legal projection of each commune, projected from degrees where the
    file has no metres.
    """
    mended = 0

    def tidy(text: str) -> str:
        nonlocal mended
        better = mend_mojibake(text)
        mended += better != text
        return squeeze(drop_controls(better)).strip('"').strip()

    ids = batch.column("id")
    if shape.kind == "BAL":
        ids = pc.if_else(pc.equal(ids, ""), batch.column("uid"), ids)
    raw_codes = _citycodes(batch, shape, ids)
    postcodes = _Coded.of(batch.column("postcode"), _postcode)
    citycodes = _current(raw_codes, postcodes, communes)
    streets = _Coded.of(batch.column("street"), tidy)
    cities = _Coded.of(batch.column("city"), tidy)
    olds = _old_cities(batch, raw_codes, citycodes, cities, communes, tidy)
    numbers, suffixes, bad_number = _numbers(batch, shape)
    x, y = _positions(batch, citycodes)

    reasons = np.full(batch.rows, "", dtype=object)
    reasons[np.isnan(x) | np.isnan(y)] = "position"
    reasons[bad_number] = "numero"
    reasons[streets.empty()] = "voie"
    reasons[citycodes.empty()] = "commune"
    rejected = _rejected(batch, reasons, ids)
    street_ids, schemes = _street_ids(shape, ids, numbers, suffixes, streets, citycodes)
    places = (shape.kind == "lieux-dits") | ((shape.kind == "BAL") & (numbers == NO_NUMBER))
    kinds = np.where(places, 1, 0)
    combined = citycodes.codes
    texts = ((c.codes, len(c.values)) for c in (street_ids, streets, postcodes, olds))
    for codes, size in (*texts, (kinds, 2), (schemes, len(_SCHEMES))):
        # re-coded at each step so that the product of sizes never overflows 64 bits
        combined = np.unique(combined * size + codes, return_inverse=True)[1]
    x_cm, y_cm = (np.rint(np.nan_to_num(axis) * 100).astype(np.int32) for axis in (x, y))
    whole = CommuneRows(
        [],
        np.zeros(batch.rows, dtype=np.int32),
        numbers,
        np.array(suffixes.values, dtype=object)[suffixes.codes],
        x_cm,
        y_cm,
        ids=np.array(ids.to_pylist(), dtype=object) if (schemes == _WRITTEN_OUT).any() else None,
        parcels=_parcels(batch),
        rank=_ranks(batch) if shape.kind == "BAL" else None,
        line=batch.lines,
    )
    kept = np.flatnonzero(reasons == "")
    kept = kept[np.argsort(citycodes.codes[kept], kind="stable")]
    edges = np.flatnonzero(np.diff(citycodes.codes[kept])) + 1
    parts = []
    for rows in np.split(kept, edges) if kept.size else []:
        _, first, street = np.unique(combined[rows], return_index=True, return_inverse=True)
        code = citycodes.value(rows[0])
        served = communes.current[code].postcodes if code in communes.current else ()
        sole_postcode = served[0] if len(served) == 1 else ""
        keys = [
            StreetKey(
                street_ids.value(row), streets.value(row), "sl"[kinds[row]],
                postcodes.value(row) or sole_postcode, olds.value(row), _SCHEMES[schemes[row]],
            )
            for row in rows[first].tolist()
        ]  # fmt: skip
        found = replace(whole.take(rows), streets=keys, street=street.astype(np.int32))
        parts.append(Part(code, communes.name(code) or cities.value(rows[0]), found))
    days = batch.columns["date"].dictionary_encode().dictionary if "date" in batch.columns else []
    newest = max((str(day)[:10] for day in days), default="")
    return Prepared(parts, rejected, mended, newest)


def _rejected(batch: RawBatch, reasons: Objects, ids: pa.StringArray) -> list[tuple[int, str, str]]:
    """List the rows that have a reason: line, reason, what the row holds."""
    rows = np.flatnonzero(reasons != "")
    columns = (ids, batch.column("number"), batch.column("street"))
    texts = [column.take(pa.array(rows)).to_pylist() for column in columns]
    return [
        (int(batch.lines[row]), str(reasons[row]), " ".join(filter(None, got))[:120])
        for row, *got in zip(rows.tolist(), *texts, strict=True)
    ]


def _postcode(text: str) -> str:
    """Return a postcode on five digits, empty when it is none."""
    text = text.strip()
    if text.isdigit():
        text = text.zfill(5)
    return text if _POSTCODE.match(text) else ""


def _citycodes(batch: RawBatch, shape: Shape, ids: pa.StringArray) -> _Coded:
    """Return codes of communes as written; BANO and old BAL have them in their ids only."""
    codes = batch.column("citycode")
    if shape.kind in {"BANO", "BAL"}:
        codes = pc.if_else(pc.equal(codes, ""), pc.utf8_slice_codeunits(ids, 0, 5), codes)
    return _Coded.of(codes, lambda text: text.strip().upper())


def _current(raw: _Coded, postcodes: _Coded, communes: Communes) -> _Coded:
    """Turn codes as written into current ones; Paris, Lyon and Marseille into arrondissements."""
    current = raw.cleaned(
        lambda code: communes.resolve(code) or (code if _CODE.match(code.zfill(5)) else "")
    )
    codes, index = current.codes, {code: at for at, code in enumerate(current.values)}
    for city in [code for code in index if communes.arrondissements(code)]:
        rows = np.flatnonzero(codes == index[city])
        for postcode in np.unique(postcodes.codes[rows]).tolist():
            served = communes.by_postcode(postcodes.values[postcode])
            districts = [c for c in served if communes.city(c) == city]
            if len(districts) == 1:
                here = rows[postcodes.codes[rows] == postcode]
                codes[here] = index.setdefault(districts[0], len(index))
    return _Coded(codes, list(index))


def _old_cities(
    batch: RawBatch, raw: _Coded, current: _Coded, cities: _Coded, communes: Communes,
    tidy: Callable[[str], str],
) -> _Coded:  # fmt: skip
    """Name the old commune: as the file has it, else by its code, else because the code is an old one."""
    names = _Coded.of(batch.column("old_city"), tidy)
    codes = _Coded.of(batch.column("old_code"), lambda text: text.strip().upper())
    columns = (names, codes, raw, current, cities)
    stacked = np.stack([column.codes for column in columns])
    distinct, inverse = np.unique(stacked, axis=1, return_inverse=True)
    index: dict[str, int] = {}
    where = []
    for positions in distinct.T.tolist():
        name, code, written, now, city = (
            column.values[at] for column, at in zip(columns, positions, strict=True)
        )
        old = name or communes.old_name(code)
        if not old and written and communes.former.get(written) == now:
            old = communes.old_name(written) or city
        where.append(index.setdefault(old, len(index)))
    return _Coded(np.array(where, dtype=np.int64)[inverse.reshape(-1)], list(index))


def _floats(texts: pa.StringArray) -> Floats:
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


def _numbers(batch: RawBatch, shape: Shape) -> tuple[NDArray[np.int32], _Coded, Flags]:
    """Return numbers, suffixes, and the rows whose number is neither empty nor a number."""
    suffixes = batch.column("suffix")
    texts = batch.column("number")
    empty = pc.equal(pc.utf8_trim_whitespace(texts), "")
    bad = np.zeros(batch.rows, dtype=bool)
    try:
        numbers = pc.if_else(empty, str(NO_NUMBER), texts).cast(pa.int32())
    except pa.ArrowInvalid:
        found = pc.extract_regex(texts, _NUMBER)
        none = pc.is_null(found)
        bad = np.asarray(pc.and_(none, pc.invert(empty)).to_numpy(zero_copy_only=False))
        numbers = pc.if_else(none, str(NO_NUMBER), pc.struct_field(found, "number"))
        numbers = numbers.cast(pa.int32())
        glued = pc.if_else(none, "", pc.struct_field(found, "suffix"))
        suffixes = pc.if_else(pc.equal(suffixes, ""), glued, suffixes)
    values = np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.int32)
    bad = bad | (values < NO_NUMBER) | (values > _BAL_PLACE)
    if shape.kind == "BAL":
        values = np.where(values == _BAL_PLACE, NO_NUMBER, values).astype(np.int32)
    return values, _Coded.of(suffixes, lambda text: squeeze(text).lower()), bad


def _positions(batch: RawBatch, citycodes: _Coded) -> tuple[Floats, Floats]:
    """Return metres in the legal projection; NaN where neither metres nor degrees make sense."""
    epsgs = np.array([legal_epsg(code) for code in citycodes.values])[citycodes.codes]
    x, y = _floats(batch.column("x")), _floats(batch.column("y"))
    degrees: tuple[Any, Any] | None = None
    for epsg in np.unique(epsgs).tolist():
        missing = np.flatnonzero((epsgs == epsg) & ~_inside(x, y, epsg))
        if not missing.size:
            continue
        x[missing], y[missing] = np.nan, np.nan
        if {"lon", "lat"} <= batch.columns.keys():
            degrees = degrees or (_floats(batch.column("lon")), _floats(batch.column("lat")))
            px, py = from_lonlat(degrees[0][missing], degrees[1][missing], epsg)
            good = _inside(px, py, epsg)
            x[missing[good]], y[missing[good]] = px[good], py[good]
    return x, y


def _inside(x: Floats, y: Floats, epsg: int) -> Flags:
    west, east, south, north = _BOUNDS[epsg]
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _street_ids(
    shape: Shape, ids: pa.StringArray, numbers: NDArray[np.int32], suffixes: _Coded,
    streets: _Coded, citycodes: _Coded,
) -> tuple[_Coded, Integers]:  # fmt: skip
    """Return the street's identifier of each row, and how the address's is made from it."""
    if shape.kind == "lieux-dits":
        return _Coded.of(ids), np.zeros(len(ids), dtype=np.int64)
    if shape.kind == "BANO":
        return _Coded.of(pc.replace_substring_regex(ids, r"-[^-]*$", "")), np.full(len(ids), 1)
    heads = pc.replace_substring_regex(ids, _ADDRESS_ID, r"\1")
    tails = pc.binary_join_element_wise(
        heads, pc.utf8_lpad(pa.array(np.maximum(numbers, 0)).cast(pa.string()), 5, "0"), "_"
    )
    ends = np.array([f"_{v}" if v else "" for v in suffixes.values], dtype=object)
    wanted = pc.binary_join_element_wise(tails, pa.array(ends[suffixes.codes], pa.string()), "")
    plain = np.asarray(pc.equal(wanted, ids).to_numpy(zero_copy_only=False))
    plain |= numbers == NO_NUMBER
    coded = _Coded.of(heads)
    uncut = np.asarray(pc.equal(heads, ids).to_numpy(zero_copy_only=False))
    # ids that do not name the street: streets of a commune are then distinguished by name
    index = {value: position for position, value in enumerate(coded.values)}
    for row in np.flatnonzero(uncut & (numbers != NO_NUMBER)).tolist():
        key = f"{citycodes.value(row)}_{fold(streets.value(row)).replace(' ', '-')}"
        coded.codes[row] = index.setdefault(key, len(index))
    return _Coded(coded.codes, list(index)), np.where(plain, 0, _WRITTEN_OUT)


def _parcels(batch: RawBatch) -> Objects | None:
    """Return cadastral references, None when the batch has none at all."""
    texts = batch.column("parcels")
    if not pc.any(pc.not_equal(texts, "")).as_py():
        return None
    return np.array(texts.to_pylist(), dtype=object)


def _ranks(batch: RawBatch) -> NDArray[np.int8]:
    """Rank the positions a BAL gives of one address: the entrance first."""
    order = {fold(name): rank for rank, name in enumerate(_BAL_POSITIONS)}
    coded = _Coded.of(batch.column("position"), fold)
    ranks = np.array([order.get(value, len(order)) for value in coded.values], dtype=np.int8)
    return ranks[coded.codes]
