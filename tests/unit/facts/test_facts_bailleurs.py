"""Claims of several bailleurs: they add up, and a bailleur that says nothing leaves the sum open."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tfpb.facts.amount import Amount, between, known, nil, unknown
from tfpb.facts.bailleurs import ABSENT, added, within
from tfpb.facts.claim import (
    OUTSIDE,
    TOTAL,
    Claim,
    Claims,
    Nature,
    State,
    axis_scope,
    claim,
    place_of,
    territory_scope,
)

ONE, TWO = "QN05901N", "QN05902N"
CONTRAT = territory_scope("contrat_de_ville", "Contrat de l’Orve, axe 3 bis")


def holding(*more: Claim, homes: int = 10, unsure: int = 0, code: str = ONE) -> Claims:
    """Make the claims of a bailleur with dwellings in one quarter."""
    stock = [
        claim(name, scope, known(count))
        for scope in (TOTAL, code)
        for name, count in (("logements_qpv", homes), ("logements_a_verifier", unsure))
    ]
    return Claims((*stock, *more))


def money(name: str, amount: Amount, code: str = ONE, **more: object) -> tuple[Claim, Claim]:
    return claim(name, TOTAL, amount, **more), claim(name, code, amount, **more)


def test_claims_add_up_over_bailleurs_by_whole_quarter_axis_and_territory() -> None:
    axis = axis_scope(3, ONE)
    one = holding(
        *money("acquis", known(Decimal("100.10"))),
        claim("valorise", axis, known(4)),
        claim("valorise", axis_scope(3), known(4)),
    )
    two = holding(
        *money("acquis", known(Decimal("0.20"))),
        claim("valorise", axis, known(5)),
        claim("valorise", axis_scope(3), known(5)),
    )
    none = claim("valorise", axis_scope(3, TWO), nil())
    three = holding(*money("acquis", known(7), TWO), none, code=TWO)
    made = added([one, two, three], {CONTRAT: [ONE, TWO]})
    assert made.amount("acquis").exact == Decimal("107.30")
    assert made.amount("acquis", ONE).exact == Decimal("100.30")  # the third holds none there
    assert made.amount("acquis", TWO).exact == 7
    assert made.amount("acquis", CONTRAT).exact == Decimal("107.30")
    assert made.amount("valorise", axis).exact == 9
    assert made.amount("valorise", axis_scope(3, CONTRAT)).exact == 9
    assert made.amount("logements_qpv", CONTRAT).exact == 30
    assert made.amount("quartiers").exact == made.amount("quartiers", CONTRAT).exact == 2
    assert place_of(axis_scope(3, CONTRAT)) == CONTRAT


@pytest.mark.parametrize(("homes", "unsure"), [(5, 0), (0, 5)])
def test_a_bailleur_with_dwellings_there_and_no_file_leaves_the_sum_open(
    homes: int, unsure: int
) -> None:
    told = holding(*money("acquis", known(100)))
    silent = holding(homes=homes, unsure=unsure)
    made = added([told, silent], {CONTRAT: [ONE]})
    for scope in (TOTAL, ONE, CONTRAT):
        assert made.amount("acquis", scope) == between(Decimal(100), None, ABSENT)
        assert made.get("acquis", scope).state is State.INCONNU


@pytest.mark.parametrize("abated", [money("acquis", known(900), TWO), ()])
def test_a_quarter_of_which_nobody_gives_the_file_leaves_its_territory_open(
    abated: tuple[Claim, ...],
) -> None:
    names = ("valorise", "reste_a_justifier", "acquis")
    told = holding(*(c for name in names for c in money(name, known(100 * (name != names[1])))))
    silent = holding(*abated, code=TWO)
    made = added([told, silent], {CONTRAT: [ONE, TWO]})
    for scope in (TOTAL, CONTRAT):
        assert made.amount("valorise", scope) == between(Decimal(100), None, ABSENT)
        assert made.amount("reste_a_justifier", scope) == unknown(ABSENT)
        assert made.amount("acquis", scope).is_known is bool(abated)
        assert not made.amount("part_justifiee", scope).is_known
        assert not made.amount("couverture", scope).is_known


def test_a_bailleur_without_dwellings_there_takes_nothing_from_the_sum() -> None:
    told = holding(*money("acquis", known(100)))
    elsewhere = holding(code=TWO)
    made = added([told, elsewhere, holding(homes=0)], {})
    assert made.amount("acquis", ONE).exact == 100
    assert not made.amount("acquis").is_known  # it has dwellings in the other quarter
    assert added([told, holding(homes=0)], {}).amount("acquis").exact == 100


def test_what_no_bailleur_claims_nobody_claims() -> None:
    made = added([holding(), holding()], {CONTRAT: [ONE]})
    assert not made.has("acquis", ONE)
    assert not made.has("acquis", CONTRAT)


def test_what_is_out_of_every_quarter_is_open_where_a_bailleur_gives_no_file() -> None:
    told = holding(claim("a_risque", TOTAL, known(8)), claim("a_risque", OUTSIDE, known(8)))
    assert added([told], {}).amount("a_risque", OUTSIDE).exact == 8
    assert not added([told, holding()], {}).amount("a_risque", OUTSIDE).is_known
    assert added([told], {}).amount("logements_a_verifier", OUTSIDE) == nil()


def test_bounds_states_and_natures_of_the_parts_are_kept() -> None:
    unread = money("acquis", between(Decimal(1), Decimal(9), "avis_non_lu"), nature=Nature.ESTIME)
    made = added([holding(*money("acquis", known(5), nature=Nature.REEL)), holding(*unread)], {})
    whole = made.get("acquis")
    assert whole.value == between(Decimal(6), Decimal(14), "avis_non_lu")
    assert (whole.state, whole.nature) == (State.NON_LU, Nature.ESTIME)
    doubted = claim(
        "sous_reserve", TOTAL, known(3), state=State.A_VERIFIER, why=frozenset({"cote"})
    )
    made = added([holding(doubted), holding(claim("sous_reserve", TOTAL, known(2)))], {})
    assert made.get("sous_reserve").state is State.A_VERIFIER
    assert "cote" in made.get("sous_reserve").why
    assert made.amount("sous_reserve").exact == 5
    rate = claim("sous_reserve", TOTAL, known(3), state=State.A_CONFIRMER)
    made = added([holding(doubted), holding(rate)], {})
    assert made.get("sous_reserve").state is State.A_VERIFIER  # the weakest
    assert made.amount("sous_reserve").exact == 6


def test_a_territory_without_quarter_has_no_dwelling_of_one_and_no_money_claimed() -> None:
    empty = territory_scope("departement", "80")
    made = added([holding(*money("acquis", known(5)))], {empty: []})
    assert made.amount("logements_qpv", empty) == nil()
    assert made.amount("quartiers", empty) == nil()
    assert not made.has("acquis", empty)


def test_shares_and_survey_figures_are_never_added() -> None:
    share = claim("part_qpv", TOTAL, known(Decimal("0.5")))
    gap = claim("ecart", TOTAL, known(Decimal("-0.1")))
    made = added([holding(share, gap), holding(share, gap)], {})
    assert not made.has("ecart")
    assert made.amount("part_qpv") != known(1)


@pytest.mark.parametrize("left", [nil(), between(Decimal(0), Decimal(9), "question")])
def test_nothing_left_to_justify_is_all_of_it_justified(left: Amount) -> None:
    """A share was « non connue » under an open question, beside « il ne reste rien à justifier »."""
    spent = between(Decimal(50), Decimal(300), "question")
    one = holding(
        *money("acquis", between(Decimal(50), Decimal(100), "question")), *money("valorise", spent),
        *money("reste_a_justifier", left),
    )  # fmt: skip
    made = added([one], {CONTRAT: [ONE]})
    for scope in (TOTAL, ONE, CONTRAT):
        share = made.amount("part_justifiee", scope)
        assert (share.at_least == 1, share.is_known) == (left.is_nil, left.is_nil)


def test_the_claims_of_a_place_are_its_quarters_and_itself_as_the_whole() -> None:
    axis = claim("valorise", axis_scope(3, ONE), known(4))
    made = added(
        [
            holding(*money("acquis", known(5)), axis),
            holding(*money("acquis", unknown("sans_avis"), TWO), code=TWO),
        ],
        {CONTRAT: [ONE]},
    )
    own = Claims(within(made, CONTRAT, [ONE]))
    assert own.amount("acquis").exact == own.amount("acquis", ONE).exact == 5
    assert own.amount("valorise", axis_scope(3)).exact == 4
    assert not own.has("acquis", TWO)
