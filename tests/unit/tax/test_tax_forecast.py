"""The years to come: exemptions that end, demolitions, deliveries, conventions, unknown bases."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
from tax_builders import abate, convention, conventions, counted, door, facts, home, homes, local

from tfpb.law.values import load
from tfpb.model.settings import LoiUtilisateur

YEARS = [2025, 2026, 2027, 2028, 2029, 2030]


def by_year(made: Any, identifier: str = "R1") -> dict[int, dict[str, Any]]:
    rows = made.forecast[made.forecast["id_residence"] == identifier].to_dict("records")
    return {r["annee"]: r for r in rows}


def test_every_year_of_the_law_is_there() -> None:
    made = abate(local())
    assert list(by_year(made)) == YEARS
    assert {r["abattement_eur"] for r in by_year(made).values()} == {Decimal("247.50")}
    assert list(made.by_year["annee"]) == YEARS


def test_year_of_the_notice_is_real_the_others_estimated() -> None:
    rows = by_year(abate(local(cotisation_avis_eur="577,5")))
    assert rows[2025]["nature"] == "reel"
    assert {rows[y]["nature"] for y in YEARS[1:]} == {"estime"}
    assert rows[2026]["statut"] == "eligible"


def test_claim_is_due_in_its_year() -> None:
    rows = by_year(abate(local(cotisation_avis_eur=825)))
    assert (rows[2025]["statut"], rows[2025]["abattement_eur"]) == ("a_reclamer", Decimal("247.50"))


def test_a_premises_off_the_list_declared_hangs_every_year_as_its_convention_would() -> None:
    made = abate(local(declare="non")).by_year
    assert made["abattement_eur"].tolist() == [None] * 6
    assert made["en_attente_eur"].tolist() == [Decimal("247.50")] * 6
    assert made["en_attente_de"].tolist() == ["declaration"] * 6
    late = abate(local(), conventions=conventions(convention(date_declaration=""))).by_year
    assert made.equals(late)


def test_exemption_that_ends_opens_a_right() -> None:
    made = abate(local(fin_exoneration="2027"))
    rows = by_year(made)
    assert [rows[y]["statut"] for y in YEARS] == ["exonere"] * 3 + ["eligible"] * 3
    assert [rows[y]["abattement_eur"] for y in YEARS] == [0, 0, 0] + [Decimal("247.50")] * 3
    assert "première année" in rows[2028]["motif"]
    assert "première année" not in rows[2029]["motif"]
    added = made.by_year.set_index("annee")
    assert added.loc[2028, "nouvelles"] == 1
    assert added.loc[2027, "residences"] == 0


def test_one_premises_exempt_does_not_hide_the_other() -> None:
    rows = by_year(
        abate(local(invariant=1, nb_logements=1), local(invariant=2, fin_exoneration="2026"),
              residences=homes(home(nb_logements=2, logements_dans=2)))
    )  # fmt: skip
    assert [rows[y]["abattement_eur"] for y in (2025, 2026, 2027)] == [
        Decimal("247.50"), Decimal("247.50"), Decimal("495.00"),
    ]  # fmt: skip


def test_a_building_to_check_leaves_the_others_in_the_sum_of_their_year() -> None:
    doors = pd.DataFrame([door(id_batiment="A"), door(id_batiment="B", qpv_statut="a_verifier")])
    stock = homes(home(nb_logements=20, logements_dans=10, logements_a_verifier=10))
    made = abate(
        local(invariant=1, id_batiment="A", nb_logements=10),
        local(invariant=2, id_batiment="B", nb_logements=10),
        residences=stock, entrances=doors,
    )  # fmt: skip
    added = made.by_year.set_index("annee")
    assert by_year(made)[2025]["statut"] == "a_verifier"
    assert counted(made) + facts(made)["a_reclamer"] > 0
    for year in YEARS:
        assert added.loc[year, "abattement_eur"] == Decimal("247.50")
        assert (added.loc[year, "residences"], added.loc[year, "logements"]) == (1, 10)
        assert added.loc[year, "en_attente_eur"] == Decimal("247.50")


def test_demolition_of_half_then_all() -> None:
    doors = pd.DataFrame([door(annee_demolition=2026), door(annee_demolition=2028)])
    stock = homes(home(nb_logements=20, logements_dans=20))
    rows = by_year(abate(local(nb_logements=20), residences=stock, entrances=doors))
    assert [rows[y]["logements"] for y in YEARS] == [20, 20, 10, 10, 0, 0]
    assert rows[2027]["abattement_eur"] == Decimal("123.75")
    assert "10 logements" in rows[2027]["motif"]
    assert rows[2029]["statut"] == "demoli"
    assert rows[2029]["abattement_eur"] == 0


def test_delivery_is_exempt_for_long() -> None:
    doors = pd.DataFrame([door("R1"), door("R2", annee_livraison=2026)])
    stock = homes(
        home("R1", nb_logements=10, logements_dans=10),
        home("R2", nb_logements=10, logements_dans=10),
    )
    rows = by_year(abate(local(), residences=stock, entrances=doors), "R2")
    assert rows[2025]["statut"] == "a_livrer"
    assert {rows[y]["statut"] for y in (2027, 2030)} == {"exonere"}


def test_convention_that_ends_closes_the_right() -> None:
    signed = conventions(convention(date_fin="2027-12-31"))
    rows = by_year(abate(local(), conventions=signed))
    assert [rows[y]["statut"] for y in YEARS] == ["eligible"] * 3 + ["sans_convention"] * 3
    for year in (2028, 2029, 2030):  # not nil: to be renewed
        assert rows[year]["abattement_eur"] is None
        assert rows[year]["a_renouveler_eur"] == Decimal("247.50")
        assert rows[year]["convention"] == "C1"


def test_doubts_and_missing_conventions_wait_apart() -> None:
    doubt = homes(home(logements_dans=0, logements_a_verifier=1, cote="a_verifier"))
    for made in (abate(local(), residences=doubt), abate(local(), conventions=None)):
        for row in by_year(made).values():
            assert row["abattement_eur"] is None
            assert row["en_attente_eur"] == Decimal("247.50")
        assert made.by_year["en_attente_eur"].sum() == Decimal("247.50") * 6
        assert list(made.by_year["abattement_eur"]) == [None] * 6


def test_unknown_base_takes_the_mean_and_says_it() -> None:
    stock = homes(home("R1"), home("R2", nb_logements=10, logements_dans=10),
                  home("R3", commune="Ailleurs", nb_logements=2, logements_dans=2))  # fmt: skip
    made = abate(local(), residences=stock)
    row = by_year(made, "R2")[2026]
    assert (row["abattement_eur"], row["en_attente_eur"]) == (None, Decimal("2475.00"))
    assert "moyen par logement de la commune" in by_year(made, "R2")[2026]["motif"]
    assert "du fichier" in by_year(made, "R3")[2026]["motif"]


def test_nothing_known_is_not_estimated() -> None:
    made = abate(local(vlc_eur=0), residences=homes(home("R1"), home("R2")))
    row = by_year(made, "R2")[2026]
    assert row["abattement_eur"] is None
    assert "non estimé" in row["motif"]


def test_residence_wholly_outside_is_not_foreseen() -> None:
    out = homes(home("R1"), home("R2", logements_dans=0, logements_hors=1, code_qpv=""))
    assert by_year(abate(local(), residences=out), "R2") == {}


def test_bases_may_be_raised_by_a_setting() -> None:
    law = load(
        {"revalorisation_bases": LoiUtilisateur(valeur="2 %", reference="hypothèse interne")}
    )
    rows = by_year(abate(local(), law=law))
    assert rows[2025]["abattement_eur"] == Decimal("247.50")
    assert rows[2027]["abattement_eur"] == Decimal("257.50")  # × 1.0404


def test_leavers_and_entrants_follow_the_map_of_each_year() -> None:
    doors = pd.DataFrame(
        [
            door("R1", qpv_statut="hors", qpv_code="", qpv_millesime=2015, qpv2015_statut="hors",
                 qpv2015_code="", qpv2024_statut="dans", qpv2024_code="QN05991I"),
        ]
    )  # fmt: skip
    made = abate(local(annee=2024, nb_logements=10), entrances=doors, year=2024,
                 residences=homes(home(logements_dans=0, logements_hors=10, code_qpv="")))  # fmt: skip
    assert made.premises.iloc[0]["statut"] == "hors_qpv"
    rows = by_year(made)
    assert rows[2025]["statut"] == "eligible"
    assert rows[2025]["abattement_eur"] == Decimal("247.50")
    assert dt.date(2025, 1, 1).year in rows
