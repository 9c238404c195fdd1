"""The right column of a sheet: figures, satisfaction, sentences and doubts; or a table of quarters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, Sheet, shorten, text_width_mm, wrap
from tfpb.report.cell_values import printable
from tfpb.report.charts import plot
from tfpb.report.print_map.views import COLUMN_W, COLUMN_X, MAP_H, MAP_Y, OverviewView, known
from tfpb.words.numbers import euros, number, percent, points
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from tfpb.model.location import GapLine, QpvPage

GAPS_AROUND: Final = 20.0
"""Height of what goes with the satisfaction lines: their scope, their scale, its words."""
LINE: Final = 1.32
"""Line spacing of the paragraphs."""
TITLE: Final = 7.4
"""Height of a title with the space above it."""
RIGHT: Final = COLUMN_X + COLUMN_W
ROW: Final = 7.0
SECOND: Final = 3.4
"""Height of the second line of a long name."""
_NUMBERS: Final = (COLUMN_W - 36.0, COLUMN_W - 18.0, COLUMN_W)
"""Right ends of the columns of the table."""
_END: Final = re.compile(r"(?<=[.?])(?= \w)")
_SOFT: Final[dict[str, Any]] = {"color": theme.SOFT}


def column(sheet: Sheet, page: QpvPage) -> None:
    """Write the right column: figures, three satisfaction lines, sentences.

    What stands below is set smaller when it is long, then loses its last sentences: they stand whole on
    the quarter's own page. The modelled share is there when nothing is lost for it.
    """
    bottom = MAP_Y + MAP_H + 4.0
    y = _title(sheet, MAP_Y + 2.6, words.PAGE_STOCK)
    y = _figures(sheet, y, page.figures)
    y = _title(sheet, y + 1.2, words.tenants_title(page.wave))
    sentences = (*page.sentences, *filter(None, [page.modelled]))
    spare = bottom - y - _needs(sentences, 7.5) - GAPS_AROUND
    y = _gaps(sheet, y, page, min(max(spare / max(len(page.gaps), 1), 13.4), 15.0))
    if y + _needs(sentences, theme.MIN_PT) > bottom:
        sentences = page.sentences
    size = next((s for s in (8.5, 8.0, 7.5) if y + _needs(sentences, s) <= bottom), theme.MIN_PT)
    y = _title(sheet, y + 1.2, words.PAGE_READING) if sentences else y
    for text in sentences:
        room = int((bottom - y) / (size * POINT_MM * LINE)) + 1
        held = _whole(text, room, size)
        if not held:
            break
        sheet.text(COLUMN_X, y, "–", size, **_SOFT)
        y = sheet.block(COLUMN_X + 3, y, held, COLUMN_W - 3, size, spacing=LINE) + 0.6


def _whole(text: str, room: int, size: float) -> str:
    """Return the sentences of a text, from the first, that so many lines hold: none is cut."""
    ends = [*(m.end() for m in _END.finditer(text)), len(text)]
    return next(
        (text[:end] for end in reversed(ends) if len(wrap(text[:end], COLUMN_W - 3, size)) <= room),
        "",
    )


def _needs(texts: tuple[str, ...], size: float) -> float:
    """Height of paragraphs with their title, millimetres; no text needs no height."""
    if not texts:
        return 0.0
    lines = sum(len(wrap(text, COLUMN_W - 3, size)) for text in texts)
    return TITLE + lines * size * POINT_MM * LINE + 0.6 * len(texts)


def _title(sheet: Sheet, y: float, title: str) -> float:
    sheet.text(COLUMN_X, y, title, 9.5, fontweight="bold", color=theme.ACCENT)
    sheet.rule(COLUMN_X, y + 1.5, RIGHT, y + 1.5)
    return y + 6.2


def _figures(sheet: Sheet, y: float, figures: tuple[tuple[str, str, str], ...]) -> float:
    """Write the figures two a row: value large, what it is, its detail."""
    half = (COLUMN_W - 4) / 2
    look: dict[str, Any] = {"lines": 2, "spacing": 1.22}
    for first in range(0, len(figures), 2):
        row, low = figures[first : first + 2], y
        for left, (label, value, detail) in zip((COLUMN_X, COLUMN_X + half + 4), row, strict=False):
            text = shorten(printable(value), half, 14, bold=True)
            across, below, room = left, y + 4.9, half
            if len(row) == 1:  # alone on its row: its words stand beside it, to the end of the row
                across += text_width_mm(text, 14, bold=True) + 3
                below, room = y - 0.4, RIGHT - across
                look = {"lines": 1, "spacing": 1.05}
            sheet.text(left, y + 1.0 + (1.2 if len(row) == 1 else 0), text, 14, fontweight="bold")
            here = sheet.block(across, below, label, room, 8, **look)
            if detail:
                here = sheet.block(across, here, detail, room, 7.5, **look, **_SOFT)
            low = max(low, here)
        y = low + 1.8
    return y


def _gaps(sheet: Sheet, y: float, page: QpvPage, row: float) -> float:
    """Draw each gap under its words, all on one axis."""
    if page.gap_scope:
        look = {"bold": True} if page.borrowed else _SOFT
        y = sheet.block(COLUMN_X, y - 1.4, page.gap_scope, COLUMN_W, 7, lines=2, **look) + 0.6
    if not page.gaps:
        return sheet.block(COLUMN_X, y, words.PAGE_NO_GAP, COLUMN_W, 8.5, **_SOFT) + 1
    middles = y + 7.6 + row * np.arange(len(page.gaps))
    for line, middle in zip(page.gaps, middles, strict=True):
        _gap_words(sheet, line, float(middle) - 4.4)
    foot = float(middles[-1]) + 3.6
    ends = [(g.gap, *(g.ic90 or (None, None)), *(g.ic95 or (None, None))) for g in page.gaps]
    fields = ("ecart", *plot.INTERVALS)
    marks = plot.table(pd.DataFrame(ends, columns=list(fields)), *fields)
    shown = marks["ecart"].notna().to_numpy()
    if not shown.any():  # no gap may be read: no scale to read it on
        return foot + 1.0
    seen = [page.margin * 2, page.reach, *plot.finite(marks, *fields)]
    place = (COLUMN_X + 1, RIGHT - 1, y, foot)
    bands = [(float(m) - 2.6, float(m) + 2.6) for m in middles[shown]]
    axes = plot.gap_axes(sheet, place, seen, page.margin, bands=bands)
    plot.gap_marks(axes, marks, middles)
    plot.ticks(axes.xaxis, plot.points_tick, 7)
    axes.grid(visible=False)
    axes.spines["bottom"].set(visible=True, color=theme.STREET_EDGE)
    axes.tick_params(labelsize=theme.MIN_PT, length=2.2, width=0.6, pad=1.5)
    y = foot + 6.8
    sheet.text(COLUMN_X, y, words.PAGE_LOWER, 7, **_SOFT)
    sheet.text(RIGHT, y, words.PAGE_HIGHER, 7, ha="right", **_SOFT)
    band = words.margin_band(page.margin)
    sheet.text((COLUMN_X + RIGHT) / 2, y, band, 7, ha="center", **_SOFT)
    return y + 4.6


def _gap_words(sheet: Sheet, line: GapLine, y: float) -> None:
    """Write the question and its gap; under them the verdict, the levels and the sample size."""
    gap = points(line.gap) if line.gap is not None else ""
    room = COLUMN_W - text_width_mm(gap, 8.5, bold=True) - 2
    label = shorten(printable(line.label), room, 8.5, bold=True)
    sheet.text(COLUMN_X, y - 3.5, label, 8.5, fontweight="bold")
    sheet.text(RIGHT, y - 3.5, gap, 8.5, ha="right", fontweight="bold")
    size = words.interviews(line.n, line.n_qpv, line.n_hors) if line.n else ""
    ways = [size]
    if line.qpv is not None and line.hors is not None:
        both = {"qpv": percent(line.qpv), "hors": percent(line.hors), "size": size}
        ways = [*(way.format(**both) for way in words.LEVELS), size]
    # the verdict is never cut to make room for levels
    verdict = printable(f"{line.sign} {line.words}".strip())
    free = COLUMN_W - text_width_mm(verdict, 7.5) - 2
    right = next((w for w in ways if text_width_mm(w, 7) <= free), ways[-1])
    room = COLUMN_W - text_width_mm(right, 7) - 2
    sheet.text(COLUMN_X, y, shorten(verdict, room, 7.5), 7.5)
    sheet.text(RIGHT, y, right, 7, ha="right", **_SOFT)


def quarters(sheet: Sheet, view: OverviewView) -> None:
    """List the quarters by dwellings; those that do not fit are counted."""
    x, y = COLUMN_X, MAP_Y + 2.6
    sheet.text(x, y, words.OVERVIEW_TABLE, 9.5, fontweight="bold", color=theme.ACCENT)
    if view.question:
        y += 3.8
        sheet.text(x, y, shorten(printable(view.question), COLUMN_W, 7), 7, **_SOFT)
    y += 4.4
    for right, text in zip(_NUMBERS, words.OVERVIEW_COLUMNS, strict=True):
        sheet.lines(x + right, y, text.split("\n"), 3.1, 7, ha="right", **_SOFT)
    y += 4.6
    sheet.rule(x, y, RIGHT, y, color=theme.ACCENT, linewidth=1.0)
    shown = 0
    for row in plot.each(view.quarters):
        name = wrap(str(row.nom), _NUMBERS[0] - 11, 8, lines=2)
        low = y + ROW + (len(name) - 1) * SECOND
        if low > MAP_Y + MAP_H - 12:
            break
        shown += 1
        amounts = (row.abattement_par_logement_eur, row.valorise_par_logement_eur)
        values = (number(known(row.logements)), *(euros(known(v)) for v in amounts))
        for right, text in zip(_NUMBERS, values, strict=True):
            sheet.text(x + right, y + ROW - 2.5, text, ha="right")
        sheet.lines(x, y + ROW - 2.5, name, SECOND)
        y, code = low, str(row.code_qpv)
        under = printable(" · ".join(filter(None, (code, view.gaps.get(code, "")))))
        sheet.text(x, y + 0.4, shorten(under, COLUMN_W, 7), 7, **_SOFT)
        sheet.rule(x, y + 1.2, RIGHT, y + 1.2, color=theme.HAIRLINE)
    if shown < len(view.quarters):
        more = words.OVERVIEW_MORE.format(rest=len(view.quarters) - shown)
        sheet.text(x, y + 6, more, 7.5, **_SOFT)
    if view.doubts:
        sheet.text(x, MAP_Y + MAP_H - 1.5, words.OVERVIEW_DOUBTS.format(count=view.doubts))
