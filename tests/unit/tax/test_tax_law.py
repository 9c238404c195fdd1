"""Legal values: dated, referenced, overridable; a date without a value is refused."""

from __future__ import annotations

import ast
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from tax_builders import (
    abate,
    codes,
    convention,
    conventions,
    facts,
    faults_of,
    first,
    home,
    homes,
    local,
    table,
)

from tfpb import tax
from tfpb.errors import TfpbError
from tfpb.law.values import load
from tfpb.model import tables
from tfpb.model.legal.map_table import VINTAGES
from tfpb.model.legal.tax_lines import LINES
from tfpb.model.settings import LoiUtilisateur
from tfpb.words.faults.sentences import fault_text

PACKAGE = Path(tax.__file__).parents[1]
ON = dt.date(2025, 1, 1)


def test_every_value_has_words_reference_and_no_hole() -> None:
    law = load()
    for series in law.series.values():
        assert series.libelle
        previous = None
        for value in series.values:
            assert value.reference
            assert value.valeur
            if previous is not None:
                gap = dt.date.fromisoformat(value.debut) - dt.date.fromisoformat(previous)
                assert gap == dt.timedelta(days=1), value.cle
            previous = value.fin


@pytest.mark.parametrize("day", [dt.date(2015, 1, 1), dt.date(2031, 1, 1)])
def test_date_without_value_is_refused(day: dt.date) -> None:
    with pytest.raises(TfpbError) as error:
        load().value("taux_abattement", day)
    assert faults_of(error) == ["loi_sans_valeur"]
    assert not load().covers("taux_abattement", day)


READ: Final = (
    "CGI art. 1388 bis", "BOFiP 4844-PGP", "BOFiP 14673-PGP", "CCH art. L. 831-1", "CGI art. 1657",
    "loi de finances pour 2025, art. 114", "arrêté du 19 janvier 2018", "décret n° 2014-1750",
    "décret n° 2023-1314", "LPF art. R*196-2", "décret n° 2001-1361", "CSI art. R. 271-1", "IREV 235554",
    "126 M€ compensés sur 315 M€ en 2024",
)  # fmt: skip
"""Sources that were read: docs/designs/money.md says where."""


def test_only_what_was_read_is_verified() -> None:
    for value in load().all_values():
        unread = "non lu" in value.reference or "non relu" in value.reference
        if value.verifie:
            assert any(text in value.reference for text in READ), value
            assert not unread, value
            assert value.origine == "texte", value
        assert ("réglage de l’outil" in value.reference) == (value.origine == "reglage"), value


def test_the_law_of_2026_is_verified_nowhere_it_was_not_read() -> None:
    law, day = load(), dt.date(2026, 1, 1)
    for key in ("limite_signature", "limite_declaration", "prorogation_convention"):
        assert not law.value(key, day).verifie
    assert law.value("prorogation_convention", ON).verifie
    assert not law.value("carte_qpv", dt.date(2024, 1, 1)).verifie
    assert not law.value("carte_qpv_outremer", ON).verifie


def test_value_carries_reference_and_doubt() -> None:
    rate = load().value("taux_abattement", ON)
    assert (rate.valeur, rate.verifie, rate.origine) == ("0.30", True, "texte")
    assert "1388 bis" in rate.reference
    assert not load().value("frais_commune", ON).verifie


@pytest.mark.parametrize(
    ("year", "signature", "declaration"),
    [
        (2024, dt.date(2024, 1, 1), dt.date(2023, 12, 31)),
        (2025, dt.date(2025, 3, 31), dt.date(2025, 3, 31)),
        (2026, dt.date(2026, 1, 1), dt.date(2025, 12, 31)),
    ],
)
def test_due_dates(year: int, signature: dt.date, declaration: dt.date) -> None:
    reader = load().on(dt.date(year, 1, 1))
    assert reader.due("limite_signature") == signature
    assert reader.due("limite_declaration") == declaration


