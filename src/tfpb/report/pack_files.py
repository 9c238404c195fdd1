"""The dossier rendered: one value, four media, the same figures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.evidence.differences import DICTIONARY_COLUMNS
from tfpb.model.report import Chart, Report, Table
from tfpb.report import (
    charts,
    document_docx,
    document_pdf,
    map_html,
    map_overview,
    map_print,
    workbook,
)
from tfpb.report.map_layers import Atlas, atlas, page_epsg
from tfpb.stage import Executor, Stage, directly
from tfpb.text import fold
from tfpb.words.packs import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tfpb.model.maps import MapModel, QpvPage

DOCUMENTS: Final = 6
"""Units of progress, the printed maps apart (one more a quarter)."""


def _quietly(_count: int) -> None:
    """Tell nobody."""


def pack_files(
    said: Report,
    model: MapModel,
    *,
    execute: Executor = directly,
    advance: Callable[[int], None] = _quietly,
) -> dict[str, bytes]:
    """Render the documents and maps of a pack.

    Parameters
    ----------
    said : Report
        What documents say.
    model : MapModel
        What maps show.
    execute : Executor
        Draws charts and pages, each a stage of its own.
    advance : callable
        Told of each step done.

    Returns
    -------
    dict of str to bytes
        Name inside the pack → content.
    """
    files = map_files(model, execute=execute, advance=advance)
    images = {}
    for chart in _charts(said):
        drawn = execute(_CHART, (chart,))
        images[chart.key] = charts.ChartImage(drawn["png"], drawn["svg"])
    advance(1)
    printed = {f"{p.code_qpv}.png": files[f"cartes/{p.code_qpv}.png"] for p in model.pages}
    files["dossier.xlsx"] = workbook.render(said)
    advance(1)
    files["rapport.pdf"] = document_pdf.render(said, images, printed)
    advance(1)
    files["rapport.docx"] = document_docx.render(said, images, printed)
    advance(1)
    return files


def _draw_chart(chart: Chart) -> dict[str, bytes]:
    image = charts.draw(chart)
    return {"png": image.png, "svg": image.svg}


_CHART: Final = Stage("Graphique", 1, ("graphique",), "image", _draw_chart, kept="fichiers")


def map_files(
    model: MapModel, *, execute: Executor = directly, advance: Callable[[int], None] = _quietly
) -> dict[str, bytes]:
    """Render the web map and the printed pages."""
    files = {"carte.html": map_html.render(model)}
    advance(1)
    layers: dict[int, Atlas] = {}

    def draw(alone: MapModel, page: QpvPage) -> dict[str, bytes]:
        epsg = page_epsg(page.code_qpv)
        if epsg not in layers:
            layers[epsg] = atlas(alone, epsg)  # pages share layers: they do not depend on the page
        picture = map_print.draw_page(alone, page, layers=layers[epsg])
        return {
            f"cartes/{page.code_qpv}.png": picture.png,
            f"cartes/{page.code_qpv}.pdf": picture.pdf,
        }

    stage = Stage("Page de quartier", 1, ("carte", "page"), "page", draw, kept="fichiers")
    for page in model.pages:
        files |= execute(stage, (replace(model, pages=()), page))
        advance(1)
    if len(model.qpv):
        files |= execute(_OVERVIEW, (model,))
    advance(1)
    return files


def _draw_overviews(model: MapModel) -> dict[str, bytes]:
    """Draw the whole stock, and each commune when there are several."""
    drawn = {"ensemble": map_overview.draw_overview(model)}
    communes = map_overview.communes(model)
    if len(communes) > 1:
        for name, codes in communes.items():
            slug = fold(name).replace(" ", "-") or "commune"
            drawn[f"commune-{slug}"] = map_overview.draw_overview(model, title=name, codes=codes)
    return {
        f"cartes/{name}.{suffix}": getattr(picture, suffix)
        for name, picture in drawn.items()
        for suffix in ("png", "pdf")
    }


_OVERVIEW: Final = Stage("Vue d’ensemble", 1, ("carte",), "vues", _draw_overviews, kept="fichiers")


def data_tables(said: Report) -> list[Table]:
    """Return the tables that go out as data too."""
    blocks = (b for s in said.sections for b in s.blocks)
    return [b for b in blocks if isinstance(b, Table) and "donnees" in b.media]


def dictionary(tables: Iterable[Table]) -> pd.DataFrame:
    """Describe every column of the data: table, title, column, header, format, how it is written."""
    return pd.DataFrame(
        [
            (t.key, t.title, c.key, c.header, str(c.format), WRITTEN[c.format])
            for t in tables
            for c in t.columns
        ],
        columns=[*DICTIONARY_COLUMNS, "ecriture"],
    )


def _charts(said: Report) -> list[Chart]:
    return [b for s in said.sections for b in s.blocks if isinstance(b, Chart)]
