"""Where a figure like with like tells another story: found by its numbers, said first, in every medium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tfpb.survey.raw_gaps import KEY, Story, disagreements, key_of
from tfpb.words.money.evaluation_words import evaluation_lead, reading_sentence
from tfpb.words.survey.satisfaction import gap_sentence, otherwise
from tfpb.words.survey.survey_words import gap_line

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD = {
    "groupe": "ecart", "vague": "2023", "niveau": "total", "territoire": "total", "bailleur": "A",
    "item": "q1",
}  # fmt: skip


def rows(*figures: tuple[str, float, float, float], told: str = "oui", **head: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {**HEAD, "publication": "publiable", **head, "ajustement": kind, "estimation": value,
             "ic90_bas": low, "ic90_haut": high, "autre_histoire": told}
            for kind, value, low, high in figures
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "alike", "story"),
    [
        ((-0.06, -0.10, -0.02), (0.02, -0.02, 0.06), Story.SENS),
        ((-0.16, -0.20, -0.12), (-0.04, -0.08, -0.01), Story.AMPLEUR),
        ((-0.06, -0.10, -0.02), (-0.03, -0.07, 0.01), Story.AMPLEUR),
    ],
)
def test_a_story_is_what_the_row_says_of_itself(
    raw: Sequence[float], alike: Sequence[float], story: Story
) -> None:
    figures = ("brut", *raw), ("comparable", *alike)
    (told,) = disagreements(rows(*figures)).values()
    assert told.story is story
    assert (told.estimate, told.low, told.high) == tuple(alike)


def test_an_interval_that_comes_to_hold_zero_is_no_story() -> None:
    figures = ("brut", -0.06, -0.10, -0.02), ("comparable", -0.05, -0.11, 0.01)
    assert not disagreements(rows(*figures, told=""))


def test_both_rows_must_be_shown() -> None:
    raw, alike = ("brut", -0.06, -0.1, -0.02), ("comparable", 0.03, -0.01, 0.07)
    assert disagreements(rows(raw, alike))
    assert not disagreements(rows(raw))
    assert not disagreements(rows(raw, alike).assign(publication="masque"))
    elsewhere = rows(alike, territoire="QN1", niveau="code_qpv")
    assert not disagreements(pd.concat([rows(raw), elsewhere]))


def test_a_change_is_told_as_a_change() -> None:
    figures = (("brut", 0.06, 0.02, 0.1), ("comparable", -0.01, -0.05, 0.03))
    found = disagreements(rows(*figures, groupe="evolution_ecart", vague="2019-2023"))
    (told,) = found.values()
    assert told.change
    said = otherwise(*told.figures, 5.0, change=told.change)
    assert said.startswith(
        "à structure comparable, l’évolution de l’écart change de sens (−1\u202fpoint,"
    )


def test_a_key_is_that_of_the_row_or_of_what_is_known() -> None:
    assert key_of(HEAD) == tuple(HEAD[name] for name in KEY)
    assert key_of({"item": "q1", "vague": 2023}, bailleur="A")[4] == "A"


def test_sentences_say_it_first() -> None:
    said = otherwise(Story.AMPLEUR, -0.02, -0.06, 0.02, 5.0)
    assert said == (
        "à structure comparable, l’écart n’est pas de la même taille (−2\u202fpoints, entre −6 et +2 points, "
        "marge à 90 %)"
    )
    facts: dict[str, Any] = {"libelle": "Propreté", "qpv": 0.62, "n_qpv": 600, "hors": 0.68}
    facts |= {"n_hors": 800, "ecart": -0.06, "ic90_bas": -0.1, "ic90_haut": -0.02}
    facts |= {"verdict_mot": "−", "autrement": "", "marge_points": 5.0}
    assert gap_sentence(facts | {"autrement": said}).startswith(f"Propreté : {said} ; en brut, 62")
    assert gap_sentence(facts).startswith("Propreté : 62")
    row = {"verdict": "inferieur", "publication": "publiable", "isole": "", "peu_de_reponses": "",
           "estimation": -0.16, "ic90_bas": -0.2, "ic90_haut": -0.12, "n": 60}  # fmt: skip
    assert gap_line(row, 5.0, first=said).startswith(f"{said} ; en brut, ■ 16 de moins")


@pytest.mark.parametrize("story", list(Story))
def test_the_reading_of_an_axis_says_it_first(story: Story) -> None:
    text = reading_sentence(f"ecart_defavorable|hausse|ecart_{story}|evolution_{story}")
    assert text.startswith("À structure comparable, l’écart ")
    assert "à structure comparable, l’évolution de l’écart " in text
    assert text.index("en brut, moins de satisfaits en QPV") > text.index("l’évolution de")
    assert text.endswith("écart évoluant en faveur des QPV depuis la vague précédente.")
    assert text.count(".") == 1


def test_an_axis_lower_in_raw_figures_alone_is_told_apart() -> None:
    assert evaluation_lead(["3"], ["5"], read=2, axes=2).startswith(
        "Pour l’axe 5, l’écart défavorable ne se retrouve pas"
    )
    assert "de l’axe 3." in evaluation_lead(["3"], ["5"], read=2, axes=2)
    assert re.search("aucun axe", evaluation_lead([], ["5", "6"], read=2, axes=2))
