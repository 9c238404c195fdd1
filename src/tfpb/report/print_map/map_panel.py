"""The page around a printed map: its measures, and the title band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tfpb.report import theme
from tfpb.report.canvas import printable, text_width_mm
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from tfpb.report.canvas import Sheet

WIDTH: Final = 297.0
HEIGHT: Final = 210.0
EDGE: Final = 9.0
MAP_X: Final = EDGE
MAP_Y: Final = 27.0
MAP_W: Final = 189.0
MAP_H: Final = 152.0
COLUMN_X: Final = MAP_X + MAP_W + 6.0
COLUMN_W: Final = WIDTH - EDGE - COLUMN_X
FOOT_Y: Final = MAP_Y + MAP_H + 3.0
FOOT_H: Final = 20.0
STAMP_X: Final = COLUMN_X + 13.0
STAMP_Y: Final = FOOT_Y + 20.0
"""Where the run's hash is set, after its label."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The title band."""

    title: str
    subtitle: str
    kind: str


def head(sheet: Sheet, heading: Heading, *, fictional: bool) -> None:
    """Write the title band: name, then code, commune, bailleur and year."""
    right = text_width_mm(heading.kind, 8.5)
    mark = text_width_mm(words.FICTIONAL, 8.5, bold=True) + 4 if fictional else 0.0
    room = WIDTH - 2 * EDGE - max(right, mark) - 8
    title, under = printable(heading.title), printable(heading.subtitle)
    big = next((s for s in (19, 17, 15, 13) if text_width_mm(title, s, bold=True) <= room), 0)
    if big:
        sheet.text(EDGE, 15.2, title, big, fontweight="bold", color=theme.INK)
    else:
        sheet.block(EDGE, 11.4, title, room, 11, bold=True, lines=2, spacing=1.2, color=theme.INK)
    size = next((s for s in (10.5, 9.5, 8.5, 7.5) if text_width_mm(under, s) <= room), 0.0)
    if size:
        sheet.text(EDGE, 21.6, under, size, color=theme.SOFT)
    else:  # the year stands last: two lines rather than a cut
        sheet.block(EDGE, 19.8, under, room, 7.5, lines=2, spacing=1.2, color=theme.SOFT)
    sheet.text(WIDTH - EDGE, 21.6, heading.kind, 8.5, ha="right", color=theme.SOFT)
    if fictional:
        sheet.text(
            WIDTH - EDGE - 1.2,
            14.4,
            words.FICTIONAL,
            8.5,
            ha="right",
            fontweight="bold",
            color=theme.INK,
            bbox={"facecolor": theme.PAPER, "edgecolor": theme.INK, "linewidth": 0.8, "pad": 3},
        )
    sheet.rule(EDGE, 24.2, WIDTH - EDGE, 24.2, color=theme.ACCENT, linewidth=1.6)
