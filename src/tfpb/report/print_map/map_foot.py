"""The foot of a printed map: legend, scale, north, inset, sources, warning, date and hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection

from tfpb.report import theme
from tfpb.report.canvas import printable, shorten, text_width_mm
from tfpb.report.print_map.map_layers import FAR_SCALE, lines_of, symbol_mm
from tfpb.report.print_map.map_panel import COLUMN_W, COLUMN_X, EDGE, FOOT_Y, MAP_W, MAP_X, STAMP_Y
from tfpb.report.print_map.map_view import inset_frame
from tfpb.report.print_map.map_window import other_line, own_line, symbols
from tfpb.report.print_map.stamp import SIZE_PT
from tfpb.words.numbers import number
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from tfpb.report.canvas import Sheet
    from tfpb.report.print_map.map_layers import Atlas, Frame
    from tfpb.report.print_map.map_view import Imprint


def foot(
    sheet: Sheet,
    imprint: Imprint,
    atlas: Atlas,
    frame: Frame,
    *,
    single: bool = True,
    others: bool = True,
) -> None:
    """Write the foot: legend, scale, north, inset, sources, warning, date, and the label of the hash.

    Parameters
    ----------
    single : bool
        Whether the sheet is the page of one quarter, or an overview.
    others : bool
        Whether quarters that the sheet is not about may be seen on it.
    """
    _legend(sheet, imprint, atlas, frame, single=single, others=others)
    _scale(sheet, frame)
    _inset(sheet, atlas, frame)
    x, width = COLUMN_X, COLUMN_W
    sources = [*imprint.sources]
    if not imprint.grounded:
        sources.append(words.NO_GROUND.rstrip("."))
    y = FOOT_Y + 2.6
    text = words.SOURCES.format(sources=" ; ".join(sources))
    sheet.block(x, y, text, width, 7, color=theme.SOFT, lines=4, spacing=1.22)
    sheet.text(
        x,
        FOOT_Y + 16.2,
        shorten(printable(imprint.warning), width, 7.5, bold=True),
        7.5,
        fontweight="bold",
    )
    sheet.text(x, STAMP_Y, words.STAMP, SIZE_PT, color=theme.SOFT)
    day = printable(words.day(imprint.date))
    sheet.text(x + width, STAMP_Y, day, 7, color=theme.SOFT, ha="right")


def _legend(
    sheet: Sheet, imprint: Imprint, atlas: Atlas, frame: Frame, *, single: bool, others: bool
) -> None:
    x, y = EDGE, FOOT_Y + 2.6
    step = 4.6
    ax = sheet.layer
    for k, status in enumerate(("dans", "hors", "a_verifier")):
        symbols(ax, [x + 2.4], [y + k * step - 0.9], [1.5], [status])
        sheet.text(x + 7, y + k * step, words.legend_status(status), 8)
    far = frame.scale > FAR_SCALE
    sizes = np.array([200.0, 1000.0, 4000.0] if far else [20.0, 80.0, 200.0])
    cx = x + 2.4
    row = y + 3 * step + 0.5
    for count, radius in zip(sizes, symbol_mm(sizes, frame.scale), strict=True):
        symbols(ax, [cx], [row - 0.9], [radius], ["dans"])
        sheet.text(cx + radius + 0.9, row, number(count), 7, color=theme.SOFT)
        cx += radius + 3.4 + text_width_mm(number(count), 7) + (radius if far else 1.5)
    size = words.LEGEND_SIZE_FAR if far else words.LEGEND_SIZE
    sheet.text(cx - 1.6, row, size, 7, color=theme.SOFT)
    x += 56 if far else 49
    rows: list[tuple[dict[str, Any], str]] = [
        (
            {"color": theme.QPV, "linewidth": own_line(frame, single=single)},
            words.LEGEND_QPV.format(vintage=imprint.vintage),
        )
    ]
    if others:
        rows.append(
            ({"color": theme.QPV, "linewidth": other_line(single=single)}, words.LEGEND_OTHER)
        )
    if len(atlas.touching(atlas.old, frame)):
        vintage = 2015 if imprint.vintage != 2015 else 2024  # noqa: PLR2004
        look = {"color": theme.QPV_OLD, "linewidth": 1.3, "linestyle": (0, (4, 2.4))}
        rows.append((look, words.LEGEND_OLD.format(vintage=vintage)))
    look = {"color": theme.COMMUNE, "linewidth": 0.9, "linestyle": (0, (8, 2.5, 1.5, 2.5))}
    rows.append((look, words.LEGEND_COMMUNE))
    for k, (style, text) in enumerate(rows):
        sheet.rule(x, y + k * step - 0.9, x + 8, y + k * step - 0.9, **style)
        sheet.text(x + 10, y + k * step, text, 8)


def _scale(sheet: Sheet, frame: Frame) -> None:
    """Draw the scale bar and the north arrow (the legal projections have north up)."""
    x, y = EDGE + 118, FOOT_Y + 6.0
    longest = frame.metres(34)
    size = 10.0 ** np.floor(np.log10(longest))
    length = next(size * k for k in (5, 2, 1) if size * k <= longest)
    mm = length * 1000 / frame.scale
    for k in range(4):
        a, b = x + mm * k / 4, x + mm * (k + 1) / 4
        colour = theme.INK if k % 2 == 0 else theme.PAPER
        sheet.layer.fill_between(
            [a, b], y, y + 1.3, facecolor=colour, edgecolor=theme.INK, linewidth=0.5
        )
    unit, divisor = ("km", 1000) if length >= 1000 else ("m", 1)  # noqa: PLR2004
    sheet.text(x, y - 1.3, "0", 7, ha="center")
    half = length / 2 / divisor
    sheet.text(x + mm / 2, y - 1.3, number(half, 0 if half == int(half) else 1), 7, ha="center")
    sheet.text(x + mm, y - 1.3, f"{number(length / divisor)} {unit}", 7, ha="center")
    sheet.text(x, y + 5.4, words.SCALE.format(scale=number(frame.scale)), 8)
    nx, ny = x + 3.2, y + 8.2
    ax = sheet.layer
    ax.fill([nx, nx - 1.9, nx], [ny, ny + 6.0, ny + 4.6], color=theme.INK, linewidth=0)
    ax.fill(
        [nx, nx + 1.9, nx],
        [ny, ny + 6.0, ny + 4.6],
        facecolor=theme.PAPER,
        edgecolor=theme.INK,
        linewidth=0.6,
    )
    sheet.text(nx + 3.4, ny + 5.4, words.NORTH, 9, fontweight="bold")


def _inset(sheet: Sheet, atlas: Atlas, frame: Frame) -> None:
    """Draw where the page lies: commune outlines around, quarters, the frame."""
    view = inset_frame(atlas, frame)
    width, height = view.width, view.height
    x, y = MAP_X + MAP_W - width, FOOT_Y - 0.4
    ax = sheet.window(x, y, width, height, zorder=5)
    ax.set_xlim(0, width)
    ax.set_ylim(0, height)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set(visible=True, color=theme.STREET_EDGE, linewidth=0.6)
    fine = view.metres(0.1)
    main = atlas.near(atlas.streets[atlas.streets["rang"] == 1], view)
    for layer, colour, line in (
        (main.geometry.to_numpy(), theme.STREET, 0.5),
        (atlas.near(atlas.communes, view).geometry.boundary.to_numpy(), theme.COMMUNE, 0.6),
        (atlas.near(atlas.qpv, view).geometry.boundary.to_numpy(), theme.QPV, 0.8),
    ):
        lines = [view.paper(c) for c in lines_of(shapely.simplify(layer, fine))]
        ax.add_collection(LineCollection(lines, colors=colour, linewidths=line))
    box = view.paper(shapely.get_coordinates(shapely.box(*frame.bounds)))
    ax.fill(*box.T, facecolor="none", edgecolor=theme.INK, linewidth=1.1)
