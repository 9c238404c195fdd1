"""Excel templates of the input files, made from their contracts: lists to choose from, meanings beside."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from tfpb.archives import settle
from tfpb.model import tables
from tfpb.model.columns import Column, Contract, Kind
from tfpb.tax.programme.axes import LABELS, PROPOSITION
from tfpb.words.documents.new_dossier import (
    AXES_HEADINGS,
    FILE_TITLE,
    FORMS,
    HEADINGS,
    INTRODUCTIONS,
    NATIONAL,
    PROPOSED,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpyxl.worksheet.worksheet import Worksheet

TEMPLATES: Final[Mapping[str, Contract]] = {
    "patrimoine.xlsx": tables.STOCK,
    "conventions.xlsx": tables.CONVENTIONS,
    "fiscalite.xlsx": tables.PREMISES,
    "programme.xlsx": tables.PROGRAMME,
    "droit_commun.xlsx": tables.DROIT_COMMUN,
    "diagnostics.xlsx": tables.DIAGNOSTICS,
}
_LABEL_ROW: Final = 4
_HEADER_ROW: Final = 5
_LAST_ROW: Final = 2004
_FONT: Final = "Calibri"
_INK: Final = "33658A"
_REQUIRED: Final = PatternFill("solid", fgColor="D9E4ED")
_OPTIONAL: Final = PatternFill("solid", fgColor="F2F2F2")
_LINE: Final = Border(bottom=Side("thin", color=_INK))
_WIDE: Final = frozenset(
    {
        "action",
        "description",
        "texte_bilan",
        "constat",
        "suite",
        "adresse",
        "contrat_de_ville",
        "nom",
    }
)
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
    lists: Worksheet = book.create_sheet("Listes")
    lists.sheet_state = "hidden"
    _headings(sheet, contract)
    for index, column in enumerate(contract.columns, start=1):
        _column(sheet, index, column)
        _validation(sheet, lists, index, column, contract)
    sheet.freeze_panes = f"B{_HEADER_ROW + 1}"
    _print_setup(sheet)
    _explain(book.create_sheet("Explications", 1), contract)
    if contract.name == "programme":
        _axes(book.create_sheet("Axes", 2))
    if lists.max_column == 1 and lists.cell(1, 1).value is None:
        book.remove(lists)
    buffer = io.BytesIO()
    book.save(buffer)
    return settle(buffer.getvalue())


def _headings(sheet: Worksheet, contract: Contract) -> None:
    sheet.cell(1, 1, FILE_TITLE.format(title=contract.title)).font = Font(
        name=_FONT, bold=True, size=14, color=_INK
    )
    for row, line in enumerate(INTRODUCTIONS[contract.name], start=2):
        sheet.cell(row, 1, line).font = Font(name=_FONT, italic=True, size=9, color="555555")


def _column(sheet: Worksheet, index: int, column: Column) -> None:
    label = sheet.cell(_LABEL_ROW, index, f"{column.label[:1].upper()}{column.label[1:]}")
    label.font = Font(name=_FONT, italic=True, size=9, color="555555")
    label.alignment = Alignment(wrap_text=True, vertical="bottom")
    head = sheet.cell(_HEADER_ROW, index, column.name)
    head.font = Font(name=_FONT, bold=column.required)
    head.fill = _REQUIRED if column.required else _OPTIONAL
    head.border = _LINE
    head.alignment = Alignment(wrap_text=True, vertical="top")
    head.comment = Comment(_meaning(column), "tfpb", height=90, width=260)
    letter = get_column_letter(index)
    wide = 36 if column.name in _WIDE else max(12, len(column.name) + 2)
    sheet.column_dimensions[letter].width = wide
    if column.kind in _FORMATS:
        for row in range(_HEADER_ROW + 1, _HEADER_ROW + 201):
            sheet.cell(row, index).number_format = _FORMATS[column.kind]


def _meaning(column: Column) -> str:
    form = FORMS[column.kind]
    need = "Obligatoire." if column.required else "Facultatif."
    return f"{column.label[:1].upper()}{column.label[1:]}. {form}. {need}"


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
            formula1=f"Listes!${source}$1:${source}${len(choices)}",
            allow_blank=True,
            errorStyle="warning" if contract.name == "programme" else "stop",
        )
    elif column.kind in (Kind.MONEY, Kind.NUMBER, Kind.PERCENT):
        high = "100" if column.kind is Kind.PERCENT else None
        rule = DataValidation(
            type="decimal",
            operator="between" if high else "greaterThanOrEqual",
            formula1="-180" if column.name in ("x", "y") else "0",
            formula2=high,
            allow_blank=True,
            errorStyle="warning",
        )
    elif column.kind in (Kind.INTEGER, Kind.YEAR):
        rule = DataValidation(
            type="whole",
            operator="greaterThanOrEqual",
            formula1=f"{column.minimum or 0:.0f}",
            allow_blank=True,
            errorStyle="warning",
        )
    else:
        return
    rule.errorTitle = column.name
    rule.error = f"Attendu : {FORMS[column.kind]}."
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


def _print_setup(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5)


def _explain(sheet: Worksheet, contract: Contract) -> None:
    rows: list[tuple[Any, ...]] = [HEADINGS]
    rows += [
        (
            c.name,
            f"{c.label[:1].upper()}{c.label[1:]}",
            "oui" if c.required else "non",
            FORMS[c.kind],
            ", ".join(_choices(c, contract)),
            ", ".join(c.aliases),
        )
        for c in contract.columns
    ]
    _fill(sheet, rows, (22, 48, 12, 40, 40, 44))


def _axes(sheet: Worksheet) -> None:
    rows: list[tuple[Any, ...]] = [AXES_HEADINGS]
    rows += [(int(axe), label, NATIONAL) for label, axe in LABELS.items()]
    rows += [
        (int(axe), theme[:1].upper() + theme[1:], PROPOSED) for theme, axe in PROPOSITION.items()
    ]
    _fill(sheet, rows, (8, 80, 60))


def _fill(sheet: Worksheet, rows: list[tuple[Any, ...]], widths: tuple[int, ...]) -> None:
    for r, row in enumerate(rows, start=1):
        for c, value in enumerate(row, start=1):
            cell = sheet.cell(r, c, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if r == 1:
                cell.font = Font(name=_FONT, bold=True)
                cell.fill = _OPTIONAL
                cell.border = _LINE
    for c, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(c)].width = width
    sheet.freeze_panes = "A2"
    _print_setup(sheet)
    sheet.print_title_rows = "1:1"
