"""Claims of a bailleur under a question on what another holds too: between what the answers make of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tfpb.errors import Fault, Place
from tfpb.evidence.suspension import unread_survey
from tfpb.facts.amount import between, known
from tfpb.facts.bailleurs import added
from tfpb.facts.claim import Claims, State, claim, commune_scope, of_commune
from tfpb.facts.survey_claims import answers_scope
from tfpb.model.codes import Role
from tfpb.model.question import Replies
from tfpb.questions.across import (
    FIRST,
    SECOND,
    Held,
    odd_scales,
    shared_addresses,
    shared_invoices,
)
from tfpb.questions.finding import KEPT
from tfpb.region import crossing as shared
from tfpb.region.crossing import Crossing, Shared, bounded_claims, remake
from tfpb.region.partition import Part, Refused, Task

OWN, TWICE = 100, 20


def held(name: str) -> Held:
    return Held(
        name, f"{name} › p.csv", "", np.array([2, 3]), ("1 rue a", name), np.array([TWICE, OWN])
    )


def dwellings(count: int) -> Claims:
    return Claims([claim("logements", "total", known(count))])


def task(name: str) -> Task:
    settings: Any = SimpleNamespace(dossier=SimpleNamespace(bailleur=name))
    return Task(settings, Path(), None, own_survey=False)


def made(one: Task) -> Part:
    gone = any(change.left_out for change in one.outside)
    nothing: Any = None
    claims = dwellings(OWN if gone else OWN + TWICE)
    return Part(one.settings, nothing, nothing, pd.DataFrame(), pd.DataFrame(), claims=claims)


def test_what_two_bailleurs_hold_is_bounded_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Task] = []
    monkeypatch.setattr(shared, "make_part", lambda one: tried.append(one) or made(one))
    crossing = Crossing(tuple(shared_addresses([held("A"), held("B"), held("A")])))
    (asked,) = crossing.asked(Replies())[:1]
    crossing = Crossing(tuple(f for f in crossing.findings if f.question.key == asked.question.key))
    assert crossing.keys_of("A") == crossing.keys_of("B") == {asked.question.key}
    assert crossing.keys_of("C") == frozenset()
    for name in ("A", "B"):
        base = made(Task(task(name).settings, Path(), None, own_survey=False,
                         outside=crossing.changes({})[name]))  # fmt: skip
        assert base.claims.amount("logements").at_least == OWN  # neither's, while nobody replied
        own = replace(task(name), outside=crossing.changes({})[name])
        tried.clear()
        written = dwellings(OWN + TWICE)
        bounded = bounded_claims(Shared(own, written, (asked,), crossing, {}), base.claims)
        assert not tried  # of three answers: two change nothing here, one what nobody's does
        found = bounded.get("logements")
        assert found.state is State.SUSPENDU
        assert (found.amount.at_least, found.amount.at_most) == (OWN, OWN + TWICE)


def test_many_questions_between_bailleurs_are_tried_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 26 bailleurs, each question tried alone was some 300 readings of a stock."""
    tried: list[Task] = []

    def partly(one: Task) -> Part:
        tried.append(one)
        gone = sum(len(change.left_out) for change in one.outside)
        whole = claim("logements", "total", known(OWN + 4 * TWICE - gone * TWICE))
        share = claim("part_justifiee", "total", known(Decimal("0.5") + gone))
        each = claim("acquis_par_logement", "total", known(Decimal(90) + gone))
        return replace(made(one), claims=Claims([whole, share, each]))

    monkeypatch.setattr(shared, "make_part", partly)
    others = [
        Held(n, f"{n} › p.csv", "", np.array([2]), (f"{n} rue a",), np.array([TWICE]))
        for n in "BCDE"
    ]
    mine = Held(
        "A", "A › p.csv", "", np.arange(2, 7), (*(o.keys[0] for o in others), ""),
        np.array([TWICE] * 4 + [OWN]),
    )  # fmt: skip
    crossing = Crossing(tuple(shared_addresses([mine, *others])))
    asked = crossing.asked(Replies())
    assert len(asked) == 4
    own = replace(task("A"), outside=crossing.changes({})["A"])
    base = partly(own)
    tried.clear()
    found = bounded_claims(Shared(own, partly(task("A")).claims, asked, crossing, {}), base.claims)
    assert len(tried) == 1  # as the files are written, which was read already
    ends = found.amount("logements")
    assert (ends.at_least, ends.at_most) == (OWN, OWN + 4 * TWICE)
    for name in ("part_justifiee", "acquis_par_logement"):
        assert found.get(name).state is State.SUSPENDU
        assert found.amount(name).at_most is None  # a quotient is not at its ends there


@pytest.mark.parametrize(
    ("code", "most"), [("action_sans_abattement", OWN + TWICE), ("autre", None)]
)
def test_a_question_that_nobody_answered_stops_no_draft(
    monkeypatch: pytest.MonkeyPatch, code: str, most: int | None
) -> None:
    """An action without a dwelling left goes with them: the part lies between both, not anywhere."""

    def refusing(one: Task) -> Part | Refused:
        stands = not any(change.file == "actions.csv" for change in one.outside)
        fault = Fault(code, Place("actions.csv", "", 7))
        return Refused("A", (fault,)) if one.outside and stands else made(one)

    monkeypatch.setattr(shared, "make_part", refusing)
    crossing = Crossing(tuple(shared_addresses([held("A"), held("B")])))
    asked, left = crossing.asked(Replies()), crossing.changes({})["A"]
    one = Shared(replace(task("A"), outside=left), dwellings(OWN + TWICE), asked, crossing, {})
    part = remake(one)
    assert isinstance(part, Part)
    found = part.claims.get("logements")
    assert (found.state, found.amount.at_most) == (State.SUSPENDU, most)
    assert found.amount.at_least == (OWN if most else 0)
    assert isinstance(remake(replace(one, asked=())), Refused)  # an answer may


