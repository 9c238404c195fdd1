"""Maps in: nothing dropped, what is mended is listed, what is wrong is said in the reader's words."""

from __future__ import annotations

import gzip
import json
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from tfpb.errors import TfpbError
from tfpb.geodata.catalogue import catalogue
from tfpb.geodata.download import _SOURCES as INSTALLED
from tfpb.geodata.ground_imports import (
    import_communes_outlines,
    import_parcels,
    load_outlines,
    load_parcels,
)
from tfpb.geodata.qpv_imports import import_qpv, load_qpv
from tfpb.geodata.stored_layers import list_installed, verify_installed
from tfpb.io.layers.geofiles import read_polygons
from tfpb.io.layers.layer_files import layer_bytes
from tfpb.io.packs.geopackage import short_names
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

SQUARE = shapely.box(2.40, 48.90, 2.41, 48.91)
BOWTIE = shapely.Polygon([(2.42, 48.90), (2.43, 48.91), (2.43, 48.90), (2.42, 48.91)])
FAR = shapely.box(2.50, 48.90, 2.51, 48.91)


def quarters(
    shapes: list, codes: list[str], crs: int | None = 4326, **columns: object
) -> gpd.GeoDataFrame:
    data = {
        "CODE_QP": codes,
        "NOM_QP": [f"Cité {i} d’été" for i in range(len(codes))],
        "COMMUNE_QP": ["Fictive, Née"] * len(codes),
    }
    return gpd.GeoDataFrame({**data, **columns}, geometry=shapes, crs=crs)


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    both = shapely.MultiPolygon([FAR, shapely.box(2.52, 48.90, 2.53, 48.91)])
    return quarters([SQUARE, BOWTIE, both], ["QP093901", "QP093902", "QP093903"])


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".zip"])
def test_every_format_gives_the_same_map(
    tmp_path: Path, frame: gpd.GeoDataFrame, suffix: str
) -> None:
    path = tmp_path / f"quartiers{suffix}"
    if suffix == ".zip":
        frame.to_file(tmp_path / "a.geojson")
        frame.to_crs(2154).to_file(tmp_path / "b.gpkg")
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(
                tmp_path / "a.geojson", "GEOJSON/QP2015_France_Hexagonale_Outre_Mer_WGS84.geojson"
            )
            archive.write(tmp_path / "b.gpkg", "GPKG/QP2015_France_hexagonale_LB93.gpkg")
            archive.writestr("LISEZMOI.txt", "rien")
    else:
        frame.to_file(path)
    found = import_qpv(path, vintage=2015, folder=tmp_path / "geo")
    assert found.frame.code_qpv.tolist() == ["QP093901", "QP093902", "QP093903"]
    assert found.frame.nom_qpv.iloc[0].startswith("Cité 0 d")
    assert found.frame.nom_qpv.iloc[0].endswith("été")
    assert found.frame.communes.iloc[0] == "Fictive, Née"
    assert found.mended == ("QP093902",)
    assert found.frame.geometry.is_valid.all()
    assert set(found.frame.geom_type) == {"MultiPolygon"}
    assert found.frame.crs.to_epsg() == 4326
    assert len(found.sha256) == 64
    again = load_qpv(tmp_path / "geo", 2015)
    assert again is not None
    assert again.frame.equals(found.frame)
    (stored,) = (tmp_path / "geo").glob("qpv-2015*.parquet")
    # maps imported before bear these names too
    assert {"code_qp", "nom_qp"} < set(gpd.read_parquet(stored))


