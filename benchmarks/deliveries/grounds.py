"""Communes where deliveries take place: doors well inside or well outside of the quarters."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
VALMONT = ROOT / "examples" / "valmont" / "geodonnees_sources"
BANO = ["id", "numero", "voie", "code_postal", "commune", "source", "lat", "lon"]
STEP_M = 12.0
"""Two numbers of a side of a street are at most this far apart for each unit between them, metres."""
CLEAR_M = 80.0
"""A door nearer than this to a limit is in no clean dossier, metres: no radius of a number reaches it."""


@dataclass(frozen=True)
class Place:
    """A commune or two, its tax year, and what its notices bear.

    Attributes
    ----------
    epsg : int
        The legal projection of the place.
    points_given : bool
        No address base is there: the stock bears x and y.
    rates : dict
        Rates of a notice by commune (Insee code), percent.
    """

    name: str
    communes: tuple[str, ...]
    tax_year: int
    vintage: int
    epsg: int
    rates: dict[str, dict[str, float]]
    points_given: bool = False


PLACES = {
    "valmont": Place(
        "valmont",
        ("59999",),
        2025,
        2024,
        2154,
        {"59999": {"commune": 52.34, "syndicats": 1.12, "epci": 4.05, "tse": 0.31, "gemapi": 0.52}},
    ),
    "bondy": Place(
        "bondy",
        ("93010",),
        2024,
        2015,
        2154,
        {"93010": {"commune": 38.76, "epci": 0.0, "tse": 0.512, "tasa": 0.374, "gemapi": 0.097}},
    ),
    "ardennes": Place(
        "ardennes",
        ("08105", "08409"),
        2024,
        2015,
        2154,
        {
            "08105": {"commune": 53.9, "syndicats": 0.0, "epci": 3.2, "tse": 0.441, "gemapi": 0.31},
            "08409": {
                "commune": 57.27,
                "syndicats": 0.84,
                "epci": 3.2,
                "tse": 0.441,
                "gemapi": 0.31,
            },
        },
    ),
    "guadeloupe": Place(
        "guadeloupe",
        ("97107", "97105"),
        2025,
        2015,
        5490,
        {
            "97107": {"commune": 61.42, "epci": 2.15, "tse": 1.83, "gemapi": 0.0},
            "97105": {"commune": 68.09, "epci": 2.15, "tse": 1.83, "gemapi": 0.0},
        },
    ),
    "belfort": Place(
        "belfort",
        ("90010",),
        2025,
        2024,
        2154,
        {"90010": {"commune": 42.13, "epci": 2.88, "tse": 0.27, "gemapi": 0.44}},
        points_given=True,
    ),
}


def present() -> list[str]:
    """Places whose files stand on this machine: all of them beside the shared data, else the invented one."""
    return list(PLACES) if DATA.is_dir() else ["valmont"]


def _quarters_file(place: Place) -> Path:
    if place.name == "valmont":
        return VALMONT / f"qpv{place.vintage}_valmont.geojson"
    if place.name == "bondy":
        return DATA / "bondy_93010" / "qpv2015.geojson"
    if place.name == "belfort":
        return DATA / "belfort_90" / "qpv2024.geojson"
    return DATA / "qpv2015" / "QP_METROPOLEOUTREMER_WGS84_EPSG4326.shp"


@cache
def quarters(name: str) -> geopandas.GeoDataFrame:
    """Quarters of a place: `code`, `nom`, outline in its legal projection."""
    place = PLACES[name]
    os.environ.setdefault("SHAPE_ENCODING", "ISO-8859-1")  # the national file of 2015 has no .cpg
    read = geopandas.read_file(_quarters_file(place))
    read = read.rename(
        columns={"CODE_QP": "code", "code_qp": "code", "NOM_QP": "nom", "lib_qp": "nom"}
    )
    starts = {"ardennes": "QP008", "guadeloupe": "QP971"}.get(name, "Q")
    read = read.loc[read["code"].str.startswith(starts), ["code", "nom", "geometry"]]
    read["geometry"] = read.geometry.make_valid()
    return read.to_crs(place.epsg).reset_index(drop=True)


def _bano(name: str) -> pd.DataFrame:
    if name == "belfort":
        doors_of = _invented_doors()
        placed = geopandas.GeoSeries(
            geopandas.points_from_xy(doors_of["x"], doors_of["y"]), crs=2154
        ).to_crs(4326)
        streets = {
            street: f"90010{rank:04d}X" for rank, street in enumerate(doors_of["voie"].unique())
        }
        keys = doors_of["voie"].map(streets) + "-" + doors_of["numero"]
        return doors_of.assign(
            id=keys,
            source="OSM",
            lat=placed.y.round(6).astype(str),
            lon=placed.x.round(6).astype(str),
        )
    file = {"ardennes": "bano-08.csv", "guadeloupe": "bano-971.csv"}[name]
    rows = pd.read_csv(DATA / "bano2015" / file, header=None, names=BANO, dtype=str)
    rows["code_insee"] = rows["id"].str[:5]
    return rows[rows["code_insee"].isin(PLACES[name].communes)]


def _addresses(name: str) -> pd.DataFrame:
    if name in ("ardennes", "guadeloupe"):
        rows = _bano(name)
    elif name == "belfort":
        return _invented_doors()
    else:
        file = (
            VALMONT / "adresses-59999.csv.gz"
            if name == "valmont"
            else DATA / "bondy_93010" / "ban_utf8.csv"
        )
        rows = pd.read_csv(file, sep=";", dtype=str, keep_default_na=False)
        rows = rows[rows["rep"].isin(["", "NA"])].rename(
            columns={"nom_voie": "voie", "nom_commune": "commune"}
        )
    rows = rows[
        ~rows["voie"].str.contains("[ÃÂâ€™]")
    ]  # streets whose accents the base itself has spoiled
    rows = rows[rows["numero"].str.fullmatch(r"\d+")].drop_duplicates(
        ["code_insee", "voie", "numero"]
    )
    points = geopandas.points_from_xy(rows["lon"].astype(float), rows["lat"].astype(float))
    placed = geopandas.GeoSeries(points, crs=4326).to_crs(PLACES[name].epsg)
    return rows[["numero", "voie", "code_postal", "commune", "code_insee"]].assign(
        x=placed.x.to_numpy(), y=placed.y.to_numpy()
    )


def _invented_doors() -> pd.DataFrame:
    """Doors of Belfort on invented streets: no address base of it is at hand, its stock bears x and y."""
    random = np.random.default_rng(90010)
    bounds = quarters("belfort").total_bounds
    kinds = ["Rue", "Avenue", "Allée", "Impasse"]
    flowers = "Acacias Bouleaux Cerisiers Dahlias Églantines Fougères Genêts Houx "
    flowers += "Iris Jonquilles Lilas Marronniers Noyers Ormes Peupliers"
    names = [f"{kind} des {flower}" for kind in kinds for flower in flowers.split()]
    rows = []
    for street in range(60):
        x, y = random.uniform(bounds[0], bounds[2]), random.uniform(bounds[1], bounds[3])
        angle = random.uniform(0, np.pi)
        name = names[street]
        rows += [
            (
                str(number),
                name,
                "90000",
                "Belfort",
                "90010",
                x + 9 * number * np.cos(angle),
                y + 9 * number * np.sin(angle),
            )
            for number in range(1, 16)
        ]
    return pd.DataFrame(
        rows, columns=["numero", "voie", "code_postal", "commune", "code_insee", "x", "y"]
    )


@cache
def doors(name: str) -> pd.DataFrame:
    """Doors of a place that no radius can move across a limit.

    Returns
    -------
    pandas.DataFrame
        `numero`, `voie`, `code_postal`, `commune`, `code_insee`, `x`, `y` (metres, legal projection) and
        `qpv`, the code of the quarter that holds the door, empty outside; none within `CLEAR_M` of a limit.
    """
    rows = _addresses(name).reset_index(drop=True)
    points = shapely.points(rows["x"].to_numpy(), rows["y"].to_numpy())
    inside = np.full(len(rows), "", dtype=object)
    near = np.full(len(rows), np.inf)
    for code, outline in quarters(name)[["code", "geometry"]].itertuples(index=False):
        inside[shapely.contains(outline, points)] = code
        near = np.minimum(near, shapely.distance(shapely.boundary(outline), points))
    rows["qpv"] = inside
    clear = rows[(near >= CLEAR_M) & _in_line(rows)]
    held = clear.groupby(["code_insee", "voie", "qpv"])["numero"].transform("size")
    return (
        clear[held >= 2]
        .sort_values(["code_insee", "voie", "numero"], key=_numbers)
        .reset_index(drop=True)
    )


def _in_line(rows: pd.DataFrame) -> pd.Series:
    """Keep numbers that stand where their street's next ones make them expected: others are honest doubts."""
    kept = pd.Series(data=False, index=rows.index)
    for _, held in rows.assign(rank=rows["numero"].astype(int)).groupby(["code_insee", "voie"]):
        for parity in (0, 1):
            side = held[held["rank"] % 2 == parity].sort_values("rank")
            apart = np.hypot(side["x"].diff(), side["y"].diff())
            fine = apart.isna() | (apart <= STEP_M * side["rank"].diff())
            after = fine.shift(-1, fill_value=True)
            kept.loc[side.index[fine & after]] = True
    return kept


