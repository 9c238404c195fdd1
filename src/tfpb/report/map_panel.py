"""What stands around a printed map: title band, right column, foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from matplotlib.collections import LineCollection

from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, printable, shorten, text_width_mm, wrap
from tfpb.report.map_layers import fit, lines_of, radius_mm
from tfpb.report.map_window import symbols
from tfpb.words import maps as words
from tfpb.words.numbers import number, percent, points

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.maps import GapLine, MapModel, QpvPage
    from tfpb.report.canvas import Sheet
    from tfpb.report.map_layers import Atlas, Frame

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
    title = shorten(printable(heading.title), room, 19, bold=True)
    sheet.text(EDGE, 15.2, title, 19, fontweight="bold", color=theme.INK)
    sheet.text(EDGE, 21.6, shorten(printable(heading.subtitle), room, 10.5), 10.5, color=theme.SOFT)
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


def column(sheet: Sheet, page: QpvPage) -> None:
    """Write the right column: figures, three satisfaction lines, sentences, doubts.

    The lower blocks are measured first, so that figures and lines share what is left.
    """
    x, width = COLUMN_X, COLUMN_W
    bottom = MAP_Y + MAP_H
    y = _title(sheet, MAP_Y + 2.6, words.PAGE_STOCK)
    y = _figures(sheet, x, y, width, page.figures)
    y = _title(sheet, y + 1.2, words.PAGE_TENANTS)
    y = _gaps(sheet, x, y, width, page)
    blocks = [(words.PAGE_READING, page.sentences, theme.INK)]
    if page.doubts:
        blocks.append((words.PAGE_DOUBTS, page.doubts, theme.INK))
    size = next(
        (s for s in (8.5, 8.0, 7.5, 7.0) if y + _needs(blocks, width, s) <= bottom + 0.5), 7.0
    )
    for title, paragraphs, colour in blocks:
        if not paragraphs:
            continue
        y = _title(sheet, y + 1.2, title, doubt=title == words.PAGE_DOUBTS)
        for paragraph in paragraphs:
            room = max(1, int((bottom + 0.5 - y) / (size * POINT_MM * 1.32)) + 1)
            if y > bottom + 0.5:
                break
            sheet.text(x, y, "–", size, color=theme.SOFT)
            y = sheet.block(x + 3, y, paragraph, width - 3, size, color=colour, lines=room)
            y += 0.6


def _needs(blocks: list[tuple[str, tuple[str, ...], str]], width: float, size: float) -> float:
    """Height of the paragraphs with their titles, millimetres."""
    total = 0.0
    for _, paragraphs, _ in blocks:
        if paragraphs:
            total += 1.2 + 6.2
        for paragraph in paragraphs:
            lines = len(wrap(paragraph, width - 3, size))
            total += lines * size * POINT_MM * 1.32 + 0.6
    return total - 2.0


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
        y = low + 2.6
    return y


def _gaps(sheet: Sheet, x: float, y: float, width: float, page: QpvPage) -> float:
    if page.gap_scope:
        y = sheet.block(x, y - 1.4, page.gap_scope, width, 7, color=theme.SOFT, lines=2) + 0.6
    lines = page.gaps
    if not lines:
        return sheet.block(x, y, words.PAGE_NO_GAP, width, 8.5, color=theme.SOFT) + 1
    reach = _reach(lines, page.margin)
    left, right = x + 1.0, x + width - 1.0

    def at(gap: float) -> float:
        return left + (gap + reach) / (2 * reach) * (right - left)

    row = 14.6
    middle = [y + 7.6 + i * row for i in range(len(lines))]
    foot = middle[-1] + 3.6
    for centre in middle:
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
    right = words.interviews(line.n)
    if line.qpv is not None and line.hors is not None:
        right = f"QPV {percent(line.qpv)} · hors {percent(line.hors)} · {right}"
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


def foot(sheet: Sheet, model: MapModel, atlas: Atlas, frame: Frame, *, has_old: bool) -> None:
    """Write the foot: legend, scale, north, inset, sources, warning, date and hash."""
    _legend(sheet, model, frame, has_old=has_old)
    _scale(sheet, frame)
    _inset(sheet, atlas, frame)
    x, width = COLUMN_X, COLUMN_W
    sources = [*model.sources]
    if model.ground.source and model.ground.source not in " ".join(sources):
        sources.append(model.ground.source)
    if model.ground.streets.empty:
        sources.append(words.NO_GROUND.rstrip("."))
    y = FOOT_Y + 2.6
    text = words.SOURCES.format(sources=" ; ".join(sources))
    sheet.block(x, y, text, width, 7, color=theme.SOFT, lines=4, spacing=1.22)
    sheet.text(
        x,
        FOOT_Y + 16.2,
        shorten(printable(model.warning), width, 7.5, bold=True),
        7.5,
        fontweight="bold",
    )
    stamp = words.FOOT.format(date=model.date, run_hash=model.run_hash)
    sheet.text(x, FOOT_Y + 20.0, shorten(printable(stamp), width, 7), 7, color=theme.SOFT)


def _legend(sheet: Sheet, model: MapModel, frame: Frame, *, has_old: bool) -> None:
    x, y = EDGE, FOOT_Y + 2.6
    step = 4.6
    ax = sheet.layer
    for k, status in enumerate(("dans", "hors", "a_verifier")):
        symbols(ax, [x + 2.4], [y + k * step - 0.9], [1.5], [status])
        sheet.text(x + 7, y + k * step, words.legend_status(status), 8)
    sizes = np.array([20.0, 80.0, 200.0])
    cx = x + 2.4
    shrink = float(np.clip((9000 / frame.scale) ** 0.35, 0.4, 1.0))
    row = y + 3 * step + 0.5
    for count, radius in zip(sizes, radius_mm(sizes) * shrink, strict=True):
        symbols(ax, [cx], [row - 0.9], [radius], ["dans"])
        sheet.text(cx + radius + 0.9, row, number(count), 7, color=theme.SOFT)
        cx += 2 * radius + 7.4
    sheet.text(cx - 1.6, row, words.LEGEND_SIZE, 7, color=theme.SOFT)
    x += 49
    rows: list[tuple[dict[str, Any], str]] = [
        ({"color": theme.QPV, "linewidth": 2.8}, words.LEGEND_QPV.format(vintage=model.vintage)),
        ({"color": theme.QPV, "linewidth": 1.1}, words.LEGEND_OTHER),
    ]
    if has_old:
        vintage = 2015 if model.vintage != 2015 else 2024  # noqa: PLR2004
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
    width, height = 30.0, FOOT_H
    x, y = MAP_X + MAP_W - width, FOOT_Y - 0.4
    centre = shapely.box(*frame.bounds).centroid
    home = (
        atlas.communes[atlas.communes.contains(centre)] if len(atlas.communes) else atlas.communes
    )
    shapes = [shapely.box(*frame.bounds)]
    if len(home):
        shapes += list(home.geometry)
    else:
        reach = max(frame.metres(frame.width) * 1.5, 2500)
        near = atlas.qpv[atlas.qpv.distance(centre) < reach]
        shapes += list(near.geometry)
    view = fit(tuple(shapely.union_all(shapes).bounds), width, height, margin=0.06)
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
