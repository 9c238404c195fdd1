"""Claims: one name, one scope, one figure; what nobody claimed is unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tfpb.facts import claim as claims
from tfpb.facts.amount import UnknownAmountError, between, known, nil, unknown
from tfpb.facts.claim import TITLES, TOTAL, Claim, Claims, State, claim


def test_what_nobody_claimed_is_unknown_and_never_nil() -> None:
    held = Claims([claim("acquis", TOTAL, known(5))])
    assert held.amount("acquis") == known(5)
    assert not held.amount("acquis", "QN05991I").is_known
    assert held.get("prouve").state is State.INCONNU
    with pytest.raises(KeyError):
        held.get("aquis")


def test_a_name_claimed_twice_for_a_scope_is_refused() -> None:
    with pytest.raises(ValueError, match="claimed twice"):
        Claims([claim("acquis", TOTAL, known(5)), claim("acquis", TOTAL, known(5))])


def test_a_claim_without_title_is_refused() -> None:
    with pytest.raises(KeyError):
        Claim("bonus", TOTAL, nil())


LINE = ["Un", "eur", "Faits", "Ce que c’est."]


@pytest.mark.parametrize("lacks", range(4))
def test_the_registry_needs_every_word(lacks: int) -> None:
    claims._registry({"un": LINE})
    with pytest.raises(ValueError, match=r"lacks|enough|valid Unit"):
        claims._registry({"un": [w for k, w in enumerate(LINE) if k != lacks]})
    with pytest.raises(ValueError, match=r"lacks|valid Unit"):
        claims._registry({"un": ["" if k == lacks else w for k, w in enumerate(LINE)]})


def test_two_claims_of_one_french_name_are_refused() -> None:
    with pytest.raises(ValueError, match="name of another"):
        claims._registry({"un": LINE, "deux": LINE})
    assert len({t.french for t in TITLES.values()}) == len(TITLES)


def test_a_state_cannot_deny_its_value() -> None:
    with pytest.raises(ValueError, match="known claim"):
        Claim("acquis", TOTAL, unknown("avis_non_lu"), State.CONNU)
    with pytest.raises(ValueError, match="masked claim"):
        Claim("ecart", TOTAL, known(5), State.MASQUE)
    assert not Claim("satisfaits_qpv", TOTAL, None, State.MASQUE).amount.is_known


def test_a_gap_that_is_not_known_has_no_least() -> None:
    for lacking in (Claim("ecart", TOTAL, None, State.MASQUE), Claims().get("ecart")):
        assert lacking.value is None
        with pytest.raises(UnknownAmountError, match="ecart total"):
            _ = lacking.amount


def test_the_state_follows_from_what_lacks() -> None:
    assert claim("acquis", TOTAL, known(5)).state is State.CONNU
    assert (
        claim("valorise", TOTAL, between(Decimal(5), None, "valorise_vide")).state is State.NON_LU
    )
    both = between(Decimal(5), None, "avis_non_lu", "sans_ligne")
    assert claim("acquis", TOTAL, both).state is State.INCONNU


def test_a_doubt_suspends_a_known_claim_alone() -> None:
    one = claim("acquis", TOTAL, known(5))
    assert claims.suspended(one, ["cote"]).state is State.A_VERIFIER
    assert claims.suspended(one, []).state is State.CONNU
    unread = claim("acquis", TOTAL, unknown("avis_non_lu"))
    assert claims.suspended(unread, ["cote"]).state is State.NON_LU


def test_scopes_are_summed_once_each_and_an_absent_one_is_unknown() -> None:
    held = Claims([claim("acquis", code, known(5)) for code in ("QN1", "QN2")])
    assert held.sum("acquis", held.scopes("acquis")) == known(10)
    assert not held.sum("acquis", ["QN1", "QN3"]).is_known
