"""The run's hash on a printed sheet, set when everything else is drawn already.

A sheet is drawn and kept without it; the hash of each run is then set on the kept PNG and PDF, and the
sheet need not be drawn again.
"""

from __future__ import annotations

import datetime as dt
import io
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tfpb.report import theme
from tfpb.report.print_map.views import COLUMN_X, FOOT_Y, HEIGHT, WIDTH

if TYPE_CHECKING:
    import typst
    from PIL import ImageFont

SIZE_PT: Final = 7.0
X: Final = COLUMN_X + 13.0
Y: Final = FOOT_Y + 20.0
"""Left end of the baseline of the hash, millimetres from the top left corner of the sheet."""
_TEMPLATE: Final = f"""#set document(title: sys.inputs.title, date: none)
#set page(width: {WIDTH}mm, height: {HEIGHT}mm, margin: 0pt)
#set text(font: "{theme.FONT_FAMILY}", size: {SIZE_PT}pt, fill: rgb("{theme.SOFT}"), lang: "fr",
  top-edge: "baseline")
#image(bytes(json(bytes(sys.inputs.pdf))), format: "pdf", width: {WIDTH}mm, alt: sys.inputs.title)
#place(top + left, dx: {X}mm, dy: {Y}mm, sys.inputs.hash)
"""


def stamp_pdf(pdf: bytes, run_hash: str, title: str) -> bytes:
    """Set a hash on a one-page PDF of a sheet; its text stays text.

    Returns
    -------
    bytes
        The same for the same sheet, title and hash.
    """
    import typst  # noqa: PLC0415 - drawing in another process needs none of this

    inputs = {"title": title, "hash": run_hash, "pdf": str(list(pdf))}
    return bytes(
        typst.compile(
            _TEMPLATE.encode(),
            format="pdf",
            sys_inputs=inputs,
            font_paths=_fonts(),
            timestamp=dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
        )
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415 - idem

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(theme.FONT_FOLDER)],
    )


def stamp_png(png: bytes, run_hash: str) -> bytes:
    """Set a hash on a picture of few colours, in those of its colours that come nearest.

    Parameters
    ----------
    png : bytes
        With a palette, as `tfpb.report.canvas.save_png` writes it.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415 - idem

    picture = Image.open(io.BytesIO(png))
    dots = picture.height / HEIGHT
    font = _font(round(SIZE_PT * 25.4 / 72 * dots, 3))
    left, base, tall = int(X * dots), int(Y * dots), round(font.size)
    place = (left, base - tall, left + 8 * tall, base + tall)
    patch = picture.crop(place).convert("RGB")
    at = (X * dots - left, tall + Y * dots - base)
    ImageDraw.Draw(patch).text(at, run_hash, fill=theme.SOFT, font=font, anchor="ls")
    picture.paste(patch.quantize(palette=picture, dither=Image.Dither.NONE), place[:2])
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6, dpi=picture.info["dpi"])
    return out.getvalue()


@lru_cache(maxsize=8)
def _font(size: float) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415 - idem

    return ImageFont.truetype(str(theme.FONT_FILES["Regular"]), size)
