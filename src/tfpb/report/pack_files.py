"""The dossier rendered: one value, four media, the same figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.report import Chart, Report, Table
from tfpb.report import charts, document_docx, document_pdf, map_html, map_print, workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.maps import MapModel

DOCUMENTS: Final = 5
"""Units of progress, the printed maps apart (one more a quarter)."""


def _quietly(_count: int) -> None:
    """Tell nobody."""


def pack_files(
    said: Report, model: MapModel, *, advance: Callable[[int], None] = _quietly
) -> dict[str, bytes]:
    """Render the documents and maps of a pack.

    Parameters
    ----------
    said : Report
        What documents say.
    model : MapModel
        What maps show.
    advance : callable
        Told of each step done.

    Returns
    -------
    dict of str to bytes
        Name inside the pack → content.
    """
    files = map_files(model, advance=advance)
    images = {c.key: charts.draw(c) for c in _charts(said)}
    advance(1)
    printed = {n.removeprefix("cartes/"): data for n, data in files.items() if n.endswith(".png")}
    files["dossier.xlsx"] = workbook.render(said)
    advance(1)
    files["rapport.pdf"] = document_pdf.render(said, images, printed)
    advance(1)
    files["rapport.docx"] = document_docx.render(said, images, printed)
    advance(1)
    return files


def map_files(model: MapModel, *, advance: Callable[[int], None] = _quietly) -> dict[str, bytes]:
    """Render the web map and the printed pages."""
    files = {"carte.html": map_html.render(model)}
    advance(1)
    for code, picture in map_print.draw_pages(model):
        files[f"cartes/{code}.png"] = picture.png
        files[f"cartes/{code}.pdf"] = picture.pdf
        advance(1)
    return files


def data_tables(said: Report) -> list[Table]:
    """Return the tables that go out as data too."""
    blocks = (b for s in said.sections for b in s.blocks)
    return [b for b in blocks if isinstance(b, Table) and "donnees" in b.media]


def _charts(said: Report) -> list[Chart]:
    return [b for s in said.sections for b in s.blocks if isinstance(b, Chart)]
