"""The run's hash on a printed sheet, set when everything else is drawn already.

A sheet is drawn without it and kept so; `with_room` then leaves a place in the PDF, and `stamp_pdf` and
`stamp_png` set the hash there without drawing again. Nothing else of the file moves.
"""

from __future__ import annotations

import io
import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tfpb.report import theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import ImageFont

SIGNS: Final = "0123456789abcdef"
SIZE_PT: Final = 7.0
_LENGTH: Final = 8
_ROOM: Final = b"(........) Tj"
_FONT: Final = "Empreinte"
_EM: Final = 1000
_PT_MM: Final = 72 / 25.4
_NAMES: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_START_XREF: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_TRAILER: Final = re.compile(rb"trailer\s+<<(.*?)>>\s+startxref\s+\d+\s+%%EOF\s*$", re.DOTALL)
_SIZE: Final = re.compile(rb"/Size (\d+)")


def with_room(pdf: bytes, *, x_mm: float, y_mm: float) -> bytes:
    """Leave in a one-page PDF of matplotlib the room of a hash: a text to be replaced, and its font.

    Parameters
    ----------
    pdf : bytes
        As matplotlib writes it: a classic table of objects, one page.
    x_mm, y_mm : float
        Left end of the baseline, from the top left corner of the page.

    Returns
    -------
    bytes
        The PDF followed by an update that PDF readers apply (ISO 32000-1, 7.5.6).

    Raises
    ------
    ValueError
        If the file is not built that way.
    """
    page = _body(pdf, rb"/Type /Page /")
    resources = _object(pdf, _reference(page[1], b"Resources"))
    fonts = _reference(resources, b"Font")
    box = re.search(rb"/MediaBox \[ 0 0 [\d.]+ ([\d.]+) \]", page[1])
    trailer = _TRAILER.search(pdf)
    if box is None or trailer is None or (size := _SIZE.search(trailer[1])) is None:
        raise ValueError("pdf: page")
    first = int(size[1])
    left, base = x_mm * _PT_MM, float(box[1]) - y_mm * _PT_MM
    ink = " ".join(f"{int(theme.SOFT[k : k + 2], 16) / 255:.3f}" for k in (1, 3, 5))
    text = (
        f"q BT /{_FONT} {SIZE_PT:g} Tf {ink} rg {left:.3f} {base:.3f} Td ".encode()
        + _ROOM
        + b" ET Q"
    )
    drawn = _reference(page[1], b"Contents")
    named = _object(pdf, fonts).rstrip().removesuffix(b">>")
    objects = {
        page[0]: page[1].replace(
            b"/Contents %d 0 R" % drawn, b"/Contents [ %d 0 R %d 0 R ]" % (drawn, first)
        ),
        fonts: named + f"/{_FONT} {first + 1} 0 R >>".encode(),
        first: _stream(text),
        **_font(first + 1),
    }
    return _updated(pdf, objects, first=first, trailer=trailer[1])


def stamp_pdf(pdf: bytes, run_hash: str) -> bytes:
    """Set a hash in the room left for it.

    Raises
    ------
    ValueError
        If there is no room, or the hash is not at most eight hexadecimal signs.
    """
    if not run_hash or len(run_hash) > _LENGTH or set(run_hash) - set(SIGNS):
        raise ValueError(f"hash: {run_hash!r}")
    head, room, tail = pdf.rpartition(_ROOM)
    if not room:
        raise ValueError("pdf: no room")
    return head + f"({run_hash.ljust(_LENGTH)}) Tj".encode() + tail


def stamp_png(png: bytes, run_hash: str, *, x_mm: float, y_mm: float, height_mm: float) -> bytes:
    """Set a hash on a picture of few colours, in those of its colours that come nearest.

    Parameters
    ----------
    png : bytes
        With a palette, as `tfpb.report.canvas.save_png` writes it.
    x_mm, y_mm : float
        Left end of the baseline, from the top left corner.
    height_mm : float
        Height of the whole picture on paper.
    """
    import numpy as np  # noqa: PLC0415 - reading a kept sheet back needs none of this
    from PIL import Image, ImageDraw  # noqa: PLC0415

    picture = Image.open(io.BytesIO(png))
    dots = picture.height / height_mm
    font = _face(round(SIZE_PT / _PT_MM * dots, 3))
    left, base, tall = int(x_mm * dots), int(y_mm * dots), round(font.size)
    cover = Image.new("L", (tall * _LENGTH, 2 * tall))
    at = (x_mm * dots - left, tall + y_mm * dots - base)
    ImageDraw.Draw(cover).text(at, run_hash, fill=255, font=font, anchor="ls")
    share = np.asarray(cover, dtype=float)[..., None] / 255
    soft, paper = (np.array(_rgb(c), dtype=float) for c in (theme.SOFT, theme.PAPER))
    palette = np.array(picture.getpalette(), dtype=float).reshape(-1, 3)
    wished = paper + (soft - paper) * share
    nearest = ((wished[..., None, :] - palette) ** 2).sum(axis=-1).argmin(axis=-1)
    place = (left, base - tall, left + cover.width, base - tall + cover.height)
    under = np.asarray(picture.crop(place))
    inked = np.where(share[..., 0] > 0, nearest, under).astype(np.uint8)
    picture.paste(Image.fromarray(inked), place[:2])
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6, dpi=picture.info["dpi"])
    return out.getvalue()


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))


