"""Words of verdicts, one printed phrase each, and the power line of the method."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tfpb.survey
from tfpb.model.codes import Publication, Theme, Verdict
from tfpb.survey.sample_size import n_necessaire
from tfpb.words.faults.sentences import CATALOGUE
from tfpb.words.survey import satisfaction, verdict_words
from tfpb.words.survey import survey_words as words


def test_the_power_line_of_the_method() -> None:
    assert n_necessaire(0.75, effet_plan=1.6, marge_points=5) == 1480
    assert n_necessaire(0.75, effet_plan=1.6, marge_points=10) == 370
    with pytest.raises(ValueError):
        n_necessaire(1.2)


def test_every_code_has_its_words() -> None:
    for table, codes in (
        (verdict_words.VERDICTS, Verdict),
        (verdict_words.SIGNS, Verdict),
        (verdict_words.PUBLICATIONS, Publication),
        (satisfaction.THEMES, Theme),
        (words.EXPLANATIONS, Verdict),
    ):
        assert set(table) - {Publication.NON_PUBLIABLE} == {c.value for c in codes} - {
            Publication.NON_PUBLIABLE
        }


def test_every_fault_of_the_survey_has_its_words() -> None:
    made = set()
    for path in Path(tfpb.survey.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            name = getattr(called, "id", getattr(called, "attr", ""))
            if isinstance(node, ast.Call) and name in {"Fault", "fault_at", "unread", "parsed"}:
                place = 2 if name == "parsed" else 0
                first = node.args[place] if len(node.args) > place else None
                for leaf in ast.walk(first) if first is not None else ():
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                        made.add(leaf.value)
    assert len(made) > 15
    assert made <= set(CATALOGUE)


def row(**changes: object) -> dict[str, object]:
    return {
        "verdict": "non_concluant", "estimation": -0.04, "ic90_bas": -0.1, "ic90_haut": 0.015,
        "n": 1460.0, "isole": "", "publication": "publiable", "peu_de_reponses": "",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "phrase"),
    [
        ({"verdict": "inferieur", "estimation": -0.16, "ic90_bas": -0.2, "ic90_haut": -0.125},
         "16 de moins (entre 12 et 20)"),
        ({"verdict": "ecart_defavorable", "estimation": -0.07, "ic90_bas": -0.13, "ic90_haut": -0.005},
         "7 de moins (entre 0,5 et 13)"),
        ({"verdict": "equivalent_inferieur", "ic90_bas": -0.04, "ic90_haut": -0.012},
         "autant, à 5\u202fpoints près (−4 à −1)"),
        ({"verdict": "equivalent", "ic90_bas": -0.02, "ic90_haut": 0.04},
         "autant, à 5\u202fpoints près (−2 à +4)"),
        ({"verdict": "non_inferieur", "ic90_bas": -0.01, "ic90_haut": 0.07},
         "autant ou plus, à 5\u202fpoints près (−1 à +7)"),
        ({"verdict": "meilleur_peu", "ic90_bas": 0.005, "ic90_haut": 0.04},
         "autant, à 5\u202fpoints près (+0,5 à +4)"),
        ({"verdict": "meilleur", "estimation": 0.08, "ic90_bas": 0.05, "ic90_haut": 0.11},
         "8 de plus (entre 5 et 11)"),
        ({}, "on ne sait pas (−10 à +2)"),
        ({"peu_de_reponses": "residences"}, "on ne sait pas, peu de résidences (−10 à +2)"),
        ({"peu_de_reponses": "reponses"}, "on ne sait pas, peu de réponses (−10 à +2)"),
        ({"peu_de_reponses": "oui"}, "on ne sait pas, peu de résidences (−10 à +2)"),  # of 0.3.0
        ({"verdict": "inferieur_peu", "ic90_bas": -0.12, "ic90_haut": -0.01, "peu_de_reponses": "reponses"},
         "moins, peu de réponses (−12 à −1)"),
        ({"verdict": "inferieur_peu", "ic90_bas": -0.12, "ic90_haut": -0.01, "peu_de_reponses": "residences"},
         "moins, peu de résidences (−12 à −1)"),
        ({"verdict": "inferieur", "estimation": -0.16, "ic90_bas": -0.2, "ic90_haut": -0.12,
          "peu_de_reponses": "residences"}, "16 de moins (entre 12 et 20), peu de résidences"),
        ({"verdict": "superieur_peu", "ic90_bas": 0.01, "ic90_haut": 0.04, "peu_de_reponses": "residences"},
         "plus, peu de résidences (+1 à +4)"),
        ({"verdict": "meilleur", "estimation": 0.16, "ic90_bas": 0.12, "ic90_haut": 0.2,
          "peu_de_reponses": "residences"}, "16 de plus (entre 12 et 20), peu de résidences"),
        ({"verdict": "masque", "publication": "masque", "estimation": float("nan")}, "masqué"),
        ({"verdict": "masque", "publication": "non_publiable"}, "masqué"),
    ],
)  # fmt: skip
def test_the_printed_phrase_of_each_word(changes: dict[str, object], phrase: str) -> None:
    assert verdict_words.gap_phrase(row(**changes), 5.0) == phrase


def test_gaps_are_said_with_their_interval_and_their_doubt() -> None:
    text = words.gap_line(row(), 5.0, interviews=1480)
    for part in ("○ on ne sait pas (−10 à +2)", "1\u202f460", "1\u202f480"):
        assert part in text
    silent = row(verdict="masque", publication="masque", estimation=float("nan"))
    assert words.gap_line(silent, 5.0) == "– masqué"


def test_an_isolated_verdict_is_marked() -> None:
    assert verdict_words.plainly("equivalent", "publiable", alone=True) == "autant (isolé)"
    told = verdict_words.plainly("non_concluant", "publiable", few="residences")
    assert told == "on ne sait pas (peu de résidences)"
    assert verdict_words.signed("inferieur", "publiable") == "■ moins"
    assert verdict_words.signed("masque", "masque", few="residences") == "– masqué"


def test_arrows_are_for_movements_alone() -> None:
    arrows = {code for code, mark in verdict_words.SIGNS.items() if mark in "▲▼"}
    assert arrows == {"hausse", "baisse"}


def test_a_level_never_equals_not_different() -> None:
    everything = " ".join([*verdict_words.VERDICTS.values(), *words.EXPLANATIONS.values()])
    for forbidden in ("aucune différence", "pas de différence", "identique", "grâce à"):
        assert forbidden not in everything
