"""Claims of money: one sum over premises, whole and by quarter, open where part is not known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tfpb.facts.amount import between, known
from tfpb.facts.claim import OUTSIDE, TOTAL, Claims, Nature, State
from tfpb.facts.money_claims import money_claims
from tfpb.law.values import load
from tfpb.tax.abatement.abatement import abate

if TYPE_CHECKING:
    from tfpb.model.money import Abatement

HERE, THERE = "QN05991I", "QN05992M"
RATE = {"taux_commune_pct": 40.0}
DUE = Decimal(180)
"""30 % of half a cadastral value of 3 000 € at 40 %."""


def home(name: str, *, inside: int = 10, doubt: int = 0, code: str = HERE) -> dict[str, Any]:
    return {
        "id_residence": name, "nom": name, "code_insee": "59999", "commune": "Valfictif", "code_qpv": code,
        "nom_qpv": code, "logements_dans": inside, "logements_hors": 0, "logements_a_verifier": doubt,
        "nb_logements": inside + doubt,
    }  # fmt: skip


def notice(name: str, paid: float | None = 420.0, **more: Any) -> dict[str, Any]:
    """Return a line of 3 000 € of cadastral value: 600 € in full, 420 € abated; None: of the year before."""
    year = 2024 if paid is None else 2025
    line = {"avis": name, "id_residence": name, "annee": year, "vlc_eur": 3000.0}
    line["type_local"] = "Appartement"
    return line | RATE | {"cotisation_avis_eur": paid} | more


def money(*homes: dict[str, Any], lines: list[dict[str, Any]], signed: bool = True) -> Abatement:
    convention = {
        "id_convention": ["C1"], "codes_qpv": [(HERE, THERE)], "date_signature_contrat": ["2024-03-28"],
        "date_signature_convention": ["2024-12-12"], "date_declaration": ["2024-12-20"],
        "date_fin": ["2030-12-31"],
    }  # fmt: skip
    return abate(
        pd.DataFrame(lines), pd.DataFrame(list(homes)), None,
        pd.DataFrame(convention) if signed else None, load(), year=2025,
    )  # fmt: skip


def claims(made: Abatement) -> Claims:
    return Claims(money_claims(made))


def test_quarters_and_what_lies_out_of_them_add_up_to_the_whole() -> None:
    out = home("C", inside=0, code="") | {"logements_hors": 10, "nb_logements": 10}
    held = claims(
        money(
            home("A"), home("B", code=THERE), out,
            lines=[notice("A"), notice("B", 600.0), notice("C")],
        )
    )  # fmt: skip
    assert held.amount("acquis") == held.amount("acquis", HERE) == known(DUE)
    assert held.amount("a_reclamer", THERE) == known(DUE)
    assert held.get("a_reclamer").deadline is not None
    assert held.amount("a_risque", OUTSIDE) == held.amount("a_risque") == known(DUE)
    for name in ("acquis", "a_reclamer", "a_risque", "porte", "au_mieux", "logements_abattus"):
        assert held.sum(name, held.scopes(name)) == held.amount(name)


def test_what_awaits_its_notice_is_acquired_and_estimated_and_never_under_reserve() -> None:
    held = claims(money(home("A", doubt=10), lines=[notice("A", None)]))
    assert held.amount("acquis") == held.amount("estime") == known(DUE / 2)
    assert held.get("acquis").nature is Nature.ESTIME
    assert held.amount("sous_reserve") == known(DUE / 2)
    assert held.get("sous_reserve").state is State.A_VERIFIER
    assert held.amount("au_mieux") == known(DUE)
    assert held.amount("a_reclamer") == between(
        Decimal(0), DUE / 2, "sans_avis"
    )  # but for its side


@pytest.mark.parametrize("paid", [420.0, 600.0])
def test_a_garbled_notice_raises_nothing_and_opens_what_it_bears(paid: float) -> None:
    """Knowing less never tells more: the truth stays within the bounds, and the least does not rise."""
    lines = [notice("A"), notice("B", paid)]
    true = claims(money(home("A"), home("B"), lines=lines))
    garbled = claims(money(home("A"), home("B"), lines=[lines[0], notice("B", 137.0)]))
    assert garbled.amount("acquis") == between(DUE, 2 * DUE, "avis_non_lu")
    assert garbled.get("acquis").state is State.NON_LU
    for name in ("acquis", "a_reclamer", "porte", "a_risque", "au_mieux", "logements_abattus"):
        truth, told = true.amount(name).exact, garbled.amount(name)
        assert told.at_least <= truth <= (told.at_most or truth), name
    assert garbled.amount("logements_non_lus") == known(10)


def test_dwellings_on_no_line_leave_the_amount_open_above() -> None:
    held = claims(money(home("A"), home("B"), lines=[notice("A")]))
    assert held.amount("acquis") == between(DUE, None, "sans_ligne")
    assert held.amount("logements_sans_avis", HERE) == known(10)
    assert held.amount("logements_abattus") == between(Decimal(10), Decimal(20), "sans_ligne")


def test_without_conventions_nothing_is_acquired_and_nothing_is_nil() -> None:
    held = claims(money(home("A"), lines=[notice("A")], signed=False))
    assert held.amount("acquis") == between(Decimal(0), DUE, "sans_convention")
    assert held.amount("sous_reserve") == held.amount("sous_reserve_porte") == known(DUE)
    assert not held.amount("perte").is_known
    assert not held.amount("logements_abattus").is_known
    assert held.amount("logements_droit_non_etabli") == known(10)


def test_premises_of_several_bailleurs_claim_nothing() -> None:
    made = money(home("A"), lines=[notice("A")])
    assert not claims(replace(made, by_premises=None)).has("acquis", TOTAL)


def test_what_the_state_returns_waits_for_its_rate_to_be_confirmed() -> None:
    priced = money(home("A"), lines=[notice("A")])
    held = Claims(money_claims(priced))
    for name in ("compensation", "perte"):
        assert held.get(name).state is State.A_CONFIRMER
    assert held.get("acquis").state is State.CONNU
    sure = replace(priced, values=tuple(replace(v, verifie=True) for v in priced.values))  # noqa: PD011
    assert Claims(money_claims(sure)).get("compensation").state is State.CONNU
