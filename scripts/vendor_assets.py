"""Vendor what the project ships from elsewhere: Leaflet, axe-core and the font.

Run by hand, with npm and apt at hand, when a version changes::

    python scripts/vendor_assets.py

Every file taken is checked against the hash below, and what is shipped is listed with its version,
licence and sha256 in a `SOURCES.json` beside it.

The font is Open Sans (Apache 2.0), cut to the letters French administrative files use and completed
with the verdict signs (● ◒ ▲ …) and the narrow no-break space it lacks. It is renamed « TFPB Sans »
so that an installed Open Sans, which has no such signs, can never stand in for it.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).resolve().parents[1]
ASSETS: Final = ROOT / "src" / "tfpb" / "report" / "assets"
BROWSER_ASSETS: Final = ROOT / "tests" / "browser" / "assets"

NPM: Final = {
    "leaflet": (
        "1.9.4",
        "BSD-2-Clause",
        ASSETS / "leaflet",
        {
            "package/dist/leaflet.js": "leaflet.js",
            "package/dist/leaflet.css": "leaflet.css",
            "package/LICENSE": "LICENSE",
        },
    ),
    "axe-core": (
        "4.14.1",
        "MPL-2.0",
        BROWSER_ASSETS / "axe-core",
        {"package/axe.min.js": "axe.min.js", "package/LICENSE": "LICENSE"},
    ),
}
FONT_PACKAGE: Final = ("fonts-open-sans", "1.11-2")
FONT_HASHES: Final = {
    "Regular": "e64e508b2aa2880f907e470c4550980ec4c0694d103a43f36150ac3f93189bee",
    "Bold": "5894a3649b213cf5b2d673b6e7a871815fd1d120fa68a463592f27db14eae323",
    "Italic": "a54dc8488f8193bf30c3820cf6f261f911f9d328d699e1a1b8042641554cec70",
    "BoldItalic": "3ca680f2444cc9e50447d057c006464566e92f2e77b0b6e26491e5bd757ed4e7",
}
KEPT: Final = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),  # Latin-1, Latin Extended-A and B
    *range(0x2C6, 0x2DE),
    *range(0x370, 0x400),  # Greek: δ, Σ
    *range(0x2000, 0x2050),  # spaces, dashes, quotes, ellipsis
    *range(0x2070, 0x20A0),
    0x20AC, 0x2116, 0x2122, 0x2202, 0x2206, 0x2211, 0x2212, 0x221A, 0x2248, 0x2260, 0x2264, 0x2265,
)  # fmt: skip
KAPPA: Final = 0.5522847498  # Bézier handle of a quarter circle
Point = tuple[float, float]


def sha256(data: bytes) -> str:
    """Return the hash, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def record(folder: Path, entries: list[dict[str, str]]) -> None:
    """Write `SOURCES.json` in the folder."""
    text = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
    (folder / "SOURCES.json").write_text(text, encoding="utf-8")


def vendor_npm(work: Path) -> None:
    """Take the wanted files of each npm package."""
    for name, (version, licence, folder, files) in NPM.items():
        subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=work, check=True)
        folder.mkdir(parents=True, exist_ok=True)
        entries = []
        with tarfile.open(work / f"{name}-{version}.tgz") as archive:
            for inside, outside in files.items():
                member = archive.extractfile(inside)
                if member is None:
                    raise FileNotFoundError(inside)
                data = member.read()
                (folder / outside).write_bytes(data)
                entries.append(
                    {
                        "file": outside,
                        "package": f"npm:{name}",
                        "version": version,
                        "licence": licence,
                        "sha256": sha256(data),
                    }
                )
        record(folder, entries)


