"""One rendering of the fictional dossier, shared by the tests of the documents."""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache

from report_dossier import bare, make

from tfpb.model.report import Chart, Report
from tfpb.report.charts.drawing import draw
from tfpb.report.documents import document_pdf, workbook
from tfpb.report.documents.document_parts import chapters
from tfpb.report.sections import report


@lru_cache(maxsize=2)
def said(*, full: bool = True) -> Report:
    return report(make() if full else bare())


@lru_cache(maxsize=1)
def pictures() -> dict[str, dict[str, bytes]]:
    blocks = (b for c in chapters(said()) for b in c.blocks if isinstance(b, Chart))
    return {block.key: draw(block) for block in blocks}


@lru_cache(maxsize=1)
def maps() -> dict[str, bytes]:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="842" height="595"><text>QPV</text></svg>'
    )
    return {f"{c}.svg": drawing for c in ("QN05991I", "QN05992M")}


@lru_cache(maxsize=2)
def xlsx(*, full: bool = True) -> bytes:
    return workbook.render(said(full=full))


@lru_cache(maxsize=2)
def pdf(*, full: bool = True) -> bytes:
    return document_pdf.render(said(full=full), pictures() if full else {}, maps() if full else {})


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
