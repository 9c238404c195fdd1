"""The right column of a quarter's page: figures, three satisfaction lines, sentences, doubts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, printable, shorten, text_width_mm, wrap
from tfpb.report.print_map.map_panel import COLUMN_W, COLUMN_X, MAP_H, MAP_Y
from tfpb.report.print_map.map_window import symbols
from tfpb.words.numbers import number, percent, points
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.maps import GapLine, QpvPage
    from tfpb.report.canvas import Sheet

GAPS_AROUND: Final = 20.0
"""Height of what goes with the satisfaction lines: their scope, their scale, its words."""
LINE: Final = 1.32
"""Line spacing of the paragraphs."""


def column(sheet: Sheet, page: QpvPage) -> None:
    """Write the right column: figures, three satisfaction lines, sentences, doubts.

    What stands below is set smaller when it is long; sentences may be cut, doubts are not.
    """
    x, width = COLUMN_X, COLUMN_W
    bottom = MAP_Y + MAP_H + 1.0
    y = _title(sheet, MAP_Y + 2.6, words.PAGE_STOCK)
    y = _figures(sheet, x, y, width, page.figures)
    y = _title(sheet, y + 1.2, words.tenants_title(page.wave))
    below = _needs(page.sentences, width, 7.5) + _needs(page.doubts, width, 7.5)
    spare = bottom - y - below - GAPS_AROUND
    row = min(max(spare / max(len(page.gaps), 1), 14.0), 15.0)
    y = _gaps(sheet, x, y, width, page, row)
    size = next(
        (
            s
            for s in (8.5, 8.0, 7.5, 7.0)
            if y + _needs(page.sentences, width, s) + _needs(page.doubts, width, s) <= bottom
        ),
        7.0,
    )
    # doubts are never what is cut: their room is kept, the sentences share the rest
    kept = min(_needs(page.doubts, width, size), 7.4 + 4 * size * POINT_MM * LINE)
    y = _paragraphs(sheet, y, page.sentences, words.PAGE_READING, size, bottom - kept)
    _paragraphs(sheet, y, page.doubts, words.PAGE_DOUBTS, size, bottom + 1.0)


def _paragraphs(
    sheet: Sheet, y: float, texts: tuple[str, ...], title: str, size: float, bottom: float
) -> float:
    if not texts:
        return y
    y = _title(sheet, y + 1.2, title, doubt=title == words.PAGE_DOUBTS)
    for text in texts:
        room = int((bottom - y) / (size * POINT_MM * LINE)) + 1
        if room < 1:
            break
        sheet.text(COLUMN_X, y, "–", size, color=theme.SOFT)
        y = sheet.block(COLUMN_X + 3, y, text, COLUMN_W - 3, size, lines=room, spacing=LINE) + 0.6
    return y


def _needs(texts: tuple[str, ...], width: float, size: float) -> float:
    """Height of paragraphs with their title, millimetres; nothing needs nothing."""
    if not texts:
        return 0.0
    lines = sum(len(wrap(text, width - 3, size)) for text in texts)
    return 7.4 + lines * size * POINT_MM * LINE + 0.6 * len(texts)


def _title(sheet: Sheet, y: float, title: str, *, doubt: bool = False) -> float:
    x = COLUMN_X
    if doubt:
        symbols(sheet.layer, [x + 1.4], [y - 1.1], [1.2], ["a_verifier"])
        x += 4.2
    sheet.text(x, y, title, 9.5, fontweight="bold", color=theme.ACCENT)
    sheet.rule(COLUMN_X, y + 1.5, COLUMN_X + COLUMN_W, y + 1.5)
    return y + 6.2


def _figures(
    sheet: Sheet, x: float, y: float, width: float, figures: tuple[tuple[str, str, str], ...]
) -> float:
    """Write the figures two a row: value large, what it is, its detail."""
    half = (width - 4) / 2
    rows = [figures[i : i + 2] for i in range(0, len(figures), 2)]
    for row in rows:
        low = y
        for k, (label, value, detail) in enumerate(row):
            # a figure alone on its row takes the whole width: value left, words beside
            room = width if len(row) == 1 else half
            left = x + k * (half + 4)
            here = y + 1.0
            if len(row) == 1:
                here += 1.2  # its words stand higher than its value: clear of the row above
                text = shorten(printable(value), width * 0.5, 14, bold=True)
                sheet.text(left, here, text, 14, fontweight="bold", color=theme.INK)
                beside = left + text_width_mm(text, 14, bold=True) + 3
                rest = room - (beside - left)
                sheet.text(beside, here - 2.6, shorten(printable(label), rest, 8), 8)
                sheet.text(
                    beside, here + 0.6, shorten(printable(detail), rest, 7.5), 7.5, color=theme.SOFT
                )
                low = max(low, here + 3.2)
                continue
            text = shorten(printable(value), half, 14, bold=True)
            sheet.text(left, here, text, 14, fontweight="bold", color=theme.INK)
            here = sheet.block(left, here + 3.9, label, half, 8, lines=2, spacing=1.22)
            if detail:
                here = sheet.block(
                    left, here, detail, half, 7.5, lines=2, spacing=1.22, color=theme.SOFT
                )
            low = max(low, here)
        y = low + 1.8
    return y


def _gaps(sheet: Sheet, x: float, y: float, width: float, page: QpvPage, row: float) -> float:
    if page.gap_scope:
        y = sheet.block(x, y - 1.4, page.gap_scope, width, 7, color=theme.SOFT, lines=2) + 0.6
    lines = page.gaps
    if not lines:
        return sheet.block(x, y, words.PAGE_NO_GAP, width, 8.5, color=theme.SOFT) + 1
    reach = _reach(lines, page.margin)
    left, right = x + 1.0, x + width - 1.0

    def at(gap: float) -> float:
        return left + (gap + reach) / (2 * reach) * (right - left)

    middle = [y + 7.6 + i * row for i in range(len(lines))]
    foot = middle[-1] + 3.6
    for line, centre in zip(lines, middle, strict=True):
        if line.gap is None:
            continue  # no number may be read: no scale to read it on
        sheet.layer.fill_between(
            [at(-page.margin), at(page.margin)],
            centre - 2.6,
            centre + 2.6,
            color=theme.MARGIN_BAND,
            linewidth=0,
            zorder=1,
        )
        sheet.rule(
            at(0), centre - 2.9, at(0), centre + 2.9, color=theme.INK, linewidth=0.9, zorder=2
        )
    for line, centre in zip(lines, middle, strict=True):
        _gap_words(sheet, line, x, centre - 4.4, width)
        _gap_mark(sheet, line, at, centre)
    if all(line.gap is None for line in lines):
        return foot + 1.0
    sheet.rule(left, foot, right, foot, color=theme.STREET_EDGE)
    step = next(s for s in (0.05, 0.1, 0.2, 0.5) if reach / s <= 3)  # noqa: PLR2004
    for k in range(-3, 4):
        tick = k * step
        if abs(tick) <= reach + 1e-9:
            sheet.rule(at(tick), foot, at(tick), foot + 0.8, color=theme.STREET_EDGE)
            text = number(tick * 100, sign=True) if k else "0"
            sheet.text(at(tick), foot + 3.6, text, 7, ha="center", color=theme.SOFT)
    y = foot + 6.8
    sheet.text(x, y, words.PAGE_LOWER, 7, color=theme.SOFT)
    sheet.text(x + width, y, words.PAGE_HIGHER, 7, ha="right", color=theme.SOFT)
    sheet.text(x + width / 2, y, words.margin_band(page.margin), 7, ha="center", color=theme.SOFT)
    return y + 4.6


def _reach(lines: tuple[GapLine, ...], margin: float) -> float:
    ends = [abs(v) for line in lines for pair in (line.ic95, line.ic90) if pair for v in pair]
    ends += [abs(line.gap) for line in lines if line.gap is not None]
    return float(np.ceil(max([*ends, margin * 2, 0.1]) * 20 + 0.2) / 20)


def _gap_words(sheet: Sheet, line: GapLine, x: float, y: float, width: float) -> None:
    verdict = f"{line.sign} {line.words}".strip()
    gap = points(line.gap) if line.gap is not None else ""
    gap_width = text_width_mm(gap, 8.5, bold=True) if gap else 0.0
    label = shorten(printable(line.label), width - gap_width - 2, 8.5, bold=True)
    sheet.text(x, y - 3.5, label, 8.5, fontweight="bold")
    if gap:
        sheet.text(x + width, y - 3.5, gap, 8.5, ha="right", fontweight="bold")
    size = words.interviews(line.n, line.n_qpv, line.n_hors) if line.n > 0 else ""
    ways = [size]
    if line.qpv is not None and line.hors is not None:
        qpv, hors = percent(line.qpv), percent(line.hors)
        ways = [f"QPV {qpv} · hors {hors} · {size}", f"{qpv} contre {hors} · {size}", size]
    # the verdict is never cut to make room for levels
    free = width - text_width_mm(printable(verdict), 7.5) - 2
    right = next((w for w in ways if text_width_mm(w, 7) <= free), ways[-1])
    room = width - text_width_mm(right, 7) - 2
    sheet.text(x, y, shorten(printable(verdict), room, 7.5), 7.5)
    sheet.text(x + width, y, right, 7, ha="right", color=theme.SOFT)


def _gap_mark(sheet: Sheet, line: GapLine, at: Callable[[float], float], y: float) -> None:
    if line.gap is None:
        return
    for interval, width in ((line.ic95, 0.9), (line.ic90, 2.6)):
        if interval:
            sheet.rule(
                at(interval[0]), y, at(interval[1]), y, color=theme.INK, linewidth=width, zorder=3
            )
    sheet.layer.plot(
        [at(line.gap)],
        [y],
        marker="o",
        markersize=5.2,
        color=theme.INK,
        markeredgecolor=theme.PAPER,
        markeredgewidth=0.8,
        zorder=4,
    )
