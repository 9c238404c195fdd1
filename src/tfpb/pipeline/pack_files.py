"""The files of a pack: one report, one map model, the same figures in each medium; data beside.

Loaded only when something is to be made: it loads all that draws.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.evidence.differences import PACKAGE
from tfpb.io.packs.data_package import data_package
from tfpb.io.packs.geopackage import geopackage_bytes
from tfpb.io.packs.pack import dumps
from tfpb.io.packs.provenance import run_record
from tfpb.io.tables.tabular import csv_bytes
from tfpb.model.record import RELEASE, RUN
from tfpb.model.report import Chart, Report, Table
from tfpb.pipeline.published_before import DRAFT
from tfpb.report.charts.drawing import draw
from tfpb.report.data_table import data_table
from tfpb.report.documents import document_docx, document_pdf, workbook
from tfpb.report.documents.document_parts import MAP_IN_WORDS, answers_first, chapters
from tfpb.report.documents.quarter_pdf import render_face, render_leaflet
from tfpb.report.documents.workbook_forms import bilan_workbook
from tfpb.report.gis_layers import layers
from tfpb.report.map_model import map_model
from tfpb.report.print_map.sheets import FOLDER, map_files, sheet_count
from tfpb.report.print_map.views import DPI
from tfpb.report.quarter_pages import own_answers
from tfpb.report.sections import report
from tfpb.report.sections.money.letters import letters
from tfpb.report.sections.quarter_reports import residents_page, second_face
from tfpb.stage import PLAINLY, Execute, Making, Stage, directly
from tfpb.tax.programme.exports import bilan_frames
from tfpb.words.documents import quarter_page as words
from tfpb.words.documents.pack_words import DRAFT_NOTE
from tfpb.words.documents.report_words import DRAFT as DRAFT_WORD
from tfpb.words.documents.report_words import FICTIONAL
from tfpb.words.money.programme_words import BILAN_TITLE
from tfpb.words.places.map_words import LAYER_COLUMNS, LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.location import MapModel, QpvPage
    from tfpb.model.money import Programme
    from tfpb.model.settings import Entete

_CHART: Final = Stage("Graphique", ("graphique",), "image", draw, kept="fichiers")
_MEDIA: Final[dict[str, Callable[..., bytes]]] = {
    "dossier.xlsx": lambda report, _images, _maps: workbook.render(report),
    "rapport.pdf": document_pdf.render,
}
"""Documents of a report, by name inside the pack."""
DOCUMENTS: Final = tuple(_MEDIA)
NOTE_FILE: Final = "note.pdf"
PIECES_FILE: Final = "a_envoyer/bordereau_pieces.xlsx"
BILAN_FILE: Final = "a_envoyer/bilan_programme.xlsx"
_SLIP: Final = "bordereau_pieces"
_DRAWING: Final = ".svg"


def document_files(
    report: Report, maps: Mapping[str, bytes], making: Making = PLAINLY
) -> dict[str, bytes]:
    """Return the workbook and the PDF documents of a report, by name inside the pack, its charts drawn once.

    `maps` are drawings of the printed maps, `<code of the quarter>.svg`; may be empty.
    """
    blocks = (b for c in chapters(report) for b in c.blocks if isinstance(b, Chart))
    images = {chart.key: making.execute(_CHART, (chart,)) for chart in blocks}
    making.advance(1)
    files: dict[str, bytes] = {}
    if answers_first(report):
        report, files[NOTE_FILE] = document_pdf.answered(report)
    with ThreadPoolExecutor(2) as pool:
        # the PDF, the last, is begun first: its compiler lets the others run meanwhile
        begun = {
            name: pool.submit(render, report, images, maps)
            for name, render in reversed(_MEDIA.items())
        }
        for name in _MEDIA:
            files[name] = begun[name].result()
            making.advance(1)
    return files


def pack_files(
    report: Report, dossier: Dossier, model: MapModel, making: Making = PLAINLY, *, dpi: int = DPI
) -> dict[str, bytes]:
    """Return the documents, maps and pages of quarters of a pack, by name inside it.

    Documents show `report`, pages of quarters `dossier`, maps `model`, with PNG at `dpi`; `making` reports
    `step_count(model)` steps in all.
    """
    described = {f"{MAP_IN_WORDS}{p.code_qpv}": words.page_in_words(p) for p in model.pages}
    report = replace(report, properties={**report.properties, **described})
    drawn = map_files(model, making, dpi=dpi)
    files = {name: data for name, data in drawn.items() if not name.endswith(_DRAWING)}
    placed = {
        f"{p.code_qpv}{_DRAWING}": drawn[f"{FOLDER}/{p.code_qpv}{_DRAWING}"] for p in model.pages
    }
    files |= document_files(report, placed, making)
    return files | quarter_files(dossier, model.pages, placed)


def step_count(model: MapModel) -> int:
    """Return how many steps `pack_files` takes: the web map, the sheets, the charts, the documents."""
    return 1 + sheet_count(model) + 1 + len(_MEDIA)


def data_tables(report: Report) -> list[Table]:
    """Return the tables that go out as data too, as data."""
    blocks = (b for s in report.sections for b in s.blocks)
    return [data_table(b) for b in blocks if isinstance(b, Table) and "donnees" in b.media]


def pack_of(dossier: Dossier, making: Making) -> dict[str, bytes]:
    """Make every file of the pack but its archive: name inside the pack → bytes."""
    content = report(dossier)
    dpi = dossier.settings.reglages.dpi
    model = map_model(dossier)
    making.expect(step_count(model))
    files = pack_files(content, dossier, model, making, dpi=dpi)
    files |= data_files(content)
    if not dossier.draft and dossier.release:
        files[RELEASE] = dumps(dict(dossier.release))
    files |= programme_files(dossier.programme, dossier.settings.dossier, bool(dossier.draft))
    files |= letter_files(dossier)
    files |= gis_files(dossier)
    files |= dossier.copies
    files[RUN] = dumps(run_record(dossier))
    return files | drafts(files) if dossier.draft else files


def quarter_files(
    dossier: Dossier, pages: Iterable[QpvPage], maps: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Render the pages of each quarter, and that of its residents: name inside the pack → PDF.

    `maps` as in `document_files`; the first page of a quarter that has none is left out.
    """
    files: dict[str, bytes] = {}
    answers = own_answers(dossier)
    for page in pages:
        code = page.code_qpv
        face, drawn = (
            second_face(dossier, page, answers),
            (maps or {}).get(f"{code}{_DRAWING}", b""),
        )
        files[f"habitants/{code}.pdf"] = render_leaflet(residents_page(dossier, page, answers))
        alt = f"{page.nom or code}. {words.page_in_words(page)}"
        files[f"{FOLDER}/{code}.pdf"] = render_face(face, drawn, alt)
    return files


