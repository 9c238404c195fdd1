"""Tables in and out: every cell text on the way in, numbers as numbers on the way out.

Reading keeps what the user wrote (« 01004 », « 12,50 ») with the place of each row; typing it is the
work of `tfpb.io.typed`.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import python_calamine

from tfpb.errors import Place, TfpbError, fail
from tfpb.text import drop_controls, fold, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

SPREADSHEETS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
TEXT_FILES: Final = frozenset({".csv", ".txt", ".tsv"})
_HEADER_SEARCH_ROWS: Final = 30
_FULL_ENOUGH: Final = 0.8
_MAX_COLUMNS: Final = 2000
_MAX_CELL: Final = 32_767
_MAX_EXPANSION_BYTES: Final = 2_000_000_000
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_THOUSANDS: Final = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_CP1252_HOLES: Final = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_READABLE: Final = "xlsx, ods, xls, csv ou parquet"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as read: all text.

    Parameters
    ----------
    frame : DataFrame
        Text cells, "" when empty; headers as written.
    file, sheet : str
        File name (without folders) and sheet ("" for plain files).
    rows : int array, shape (len(frame),)
        Row of each line as a spreadsheet numbers it.
    decimal : str
        "." when the file cannot mean thousands by a dot (comma-separated files), else "".
    """

    frame: pd.DataFrame
    file: str
    sheet: str
    rows: NDArray[np.int64]
    decimal: str = ""

    def place(self, position: int, column: str = "") -> Place:
        """Return the place of the line at a position (0-based) of the frame."""
        return Place(self.file, self.sheet, int(self.rows[position]), column)


def read_table(path: Path, *, sheet: str | None = None, known: Iterable[str] = ()) -> TextTable:
    """Read a table of any supported format, finding the header under title rows.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Sheet of a workbook; by default the first whose header holds most known names.
    known : iterable of str
        Names expected in the header; they help to find it.

    Raises
    ------
    TfpbError
        `fichier_absent`, `fichier_illisible`, `format_inconnu`, `feuille_absente`, `feuille_vide`.
    """
    path = Path(path)
    place = Place(path.name)
    if not path.is_file():
        raise fail("fichier_absent", place=place, got=path.name)
    names = frozenset(fold(k) for k in known)
    suffix = path.suffix.lower()
    if suffix in SPREADSHEETS:
        return _read_workbook(path, sheet, names)
    if suffix in TEXT_FILES:
        grid, decimal = _csv_grid(path)
        return replace(_table(grid, path.name, "", names), decimal=decimal)
    if suffix == ".parquet":
        return _read_parquet(path)
    raise fail("format_inconnu", place=place, got=suffix or path.name, attendu=_READABLE)


def sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook."""
    return list(_open_workbook(path).sheet_names)


def decode(raw: bytes) -> str:
    """Decode bytes as UTF-8, with or without BOM, else as cp1252 (its holes as Latin-1)."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="surrogateescape")
        return text.translate({0xDC00 + byte: byte for byte in _CP1252_HOLES})


def _open_workbook(path: Path) -> Any:
    try:
        _refuse_bombs(path)
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except TfpbError:
        raise
    except Exception as error:  # calamine raises bare errors of several kinds
        raise fail(
            "fichier_illisible", place=Place(path.name), got=type(error).__name__, format="classeur"
        ) from error


def _refuse_bombs(path: Path) -> None:
    """Refuse an archive that unpacks to more than any real workbook (zip bombs)."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        total = sum(info.file_size for info in archive.infolist())
    if total > _MAX_EXPANSION_BYTES:
        raise fail(
            "fichier_illisible", place=Place(path.name), got=f"{total} octets", format="classeur"
        )


def _read_workbook(path: Path, sheet: str | None, names: frozenset[str]) -> TextTable:
    book = _open_workbook(path)
    available = list(book.sheet_names)
    if sheet is not None:
        chosen = [s for s in available if fold(s) == fold(sheet)]
        if not chosen:
            raise fail(
                "feuille_absente", place=Place(path.name), got=sheet, feuilles=", ".join(available)
            )
        candidates = chosen[:1]
    else:
        candidates = available
    best: tuple[int, list[list[str]], str] | None = None
    for name in candidates:
        grid = _sheet_grid(book, name, path)
        score = max((_score(row, names) for row in grid[:_HEADER_SEARCH_ROWS]), default=0)
        if grid and (best is None or score > best[0]):
            best = (score, grid, name)
        if best is not None and not names:
            break
    if best is None:
        raise fail("feuille_vide", place=Place(path.name, candidates[0] if candidates else ""))
    return _table(best[1], path.name, best[2], names)


def _sheet_grid(book: Any, name: str, path: Path) -> list[list[str]]:
    try:
        data = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except Exception as error:
        raise fail(
            "fichier_illisible",
            place=Place(path.name, name),
            got=type(error).__name__,
            format="classeur",
        ) from error
    return [[cell_text(c) for c in row] for row in data]


def cell_text(value: Any) -> str:
    """Write a spreadsheet's cell as text: whole numbers without « .0 », dates in ISO form."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if np.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else _float_text(value)  # noqa: PLR2004
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value)


