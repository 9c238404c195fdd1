"""Tables in and out: any tabular file as text by the reader of its kind; numbers written as numbers.

A text is never written as what a spreadsheet would run.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Place, fail
from tfpb.io.tables.contents import (
    COLUMNS,
    LAYER,
    TEXT,
    WORKBOOK,
    form,
    refuse_large,
    require_file,
    unreadable,
)
from tfpb.io.tables.csv_text import read_text
from tfpb.io.tables.text_table import TextTable, cell_text, plain, unused_option
from tfpb.io.tables.workbook_files import read_workbook, sheet_names
from tfpb.text import drop_controls, fold, is_number, like_formula
from tfpb.words.faults.input_words import (
    LAYERS_WRITTEN,
    ONE_SHEET,
    PARQUET,
    SHEET,
    TABLES_READ,
    TABLES_WRITTEN,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    Reader = Callable[[Path, frozenset[str]], TextTable]

TEXT_FILES: Final = frozenset({".csv", ".txt", ".tsv"})
_MAX_CELL: Final = 32_767
WRITTEN_LAYERS: Final = frozenset({".gpkg", ".geojson", ".geoparquet"})
"""Extensions of the map layers that are written."""
_WRITTEN: Final = TEXT_FILES | {".xlsx", ".ods", ".parquet"}
__all__ = [
    "TextTable", "check_format", "csv_bytes", "read_table", "sheet_names",
    "table_bytes", "xlsx_bytes",
]  # fmt: skip


def csv_bytes(frame: pd.DataFrame, *, raw_csv: bool = False) -> bytes:
    """Write a frame as CSV bytes: utf-8-sig, « ; », decimal comma; or plain UTF-8, « , », point.

    Text that a spreadsheet would run as a formula is prefixed with an apostrophe, unless `raw_csv`.
    """
    mark, separator = (".", ",") if raw_csv else (",", ";")
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow([_csv_cell(c, mark, raw=raw_csv) for c in frame.columns])
    columns = [_csv_column(frame[c], mark, raw=raw_csv) for c in frame.columns]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8" if raw_csv else "utf-8-sig")


def _value(value: Any) -> Any:
    """Return a cell as every format writes it: None, number, date, or text without controls."""
    if isinstance(value, str):
        return drop_controls(value)
    value = plain(value)
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, (bool, int, float, Decimal, dt.date)):
        return value
    text = " | ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)
    return drop_controls(text)


def _csv_column(cells: pd.Series[Any], mark: str, *, raw: bool) -> list[str]:
    """Write a column cell by cell; a text that comes again is examined once."""
    values = cells.to_numpy(dtype=object).tolist()
    if cells.dtype.kind == "f":
        return ["" if v != v else _decimal(v, mark) for v in values]  # noqa: PLR0124 - not a number
    written = {v: _csv_cell(v, mark, raw=raw) for v in {v for v in values if isinstance(v, str)}}
    return [written[v] if isinstance(v, str) else _csv_cell(v, mark, raw=raw) for v in values]


def _decimal(value: float, mark: str) -> str:
    return repr(value).removesuffix(".0").replace(".", mark)


def _csv_cell(cell: Any, mark: str, *, raw: bool) -> str:
    value = _value(cell)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return _decimal(value, mark)
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", mark)
    text = str(value)
    return text if raw else harmless(text)


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if like_formula(text) and not is_number(text) else text


def check_format(path: Path, layers: Collection[str] = ()) -> None:
    """Refuse a name whose extension is no table's (`format_inconnu`), before anything is computed.

    Extensions of `layers` will do too.
    """
    suffix = path.suffix.lower()
    if suffix not in _WRITTEN and suffix not in layers:
        wanted = TABLES_WRITTEN if not layers else LAYERS_WRITTEN
        raise fail(
            "format_inconnu", place=Place(path.name), got=suffix or path.name, attendu=wanted
        )


def is_layer(path: Path, geometry: Collection[str] | None) -> bool:
    """Return whether an output is a map layer: by its extension; Parquet where the input had a geometry."""
    suffix = path.suffix.lower()
    return suffix in WRITTEN_LAYERS or (suffix == ".parquet" and geometry is not None)


def table_bytes(
    path: Path, frame: pd.DataFrame, *, raw_csv: bool = False, sheet: str = SHEET
) -> bytes:
    """Render a frame in the format that the extension of `path` names (`format_inconnu`)."""
    check_format(path)
    suffix = path.suffix.lower()
    if suffix in TEXT_FILES:
        return csv_bytes(frame, raw_csv=raw_csv)
    if suffix == ".xlsx":
        return xlsx_bytes({sheet: frame})
    if suffix == ".ods":
        return _ods_bytes(frame, sheet)
    buffer = io.BytesIO()
    parquet_ready(frame).to_parquet(buffer, index=False)
    return buffer.getvalue()


def parquet_ready(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns of mixed kinds are texts, numbers or dates, as Parquet wants."""
    out = {
        str(name): pd.Series([_parquet_value(v) for v in frame[name]], dtype=object)
        if frame[name].dtype == object
        else frame[name].to_numpy()
        for name in frame.columns
    }
    return pd.DataFrame(out)


