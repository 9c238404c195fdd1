"""The invented territory of the simulated region: communes, streets, numbers, quarters. Fictional data."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pyproj import Transformer

if TYPE_CHECKING:
    from pathlib import Path

DEPARTEMENTS = ("02", "59", "60", "62", "80")
OVERSEAS = ("974",)
NUMBERS = 50  # a street
STREET_GAP_M, NUMBER_GAP_M = 40.0, 30.0
KINDS = ("Rue", "Avenue", "Allée", "Impasse", "Boulevard", "Place", "Chemin", "Square")
FIRST = ("Jean", "Marie", "Louis", "Anne", "Pierre", "Jeanne", "Paul", "Rose", "Émile", "Zoé")
HEADS, TAILS = (
    ("Mar", "Ber", "Du", "Le", "Mo", "Gi", "Ro", "Fa"),
    ("tin", "nard", "bois", "roux", "rel"),
)
SYLLABLES = ("Val", "Mont", "Bois", "Font", "Clair", "Haut", "Beau", "Vert", "Roche", "Orme")
ENDS = ("mont", "ville", "court", "lieu", "fontaine", "val", "bourg", "champ")
HEXAGON, ISLAND = (2154, 600_000.0, 6_980_000.0), (2975, 320_000.0, 7_640_000.0)
"""Legal projection, and metres of the first commune."""


@dataclass(frozen=True)
class Land:
    """The territory.

    Parameters
    ----------
    communes : DataFrame
        `code, nom, postal, departement, epci, nom_epci, x, y` (metres, lower left).
    streets : DataFrame
        `commune (position), nom, rang` : one row a street, at y + rang × 40 m.
    quarters : DataFrame
        `code` (of the map that rules the year), `code2015, code2024, nom, commune, bas, haut` (ranks of
        streets), `gauche, droite` (ranks of numbers).
    epsg : int
    """

    communes: pd.DataFrame
    streets: pd.DataFrame
    quarters: pd.DataFrame
    epsg: int = 2154

    def degrees(self, x: Any, y: Any) -> Any:
        """Return longitude and latitude."""
        return Transformer.from_crs(self.epsg, 4326, always_xy=True).transform(x, y)

    def point(self, street: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the metres of a number (`place` 0..49) of a street."""
        rows = self.streets.iloc[street]
        towns = self.communes.iloc[rows["commune"].to_numpy()]
        x = towns["x"].to_numpy() + place * NUMBER_GAP_M
        y = towns["y"].to_numpy() + rows["rang"].to_numpy() * STREET_GAP_M
        return x, y + np.where(place % 2, 6.0, -6.0)