def test_a_shapefile_in_latin_1_without_cpg_keeps_its_accents(
    tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    frame["NOM_QP"] = "Mézières Été"
    pyogrio.write_dataframe(frame, tmp_path / "q.shp", encoding="ISO-8859-1")
    for extra in tmp_path.glob("q.cpg"):
        extra.unlink()
    raw = bytearray((tmp_path / "q.dbf").read_bytes())
    raw[29] = 0  # no language driver either
    (tmp_path / "q.dbf").write_bytes(raw)
    found = import_qpv(tmp_path / "q.shp", vintage=2015, folder=tmp_path / "geo")
    assert found.frame.nom_qpv.tolist() == ["Mézières Été"] * 3


def test_2024_holds_several_communes(tmp_path: Path) -> None:
    made = gpd.GeoDataFrame(
        {
            "code_qp": ["QN02A01N", "QN09391M"],
            "lib_qp": ["A", "A"],
            "insee_com": ["2A004", "93901, 93902"],
            "lib_com": ["X", "Y, Z"],
        },
        geometry=[SQUARE, FAR],
        crs=4326,
    )
    made.to_file(tmp_path / "q.geojson")
    found = import_qpv(tmp_path / "q.geojson", vintage=2024, folder=tmp_path)
    assert found.frame.codes_insee.tolist() == [("2A004",), ("93901", "93902")]
    assert found.frame.nom_qpv.tolist() == ["A", "A"]


def test_features_of_one_code_are_joined(tmp_path: Path) -> None:
    pieces = quarters([SQUARE, FAR], ["QP093901", "QP093901"], NOM_QP=["Cité d’été", ""])
    pieces.to_file(tmp_path / "q.geojson")
    found = import_qpv(tmp_path / "q.geojson", vintage=2015, folder=tmp_path)
    assert len(found.frame) == 1
    assert len(found.frame.geometry.iloc[0].geoms) == 2


def test_two_names_under_one_code_are_refused(tmp_path: Path) -> None:
    quarters([SQUARE, FAR], ["QP093901", "QP093901"]).to_file(tmp_path / "q.geojson")
    with pytest.raises(TfpbError) as caught:
        import_qpv(tmp_path / "q.geojson", vintage=2015, folder=tmp_path)
    assert [(f.code, f.got) for f in caught.value.faults] == [("quartier_deux_noms", "QP093901")]


def test_a_polygon_without_surface_is_no_outline(tmp_path: Path) -> None:
    flat = shapely.Polygon([(2.4, 48.9), (2.41, 48.9), (2.42, 48.9), (2.4, 48.9)])
    quarters([SQUARE, flat], ["QP093901", "QP093902"]).to_file(tmp_path / "q.geojson")
    with pytest.raises(TfpbError) as caught:
        import_qpv(tmp_path / "q.geojson", vintage=2015, folder=tmp_path)
    assert [(f.code, f.got) for f in caught.value.faults] == [("quartier_sans_contour", "QP093902")]


def test_a_quarter_lies_in_the_territory_of_its_code(tmp_path: Path) -> None:
    guadeloupe, tahiti = (
        shapely.box(-61.6, 16.2, -61.5, 16.3),
        shapely.box(-149.6, -17.6, -149.5, -17.5),
    )
    codes = ["QP971001", "QP987001"]
    quarters([guadeloupe, tahiti], codes).to_file(tmp_path / "a.geojson")
    assert len(import_qpv(tmp_path / "a.geojson", vintage=2015, folder=tmp_path).frame) == 2
    quarters([SQUARE, tahiti], codes).to_file(tmp_path / "b.geojson")
    with pytest.raises(TfpbError) as caught:
        import_qpv(tmp_path / "b.geojson", vintage=2015, folder=tmp_path)
    assert [(f.code, f.got) for f in caught.value.faults] == [
        ("quartier_hors_territoire", codes[0])
    ]


def test_a_list_of_communes_is_read_as_several(tmp_path: Path) -> None:
    raw = json.loads(quarters([SQUARE], ["QP093901"]).to_json(drop_id=True))
    raw["features"][0]["properties"] |= {"insee_com": ["93901", "93902"], "COMMUNE_QP": ["Y", "Z"]}
    (tmp_path / "q.geojson").write_text(json.dumps(raw), "utf-8")
    found = import_qpv(tmp_path / "q.geojson", vintage=2015, folder=tmp_path).frame.iloc[0]
    assert (found.codes_insee, found.communes) == (("93901", "93902"), "Y, Z")


def test_a_partial_file_is_merged_and_a_whole_one_replaces(tmp_path: Path) -> None:
    quarters([SQUARE, FAR], ["QP093901", "QP093902"]).to_file(tmp_path / "a.geojson")
    quarters([BOWTIE], ["QP093902"]).to_file(tmp_path / "b.geojson")
    quarters([FAR, FAR, FAR], ["QP093901", "QP093902", "QP093903"]).to_file(tmp_path / "c.geojson")
    import_qpv(tmp_path / "a.geojson", vintage=2015, folder=tmp_path)
    merged = import_qpv(tmp_path / "b.geojson", vintage=2015, folder=tmp_path)
    assert merged.frame.code_qpv.tolist() == ["QP093901", "QP093902"]
    assert merged.mended == ("QP093902",)
    assert merged.source == "a.geojson ; b.geojson"
    whole = import_qpv(tmp_path / "c.geojson", vintage=2015, folder=tmp_path)
    assert (len(whole.frame), whole.mended, whole.source) == (3, (), "c.geojson")


def _broken(tmp_path: Path, case: str) -> Path:
    path = tmp_path / "q.geojson"
    if case == "page_web":
        path.write_text("<!DOCTYPE html><html>503</html>")
    elif case == "fichier_absent":
        pass
    elif case == "fichier_illisible":
        path.write_text('{"type": "FeatureCollection", "features": [{"type": "Feat')
    elif case == "couche_vide":
        path.write_text('{"type": "FeatureCollection", "features": []}')
    elif case == "couche_sans_code":
        gpd.GeoDataFrame({"autre": ["x"]}, geometry=[SQUARE], crs=4326).to_file(path)
    elif case == "millesime_discordant":
        quarters([SQUARE], ["QN09391N"]).to_file(path)
    elif case == "code_quartier_invalide":
        quarters([SQUARE, FAR], ["QP093901", "QP9"]).to_file(path)
    elif case == "quartier_sans_contour":
        quarters([SQUARE, None], ["QP093901", "QP093902"]).to_file(path)
    elif case == "projection_fausse":
        raw = json.loads(quarters([SQUARE], ["QP093901"]).to_crs(2154).to_json(drop_id=True))
        raw.pop("crs", None)
        path.write_text(json.dumps(raw))
    elif case == "contour_inverse":
        swapped = shapely.transform(FAR, lambda xy: xy[:, ::-1])
        quarters([SQUARE, swapped], ["QP093901", "QP093902"]).to_file(path)
    elif case == "projection_absente":
        path = tmp_path / "q.shp"
        quarters([SQUARE], ["QP093901"], crs=None).to_file(path)
    elif case == "format_inconnu":
        path = tmp_path / "q.kml"
        path.write_text("x")
    return path


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "case",
    [
        "page_web",
        "fichier_absent",
        "fichier_illisible",
        "couche_vide",
        "couche_sans_code",
        "millesime_discordant",
        "code_quartier_invalide",
        "quartier_sans_contour",
        "projection_fausse",
        "contour_inverse",
        "projection_absente",
        "format_inconnu",
    ],
)
def test_a_bad_file_is_refused_in_words_and_leaves_nothing(tmp_path: Path, case: str) -> None:
    path = _broken(tmp_path, case)
    with pytest.raises(TfpbError) as caught:
        import_qpv(path, vintage=2015, folder=tmp_path / "geo")
    assert {f.code for f in caught.value.faults} == {case}
    assert fault_text(caught.value.faults[0]).title
    assert load_qpv(tmp_path / "geo", 2015) is None


