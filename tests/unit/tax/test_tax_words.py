"""Every code that the money can emit has words, and every word serves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tfpb.words.faults.sentences import BY_SUBJECT, CATALOGUE
from tfpb.words.money import state_words

SOURCES = Path(__file__).parents[3] / "src" / "tfpb"
ROOMS = ("tax", "law")
TEXT = "\n".join(
    p.read_text("utf-8") for room in ROOMS for p in sorted((SOURCES / room).rglob("*.py"))
)
OF_OTHERS = {"residence_inconnue"}


def test_every_emitted_code_is_in_the_catalogue() -> None:
    emitted = set(re.findall(r"(?:Fault|fail|doubt)\(\s*\"([a-z0-9_]+)\"", TEXT))
    assert emitted
    assert emitted <= set(CATALOGUE)


def test_every_fault_of_the_money_is_emitted_somewhere() -> None:
    assert {code for code in BY_SUBJECT["money"] if f'"{code}"' not in TEXT} == set()


def test_every_motive_serves() -> None:
    for table in (
        state_words.MOTIVES,
        state_words.STATES,
        state_words.EXTRAS,
        state_words.NOTICES,
    ):
        for code in table:
            assert f'"{code}"' in TEXT, code


@pytest.mark.parametrize(
    "words", [w for f in BY_SUBJECT["money"].values() for w in (f.title, f.expected, f.hint)]
)
def test_words_are_sentences_with_french_apostrophes(words: str) -> None:
    assert "'" not in words
    assert not re.search(r"\w ?[:;!?]\w", words)
    assert "exonération d’abattement" not in words
