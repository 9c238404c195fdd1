"""The offline address index: one SQLite file, one compact blob a commune and layer."""

from __future__ import annotations

import errno
import sqlite3
import weakref
from collections import OrderedDict
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, Self

from tfpb.addresses.blob import decode, to_commune
from tfpb.addresses.communes import Communes
from tfpb.errors import Place, fail
from tfpb.model.record import AddressFile, Source
from tfpb.words.places.address_words import REFERENCES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

    from tfpb.geocode.source import CommuneAddresses

FILE_NAME: Final = "adresses.sqlite"
_REFUSALS: Final = {
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
}
_OPEN_LICENCE: Final = "Licence Ouverte 2.0"
_LICENCES: Final = {"BANO": "ODbL 1.0"}
"""Kind of file → its licence, where it is another than the open one."""
FORMAT: Final = "1"
_COMMUNES_IN_MEMORY: Final = 256
FILE_COLUMNS: Final = "name, kind, layer, sha256, size_bytes, vintage, stored, communes, finished"
"""Columns of an `AddressFile`, in its order."""
_FILES: Final = (
    f"SELECT {FILE_COLUMNS} FROM sources WHERE finished = 0"  # noqa: S608 - our own columns
    " OR id IN (SELECT source_id FROM communes) ORDER BY id"
)
"""The files that a commune comes from, and those whose import was cut."""
_SPOILED: Final = (sqlite3.DatabaseError, UnicodeDecodeError)


_COMMUNES: dict[tuple[str, int, int], Communes] = {}
"""Communes of the index opened last, by its path, size and date."""


class AddressStore:
    """The index, opened for reading only. It implements `AddressSource`.

    Parameters
    ----------
    path : Path
        The file, or the folder of geography that holds it.
    keep : int
        Communes kept in memory, the least recently used leave first.

    Raises
    ------
    TfpbError
        No index there, one of another format, or one whose import was cut.
    """

    def __init__(self, path: Path, *, keep: int = _COMMUNES_IN_MEMORY) -> None:
        self.path = path / FILE_NAME if path.is_dir() else path
        if not self.path.is_file():
            raise fail("adresses_absentes", got=self.path.name)
        if _half_written(self.path):
            raise fail(
                "adresses_import_coupe", place=Place(file=self.path.name), got=self.path.name
            )
        self._connection = _connected(self.path)
        self.close = weakref.finalize(self, self._connection.close)  # also when nobody calls it
        self._keep = keep
        self._loaded: OrderedDict[str, CommuneAddresses | None] = OrderedDict()
        try:
            self._check()
        except BaseException:
            self.close()
            raise

    def _check(self) -> None:
        place = Place(file=self.path.name)
        found = self._ask("SELECT value FROM meta WHERE key = 'format'")
        self._files = tuple(AddressFile(*row) for row in self._ask(_FILES))
        if found[:1] != [(FORMAT,)]:
            raise fail("adresses_index_illisible", place=place)
        cut = [file.name for file in self._files if not file.finished]
        if cut:
            raise fail("adresses_import_coupe", place=place, got=", ".join(cut))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def files(self) -> tuple[AddressFile, ...]:
        """Files imported, in order of import, those wholly replaced by newer ones left out."""
        return self._files

    @property
    def vintage(self) -> str:
        """Name and date of each base held (« BAN 2025-06-01, BANO 2015-03 »)."""
        names = {f"{f.kind} {f.vintage}".strip() for f in self._files if f.kind != "lieux-dits"}
        return ", ".join(sorted(names or {f.kind for f in self._files}))

    def sources(self) -> tuple[Source, ...]:
        """Return the files behind the index as values of a run: name, hash, rows, date, licence."""
        return tuple(
            Source(
                f.layer.replace("-", "_"), f.name, f.sha256, f.size_bytes, f.stored, f.vintage,
                _LICENCES.get(f.kind, _OPEN_LICENCE), REFERENCES[f.kind],
            )
            for f in self._files
        )  # fmt: skip

    def identity(self) -> tuple[object, ...]:
        """Return what the content of this index depends on: its files, size and date of the index."""
        stat = self.path.stat()
        return (tuple(f.sha256 for f in self._files), stat.st_size, stat.st_mtime_ns)

    def citycodes(self) -> tuple[str, ...]:
        """Return the current codes of all communes held, sorted."""
        rows = self._ask("SELECT DISTINCT citycode FROM communes ORDER BY citycode")
        return tuple(str(row[0]) for row in rows)

    def city_names(self) -> dict[str, str]:
        """Return the name of each commune held, by code: also of those no official list knows."""
        rows = self._ask("SELECT citycode, city FROM communes ORDER BY citycode, layer")
        return {str(code): str(name) for code, name in rows}

    def _ask(self, question: str, *values: str) -> list[Any]:
        try:
            return self._connection.execute(question, values).fetchall()
        except _SPOILED as error:
            raise fail("adresses_index_illisible", place=Place(file=self.path.name)) from error

    def communes(self) -> Communes:
        """Return the official list, with the communes held here that it does not know.

        Computed once a process for an index: several dossiers that open the same one share it.
        """
        stat = self.path.stat()
        key = (str(self.path.resolve()), stat.st_size, stat.st_mtime_ns)
        if key not in _COMMUNES:
            _COMMUNES.clear()
            _COMMUNES[key] = self._communes()
        return _COMMUNES[key]

    def _communes(self) -> Communes:
        known = Communes.load()
        unknown = [(c, name) for c, name in self.city_names().items() if known.resolve(c) is None]
        return known.extended(
            (code, name, tuple(sorted({s.postcode for s in found.streets if s.postcode})))
            for code, name in unknown
            if (found := self.commune(code)) is not None
        )

    def commune(self, citycode: str) -> CommuneAddresses | None:
        """Return the addresses of a current commune, None when the index lacks it.

        Raises `adresses_index_illisible`.
        """
        if citycode in self._loaded:
            self._loaded.move_to_end(citycode)
            return self._loaded[citycode]
        rows = self._ask(
            "SELECT city, blob FROM communes WHERE citycode = ? ORDER BY layer", citycode
        )
        try:
            layers = [decode(blob) for _, blob in rows]
            found = to_commune(citycode, str(rows[0][0]), layers) if rows else None
        except (ValueError, IndexError) as error:
            raise fail(
                "adresses_index_illisible", place=Place(file=self.path.name), got=citycode
            ) from error
        self._loaded[citycode] = found
        if len(self._loaded) > self._keep:
            self._loaded.popitem(last=False)
        return found

    def streets_of(self, citycodes: Iterable[str]) -> pd.DataFrame:
        """Return the numbered addresses of communes, to draw the ground of a map.

        Current codes; those the index lacks give no row. `x`, `y` are metres of the legal projection; by
        commune, street and number.
        """
        import numpy as np  # noqa: PLC0415 with pandas: only maps need them
        import pandas as pd  # noqa: PLC0415

        streets = [
            s
            for code in sorted(set(citycodes))
            if (c := self.commune(code))
            for s in c.streets
            if s.numbers.size
        ]
        sizes = [s.numbers.size for s in streets]
        return pd.DataFrame(
            {
                "street": np.repeat(np.array([s.name for s in streets], dtype=object), sizes),
                "number": np.concatenate([s.numbers for s in streets] or [np.empty(0, np.int32)]),
                "x": np.concatenate([s.x for s in streets] or [np.empty(0)]),
                "y": np.concatenate([s.y for s in streets] or [np.empty(0)]),
                "citycode": np.repeat(np.array([s.citycode for s in streets], dtype=object), sizes),
            }
        )


