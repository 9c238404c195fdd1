"""Doubts: a kind or a reason for every code, what each suspends and weighs, answers within bounds."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given, settings

import tfpb
from effort import tries
from tfpb.errors import Fault, Place, Severity
from tfpb.facts.amount import known
from tfpb.facts.claim import OUTSIDE, TOTAL, Claims, State, claim
from tfpb.facts.doubt_kinds import Weights, suspend
from tfpb.facts.kinds import EFFECTS, KIND_OF, KINDS, NOBODY, SIDE, Shelf, effect_of
from tfpb.facts.place import holds, home_columns, located_stock
from tfpb.facts.table import claims_of
from tfpb.law.values import load
from tfpb.model.codes import Role
from tfpb.model.money import Programme
from tfpb.tax.abatement.abatement import abate
from tfpb.words.faults.sentences import CATALOGUE

if TYPE_CHECKING:
    from tfpb.facts.amount import Amount
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement

PACKAGE = Path(tfpb.__file__).parent
STOPPING = {
    "degres_au_lieu_de_metres", "degres_inverses", "formule_sans_valeur", "lambert_2",
    "metres_inverses", "point_hors_france",
    "positions_discordantes",
}  # fmt: skip
"""Codes that stand beside doubts in a table of their module, and always stop the run."""


def _may_doubt(path: Path) -> set[str]:
    """List the codes of a module that may be of doubts: all but what `fail` and a bare `Fault` raise."""
    text = path.read_text(encoding="utf-8")
    if not re.search(r"Severity\.DOUTE|\bdoubt\(|fault_at\(", text):
        return set()
    nodes = list(ast.walk(ast.parse(text)))
    stopping = {
        id(code)
        for call in nodes
        if isinstance(call, ast.Call)
        and (
            (name := getattr(call.func, "id", getattr(call.func, "attr", ""))) == "fail"
            or (name == "Fault" and "severity" not in ast.unparse(call).lower())
        )
        for code in ast.walk(call)
    }
    return {
        str(node.value)
        for node in nodes
        if isinstance(node, ast.Constant) and node.value in CATALOGUE and id(node) not in stopping
    }


def test_every_code_is_of_one_kind_and_every_kind_has_codes() -> None:
    assert set(KIND_OF) == set(CATALOGUE)
    assert sum(len(kind.codes) for kind in KINDS.values()) == len(KIND_OF)
    assert all(kind.codes and kind.title for kind in KINDS.values())
    assert len({kind.title for kind in KINDS.values()}) == len(KINDS) < 80


def test_only_what_changes_a_figure_suspends_claims() -> None:
    assert {k.code for k in KINDS.values() if k.effect} == {
        k.code for k in KINDS.values() if k.shelf is Shelf.FIGURE
    }
    assert {k.effect for k in KINDS.values() if k.effect} == set(EFFECTS.values())
    doubted = {c for path in PACKAGE.rglob("*.py") for c in _may_doubt(path)} - STOPPING
    assert len(doubted) > 150
    assert [c for c in KIND_OF if effect_of(c) and c not in doubted] == []


def test_every_effect_asks_and_states_what_each_answer_makes() -> None:
    for effect in EFFECTS.values():
        assert effect.question.endswith(" ?")
        assert effect.yes.endswith(".")
        assert effect.no.endswith(".")
        assert effect.suspends


# -- a small stock, its notices, its claims

HERE, THERE = "QN05991I", "QN05992M"
SIDES = ("dans", "hors", "a_verifier")


@dataclass(frozen=True)
class Case:
    """A located stock, its money, its claims as the stages make them, and what weighs its doubts."""

    located: Located
    money: Abatement
    claims: Claims

    @property
    def weights(self) -> Weights:
        return Weights(self.located, self.money, None)

    def suspended(self, *doubts: Fault, roles: dict[Role, str] | None = None) -> Claims:
        return suspend(self.claims, doubts, self.weights, roles or {})


def door(home: str, side: str, dwellings: float, code: str = HERE, row: int = 0) -> dict[str, Any]:
    return {
        "id_residence": home, "id_batiment": "", "nb_logements": dwellings, "qpv_statut": side,
        "qpv_code": "" if side == "hors" else code, "qpv_proche_code": code, "qpv_millesime": 2024,
        "_fichier": "parc.xlsx", "_feuille": "", "_ligne": row,
    }  # fmt: skip


def notice(home: str, paid: float | None, row: int = 0) -> dict[str, Any]:
    """Return a line of 600 € in full, 420 € abated."""
    return {
        "avis": home, "id_residence": home, "annee": 2025, "vlc_eur": 3000.0, "taux_commune_pct": 40.0,
        "type_local": "Appartement", "cotisation_avis_eur": paid,
        "_fichier": "taxe.xlsx", "_feuille": "", "_ligne": row,
    }  # fmt: skip


def case(doors: list[dict[str, Any]], lines: list[dict[str, Any]]) -> Case:
    entrances = pd.DataFrame(doors)
    homes = home_columns(holds(entrances)).rename_axis("id_residence").reset_index()
    homes = homes.assign(nom=homes["id_residence"], code_insee="59999", commune="Valfictif")
    located = located_stock(2025, 2024, entrances, homes, pd.DataFrame())
    signed = pd.DataFrame({
        "id_convention": ["C1"], "codes_qpv": [(HERE, THERE)], "date_signature_contrat": ["2024-03-28"],
        "date_signature_convention": ["2024-12-12"], "date_declaration": ["2024-12-20"],
        "date_fin": ["2030-12-31"],
    })  # fmt: skip
    money = abate(pd.DataFrame(lines), homes, entrances, signed, load(), year=2025)
    return Case(located, money, claims_of(located, money, None, None, bailleur=""))


def doubt(code: str, got: str = "", row: int = 0, file: str = "taxe.xlsx") -> Fault:
    return Fault(code, Place(file, "", row), got, {}, Severity.DOUTE)


@pytest.fixture
def two_quarters() -> Case:
    doors = [door("A", "dans", 10, row=2), door("B", "dans", 20, THERE, 3)]
    return case(doors, [notice("A", 420.0, 12), notice("B", 420.0, 13)])


# -- what is suspended


def test_a_doubt_suspends_the_claims_of_its_quarter_and_of_the_whole(two_quarters: Case) -> None:
    assert two_quarters.claims.get("acquis", HERE).state is State.CONNU
    held = two_quarters.suspended(doubt("abattement_inhabituel", "A"))
    for scope, state in ((TOTAL, State.A_VERIFIER), (HERE, State.A_VERIFIER), (THERE, State.CONNU)):
        assert held.get("acquis", scope).state is state
    assert "abattement_inhabituel" in held.get("acquis", HERE).why
    assert held.amount("acquis") == two_quarters.claims.amount("acquis")
    assert held.get("logements_qpv").state is State.CONNU


def test_a_doubt_of_a_row_is_of_its_quarter_and_one_of_nothing_of_all(two_quarters: Case) -> None:
    held = two_quarters.suspended(doubt("vlc_suspecte", "3000", row=13))
    assert held.get("acquis", HERE).state is State.CONNU
    assert held.get("acquis", THERE).state is State.A_VERIFIER
    held = two_quarters.suspended(doubt("convention_dates_contraires", "C1"))
    assert {held.get("acquis", s).state for s in (TOTAL, HERE, THERE)} == {State.A_VERIFIER}


def test_what_a_cell_holds_or_the_row_of_another_sheet_names_no_residence() -> None:
    """Of a résidence « 3000 », or of an action of the same workbook, a doubtful value said nothing."""
    rows = [notice("A", 420.0, 12), notice("3000", 420.0, 13)]
    book = {"_fichier": "tout.xlsx"}
    made = case(
        [door("A", "dans", 10, row=13) | book, door("3000", "dans", 20, THERE, 12) | book],
        [row | book | {"_feuille": "taxe"} for row in rows],
    )
    acted = pd.DataFrame(
        {"id_action": ["X"], "code_qpv": [THERE], "_ligne": [12], "_feuille": ["actions"]}
    )
    plan = Programme(acted.assign(_fichier="tout.xlsx"), 2025)
    weights = Weights(made.located, made.money, plan)
    here = Place("tout.xlsx", "taxe", 12)
    for got in ("3000", "1200"):
        value = Fault("vlc_suspecte", here, got, {}, Severity.DOUTE)
        assert weights.of(value).quarters == {HERE}
    stock = Fault("logements_nuls", Place("tout.xlsx", "", 12), "A", {}, Severity.DOUTE)
    assert weights.of(stock).quarters == {THERE}


def test_a_rate_is_to_confirm_and_a_graver_doubt_rules(two_quarters: Case) -> None:
    rate = doubt("taux_vide", row=12)
    assert two_quarters.suspended(rate).get("acquis").state is State.A_CONFIRMER
    for found in ([rate, doubt("vlc_suspecte", row=12)], [doubt("vlc_suspecte", row=12), rate]):
        assert two_quarters.suspended(*found).get("acquis").state is State.A_VERIFIER


def test_who_answers_is_in_charge(two_quarters: Case) -> None:
    found = doubt("taux_vide", row=12)
    assert two_quarters.suspended(found).get("acquis").owner == NOBODY
    named = two_quarters.suspended(found, roles={Role.FISCALITE: "Chargée de fiscalité"})
    assert named.get("acquis", HERE).owner == "Chargée de fiscalité"
    assert named.get("acquis", THERE).owner == ""


def test_what_stops_the_run_or_has_a_reason_suspends_nothing(two_quarters: Case) -> None:
    stopping = replace(doubt("taux_suspect", row=12), severity=Severity.FAUTE)
    held = two_quarters.suspended(stopping, doubt("encodage_repare"))
    assert [one.state for one in held] == [one.state for one in two_quarters.claims]


def test_a_doubt_of_axis_leaves_the_total_known() -> None:
    scopes = (TOTAL, "axe 3", HERE, f"{HERE} axe 3")
    claims = Claims(claim("valorise", scope, known(5)) for scope in scopes)
    made = case([door("A", "dans", 10)], [notice("A", 420.0)])
    held = suspend(claims, [doubt("axe_proposition")], made.weights, {})
    touched = {one.scope for one in held if one.state is State.A_CONFIRMER}
    assert touched == {"axe 3", f"{HERE} axe 3"}


def test_doors_in_doubt_are_in_charge_of_who_answers_for_the_stock() -> None:
    made = case([door("A", "a_verifier", 10), door("B", "dans", 5, THERE)], [notice("A", 420.0)])
    held = made.suspended()
    for name in ("logements_a_verifier", "reserve_cote", "residences_a_verifier"):
        assert (held.get(name, HERE).state, held.get(name, HERE).owner) == (
            State.A_VERIFIER,
            NOBODY,
        )
        assert held.get(name, THERE).owner == ""


# -- what weighs


def test_a_doubt_of_side_weighs_its_doubtful_dwellings_and_their_money() -> None:
    made = case([door("A", "dans", 10), door("A", "a_verifier", 20)], [notice("A", 420.0)])
    weight = made.weights.of_home("A", SIDE)
    assert (weight.logements, weight.euros) == (known(20), made.claims.amount("reserve_cote"))
    whole = made.weights.of_home("A")
    assert (whole.logements, whole.euros) == (known(30), made.claims.amount("au_mieux"))


def test_what_is_not_known_to_hang_is_never_nil(two_quarters: Case) -> None:
    nothing = two_quarters.weights.of(doubt("vlc_suspecte", row=99))
    assert not nothing.logements.is_known
    assert not nothing.euros.is_known
    assert nothing.quarters is None
    bare = case(
        [door("A", "dans", 10), door("B", "dans", float("nan"), row=4)], [notice("A", 420.0)]
    )
    weight = bare.weights.of(doubt("logements_nuls", row=4, file="parc.xlsx"))
    assert (weight.logements.at_most, weight.euros.at_most) == (None, None)
    outside = case([door("A", "hors", 10), door("B", "dans", 5)], [notice("B", 420.0)])
    assert outside.weights.of_home("A").euros.is_nil


def test_an_unread_notice_leaves_its_weight_between_bounds() -> None:
    made = case([door("A", "dans", 10)], [notice("A", 137.0, 12)])
    worth = made.weights.of(doubt("avis_inexplique", row=12)).euros
    assert worth.at_least == worth.at_most == made.claims.amount("au_mieux").exact


# -- answers


@st.composite
def stocks(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Draw résidences of one quarter each: in two, which building a line is of is a doubt of its own."""
    homes = "ABC"[: draw(st.integers(1, 3))]
    doors = []
    for home in homes:
        code = draw(st.sampled_from((HERE, THERE)))
        sides = draw(st.lists(st.sampled_from(SIDES), min_size=1, max_size=3))
        doors += [door(home, side, draw(st.integers(1, 9)), code) for side in sides]
    paid = st.sampled_from((420.0, 600.0, None, 137.0))
    return doors, [notice(home, draw(paid)) for home in homes]


