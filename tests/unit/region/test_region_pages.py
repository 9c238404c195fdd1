"""Pages of a region: one page of a place, a bailleur beside the others, what moved by contrat."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from region_cases import LEVELS, protected_of, region_plan, region_survey

from tfpb.evidence.tasks import tasks_of_place
from tfpb.facts.amount import Amount, between, known, unknown
from tfpb.facts.claim import Claims, claim
from tfpb.facts.quarter import Quarter, Quarters
from tfpb.model.codes import ENSEMBLE, Groupe
from tfpb.model.report import Table
from tfpb.region.computed import Region
from tfpb.region.estimates import compare_region
from tfpb.region.publishing.packs import _money_rows
from tfpb.report.sections.note.left_to_do import left_to_do
from tfpb.report.sections.note.tenants import tenants
from tfpb.report.sections.restitution import RegionFacts, places
from tfpb.words.documents.region_words import NO_SURVEY_PLACE

ONE, TWO = "QN05901I", "QN05902I"


def test_what_is_left_to_do_in_a_place_is_a_line_a_quarter_and_adds_up() -> None:
    day = dt.date(2026, 12, 31)
    open_ = between(Decimal(5), Decimal(9), "question")
    claims = Claims(
        [
            *(claim("acquis", q, known(100)) for q in (ONE, TWO)),
            claim("a_reclamer", ONE, known(40), deadline=day),
            claim("a_reclamer", TWO, known(2), deadline=day),
            claim("a_programmer", ONE, known(0)), claim("a_programmer", TWO, open_),
            claim("a_risque", ONE, known(7)),
        ]
    )  # fmt: skip
    names = Quarters([Quarter(ONE, "Les Lilas"), Quarter(TWO, "La Fosse")])
    tasks = tasks_of_place(claims, names, "les bailleurs", "Argent")
    assert [(t.subject, t.kind.claim, t.at_once) for t in tasks] == [
        (ONE, "a_risque", True), (ONE, "a_reclamer", False), (TWO, "a_reclamer", False),
        (TWO, "a_programmer", False),
    ]  # fmt: skip
    dossier: Any = SimpleNamespace(
        claims=claims, quarters=names, survey=None, programme=None,
        settings=SimpleNamespace(dossier=SimpleNamespace(annee=2025), roles={}),
    )  # fmt: skip
    answer = left_to_do(dossier, tasks, shared=True)(8)
    held: Any = answer.rests_on
    rows = [row[1:4] for row in held.rows]
    assert len(rows) == 3  # of several bailleurs, no file of one is asked for
    assert {who for _, _, who in rows} == {"les bailleurs"}
    ((what, stake, _),) = (row for row in rows if row[0].head.startswith("Réclamer"))
    assert "Les Lilas" in what.text
    assert "42" in stake.head


def test_a_risk_that_is_not_known_at_all_asks_for_the_tax_sheet_before_anything_is_reported() -> (
    None
):
    names = Quarters([Quarter(ONE, "Les Lilas"), Quarter(TWO, "La Fosse")])

    def to_do(*risks: Amount) -> list[tuple[str, str, str, bool]]:
        owed = [claim("acquis", q, known(100)) for q in (ONE, TWO)]
        at_risk = [claim("a_risque", q, a) for q, a in zip((ONE, TWO), risks, strict=True)]
        dossier: Any = SimpleNamespace(
            claims=Claims([*owed, *at_risk]), quarters=names, survey=None, programme=None,
            settings=SimpleNamespace(dossier=SimpleNamespace(annee=2025), roles={}),
        )  # fmt: skip
        tasks = tasks_of_place(dossier.claims, names, "les bailleurs", "Argent")
        held: Any = left_to_do(dossier, tasks, shared=True)(8).rests_on
        return [(w.head, w.text, stake.head, "attendre" in day) for day, w, stake, _ in held.rows]

    ((head, text, stake, at_once),) = to_do(unknown("non_lu"), known(0))
    assert (head, stake, at_once) == ("Fournir la fiscalité qui manque :", "inconnu", False)
    assert text.startswith("Les Lilas")
    first, second = to_do(unknown("non_lu"), between(Decimal(5), None, "non_lu"))
    assert first[0].startswith("Signaler aux impôts")
    assert (first[2:], second[0]) == (("au moins 5", True), head)


def test_tenants_who_were_asked_and_may_not_be_told_of_are_no_missing_survey() -> None:
    dossier: Any = SimpleNamespace(survey=None)
    assert tenants(dossier, NO_SURVEY_PLACE)(9).sentences == (NO_SURVEY_PLACE,)
    assert tenants(dossier)(9).sentences != (NO_SURVEY_PLACE,)


@pytest.mark.parametrize(("parts", "shown"), [(3, 0), (4, 2)])
def test_the_money_of_all_stands_beside_one_s_from_four_bailleurs(parts: int, shown: int) -> None:
    whole = Claims([claim("acquis", "total", known(1000)), claim("valorise", "total", known(900))])
    region: Any = SimpleNamespace(
        parts=[None] * parts, facts=SimpleNamespace(claims=whole),
        settings=SimpleNamespace(reglages=SimpleNamespace(organismes_minimum=3)),
    )  # fmt: skip
    together = Region.money_together.fget(region)  # type: ignore[attr-defined]
    own = Claims([claim("acquis", "total", known(10))])
    rows = _money_rows(own, together)
    assert len(rows) == shown
    if shown:
        assert rows["vous"].tolist() == ["10\u202f€", "non connu"]


def test_what_moved_is_listed_by_contrat_and_above_on_the_bailleurs_of_both_waves() -> None:
    answers = region_survey(5, owners=7, waves=("2017", "2019", "2023"))
    made = compare_region(
        answers, region_plan(), by=LEVELS, repere=None, margins=None, reference=None
    )
    whole = protected_of(made).whole
    section = places(_facts(), whole, {})
    (moved,) = (
        b for b in section.blocks if isinstance(b, Table) and b.key == "territoires_evolution"
    )
    assert set(moved.rows["vague"]) == {"2017-2019", "2019-2023", "2017-2023"}
    assert "Contrat de ville" in set(moved.rows["niveau_mot"])
    assert not set(moved.rows["niveau_mot"]) & {"Quartier", "Ensemble"}
    told = whole.comparison
    told = told[(told["bailleur"] == ENSEMBLE) & (told["groupe"] == Groupe.EVOLUTION_ECART)]
    held = set(zip(told["vague"], told["territoire"], told["estimation"].round(6), strict=True))
    rows = zip(moved.rows["vague"], moved.rows["territoire"], moved.rows["ecart"], strict=True)
    assert {(w, t, round(float(e), 6)) for w, t, e in rows} <= held


def _facts() -> RegionFacts:
    stock = pd.DataFrame(columns=["niveau", "territoire", "scope"])
    rows = pd.DataFrame(
        columns=["niveau", "territoire", *LEVELS, "nom_qpv", "departement_nom", "epci_nom",
                 "scope", "insee", "ecart"]
    )  # fmt: skip
    return RegionFacts(7, Claims(), stock, rows, pd.DataFrame(), pd.DataFrame())
