"""The data of the web map: one compact value, cut to a budget, that no text can break out of."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tfpb.facts.quarter import codes_of
from tfpb.model.codes import Publication
from tfpb.model.legal.map_table import other_of
from tfpb.model.projection import LONLAT, crs
from tfpb.report import theme
from tfpb.report.print_map.views import lines_of
from tfpb.words.places import map_words as words
from tfpb.words.places.side_words import NOT_AN_ATTESTATION, SIDE_WORDS
from tfpb.words.survey.satisfaction import THEMES
from tfpb.words.survey.verdict_words import VERDICTS, plainly, sign

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.location import MapModel

DEGREES: Final = 100_000
"""Coordinates are whole hundred-thousandths of a degree (about one metre), written as differences."""
GROUND_BYTES: Final = 2_400_000
"""What the ground may weigh, so that the whole page stays under five megabytes."""
NEAR_M: Final = 650.0
"""Streets are kept that close to a quarter or a résidence."""
PARCELS_NEAR_M: Final = 220.0


def payload(model: MapModel) -> dict[str, Any]:
    """Make the value the page's script reads (short keys: it is repeated thousands of times)."""
    return {
        "meta": _meta(model),
        "mots": words.PAGE,
        "statuts": SIDE_WORDS,
        "themes": THEMES,
        "verdicts": {
            code: {
                "mot": plainly(code, Publication.PUBLIABLE),
                "signe": sign(code),
            }
            for code in VERDICTS
        },
        "classes": words.GAP_CLASSES,
        "couleurs": _colours(),
        "qpv": _quarters(model.qpv),
        "ancien": _quarters(model.qpv_old),
        "residences": _residences(model.residences),
        "ecarts": _gaps(model.gaps),
        "fond": _ground(model),
        "afaire": [
            [t.title, t.stake, t.names, t.day, list(t.homes), list(t.quarters)] for t in model.tasks
        ],
    }


def to_json(value: object) -> str:
    """Write JSON that may stand inside a page: no « < », « > » or « & » survives as itself."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode("utf-8", "replace").decode("utf-8")


def _meta(model: MapModel) -> dict[str, Any]:
    return {
        "titre": words.DRAFT_TITLE.format(title=model.title) if model.draft else model.title,
        "bailleur": model.bailleur,
        "annee": model.year,
        "date": model.date,
        "millesime": model.vintage,
        "ancien": other_of(model.vintage),
        "empreinte": model.run_hash,
        "limite": model.claim_until,
        "fictif": model.fictional,
        "avertissement": NOT_AN_ATTESTATION,
        "sources": model.sources,
    }


def _colours() -> dict[str, Any]:
    return {
        "qpv": theme.QPV,
        "ancien": theme.QPV_OLD,
        "dans": theme.DANS,
        "hors": theme.HORS,
        "a_verifier": theme.A_VERIFIER,
        "encre": theme.INK,
        "doux": theme.SOFT,
        "papier": theme.PAPER,
        "rue": theme.STREET,
        "nomRue": theme.STREET_NAME,
        "parcelle": theme.PARCEL,
        "bordParcelle": theme.PARCEL_EDGE,
        "commune": theme.COMMUNE,
        "ecarts": theme.GAP_SCALE,
        "montants": theme.MONEY_SCALE,
        "bornes": theme.GAP_BREAKS,
    }


def _number(value: Any, digits: int = 2) -> Any:
    """Return a plain JSON number; a missing one is null."""
    read = pd.to_numeric(value, errors="coerce")
    if pd.isna(read) or not math.isfinite(read):
        return None
    number = round(float(read), digits)
    return int(number) if number.is_integer() else number


def _line(coords: Any) -> list[int]:
    """Write a line as first point, then differences: `[x, y, dx, dy, …]`."""
    whole = np.rint(np.asarray(coords)[:, :2] * DEGREES).astype(int)
    steps = np.vstack([whole[:1], np.diff(whole, axis=0)])
    keep = np.any(steps != 0, axis=1)
    keep[0] = True
    kept: list[int] = steps[keep].ravel().tolist()
    return kept


def _polygons(shape: Any) -> list[list[list[int]]]:
    """Write polygons as lists of rings; coordinates in degrees."""
    fine = shapely.simplify(shape, 0.000012)
    out = []
    for part in shapely.get_parts(fine):
        if part.geom_type == "Polygon" and not part.is_empty:
            rings = (part.exterior, *part.interiors)
            out.append([_line(shapely.get_coordinates(r)) for r in rings])
    return out


def _anchor(shape: Any) -> list[int]:
    """Return where a name is written: the point deepest in the largest part; none without surface."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
    if not parts:
        return []
    deepest = shapely.maximum_inscribed_circle(max(parts, key=shapely.area))
    return _line(shapely.get_coordinates(deepest)[:1])