def _float_text(value: float) -> str:
    """Write a float so that it can never be taken for thousands: 1.234 becomes « 1.2340 »."""
    text = repr(value)
    return f"{text}0" if _THOUSANDS.fullmatch(text) else text


def _csv_grid(path: Path) -> tuple[list[list[str]], str]:
    raw = path.read_bytes()
    if b"\x00" in raw[:4096] and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise fail(
            "fichier_illisible", place=Place(path.name), got="octets nuls", format="texte CSV"
        )
    text = decode(raw).replace("\x00", "")
    delimiter = _delimiter(text)
    csv.field_size_limit(10_000_000)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [[_shown(c) for c in row] for row in rows], "." if delimiter == "," else ""
    except csv.Error as error:
        raise fail(
            "fichier_illisible", place=Place(path.name), got=str(error), format="texte CSV"
        ) from error


def _shown(cell: str) -> str:
    """Take back the apostrophe that guards a formula-like text in the files we write."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in _DANGEROUS and len(text) > 1 else text


def _delimiter(text: str) -> str:
    """Choose the separator that cuts the first lines into most columns, most evenly."""
    lines = [line for line in text[:200_000].splitlines()[:50] if line.strip()]
    best, score = ";", (0, 0)
    for mark in (";", "\t", ","):
        widths = [len(r) for r in csv.reader(lines, delimiter=mark)]
        if not widths:
            continue
        common = max(set(widths), key=lambda w: (widths.count(w), w))
        candidate = (widths.count(common) * (common > 1), common)
        if candidate > score:
            best, score = mark, candidate
    return best


def _read_parquet(path: Path) -> TextTable:
    try:
        frame = pd.read_parquet(path)
    except Exception as error:
        raise fail(
            "fichier_illisible", place=Place(path.name), got=type(error).__name__, format="Parquet"
        ) from error
    text = pd.DataFrame(
        {str(c): [cell_text(_plain(v)) for v in frame[c]] for c in frame.columns}, dtype=object
    )
    return TextTable(text, path.name, "", np.arange(2, len(text) + 2))


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else (None if value is pd.NA else value)


def _score(row: list[str], names: frozenset[str]) -> int:
    return sum(1 for cell in row if cell and fold(cell) in names)


def _header_row(grid: list[list[str]], names: frozenset[str]) -> int:
    """Find the header: the first row with most known names, else the first that is full enough.

    A title row is a few filled cells above a wider table.
    """
    head = grid[:_HEADER_SEARCH_ROWS]
    scores = [_score(row, names) for row in head]
    if names and max(scores, default=0) > 0:
        return scores.index(max(scores))
    filled = [sum(1 for c in row if c) for row in head]
    widest = max(filled, default=0)
    for i, count in enumerate(filled):
        if count and count >= _FULL_ENOUGH * widest:
            return i
    return 0


def _table(grid: list[list[str]], file: str, sheet: str, names: frozenset[str]) -> TextTable:
    if not any(any(row) for row in grid):
        raise fail("feuille_vide", place=Place(file, sheet))
    top = _header_row(grid, names)
    header = [squeeze(c) for c in grid[top]]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    if width > _MAX_COLUMNS:
        raise fail(
            "fichier_illisible", place=Place(file, sheet), got=f"{width} colonnes", format="tableau"
        )
    body = [(i + 1, row) for i, row in enumerate(grid) if i > top and any(row)]
    if not body:
        raise fail("feuille_vide", place=Place(file, sheet))
    columns = _unique(header)
    data = [[*row[:width], *[""] * (width - len(row))] for _, row in body]
    frame = pd.DataFrame(data, columns=columns, dtype=object)
    keep = [c for c, h in zip(columns, header, strict=True) if h or (frame[c] != "").any()]
    return TextTable(frame[keep], file, sheet, np.array([i for i, _ in body], dtype=np.int64))


def _unique(header: list[str]) -> list[str]:
    """Make column names unique, naming the unnamed after their position."""
    seen: dict[str, int] = {}
    out = []
    for i, raw in enumerate(header):
        name = raw or f"colonne {i + 1}"
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


def csv_bytes(frame: pd.DataFrame, *, raw_csv: bool = False) -> bytes:
    """Write a frame as CSV bytes: utf-8-sig, « ; », decimal comma; or plain UTF-8, « , », point.

    Text that a spreadsheet would run as a formula is prefixed with an apostrophe, unless `raw_csv`.
    """
    mark, separator = (".", ",") if raw_csv else (",", ";")
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow([_csv_cell(c, mark, raw=raw_csv) for c in frame.columns])
    columns = [[_csv_cell(v, mark, raw=raw_csv) for v in frame[c]] for c in frame.columns]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8" if raw_csv else "utf-8-sig")


def _csv_cell(value: Any, mark: str, *, raw: bool) -> str:
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "1" if value else "0"
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else repr(float(value)).removesuffix(".0").replace(".", mark)
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", mark)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (tuple, list)):
        return " | ".join(str(v) for v in value)
    text = drop_controls(str(value))
    return "'" + text if not raw and text.startswith(_DANGEROUS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def write_table(
    path: Path, frame: pd.DataFrame, *, raw_csv: bool = False, sheet: str = "Données"
) -> None:
    """Write a frame by the extension of `path` (csv, xlsx, ods, parquet), whole or not at all.

    Raises
    ------
    TfpbError
        `format_inconnu`, or `ecriture_impossible` (folder absent, file open elsewhere, disk full).
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in TEXT_FILES:
        data = csv_bytes(frame, raw_csv=raw_csv)
    elif suffix == ".xlsx":
        data = xlsx_bytes({sheet: frame})
    elif suffix == ".ods":
        data = _ods_bytes(frame, sheet)
    elif suffix == ".parquet":
        buffer = io.BytesIO()
        _parquet_ready(frame).to_parquet(buffer, index=False)
        data = buffer.getvalue()
    else:
        raise fail(
            "format_inconnu",
            place=Place(path.name),
            got=suffix or path.name,
            attendu="csv, xlsx, ods ou parquet",
        )
    write_bytes(path, data)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file beside its place, then rename it there: a reader never sees half a file."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise fail(
            "ecriture_impossible", place=Place(path.name), got=error.strerror or ""
        ) from error