def letter_files(dossier: Dossier) -> dict[str, bytes]:
    """Render the draft letters that there is something to write in: name inside the pack → Word."""
    return {name: document_docx.letter(one) for name, one in letters(dossier).items()}


def gis_files(dossier: Dossier, execute: Execute = directly) -> dict[str, bytes]:
    """Write the layers of a dossier for a GIS: name → bytes."""
    files: dict[str, bytes] = execute(_GIS, (layers(dossier),))
    return files


_GIS: Final = Stage(
    "Couches pour SIG", ("layers",), "gis",
    lambda layers: {"donnees/residences.gpkg": geopackage_bytes(layers, LAYERS, LAYER_COLUMNS)},
    kept="fichiers",
)  # fmt: skip


def drafts(files: Iterable[str]) -> dict[str, bytes]:
    """Make the note of a draft for each folder of tables, which bear no foot: name → bytes."""
    folders = sorted({n.rpartition("/")[0] for n in files if n.endswith(".csv")})
    return {f"{f}/{DRAFT}".lstrip("/"): f"{DRAFT_NOTE}\n".encode("utf-8-sig") for f in folders}


def data_files(content: Report) -> dict[str, bytes]:
    """Write the tables of a report that go out as data, and what describes them: name → bytes."""
    given = data_tables(content)
    if not given:
        return {}
    package = data_package(f"tfpb-{content.year}-{content.run_hash}", content.title, given)
    files = {f"donnees/{table.key}.csv": csv_bytes(table.rows) for table in given} | {
        PACKAGE: dumps(package)
    }
    for table in given:
        if table.key == _SLIP:
            rows = table.rows.rename(columns={c.key: c.header for c in table.columns})
            title = f"{DRAFT_WORD} · {content.title}" if content.draft else content.title
            files[PIECES_FILE] = bilan_workbook({table.title: rows}, title=title)
    return files


def programme_files(
    programme: Programme | None,
    head: Entete,
    draft: bool,  # noqa: FBT001 - read by a stage of a region, in this order
) -> dict[str, bytes]:
    """Write the programme as others require it: the bilan in the columns in use, with the list to key in.

    By name inside the pack; empty without a programme. The title says whether the data are invented
    (`head`), and whether it is for the landlord alone (`draft`).
    """
    if programme is None:
        return {}
    year = head.annee
    title = BILAN_TITLE.format(year=year)
    if head.donnees_fictives:
        title += f" ({FICTIONAL})"
    if draft:
        title = f"{DRAFT_WORD} · {title}"
    bilan = bilan_workbook(bilan_frames(programme, year=year), title=title)
    return {BILAN_FILE: bilan}
