"""Gaps QPV − hors QPV: over the band of equivalence, beside spending, within limits of chance (funnels)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import ndtri

from tfpb.report import theme
from tfpb.report.canvas import Sheet, text_width_mm, wrap
from tfpb.report.cell_values import printable
from tfpb.report.charts import plot
from tfpb.report.charts.plot import INTERVALS, LABEL_PT, LEADING, WIDTH
from tfpb.words.documents import region_words
from tfpb.words.numbers import NOTHING, euros, gap_number, number
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfpb.model.report import Chart

ROW: Final = 9.0
EXTRA: Final = 3.6
"""Height of the second line of a label."""
LABEL: Final = 61.0
_FIELDS: Final = ("ecart", *INTERVALS, "n")


def gaps(chart: Chart) -> Sheet:
    """Draw one row an item: label and verdict, mark, gap in points, n."""
    rows = plot.table(chart.rows, *_FIELDS)
    labels = [wrap(text, LABEL, LABEL_PT, lines=2) for text in rows["libelle"]]
    verdicts = [
        wrap(printable(f"{row.sign} {row.verdict}".strip()), LABEL, theme.AXIS_PT, lines=2)
        for row in plot.each(rows)
    ]  # two lines: « fragile » stands at the end, and is never cut
    lines = [len(a) + len(b) for a, b in zip(labels, verdicts, strict=True)]
    heights = np.array([ROW + EXTRA * (count - 2) for count in lines])
    top, lows = 6.5, 6.5 + np.cumsum(heights)
    middles, bottom = lows - heights / 2, float(lows[-1])
    sheet = Sheet(WIDTH, bottom + 14.0)
    seen = [*plot.finite(rows, "ecart", *INTERVALS), chart.reach]
    left, right = LABEL + 2, WIDTH - 31
    axes = plot.gap_axes(sheet, (left, right, top, bottom), seen, chart.margin)
    plot.gap_marks(axes, rows, middles)
    note: dict[str, Any] = {"size_pt": theme.AXIS_PT, "color": theme.SOFT}
    if chart.margin:
        band = words.margin_band(chart.margin)
        sheet.text((left + right) / 2, top - 2.2, band, 7, ha="center", color=theme.SOFT)
    counts = set(rows["n"])
    one = len(counts) == 1  # the n of all stands in the head, once
    n_head = f"n = {plot.count(*counts)}" if one else "n"
    for x, name in ((WIDTH, n_head), (WIDTH - 15.0, words.CHART_GAP)):
        sheet.text(x, top - 2.2, name, ha="right", **note)
    ends(sheet, axes, bottom + 8.2, words.PAGE_LOWER, words.PAGE_HIGHER)
    sheet.text((left + right) / 2, bottom + 11.8, words.CHART_IN_POINTS, ha="center", **note)
    places = zip(plot.each(rows), labels, verdicts, middles, heights, strict=True)
    for row, label, verdict, middle, height in places:
        baseline = middle - height / 2 + ROW / 2 - 0.5
        sheet.lines(0, baseline, label, EXTRA, LABEL_PT)
        sheet.lines(0, baseline + len(label) * EXTRA + 0.1, verdict, EXTRA, **note)
        gap = gap_number(row.ecart)
        plot.row_text(sheet, WIDTH - 15.0, middle, gap, LABEL_PT, ha="right", fontweight="bold")
        n = "" if one else plot.count(row.n)
        plot.row_text(sheet, WIDTH, middle, n, LABEL_PT, ha="right", color=theme.SOFT)
        sheet.rule(0, middle + height / 2, LABEL, middle + height / 2, color=theme.HAIRLINE)
    return sheet


def ends(sheet: Sheet, axes: Axes, y: float, lower: str, higher: str) -> None:
    """Write which side of an axis of gaps is which."""
    place = axes.get_position()
    look: dict[str, Any] = {"size_pt": theme.AXIS_PT, "color": theme.SOFT}
    sheet.text(place.x0 * sheet.width, y, f"‹ {lower}", **look)
    sheet.text(place.x1 * sheet.width, y, f"{higher} ›", ha="right", **look)


def need(chart: Chart) -> Sheet:
    """Draw spending a dwelling, a bar an axis, beside the gap of each question (dot and whiskers)."""
    rows = plot.table(chart.rows, "depense", "ecart", *INTERVALS)
    height, top, across = 7.8, 8.0, LABEL - 2
    bottom = top + len(rows) * height
    middles = top + (np.arange(len(rows)) + 0.5) * height
    sheet = Sheet(WIDTH, bottom + 13.0)
    spent = plot.row_axes(sheet, across, across + 40, top, bottom)
    values = rows["depense"]
    seen = plot.finite(rows, "depense")
    spent.set_xlim(plot.limits([0.0, 10.0, *seen], least=1e-9))
    spent.axvline(0, color=theme.INK, linewidth=1.0, zorder=3, clip_on=False)
    plot.ticks(spent.xaxis, euros, 2)
    again = rows["label"].str.partition(" · ")[0].duplicated().to_numpy()  # the axis has its bar
    known = values.notna().to_numpy() & ~again
    drawn = spent.barh(middles[known], values[known], 4.6, color=theme.QPV, zorder=2)
    spent.bar_label(drawn, [euros(v) for v in values[known]], padding=3)
    for middle in middles[~known & ~again]:
        plot.row_text(sheet, across + 1, middle, NOTHING, LABEL_PT)
    place = (across + 59, WIDTH - 5, top, bottom)
    gap = plot.gap_axes(sheet, place, plot.finite(rows, "ecart", *INTERVALS), chart.margin)
    plot.gap_marks(gap, rows, middles)
    sheet.text(across, top - 3.4, words.CHART_SPENT, fontweight="bold")
    sheet.text(across + 59, top - 3.4, words.CHART_GAP_POINTS, fontweight="bold")
    ends(sheet, gap, bottom + 8.2, words.SHORT_LOWER, words.SHORT_HIGHER)
    for label, middle in zip(rows["label"], middles, strict=True):
        plot.row_label(sheet, 0, middle, label, LABEL - 5)
    return sheet


ABREAST: Final = 2
PLOT: Final = 44.0
FUNNEL_HEAD: Final = 14.0
FOOT: Final = 12.0
KEY: Final = 8.0
_LIMITS: Final[tuple[tuple[float, dict[str, Any]], ...]] = (
    (0.95, {"color": theme.SOFT, "linewidth": 1.0, "linestyle": (0, (4, 2))}),
    (0.998, {"color": theme.INK, "linewidth": 1.2, "linestyle": "solid"}),
)
_REGION: Final[dict[str, Any]] = {"color": theme.SOFT, "linewidth": 0.9, "linestyle": (0, (1, 1.5))}
_OTHERS: Final[dict[str, Any]] = {"color": theme.LINK, "linewidth": 5.0, "solid_capstyle": "butt"}


def funnels(chart: Chart) -> Sheet:
    """Draw the panels two abreast, each on its own scale of gaps, all on one scale of interviews."""
    numbers = ("n", "ecart", "region", "erreur", "quartile1", "mediane", "quartile3")
    rows = plot.table(chart.rows, *numbers)
    most = chart.reach or 2 * float(rows["n"].max())
    width, high = (WIDTH - 6) / ABREAST, FUNNEL_HEAD + PLOT + FOOT
    sheet = Sheet(WIDTH, KEY + math.ceil(len(rows) / ABREAST) * high)
    _key(sheet, own=bool(rows["ecart"].notna().any()), others=bool(rows["mediane"].notna().any()))
    for k, row in enumerate(plot.each(rows)):
        x, y = (k % ABREAST) * (width + 6), KEY + (k // ABREAST) * high
        for up, line in enumerate(reversed(wrap(row.libelle, width, LABEL_PT, bold=True, lines=2))):
            sheet.text(x, y + FUNNEL_HEAD - 6.6 - up * LEADING, line, LABEL_PT, fontweight="bold")
        note = f"{region_words.CHART_UP}, {row.comparable}"
        sheet.text(x, y + FUNNEL_HEAD - 2.6, note, theme.MIN_PT, color=theme.SOFT)
        axes = sheet.window(x + 10, y + FUNNEL_HEAD, width - 18, PLOT)
        _panel(axes, row, most)
        across: dict[str, Any] = {"ha": "center", "color": theme.SOFT}
        sheet.text(
            x + 10 + (width - 18) / 2,
            y + FUNNEL_HEAD + PLOT + 7.4,
            region_words.CHART_ACROSS,
            theme.MIN_PT,
            **across,
        )
    return sheet


def _panel(axes: Axes, row: Any, most: float) -> None:
    """Draw limits, region, own point with its gap, and the others' quartiles in the margin."""
    z = [float(ndtri((1 + level) / 2)) for level, _ in _LIMITS]
    seen = [
        abs(v - row.region) for v in (row.ecart, row.quartile1, row.quartile3) if np.isfinite(v)
    ]
    # the limits of a fifth of the interviews are on the picture, and what is shown with room to spare
    reach = max(1.25 * max(seen, default=0.0), z[1] * row.erreur * math.sqrt(row.n / (most / 5)))
    axes.set(xlim=(0, most), ylim=(row.region - reach, row.region + reach))
    plot.ticks(axes.xaxis, number, 4)
    plot.ticks(axes.yaxis, plot.points_tick)
    axes.tick_params(labelsize=theme.MIN_PT)
    n = np.linspace(most / 400, most, 400)
    for quantile, (_, look) in zip(z, _LIMITS, strict=True):
        half = quantile * row.erreur * np.sqrt(row.n / n)
        for sign in (-1, 1):
            axes.plot(n, row.region + sign * half, zorder=3, **look)
    axes.axhline(row.region, zorder=2, **_REGION)
    if np.isfinite(row.mediane):
        margin: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "clip_on": False}
        axes.plot([1.055, 1.055], [row.quartile1, row.quartile3], **_OTHERS, **margin)
        axes.plot([1.03, 1.08], [row.mediane] * 2, color=theme.INK, linewidth=1.3, **margin)
    if np.isfinite(row.ecart):
        plot.dots(axes, [row.n], [row.ecart], fill=theme.QPV, edge=theme.PAPER, size=7.0)
        axes.annotate(
            number(row.ecart * 100, 1, sign=True), (row.n, row.ecart), (6, 0), textcoords="offset points",
            fontsize=theme.NOTE_PT, fontweight="bold", va="center_baseline", zorder=6,
            bbox={"facecolor": theme.PAPER, "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip


def _key(sheet: Sheet, *, own: bool, others: bool) -> None:
    """Write what each mark is, above the panels."""
    looks: list[dict[str, Any]] = [{"marker": "o", "color": theme.QPV, "markersize": 6.0}, _REGION]
    looks += [look for _, look in _LIMITS]
    pairs = list(zip(region_words.CHART_KEY, looks, strict=True))[0 if own else 1 :]
    if others:
        pairs.append((region_words.CHART_OTHERS[0 if own else 1], _OTHERS))
    x = 0.0
    for name, look in pairs:
        spots = [x + 3.0] if "marker" in look else [x, x + 6.0]
        sheet.layer.plot(spots, [2.0] * len(spots), **look)
        sheet.text(x + 7.5, 3.0, name)
        x += 12.5 + text_width_mm(name, theme.NOTE_PT)