@lru_cache(maxsize=8)
def _face(size: float) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415 - idem

    return ImageFont.truetype(str(theme.FONT_FILES["Regular"]), size)


def _body(pdf: bytes, mark: bytes) -> tuple[int, bytes]:
    """Find the one object that bears a mark: its number and what it holds."""
    found = re.search(rb"\n(\d+) 0 obj\n(<< " + re.escape(mark) + rb".*?)\nendobj", pdf, re.DOTALL)
    if found is None:
        raise ValueError(f"pdf: {mark!r}")
    return int(found[1]), found[2]


def _object(pdf: bytes, number: int) -> bytes:
    found = re.search(rb"\n%d 0 obj\n(.*?)\nendobj" % number, pdf, re.DOTALL)
    if found is None:
        raise ValueError(f"pdf: {number}")
    return found[1]


def _reference(held: bytes, key: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % key, held)
    if found is None:
        raise ValueError(f"pdf: {key!r}")
    return int(found[1])


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _pressed(data: bytes) -> bytes:
    small = zlib.compress(data, 9)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(small), small)


def _updated(pdf: bytes, objects: dict[int, bytes], *, first: int, trailer: bytes) -> bytes:
    """Append objects and the table that tells where they are."""
    start = _START_XREF.search(pdf)
    if start is None:
        raise ValueError("pdf: startxref")
    out, places = bytearray(pdf), {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    table = len(out)
    out += b"xref\n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    told = _SIZE.sub(b"/Size %d" % max(first, *places), trailer).rstrip()
    told = _SIZE.sub(b"/Size %d" % (max(places) + 1), told)
    out += b"trailer\n<<%s /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (told, start[1], table)
    return bytes(out)


@lru_cache(maxsize=4)
def _font(number: int) -> dict[int, bytes]:
    """Make the font of the signs from the outlines of the shipped one, its glyphs after it."""
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415 - only drawing needs it

    face = FT2Font(str(theme.FONT_FILES["Regular"]))
    face.set_size(_EM, 72)
    glyphs: dict[int, bytes] = {}
    widths = {}
    for k, sign in enumerate((" ", *SIGNS), start=1):
        loaded = face.load_char(ord(sign))
        widths[sign] = round(loaded.linearHoriAdvance / 65536)
        path = " ".join(_path(*face.get_path()))
        glyphs[number + k] = _pressed(f"{widths[sign]} 0 -50 -250 {_EM} {_EM} d1 {path} f".encode())
    named = {s: _NAMES[int(s)] if s.isdigit() else s for s in SIGNS} | {" ": "space"}
    order = sorted(named)
    procs = " ".join(f"/{named[s]} {number + 1 + (' ' + SIGNS).index(s)} 0 R" for s in order)
    codes = " ".join(f"{ord(s)} /{named[s]}" for s in order)
    span = range(ord(order[0]), ord(order[-1]) + 1)
    font = (
        f"<< /Type /Font /Subtype /Type3 /Name /{_FONT} /FontBBox [ -50 -250 {_EM} {_EM} ] "
        f"/FontMatrix [ {1 / _EM:g} 0 0 {1 / _EM:g} 0 0 ] /Resources << >> "
        f"/CharProcs << {procs} >> /Encoding << /Type /Encoding /Differences [ {codes} ] >> "
        f"/FirstChar {span[0]} /LastChar {span[-1]} "
        f"/Widths [ {' '.join(str(widths.get(chr(c), 0)) for c in span)} ] >>"
    )
    return {number: font.encode(), **glyphs}


def _path(points: object, codes: object) -> Iterator[str]:
    """Write an outline in the operators of a PDF; its quadratic curves become cubic ones."""
    import numpy as np  # noqa: PLC0415 - only drawing needs it

    at, kinds = np.asarray(points, dtype=float), np.asarray(codes).tolist()
    k, (x, y) = 0, (0.0, 0.0)
    while k < len(kinds):
        kind, (px, py) = kinds[k], at[k]
        if kind in (1, 2):
            yield f"{px:.1f} {py:.1f} {'m' if kind == 1 else 'l'}"
            x, y = px, py
        elif kind == 3:  # noqa: PLR2004 - a quadratic curve: control, end
            ex, ey = at[k + 1]
            a, b = (x + 2 * (px - x) / 3, y + 2 * (py - y) / 3), (
                ex + 2 * (px - ex) / 3, ey + 2 * (py - ey) / 3,
            )  # fmt: skip
            yield f"{a[0]:.1f} {a[1]:.1f} {b[0]:.1f} {b[1]:.1f} {ex:.1f} {ey:.1f} c"
            (x, y), k = (ex, ey), k + 1
        elif kind == 79:  # noqa: PLR2004 - closed
            yield "h"
        else:
            raise ValueError(f"outline: {kind}")
        k += 1
