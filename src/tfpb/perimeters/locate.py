"""On which side of the limits each point lies: points and maps in, `LOCATION_COLUMNS` out."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity, fail, stop_on_faults
from tfpb.facts.place import evolution_between, evolution_of
from tfpb.model.columns import texts
from tfpb.model.legal.map_table import VINTAGES, pair_of
from tfpb.model.location import department_of
from tfpb.model.results import LOCATION_COLUMNS
from tfpb.perimeters.decisions import apply_decisions
from tfpb.perimeters.join import (
    DANS,
    HORS,
    QUARTERS,
    STATUTS,
    Sides,
    doubt_against_neighbours,
    neighbours,
    sides,
    surface_side,
)
from tfpb.perimeters.legal_areas import quarters_in_metres
from tfpb.perimeters.limits import Limits
from tfpb.perimeters.points import Given, Positions, check_points, positions
from tfpb.perimeters.surfaces import SurfaceAnswer, reference_key
from tfpb.perimeters.vintages import map_of, ruling_vintages
from tfpb.words.places.side_words import QUARTER, Case, Circumstances, reason, surface_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.model.arrays import Flags, Floats, Indices, Integers, Objects
    from tfpb.model.location import QpvMap


_PLAIN: Final = (
    int(Case.HORS_LOIN),
    int(Case.HORS_NET),
    int(Case.DANS_NET),
    int(Case.SANS_POSITION),
)
_BY_PARCEL: Final = (
    int(Case.SURFACES_CONTRAIRES),
    int(Case.SURFACE_CONTRE_POINT),
    int(Case.SURFACE_LOIN),
)
"""Cases that rest on the parcel, whatever the building says."""
Answer = TypeVar("Answer", "Sides", "SurfaceAnswer")
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
_SURFACE_WORDS: Final = np.array(["dans", "hors", "", "coupee", ""], dtype=object)


class Labels:
    """Codes and names of the maps laid end to end, so that rows of two maps share one table."""

    def __init__(self, maps: Mapping[int, QpvMap], vintages: Sequence[int]) -> None:
        codes: list[str] = []
        names: list[str] = []
        self.start: dict[int, int] = {}
        for vintage in vintages:
            self.start[vintage] = len(codes)
            codes += maps[vintage].frame["code_qpv"].astype(str).tolist()
            names += maps[vintage].frame["nom_qpv"].astype(str).tolist()
        self.codes, self.names = texts_of([*codes, ""]), texts_of([*names, ""])
        both = zip(codes, names, strict=True)
        self.full = [*(QUARTER.format(code=c, name=n) for c, n in both), ""]

    def place(self, vintage: int, quarter: NDArray[Any]) -> NDArray[Any]:
        """Shift positions of one map into the common table; −1 stays the empty label."""
        start = self.start[vintage]
        return quarter if start == 0 else np.where(quarter >= 0, quarter + start, -1)


def texts_of(values: Sequence[str]) -> Any:
    """Make a text array whose `take` shares its strings: the sentence of a million rows is kept once.

    The default text of pandas copies the letters for each row, which costs ten times the memory.
    """
    return pd.array(list(values), dtype=pd.StringDtype("python", na_value=np.nan))


def motives(at: Positions, ruled: Sides, labels: Labels) -> Any:
    """Write the reason of each row; equal reasons are written once and shared."""
    case = ruled.case.astype(np.int64)
    radius = np.round(np.minimum(at.radius_m, 1e6), 1).astype(np.float64)
    plain = np.isin(case, _PLAIN) & (ruled.other < 0) & (ruled.tied < 0)
    key = np.where(
        plain, (case * 2 + at.by_default) * 100_000_000 + (radius * 10).astype(np.int64), -1
    )
    codes, uniques = pd.factorize(key)
    sentences = [_plain_reason(int(k)) for k in uniques]
    special = np.flatnonzero(~plain)
    if len(special):
        base = len(sentences)
        position, written = _special(special, at, ruled, labels, radius)
        codes[special] = base + position
        sentences += written
    return texts_of(sentences or [""]).take(codes)


def _plain_reason(key: int) -> str:
    """Write a reason that needs no quarter, from its packed key (−1: no sentence)."""
    if key < 0:
        return ""
    head, radius = divmod(key, 100_000_000)
    case, by_default = divmod(head, 2)
    return reason(Case(case), Circumstances(radius_m=radius / 10, by_default=bool(by_default)))


def _special(
    rows: Indices, at: Positions, ruled: Sides, labels: Labels, radius: Floats
) -> tuple[Indices, list[str]]:
    """Write the reasons that name quarters and distances, each distinct one once."""
    surface, share, quarter = _surfaces(rows, ruled)
    case = ruled.case[rows]
    held = np.where(quarter == ruled.code[rows], quarter, -1)
    holder = np.where(case == int(Case.SURFACE_DANS), held, ruled.holder[rows])
    gap = np.round(np.nan_to_num(ruled.parcel.gap_m[rows]))
    near = np.nan_to_num(ruled.distance_m[rows], nan=-1.0)
    shown = np.where(near < 10, np.round(near, 1), np.round(near))  # noqa: PLR2004 - decimetres under 10 m
    known: dict[tuple[Any, ...], int] = {}
    columns = (
        case, holder, ruled.other[rows], ruled.nearest[rows], ruled.tied[rows], shown, radius[rows],
        at.by_default[rows], at.verdict[rows], surface, np.round(share, 2), quarter, gap,
    )  # fmt: skip
    keys = zip(*(c.tolist() for c in columns), strict=True)
    position = np.array([known.setdefault(k, len(known)) for k in keys], dtype=np.intp)
    full = labels.full
    return position, [
        reason(
            Case(k[0]),
            Circumstances(
                holder=full[k[1]], other=full[k[2]], nearest=full[k[3]], tied=full[k[4]],
                distance_m=k[5] if k[5] >= 0 else float("nan"), radius_m=k[6], by_default=k[7],
                verdict=k[8], surface=k[9], share=k[10], quarter=full[k[11]], gap_m=k[12],
            ),
        )
        for k in known
    ]  # fmt: skip


def _surfaces(rows: Indices, ruled: Sides) -> tuple[Objects, Floats, Indices]:
    """Name the surface each case rests on, its share inside quarters, the one that holds it (−1: none)."""
    names = np.full(len(rows), "", dtype=object)
    quarters = np.full(len(rows), -1, dtype=np.intp)
    shares = np.full(len(rows), -1.0)
    at = np.flatnonzero(ruled.case[rows] >= int(Case.SURFACE_DANS))
    mine, parcel, building = rows[at], ruled.parcel, ruled.footprint
    case = ruled.case[mine]
    settled = np.isin(surface_side(building.share[mine]), (DANS, HORS))
    known = ~np.isnan(building.share[mine])
    by_building = np.where(case == int(Case.SURFACE_COUPEE), known, settled)
    by_building &= ~np.isin(case, _BY_PARCEL)
    shares[at] = np.where(by_building, building.share[mine], parcel.share[mine])
    whole, of_parcel = (np.where(s.shared[mine], -1, s.quarter[mine]) for s in (building, parcel))
    quarters[at] = np.where(by_building, whole, of_parcel)
    names[at] = [
        surface_words(parcel.name[row], building.name[row], Case(k), by_building=b)
        for row, k, b in zip(mine, case, by_building, strict=True)
    ]
    return names, shares, quarters


_SIDES: Final = texts_of([s.value for s in STATUTS])
_EVOLUTIONS: Final = texts_of([evolution_of(a, b).value for a in STATUTS for b in STATUTS])


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
        latitude` (EPSG:4326); of a GeoDataFrame, the points of its geometry, in any CRS, which these
        columns may repeat to the metre.
        `result_radius_m` (uncertainty, metres), `result_verdict`, `result_parcelle` if known;
        `id_residence, id_batiment, adresse` when decisions are given.
    maps : mapping of vintage to QpvMap
        Frames in EPSG:4326 or any declared CRS. The map that rules the year must be there; the others
        are optional, and the one before it gives `qpv_evolution`.
    year : int
        Tax year: the side is read on the map in force on 1 January.
    default_radius_m : float
        Uncertainty of points that carry none, metres.
    parcels, footprints : GeoDataFrame, optional
        Surfaces with an `id`, in any declared CRS (EPSG:4326 when none is).
    decisions : DataFrame, optional
        Typed `DECISIONS_LIMITES`.

    Returns
    -------
    DataFrame, n rows
        A GeoDataFrame with the same geometry where `points` is one. `LOCATION_COLUMNS` (+
        `SURFACE_COLUMNS` when surfaces were given), index of `points`:
        `qpv_statut` is `dans`, `hors` or `a_verifier` (nearer to a limit than its uncertainty),
        `qpv_distance_m` metres to the nearest limit (NaN beyond 2 000 m).

    Raises
    ------
    TfpbError
        `annee_zus`, `annee_hors_champ`, `carte_absente`, `projection_absente`, positions that cannot be
        right (`check_points`), `geometrie_contredite`, `aucun_point_apparie` when no quarter is anywhere
        near.

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
    ...     {"code_qpv": ["QN05991I"], "nom_qpv": ["Les Tilleuls"]},
    ...     geometry=[shapely.box(3.06, 50.62, 3.08, 50.64)], crs=4326)
    >>> points = gpd.GeoDataFrame(
    ...     geometry=gpd.points_from_xy([3.07, 3.07985, 3.09], [50.63001] * 3), crs=4326)
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
    if parcels is not None or footprints is not None:
        together, in_street = neighbours(points, at)
        for side in found.values():
            doubt_against_neighbours(side, together, in_street)
    labels = Labels(maps, list(found))
    surfaces = parcels is not None or footprints is not None
    ruled = _ruled(found, ruling, labels, surfaces=surfaces)
    _refuse_strangers(at, maps, ruled, ruling)
    out = _table(points.index, at, found, ruled, ruling, labels)
    if surfaces:
        _side_by_side(out, ruled)
    if decisions is not None and len(decisions):
        out = _with_evolution(apply_decisions(out, points, decisions, maps))
    if isinstance(points, gpd.GeoDataFrame):
        placed: pd.DataFrame = gpd.GeoDataFrame(out, geometry=points.geometry)
        return placed
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
    at: Positions, maps: Mapping[int, QpvMap], ruled: Sides, ruling: Integers
) -> None:
    """Refuse a file none of whose points is anywhere near the ruling map.

    Such a file is not « hors QPV »: its projection or the map is wrong.
    """
    near = np.isfinite(ruled.distance_m) | (ruled.point == DANS)
    if near.any() or not at.placed.any():
        return
    if any(covered(at, maps[v], ruling == v).any() for v in np.unique(ruling).tolist()):
        return
    raise fail(
        "aucun_point_apparie", lignes=int(at.placed.sum()), millesime=int(ruling[at.placed][0]),
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

    `located` comes from `locate`, of the other arguments. `carte_partielle`, `aucun_point_en_qpv`, one a
    map; `carte_sans_departement` where an extract has no quarter of the départements of some rows.
    """
    towns = texts(points, "result_citycode").map(department_of).to_numpy(dtype=object)
    at = positions(points, default_radius_m=DEFAULT_RADIUS_M)
    ruling = ruling_vintages(year, at.epsg)
    out = []
    for vintage in sorted(set(ruling[at.placed].tolist())):
        rows = (ruling == vintage) & at.placed
        far = rows & np.isnan(located["qpv_distance_m"].to_numpy(dtype=float))
        absent = far & (towns != "") & ~np.isin(towns, sorted(maps[vintage].departments))
        if absent.any() and not maps[vintage].is_national:
            names = ", ".join(sorted(set(towns[absent])))
            fields = {"lignes": int(absent.sum()), "millesime": vintage}
            doubt = Fault("carte_sans_departement", Place(), names, fields, Severity.DOUTE)
            out.append(doubt)
            far &= ~absent
        strangers = int((far & ~covered(at, maps[vintage], far)).sum()) if far.any() else 0
        fields = {"lignes": strangers, "millesime": vintage, "distance_km": round(COVER_M / 1000)}
        if strangers:
            out.append(Fault("carte_partielle", fields=fields, severity=Severity.DOUTE))
        if not (located["qpv_code"].to_numpy(dtype=object)[rows] != "").any():
            fields = {"lignes": int(rows.sum()), "millesime": vintage}
            out.append(Fault("aucun_point_en_qpv", fields=fields, severity=Severity.DOUTE))
    return out


