"""Measure maps: the web map of 5 000 résidences, 204 printed pages on two cores, and plain peers.

Run alone, on a quiet machine::

    PYTHONPATH=src python benchmarks/maps.py
    PYTHONPATH=src python benchmarks/maps.py --pages 24    # a shorter run

The peers are what one gets from the libraries without more: folium with a GeoJson layer of quarters and
a marker a résidence; geopandas' own plot of the same layers, saved as PNG and PDF, without names,
figures, legend, scale nor inset. All are measured in the same run; memory is that of one process.
"""

from __future__ import annotations

import argparse
import io
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "unit" / "maps"))

import folium  # noqa: E402
import map_models  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from tfpb.pipeline.kept.stage_cache import StageCache  # noqa: E402
from tfpb.report.print_map import sheets as drawing  # noqa: E402
from tfpb.report.print_map.sheets import map_files  # noqa: E402
from tfpb.report.print_map.views import atlas, overview_view, page_epsg, page_view  # noqa: E402  # noqa: E402
from tfpb.report.web_map import map_html  # noqa: E402
from tfpb.stage import Making  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.location import MapModel
    from tfpb.report.print_map.views import Atlas

PEER_PAGES = 6


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return what a call gives, its seconds on the clock and of processor (this process)."""
    start, used = time.perf_counter(), time.process_time()
    made = work()
    return made, time.perf_counter() - start, time.process_time() - used


def row(what: str, seconds: float, processor: float | None = None, note: str = "") -> None:
    """Print a row of the table."""
    used = "" if processor is None else f"{processor:.2f}"
    print(f"| {what} | {seconds:.2f} | {used} | {note} |", flush=True)


def plain_folium(model: MapModel) -> bytes:
    """Draw quarters and résidences as folium's own documentation does."""
    page = folium.Map(location=[50.5, 2.9], zoom_start=10, tiles=None)
    quarters = model.qpv[["code_qpv", "nom", "geometry"]]
    folium.GeoJson(quarters, popup=folium.GeoJsonPopup(["code_qpv", "nom"])).add_to(page)
    for home in model.residences.itertuples(index=False):
        text = f"{home.nom}<br>{home.bailleur}<br>{home.adresse}<br>{home.statut}"
        folium.CircleMarker([home.latitude, home.longitude], radius=5, popup=text).add_to(page)
    return page.get_root().render().encode()


def plain_page(layers: Atlas, bounds: tuple[float, float, float, float]) -> int:
    """Plot the layers of a page with geopandas and save it twice; return the bytes made."""
    figure = Figure(figsize=(297 / 25.4, 210 / 25.4))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.03, 0.1, 0.94, 0.85))
    for layer, look in (
        (layers.streets, {"color": "#CFCFCF", "linewidth": 3}),
        (layers.communes, {"facecolor": "none", "edgecolor": "#999999"}),
        (layers.old, {"facecolor": "none", "edgecolor": "#8A8A8A", "linestyle": "--"}),
        (layers.qpv, {"facecolor": "#33658A22", "edgecolor": "#33658A", "linewidth": 2}),
        (layers.residences, {"color": "#1B3A4B", "markersize": 40}),
    ):
        if len(layer):
            layer.plot(ax=axes, **look)
    axes.set_xlim(bounds[0], bounds[2])
    axes.set_ylim(bounds[1], bounds[3])
    size = 0
    for form in ("png", "pdf"):
        out = io.BytesIO()
        figure.savefig(out, format=form, dpi=200)
        size += len(out.getvalue())
    return size


def web(model: MapModel) -> None:
    """Measure the web map and its peer."""
    page, seconds, used = timed(lambda: map_html.render(model))
    row("carte.html, 5 000 résidences, 204 quartiers", seconds, used, f"{len(page) / 1e6:.2f} Mo")
    peer, seconds, used = timed(lambda: plain_folium(model))
    note = f"{len(peer) / 1e6:.2f} Mo, bibliothèques et fonds en plus, par le réseau"
    row("folium seul, mêmes objets", seconds, used, note)


def sheets(model: MapModel, count: int) -> None:
    """Measure the printed sheets, cold and warm, and their peer."""
    layers = atlas(model, page_epsg(model.pages[0].code_qpv))
    views = [page_view(model, p, layers, dpi=200) for p in model.pages[: PEER_PAGES + 1]]
    drawing.draw_sheet(views[0])  # fonts and caches of the libraries
    made, seconds, used = timed(lambda: [drawing.draw_sheet(v) for v in views[1:]])
    each = len(made)
    weight = sum(len(d) for p in made for d in p.values()) / each / 1e3
    row("une page A4, PNG 200 dpi et PDF", seconds / each, used / each, f"{weight:.0f} ko")
    _, seconds, used = timed(lambda: [plain_page(v.layers, v.frame.bounds) for v in views[1:]])
    row("geopandas seul, mêmes couches, sans noms ni cartouche", seconds / each, used / each)

    some = replace(model, pages=model.pages[:count], territories=())
    with tempfile.TemporaryDirectory() as folder:
        kept = StageCache(Path(folder), most_bytes=1 << 30)
        first, seconds, used = timed(lambda: map_files(some, Making(kept, 2)))
        weight = sum(len(data) for data in first.values()) / 1e6
        row(f"{count} pages, la vue d’ensemble et la carte, deux processus", seconds, used,
            f"{weight:.0f} Mo ; cible 120 s pour 204")  # fmt: skip
        again, seconds, used = timed(lambda: map_files(some, Making(kept, 2)))
        row("les mêmes, rien n’ayant changé", seconds, used, f"identiques : {first == again}")


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--pages", type=int, default=204)
    count = asked.parse_args().pages
    print("| mesure | secondes | dont processeur, ce processus | |\n|---|---|---|---|")
    model, seconds, used = timed(
        lambda: map_models.synthetic(quarters=204, residences=5000, hostile=False)
    )
    row("modèle d’essai et son fond de plan", seconds, used)
    web(model)
    sheets(model, count)
    _, seconds, used = timed(lambda: drawing.draw_sheet(overview_view(model)))
    row("vue d’ensemble, 204 quartiers", seconds, used)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    other = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nMémoire au plus : {peak:.0f} Mio ici, {other:.0f} Mio dans l’autre processus.")


if __name__ == "__main__":
    main()