def _numbers(column: pd.Series) -> pd.Series:
    return column.astype(int) if column.name == "numero" else column


def prepare(name: str, folder: Path, run: list[str]) -> Path:
    """Import the geography of a place once, by the command a user would type; returns its folder."""
    place, done = PLACES[name], folder / name / "fait.txt"
    if done.is_file():
        return done.parent
    shutil.rmtree(done.parent, ignore_errors=True)
    done.parent.mkdir(parents=True)
    outlines = folder / f"{name}.geojson"
    if name == "valmont":
        outlines = _quarters_file(place)
    else:
        column = "CODE_QP" if place.vintage == 2015 else "code_qp"
        label = "NOM_QP" if place.vintage == 2015 else "lib_qp"
        quarters(name).to_crs(4326).rename(columns={"code": column, "nom": label}).to_file(
            outlines, driver="GeoJSON"
        )
    steps = [["importer-qpv", str(outlines), "--millesime", str(place.vintage)]]
    if name in ("ardennes", "guadeloupe", "belfort"):
        kept = folder / f"bano-{name}.csv"
        _bano(name)[BANO].to_csv(kept, header=False, index=False)
        steps.append(["importer-adresses", str(kept)])
    elif name == "bondy":
        steps.append(["importer-adresses", str(DATA / "bondy_93010" / "ban_utf8.csv")])
    elif name == "valmont":
        steps.append(
            [
                "importer-adresses",
                *(str(VALMONT / f) for f in ("adresses-59999.csv.gz", "lieux-dits-59999.csv.gz")),
            ]
        )
        steps.append(
            ["importer-qpv", str(VALMONT / "qpv2015_valmont.geojson"), "--millesime", "2015"]
        )
    if name == "belfort":
        steps.append(
            ["importer-qpv", str(DATA / "belfort_90" / "qpv2015.geojson"), "--millesime", "2015"]
        )
        steps.append(
            [
                "importer-communes",
                str(DATA / "contours" / "communes-90-territoire-de-belfort.geojson"),
            ]
        )
    if name == "bondy":
        steps.append(
            ["importer-communes", str(DATA / "contours" / "communes-93-seine-saint-denis.geojson")]
        )
    for step in steps:
        subprocess.run(
            [*run, "geodonnees", *step, "--geodonnees", str(done.parent)],
            check=True,
            capture_output=True,
        )
    done.write_text("fait\n", encoding="utf-8")
    return done.parent
