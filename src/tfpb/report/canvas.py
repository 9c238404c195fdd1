"""The drawing surface of maps and charts: fonts, measured text, pages in millimetres, saving."""

from __future__ import annotations

import datetime as dt
import io
from bisect import bisect_right
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
from tfpb.report.cell_values import printable
from tfpb.text import TIED

if TYPE_CHECKING:
    from collections.abc import Iterable

    import typst
    from matplotlib.axes import Axes

POINT_MM: Final = 25.4 / 72
"""Millimetres in a typographic point."""
_MEASURE_PT: Final = 100.0

RC: Final[dict[str, Any]] = {
    "font.family": [theme.FONT_FAMILY],
    "font.size": theme.NOTE_PT,
    "text.color": theme.INK,
    "text.parse_math": False,  # « 12 $ … 14 $ » in a name is a name, never a formula
    "text.usetex": False,
    "text.hinting": "none",
    "axes.axisbelow": True,
    "axes.edgecolor": theme.RULE,
    "axes.labelcolor": theme.SOFT,
    "axes.labelsize": theme.AXIS_PT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.xmargin": 0,
    "axes.ymargin": 0,
    "grid.color": theme.RULE,
    "grid.linewidth": 0.5,
    "legend.fontsize": theme.NOTE_PT,
    "legend.frameon": False,
    "legend.borderaxespad": 0,
    "legend.borderpad": 0.25,
    "legend.handleheight": 1.1,
    "legend.handlelength": 1.3,
    "legend.handletextpad": 0.4,
    "lines.solid_capstyle": "butt",
    "xtick.color": theme.SOFT,
    "xtick.labelsize": theme.AXIS_PT,
    "xtick.major.size": 0,
    "ytick.color": theme.SOFT,
    "ytick.labelsize": theme.AXIS_PT,
    "ytick.major.size": 0,
    "svg.hashsalt": "tfpb",
    "svg.fonttype": "none",
    "path.simplify": True,
    "agg.path.chunksize": 0,
}


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    """Make the shipped fonts known to matplotlib, once a process."""
    for file in theme.FONT_FILES.values():
        font_manager.fontManager.addfont(str(file))


def style() -> Any:
    """Return a context in which figures take the project's look; the settings end with it."""
    _register_fonts()
    return mpl.rc_context(RC)  # type: ignore[arg-type]


@lru_cache(maxsize=4)
def _advances(name: str) -> dict[str, float]:
    """Width of each letter of a font, in em."""
    font = FT2Font(str(theme.FONT_FILES[name]))
    font.set_size(_MEASURE_PT, 72)
    return {
        chr(code): font.load_char(code).linearHoriAdvance / 65536 / _MEASURE_PT
        for code in font.get_charmap()
    }


@lru_cache(maxsize=65536)
def text_width_mm(text: str, size_pt: float, *, bold: bool = False, italic: bool = False) -> float:
    """Measure a line of text, in millimetres."""
    advances = _advances(f"{'Bold' if bold else ''}{'Italic' if italic else ''}" or "Regular")
    wide = advances["M"]
    return sum(advances.get(char, wide) for char in text) * size_pt * POINT_MM


def _fitting(text: str, width_mm: float, size_pt: float, *, bold: bool, end: str = "") -> int:
    """Count the first letters of a text that fit a width, followed by `end`."""

    def width(count: int) -> float:
        return text_width_mm(text[:count].rstrip() + end, size_pt, bold=bold)

    return bisect_right(range(1, len(text) + 1), width_mm, key=width)


def shorten(text: str, width_mm: float, size_pt: float, *, bold: bool = False) -> str:
    """Cut a line to a width, with an ellipsis when something was cut."""
    if text_width_mm(text, size_pt, bold=bold) <= width_mm:
        return text
    return text[: _fitting(text, width_mm, size_pt, bold=bold, end="…")].rstrip() + "…"


def wrap(
    text: str, width_mm: float, size_pt: float, *, bold: bool = False, lines: int = 0
) -> list[str]:
    """Break a text into lines of at most that width; a word too long for a line is cut.

    After the most `lines` wanted (0 for no limit) comes an ellipsis.
    """
    out = [""]
    for word in filter(None, TIED.sub("\u00a0", printable(text)).split(" ")):
        trial = f"{out[-1]} {word}" if out[-1] else word
        if text_width_mm(trial, size_pt, bold=bold) <= width_mm:
            out[-1] = trial
            continue
        rest = word
        while rest:
            cut = max(_fitting(rest, width_mm, size_pt, bold=bold), 1)
            out.append(rest[:cut])
            rest = rest[cut:]
    out = [line for line in out if line] or [""]
    if lines and len(out) > lines:
        rest = " ".join(out[lines - 1 :])
        out = [*out[: lines - 1], shorten(rest, width_mm, size_pt, bold=bold)]
    return out


