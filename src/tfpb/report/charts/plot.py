"""What charts share: a page in millimetres, a scale with round ticks, rows with labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tfpb.report import theme
from tfpb.report.print_map.canvas import POINT_MM, Sheet, printable, text_width_mm, wrap
from tfpb.words.numbers import THIN, number

if TYPE_CHECKING:
    import pandas as pd

WIDTH: Final = 168.0
"""Width of a chart, millimetres: the text width of an A4 page."""
LABEL_PT: Final = 8.5
NOTE_PT: Final = 7.5
TICK_PT: Final = 7.5
LEADING: Final = LABEL_PT * POINT_MM * 1.2


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale: values `low…high` on `left…right` millimetres, ticks every `step`."""

    low: float
    high: float
    left: float
    right: float
    step: float

    def __call__(self, value: float) -> float:
        """Place a value, in millimetres; one beyond the scale stops at its end."""
        share = (value - self.low) / (self.high - self.low)
        return self.left + min(max(share, -0.02), 1.02) * (self.right - self.left)

    def ticks(self) -> list[float]:
        """Return the round values of the scale."""
        first = math.ceil(self.low / self.step - 1e-9)
        last = math.floor(self.high / self.step + 1e-9)
        return [k * self.step for k in range(first, last + 1)]


def nice_step(span: float, wanted: int = 5) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that cuts a span in about so many parts."""
    raw = span / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(raw)) if raw > 0 else 1.0
    return next(power * k for k in (1, 2, 5, 10) if power * k >= raw * 0.999)


def span_of(values: list[float], *, around_zero: bool = False, least: float = 0.1) -> Any:
    """Return `low, high, step` that hold every finite value, ends rounded to a step."""
    finite = [v for v in values if math.isfinite(v)] or [0.0]
    low, high = min(finite), max(finite)
    if around_zero:
        reach = max(abs(low), abs(high), least) * 1.04  # an interval never ends on the frame
        step = nice_step(2 * reach)
        reach = math.ceil(reach / step * 2 - 1e-9) * step / 2
        return -reach, reach, step
    if high - low < least:
        middle = (high + low) / 2
        low, high = middle - least / 2, middle + least / 2
    step = nice_step(high - low)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def value_of(row: Any, name: str) -> float:
    """Read a number of a row; missing or absent is NaN."""
    value = getattr(row, name, None)
    try:
        return float("nan") if value is None else float(value)
    except (TypeError, ValueError):
        return float("nan")


def text_of(row: Any, name: str) -> str:
    """Read a text of a row; missing is empty."""
    value = getattr(row, name, "")
    return "" if value is None or value != value else str(value)  # noqa: PLR0124


def numbers(rows: pd.DataFrame, *names: str) -> list[float]:
    """Return every finite number of some columns, those that exist."""
    out = []
    for name in names:
        if name in rows:
            out += [float(v) for v in rows[name] if v is not None and math.isfinite(float(v))]
    return out


def row_label(sheet: Sheet, x: float, middle: float, text: str, width: float, **kw: Any) -> None:
    """Write a label of one or two lines, centred on the row."""
    lines = wrap(text, width, LABEL_PT, lines=2)
    y = middle - (len(lines) - 1) * LEADING / 2 + LABEL_PT * POINT_MM * 0.35
    for line in lines:
        sheet.text(x, y, line, LABEL_PT, **kw)
        y += LEADING


def axis(sheet: Sheet, scale: Scale, top: float, bottom: float, say: Any, unit: str = "") -> None:
    """Draw light vertical rules at the ticks, and say their value under them."""
    for tick in scale.ticks():
        x = scale(tick)
        sheet.rule(x, top, x, bottom, color=theme.RULE, linewidth=0.5, zorder=0)
        sheet.text(x, bottom + 3.6, say(tick), TICK_PT, ha="center", color=theme.SOFT)
    if unit:
        sheet.text(
            (scale.left + scale.right) / 2,
            bottom + 7.4,
            printable(unit),
            TICK_PT,
            ha="center",
            color=theme.SOFT,
        )


def points_tick(value: float) -> str:
    """Say a tick of gaps, in points."""
    shown = round(value * 100, 6)
    return "0" if abs(shown) < 1e-6 else number(shown, 0 if shown == int(shown) else 1, sign=True)  # noqa: PLR2004


def percent_tick(value: float) -> str:
    """Say a tick of proportions."""
    return f"{number(round(value * 100, 6))}{THIN}%"


def whisker(
    sheet: Sheet, scale: Scale, y: float, low: float, high: float, *, thick: bool, colour: str
) -> None:
    """Draw an interval: thick for 90 %, thin for 95 %."""
    if math.isfinite(low) and math.isfinite(high):
        width = 3.0 if thick else 0.9
        sheet.rule(scale(low), y, scale(high), y, color=colour, linewidth=width, zorder=3)


def dot(sheet: Sheet, x: float, y: float, *, fill: str, edge: str, size: float = 6.0) -> None:
    """Draw a round mark."""
    sheet.layer.plot(
        [x],
        [y],
        marker="o",
        markersize=size,
        color=fill,
        markeredgecolor=edge,
        markeredgewidth=1.3,
        zorder=5,
    )


def bar(
    sheet: Sheet, x0: float, x1: float, y: float, height: float, colour: str, **kw: Any
) -> None:
    """Draw a horizontal bar centred on `y`."""
    kw.setdefault("linewidth", 0)
    sheet.layer.fill_between([x0, x1], y - height / 2, y + height / 2, facecolor=colour, **kw)


def fits(text: str, width: float, size_pt: float = LABEL_PT, *, bold: bool = False) -> bool:
    """Tell whether a line fits a width, with a breath on each side."""
    return text_width_mm(text, size_pt, bold=bold) + 1.2 <= width
