"""Spending against gap: one named point a quarter × axis, with its interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from tfpb.report import theme
from tfpb.report.charts import plot
from tfpb.report.charts.importance import apart
from tfpb.report.print_map.canvas import POINT_MM, Sheet, wrap
from tfpb.words.money.evaluation_words import SPENDING_ACROSS, SPENDING_UP
from tfpb.words.numbers import euros
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.report import Chart

SIDE: Final = 98.0
HIGH: Final = 88.0
LEFT: Final = 15.0
TOP: Final = 7.0
KEY_X: Final = LEFT + SIDE + 6.0
_KEY_PT: Final = 8.0
_LEADING: Final = _KEY_PT * POINT_MM * 1.2
_KEY_GAP: Final = 1.5


def spending(chart: Chart) -> Sheet:
    """Draw points named by a letter (quarter) and a number (axis); both are told at the right.

    Letters and numbers rather than colours: thirty points in as many colours could not be told
    apart, and print in grey.
    """
    rows = chart.rows.reset_index(drop=True)
    key = _key(rows)
    height = sum(len(lines) * _LEADING + _KEY_GAP for _, lines in key)
    sheet = Sheet(plot.WIDTH, max(TOP + HIGH + 14.0, TOP + height + _LEADING + 4.0))
    _, high, step = plot.span_of([0.0, *plot.numbers(rows, "depense_par_logement_eur")], least=10.0)
    across = plot.Scale(0.0, high + step / 2, LEFT, LEFT + SIDE, step)
    margin = chart.margin or 0.0
    low, high, step = plot.span_of(
        [*plot.numbers(rows, "ecart", "ic95_bas", "ic95_haut"), margin * 1.6, -margin * 1.6, 0.0]
    )
    up = plot.Scale(low, high, TOP + HIGH, TOP, step)
    _ground(sheet, across, up, margin)
    spots = [
        (across(plot.value_of(r, "depense_par_logement_eur")), up(plot.value_of(r, "ecart")))
        for r in rows.itertuples(index=False)
    ]
    for row, (x, _) in zip(rows.itertuples(index=False), spots, strict=True):
        low, high = plot.value_of(row, "ic95_bas"), plot.value_of(row, "ic95_haut")
        if math.isfinite(low) and math.isfinite(high):
            sheet.rule(x, up(low), x, up(high), color="#9FB4C4", linewidth=0.9, zorder=2)
    names = [plot.text_of(r, "repere") for r in rows.itertuples(index=False)]
    for name, (x, y), (px, py) in zip(names, spots, apart(spots, 4.8), strict=True):
        sheet.rule(x, y, px, py, color=theme.QPV, linewidth=0.8, zorder=4)
        plot.dot(sheet, x, y, fill=theme.QPV, edge=theme.QPV, size=2.0)
        plot.dot(sheet, px, py, fill=theme.QPV, edge=theme.PAPER, size=13.0)
        look = {"color": theme.PAPER, "fontweight": "bold", "zorder": 6}
        sheet.text(px, py + 0.9, name, 6.5, ha="center", **look)
    y = TOP + 2.0
    if margin:
        # told beside the picture: inside the band, points would cover it
        plot.bar(sheet, KEY_X, KEY_X + 3.6, y - 1.0, 3.0, theme.MARGIN_BAND)
        sheet.text(KEY_X + 5.0, y, words.margin_band(margin), _KEY_PT)
        y += _LEADING + _KEY_GAP
    for mark, lines in key:
        sheet.text(KEY_X, y, mark, _KEY_PT, fontweight="bold")
        for line in lines:
            sheet.text(KEY_X + 5.0, y, line, _KEY_PT)
            y += _LEADING
        y += _KEY_GAP
    return sheet


def _key(rows: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """List the letters of quarters, then the numbers of axes (whose words begin with the number)."""
    quarters: dict[str, str] = {}
    axes: dict[str, str] = {}
    for row in rows.itertuples(index=False):
        name: Any = plot.text_of(row, "repere")
        number = name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        quarters.setdefault(name[: len(name) - len(number)], plot.text_of(row, "quartier"))
        axes.setdefault(number, plot.text_of(row, "axe").removeprefix(f"{number} · "))
    told = [*quarters.items(), *sorted(axes.items())]
    return [(mark, wrap(text, plot.WIDTH - KEY_X - 6, _KEY_PT, lines=3)) for mark, text in told]


def _ground(sheet: Sheet, across: plot.Scale, up: plot.Scale, margin: float) -> None:
    """Draw the band of equivalence, the line of no gap, the ticks and what each axis counts."""
    bottom, right = TOP + HIGH, LEFT + SIDE
    plot.axis(sheet, across, TOP, bottom, euros)
    sheet.text(
        (LEFT + right) / 2,
        bottom + 7.6,
        SPENDING_ACROSS,
        plot.TICK_PT,
        ha="center",
        color=theme.SOFT,
    )
    for tick in up.ticks():
        sheet.rule(LEFT, up(tick), right, up(tick), color=theme.RULE, linewidth=0.5, zorder=0)
        sheet.text(
            LEFT - 1.5, up(tick) + 0.9, plot.points_tick(tick), plot.TICK_PT, ha="right",
            color=theme.SOFT,
        )  # fmt: skip
    if margin:
        sheet.layer.fill_between(
            [LEFT, right], up(margin), up(-margin), facecolor=theme.MARGIN_BAND, linewidth=0,
            zorder=0.5,
        )  # fmt: skip
    sheet.rule(LEFT, up(0.0), right, up(0.0), color=theme.INK, linewidth=1.0, zorder=1)
    sheet.text(LEFT, TOP - 2.4, SPENDING_UP, plot.TICK_PT, color=theme.SOFT)
