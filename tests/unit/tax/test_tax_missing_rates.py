"""Rates left blank, rights not known: the least that is told, and the most it may be, counted by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tax_builders import QPV, abate, codes, convention, conventions, door, held, home, homes, local

DUE, PAID, FULL = Decimal("247.50"), Decimal("577.50"), Decimal(825)
"""30 % of 1 500 € at 55 %; what an abated notice asks for, and one that is not."""


def test_a_blank_rate_leaves_what_the_sum_asks_for_as_the_most() -> None:
    """Without EPCI the rates read ask for 600 €, 420 abated: the notice's 577,50 is explained by neither."""
    made = abate(local(cotisation_avis_eur=PAID, taux_epci_pct=""))
    acquired = held(made).amount("acquis")
    assert acquired.at_least == 0
    assert DUE <= (acquired.at_most or 0) < DUE + 10
    assert "taux_absent" in codes(made)
    other = local(avis="A2", id_residence="R2", cotisation_avis_eur=PAID)
    assert "taux_vide" in codes(abate(local(cotisation_avis_eur=PAID, taux_epci_pct=""), other))


def test_one_sum_that_a_blank_rate_may_explain_otherwise_is_not_read() -> None:
    """Of three premises, one abated: 2 × 600 + 420 at the rates read, where EPCI may be in it."""
    rows = [local(invariant=k, annee=2025, taux_epci_pct="") for k in (1, 2, 3)]
    rows[0]["cotisation_avis_eur"] = 1620
    made = abate(*rows)
    assert held(made).amount("a_reclamer").at_least == 0
    assert set(made.premises["statut"]) == {"non_lu"}
    nil = abate(*({**row, "taux_epci_pct": 0} for row in rows))
    assert held(nil).amount("a_reclamer").exact == 360


def test_one_sum_of_premises_that_may_be_exempt_is_not_read() -> None:
    doors = [door("R1", "A"), door("R1", "B", annee_construction=2012)]
    rows = [local(invariant=k, id_batiment=b, annee=2025) for k, b in ((1, "A"), (2, "B"))]
    rows[0]["cotisation_avis_eur"] = 2 * PAID
    stock = homes(home(nb_logements=20, logements_dans=20))
    made = abate(*rows, residences=stock, entrances=pd.DataFrame(doors))
    assert list(made.premises["statut"]) == ["non_lu", "droit_inconnu"]
    doors[1]["motif_eligibilite"] = "exoneration_echue"
    sure = abate(*rows, residences=stock, entrances=pd.DataFrame(doors))
    assert list(sure.premises["statut"]) == ["abattu", "abattu"]


@pytest.mark.parametrize(
    ("paid", "opened", "shut"), [(PAID, "acquis", "a_reclamer"), (FULL, "a_reclamer", "acquis")]
)
def test_a_right_not_known_opens_what_its_notice_shows(
    paid: Decimal, opened: str, shut: str
) -> None:
    """Beside a premises that is acquired, one of another name: one amount is open, the other known."""
    signed = conventions(convention(bailleur="Habitat Nord"))
    stock = homes(home("R1", bailleur="Habitat Nord"), home("R2", bailleur="HABITAT DU NORD"))
    rows: list[dict[str, Any]] = [
        local(avis="A1", cotisation_avis_eur=PAID),
        local(avis="A2", id_residence="R2", cotisation_avis_eur=paid),
    ]
    claims = held(abate(*rows, residences=stock, conventions=signed), QPV)
    sure = DUE if opened == "acquis" else Decimal(0)
    assert (claims.amount(opened).at_least, claims.amount(opened).at_most) == (sure, sure + DUE)
    assert claims.amount(shut).is_known
    assert claims.amount("sous_reserve").exact == DUE
    assert claims.amount("a_risque").is_nil


def test_a_line_without_building_is_of_those_that_no_other_line_names() -> None:
    doors = pd.DataFrame([door("R1", "A"), door("R1", "B", side="hors")])
    stock = homes(home(nb_logements=20, logements_dans=10, logements_hors=10))
    rows = [local(invariant=1, id_batiment="A", cotisation_avis_eur=PAID),
            local(invariant=2, avis="A2", cotisation_avis_eur=FULL)]  # fmt: skip
    counted = [{**row, "nb_logements": 10} for row in rows]
    made = abate(*counted, residences=stock, entrances=doors)
    assert list(made.premises["statut"]) == ["abattu", "hors_qpv"]
    unsure = abate(
        *rows, residences=stock, entrances=doors
    )  # a loge of A may be its only line there
    assert list(unsure.premises["statut"]) == ["abattu", "droit_inconnu"]


def test_a_notice_without_a_sum_is_told() -> None:
    read = local(invariant="1", cotisation_avis_eur="577,50")
    blank = local(invariant="2", id_residence="R2", avis="A2", annee=2025)
    told = [n for n in abate(read, blank).notices if n.code == "cotisation_vide"]
    assert [n.got for n in told] == ["A2"]
