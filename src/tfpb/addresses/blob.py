"""One commune of the address index as a compact blob: columns of integers, differences, zlib.

A blob holds the streets of a commune in one text and their numbers in five columns. Neighbours
differ little (numbers follow each other, points are metres apart), so each column is stored as
differences, its bytes grouped by weight, and the whole deflated: five to ten bytes an address. Not a
pickle: a blob from elsewhere can be wrong, it cannot run code.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from tfpb.geocode.source import CommuneAddresses, Street

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.model.arrays import Integers, Objects

_MAGIC: Final = b"TFA1"
_HEADER: Final = struct.Struct("<IIIB")
_PARCELS: Final = 1
_LEVEL: Final = 6
_FIELD, _LINE, _PART = "\x1f", "\n", "\x1e"
_NO_MARKS: Final = str.maketrans(dict.fromkeys((_FIELD, _LINE, _PART), " "))
NO_NUMBER: Final = -1
"""Number of a row that only gives the position of a street or of a lieu-dit."""


class StreetKey(NamedTuple):
    """What identifies a street of a commune.

    `kind` is `s` (street) or `l` (locality); `scheme` is how address ids are made from the street's: `b` as
    BAN does, `o` as BANO does, `x` written out one by one. The other fields are as in
    `tfpb.geocode.source.Street`.
    """

    id: str
    name: str
    kind: str
    postcode: str
    old_city: str
    scheme: str


@dataclass(frozen=True, slots=True, eq=False)
class CommuneRows:
    """The rows of one commune, raw; arrays are [n]."""

    streets: list[StreetKey]
    street: NDArray[np.int32]  # position in `streets`
    number: NDArray[np.int32]  # `NO_NUMBER` where the row only places the street
    suffix: Objects  # lower case
    x_cm: NDArray[np.int32]  # centimetres, legal projection of the commune, like y_cm
    y_cm: NDArray[np.int32]
    ids: Objects | None = None  # address ids; only those of streets of scheme `x` are kept
    parcels: Objects | None = None
    rank: NDArray[np.int8] | None = None
    """Rank of a position when the base gives several for one address, best first (BAL)."""
    line: Integers | None = None  # of the file being imported; not stored

    def take(self, rows: NDArray[Any]) -> CommuneRows:
        """Return some of the rows, by position or by mask; the list of streets stays whole."""
        columns = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "streets"}
        return replace(self, **{n: c[rows] for n, c in columns.items() if c is not None})

    def after(self, last: int) -> CommuneRows | None:
        """Return the rows that stand after a line of the file; None when there are none."""
        if not last:
            return self
        assert self.line is not None  # noqa: S101 - rows of a file being imported have one
        kept = self.take(self.line > last)
        if not kept.number.size:
            return None
        used, street = np.unique(kept.street, return_inverse=True)
        streets = [self.streets[position] for position in used.tolist()]
        return replace(kept, streets=streets, street=street.astype(np.int32))


def _shuffle(values: NDArray[np.generic]) -> bytes:
    """Group the bytes of integers by weight: high bytes, mostly zero, then deflate to nothing."""
    width = values.dtype.itemsize
    return np.ascontiguousarray(values).view(np.uint8).reshape(-1, width).T.tobytes()


def _unshuffle(data: bytes, dtype: str, size: int) -> NDArray[np.generic]:
    width = np.dtype(dtype).itemsize
    planes = np.frombuffer(data, dtype=np.uint8).reshape(width, size)
    return np.ascontiguousarray(planes.T).view(dtype).reshape(-1)


def _differences(values: NDArray[np.int32]) -> NDArray[np.uint32]:
    """Fold signed differences into unsigned integers, small ones staying small (zigzag)."""
    wide = values.astype(np.int64)
    wide[1:] -= values[:-1]
    folded: NDArray[np.uint32] = ((wide << 1) ^ (wide >> 63)).astype("<u4")
    return folded


def _cumulate(folded: NDArray[np.generic]) -> Integers:
    wide = folded.astype(np.int64)
    return np.cumsum((wide >> 1) ^ -(wide & 1))


def sort_and_dedupe(rows: CommuneRows, *, one_position: bool) -> tuple[CommuneRows, int]:
    """Sort by street, number and suffix, keep repeated rows once, and count those left out.

    With `one_position`, the base gives several positions of one address (BAL): keep the best. Otherwise
    rows repeat each other only within a metre, so that a number listed twice 400 m apart remains a doubt
    the geocoder can see.
    """
    codes = np.unique(rows.suffix.astype(str), return_inverse=True)[1]
    ranked = one_position and rows.rank is not None
    last = (rows.rank,) if ranked else (rows.y_cm, rows.x_cm)
    order = np.lexsort((*last, codes, rows.number, rows.street))
    same = np.zeros(order.size, dtype=bool)
    if order.size:
        repeated = np.ones(order.size - 1, dtype=bool)
        for column in (rows.street, rows.number, codes):
            sorted_column = column[order]
            repeated &= sorted_column[1:] == sorted_column[:-1]
        if not one_position:
            for column in (rows.x_cm, rows.y_cm):
                step = np.diff(column[order].astype(np.int64))
                repeated &= np.abs(step) <= 100  # noqa: PLR2004 one metre
        same[1:] = repeated
    return rows.take(order[~same]), int(same.sum())


def merge(parts: list[CommuneRows]) -> CommuneRows:
    """Join, unsorted, rows of one commune met at several places of a file, without the lines of the file."""
    if len(parts) == 1:
        return parts[0]
    index: dict[StreetKey, int] = {}
    streets = []
    for part in parts:
        at = [index.setdefault(key, len(index)) for key in part.streets]
        streets.append(np.array(at, dtype=np.int32)[part.street])

    def joined(name: str, absent: object, dtype: object = object) -> Any:
        columns = [getattr(part, name) for part in parts]
        if all(column is None for column in columns):
            return None
        filled = [
            np.full(part.number.size, absent, dtype=dtype) if column is None else column
            for part, column in zip(parts, columns, strict=True)
        ]
        return np.concatenate(filled)

    whole = {name: joined(name, None) for name in ("number", "suffix", "x_cm", "y_cm")}
    return CommuneRows(
        list(index), np.concatenate(streets), **whole,
        ids=joined("ids", ""), parcels=joined("parcels", ""), rank=joined("rank", 0, np.int8),
    )  # fmt: skip


def _unmarked(text: str) -> str:
    """Replace our separators in a text of a file: it would be cut there when read back."""
    return text.translate(_NO_MARKS)


def _lines(texts: list[str]) -> str:
    """Join texts, one a line; each is searched for separators only if the whole has some."""
    joined = _LINE.join(texts)
    if joined.count(_LINE) >= max(len(texts), 1) or _FIELD in joined or _PART in joined:
        joined = _LINE.join(map(_unmarked, texts))
    return joined


def encode(rows: CommuneRows) -> bytes:
    """Pack sorted rows (`sort_and_dedupe`) into a blob: equal rows, equal bytes."""
    suffixes, codes = np.unique(rows.suffix.astype(str), return_inverse=True)
    counts = np.bincount(rows.street, minlength=len(rows.streets)).astype("<u4")
    written_out = np.array([key.scheme == "x" for key in rows.streets], dtype=bool)
    ids = [] if rows.ids is None else rows.ids[written_out[rows.street]].tolist()
    parcels = [] if rows.parcels is None else rows.parcels.tolist()
    has_parcels = any(parcels)
    texts = (
        _LINE.join(_FIELD.join(map(_unmarked, key)) for key in rows.streets),
        _lines(suffixes.tolist()),
        _lines(ids),
        _lines(parcels) if has_parcels else "",
    )
    text = _PART.join(texts).encode("utf-8")
    flags = _PARCELS if has_parcels else 0
    header = _HEADER.pack(rows.number.size, len(rows.streets), len(text), flags)
    number, x_cm, y_cm = map(_differences, (rows.number, rows.x_cm, rows.y_cm))
    columns = map(_shuffle, (counts, number, codes.astype("<u2"), x_cm, y_cm))
    payload = b"".join((header, text, *columns))
    return _MAGIC + zlib.compress(payload, _LEVEL)


def decode(blob: bytes) -> CommuneRows:
    """Unpack a blob; ValueError when it is not of this format, or is cut."""
    if not isinstance(blob, bytes) or blob[:4] != _MAGIC:
        raise ValueError(type(blob).__name__)
    try:
        return _unpacked(zlib.decompress(blob[4:]))
    except (zlib.error, struct.error, TypeError, IndexError, OverflowError) as error:
        raise ValueError(str(error)) from error


def _unpacked(payload: bytes) -> CommuneRows:
    rows, streets, text_size, flags = _HEADER.unpack_from(payload)
    at = _HEADER.size + text_size
    parts = payload[_HEADER.size : at].decode("utf-8").split(_PART)

    def column(dtype: str, size: int) -> NDArray[np.generic]:
        nonlocal at
        end = at + size * np.dtype(dtype).itemsize
        values = _unshuffle(payload[at:end], dtype, size)
        at = end
        return values

    keys = [StreetKey(*line.split(_FIELD)) for line in parts[0].split(_LINE)] if streets else []
    counts = column("<u4", streets).astype(np.int64)
    number = _cumulate(column("<u4", rows)).astype(np.int32)
    codes = column("<u2", rows).astype(np.intp)
    x_cm = _cumulate(column("<u4", rows)).astype(np.int32)
    y_cm = _cumulate(column("<u4", rows)).astype(np.int32)
    street = np.repeat(np.arange(streets, dtype=np.int32), counts)
    suffixes = np.array(parts[1].split(_LINE), dtype=object)[codes]
    ids = None
    written_out = np.array([key.scheme == "x" for key in keys], dtype=bool)
    if written_out.any():
        ids = np.full(rows, "", dtype=object)
        ids[written_out[street]] = parts[2].split(_LINE)
    parcels = np.array(parts[3].split(_LINE), dtype=object) if flags & _PARCELS else None
    return CommuneRows(keys, street, number, suffixes, x_cm, y_cm, ids, parcels)


def to_streets(citycode: str, rows: CommuneRows) -> list[Street]:
    """Return the streets of a commune with their numbers, in metres of its legal projection (sorted rows)."""
    x, y = rows.x_cm / 100.0, rows.y_cm / 100.0
    ends = np.cumsum(np.bincount(rows.street, minlength=len(rows.streets)))
    streets = []
    start = 0
    for key, stop in zip(rows.streets, ends.tolist(), strict=True):
        # rows without a number sort first: they place the street and are no address
        first = start + int(np.searchsorted(rows.number[start:stop], 0))
        place = slice(first, stop) if first < stop else slice(start, stop)
        numbered = slice(first, stop)
        suffixes = tuple(rows.suffix[numbered].tolist())
        ids: tuple[str, ...] | None = None
        if key.scheme == "o":
            pairs = zip(rows.number[numbered].tolist(), suffixes, strict=True)
            ids = tuple(f"{key.id}-{number}{suffix.upper()}" for number, suffix in pairs)
        elif key.scheme == "x" and rows.ids is not None and first < stop:
            ids = tuple(rows.ids[numbered].tolist())
        parcels = None if rows.parcels is None else tuple(rows.parcels[numbered].tolist())
        streets.append(
            Street(
                key.id, key.name, "locality" if key.kind == "l" else "street", key.postcode, citycode,
                key.old_city, rows.number[numbered], suffixes, x[numbered], y[numbered], ids,
                parcels if parcels and any(parcels) else None,
                (float(x[place].mean()), float(y[place].mean())),
            )
        )  # fmt: skip
        start = stop
    return streets


def to_commune(citycode: str, city: str, layers: list[CommuneRows]) -> CommuneAddresses:
    """Join the layers of a commune, the first prevailing: addresses, then the lieux-dits they do not name."""
    streets: list[Street] = []
    for rows in layers:
        known = {(street.name.casefold(), street.old_city) for street in streets}
        streets += [
            s for s in to_streets(citycode, rows) if (s.name.casefold(), s.old_city) not in known
        ]
    return CommuneAddresses(citycode, city, tuple(streets))
