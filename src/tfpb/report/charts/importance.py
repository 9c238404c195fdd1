"""Priorities: how much each item weighs, against how well it is judged."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from tfpb.report import theme
from tfpb.report.charts import plot
from tfpb.report.print_map.canvas import POINT_MM, Sheet, wrap
from tfpb.words.numbers import number

if TYPE_CHECKING:
    from tfpb.model.report import Chart

SIDE: Final = 88.0
LEFT: Final = 15.0
TOP: Final = 5.0
KEY_X: Final = LEFT + SIDE + 7.0
KEY_GAP: Final = 1.7
LEADING: Final = 8 * POINT_MM * 1.2
HIGHEST: Final = 215.0
"""A picture higher than this does not stand on a page under its title."""
_QUADRANTS: Final = (
    ("pèse, mal jugé : à traiter d’abord", "left", "top"),
    ("pèse, bien jugé : à tenir", "right", "top"),
    ("pèse peu, mal jugé", "left", "bottom"),
    ("pèse peu, bien jugé", "right", "bottom"),
)


def priorities(chart: Chart) -> Sheet:
    """Draw numbered points with their intervals; the numbers are named at the right, or below.

    Names beside forty points would cover one another; numbers do not, and the list reads in order
    of weight. A list too long for the page goes on under the points.
    """
    rows = chart.rows.reset_index(drop=True)
    labels = [plot.text_of(r, "libelle") for r in rows.itertuples(index=False)]
    lists = next(filter(None, (_lists(labels, n) for n in (2, 1))), None) or _lists(
        labels, 1, highest=math.inf
    )
    foot = max(y + _height(names) for _, y, names in lists)
    sheet = Sheet(plot.WIDTH, max(TOP + SIDE + 13.0, foot + 2.0))
    xs = plot.numbers(rows, "performance", "performance_ic95_bas", "performance_ic95_haut")
    ys = plot.numbers(rows, "importance", "importance_ic95_bas", "importance_ic95_haut")
    low, high, step = plot.span_of(xs, least=0.2)
    across = plot.Scale(max(low, 0.0), min(high, 1.0), LEFT, LEFT + SIDE, step)
    low, high, step = plot.span_of(ys, least=0.05)
    up = plot.Scale(low, high, TOP + SIDE, TOP, step)
    plot.axis(sheet, across, TOP, TOP + SIDE, plot.percent_tick, "% de satisfaits")
    for tick in up.ticks():
        sheet.rule(LEFT, up(tick), LEFT + SIDE, up(tick), color=theme.RULE, linewidth=0.5, zorder=0)
        sheet.text(
            LEFT - 1.5, up(tick) + 0.9, number(tick, 2), plot.TICK_PT, ha="right", color=theme.SOFT
        )
    sheet.text(
        2.0,
        TOP + SIDE / 2,
        "poids dans la satisfaction d’ensemble",
        plot.TICK_PT,
        rotation=90,
        ha="center",
        va="center",
        color=theme.SOFT,
    )
    _quadrants(
        sheet, across, up, plot.numbers(rows, "performance"), plot.numbers(rows, "importance")
    )
    spots = [
        (across(x), up(y)) for x, y in zip(rows["performance"], rows["importance"], strict=True)
    ]
    for row, (x, y) in zip(rows.itertuples(index=False), spots, strict=True):
        _intervals(sheet, row, across, up, x, y)
    for index, ((x, y), (px, py)) in enumerate(zip(spots, apart(spots), strict=True), start=1):
        if math.isfinite(x) and math.isfinite(y):
            sheet.rule(x, y, px, py, color=theme.QPV, linewidth=0.8, zorder=4)
            plot.dot(sheet, x, y, fill=theme.QPV, edge=theme.QPV, size=2.0)
            _number(sheet, px, py, index)
    first = 1
    for x, y, names in lists:
        _list(sheet, x, y, names, first)
        first += len(names)
    return sheet


_Lists = list[tuple[float, float, list[list[str]]]]


def _lists(labels: list[str], lines: int, *, highest: float = HIGHEST) -> _Lists:
    """Lay names out beside the points, then under them: (x, y, names) of each column.

    Returns
    -------
    list
        Empty when they do not stand within the height.
    """
    under = TOP + SIDE + 15.0
    places = ((KEY_X, TOP + 1.0, plot.WIDTH - KEY_X), (0.0, under, 54.0), (55.0, under, 54.0))
    out: _Lists = []
    left = list(labels)
    for x, y, width in places:
        names: list[list[str]] = []
        while left:
            name = wrap(left[0], width - 6.0, 8, lines=lines)
            if y + _height([*names, name]) > highest:
                break
            names.append(name)
            left.pop(0)
        if names:
            out.append((x, y, names))
    return [] if left else out


def _height(names: list[list[str]]) -> float:
    """Return the height of a list of names, in millimetres."""
    return sum(len(lines) * LEADING + KEY_GAP for lines in names)


def _list(sheet: Sheet, x: float, y: float, names: list[list[str]], first: int) -> None:
    """Write numbered names one under the other."""
    for index, lines in enumerate(names, start=first):
        _number(sheet, x + 2.0, y, index)
        for k, line in enumerate(lines):
            sheet.text(x + 5.6, y + 0.95 + k * LEADING, line, 8)
        y += len(lines) * LEADING + KEY_GAP


def _number(sheet: Sheet, x: float, y: float, index: int) -> None:
    plot.dot(sheet, x, y, fill=theme.QPV, edge=theme.PAPER, size=11.0)
    sheet.text(
        x, y + 0.9, str(index), 7, ha="center", color=theme.PAPER, fontweight="bold", zorder=6
    )


def _intervals(
    sheet: Sheet, row: Any, across: plot.Scale, up: plot.Scale, x: float, y: float
) -> None:
    look = {"color": "#9FB4C4", "linewidth": 0.9, "zorder": 2}
    ends = [plot.value_of(row, f"performance_ic95_{e}") for e in ("bas", "haut")]
    if math.isfinite(y) and all(map(math.isfinite, ends)):
        sheet.rule(across(ends[0]), y, across(ends[1]), y, **look)
    ends = [plot.value_of(row, f"importance_ic95_{e}") for e in ("bas", "haut")]
    if math.isfinite(x) and all(map(math.isfinite, ends)):
        sheet.rule(x, up(ends[0]), x, up(ends[1]), **look)


def apart(spots: list[tuple[float, float]], need: float = 4.3) -> list[tuple[float, float]]:
    """Push numbers apart until none covers another; a thin line leads back to the point."""
    places = [list(s) for s in spots]
    for _ in range(60):
        moved = False
        for i, a in enumerate(places):
            for k, b in enumerate(places[:i]):
                dx, dy = a[0] - b[0], a[1] - b[1]
                away = math.hypot(dx, dy)
                if not away < need:
                    continue
                if away < 1e-6:  # noqa: PLR2004
                    dx, dy, away = math.cos(i + k), math.sin(i + k), 1.0
                push = (need - min(away, need)) / 2 / away + 1e-3
                a[0], a[1] = a[0] + dx * push, a[1] + dy * push
                b[0], b[1] = b[0] - dx * push, b[1] - dy * push
                moved = True
        if not moved:
            break
    return [(x, y) for x, y in places]


def _quadrants(
    sheet: Sheet, across: plot.Scale, up: plot.Scale, xs: list[float], ys: list[float]
) -> None:
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
            text,
            7,
            ha=side,
            color=theme.SOFT,
            style="italic",
        )
