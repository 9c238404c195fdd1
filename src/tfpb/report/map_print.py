"""Printed maps: the A4 page of a quarter, as PNG and as vector PDF from one drawing."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tfpb.report import map_panel as panel
from tfpb.report.canvas import Sheet, save_pdf, save_png, style
from tfpb.report.map_column import column
from tfpb.report.map_foot import foot
from tfpb.report.map_layers import Atlas, atlas, fit, page_epsg
from tfpb.report.map_window import draw
from tfpb.words import maps as words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.model.maps import MapModel, QpvPage

DPI: Final = 200


@dataclass(frozen=True, slots=True)
class MapPicture:
    """One page in both forms."""

    png: bytes
    pdf: bytes


def draw_page(
    model: MapModel, page: QpvPage, *, dpi: int = DPI, layers: Atlas | None = None
) -> MapPicture:
    """Draw the A4 page of a quarter once, and save it twice.

    Parameters
    ----------
    model : MapModel
    page : QpvPage
        Its `code_qpv` must be one of `model.qpv`.
    dpi : int
        Resolution of the PNG.
    layers : Atlas, optional
        Layers already in the quarter's projection, to share between pages.

    Returns
    -------
    MapPicture
        Same model, same bytes: no clock, no random id.

    Raises
    ------
    KeyError
        If the quarter has no outline in the model.
    """
    with style():
        sheet = _page(model, page, layers or atlas(model, page_epsg(page.code_qpv)))
        title = f"{page.nom} ({page.code_qpv})"
        return MapPicture(save_png(sheet.figure, dpi=dpi), save_pdf(sheet.figure, title=title))


def page_png(model: MapModel, page: QpvPage, *, dpi: int = DPI) -> bytes:
    """Return the A4 page of a quarter as PNG (see `draw_page`)."""
    with style():
        return save_png(_page(model, page, atlas(model, page_epsg(page.code_qpv))).figure, dpi=dpi)


def page_pdf(model: MapModel, page: QpvPage) -> bytes:
    """Return the A4 page of a quarter as vector PDF (see `draw_page`)."""
    with style():
        sheet = _page(model, page, atlas(model, page_epsg(page.code_qpv)))
        return save_pdf(sheet.figure, title=f"{page.nom} ({page.code_qpv})")


def _page(model: MapModel, page: QpvPage, layers: Atlas) -> Sheet:
    own = layers.qpv[layers.qpv["code_qpv"].astype(str) == page.code_qpv]
    if own.empty:
        raise KeyError(page.code_qpv)
    sheet = Sheet(panel.WIDTH, panel.HEIGHT)
    frame = fit(tuple(own.total_bounds), panel.MAP_W, panel.MAP_H)
    window = sheet.window(panel.MAP_X, panel.MAP_Y, panel.MAP_W, panel.MAP_H)
    draw(window, layers, frame, code_qpv=page.code_qpv)
    heading = panel.Heading(
        title=page.nom or page.code_qpv,
        subtitle=words.page_subtitle(page.code_qpv, page.commune, page.bailleur, page.year),
        kind=words.PAGE_KIND,
    )
    panel.head(sheet, heading, fictional=model.fictional)
    column(sheet, page)
    foot(sheet, model, layers, frame, has_old=not layers.near(layers.old, frame).empty)
    return sheet


_shared: dict[str, tuple[MapModel, int, dict[int, Atlas]]] = {}


def _start(model: MapModel, dpi: int) -> None:
    _shared["model"] = (model, dpi, {})


def _one(index: int) -> tuple[str, MapPicture]:
    model, dpi, layers = _shared["model"]
    page = model.pages[index]
    epsg = page_epsg(page.code_qpv)
    if epsg not in layers:
        layers[epsg] = atlas(model, epsg)
    return page.code_qpv, draw_page(model, page, dpi=dpi, layers=layers[epsg])


def draw_pages(
    model: MapModel, *, dpi: int = DPI, workers: int = 1
) -> Iterator[tuple[str, MapPicture]]:
    """Draw every page of the model, in order.

    Parameters
    ----------
    workers : int
        Processes; 1 draws in this one. The bytes do not depend on it.

    Yields
    ------
    code_qpv, MapPicture
    """
    if workers <= 1 or len(model.pages) < 4:  # noqa: PLR2004
        _start(model, dpi)
        try:
            yield from map(_one, range(len(model.pages)))
        finally:
            _shared.clear()
        return
    with ProcessPoolExecutor(workers, initializer=_start, initargs=(model, dpi)) as pool:
        yield from pool.map(_one, range(len(model.pages)), chunksize=4)