def save_png(figure: Figure, *, dpi: int, compress_level: int = 6) -> bytes:
    """Save as PNG with no date and no software name.

    The project draws in few colours: a palette of 256 shows them and their soft edges, in a quarter
    of the size of full colour.
    """
    surface: Any = FigureCanvasAgg(figure)
    figure.set_dpi(dpi)
    surface.draw()
    picture = Image.fromarray(np.asarray(surface.buffer_rgba())).convert("RGB")
    small = picture.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", compress_level=compress_level, dpi=(dpi, dpi))
    return out.getvalue()


def save_svg(figure: Figure, *, title: str) -> bytes:
    """Save as SVG whose text stays text in the shipped font, with fixed ids and no date."""
    out = io.BytesIO()
    metadata = {"Title": title, "Date": None, "Creator": None, "Format": None}
    figure.savefig(out, format="svg", metadata=metadata)
    return out.getvalue()


_PLACED: Final = f"""#set document(title: sys.inputs.title, date: none)
#set page(width: float(sys.inputs.wide) * 1mm, height: float(sys.inputs.high) * 1mm, margin: 0pt)
#set text(font: "{theme.FONT_FAMILY}", lang: "fr")
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%, alt: sys.inputs.title)
"""


def converted(svg: bytes, size_mm: tuple[float, float], title: str, **form: Any) -> bytes:
    """Turn a drawing (`save_svg`) into a page of its size in another form.

    `title` is of the document, and the drawing's description for screen readers; `form` is `format` and
    what it takes, for typst: ``format="png", ppi=200``. The same for the same drawing: no clock is read,
    fonts are the shipped ones.
    """
    wide, high = map(str, size_mm)
    inputs = {"title": title, "wide": wide, "high": high, "svg": svg.decode("utf-8")}
    return compiled(_PLACED.encode(), sys_inputs=inputs, **form)


def compiled(source: bytes | str, day: dt.date = dt.date(2000, 1, 1), **form: Any) -> bytes:
    """Compile a typst document, or the file of one, with the shipped fonts alone; `day` is its date.

    Where the library fails on the tags of a document (an error that it calls its own), it is made without:
    a page that a screen reader reads less well is worth more than none.
    """
    import typst  # noqa: PLC0415 - drawing in another process needs none of this

    dated = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    options = {"font_paths": fonts(), "timestamp": dated, **form}
    try:
        return bytes(typst.compile(source, **options))
    except typst.TypstError as error:
        if "internal error" not in str(error):
            raise
        return bytes(typst.compile(source, **{**options, "pdf_standards": [], "pdf_tags": False}))


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Return the shipped fonts, and no others, read once for all that the compiler makes."""
    import typst  # noqa: PLC0415 - idem

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(theme.FONT_FOLDER)],
    )


class Sheet:
    """A page in millimetres, y downwards from the top: text and rules on one transparent layer."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.width, self.height = width_mm, height_mm
        size = (width_mm / 25.4, height_mm / 25.4)
        self.figure = Figure(figsize=size, facecolor=theme.PAPER)
        self.layer = self.window(0, 0, width_mm, height_mm, zorder=10)
        self.layer.set_axis_off()
        self.layer.set(xlim=(0, width_mm), ylim=(height_mm, 0), autoscale_on=False)

    def window(self, x: float, y: float, width: float, height: float, zorder: float = 1.0) -> Axes:
        """Open axes whose top left corner stands at `x, y`."""
        left, bottom = x / self.width, 1 - (y + height) / self.height
        place = (left, bottom, width / self.width, height / self.height)
        return self.figure.add_axes(place, zorder=zorder, facecolor="none")

    def text(
        self, x: float, y: float, text: str, size_pt: float = theme.NOTE_PT, **look: Any
    ) -> None:
        """Write one line whose baseline stands at `y`."""
        self.layer.text(x, y, text, fontsize=size_pt, **{"va": "baseline", **look})

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
        **look: Any,
    ) -> float:
        """Write a wrapped paragraph whose first baseline stands at `y`; return the next baseline."""
        if bold:
            look["fontweight"] = "bold"
        for line in wrap(text, width, size_pt, bold=bold, lines=lines):
            self.text(x, y, line, size_pt, **look)
            y += size_pt * POINT_MM * spacing
        return y

    def lines(
        self, x: float, y: float, texts: Iterable[str], step: float, *size: float, **look: Any
    ) -> None:
        """Write lines one under the other, the first at `y`."""
        for k, text in enumerate(texts):
            self.text(x, y + k * step, text, *size, **look)

    def rule(self, x0: float, y0: float, x1: float, y1: float, **look: Any) -> None:
        """Draw a straight rule."""
        self.layer.plot([x0, x1], [y0, y1], **{"color": theme.RULE, "linewidth": 0.6, **look})
