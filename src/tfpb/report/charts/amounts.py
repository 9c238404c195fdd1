"""Amounts: bars that start at zero, and spending beside the gap it answers to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tfpb.report import theme
from tfpb.report.charts import plot
from tfpb.report.charts.gaps import mark
from tfpb.report.print_map.canvas import Sheet, printable, text_width_mm
from tfpb.words.numbers import NOTHING, euros, number, percent
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.report import Chart

LABEL: Final = 56.0
_SERIES: Final = (theme.QPV, "#B8C9D6", theme.HORS, "#DDDDDD")


def _say(unit: str) -> Callable[[float], str]:
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
    rows = chart.rows.reset_index(drop=True)
    columns = [
        c for c in rows.columns if c == "valeur" or (c.startswith("valeur") and c[6:].isdigit())
    ]
    say = _say(chart.unit)
    thick = 4.2 if len(columns) > 1 else 5.0
    row_height = len(columns) * thick + 3.6
    top = 6.5 if chart.series else 1.5
    bottom = top + len(rows) * row_height
    sheet = Sheet(plot.WIDTH, bottom + 10.5)
    values = [*plot.numbers(rows, *columns), 0.0]
    low, high, step = plot.span_of(values, least=1e-9 if max(map(abs, values)) else 1.0)
    room = max(text_width_mm(say(v), 8) for v in values) + 2
    scale = plot.Scale(min(low, 0.0), max(high, 0.0), LABEL + 3, plot.WIDTH - room, step)
    plot.axis(sheet, scale, top, bottom, say, "" if "euro" in chart.unit else chart.unit)
    x = scale.left
    for name, colour in zip(chart.series, _SERIES, strict=False):
        plot.bar(sheet, x, x + 3.6, top - 3.4, 3.0, colour)
        sheet.text(x + 4.8, top - 2.4, printable(name), 8)
        x += 10 + text_width_mm(printable(name), 8)
    for index, row in enumerate(rows.itertuples(index=False)):
        middle = top + (index + 0.5) * row_height
        plot.row_label(sheet, 0, middle, plot.text_of(row, "libelle"), LABEL)
        for k, (column, colour) in enumerate(zip(columns, _SERIES, strict=False)):
            value = plot.value_of(row, column)
            y = middle + (k - (len(columns) - 1) / 2) * thick
            if not math.isfinite(value):
                sheet.text(scale(0) + 1.2, y + 1.1, NOTHING, 8, color=theme.SOFT)
                continue
            plot.bar(sheet, scale(0), scale(value), y, thick * 0.84, colour, zorder=2)
            side = 1.2 if value >= 0 else -1.2
            sheet.text(
                scale(value) + side, y + 1.1, say(value), 8, ha="left" if value >= 0 else "right"
            )
    sheet.rule(scale(0), top, scale(0), bottom, color=theme.INK, linewidth=1.0, zorder=3)
    return sheet


def need(chart: Chart) -> Sheet:
    """Draw spending a dwelling (bars) beside the gap (dot and whiskers), row by row, side by side."""
    rows = chart.rows.reset_index(drop=True)
    row_height, top = 9.4, 8.0
    bottom = top + len(rows) * row_height
    sheet = Sheet(plot.WIDTH, bottom + 13.0)
    spent = [*plot.numbers(rows, "depense_par_logement_eur"), 0.0]
    low, high, _ = plot.span_of(spent, least=10.0)
    left = plot.Scale(min(low, 0.0), high, LABEL + 3, LABEL + 43, plot.nice_step(high, 2))
    margin = chart.margin or 0.0
    glow, ghigh, gstep = plot.span_of(
        [*plot.numbers(rows, "ecart", "ic95_bas", "ic95_haut"), margin * 1.6], around_zero=True
    )
    right = plot.Scale(glow, ghigh, LABEL + 62, plot.WIDTH - 5, gstep)
    sheet.text(left.left, top - 3.4, "dépense par logement", 8, fontweight="bold")
    sheet.text(right.left, top - 3.4, "écart QPV − hors QPV, points", 8, fontweight="bold")
    plot.axis(sheet, left, top, bottom, _say("euros"))
    plot.axis(sheet, right, top, bottom, plot.points_tick)
    if margin:
        sheet.layer.fill_between(
            [right(-margin), right(margin)],
            top,
            bottom,
            facecolor=theme.MARGIN_BAND,
            linewidth=0,
            zorder=0.5,
        )
    sheet.rule(right(0), top, right(0), bottom, color=theme.INK, linewidth=1.0, zorder=1)
    for index, row in enumerate(rows.itertuples(index=False)):
        middle = top + (index + 0.5) * row_height
        plot.row_label(sheet, 0, middle, plot.text_of(row, "label"), LABEL)
        value = plot.value_of(row, "depense_par_logement_eur")
        if math.isfinite(value):
            plot.bar(sheet, left(0), left(value), middle, 4.6, theme.QPV, zorder=2)
            sheet.text(left(value) + 1.2, middle + 1.1, euros(value), 8)
        mark(sheet, right, middle, row)
    sheet.rule(left(0), top, left(0), bottom, color=theme.INK, linewidth=1.0, zorder=3)
    _ends(sheet, right, bottom + 8.2)
    return sheet


def _ends(sheet: Sheet, scale: plot.Scale, y: float) -> None:
    """Say which side is which, in full or in short."""
    room = scale.right - scale.left
    left, right = f"← {words.PAGE_LOWER}", f"{words.PAGE_HIGHER} →"
    if text_width_mm(left + right, plot.NOTE_PT) + 4 > room:
        left, right = f"← {words.SHORT_LOWER}", f"{words.SHORT_HIGHER} →"
    sheet.text(scale.left, y, left, plot.NOTE_PT, color=theme.SOFT)
    sheet.text(scale.right, y, right, plot.NOTE_PT, ha="right", color=theme.SOFT)
