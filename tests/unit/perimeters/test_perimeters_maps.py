"""The table of maps: refused with a gap or an overlap; who rules which year; what no module names."""

from __future__ import annotations

import ast
import datetime as dt
import re
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import tfpb
from tfpb.errors import TfpbError
from tfpb.law.values import load
from tfpb.model.legal.map_table import MAPS, VINTAGES, map_of, pair_of, read
from tfpb.model.location import QpvMap
from tfpb.model.results import LOCATION_COLUMNS
from tfpb.packaged import packaged
from tfpb.perimeters import correspondence, locate, ruling_vintage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RAW = packaged("tfpb.law.maps")
NEXT = {
    "codes": r"QR\d{6}", "exemple": "QR059001",
    "metropole": [{"premiere": 2030, "reference": "fictive", "verifie": True}],
    "outremer": [{"premiere": 2031, "reference": "fictive", "verifie": True}],
}  # fmt: skip


def changed(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    raw = deepcopy(RAW)
    change(raw["cartes"])
    return raw


def test_a_map_more_ends_the_one_before_by_territory() -> None:
    maps = read(changed(lambda cartes: cartes.update({"2030": NEXT})))
    assert maps[2024].mainland[-1].last == 2029
    assert maps[2024].overseas[-1].last == 2030
    assert maps[2030].mainland[-1].last is None


def test_a_year_without_map_between_two_is_refused() -> None:
    raw = changed(lambda cartes: cartes["2015"]["metropole"][-1].update(derniere=2023))
    with pytest.raises(ValueError, match="metropole"):
        read(raw)


def test_a_year_of_two_maps_is_refused() -> None:
    raw = changed(lambda cartes: cartes["2015"]["outremer"][-1].update(derniere=2026))
    with pytest.raises(ValueError, match="outremer"):
        read(raw)
    raw = changed(lambda cartes: cartes["2024"]["metropole"][0].update(derniere=2031))
    raw["cartes"]["2030"] = NEXT
    with pytest.raises(ValueError, match="2025-2031"):
        read(raw)


def test_maps_out_of_order_are_refused() -> None:
    raw = {"cartes": dict(reversed(RAW["cartes"].items()))}
    with pytest.raises(ValueError, match="order"):
        read(raw)


@pytest.mark.parametrize(
    ("year", "mainland", "overseas"),
    [(2015, None, None), (2016, 2015, 2015), (2024, 2015, 2015), (2025, 2024, 2015),
     (2026, 2024, 2024), (2030, 2024, 2024)],
)  # fmt: skip
def test_each_year_has_one_map_by_territory(
    year: int, mainland: int | None, overseas: int | None
) -> None:
    assert (map_of(year), map_of(year, overseas=True)) == (mainland, overseas)
    for city, ruling in (("59350", mainland), ("97105", overseas), ("97411", overseas)):
        if ruling is None:
            with pytest.raises(TfpbError):
                ruling_vintage(year, city)
        else:
            assert ruling_vintage(year, city) == ruling
            key = "carte_qpv" if city == "59350" else "carte_qpv_outremer"
            assert load().on(dt.date(year, 1, 1)).whole(key) == ruling


def quarter(vintage: int, code: str, west: float) -> QpvMap:
    frame = gpd.GeoDataFrame(
        {"code_qpv": [code], "nom_qpv": ["Fictif"], "communes": [""], "codes_insee": [()]},
        geometry=[shapely.box(west, 16.0, west + 0.02, 16.02)], crs=4326,
    )  # fmt: skip
    return QpvMap(vintage, frame)


def test_overseas_the_new_map_counts_from_2026_and_not_before() -> None:
    maps = {
        2015: quarter(2015, "QP971001", -61.73), 2024: quarter(2024, "QN97101N", -61.70),
    }  # fmt: skip
    points = pd.DataFrame(
        {"longitude": [-61.72, -61.69], "latitude": [16.01] * 2, "result_citycode": ["97105"] * 2,
         "result_radius_m": [0.0, 0.0]}
    )  # fmt: skip
    before, after = (locate(points, maps, year=year) for year in (2025, 2026))
    assert before["qpv_millesime"].tolist() == [2015, 2015]
    assert after["qpv_millesime"].tolist() == [2024, 2024]
    assert before["qpv_statut"].tolist() == ["dans", "hors"]
    assert after["qpv_statut"].tolist() == ["hors", "dans"]
    for found in (before, after):
        assert found["qpv_evolution"].tolist() == ["sortant", "entrant"]


def test_any_pair_of_maps_is_overlaid() -> None:
    maps = {
        2015: quarter(2015, "QP971001", -61.73), 2024: quarter(2024, "QN97101N", -61.72),
    }  # fmt: skip
    table = correspondence(maps, pair=(2015, 2024))
    assert [c for c in table if c.startswith("code_")] == ["code_2015", "code_2024"]
    back = correspondence(maps, pair=(2024, 2015))
    assert [c for c in back if c.startswith("code_")] == ["code_2024", "code_2015"]
    assert (table["lien"] == "modifie").any()


def test_columns_of_today_are_those_of_the_table() -> None:
    own = [c for c in LOCATION_COLUMNS if re.fullmatch(r"qpv\d{4}_\w+", c)]
    assert own == ["qpv2015_statut", "qpv2015_code", "qpv2024_statut", "qpv2024_code"]
    assert VINTAGES == (2015, 2024)
    assert (pair_of(2015), pair_of(2024)) == ((2015, 2024), (2015, 2024))
    assert all(m.codes.fullmatch(m.example) for m in MAPS.values())


def constants(path: Path) -> Iterator[object]:
    """Yield the constants of a module, its docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    beside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in told | beside:
            yield node.value


def test_modules_name_the_year_of_a_map_only_to_cite_a_text() -> None:
    root = Path(tfpb.__file__).parent
    found = [
        (path.name, value)
        for path in sorted(root.rglob("*.py"))
        for value in constants(path)
        if re.search(r"2015|2024", str(value))
    ]
    assert len(found) <= 8, found
    assert all(isinstance(value, str) and "cadre national" in value for _, value in found), found
