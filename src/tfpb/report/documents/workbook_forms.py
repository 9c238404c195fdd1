"""Workbooks in a form of their own: templates of the input files, the bilan in the columns in use."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins

from tfpb.model import tables
from tfpb.model.columns import Column, Contract, Kind
from tfpb.report.cell_values import missing
from tfpb.report.documents import workbook_styles as style
from tfpb.tax.programme.axes import LABELS, PROPOSITION
from tfpb.text import capital
from tfpb.words.documents import setting_words as words
from tfpb.words.money.programme_words import ARGUMENT, BILAN, NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

TEMPLATES: Final[Mapping[str, Contract]] = {
    "patrimoine.xlsx": tables.STOCK,
    "conventions.xlsx": tables.CONVENTIONS,
    "fiscalite.xlsx": tables.PREMISES,
    "liste_declaree.xlsx": tables.SENT_LIST,
    "reclamations.xlsx": tables.CLAIMS_SENT,
    "programme.xlsx": tables.PROGRAMME,
    "droit_commun.xlsx": tables.DROIT_COMMUN,
    "diagnostics.xlsx": tables.DIAGNOSTICS,
}
_LABEL_ROW: Final = 4
_HEADER_ROW: Final = 5
_LAST_ROW: Final = 2004
_INK: Final = "33658A"
_REQUIRED: Final = PatternFill("solid", fgColor="D9E4ED")
_OPTIONAL: Final = PatternFill("solid", fgColor="F2F2F2")
_LINE: Final = Border(bottom=Side("thin", color=_INK))
_WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
_ONE_LINE: Final = Alignment(wrap_text=False, vertical="top")
_BOLD: Final = Font(name=style.FONT, bold=True)
_SMALL: Final = Font(name=style.FONT, italic=True, size=9, color="555555")
_LONG: Final = frozenset({
    "action", "description", "texte_bilan", "constat", "suite", "adresse", "contrat_de_ville", "nom",
})  # fmt: skip
_FORMATS: Final = {
    Kind.MONEY: "#,##0.00",
    Kind.DATE: "dd/mm/yyyy",
    Kind.PERCENT: "0.00",
    Kind.CODE: "@",
    Kind.CODES: "@",
    Kind.YEAR: "0",
    Kind.INTEGER: "#,##0",
}


def templates() -> dict[str, bytes]:
    """Make every template: file name → workbook, the same bytes each time."""
    return {name: template(contract) for name, contract in TEMPLATES.items()}


def template(contract: Contract) -> bytes:
    """Make the template of one contract.

    The first sheet holds a title, what to know, what each column means, and the header (contract names,
    so that the file is read back as it is); « Explications » says it at length; the programme adds the
    axes.
    """
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = contract.title
    lists: Worksheet = book.create_sheet(words.LISTS)
    lists.sheet_state = "hidden"
    _headings(sheet, contract)
    for index, column in enumerate(contract.columns, start=1):
        _column(sheet, index, column)
        _validation(sheet, lists, index, column, contract)
    sheet.freeze_panes = f"B{_HEADER_ROW + 1}"
    _print_setup(sheet, _HEADER_ROW)
    _explain(book.create_sheet(words.EXPLANATIONS, 1), contract)
    if contract.name == "programme":
        _axes(book.create_sheet(words.AXES_SHEET, 2))
    if lists.max_column == 1 and lists.cell(1, 1).value is None:
        book.remove(lists)
    return style.saved(book)


def _headings(sheet: Worksheet, contract: Contract) -> None:
    title = sheet.cell(1, 1, words.FILE_TITLE.format(title=contract.title))
    title.font = Font(name=style.FONT, bold=True, size=14, color=_INK)
    for row, line in enumerate(words.INTRODUCTIONS[contract.name], start=2):
        sheet.cell(row, 1, line).font = _SMALL


def _column(sheet: Worksheet, index: int, column: Column) -> None:
    label = sheet.cell(_LABEL_ROW, index, capital(column.label))
    label.font = _SMALL
    label.alignment = Alignment(wrap_text=True, vertical="bottom")
    head = sheet.cell(_HEADER_ROW, index, column.name)
    _head(head, _REQUIRED if column.required else _OPTIONAL, bold=column.required)
    head.comment = Comment(_meaning(column), "tfpb", height=90, width=260)
    letter = get_column_letter(index)
    wide = 36 if column.name in _LONG else max(12, len(column.name) + 2)
    sheet.column_dimensions[letter].width = wide
    if column.kind in _FORMATS:
        for row in range(_HEADER_ROW + 1, _HEADER_ROW + 201):
            sheet.cell(row, index).number_format = _FORMATS[column.kind]


def _head(cell: Any, fill: PatternFill, *, bold: bool = True) -> None:
    """Dress the head of a column."""
    cell.font, cell.fill, cell.border = Font(name=style.FONT, bold=bold), fill, _LINE
    cell.alignment = _WRAPPED


def _meaning(column: Column) -> str:
    form = words.FORMS[column.kind]
    need = "Obligatoire." if column.required else "Facultatif."
    return f"{capital(column.label)}. {form}. {need}"


def _validation(
    sheet: Worksheet, lists: Worksheet, index: int, column: Column, contract: Contract
) -> None:
    """Offer lists where there is a list; elsewhere only warn, the reader says the rest."""
    letter = get_column_letter(index)
    where = f"{letter}{_HEADER_ROW + 1}:{letter}{_LAST_ROW}"
    choices = _choices(column, contract)
    if choices:
        position = 1 if lists.cell(1, 1).value is None else lists.max_column + 1
        for row, choice in enumerate(choices, start=1):
            lists.cell(row, position, choice)
        source = get_column_letter(position)
        rule = DataValidation(
            type="list",
            formula1=f"{words.LISTS}!${source}$1:${source}${len(choices)}",
            allow_blank=True,
            errorStyle="warning" if contract.name == "programme" else "stop",
        )
    elif column.kind in (Kind.MONEY, Kind.NUMBER, Kind.PERCENT, Kind.INTEGER, Kind.YEAR):
        whole = column.kind in (Kind.INTEGER, Kind.YEAR)
        high = "100" if column.kind is Kind.PERCENT else None
        low = (
            f"{column.minimum or 0:.0f}" if whole else "-180" if column.name in ("x", "y") else "0"
        )
        rule = DataValidation(
            type="whole" if whole else "decimal",
            operator="between" if high else "greaterThanOrEqual",
            formula1=low,
            formula2=high,
            allow_blank=True,
            errorStyle="warning",
        )
    else:
        return
    rule.errorTitle = column.name
    rule.error = f"Attendu : {words.FORMS[column.kind]}."
    rule.promptTitle = column.name[:32]
    rule.prompt = _meaning(column)[:255]
    rule.showErrorMessage = True
    rule.showInputMessage = bool(choices)
    rule.add(where)
    sheet.add_data_validation(rule)


def _choices(column: Column, contract: Contract) -> tuple[str, ...]:
    if contract.name == "programme" and column.name == "axe":
        first = {axe: label for label, axe in reversed(list(LABELS.items()))}
        return tuple(f"{int(axe)} - {first[axe]}" for axe in sorted(first))
    if column.kind is Kind.BOOLEAN:
        return ("oui", "non")
    return column.choices


def _print_setup(sheet: Worksheet, header: int) -> None:
    style.on_a4(sheet)
    sheet.print_title_rows = f"{header}:{header}"
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5)


def _explain(sheet: Worksheet, contract: Contract) -> None:
    rows: list[tuple[Any, ...]] = [words.HEADINGS]
    rows += [
        (c.name, capital(c.label), "oui" if c.required else "non", words.FORMS[c.kind],
         ", ".join(_choices(c, contract)), ", ".join(c.aliases))
        for c in contract.columns
    ]  # fmt: skip
    _fill(sheet, rows, (22, 48, 12, 40, 40, 44))


def _axes(sheet: Worksheet) -> None:
    rows: list[tuple[Any, ...]] = [words.AXES_HEADINGS]
    rows += [(int(axe), label, words.NATIONAL) for label, axe in LABELS.items()]
    rows += [(int(axe), capital(theme), words.PROPOSED) for theme, axe in PROPOSITION.items()]
    _fill(sheet, rows, (8, 80, 60))


def _fill(sheet: Worksheet, rows: list[tuple[Any, ...]], widths: tuple[int, ...]) -> None:
    for r, row in enumerate(rows, start=1):
        for c, value in enumerate(row, start=1):
            cell = sheet.cell(r, c, value)
            cell.alignment = _WRAPPED
            if r == 1:
                _head(cell, _OPTIONAL)
    for c, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(c)].width = width
    sheet.freeze_panes = "A2"
    _print_setup(sheet, 1)


_TOTAL: Final = Border(top=Side("thin", color=_INK))
_WIDE: Final = {BILAN["action"]: 34, BILAN["description"]: 34, BILAN["texte_bilan"]: 50, BILAN["axe"]: 30,
    NAME: 24, ARGUMENT: 50}  # fmt: skip


def bilan_workbook(sheets: Mapping[str, pd.DataFrame], *, title: str) -> bytes:
    """Write the sheets of `tfpb.tax.programme.exports.bilan_frames`, ready to print on A4.

    A column with « Taux » in its header is a proportion; the title is above each table.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, frame in sheets.items():
        _sheet(book.create_sheet(name), frame, title)
    return style.saved(book)


