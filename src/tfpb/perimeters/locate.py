"""On which side of the limits each point lies: points and maps in, `LOCATION_COLUMNS` out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity, fail, stop_on_faults
from tfpb.model.codes import QpvStatut
from tfpb.model.results import LOCATION_COLUMNS
from tfpb.perimeters.decisions import apply_decisions
from tfpb.perimeters.join import A_VERIFIER, DANS, STATUTS, Sides, sides, surface_side
from tfpb.perimeters.legal_areas import quarters_in_metres
from tfpb.perimeters.limits import Limits
from tfpb.perimeters.motives import Labels, motives, texts_of
from tfpb.perimeters.points import Given, Positions, check_points, positions, texts
from tfpb.perimeters.surfaces import reference_key
from tfpb.perimeters.vintages import NEW, OLD, VINTAGES, evolution_of, map_of, ruling_vintages

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from tfpb.model.location import QpvMap

    Flags = NDArray[np.bool_]

SURFACE_COLUMNS: Final = (
    "qpv_point", "qpv_parcelle", "qpv_parcelle_part", "qpv_parcelle_ref",
    "qpv_emprise", "qpv_emprise_part",
)  # fmt: skip
"""Side-by-side answers, added after the contract's columns when parcels or footprints are given:
side of the point alone (dans|hors), of the parcel and of the footprint (dans|hors|coupee, empty when
unknown), shares 0..1 inside quarters, identifiers of the parcels."""
DEFAULT_RADIUS_M: Final = 30.0
COVER_M: Final = 20_000.0
"""A map whose nearest quarter is farther than this does not cover the place."""
_SIDES: Final = texts_of([s.value for s in STATUTS])
_EVOLUTIONS: Final = texts_of([evolution_of(a, b).value for a in STATUTS for b in STATUTS])
_SURFACE_WORDS: Final = np.array(["dans", "hors", "", "coupee", ""], dtype=object)


def locate(
    points: pd.DataFrame,
    maps: Mapping[int, QpvMap],
    *,
    year: int,
    default_radius_m: float = DEFAULT_RADIUS_M,
    parcels: gpd.GeoDataFrame | None = None,
    footprints: gpd.GeoDataFrame | None = None,
    decisions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Find on which side of the quarters' limits each row lies, for a tax year.

    Parameters
    ----------
    points : DataFrame or GeoDataFrame, n rows
        `result_x, result_y` (metres, legal projection of `result_citycode`) or `longitude,
        latitude` (EPSG:4326); of a GeoDataFrame without them, the points of its geometry, in any CRS.
        `result_radius_m` (uncertainty, metres), `result_verdict`, `result_parcelle` if known;
        `id_residence, id_batiment, adresse` when decisions are given.
    maps : mapping of vintage (2015, 2024) to QpvMap
        Frames in EPSG:4326 or any declared CRS. The map that rules the year must be there; the other
        one is optional and gives `qpv_evolution`.
    year : int
        Tax year, 2016 to 2030: the side is read on the map in force on 1 January.
    default_radius_m : float
        Uncertainty of points that carry none, metres.
    parcels, footprints : GeoDataFrame, optional
        Surfaces with an `id`, in any declared CRS (EPSG:4326 when none is).
    decisions : DataFrame, optional
        Typed `DECISIONS_LIMITES`.

    Returns
    -------
    DataFrame, n rows
        `LOCATION_COLUMNS` (+ `SURFACE_COLUMNS` when surfaces were given), index of `points`:
        `qpv_statut` is `dans`, `hors` or `a_verifier` (nearer to a limit than its uncertainty),
        `qpv_distance_m` metres to the nearest limit (NaN beyond 2 000 m).

    Raises
    ------
    TfpbError
        `annee_zus`, `annee_hors_champ`, `carte_absente`, `projection_absente`, positions that cannot be
        right (`check_points`), `aucun_point_apparie` when no quarter is anywhere near.

    References
    ----------
    Décrets 2014-1750 and 2023-1314 (lists of quarters), arrêté of 19 January 2018 (limit along a road:
    its axis). The answer helps to decide; it certifies nothing.

    Examples
    --------
    A quarter of about 1.4 × 2.2 km, one point in its middle, one 10 m from its limit, one outside:

    >>> import geopandas as gpd
    >>> import shapely
    >>> from tfpb.model.location import QpvMap
    >>> quarter = gpd.GeoDataFrame(
    ...     {"code_qp": ["QN05991I"], "nom_qp": ["Les Tilleuls"]},
    ...     geometry=[shapely.box(3.06, 50.62, 3.08, 50.64)], crs=4326)
    >>> points = gpd.GeoDataFrame(
    ...     geometry=gpd.points_from_xy([3.07, 3.07985, 3.09], [50.63] * 3), crs=4326)
    >>> found = locate(points, {2024: QpvMap(2024, quarter)}, year=2025)
    >>> found[["qpv_statut", "qpv_code", "qpv_proche_code"]]
       qpv_statut  qpv_code qpv_proche_code
    0        dans  QN05991I        QN05991I
    1  a_verifier  QN05991I        QN05991I
    2        hors                  QN05991I
    >>> found["qpv_distance_m"].round().tolist()
    [709.0, 11.0, 709.0]
    """
    given = Given.of(points)
    ruling = ruling_vintages(year, given.epsg)
    wanted = sorted(pd.unique(ruling).tolist()) or [int(ruling_vintages(year, np.array([2154]))[0])]
    missing = [v for v in wanted if map_of(maps, v) is None]
    stop_on_faults(Fault("carte_absente", fields={"millesime": v, "annee": year}) for v in missing)
    stop_on_faults(check_points(points, given=given))
    at = positions(points, default_radius_m=default_radius_m, given=given)
    references = _references(points) if parcels is not None else None
    found = {
        v: sides(at, m, parcels=parcels, footprints=footprints, references=references)
        for v in VINTAGES
        if (m := map_of(maps, v)) is not None
    }
    _refuse_strangers(at, maps, found, ruling)
    rules = {v: ruling == v for v in found}
    out = _table(points.index, at, maps, found, rules)
    if parcels is not None or footprints is not None:
        _side_by_side(out, found, rules)
    if decisions is not None and len(decisions):
        out = _with_evolution(apply_decisions(out, points, decisions, maps))
    return out


