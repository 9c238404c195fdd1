"""The dossier rendered: one value, four media, the same figures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.evidence.differences import DICTIONARY_COLUMNS
from tfpb.model.report import Chart, Report, Table
from tfpb.report import charts
from tfpb.report.documents import document_docx, document_pdf, workbook
from tfpb.report.documents.document_parts import SAID
from tfpb.report.print_map.sheets import map_files
from tfpb.report.print_map.views import DPI
from tfpb.stage import Executor, Stage, directly
from tfpb.words.documents import quarter_page as words
from tfpb.words.documents.pack_words import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tfpb.model.maps import MapModel


def _quietly(_count: int) -> None:
    """Tell nobody."""


def pack_files(
    said: Report,
    model: MapModel,
    *,
    dpi: int = DPI,
    workers: int = 1,
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
    dpi : int
        Resolution of the printed maps' PNG.
    workers : int
        Maps drawn at once, in processes; the bytes do not depend on it.
    execute : Executor
        Draws charts and pages, each a stage of its own.
    advance : callable
        Told of each step done.

    Returns
    -------
    dict of str to bytes
        Name inside the pack → content.
    """
    said = replace(said, properties={**said.properties, **_read_aloud(model)})
    files = map_files(model, dpi=dpi, workers=workers, execute=execute, advance=advance)
    images = {}
    for chart in _charts(said):
        drawn = execute(_CHART, (chart,))
        images[chart.key] = charts.ChartImage(drawn["png"], drawn["svg"])
    advance(1)
    printed = {f"{p.code_qpv}.png": files[f"cartes/{p.code_qpv}.png"] for p in model.pages}
    with ThreadPoolExecutor(1) as beside:  # the compiler of PDF lets others run meanwhile
        report_pdf = beside.submit(document_pdf.render, said, images, printed)
        files["dossier.xlsx"] = workbook.render(said)
        advance(1)
        files["rapport.docx"] = document_docx.render(said, images, printed)
        advance(1)
        files["rapport.pdf"] = report_pdf.result()
    advance(1)
    return files


def _read_aloud(model: MapModel) -> dict[str, str]:
    """Say each printed page in full, for those who cannot see it."""
    return {f"{SAID}{p.code_qpv}": words.page_said(p) for p in model.pages}


def _draw_chart(chart: Chart) -> dict[str, bytes]:
    image = charts.draw(chart)
    return {"png": image.png, "svg": image.svg}


_CHART: Final = Stage("Graphique", 2, ("graphique",), "image", _draw_chart, kept="fichiers")


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
