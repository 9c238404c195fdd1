"""What a run keeps for the next one: results of stages, by the content of what they read.

The folder lies with the user's other caches, never beside the files of the dossier nor in a pack: it
can be deleted at any time and holds nothing that a pack does not hold. An entry is one file, written
aside then renamed; one that is broken, or that another version wrote, counts as absent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import numbers
import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel

from tfpb.io.packs.provenance import versions
from tfpb.pipeline.kept.entry_files import (
    ASIDE,
    SUFFIX,
    cache_folder,
    drop,
    package_fingerprint,
    read_entry,
    write_entry,
)
from tfpb.pipeline.kept.kept_forms import from_parts, to_parts
from tfpb.stage import Execute, Stage, directly

if TYPE_CHECKING:
    from hashlib import _Hash
    from pathlib import Path


MOST_BYTES: Final = 128 << 20
VERIFIES: Final = "TFPB_CACHE_VERIFIE"
"""Variable under which every kept result is read back at once: the reference packs are made so."""


@dataclass(frozen=True, slots=True)
class StageCache:
    """An executor that keeps results of stages between runs."""

    folder: Path  # made when the first result is kept
    execute: Execute = directly  # runs a stage whose result is not there
    most_bytes: int = MOST_BYTES  # the results used longest ago go when there is more than this
    keeps: bool = True  # whether new results are written; what is there is taken all the same
    reused: list[str] = field(default_factory=list)  # stages taken from the folder
    computed: list[str] = field(default_factory=list)
    """Stages that could have been taken from the folder."""

    def __call__(self, stage: Stage, values: tuple[Any, ...]) -> Any:
        """Run a stage, or take what it gave when it read the same."""
        if not stage.may_keep(values):
            return self.execute(stage, values)
        try:
            name = stage_key(stage, values)
        except UnkeyedError:
            return self.execute(stage, values)
        path = self.folder / f"{name}{SUFFIX}"
        found = _read(path, stage.kept)
        if found is not None:
            self.reused.append(stage.name)
            return found[0]
        result = self.execute(stage, values)
        self.computed.append(stage.name)
        if self.keeps:
            _keep(path, stage.kept, result)
        return result

    def tidy(self) -> None:
        """Drop what an interrupted run left aside, and the results used longest ago."""
        if not self.folder.is_dir():
            return
        with suppress(OSError):
            for path in self.folder.glob(f"{ASIDE}*"):
                drop(path)
            entries = [(p.stat(), p) for p in self.folder.glob(f"*{SUFFIX}")]
            left = sum(s.st_size for s, _ in entries)
            for stat, path in sorted(entries, key=lambda e: (e[0].st_mtime_ns, e[1].name)):
                if left <= self.most_bytes:
                    break
                drop(path)
                left -= stat.st_size


@dataclass(frozen=True, slots=True)
class Memory:
    """An executor that keeps in memory the results of one run, for another that reads nearly the same.

    Inputs are hashed lazily, when another run requires them: most runs are followed by none.
    """

    execute: Execute = directly  # runs a stage that has not read these values yet
    first: list[tuple[Stage, tuple[Any, ...], Any]] = field(default_factory=list)
    held: dict[str, Any] = field(default_factory=dict)

    def __call__(self, stage: Stage, values: tuple[Any, ...]) -> Any:
        """Run a stage of the first run, and hold what it gave."""
        result = self.execute(stage, values)
        self.first.append((stage, values, result))
        return result

    def again(self, stage: Stage, values: tuple[Any, ...]) -> Any:
        """Return what a stage gave when it read the same, or run it."""
        while self.first:
            done, read, result = self.first.pop()
            with suppress(UnkeyedError):
                self.held[stage_key(done, read)] = result
        try:
            name = stage_key(stage, values)
        except UnkeyedError:
            return self.execute(stage, values)
        if name not in self.held:
            self.held[name] = self.execute(stage, values)
        return self.held[name]


def users_cache(*, keeps: bool = True) -> StageCache | None:
    """Return the cache of the user's own folder; None when it is refused."""
    folder = cache_folder()
    return None if folder is None else StageCache(folder, keeps=keeps)


def stage_key(stage: Stage, values: tuple[Any, ...]) -> str:
    """Name the result of a stage by all that makes it: itself, this program, libraries, values read.

    UnkeyedError if a value has no fingerprint.
    """
    return fingerprint(stage.name, stage.kept, package_fingerprint(), versions(), values)


def _keep(path: Path, form: str, result: Any) -> None:
    """Keep a result, unless it has no form or the disk refuses.

    AssertionError, under `VERIFIES`, if it would not come back the same.
    """
    try:
        parts = to_parts(form, result)
    except (TypeError, ValueError):
        return
    if os.environ.get(VERIFIES) and fingerprint(from_parts(form, parts)) != fingerprint(result):
        raise AssertionError(form, result)
    write_entry(path, parts)


def _read(path: Path, form: str) -> tuple[Any] | None:
    """Return a kept result in a tuple of one; None when there is none or it is broken."""
    try:
        return (from_parts(form, read_entry(path)),)
    except FileNotFoundError:
        return None
    except Exception:  # noqa: BLE001 - whatever is wrong with an entry, the stage is run instead
        drop(path)
        return None


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

    Fields that a dataclass leaves out of comparison, and those that settings leave out of their dump
    (paths), do not count. UnkeyedError for an unknown type.
    """
    digest = hashlib.sha256()
    for value in values:
        _feed(digest, value)
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
        names = [f.name for f in fields(value) if f.compare]
        _start(digest, value, len(names))
        for name in names:
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
