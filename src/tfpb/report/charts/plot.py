"""What charts share: rows of numbers, axes whose other side runs in millimetres, axes of gaps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, Sheet, wrap
from tfpb.words.numbers import THIN, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]

WIDTH: Final = 168.0
"""Width of a chart, millimetres: the text width of an A4 page."""
LABEL_PT: Final = 8.5
LEADING: Final = LABEL_PT * POINT_MM * 1.2
INTERVALS: Final = ("ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut")
_HALF_LINE: Final = 1.1
"""From the middle of a line of text to its baseline, millimetres."""


def table(rows: pd.DataFrame, *numbers: str) -> pd.DataFrame:
    """Return rows numbered from 0: these columns as floats (NaN where absent), the others as text."""
    texts = [c for c in rows if c not in numbers]
    out = pd.DataFrame({c: rows[c].fillna("").astype(str) for c in texts}, index=rows.index)
    for name in numbers:
        values = rows[name] if name in rows else pd.Series(np.nan, rows.index)
        out[name] = pd.to_numeric(values, errors="coerce").astype(float)
    return out.reset_index(drop=True)


def each(rows: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a table, a value a column."""
    yield from rows.itertuples(index=False)


def finite(rows: pd.DataFrame, *names: str) -> list[float]:
    """Return every finite number of some columns."""
    values = rows[list(names)].to_numpy(dtype=float).ravel()
    return [float(v) for v in values[np.isfinite(values)]]


def ticks(axis: Axis, write: Callable[[float], str], count: int = 5) -> None:
    """Set round ticks written by `write`, with a light rule at each."""
    axis.set_major_locator(MaxNLocator(count, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    axis.grid(visible=True)


def limits(values: Sequence[float], *, least: float) -> tuple[float, float]:
    """Return round ends that hold every value, at least that far apart."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    spare = max(0.0, least - (high - low)) / 2
    ends = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low - spare, high + spare)
    return float(ends[0]), float(ends[-1])


def row_axes(sheet: Sheet, left: float, right: float, top: float, bottom: float) -> Axes:
    """Open axes for one mark a row: across in data, down in millimetres of the page."""
    axes = sheet.window(left, top, right - left, bottom - top)
    axes.set(ylim=(bottom, top), yticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)
    return axes


def gap_axes(
    sheet: Sheet,
    place: tuple[float, float, float, float],
    values: Sequence[float],
    margin: float,
) -> Axes:
    """Open axes of gaps QPV − hors QPV, zero in the middle, over the band of equivalence.

    `place` is in millimetres; `values`, which must be visible, and `margin` (0 for none) are proportions.
    """
    axes = row_axes(sheet, *place)
    reach = max([0.1, margin * 1.6, *map(abs, values)]) * 1.04  # no interval ends on the frame
    axes.set_xlim(-reach, reach)
    top, bottom = place[2:]
    axes.fill_betweenx(
        [top, bottom], -margin, margin, color=theme.MARGIN_BAND, linewidth=0, zorder=0.5
    )
    axes.vlines(0, top, bottom, color=theme.INK, linewidth=1.0, zorder=1)
    ticks(axes.xaxis, points_tick)
    return axes


def gap_marks(axes: Axes, rows: pd.DataFrame, y: Array) -> None:
    """Draw dots with a thick 90 % and a thin 95 % interval at these heights; no gap, no mark."""
    known = rows["ecart"].notna().to_numpy()
    rows, y = rows[known], y[known]
    for level, width in (("95", 0.9), ("90", 3.0)):
        axes.hlines(
            y, rows[f"ic{level}_bas"], rows[f"ic{level}_haut"], color=theme.INK, linewidth=width,
            zorder=3,
        )  # fmt: skip
    dots(axes, rows["ecart"], y, fill=theme.INK, edge=theme.PAPER)


def dots(axes: Axes, x: Any, y: Any, *, fill: str, edge: str, size: float = 6.0) -> None:
    """Draw round marks."""
    axes.plot(
        x, y, "o", markersize=size, color=fill, markeredgecolor=edge, markeredgewidth=1.3,
        zorder=5, clip_on=False,
    )  # fmt: skip


def row_text(sheet: Sheet, x: float, middle: float, text: str, size: float, **look: Any) -> None:
    """Write one line whose letters are centred on a row."""
    sheet.text(x, middle + _HALF_LINE, text, size, **look)


def row_label(sheet: Sheet, x: float, middle: float, text: str, width: float) -> None:
    """Write a label of one or two lines, centred on the row."""
    lines = wrap(text, width, LABEL_PT, lines=2)
    first = middle + _HALF_LINE - (len(lines) - 1) / 2 * LEADING
    sheet.lines(x, first, lines, LEADING, LABEL_PT)


def count(n: float) -> str:
    """Write a sample size; « – » when missing."""
    return number(None if math.isnan(n) else int(n))


def points_tick(value: float) -> str:
    """Write a tick of gaps, in points."""
    shown = round(value * 100, 6)
    return number(shown, 0 if shown.is_integer() else 1, sign=True) if shown else "0"


def percent_tick(value: float) -> str:
    """Write a tick of proportions."""
    return f"{number(round(value * 100, 6))}{THIN}%"
