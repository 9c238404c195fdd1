"""Points named by a mark and listed beside: spending."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, Sheet, wrap
from tfpb.report.charts import plot
from tfpb.report.charts.plot import WIDTH
from tfpb.words.money.evaluation_words import SPENDING_ACROSS, SPENDING_UP
from tfpb.words.numbers import euros
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from tfpb.model.report import Chart
    from tfpb.report.charts.plot import Array

LEFT: Final = 15.0
HIGH: Final = 88.0
"""Height of the square of points, millimetres."""
LEADING: Final = theme.NOTE_PT * POINT_MM * 1.2
_CLEAR_PT: Final = 8.0
"""Between the axis and its ticks: a mark on the axis does not cover them."""
_INTERVAL: Final[dict[str, Any]] = {"color": "#9FB4C4", "linewidth": 0.9, "zorder": 2}


def spending(chart: Chart) -> Sheet:
    """Draw points named by a letter (quarter) and a number (axis); both are listed at the right.

    Letters and numbers rather than colours: thirty points in as many colours could not be
    distinguished, nor printed in grey.
    """
    rows = plot.table(chart.rows, "depense", "ecart", "ic90_bas", "ic90_haut")
    key = _key(rows)
    top, width, margin = 7.0, 98.0, chart.margin
    height = sum(len(lines) * LEADING + 1.5 for _, lines in key)
    sheet = Sheet(WIDTH, max(top + HIGH + 14.0, top + height + LEADING + 4.0))
    axes = sheet.window(LEFT, top, width, HIGH)
    spent = plot.finite(rows, "depense")
    axes.set_xlim(0.0, plot.limits([0.0, *spent], least=10.0)[1] * 1.04)
    seen = plot.finite(rows, "ecart", "ic90_bas", "ic90_haut")
    axes.set_ylim(plot.limits([*seen, margin * 1.6, -margin * 1.6], least=0.1))
    plot.ticks(axes.xaxis, euros)
    plot.ticks(axes.yaxis, plot.points_tick)
    axes.tick_params(axis="y", pad=_CLEAR_PT)
    axes.set_xlabel(SPENDING_ACROSS)
    axes.axhspan(-margin, margin, color=theme.MARGIN_BAND, linewidth=0, zorder=0.5)
    axes.axhline(0, color=theme.INK, linewidth=1.0, zorder=1)
    sheet.text(LEFT, top - 2.4, SPENDING_UP, theme.AXIS_PT, color=theme.SOFT)
    axes.vlines(rows["depense"], rows["ic90_bas"], rows["ic90_haut"], **_INTERVAL)
    spots = rows[["depense", "ecart"]]
    _marks(sheet, axes, spots, list(rows["repere"]), 4.8, 13.0)
    x, y = LEFT + width + 6.0, top + 2.0
    if margin:  # named beside the picture: inside the band, points would cover it
        sheet.rule(x, y - 1.0, x + 3.6, y - 1.0, color=theme.MARGIN_BAND, linewidth=8.5)
        sheet.text(x + 5.0, y, words.margin_band(margin))
        y += LEADING + 1.5
    for mark, lines in key:
        sheet.text(x, y, mark, fontweight="bold")
        sheet.lines(x + 5.0, y, lines, LEADING)
        y += len(lines) * LEADING + 1.5
    return sheet


def _key(rows: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """List the letters of quarters, then the numbers of axes (whose words begin with the number)."""
    parts = rows["repere"].str.extract(r"^([A-Z]*)(.*)$")
    quarters = dict(zip(parts[0], rows["quartier"], strict=True))
    axes = {n: text.removeprefix(f"{n} · ") for n, text in zip(parts[1], rows["axe"], strict=True)}
    named = [*quarters.items(), *sorted(axes.items())]
    return [(mark, wrap(text, WIDTH - 125.0, theme.NOTE_PT, lines=3)) for mark, text in named]


def _marks(
    sheet: Sheet, axes: Axes, spots: pd.DataFrame, names: list[str], apart_mm: float, size: float
) -> None:
    """Draw each point with its mark, led away from the others where they would cover one another."""
    known = spots.notna().all(axis=1).to_numpy()
    on_page = axes.transData + sheet.layer.transData.inverted()
    at: Array = on_page.transform(spots[known].to_numpy(dtype=float))
    named = [name for name, kept in zip(names, known, strict=True) if kept]
    plot.dots(sheet.layer, *at.T, fill=theme.QPV, edge=theme.QPV, size=2.0)
    for (x, y), (px, py), name in zip(at, apart(at, apart_mm), named, strict=True):
        sheet.rule(x, y, px, py, color=theme.QPV, linewidth=0.8, zorder=4)
        _mark(sheet, px, py, name, size)


def _mark(sheet: Sheet, x: float, y: float, name: str, size: float) -> None:
    plot.dots(sheet.layer, [x], [y], fill=theme.QPV, edge=theme.PAPER, size=size)
    look: dict[str, Any] = {"ha": "center", "color": theme.PAPER, "fontweight": "bold", "zorder": 6}
    sheet.text(x, y + 0.9, name, theme.MIN_PT, **look)


def apart(spots: Array, need: float = 4.3) -> Array:
    """Push marks (millimetres) apart until none covers another; a thin line leads back to the point."""
    places = np.array(spots, dtype=float).reshape(-1, 2)
    for _ in range(60):
        moved = False
        for i in range(len(places)):
            for k in range(i):
                way = places[i] - places[k]
                away = float(np.hypot(*way))
                if away >= need:
                    continue
                if away < 1e-6:  # noqa: PLR2004
                    way, away = np.array([math.cos(i + k), math.sin(i + k)]), 1.0
                push = way * ((need - away) / 2 / away + 1e-3)
                places[i], places[k] = places[i] + push, places[k] - push
                moved = True
        if not moved:
            break
    return places