class Stencil:
    """Draws the signs in font units, on a square of side `size` that stands at `bottom`."""

    def __init__(self, pen: Cu2QuPen, size: float, bottom: float, left: float) -> None:
        self.pen, self.size = pen, size
        self.cx, self.cy = left + size / 2, bottom + size / 2

    def polygon(self, points: list[Point], *, hole: bool = False) -> None:
        """Draw a closed polygon given clockwise; a hole is drawn the other way."""
        points = points[::-1] if hole else points
        self.pen.moveTo(points[0])
        for point in points[1:]:
            self.pen.lineTo(point)
        self.pen.closePath()

    def disc(self, radius: float, *, hole: bool = False) -> None:
        """Draw a circle around the centre."""
        cx, cy, k = self.cx, self.cy, radius * KAPPA
        r = radius
        arcs = [
            ((cx, cy + r), (cx + k, cy + r), (cx + r, cy + k)),
            ((cx + r, cy), (cx + r, cy - k), (cx + k, cy - r)),
            ((cx, cy - r), (cx - k, cy - r), (cx - r, cy - k)),
            ((cx - r, cy), (cx - r, cy + k), (cx - k, cy + r)),
        ]
        self.pen.moveTo(arcs[0][0])
        order = list(zip(arcs, [*arcs[1:], arcs[0]], strict=True))
        if not hole:
            for (_, a, b), (end, _, _) in order:
                self.pen.curveTo(a, b, end)
        else:
            for (start, a, b), _ in reversed(order):
                self.pen.curveTo(b, a, start)
        self.pen.closePath()

    def half(self, radius: float, *, lower: bool) -> None:
        """Draw the lower half of a disc, or its left half."""
        cx, cy, r, k = self.cx, self.cy, radius, radius * KAPPA
        if lower:
            self.pen.moveTo((cx + r, cy))
            self.pen.curveTo((cx + r, cy - k), (cx + k, cy - r), (cx, cy - r))
            self.pen.curveTo((cx - k, cy - r), (cx - r, cy - k), (cx - r, cy))
        else:
            self.pen.moveTo((cx, cy - r))
            self.pen.curveTo((cx - k, cy - r), (cx - r, cy - k), (cx - r, cy))
            self.pen.curveTo((cx - r, cy + k), (cx - k, cy + r), (cx, cy + r))
        self.pen.closePath()

    def ring(self) -> None:
        """Draw a hollow circle."""
        self.disc(self.size / 2)
        self.disc(self.size / 2 * 0.80, hole=True)

    def triangle(self, scale: float = 1.0, *, up: bool, hole: bool = False) -> None:
        """Draw an equilateral triangle around the centre of the square."""
        s = self.size / 2 * scale
        h = s * (1 if up else -1)
        # around the centroid, so that a smaller triangle leaves an even edge
        shift = -h / 3 * (1 - scale) if scale < 1 else 0.0
        top, base = self.cy + h + shift, self.cy - h * 0.85 + shift
        points = [(self.cx, top), (self.cx + s, base), (self.cx - s, base)]
        self.polygon(points if up else points[::-1], hole=hole)

    def square(self) -> None:
        """Draw an upright square."""
        s, cx, cy = self.size * 0.45, self.cx, self.cy
        self.polygon([(cx - s, cy + s), (cx + s, cy + s), (cx + s, cy - s), (cx - s, cy - s)])

    def diamond(self, scale: float = 1.0, *, hole: bool = False) -> None:
        """Draw a square on its point."""
        s = self.size / 2 * scale
        cx, cy = self.cx, self.cy
        self.polygon([(cx, cy + s), (cx + s, cy), (cx, cy - s), (cx - s, cy)], hole=hole)


def _arrow(s: Stencil) -> None:
    cx, cy, half = s.cx, s.cy, s.size / 2
    t = s.size * 0.055
    head = s.size * 0.28
    s.polygon(
        [
            (cx - half, cy + t),
            (cx + half - head, cy + t),
            (cx + half - head, cy - t),
            (cx - half, cy - t),
        ]
    )
    s.polygon(
        [(cx + half - head, cy + head * 0.7), (cx + half, cy), (cx + half - head, cy - head * 0.7)]
    )


SIGNS: Final[dict[str, tuple[Callable[[Stencil], object], ...]]] = {
    "●": (lambda s: s.disc(s.size / 2),),
    "○": (lambda s: s.ring(),),
    "◒": (lambda s: s.ring(), lambda s: s.half(s.size / 2 * 0.82, lower=True)),
    "◐": (lambda s: s.ring(), lambda s: s.half(s.size / 2 * 0.82, lower=False)),
    "▲": (lambda s: s.triangle(up=True),),
    "△": (lambda s: s.triangle(up=True), lambda s: s.triangle(0.62, up=True, hole=True)),
    "▼": (lambda s: s.triangle(up=False),),
    "▽": (lambda s: s.triangle(up=False), lambda s: s.triangle(0.62, up=False, hole=True)),
    "◆": (lambda s: s.diamond(),),
    "◇": (lambda s: s.diamond(), lambda s: s.diamond(0.72, hole=True)),
    "■": (lambda s: s.square(),),
    "→": (_arrow,),
}  # fmt: skip