def text_value(value: Any) -> str | None:
    """Return a cell of mixed kinds as text, the only way GDAL writes it."""
    if isinstance(value, (tuple, list)):
        return " | ".join(map(str, value))
    return None if value is None else str(value)


def _parquet_value(value: Any) -> Any:
    if value is None or isinstance(value, (str, Decimal, dt.date)):
        return value
    return _csv_cell(value, ".", raw=True)


def xlsx_bytes(sheets: dict[str, pd.DataFrame]) -> bytes:
    """Write plain sheets: header in bold, frozen, filtered; text never becomes a formula."""
    from openpyxl import Workbook  # noqa: PLC0415 - 0.3 s that reading does not need
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    from tfpb.archives import settle  # noqa: PLC0415

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
    return settle(buffer.getvalue())


def _put(cell: Any, value: Any) -> None:
    value = _value(value)
    if isinstance(value, str):
        cell.value = value[:_MAX_CELL]
        cell.data_type = "s"
        if like_formula(value):
            cell.quotePrefix = True
    elif value is not None:
        cell.value = value


def _ods_bytes(frame: pd.DataFrame, sheet: str) -> bytes:
    buffer = io.BytesIO()
    out = pd.DataFrame(
        {str(c): [_ods_value(v) for v in frame[c]] for c in frame.columns}, dtype=object
    )
    with pd.ExcelWriter(buffer, engine="odf") as writer:
        out.to_excel(writer, sheet_name=sheet, index=False)
    return buffer.getvalue()


def _ods_value(value: Any) -> Any:
    value = _value(value)
    return float(value) if isinstance(value, Decimal) else value


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    known: Iterable[str] = (),
    needed: Iterable[Iterable[str]] = (),
    year: int | None = None,
) -> TextTable:
    """Read a table of any supported format; its header is found under title rows.

    Every cell is text, with its file, sheet and row. `sheet` is of a workbook, or a layer of a map file; by
    default the first whose header has most `known` names, the visible ones before the hidden, and of
    similar sheets that are named by their years, that of `year`. `needed` gives the headers that mean each
    column that must be there: other sheets that have them all are doubted. Raises `fichier_absent`,
    `fichier_est_dossier`, `fichier_inaccessible`, `fichier_illisible`, `fichier_trop_grand`,
    `format_inconnu`, `feuille_absente`, `feuille_vide`, `feuille_trop_grande`, `tableau_trop_large`,
    `cellule_trop_longue`, `guillemet_non_ferme`.
    """
    path = Path(path)
    require_file(path)
    read_as = form(path)
    if read_as not in _READERS and read_as not in {WORKBOOK, LAYER}:
        got = path.suffix.lower() or path.name
        raise fail("format_inconnu", place=Place(path.name), got=got, attendu=TABLES_READ)
    refuse_large(path)
    names = frozenset(fold(k) for k in known)
    if read_as == WORKBOOK:
        headers = [frozenset(map(fold, n)) for n in needed]
        return read_workbook(path, sheet, names, headers, year)
    if read_as == LAYER or (read_as == COLUMNS and _has_geometry(path)):
        from tfpb.io.layers.point_layers import read_layer  # noqa: PLC0415 - loads GDAL

        return read_layer(path, sheet, names)
    table = _READERS[read_as](path, names)
    if sheet is None:
        return table
    unused = unused_option("--feuille", path.name, ONE_SHEET)
    return replace(table, notices=(*table.notices, unused))


def _has_geometry(path: Path) -> bool:
    """Return whether a Parquet file is a GeoParquet."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - few files are

    try:
        return b"geo" in (pq.read_schema(path).metadata or {})
    except Exception:  # noqa: BLE001 - what is wrong is said by who reads it
        return False


def _read_parquet(path: Path, _names: frozenset[str]) -> TextTable:
    try:
        frame = pd.read_parquet(path)
        text = pd.DataFrame(  # texts are decoded here: some may be none
            {str(c): [cell_text(plain(v)) for v in frame[c]] for c in frame.columns}, dtype=object
        )
    except Exception as error:
        raise unreadable(path, PARQUET) from error
    return TextTable(text, path.name, "", np.arange(2, len(text) + 2))


_READERS: Final[dict[str, Reader]] = {TEXT: read_text, COLUMNS: _read_parquet}