def _references(points: pd.DataFrame) -> list[str]:
    """Write the parcels cited by each row as the cadastre identifies them."""
    cited = texts(points, "result_parcelle")
    towns = texts(points, "result_citycode")
    return [
        " | ".join(filter(None, (reference_key(part, town) for part in text.split("|"))))
        if text
        else ""
        for text, town in zip(cited, towns, strict=True)
    ]


def _refuse_strangers(
    at: Positions, maps: Mapping[int, QpvMap], found: Mapping[int, Sides], ruling: NDArray[np.int64]
) -> None:
    """Refuse a file none of whose points is anywhere near the ruling map.

    Such a file is not « hors QPV »: its projection or the map is wrong.
    """
    if not at.placed.any():
        return
    for vintage, side in found.items():
        near = (ruling == vintage) & (np.isfinite(side.distance_m) | (side.point == DANS))
        if near.any() or covered(at, maps[vintage], ruling == vintage).any():
            return
    vintage = int(ruling[at.placed][0])
    raise fail(
        "aucun_point_apparie", lignes=int(at.placed.sum()), millesime=vintage,
        distance_km=round(COVER_M / 1000),
    )  # fmt: skip


def covered(at: Positions, qpv: QpvMap, rows: Flags) -> Flags:
    """Return which rows have a quarter of the map within `COVER_M`."""
    out = np.zeros(len(at.x), dtype=bool)
    for epsg, (_, polygons) in quarters_in_metres(qpv).items():
        mine = np.flatnonzero(rows & at.placed & (at.epsg == epsg))
        if len(mine):
            near = Limits.of(polygons).nearest(at.x[mine], at.y[mine], reach_m=COVER_M)
            out[mine] = np.isfinite(near.distance_m)
    return out


def coverage_doubts(
    points: pd.DataFrame, located: pd.DataFrame, maps: Mapping[int, QpvMap], *, year: int
) -> list[Fault]:
    """Doubt a file with nothing in any quarter, and rows the imported map does not cover.

    Parameters
    ----------
    points, maps, year
        As given to `locate`.
    located : DataFrame
        What `locate` answered.
    """
    at = positions(points, default_radius_m=DEFAULT_RADIUS_M)
    ruling = ruling_vintages(year, at.epsg)
    out = []
    for vintage in sorted(set(ruling[at.placed].tolist())):
        rows = (ruling == vintage) & at.placed
        far = rows & np.isnan(located["qpv_distance_m"].to_numpy(dtype=float))
        strangers = int((far & ~covered(at, maps[vintage], far)).sum()) if far.any() else 0
        fields = {"lignes": strangers, "millesime": vintage, "distance_km": round(COVER_M / 1000)}
        if strangers:
            out.append(Fault("carte_partielle", fields=fields, severity=Severity.DOUTE))
        if not (located["qpv_code"].to_numpy(dtype=object)[rows] != "").any():
            fields = {"lignes": int(rows.sum()), "millesime": vintage}
            out.append(Fault("aucun_point_en_qpv", fields=fields, severity=Severity.DOUTE))
    return out