def complete(font: TTFont) -> None:
    """Add the verdict signs and U+202F, and rename the family."""
    units = font["head"].unitsPerEm
    size, bottom, side = 0.66 * units, 0.03 * units, 0.07 * units
    glyphs, metrics = font["glyf"], font["hmtx"]
    for sign, strokes in SIGNS.items():
        pen = TTGlyphPen(None)
        for stroke in strokes:
            stroke(Stencil(Cu2QuPen(pen, max_err=1.0), size, bottom, side))
        name = f"uni{ord(sign):04X}"
        glyphs[name] = pen.glyph()
        glyphs[name].recalcBounds(glyphs)
        metrics[name] = (round(size + 2 * side), round(glyphs[name].xMin))
        _map(font, ord(sign), name)
    pen = TTGlyphPen(None)
    glyphs["uni202F"] = pen.glyph()
    metrics["uni202F"] = (round(0.13 * units), 0)
    _map(font, 0x202F, "uni202F")


def _map(font: TTFont, code: int, name: str) -> None:
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[code] = name


def rename(font: TTFont, style: str) -> None:
    """Name the family « TFPB Sans » and say what was changed."""
    human = {"BoldItalic": "Bold Italic"}.get(style, style)
    values = {
        1: "TFPB Sans",
        2: human,
        3: f"TFPB Sans {human}",
        4: f"TFPB Sans {human}",
        6: f"TFPBSans-{style}",
        10: "Open Sans 1.10 (Apache 2.0), cut to Latin and Greek, completed with signs and U+202F.",
    }
    table = font["name"]
    table.names = [n for n in table.names if n.nameID in {0, 7, 8, 9, 11, 13, 14}]
    for number, text in values.items():
        table.setName(text, number, 3, 1, 0x409)


def vendor_fonts(work: Path) -> None:
    """Cut, complete and rename the four faces."""
    package, version = FONT_PACKAGE
    subprocess.run(["apt-get", "download", "-qq", f"{package}={version}"], cwd=work, check=True)
    subprocess.run(["dpkg", "-x", next(work.glob("fonts-*.deb")).name, "x"], cwd=work, check=True)
    folder = ASSETS / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for style, expected in FONT_HASHES.items():
        source = work / "x/usr/share/fonts/truetype/open-sans" / f"OpenSans-{style}.ttf"
        data = source.read_bytes()
        if sha256(data) != expected:
            raise ValueError(f"{source.name}: {sha256(data)}")
        font = TTFont(io.BytesIO(data), recalcTimestamp=False)
        options = subset.Options(
            layout_features=["kern", "liga", "locl", "ccmp", "mark", "mkmk"],
            name_IDs=["*"],
            notdef_outline=True,
            hinting=False,
            glyph_names=True,
        )
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=KEPT)
        cutter.subset(font)
        complete(font)
        rename(font, style)
        out = io.BytesIO()
        font.save(out, reorderTables=True)
        (folder / f"TFPBSans-{style}.ttf").write_bytes(out.getvalue())
        entries.append(
            {
                "file": f"TFPBSans-{style}.ttf",
                "package": f"debian:{package}",
                "version": version,
                "licence": "Apache-2.0",
                "source_sha256": expected,
                "changes": "cut to Latin and Greek; signs and U+202F added; family renamed",
                "sha256": sha256(out.getvalue()),
            }
        )
    licence = Path("/usr/share/common-licenses/Apache-2.0")  # Debian's own copy
    (folder / "LICENSE").write_bytes(licence.read_bytes())
    record(folder, entries)


def main() -> None:
    """Vendor everything."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        vendor_npm(work)
        vendor_fonts(work)


if __name__ == "__main__":
    main()