def _there(claims: Claims, name: str, scope: str, moved: str) -> Amount:
    """Read a claim of the quarter that a door may leave with what lies out of every one."""
    scopes = (scope, OUTSIDE) if scope == moved else (scope,)
    return claims.sum(name, (s for s in scopes if claims.has(name, s)))


@given(stocks(), st.data())
@settings(max_examples=tries(8, 300), deadline=None)
def test_an_answer_keeps_every_claim_where_its_kind_says(
    drawn: tuple[list[dict[str, Any]], list[dict[str, Any]]], data: st.DataObject
) -> None:
    """What a doubt suspends only falls, what is established only rises, all else stays within its bounds.

    What a side adds to what is acquired was told under reserve, beside it. A quarter is read with what lies
    out of every one: premises leave it with their last doubtful door.
    """
    doors, lines = drawn
    open_doors = [i for i, one in enumerate(doors) if one["qpv_statut"] == "a_verifier"]
    if not open_doors:
        return
    before = case(doors, lines)
    at = data.draw(st.sampled_from(open_doors))
    for side in ("dans", "hors"):
        code = doors[at]["qpv_code"] if side == "dans" else ""
        answered = [
            *doors[:at],
            doors[at] | {"qpv_statut": side, "qpv_code": code},
            *doors[at + 1 :],
        ]
        after = case(answered, lines).claims
        for one in before.claims:
            if one.value is None or not after.has(one.name, one.scope):
                continue
            if one.scope == OUTSIDE:
                continue
            moved = doors[at]["qpv_code"]
            then, now = (
                _there(held, one.name, one.scope, moved) for held in (before.claims, after)
            )
            where = (side, one.name, one.scope, then, now)
            ends = [
                end.at_most if end.at_most is not None else Decimal("inf") for end in (then, now)
            ]
            assert one.name in SIDE.raises or ends[1] <= ends[0], where
            if one.name == "acquis":
                aside = _there(before.claims, "reserve_cote", one.scope, moved).at_most
                assert aside is None or ends[1] <= ends[0] + aside, where
            settled = one.name == "logements_non_lus"  # a side decided may make a notice readable
            assert settled or one.name in SIDE.suspends or now.at_least >= then.at_least, where
        for name in ("acquis", "a_reclamer", "non_lu", "sous_reserve", "au_mieux"):
            scopes = [s for s in before.claims.scopes(name) if s != TOTAL]
            assert before.claims.sum(name, scopes) == before.claims.amount(name), name
        assert after.amount("logements_qpv").at_least <= (
            before.claims.amount("logements_qpv_possibles").at_most or 0
        )


@given(stocks())
@settings(max_examples=tries(6, 200), deadline=None)
def test_at_best_is_what_is_due_once_every_doubt_is_lifted(
    drawn: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    doors, lines = drawn
    lifted = [d | {"qpv_statut": "dans"} if d["qpv_statut"] == "a_verifier" else d for d in doors]
    before, after = case(doors, lines).claims, case(lifted, lines).claims
    assert before.amount("au_mieux").at_least == after.amount("au_mieux").at_least
    assert after.amount("reserve_cote").is_nil
    assert before.amount("logements_qpv_possibles").at_most == after.amount("logements_qpv").at_most