def make_land(
    communes: int, addresses: int, quarters: int, seed: int, *, overseas: bool = False
) -> Land:
    """Invent the territory."""
    departements = OVERSEAS if overseas else DEPARTEMENTS
    epsg, east, north = ISLAND if overseas else HEXAGON
    rng = np.random.default_rng([seed, 1])
    a_commune = max(6, addresses // communes // NUMBERS)
    per = -(-communes // len(departements))
    rows = []
    names = [f"{a}{e}" for a in SYLLABLES for e in ENDS]
    for k in range(communes):
        dep, rank = departements[k // per], k % per
        epci = k // 5
        nom = f"{names[k % len(names)]}-{('sur-Orve', 'les-Bains', 'le-Haut')[k // len(names) % 3]}"
        rows.append(
            (_code(dep, (950 if per <= 50 else 900) + rank), nom, _code(dep, 950 + rank % 50), dep,
             f"2000{epci:05d}", f"Agglomération fictive {epci + 1}",
             east + (k % 20) * 6000, north + (k // 20) * 6000)
        )  # fmt: skip
    towns = pd.DataFrame(
        rows, columns=["code", "nom", "postal", "departement", "epci", "nom_epci", "x", "y"]
    )
    pool = [f"{k} {f} {h}{t}" for k in KINDS for f in FIRST for h in HEADS for t in TAILS]
    streets = pd.concat(
        [
            pd.DataFrame({"commune": k, "nom": rng.choice(pool, a_commune, replace=False),
                          "rang": np.arange(a_commune)})
            for k in range(communes)
        ],
        ignore_index=True,
    )  # fmt: skip
    return Land(towns, streets, _quarters(towns, quarters, a_commune, overseas=overseas), epsg)


def _code(departement: str, number: int) -> str:
    """Return a code of five digits: overseas the département takes three."""
    return departement + str(number)[-(5 - len(departement)) :]


def _quarters(towns: pd.DataFrame, count: int, streets: int, *, overseas: bool) -> pd.DataFrame:
    """Put quarters in the first two communes of each intercommunalité, then further.

    Overseas, the year 2025 is ruled by the quarters of 2015.
    """
    order = sorted(range(len(towns)), key=lambda k: (k % 5, k // 5))
    slots = [(k, s) for k in order for s in range(3)]
    ranks: dict[str, int] = {}
    rows = []
    third = streets // 3
    for k, s in slots[:count]:
        dep = str(towns["departement"].iloc[k])
        ranks[dep] = ranks.get(dep, 0) + 1
        new = f"QN{dep:0>3}{ranks[dep]:02d}I"
        old = f"QP{dep:0>3}{ranks[dep]:03d}"
        left = 5 + 15 * s
        rows.append((old if overseas else new, old, new, f"Quartier {new[3:7]}", k,
                     s * third, s * third + max(2, third - 2), left, left + 14))  # fmt: skip
    columns = ["code", "code2015", "code2024", "nom", "commune", "bas", "haut", "gauche", "droite"]
    return pd.DataFrame(rows, columns=columns)


def write_sources(land: Land, folder: Path) -> dict[str, Path]:
    """Write the territory as the official files are: addresses, quarters of both maps."""
    folder.mkdir(parents=True, exist_ok=True)
    out = {"adresses": folder / "adresses.csv.gz"}
    street = np.repeat(np.arange(len(land.streets)), NUMBERS)
    place = np.tile(np.arange(NUMBERS), len(land.streets))
    x, y = land.point(street, place)
    lon, lat = land.degrees(x, y)
    rows = land.streets.iloc[street]
    towns = land.communes.iloc[rows["commune"].to_numpy()]
    codes = towns["code"].to_numpy()
    number = place + 1
    key = np.char.zfill((rows["rang"].to_numpy() * 10 + 10).astype("U4"), 4)
    ids = [f"{c}_{k}_{n:05d}" for c, k, n in zip(codes, key, number, strict=True)]
    columns = {
        "id": ids, "id_fantoir": "", "numero": number, "rep": "", "nom_voie": rows["nom"].to_numpy(),
        "code_postal": towns["postal"].to_numpy(), "code_insee": codes,
        "nom_commune": towns["nom"].to_numpy(), "code_insee_ancienne_commune": "",
        "nom_ancienne_commune": "", "x": x.round(2), "y": y.round(2), "lon": lon.round(7),
        "lat": lat.round(7), "type_position": "entrée", "alias": "", "nom_ld": "",
        "libelle_acheminement": "", "nom_afnor": "", "source_position": "données fictives",
        "source_nom_voie": "données fictives", "certification_commune": 1, "cad_parcelles": "",
    }  # fmt: skip
    text = pd.DataFrame(columns).to_csv(sep=";", index=False)
    out["adresses"].write_bytes(gzip.compress(text.encode(), 1, mtime=0))
    for vintage in (2015, 2024):
        out[f"qpv{vintage}"] = folder / f"qpv{vintage}.geojson"
        out[f"qpv{vintage}"].write_text(json.dumps(_geojson(land, vintage)), encoding="utf-8")
    return out


def _geojson(land: Land, vintage: int) -> dict[str, object]:
    features = []
    for q in land.quarters.itertuples(index=False):
        town = land.communes.iloc[q.commune]
        west, east = (
            town["x"] + (q.gauche - 0.5) * NUMBER_GAP_M,
            town["x"] + (q.droite + 0.5) * NUMBER_GAP_M,
        )
        south, north = (
            town["y"] + (q.bas - 0.5) * STREET_GAP_M,
            town["y"] + (q.haut + 0.5) * STREET_GAP_M,
        )
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        lonlat = [[round(v, 7) for v in land.degrees(*p)] for p in ring]
        if vintage == 2024:
            told = {"code_qp": q.code2024, "lib_qp": q.nom, "insee_reg": "32", "lib_reg": "Région fictive",
                    "insee_dep": town["departement"], "lib_dep": town["departement"],
                    "insee_com": town["code"], "lib_com": town["nom"],
                    "siren_epci": town["epci"]}  # fmt: skip
        else:
            told = {"CODE_QP": q.code2015, "NOM_QP": q.nom, "COMMUNE_QP": town["nom"]}
        features.append({"type": "Feature", "properties": told,
                         "geometry": {"type": "MultiPolygon", "coordinates": [[lonlat]]}})  # fmt: skip
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    return {"type": "FeatureCollection", "name": f"QPV {vintage} (données fictives)", "crs": crs,
            "features": features}  # fmt: skip
