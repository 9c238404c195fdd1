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


def rows(*figures: tuple[str, float, float, float], **head: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {**HEAD, "publication": "publiable", **head, "ajustement": kind, "estimation": value,
             "ic95_bas": low, "ic95_haut": high}
            for kind, value, low, high in figures
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "adjusted", "story"),
    [
        ((-0.06, -0.10, -0.02), (0.02, -0.02, 0.06), Story.SENS),
        ((-0.06, -0.10, -0.02), (0.05, 0.01, 0.09), Story.SENS),
        ((-0.06, -0.10, -0.02), (-0.03, -0.07, 0.01), Story.EFFACE),
        ((-0.03, -0.07, 0.01), (-0.06, -0.10, -0.02), Story.APPARU),
        ((-0.06, -0.10, -0.02), (-0.04, -0.08, -0.001), None),
        ((-0.03, -0.07, 0.01), (-0.02, -0.06, 0.02), None),
        ((-0.03, -0.07, 0.01), (0.02, -0.02, 0.06), None),  # neither is established
        ((-0.03, -0.07, 0.01), (0.05, 0.01, 0.09), Story.SENS),
        ((-0.0004, -0.0008, -0.0001), (0.0004, 0.0001, 0.04), None),  # both print 0
        ((-0.06, -0.10, -0.02), (-0.04, -0.08, 0.0), Story.EFFACE),  # zero is inside at its end
    ],
)
def test_a_story_is_the_sign_or_zero(
    raw: Sequence[float], adjusted: Sequence[float], story: Story | None
) -> None:
    found = disagreements(rows(("brut", *raw), ("standardise", *adjusted)))
    assert [d.story for d in found.values()] == ([story] if story else [])
    if story:
        (told,) = found.values()
        assert (told.estimate, told.low, told.high) == tuple(adjusted)


def test_the_standardised_figure_rules_and_the_regression_where_there_is_none() -> None:
    raw, plain, against = ("brut", -0.06, -0.1, -0.02), (-0.05, -0.09, -0.01), (0.03, -0.01, 0.07)
    both = rows(raw, ("standardise", *plain), ("regression", *against))
    assert not disagreements(both)
    assert disagreements(rows(raw, ("regression", *against)))
    # rows that may not be shown say nothing, and rows of another place are not held against it
    assert not disagreements(rows(raw, ("standardise", *against)).assign(publication="masque"))
    elsewhere = rows(("standardise", *against), territoire="QN1", niveau="code_qpv")
    assert not disagreements(pd.concat([rows(raw), elsewhere]))


def test_a_change_is_told_as_a_change() -> None:
    figures = (("brut", 0.06, 0.02, 0.1), ("standardise", -0.01, -0.05, 0.03))
    found = disagreements(rows(*figures, groupe="evolution_ecart", vague="2019-2023"))
    (told,) = found.values()
    assert told.change
    said = otherwise(told.story, told.estimate, told.low, told.high, change=told.change)
    assert said.startswith(
        "à structure comparable, l’évolution de l’écart change de sens (−1\u202fpoint,"
    )


def test_a_key_is_that_of_the_row_or_of_what_is_known() -> None:
    assert key_of(HEAD) == tuple(HEAD[name] for name in KEY)
    assert key_of({"item": "q1", "vague": 2023}, bailleur="A")[4] == "A"


def test_sentences_say_it_first() -> None:
    said = otherwise(Story.EFFACE, -0.021, -0.06, 0.02)
    assert said == (
        "à structure comparable, l’écart n’est plus établi (−2,1\u202fpoints, entre −6,0 et +2,0 points à "
        "95\u202f%)"
    )
    facts: dict[str, Any] = {"libelle": "Propreté", "qpv": 0.62, "n_qpv": 600, "hors": 0.68}
    facts |= {"n_hors": 800, "ecart": -0.064, "ic95_bas": -0.1, "ic95_haut": -0.02}
    facts |= {"verdict_mot": "▽", "autrement": ""}
    assert gap_sentence(facts | {"autrement": said}).startswith(f"Propreté : {said} ; en brut, 62")
    assert gap_sentence(facts).startswith("Propreté : 62")
    row = {"verdict": "inferieur", "publication": "publiable", "isole": "", "estimation": -0.064,
           "ic95_bas": -0.1, "ic95_haut": -0.02, "n": 60}  # fmt: skip
    assert gap_line(row, first=said).startswith(f"{said} ; en brut, ▼")


@pytest.mark.parametrize("story", list(Story))
def test_the_reading_of_an_axis_says_it_first(story: Story) -> None:
    text = reading_sentence(f"ecart_defavorable|hausse|ecart_{story}|evolution_{story}")
    assert text.startswith("À structure comparable, l’écart ")
    assert "à structure comparable, l’évolution de l’écart " in text
    assert text.index("en brut, satisfaction plus basse en QPV") > text.index("l’évolution de")
    assert text.endswith("écart évoluant en faveur des QPV depuis la vague précédente.")
    assert text.count(".") == 1


def test_an_axis_lower_in_raw_figures_alone_is_told_apart() -> None:
    assert evaluation_lead(["3"], ["5"]).startswith(
        "Pour l’axe 5, l’écart défavorable ne se retrouve pas"
    )
    assert "de l’axe 3." in evaluation_lead(["3"], ["5"])
    assert re.search("aucun axe", evaluation_lead([], ["5", "6"]))