def refusal(error: sqlite3.Error) -> OSError | None:
    """Return what the system refused behind an error of the database; None when the file is at fault."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return OSError(_REFUSALS[code], "") if code in _REFUSALS else None


def _half_written(path: Path) -> bool:
    """Return whether a killed import left its journal: the index must not be read as it is."""
    return path.with_name(f"{path.name}-journal").exists()


def _connected(path: Path) -> sqlite3.Connection:
    """Open an index to read: immutable, so that no lock file is written on a read-only share."""
    place = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(
        place, uri=True, check_same_thread=False
    )  # any thread may drop the store


def files_in(folder: Path) -> tuple[AddressFile, ...]:
    """Return the address files imported in a folder of geography; nothing when there is no index.

    Raises `adresses_index_illisible`.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return ()
    try:
        with closing(_connected(path)) as connection:
            return tuple(AddressFile(*row) for row in connection.execute(_FILES))
    except _SPOILED as error:
        raise fail("adresses_index_illisible", place=Place(file=path.name)) from error


def verify(path: Path) -> list[tuple[str, str]]:
    """Read an index whole; what is wrong comes as (code, commune or file), nothing for an absent one."""
    wrong: list[tuple[str, str]] = []
    if not path.is_file():
        return wrong
    if _half_written(path):
        return [("import_coupe", path.name)]
    try:
        with closing(_connected(path)) as connection:
            if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                wrong.append(("index_abime", path.name))
            rows = connection.execute("SELECT citycode, addresses, blob FROM communes")
            wrong += [("commune_abimee", str(c)) for c, n, blob in rows if _size(blob) != n]
            files = [AddressFile(*row) for row in connection.execute(_FILES)]
            wrong += [("import_coupe", f.name) for f in files if not f.finished]
    except _SPOILED:
        wrong.append(("index_abime", path.name))
    return wrong


def _size(blob: bytes) -> int | None:
    """Count the rows of a commune; None when it cannot be read."""
    try:
        return decode(blob).number.size
    except (ValueError, IndexError):
        return None
