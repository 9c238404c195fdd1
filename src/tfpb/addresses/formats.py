"""The four shapes of address files (BAN, lieux-dits, BAL, BANO), read by column name.

Files are streamed by pyarrow, lines that are not UTF-8 read as cp1252, so that one bad cell never stops
a file of millions of rows.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from tfpb.errors import Place, fail
from tfpb.io.tables.contents import SPOILED_ARCHIVE, absent
from tfpb.packaged import packaged
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tfpb.model.arrays import Integers

BLOCK_BYTES: Final = 16 << 20
_SHAPES: Final = packaged(__name__)
"""Kind of file → its columns, and those that show it."""
_BANO: Final = ("id", "number", "street", "postcode", "city", "source", "lat", "lon")
_BANO_LINE: Final = re.compile(r"^\d[0-9AB]\d{3}[0-9A-Z]{4,6}-?[^,]*,[^,]+,")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is laid out."""

    kind: str  # `BAN`, `lieux-dits`, `BAL` or `BANO`
    delimiter: str
    header: tuple[str, ...]  # names of all columns, made unique
    columns: dict[str, str]  # our name of a column → its name in `header`; only those the file has
    has_header: bool
    date: str = ""  # date in the header of a gzip file (ISO), else empty

    @property
    def layer(self) -> str:
        """Layer of the index the file fills: numbers, or places without numbers."""
        return "lieux-dits" if self.kind == "lieux-dits" else "adresses"


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Consecutive rows of a file: our column names to arrow string arrays, and the line of each row."""

    lines: Integers  # line of each row in the file (blank lines not counted)
    columns: dict[str, pa.StringArray]  # only the columns the file has; missing cells are empty

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.lines.size)

    def column(self, name: str) -> pa.StringArray:
        """Return a column, empty texts when the file has none of that name."""
        found = self.columns.get(name)
        return pa.array([""] * self.rows, pa.string()) if found is None else found


def sniff(path: Path) -> Shape:
    """Recognise the shape of a file by its first line.

    Raises when the file is absent, is no text, or none of the four shapes.
    """
    place = Place(file=path.name)
    if not path.is_file():
        raise absent(path)
    head, date = _head(path, place)
    if b"\x00" in head or head.startswith((b"PK\x03\x04", b"%PDF", b"\xff\xfe", b"\xfe\xff")):
        raise fail("adresses_format_inconnu", place=place)
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = head.decode("cp1252", errors="replace")
    line = text.split("\n", 1)[0].rstrip("\r")
    if _BANO_LINE.match(line) and len(_cells(line, ",")) == len(_BANO):
        columns = {c: c for c in _BANO if c != "source"}
        return Shape("BANO", ",", _BANO, columns, has_header=False, date=date)
    delimiter = max(";,\t", key=line.count)
    header = _unique([fold(name).replace(" ", "_") for name in _cells(line, delimiter)])
    for kind, shape in _SHAPES.items():
        written = ((ours, name) for ours, names in shape["columns"].items() for name in names)
        columns = {ours: name for ours, name in written if name in header}
        if all(name in columns for name in shape["needed"]):
            if not ({"x", "y"} <= columns.keys() or {"lon", "lat"} <= columns.keys()):
                raise fail("adresses_sans_position", place=place)
            return Shape(kind, delimiter, tuple(header), columns, has_header=True, date=date)
    raise fail("adresses_format_inconnu", place=place, got=line[:80])


def _head(path: Path, place: Place) -> tuple[bytes, str]:
    """Return the first bytes of the text, and the date a gzip header carries."""
    with path.open("rb") as raw:
        magic = raw.read(8)
        raw.seek(0)
        if magic[:2] != b"\x1f\x8b":
            return _whole_lines(raw.read(1 << 16)), ""
        seconds = int.from_bytes(magic[4:8], "little")
        try:
            with gzip.open(raw) as text:
                head = text.read(1 << 16)
        except SPOILED_ARCHIVE as error:
            raise fail("fichier_illisible", place=place, format="gzip") from error
    day = dt.datetime.fromtimestamp(seconds, tz=dt.UTC).date().isoformat() if seconds else ""
    return _whole_lines(head), day


def _whole_lines(head: bytes) -> bytes:
    """Cut after the last whole line, so that no character is cut in two."""
    end = head.rfind(b"\n")
    return head[: end + 1] if end >= 0 else head


def _unique(names: list[str]) -> list[str]:
    earlier = [names[:at].count(name) for at, name in enumerate(names)]
    return [f"{name}#{n + 1}" if n else name for name, n in zip(names, earlier, strict=True)]


class _Utf8:
    """A stream whose lines are all UTF-8: those that are not are read as cp1252."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._ready = b""
        self._cut = b""
        self.closed = False

    def close(self) -> None:
        """Close; the stream below is closed by who opened it."""
        self.closed = True

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, whole characters only across two calls."""
        while not self._ready:
            block = self._stream.read(BLOCK_BYTES)
            lines = self._cut + block
            end = lines.rfind(b"\n") + 1 if block else len(lines)
            self._ready, self._cut = _as_utf8(lines[:end]), lines[end:]
            if not block:
                break
        end = len(self._ready) if size < 0 else size
        out, self._ready = self._ready[:end], self._ready[end:]
        return out


def _as_utf8(lines: bytes) -> bytes:
    try:
        lines.decode("utf-8")
    except UnicodeDecodeError:
        return b"\n".join(_decode(line).encode() for line in lines.split(b"\n"))
    return lines


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


class _Ragged:
    """Rows that do not split into the header's columns: mended when quotes explain it, else listed.

    Quotes are not left to the fast reader: a single unclosed one would swallow the rows that follow.
    """

    def __init__(self, shape: Shape, rejected: list[tuple[int, str]]) -> None:
        self.shape = shape
        self.rejected = rejected
        self.seen: list[int] = []
        self.mended: list[tuple[int, list[str]]] = []

    def __call__(self, row: Any) -> str:
        line, text = int(row.number or 0), str(row.text)
        self.seen.append(line)
        cells = _cells(text, self.shape.delimiter)
        if len(cells) == len(self.shape.header):
            self.mended.append((line, cells))
        else:
            self.rejected.append((line, text[:120]))
        return "skip"

    def lines_after(self, last: int, count: int) -> Integers:
        """Return the lines of the next `count` rows after a line, rows set aside left out."""
        end = last + count
        while (skipped := sum(last < line <= end for line in self.seen)) != end - last - count:
            end = last + count + skipped
        return np.setdiff1d(np.arange(last + 1, end + 1), np.array(self.seen, dtype=np.int64))

    def take(self) -> tuple[list[int], dict[str, pa.StringArray]]:
        """Return the mended rows and forget them."""
        mended, self.mended = self.mended, []
        at = {name: position for position, name in enumerate(self.shape.header)}
        columns = {}
        for ours, name in self.shape.columns.items():
            written = (cells[at[name]] for _, cells in mended)
            columns[ours] = pa.array(["" if c == "NA" else c for c in written], pa.string())
        return [line for line, _ in mended], columns


def _cells(line: str, delimiter: str) -> list[str]:
    """Split one line; a line that the reader refuses is one cell."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]


