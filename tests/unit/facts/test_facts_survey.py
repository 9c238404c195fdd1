"""Claims of the survey: as released, with a state that says why a figure is not there."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from tfpb.facts.amount import known
from tfpb.facts.claim import TOTAL, Claims, State
from tfpb.facts.survey_claims import (
    SERVICE,
    answers_scope,
    page_items,
    released,
    state_of_row,
    survey_claims,
    verdict_scope,
)
from tfpb.model import survey as survey_model
from tfpb.model.codes import FAVOURABLE, LOWER, Publication, Verdict, outcome
from tfpb.model.results import COMPARISON_COLUMNS
from tfpb.model.survey import HIDDEN_COUNT, Published, WaveFacts

QUARTER = "QN1"
ITEMS = pd.DataFrame(
    [
        {"item": item, "theme": theme, "nature": nature, "ordre": k, "tete_de_theme": head}
        for k, (item, theme, nature, head) in enumerate(
            [
                ("q1", "residence", "service", False),
                ("q2", "residence", "service", True),
                ("q3", "quartier", "quartier", True),
                ("q4", "relation", "service", False),
                ("q5", "logement", "service", True),
            ]
        )
    ]
)


def row(item: str, group: str, estimate: float, **changes: Any) -> dict[str, Any]:
    nature = dict(zip(ITEMS["item"], ITEMS["nature"], strict=True))[item]
    base: dict[str, Any] = dict.fromkeys(COMPARISON_COLUMNS, math.nan)
    base |= {
        "vague": "2023",
        "niveau": "total",
        "territoire": "total",
        "bailleur": "B",
        "item": item,
    }
    base |= {
        "groupe": group,
        "ajustement": "brut",
        "peu_de_reponses": "",
        "assurance": "",
        "isole": "",
        "n": 640.0,
        "estimation": estimate,
        "nature": nature,
    }
    base |= {
        f"ic{p}_{e}": estimate + d for p in (90, 95) for e, d in (("bas", -0.03), ("haut", 0.03))
    }
    return base | {"verdict": "", "publication": "publiable", "isole": ""} | changes


def claims(*rows: dict[str, Any], n: int = 1480, name: str = "B") -> Claims:
    waves = tuple(WaveFacts(wave, n, 40, 600, 880) for wave in ("2019", "2023"))
    table = pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))
    empty = pd.DataFrame()
    made = Published(table, empty, empty, ITEMS, waves, (), {}, seal=survey_model._SEAL)
    return Claims(survey_claims(made, name))


MASKED = dict.fromkeys(
    ("n", "estimation", "ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut"), math.nan
) | {"publication": "masque", "verdict": "masque"}


def test_a_figure_is_claimed_as_released() -> None:
    held = claims(
        row("q1", "qpv", 0.58),
        row("q1", "hors_qpv", 0.684),
        row("q1", "ecart", -0.104, verdict="inferieur"),
        row("q1", "evolution_ecart", 0.02, vague="2019-2023", verdict="non_demontre"),
    )
    scope = answers_scope(TOTAL, "q1", "2023")
    assert scope == "total q1 2023"
    assert held.amount("satisfaits_qpv", scope) == known(Decimal("0.58"))
    assert held.amount("satisfaits_hors", scope) == known(Decimal("0.684"))
    gap = held.get("ecart", scope)
    assert (gap.amount, gap.state, gap.sheet) == (
        known(Decimal("-0.104")),
        State.CONNU,
        "Satisfaction",
    )
    assert released(held, "ecart_bas", scope) == -0.104 - 0.03
    assert held.amount("menages", scope) == known(640)
    moved = held.get("evolution_ecart", answers_scope(TOTAL, "q1", "2019-2023"))
    assert (moved.amount, moved.state) == (known(Decimal("0.02")), State.NON_DEMONTRE)
    assert held.amount("menages", "vague 2023") == known(2 * 640)


def test_households_are_those_of_the_landlord() -> None:
    """A delivery may hold another's interviews: those of the whole are told where it stands for one."""
    rows = [
        row("q1", "qpv", 0.58, n=300.0), row("q2", "qpv", 0.6, n=320.0), row("q1", "hors_qpv", 0.6, n=500.0),
    ]  # fmt: skip
    assert claims(*rows).amount("menages", "vague 2023") == known(820)
    whole = [one | {"bailleur": "ensemble"} for one in rows]
    assert claims(*whole, name="ensemble").amount("menages", "vague 2023") == known(1480)
    one_hidden = claims(*rows[:2], row("q1", "hors_qpv", 0, **MASKED)).get("menages", "vague 2023")
    nobody = claims(*rows).get("menages", "vague 2019")
    assert one_hidden.state is nobody.state is State.MASQUE


def test_a_masked_row_bears_no_number_and_says_so() -> None:
    held = claims(row("q1", "ecart", 0, **MASKED), row("q1", "qpv", 0, **MASKED | {"verdict": ""}))
    scope = answers_scope(TOTAL, "q1", "2023")
    for name in ("ecart", "ecart_bas_90", "menages", "satisfaits_qpv", "menages_qpv"):
        assert (held.get(name, scope).value, held.get(name, scope).state) == (None, State.MASQUE)
    # a row whose mask left numbers behind is not told either
    held = claims(row("q1", "ecart", -0.1, publication="masque", verdict="inferieur"))
    assert held.get("ecart", scope).value is None
    hidden = claims(n=HIDDEN_COUNT, name="ensemble").get("menages", "vague 2023")
    assert (hidden.value, hidden.state) == (None, State.MASQUE)


