"""The workbook: one sheet a table, of what it is on the first; values only, ready to filter and to print."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn, TableStyleInfo

from tfpb.model.report import (
    Block,
    Chart,
    Format,
    KeyFigures,
    Linked,
    Report,
    Section,
    Table,
    Text,
)
from tfpb.report import theme
from tfpb.report.cell_values import as_number, as_text, excel_format, missing, rounding_note
from tfpb.report.documents import workbook_styles as style
from tfpb.report.documents.document_parts import warnings
from tfpb.report.documents.workbook_charts import native_chart
from tfpb.report.documents.workbook_styles import GAP, PAGE, fitted
from tfpb.words.documents import report_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpyxl.worksheet.worksheet import Worksheet


MEDIUM: Final = "classeur"
IDENTIFIERS: Final = ("id_residence", "id_action", "code_qpv", "cle")
"""Columns whose value a link to a row names."""
_TEXT_WIDTH: Final = 110
_LINE_PT: Final = 13.0
_LEAD_LINES: Final = 2
_TABLE_STYLE: Final = TableStyleInfo(
    "TableStyleLight1", showRowStripes=True, showColumnStripes=False
)

_RANKS: Final = {name: rank for rank, name in enumerate(words.MAIN_SHEETS)}


def render(report: Report) -> bytes:
    """Render the report as an xlsx file.

    Sections whose `sheet` is not empty become sheets: the main ones in their order, then their details,
    each of one table; the heading of the workbook is on the first. A sheet without a row is not written.
    The same bytes for the same report: dates are the dossier's, entries of the archive are fixed.
    """
    book = Workbook()
    del book[book.sheetnames[0]]
    sections = [one for s in report.sections if s.sheet for one in _sheets(s) if _has_rows(one)]
    if sections and sections[0].sheet == words.SUMMARY:  # of a dossier: main ones, then details
        sections.sort(key=lambda s: _RANKS.get(s.sheet, len(_RANKS)))
    foot = words.footer(report.run_hash, fictional=report.fictional, draft=report.draft)
    names = [s.sheet for s in sections]
    for name in names:
        book.create_sheet(name)
    written = {s.sheet: _Sheet(book[s.sheet], s, foot) for s in sections}
    for first in names[:1]:
        head = (report.title, report.subtitle, report.bailleur, report.date)
        written[first].about = (*head, *warnings(report), words.EDIT_INPUTS)
    printed = {name: sheet.write() for name, sheet in written.items()}
    limits = {name: sheet.across for name, sheet in written.items()}
    for one in written.values():
        one.lead(written)
    for sheet in book.worksheets:
        across = min(limits.get(sheet.title, sheet.max_column), sheet.max_column)
        area = f"A1:{get_column_letter(across)}{printed.get(sheet.title, sheet.max_row)}"
        _print_setup(sheet, report, foot, area)
    day = dt.date.fromisoformat(report.properties.get("date_iso", "2000-01-01"))
    properties: Any = book.properties
    properties.title = report.title
    properties.subject = report.subtitle
    properties.creator = "tfpb"
    properties.lastModifiedBy = "tfpb"
    properties.language = "fr-FR"
    properties.created = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001  # a printed date
    sums = {name: sheet.sums for name, sheet in written.items()}
    return style.saved(book, day.isoformat(), sums=sums)


def _sheets(section: Section) -> list[Section]:
    """Return a section as sheets of one table: its own, if it has one, then one for each other table."""
    tables = [
        b
        for b in section.blocks
        if isinstance(b, Table) and MEDIUM in b.media and (section.sheet or b.sheet)
    ]
    first = next((b for b in tables if not b.sheet), None)
    others = [b for b in tables if b is not first]
    alone = [
        replace(b, sheet=b.sheet or f"{section.sheet[:28]}, {k}") for k, b in enumerate(others, 2)
    ]
    kept = tuple(b for b in section.blocks if not any(b is table for table in others))
    return [
        *([replace(section, blocks=kept)] if section.sheet else []),
        *(
            Section(t.key, section.title, t.title, (replace(t, title=""),), sheet=t.sheet)
            for t in alone
        ),
    ]


def _has_rows(sheet: Section) -> bool:
    """Return whether a sheet has something to read besides its words: rows, or key figures."""
    return any(
        isinstance(b, KeyFigures) or (isinstance(b, Table) and not b.rows.empty)
        for b in sheet.blocks
        if MEDIUM in b.media
    )


def _line(
    sheet: Worksheet, row: int, text: str, *, font: Any, span: int = 1, width: float = _TEXT_WIDTH
) -> None:
    """Write a wrapped line over several columns, tall enough to be read whole."""
    style.put(sheet, row, 1, text, font=font, alignment=style.WRAP)
    if span > 1:
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=span)
    size = float(font.size or 10)
    fits = width * 10.5 / size
    sheet.row_dimensions[row].height = style.lines(text, fits) * _LINE_PT * max(size, 9) / 10


def _print_setup(sheet: Worksheet, report: Report, foot: str, area: str) -> None:
    """Set A4, one page wide (the summary upright), title in the header, foot and page in the footer."""
    style.on_a4(sheet, pages=0, upright=sheet.title == words.SUMMARY)
    margins: Any = sheet.page_margins
    margins.left = margins.right = 0.3
    margins.top, margins.bottom = 0.75, 0.65
    margins.header = margins.footer = 0.3
    head, tail = (text.replace("&", "&&") for text in (report.title[:120], foot))
    running: Any = sheet.HeaderFooter
    running.scaleWithDoc = False  # a reduced page keeps its title and its foot at their size
    header: Any = sheet.oddHeader
    header.left.text, header.right.text = f"&8 {head}", f"&8 {sheet.title}"
    bottom: Any = sheet.oddFooter
    bottom.left.text, bottom.right.text = f"&8 {tail}", "&8 Page &P / &N"
    sheet.sheet_view.showGridLines = False
    sheet.print_area = area


class _Sheet:
    """One section being written, from the top of its sheet to the foot."""

    def __init__(self, sheet: Worksheet, section: Section, foot: str) -> None:
        self.sheet = sheet
        self.section = section
        self.foot = foot
        self.blocks = [b for b in section.blocks if MEDIUM in b.media]
        self.tables = [b for b in self.blocks if isinstance(b, Table)]
        page = style.UPRIGHT if section.sheet == words.SUMMARY else PAGE
        across = [t.printed_columns for t in self.tables]
        self.widths = fitted(self.tables, page)
        self.across = max(across, default=len(self.widths))
        self.row = 1
        self.about: tuple[str, ...] = ()
        self.sums: dict[str, float] = {}
        self.places: dict[str, str] = {}
        self.heads: dict[str, str] = {}
        self.leading: list[tuple[Any, Linked]] = []
        self.span, self.width = self._text_span()
        printed = self.widths[: self.across]
        least = theme.MIN_PT * (sum(printed) + GAP * len(printed)) / page
        self.note = style.resized(style.NOTE, least)
        self.header = style.resized(style.HEADER, least)

    def _text_span(self) -> tuple[int, float]:
        """Return how many columns a paragraph spans, and their width in characters."""
        total, span = 0, 0
        for width in self.widths:
            if span and total + width > _TEXT_WIDTH + 20:
                break
            total, span = total + width, span + 1
        return span, float(total)

    def write(self) -> int:
        """Write the whole sheet and return its last row to print.

        What is frozen is low: title, two lines at most of the lead, the head of the table; all else stands
        under it. A sheet of one table repeats its head on each page. Its charts come last and stay on screen:
        in print they would stand under that head, and the report draws them in full.
        """
        for k, width in enumerate(self.widths, 1):
            self.sheet.column_dimensions[get_column_letter(k)].width = width + GAP
        single = len(self.tables) == 1
        first, rest = self._lead() if single else (self.section.lead, "")
        self._text(self.section.title, style.TITLE)
        self._text(first, style.LEAD)
        self.row += 0 if single else 1
        last = [b for b in self.blocks if single and isinstance(b, Chart)]
        if single:
            self._table(self.tables[0], freeze=True)
            self._text(rest, style.BODY)
        done = (*last, *(self.tables if single else ()))
        for block in self.blocks:
            if not any(block is other for other in done):
                self._block(block, freeze=False)
        if not single:
            self.sheet.freeze_panes = "A2"
            self.sheet.print_title_rows = "1:1"
        for line in filter(None, self.about):
            self._text(line, style.BODY)
        self._text(self.foot, self.note)
        printed = self.row - 1
        self.row += 1
        for block in last:
            self._block(block, freeze=False)
        return printed

    def _lead(self) -> tuple[str, str]:
        """Return the first sentences of the lead that two lines hold, and those for under the table."""
        parts = re.split(r"(?<=[.!?])\s+(?=\S)", self.section.lead)
        fits = self.width * 10.5 / float(style.LEAD.size)
        held = int(style.lines(parts[0], fits) <= _LEAD_LINES + 1)
        while (
            held
            and held < len(parts)
            and style.lines(" ".join(parts[: held + 1]), fits) <= _LEAD_LINES
        ):
            held += 1
        return " ".join(parts[:held]), " ".join(parts[held:])

    def _text(self, text: str, font: Any) -> None:
        if not text:
            return
        _line(self.sheet, self.row, text, font=font, span=self.span, width=self.width)
        self.row += 1

    def _block(self, block: Block, *, freeze: bool) -> None:
        if isinstance(block, Table):
            self._table(block, freeze=freeze)
        elif isinstance(block, Text):
            for paragraph in block.paragraphs:
                self._text(f"• {paragraph}" if block.bullets else paragraph, style.BODY)
            self.row += 1
        elif isinstance(block, KeyFigures):
            self._figures(block)
        elif isinstance(block, Chart):
            self._chart(block)

    def _figures(self, block: KeyFigures) -> None:
        body = {"font": style.BODY, "alignment": style.TOP}
        look = {"font": style.FIGURE, "alignment": style.TOP}
        for figure in block.figures:
            style.put(self.sheet, self.row, 1, figure.label, font=style.BODY, alignment=style.WRAP)
            if missing(figure.amount):
                style.put(self.sheet, self.row, 2, figure.value, **look)
            else:
                amount = as_number(figure.amount, figure.format)
                shown = excel_format(figure.amount, figure.format)
                style.put(self.sheet, self.row, 2, amount, **look, number_format=shown)
            style.put(self.sheet, self.row, 3, figure.detail, **body)
            tall = style.lines(figure.label, self.widths[0])
            self.sheet.row_dimensions[self.row].height = max(20, tall * _LINE_PT)
            self.row += 1
        self.row += 1

    def _table(self, table: Table, *, freeze: bool) -> None:
        if table.title and table.title != self.section.title:
            self._text(table.title, style.SUBTITLE)
        self._grid(table, freeze=freeze)
        self._text(
            words.table_line(unit=table.unit, scope=table.scope, source=table.source), self.note
        )
        for note in (rounding_note(table, lambda column: column.format), *table.notes):
            self._text(note, self.note)
        self.row += 1

    def _grid(self, table: Table, *, freeze: bool) -> None:
        if table.totals:
            self._totals(table)
        sheet, top = self.sheet, self.row
        fill, border = style.HEADER_FILL, style.HEADER_BORDER
        look: dict[str, Any] = {"font": self.header, "fill": fill, "border": border}
        heads = []
        for k, (column, header) in enumerate(zip(table.columns, _headers(table), strict=True), 1):
            side = style.alignment(column.format, header=True)
            cell = style.put(sheet, top, k, header, **look, alignment=side)
            heads.append(TableColumn(id=k, name=cell.value))
        tallest = max(
            style.lines(c.header, self.widths[k] + 0.5) for k, c in enumerate(table.columns)
        )
        sheet.row_dimensions[top].height = tallest * 12.5 + 4
        for offset, values in enumerate(table.rows.itertuples(index=False), 1):
            self._cells(table, top + offset, values)
        self._marks(table, top)
        last = top + len(table.rows)
        self._remarks(table, top)
        ref = f"A{top}:{get_column_letter(len(table.columns))}{last}"
        # its columns named here: openpyxl would go through every cell again to name them
        excel = ExcelTable(displayName=f"t_{table.key}", ref=ref, tableColumns=heads)
        excel.autoFilter = AutoFilter(ref=ref)
        excel.tableStyleInfo = _TABLE_STYLE
        sheet.add_table(excel)
        if freeze:
            sheet.freeze_panes = f"A{top + 1}"
            sheet.print_title_rows = f"{top}:{top}"
        self.row = last + 1

    def _cells(self, table: Table, row: int, values: tuple[Any, ...]) -> None:
        tall = 1
        heads = len(values) > 1 and all(map(missing, values[1:]))  # a line that names those below
        cells = []
        for k, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            content = as_number(value, column.format)
            shown, worded = "", isinstance(content, str)
            if worded:
                tall = max(tall, style.lines(content, self.widths[k]))
            elif content is not None:
                shown = excel_format(value, column.format)
            leads = isinstance(value, Linked) and bool(value.sheet)
            filled = column.key in table.filled
            key = (heads, leads, shown, filled, column.format, worded)
            cells.append((content, _look(key), key))
        for cell, value in zip(style.put_row(self.sheet, row, cells), values, strict=True):
            if isinstance(value, Linked) and value.sheet:
                self.leading.append((cell, value))
        self.sheet.row_dimensions[row].height = min(tall, 12) * _LINE_PT + 1

    def _marks(self, table: Table, top: int) -> None:
        """Note where columns and identifiers stand, for links; offer the words to fill."""
        last = top + len(table.rows)
        for k, column in enumerate(table.columns, 1):
            place = get_column_letter(k)
            self.heads.setdefault(column.key, f"{place}{top}")
            if column.key in IDENTIFIERS:
                for row, value in enumerate(table.rows[column.key], top + 1):
                    self.places.setdefault(str(value), f"A{row}")
            if choices := table.filled.get(column.key):
                offered = f'"{",".join(choices)}"'
                rule = DataValidation("list", formula1=offered, allow_blank=True)
                rule.add(f"{place}{top + 1}:{place}{last}")
                self.sheet.add_data_validation(rule)

    def lead(self, sheets: Mapping[str, _Sheet]) -> None:
        """Make its links, once every sheet is written: each to its row, else to the head of its column."""
        for cell, link in self.leading:
            if link.sheet in sheets:
                there = sheets[link.sheet]
                row = there.places.get(link.row) if link.row else None
                place = row or there.heads.get(link.column, "A1")
                target = f"'{link.sheet}'!{place}"
                shown = as_text(link, Format.TEXT)
                cell.hyperlink = Hyperlink(ref=cell.coordinate, location=target, display=shown)

    def _totals(self, table: Table) -> None:
        """Write the totals the stages made, above the header, out of the rows that one filters or copies.

        One that is the sum of its column follows the filter.
        """
        top = self.row + 2  # the header stands between
        style.put(self.sheet, self.row, 1, words.TOTAL)
        tall = 1
        for k, column in enumerate(table.columns, 1):
            value = table.totals.get(column.key)
            cell: Any = self.sheet.cell(row=self.row, column=k)
            if not missing(value):
                cell = style.put(self.sheet, self.row, k, as_number(value, column.format))
                shown = [v for v in table.rows[column.key] if not missing(v)]
                bounds = isinstance(value, str)
                if bounds:
                    tall = max(tall, style.lines(str(value), self.widths[k - 1]))
                # bounds in words are no sum
                exact = not bounds and not any(isinstance(v, str) for v in shown)
                if exact and sum(map(Decimal, map(str, shown))) == Decimal(str(value)):
                    place = get_column_letter(k)
                    rows = f"{place}{top}:{place}{top + len(table.rows) - 1}"
                    cell.value = f"=SUBTOTAL(109,{rows})"
                    self.sums[cell.value[1:]] = float(str(value))
                cell.number_format = excel_format(value, column.format)
                cell.alignment = style.alignment(column.format, words=bounds)
            cell.font = self.header
        self.sheet.row_dimensions[self.row].height = tall * _LINE_PT + 2
        self.row += 1

    def _remarks(self, table: Table, top: int) -> None:
        keys = [c.key for c in table.columns]
        for row, key, text in table.remarks:
            if key in keys:
                note = Comment(text, "tfpb", height=90, width=320)
                cell: Any = self.sheet.cell(row=top + 1 + row, column=keys.index(key) + 1)
                cell.comment = note

    def _chart(self, chart: Chart) -> None:
        """Write the chart's figures and the native chart, on a page of their own in print."""
        breaks: Any = self.sheet.row_breaks
        breaks.append(Break(id=self.row - 1))
        self._text(chart.title, style.SUBTITLE)
        if chart.unit:
            self._text(words.table_line(unit=chart.unit, source=chart.source), self.note)
        self.row = native_chart(self.sheet, self.row, chart, self.header) + 1


@cache
def _look(key: tuple[bool, bool, str, bool, Format, bool]) -> style.Look:
    """Return the look of a cell of a table: heads lines, leads, shown as, to fill, its format, in words."""
    heads, leads, shown, filled, fmt, worded = key
    look: style.Look = {
        "font": style.LINK if leads else style.HEADING if heads else style.BODY,
        "border": style.ROW_BORDER,
        "alignment": style.alignment(fmt, words=worded),
    }
    look |= {"number_format": shown} if shown else {}
    return look | ({"fill": style.ENTRY_FILL} if filled else {})


def _headers(table: Table) -> list[str]:
    """Return headers, each once: a repeated header makes a spreadsheet « repair » the file."""
    seen: dict[str, int] = {}
    out = []
    for column in table.columns:
        text = as_text(column.header, Format.TEXT) or column.key
        seen[text.lower()] = seen.get(text.lower(), 0) + 1
        count = seen[text.lower()]
        out.append(text if count == 1 else f"{text} ({count})")
    return out
