"""The stage: points and maps in, one row of `LOCATION_COLUMNS` a row out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity, fail, stop_on_faults
from tfpb.model.codes import QpvStatut
from tfpb.model.results import LOCATION_COLUMNS
from tfpb.perimeters.decisions import apply_decisions
from tfpb.perimeters.join import A_VERIFIER, DANS, HORS, STATUTS, Sides, map_of, sides, surface_side
from tfpb.perimeters.limits import Limits
from tfpb.perimeters.points import Positions, check_points, positions, texts
from tfpb.perimeters.surfaces import reference_key
from tfpb.perimeters.territories import quarters_in_metres
from tfpb.perimeters.vintages import NEW, OLD, VINTAGES, evolution_of, ruling_vintages
from tfpb.words.location import Case, Circumstances, reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
_SURFACE_WORDS: Final = np.array(["dans", "hors", "", "coupee", ""], dtype=object)
_PLAIN: Final = (
    int(Case.HORS_LOIN),
    int(Case.HORS_NET),
    int(Case.DANS_NET),
    int(Case.SANS_POSITION),
)


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
    """Tell on which side of the quarters' limits each row lies, for a tax year.

    Parameters
    ----------
    points : DataFrame, n rows
        `result_x, result_y` (metres, legal projection of `result_citycode`) or `longitude,
        latitude` (EPSG:4326); `result_radius_m`, `result_verdict`, `result_parcelle` if known;
        `id_residence, id_batiment, adresse` when decisions are given.
    maps : mapping of vintage to QpvMap
        The map that rules the year must be there; the other one is optional.
    year : int
        Tax year.
    default_radius_m : float
        Uncertainty of points that carry none.
    parcels, footprints : GeoDataFrame, optional
        Surfaces (EPSG:4326 or any CRS said) with an `id`.
    decisions : DataFrame, optional
        Typed `DECISIONS_LIMITES`.

    Returns
    -------
    DataFrame, n rows
        `LOCATION_COLUMNS` (+ `SURFACE_COLUMNS` when surfaces were given), index of `points`.

    Raises
    ------
    TfpbError
        Year without map, map not imported, positions that cannot be right, points that no quarter
        is anywhere near.
    """
    at = positions(points, default_radius_m=default_radius_m)
    ruling = ruling_vintages(year, at.epsg)
    wanted = sorted(set(ruling.tolist())) or [int(ruling_vintages(year, np.array([2154]))[0])]
    missing = [v for v in wanted if map_of(maps, v) is None]
    stop_on_faults(Fault("carte_absente", fields={"millesime": v, "annee": year}) for v in missing)
    stop_on_faults(check_points(points))
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
        out = apply_decisions(out, points, decisions, maps)
    return _with_evolution(out)


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
    """Tell which rows have a quarter of the map within `COVER_M`."""
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
        told = {"lignes": strangers, "millesime": vintage, "distance_km": round(COVER_M / 1000)}
        if strangers:
            out.append(Fault("carte_partielle", fields=told, severity=Severity.DOUTE))
        if not (located["qpv_code"].to_numpy(dtype=object)[rows] != "").any():
            told = {"lignes": int(rows.sum()), "millesime": vintage}
            out.append(Fault("aucun_point_en_qpv", fields=told, severity=Severity.DOUTE))
    return out


class _Labels:
    """Codes and names of the maps laid end to end, so that rows of two maps share one table."""

    def __init__(self, maps: Mapping[int, QpvMap], vintages: Sequence[int]) -> None:
        codes: list[str] = []
        names: list[str] = []
        self.start: dict[int, int] = {}
        for vintage in vintages:
            self.start[vintage] = len(codes)
            codes += maps[vintage].frame["code_qp"].astype(str).tolist()
            names += maps[vintage].frame["nom_qp"].astype(str).tolist()
        self.codes, self.names = _text([*codes, ""]), _text([*names, ""])
        self.full = [f"« {n} » ({c})" for c, n in zip(codes, names, strict=True)] + [""]

    def place(self, vintage: int, quarter: NDArray[np.intp]) -> NDArray[np.intp]:
        """Shift positions of one map into the common table; −1 stays the empty label."""
        return np.where(quarter >= 0, quarter + self.start[vintage], -1)


def _text(values: Sequence[str]) -> Any:
    """Make a text array whose `take` is done in bulk (strings of the installed pandas)."""
    return pd.Series(list(values)).array


def _statut_text(statut: NDArray[np.intp]) -> Any:
    return _text([s.value for s in STATUTS]).take(statut)


def _table(
    index: pd.Index, at: Positions, maps: Mapping[int, QpvMap], found: Mapping[int, Sides],
    rules: Mapping[int, Flags],
) -> pd.DataFrame:  # fmt: skip
    n = len(at.x)
    labels = _Labels(maps, list(found))
    statut = np.full(n, A_VERIFIER, np.intp)
    distance = np.full(n, np.nan)
    vintage = np.zeros(n, np.int64)
    picked = {
        k: np.full(n, -1, np.intp) for k in ("code", "holder", "other", "nearest", "tied", "case")
    }
    for year, side in found.items():
        rows = rules[year]
        statut[rows], distance[rows], vintage[rows] = side.statut[rows], side.distance_m[rows], year
        for key, into in picked.items():
            values = getattr(side, key)[rows]
            into[rows] = values if key == "case" else labels.place(year, values)
    out: dict[str, Any] = {
        "qpv_statut": _statut_text(statut),
        "qpv_code": labels.codes.take(picked["code"]),
        "qpv_nom": labels.names.take(picked["code"]),
        "qpv_distance_m": np.round(distance, 3),
        "qpv_proche_code": labels.codes.take(picked["nearest"]),
        "qpv_proche_nom": labels.names.take(picked["nearest"]),
        "qpv_millesime": pd.array(vintage, dtype="Int64"),
    }
    empty = _text([""])
    for year in (OLD, NEW):
        side_of = found.get(year)
        none = np.zeros(n, np.intp)
        out[f"qpv{year}_statut"] = (
            empty.take(none) if side_of is None else _statut_text(side_of.statut)
        )
        out[f"qpv{year}_code"] = (
            empty.take(none)
            if side_of is None
            else labels.codes.take(labels.place(year, side_of.code))
        )
    out["qpv_evolution"] = empty.take(np.zeros(n, np.intp))
    out["qpv_motif"] = _motives(at, found, rules, labels, picked, distance)
    return pd.DataFrame(out, index=index, columns=list(LOCATION_COLUMNS))


def _motives(
    at: Positions, found: Mapping[int, Sides], rules: Mapping[int, Flags], labels: _Labels,
    picked: Mapping[str, NDArray[np.intp]], distance: NDArray[np.float64],
) -> Any:  # fmt: skip
    """Say the reason of each row; equal reasons are said once and shared."""
    case = picked["case"]
    radius = np.round(np.minimum(at.radius_m, 1e6), 1).astype(np.float64)
    plain = np.isin(case, _PLAIN) & (picked["other"] < 0) & (picked["tied"] < 0)
    key = np.where(
        plain, (case * 2 + at.by_default) * 100_000_000 + (radius * 10).astype(np.int64), -1
    )
    codes, uniques = pd.factorize(key)
    sentences = [_plain_reason(int(k)) for k in uniques]
    special = np.flatnonzero(~plain)
    if len(special):
        base = len(sentences)
        position, said = _special(special, at, found, rules, labels, picked, radius, distance)
        codes[special] = base + position
        sentences += said
    return _text(sentences or [""]).take(codes)


def _plain_reason(key: int) -> str:
    """Say a reason that needs no quarter, from its packed key (−1: no sentence)."""
    if key < 0:
        return ""
    head, radius = divmod(key, 100_000_000)
    case, by_default = divmod(head, 2)
    return reason(Case(case), Circumstances(radius_m=radius / 10, by_default=bool(by_default)))


def _special(
    rows: NDArray[np.intp], at: Positions, found: Mapping[int, Sides], rules: Mapping[int, Flags],
    labels: _Labels, picked: Mapping[str, NDArray[np.intp]], radius: NDArray[np.float64],
    distance: NDArray[np.float64],
) -> tuple[NDArray[np.intp], list[str]]:  # fmt: skip
    """Say the reasons that name quarters and distances, each distinct one once."""
    surface, share = _surfaces_told(rows, found, rules, picked["case"][rows])
    case = picked["case"][rows]
    holder = np.where(case == int(Case.SURFACE_DANS), picked["code"][rows], picked["holder"][rows])
    near = np.nan_to_num(distance[rows], nan=-1.0)
    told = np.where(near < 10, np.round(near, 1), np.round(near))  # noqa: PLR2004 - decimetres under 10 m
    known: dict[tuple[Any, ...], int] = {}
    columns = (
        case, holder, picked["other"][rows], picked["nearest"][rows], picked["tied"][rows],
        told, radius[rows], at.by_default[rows], at.verdict[rows], surface, np.round(share, 2),
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
                verdict=k[8], surface=k[9], share=k[10],
            ),
        )
        for k in known
    ]  # fmt: skip


def _surfaces_told(
    rows: NDArray[np.intp],
    found: Mapping[int, Sides],
    rules: Mapping[int, Flags],
    case: NDArray[np.intp],
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Name the surface each case rests on, and its share inside quarters (−1 where there is none)."""
    names = np.full(len(rows), "", dtype=object)
    shares = np.full(len(rows), -1.0)
    told = np.flatnonzero(case >= int(Case.SURFACE_DANS))
    for vintage, side in found.items():
        for i in told[rules[vintage][rows[told]]].tolist():
            row = rows[i]
            parcel, building = float(side.parcel.share[row]), float(side.footprint.share[row])
            parcel_words = f"la parcelle {side.parcel.name[row]}".rstrip()
            building_words = f"l’emprise du bâtiment {side.footprint.name[row]}".rstrip()
            if case[i] == int(Case.SURFACES_CONTRAIRES):
                names[i], shares[i] = f"{parcel_words}, {building_words}", parcel
                continue
            cut = case[i] == int(Case.SURFACE_COUPEE)
            settled = surface_side(np.array([building]))[0] in (DANS, HORS)
            by_building = (cut and not np.isnan(building)) or (not cut and settled)
            names[i], shares[i] = (
                (building_words, building) if by_building else (parcel_words, parcel)
            )
    return names, shares


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
    """Compare both maps; empty where one is missing."""
    before, after = (pd.factorize(out[f"qpv{y}_statut"]) for y in (OLD, NEW))
    sides_of = [[QpvStatut(v) if v else None for v in found[1]] for found in (before, after)]
    width = max(1, len(sides_of[1]))
    pairs = [
        evolution_of(a, b).value if a is not None and b is not None else ""
        for a in sides_of[0]
        for b in sides_of[1]
    ]
    if len(out):
        out["qpv_evolution"] = _text(pairs or [""]).take(before[0] * width + after[0])
    return out
