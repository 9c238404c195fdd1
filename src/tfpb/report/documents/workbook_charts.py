"""Native charts of the workbook: bars drawn from cells that stand beside them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.utils import get_column_letter

from tfpb.model.report import Chart, ChartKind, Format
from tfpb.report import theme
from tfpb.report.cell_values import EXCEL, as_number
from tfpb.report.documents import workbook_styles as style
from tfpb.words.documents.report_words import CHART_LABEL, CHART_SERIES, SIDES

if TYPE_CHECKING:
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

_COLOURS: Final = (theme.ACCENT, "#BDBDBD", theme.DANS)
_ROW_PT: Final = 15.0  # height of a row that nothing sets
_CM_PER_PT: Final = 0.03528
_HEAD_CM: Final = 2.6
_PER_ITEM_CM: Final = 0.85


def native_chart(sheet: Worksheet, row: int, chart: Chart, header: Font) -> int:
    """Write the figures of a chart and the chart next to them, on a page of their own in print.

    `BARS` (`libelle, valeur, valeur2…`) or `DUMBBELL` (`libelle, qpv, hors`), from the first free row to
    the next, which is returned; `header` is the font of the row above the figures.
    """
    names, keys, fmt = _series(chart)
    for k, text in enumerate((CHART_LABEL, *names), 1):
        style.put(sheet, row, k, text, font=header, fill=style.HEADER_FILL)
    look = {
        "font": style.BODY,
        "number_format": EXCEL[fmt],
        "alignment": style.alignment(fmt),
    }
    room = float(sheet.column_dimensions["A"].width) - 1
    for offset, record in enumerate(chart.rows.to_dict("records"), 1):
        name = str(record["libelle"])
        label = style.put(sheet, row + offset, 1, name, font=style.BODY, alignment=style.WRAP)
        sheet.row_dimensions[row + offset].height = 14.0 * style.lines(str(label.value), room)
        for k, key in enumerate(keys, 2):
            style.put(sheet, row + offset, k, as_number(record[key], fmt), **look)
    last = row + len(chart.rows)
    height = _HEAD_CM + _PER_ITEM_CM * len(chart.rows)
    drawn = _bars(sheet, row, last, len(keys), fmt)
    drawn.height, drawn.width = height, 22
    sheet.add_chart(drawn, f"{get_column_letter(len(keys) + 2)}{row}")
    taken = sum(sheet.row_dimensions[r].height or _ROW_PT for r in range(row, last + 1))
    return last + 1 + max(0, math.ceil((height / _CM_PER_PT - taken) / _ROW_PT))


def _series(chart: Chart) -> tuple[tuple[str, ...], tuple[str, ...], Format]:
    if chart.kind is ChartKind.DUMBBELL:
        return SIDES, ("qpv", "hors"), Format.PERCENT
    keys = tuple(str(c) for c in chart.rows.columns if str(c).startswith("valeur"))
    names = chart.series or tuple(CHART_SERIES.format(rang=k) for k in range(1, len(keys) + 1))
    return names, keys, Format.EUROS


def _bars(sheet: Worksheet, top: int, last: int, count: int, fmt: Format) -> Any:
    bars: Any = BarChart()
    bars.type = "bar"
    bars.grouping = "clustered"
    bars.gapWidth = 60
    data = Reference(sheet, min_col=2, max_col=1 + count, min_row=top, max_row=last)
    bars.add_data(data, titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=1, min_row=top + 1, max_row=last))
    for series, colour in zip(bars.series, _COLOURS, strict=False):
        series.graphicalProperties = GraphicalProperties(solidFill=colour[1:])
        series.graphicalProperties.line.solidFill = theme.INK[1:]
    bars.x_axis.delete = False
    bars.y_axis.delete = False
    bars.x_axis.scaling.orientation = "maxMin"  # first row at the top
    bars.y_axis.scaling.min = 0
    bars.y_axis.number_format = EXCEL[fmt]
    bars.y_axis.majorGridlines = None
    bars.legend.position = "t"
    return bars
