"""Measure `locate`: time and memory beside a plain spatial join, Bondy with and without parcels, BANO.

Run from the root of the repository:

    python benchmarks/localiser.py vitesse      # 1 000 000 points, official 2015 map
    python benchmarks/localiser.py bondy
    python benchmarks/localiser.py bano

Real files are read from `../shared/data` (or TFPB_DONNEES_REELLES); each measure prints one JSON
line a figure. Speed and memory are taken in fresh processes of the same run, one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tfpb.addresses.file_geocoder import FileGeocoder
from tfpb.addresses.imports import import_addresses
from tfpb.addresses.store import FILE_NAME, AddressStore
from tfpb.geodata.ground_imports import import_parcels
from tfpb.geodata.qpv_imports import import_qpv, load_qpv
from tfpb.model.projection import from_lonlat, legal_epsg, to_lonlat
from tfpb.model.results import ADDRESS_COLUMNS
from tfpb.perimeters import locate
from tfpb.perimeters.legal_areas import quarters_in_metres

if TYPE_CHECKING:
    from tfpb.model.location import QpvMap

REAL = Path(
    os.environ.get("TFPB_DONNEES_REELLES", Path(__file__).parents[1].parent / "shared" / "data")
)
SEED = 20240101
NEAR_M = 1500.0
CITIES = {2154: "59350", 5490: "97101", 2972: "97302", 2975: "97411", 4471: "97611"}


def say(**figures: object) -> None:
    """Print figures as one line of JSON."""
    print(json.dumps(figures, ensure_ascii=False))


def national(folder: Path) -> QpvMap:
    """Import the official 2015 file."""
    path = REAL / "qpv2015" / "QP_METROPOLEOUTREMER_WGS84_EPSG4326.shp"
    return import_qpv(path, vintage=2015, folder=folder)


def scatter(qpv: QpvMap, count: int) -> pd.DataFrame:
    """Half uniform over metropolitan France's hull of quarters, half within 1 500 m of a quarter."""
    rng = np.random.default_rng(SEED)
    groups = quarters_in_metres(qpv)
    hull = shapely.convex_hull(shapely.GeometryCollection(list(groups[2154][1])))
    shapely.prepare(hull)
    west, south, east, north = hull.bounds
    out = []
    need = count // 2
    while need > 0:
        x, y = rng.uniform(west, east, need * 2), rng.uniform(south, north, need * 2)
        kept = np.flatnonzero(shapely.intersects_xy(hull, x, y))[:need]
        out.append(
            pd.DataFrame(
                {"result_x": x[kept], "result_y": y[kept], "result_citycode": CITIES[2154]}
            )
        )
        need -= len(kept)
    every = [(epsg, shape) for epsg, (_, shapes) in groups.items() for shape in shapes]
    rows = rng.integers(0, len(every), (count - count // 2) * 3)
    shapes = np.array([every[r][1] for r in rows], dtype=object)
    box = shapely.bounds(shapes)
    x = rng.uniform(box[:, 0] - NEAR_M, box[:, 2] + NEAR_M)
    y = rng.uniform(box[:, 1] - NEAR_M, box[:, 3] + NEAR_M)
    kept = np.flatnonzero(shapely.dwithin(shapes, shapely.points(x, y), NEAR_M))[
        : count - count // 2
    ]
    cities = [CITIES[every[r][0]] for r in rows[kept]]
    out.append(pd.DataFrame({"result_x": x[kept], "result_y": y[kept], "result_citycode": cities}))
    points = pd.concat(out, ignore_index=True)
    points = points.sample(frac=1, random_state=SEED).reset_index(drop=True)
    codes = points.result_citycode.map(legal_epsg).to_numpy()
    for column in ("longitude", "latitude"):
        points[column] = 0.0
    for code in sorted(set(codes.tolist())):
        at = codes == code
        points.loc[at, "longitude"], points.loc[at, "latitude"] = to_lonlat(
            points.result_x[at].to_numpy(), points.result_y[at].to_numpy(), int(code)
        )
    return points


def memory_mb(field: str) -> float:
    """Read a memory counter of this process (Linux): VmRSS now, VmHWM highest since the last reset."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def reset_peak() -> float:
    """Forget the highest memory so far; return the memory in use."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return memory_mb("VmRSS")


def child(what: str, folder: Path, repeats: int) -> None:
    """Do one thing in a process of its own, several times; print times and memory.

    Both start from the same columns of coordinates. A plain join needs them as geometries first:
    that step is timed apart (`preparation`), and its memory counts, as it must stay for the join.
    """
    qpv = load_qpv(folder, 2015)
    points = pd.read_parquet(folder / "points.parquet")
    lonlat = points[["longitude", "latitude"]].to_numpy()
    points = points.drop(columns=["longitude", "latitude"])
    right = qpv.frame[["code_qpv", "nom_qpv", "geometry"]]
    before = reset_peak()
    start = time.perf_counter()
    left = None
    if what == "sjoin":
        left = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lonlat[:, 0], lonlat[:, 1], crs=4326))
    ready = time.perf_counter() - start
    wall, processor, rows = [], [], 0
    for _ in range(repeats):
        clock, used = time.perf_counter(), time.process_time()
        made = (
            locate(points, {2015: qpv}, year=2020)
            if left is None
            else gpd.sjoin(left, right, how="left")
        )
        wall.append(time.perf_counter() - clock)
        processor.append(time.process_time() - used)
        rows = len(made)
        del made
    peak = memory_mb("VmHWM")
    say(s=wall, cpu=processor, preparation=ready, mo=peak - before, total_mo=peak, lignes=rows)


