"""Gaps QPV − hors QPV: dot and whiskers over the band of equivalence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.report import theme
from tfpb.report.canvas import Sheet, shorten, wrap
from tfpb.report.cell_values import printable
from tfpb.report.charts import plot
from tfpb.report.charts.plot import INTERVALS, LABEL_PT, WIDTH
from tfpb.words.numbers import gap_number
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfpb.model.report import Chart

ROW: Final = 10.2
EXTRA: Final = 3.6
"""Height of the second line of a label."""
HEAD: Final = 7.0
LABEL: Final = 61.0
_FIELDS: Final = ("ecart", *INTERVALS, "n")


def gaps(chart: Chart) -> Sheet:
    """Draw one row an item: label and verdict, mark, gap in points, n."""
    rows = plot.table(chart.rows, *_FIELDS)
    labels = [wrap(text, LABEL, LABEL_PT, lines=2) for text in rows["libelle"]]
    heights = np.array([ROW + EXTRA * (len(label) - 1) for label in labels])
    top = 6.5
    middles, titles, bottom = plot.down(rows, heights, top=top, head=HEAD)
    sheet = Sheet(WIDTH, bottom + 14.0)
    seen = [*plot.finite(rows, "ecart", *INTERVALS), chart.reach]
    left, right = LABEL + 2, WIDTH - 31
    axes = plot.gap_axes(sheet, (left, right, top, bottom), seen, chart.margin or 0.0)
    plot.gap_marks(axes, rows, middles)
    note: dict[str, Any] = {"size_pt": theme.AXIS_PT, "color": theme.SOFT}
    if chart.margin:
        band = words.margin_band(chart.margin)
        sheet.text((left + right) / 2, top - 2.2, band, 7, ha="center", color=theme.SOFT)
    for x, name in ((WIDTH, "n"), (WIDTH - 12.5, words.CHART_GAP)):
        sheet.text(x, top - 2.2, name, ha="right", **note)
    ends(sheet, axes, bottom + 8.2, words.PAGE_LOWER, words.PAGE_HIGHER)
    sheet.text((left + right) / 2, bottom + 11.8, words.CHART_IN_POINTS, ha="center", **note)
    for y, name in titles:
        sheet.text(0, y - 2.4, printable(name), 9, fontweight="bold", color=theme.ACCENT)
    for row, label, middle, height in zip(plot.each(rows), labels, middles, heights, strict=True):
        baseline = middle - height / 2 + ROW / 2 - 0.5
        for k, line in enumerate(label):
            sheet.text(0, baseline + k * EXTRA, line, LABEL_PT)
        verdict = shorten(printable(f"{row.sign} {row.verdict}".strip()), LABEL, theme.AXIS_PT)
        sheet.text(0, baseline + len(label) * EXTRA + 0.1, verdict, **note)
        gap = gap_number(row.ecart)
        plot.row_text(sheet, WIDTH - 12.5, middle, gap, LABEL_PT, ha="right", fontweight="bold")
        n = plot.count(row.n)
        plot.row_text(sheet, WIDTH, middle, n, LABEL_PT, ha="right", color=theme.SOFT)
        sheet.rule(0, middle + height / 2, LABEL, middle + height / 2, color=theme.HAIRLINE)
    return sheet


def ends(sheet: Sheet, axes: Axes, y: float, lower: str, higher: str) -> None:
    """Write which side of an axis of gaps is which."""
    place = axes.get_position()
    look: dict[str, Any] = {"size_pt": theme.AXIS_PT, "color": theme.SOFT}
    sheet.text(place.x0 * sheet.width, y, f"← {lower}", **look)
    sheet.text(place.x1 * sheet.width, y, f"{higher} →", ha="right", **look)
