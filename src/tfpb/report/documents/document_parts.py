"""What both documents show of a report: the same blocks, in the same order, as the same text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from tfpb.model.report import (
    Block,
    Format,
    Report,
    Section,
    Table,
    TableColumn,
    Text,
)
from tfpb.report import theme
from tfpb.report.canvas import shorten
from tfpb.report.cell_values import NUMERIC, as_text, missing, printable, rounding_note
from tfpb.text import french_spaces
from tfpb.words.documents import report_words

MEDIUM: Final = "document"
ANNEX: Final = "annexe"
BODY_ROWS: Final = 12
"""Rows of a table, or lines of a list, in the body; the whole is then in the annexes."""
NOTE: Final = "note"
"""Key of the section that answers on one page."""
MAP_IN_WORDS: Final = "carte_dite:"
"""Before the code of a quarter: the property that holds its printed page in words."""
_FEW_LINES: Final = 2
_TITLE_MM: Final = 100.0
_OWNER_MM: Final = 66.0
_SIZES: Final = (8.5, 8.0, 7.5, 7.0)
_ROOM: Final = 174 / (0.3528 * 0.56)  # characters × points in the width of an A4 page
_PADDING: Final = 1.6
_COMFORT: Final = 0.7  # part of what the columns wish for that calls for a smaller type
_LONG_WORD: Final = 16
_LONGEST_CELL: Final = 600
_LONGEST_WORD: Final = 72
Pictures = Mapping[str, Mapping[str, bytes]]
"""Drawn charts by key, each in its forms (`png`, `svg`)."""
SOFT_HYPHEN: Final = "\u00ad"
_UNBROKEN: Final = re.compile(r"[^\s-]{30,}")
_SPLIT: Final = re.compile("[ \u00ad]")
_PIECE: Final = re.compile(r".{1,12}")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as text: what a document prints."""

    title: str
    meta: str
    headers: tuple[str, ...]
    numeric: tuple[bool, ...]
    widths: tuple[float, ...]
    size_pt: float
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """What stands under one title of a document, and whether that opens a page."""

    key: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
    new_page: bool = False
    part: str = ""


def chapters(report: Report) -> list[Chapter]:
    """Return what a document prints: its sections, each from a page of its own unless it is short.

    One that opens with its note has then a body, a chapter a question, and annexes, both without a break:
    what is too long for the body is cut there, and whole at the end.
    """
    printed = [s for s in report.sections if s.in_document]
    if not answers_first(report):
        return [_alone(s) for s in printed]
    first, *others = printed
    out = [replace(_alone(first), part=NOTE)]
    body, annexes = [], []
    for question, title in report_words.QUESTIONS.items():
        asked = [s for s in others if s.question == question]
        if asked:
            blocks = [b for s in asked for b in _in_body(s, under=s is not asked[0])]
            body.append(Chapter(question, title, asked[0].lead, tuple(blocks), part="corps"))
    for section in others:
        blocks = [b for b in section.blocks if _annexed(b, section)]
        if blocks or not section.question:
            lead = "" if section.question else section.lead
            name = report_words.ANNEX_TITLE.format(title=section.title)
            annexes.append(Chapter(section.key, name, lead, tuple(blocks), part=ANNEX))
    for part in (body, annexes):
        out += [replace(c, new_page=k == 0) for k, c in enumerate(part)]
    return out


def _alone(section: Section) -> Chapter:
    """Return a section as a chapter; one that is short goes on under the one before."""
    shown = tuple(b for b in section.blocks if b.media & {MEDIUM, ANNEX})
    lines = sum(len(b.paragraphs) for b in shown if isinstance(b, Text))
    short = all(isinstance(b, Text) for b in shown) and lines <= _FEW_LINES
    return Chapter(section.key, section.title, section.lead, shown, new_page=not short)


def _in_body(section: Section, *, under: bool) -> list[Block]:
    """Return the blocks of a section for the body, after its own sentence when another opens the chapter."""
    lead: list[Block] = [Text((section.lead,), title=section.title)] if under else []
    return lead + [_cut(b, section) for b in section.blocks if MEDIUM in b.media]


def _annexed(block: Block, section: Section) -> bool:
    long = MEDIUM in block.media and (not section.question or _rows(block) > BODY_ROWS)
    return long or ANNEX in block.media


def _rows(block: Block) -> int:
    if isinstance(block, Table):
        return len(block.rows)
    return len(block.paragraphs) if isinstance(block, Text) and block.bullets else 0


def _cut(block: Block, section: Section) -> Block:
    """Keep the first rows of a block, with a word on where the others are."""
    annex = report_words.ANNEX_TITLE.format(title=section.title)

    def rest(left: int) -> str:
        return report_words.MORE_IN_ANNEX.format(count=left, title=annex)

    if isinstance(block, Table):
        return block.shortened(BODY_ROWS, rest)
    if isinstance(block, Text) and (left := _rows(block) - BODY_ROWS) > 0:
        return replace(block, paragraphs=(*block.paragraphs[:BODY_ROWS], rest(left)))
    return block


def answers_first(report: Report) -> bool:
    """Return whether the report opens with its one-page note, which stands in place of a cover."""
    return bool(report.sections) and report.sections[0].key == NOTE