def _sheet(page: Worksheet, frame: pd.DataFrame, title: str) -> None:
    font = Font(name=style.FONT, bold=True, size=13, color=_INK)
    style.put(page, 1, 1, f"{title} · {page.title}", font=font)
    for c, name in enumerate(frame.columns, start=1):
        style.put(
            page, 3, c, str(name), font=_BOLD, fill=_REQUIRED, border=_LINE, alignment=_WRAPPED
        )
        page.column_dimensions[get_column_letter(c)].width = _WIDE.get(str(name), 14)
        for r, value in enumerate(frame[name].to_numpy(dtype=object).tolist(), start=4):
            plain = isinstance(value, int | float | Decimal) or hasattr(value, "isoformat")
            written = None if missing(value) else value if plain else str(value)
            look: style.Look = {"alignment": _WRAPPED}
            if hasattr(value, "isoformat"):
                look["number_format"] = _FORMATS[Kind.DATE]
            if isinstance(value, Decimal):
                form = "0.0%" if "Taux" in str(name) else "#,##0.00\\ €"
                form = _FORMATS[Kind.PERCENT] if str(name).endswith("_pct") else form
                look = {"number_format": form, "alignment": _ONE_LINE}
            style.put(page, r, c, written, **look)
    last = len(frame) + 3
    if len(frame) and str(frame.iloc[-1, 0]) == "Total":
        for c in range(1, len(frame.columns) + 1):
            page.cell(last, c).font, page.cell(last, c).border = _BOLD, _TOTAL
    page.freeze_panes = "B4"
    _print_setup(page, 3)
