"""Import of address files into the offline index: streamed, resumable, the same file imported once.

Address files are grouped by commune, or nearly. Rows wait in memory until their commune stops coming,
then are written as one blob; a commune that comes back later is read again and completed. An import cut
midway goes on where it was: each commune keeps the last line it holds.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.resources import files as packaged_files
from typing import TYPE_CHECKING, Final, TypeVar

from tfpb.addresses.blob import decode, encode, merge, sort_and_dedupe
from tfpb.addresses.commune_rows import Part, prepare
from tfpb.addresses.communes import Communes
from tfpb.addresses.formats import Shape, read_batches, sniff
from tfpb.addresses.store import FILE_COLUMNS, FILE_NAME, FORMAT, refusal
from tfpb.errors import Fault, Place, Severity, TfpbError, fail, stop_on_faults
from tfpb.io.tables.contents import cannot_write, hash_file
from tfpb.model.record import AddressImport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tfpb.addresses.blob import CommuneRows

_SCHEMA: Final = packaged_files("tfpb.addresses") / "data" / "index.sql"
_ROWS_IN_MEMORY: Final = 2_000_000
_ROWS_A_COMMIT: Final = 500_000
_LISTED_A_FILE: Final = 100_000
_T = TypeVar("_T")


def import_addresses(
    paths: Iterable[Path],
    *,
    folder: Path,
    vintage: str = "",
    progress: Callable[[int], None] | None = None,
) -> tuple[AddressImport, ...]:
    """Import address files into `<folder>/adresses.sqlite`.

    Parameters
    ----------
    paths : iterable of Path
        BAN, lieux-dits, BAL 1.x or BANO, `.csv` or `.csv.gz`. A commune is that of the last
        file that holds it.
    folder : Path
        Folder of geography, made if need be.
    vintage : str
        Date or name of the data; left empty, the date the file itself carries.
    progress : callable, optional
        Called with the number of rows read since the last call.

    Raises
    ------
    TfpbError
        All files that are none of the four shapes, before anything is written; the file that
        stops being readable midway; `ecriture_impossible` when the disk is full or closed to us.
    """
    files = list(paths)
    shapes = _sniff_all(files)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(folder / FILE_NAME)
    except (OSError, sqlite3.OperationalError) as error:
        raise cannot_write(FILE_NAME, error) from error
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", (FORMAT,))
        connection.commit()
        return tuple(
            _Importer(
                connection, path, shape, vintage or shape.date, progress or (lambda _: None)
            ).run()
            for path, shape in zip(files, shapes, strict=True)
        )
    except sqlite3.DatabaseError as error:
        if (refused := refusal(error)) is not None:  # the file is sound, the disk refuses
            raise cannot_write(FILE_NAME, refused) from error
        raise TfpbError(Fault("adresses_index_illisible", Place(file=FILE_NAME))) from error
    finally:
        connection.close()


def _sniff_all(files: list[Path]) -> list[Shape]:
    shapes: list[Shape] = []
    faults: list[Fault] = []
    for path in files:
        try:
            shapes.append(sniff(path))
        except TfpbError as error:
            faults += error.faults
    stop_on_faults(faults)
    return shapes


def _ahead(items: Iterator[_T]) -> Iterator[_T]:
    """Read one item ahead in a thread: parsing and inflating leave the interpreter free."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = pool.submit(next, items, None)
            yield item


def _decoded(blob: bytes, citycode: str) -> CommuneRows:
    """Read a commune that a cut import left (`adresses_index_illisible`)."""
    try:
        return decode(blob)
    except ValueError as error:
        raise fail("adresses_index_illisible", place=Place(file=FILE_NAME), got=citycode) from error


