"""Whole addresses in one field: the commune is read out of the line, wherever and however it is written."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from geocode_town import Town, even_odd, street

from tfpb.addresses.communes import Communes
from tfpb.geocode import CommuneAddresses, geocode
from tfpb.geocode.town.commune_names import names_of, tidy
from tfpb.text import fold

NAMES = names_of(Communes.load())


def held(code: str, *streets: str, old_city: str = "") -> CommuneAddresses:
    """Make a commune of streets numbered 1 to 30, under its true name."""
    made = tuple(
        street(name, even_odd(30), at=(0, 500 * at), code=code, postcode="", old_city=old_city)
        for at, name in enumerate(streets)
    )
    return CommuneAddresses(code, Communes.load().name(code), made)


TOWN = Town(
    held("93010", "Rue de Paris", "Rue du Général Leclerc", "Avenue de Pantin"),
    held("93055", "Rue de Paris", "Rue des Sept Arpents"),
    held("93066", "Rue de la République", "Rue Gabriel Péri"),
    held("97411", "Rue Sainte-Marie", "Rue de la République"),
    held("35115", "Rue du Père Maunoir"),
    held("77479", "Rue du Maréchal Joffre"),
    held("69383", "Cours Gambetta", "Rue Paul Bert"),
    held("69387", "Avenue Jean Jaurès"),
    held("08053", "Rue de l’Église", old_city="La Moncelle"),
    held("08409", "Grande Rue", "L’Îlot", "Rue du 11 Novembre"),
    held("75114", "Avenue du Maine", "Rue de Rennes"),
)


def one(line: str, **cells: str) -> pd.Series:
    """Geocode a line that holds everything."""
    return geocode(pd.DataFrame([{"adresse": line, **cells}]), TOWN, Communes.load()).iloc[0]


@pytest.mark.parametrize(
    ("line", "label", "code"),
    [
        ("13 Rue du Père Maunoir Fougères", "13 Rue du Père Maunoir", "35115"),
        ("12 Cours Gambetta Lyon", "12 Cours Gambetta", "69383"),
        ("12 Cours Gambetta Lyon 3e", "12 Cours Gambetta", "69383"),
        ("12 avenue jean jaurès lyon 7ème arrdt", "12 Avenue Jean Jaurès", "69387"),
        ("12 avenue du maine PARIS XIV", "12 Avenue du Maine", "75114"),
        ("12 rue de rennes paris", "12 Rue de Rennes", "75114"),
        ("12 RUE DE PARIS PANTIN", "12 Rue de Paris", "93055"),
        ("12 Rue de Paris, 93500 PANTIN", "12 Rue de Paris", "93055"),
        ("12 rue de paris bondy", "12 Rue de Paris", "93010"),
        ("12 avenue de pantin à bondy", "12 Avenue de Pantin", "93010"),
        ("PANTIN, 12 rue de Paris", "12 Rue de Paris", "93055"),
        ("93500 PANTIN 12 RUE DES SEPT ARPENTS", "12 Rue des Sept Arpents", "93055"),
        ("BONDY rue du général leclerc 12", "12 Rue du Général Leclerc", "93010"),
        ("12 rue du général leclercbondy", "12 Rue du Général Leclerc", "93010"),
        ("12 Rue du Général LeclercBondy", "12 Rue du Général Leclerc", "93010"),
        ("12 Rue du Maréchal JoffreVairs-sur-Marne", "12 Rue du Maréchal Joffre", "77479"),
        ("12 rue du maréchaljoffre Vairs-sur-Marne", "12 Rue du Maréchal Joffre", "77479"),
        ("12 RUE MARECHAL JOFFRE VAIRES S/ MARNE", "12 Rue du Maréchal Joffre", "77479"),
        ("12 RUE MARECHAL JOFFRE VAIRES S MARNE CEDEX 2", "12 Rue du Maréchal Joffre", "77479"),
        ("12 rue marechal joffre vairessurmarne france", "12 Rue du Maréchal Joffre", "77479"),
        ("12 rue gabriel péri ST DENIS", "12 Rue Gabriel Péri", "93066"),
        ("12 rue gabriel péri saint denis (93)", "12 Rue Gabriel Péri", "93066"),
        ("12 rue de l'église la moncelle", "12 Rue de l’Église", "08053"),
        ("12 L ILOT SEDAN", "12 L’Îlot", "08409"),
        ("12 Grande Rue Sedan", "12 Grande Rue", "08409"),
        ("Sedan rue du onze novembre 12", "12 Rue du 11 Novembre", "08409"),
        ("12 rue des sept arpents, Pentin", "12 Rue des Sept Arpents", "93055"),
        ("12 rue des sept arpents PANTIN residence les pins", "12 Rue des Sept Arpents", "93055"),
        ("12 rue du général leclerc 93 bondy", "12 Rue du Général Leclerc", "93010"),
    ],
)  # fmt: skip
def test_the_commune_is_read_out_of_the_line(line: str, label: str, code: str) -> None:
    row = one(line)
    assert row["result_citycode"] == code
    assert row["result_label"].startswith(f"{label} ")
    assert row["result_verdict"] != "rejete"


def test_a_misspelt_commune_is_said() -> None:
    row = one("12 rue du maréchal joffre Vairs-sur-Marne")
    assert row["result_verdict"] == "accepte"
    assert "commune_corrigee" in row["result_reasons"]


def test_the_departement_parts_communes_of_one_name() -> None:
    both = one("12 rue de la république saint denis")
    assert both["result_verdict"] == "a_verifier"
    assert "Saint-Denis" in both["result_alternatives"]
    island = one("12 rue de la république 974 saint denis")
    assert (island["result_citycode"], island["result_verdict"]) == ("97411", "accepte")


CASTRES = ("02142", "81065")
"""The two communes of that name."""


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("Rue du Pont Biais", "Rue des Lilas", "accepte"),  # one alone has the street
        ("Rue du Pont Biais", "Rue du Pont Biais", "a_verifier"),  # both have street and number
        ("Rue du Pont Biais", "Chemin du Pont Biais", "a_verifier"),  # one has another type
        ("Rue du Pont Bias", "Rue des Lilas", "a_verifier"),  # the street itself is not sure
    ],
)
@pytest.mark.parametrize("beside", [True, False])
def test_street_and_number_decide_between_homonyms(
    first: str, second: str, verdict: str, *, beside: bool
) -> None:
    town = Town(held(CASTRES[1], first), held(CASTRES[0], second))
    cells = {"adresse": "12 rue du pont biais", "commune": "Castres"}
    frame = pd.DataFrame([cells if beside else {"adresse": " ".join(cells.values())}])
    row = geocode(frame, town, Communes.load()).iloc[0]
    assert row["result_verdict"] == verdict
    said = set(row["result_reasons"].split(" | "))
    if verdict == "accepte":
        assert row["result_citycode"] == CASTRES[1]
        assert "homonyme_tranche" in said
        assert "commune_homonyme" not in said
    else:
        assert "homonyme_tranche" not in said
        assert "commune_homonyme" in said


def test_a_homonym_that_the_base_lacks_may_have_the_street_too() -> None:
    row = geocoded("12 rue du pont biais castres", held(CASTRES[1], "Rue du Pont Biais"))
    assert (row["result_citycode"], row["result_verdict"]) == (CASTRES[1], "a_verifier")
    row = geocoded(
        "99 rue du pont biais castres", held(CASTRES[1], "Rue du Pont Biais"), held(CASTRES[0], "Grande Rue")
    )  # fmt: skip
    assert row["result_verdict"] == "a_verifier"  # the number is nowhere


@pytest.mark.parametrize(
    "line",
    [
        "12 rue de paris",
        "12 rue de la fontaine",
        "12 rue gabriel péri",
        "12 rue de bondy",
        "12 pantin",
    ],
)
def test_a_street_that_bears_the_name_of_a_commune_is_not_its_commune(line: str) -> None:
    row = one(line)
    assert row["result_verdict"] == "rejete"
    assert row["result_type"] in {"none", "municipality"}


def test_an_absent_street_keeps_its_commune_and_chooses_no_other() -> None:
    row = one("12 rue des sept arpents bondy")  # it is in Pantin
    assert row["result_type"] == "municipality"
    assert row["result_citycode"] == "93010"


def test_a_commune_that_the_base_does_not_hold_is_said() -> None:
    row = one("12 rue de la république toulouse")
    assert "commune_absente_index" in row["result_reasons"]
    assert row["result_citycode"] == "31555"


def test_a_misspelt_commune_in_its_own_column_is_found_without_a_postcode() -> None:
    row = one("12 rue du maréchal joffre", commune="Vaires sur Mrane")
    assert row["result_citycode"] == "77479"
    assert "commune_corrigee" in row["result_reasons"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("st-denis", "saint denis"), ("L'ISLE ADAM", "l isle adam"), ("Chalon s/ Saône", "chalon sur saone"),
        ("Rochelle", "la rochelle"), ("Charleville Mezieres", "charleville mezieres"), ("Le Mole", ""),
    ],
)  # fmt: skip
def test_names_are_found_as_they_are_shortened(written: str, name: str) -> None:
    assert NAMES.exact(tidy(fold(written))) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("pantni", "pantin"), ("bndy", "bondy"), ("levallois", "levallois perret"),
        ("neuilly sur sein", "neuilly sur seine"),
        ("cormeil en parisis", "cormeilles en parisis"), ("vanve", "vanves"),
        ("charlevile mezieere", "charleville mezieres"),
    ],
)  # fmt: skip
def test_misspelt_names_are_found(written: str, name: str) -> None:
    assert name in {near.name for near in NAMES.near(written)}


def test_a_line_misspelt_all_over_has_proposals() -> None:
    row = one("12 rue des spet harpens pantni")
    assert row["result_verdict"] == "a_verifier"
    assert "12 Rue des Sept Arpents" in row["result_label"] + row["result_alternatives"]


def test_a_misspelt_commune_that_is_another_is_proposed() -> None:
    both = Town(held("02100", "Grande Rue"), held("93010", "Rue des Sept Arpents"))
    frame = pd.DataFrame([{"adresse": "12 rue des sept arpents bony"}])
    row = geocode(frame, both, Communes.load()).iloc[0]
    assert (row["result_citycode"], row["result_type"]) == ("02100", "municipality")
    assert row["result_verdict"] == "a_verifier"
    assert row["result_alternatives"].startswith("12 Rue des Sept Arpents")


def geocoded(line: str, *communes: CommuneAddresses) -> pd.Series:
    return geocode(pd.DataFrame([{"adresse": line}]), Town(*communes), Communes.load()).iloc[0]


def test_a_misspelt_name_between_two_communes_is_doubted() -> None:
    row = geocoded(
        "12 rue du moulin sedon", held("08409", "Rue du Moulin"), held("35236", "Rue du Moulin")
    )
    assert row["result_verdict"] == "a_verifier"
    assert "plusieurs_communes" in row["result_reasons"]
    named = f"{row['result_label']} {row['result_alternatives']}"
    assert "Sedan" in named
    assert "Redon" in named


def test_a_name_half_alike_beside_a_commune_that_may_be_part_of_it_is_not_accepted() -> None:
    (code,) = Communes.load().by_name("verne")
    row = geocoded("18 rue jules verne", held(code, "Rue Jules Hubert"))
    assert row["result_verdict"] != "accepte"


def test_a_street_over_two_arrondissements_is_where_its_number_is() -> None:
    odd = street("Cours Gambetta", "1 3 5 7 9 11 13", code="69387", postcode="69007")
    row = geocoded(
        "12 cours gambetta lyon",
        CommuneAddresses("69387", "Lyon", (odd,)),
        held("69383", "Cours Gambetta"),
    )
    assert (row["result_citycode"], row["result_verdict"]) == ("69383", "accepte")


def coded(*, all_held: bool = True) -> Town:
    """Make the communes of the postal code 08200, one street of its own in each; Sedan has two."""
    codes = [c for c in Communes.load().by_postcode("08200") if all_held or c == "08409"]
    own = (held(c, f"Rue du Pré{c}") for c in codes if c != "08409")
    gap = street("Quai du Bief", "2 4 8 10", at=(0, 5000), code="08409", postcode="08200")
    sedan = held("08409", "Rue Fontaine Lafayette", "Rue des Trois Obus")
    return Town(replace(sedan, streets=(*sedan.streets, gap)), *own)


def alone(line: str, town: Town, **cells: str) -> pd.Series:
    """Geocode a line that names no commune."""
    return geocode(pd.DataFrame([{"adresse": line, **cells}]), town, Communes.load()).iloc[0]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("12 Rue Fontaine Lafayette 08200", {}),
        ("12 rue fontaine lafayette, 08200", {}),
        ("08200 12 RUE FONTAINE LAFAYETTE", {}),
        ("12 Rue Fontaine Lafayette", {"code_postal": "08200"}),
        ("12 Rue Fontaine Lafayete 08200", {}),
    ],
)
def test_a_postal_code_alone_is_a_place(line: str, cells: dict[str, str]) -> None:
    row = alone(line, coded(), **cells)
    assert row["result_label"].startswith("12 Rue Fontaine Lafayette")
    assert row["result_verdict"] == "accepte"
    assert "commune_par_code_postal" in row["result_reasons"]


def test_the_code_of_an_arrondissement_is_its_commune() -> None:
    row = alone("12 avenue du maine 75014", TOWN)
    assert row["result_label"].startswith("12 Avenue du Maine")
    assert row["result_verdict"] == "accepte"


def test_a_code_decides_nothing_where_a_commune_of_it_is_not_held() -> None:
    row = alone("12 Rue Fontaine Lafayette 08200", coded(all_held=False))
    assert row["result_label"].startswith("12 Rue Fontaine Lafayette")
    assert row["result_verdict"] == "a_verifier"


@pytest.mark.parametrize("line", ["12 Avenue Fontaine Lafayette 08200", "6 Quai du Bief 08200"])
def test_another_type_or_a_missing_number_is_not_settled_by_a_code(line: str) -> None:
    assert alone(line, coded())["result_verdict"] == "a_verifier"


def test_two_communes_of_a_code_with_the_street_are_both_named() -> None:
    twice = Town(held("08409", "Rue du Stade"), held("08043", "Rue du Stade"))
    row = alone("12 Rue du Stade 08200", twice)
    assert row["result_verdict"] == "a_verifier"
    assert "plusieurs_communes" in row["result_reasons"]
    assert "12 Rue du Stade" in row["result_alternatives"]


@pytest.mark.parametrize("line", ["12 Rue des Trsi Obsu 08200", "12 Rue des Tosi Oubs 08200"])
def test_a_line_of_a_code_alone_is_not_refused_while_a_street_resembles(line: str) -> None:
    row = alone(line, coded())
    assert row["result_verdict"] == "a_verifier"
    assert "Rue des Trois Obus" in row["result_label"] + row["result_alternatives"]


def test_a_town_misspelt_as_another_that_exists_is_proposed_with_its_street() -> None:
    both = Town(held("93010", "Rue du Général Leclerc"), held("02100", "Grande Rue"))
    row = alone("12 Rue du Général Lecler Bony", both)
    assert row["result_verdict"] != "accepte"
    assert "Bondy" in row["result_label"] + row["result_alternatives"]
