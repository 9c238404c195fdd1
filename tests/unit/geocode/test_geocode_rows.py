"""Rows through the geocoder on an invented town: streets, numbers, grades, communes, coordinates."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from geocode_town import NEIGHBOUR, SOUTH, TOWN, WEST, Registry, Town, street
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from tfpb.geocode import CommuneAddresses, geocode
from tfpb.geocode.coordinates import read_given
from tfpb.model.codes import GeocodeVerdict
from tfpb.model.projection import legal_epsg, to_lonlat
from tfpb.model.results import ADDRESS_COLUMNS, RESULT_COLUMNS
from tfpb.words.places.address_words import REASONS, TYPES


def one(
    address: str = "",
    *,
    town: Town | None = None,
    aliases: dict[str, str] | None = None,
    **cells: str,
) -> pd.Series:
    """Geocode one row of the invented town."""
    row = {"adresse": address, "code_insee": "99001", **cells}
    frame = geocode(pd.DataFrame([row]), town or Town(), Registry(), aliases=aliases)
    return frame.iloc[0]


def reasons(row: pd.Series) -> set[str]:
    return set(filter(None, row["result_reasons"].split(" | ")))


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("12 rue du general leclerc", "12 Rue du Général Leclerc"),
        ("12 R. DU GAL LECLERC BAT B", "12 Rue du Général Leclerc"),
        ("12 RUE LECLERC", "12 Rue du Général Leclerc"),
        ("40 AV DE LATTRE DE TAS.BAT.E2", "40 Avenue du Maréchal de Lattre de Tassigny"),
        ("12BIS RUE DES LILAS", "12bis Rue des Lilas"),
        ("12 B RUE DES LILAS", "12bis Rue des Lilas"),
        ("20 T RUE DES LILAS", "20ter Rue des Lilas"),
        ("3RUEL.A. BLANQUI", "3 Rue Louis Auguste Blanqui"),
        ("3 RUE BLANQUI", "3 Rue Louis Auguste Blanqui"),
        ("3 RUE BLANQUI LOUIS AUGUSTE", "3 Rue Louis Auguste Blanqui"),
        ("3 RUE LOUIS AUGUSTE BLANKI", "3 Rue Louis Auguste Blanqui"),
        ("5 RUE DU HUIT MAI", "5 Rue du 8 Mai 1945"),
        ("2 PLACE DU 11 NOVEMBRE 1918", "2 Place du Onze Novembre"),
        ("4 RUE POLLISSARD", "4 Rue Auguste Polissard"),
        ("4 RUE AUGUSTE POLISARRD", "4 Rue Auguste Polissard"),
        ("5RUEGERMAINE TILLON", "5 Rue Germaine Tillion"),
        ("5 RUE GERMAINETILLION", "5 Rue Germaine Tillion"),
        ("7 RUE DE L'EGALITE", "7 Rue de l’Égalité"),
        ("7 RUE DE L EGALITÃ‰", "7 Rue de l’Égalité"),
        ("30 GDE RUE ESC B", "30 Grande Rue"),
        ("2 RUE DE LA TOUR", "2 Rue de la Tour"),
        ("3 AVENUE DU QUARTIER NEUF", "3 Avenue du Quartier Neuf"),
        ("2 RES. LES HORTENSIAS", "2 Résidence les Hortensias"),
        ("1 RUE STE BARBE", "1 Rue Sainte-Barbe"),
        ("8 RUE MARTIN LUTHER KING VALFLEURY SUR ORGE", "8 Rue Martin Luther King"),
    ],
)
def test_the_street_meant_is_found(line: str, label: str) -> None:
    row = one(line)
    assert row["result_label"] == f"{label} 99000 Valfleury-sur-Orge"
    assert row["result_type"] == "housenumber"
    assert row["result_verdict"] == "accepte"
    assert row["result_status"] == "ok"
    assert row["result_confidence"] > 0.95


@pytest.mark.parametrize(
    "written", ["REU", "CUE", "UE", "RE", "RRUE", "RUZE", "URE", "RUP", "AVNEUE"]
)
def test_a_slip_inside_the_type_costs_nothing(written: str) -> None:
    named = {"AVNEUE": "AVENUE GALLIENI"}
    street = named.get(written, "RUE DES LILAS")
    rest = street.partition(" ")[2]
    row = one(f"1 {written} {rest}")
    assert row["result_verdict"] == "accepte"
    assert row["result_id"] == one(f"1 {street}")["result_id"]


def test_a_word_near_rue_does_not_hide_another_type() -> None:
    row = one("3 RUTE DES ECOLES")
    assert row["result_verdict"] != "accepte"  # « Rue » nor « Route » des Écoles: there is a chemin


def test_label_identifier_and_coordinates() -> None:
    row = one("12 bis rue des lilas")
    assert row["result_id"] == "99001_ruedesli0_00012_bis"
    assert row["result_housenumber"] == "12bis"
    assert row["result_name"] == "Rue des Lilas"
    assert (row["result_x"], row["result_y"]) == (WEST + 60, SOUTH + 600)
    lon, lat = to_lonlat(np.array([row["result_x"]]), np.array([row["result_y"]]), 2154)
    assert row["longitude"] == pytest.approx(lon[0], abs=1e-7)
    assert row["latitude"] == pytest.approx(lat[0], abs=1e-7)
    assert row["result_source"] == "Base fictive 2025"
    assert row["result_entrances"] == "12bis"


@pytest.mark.parametrize(
    "line", ["5 RUE PASTEUR", "12 AVENUE VICTOR HUGO", "3 RUE DES LOMBARDS", "8 RUE JEAN JAURES"]
)
def test_streets_that_do_not_exist_are_refused(line: str) -> None:
    row = one(line)
    assert row["result_verdict"] == "rejete"
    assert row["result_type"] == "municipality"
    assert "voie_inconnue" in reasons(row)
    assert row["result_radius_m"] > 1000


def test_range_gathers_what_exists_on_its_side() -> None:
    row = one("12-18 rue des lilas")
    assert row["result_type"] == "range"
    assert row["result_entrances"] == "12 | 12bis | 14 | 16 | 18"
    assert row["result_housenumber"] == "12"
    assert row["result_id"].endswith("_00012")
    assert row["result_radius_m"] >= 15
    assert row["result_verdict"] == "accepte"


def test_range_of_both_parities_and_list() -> None:
    assert one("11-14 rue des lilas")["result_entrances"] == "11 | 12 | 12bis | 14"
    assert one("1-3-9 rue des lilas")["result_entrances"] == "1 | 3 | 9"
    assert one("1 et 5-9 rue des lilas")["result_entrances"] == "1 | 5 | 7 | 9"


def test_range_with_a_missing_end_says_so() -> None:
    row = one("16-22 rue des lilas")
    assert row["result_entrances"] == "16 | 18 | 20ter"
    assert "plage_incomplete" in reasons(row)


def test_range_known_by_one_end_only_is_doubtful() -> None:
    row = one("8-200 rue de l'egalite")
    assert row["result_verdict"] == "a_verifier"
    assert "plage_etendue" in reasons(row)


def test_other_suffix_is_near_enough() -> None:
    row = one("14 bis rue des lilas")
    assert row["result_housenumber"] == "14"
    assert row["result_radius_m"] == 30
    assert "suffixe_absent" in reasons(row)
    row = one("20 rue des lilas")
    assert row["result_housenumber"] == "20ter"


def test_missing_number_lies_between_its_neighbours() -> None:
    towns = Town(CommuneAddresses("99001", "Ville", (street("Rue des Lilas", "2 4 10 12 1 3"),)))
    row = one("6 rue des lilas", town=towns)
    assert row["result_type"] == "interpolated"
    assert row["result_x"] == pytest.approx(WEST + 30)
    assert row["result_id"] == "99001_ruedesli0"
    assert row["result_housenumber"] == ""
    assert row["result_radius_m"] == 50
    assert row["result_verdict"] == "accepte"
    assert "numero_interpole" in reasons(row)


def test_number_past_the_end_is_to_be_checked() -> None:
    row = one("14 rue de l'egalite")
    assert row["result_type"] == "interpolated"
    assert row["result_verdict"] == "a_verifier"
    assert "numero_au_dela" in reasons(row)
    far = one("900 rue de l'egalite")
    assert far["result_type"] == "street"
    assert "numero_absent" in reasons(far)


def test_street_without_number() -> None:
    row = one("rue de l'egalite")
    assert row["result_type"] == "street"
    assert row["result_radius_m"] == 50
    assert "sans_numero" in reasons(row)


def test_locality_needs_no_number() -> None:
    row = one("LE MOULIN BRULE")
    assert row["result_type"] == "locality"
    assert row["result_verdict"] == "accepte"
    assert row["result_radius_m"] == 300


def test_same_number_twice_far_apart_is_ambiguous() -> None:
    row = one("2 chemin des ecoles")
    assert row["result_verdict"] == "a_verifier"
    assert {"numero_en_double", "voie_en_double"} <= reasons(row)
    assert row["result_radius_m"] > 1000


def test_old_commune_tells_streets_of_one_name_apart() -> None:
    row = one("2 chemin des ecoles", commune="Orge-le-Vieux", code_insee="")
    assert row["result_postcode"] == "99010"
    assert row["result_verdict"] == "accepte"
    by_postcode = one("2 chemin des ecoles", code_postal="99000")
    assert by_postcode["result_y"] == SOUTH + 300


def test_street_listed_twice_side_by_side_is_one() -> None:
    twice = Town(
        CommuneAddresses(
            "99001",
            "Ville",
            (street("Av des Lilas", "1 3"), street("Avenue des Lilas", "2 4", at=(0, 40))),
        )
    )
    row = one("4 avenue des lilas", town=twice)
    assert row["result_housenumber"] == "4"
    assert row["result_verdict"] == "accepte"


def test_number_astray_from_its_neighbours_is_doubted() -> None:
    strayed = street("Rue des Lilas", "2 4 6 8 10")
    strayed.x[2] += 900
    row = one("6 rue des lilas", town=Town(CommuneAddresses("99001", "Ville", (strayed,))))
    assert "numero_decale" in reasons(row)
    assert row["result_verdict"] == "a_verifier"
    assert row["result_radius_m"] > 800


def test_type_and_number_decide_together() -> None:
    assert one("8 IMPASSE DES TILLEULS")["result_verdict"] == "a_verifier"
    row = one("8 TILLEULS")
    assert row["result_name"] == "Allée des Tilleuls"
    two = one("2 RUE DES TILLEULS")
    assert two["result_verdict"] == "a_verifier"
    assert "Impasse des Tilleuls" in two["result_alternatives"] + two["result_label"]


def test_alternatives_carry_their_likeness() -> None:
    row = one("2 TILLEULS")
    first = row["result_alternatives"].split(" | ")[0]
    assert first.startswith(("2 Allée des Tilleuls", "2 Impasse des Tilleuls"))
    assert 0 < float(first.rsplit("(", 1)[1].rstrip(")")) <= 1


def test_alternatives_can_be_geocoded_in_their_turn() -> None:
    row = one("2 TILLEULS")
    picked = row["result_alternatives"].split(" | ")[0].rsplit(" (", 1)[0]
    again = one(picked)
    assert again["result_verdict"] == "accepte"
    assert again["result_label"] == picked


def test_numbers_next_to_a_missing_one_are_proposed() -> None:
    row = one("14 rue de l'egalite")
    assert row["result_alternatives"].startswith("8 Rue de l’Égalité 99000 Valfleury-sur-Orge (")


def test_alias_of_the_user_is_followed() -> None:
    assert one("5 rue de l'ancienne poste")["result_verdict"] == "rejete"
    row = one("5 R DE L'ANCIENNE POSTE", aliases={"Rue de l’Ancienne Poste": "Rue Baudelaire"})
    assert row["result_label"].startswith("5 Rue Baudelaire")
    assert "voie_renommee" in reasons(row)
    assert row["result_verdict"] == "accepte"


def test_other_address_of_the_line_serves_when_the_first_is_unknown() -> None:
    row = one("5 ALLEE INTROUVABLE ANC 3 R BAUDELAIRE")
    assert row["result_label"].startswith("3 Rue Baudelaire")
    assert row["result_verdict"] == "a_verifier"
    assert {"ancienne_adresse", "autre_adresse_retenue"} <= reasons(row)
    known = one("5 ALLEE DES TILLEULS ANC 3 R BAUDELAIRE")
    assert known["result_name"] == "Allée des Tilleuls"
    assert known["result_verdict"] == "accepte"


def test_two_streets_meet_at_a_corner() -> None:
    row = one("Gallieni/Polissard")
    assert row["result_verdict"] == "a_verifier"
    assert {"deux_voies", "deux_voies_trouvees"} <= reasons(row)
    assert row["result_radius_m"] < 100
    assert abs(row["result_y"] - (SOUTH + 902)) < 10


def test_name_of_the_residence_and_parcel_come_last() -> None:
    row = one("BATIMENT PRINCIPAL", nom="RES LES HORTENSIAS")
    assert row["result_name"] == "Résidence les Hortensias"
    assert row["result_verdict"] == "a_verifier"
    assert "par_nom_de_residence" in reasons(row)
    by_parcel = one("RUE INTROUVABLE", parcelle="AB 119")
    assert by_parcel["result_name"] == "Rue Martin Luther King"
    assert by_parcel["result_parcelle"] == "99001000AB0119"
    assert "par_parcelle" in reasons(by_parcel)


def test_parcels_of_line_column_and_base() -> None:
    assert (
        one("1 rue des lilas - Parcelle : 000 / AB / 0119")["result_parcelle"] == "99001000AB0119"
    )
    assert one("1 rue des lilas", parcelle="99001000CD0007")["result_parcelle"] == "99001000CD0007"
    assert one("1 rue martin luther king")["result_parcelle"] == "99001000AB0119"


@pytest.mark.parametrize(
    ("cells", "verdict", "reason"),
    [
        ({"code_insee": "99001"}, "accepte", ""),
        ({"code_insee": "99009"}, "accepte", ""),
        ({"code_insee": "", "commune": "VALFLEURY SUR ORGE"}, "accepte", ""),
        ({"code_insee": "", "commune": "Valfleury s/ Orge", "code_postal": "99000"}, "accepte", ""),
        ({"code_insee": "", "commune": "VALFLEURY SUR ORGE CEDEX", "code_postal": "99001"}, "accepte", ""),
        ({"code_insee": "", "commune": "VALFLURY ORGE", "code_postal": "99000"}, "accepte", "corrigee"),
        ({"code_insee": "", "code_postal": "99000"}, "accepte", "commune_par_code_postal"),
        ({"code_insee": "99001", "commune": "Paris"}, "a_verifier", "commune_discordante"),
        ({"code_insee": "88888", "commune": "Valfleury-sur-Orge"}, "accepte", "code_insee_inconnu"),
    ],
)  # fmt: skip
def test_commune_is_resolved(cells: dict[str, str], verdict: str, reason: str) -> None:
    row = one("3 rue germaine tillion", **cells)
    assert row["result_citycode"] == "99001"
    assert reason in row["result_reasons"]
    assert row["result_verdict"] == verdict


def test_commune_in_the_line() -> None:
    row = one("3 rue germaine tillion 99000 VALFLEURY SUR ORGE", code_insee="")
    assert row["result_label"].startswith("3 Rue Germaine Tillion")
    assert row["result_verdict"] == "accepte"


def test_homonymous_communes_are_searched_together() -> None:
    row = one("3 rue de verdun", code_insee="", commune="St Orme")
    assert row["result_citycode"] == "99002"
    assert row["result_verdict"] == "a_verifier"
    assert "commune_homonyme" in reasons(row)
    sure = one("3 rue de verdun", code_insee="", commune="ST ORME", code_postal="99020")
    assert sure["result_verdict"] == "accepte"


def test_street_of_several_communes_of_a_postcode() -> None:
    row = one("3 rue des lilas", code_insee="", code_postal="99010")
    assert row["result_verdict"] == "a_verifier"
    assert "plusieurs_communes" in reasons(row)


def test_street_found_in_the_other_commune_is_said() -> None:
    row = one("3 rue de verdun", code_insee="99001", commune="Saint-Ormé", code_postal="99020")
    assert row["result_citycode"] == "99002"
    assert {"commune_discordante", "autre_commune"} <= reasons(row)
    assert row["result_verdict"] == "a_verifier"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"code_insee": "1004"}, "commune_absente_index"),
        ({"code_insee": "20004"}, "commune_absente_index"),
        ({"code_insee": "2a004"}, "commune_absente_index"),
        ({"code_insee": "", "commune": "PARIS 11"}, "commune_absente_index"),
        ({"code_insee": "75111"}, "commune_absente_index"),
        ({"code_insee": ""}, "commune_inconnue"),
        ({"code_insee": "", "commune": "Nulle-Part"}, "commune_inconnue"),
    ],
)
def test_commune_that_the_base_lacks(cells: dict[str, str], reason: str) -> None:
    row = one("3 rue de verdun", **cells)
    assert row["result_status"] == "not-found"
    assert row["result_type"] == "none"
    assert math.isnan(row["result_x"])
    assert reason in reasons(row)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"code_insee": "1004"}, "01004"),
        ({"code_insee": "20004"}, "2A004"),
        ({"code_insee": "", "commune": "PARIS 11"}, "75111"),
        ({"code_insee": "", "commune": "Paris", "code_postal": "75011"}, "75111"),
        ({"code_insee": "75056", "code_postal": "75011"}, "75111"),
        ({"code_insee": "", "commune": "AMBERIEU EN BUGEY", "code_postal": "1500"}, "01004"),
    ],
)
def test_code_of_the_commune_is_mended(cells: dict[str, str], code: str) -> None:
    assert one("3 rue de verdun", **cells)["result_citycode"] == code


def test_arrondissement_is_searched_under_either_code() -> None:
    paris = street("Rue de Verdun", "3", code="75111", postcode="75011")
    row = one(
        "3 rue de verdun",
        town=Town(CommuneAddresses("75111", "Paris 11e Arrondissement", (paris,))),
        code_insee="75056",
        code_postal="75011",
    )
    assert row["result_citycode"] == "75111"
    assert row["result_verdict"] == "accepte"


X, Y = WEST + 500 + 25, SOUTH
LON, LAT = (float(v) for v in to_lonlat(X, Y, 2154))


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (f"{X}", f"{Y}", ""),
        (f"{X:.1f}".replace(".", ","), f"{Y:.0f}", ""),
        (f"{Y}", f"{X}", "coordonnees_permutees"),
        (f"{LON:.6f}", f"{LAT:.6f}", ""),
        (f"{LAT:.6f}".replace(".", ","), f"{LON:.6f}".replace(".", ","), "coordonnees_permutees"),
    ],
)
def test_given_coordinates_are_recognised(x: str, y: str, reason: str) -> None:
    row = one("5 allee des tilleuls", x=x, y=y)
    assert row["result_type"] == "given"
    assert row["result_x"] == pytest.approx(X, abs=1)
    assert row["result_y"] == pytest.approx(Y, abs=1)
    assert row["result_verdict"] == "accepte"
    assert reason in row["result_reasons"]
    assert row["result_label"].startswith("5 Allée des Tilleuls")


def test_given_coordinates_in_another_projection() -> None:
    from pyproj import Transformer

    x, y = Transformer.from_crs(2154, 3857, always_xy=True).transform(X, Y)
    row = one("5 allee des tilleuls", x=str(x), y=str(y))
    assert row["result_x"] == pytest.approx(X, abs=1)
    assert "coordonnees_autre_projection" in reasons(row)


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ("2.35", "48.85", "coordonnees_hors_commune"),
        ("0", "0", "coordonnees_illisibles"),
        ("abc", "12", "coordonnees_illisibles"),
        ("700000", "", "coordonnees_illisibles"),
    ],
)
def test_given_coordinates_are_refused(x: str, y: str, reason: str) -> None:
    row = one("5 allee des tilleuls", x=x, y=y)
    assert row["result_type"] == "housenumber"
    assert row["result_x"] == X
    assert row["result_verdict"] == "a_verifier"
    assert reason in reasons(row)


def test_given_coordinates_far_from_the_address() -> None:
    row = one("5 allee des tilleuls", x=str(X + 900), y=str(Y))
    assert row["result_type"] == "given"
    assert row["result_verdict"] == "a_verifier"
    assert "coordonnees_loin_adresse" in reasons(row)


def test_given_coordinates_away_from_a_sure_address_are_as_sure_as_they_agree() -> None:
    row = one("12 rue du general leclerc", x=str(WEST + 160), y=str(SOUTH))
    assert (row["result_type"], row["result_verdict"]) == ("given", "accepte")
    assert row["result_radius_m"] == 100.0
    assert "coordonnees_ecartees" in reasons(row)
    close = one("12 rue du general leclerc", x=str(WEST + 90), y=str(SOUTH))
    assert close["result_radius_m"] == 15.0
    unsure = one("12 rue lecler", x=str(WEST + 160), y=str(SOUTH))
    assert "coordonnees_ecartees" not in reasons(unsure) or unsure["result_verdict"] == "accepte"


@pytest.mark.parametrize(
    ("x", "y", "radius"),
    [
        (f"{LON:.3f}", f"{LAT:.3f}", 78.6),
        (f"{LON:.2f}", f"{LAT:.2f}", 786.3),
        (f"{LON:.4f}", f"{LAT:.3f}", 15.0),
        (f"{X:.1f}", f"{round(Y, -2)}", 15.0),
        (f"{round(X, -2)}", f"{round(Y, -2)}", 70.7),
    ],
)
def test_rounded_coordinates_are_as_sure_as_their_step(x: str, y: str, radius: float) -> None:
    """A thousandth of a degree, 79 m away at most, was told within 15 m: a side without a doubt."""
    read = read_given(x, y, None, 2154)
    assert read is not None
    assert round(read.radius_m, 1) == radius
    assert ("coordonnees_arrondies" in read.reasons) == (radius > 15.0)


def test_rounded_coordinates_leave_a_sure_address_where_it_is() -> None:
    x, y = str(round(WEST + 60, -2)), str(round(SOUTH, -2))
    sure = one("12 rue du general leclerc", x=x, y=y)
    assert (sure["result_type"], sure["result_verdict"]) == ("housenumber", "accepte")
    assert "coordonnees_arrondies" in reasons(sure)
    lost = one("9 rue qui n existe pas", x=x, y=y)
    assert (lost["result_type"], lost["result_radius_m"]) == ("given", 70.7)


def test_a_point_that_several_unfound_addresses_bear_is_to_be_checked() -> None:
    middle, own = (str(WEST + 100), str(SOUTH + 150)), (str(WEST + 60), str(SOUTH + 90))
    lines = [
        ("12 rue inconnue au bataillon", "", *middle), ("bat c residence qwxzk", "", *middle),
        ("", "Les Aulnes", *middle), ("12 rue du general leclerc", "", *middle),
        # the address of one building after the other, and two rows of one résidence: a point of its own
        ("3 voie nouvelle bat a", "", *own), ("BAT B 3 VOIE NOUVELLE", "", *own),
        ("", "Les Ormes", str(WEST + 70), str(SOUTH)), ("", "LES ORMES", str(WEST + 70), str(SOUTH)),
        ("1 voie d'ailleurs", "", str(WEST + 80), str(SOUTH)), ("77 rue sans point", "", "", ""),
    ]  # fmt: skip
    frame = pd.DataFrame(lines, columns=["adresse", "nom", "x", "y"], index=[7] * len(lines))
    out = geocode(frame.assign(code_insee="99001"), Town(), Registry())
    assert out.index.tolist() == [7] * 10
    assert out["result_type"].tolist() == ["given"] * 9 + ["municipality"]
    doubted = out["result_reasons"].str.contains("coordonnees_non_recoupees").tolist()
    assert doubted == [True] * 3 + [False] * 7
    assert out["result_verdict"].tolist() == ["a_verifier"] * 3 + ["accepte"] * 6 + ["rejete"]
    assert reasons(out.iloc[0]) == {"voie_inconnue", "coordonnees_non_recoupees"}
    assert "coordonnees_non_recoupees" in REASONS


def test_overseas_coordinates() -> None:
    x, y = 655_000.0, 1_800_000.0
    there = street("Chemin de la Balance", "22", code="97101", postcode="97139")
    there.x[:], there.y[:] = x, y
    town = Town(CommuneAddresses("97101", "Les Abymes", (there,)))

    class Islands(Registry):
        names: ClassVar[dict[str, str]] = {"97101": "Les Abymes"}

    lon, lat = (float(v) for v in to_lonlat(x, y, 5490))
    frame = geocode(
        pd.DataFrame(
            [
                {
                    "adresse": "22 chemin de la balance",
                    "code_insee": "97101",
                    "x": str(lon),
                    "y": str(lat),
                }
            ]
        ),
        town,
        Islands(),
    )
    assert frame.loc[0, "result_type"] == "given"
    assert frame.loc[0, "result_x"] == pytest.approx(x, abs=0.5)
    assert frame.loc[0, "longitude"] == pytest.approx(lon, abs=1e-6)


def test_empty_rows_are_skipped_and_rubbish_refused() -> None:
    empty = one("")
    assert (empty["result_status"], empty["result_verdict"]) == ("skipped", "rejete")
    assert math.isnan(empty["result_x"])
    rubbish = one("NC")
    assert rubbish["result_verdict"] == "rejete"
    assert "pas_une_adresse" in reasons(rubbish)


def test_one_row_out_a_row_in_same_index() -> None:
    lines = ["1 rue des lilas", "", "NC", "5 rue introuvable", "12-14 rue des lilas"]
    frame = pd.DataFrame({"adresse": lines, "code_insee": "99001"}, index=[7, 3, 9, 1, 5])
    seen: list[int] = []
    out = geocode(frame, Town(), Registry(), progress=seen.append)
    assert list(out.index) == [7, 3, 9, 1, 5]
    assert tuple(out.columns) == RESULT_COLUMNS
    assert sum(seen) == len(lines)


def test_no_rows_no_trouble() -> None:
    out = geocode(pd.DataFrame(columns=list(ADDRESS_COLUMNS)), Town(), Registry())
    assert len(out) == 0
    assert tuple(out.columns) == RESULT_COLUMNS


def test_answers_do_not_depend_on_order() -> None:
    lines = [f"{n} {s.name}" for s in TOWN.streets for n in (1, 2, 99)]
    frame = pd.DataFrame({"adresse": lines, "code_insee": "99001"})
    forth = geocode(frame, Town(), Registry())
    back = geocode(frame.iloc[::-1], Town(), Registry()).iloc[::-1]
    pd.testing.assert_frame_equal(forth, back)


_CELLS = st.sampled_from(
    [
        "",
        "12",
        "99001",
        "RUE DES LILAS",
        "12 BIS RUE DES LILAS",
        "é",
        "NC",
        "-1",
        "99000",
        "1e9",
        "(",
        "|",
    ]
)


@settings(deadline=None, max_examples=tries(15, 150))
@given(st.fixed_dictionaries({c: st.one_of(_CELLS, st.text(max_size=20)) for c in ADDRESS_COLUMNS}))
def test_any_row_gives_one_answer_in_the_codes_of_the_contract(cells: dict[str, str]) -> None:
    row = geocode(pd.DataFrame([cells]), Town(), Registry()).iloc[0]
    assert row["result_verdict"] in set(GeocodeVerdict)
    assert row["result_type"] in TYPES
    assert row["result_status"] in {"ok", "not-found", "skipped", "error"}
    assert reasons(row) <= set(REASONS)
    assert 0 <= row["result_confidence"] <= 1
    if row["result_type"] == "none":
        assert math.isnan(row["result_x"])
    else:
        assert row["result_radius_m"] > 0


def test_neighbour_is_another_commune() -> None:
    assert one("5 rue des lilas", code_insee=NEIGHBOUR.citycode)["result_city"] == "Saint-Ormé"


@pytest.mark.parametrize(
    ("line", "street"),
    [
        ("5 rue des lials", "Rue des Lilas"),
        ("5 rue des lolyas", "Rue des Lilas"),
        ("3 rue blanqiu augsute", "Rue Louis Auguste Blanqui"),
        ("4 rue plossrd", "Rue Auguste Polissard"),
    ],
)
def test_two_typing_errors_are_found_or_proposed(line: str, street: str) -> None:
    row = one(line)
    assert street in row["result_label"] + row["result_alternatives"]
    assert row["result_verdict"] != "rejete"


def test_what_resembles_is_proposed_and_chosen_by_nobody() -> None:
    row = one("4 rue plsord")
    assert (row["result_type"], row["result_verdict"]) == ("municipality", "a_verifier")
    assert {"voie_inconnue", "voies_proposees"} <= reasons(row)
    first = row["result_alternatives"].split(" | ")[0]
    assert first.startswith("4 Rue Auguste Polissard 99000 Valfleury-sur-Orge (0.")


def test_what_resembles_nothing_is_refused_without_proposals() -> None:
    row = one("8 avenue du quetzalcoatl")
    assert (row["result_verdict"], row["result_alternatives"]) == ("rejete", "")
    assert "voies_proposees" not in reasons(row)


def test_at_most_five_streets_are_proposed() -> None:
    town = CommuneAddresses(
        "99001", "Valfleury-sur-Orge",
        tuple(street(f"Rue Ma{c}et", "1 2 3", at=(0, 50 * i)) for i, c in enumerate("bcdfghjk")),
    )  # fmt: skip
    assert len(one("2 rue mzzet", town=Town(town))["result_alternatives"].split(" | ")) == 5


@pytest.mark.parametrize(
    ("code", "x", "reason"),
    [
        ("93999", "660012", "coordonnees_non_controlees"),
        ("93999", "60", "coordonnees_hors_france"),
        ("97199", "660012", "coordonnees_hors_france"),  # overseas: nothing says which projection
    ],
)
def test_coordinates_are_kept_unchecked_where_the_base_lacks_the_commune(
    code: str, x: str, reason: str
) -> None:
    read = read_given(x, "6860034", None, legal_epsg(code))
    assert read is not None
    assert (read.reasons, read.usable) == ((reason,), reason == "coordonnees_non_controlees")
    assert not read.checked
