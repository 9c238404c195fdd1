"""One look for maps, charts, workbook, PDF, Word and web page: colours, signs, type, sizes.

Everything here is a plain constant or a pure function, so that any renderer may read it without
pulling in a drawing library.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

ASSETS: Final = Path(__file__).parent / "assets"
FONT_FAMILY: Final = "TFPB Sans"
"""Open Sans cut to Latin, with the verdict signs and the narrow no-break space; tabular figures."""
FONT_FOLDER: Final = ASSETS / "fonts"
FONT_FILES: Final[dict[str, Path]] = {
    style: FONT_FOLDER / f"TFPBSans-{style}.ttf"
    for style in ("Regular", "Bold", "Italic", "BoldItalic")
}
BODY_PT: Final = 10.5
PAGE_PT: Final = 9.5
"""Body of a document of one page."""
NOTE_PT: Final = 8.0
AXIS_PT: Final = 7.5
"""Ticks and notes of charts."""
CELL_PT: Final = 8.8
"""Cells of the page that answers; its notes are `NOTE_PT`."""
MIN_PT: Final = 7.0

PAPER: Final = "#FFFFFF"
INK: Final = "#333333"
NEAR_BLACK: Final = "#1A1A1A"
"""Text over a colour of the data, where `INK` would be too pale."""
SOFT: Final = "#5F5F5F"
"""Secondary text: contrast 6.4 on white."""
RULE: Final = "#D0D0D0"
HAIRLINE: Final = "#ECECEC"
"""Between the rows of a table."""
LINK: Final = "#B9B9B9"
"""Between the two marks of one row."""
ACCENT: Final = "#33658A"
QPV: Final = ACCENT
QPV_FILL_ALPHA: Final = 0.12
QPV_OLD: Final = "#8A8A8A"
DANS: Final = "#1B3A4B"
EXONEREE: Final = "#9DB8CF"
"""Of dwellings that an exemption still covers: paler than `DANS`, in colour and in grey."""
HORS: Final = "#7A7A7A"
RING: Final = "#B35806"
"""Around money to act on."""
A_VERIFIER: Final = "#EE7733"
PAYERS: Final = ("#A3A3A3", "#6F6F6F", "#CFCFCF", PAPER)
"""State, communes, their neighbours, other taxpayers: greys, for navy is of what has its piece."""
HOMES: Final = (DANS, EXONEREE, RING)
"""Dwellings abated, exempt, to claim: parts of one bar."""
MARGIN_BAND: Final = "#E4EAF0"
FAINT: Final = "#F3F4F7"
"""Ground of a key."""
ENTRY: Final = "#FFF8E6"
"""Ground of the cells that people fill."""

STREET: Final = "#D4D4D4"
STREET_EDGE: Final = "#B4B4B4"
STREET_NAME: Final = "#4F4F4F"
PARCEL: Final = "#F1F0EE"
PARCEL_EDGE: Final = "#DEDCD8"
COMMUNE: Final = "#9A9A9A"

GAP_SCALE: Final = ("#B35806", "#F1A340", "#FEE0B6", "#F7F7F7", "#D8DAEB", "#998EC3", "#542788")
"""Diverging scale of gaps, orange where QPV is lower; distinct in grey at both ends by the sign."""
GAP_BREAKS: Final = (-0.15, -0.10, -0.05, 0.05, 0.10, 0.15)
"""Limits of the seven classes of `GAP_SCALE`, proportions; the class of a gap counts those it reaches."""
MONEY_SCALE: Final = ("#EDF2F6", "#C3D4E1", "#8FB0C8", "#5B89AB", "#2F5C7E")
"""Sequential scale of amounts, light to dark."""


def luminance(colour: str) -> float:
    """Return the relative luminance 0..1 of `#RRGGBB` (WCAG 2.2, section « relative luminance »)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)  # noqa: PLR2004
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio 1..21 of two colours (WCAG 2.2)."""
    a, b = sorted((luminance(first), luminance(second)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def ink_on(colour: str) -> str:
    """Return near-black or white text, whichever reads better on that colour."""
    return NEAR_BLACK if contrast(NEAR_BLACK, colour) >= contrast(PAPER, colour) else PAPER