def test_an_unknown_vintage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TfpbError):
        import_qpv(tmp_path / "q.geojson", vintage=2020, folder=tmp_path)


def test_a_cut_archive_is_refused(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    frame.to_file(tmp_path / "a.geojson")
    with zipfile.ZipFile(tmp_path / "q.zip", "w") as archive:
        archive.write(tmp_path / "a.geojson", "a.geojson")
    whole = (tmp_path / "q.zip").read_bytes()
    (tmp_path / "q.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TfpbError) as caught:
        import_qpv(tmp_path / "q.zip", vintage=2015, folder=tmp_path)
    assert caught.value.faults[0].code == "fichier_illisible"


def test_parcels_are_kept_by_commune(tmp_path: Path) -> None:
    made = gpd.GeoDataFrame(
        {
            "id": ["93901000AB0001", "93902000AB0001"],
            "commune": ["93901", "93902"],
            "section": ["AB", "AB"],
            "numero": ["1", "1"],
        },
        geometry=[SQUARE, FAR],
        crs=4326,
    )
    with gzip.open(tmp_path / "parcelles.json.gz", "wt") as file:
        file.write(made.to_json(drop_id=True))
    assert len(import_parcels(tmp_path / "parcelles.json.gz", folder=tmp_path / "geo")) == 2
    one = load_parcels(tmp_path / "geo", communes=["93902"])
    assert one is not None
    assert one.id.tolist() == ["93902000AB0001"]
    assert load_parcels(tmp_path / "geo", communes=["01001"]) is None
    made.drop(columns="section").to_file(tmp_path / "bad.geojson")
    with pytest.raises(TfpbError) as caught:
        import_parcels(tmp_path / "bad.geojson", folder=tmp_path / "geo")
    assert caught.value.faults[0].fields["colonne"] == "section"


def test_outlines_of_two_departments_add_up(tmp_path: Path) -> None:
    for name, code in (("a", "59350"), ("b", "93010"), ("a", "59350")):
        made = gpd.GeoDataFrame(
            {"code": [code], "nom": [f"Ville {code}"]}, geometry=[SQUARE], crs=4326
        )
        made.to_file(tmp_path / f"{name}.geojson")
        import_communes_outlines(tmp_path / f"{name}.geojson", folder=tmp_path)
    stored = load_outlines(tmp_path)
    assert stored is not None
    assert stored.code_insee.tolist() == ["59350", "93010"]
    assert stored.nom.tolist() == ["Ville 59350", "Ville 93010"]


@pytest.mark.parametrize("harm", ["cut", "gone", "swapped", "card"])
def test_verify_catches_what_is_not_whole(
    tmp_path: Path, frame: gpd.GeoDataFrame, harm: str
) -> None:
    frame.to_file(tmp_path / "q.geojson")
    import_qpv(tmp_path / "q.geojson", vintage=2015, folder=tmp_path)
    assert verify_installed(tmp_path) == []
    assert any(
        "3 quartiers" in line and "1 contour réparé" in line for line in list_installed(tmp_path)
    )
    (stored,) = tmp_path.glob("qpv-2015-*.parquet")
    if harm == "cut":
        stored.write_bytes(stored.read_bytes()[:-100])
    elif harm == "gone":
        stored.unlink()
    elif harm == "swapped":
        frame.iloc[:1].to_parquet(stored)
    else:
        (tmp_path / "qpv-2015.json").write_text("{")
    assert len(verify_installed(tmp_path)) == 1


def test_geopackage_reads_back_with_short_names(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "nom": ["a", "b"],
            "une colonne au nom vraiment très long 1": ["1", "2"],
            "une colonne au nom vraiment très long 2": [None, ("x", "y")],
            "geom": [1, 2],
        }
    )
    for name in ("a.gpkg", "b.gpkg"):
        data = layer_bytes(
            tmp_path / name,
            rows,
            x=np.array([660_000.0, np.nan]),
            y=np.array([6_860_000.0, np.nan]),
            epsg=2154,
        )
        (tmp_path / name).write_bytes(data)
    info = pyogrio.read_info(tmp_path / "a.gpkg", layer="localisation")
    assert info["crs"] == "EPSG:2154"
    assert info["features"] == 2
    assert all(len(f) < 32 for f in info["fields"])
    assert len({str(f).lower() for f in info["fields"]}) == 4
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


def test_names_stay_different_once_cut() -> None:
    names = short_names(["x" * 40, "x" * 41, "X" * 42, "fid", "ok"])
    assert len({n.lower() for n in names}) == 5
    assert all(len(n) < 32 for n in names)


def test_heights_are_dropped(tmp_path: Path) -> None:
    quarters([shapely.force_3d(SQUARE, 12.0)], ["QP093901"]).to_file(tmp_path / "z.gpkg")
    assert not read_polygons(tmp_path / "z.gpkg").has_z.any()


def test_the_catalogue_is_whole() -> None:
    for source in catalogue().values():
        assert source.licence
        assert source.address.startswith("https://")
        assert 0 < source.smallest < source.largest
        if source.key in INSTALLED:  # the others are imported from a file that the user has
            assert bool(source.dataset) != bool(source.path)
        assert source.columns


def test_what_lies_beside_the_map_in_an_archive_does_not_matter(
    tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    frame.to_crs(2154).to_file(tmp_path / "a.gpkg", layer="quartiers")
    communes = gpd.GeoDataFrame({"code": ["93901"]}, geometry=[SQUARE], crs=4326)
    communes.to_file(tmp_path / "a.gpkg", layer="communes")
    with zipfile.ZipFile(tmp_path / "q.zip", "w") as archive:
        archive.writestr("metadonnees.json", '{"titre": "QPV"}')
        archive.writestr("../echappe.geojson", "{}")
        archive.write(tmp_path / "a.gpkg", "couches/a.gpkg")
    found = import_qpv(tmp_path / "q.zip", vintage=2015, folder=tmp_path / "geo")
    assert len(found.frame) == 3
    assert not (tmp_path / "echappe.geojson").exists()


def test_lines_beside_a_polygon_are_left_out(tmp_path: Path) -> None:
    mixed = shapely.GeometryCollection([SQUARE, shapely.LineString([(2.4, 48.9), (2.5, 49.0)])])
    only_line = shapely.LineString([(2.4, 48.9), (2.5, 49.0)])
    quarters([mixed], ["QP093901"]).to_file(tmp_path / "a.geojson")
    assert set(
        import_qpv(tmp_path / "a.geojson", vintage=2015, folder=tmp_path).frame.geom_type
    ) == {"MultiPolygon"}
    quarters([only_line], ["QP093902"]).to_file(tmp_path / "b.geojson")
    with pytest.raises(TfpbError) as caught:
        import_qpv(tmp_path / "b.geojson", vintage=2015, folder=tmp_path)
    assert caught.value.faults[0].code == "quartier_sans_contour"
