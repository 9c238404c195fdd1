"""Levels of satisfaction: QPV beside hors QPV, and the answers in detail."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tfpb.report import theme
from tfpb.report.charts import plot
from tfpb.report.print_map.canvas import Sheet, printable, shorten, text_width_mm
from tfpb.words.numbers import NOTHING, number, percent
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from tfpb.model.report import Chart

ROW: Final = 7.2
LABEL: Final = 64.0
_LEVELS: Final = {
    2: ("#542788", "#F1A340"),
    3: ("#542788", "#D8DAEB", "#F1A340"),
    4: ("#542788", "#998EC3", "#FEE0B6", "#C8660B"),
    5: ("#542788", "#998EC3", "#EDEDED", "#FDC87F", "#C8660B"),
}


def dumbbell(chart: Chart) -> Sheet:
    """Draw one row an item: QPV a full disc, hors QPV a hollow one, both with their value."""
    rows = chart.rows.reset_index(drop=True)
    titled = "theme" in rows and len(set(rows["theme"])) > 1
    heads = rows["theme"].ne(rows["theme"].shift()).sum() if titled else 0
    top = 6.0
    bottom = top + len(rows) * ROW + heads * 6.4
    sheet = Sheet(plot.WIDTH, bottom + 10.5)
    low, high, step = plot.span_of(plot.numbers(rows, "qpv", "hors"), least=0.2)
    low, high = max(0.0, low - step / 2), min(1.0, high + step / 2)
    scale = plot.Scale(low, high, LABEL + 9, plot.WIDTH - 21, step)
    plot.axis(sheet, scale, top, bottom, plot.percent_tick, chart.unit)
    # the key stands above, as marks with their word
    x = scale.left
    for name, fill, edge in (("QPV", theme.QPV, theme.QPV), ("hors QPV", theme.PAPER, theme.HORS)):
        plot.dot(sheet, x + 1.5, top - 3.2, fill=fill, edge=edge)
        sheet.text(x + 4, top - 2.2, name, 8)
        x += 9 + text_width_mm(name, 8)
    sheet.text(plot.WIDTH, top - 2.2, "n", plot.NOTE_PT, ha="right", color=theme.SOFT)
    y, before = top, None
    for row in rows.itertuples(index=False):
        topic = plot.text_of(row, "theme")
        if titled and topic != before:
            name = words.THEMES.get(topic, topic)
            sheet.text(0, y + 4.4, printable(name), 9, fontweight="bold", color=theme.ACCENT)
            y += 6.4
        before = topic
        middle = y + ROW / 2
        plot.row_label(sheet, 0, middle, plot.text_of(row, "libelle"), LABEL)
        _pair(sheet, scale, middle, plot.value_of(row, "qpv"), plot.value_of(row, "hors"))
        n = plot.value_of(row, "n")
        said = number(int(n)) if math.isfinite(n) else NOTHING
        sheet.text(plot.WIDTH, middle + 1.1, said, plot.LABEL_PT, ha="right", color=theme.SOFT)
        y += ROW
    return sheet


def _pair(sheet: Sheet, scale: plot.Scale, y: float, qpv: float, hors: float) -> None:
    known = [v for v in (qpv, hors) if math.isfinite(v)]
    if len(known) == 2:  # noqa: PLR2004
        sheet.rule(scale(qpv), y, scale(hors), y, color="#B9B9B9", linewidth=2.0, zorder=2)
    lower_first = len(known) != 2 or qpv <= hors  # noqa: PLR2004
    for value, fill, edge, left in (
        (hors, theme.PAPER, theme.HORS, not lower_first),
        (qpv, theme.QPV, theme.QPV, lower_first),
    ):
        if not math.isfinite(value):
            continue
        plot.dot(sheet, scale(value), y, fill=fill, edge=edge, size=6.6)
        x = scale(value) + (-2.2 if left else 2.2)
        weight = "bold" if fill == theme.QPV else "normal"
        sheet.text(
            x, y + 1.1, percent(value), 7.5, ha="right" if left else "left", fontweight=weight
        )


def stacked(chart: Chart) -> Sheet:
    """Draw the answers of each item as two bars of 100 %, QPV above hors QPV."""
    rows = chart.rows
    items = list(dict.fromkeys(rows["libelle"].astype(str)))
    levels = rows.drop_duplicates("rang").sort_values("rang")
    ranks = list(levels["rang"])
    palette = _LEVELS.get(len(ranks), _LEVELS[5])
    colours = {r: palette[min(i, len(palette) - 1)] for i, r in enumerate(ranks)}
    height, between, title = 6.0, 1.1, 5.6
    groups = {
        item: list(
            dict.fromkeys(rows.loc[rows["libelle"].astype(str) == item, "groupe"].astype(str))
        )
        for item in items
    }
    block = {item: title + len(groups[item]) * (height + between) + 3.2 for item in items}
    top = 7.0
    sheet = Sheet(plot.WIDTH, top + sum(block.values()) + 7.0)
    left, right = 34.0, plot.WIDTH - 1.0
    x = left
    for rank, name in zip(ranks, levels["modalite"].astype(str), strict=True):
        plot.bar(sheet, x, x + 3.6, 2.6, 3.0, colours[rank], edgecolor=theme.SOFT, linewidth=0.4)
        text = printable(name)
        sheet.text(x + 4.8, 3.6, text, 8)
        x += 9.5 + text_width_mm(text, 8)
    y = top
    for item in items:
        sheet.text(
            0,
            y + 3.6,
            shorten(printable(item), plot.WIDTH, plot.LABEL_PT, bold=True),
            plot.LABEL_PT,
            fontweight="bold",
        )
        y += title
        for group in groups[item]:
            part = rows[
                (rows["libelle"].astype(str) == item) & (rows["groupe"].astype(str) == group)
            ]
            middle = y + height / 2
            sheet.text(0, middle + 1.1, shorten(printable(group), left - 2, 8), 8)
            at = left
            for row in part.sort_values("rang").itertuples(index=False):
                share = plot.value_of(row, "part")
                if not math.isfinite(share):
                    continue
                wide = share * (right - left)
                colour = colours[row.rang]
                plot.bar(
                    sheet,
                    at,
                    at + wide,
                    middle,
                    height,
                    colour,
                    edgecolor=theme.PAPER,
                    linewidth=0.8,
                )
                said = percent(share)
                if plot.fits(said, wide, 8):
                    sheet.text(
                        at + wide / 2,
                        middle + 1.1,
                        said,
                        8,
                        ha="center",
                        color=theme.ink_on(colour),
                    )
                at += wide
            y += height + between
        y += 3.2
    if chart.unit:
        sheet.text(left, y + 1.6, printable(chart.unit), plot.NOTE_PT, color=theme.SOFT)
    return sheet
