from __future__ import annotations

import dataclasses
import io
import re
import subprocess
from typing import TYPE_CHECKING

import docx as word
import pandas as pd
import pytest
from report_dossier import HOSTILE, HOSTILE_TYPST, bare, make
from report_pack import maps, pdf, pictures, said

from everywhere import need
from tfpb.model.location import Bar, GapLine, PageTask, QpvPage
from tfpb.model.report import Section, Table, TableColumn, Text
from tfpb.report.cell_values import printable
from tfpb.report.documents import document_docx, document_pdf
from tfpb.report.documents.document_parts import BODY_ROWS, chapters, grid, map_pages
from tfpb.report.sections import report
from tfpb.words.documents.quarter_page import page_in_words
from tfpb.words.documents.report_words import MISSING, QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path


def document_tables() -> list[Table]:
    return [b for c in chapters(said()) for b in c.blocks if isinstance(b, Table)]


@pytest.fixture(scope="module")
def pdf_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pdf") / "rapport.pdf"
    path.write_bytes(pdf())
    return pdf_words(path)


def pdf_words(path: Path) -> str:
    command = [need("pdftotext"), "-layout", str(path), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
def test_same_report_same_bytes() -> None:
    assert document_pdf.render(report(make()), pictures(), maps()) == pdf()


def test_the_pdf_declares_itself_accessible_and_dated_by_the_dossier() -> None:
    data = pdf()
    assert b"pdfuaid:part" in data
    assert b"2026-02-10" in data
    assert b"fr" in data


def test_the_pdf_embeds_the_shipped_font_only(tmp_path: Path) -> None:
    path = tmp_path / "rapport.pdf"
    path.write_bytes(pdf())
    listing = subprocess.run(
        [need("pdffonts"), str(path)], check=True, capture_output=True, text=True
    ).stdout.splitlines()[2:]
    assert listing
    assert all("TFPBSans" in line for line in listing)


def test_every_page_of_the_pdf_says_run_warning_and_fiction(pdf_text: str) -> None:
    pages = [p for p in pdf_text.split("\f") if p.strip()]
    assert len(pages) > 12
    for page in pages:
        assert "données fictives" in page
        assert "Aide à la décision" in page
        assert "0a1b2c3d" in page


def test_user_text_is_never_markup(tmp_path: Path) -> None:
    rows = pd.DataFrame({"nom": [HOSTILE, HOSTILE_TYPST, "@SUM(A1)"]})
    table = Table("t", "Noms", (TableColumn("nom", "Nom"),), rows)
    hostile = Section("x", "Titre", "Une phrase.", (table,))
    path = tmp_path / "r.pdf"
    path.write_bytes(document_pdf.render(dataclasses.replace(said(), sections=(hostile,)), {}, {}))
    flat = re.sub(r"\s+", " ", pdf_words(path))
    assert "=HYPERLINK" in flat
    assert "#panic(" in flat
    assert "@SUM(A1)" in flat


@pytest.mark.parametrize(
    "title",
    ['#panic("x")', "*gras* _x_ $a$", "<label> @ref", "\\ // /* fin", '"; #read("/etc/passwd")',
     "Ѫ 漢字 \U0001f600 \u200f \x00", "#" * 300],
)  # fmt: skip
def test_hostile_titles_print_as_they_are(title: str) -> None:
    import dataclasses

    hostile = dataclasses.replace(said(full=False), title=title)
    assert document_pdf.render(hostile, {}, {}).startswith(b"%PDF")
    whole = word.Document(io.BytesIO(document_docx.letter(hostile)))
    shown = re.sub("[\x00\u200f]", "", title)
    assert whole.core_properties.title == shown[:250]
    assert whole.sections[0].header.paragraphs[0].text.startswith(printable(shown[:20]).strip()[:8])


def test_letters_without_a_glyph_become_visible() -> None:
    assert printable("漢 é\u202fœ €") == "¤ é\u202fœ €"


def test_a_printed_map_is_said_whole_to_who_cannot_see_it() -> None:
    line = GapLine(
        "Propreté", -0.1, 0.62, 0.72, "moins", 730, 730,
        phrase="10 de moins (entre 5 et 16)", moved="pas de changement démontré",
    )  # fmt: skip
    mute = GapLine("Accueil", words="masqué")
    page = QpvPage(
        "QN05991I", "Les Tilleuls", "Valmont", "Bailleur", 2025,
        figures=(("logements en QPV", "1 483", "14 résidences"),),
        bars=(Bar((("logements_abattus", 1.0),), "1 128 abattus"),),
        lines=("Justifié à 78 %.",),
        gaps=(line, mute),
        tasks=(PageTask("Joindre 4 pièces", "23 348 €", "31/03/2026"),),
        gap_scope="Ménages de ce quartier",
    )  # fmt: skip
    told = page_in_words(page).replace("\u202f", " ")
    for words in (
        "1 483 logements en QPV, 14 résidences. 1 128 abattus. Justifié à 78 %.",
        "Propreté : 62 % de satisfaits en QPV, 72 % ailleurs, 10 de moins (entre 5 et 16), en points",
        "(marge à 90 %) ; pas de changement démontré.",
        "Accueil : masqué.",
        "1. Joindre 4 pièces : 23 348 €, 31/03/2026.",
    ):
        assert words in told
    whole = dataclasses.replace(
        said(), properties={**said().properties, "carte_dite:QN05991I": page_in_words(page)}
    )
    (shown, *_) = map_pages(whole, {"QN05991I.svg": b""})
    assert page_in_words(page) in shown.alt


def test_the_document_answers_then_proves() -> None:
    made = chapters(said())
    parts = [c.part for c in made]
    assert parts == ["note", *["corps"] * parts.count("corps"), *["annexe"] * parts.count("annexe")]
    assert [c.title for c in made if c.part == "corps"] == list(QUESTIONS.values())
    assert [c.part for c in made if c.new_page and c.part != "note"] == ["corps", "annexe"]
    assert not any(c.key == "synthese" for c in made)  # the note says it


def test_nothing_a_document_shows_is_lost_between_body_and_annexes() -> None:
    shown = {
        id(b) for s in said().sections if s.in_document for b in s.blocks
        if b.media & {"document", "annexe"}
    }  # fmt: skip
    assert {id(b) for c in chapters(said()) for b in c.blocks} >= shown
    for key, subject in (("fiscalite", "combien"), ("enquete", "locataires")):
        lacking = chapters(report(bare()))
        told = next(c for c in lacking if c.key == subject)
        assert told.lead == MISSING[key][0]


def test_what_is_too_long_for_the_body_is_cut_there_and_whole_in_the_annexes() -> None:
    long = Table(
        "t", "Quartiers", (TableColumn("nom", "Quartier"),),
        pd.DataFrame({"nom": [f"Quartier {k}" for k in range(40)]}),
    )  # fmt: skip
    list_ = Text(tuple(f"Fait {k}" for k in range(30)), bullets=True)
    short = Text(("Une phrase.",))
    home = Section("residences", "Résidences", "Quarante.", (long, list_, short), question="ou")
    note = Section("note", "L’essentiel", "La réponse.")
    made = chapters(dataclasses.replace(said(), sections=(note, home)))
    _, body, annex = made
    assert len(body.blocks[0].rows) == BODY_ROWS
    assert (
        "28 autres lignes en fin de document : « Annexe · Résidences »" in body.blocks[0].notes[-1]
    )
    assert len(body.blocks[1].paragraphs) == BODY_ROWS + 1
    assert body.blocks[2] == short
    assert (annex.title, annex.lead) == ("Annexe · Résidences", "")
    assert annex.blocks == (long, list_)


def test_a_report_without_note_keeps_a_chapter_a_section() -> None:
    whole = dataclasses.replace(said(), sections=said().sections[1:])
    made = chapters(whole)
    assert [c.title for c in made] == [s.title for s in whole.sections if s.in_document]
    assert {c.part for c in made} == {""}


def test_a_long_title_keeps_to_one_running_line(tmp_path: Path) -> None:
    title = "Programme d’actions et abattement de taxe foncière du Moulin et des Aunes " * 3
    owner = "Société d’économie mixte de construction et de gestion immobilière " * 3
    made = document_pdf.render(dataclasses.replace(said(), title=title, bailleur=owner), {}, {})
    (tmp_path / "r.pdf").write_bytes(made)
    text = pdf_words(tmp_path / "r.pdf")
    second = text.split("\f")[1].strip().splitlines()
    assert second[0].startswith("Programme d’actions")
    assert second[0].count("…") == 2, second[:4]
    written = word.Document(
        io.BytesIO(document_docx.letter(dataclasses.replace(said(), title=title, bailleur=owner)))
    )
    running = written.sections[0].header.paragraphs[0].text
    assert running.count("…") == 2
    assert len(running) < 140


def test_no_line_is_cut_beside_a_quote_or_before_a_colon(pdf_text: str) -> None:
    assert not re.findall(r"«\s*$|^\s*[»:;?!]", pdf_text, re.MULTILINE)


def test_column_widths_leave_no_number_cut() -> None:
    for table in document_tables():
        made = grid(table)
        for k, numeric in enumerate(made.numeric):
            if numeric:
                longest = max((len(r[k]) for r in made.rows), default=0)
                assert made.widths[k] >= longest
        assert 7.0 <= made.size_pt <= 8.5