def test_map_that_rules_a_year() -> None:
    law = load()
    for year, here, overseas in (
        (2016, 2015, 2015),
        (2024, 2015, 2015),
        (2025, 2024, 2015),
        (2026, 2024, 2024),
    ):
        reader = law.on(dt.date(year, 1, 1))
        assert (reader.whole("carte_qpv"), reader.whole("carte_qpv_outremer")) == (here, overseas)


def test_user_overrides_with_a_reference() -> None:
    own = {
        "frais_commune": LoiUtilisateur(valeur="0,05", reference="courrier du SIP du 3 mars"),
        "part_compensation": LoiUtilisateur(valeur="50 %", reference="loi de finances 2026"),
        "reconduction_outremer": LoiUtilisateur(valeur="oui", reference="LF 2026"),
    }
    law = load(own)
    value = law.value("frais_commune", ON)
    assert (value.valeur, value.origine, value.verifie) == ("0.05", "utilisateur", True)
    made = abate(local(taux_epci_pct=0), law=law)
    assert first(made)["frais_gestion_eur"] == Decimal("9.00")  # 5 % of 180 €
    assert first(made)["compensation_etat_eur"] == Decimal("90.00")
    assert law.on(dt.date(2026, 1, 1)).flag("reconduction_outremer")
    assert {v.cle for v in made.values if v.origine == "utilisateur"} >= {"frais_commune"}


def test_bad_overrides_are_listed_at_once() -> None:
    bad = {
        "taux_imaginaire": LoiUtilisateur(valeur="1", reference="aucune"),
        "taux_abattement": LoiUtilisateur(valeur="trente", reference="note"),
        "delai_reclamation_ans": LoiUtilisateur(valeur="1,5", reference="note"),
        "limite_signature": LoiUtilisateur(valeur="1er janvier", reference="note"),
        "teom_abattue": LoiUtilisateur(valeur="peut-être", reference="note"),
        "acquisition_avant": LoiUtilisateur(valeur="hier", reference="note"),
        "part_vlc": LoiUtilisateur(valeur="-0.5", reference="note"),
    }
    with pytest.raises(TfpbError) as error:
        load(bad)
    assert sorted(faults_of(error)) == ["loi_cle_inconnue"] + ["loi_valeur_illisible"] * 6


@pytest.mark.parametrize(
    ("key", "wrong", "right"),
    [
        ("part_compensation", 40, "40 %"),
        ("part_compensation", "1,01", "100 %"),
        ("taux_abattement", 30, 0.3),
        ("part_vlc", "50", "0,50"),
        ("frais_commune", 3, "3 %"),
        ("frais_tse", 1, "0,09"),
        ("revalorisation_bases", "2", "2 %"),
        ("repere_couverture_region", "74", "0,74"),
    ],
)
def test_a_part_written_in_percent_without_its_sign_is_refused(
    key: str, wrong: str | float, right: str | float
) -> None:
    with pytest.raises(TfpbError) as error:
        load({key: LoiUtilisateur(valeur=wrong, reference="note")})
    assert faults_of(error) == ["loi_part_trop_grande"]
    assert "« 0,40 » ou « 40 % »" in fault_text(error.value.faults[0]).expected
    own = load({key: LoiUtilisateur(valeur=right, reference="note")}).value(key, ON)
    assert own.origine == "utilisateur"


@pytest.mark.parametrize(
    ("key", "other", "known"),
    [
        ("annee_derniere_exoneration", "non", "oui"),
        ("teom_abattue", "oui", "non"),
        ("taxes_reportees", "non", "oui"),
        ("effet_perimetres_2024", dt.date(2026, 1, 1), dt.date(2025, 1, 1)),
        ("limite_voie", "trottoir", "axe de la voie"),
        ("arrondi_avis", "euro inférieur", "euro le plus proche"),
    ],
)
def test_a_value_that_nothing_obeys_takes_a_reference_and_no_other_value(
    key: str, other: str | dt.date, known: str | dt.date
) -> None:
    with pytest.raises(TfpbError) as error:
        load({key: LoiUtilisateur(valeur=other, reference="note")})
    assert faults_of(error) == ["loi_valeur_sans_effet"]
    own = load({key: LoiUtilisateur(valeur=known, reference="texte relu")}).value(key, ON)
    assert (own.origine, own.reference) == ("utilisateur", "texte relu")


