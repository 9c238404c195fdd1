"""Printed maps: the A4 page of a quarter, as PNG and as vector PDF from one drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tfpb.report.canvas import Sheet, save_pdf, save_png, style
from tfpb.report.print_map import map_panel as panel
from tfpb.report.print_map import stamp
from tfpb.report.print_map.map_column import column
from tfpb.report.print_map.map_foot import foot
from tfpb.report.print_map.map_layers import Atlas, atlas, page_epsg
from tfpb.report.print_map.map_view import PageView, page_view
from tfpb.report.print_map.map_window import draw
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
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
    view = page_view(model, page, layers or atlas(model, page_epsg(page.code_qpv)), dpi=dpi)
    return stamped(draw_view(view), model.run_hash)


def draw_view(view: PageView) -> MapPicture:
    """Draw a page from all that it shows, but the run's hash; it may have come from another process."""
    with style():
        title = f"{view.page.nom} ({view.page.code_qpv})"
        return unstamped(compose(view), title=title, dpi=view.dpi)


def unstamped(sheet: Sheet, *, title: str, dpi: int) -> MapPicture:
    """Save a sheet twice, with the room of a hash that is set later."""
    pdf = save_pdf(sheet.figure, title=title)
    room = stamp.with_room(pdf, x_mm=panel.STAMP_X, y_mm=panel.STAMP_Y)
    return MapPicture(save_png(sheet.figure, dpi=dpi), room)


def stamped(picture: MapPicture, run_hash: str) -> MapPicture:
    """Set the run's hash on a sheet."""
    png = stamp.stamp_png(
        picture.png, run_hash, x_mm=panel.STAMP_X, y_mm=panel.STAMP_Y, height_mm=panel.HEIGHT
    )
    return MapPicture(png, stamp.stamp_pdf(picture.pdf, run_hash))


def compose(view: PageView) -> Sheet:
    """Lay the page out: title band, map, column, foot."""
    page = view.page
    sheet = Sheet(panel.WIDTH, panel.HEIGHT)
    window = sheet.window(panel.MAP_X, panel.MAP_Y, panel.MAP_W, panel.MAP_H)
    draw(window, view.layers, view.frame, own=(page.code_qpv,), single=True)
    heading = panel.Heading(
        title=page.nom or page.code_qpv,
        subtitle=words.page_subtitle(page.code_qpv, page.commune, page.bailleur, page.year),
        kind=words.PAGE_KIND,
    )
    panel.head(sheet, heading, fictional=view.imprint.fictional)
    column(sheet, page)
    foot(sheet, view.imprint, view.layers, view.frame)
    return sheet