def speed(count: int, repeats: int) -> None:
    """Compare times and memory of `locate` and of a plain join on the same million points."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        qpv = national(folder)
        scatter(qpv, count).to_parquet(folder / "points.parquet")
        found: dict[str, dict[str, float]] = {}
        for what in ("sjoin", "localiser") * 3:
            made = subprocess.run(
                [sys.executable, __file__, "enfant", what, name, str(repeats)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            one = json.loads(made.stdout)
            told = {"s": min(one["s"]), "cpu": min(one["cpu"])} | {
                k: one[k] for k in ("preparation", "mo", "total_mo", "lignes")
            }
            known = found.get(what, told)
            found[what] = {k: min(known[k], told[k]) for k in told}
        plain, ours = found["sjoin"], found["localiser"]
        say(
            mesure="vitesse", points=count, quartiers=len(qpv.frame), lignes_rendues=int(ours["lignes"]),
            sjoin_s=round(plain["s"], 2), sjoin_points_s=round(plain["preparation"], 2),
            localiser_s=round(ours["s"], 2), rapport=round(ours["s"] / plain["s"], 2),
            rapport_processeur=round(ours["cpu"] / plain["cpu"], 2),
            rapport_points_compris=round(ours["s"] / (plain["s"] + plain["preparation"]), 2),
            sjoin_mo=round(plain["mo"]), localiser_mo=round(ours["mo"]),
            rapport_memoire=round(ours["mo"] / plain["mo"], 2),
            rapport_memoire_totale=round(ours["total_mo"] / plain["total_mo"], 2),
        )  # fmt: skip


def bondy() -> None:
    """Count what is to be checked and what is wrong in Bondy, with and without parcels."""
    source = REAL / "bondy_93010"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        maps = {2015: import_qpv(source / "qpv2015.geojson", vintage=2015, folder=folder)}
        parcels = import_parcels(source / "cadastre_parcelles.json", folder=folder)
        import_addresses([source / "ban.csv"], folder=folder)
        rpls = pd.read_csv(source / "rpls2022.csv")
        addresses = pd.DataFrame({c: [""] * len(rpls) for c in ADDRESS_COLUMNS})
        addresses["adresse"], addresses["code_insee"] = rpls.cle, "93010"
        with AddressStore(folder / FILE_NAME) as store:
            geocoder = FileGeocoder(mode="index", communes=store.communes(), source=store)
            geocoded = geocoder.run(addresses)
    given = pd.DataFrame({"result_x": rpls.x, "result_y": rpls.y, "result_citycode": "93010"})
    truth = locate(given.assign(result_radius_m=0.0), maps, year=2020).qpv_statut
    coarse = (rpls.x % 50 == 0) & (rpls.y % 50 == 0)
    for points, origin in ((given, "points RPLS, 30 m"), (geocoded, "adresses géocodées")):
        for layer in (None, parcels):
            out = locate(points, maps, year=2020, parcels=layer)
            decided = out.qpv_statut != "a_verifier"
            wrong = decided & (out.qpv_statut != truth)
            say(
                mesure="bondy", origine=origin, parcelles=layer is not None, lignes=len(out),
                a_verifier=round(float((~decided).mean()), 4), decides=int(decided.sum()),
                du_mauvais_cote=int(wrong.sum()),
                part_du_mauvais_cote=round(float(wrong.sum() / decided.sum()), 4),
                part_hors_points_rpls_arrondis_a_50_m=round(
                    float((wrong & ~coarse).sum() / (decided & ~coarse).sum()), 4
                ),
            )  # fmt: skip


def bano() -> None:
    """Compare sides with those of a plain join on every real address of two départements."""
    names = ["id", "numero", "voie", "code_post", "commune", "source", "lat", "lon"]
    with tempfile.TemporaryDirectory() as name:
        qpv = national(Path(name))
    for file, epsg in (("bano-08.csv", 2154), ("bano-971.csv", 5490)):
        rows = pd.read_csv(REAL / "bano2015" / file, names=names, dtype=str)
        lon, lat = rows.lon.astype(float).to_numpy(), rows.lat.astype(float).to_numpy()
        x, y = from_lonlat(lon, lat, epsg)
        points = pd.DataFrame(
            {"result_x": x, "result_y": y, "result_citycode": CITIES[epsg], "result_radius_m": 0.0}
        )
        out = locate(points, {2015: qpv}, year=2020)
        left = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat, crs=4326))
        joined = gpd.sjoin(left, qpv.frame[["code_qpv", "geometry"]], how="left")
        code = joined[~joined.index.duplicated()].code_qpv.fillna("").astype(str)
        clear = ~(out.qpv_distance_m <= 1)
        say(
            mesure="bano", fichier=file, lignes_lues=len(rows), lignes_rendues=len(out),
            lignes_sjoin=len(joined), en_qpv=int((out.qpv_code != "").sum()),
            a_plus_d_un_metre=int(clear.sum()),
            cotes_differents=int((out.qpv_code.astype(str) != code)[clear].sum()),
        )  # fmt: skip


def main() -> None:
    """Run one measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mesure", choices=["vitesse", "bondy", "bano", "enfant"])
    parser.add_argument("reste", nargs="*")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    asked = parser.parse_args()
    if asked.mesure == "enfant":
        what, folder, repeats = asked.reste
        child(what, Path(folder), int(repeats))
    elif asked.mesure == "vitesse":
        speed(asked.points, asked.repetitions)
    elif asked.mesure == "bondy":
        bondy()
    else:
        bano()


if __name__ == "__main__":
    main()
