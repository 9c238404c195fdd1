"""Amounts: bars that start at zero, and spending beside the gap it answers to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.report import theme
from tfpb.report.canvas import Sheet, text_width_mm
from tfpb.report.cell_values import printable
from tfpb.report.charts import plot
from tfpb.report.charts.gaps import ends
from tfpb.report.charts.plot import INTERVALS, WIDTH, Array
from tfpb.words.numbers import NOTHING, euros, number, percent
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from tfpb.model.report import Chart

LABEL: Final = 56.0
_SERIES: Final = (theme.QPV, "#B8C9D6", theme.HORS, "#DDDDDD")


def _writer(unit: str) -> Callable[[float], str]:
    """Choose how values of a unit are written."""
    head = unit.lower()
    if "euro" in head or "€" in head:
        return euros
    if head.startswith("%"):
        return percent
    if head.startswith("point"):
        return lambda v: number(v * 100, 1, sign=True)
    return lambda v: number(v, 0 if float(v).is_integer() else 1)


def bars(chart: Chart) -> Sheet:
    """Draw horizontal bars from zero, one a series, with the value at the end of each."""
    columns = [c for c in map(str, chart.rows) if re.fullmatch(r"valeur\d*", c)]
    rows = plot.table(chart.rows, *columns)
    thick = 4.2 if len(columns) > 1 else 5.0
    height = len(columns) * thick + 3.6
    top = 6.5 if chart.series else 1.5
    bottom = top + len(rows) * height
    middles = top + (np.arange(len(rows)) + 0.5) * height
    sheet = Sheet(WIDTH, bottom + 10.5)
    write = _writer(chart.unit)
    values = [0.0, *plot.finite(rows, *columns)]
    room = max(text_width_mm(write(v), theme.NOTE_PT) for v in values) + 2
    axes = plot.row_axes(sheet, LABEL + 3, WIDTH - room, top, bottom)
    _from_zero(axes, values, write)
    for k, (column, colour) in enumerate(zip(columns, _SERIES, strict=False)):
        y = middles + (k - (len(columns) - 1) / 2) * thick
        _bars(axes, rows[column], y, thick * 0.84, colour, write)
    if chart.series:
        names = [printable(name) for name in chart.series]
        axes.legend(
            axes.containers, names, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(names)
        )
    if "euro" not in chart.unit:
        axes.set_xlabel(printable(chart.unit))
    for label, middle in zip(rows["libelle"], middles, strict=True):
        plot.row_label(sheet, 0, middle, label, LABEL)
    return sheet


def _from_zero(axes: Axes, values: Sequence[float], write: Callable[[float], str]) -> None:
    """Set an axis that holds zero and every value, with a line at zero."""
    axes.set_xlim(plot.limits(values, least=1e-9 if any(values) else 1.0))
    axes.axvline(0, color=theme.INK, linewidth=1.0, zorder=3, clip_on=False)
    plot.ticks(axes.xaxis, write)


def _bars(
    axes: Axes, values: pd.Series[float], y: Array, thick: float, colour: str,
    write: Callable[[float], str],
) -> None:  # fmt: skip
    """Draw bars with their value at the end; « – » stands for one that is missing."""
    drawn = axes.barh(y, values.fillna(0.0), thick, color=colour, zorder=2)
    texts = [write(v) if np.isfinite(v) else NOTHING for v in values]
    axes.bar_label(drawn, texts, padding=3)


def need(chart: Chart) -> Sheet:
    """Draw spending a dwelling (bars) beside the gap (dot and whiskers), row by row, side by side."""
    rows = plot.table(chart.rows, "depense_par_logement_eur", "ecart", *INTERVALS)
    height, top = 7.8, 8.0
    bottom = top + len(rows) * height
    middles = top + (np.arange(len(rows)) + 0.5) * height
    sheet = Sheet(WIDTH, bottom + 13.0)
    spent = plot.row_axes(sheet, LABEL + 3, LABEL + 43, top, bottom)
    values = rows["depense_par_logement_eur"]
    _from_zero(spent, [0.0, 10.0, *plot.finite(rows, "depense_par_logement_eur")], euros)
    plot.ticks(spent.xaxis, euros, 2)
    _bars(spent, values, middles, 4.6, theme.QPV, euros)
    seen = plot.finite(rows, "ecart", *INTERVALS)
    place = (LABEL + 62, WIDTH - 5, top, bottom)
    gap = plot.gap_axes(sheet, place, seen, chart.margin or 0.0)
    plot.gap_marks(gap, rows, middles)
    sheet.text(LABEL + 3, top - 3.4, words.CHART_SPENT, fontweight="bold")
    sheet.text(LABEL + 62, top - 3.4, words.CHART_GAP_POINTS, fontweight="bold")
    ends(sheet, gap, bottom + 8.2, words.SHORT_LOWER, words.SHORT_HIGHER)
    for label, middle in zip(rows["label"], middles, strict=True):
        plot.row_label(sheet, 0, middle, label, LABEL)
    return sheet
