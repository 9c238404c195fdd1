"""The layers of a GIS: every résidence has one look, that of the map; nothing of the machine in the bytes."""

from __future__ import annotations

import html
import sqlite3
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pandas as pd
from report_dossier import make, restocked

from tfpb.io.packs.geopackage import geopackage_bytes
from tfpb.report.gis_layers import layers
from tfpb.words.places.map_words import LAYER_COLUMNS, LAYERS, LEGEND_CUT

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.facts.whole_dossier import Dossier


def dossier() -> Dossier:
    made = make()
    located = made.located
    doors = located.entrances.assign(longitude=3.0, latitude=50.0)
    homes = located.residences.copy()
    homes["cote"] = homes["cote"].astype(object)
    homes.loc[1, ["logements_dans", "logements_hors"]] = [18, 17]
    one = doors.iloc[[1]]
    half = one.assign(nb_logements=18, qpv_statut="dans", qpv_code="QN05991I")
    doors = pd.concat([doors.drop(index=1), one.assign(nb_logements=17), half], ignore_index=True)
    return restocked(made, doors, homes)


@lru_cache(maxsize=1)
def drawn() -> dict[str, pd.DataFrame]:
    return layers(dossier())


def test_layers_hold_both_maps_the_doubts_and_a_look_each() -> None:
    made = drawn()
    assert list(made) == ["residences", "doutes", "qpv", "limites_2024", "layer_styles"]
    looks = made["layer_styles"]
    assert looks["f_table_name"].tolist() == ["residences", "doutes", "qpv", "limites_2024"]
    assert set(looks["f_table_schema"]) == {""}  # QGIS asks for that, not for nothing
    assert looks["useAsDefault"].all()
    doors = dossier().located.entrances
    assert len(made["doutes"]) == (doors["qpv_statut"] == "a_verifier").sum()


def test_each_residence_answers_to_one_rule_and_has_the_look_of_the_map(tmp_path: Path) -> None:
    path = tmp_path / "r.gpkg"
    path.write_bytes(geopackage_bytes(drawn()))
    with closing(sqlite3.connect(path)) as base:
        (qml,) = base.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'residences'"
        ).fetchone()
        style = ET.fromstring(qml)  # noqa: S314 - our own
        met: dict[str, list[str]] = {}
        for rule in style.iter("rule"):
            if "filter" in rule.attrib:
                where = html.unescape(rule.attrib["filter"])
                rows = base.execute(f"SELECT id_residence FROM residences WHERE {where}")  # noqa: S608
                for (home,) in rows:
                    met.setdefault(home, []).append(rule.attrib["label"])
    homes = dossier().located.residences
    assert all(len(met[h]) == 1 for h in homes["id_residence"])
    for home, doubt, inside, outside in zip(
        homes["id_residence"], homes["logements_a_verifier"], homes["logements_dans"],
        homes["logements_hors"], strict=True,
    ):  # fmt: skip
        said = met[home][0]
        if doubt:
            assert said == "résidence à vérifier"
        elif inside and outside:
            assert said == LEGEND_CUT
        else:
            assert said == f"résidence {'dans le' if inside else 'hors'} QPV"
    shapes = [n.attrib["value"] for n in style.iter("Option") if n.attrib.get("name") == "name"]
    assert {"circle", "semi_circle", "diamond"} <= set(shapes)


def test_the_same_dossier_gives_the_same_bytes() -> None:
    described = (LAYERS, LAYER_COLUMNS)
    assert geopackage_bytes(drawn(), *described) == geopackage_bytes(layers(dossier()), *described)


def test_each_column_has_its_title_and_each_layer_says_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "r.gpkg"
    path.write_bytes(geopackage_bytes(drawn(), LAYERS, LAYER_COLUMNS))
    with closing(sqlite3.connect(path)) as base:
        named = base.execute("SELECT table_name, column_name, title FROM gpkg_data_columns")
        titles = {(layer, column): title for layer, column, title in named}
        contents = dict(base.execute("SELECT table_name, description FROM gpkg_contents"))
    for layer, frame in drawn().items():
        if layer == "layer_styles":
            continue
        assert contents[layer] == LAYERS[layer.partition("_")[0]]
        columns = set(frame.columns) - {"geometry", "agence"}  # the landlord's own keep their name
        assert {c for c in columns if (layer, c) in titles} == columns
    assert len(set(titles.values())) >= len(LAYER_COLUMNS) - 1


def test_a_point_has_no_other_place_than_its_geometry() -> None:
    for layer in ("residences", "doutes"):
        assert {"x", "y", "longitude", "latitude"}.isdisjoint(drawn()[layer].columns)


def test_a_stock_without_any_place_still_has_its_layers() -> None:
    made = dossier()
    homes = made.located.residences.assign(longitude=float("nan"))
    shown = layers(restocked(made, residences=homes))
    assert len(shown["residences"]) == len(homes)
    assert shown["residences"].geometry.isna().all()
    assert len(shown["limites_2024"]) == 0