def grid(table: Table) -> Grid:
    """Write a table as text, and share the page's width between its columns.

    Euros are whole in print; a column that says the same of each row is a note.
    """
    whole = tuple(
        tuple(_fit(as_text(v, _printed(c))) for v, c in zip(row, table.columns, strict=True))
        for row in table.rows.itertuples(index=False, name=None)
    )
    same = {k: whole[0][k] for k, c in enumerate(table.columns) if _is_constant(table, whole, k)}
    kept = [k for k in range(len(table.columns)) if k not in same]
    columns = [table.columns[k] for k in kept]
    rows = tuple(tuple(row[k] for k in kept) for row in whole)
    constants = report_words.same_everywhere({table.columns[k].header: t for k, t in same.items()})
    totals: tuple[str, ...] = ()
    if table.totals:
        cells = [table.totals.get(c.key) for c in columns]
        sums = [
            "" if missing(v) else as_text(v, _printed(c))
            for v, c in zip(cells, columns, strict=True)
        ]
        totals = (report_words.TOTAL, *sums[1:])
    floors = [
        _floor(c.header, c.format, [row[k] for row in (*rows, *([totals] if totals else []))])
        for k, c in enumerate(columns)
    ]
    widths, size = _share(floors, [float(c.width) for c in columns])
    return Grid(
        title=table.title,
        meta=report_words.table_line(unit=table.unit, scope=table.scope, source=table.source),
        headers=tuple(french_spaces(c.header) for c in columns),
        numeric=tuple(c.format in NUMERIC for c in columns),
        widths=tuple(widths),
        size_pt=size,
        rows=rows,
        totals=totals,
        notes=tuple(filter(None, (rounding_note(table, _printed), *constants, *table.notes))),
    )


def _printed(column: TableColumn) -> Format:
    return Format.EUROS if column.format is Format.CENTS else column.format


def _is_constant(table: Table, rows: Sequence[Sequence[str]], k: int) -> bool:
    """Return whether a column but the first repeats one word, or number, down a table of some length."""
    column = table.columns[k]
    long = k > 0 and len(rows) >= _LONG[column.format is Format.TEXT]
    return long and column.key not in table.totals and len({row[k] for row in rows}) == 1


_LONG: Final = {True: 3, False: 10}
"""Rows from which a word repeated in each, or a number, is a note."""


def _fit(text: str) -> str:
    """Let a very long word break, and cut what no page can hold: the workbook has it whole."""
    text = french_spaces(text)
    shown = text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"
    return _UNBROKEN.sub(_broken, shown)


def _broken(match: re.Match[str]) -> str:
    word = match[0]
    kept = word if len(word) <= _LONGEST_WORD else f"{word[: _LONGEST_WORD - 1]}…"
    return SOFT_HYPHEN.join(_PIECE.findall(kept))


def _floor(header: str, fmt: Format, cells: list[str]) -> float:
    """Return the characters a column cannot do without: its longest word, its longest number."""
    words = [1.12 * len(word) for word in header.split()]  # headers are bold
    if fmt in NUMERIC or fmt is Format.DATE:
        words += [float(len(cell)) for cell in cells]
    else:
        words += [
            float(min(len(word), _LONG_WORD)) for cell in cells for word in _SPLIT.split(cell)
        ]
    return max(words, default=1.0) + _PADDING


def _share(floors: list[float], wished: list[float]) -> tuple[list[float], float]:
    """Share the width of a page: every column its floor, the remainder by what each wished for.

    Returns characters a column, and the largest type, in points, in which the floors and most of the wishes
    fit.
    """
    more = [max(0.0, wish - floor) for wish, floor in zip(wished, floors, strict=True)]
    asked = sum(more)
    least = sum(floors) + _COMFORT * asked
    size = next((s for s in _SIZES if least <= _ROOM / s), _SIZES[-1])
    spare = max(0.0, _ROOM / size - sum(floors))
    scale = min(1.0, spare / asked) if asked else 0.0
    return [floor + scale * extra for floor, extra in zip(floors, more, strict=True)], size


def running(report: Report) -> tuple[str, str]:
    """Cut title and bailleur to the one line that runs on top of each page."""
    title, owner = (
        shorten(printable(text), width, theme.NOTE_PT)
        for text, width in ((report.title, _TITLE_MM), (report.bailleur, _OWNER_MM))
    )
    return title, owner


def warnings(report: Report) -> tuple[str, ...]:
    """Return the warnings of the cover."""
    lines: tuple[str, ...] = (*report.corrections, f"{report.warning}.")
    if report.draft:
        lines = (report_words.DRAFT_LINE, *lines)
    return (*lines, report_words.FICTIONAL_LINE) if report.fictional else lines


@dataclass(frozen=True, slots=True)
class MapPage:
    """A printed map: its name, all that stands on it in words, the drawing."""

    key: str
    alt: str
    svg: bytes


def map_pages(report: Report, maps: Mapping[str, bytes]) -> list[MapPage]:
    """Return the printed maps in order of name."""
    out = []
    for key in sorted({PurePosixPath(name).stem for name in maps}):
        caption = report.properties.get(f"carte:{key}", report_words.UNNAMED_MAP.format(key=key))
        described = report.properties.get(f"{MAP_IN_WORDS}{key}", "")
        alt = f"{caption}. {described}".strip()
        out.append(MapPage(key, alt, maps[f"{key}.svg"]))
    return out
