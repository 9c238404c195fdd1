"""The register of what is printed for all: words, length of sentences, no verdict without its figure."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from note_text import note, written
from report_dossier import make

from tfpb.evidence.tasks import tasks_of
from tfpb.facts.place import quarters_held
from tfpb.model.report import Linked, Table
from tfpb.perimeters.map_marks import marks
from tfpb.report.cell_values import NUMERIC, missing
from tfpb.report.quarter_pages import own_answers, quarter_page
from tfpb.report.sections import report
from tfpb.report.sections.quarter_reports import residents_page, second_face
from tfpb.words.documents.residents_words import printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REFUSED = tomllib.loads(Path(__file__).with_name("register.toml").read_text(encoding="utf-8"))
PAGES = ("note", "page", "face", "habitants")
MOST_WORDS = 30
HIDDEN = ("masqué", "non calculable", "personne", "–", "retenu")
"""What stands for a verdict where there is no figure to show."""


@lru_cache(maxsize=1)
def pages() -> Mapping[str, tuple[str, ...]]:
    """Return the texts of the pages of the fictional dossier: of each quarter, but the note."""
    dossier = make()
    own = own_answers(dossier)
    money = dossier.abatement
    drawn = marks(dossier.located, money.premises if money is not None else None)
    out: dict[str, list[str]] = {name: [] for name in PAGES}
    out["note"] += written(note(dossier)).split("\n")
    for here in quarters_held(dossier.located.held):
        page = quarter_page(dossier, own, here, drawn, tasks_of(dossier))
        out["page"] += strings(page)
        out["face"] += strings(second_face(dossier, page, own))
        lines = (dataclasses.replace(line, unsure=True) for line in page.gaps)
        unsure = dataclasses.replace(page, gaps=tuple(lines))
        for one in (page, unsure):
            out["habitants"] += printed(residents_page(dossier, one)).split("\n")
    return {name: tuple(texts) for name, texts in out.items()}


def strings(value: object) -> Iterator[str]:
    """Yield the texts of a page that are printed: codes of bars and colours are not."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from strings(one)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in {"parts", "home", "rows", "code_qpv"}:
                yield from strings(getattr(value, field.name))


def refused(texts: tuple[str, ...], *lists: str) -> list[str]:
    """Return what no page may print, where it stands, and why."""
    return [
        f"{found[0]} ({why}) : {text}"
        for name in lists
        for pattern, why in REFUSED[name].items()
        for text in texts
        for found in re.finditer(pattern, text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_speaks_like_the_program_nor_like_the_method(page: str) -> None:
    texts = pages()[page]
    assert sum(map(len, texts)) > 500, "there is something to read"
    assert refused(texts, "partout", *(["habitants"] if page == "habitants" else [])) == []


def test_tenants_read_too_unsure_where_nothing_is_established() -> None:
    assert any(text.endswith(" : trop incertain pour comparer.") for text in pages()["habitants"])


@pytest.mark.parametrize("page", PAGES)
def test_no_sentence_is_longer_than_thirty_words(page: str) -> None:
    for text in pages()[page]:
        for sentence in re.split(r"(?<=[.?!])\s+|\n", text):
            whole = re.sub(r"(?<=\d)\s(?=[\d€%])", "", sentence)
            words = [w for w in re.split(r"[\s|]+", whole) if re.search(r"\w", w)]
            assert len(words) <= MOST_WORDS, sentence


@pytest.mark.parametrize("page", PAGES)
def test_no_amount_of_a_page_has_cents(page: str) -> None:
    assert [text for text in pages()[page] if re.search(r"\d,\d+\s?€", text)] == []


def verdicts() -> Iterator[tuple[Table, str]]:
    """Yield the tables that write a verdict, with the column of it."""
    for section in report(make()).sections:
        for block in section.blocks:
            if isinstance(block, Table) and set(block.media) != {"donnees"}:
                for column in block.columns:
                    if "verdict" in column.header.lower() or column.key in {"mot", "verdict_mot"}:
                        yield block, column.key


def test_no_verdict_stands_in_a_table_without_its_figure() -> None:
    seen = 0
    for table, key in verdicts():
        figures = [c.key for c in table.columns if c.format in NUMERIC]
        texts = [c.key for c in table.columns if c.format not in NUMERIC and c.key != key]
        for row in table.rows.to_dict("records"):
            word = str(row[key])
            if missing(row[key]) or any(hidden in word for hidden in HIDDEN):
                continue
            seen += 1
            bare = all(missing(value_of(row[c])) for c in figures)
            told = any(re.search(r"\d", str(value_of(row[c]))) for c in texts)
            assert not bare or told, (table.key, row)
    assert seen > 20


def value_of(cell: Any) -> Any:
    return cell.value if isinstance(cell, Linked) else cell
