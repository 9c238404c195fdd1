"""Status of a premises: the first condition that fails, with its motive."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tax_builders import (
    QPV,
    abate,
    codes,
    convention,
    conventions,
    counted,
    door,
    facts,
    first,
    held,
    home,
    homes,
    local,
    reserves,
    states,
)

from tfpb.tax.abatement.holdings import Unit
from tfpb.tax.abatement.rights import is_home, quarters_of


def statut(row: dict[str, Any] | None = None, **options: Any) -> str:
    return str(first(abate(row or local(), **options))["statut"])


def side(**cells: Any) -> pd.DataFrame:
    return homes(home(**cells))


OUT = {"logements_dans": 0, "logements_hors": 1, "code_qpv": "", "cote": "hors"}
DOUBT = {"logements_dans": 0, "logements_a_verifier": 1, "cote": "a_verifier"}
PAID_FULL = local(cotisation_avis_eur=825)  # 1 500 × 55 %
PAID_ABATED = local(cotisation_avis_eur="577,50")  # 70 % of it


def test_no_notice_yet_is_eligible_and_estimated() -> None:
    row = first(abate(local()))
    assert (row["statut"], row["nature"]) == ("eligible", "estime")


def test_a_notice_of_the_year_without_its_amount_is_a_notice() -> None:
    unknown = "La cotisation de l’avis de 2025 n’est pas donnée"
    row = first(abate(local(cotisation_avis_eur="")))
    assert row["statut"] == "non_lu"
    assert unknown in row["motif"]
    assert "Pas encore d’avis pour 2025." in first(abate(local(annee=2024)))["motif"]


def test_notice_abated_is_real() -> None:
    row = first(abate(PAID_ABATED))
    assert (row["statut"], row["nature"]) == ("abattu", "reel")
    assert row["abattement_eur"] == Decimal("247.50")


def test_notice_not_abated_is_to_claim_until_the_end_of_next_year() -> None:
    made = abate(PAID_FULL)
    row = first(made)
    assert row["statut"] == "a_reclamer"
    assert "31 décembre 2026" in row["motif"]
    assert counted(made) == 0
    assert facts(made)["a_reclamer"] == Decimal("247.50")


@pytest.mark.parametrize(
    ("day", "late"), [(dt.date(2026, 12, 31), "open"), (dt.date(2027, 1, 1), "late")]
)
def test_claim_that_is_out_of_time_is_said(day: dt.date, late: str) -> None:
    motive = str(first(abate(PAID_FULL, on=day))["motif"])
    assert ("pris fin" in motive) is (late == "late")


def test_outside_has_nothing() -> None:
    made = abate(PAID_FULL, residences=side(**OUT))
    assert first(made)["statut"] == "hors_qpv"
    assert first(made)["abattement_eur"] == 0
    assert made.by_qpv.empty


def test_leaver_is_told_so() -> None:
    made = abate(local(), residences=side(**OUT, evolution="sortant"))
    assert "2025" in first(made)["motif"]
    assert "Sorti" in first(made)["motif"]


def test_entrant_is_told_so() -> None:
    assert "Entré" in first(abate(local(), residences=side(evolution="entrant")))["motif"]


def test_doubt_counts_apart() -> None:
    made = abate(PAID_FULL, residences=side(**DOUBT))
    assert first(made)["statut"] == "a_verifier"
    assert counted(made) is None
    assert facts(made)["reserve_cote"] == Decimal("247.50")


def test_residence_partly_in_doubt_keeps_what_is_sure() -> None:
    stock = side(nb_logements=10, logements_dans=8, logements_a_verifier=2)
    made = abate(local(nb_logements=10), residences=stock)
    assert first(made)["statut"] == "eligible"
    assert counted(made) == Decimal("198.00")  # 80 %
    assert facts(made)["reserve_cote"] == Decimal("49.50")  # 20 %


def test_unknown_residence_is_to_check() -> None:
    made = abate(local(id_residence="R9"), residences=side())
    assert first(made)["statut"] == "a_verifier"
    assert "local_hors_patrimoine" in codes(made)


@pytest.mark.parametrize(
    ("end", "year", "expected"),
    [
        ("2031", 2025, "exonere"),
        ("31/12/2025", 2025, "exonere"),
        ("2025-06-30", 2025, "exonere"),  # the year in which it ends is exempt
        ("31/12/2024", 2025, "eligible"),
        ("31/12/2025", 2026, "eligible"),
    ],
)
def test_exemption(end: str, year: int, expected: str) -> None:
    row = local(fin_exoneration=end)
    assert statut(row, year=year) == expected


def test_exempt_says_when_it_opens() -> None:
    made = abate(local(fin_exoneration="2027"))
    assert "2028" in first(made)["motif"]
    assert made.by_residence.iloc[0]["ouverture_abattement_annee"] == 2028


def test_exemption_of_the_stock_counts_when_the_premises_is_silent() -> None:
    doors = pd.DataFrame([door(fin_exoneration=dt.date(2030, 12, 31))])
    assert statut(entrances=doors) == "exonere"
    # two files that part: neither rules, whatever the notice shows
    parted = local(fin_exoneration="2020")
    assert statut(parted, entrances=doors) == "droit_inconnu"
    for paid, hangs in ((577.5, "doubtful"), (825, "hanging")):
        made = abate(parted | {"annee": 2025, "cotisation_avis_eur": paid}, entrances=doors)
        assert first(made)["statut"] == "droit_inconnu"
        assert getattr(states(made), hangs) == states(made).reserved == Decimal("247.50")
        assert reserves(made) == {"exoneration": Decimal("247.50")}
        assert "exonerations_contraires" in codes(made)
    lost = abate(
        parted, entrances=doors, conventions=conventions(convention(date_declaration="2025-06-01"))
    )
    assert first(lost)["statut"] == "non_declare"  # lost, whichever end is right


def test_exempt_notice_that_asks_nothing_is_as_expected() -> None:
    made = abate(local(fin_exoneration="2031", cotisation_avis_eur=0))
    assert first(made)["statut"] == "exonere"
    assert "avis_inexplique" not in codes(made)


def test_titles_of_the_right_are_said() -> None:
    def motive(reason: str) -> str:
        doors = pd.DataFrame([door(motif_eligibilite=reason)])
        return str(first(abate(local(), entrances=doors))["motif"])

    assert "1998" in motive("acquis_avant_1998")
    assert "justifier" in motive("autre")
    assert "échue" in motive("exoneration_echue")
    assert "tenue pour échue" in motive("")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, "eligible"),
        ({"codes_qpv": "QN00000I"}, "sans_convention"),
        ({"date_signature_convention": ""}, "sans_convention"),
        # LF 2025 art. 114
        ({"date_signature_convention": "2025-03-31", "date_declaration": "2025-03-31"}, "eligible"),
        ({"date_signature_convention": "2025-04-01"}, "sans_convention"),
        ({"date_signature_contrat": "2025-04-01"}, "sans_convention"),
        ({"date_fin": "2024-12-31"}, "sans_convention"),
        ({"date_fin": "2025-01-01"}, "eligible"),
        ({"date_fin": ""}, "droit_inconnu"),
        ({"date_signature_contrat": ""}, "droit_inconnu"),
        ({"date_declaration": "2024-12-11"}, "droit_inconnu"),  # before the convention
        ({"date_signature_contrat": "2024-12-13"}, "droit_inconnu"),  # after it
        ({"date_signature_contrat": "", "date_declaration": "2025-04-01"}, "non_declare"),
        ({"date_declaration": ""}, "non_declare"),
        ({"date_declaration": "2025-03-31"}, "eligible"),
        ({"date_declaration": "2025-04-01"}, "non_declare"),
        ({"bailleur": "Un autre"}, "sans_convention"),
        ({"bailleur": "HABITAT VALMONTOIS"}, "eligible"),
    ],
)
def test_conditions_of_2025(cells: dict[str, Any], expected: str) -> None:
    signed = conventions(convention(**cells))
    made = abate(local(), conventions=signed, bailleur="Habitat Valmontois")
    assert first(made)["statut"] == expected
    if expected != "eligible":
        # a date that is past loses the year; a paper not seen yet leaves it under reserve
        late = any(str(cells.get(c, "")) == "2025-04-01" for c in cells)
        assert first(made)["abattement_eur"] == (0 if late else Decimal("247.50"))
        assert counted(made) == (0 if late else None)
        assert states(made).lost == (Decimal("247.50") if late else 0)
        assert states(made).hanging == (0 if late else Decimal("247.50"))
        assert "247,50" in first(made)["motif"]  # what was missed


def test_a_convention_signed_under_another_name_is_named_and_asked_about() -> None:
    signed = conventions(
        convention(bailleur="Maisons & Cités Soginorpa"),
        convention(bailleur="Autre", codes_qpv="QN00000I"),
    )
    made = abate(local(), conventions=signed, bailleur="Maisons et Cités")
    assert first(made)["statut"] == "sans_convention"
    assert first(made)["motif"].startswith(
        "La convention d’abattement du quartier QN05991I est signée par « Maisons & Cités Soginorpa », quand "
        "la résidence est de « Maisons et Cités » : on ne sait pas si c’est le même organisme."
    )
    assert reserves(made) == {"convention": Decimal("247.50")}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"date_signature_convention": "2026-01-01", "date_declaration": ""}, "non_declare"),
        ({"date_signature_convention": "2026-01-02"}, "sans_convention"),
        ({"date_declaration": "2025-12-31"}, "eligible"),
        ({"date_declaration": "2026-01-01"}, "non_declare"),
    ],
)
def test_conditions_of_2026(cells: dict[str, Any], expected: str) -> None:
    signed = conventions(convention(**cells))
    made = abate(local(), conventions=signed, year=2026)
    assert first(made)["statut"] == expected


def test_late_declaration_loses_the_year_and_not_the_next() -> None:
    signed = conventions(convention(date_declaration="2026-02-01"))
    lost = abate(local(), conventions=signed, year=2026)
    kept = abate(local(), conventions=signed, year=2027)
    assert (first(lost)["statut"], first(kept)["statut"]) == ("non_declare", "eligible")
    assert "les suivantes non" in first(lost)["motif"]


def test_2024_keeps_what_was_abated_in_2023() -> None:
    old = convention(
        date_signature_contrat="2015-07-01", date_signature_convention="2015-12-01",
        date_declaration="2015-12-31", date_fin="2023-12-31", codes_qpv="QP059901",
    )  # fmt: skip
    stock = side(code_qpv="QP059901")
    made = abate(local(), conventions=conventions(old), residences=stock, year=2024)
    assert first(made)["statut"] == "eligible"
    assert "prorogée" in first(made)["motif"]
    again = abate(local(), conventions=conventions(old), residences=stock)
    assert first(again)["statut"] == "sans_convention"


def test_overseas_is_automatic_in_2025_only() -> None:
    stock = side(code_insee="97411", code_qpv="QP974001")
    assert statut(residences=stock) == "eligible"
    row = local(annee=2026)
    assert statut(row, residences=stock, year=2026) == "sans_convention"


def test_best_of_several_conventions() -> None:
    both = conventions(convention(date_fin="2023-12-31"), convention(id_convention="C2"))
    assert statut(conventions=both) == "eligible"


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        ({"date_signature_contrat": ""}, "droit_inconnu"),
        ({"date_signature_convention": ""}, "droit_inconnu"),
        ({"date_declaration": ""}, "droit_inconnu"),
        ({"date_fin": ""}, "droit_inconnu"),
        ({"bailleur": "O.P.H. Valmontois"}, "droit_inconnu"),
        ({"date_declaration": "2024-12-11"}, "convention_dates_contraires"),
    ],
)
@pytest.mark.parametrize("paid", [PAID_ABATED, PAID_FULL])
def test_what_a_paper_leaves_unknown_is_asked_and_neither_at_risk_nor_acquired(
    cells: dict[str, Any], asked: str, paid: dict[str, Any]
) -> None:
    made = abate(paid, conventions=conventions(convention(**cells)), bailleur="OPH Valmontois SA")
    assert (states(made).at_risk, states(made).granted, states(made).to_claim) == (0, 0, 0)
    assert states(made).reserved == Decimal("247.50")
    assert asked in codes(made)
    if paid is PAID_ABATED:
        assert first(made)["statut"] == "droit_inconnu"


def test_without_any_table_of_conventions_nothing_is_counted() -> None:
    made = abate(local(), conventions=None)
    assert first(made)["statut"] == "sans_convention"
    assert counted(made) is None
    assert facts(made)["reserve_conventions"] == Decimal("247.50")
    assert "conventions_non_fournies" in codes(made)


@pytest.mark.parametrize(
    "options",
    [
        {"residences": side(**OUT)},
        {"conventions": conventions(convention(codes_qpv="QN00000I"))},
        {"conventions": conventions(convention(date_declaration="2025-06-01"))},
        {"row": local(cotisation_avis_eur="577,50", fin_exoneration="2031")},
    ],
    ids=["hors", "sans_convention", "non_declare", "exonere"],
)
def test_abated_without_right_is_at_risk(options: dict[str, Any]) -> None:
    row = options.pop("row", PAID_ABATED)
    made = abate(row, **options)
    assert first(made)["statut"] == "a_risque"
    assert facts(made)["a_risque"] == Decimal("247.50")
    assert counted(made) == 0


def test_building_decides_when_the_stock_knows_it() -> None:
    doors = pd.DataFrame([door(building="A"), door(building="B", side="hors")])
    stock = homes(home(nb_logements=20, logements_dans=10, logements_hors=10))
    rows = [local(avis="A1", invariant=1, id_batiment="A"), local(avis="A1", invariant=2, id_batiment="B"),
            local(avis="A1", invariant=3)]  # fmt: skip
    made = abate(*rows, residences=stock, entrances=doors)
    assert list(made.premises["statut"]) == ["eligible", "hors_qpv", "eligible"]
    assert list(made.premises["abattement_eur"]) == [Decimal("247.50"), 0, Decimal("123.75")]


@pytest.mark.parametrize("covered", ["QN05991I, QN05992M", "QN05991I", "QN05992M"])
@pytest.mark.parametrize("building", ["", "Z"])
def test_a_line_without_building_of_a_residence_in_two_quarters_is_of_neither(
    covered: str, building: str
) -> None:
    other = {"qpv_code": "QN05992M", "qpv_nom": "Le Moulin", "nb_logements": 9}
    options: dict[str, Any] = {
        "residences": homes(home(nb_logements=19, logements_dans=19)),
        "entrances": pd.DataFrame([door(building="A"), door(building="B", **other)]),
        "conventions": conventions(convention(codes_qpv=covered)),
    }
    made = abate(local(id_batiment=building, cotisation_avis_eur="577,50"), **options)
    row = first(made)
    assert (row["statut"], row["etat"][-12:]) == ("a_verifier", "sous réserve")
    assert "QN05991I, QN05992M" in row["motif"]
    assert "bâtiment" in row["motif"]
    assert facts(made)["acquis"] == 0
    assert facts(made)["sous_reserve_porte"] == Decimal("247.50")
    assert not any(held(made, code).amount("acquis").is_known for code in made.by_qpv["code_qpv"])
    assert facts(made)["logements_abattus"] == 0
    told = "batiment_inconnu" if building else "batiment_a_preciser"
    assert told in codes(made)
    split = [local(invariant=k, id_batiment=b) for k, b in enumerate("AB")]
    known = abate(*split, **options)
    assert set(known.premises["statut"]) <= {"eligible", "sans_convention"}
    assert "batiment_a_preciser" not in codes(known)


def test_a_line_of_two_quarters_hangs_on_what_is_inside_and_on_what_is_to_check() -> None:
    doors = [door(building="A"), door(building="B", qpv_code="QN05992M")]
    doors += [door(building="C", side="a_verifier"), door(building="D", side="hors")]
    stock = homes(
        home(nb_logements=40, logements_dans=20, logements_a_verifier=10, logements_hors=10)
    )
    made = abate(local(), residences=stock, entrances=pd.DataFrame(doors))
    assert first(made)["statut"] == "a_verifier"
    assert facts(made)["reserve_cote"] == Decimal("185.63")  # ¾ of 247.50


def test_what_a_notice_abates_of_no_dwelling_hangs_on_what_it_is() -> None:
    stock = side(nb_logements=10, logements_dans=6, logements_a_verifier=2, logements_hors=2)
    garage = local(nb_logements=10, type_local="Garage", cotisation_avis_eur="577,5")
    made = abate(garage, residences=stock)
    assert first(made)["statut"] == "sans_logement"
    assert reserves(made) == {"nature": Decimal("247.50")}  # of which building, nothing says
    assert states(made).at_risk == 0


@pytest.mark.parametrize(
    "nature",
    [
        "AP",
        "ma",
        "",
        "Appartement",
        "Maison individuelle",
        "Local d’habitation",
        "Logement avec garage",
        "Maison de ville",
        "Habitation et commerce",
    ],
)
def test_a_dwelling_is_read_in_full_or_as_a_releve_shortens_it(nature: str) -> None:
    assert is_home(nature)


@pytest.mark.parametrize(
    "nature",
    ["Garage", "P", "AP MA", "Map", "Commerce", "Local non affecté à l’habitation", "Hors habitation",
     "Professionnel (non habitation)", "Dépendance d’appartement", "Maison médicale", "Maison de quartier"],
)  # fmt: skip
def test_what_names_no_dwelling_is_none(nature: str) -> None:
    assert not is_home(nature)


def test_what_a_notice_abates_of_no_dwelling_is_at_risk_where_no_convention_is() -> None:
    other = conventions(convention(codes_qpv="QN00000I"))
    garage = local(type_local="Garage", cotisation_avis_eur="577,5")
    assert statut(garage, conventions=other) == "a_risque"
    assert (
        statut(local(type_local="Garage", cotisation_avis_eur=825), conventions=other)
        == "sans_logement"
    )


@pytest.mark.parametrize("side", ["dans", "hors", "a_verifier"])
@pytest.mark.parametrize("code", ["", "QN05992M"])
def test_only_a_named_quarter_that_holds_dwellings_counts(side: str, code: str) -> None:
    units = (Unit(10, "dans", QPV), Unit(10, side, code))
    counted = {QPV, code} if side == "dans" and code else {QPV}
    assert quarters_of(units) == counted


def test_a_residence_in_two_quarters_that_no_convention_covers_hangs_on_one() -> None:
    doors = pd.DataFrame([door(building="A"), door(building="B", qpv_code="QN05992M")])
    made = abate(
        local(),
        residences=homes(home(nb_logements=20, logements_dans=20)),
        entrances=doors,
        conventions=conventions(convention(codes_qpv="QN00000I")),
    )
    assert first(made)["statut"] == "sans_convention"


def test_entrances_without_dwellings_still_have_a_side() -> None:
    doors = pd.DataFrame([door(nb_logements=0), door(nb_logements=0, side="hors")])
    stock = homes(home(nb_logements=0, logements_dans=0))
    assert first(abate(local(), residences=stock, entrances=doors))["abattement_eur"] == Decimal(
        "123.75"
    )


@pytest.mark.parametrize(
    ("side", "end", "told"),
    [
        ("hors", None, "a_verifier"),
        ("a_verifier", None, "a_verifier"),
        ("dans", None, "eligible"),  # whatever their number, all are in the quarter
        ("hors", dt.date(2030, 12, 31), "eligible"),  # exempt: it weighs nothing this year
    ],
)
@pytest.mark.parametrize("inside", [20, None])
def test_a_side_whose_dwellings_are_not_counted_weighs_an_unknown_part(
    side: str, end: dt.date | None, told: str, inside: int | None
) -> None:
    doors = [door(building="A", nb_logements=inside)]
    doors.append(door(building="B", nb_logements=None, side=side, fin_exoneration=end))
    stock = homes(home(nb_logements=inside or 0, logements_dans=inside or 0))
    made = abate(local(nb_logements=30), residences=stock, entrances=pd.DataFrame(doors))
    row = first(made)
    assert row["statut"] == told
    assert states(made).hanging + states(made).estimated == Decimal("247.50")
    assert reserves(made).get("cote", 0) == (Decimal("247.50") if told == "a_verifier" else 0)
    assert row["logements_retenus"] == 30  # the stock does not know better
    assert ("nombre de logements d’un côté n’est pas donné" in row["motif"]) is (told != "eligible")
    assert "La résidence R1" in row["motif"] or told == "eligible"
    assert "logements_vides" in codes(made)
    assert "logements_divergents" not in codes(made)


def test_a_side_without_count_is_no_reason_to_call_a_residence_outside() -> None:
    doors = [door(nb_logements=None), door(nb_logements=20, side="hors")]
    made = abate(local(cotisation_avis_eur="577,5"), entrances=pd.DataFrame(doors))
    assert first(made)["statut"] == "a_verifier"
    assert (states(made).doubtful, states(made).at_risk) == (Decimal("247.50"), 0)
    assert set(made.by_year["en_attente_de"]) == {"cote"}


def test_counts_of_a_residence_without_entrances_nor_counts() -> None:
    stock = side(logements_dans=0, nb_logements=3)
    assert statut(residences=stock) == "eligible"


def test_year_of_the_other_map_uses_the_sides_of_that_map() -> None:
    doors = pd.DataFrame(
        [door(qpv2015_statut="hors", qpv2015_code="", qpv2024_statut="dans", qpv2024_code=QPV)]
    )
    assert first(abate(local(), entrances=doors))["statut"] == "eligible"
    early = abate(local(annee=2024), entrances=doors, year=2024)
    assert first(early)["statut"] == "hors_qpv"


def test_demolished_and_coming_dwellings() -> None:
    gone = pd.DataFrame([door(annee_demolition=2024)])
    late = pd.DataFrame([door(annee_livraison=2025)])
    new = pd.DataFrame([door(annee_livraison=2022)])
    assert "Démolition" in first(abate(local(), entrances=gone))["motif"]
    assert "Livraison" in first(abate(local(), entrances=late))["motif"]
    row = first(abate(local(), entrances=new))
    assert (row["statut"], row["abattement_eur"]) == ("exonere", 0)  # a delivery opens an exemption
