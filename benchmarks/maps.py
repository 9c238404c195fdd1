"""Measure maps: the web map of 5 000 résidences, and 204 printed pages on two cores.

Run alone::

    PYTHONPATH=src python benchmarks/maps.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "unit" / "maps"))

import map_models  # noqa: E402

from tfpb.report import map_html, map_overview, map_print  # noqa: E402


def main() -> None:
    """Print one line a measure."""
    start = time.perf_counter()
    model = map_models.synthetic(quarters=204, residences=5000)
    print(f"model with its ground          {time.perf_counter() - start:7.2f} s")

    start = time.perf_counter()
    page = map_html.render(model)
    print(
        f"web map, 5 000 résidences      {time.perf_counter() - start:7.2f} s  {len(page) / 1e6:.2f} MB"
    )

    start = time.perf_counter()
    picture = map_print.draw_page(model, model.pages[0])
    print(
        f"one page, PNG and PDF          {time.perf_counter() - start:7.2f} s  "
        f"{len(picture.png) / 1e3:.0f} + {len(picture.pdf) / 1e3:.0f} kB"
    )

    start = time.perf_counter()
    pages = list(map_print.draw_pages(model, workers=2))
    size = sum(len(p.png) + len(p.pdf) for _, p in pages)
    print(
        f"{len(pages)} pages on two cores        {time.perf_counter() - start:7.2f} s  {size / 1e6:.0f} MB"
    )

    start = time.perf_counter()
    picture = map_overview.draw_overview(model)
    print(f"overview, 204 quarters         {time.perf_counter() - start:7.2f} s")


if __name__ == "__main__":
    main()
