"""The report as an accessible PDF: a fixed template, and everything written handed to it as data."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from tfpb.model.report import (
    Answer,
    Block,
    Cell,
    Chart,
    Drawn,
    Headed,
    KeyFigures,
    Lines,
    Payers,
    Report,
    Table,
    Text,
)
from tfpb.report import theme
from tfpb.report.canvas import compiled
from tfpb.report.cell_values import printable
from tfpb.report.documents import document_parts as parts
from tfpb.text import french_spaces
from tfpb.words.documents.report_words import CONTENTS, EMPTY_TABLE, footer, table_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


_TEMPLATE: Final = theme.ASSETS / "typst" / "rapport.typ"
_STANDARD: Final = "ua-1"
_PAGES: Final = re.compile(rb"/Type */Pages */Count +(\d+)")
_DRAWN: Final = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_TALL: Final = 0.56
"""Height by width from which a chart that is moved whole could leave two fifths of a page empty."""
PADDINGS: Final = (5.0, 4.4, 3.8, 3.3, 2.8, 2.4, 2.0, 1.7, 1.5)
"""Room above and under the lines of a page that answers, points: the most that lets one page hold them."""
_ROOM: Final = "interligne"
"""Property of a report: the one of `PADDINGS` that its first page took."""
_FEW_ROWS: Final = 6
_LETTERS: Final = 1200
"""A table of few rows and letters stays on one page; more might not fit on one."""


def render(
    report: Report,
    images: parts.Pictures,
    maps: Mapping[str, bytes],
    *,
    cover: bool = True,
    page_pt: float = theme.PAGE_PT,
) -> bytes:
    """Render the report as a PDF/UA-1 file.

    A chart without image is left out; `maps` are drawings of the printed maps, `<code of the quarter>.svg`.
    Without cover, no contents either: the title is above the first section, and `page_pt` is the body. A
    report that opens with its answer has that in place of a cover. The same bytes for the same report: no
    clock is read, fonts are the shipped ones only.
    """
    inputs: dict[str, str] = {}
    content = {
        "cover": cover,
        "answer": parts.answers_first(report),
        **{k: getattr(report, k) for k in ("title", "subtitle", "bailleur", "date")},
        "running": parts.running(report),
        "foot": footer(report.run_hash, fictional=report.fictional, draft=report.draft),
        "contents": CONTENTS,
        "warnings": parts.warnings(report),
        "look": {
            "font": theme.FONT_FAMILY,
            "body": theme.BODY_PT if cover else page_pt,
            "page": page_pt,
            "note": theme.NOTE_PT,
            "ink": theme.INK,
            "soft": theme.SOFT,
            "accent": theme.ACCENT,
            "rule": theme.RULE,
            "band": theme.MARGIN_BAND,
            "dark": theme.DANS,
            "lacking": theme.RING,
            "payers": theme.PAYERS,
            "cell": theme.CELL_PT,
            "pad": float(report.properties.get(_ROOM, PADDINGS[0])),
        },
        "sections": [_chapter(chapter, images, inputs) for chapter in parts.chapters(report)],
        "maps": _map_images(report, maps, inputs),
    }
    inputs["data"] = json.dumps(printable_data(content), ensure_ascii=False)
    day = dt.date.fromisoformat(report.properties.get("date_iso", "2000-01-01"))
    form = {"format": "pdf", "pdf_standards": [_STANDARD]}
    return compiled(_TEMPLATE.read_bytes(), day, sys_inputs=inputs, **form)


def one_page(
    most: Iterable[int], make: Callable[[int], Report], images: parts.Pictures
) -> tuple[Report, bytes]:
    """Return the report with the most rows that one page has space for, and that page, without cover.

    `most` are numbers of rows to try, the most first; the last is taken whatever it fills.
    """
    for rows in most:
        report = make(rows)
        pdf = render(report, images, {}, cover=False)
        if page_count(pdf) == 1:
            break
    return report, pdf


def answered(report: Report) -> tuple[Report, bytes]:
    """Return the report with as much of its first section as one page holds, and that page by itself.

    The lines come closer first; then the section is taken on less room (`Section.shorter`). The type stays.
    """
    first, *others = report.sections
    closer = [(first, padding) for padding in PADDINGS]
    for section, padding in (*closer, *((s, PADDINGS[-1]) for s in first.shorter)):
        fit = replace(report, properties={**report.properties, _ROOM: str(padding)})
        pdf = render(replace(fit, sections=(section,)), {}, {}, cover=False)
        if page_count(pdf) == 1:
            break
    return replace(fit, sections=(section, *others)), pdf


def page_count(pdf: bytes) -> int:
    """Return how many pages a file of `render` has."""
    found = _PAGES.search(pdf)
    assert found is not None  # noqa: S101 - the compiler writes its tree of pages in clear
    return int(found[1])


def _chapter(
    chapter: parts.Chapter, images: parts.Pictures, inputs: dict[str, str]
) -> dict[str, Any]:
    blocks = [content for b in chapter.blocks if (content := _block(b, images, inputs)) is not None]
    head = {"title": chapter.title, "lead": chapter.lead, "part": chapter.part}
    return {**head, "break": chapter.new_page, "blocks": blocks}


def _map_images(
    report: Report, maps: Mapping[str, bytes], inputs: dict[str, str]
) -> list[dict[str, str]]:
    pages = []
    for page in parts.map_pages(report, maps):
        inputs[f"carte-{page.key}"] = page.svg.decode("utf-8")
        pages.append({"image": f"carte-{page.key}", "alt": page.alt})
    return pages


def _block(block: Block, images: parts.Pictures, inputs: dict[str, str]) -> dict[str, Any] | None:
    """Turn a block into plain data for the template; None for a chart that was not drawn."""
    if isinstance(block, Text):
        text = {"title": block.title, "paragraphs": block.paragraphs, "bullets": block.bullets}
        return {"kind": "text", **text}
    if isinstance(block, KeyFigures):
        figures = [{"label": f.label, "value": f.value, "detail": f.detail} for f in block.figures]
        return {"kind": "figures", "figures": figures}
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Answer):
        return _answer(block)
    if not isinstance(block, Chart) or block.key not in images:
        return None
    svg = inputs[f"image-{block.key}"] = images[block.key]["svg"].decode("utf-8")
    wide, high = map(float, _DRAWN.search(svg).groups())  # type: ignore[union-attr]
    return {
        "kind": "chart",
        "tall": high / wide > _TALL,
        "title": block.title,
        "meta": table_line(unit=block.unit, source=block.source),
        "image": f"image-{block.key}",
        "alt": block.alt,
        "notes": block.notes,
    }


def _table(table: Table) -> dict[str, Any]:
    grid = parts.grid(table)
    return {
        "kind": "table",
        "title": grid.title,
        "meta": grid.meta,
        "empty": EMPTY_TABLE,
        "size": grid.size_pt,
        "whole": len(grid.rows) <= _FEW_ROWS
        and sum(len(c) for r in grid.rows for c in r) < _LETTERS,
        "columns": [
            {"header": header, "numeric": numeric, "width": width}
            for header, numeric, width in zip(grid.headers, grid.numeric, grid.widths, strict=True)
        ],
        "rows": grid.rows,
        "totals": grid.totals,
        "notes": grid.notes,
    }


def _answer(block: Answer) -> dict[str, Any]:
    head = {"kind": "answer", "question": block.question, "sentences": block.sentences}
    body = block.rests_on
    content: dict[str, Any] | None = None
    if isinstance(body, Payers):
        content = {
            "parts": [
                dict(zip(("name", "text", "share-text", "share"), p, strict=True))
                for p in body.parts
            ]
        }
    elif isinstance(body, Lines):
        content = {
            "columns": [
                {
                    "header": c.title,
                    "width": c.width,
                    "numeric": c.numeric,
                    "axis": None if c.axis is None else asdict(c.axis),
                }
                for c in body.columns
            ],
            "rows": [list(map(_cell, row)) for row in body.rows],
            "total": list(map(_cell, body.total)),
        }
    return {**head, "body": content, "key": block.key, "notes": block.notes}


def _cell(cell: Cell) -> str | dict[str, Any]:
    if isinstance(cell, Drawn):
        return asdict(cell)
    if isinstance(cell, Headed):
        return {"kind": "headed", "head": cell.head, "text": cell.text}
    return cell or ""


def svg_of(raster: bytes) -> str:
    """Wrap a raster in a vector file: the template takes text only, and writes nothing to disk."""
    with Image.open(io.BytesIO(raster)) as picture:
        (width, height), kind = picture.size, str(picture.format).lower()
    code = base64.b64encode(raster).decode("ascii")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" xlink:href="data:image/{kind};base64,{code}"/></svg>'
    )


def printable_data(value: Any) -> Any:
    """Keep, everywhere, only letters the shipped font has, and the spaces of French typography."""
    if isinstance(value, str):
        return french_spaces(printable(value))
    if isinstance(value, dict):
        return {key: printable_data(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [printable_data(v) for v in value]
    return value
