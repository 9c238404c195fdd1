"""The register of dwellings (RPLS) is a stock: counted by entrance, nothing lost, nothing private read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from everywhere import small_settings
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.recognition import recognise, safe_copy
from tfpb.io.sources.toml_files import read_settings
from tfpb.model.codes import PROPOSED
from tfpb.model.projection import moved
from tfpb.perimeters import declared_doubts, proposed_residences

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.errors import Fault

COMMON = {
    "DEPCOM": "59350", "CODEPOSTAL": "59000", "LIBCOM": "LILLE", "NUMVOIE": "0012", "INDREP": "9",
    "TYPVOIE": "RUE", "NOMVOIE": "DES LILAS", "BAT": "", "ENTREE": "", "TYPECONST": "C", "NBPIECE": "3",
    "SURFHAB": "61", "CONSTRUCT": "1969", "LOCAT": "1970", "FINAN": "10", "NUMCONV": "59/1", "QPV": "1",
    "MODE": "1", "BAIL": "07/2013", "LOYERPRINC": "412,30", "NUMAPPT": "14", "IDENT_REP": "",
}  # fmt: skip
CODED = ("DEPCOM", "TYPECONST", "FINAN", "QPV")


def dwelling(**other: str) -> dict[str, str]:
    return {**COMMON, **other}


def read(
    folder: Path, rows: list[dict[str, str]], year: int = 2025
) -> tuple[pd.DataFrame, list[Fault]]:
    frame = pd.DataFrame(rows).fillna("")
    frame.to_csv(folder / "patrimoine.csv", sep=";", index=False, encoding="cp1252")
    toml = folder / "dossier.toml"
    toml.write_text(small_settings().replace("2025\n", f"{year}\n"), encoding="utf-8")
    settings, _ = read_settings(toml)
    assert settings is not None
    inputs, faults = gather_inputs(settings)
    return inputs.frames["patrimoine"], list(faults)


def test_dwellings_are_counted_by_entrance_and_none_is_lost(tmp_path: Path) -> None:
    rows = [
        *[dwelling() for _ in range(3)],
        dwelling(NUMVOIE="12"),  # the same door, its number written otherwise
        *[dwelling(BAT="B", ENTREE=str(k % 2)) for k in range(5)],
        *[dwelling(DEPCOM="59009", LIBCOM="VILLENEUVE") for _ in range(2)],
        dwelling(NUMVOIE="14", INDREP="B", TYPECONST="I", CONSTRUCT="1999"),
    ]
    stock, faults = read(tmp_path, rows)
    assert stock["nb_logements"].tolist() == [4, 3, 2, 2, 1]
    assert stock["adresse"].tolist() == [*["12 RUE DES LILAS"] * 4, "14 B RUE DES LILAS"]
    assert stock["id_batiment"].tolist() == ["", "B 0", "B 1", "", ""]
    assert stock["code_insee"].tolist() == [*["59350"] * 3, "59009", "59350"]
    assert stock["type_habitat"].tolist() == [*["collectif"] * 4, "individuel"]
    assert stock["annee_construction"].tolist() == [*[1969] * 4, 1999]
    assert stock["_ligne"].tolist() == [2, 6, 7, 11, 13]
    (told,) = (f for f in faults if f.code == "rpls_lu")
    assert told.fields == {"logements": 12, "entrees": 5}
    assert {f.severity.value for f in faults} == {"doute"}


def test_both_headers_say_the_same(tmp_path: Path) -> None:
    rows = [dwelling(BAT=b, NUMVOIE=n) for b in "AB" for n in ("1", "3", "3")]
    names = {"LIBCOM": "DEPCOM_LIBELLE", **{name: f"{name}_CODE" for name in CODED}}
    later = [{names.get(k, k): v for k, v in row.items()} for row in rows]
    one, _ = read(tmp_path, rows)
    other, faults = read(tmp_path, [{"REG_CODE": "32", **row} for row in later])
    pd.testing.assert_frame_equal(one, other)
    assert {f.code for f in faults} == {"rpls_lu", "exoneration_estimee"}


def test_six_columns_of_ten_make_a_register_unless_dwellings_are_counted(tmp_path: Path) -> None:
    kept = ("DEPCOM", "NOMVOIE", "TYPVOIE", "NUMVOIE", "CONSTRUCT", "LOCAT", "FINAN")
    rows = [{k: v for k, v in dwelling().items() if k in kept}] * 4
    assert read(tmp_path, rows)[0]["nb_logements"].tolist() == [4]
    gathered = [{**rows[0], "id_residence": f"R{k}", "nb_logements": "9"} for k in range(4)]
    stock, faults = read(tmp_path, gathered)
    assert stock["nb_logements"].tolist() == [9] * 4
    assert "rpls_lu" not in {f.code for f in faults}


def test_rents_leases_doors_and_tenants_are_never_read(tmp_path: Path) -> None:
    rows = [dwelling(NOM_LOCATAIRE="Mme DURAND", NUMAPPT=str(k)) for k in range(9)]
    stock, faults = read(tmp_path, rows)
    text = stock.drop(columns=["_ligne"]).to_string() + " ".join(
        str(f.fields) + f.got for f in faults
    )
    assert not [w for w in ("412", "2013", "DURAND") if w in text]
    found = recognise(tmp_path / "patrimoine.csv")
    assert found.role == "patrimoine"
    assert {"LOYERPRINC", "BAIL", "MODE", "NUMAPPT", "NOM_LOCATAIRE"} <= set(found.dropped)
    (tmp_path / "patrimoine.csv").write_bytes(safe_copy(tmp_path / "patrimoine.csv", found))
    assert b"DURAND" not in (tmp_path / "patrimoine.csv").read_bytes()
    settings, _ = read_settings(tmp_path / "dossier.toml")
    assert settings is not None
    assert gather_inputs(settings)[0].frames["patrimoine"]["nb_logements"].tolist() == [9]


@pytest.mark.parametrize(
    ("let", "state"),
    [
        ("1994", "échue (estimé)"),  # 1994 + 30 is past in 2025
        ("1995", "inconnue"),
        ("2009", "inconnue"),
        ("2010", "en cours (estimé)"),  # 2010 + 15 is to come
        ("", "inconnue"),
        ("9999", "inconnue"),
    ],
)
def test_an_exemption_is_an_estimate_and_never_a_date(tmp_path: Path, let: str, state: str) -> None:
    stock, faults = read(tmp_path, [dwelling(LOCAT=let)] * 2)
    assert stock["exo_estimee"].tolist() == [state]
    assert stock["fin_exoneration"].tolist() == [None]
    (told,) = (f for f in faults if f.code == "exoneration_estimee")
    assert told.fields["annee"] == 2025
    mixed, _ = read(tmp_path, [dwelling(LOCAT=let), dwelling(LOCAT="2000")])
    assert mixed["exo_estimee"].tolist() == ["inconnue"]


def test_a_date_that_the_landlord_knows_is_kept(tmp_path: Path) -> None:
    stock, faults = read(tmp_path, [dwelling(fin_exoneration="31/12/2031")] * 2)
    assert str(stock["fin_exoneration"].iloc[0]) == "2031-12-31"
    assert "exoneration_estimee" not in {f.code for f in faults}


def test_points_are_taken_with_their_projection_alone(tmp_path: Path) -> None:
    east, north = moved([3.06], [50.63], 4326, 27572)
    other = {"X": f"{east[0]:.1f}".replace(".", ","), "Y": f"{north[0]:.1f}".replace(".", ",")}
    known = moved([3.06], [50.63], 4326, 2154)
    stock, _ = read(tmp_path, [dwelling(EPSG="27572", **other)])
    assert (stock["x"].iloc[0], stock["y"].iloc[0]) == pytest.approx(
        (known[0][0], known[1][0]), abs=1
    )
    for more in (
        {"EPSG": ""}, {"EPSG": "99999"}, {"EPSG": "27572", "QUALITE_XY": "33"},
        {"EPSG": "27572", "DISTANCE_PRECISION": "500"},
    ):  # fmt: skip
        stock, faults = read(tmp_path, [dwelling(**other, **more)])
        assert np.isnan(stock["x"].iloc[0]), more
        assert {f.severity.value for f in faults} == {"doute"}


def test_a_programme_code_wins_over_any_proposal(tmp_path: Path) -> None:
    rows = [dwelling(**{"Code programme": "P1", "NOMVOIE": v}) for v in ("DES LILAS", "DES PINS")]
    stock, _ = read(tmp_path, rows)
    assert stock["id_residence"].tolist() == ["P1", "P1"]
    assert stock[PROPOSED].tolist() == ["", ""]
    bare, _ = read(tmp_path, [dwelling(), dwelling(NOMVOIE="DES PINS")])
    assert bare["id_residence"].tolist() == ["59350-1969-RUE-DES-LILAS", "59350-1969-RUE-DES-PINS"]


def test_what_is_counted_twice_or_not_is_told(tmp_path: Path) -> None:
    rows = [dwelling(IDENT_REP=f"R{k % 3}") for k in range(4)]
    total = dict.fromkeys(COMMON, "") | {"SURFHAB": "10862"}
    stock, faults = read(tmp_path, [*rows, total])
    told = {f.code: f.fields for f in faults}
    assert stock["nb_logements"].tolist() == [4]
    assert told["rpls_logement_en_double"] == {"nombre": 1}
    assert told["rpls_sans_adresse"] == {"nombre": 1}


def points(**columns: list[object]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    base = {
        "id_residence": [f"R{k}" for k in range(count)], "nom": [f"N{k}" for k in range(count)],
        "annee_construction": [1969] * count, "code_insee": ["59350"] * count,
        "nb_logements": [10 + k for k in range(count)], PROPOSED: ["1"] * count, "result_y": [0.0] * count,
    }  # fmt: skip
    return pd.DataFrame({**base, **columns})


def test_entrances_of_one_year_within_100_m_are_proposed_as_one() -> None:
    out, told = proposed_residences(points(result_x=[0.0, 99.0, 198.0, 299.0]))
    assert out["id_residence"].tolist() == ["R2", "R2", "R2", "R3"]  # 101 m is too far
    assert out["nom"].tolist() == ["N2", "N2", "N2", "N3"]
    assert (told[0].code, told[0].fields) == ("residences_proposees", {"nombre": 2, "entrees": 4})
    x: list[object] = [0.0, 10.0]
    for other in (
        {"annee_construction": [1969, 1970]},
        {"code_insee": ["59350", "59009"]},
        {PROPOSED: ["1", ""]},
    ):
        apart = proposed_residences(points(result_x=x, **other))[0]  # type: ignore[arg-type]
        assert apart["id_residence"].tolist() == ["R0", "R1"]


def test_entrances_without_place_keep_their_street() -> None:
    nowhere: list[object] = [np.nan, np.nan, 5.0]
    out, _ = proposed_residences(points(result_x=nowhere, id_residence=["R0", "R0", "R1"]))
    assert out["id_residence"].tolist() == ["R0", "R0", "R1"]


def test_a_flag_against_the_located_side_is_doubted_and_one_that_a_map_explains_is_not() -> None:
    located = pd.DataFrame(
        {
            "adresse": list("abcde"), "nb_logements": [1, 2, 4, 8, 16],
            "qpv_declare": ["oui", "non", "oui", "oui", ""],
            "qpv2015_statut": ["dans", "dans", "hors", "a_verifier", "dans"],
            "qpv2024_statut": ["hors", "dans", "hors", "hors", "hors"],
            "qpv_statut": ["hors", "dans", "hors", "hors", "hors"],
        }
    )  # fmt: skip
    (doubt,) = declared_doubts(located)
    assert (doubt.code, doubt.got, doubt.fields) == (
        "rpls_qpv_contraire",
        "b",
        {"nombre": 2, "colonne": ""},
    )
    own = located.drop(columns="qpv_declare").assign(QPV=["QN05971N", "Hors QPV", "O", "x", ""])
    (doubt,) = declared_doubts(own)
    assert (doubt.got, doubt.fields) == ("b", {"nombre": 2, "colonne": "QPV"})
    assert not declared_doubts(own.rename(columns={"QPV": "qpv_proche_code"}))
