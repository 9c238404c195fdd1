"""What stands around a printed map: title band, legend, scale, north, inset, sources; the hash, set last."""

from __future__ import annotations

import io
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from matplotlib.lines import Line2D

from tfpb.model.codes import Etat
from tfpb.model.legal.map_table import other_of
from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, Sheet, shorten, text_width_mm
from tfpb.report.cell_values import printable
from tfpb.report.print_map import labels, views, window
from tfpb.words.numbers import number
from tfpb.words.places import map_words as words
from tfpb.words.places.side_words import NOT_AN_ATTESTATION, SIDE_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from PIL import ImageFont


STEP: Final = 4.6
"""Between two lines of the legend, millimetres."""


def head(sheet: Sheet, title: str, subtitle: str, kind: str, *, mark: str) -> None:
    """Write the title band: name, then code, commune, bailleur and year; the kind of sheet."""
    kinds = text_width_mm(kind, 8.5)
    marked = text_width_mm(mark, 8.5, bold=True) + 4 if mark else 0.0
    room = views.WIDTH - 2 * views.EDGE - max(kinds, marked) - 8
    # the year stands last: two small lines rather than a cut
    ink: dict[str, Any] = {"bold": True, "color": theme.INK}
    _largest(sheet, 15.2, title, room, (19, 17, 15, 13, 11), **ink)
    _largest(sheet, 21.6, subtitle, room, (10.5, 9.5, 8.5, 7.5), color=theme.SOFT)
    right = views.WIDTH - views.EDGE
    sheet.text(right, 21.6, kind, 8.5, ha="right", color=theme.SOFT)
    if mark:
        box = {"facecolor": theme.PAPER, "edgecolor": theme.INK, "linewidth": 0.8, "pad": 3}
        look: dict[str, Any] = {"ha": "right", "fontweight": "bold", "bbox": box}
        sheet.text(right - 1.2, 14.4, mark, 8.5, **look)
    sheet.rule(views.EDGE, 24.2, right, 24.2, color=theme.ACCENT, linewidth=1.6)


def _largest(
    sheet: Sheet, y: float, text: str, room: float, sizes: Sequence[float], *, bold: bool = False,
    **look: Any,
) -> None:  # fmt: skip
    """Write a line in the largest size that fits; in the smallest, on two lines above the baseline."""
    text = printable(text)
    for size in sizes:
        if text_width_mm(text, size, bold=bold) <= room:
            break
    else:
        y -= 0.3 * sizes[-1]
    look = {"lines": 2, "spacing": 1.2, **look}
    sheet.block(views.EDGE, y, text, room, size, bold=bold, **look)


def foot(sheet: Sheet, view: views.View) -> None:
    """Write the foot: legend, scale, north, inset, sources, warning, date, and the label of the hash."""
    _legend(sheet, view)
    _scale(sheet, view)
    _inset(sheet, view)
    x, right = views.COLUMN_X, views.COLUMN_X + views.COLUMN_W
    imprint = view.imprint
    absent = () if imprint.grounded else (words.NO_GROUND.rstrip("."),)
    sources = words.SOURCES.format(sources=" ; ".join([*imprint.sources, *absent]))
    soft: dict[str, Any] = {"color": theme.SOFT}
    sheet.block(x, views.FOOT_Y + 2.6, sources, views.COLUMN_W, 7, lines=4, spacing=1.22, **soft)
    warning = shorten(printable(NOT_AN_ATTESTATION), views.COLUMN_W, 7.5, bold=True)
    sheet.text(x, views.FOOT_Y + 16.2, warning, 7.5, fontweight="bold")
    sheet.text(x, STAMP_Y, words.STAMP, STAMP_PT, **soft)
    sheet.text(right, STAMP_Y, printable(imprint.date), 7, ha="right", **soft)


