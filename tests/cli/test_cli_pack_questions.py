"""Twelve questions that a hurried reader asks of the example's note, answered by its text alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pack_reading import Pack, flat

if TYPE_CHECKING:
    from pathlib import Path

QUESTIONS = {
    "justified": ("justifient 93 % de l’abattement : 472 864 € sur 510 880 €", "Il manque 38 016 €"),
    "proved": (
        "dont 359 035 € (70 %) avec pièce datée (non contrôlée)", "510 880 359 035 81 494 32 335 38 016",
    ),
    "where most is missing": ("D’abord Les Tilleuls - Pasteur (33 428 €).",),
    "does a surplus make up for it": (
        "Le Moulin - Les Aunes : 13 483 € de plus que le sien, sans compenser les autres",
    ),
    "first piece to fetch": (
        "Joindre 6 pièces sur les 9 :",
        "d’abord « Passage de nettoyage supplémentaire (suite) », Les Tilleuls - Pasteur (10 664 €)",
    ),
    "what the commune loses": ("Commune 275 005 € · 54 %",),
    "content with their résidence, here and elsewhere": (
        "32 335 38 016 69 %",
        "Satisfaction générale sur la résidence moins, −11 (−15 à −7)",
        "Contents de leur résidence ailleurs, 2023 : 80 %",
    ),
    "at Les Prés Fleuris": ("4 588 masqué", "Masqué : trop peu de ménages ou de résidences"),
    "what progressed, surely": (
        ("Depuis 2019, 3 écarts en faveur des QPV (▲) : « Présence et disponibilité du gardien » "
        "et « Qualité des interventions techniques »."),
        "▲ de −24 à −10 ; QPV 42 → 55 %",
    ),
    "do the actions work": (
        "L’enquête précède les actions de 2025 : elle ne dit pas encore leur effet",
    ),
    "at once": ("sans attendre Signaler Les Mineurs", "12 411 Bailleur", "en plus des 510 880 €"),
    "claim what, until when": (
        "31/12/2026 Réclamer La Fonderie (38 781 €), La Verrerie (7 911 €)",
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
    third = text.partition("3.Leslocataires")[2].partition("4.Quefaire")[0]
    lines = re.findall(r"(?:moins|autantouplus|plus|autant|onnesaitpas),[^()]*\([^)]*\)", third)
    assert len(lines) == 6
    for gap in lines:
        assert re.fullmatch(r"\w+,(?:[−+]\d+)?\([−+]\d+à[−+]\d+\)", gap), gap
        assert gap.startswith(("moins,−", "plus,+")) or "autant" in gap, gap


def test_answers_are_short_and_euros_whole(pack: Path) -> None:
    page = Pack(pack).pdf("note.pdf")
    assert not re.search(r"\d,\d\d?.€", page)
    whole = re.sub(r"\s+", " ", re.sub(r"(?<=\d)[\u202f ](?=[\d€%])", "", page))
    said = re.findall(
        r"(?:Les actions déclarées|Il manque|En QPV, moins|Depuis \d+, ).*?[.](?= )", whole
    )
    assert len(said) >= 4
    assert [sentence for sentence in said if len(sentence.split()) > 30] == []
