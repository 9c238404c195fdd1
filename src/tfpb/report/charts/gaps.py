"""Gaps QPV − hors QPV: dot and whiskers over the band of equivalence, alone or in small multiples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from tfpb.report import theme
from tfpb.report.charts import plot
from tfpb.report.print_map.canvas import Sheet, printable, shorten, text_width_mm, wrap
from tfpb.words.numbers import NOTHING, number
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.report import Chart

ROW: Final = 10.2
EXTRA: Final = 3.6
HEAD: Final = 7.0
LABEL: Final = 61.0
_ENDS: Final = ("ecart", "ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut")


def gaps(chart: Chart) -> Sheet:
    """Draw one row an item: label and verdict, mark, gap in points, n."""
    rows = chart.rows.reset_index(drop=True)
    titled = "theme" in rows and len(set(rows["theme"])) > 1
    heads = rows["theme"].ne(rows["theme"].shift()).sum() if titled else 0
    top = 6.5
    labels = [
        wrap(plot.text_of(r, "libelle"), LABEL, plot.LABEL_PT, lines=2)
        for r in rows.itertuples(index=False)
    ]
    bottom = top + sum(ROW + EXTRA * (len(t) - 1) for t in labels) + heads * HEAD
    sheet = Sheet(plot.WIDTH, bottom + 14.0)
    scale = _scale(rows, chart, LABEL + 2, plot.WIDTH - 31)
    _ground(sheet, scale, top, bottom, chart.margin)
    sheet.text(plot.WIDTH, top - 2.2, "n", plot.NOTE_PT, ha="right", color=theme.SOFT)
    sheet.text(plot.WIDTH - 12.5, top - 2.2, "écart", plot.NOTE_PT, ha="right", color=theme.SOFT)
    y = top
    before = None
    for row, label in zip(rows.itertuples(index=False), labels, strict=True):
        topic = plot.text_of(row, "theme")
        if titled and topic != before:
            name = words.THEMES.get(topic, topic)
            sheet.text(0, y + 4.6, printable(name), 9, fontweight="bold", color=theme.ACCENT)
            y += HEAD
        before = topic
        high = ROW + EXTRA * (len(label) - 1)
        middle = y + high / 2
        verdict = f"{plot.text_of(row, 'sign')} {plot.text_of(row, 'verdict')}".strip()
        baseline = middle - 0.5 - EXTRA * (len(label) - 1) / 2
        for line in label:
            sheet.text(0, baseline, line, plot.LABEL_PT)
            baseline += EXTRA
        sheet.text(
            0,
            baseline + 0.1,
            shorten(printable(verdict), LABEL, plot.NOTE_PT),
            plot.NOTE_PT,
            color=theme.SOFT,
        )
        mark(sheet, scale, middle, row)
        gap = plot.value_of(row, "ecart")
        said = number(gap * 100, 1, sign=True) if math.isfinite(gap) else NOTHING
        sheet.text(
            plot.WIDTH - 12.5, middle + 1.1, said, plot.LABEL_PT, ha="right", fontweight="bold"
        )
        sheet.text(
            plot.WIDTH,
            middle + 1.1,
            number(_whole(row)),
            plot.LABEL_PT,
            ha="right",
            color=theme.SOFT,
        )
        y += high
        sheet.rule(0, y, LABEL, y, color="#ECECEC")
    return sheet


def multiples(chart: Chart) -> Sheet:
    """Draw small gaps charts two abreast, all on one scale; `panel` names each."""
    rows = chart.rows.reset_index(drop=True)
    panels = list(dict.fromkeys(rows["panel"].astype(str)))
    parts = [rows[rows["panel"].astype(str) == p] for p in panels]
    width = (plot.WIDTH - 8) / 2
    line = 8.2
    heights = [max(len(p) for p in parts[i : i + 2]) * line + 15 for i in range(0, len(parts), 2)]
    sheet = Sheet(plot.WIDTH, sum(heights) + 2)
    top = 0.0
    for index, (name, part) in enumerate(zip(panels, parts, strict=True)):
        if index and index % 2 == 0:
            top += heights[index // 2 - 1]
        x = (index % 2) * (width + 8)
        label = width * 0.46
        scale = _scale(rows, chart, x + label + 2, x + width - 9)
        base = top + 6.5 + len(part) * line
        title = shorten(printable(name), width, 9, bold=True)
        sheet.text(x, top + 4.0, title, 9, fontweight="bold", color=theme.ACCENT)
        _ground(sheet, scale, top + 6.5, base, chart.margin, words_under=False)
        for k, row in enumerate(part.itertuples(index=False)):
            middle = top + 6.5 + (k + 0.5) * line
            sheet.text(x + 1.2, middle + 1.1, plot.text_of(row, "sign"), 8, ha="center")
            plot.row_label(sheet, x + 3.6, middle, plot.text_of(row, "libelle"), label - 3.6)
            mark(sheet, scale, middle, row)
            sheet.text(
                x + width, middle + 1.1, number(_whole(row)), 7.5, ha="right", color=theme.SOFT
            )
    return sheet


def _whole(row: Any) -> int | None:
    n = plot.value_of(row, "n")
    return int(n) if math.isfinite(n) else None


def _scale(rows: pd.DataFrame, chart: Chart, left: float, right: float) -> plot.Scale:
    values = [*plot.numbers(rows, *_ENDS), (chart.margin or 0.0) * 1.6, chart.reach, -chart.reach]
    low, high, step = plot.span_of(values, around_zero=True)
    return plot.Scale(low, high, left, right, step)


def _ground(
    sheet: Sheet,
    scale: plot.Scale,
    top: float,
    bottom: float,
    margin: float | None,
    *,
    words_under: bool = True,
) -> None:
    """Draw the band of equivalence, the zero line and the ticks."""
    plot.axis(sheet, scale, top, bottom, plot.points_tick)
    if margin:
        sheet.layer.fill_between(
            [scale(-margin), scale(margin)],
            top,
            bottom,
            facecolor=theme.MARGIN_BAND,
            linewidth=0,
            zorder=0.5,
        )
        if words_under:
            sheet.text(
                scale(0), top - 2.2, words.margin_band(margin), 7, ha="center", color=theme.SOFT
            )
    sheet.rule(scale(0), top, scale(0), bottom, color=theme.INK, linewidth=1.0, zorder=1)
    if words_under:
        y = bottom + 8.2
        left, right = f"← {words.PAGE_LOWER}", f"{words.PAGE_HIGHER} →"
        room = scale.right - scale.left
        sheet.text(scale.left, y, left, plot.NOTE_PT, color=theme.SOFT)
        sheet.text(scale.right, y, right, plot.NOTE_PT, ha="right", color=theme.SOFT)
        taken = text_width_mm(left, plot.NOTE_PT) + text_width_mm(right, plot.NOTE_PT)
        middle = "écart en points"
        if taken + text_width_mm(middle, plot.NOTE_PT) + 12 < room:
            sheet.text(scale(0), y, middle, plot.NOTE_PT, ha="center", color=theme.SOFT)
        else:
            sheet.text(scale(0), y + 3.6, middle, plot.NOTE_PT, ha="center", color=theme.SOFT)


def mark(sheet: Sheet, scale: plot.Scale, y: float, row: Any) -> None:
    """Draw the dot and its two whiskers; a row without gap has none."""
    gap = plot.value_of(row, "ecart")
    if not math.isfinite(gap):
        return
    for level, thick in (("95", False), ("90", True)):
        low, high = (plot.value_of(row, f"ic{level}_{end}") for end in ("bas", "haut"))
        plot.whisker(sheet, scale, y, low, high, thick=thick, colour=theme.INK)
    plot.dot(sheet, scale(gap), y, fill=theme.INK, edge=theme.PAPER)