_WORDS: Final = {"eta": "etats", "prv": "prouve", "loc": "locataires"}
"""What a quarter says in words, by key of the page."""
_MONEY: Final = {"acq": "acquis", "rec": "a_reclamer", "ris": "a_risque"}
"""Euros of a résidence, by key of the page."""


def _quarters(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    numbers = {
        "log": "logements",
        "res": "residences",
        "abt": "abattement_eur",
        "val": "valorise_eur",
        "abl": "abattement_par_logement_eur",
        "vll": "valorise_par_logement_eur",
    }
    out = []
    degrees = frame.to_crs(crs(LONLAT)) if frame.crs is not None and len(frame) else frame
    degrees = degrees.sort_values("code_qpv", kind="stable")
    for code, (_, row) in zip(codes_of(degrees), degrees.iterrows(), strict=True):
        one: dict[str, Any] = {"code": code, "nom": str(row["nom"])}
        if "commune" in degrees:
            one["com"] = str(row["commune"])
        # the page rounds once: an amount cut to cents would be rounded twice
        one |= {k: _number(row[c], 6) for k, c in numbers.items() if c in degrees}
        one |= {key: str(row[c]) for key, c in _WORDS.items() if c in degrees and row[c]}
        one["geo"] = _polygons(row["geometry"])
        one["nomme"] = _anchor(row["geometry"])
        out.append(one)
    return out


def _texts(values: Iterable[Any]) -> list[str]:
    return ["" if pd.isna(v) else str(v) for v in values]


def _coded(values: Iterable[Any]) -> dict[str, list[Any]]:
    """Write a column of repeated texts as its list of texts and one index a row."""
    text = _texts(values)
    known = sorted(set(text))
    index = {t: i for i, t in enumerate(known)}
    return {"v": known, "i": [index[t] for t in text]}


def _residences(frame: pd.DataFrame) -> dict[str, Any]:
    table = frame.sort_values("id_residence", kind="stable")
    counts = {"log": "logements", "des": "dessines", "non": "non_dessines", "dis": "distance_m"}
    coords = {
        name: [_number(v * DEGREES, 0) if pd.notna(v) else None for v in table[column]]
        for name, column in (("x", "longitude"), ("y", "latitude"))
    }
    return {
        "id": [str(v) for v in table["id_residence"]],
        "nom": _texts(table["nom"]),
        "adr": _texts(table["adresse"]),
        "bai": _coded(table["bailleur"]),
        "com": _coded(table["commune"]),
        "sta": _coded(table["statut"]),
        "qpv": _coded(codes_of(table)),
        "mot": _coded(table["motif"]),
        "dou": {str(row): list(lines) for row, lines in enumerate(table["doutes"]) if lines},
        **{key: [_number(v, 0) for v in table[name]] for key, name in counts.items()},
        "cou": [int(bool(t)) for t in _texts(table["coupee"])],
        **coords,
        **{
            key: [_number(v, 6) for v in table[name]]
            for key, name in _MONEY.items()
            if name in table
        },
        **({"avi": _coded(table["etat_avis"])} if "etat_avis" in table else {}),
    }


def _gaps(frame: pd.DataFrame) -> dict[str, Any]:
    """Protected gaps; a cell without a number keeps its words."""
    if frame.empty:
        return {"items": [], "vagues": [], "lignes": []}
    items = frame.drop_duplicates("item")[["item", "libelle", "theme"]]
    order = {item: i for i, item in enumerate(items["item"])}
    waves = list(dict.fromkeys(frame["vague"].astype(str)))
    rows = [
        [
            str(r.code_qpv),
            waves.index(str(r.vague)),
            order[r.item],
            _number(r.ecart, 6),  # whole points are told by their digits
            _number(r.ic90_bas, 4),
            _number(r.ic90_haut, 4),
            _number(r.n, 0),
            str(r.verdict),
            str(r.phrase),
            str(r.faible),
        ]
        for r in frame.itertuples(index=False)
    ]
    return {
        "items": [
            {"id": str(r.item), "lib": str(r.libelle), "th": str(r.theme)}
            for r in items.itertuples(index=False)
        ],
        "vagues": waves,
        "lignes": rows,
    }


def _ground(model: MapModel) -> dict[str, Any]:
    """Choose the ground within the budget: main streets, then small ones, then parcels."""
    ground = model.ground
    spent = 0
    communes: list[dict[str, Any]] = []
    if len(ground.communes):
        near = _near(ground.communes, model, 1500.0)
        shapes = near.geometry.simplify(8.0).to_crs(crs(LONLAT))
        for name, shape in zip(near["nom"], shapes, strict=True):
            communes.append({"nom": str(name), "geo": [_line(c) for c in lines_of(shape)]})
    spent += _weight(communes)
    streets, spent = _streets(model, spent)
    parcels: list[list[list[int]]] = []
    if len(ground.parcels):
        near = _near(ground.parcels, model, PARCELS_NEAR_M)
        shapes = near.geometry.simplify(1.0).to_crs(crs(LONLAT))
        parcels, _ = _affordable(([_line(c) for c in lines_of(s)] for s in shapes), spent)
    return {"communes": communes, "rues": streets, "parcelles": [r for p in parcels for r in p]}


def _affordable(drawn: Iterable[Any], spent: int) -> tuple[list[Any], int]:
    """Take what is drawn, in order, while the budget lasts; and what is spent then."""
    out = []
    for one in drawn:
        spent += _weight(one)
        if spent > GROUND_BYTES:
            break
        out.append(one)
    return out, spent


def _streets(model: MapModel, spent: int) -> tuple[list[list[Any]], int]:
    """Return streets as `[name, rank, commune, line]`, by rank, while the budget lasts."""
    layer = model.ground.streets
    if layer.empty:
        return [], spent
    layer = _near(layer, model, NEAR_M)
    where = _commune_of(layer, model.ground.communes)
    lines = layer.geometry.simplify(1.5).to_crs(crs(LONLAT))
    rows = sorted(
        zip(layer["nom"].astype(str), layer["rang"].astype(int), where, lines, strict=True),
        key=lambda r: r[1],
    )
    return _affordable(([*row[:3], _line(shapely.get_coordinates(row[3]))] for row in rows), spent)


def _commune_of(layer: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> list[str]:
    names = [""] * len(layer)
    if communes.empty or layer.empty:
        return names
    middle = layer.geometry.interpolate(0.5, normalized=True)
    place, commune = communes.sindex.query(middle.to_numpy(), predicate="within")
    for p, c in sorted(zip(place.tolist(), commune.tolist(), strict=True), reverse=True):
        names[p] = str(communes["nom"].iloc[c])
    return names


def _near(layer: gpd.GeoDataFrame, model: MapModel, reach: float) -> gpd.GeoDataFrame:
    """Keep what lies close to a quarter or a résidence."""
    known = model.residences.dropna(subset=["longitude", "latitude"])
    spots = gpd.GeoSeries(
        gpd.points_from_xy(known["longitude"], known["latitude"]), crs=crs(LONLAT)
    )
    shapes = [
        s.to_crs(layer.crs).to_numpy() for s in (spots, model.qpv.geometry) if len(s) and layer.crs
    ]
    if not shapes:
        return layer
    tree = shapely.STRtree(np.concatenate(shapes))
    found = tree.query(layer.geometry.to_numpy(), predicate="dwithin", distance=reach)
    return layer.iloc[np.unique(found[0])]


def _weight(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
