"""One place names a quarter."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import box

from tfpb.facts.quarter import Quarter, Quarters, among, codes_of, communes_of, quarters_of
from tfpb.model.location import QpvMap


def carte(vintage: int, *rows: tuple[str, str]) -> QpvMap:
    codes, names = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame(
        {"code_qpv": codes, "nom_qpv": names, "communes": "Valfictif",
         "codes_insee": [("59999",)] * len(rows)},
        geometry=[box(0, 0, 1, 1)] * len(rows), crs=4326,
    )  # fmt: skip
    return QpvMap(vintage, frame)


def test_a_quarter_of_either_map_is_named_and_maps_come_before_files() -> None:
    doors = pd.DataFrame(
        {"qpv_code": ["QN1", "QN3"], "qpv_nom": ["Autre graphie", "Du fichier"],
         "qpv_proche_code": ["QN4", ""], "qpv_proche_nom": ["Voisin", ""]}
    )  # fmt: skip
    signed = pd.DataFrame({"codes_qpv": [("QN1", "QN9")], "contrat_de_ville": ["Contrat fictif"]})
    named = quarters_of(
        [carte(2024, ("QN1", "Les Tilleuls")), carte(2015, ("QP1", "Tilleuls"))], [doors], signed
    )
    assert named["QN1"] == Quarter("QN1", "Les Tilleuls", "Valfictif", "Contrat fictif")
    assert [named[c].shown for c in ("QP1", "QN3", "QN4")] == ["Tilleuls", "Du fichier", "Voisin"]


def test_a_quarter_without_name_is_its_code_and_never_out_of_every_quarter() -> None:
    rows = pd.DataFrame({"code_qpv": ["QN1", "QN2", "", "total"], "logements": 1})
    named = Quarters([Quarter("QN1", "Les Tilleuls")])
    shown = named.named(rows, nowhere="hors de tout quartier")
    assert list(shown.columns) == ["code_qpv", "nom_qpv", "logements"]
    assert shown["nom_qpv"].tolist() == [
        "Les Tilleuls", "QN2", "hors de tout quartier", "hors de tout quartier",
    ]  # fmt: skip
    assert named.full(rows, nowhere="–") == ["Les Tilleuls (QN1)", "QN2", "–", "–"]


def test_what_a_file_wrote_of_a_name_gives_way() -> None:
    rows = pd.DataFrame({"code_qpv": ["QN1"], "nom_qpv": ["écrit autrement"]})
    assert Quarters([Quarter("QN1", "Les Tilleuls")]).named(rows)["nom_qpv"].tolist() == [
        "Les Tilleuls"
    ]


def test_rows_of_some_quarters_are_kept_in_their_order() -> None:
    frame = carte(2024, ("QN2", "B"), ("QN1", "A"), ("QN3", "C")).frame
    assert codes_of(among(frame, {"QN1", "QN2"})) == ["QN2", "QN1"]
    doors = pd.DataFrame(
        {"qpv_code": ["QN1", "", "QN9"], "result_citycode": ["59998", "59997", "59996"]}
    )
    found = communes_of(among(frame, {"QN1", "QN2"}), doors)
    assert found == {"QN2": {"59999"}, "QN1": {"59999", "59998"}}
