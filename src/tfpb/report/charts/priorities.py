"""Priorities: how much each item weighs, against how well it is judged."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Final

from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, Sheet, printable, wrap
from tfpb.report.charts import plot
from tfpb.words.numbers import number, percent

if TYPE_CHECKING:
    from tfpb.model.report import Chart

SIDE: Final = 88.0
LEFT: Final = 15.0
TOP: Final = 5.0
KEY_X: Final = LEFT + SIDE + 9.0
_QUADRANTS: Final = (
    ("pèse, mal jugé : à traiter d’abord", "left", "top"),
    ("pèse, bien jugé : à tenir", "right", "top"),
    ("pèse peu, mal jugé", "left", "bottom"),
    ("pèse peu, bien jugé", "right", "bottom"),
)


def priorities(chart: Chart) -> Sheet:
    """Draw numbered points with their intervals; the numbers are named at the right.

    Names beside forty points would cover one another; numbers do not, and the list reads in order
    of weight.
    """
    rows = chart.rows.reset_index(drop=True)
    key_lines = [wrap(plot.text_of(r, "libelle"), plot.WIDTH - KEY_X - 8, 8, lines=2) for r in rows.itertuples(index=False)]
    key_height = sum(len(lines) * 3.5 + 5.0 for lines in key_lines)
    sheet = Sheet(plot.WIDTH, max(TOP + SIDE + 13.0, key_height + 8.0))
    xs = plot.numbers(rows, "performance", "performance_ic95_bas", "performance_ic95_haut")
    ys = plot.numbers(rows, "importance", "importance_ic95_bas", "importance_ic95_haut")
    low, high, step = plot.span_of(xs, least=0.2)
    across = plot.Scale(max(low, 0.0), min(high, 1.0), LEFT, LEFT + SIDE, step)
    low, high, step = plot.span_of(ys, least=0.05)
    up = plot.Scale(low, high, TOP + SIDE, TOP, step)
    plot.axis(sheet, across, TOP, TOP + SIDE, plot.percent_tick, "% de satisfaits")
    for tick in up.ticks():
        sheet.rule(LEFT, up(tick), LEFT + SIDE, up(tick), color=theme.RULE, linewidth=0.5, zorder=0)
        sheet.text(LEFT - 1.5, up(tick) + 0.9, number(tick, 2), plot.TICK_PT, ha="right", color=theme.SOFT)
    sheet.text(1.2, TOP + SIDE / 2, "poids dans la satisfaction d’ensemble", plot.TICK_PT, rotation=90, ha="center", va="center", color=theme.SOFT)
    _quadrants(sheet, across, up, plot.numbers(rows, "performance"), plot.numbers(rows, "importance"))
    for index, row in enumerate(rows.itertuples(index=False), start=1):
        x, y = plot.value_of(row, "performance"), plot.value_of(row, "importance")
        if not (math.isfinite(x) and math.isfinite(y)):
            continue
        ends = [plot.value_of(row, f"performance_ic95_{e}") for e in ("bas", "haut")]
        if all(map(math.isfinite, ends)):
            sheet.rule(across(ends[0]), up(y), across(ends[1]), up(y), color="#9FB4C4", linewidth=0.9, zorder=2)
        ends = [plot.value_of(row, f"importance_ic95_{e}") for e in ("bas", "haut")]
        if all(map(math.isfinite, ends)):
            sheet.rule(across(x), up(ends[0]), across(x), up(ends[1]), color="#9FB4C4", linewidth=0.9, zorder=2)
        plot.dot(sheet, across(x), up(y), fill=theme.QPV, edge=theme.PAPER, size=11.5)
        sheet.text(across(x), up(y) + 0.95, str(index), 7.5, ha="center", color=theme.PAPER, fontweight="bold", zorder=6)
    y_key = TOP + 1.0
    for index, (row, lines) in enumerate(zip(rows.itertuples(index=False), key_lines, strict=True), start=1):
        plot.dot(sheet, KEY_X + 2.0, y_key + 0.2, fill=theme.QPV, edge=theme.PAPER, size=10.0)
        sheet.text(KEY_X + 2.0, y_key + 1.05, str(index), 7, ha="center", color=theme.PAPER, fontweight="bold", zorder=6)
        at = y_key + 1.1
        for line in lines:
            sheet.text(KEY_X + 6.0, at, line, 8)
            at += 8 * POINT_MM * 1.22
        said = f"{percent(plot.value_of(row, 'performance'))} · poids {number(plot.value_of(row, 'importance'), 2)}"
        sheet.text(KEY_X + 6.0, at, printable(said), 7, color=theme.SOFT)
        y_key = at + 4.6
    return sheet


def _quadrants(sheet: Sheet, across: plot.Scale, up: plot.Scale, xs: list[float], ys: list[float]) -> None:
    """Draw the medians and name the four corners."""
    if not xs or not ys:
        return
    x, y = across(median(xs)), up(median(ys))
    look = {"color": theme.SOFT, "linewidth": 0.9, "linestyle": (0, (4, 3)), "zorder": 1}
    sheet.rule(x, TOP, x, TOP + SIDE, **look)
    sheet.rule(LEFT, y, LEFT + SIDE, y, **look)
    for text, side, end in _QUADRANTS:
        sheet.text(
            LEFT + 1 if side == "left" else LEFT + SIDE - 1,
            TOP + 3.2 if end == "top" else TOP + SIDE - 1.2,
            text, 7, ha=side, color=theme.SOFT, style="italic",
        )  # fmt: skip