def _legend(sheet: Sheet, view: views.View) -> None:
    """Draw résidences by status and by size, then the lines of the map; nothing that it does not hold."""
    single, scale, layers = isinstance(view, views.PageView), view.frame.scale, view.layers
    x, y = views.EDGE, views.FOOT_Y + 1.7
    far = scale > views.FAR_SCALE
    entries = _page_marks(view) if isinstance(view, views.PageView) else _sides(view)
    rows = max(_ROWS, -(-len(entries) // 2)) if single else max(len(entries), 1)
    step = STEP if rows <= _ROWS else STEP * _ROWS / rows
    for k, (state, name) in enumerate(entries):
        left, low = x + k // rows * _MARKS_MM[0], y + k % rows * step
        _sign(sheet, state, left + 2.4, low)
        sheet.text(left + 7, low + 0.9, name, 7.5 if single else theme.NOTE_PT)
    sizes = np.array([200, 1000, 4000] if far else [20, 80, 200])
    at, row = x + 2.4, y + min(len(entries), rows) * step + 0.5
    for count, radius in zip(sizes, window.symbol_mm(sizes, scale), strict=True):
        sheet.layer.scatter(at, row, **window.symbol(Etat.DANS, radius)[0])
        sheet.text(at + radius + 0.9, row + 0.9, number(int(count)), 7, color=theme.SOFT)
        at += radius + 3.4 + text_width_mm(number(int(count)), 7) + (radius if far else 1.5)
    size = words.LEGEND_SIZE_FAR if far else words.LEGEND_SIZE
    sheet.text(at - 1.6, row + 0.9, size, 7, color=theme.SOFT)
    vintage = view.imprint.vintage
    lines: list[tuple[str, dict[str, Any]]] = [
        (
            words.LEGEND_QPV.format(vintage=vintage),
            {"color": theme.QPV, "linewidth": window.own_line(scale, single=single)},
        )
    ]
    near = len(views.touching(layers.qpv, view.frame))
    if near > (1 if isinstance(view, views.PageView) else len(view.quarters)):
        other = {"color": theme.QPV, "linewidth": window.other_line(single=single)}
        lines.append((words.LEGEND_OTHER, other))
    if _shows_old(view):
        label = words.LEGEND_OLD.format(vintage=other_of(vintage))
        lines.append((label, window.OLD_LINE))
    if layers.communes.boundary.intersects(shapely.box(*view.frame.bounds)).any():
        lines.append((words.LEGEND_COMMUNE, window.COMMUNE_LINE))
    x += 56 if far else sum(_MARKS_MM) if single else 49
    for k, (text, look) in enumerate(lines):
        sheet.layer.add_line(Line2D([x, x + 6], [y + k * STEP] * 2, **look))
        sheet.text(x + 8, y + k * STEP + 0.9, text, 7.5 if single else theme.NOTE_PT)


def _shows_old(view: views.View) -> bool:
    """Whether a limit of the other map shows: two millimetres of it that no limit of this one covers."""
    frame, layers, metres = view.frame, view.layers, view.frame.scale / 1000
    seen = [
        shapely.intersection(
            layer.geometry.iloc[views.touching(layer, frame)].boundary.union_all(),
            shapely.box(*frame.bounds),
        )
        for layer in (layers.old, layers.qpv)
    ]
    old, own = seen
    return bool(old.difference(own.buffer(metres)).length >= 2 * metres)


def _sides(view: views.View) -> list[tuple[str, str]]:
    """Return the sides that an overview draws, with their names."""
    met = set(_met(view)["statut"])
    return [(s, words.LEGEND_STATUS.format(side=w)) for s, w in SIDE_WORDS.items() if s in met]


def _page_marks(view: views.PageView) -> list[tuple[str, str]]:
    """Return the marks that the page of a quarter draws, with their names."""
    marks = _met(view)
    met = set(marks["etat"])
    out = [(state, word) for state, word in words.LEGEND_STATES.items() if state in met]
    if marks["coupee"].any():
        out.append((window.CUT, words.LEGEND_CUT))
    if any(task.home for task in view.page.tasks) or marks["coupee"].any():
        out.append((_NUMBER, words.LEGEND_NUMBER))
    return out


def _met(view: views.View) -> pd.DataFrame:
    layer: pd.DataFrame = view.layers.residences
    return layer.iloc[views.touching(view.layers.residences, view.frame)]


def _sign(sheet: Sheet, state: str, x: float, y: float) -> None:
    """Draw a mark of the legend: its symbol; two tied for what is cut; a number for the list."""
    if state == _NUMBER:
        labels.badge(sheet.layer, x, y, 1)
        return
    if state == window.CUT:
        sheet.layer.plot([x - 1.6, x + 1.8], [y, y], **window.TIE)
        for at, side in ((x - 1.6, Etat.HORS), (x + 1.8, Etat.DANS)):
            sheet.layer.scatter(at, y, **window.symbol(side, 0.95)[0])
        return
    for look in window.symbol(state, 1.4):
        sheet.layer.scatter(x, y, **look)


_NUMBER: Final = "numero"
_ROWS: Final = 4
_MARKS_MM: Final = (35.0, 46.0)
"""Rows of the marks of a page’s legend, and the width of its two columns."""


def _scale(sheet: Sheet, view: views.View) -> None:
    """Draw the scale bar and the north arrow (the legal projections have north up)."""
    frame, layer = view.frame, sheet.layer
    x, y = views.EDGE + (129 if isinstance(view, views.PageView) else 118), views.FOOT_Y + 6.0
    longest = frame.metres(25 if isinstance(view, views.PageView) else 34)
    power = 10.0 ** np.floor(np.log10(longest))
    length = next(power * k for k in (5, 2, 1) if power * k <= longest)
    mm = length * 1000 / frame.scale
    parts = x + mm / 4 * np.arange(4)
    look: dict[str, Any] = {"edgecolor": theme.INK, "linewidth": 0.5, "align": "edge"}
    layer.barh([y] * 4, mm / 4, 1.3, left=parts, color=[theme.INK, theme.PAPER] * 2, **look)
    unit, divisor = ("km", 1000) if length >= 1000 else ("m", 1)  # noqa: PLR2004
    half, whole = length / 2 / divisor, number(length / divisor)
    texts = ("0", number(half, 0 if half == int(half) else 1), f"{whole} {unit}")
    for at, text in zip((x, x + mm / 2, x + mm), texts, strict=True):
        sheet.text(at, y - 1.3, text, 7, ha="center")
    sheet.text(x, y + 5.4, words.SCALE.format(scale=number(frame.scale)))
    tip, base = (x + 3.2, y + 8.2), (x + 3.2, y + 14.4)
    arrow = {"arrowstyle": "-|>,head_width=0.3,head_length=0.7", "color": theme.INK,
             "shrinkA": 0, "shrinkB": 0}  # fmt: skip
    layer.annotate("", tip, base, arrowprops=arrow)
    sheet.text(x + 6.6, y + 13.6, words.NORTH, 9, fontweight="bold")


def _inset(sheet: Sheet, view: views.View) -> None:
    """Draw where the page lies: commune outlines around, quarters, the frame."""
    frame = views.inset_frame(view.layers, view.frame)
    west, south, east, north = frame.bounds
    left = views.EDGE + views.MAP_W - frame.width
    axes = sheet.window(left, views.FOOT_Y - 0.4, frame.width, frame.height, 5)
    axes.set(xlim=(west, east), ylim=(south, north), autoscale_on=False)
    window.bare(axes)
    main = view.layers.streets["rang"] == 1
    for layer, colour, width in (
        (view.layers.streets[main], theme.STREET, 0.5),
        (view.layers.communes.boundary, theme.COMMUNE, 0.6),
        (view.layers.qpv.boundary, theme.QPV, 0.8),
    ):
        window.plot(axes, layer.simplify(frame.metres(0.1)), color=colour, linewidth=width)
    corners = shapely.get_coordinates(shapely.box(*view.frame.bounds))
    axes.fill(*corners.T, facecolor="none", edgecolor=theme.INK, linewidth=1.1)


STAMP_PT: Final = 7.0
STAMP_X: Final = views.COLUMN_X + 13.0
COUNT_X: Final = views.COLUMN_X + views.COLUMN_W / 2
"""Middle of the count of pages, on the line of the hash."""
STAMP_Y: Final = views.FOOT_Y + 20.0
"""Left end of the baseline of the hash, millimetres from the top left corner of the sheet."""


def stamp_svg(svg: bytes, run_hash: str) -> bytes:
    """Set a hash on the drawing of a sheet, as text."""
    x, y = STAMP_X / POINT_MM, STAMP_Y / POINT_MM
    look = f"font-size: {STAMP_PT}px; font-family: '{theme.FONT_FAMILY}'; fill: {theme.SOFT}"
    text = f'<text x="{x:.3f}" y="{y:.3f}" style="{look}">{escape(run_hash)}</text>'
    drawing, end = svg.rsplit(b"</svg>", 1)
    return drawing + text.encode() + b"</svg>" + end


def stamp_png(png: bytes, run_hash: str) -> bytes:
    """Set a hash on a PNG with a palette (`save_png`), in those of its colours that come nearest."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - idem

    picture = Image.open(io.BytesIO(png))
    dots = picture.height / views.HEIGHT
    font = _font(round(STAMP_PT * POINT_MM * dots, 3))
    left, base, tall = int(STAMP_X * dots), int(STAMP_Y * dots), round(font.size)
    place = (left, base - tall, left + 8 * tall, base + tall)
    patch = picture.crop(place).convert("RGB")
    at = (STAMP_X * dots - left, tall + STAMP_Y * dots - base)
    ImageDraw.Draw(patch).text(at, run_hash, fill=theme.SOFT, font=font, anchor="ls")
    picture.paste(patch.quantize(palette=picture, dither=Image.Dither.NONE), place[:2])
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6, dpi=picture.info["dpi"])
    return out.getvalue()


@lru_cache(maxsize=8)
def _font(size: float) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415 - idem

    return ImageFont.truetype(str(theme.FONT_FILES["Regular"]), size)