@dataclass(slots=True)
class _Importer:
    """The import of one file into the index."""

    db: sqlite3.Connection
    path: Path
    shape: Shape
    vintage: str
    progress: Callable[[int], None]
    pending: dict[str, list[Part]] = field(default_factory=dict)
    waiting: int = 0
    since_commit: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    listed: list[tuple[int, str, str]] = field(default_factory=list)
    source: int = 0
    held: dict[str, int] = field(default_factory=dict)
    replaced: int = 0

    def run(self) -> AddressImport:
        sha, communes = hash_file(self.path), Communes.load()
        known = self.db.execute(
            "SELECT id, finished, communes = (SELECT COUNT(*) FROM communes WHERE source_id = id)"
            " FROM sources WHERE sha256 = ? AND kind = ?",
            (sha, self.shape.kind),
        ).fetchone()
        if known and known[1] and known[2]:
            return self._report(known[0], unchanged=True)
        self._open(sha, known[0] if known and not known[1] else None)
        rows = mended = 0
        ragged: list[tuple[int, str]] = []
        dated = bool(self.vintage)
        for batch in _ahead(read_batches(self.path, self.shape, ragged)):
            prepared = prepare(batch, self.shape, communes)
            rows += batch.rows
            mended += prepared.mended
            if not dated:
                self.vintage = max(self.vintage, prepared.newest)
            self._reject(prepared.rejected)
            self._take(prepared.parts)
            self.progress(batch.rows)
        self._flush(list(self.pending))
        self._reject([(line, "colonnes", text) for line, text in ragged])
        self._close(rows + len(ragged), mended)
        return self._report(self.source, unchanged=False)

    def _open(self, sha: str, cut: int | None) -> None:
        """Start an import, or go on with one of the same file that was cut."""
        if cut is None:
            shape, size = self.shape, self.path.stat().st_size
            cursor = self.db.execute(
                "INSERT INTO sources VALUES (NULL, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0)",
                (self.path.name, shape.kind, shape.layer, sha, size, self.vintage),
            )
            self.source = int(cursor.lastrowid or 0)
        else:
            self.source = cut
            rows = self.db.execute(
                "SELECT citycode, last_line FROM communes WHERE source_id = ?", (cut,)
            )
            self.held = dict(rows.fetchall())
        self.db.commit()

    def _reject(self, rejected: list[tuple[int, str, str]]) -> None:
        self.reasons.update(reason for _, reason, _ in rejected)
        self.listed += rejected[: max(_LISTED_A_FILE - len(self.listed), 0)]

    def _take(self, parts: list[Part]) -> None:
        here = set()
        for part in parts:
            here.add(part.citycode)
            self.pending.setdefault(part.citycode, []).append(part)
            self.waiting += part.rows.number.size
        full = self.waiting > _ROWS_IN_MEMORY
        self._flush([code for code in self.pending if full or code not in here])

    def _flush(self, codes: list[str]) -> None:
        for code in codes:
            parts = self.pending.pop(code)
            size = sum(part.rows.number.size for part in parts)
            self.waiting -= size
            self.since_commit += size
            self._store(code, parts)
        if self.since_commit > _ROWS_A_COMMIT:
            self.db.commit()
            self.since_commit = 0

    def _store(self, code: str, parts: list[Part]) -> None:
        """Write a commune, completed with the rows it already holds from this same file."""
        last = self.held.get(code, 0)
        fresh = [rows for part in parts if (rows := part.rows.after(last)) is not None]
        if not fresh:
            return
        old = self.db.execute(
            "SELECT source_id, duplicates, blob FROM communes WHERE citycode = ? AND layer = ?",
            (code, self.shape.layer),
        ).fetchone()
        duplicates = 0
        if old is not None and old[0] == self.source:
            duplicates = old[1]
            fresh.insert(0, _decoded(old[2], code))
        elif old is not None:
            self.replaced += 1
        rows, repeated = sort_and_dedupe(merge(fresh), one_position=self.shape.kind == "BAL")
        line = max(last, *(int(part.line.max()) for part in fresh if part.line is not None))
        counts = (rows.number.size, len(rows.streets), duplicates + repeated, line)
        self.db.execute(
            "INSERT OR REPLACE INTO communes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (code, self.shape.layer, parts[0].city, self.source, *counts, encode(rows)),
        )
        if last:
            self.held[code] = line

    def _close(self, rows: int, mended: int) -> None:
        """Write the counts and the rejected rows of the file, and mark it as finished."""
        totals = self.db.execute(
            "SELECT COALESCE(SUM(addresses), 0), COALESCE(SUM(duplicates), 0), COUNT(*)"
            " FROM communes WHERE source_id = ?",
            (self.source,),
        ).fetchone()
        self.db.execute("DELETE FROM rejets WHERE source_id = ?", (self.source,))
        self.db.executemany(
            "INSERT INTO rejets VALUES (?, ?, ?, ?)",
            [(self.source, *entry) for entry in sorted(self.listed)],
        )
        self.db.execute(
            "UPDATE sources SET rows = ?, stored = ?, duplicates = ?, communes = ?, rejected = ?,"
            " mended = ?, vintage = ?, finished = 1 WHERE id = ?",
            (rows, *totals, self.reasons.total(), mended, self.vintage, self.source),
        )
        # files that no commune comes from any more are deleted, with their rejected rows: a download that
        # was cut, then fetched whole, is another file, and would for ever be one to go on with
        gone = (
            "(SELECT id FROM sources WHERE id <> ? AND id NOT IN (SELECT source_id FROM communes))"
        )
        self.db.execute(f"DELETE FROM rejets WHERE source_id IN {gone}", (self.source,))  # noqa: S608
        self.db.execute(f"DELETE FROM sources WHERE id IN {gone}", (self.source,))  # noqa: S608
        self.db.commit()

    def _report(self, source: int, *, unchanged: bool) -> AddressImport:
        row = self.db.execute(
            f"SELECT {FILE_COLUMNS}, rows, duplicates, mended FROM sources WHERE id = ?",  # noqa: S608
            (source,),
        ).fetchone()
        if unchanged:
            asked = "SELECT reason, COUNT(*) FROM rejets WHERE source_id = ? GROUP BY reason"
            self.reasons = Counter(dict(self.db.execute(asked, (source,)).fetchall()))
        reasons = dict(sorted(self.reasons.items()))
        examples = self._examples(source, row[0], list(reasons))
        return AddressImport(*(*row, self.replaced, reasons, examples, unchanged))

    def _examples(self, source: int, name: str, reasons: list[str]) -> tuple[Fault, ...]:
        asked = (
            "SELECT line, got FROM rejets WHERE source_id = ? AND reason = ? ORDER BY line LIMIT 3"
        )
        return tuple(
            Fault(f"adresse_sans_{reason}", Place(name, row=line), got, severity=Severity.DOUTE)
            for reason in reasons
            for line, got in self.db.execute(asked, (source, reason))
        )
