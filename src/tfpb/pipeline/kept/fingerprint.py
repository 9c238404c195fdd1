"""The fingerprint of a value: equal values, equal hashes, whatever run or machine made them.

Stages are kept by the content of what they read. A value that this module does not know raises
`UnkeyedError`, so that nothing is ever kept under a name that leaves out part of what it depends on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import numbers
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel

import tfpb

if TYPE_CHECKING:
    from hashlib import _Hash


class UnkeyedError(TypeError):
    """A value without fingerprint: what was made from it is made again each time."""


@runtime_checkable
class Identified(Protocol):
    """A value too large to be read through, which says what makes it what it is."""

    def identity(self) -> tuple[object, ...]:
        """Return values that differ whenever the whole differs."""
        ...


def fingerprint(*values: Any) -> str:
    """Return the sha256 of values: plain ones, tables, geometries, frozen dataclasses, settings.

    Parameters
    ----------
    *values
        Fields that a dataclass leaves out of comparison, and those that settings leave out of their
        dump (paths), do not count.

    Raises
    ------
    UnkeyedError
        For a type it does not know.
    """
    digest = hashlib.sha256()
    for value in values:
        _feed(digest, value)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def package_fingerprint() -> str:
    """Return the sha256 of this program: code and data files, so that a change of either counts."""
    root = Path(tfpb.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            _text(digest, "f", path.relative_to(root).as_posix())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _text(digest: _Hash, tag: str, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    digest.update(f"{tag}{len(data)}:".encode())
    digest.update(data)


def _feed(digest: _Hash, value: Any) -> None:
    if isinstance(value, str):  # closed lists of codes are texts too
        _text(digest, "s", str.__str__(value))
    elif value is None or value is pd.NA or value is pd.NaT:
        digest.update(b"0")
    elif isinstance(value, bool | np.bool_):
        digest.update(b"+" if value else b"-")
    elif isinstance(value, numbers.Integral):
        _text(digest, "i", str(int(value)))
    elif isinstance(value, float | np.floating):
        _text(digest, "x", float(value).hex())
    elif isinstance(value, Decimal):
        _text(digest, "n", str(value))
    elif isinstance(value, dt.date | dt.datetime):
        _text(digest, "j", value.isoformat())
    elif isinstance(value, bytes):
        digest.update(b"b%d:" % len(value) + value)
    else:
        _feed_whole(digest, value)


def _feed_whole(digest: _Hash, value: Any) -> None:
    """Feed a value made of others."""
    if isinstance(value, Identified):
        _start(digest, value, 1)
        _feed(digest, value.identity())
    elif isinstance(value, BaseModel):
        _start(digest, value, 1)
        _feed(digest, value.model_dump())
    elif is_dataclass(value) and not isinstance(value, type):
        told = [f.name for f in fields(value) if f.compare]
        _start(digest, value, len(told))
        for name in told:
            _feed(digest, getattr(value, name))
    elif isinstance(value, pd.DataFrame):
        _table(digest, value)
    elif isinstance(value, pd.Series | pd.Index):
        _column(digest, value)
    elif isinstance(value, np.ndarray):
        _column(digest, pd.Series(value.ravel()))
        _feed(digest, value.shape)
    else:
        _feed_collection(digest, value)


def _feed_collection(digest: _Hash, value: Any) -> None:
    if isinstance(value, Mapping):
        digest.update(b"m%d:" % len(value))
        for key, inner in value.items():  # their order may be that of an output
            _feed(digest, key)
            _feed(digest, inner)
    elif isinstance(value, AbstractSet):
        digest.update(b"e%d:" % len(value))
        for one in sorted(fingerprint(v) for v in value):
            digest.update(one.encode())
    elif isinstance(value, Sequence):
        digest.update(b"t%d:" % len(value))
        for one in value:
            _feed(digest, one)
    else:
        raise UnkeyedError(type(value).__name__)


def _start(digest: _Hash, value: object, count: int) -> None:
    _text(digest, "d", f"{type(value).__name__}/{count}")


def _table(digest: _Hash, table: pd.DataFrame) -> None:
    digest.update(b"T%d:" % len(table.columns))
    _column(digest, table.index)
    _text(digest, "c", str(getattr(table, "crs", None)))
    for position, name in enumerate(table.columns):
        _feed(digest, name)
        _column(digest, table.iloc[:, position])


def _column(digest: _Hash, column: pd.Series[Any] | pd.Index[Any]) -> None:
    """Feed the cells of a column with the type they are held in."""
    kind = str(column.dtype)
    _text(digest, "k", f"{kind}/{len(column)}")
    if kind == "geometry":
        for shape in shapely.to_wkb(np.asarray(column.array, dtype=object)):
            _feed(digest, shape)
    elif isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufM":
        digest.update(np.ascontiguousarray(column.to_numpy()).tobytes())
    else:
        cells = column.to_numpy(dtype=object)
        if all(type(cell) is str for cell in cells):
            _texts(digest, cells.tolist())
        else:
            for cell in cells:
                _feed(digest, cell)


def _texts(digest: _Hash, texts: list[str]) -> None:
    """Feed many texts at once: their lengths, then all of them."""
    data = [text.encode("utf-8", "surrogatepass") for text in texts]
    digest.update(b"S" + np.array([len(d) for d in data], dtype="<i8").tobytes())
    digest.update(b"".join(data))