def _table(
    index: pd.Index, at: Positions, maps: Mapping[int, QpvMap], found: Mapping[int, Sides],
    rules: Mapping[int, Flags],
) -> pd.DataFrame:  # fmt: skip
    n = len(at.x)
    labels = Labels(maps, list(found))
    picked = _picked(n, found, rules, labels)
    nothing = texts_of([""]).take(np.zeros(n, np.int8))
    out: dict[str, Any] = {
        "qpv_statut": _SIDES.take(picked["statut"]),
        "qpv_code": labels.codes.take(picked["code"]),
        "qpv_nom": labels.names.take(picked["code"]),
        "qpv_distance_m": np.round(picked["distance_m"], 3),
        "qpv_proche_code": labels.codes.take(picked["nearest"]),
        "qpv_proche_nom": labels.names.take(picked["nearest"]),
        "qpv_millesime": pd.array(picked["vintage"], dtype="Int64"),
    }
    for year in VINTAGES:
        side = found.get(year)
        out[f"qpv{year}_statut"] = nothing if side is None else _SIDES.take(side.statut)
        out[f"qpv{year}_code"] = (
            nothing if side is None else labels.codes.take(labels.place(year, side.code))
        )
    both = len(found) == len(VINTAGES)
    out["qpv_evolution"] = (
        _EVOLUTIONS.take(found[OLD].statut * len(STATUTS) + found[NEW].statut) if both else nothing
    )
    out["qpv_motif"] = motives(at, found, rules, labels, picked)
    return pd.DataFrame(out, index=index, columns=list(LOCATION_COLUMNS), copy=False)


def _picked(
    n: int, found: Mapping[int, Sides], rules: Mapping[int, Flags], labels: Labels
) -> dict[str, NDArray[Any]]:
    """Take from the ruling map of each row what its answer needs; quarters in the common table."""
    quarters = ("code", "holder", "other", "nearest", "tied")
    if len(found) == 1:
        ((year, side),) = found.items()
        out: dict[str, NDArray[Any]] = {k: labels.place(year, getattr(side, k)) for k in quarters}
        out |= {"statut": side.statut, "case": side.case, "distance_m": side.distance_m}
        return out | {"vintage": np.full(n, year, np.int64)}
    out = {k: np.full(n, -1, np.int32) for k in quarters}
    out |= {"statut": np.full(n, A_VERIFIER, np.int8), "case": np.zeros(n, np.int8)}
    out |= {"distance_m": np.full(n, np.nan), "vintage": np.zeros(n, np.int64)}
    for year, side in found.items():
        rows = rules[year]
        for key in quarters:
            out[key][rows] = labels.place(year, getattr(side, key)[rows])
        for key in ("statut", "case", "distance_m"):
            out[key][rows] = getattr(side, key)[rows]
        out["vintage"][rows] = year
    return out


def _side_by_side(
    out: pd.DataFrame, found: Mapping[int, Sides], rules: Mapping[int, Flags]
) -> None:
    """Add the answers of point, parcel and footprint on the ruling map."""
    n = len(out)
    words = {k: np.full(n, "", dtype=object) for k in ("point", "parcelle", "emprise", "ref")}
    parts = {k: np.full(n, np.nan) for k in ("parcelle", "emprise")}
    for vintage, side in found.items():
        rows = rules[vintage]
        words["point"][rows] = _SURFACE_WORDS[side.point[rows]]
        words["ref"][rows] = side.parcel.name[rows]
        for key, surface in (("parcelle", side.parcel), ("emprise", side.footprint)):
            words[key][rows] = _SURFACE_WORDS[surface_side(surface.share)[rows]]
            parts[key][rows] = np.round(surface.share[rows], 4)
    out["qpv_point"] = words["point"]
    out["qpv_parcelle"], out["qpv_parcelle_part"] = words["parcelle"], parts["parcelle"]
    out["qpv_parcelle_ref"] = words["ref"]
    out["qpv_emprise"], out["qpv_emprise_part"] = words["emprise"], parts["emprise"]


def _with_evolution(out: pd.DataFrame) -> pd.DataFrame:
    """Compare both maps anew, once decisions have moved a side; empty where a map is missing."""
    pairs = zip(out[f"qpv{OLD}_statut"], out[f"qpv{NEW}_statut"], strict=True)
    both = [evolution_of(QpvStatut(a), QpvStatut(b)).value if a and b else "" for a, b in pairs]
    out["qpv_evolution"] = texts_of(both)
    return out
