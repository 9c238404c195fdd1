"""Bad input of the premises, sums by place, declaration, doubts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tax_builders import (
    abate,
    codes,
    counted,
    door,
    facts,
    faults_of,
    held,
    home,
    homes,
    local,
    premises,
    states,
)

from tfpb.errors import Severity, TfpbError
from tfpb.law.values import load
from tfpb.tax import check_premises
from tfpb.words.faults.sentences import fault_text


def found(*rows: dict[str, Any]) -> list[str]:
    return [f.code for f in check_premises(premises(*rows), load())]


def test_rate_of_5500_is_refused_with_its_cell() -> None:
    with pytest.raises(TfpbError) as error:
        premises(local(taux_commune_pct=5500))
    fault = error.value.faults[0]
    assert (fault.code, fault.place.row, fault.place.column) == (
        "valeur_hors_bornes",
        4,
        "taux_commune_pct",
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, []),
        ({"annee": 2015}, ["annee_hors_loi"]),
        ({"annee": 2031}, ["annee_hors_loi"]),
        ({"vlc_eur": ""}, ["base_absente"]),
        ({"vlc_eur": -3000}, ["montant_negatif"]),
        ({"teom_eur": -1}, ["montant_negatif"]),
        ({"taux_commune_pct": ""}, ["taux_commune_vide"]),
        ({"taux_commune_pct": "0,40", "taux_epci_pct": "0,15"}, ["taux_suspect"]),
        ({"taux_commune_pct": "0,40", "taux_epci_pct": "15"}, ["taux_suspect"]),
        (
            {"taux_commune_pct": "40", "taux_tse_pct": "0,0047"},
            ["taux_infime"],
        ),  # an xlsb's « 0,47 % »
        ({"taux_commune_pct": "40", "taux_tse_pct": "0,05"}, []),
        ({"base_nette_eur": 1500}, []),
        ({"base_nette_eur": 1050}, ["base_deja_abattue"]),
        ({"base_nette_eur": 3000}, ["base_incoherente"]),
        ({"vlc_eur": 19679, "nb_logements": 1}, ["vlc_en_francs"]),  # 3 000 € in francs
        ({"vlc_eur": 300000, "nb_logements": 1}, ["vlc_trop_haute"]),  # 3 000 € in cents
        ({"vlc_eur": 3000, "nb_logements": 1}, []),
        ({"base_nette_eur": 9839, "vlc_eur": "", "nb_logements": 1}, ["vlc_en_francs"]),
    ],
)
def test_bad_input(cells: dict[str, Any], expected: list[str]) -> None:
    assert found(local(**cells)) == expected


def test_one_height_out_of_many_is_a_doubt_with_its_row() -> None:
    rows = [local(invariant=i, nb_logements=1, vlc_eur=3000) for i in range(4)]
    rows.append(local(invariant=9, nb_logements=1, vlc_eur=19679))
    rows.append(local(invariant=10, nb_logements=10, base_nette_eur=200, vlc_eur=""))
    faults = check_premises(premises(*rows), load())
    assert [(f.code, f.place.row, f.place.column) for f in faults] == [
        ("vlc_suspecte", 8, "vlc_eur"),
        ("vlc_suspecte", 9, "base_nette_eur"),
    ]
    assert {f.severity for f in faults} == {Severity.DOUTE}
    assert [f.got for f in faults] == ["19679", "200"]


def test_a_doubt_on_a_value_quotes_it_as_it_is_written() -> None:
    row = local(vlc_eur="70,946", nb_logements=46, taux_commune_pct="40,5")  # decimals have a comma
    (fault,) = check_premises(premises(row), load())
    assert (fault.code, fault_text(fault).got) == ("vlc_suspecte", "70,946")
    assert "1,54 €" in fault_text(fault).title


def test_same_premises_twice() -> None:
    assert found(local(invariant=7), local(invariant=7, vlc_eur=10)) == ["ligne_en_double"]
    retyped = local(invariant="0 07", avis="A 1"), local(invariant=7, avis="a1", vlc_eur=10)
    assert found(*retyped) == ["ligne_en_double"]
    assert found(local(), local()) == ["ligne_en_double"]
    assert found(local(), local(vlc_eur=3500)) == []  # no invariant: two premises
    assert found(local(invariant=7), local(invariant=7, avis="A2")) == ["invariant_sur_deux_avis"]
    assert found(local(invariant=7), local(invariant=8, avis="A2")) == []


def test_all_faults_come_at_once_and_each_has_words() -> None:
    rows = [
        local(invariant=1, vlc_eur=-1),
        local(invariant=1, annee=1998),
        local(invariant=2, vlc_eur=""),
    ]
    with pytest.raises(TfpbError) as error:
        abate(*rows)
    assert sorted(faults_of(error)) == [
        "annee_hors_loi", "base_absente", "ligne_en_double", "montant_negatif",
    ]  # fmt: skip
    for fault in error.value.faults:
        assert all(fault_text(fault).lines())
        assert "…" not in fault_text(fault).title


def test_rows_of_another_year_are_used_once_or_listed() -> None:
    rows = [local(avis="A0", invariant=k, annee=2024) for k in (1, 2)]
    rows += [local(invariant=2, annee=2025)]
    made = abate(*rows)
    assert len(made.premises) == 1
    assert [n.place.row for n in made.notices if n.code == "local_sans_suite"] == [4]
    assert [n.place.row for n in made.notices if n.code == "ligne_autre_annee"] == [5]
    old = abate(local(annee=2024, cotisation_avis_eur=825))
    row = old.premises.iloc[0]
    assert (row["statut"], row["nature"]) == (
        "eligible",
        "estime",
    )  # last year's notice says nothing of this
    future = abate(local(annee=2026))
    assert future.premises.empty
    assert future.by_residence.empty


def test_rows_in_are_rows_out_in_the_same_order() -> None:
    rows = [local(invariant=i, id_residence=f"R{i % 3}") for i in range(9)]
    made = abate(*rows)
    assert list(made.premises["invariant"]) == [str(i) for i in range(9)]
    assert made.counts == {"eligible": (9, 3)}


def test_column_of_the_file_that_bears_a_result_s_name_is_kept_aside() -> None:
    made = abate(local(statut="vu", motif="ancien"))
    assert list(made.premises["statut_entree"]) == ["vu"]
    assert codes(made).count("colonne_renommee") == 2


def test_dwellings_of_premises_never_exceed_the_stock() -> None:
    stock = homes(home(nb_logements=40, logements_dans=40))
    twice = [local(avis=a, invariant=a, nb_logements=40) for a in ("A1", "A2")]
    made = abate(*twice, residences=stock)
    assert made.counts == {"eligible": (2, 40)}
    assert "logements_divergents" in codes(made)
    assert "logements_en_trop" not in codes(made)
    silent = [local(invariant=1, vlc_eur=30000), local(invariant=2, vlc_eur=10000)]
    assert list(abate(*silent, residences=stock).premises["logements_retenus"]) == [30, 10]


def test_two_notices_are_one_residence() -> None:
    made = abate(local(avis="A1", invariant=1), local(avis="A2", invariant=2))
    assert len(made.by_residence) == 1
    assert made.by_residence.iloc[0]["abattement_eur"] == Decimal("495.00")


def test_residence_takes_the_status_that_asks_for_a_decision() -> None:
    rows = [
        local(invariant=1, cotisation_avis_eur="577,5"),
        local(invariant=2, cotisation_avis_eur=825),
    ]
    made = abate(*rows).by_residence.iloc[0]
    assert made["statut"] == "a_reclamer"
    assert made["motif"].startswith("1 local sur 2")
    assert made["abattement_eur"] == Decimal("247.50")
    assert made["nature"] == "reel"


@pytest.mark.parametrize(
    ("paid", "claim", "risk"), [("577,5", 0, None), ("825", None, 0)], ids=["borne", "refused"]
)
def test_a_nil_of_a_residence_that_may_be_something_else_is_left_empty(
    paid: str, claim: int | None, risk: int | None
) -> None:
    made = abate(local(cotisation_avis_eur=paid), conventions=None).by_residence.iloc[0]
    cells = (made["abattement_a_reclamer_eur"], made["abattement_a_risque_eur"])
    assert cells == (claim, risk)
    assert made["abattement_sous_reserve_eur"] == Decimal("247.50")


def test_sums_by_quarter_and_commune_agree_with_the_total() -> None:
    stock = homes(
        home("R1"), home("R2", code_qpv="QN05992M", commune="VALMONT"),
        home("R3", commune="Autre", code_insee="59998"), home("R4", code_insee="", commune="Sans code"),
    )  # fmt: skip
    rows = [local(invariant=i, id_residence=f"R{i}") for i in range(1, 5)]
    signed = {"codes_qpv": "QN05991I, QN05992M"}
    from tax_builders import convention, conventions

    made = abate(*rows, residences=stock, conventions=conventions(convention(**signed)))
    lines = made.by_collectivity
    assert lines is not None
    quarters = [held(made, code) for code in made.by_qpv["code_qpv"]]
    names = {
        "acquis": "abattement_eur",
        "compensation": "compensation_etat_eur",
        "perte": "perte_eur",
    }
    for fact, column in names.items():
        whole = counted(made, fact)
        assert sum(q.amount(fact).exact for q in quarters) == lines[column].sum() == whole
    assert made.towns == 3  # one code, two spellings: one commune
    assert lines["logements"].dropna().sum() == facts(made)["logements_abattus"]
    assert len(lines["logements"].dropna()) == 3, (
        "the dwellings of a commune stand on its first line"
    )
    assert counted(made) == Decimal("990.00")


def test_unusual_amounts_are_doubted() -> None:
    made = abate(local(nb_logements=1, vlc_eur=11000, taux_commune_pct=60))
    assert "abattement_inhabituel" in codes(made)
    assert "abattement_inhabituel" not in codes(abate(local(nb_logements=1)))


def test_an_unusual_amount_never_reads_as_a_usual_one() -> None:
    made = abate(local(nb_logements=1, vlc_eur=480))
    (doubt,) = [f for f in made.notices if f.code == "abattement_inhabituel"]
    assert (doubt.fields["par_logement"], doubt.fields["bas"]) == ("39,60", "40")


def test_young_building_without_exemption_is_doubted() -> None:
    doors = pd.DataFrame([door(annee_construction=2010)])
    assert "exoneration_possible" in codes(abate(local(), entrances=doors))
    paid = abate(local(cotisation_avis_eur="577,5"), entrances=doors)
    assert "exoneration_possible" not in codes(paid)  # it pays: it is not exempt


def test_residence_of_a_quarter_without_premises_is_listed() -> None:
    made = abate(
        local(), residences=homes(home("R1"), home("R2", nb_logements=12, logements_dans=12))
    )
    doubt = next(n for n in made.notices if n.code == "residence_sans_local")
    assert doubt.got == "R2"
    assert "12 logements" in fault_text(doubt).title
    row = made.locaux.iloc[-1]
    assert (row["id_residence"], row["nb_logements"], row["a_declarer"]) == ("R2", 12, "oui")
    assert not row["sur_avis"]
    assert len(made.premises) == 1
    assert "aucune ligne de fiscalité" in row["manque"]


def test_declaration_by_the_references_of_the_tax_office() -> None:
    doors = pd.DataFrame(
        [door("R1", parcelle="59999000AK0101"), door("R2", parcelle="59999123B0007")]
    )
    stock = homes(home("R1", commune="Zuydville"), home("R2", commune="Avelin"), home("R3", commune="Avelin"),
                  home("R4", logements_dans=0, logements_hors=1, code_qpv=""))  # fmt: skip
    rows = [
        local(invariant=1, id_residence="R1", nb_logements=10),
        local(invariant="", id_residence="R2", nb_logements=10),
        local(invariant=4, id_residence="R3", section="A", parcelle="12"),
        local(invariant=3, id_residence="R3", section="A", parcelle="9"),
        local(invariant=5, id_residence="R4"),
        local(invariant=6, id_residence="R3", section="A", parcelle="9", fin_exoneration="2027"),
    ]
    table = abate(*rows, residences=stock, entrances=doors).locaux
    table = table[table["a_declarer"] == "oui"]
    keys = list(
        zip(table["commune"], table["reference_cadastrale"], table["invariant"], strict=True)
    )
    assert keys == [
        ("Zuydville", "AK 101", "1"),
        ("Avelin", "123B 7", ""),
        ("Avelin", "A 12", "4"),
        ("Avelin", "A 9", "3"),
        ("Avelin", "A 9", "6"),
    ]
    lacks = dict(zip(table["invariant"], table["manque"], strict=True))
    assert lacks[""] == "numéro invariant"
    assert lacks["1"] == ""
    assert "2028" in lacks["6"]


def test_declaration_marks_what_is_to_check() -> None:
    doubt = homes(home(logements_dans=0, logements_a_verifier=1, cote="a_verifier"))
    assert "à vérifier" in abate(local(), residences=doubt).locaux.iloc[0]["manque"]


def test_a_day_is_a_day_whatever_carries_it() -> None:
    doors = pd.DataFrame([door(fin_exoneration=pd.Timestamp("2030-12-31"))])
    assert abate(local(), entrances=doors).premises.iloc[0]["statut"] == "exonere"
    doors = pd.DataFrame([door(fin_exoneration="2030-12-31")])
    assert abate(local(), entrances=doors).premises.iloc[0]["statut"] == "exonere"
    assert dt.date(2030, 12, 31) > dt.date(2025, 1, 1)


def test_a_building_the_stock_lacks_is_doubted_only_where_it_matters() -> None:
    cut = pd.DataFrame([door(building="E1"), door(building="E2", side="hors")])
    stock = homes(home(nb_logements=20, logements_dans=10, logements_hors=10))
    made = abate(local(id_batiment="E9", nb_logements=10), residences=stock, entrances=cut)
    assert "batiment_inconnu" in codes(made)
    known = abate(local(id_batiment="E1", nb_logements=10), residences=stock, entrances=cut)
    assert "batiment_inconnu" not in codes(known)
    alike = pd.DataFrame([door(building="E1"), door(building="E2")])
    made = abate(local(id_batiment="E9", nb_logements=10), residences=stock, entrances=alike)
    assert "batiment_inconnu" not in codes(made)


def test_a_building_beside_those_of_the_stock_is_acquired_by_nobody() -> None:
    doors = pd.DataFrame([door(building="E1"), door(building="E2")])
    stock = homes(home(nb_logements=20, logements_dans=20))
    lines = [local(id_batiment=b, invariant=b, nb_logements=10) for b in ("E1", "E2", "E9")]
    made = abate(*lines, residences=stock, entrances=doors)
    assert "batiment_hors_patrimoine" in codes(made)
    assert "logements_divergents" not in codes(made)
    statuses = dict(zip(made.premises["id_batiment"], made.premises["statut"], strict=True))
    assert statuses["E9"] == "a_verifier"
    assert statuses["E1"] == statuses["E2"] != "a_verifier"
    # it may be another spelling of a building whose lines are short, or that has none
    for short in (lines[1:], [{**lines[0], "nb_logements": 4}, *lines[1:]]):
        spelt = abate(*short, residences=stock, entrances=doors)
        assert "batiment_hors_patrimoine" not in codes(spelt)
    doors = pd.DataFrame([door(building="E1", side="hors"), door(building="E2", side="hors")])
    away = homes(home(nb_logements=20, logements_dans=0, logements_hors=20, cote="hors"))
    out = abate(*lines, residences=away, entrances=doors)
    assert set(out.premises["statut"]) == {"hors_qpv"}


@pytest.mark.parametrize(
    ("paid", "doubtful"), [("577,50", "247.50"), ("825", "0"), ("", "0")], ids=["abated", "not", ""]
)
def test_a_premises_on_two_notices_is_acquired_once(paid: str, doubtful: str) -> None:
    """The second notice bears what is doubtful; its premises counts no dwelling, now or later."""
    one = local(invariant=7, cotisation_avis_eur="577,50", nb_logements=10)
    stock = homes(home(nb_logements=10, logements_dans=10))
    alone = abate(one, residences=stock)
    made = abate(one, {**one, "avis": "A2", "cotisation_avis_eur": paid}, residences=stock)
    assert list(made.premises["statut"]) == ["abattu", "a_verifier"]
    assert list(made.premises["logements_retenus"]) == [10, 0]
    assert "avis A1 (ligne 4)" in made.premises["motif"][1]
    acquired = Decimal("247.50")
    assert counted(made) == facts(made)["acquis"] == acquired
    assert facts(made)["sous_reserve_porte"] == Decimal(doubtful)
    assert states(made).best == states(alone).best + Decimal(doubtful)
    assert facts(made)["logements_abattus"] == 10
    assert "invariant_sur_deux_avis" in codes(made)
    assert "logements_divergents" not in codes(made)
    assert made.by_year["abattement_eur"].equals(alone.by_year["abattement_eur"])


def test_a_residence_whose_only_line_is_another_s_has_no_amount() -> None:
    rows = (local(invariant=7), local(invariant=7, avis="A2", id_residence="R2"))
    made = abate(*rows, residences=homes(home("R1"), home("R2", code_qpv="QN05992M")))
    assert states(made).best == Decimal("247.50")
    assert made.premises["statut"][1] == "a_verifier"
    assert not held(made, "QN05992M").amount("acquis").is_known


@pytest.mark.parametrize(
    ("typed", "others", "doubted"),
    [
        (460, {}, True),
        (46, {}, False),
        (50, {}, False),
        (460, {"qpv_statut": "hors"}, False),
        (460, {"fin_exoneration": dt.date(2031, 12, 31)}, False),
        (460, {"annee_livraison": 2026}, False),
    ],
)
def test_a_stock_of_many_more_dwellings_than_the_notices_is_doubted(
    typed: int, others: dict[str, Any], *, doubted: bool
) -> None:
    doors = pd.DataFrame(
        [
            door(building="A", nb_logements=46, _ligne=7),
            door(nb_logements=typed - 46, _ligne=12, **others),
        ]
    )
    made = abate(
        local(nb_logements=46),
        residences=homes(home(nb_logements=typed, logements_dans=typed)),
        entrances=doors,
    )
    said = [fault_text(n) for n in made.notices if n.code == "logements_en_trop"]
    assert bool(said) is doubted
    if doubted:
        assert "460 logements" in said[0].title
        assert "(lignes 7, 12)" in said[0].title
        assert "que 46" in said[0].title
        assert "ligne 4" in said[0].where


def test_a_rate_left_blank_among_lines_of_the_commune_that_bear_it_is_doubted() -> None:
    stock = homes(home("R1"), home("R2"), home("R3", code_insee="59998"))
    bare = local(avis="A2", id_residence="R2", taux_epci_pct="")
    made = abate(local(), bare, residences=stock)
    (told,) = (f for f in made.notices if f.code == "taux_vide")
    assert (told.place.column, told.place.row, told.fields) == (
        "taux_epci_pct", 5, {"taux": "15"},
    )  # fmt: skip
    assert counted(made) == Decimal("427.50")  # 247.50 + 180: counted without it
    told_nil = local(avis="A2", id_residence="R2", taux_epci_pct=0)
    elsewhere = local(avis="A3", id_residence="R3", taux_epci_pct="")
    # 3 000 × 0.5 × 0.7 × 40 %: the notice shows that there is no such rate
    shown = bare | {"cotisation_avis_eur": 420}
    for clean in (told_nil, elsewhere, shown):
        assert "taux_vide" not in codes(abate(local(), clean, residences=stock))


def test_a_residence_whose_dwellings_no_file_counts_adds_none() -> None:
    doors = pd.DataFrame([door(nb_logements=None), door(building="B", nb_logements=None)])
    stock = homes(home(nb_logements=None, logements_dans=0))
    made = abate(local(), residences=stock, entrances=doors)
    assert counted(made) == Decimal("247.50")  # every door is in: its share is whole
    both = pd.concat([stock, homes(home("R2"))], ignore_index=True)
    absent = abate(local(id_residence="R2"), residences=both, entrances=doors)
    assert [f.fields["logements"] for f in absent.notices if f.code == "residence_sans_local"] == [
        "des logements que le patrimoine ne compte pas"
    ]
    assert absent.by_qpv["logements_sans_montant"].tolist() == [0]
