"""One drawing a chart, whatever its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.report import Chart, ChartKind
from tfpb.report import theme
from tfpb.report.canvas import Sheet, save_svg, style
from tfpb.report.charts.gaps import funnels, gaps, need
from tfpb.report.charts.plot import LABEL_PT, WIDTH
from tfpb.report.charts.scatter import spending
from tfpb.report.charts.shares import slopes, stacked
from tfpb.words.places.map_words import CHART_EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable


_DRAWERS: Final[dict[ChartKind, Callable[[Chart], Sheet]]] = {
    ChartKind.GAPS: gaps,
    ChartKind.STACKED: stacked,
    ChartKind.SLOPES: slopes,
    ChartKind.NEED: need,
    ChartKind.FUNNEL: funnels,
    ChartKind.SPENDING: spending,
}


def draw(chart: Chart) -> dict[str, bytes]:
    """Draw a chart as `svg`: 168 mm wide, as high as its rows need. Same chart, same bytes.

    See the package for the columns of each kind.
    """
    with style():
        sheet = _DRAWERS[chart.kind](chart) if len(chart.rows) else _empty()
        return {"svg": save_svg(sheet.figure, title=chart.title)}


def _empty() -> Sheet:
    sheet = Sheet(WIDTH, 12.0)
    sheet.text(0, 7.0, CHART_EMPTY, LABEL_PT, color=theme.SOFT)
    return sheet