def test_too_few_answers_leave_their_number_and_no_figure() -> None:
    bare = {"estimation": math.nan, "ic95_bas": math.nan, "verdict": "non_publiable"}
    held = claims(row("q1", "ecart", 0, **bare, n=40.0, publication="non_publiable"))
    scope = answers_scope(TOTAL, "q1", "2023")
    gap, count = held.get("ecart", scope), held.get("menages", scope)
    assert (gap.value, gap.state) == (None, State.MASQUE)
    assert (count.value, count.state) == (None, State.MASQUE)
    bare |= {"publication": "non_calculable", "verdict": "non_calculable"}
    assert claims(row("q1", "ecart", 0, **bare)).get("ecart", scope).state is State.INCONNU


COUNTS = (
    "questions_plus_basses", "questions_plus_basses_sures", "questions_aussi_bien",
    "questions_isolees", "questions_incertaines", "questions_masquees", "questions_sans_reponse",
)  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "publication", "few", "state"),
    [
        ("inferieur", "publiable", False, State.CONNU),
        ("inferieur", "publiable", True, State.PEU_DE_REPONSES),
        ("non_concluant", "publiable", False, State.NON_CONCLUANT),
        ("non_demontre", "publiable", False, State.NON_DEMONTRE),
        ("", "publiable", False, State.CONNU),
        ("inferieur", "masque", True, State.MASQUE),  # masked is a word of its own
        ("masque", "non_publiable", False, State.MASQUE),
        ("", "non_calculable", False, State.INCONNU),
    ],
)
def test_each_row_has_one_state(verdict: str, publication: str, *, few: bool, state: State) -> None:
    assert state_of_row(verdict, publication, few=few) is state


def test_only_the_bailleurs_raw_rows_are_claimed() -> None:
    held = claims(
        row("q1", "ecart", -0.1, bailleur="Autre"),
        row("q1", "ecart", -0.1, ajustement="comparable"),
        row("q1", "ensemble", 0.6),
    )
    assert {one.name for one in held} == {"menages", "questions", *COUNTS}
    assert held.amount("questions").is_nil


def test_a_quarter_claims_the_questions_of_its_page_in_the_last_wave() -> None:
    place = {"niveau": "code_qpv", "territoire": QUARTER}
    held = claims(
        row("q2", "ecart", -0.1, **place),
        row("q1", "ecart", -0.1, **place),  # not of the page
        row("q2", "ecart", -0.1, vague="2019", **place),
        row("q2", "evolution_ecart", 0.1, vague="2019-2023", **place),
    )
    assert held.scopes("ecart") == (f"{QUARTER} q2 2023",)
    assert held.scopes("evolution_ecart") == (f"{QUARTER} q2 2019-2023",)


def test_the_page_asks_the_headline_of_each_theme_service_first() -> None:
    assert page_items(ITEMS) == ("q2", "q4", "q3")
    assert page_items(ITEMS[ITEMS["theme"] != "relation"]) == ("q2", "q3", "q5")


def test_questions_are_counted_once_by_what_they_come_to() -> None:
    held = claims(
        row("q1", "ecart", -0.1, verdict="equivalent_inferieur"),
        row("q2", "ecart", 0.1, verdict="non_inferieur", assurance="sure"),
        row("q3", "ecart", 0, **MASKED),
        row("q4", "ecart", -0.1, verdict="non_concluant"),
        row("q5", "ecart", -0.1, verdict="inferieur", vague="2019"),
        row("q5", "ecart", 0, verdict="non_calculable", publication="non_calculable"),
    )
    names = (*COUNTS, "questions")
    assert [held.amount(n).exact for n in names] == [1, 0, 1, 0, 1, 1, 1, 5]
    assert [held.amount(n, SERVICE).exact for n in names] == [1, 0, 1, 0, 1, 0, 1, 4]
    assert held.amount("questions", verdict_scope("masque")) == known(1)
    assert not held.has("questions", verdict_scope("non_publiable"))


def test_favourable_questions_that_the_family_does_not_keep_are_told_apart() -> None:
    held = claims(
        row("q1", "ecart", 0.1, verdict="meilleur", isole="oui"),
        row("q2", "ecart", 0.1, verdict="equivalent", assurance="forte"),
        row("q4", "ecart", -0.1, verdict="inferieur", assurance="sure"),
        row("q5", "ecart", -0.1, verdict="inferieur_peu"),
    )
    assert [held.amount(n).exact for n in COUNTS] == [2, 1, 1, 1, 0, 0, 0]


def test_verdicts_are_lower_as_good_or_unknown_and_a_hidden_one_is_its_reason() -> None:
    assert not LOWER & FAVOURABLE
    unknown = set(Verdict) - LOWER - FAVOURABLE
    assert Verdict.NON_CONCLUANT in unknown
    assert Verdict.MASQUE in unknown
    for publication in Publication:
        shown = publication == "publiable"
        assert outcome("meilleur", publication) == ("meilleur" if shown else publication)
