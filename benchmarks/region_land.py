"""The invented territory of the simulated region: communes, streets, numbers, quarters. Fictional data."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pyproj import Transformer

if TYPE_CHECKING:
    from pathlib import Path

DEPARTEMENTS = ("02", "59", "60", "62", "80")
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
_DEGREES = Transformer.from_crs(2154, 4326, always_xy=True)


@dataclass(frozen=True)
class Land:
    """The territory.

    Parameters
    ----------
    communes : DataFrame
        `code, nom, postal, departement, epci, nom_epci, x, y` (metres, EPSG:2154, lower left).
    streets : DataFrame
        `commune (position), nom, rang` : one row a street, at y + rang × 40 m.
    quarters : DataFrame
        `code, code2015, nom, commune, bas, haut` (ranks of streets), `gauche, droite` (ranks of numbers).
    """

    communes: pd.DataFrame
    streets: pd.DataFrame
    quarters: pd.DataFrame

    def point(self, street: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the metres of a number (`place` 0..49) of a street."""
        rows = self.streets.iloc[street]
        towns = self.communes.iloc[rows["commune"].to_numpy()]
        x = towns["x"].to_numpy() + place * NUMBER_GAP_M
        y = towns["y"].to_numpy() + rows["rang"].to_numpy() * STREET_GAP_M
        return x, y + np.where(place % 2, 6.0, -6.0)


def make_land(communes: int, addresses: int, quarters: int, seed: int) -> Land:
    """Invent the territory."""
    rng = np.random.default_rng([seed, 1])
    a_commune = max(6, addresses // communes // NUMBERS)
    per = -(-communes // len(DEPARTEMENTS))
    rows = []
    names = [f"{a}{e}" for a in SYLLABLES for e in ENDS]
    for k in range(communes):
        dep, rank = DEPARTEMENTS[k // per], k % per
        epci = k // 5
        nom = f"{names[k % len(names)]}-{('sur-Orve', 'les-Bains', 'le-Haut')[k // len(names) % 3]}"
        rows.append(
            (f"{dep}{950 + rank:03d}" if per <= 50 else f"{dep}{900 + rank:03d}", nom,
             f"{dep}{950 + rank % 50:03d}", dep, f"2000{epci:05d}", f"Agglomération fictive {epci + 1}",
             600_000.0 + (k % 20) * 6000, 6_980_000.0 + (k // 20) * 6000)
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
    return Land(towns, streets, _quarters(towns, quarters, a_commune))


def _quarters(towns: pd.DataFrame, count: int, streets: int) -> pd.DataFrame:
    """Put quarters in the first two communes of each intercommunalité, then further."""
    order = sorted(range(len(towns)), key=lambda k: (k % 5, k // 5))
    slots = [(k, s) for k in order for s in range(3)]
    ranks: dict[str, int] = {}
    rows = []
    third = streets // 3
    for k, s in slots[:count]:
        dep = str(towns["departement"].iloc[k])
        ranks[dep] = ranks.get(dep, 0) + 1
        code = f"QN0{dep}{ranks[dep]:02d}I"
        left = 5 + 15 * s
        rows.append((code, f"QP0{dep}{ranks[dep]:03d}", f"Quartier {code[3:7]}", k,
                     s * third, s * third + max(2, third - 2), left, left + 14))  # fmt: skip
    columns = ["code", "code2015", "nom", "commune", "bas", "haut", "gauche", "droite"]
    return pd.DataFrame(rows, columns=columns)


def write_sources(land: Land, folder: Path) -> dict[str, Path]:
    """Write the territory as the official files are: addresses, quarters of both maps."""
    folder.mkdir(parents=True, exist_ok=True)
    out = {"adresses": folder / "adresses.csv.gz"}
    street = np.repeat(np.arange(len(land.streets)), NUMBERS)
    place = np.tile(np.arange(NUMBERS), len(land.streets))
    x, y = land.point(street, place)
    lon, lat = _DEGREES.transform(x, y)
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
        lonlat = [[round(v, 7) for v in _DEGREES.transform(*p)] for p in ring]
        if vintage == 2024:
            told = {"code_qp": q.code, "lib_qp": q.nom, "insee_reg": "32", "lib_reg": "Région fictive",
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