def _ruled(
    found: Mapping[int, Sides], ruling: Integers, labels: Labels, *, surfaces: bool
) -> Sides:
    """Take for each row the answer of the map that rules it; quarters are positions in `labels`."""
    (_, out), *others = found.items()
    for vintage, side in others:
        rows, start = ruling == vintage, labels.start[vintage]
        parts: dict[str, Any] = {"parcel": out.parcel, "footprint": out.footprint}
        if surfaces:
            parts = {k: _merged(v, getattr(side, k), rows, start) for k, v in parts.items()}
        out = _merged(out, side, rows, start, **parts)
    return out


def _merged(mine: Answer, other: Answer, rows: Flags, start: int, **known: Any) -> Answer:
    """Return `mine` with the values of `other` at some rows; its quarters begin at `start`."""
    values = dict(known)
    for name in (f.name for f in fields(mine) if f.name not in known):
        a, b = getattr(mine, name), getattr(other, name)
        if name in QUARTERS:
            b = np.where(b >= 0, b + start, -1)
        values[name] = np.where(rows, b, a)
    return replace(mine, **values)


def _table(
    index: pd.Index, at: Positions, found: Mapping[int, Sides], ruled: Sides,
    ruling: Integers, labels: Labels,
) -> pd.DataFrame:  # fmt: skip
    nothing = texts_of([""]).take(np.zeros(len(index), np.int8))
    out: dict[str, Any] = {
        "qpv_statut": _SIDES.take(ruled.statut),
        "qpv_code": labels.codes.take(ruled.code),
        "qpv_nom": labels.names.take(ruled.code),
        "qpv_distance_m": np.round(ruled.distance_m, 3),
        "qpv_proche_code": labels.codes.take(ruled.nearest),
        "qpv_proche_nom": labels.names.take(ruled.nearest),
        "qpv_millesime": pd.array(ruling, dtype="Int64"),
    }
    for year in VINTAGES:
        side = found.get(year)
        out[f"qpv{year}_statut"] = nothing if side is None else _SIDES.take(side.statut)
        out[f"qpv{year}_code"] = (
            nothing if side is None else labels.codes.take(labels.place(year, side.code))
        )
    out["qpv_evolution"] = nothing
    for vintage in np.unique(ruling).tolist():
        old, new = pair_of(vintage)
        if old in found and new in found:
            both = _EVOLUTIONS.take(found[old].statut * len(STATUTS) + found[new].statut)
            rows = ruling == vintage
            out["qpv_evolution"] = both if rows.all() else _where(rows, both, out["qpv_evolution"])
    out["qpv_motif"] = motives(at, ruled, labels)
    return pd.DataFrame(out, index=index, columns=list(LOCATION_COLUMNS), copy=False)


