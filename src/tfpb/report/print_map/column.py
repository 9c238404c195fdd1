"""The right column of a sheet: stock and money, satisfaction, what is left to do; or a table of quarters."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from matplotlib.patches import Rectangle

from tfpb.report import theme
from tfpb.report.canvas import Sheet, shorten, text_width_mm, wrap
from tfpb.report.cell_values import printable
from tfpb.report.charts import plot
from tfpb.report.print_map import labels
from tfpb.report.print_map.views import COLUMN_W, COLUMN_X, MAP_H, MAP_Y, OverviewView, known
from tfpb.words.documents import quarter_page as page_words
from tfpb.words.numbers import euros, number, percent
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tfpb.model.location import Bar, GapLine, QpvPage
    from tfpb.report.print_map.window import Numbered

BAR: Final = 2.6
"""Height of a bar, millimetres."""
_LEAST: Final = 34.0
"""Least room next to a figure for what it is."""
_LEVELS: Final = 40.0
"""Width of two levels and of the line between them."""
_ENDS: Final = (17.0, 16.0)
"""Width of what a line is worth, and of its day."""
_TASK_STEP: Final = 3.2
_NOTE_STEP: Final = 3.0
RIGHT: Final = COLUMN_X + COLUMN_W
ROW: Final = 7.0
SECOND: Final = 3.4
"""Height of the second line of a long name."""
_NUMBERS: Final = (COLUMN_W - 36.0, COLUMN_W - 18.0, COLUMN_W)
"""Right ends of the columns of the table."""
_SOFT: Final[dict[str, Any]] = {"color": theme.SOFT}
_HATCHED: Final[dict[str, Any]] = {
    "facecolor": theme.PAPER, "edgecolor": theme.ACCENT, "hatch": "//////",
}  # fmt: skip
_DOTTED: Final[dict[str, Any]] = {
    "facecolor": theme.PAPER, "edgecolor": theme.ACCENT, "hatch": "....",
}  # fmt: skip
_OPEN: Final[dict[str, Any]] = {"facecolor": theme.PAPER}
_PARTS: Final[dict[str, dict[str, Any]]] = {
    "logements_abattus": {"facecolor": theme.HOMES[0]},
    "logements_exoneres": {"facecolor": theme.HOMES[1]},
    "logements_a_reclamer": {"facecolor": theme.HOMES[2]},
    "logements_non_lus": _HATCHED,
    "logements_droit_non_etabli": _HATCHED,
    "logements_sans_avis": _OPEN,
    "prouve": {"facecolor": theme.DANS},
    "a_revoir": _DOTTED,
    "a_prouver": _HATCHED,
    "reste_a_justifier": _OPEN,
}
"""Look of each part of a bar, by its claim."""


def column(sheet: Sheet, page: QpvPage, shown: Numbered) -> None:
    """Write the right column: stock and money, satisfaction lines, what is left to do.

    What does not fit is counted; notes are there when nothing is lost for them. `shown` is what the map
    numbers.
    """
    bottom = MAP_Y + MAP_H + 2.0
    y = _title(sheet, MAP_Y + 2.6, words.PAGE_STOCK)
    for figure, bar in zip(page.figures, page.bars, strict=True):
        y = _figure(sheet, y, figure, bar)
    for line in page.lines:
        y = sheet.block(COLUMN_X, y, line, COLUMN_W, 7.5, spacing=1.22) + 0.3
    y = _title(sheet, y + 2.0, words.tenants_title(page.wave))
    y = _answers(sheet, y, page)
    y = _title(sheet, y + 2.0, words.PAGE_TASKS)
    y = _tasks(sheet, y, page, shown.homes, bottom)
    if shown.named:
        names = " · ".join(f"{number} {name}" for number, name in shown.named)
        lines = int((bottom - y) / _NOTE_STEP) + 1
        if lines > 0:
            text = page_words.NUMBERED.format(names=names)
            y = sheet.block(COLUMN_X, y, text, COLUMN_W, 7, lines=lines, spacing=1.2) + 0.4
    for text in page.notes:
        if y + _NOTE_STEP * (len(wrap(text, COLUMN_W, 7)) - 1) <= bottom:
            y = sheet.block(COLUMN_X, y, text, COLUMN_W, 7, spacing=1.2, **_SOFT) + 0.4


def _title(sheet: Sheet, y: float, title: str) -> float:
    sheet.text(COLUMN_X, y, title, 9.5, fontweight="bold", color=theme.ACCENT)
    sheet.rule(COLUMN_X, y + 1.5, RIGHT, y + 1.5)
    return y + 6.0


def _figure(sheet: Sheet, y: float, figure: tuple[str, str, str], bar: Bar) -> float:
    """Write a figure large, what it is next to it, then its bar and the words of it."""
    label, value, detail = figure
    text = shorten(printable(value), COLUMN_W, 14, bold=True)
    sheet.text(COLUMN_X, y + 1.0, text, 14, fontweight="bold")
    across = COLUMN_X + text_width_mm(text, 14, bold=True) + 1.6
    if RIGHT - across < _LEAST:  # words in place of a figure: what they are of stands under them
        across, y = COLUMN_X, y + 4.4
    below = sheet.block(across, y + 1.0, label, RIGHT - across, 8.5, lines=1, spacing=1.2)
    y = sheet.block(COLUMN_X, below, detail, COLUMN_W, 7.5, lines=2, spacing=1.15, **_SOFT) - 1.8
    if bar.parts:
        _bar(sheet, y, bar)
        y += BAR + 3.2
        if not bar.words:
            y = _bar_key(sheet, y, bar)
        y = sheet.block(COLUMN_X, y, bar.words, COLUMN_W, 7, lines=2, spacing=1.2)
    return y + 1.8 if bar.parts else y + 3.2


def _bar_key(sheet: Sheet, y: float, bar: Bar) -> float:
    """Name the parts of the bar of money, each after a square of its look."""
    x = COLUMN_X
    drawn = {name for name, size in bar.parts if size}
    for name, text in page_words.MONEY.items():
        if name == "a_revoir" and name not in drawn:
            continue
        if x + 4 + text_width_mm(text, 7) > RIGHT:
            x, y = COLUMN_X, y + 3.2
        look: dict[str, Any] = {"linewidth": 0.6, "edgecolor": theme.INK, **_PARTS[name]}
        sheet.layer.add_patch(Rectangle((x, y - 1.9), 3.0, 1.9, **look))
        sheet.text(x + 4, y, text, 7, **_SOFT)
        x += 5.4 + text_width_mm(text, 7)
    return y


def _bar(sheet: Sheet, y: float, bar: Bar) -> None:
    """Draw the parts of a whole, full, hatched or empty; a dotted frame where the whole is not known."""
    whole = math.fsum(size for _, size in bar.parts)
    left = COLUMN_X
    if whole:
        for name, size in bar.parts:
            wide = COLUMN_W * size / whole
            look: dict[str, Any] = {"linewidth": 0.0, "edgecolor": theme.PAPER, **_PARTS[name]}
            sheet.layer.add_patch(Rectangle((left, y), wide, BAR, **look))
            left += wide
    frame: dict[str, Any] = {"fill": False, "edgecolor": theme.INK, "linewidth": 0.7}
    if bar.bounded:
        frame["linestyle"] = (0, (1.5, 1.5))
    sheet.layer.add_patch(Rectangle((COLUMN_X, y), COLUMN_W, BAR, **frame))


def _answers(sheet: Sheet, y: float, page: QpvPage) -> float:
    """Draw each question: levels here and elsewhere on one axis, the gap in words, how it moved."""
    if not any(line.gap is not None for line in page.gaps):
        return sheet.block(COLUMN_X, y, page.gap_scope, COLUMN_W, 8.5, lines=2, **_SOFT) + 1
    if page.everyone:
        y = sheet.block(COLUMN_X, y - 1.4, page.gap_scope, COLUMN_W, 7, lines=2, bold=True) + 0.6
    for line in page.gaps:
        y = _answer(sheet, y, line)
    note = page_words.answers_note(page)
    return sheet.block(COLUMN_X, y, note, COLUMN_W, 7, lines=4, spacing=1.2, **_SOFT) if note else y


def _answer(sheet: Sheet, y: float, line: GapLine) -> float:
    label = shorten(printable(line.label), COLUMN_W, 8, bold=True)
    sheet.text(COLUMN_X, y, label, 8, fontweight="bold")
    y += 3.7
    across, room = COLUMN_X + _LEVELS, COLUMN_W - _LEVELS
    if line.gap is None:
        return sheet.block(COLUMN_X, y, line.words, COLUMN_W, 7.5, lines=2, **_SOFT) + 1.2
    if line.qpv is not None and line.hors is not None:
        sheet.text(COLUMN_X + 7.5, y, percent(line.qpv), 8, ha="right", fontweight="bold")
        sheet.text(across - 2.0, y, percent(line.hors), 8, ha="right")
        dumbbell(sheet, (COLUMN_X + 9.5, across - 11.0), y - 1.0, (line.qpv, line.hors))
    phrase = f"{line.phrase} {page_words.DAGGER}" if line.otherwise else line.phrase
    low = sheet.block(across, y, phrase, room, 7.5, bold=True, lines=2, spacing=1.15)
    if line.moved:
        low = sheet.block(across, low, line.moved, room, 7, lines=2, spacing=1.15, **_SOFT)
    return max(low, y + 3.4) + 1.0


def dumbbell(
    sheet: Sheet, ends: tuple[float, float], y: float, levels: tuple[float, float]
) -> None:
    """Draw two levels on a line from none to all: filled here, hollow elsewhere."""
    west, east = ends
    here, there = (west + (east - west) * x for x in levels)
    sheet.rule(west, y, east, y, linewidth=0.5)
    sheet.rule(here, y, there, y, color=theme.MONEY_SCALE[2], linewidth=1.8)
    for at, fill, edge in ((there, theme.PAPER, theme.INK), (here, theme.DANS, theme.DANS)):
        sheet.layer.scatter(
            [at], [y], s=20, linewidth=1.1, zorder=6, facecolor=fill, edgecolor=edge
        )


def _tasks(sheet: Sheet, y: float, page: QpvPage, seen: Collection[str], bottom: float) -> float:
    """List what is left to do, each under the number that the map bears."""
    if not page.tasks:
        return sheet.block(COLUMN_X, y, page_words.NOTHING_TO_DO, COLUMN_W, 7.5, **_SOFT)
    room = COLUMN_W - 6 - sum(_ENDS)
    for k, task in enumerate(page.tasks, 1):
        away = bool(task.home) and task.home not in seen
        lines = wrap(task.text + page_words.OUT_OF_FRAME * away, room, 7.5, lines=3)
        if y + _TASK_STEP * (len(lines) - 1) > bottom - (3.4 if k < len(page.tasks) else 0):
            more = page_words.MORE_TASKS.format(count=len(page.tasks) - k + 1)
            sheet.text(COLUMN_X, y, more, 7.5, **_SOFT)
            return y + _TASK_STEP
        if task.home in seen:
            labels.badge(sheet.layer, COLUMN_X + 2, y - 0.9, k)
        else:
            sheet.text(COLUMN_X + 2, y, str(k), 7.5, ha="center", fontweight="bold")
        sheet.lines(COLUMN_X + 6, y, lines, _TASK_STEP, 7.5)
        sheet.text(RIGHT - _ENDS[1], y, task.stake, 7.5, ha="right", fontweight="bold")
        sheet.text(RIGHT, y, task.due, 7, ha="right", **_SOFT)
        y += _TASK_STEP * len(lines) + 0.9
    return y + 0.4


def quarters(sheet: Sheet, view: OverviewView, *, unnamed: int) -> None:
    """List the quarters by dwellings; those without room for a line are named under the table, or counted.

    Names that the map has no room for (`unnamed`) are counted too.
    """
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
    every = list(plot.each(view.quarters))
    names = [wrap(str(row.nom), _NUMBERS[0] - 11, 8, lines=2) for row in every]
    shown, more = _fitting(every, names, MAP_Y + MAP_H - 12 - y)
    for row, name in zip(every[:shown], names, strict=False):
        amounts = (row.abattement_par_logement_eur, row.valorise_par_logement_eur)
        values = (number(known(row.logements)), *(euros(known(v)) for v in amounts))
        for right, text in zip(_NUMBERS, values, strict=True):
            sheet.text(x + right, y + ROW - 2.5, text, ha="right")
        sheet.lines(x, y + ROW - 2.5, name, SECOND)
        y, code = y + _line(name), str(row.code_qpv)
        under = printable(" · ".join(filter(None, (code, view.gaps.get(code, "")))))
        sheet.text(x, y + 0.4, shorten(under, COLUMN_W, 7), 7, **_SOFT)
        sheet.rule(x, y + 1.2, RIGHT, y + 1.2, color=theme.HAIRLINE)
    sheet.lines(x, y + 5, more, _NOTE_STEP, 7, **_SOFT)
    doubts = [words.OVERVIEW_DOUBTS.format(count=view.doubts)] * bool(view.doubts)
    doubts += [words.OVERVIEW_UNPLACED.format(count=view.unplaced)] * bool(view.unplaced)
    doubts += [words.OVERVIEW_UNNAMED.format(count=unnamed)] * bool(unnamed)
    sheet.lines(x, MAP_Y + MAP_H - 1.5 - 3.4 * (len(doubts) - 1), doubts, 3.4)


def _line(name: Sequence[str]) -> float:
    return ROW + (len(name) - 1) * SECOND


def _fitting(
    rows: Sequence[Any], names: Sequence[Sequence[str]], height: float
) -> tuple[int, list[str]]:
    """Return how many quarters have a line in a height, and the lines that name the others."""
    ends = list(accumulate(map(_line, names)))
    fit = sum(end <= height for end in ends)
    if fit == len(rows):
        return fit, []
    for shown in range(fit, fit // 2, -1):  # half the column at most is for names alone
        named = ", ".join(
            f"{row.nom or row.code_qpv} ({number(known(row.logements))})" for row in rows[shown:]
        )
        text = words.OVERVIEW_OTHERS.format(count=len(rows) - shown, names=named)
        lines = wrap(text, COLUMN_W, 7)
        if ends[shown - 1] + 5 + _NOTE_STEP * (len(lines) - 1) <= height + 3:
            return shown, lines
    return fit, [words.OVERVIEW_MORE.format(rest=len(rows) - fit)]