def test_a_value_of_one_year_leaves_the_others_to_the_text() -> None:
    own = LoiUtilisateur(valeur="N-1 10-01", reference="note du 3 mars", annee=2024)
    law = load({"limite_signature": own})
    told = [(v.debut, v.fin, v.valeur) for v in law.series["limite_signature"].values]
    assert told == [
        ("2016-01-01", "2023-12-31", "N 01-01"), ("2024-01-01", "2024-12-31", "N-1 10-01"),
        ("2025-01-01", "2025-12-31", "N 03-31"), ("2026-01-01", "2030-12-31", "N 01-01"),
    ]  # fmt: skip
    assert first(abate(local(), law=law))["statut"] == "eligible"  # signed on 12 December 2024
    assert "loi_toutes_annees" not in codes(abate(local(), law=law))
    open_ended = load({"frais_commune": LoiUtilisateur(valeur="5 %", reference="note", annee=2025)})
    ends = [(v.debut, v.fin) for v in open_ended.series["frais_commune"].values]
    assert ends == [("2016-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31"), ("2026-01-01", "")]
    assert open_ended.value("frais_commune", dt.date(2026, 1, 1)).valeur == "0.03"


def test_a_value_of_all_years_is_doubted_where_the_text_has_several() -> None:
    own = {"limite_signature": LoiUtilisateur(valeur="N-1 10-01", reference="note du 3 mars")}
    made = abate(local(), law=load(own))
    assert first(made)["statut"] == "sans_convention"
    (told,) = (f for f in made.notices if f.code == "loi_toutes_annees")
    assert told.place.column == "reglages.loi.limite_signature"
    same = {"part_compensation": LoiUtilisateur(valeur="0,35", reference="note")}  # 40 % all along
    assert "loi_toutes_annees" not in codes(abate(local(), law=load(same)))


def test_a_region_is_not_named_over_the_figures_of_another() -> None:
    own = {"repere_region": LoiUtilisateur(valeur="Grand Est", reference="note")}
    with pytest.raises(TfpbError) as error:
        load(own)
    assert list(faults_of(error)) == ["loi_repere_sans_chiffres"]
    own |= {
        "repere_valorise_region_eur": LoiUtilisateur(valeur="210", reference="note"),
        "repere_couverture_region": LoiUtilisateur(valeur="0.8", reference="note"),
    }
    assert load(own).on(ON).region == "Grand Est"


def test_dates_and_due_days_can_be_overridden() -> None:
    own = {
        "acquisition_avant": LoiUtilisateur(valeur=dt.date(1999, 1, 1), reference="note"),
        "limite_declaration": LoiUtilisateur(valeur="N 06-30", reference="note"),
    }
    reader = load(own).on(ON)
    assert reader.date("acquisition_avant") == dt.date(1999, 1, 1)
    assert reader.due("limite_declaration") == dt.date(2025, 6, 30)


def test_abatement_lists_the_values_it_used() -> None:
    used = {v.cle for v in abate(local()).values}
    assert {"taux_abattement", "part_vlc", "limite_declaration", "periode_prevision_fin"} <= used
    assert any(not v.verifie for v in abate(local()).values)


def test_all_values_are_listed_for_the_sheet() -> None:
    assert len(load().all_values()) > len(load().series)


def test_no_value_is_left_that_nothing_reads() -> None:
    # the model, below the law, has columns of the same names
    rooms = (p for p in PACKAGE.rglob("*.py") if p.relative_to(PACKAGE).parts[0] != "model")
    nodes = [n for p in rooms for n in ast.walk(ast.parse(p.read_text(encoding="utf-8")))]
    read = {n.value for n in nodes if isinstance(n, ast.Constant)}
    families = tuple(
        str(start.value)
        for n in nodes
        if isinstance(n, ast.Call) and getattr(n.func, "attr", "") in {"text", "decimal", "whole"}
        if getattr(getattr(n.func, "value", None), "id", "") == "reader"  # not a row's own cells
        for key in n.args[:1]
        if isinstance(key, ast.JoinedStr) and isinstance(start := key.values[0], ast.Constant)
    )
    assert families == ("frais_",)
    read |= {f"frais_{line}" for line in LINES} | {f"effet_perimetres_{v}" for v in VINTAGES[1:]}
    assert [k for k in load().series if k not in read] == []


