"""Shares of quarters: the measured one, and the one modelled from it and the others', under another mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.report import theme
from tfpb.report.canvas import Sheet, text_width_mm
from tfpb.report.cell_values import printable
from tfpb.report.charts import plot
from tfpb.report.charts.plot import WIDTH
from tfpb.words.numbers import percent
from tfpb.words.survey.area_words import CHART_MARKS, CHART_WHOLE

if TYPE_CHECKING:
    from tfpb.model.report import Chart

ROW: Final = 8.6
LABEL: Final = 64.0
APART: Final = 1.5
"""Between the middle of a row and each of its two marks, millimetres."""
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "qpv": {"marker": "o", "color": theme.HORS, "markeredgecolor": theme.PAPER},
    "modele": {"marker": "D", "color": theme.PAPER, "markeredgecolor": theme.QPV},
}
_LINES: Final[dict[str, dict[str, Any]]] = {
    "qpv": {"color": theme.HORS, "linestyle": "solid"},
    "modele": {"color": theme.QPV, "linestyle": (0, (3, 1.6))},
}


def modelled(chart: Chart) -> Sheet:
    """Draw one row a quarter: a disc for the measured share, a hollow diamond for the modelled one."""
    ends = [f"{kind}{end}" for kind in _LOOKS for end in ("", "_bas", "_haut")]
    rows = plot.table(chart.rows, *ends, "ensemble", "n")
    top = 8.0
    bottom = top + ROW * len(rows)
    middles = top + ROW * (np.arange(len(rows)) + 0.5)
    sheet = Sheet(WIDTH, bottom + 10.5)
    left, right = LABEL + 4, WIDTH - 36
    axes = plot.row_axes(sheet, left, right, top, bottom)
    low, high = plot.limits(plot.finite(rows, *ends), least=0.2)
    axes.set_xlim(max(0.0, low), min(1.0, high))
    plot.ticks(axes.xaxis, plot.percent_tick)
    axes.set_xlabel(printable(chart.unit))
    for whole in plot.finite(rows, "ensemble")[:1]:
        axes.axvline(whole, color=theme.SOFT, linewidth=0.9, linestyle=(0, (1, 1.5)), zorder=1)
        axes.annotate(
            f"{CHART_WHOLE} {percent(whole)}", (whole, 1), (0, 2), ha="center", va="bottom",
            xycoords=("data", "axes fraction"), textcoords="offset points",
            fontsize=theme.MIN_PT, color=theme.SOFT,
        )  # fmt: skip
    x = 0.0
    for (kind, look), name, shift in zip(_LOOKS.items(), CHART_MARKS, (-APART, APART), strict=True):
        y = middles + shift
        axes.hlines(
            y, rows[f"{kind}_bas"], rows[f"{kind}_haut"], linewidth=1.1, zorder=3, **_LINES[kind]
        )
        mark = {"linestyle": "none", "markersize": 5.0, "markeredgewidth": 1.2, "zorder": 5, **look}
        axes.plot(rows[kind], y, clip_on=False, **mark)
        sheet.layer.plot([x + 1.5], [top - 5.2], **mark)
        sheet.text(x + 4, top - 4.2, name)
        x += 9 + text_width_mm(name, theme.NOTE_PT)
    heads: dict[str, Any] = {"ha": "right", "size_pt": theme.AXIS_PT, "color": theme.SOFT}
    columns = (
        (WIDTH - 22, "qpv", "bold"), (WIDTH - 10, "modele", "normal")
    )  # fmt: skip
    sheet.text(WIDTH, top - 2.2, "n", **heads)
    for x, kind, weight in columns:
        sheet.layer.plot([x - 3], [top - 3.2], markersize=4.2, markeredgewidth=1.1, **_LOOKS[kind])
        for value, middle in zip(rows[kind], middles, strict=True):
            plot.row_text(sheet, x, middle, percent(value), 8, ha="right", fontweight=weight)
    for row, middle in zip(plot.each(rows), middles, strict=True):
        plot.row_label(sheet, 0, middle, row.libelle, LABEL)
        plot.row_text(sheet, WIDTH, middle, plot.count(row.n), 8, ha="right", color=theme.SOFT)
        edge = middle + ROW / 2
        sheet.rule(0, edge, WIDTH, edge, color=theme.HAIRLINE)
    return sheet
