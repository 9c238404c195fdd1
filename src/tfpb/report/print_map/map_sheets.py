"""All maps of a dossier: the web map, the page of each quarter, the overviews."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tfpb.executors import Crew
from tfpb.report.print_map import map_overview, map_print
from tfpb.report.print_map.map_layers import Atlas, atlas, page_epsg
from tfpb.report.print_map.map_overview import OverviewView, overview_view
from tfpb.report.print_map.map_print import DPI, MapPicture
from tfpb.report.print_map.map_view import PageView, page_view
from tfpb.report.web_map import map_html
from tfpb.stage import Executor, Stage, directly

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.maps import MapModel

FEW: Final = 6
"""Sheets for which a process is worth its start."""


def _quietly(_count: int) -> None:
    """Tell nobody."""


def map_files(
    model: MapModel,
    *,
    dpi: int = DPI,
    workers: int = 1,
    execute: Executor = directly,
    advance: Callable[[int], None] = _quietly,
) -> dict[str, bytes]:
    """Render the web map and the printed sheets.

    Parameters
    ----------
    model : MapModel
    dpi : int
        Resolution of the PNG.
    workers : int
        Sheets drawn at once, each in a process of its own; the bytes do not depend on it.
    execute : Executor
        Runs the drawing of each sheet, a stage of its own; several threads may call it at once.
    advance : callable
        Told of each file or sheet done: `sheet_count(model)` + 1 in all.

    Returns
    -------
    dict of str to bytes
        `carte.html`, and `cartes/<name>.png` and `.pdf` for each quarter and overview.
    """
    files = {"carte.html": map_html.render(model)}
    advance(1)
    views = _views(model, dpi)
    crew = Crew(max(1, min(workers, len(views) // FEW)))
    elsewhere = partial(crew.run, draw_sheet)
    page, overview = (replace(stage, run=elsewhere) for stage in (_PAGE, _OVERVIEW))

    def drawn(name: str) -> dict[str, bytes]:
        view = views[name]
        made: dict[str, bytes] = execute(page if isinstance(view, PageView) else overview, (view,))
        return _forms(map_print.stamped(MapPicture(**made), model.run_hash))

    try:
        for name, made in zip(views, crew.gather(drawn, list(views), advance), strict=True):
            files |= {f"cartes/{name}.{suffix}": data for suffix, data in made.items()}
    finally:
        crew.close()
    return files


def sheet_count(model: MapModel) -> int:
    """Return how many sheets `map_files` draws."""
    return len(model.pages) + len(_overviews(model))


def draw_sheet(view: PageView | OverviewView) -> dict[str, bytes]:
    """Draw a sheet in both forms from all that it shows, but the run's hash: kept, it serves again."""
    if isinstance(view, PageView):
        return _forms(map_print.draw_view(view))
    return _forms(map_overview.draw_view(view))


def _forms(picture: MapPicture) -> dict[str, bytes]:
    return {"png": picture.png, "pdf": picture.pdf}


_PAGE: Final = Stage("Page de quartier", 3, ("vue",), "page", draw_sheet, kept="fichiers")
_OVERVIEW: Final = Stage("Vue d’ensemble", 3, ("vue",), "vue_ensemble", draw_sheet, kept="fichiers")


def _views(model: MapModel, dpi: int) -> dict[str, PageView | OverviewView]:
    """Cut the model to each of its sheets, by name of file."""
    shared: dict[int, Atlas] = {}

    def layers(code_qpv: str) -> Atlas:
        epsg = page_epsg(code_qpv)
        if epsg not in shared:
            shared[epsg] = atlas(model, epsg)
        return shared[epsg]

    views: dict[str, PageView | OverviewView] = {
        page.code_qpv: page_view(model, page, layers(page.code_qpv), dpi=dpi)
        for page in model.pages
    }
    for name, told in _overviews(model).items():
        first = min(told.get("codes") or model.qpv["code_qpv"].astype(str))
        views[name] = overview_view(model, layers=layers(first), dpi=dpi, **told)
    return views


def _overviews(model: MapModel) -> dict[str, dict[str, Any]]:
    """Name the overviews: the whole stock, then each territory."""
    if model.qpv.empty:
        return {}
    named = {t.slug: {"title": t.name, "codes": t.codes} for t in model.territories}
    return {"ensemble": {}, **named}
