"""Shares of tenants: both sides, answers in detail, surveys one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, Sheet, shorten, text_width_mm
from tfpb.report.cell_values import printable
from tfpb.report.charts import plot
from tfpb.report.charts.plot import LABEL_PT, WIDTH
from tfpb.words.numbers import percent
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from tfpb.model.report import Chart

LABEL: Final = 64.0
BAR: Final = 6.0
NAMES_MM: Final = 34.0
"""Where the bars of answers begin, millimetres."""
LEVELS: Final = {
    2: ("#542788", "#F1A340"),
    3: ("#542788", "#D8DAEB", "#F1A340"),
    4: ("#542788", "#998EC3", "#FEE0B6", "#C8660B"),
    5: ("#542788", "#998EC3", "#EDEDED", "#FDC87F", "#C8660B"),
}
"""Colours of answers by their count, the most satisfied first; distinct in grey."""
COLUMNS: Final = 3
PANEL: Final = 28.0
TITLE: Final = 9.5
FOOT: Final = 7.0
CHANGE: Final = 4.5
_SIDES: Final = (
    ("hors", words.CHART_OUTSIDE, theme.HORS, theme.SOFT, -0.03),
    ("qpv", words.CHART_INSIDE, theme.QPV, theme.QPV, 0.03),
)


def stacked(chart: Chart) -> Sheet:
    """Draw the answers of each item as two bars of 100 %, QPV above hors QPV."""
    rows = plot.table(chart.rows, "rang", "part")
    levels = rows.drop_duplicates("rang").sort_values("rang")
    palette = LEVELS.get(len(levels), LEVELS[5])
    colours = [palette[min(k, len(palette) - 1)] for k in range(len(levels))]
    step, title, top, y = BAR + 1.1, 5.6, 7.0, 7.0
    heads: list[tuple[float, str]] = []
    bars: dict[tuple[str, str], float] = {}
    for item, part in rows.groupby("libelle", sort=False):
        heads.append((y + 3.6, str(item)))
        for k, group in enumerate(part["groupe"].unique()):
            bars[str(item), group] = y + title + BAR / 2 + k * step
        y += title + part["groupe"].nunique() * step + 3.2
    sheet = Sheet(WIDTH, y + 7.0)
    axes = plot.row_axes(sheet, NAMES_MM, WIDTH - 1.0, top, y)
    axes.set(xlim=(0, 1), xticks=[])
    wide = rows.pivot_table(index=["libelle", "groupe"], columns="rang", values="part", sort=False)
    wide = wide.reindex(index=list(bars), columns=list(levels["rang"]))
    starts = wide.cumsum(axis=1) - wide
    for rank, name, colour in zip(wide, levels["modalite"], colours, strict=True):
        drawn = axes.barh(
            list(bars.values()), wide[rank], BAR, left=starts[rank], color=colour,
            edgecolor=theme.PAPER, linewidth=0.8, label=printable(name),
        )  # fmt: skip
        texts = [percent(share) if _holds(share) else "" for share in wide[rank]]
        axes.bar_label(drawn, texts, label_type="center", color=theme.ink_on(colour))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(colours), columnspacing=1.6)
    for (_, group), middle in bars.items():
        plot.row_text(sheet, 0, middle, shorten(printable(group), NAMES_MM - 2, 8), 8)
    for baseline, item in heads:
        text = shorten(printable(item), WIDTH, LABEL_PT, bold=True)
        sheet.text(0, baseline, text, LABEL_PT, fontweight="bold")
    sheet.text(NAMES_MM, y + 1.6, printable(chart.unit), theme.AXIS_PT, color=theme.SOFT)
    return sheet


def _holds(share: float) -> bool:
    """Check whether the bar of a share is as wide as its words."""
    return text_width_mm(percent(share), 8) + 1.2 <= share * (WIDTH - 1.0 - NAMES_MM)


def slopes(chart: Chart) -> Sheet:
    """Draw one small panel an item, QPV and hors QPV from survey to survey, all on one scale."""
    sides = [f"{side}{end}" for side in ("qpv", "hors") for end in ("", "_bas", "_haut")]
    rows = plot.table(chart.rows, *sides)
    waves = list(rows["vague"].unique())
    panels = list(rows.groupby("libelle", sort=False))
    of_three = "change" in rows
    width, high = WIDTH / COLUMNS, TITLE + PANEL + FOOT + CHANGE * of_three
    sheet = Sheet(WIDTH, -(-len(panels) // COLUMNS) * high + 1)
    low, top = plot.limits(plot.finite(rows, *sides), least=0.2)
    for index, (item, part) in enumerate(panels):
        x, y = (index % COLUMNS) * width, (index // COLUMNS) * high
        sheet.block(x, y + 3.4, str(item), width - 5, LABEL_PT, bold=True, lines=2, spacing=1.2)
        axes = sheet.window(x + 7, y + TITLE, width - 30, PANEL)
        axes.set(xlim=(-0.15, len(waves) - 0.85), ylim=(max(0.0, low), min(1.0, top)))
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xticks(range(len(waves)), [printable(w) for w in waves])
        plot.ticks(axes.yaxis, plot.percent_tick, 6)
        axes.tick_params(axis="y", labelsize=theme.MIN_PT)
        _wave_lines(axes, part, waves)
        if of_three:
            text = words.CHART_CHANGE.format(change=part["change"].iloc[0])
            fits = shorten(printable(text), width - 5, theme.AXIS_PT)
            sheet.text(x, y + TITLE + PANEL + FOOT, fits, theme.AXIS_PT, color=theme.SOFT)
    return sheet


def _wave_lines(axes: Axes, rows: pd.DataFrame, waves: list[str]) -> None:
    """Draw the two lines of a panel with their intervals, each named at its right end."""
    place = rows["vague"].map(waves.index).to_numpy(dtype=float)
    last = []
    for side, name, colour, ink, shift in _SIDES:
        known = rows[side].notna().to_numpy()
        if not known.any():
            continue
        x, part = place[known] + shift, rows[known]
        axes.vlines(x, part[f"{side}_bas"], part[f"{side}_haut"], color=colour, linewidth=0.9)
        line = "-" if side == "qpv" else (0, (4, 2))
        axes.plot(x, part[side], linestyle=line, linewidth=1.7, color=colour, zorder=4)
        fill = colour if side == "qpv" else theme.PAPER
        plot.dots(axes, x, part[side], fill=fill, edge=colour, size=5.0)
        value = float(part[side].iloc[-1])
        last.append((value, f"{name} {percent(value)}", ink, side == "qpv"))
    low, high = axes.get_ylim()
    need = 8 * POINT_MM * 1.15 * (high - low) / PANEL
    values = [value for value, *_ in sorted(last)]
    if len(values) == 2 and values[1] - values[0] < need:  # noqa: PLR2004 - two names would touch
        values = [sum(values) / 2 - need / 2, sum(values) / 2 + need / 2]
    for y, (_, text, ink, bold) in zip(values, sorted(last), strict=True):
        axes.text(
            1.04, y, text, transform=axes.get_yaxis_transform(), va="center_baseline", color=ink,
            fontweight="bold" if bold else "normal",
        )  # fmt: skip
