"""Waves: one small panel an item, QPV and hors QPV from survey to survey with their intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tfpb.report import theme
from tfpb.report.charts import plot
from tfpb.report.print_map.canvas import POINT_MM, Sheet, printable, wrap
from tfpb.words.numbers import percent

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.report import Chart

COLUMNS: Final = 3
PANEL_H: Final = 40.0
TITLE_H: Final = 9.5
FOOT_H: Final = 7.0
_SIDES: Final = (("hors", "hors QPV", theme.HORS), ("qpv", "QPV", theme.QPV))


def slopes(chart: Chart) -> Sheet:
    """Draw the panels on one vertical scale, so that heights compare."""
    rows = chart.rows
    items = list(dict.fromkeys(rows["libelle"].astype(str)))
    waves = list(dict.fromkeys(rows["vague"].astype(str)))
    lines = math.ceil(len(items) / COLUMNS)
    sheet = Sheet(plot.WIDTH, lines * (TITLE_H + PANEL_H + FOOT_H) + 1)
    ends = [f"{side}{end}" for side in ("qpv", "hors") for end in ("", "_bas", "_haut")]
    low, high, step = plot.span_of(plot.numbers(rows, *ends), least=0.2)
    low, high = max(0.0, low), min(1.0, high)
    width = plot.WIDTH / COLUMNS
    for index, item in enumerate(items):
        left = (index % COLUMNS) * width
        top = (index // COLUMNS) * (TITLE_H + PANEL_H + FOOT_H)
        y = top + 3.4
        for line in wrap(item, width - 5, plot.LABEL_PT, bold=True, lines=2):
            sheet.text(left, y, line, plot.LABEL_PT, fontweight="bold")
            y += plot.LEADING
        rise = plot.Scale(low, high, top + TITLE_H + PANEL_H, top + TITLE_H, step)
        _panel(sheet, rows[rows["libelle"].astype(str) == item], waves, rise, left, width)
    return sheet


def _panel(
    sheet: Sheet, rows: pd.DataFrame, waves: list[str], rise: plot.Scale, left: float, width: float
) -> None:
    start, end = left + 9.0, left + width - 25.0
    step = (end - start) / max(len(waves) - 1, 1)
    place = {
        w: (start + i * step if len(waves) > 1 else (start + end) / 2) for i, w in enumerate(waves)
    }
    for tick in rise.ticks():
        sheet.rule(left + 7, rise(tick), end + 2, rise(tick), color=theme.RULE, linewidth=0.5)
        sheet.text(
            left + 6, rise(tick) + 0.9, plot.percent_tick(tick), 7, ha="right", color=theme.SOFT
        )
    for wave in waves:
        sheet.text(
            place[wave],
            rise.left + 4.6,
            printable(wave),
            plot.TICK_PT,
            ha="center",
            color=theme.SOFT,
        )
    last: list[tuple[float, str, str]] = []
    for side, name, colour in _SIDES:
        shift = -0.7 if side == "hors" else 0.7
        at: list[tuple[float, float]] = []
        final = float("nan")
        for row in rows.itertuples(index=False):
            value = plot.value_of(row, side)
            if not math.isfinite(value):
                continue
            x = place[str(row.vague)] + shift
            low, high = plot.value_of(row, f"{side}_bas"), plot.value_of(row, f"{side}_haut")
            if math.isfinite(low) and math.isfinite(high):
                sheet.rule(x, rise(low), x, rise(high), color=colour, linewidth=0.9, zorder=3)
            at.append((x, rise(value)))
            final = value
        if not at:
            continue
        dash = "-" if side == "qpv" else (0, (4, 2))
        sheet.layer.plot(
            *zip(*at, strict=True), color=colour, linewidth=1.7, linestyle=dash, zorder=4
        )
        for x, y in at:
            plot.dot(
                sheet, x, y, fill=colour if side == "qpv" else theme.PAPER, edge=colour, size=5.0
            )
        last.append((at[-1][1], f"{name} {percent(final)}", colour))
    _names(sheet, last, end + 3.4)


def _names(sheet: Sheet, last: list[tuple[float, str, str]], x: float) -> None:
    """Name the lines at their right end, pushed apart when they would touch."""
    need = 8 * POINT_MM * 1.15
    last = sorted(last)
    ys = [y for y, _, _ in last]
    if len(ys) == 2 and ys[1] - ys[0] < need:  # noqa: PLR2004
        middle = (ys[0] + ys[1]) / 2
        ys = [middle - need / 2, middle + need / 2]
    for y, (_, text, colour) in zip(ys, last, strict=True):
        ink = colour if colour != theme.HORS else theme.SOFT
        sheet.text(
            x, y + 1.0, text, 8, color=ink, fontweight="bold" if colour == theme.QPV else "normal"
        )
