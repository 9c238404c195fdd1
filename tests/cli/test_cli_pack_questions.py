"""Twelve questions that a hurried reader asks of the example's note, answered by its text alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pack_reading import Pack, flat

if TYPE_CHECKING:
    from pathlib import Path

QUESTIONS = {
    "justified": ("Justifié à 93 % (472 864 €)", "il reste 38 016 € à justifier"),
    "proved": ("prouvé à 86 % (440 529 €)", "Dans ce qui est justifié, 32 335 € attendent leur preuve"),
    "where most is missing": ("D’abord Les Tilleuls - Pasteur : 33 428 €.",),
    "does a surplus make up for it": (
        "Le Moulin - Les Aunes a valorisé 13 483 € de plus que le sien : cela ne compense pas les autres",
    ),
    "first piece to fetch": (
        "Joindre 6 preuves sur les 9 qui manquent : elles suffisent à prouver tout ce qui est justifié.",
        "D’abord « Passage de nettoyage supplémentaire (suite) », Les Tilleuls - Pasteur (10 664 €)",
    ),
    "what the commune loses": ("Commune 275 005 € · 54 %",),
    "content with their résidence, here and elsewhere": (
        "Satisfaction générale sur la résidence 69 % 80 % 11 de moins (entre 7 et 15)",
        "Contents de leur résidence : enquête 2023 ; ailleurs, 80 %",
    ),
    "at Les Prés Fleuris": ("64 · 69 % masqué", "Masqué : moins de 30 ménages"),
    "what progressed, surely": (
        "Depuis 2019, écart plus favorable aux QPV : « Gestion des déchets et des encombrants »,",
        "« Présence et disponibilité du gardien » et « Qualité des interventions techniques ».",
        "▲ passé de −2 (2019) à +8 (2023)",
    ),
    "do the actions work": (
        "Les actions servent-elles ? L’enquête précède celles de 2025 : elle ne le dit pas encore",
    ),
    "at once": ("Signaler aux impôts Les Mineurs (12 411 €)", "en plus des 510 880 € acquis"),
    "claim what, until when": (
        "Réclamer pour La Fonderie (38 781 €), La Verrerie (7 911 €)", "31 décembre 2026",
    ),
}  # fmt: skip
MISLEADING = (
    "95 %", "couverture", "Comparé à", "surcoût", "à structure comparable", "reportés sur les", "n =",
)  # fmt: skip
"""What hurried readers took for an answer to another question, or did not understand."""


@pytest.fixture(scope="module")
def text(pack: Path) -> str:
    """Return the note in the order it is read, each cell after the one before, without spaces."""
    return flat(Pack(pack).pdf_in_order("note.pdf"))


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_note_alone_answers(text: str, question: str) -> None:
    for answer in QUESTIONS[question]:
        assert flat(answer) in text, (answer, text)


def test_the_note_says_nothing_that_misled(text: str) -> None:
    assert [word for word in MISLEADING if flat(word).lower() in text.lower()] == []


def test_each_gap_is_printed_with_its_figure_and_its_margin(text: str) -> None:
    lines = re.findall(r"\d+%\d+%(.*?)(?=pasdechangement|▲|▼|peut-être)", text)
    assert len(lines) == 9
    for gap in lines:
        assert re.fullmatch(r".*\d.*\((?:entre\d+et\d+|[−+]\d+à[−+]\d+)\)†?", gap), gap


def test_answers_are_short_and_euros_whole(pack: Path) -> None:
    page = Pack(pack).pdf("note.pdf")
    assert not re.search(r"\d,\d\d?.€", page)
    whole = re.sub(r"\s+", " ", re.sub(r"(?<=\d)[\u202f ](?=[\d€%])", "", page))
    said = re.findall(r"(?:Justifié à|Sur \d|En QPV, sur|Depuis \d).*?[.](?= )", whole)
    assert len(said) >= 4
    assert [sentence for sentence in said if len(sentence.split()) > 30] == []