def _side_by_side(out: pd.DataFrame, ruled: Sides) -> None:
    """Add the answers of point, parcel and footprint on the ruling map."""
    out["qpv_point"] = _SURFACE_WORDS[ruled.point]
    for name, surface in (("parcelle", ruled.parcel), ("emprise", ruled.footprint)):
        out[f"qpv_{name}"] = _SURFACE_WORDS[surface_side(surface.share)]
        out[f"qpv_{name}_part"] = np.round(surface.share, 4)
        if name == "parcelle":
            out["qpv_parcelle_ref"] = surface.name


def _with_evolution(out: pd.DataFrame) -> pd.DataFrame:
    """Compare both maps of each row anew, once decisions have moved a side; empty where one is missing."""
    found = pd.Series("", index=out.index, dtype=object)
    for vintage in pd.unique(out["qpv_millesime"]).tolist():
        found = found.mask(
            out["qpv_millesime"] == vintage, evolution_between(out, pair_of(int(vintage)))
        )
    out["qpv_evolution"] = texts_of(found.tolist())
    return out


def _where(rows: Flags, mine: Any, other: Any) -> Any:
    """Return texts at some rows, others elsewhere."""
    return texts_of(
        np.where(rows, np.asarray(mine, dtype=object), np.asarray(other, dtype=object)).tolist()
    )