def read_batches(path: Path, shape: Shape, rejected: list[tuple[int, str]]) -> Iterator[RawBatch]:
    """Stream a file; `rejected` gets line and text of rows whose number of columns is not the header's.

    Raises when the file is cut or is no longer text midway.
    """
    ragged = _Ragged(shape, rejected)
    last = int(shape.has_header)
    try:
        with pa.OSFile(str(path)) as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = pa.CompressedInputStream(raw, "gzip") if zipped else raw
            for batch in _reader(pa.PythonFile(_Utf8(stream), mode="r"), shape, ragged):
                lines = ragged.lines_after(last, batch.num_rows)
                last = int(lines[-1]) if lines.size else last
                columns = {ours: _text(batch.column(name)) for ours, name in shape.columns.items()}
                if ragged.mended:
                    more, cells = ragged.take()
                    lines = np.concatenate([lines, np.array(more, dtype=np.int64)])
                    columns = {
                        name: pa.concat_arrays([columns[name], cells[name]]) for name in columns
                    }
                if lines.size:  # else every row of the block was set aside
                    yield RawBatch(lines, columns)
            if ragged.mended:
                more, cells = ragged.take()
                yield RawBatch(np.array(more, dtype=np.int64), cells)
    except (pa.ArrowInvalid, OSError) as error:
        raise fail(
            "fichier_illisible", place=Place(file=path.name, row=last), format="CSV"
        ) from error


def _reader(stream: Any, shape: Shape, ragged: _Ragged) -> Any:
    return pacsv.open_csv(
        stream,
        read_options=pacsv.ReadOptions(
            use_threads=False,  # so that ragged rows know their line
            block_size=BLOCK_BYTES,
            skip_rows=int(shape.has_header),
            column_names=list(shape.header),
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=shape.delimiter, quote_char=False, invalid_row_handler=ragged
        ),
        convert_options=pacsv.ConvertOptions(
            check_utf8=False,  # `_Utf8` hands over nothing else
            column_types=dict.fromkeys(shape.header, pa.string()),
            include_columns=list(dict.fromkeys(shape.columns.values())),
            strings_can_be_null=False,
        ),
    )


def _text(text: pa.StringArray) -> pa.StringArray:
    """Take the quotes off the cells of a column; « NA » means an empty one."""
    if pc.any(pc.starts_with(text, '"')).as_py():
        bare = pc.replace_substring_regex(text, r'^"(.*)"$', r"\1")
        text = pc.replace_substring(bare, '""', '"')
    return pc.if_else(pc.equal(text, "NA"), "", text)
