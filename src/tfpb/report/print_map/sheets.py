"""All maps of a dossier: the web map, the page of each quarter, the overviews."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from tfpb.executors import Crew
from tfpb.facts.quarter import codes_of
from tfpb.report.canvas import Sheet, converted, save_png, save_svg, style
from tfpb.report.print_map import column, margins, views
from tfpb.report.print_map.window import draw
from tfpb.report.web_map import map_html
from tfpb.stage import PLAINLY, Making, Stage
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.model.location import MapModel, QpvPage
    from tfpb.report.print_map.views import View

FOLDER: Final = "quartiers"
FEW: Final = 6
"""Fewest sheets for which a process more is started."""


def compose(view: View) -> Sheet:
    """Lay a sheet out: title band, map, right column, foot."""
    sheet = Sheet(views.WIDTH, views.HEIGHT)
    window = sheet.window(views.EDGE, views.MAP_Y, views.MAP_W, views.MAP_H)
    mark = view.imprint.mark
    if isinstance(view, views.PageView):
        page = view.page
        shown = draw(window, view.layers, view.frame, own=(page.code_qpv,), page=page)
        subtitle = words.page_subtitle(page.code_qpv, page.commune, page.bailleur, page.year)
        margins.head(sheet, page.nom or page.code_qpv, subtitle, words.PAGE_KIND, mark=mark)
        column.column(sheet, page, shown)
    else:
        own = tuple(codes_of(view.quarters))
        shown = draw(window, view.layers, view.frame, own=own)
        margins.head(sheet, view.title, view.subtitle, words.OVERVIEW_KIND, mark=mark)
        column.quarters(sheet, view, unnamed=shown.unnamed)
    margins.foot(sheet, view)
    return sheet


def draw_sheet(view: View) -> dict[str, bytes]:
    """Draw a sheet once, as `png` and `svg`, without the run's hash: kept, it serves other runs."""
    with style():
        figure = compose(view).figure
        svg = save_svg(figure, title=view.title)
        png = save_png(figure, dpi=view.dpi, compress_level=1)  # the stamp presses it again
        return {"png": png, "svg": svg}


def stamped(picture: Mapping[str, bytes], run_hash: str) -> dict[str, bytes]:
    """Set the run's hash on both forms of a sheet."""
    return {
        "png": margins.stamp_png(picture["png"], run_hash),
        "svg": margins.stamp_svg(picture["svg"], run_hash),
    }


def draw_page(model: MapModel, page: QpvPage) -> dict[str, bytes]:
    """Draw the A4 page of a quarter as `png` and `pdf`; same model, same bytes: no clock, no random id.

    KeyError if the quarter has no outline in the model.
    """
    view = views.page_view(model, page, views.atlas(model, views.page_epsg(page.code_qpv)))
    images = stamped(draw_sheet(view), model.run_hash)
    return {"png": images["png"], "pdf": printed(images["svg"], view.title)}


def printed(drawing: bytes, title: str) -> bytes:
    """Make a tagged page of the drawing of a sheet."""
    form: dict[str, Any] = {"format": "pdf", "pdf_standards": ["ua-1"]}
    return converted(drawing, (views.WIDTH, views.HEIGHT), title, **form)


def map_files(
    model: MapModel,
    making: Making = PLAINLY,
    *,
    dpi: int = views.DPI,
) -> dict[str, bytes]:
    """Render the web map and the printed sheets; the drawing of a sheet is for placing it in a document.

    `carte.html`, and `quartiers/<name>.png` (at `dpi`) and `.svg` for each quarter and overview; `making`
    gets each file or sheet: `sheet_count(model)` + 1 in all.
    """
    files = {"carte.html": map_html.render(model)}
    making.advance(1)
    shown = _views(model, dpi)
    crew = Crew(max(1, min(making.workers, len(shown) // FEW)))
    elsewhere = partial(crew.run, draw_sheet)
    page, overview = (replace(stage, run=elsewhere) for stage in (_PAGE, _OVERVIEW))

    def drawn(name: str) -> dict[str, bytes]:
        view = shown[name]
        images: dict[str, bytes] = making.execute(
            page if isinstance(view, views.PageView) else overview, (view,)
        )
        return stamped(images, model.run_hash)

    try:
        for name, sheet in zip(shown, crew.gather(drawn, list(shown), making.advance), strict=True):
            files |= {f"{FOLDER}/{name}.{form}": data for form, data in sheet.items()}
    finally:
        crew.close()
    return files


def sheet_count(model: MapModel) -> int:
    """Return how many sheets `map_files` draws."""
    return len(model.pages) + len(_overviews(model))


_PAGE: Final = Stage("Page de quartier", ("vue",), "page", draw_sheet, kept="fichiers")
_OVERVIEW: Final = Stage("Vue d’ensemble", ("vue",), "vue_ensemble", draw_sheet, kept="fichiers")


def _views(model: MapModel, dpi: int) -> dict[str, View]:
    """Cut the model to each of its sheets, by name of file."""
    layers = cache(partial(views.atlas, model))  # shared by the sheets of a projection
    out: dict[str, View] = {}
    for page in model.pages:
        mine = layers(views.page_epsg(page.code_qpv))
        out[page.code_qpv] = views.page_view(model, page, mine, dpi=dpi)
    for name, asked in _overviews(model).items():
        first = min(asked.get("codes") or codes_of(model.qpv))
        mine = layers(views.page_epsg(first))
        out[name] = views.overview_view(model, layers=mine, dpi=dpi, **asked)
    return out


def _overviews(model: MapModel) -> dict[str, dict[str, Any]]:
    """Name the overviews: the whole stock, then each territory."""
    if model.qpv.empty:
        return {}
    named = {t.slug: {"title": t.name, "codes": t.codes} for t in model.territories}
    return {"ensemble": {}, **named}
