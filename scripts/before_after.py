"""Lay pictures of two packs side by side: what a reader held before, and what he holds now.

    ../shared/tools/look PACK_BEFORE before; ../shared/tools/look PACK_NOW now
    python scripts/before_after.py before now docs/images

Each picture has the earlier pages on the left, under a grey rule, the present ones on the right, under a
blue one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw

PAIRS = {
    "avant-apres-reponse": (["rapport-01", "rapport-02", "rapport-03"], ["note-1"]),
    "avant-apres-corps": (["rapport-10", "rapport-22"], ["rapport-07", "rapport-08"]),
    "avant-apres-carte": (["QN05992M"], ["QN05992M"]),
    "avant-apres-classeur": (["dossier-xlsx-01"], ["dossier-xlsx-01"]),
    "avant-apres-telephone": (["carte-390"], ["carte-390"]),
}
HIGH, GAP, RULE = 560, 14, 5
COLOURS = 128


def row(folder: Path, names: list[str], rule: str) -> Image.Image:
    """Set pages beside one another, at one height, under a rule."""
    pages = [Image.open(folder / f"{name}.png").convert("RGB") for name in names]
    pages = [
        p.resize((round(p.width * HIGH / p.height), HIGH), Image.Resampling.LANCZOS) for p in pages
    ]
    out = Image.new("RGB", (sum(p.width + GAP for p in pages) - GAP, HIGH + 2 * RULE), "white")
    ImageDraw.Draw(out).rectangle((0, 0, out.width, RULE), fill=rule)
    left = 0
    for page in pages:
        ImageDraw.Draw(page).rectangle((0, 0, page.width - 1, HIGH - 1), outline="#D0D0D0")
        out.paste(page, (left, 2 * RULE))
        left += page.width + GAP
    return out


def main() -> None:
    """Write each pair that both packs have."""
    before, now, target = map(Path, sys.argv[1:4])
    for name, (old, new) in PAIRS.items():
        sides = row(before, old, "#8A8A8A"), row(now, new, "#33658A")
        both = Image.new("RGB", (sum(s.width for s in sides) + 3 * GAP, sides[0].height), "white")
        both.paste(sides[0], (0, 0))
        both.paste(sides[1], (sides[0].width + 3 * GAP, 0))
        both.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            target / f"{name}.png", optimize=True
        )
        print(f"{name}.png : {(target / f'{name}.png').stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
