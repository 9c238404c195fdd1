"""Real maps, parcels and addresses: the traps that made others lose rows or money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tfpb.geodata.ground_imports import import_parcels
from tfpb.geodata.qpv_imports import import_qpv
from tfpb.model.projection import from_lonlat
from tfpb.perimeters import correspondence, locate

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.model.location import QpvMap

pytestmark = pytest.mark.real
BANO = ["id", "numero", "voie", "code_post", "commune", "source", "lat", "lon"]


@pytest.fixture(scope="module")
def national(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> QpvMap:
    path = real_data / "qpv2015" / "QP_METROPOLEOUTREMER_WGS84_EPSG4326.shp"
    return import_qpv(path, vintage=2015, folder=tmp_path_factory.mktemp("geo"))


def test_the_official_2015_file_loses_nothing(national: QpvMap) -> None:
    assert len(national.frame) == 1514
    assert len(national.mended) == 34
    assert national.frame.code_qpv.is_unique
    assert national.frame.geometry.is_valid.all()
    names = " ".join(national.frame.nom_qpv)
    assert "é" in names
    assert "Ã" not in names
    assert "\ufffd" not in names


@pytest.mark.parametrize(
    ("file", "epsg", "city"), [("bano-08.csv", 2154, "08105"), ("bano-971.csv", 5490, "97101")]
)
def test_every_real_address_is_on_the_side_sjoin_gives(
    real_data: Path, national: QpvMap, file: str, epsg: int, city: str
) -> None:
    rows = pd.read_csv(real_data / "bano2015" / file, names=BANO, dtype=str)
    lon, lat = rows.lon.astype(float).to_numpy(), rows.lat.astype(float).to_numpy()
    x, y = from_lonlat(lon, lat, epsg)
    points = pd.DataFrame(
        {"result_x": x, "result_y": y, "result_citycode": city, "result_radius_m": 0.0}
    )
    out = locate(points, {2015: national}, year=2020)
    assert len(out) == len(rows)
    assert out.index.equals(points.index)
    left = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat, crs=4326))
    joined = gpd.sjoin(left, national.frame[["code_qpv", "geometry"]], how="left")
    code = joined[~joined.index.duplicated()].code_qpv.fillna("")
    clear = ~(out.qpv_distance_m <= 1)
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(out.qpv_code[clear].astype(str), code[clear].astype(str))
    assert (out.qpv_code != "").sum() > 100


def test_bondy_parcels_lift_doubts_and_lose_no_one(real_data: Path, tmp_path: Path) -> None:
    bondy = real_data / "bondy_93010"
    maps = {2015: import_qpv(bondy / "qpv2015.geojson", vintage=2015, folder=tmp_path)}
    parcels = import_parcels(bondy / "cadastre_parcelles.json", folder=tmp_path)
    assert len(parcels) == 7124
    rpls = pd.read_csv(bondy / "rpls2022.csv")
    points = pd.DataFrame({"result_x": rpls.x, "result_y": rpls.y, "result_citycode": "93010"})
    bare = locate(points, maps, year=2020)
    with_parcels = locate(points, maps, year=2020, parcels=parcels)
    doubt = [(o.qpv_statut == "a_verifier").mean() for o in (bare, with_parcels)]
    assert doubt[1] <= 0.08 < doubt[0]
    truth = locate(points.assign(result_radius_m=0.0), maps, year=2020)
    assert (truth.qpv_statut == "dans").sum() == 376
    decided = with_parcels.qpv_statut != "a_verifier"
    assert (with_parcels.qpv_statut[decided] != truth.qpv_statut[decided]).mean() <= 0.005


def test_belfort_split_new_and_redrawn(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "belfort_90"
    maps = {
        v: import_qpv(folder / f"qpv{v}.geojson", vintage=v, folder=tmp_path) for v in (2015, 2024)
    }
    several = maps[2024].frame.set_index("code_qpv").codes_insee
    assert several["QN09004M"] == ("90008", "90010")
    links = {(r.code_2015, r.code_2024): r.lien for r in correspondence(maps).itertuples()}
    assert links[("QP090004", "QN09004M")] == links[("QP090004", "QN09005M")] == "scinde"
    assert links[("", "QN09007N")] == "nouveau"
    # The letter I says identical; a tenth of the quarter is new all the same.
    assert links[("QP090001", "QN09001I")] == "modifie"
    assert links[("QP090003", "QN09003I")] == "identique"
    inner = maps[2024].frame.set_index("code_qpv").geometry.to_crs(2154).representative_point()
    points = pd.DataFrame(
        {
            "result_x": inner.x.to_numpy(),
            "result_y": inner.y.to_numpy(),
            "result_citycode": "90010",
            "result_radius_m": 0.0,
        }
    )
    out = locate(points, maps, year=2025).set_axis(inner.index)
    assert out.qpv_evolution["QN09007N"] == "entrant"
    assert out.qpv_evolution["QN09003I"] == "maintenu"


def test_the_layer_of_a_foreign_geopackage_is_found(real_data: Path, tmp_path: Path) -> None:
    found = import_qpv(
        real_data / "mel" / "lille_qpv2015_communes.gpkg", vintage=2015, folder=tmp_path
    )
    assert len(found.frame) == 26
    assert len(found.mended) == 1