def test_of_a_stranded_action_each_input_is_left_out_alone_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With its dwellings and without its invoices more is left to justify than with both, or neither."""

    def refusing(one: Task) -> Part | Refused:
        gone = {change.file for change in one.outside}
        if "p.csv" in gone and "f.csv" not in gone and "actions.csv" not in gone:
            return Refused("A", (Fault("action_sans_abattement", Place("actions.csv", "", 7)),))
        left = 0 if "p.csv" in gone else OWN if gone else TWICE
        claims = Claims([claim("reste_a_justifier", "total", known(left))])
        return replace(made(one), claims=claims)

    def invoices(name: str) -> Held:
        return Held(name, f"{name} › f.csv", "", np.array([2]), ("FA 1",), np.array([OWN]))

    monkeypatch.setattr(shared, "make_part", refusing)
    found = (
        *shared_addresses([held("A"), held("B")]),
        *shared_invoices([invoices("A"), invoices("B")]),
    )
    crossing = Crossing(found)
    asked = crossing.asked(Replies())
    left = tuple(c for c in crossing.changes({})["A"] if c.file == "p.csv")
    written = refusing(task("A"))
    assert isinstance(written, Part)
    part = remake(Shared(replace(task("A"), outside=left), written.claims, asked, crossing, {}))
    assert isinstance(part, Part)
    ends = part.claims.amount("reste_a_justifier")
    assert (ends.at_least, ends.at_most) == (0, OWN)


def test_an_answer_changes_the_tables_of_the_other_alone() -> None:
    crossing = Crossing(tuple(shared_addresses([held("A"), held("B")])))
    key = crossing.findings[0].question.key
    assert set(crossing.changes({key: FIRST})) == {"B"}
    assert set(crossing.changes({key: SECOND})) == {"A"}
    assert crossing.changes({key: KEPT}) == {}


def test_survey_claims_under_an_open_question_of_a_region_tell_no_figure() -> None:
    gap = claim("ecart", answers_scope("total", "q1", "2023"), known(Decimal("-0.1")))
    claims = Claims([gap, *dwellings(OWN)])
    (asked,) = Crossing(tuple(shared_addresses([held("A"), held("B")]))).asked(Replies())
    assert list(unread_survey(claims, [asked])) == list(claims)  # of the stock: not the survey's
    heard: Any = SimpleNamespace(is_open=True, question=SimpleNamespace(role=Role.ENQUETE))
    told = unread_survey(claims, [heard])
    assert (told.get("ecart", gap.scope).value, told.get("ecart", gap.scope).state) == (
        None,
        State.SUSPENDU,
    )
    assert told.amount("logements").at_least == OWN
    heard.is_open = False
    assert list(unread_survey(claims, [heard])) == list(claims)


def test_weights_of_another_scale_are_divided_until_an_answer_keeps_them() -> None:
    def weighed(name: str, weight: float) -> Held:
        rows, keys = np.arange(2, 52), ("",) * 50
        return Held(name, f"{name} › e.csv", "", rows, keys, np.full(50, weight), "poids")

    held = [*(weighed(name, 20) for name in "ABC"), weighed("D", 20_000)]
    crossing = Crossing(tuple(odd_scales(held, [1000] * 4)))
    (change,) = crossing.changes({})["D"]
    assert (change.file, change.scaled) == ("e.csv", {"poids": Decimal("0.001")})
    key = crossing.findings[0].question.key
    assert crossing.changes({key: KEPT}) == {}


def test_all_dwellings_of_a_territory_are_bounded_as_those_of_its_communes() -> None:
    def owner(least: int, most: int) -> Claims:
        whole = claim("logements", "total", between(Decimal(least), Decimal(most), "question"))
        return Claims([whole, replace(whole, scope=commune_scope("59001"))])

    held = {"siren_epci 2": ["Q1"], "departement 59": []}
    communes = {scope: [commune_scope("59001")] for scope in held}
    whole = added([owner(80, 100), owner(50, 50)], held, communes)
    for scope in ("total", *held):
        amount = whole.amount("logements", scope)
        assert (amount.at_least, amount.at_most) == (130, 150), scope
    assert not [one for one in whole if of_commune(one.scope)]
    assert whole.amount("quartiers", "siren_epci 2").exact == 1


def test_an_invoice_spelt_two_ways_is_one() -> None:
    def of(name: str, piece: str, value: int) -> Part:
        frame = pd.DataFrame({"piece": [piece], "valorise_eur": [Decimal(value)]})
        frame = frame.assign(_fichier="p.csv", _feuille="", _ligne=[2])
        inputs: Any = SimpleNamespace(frame=lambda _role: frame, frames={"patrimoine": stock})
        one = made(task(name))
        return replace(one, inputs=inputs)

    stock = pd.DataFrame(
        {"code_insee": [""], "commune": [""], "adresse": [""], "nb_logements": [1.0]}
    ).assign(_fichier="s.csv", _feuille="", _ligne=[2])
    spelt = [of("A", "FA2025-014", 100), of("B", "FA 2025-014", 100), of("C", "FA 15", 100)]
    found = [f.question.code for f in Crossing.of(spelt).findings]
    assert found == ["factures_deux_bailleurs"]