def test_the_region_of_reference_is_a_value_like_the_others() -> None:
    assert load().on(ON).region == "Hauts-de-France"
    own = {
        "repere_region": LoiUtilisateur(valeur="Bretagne", reference="note"),
        "repere_valorise_region_eur": LoiUtilisateur(valeur="200", reference="note"),
        "repere_couverture_region": LoiUtilisateur(valeur="0.8", reference="note"),
    }
    law = load(own)
    label = "Dépense valorisée par logement et par an, Bretagne"
    reader = law.on(ON)
    assert reader.region == "Bretagne"
    assert [v.cle for v in reader.used()] == ["repere_region"]  # the user's: told as used
    usual = load().on(ON)
    assert usual.region
    assert usual.used() == ()  # the packaged one: its figures name it
    assert law.value("repere_valorise_region_eur", ON).libelle == label
    doubts = abate(local(vlc_eur="300"), law=law).notices
    assert [f.fields["ou_region"] for f in doubts if f.code == "abattement_inhabituel"] == [
        "en Bretagne"
    ]
    assert "Hauts-de-France" not in str([fault_text(f) for f in doubts])


def test_year_outside_the_law_stops() -> None:
    with pytest.raises(TfpbError) as error:
        abate(local(annee=2031), year=2031)
    assert faults_of(error) == ["loi_sans_valeur"]


def test_the_year_of_the_map_of_2024_is_a_value_of_the_law_and_told_as_not_checked() -> None:
    left = homes(home(logements_dans=0, logements_hors=1, code_qpv="", evolution="sortant"))
    made = abate(local(), residences=left)
    assert "perdu à compter de 2025 (date non vérifiée)." in first(made)["motif"]
    assert "effet_perimetres_2024" in {v.cle for v in made.values}
    own = {"effet_perimetres_2024": LoiUtilisateur(valeur="2025-01-01", reference="texte relu")}
    told = first(abate(local(), residences=left, law=load(own)))["motif"]
    assert "perdu à compter de 2025." in told
    entered = homes(home(evolution="entrant"))
    assert (
        "droit à compter de 2025 (date non vérifiée)."
        in first(abate(local(), residences=entered))["motif"]
    )


def test_overseas_the_map_of_2024_counts_from_2026() -> None:
    entered = homes(home(evolution="entrant", code_insee="97209"))
    assert (
        "droit à compter de 2026"
        in first(abate(local(annee=2026), residences=entered, year=2026))["motif"]
    )


def test_a_missing_declaration_is_claimed_only_where_a_text_says_so() -> None:
    late = conventions(convention(date_declaration="2025-06-01"))
    made = abate(local(cotisation_avis_eur=825), conventions=late)
    assert (first(made)["statut"], facts(made)["a_reclamer"]) == ("non_declare", 0)
    own = {
        "reclamation_sans_declaration": LoiUtilisateur(valeur="oui", reference="décision 2026-1")
    }
    mended = abate(local(cotisation_avis_eur=825), conventions=late, law=load(own))
    assert first(mended)["statut"] == "non_declare"
    assert facts(mended)["a_reclamer"] == Decimal("247.50")


def test_droit_commun_and_programme_list_the_values_they_read() -> None:
    rows = [
        {
            "id_residence": "R1",
            "indicateur": "gardiens (ETP)",
            "quantite": 2,
            "cout_eur": 9,
            "annee": 2025,
        }
    ]
    stock = homes(home(nb_logements=150, logements_dans=150))
    made = tax.droit_commun(table(tables.DROIT_COMMUN, *rows), stock, seed=1)
    assert {v.cle for v in made.values} == {
        "gardien_pour_100_logements", "gardien_seuil_logements", "gardien_lieux",
    }  # fmt: skip
