"""The drawing surface: fonts, text that is measured before it is set, figures saved twice alike."""

from __future__ import annotations

import io
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from PIL import Image

from tfpb.report import theme

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

MM: Final = 1 / 25.4
"""Inches in a millimetre."""
POINT_MM: Final = 25.4 / 72
"""Millimetres in a typographic point."""
_MEASURE_PT: Final = 100.0
_TIED: Final = re.compile(r" (?=[%€:;?!»])|(?<=«) ")
"""Spaces at which a French line may not break."""

RC: Final[dict[str, Any]] = {
    "font.family": [theme.FONT_FAMILY, "DejaVu Sans"],
    "font.size": theme.NOTE_PT,
    "text.color": theme.INK,
    "text.parse_math": False,  # « 12 $ … 14 $ » in a name is a name, never a formula
    "text.usetex": False,
    "text.hinting": "none",
    "axes.edgecolor": theme.RULE,
    "axes.labelcolor": theme.SOFT,
    "axes.unicode_minus": True,
    "xtick.color": theme.SOFT,
    "ytick.color": theme.INK,
    "xtick.labelcolor": theme.SOFT,
    "ytick.labelcolor": theme.INK,
    "svg.hashsalt": "tfpb",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "path.simplify": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "agg.path.chunksize": 0,
}


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make the shipped faces known to matplotlib, once a process."""
    for file in theme.FONT_FILES.values():
        font_manager.fontManager.addfont(str(file))


def style() -> Any:
    """Return a context in which figures take the house style; nothing leaks out of it."""
    register_fonts()
    return mpl.rc_context(RC)  # type: ignore[arg-type]


def new_figure(width_mm: float, height_mm: float) -> Figure:
    """Make an empty white page of that size, on the Agg canvas (no window, no global state)."""
    figure = Figure(figsize=(width_mm * MM, height_mm * MM), facecolor=theme.PAPER)
    FigureCanvasAgg(figure)
    return figure


@lru_cache(maxsize=4)
def _face(name: str) -> FT2Font:
    font = FT2Font(str(theme.FONT_FILES[name]))
    font.set_size(_MEASURE_PT, 72)
    return font


@lru_cache(maxsize=4)
def _advances(name: str) -> dict[str, float]:
    """Advance of each letter of a face, in em."""
    font = _face(name)
    return {
        chr(code): font.load_char(code).linearHoriAdvance / 65536 / _MEASURE_PT
        for code in font.get_charmap()
    }


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    fallback = FT2Font(font_manager.findfont("DejaVu Sans"))
    return frozenset(_face("Regular").get_charmap()) | frozenset(fallback.get_charmap())


@lru_cache(maxsize=65536)
def printable(text: str) -> str:
    """Return the text as it can be drawn.

    Line breaks become spaces; direction marks and other invisible controls, which could reorder the
    letters around them, are left out; a letter no shipped face holds becomes a visible « ¤ ».
    """
    out = []
    for char in unicodedata.normalize("NFC", text):
        if char in "\t\n\r\v\f\u2028\u2029":
            out.append(" ")
        elif unicodedata.category(char) not in {"Cc", "Cf"}:
            out.append(char if ord(char) in _known() else "¤")
    return "".join(out)


@lru_cache(maxsize=65536)
def text_width_mm(text: str, size_pt: float, *, bold: bool = False, italic: bool = False) -> float:
    """Measure a line of text, in millimetres."""
    advances = _advances(f"{'Bold' if bold else ''}{'Italic' if italic else ''}" or "Regular")
    wide = advances["M"]
    units = sum(advances.get(char, wide) for char in text)
    return units * size_pt * POINT_MM


def shorten(text: str, width_mm: float, size_pt: float, *, bold: bool = False) -> str:
    """Cut a line to a width, with an ellipsis when something was cut."""
    if text_width_mm(text, size_pt, bold=bold) <= width_mm:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width_mm(text[:middle].rstrip() + "…", size_pt, bold=bold) <= width_mm:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def wrap(
    text: str, width_mm: float, size_pt: float, *, bold: bool = False, lines: int = 0
) -> list[str]:
    """Break a text into lines of at most that width; a word too long for a line is cut.

    Parameters
    ----------
    lines : int
        Most lines wanted, 0 for no limit; the last one then ends with an ellipsis.
    """
    out: list[str] = []
    line = ""
    for word in _TIED.sub("\u00a0", printable(text)).split(" "):
        if not word:
            continue
        trial = f"{line} {word}" if line else word
        if text_width_mm(trial, size_pt, bold=bold) <= width_mm:
            line = trial
            continue
        if line:
            out.append(line)
        line = word
        while text_width_mm(line, size_pt, bold=bold) > width_mm:
            cut = len(line)
            while cut > 1 and text_width_mm(line[:cut], size_pt, bold=bold) > width_mm:
                cut -= 1
            out.append(line[:cut])
            line = line[cut:]
            if not line:
                break
    if line:
        out.append(line)
    if lines and len(out) > lines:
        rest = " ".join(out[lines - 1 :])
        out = [*out[: lines - 1], shorten(rest, width_mm, size_pt, bold=bold)]
    return out or [""]


def save_png(figure: Figure, *, dpi: int) -> bytes:
    """Save as PNG with no clock and no software mark.

    The house draws in few colours: a palette of 256 shows them and their soft edges, and weighs a
    quarter of full colour.
    """
    surface: Any = FigureCanvasAgg(figure)
    figure.set_dpi(dpi)
    surface.draw()
    picture = Image.fromarray(np.asarray(surface.buffer_rgba())).convert("RGB")
    small = picture.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", compress_level=6, dpi=(dpi, dpi))
    return out.getvalue()


def save_pdf(figure: Figure, *, title: str) -> bytes:
    """Save as vector PDF with its title, and no clock."""
    out = io.BytesIO()
    metadata = {
        "Title": title,
        "Author": None,
        "Creator": "tfpb",
        "Producer": None,
        "CreationDate": None,
        "ModDate": None,
    }
    figure.savefig(out, format="pdf", metadata=metadata)
    return out.getvalue()


def save_svg(figure: Figure, *, title: str) -> bytes:
    """Save as SVG whose text is drawn as paths, with seeded ids and no clock."""
    out = io.BytesIO()
    figure.savefig(
        out, format="svg", metadata={"Title": title, "Date": None, "Creator": None, "Format": None}
    )
    return out.getvalue()


def lines_height_mm(lines: Iterable[str], size_pt: float, spacing: float = 1.3) -> float:
    """Height of a block of lines, in millimetres."""
    return len(list(lines)) * size_pt * POINT_MM * spacing


class Sheet:
    """A page in millimetres, y downwards from the top: text and rules on one transparent layer."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.width, self.height = width_mm, height_mm
        self.figure = new_figure(width_mm, height_mm)
        self.layer = self.figure.add_axes((0, 0, 1, 1), zorder=10)
        self.layer.set_axis_off()
        self.layer.patch.set_visible(False)
        self.layer.set_xlim(0, width_mm)
        self.layer.set_ylim(height_mm, 0)
        self.layer.set_autoscale_on(False)

    def window(self, x: float, y: float, width: float, height: float, zorder: float = 1.0) -> Axes:
        """Open axes whose top left corner stands at `x, y`."""
        place = (
            x / self.width,
            1 - (y + height) / self.height,
            width / self.width,
            height / self.height,
        )
        return self.figure.add_axes(place, zorder=zorder)

    def text(
        self, x: float, y: float, text: str, size_pt: float = theme.NOTE_PT, **kw: Any
    ) -> None:
        """Write one line whose baseline stands at `y`."""
        kw.setdefault("va", "baseline")
        self.layer.text(x, y, text, fontsize=size_pt, **kw)

    def block(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        size_pt: float = theme.NOTE_PT,
        *,
        bold: bool = False,
        lines: int = 0,
        spacing: float = 1.32,
        **kw: Any,
    ) -> float:
        """Write a wrapped paragraph whose first baseline stands at `y`; return the next baseline."""
        if bold:
            kw["fontweight"] = "bold"
        for line in wrap(text, width, size_pt, bold=bold, lines=lines):
            self.text(x, y, line, size_pt, **kw)
            y += size_pt * POINT_MM * spacing
        return y

    def rule(self, x0: float, y0: float, x1: float, y1: float, **kw: Any) -> None:
        """Draw a straight rule."""
        kw.setdefault("color", theme.RULE)
        kw.setdefault("linewidth", 0.6)
        kw.setdefault("solid_capstyle", "butt")
        self.layer.plot([x0, x1], [y0, y1], **kw)