def _parquet_ready(frame: pd.DataFrame) -> pd.DataFrame:
    out: dict[str, Any] = {}
    for name in frame.columns:
        if frame[name].dtype == object:
            out[str(name)] = pd.Series([_parquet_value(v) for v in frame[name]], dtype=object)
        else:
            out[str(name)] = frame[name].to_numpy()
    return pd.DataFrame(out)


def _parquet_value(value: Any) -> Any:
    if value is None or isinstance(value, (str, Decimal, dt.date)):
        return value
    return _csv_cell(value, ".", raw=True)


def xlsx_bytes(sheets: dict[str, pd.DataFrame]) -> bytes:
    """Write plain sheets: header in bold, frozen, filtered; text never becomes a formula."""
    from openpyxl import Workbook  # noqa: PLC0415 - 0.3 s that reading does not need
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    from tfpb.io.archive import settle_xlsx  # noqa: PLC0415

    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, frame in sheets.items():
        page = book.create_sheet(title)
        for j, name in enumerate(frame.columns, start=1):
            head = page.cell(1, j)
            _put(head, str(name))
            head.font = Font(bold=True)
            longest = max([len(str(name)), *(len(str(v)) for v in frame[name].head(200))])
            page.column_dimensions[get_column_letter(j)].width = min(60, max(8, longest + 2))
            for i, value in enumerate(frame[name], start=2):
                _put(page.cell(i, j), value)
        page.freeze_panes = "A2"
        if len(frame.columns):
            page.auto_filter.ref = f"A1:{get_column_letter(len(frame.columns))}{len(frame) + 1}"
    buffer = io.BytesIO()
    book.save(buffer)
    return settle_xlsx(buffer.getvalue())


def _put(cell: Any, value: Any) -> None:
    value = _plain(value)
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return
    if isinstance(value, (bool, int, float, Decimal, dt.date)):
        cell.value = value
        return
    text = " | ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)
    cell.value = drop_controls(text)[:_MAX_CELL]
    cell.data_type = "s"
    if text.startswith(_DANGEROUS):
        cell.quotePrefix = True


def _ods_bytes(frame: pd.DataFrame, sheet: str) -> bytes:
    buffer = io.BytesIO()
    out = pd.DataFrame(
        {str(c): [_ods_value(v) for v in frame[c]] for c in frame.columns}, dtype=object
    )
    with pd.ExcelWriter(buffer, engine="odf") as writer:
        out.to_excel(writer, sheet_name=sheet, index=False)
    return buffer.getvalue()


def _ods_value(value: Any) -> Any:
    value = _plain(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (tuple, list)):
        return " | ".join(map(str, value))
    return drop_controls(value) if isinstance(value, str) else value
