"""Two writers of workbooks, openpyxl and XlsxWriter, on the same cells: time, size, same bytes twice.

    pip install --target ../xlsxwriter xlsxwriter
    PYTHONPATH=../xlsxwriter python benchmarks/writers.py [--classeur F.xlsx] [--cellules 41000] [--fois 5]

XlsxWriter is no dependency of the program. Both write the values and number formats of a pack's workbook,
or invented rows, with a filter, a frozen row and pages one sheet wide, in turn in one process; the ratio is
of the medians of processor time. `openpyxl_clair` is its mode that only writes (`write_only`);
`openpyxl_range` is the first, packed again without clocks, as the program does (`tfpb.archives.settle`).
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import io
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from tfpb.archives import settle

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS: Final = 20
DAY: Final = dt.datetime(2025, 1, 1)  # noqa: DTZ001 - a printed date
FORMATS: Final = ("#,##0", "#,##0.00", "0.0%")
Cell = tuple[str | float | None, str]
Sheets = dict[str, list[list[Cell]]]


def invented(cells: int) -> Sheets:
    """Return rows as those of a table of premises: a quarter of texts, the rest numbers."""
    rows: list[list[Cell]] = [[(f"Colonne {c}", "") for c in range(COLUMNS)]]
    rows += [
        [
            (f"QN05{k % 40:03d}", "")
            if c % 4 == 0
            else (round((k * 7919 + c * 104729) % 99991 / 7, 2), FORMATS[c % 3])
            for c in range(COLUMNS)
        ]
        for k in range(cells // COLUMNS)
    ]
    return {"Locaux": rows}


def of_workbook(path: Path) -> Sheets:
    """Return the cells of a workbook: its values, its formulas as words."""
    return {
        sheet.title: [
            [
                (
                    c.value if isinstance(c.value, (int, float)) or c.value is None
                    else f"’{c.value}",
                    c.number_format if isinstance(c.value, (int, float)) else "",
                )
                for c in row
            ]
            for row in sheet.iter_rows()
        ]
        for sheet in load_workbook(path)
    }  # fmt: skip


def with_openpyxl(content: Sheets) -> bytes:
    """Write cells that can be read again, as the program does."""
    book = Workbook()
    del book[book.sheetnames[0]]
    for title, rows in content.items():
        sheet = book.create_sheet(title)
        for k, row in enumerate(rows, 1):
            for c, (value, form) in enumerate(row, 1):
                if value is not None:
                    cell = sheet.cell(k, c, value)
                    if form:
                        cell.number_format = form
    return _closed(book, content)


def settled(content: Sheets) -> bytes:
    """Write the same, packed again without clocks."""
    return settle(with_openpyxl(content), "2025-01-01")


def with_openpyxl_written_only(content: Sheets) -> bytes:
    """Write rows that cannot be read again."""
    book = Workbook(write_only=True)
    for title, rows in content.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for row in rows:
            cells = []
            for value, form in row:
                cell = WriteOnlyCell(sheet, value)
                if form:
                    cell.number_format = form
                cells.append(cell)
            sheet.append(cells)
    return _closed(book, content)


def _closed(book: Workbook, content: Sheets) -> bytes:
    for sheet in book.worksheets:
        rows = content[sheet.title]
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(max(map(len, rows)))}{len(rows)}"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.properties.created = DAY
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_xlsxwriter(content: Sheets) -> bytes:
    """Write the same by XlsxWriter, in memory."""
    import xlsxwriter  # noqa: PLC0415 - not a dependency

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": DAY})
    formats = {"": None}
    for title, rows in content.items():
        sheet = book.add_worksheet(title)
        for k, row in enumerate(rows):
            for c, (value, form) in enumerate(row):
                if form not in formats:
                    formats[form] = book.add_format({"num_format": form})
                if isinstance(value, str):
                    sheet.write_string(k, c, value)
                elif value is not None:
                    sheet.write_number(k, c, value, formats[form])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows) - 1, max(map(len, rows)) - 1)
        sheet.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()


WRITERS: Final[dict[str, Callable[[Sheets], bytes]]] = {
    "openpyxl": with_openpyxl,
    "openpyxl_range": settled,
    "openpyxl_clair": with_openpyxl_written_only,
    "xlsxwriter": with_xlsxwriter,
}


def main() -> int:
    """Print a line a writer: median seconds, ratio to openpyxl, size, whether two runs give one file."""
    parser = argparse.ArgumentParser(description="openpyxl et XlsxWriter sur les mêmes cellules.")
    parser.add_argument("--classeur", type=Path)
    parser.add_argument("--cellules", type=int, default=41_000)
    parser.add_argument("--fois", type=int, default=5)
    asked = parser.parse_args()
    content = of_workbook(asked.classeur) if asked.classeur else invented(asked.cellules)
    spent: dict[str, list[float]] = {name: [] for name in WRITERS}
    files: dict[str, list[bytes]] = {name: [] for name in WRITERS}
    for turn in range(asked.fois):
        for name in (*WRITERS,) if turn % 2 else (*reversed(WRITERS),):
            begun = time.process_time()
            files[name].append(WRITERS[name](content))
            spent[name].append(time.process_time() - begun)
        time.sleep(2.1)  # an archive dates its entries to two seconds
    base = statistics.median(spent["openpyxl"]), len(files["openpyxl"][0])
    for name, times in spent.items():
        median, size = statistics.median(times), len(files[name][0])
        same = len({hashlib.sha256(f).hexdigest() for f in files[name]}) == 1
        sys.stdout.write(
            f"{name} : {median:.3f} s ({median / base[0]:.2f}), {size} octets ({size / base[1]:.2f}), "
            f"mêmes octets : {'oui' if same else 'non'}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
