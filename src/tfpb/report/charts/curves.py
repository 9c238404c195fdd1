"""Shares that grow with a number: one line a curve, named at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.report import theme
from tfpb.report.canvas import Sheet, wrap
from tfpb.report.cell_values import printable
from tfpb.report.charts import plot
from tfpb.report.charts.plot import LEADING, WIDTH
from tfpb.words.numbers import number
from tfpb.words.survey.planning_words import AXES, PLANNED, TARGET_LINE

if TYPE_CHECKING:
    from tfpb.model.report import Chart

LEFT: Final = 13.0
RIGHT: Final = 104.0
TOP: Final = 6.0
BOTTOM: Final = 54.0
_DASHES: Final = ("solid", (0, (5, 2)), (0, (1, 1.5)))
_GUIDE: Final[dict[str, Any]] = {"color": theme.SOFT, "linewidth": 0.8, "zorder": 1}


def curves(chart: Chart) -> Sheet:
    """Draw curves from 0 to 100 %, one colour a curve and one dash a variant, names at the right."""
    columns = [c for c in map(str, chart.rows) if c.startswith("valeur")]
    rows = plot.table(chart.rows, "libelle", *columns)
    sheet = Sheet(WIDTH, BOTTOM + 11.0)
    axes = sheet.window(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP)
    farthest = max([chart.reach, *plot.finite(rows, "libelle")], default=1.0) or 1.0
    axes.set(xlim=(0, farthest * 1.03), ylim=(0, 1))
    plot.ticks(axes.xaxis, number)
    plot.ticks(axes.yaxis, plot.percent_tick)
    axes.set(xlabel=AXES[0])
    sheet.text(0, TOP - 2.5, AXES[1], theme.AXIS_PT, color=theme.SOFT)
    if chart.margin:
        axes.axhline(chart.margin, **_GUIDE, linestyle=_DASHES[2])
        up = BOTTOM - chart.margin * (BOTTOM - TOP)
        sheet.text(LEFT + 1, up - 0.8, TARGET_LINE, theme.AXIS_PT, color=theme.SOFT)
    if chart.reach:
        axes.axvline(chart.reach, **_GUIDE)
        across = LEFT + chart.reach / (farthest * 1.03) * (RIGHT - LEFT)
        sheet.text(across, TOP - 0.8, PLANNED, theme.AXIS_PT, color=theme.SOFT, ha="center")
    order = list(dict.fromkeys(c.rsplit("_", 1)[0] for c in columns))
    ends, names = [], []
    for column, name in zip(columns, chart.series or columns, strict=True):
        curve, _, variant = column.rpartition("_")
        look: dict[str, Any] = {
            "color": theme.CURVES[order.index(curve) % len(theme.CURVES)],
            "linestyle": _DASHES[(int(variant) - 1) % len(_DASHES)],
        }
        axes.plot(rows["libelle"], rows[column], **look, linewidth=1.8, marker="o", markersize=2.5)
        ends.append(float(rows[column].iloc[-1]))
        names.append((wrap(printable(name), WIDTH - RIGHT - 12, theme.NOTE_PT, lines=2), look))
    _name(sheet, ends, names)
    return sheet


def _name(sheet: Sheet, ends: list[float], names: list[tuple[list[str], dict[str, Any]]]) -> None:
    """Write names at the right from the highest curve down, none over another."""
    step = LEADING * 0.95
    y = TOP
    room = [len(lines) * step + 1.6 for lines, _ in names]
    order = sorted(range(len(ends)), key=lambda k: -ends[k])
    for place, k in enumerate(order):
        lines, look = names[k]
        wanted = BOTTOM - ends[k] * (BOTTOM - TOP) - len(lines) * step / 2
        last = BOTTOM + 2 - sum(room[j] for j in order[place:])
        y = max(y, min(wanted, last))
        sheet.rule(RIGHT + 2, y + step / 2, RIGHT + 9, y + step / 2, **look, linewidth=1.8)
        for row, line in enumerate(lines):
            sheet.text(RIGHT + 11, y + (row + 0.75) * step, line)
        y += room[k]
