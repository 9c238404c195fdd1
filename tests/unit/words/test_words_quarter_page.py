"""The sentences of the A4 page: what was done, whether it is of any use, and what cannot be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tfpb.facts.amount import known
from tfpb.facts.claim import Claims, claim
from tfpb.model.location import GapLine
from tfpb.words.documents import quarter_page
from tfpb.words.money import evaluation_words

if TYPE_CHECKING:
    from tfpb.facts.claim import Within

LABEL = "Propreté des parties communes"


def quarter(**amounts: int) -> Within:
    return Claims([claim(name, "QN1", known(n)) for name, n in amounts.items()]).within("QN1")


def change(gap: float, ic90: tuple[float, float], verdict: str, n: int) -> dict[str, object]:
    ends = dict(zip(("ic90_bas", "ic90_haut"), ic90, strict=True))
    return {"vague": "2019-2023", "estimation": gap, **ends, "verdict": verdict, "n": n}


def _answer(verdict: str, *, early: str = "") -> str:
    return quarter_page.change_sentence(
        LABEL, change(0.062, (0.011, 0.113), verdict, 1460), early=early
    ).replace("\u202f", " ")


def test_no_programme_is_not_no_action() -> None:
    said = quarter_page.done_sentence(None, quarter(actions=0), 2025)
    assert "n’est pas fourni" in said
    assert "Aucune action" not in said
    assert "Aucune action" in quarter_page.done_sentence([], quarter(actions=0), 2025)


def test_axes_are_named_and_what_is_left_is_said() -> None:
    spent = [(1, known(62508)), (3, known(55183)), (4, known(12))]
    left = quarter(actions=31, a_programmer=45928)
    said = quarter_page.done_sentence(spent, left, 2025).replace("\u202f", " ")
    assert (
        "d’abord présence de proximité (axe 1, 62 508 €) puis sur-entretien (axe 3, 55 183 €)"
        in said
    )
    assert "45 928 € à programmer en 2026" in said
    assert "Et ensuite" not in quarter_page.done_sentence(
        spent, quarter(actions=31, a_programmer=0), 2025
    )


@pytest.mark.parametrize("verdict", ["hausse", "baisse", "non_demontre"])
def test_the_question_is_answered_with_its_figures_and_no_cause(verdict: str) -> None:
    said = _answer(verdict)
    assert said.startswith("Cela sert-il à quelque chose ?")
    assert "+6,2 points, entre +1 et +11 points, n = 1 460" in said
    assert ("On ne peut pas encore le dire" in said) == (verdict == "non_demontre")
    assert verdict == "non_demontre" or said.endswith("La cause n’est pas mesurée.")


@pytest.mark.parametrize("verdict", ["hausse", "baisse", "non_demontre"])
def test_answers_given_before_the_actions_say_nothing_of_them(verdict: str) -> None:
    said = _answer(verdict, early="2025")
    assert "On ne peut pas encore le dire : l’enquête de 2023 précède les actions de 2025." in said
    assert "Avant elles" in said


def test_two_waves_are_needed() -> None:
    said = quarter_page.change_sentence("", None)
    assert "On ne peut pas encore le dire, faute de deux vagues d’enquête comparables." in said


@pytest.mark.parametrize(
    ("wave", "year", "before"),
    [
        ("2023", 2025, True),
        ("2022-2023", 2023, False),
        ("vague 2 (2019)", 2020, True),
        ("V2", 2025, False),
        ("120199", 2025, False),
        ("2025", 2025, False),
    ],
)
def test_the_year_of_a_wave_is_read_in_its_name(wave: str, year: int, *, before: bool) -> None:
    assert evaluation_words.before_actions(wave, year) is before
    assert wave in evaluation_words.survey_too_early(wave, year)


def test_sources_are_dated_as_french_readers_write() -> None:
    assert quarter_page.source_words("qpv2024", "x", "2024-01-01").endswith("(01/01/2024)")
    assert quarter_page.source_words("adresses", "BAN", "juin") == "BAN (juin)"


def test_what_contradicts_the_raw_figures_stands_before_them() -> None:
    first = "à structure comparable, l’écart change de sens"
    tenants = quarter_page.tenants_sentence(
        GapLine("Propreté", -0.06, n=60, words="plus bas", phrase="6 de moins (entre 2 et 10)"),
        "ici",
        first=first,
    )
    assert f"« Propreté », {first} ; en brut, 6 de moins (entre 2 et 10), en points" in tenants
    moved = quarter_page.change_sentence(
        "Propreté", change(0.05, (0.01, 0.09), "hausse", 60), first=first
    )
    assert f"{first[:1].upper()}{first[1:]} ; en brut, de 2019 à 2023, l’écart" in moved
