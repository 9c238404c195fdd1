"""From QPV 2015 to QPV 2024 by overlay: no official table exists, and the letter proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from tfpb.perimeters.join import map_of
from tfpb.perimeters.legal_areas import quarters_in_metres
from tfpb.perimeters.points import numbers, texts
from tfpb.perimeters.vintages import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.model.location import QpvMap

CORRESPONDENCE_COLUMNS: Final = (
    "code_2015", "nom_2015", "code_2024", "nom_2024", "surface_commune_m2", "part_2015", "part_2024",
    "logements", "lien",
)  # fmt: skip
KIN: Final = 0.05
"""Share of either quarter from which an overlap is a succession, not a neighbour's sliver."""
SAME: Final = 0.98
"""Share of both quarters from which they are the same one, redrawn."""
_DUST: Final = 0.001


def correspondence(
    maps: Mapping[int, QpvMap], entrances: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Overlay both maps, by area and by dwellings.

    Parameters
    ----------
    maps : mapping of vintage to QpvMap
    entrances : DataFrame, optional
        Located entrances (`qpv2015_code`, `qpv2024_code`, `nb_logements`); the table is then kept to
        the quarters they lie in or near, and those quarters' kin. Without it: the whole country.

    Returns
    -------
    DataFrame
        `CORRESPONDENCE_COLUMNS`, by code. Areas in m² of the legal projection; `part_2015`,
        `part_2024` are shares 0..1 of each quarter. A row whose `code_2024` is empty is what a 2015
        quarter lost, one whose `code_2015` is empty is what a 2024 quarter gained, so that shares
        of a quarter sum to 1. `lien`: identique | modifie | scinde | fusionne | nouveau | disparu.
        Empty when a map is missing.
    """
    old, new = map_of(maps, OLD), map_of(maps, NEW)
    if old is None or new is None:
        return pd.DataFrame(columns=list(CORRESPONDENCE_COLUMNS))
    pairs, areas_old, areas_new = _overlay(old, new)
    rows = _rows(pairs, areas_old, areas_new)
    table = pd.DataFrame(
        rows,
        columns=["code_2015", "code_2024", "surface_commune_m2", "part_2015", "part_2024", "lien"],
    )
    table["logements"] = _dwellings(table, entrances)
    if entrances is not None:
        table = table[_near(table, entrances)]
    for year, qpv in ((OLD, old), (NEW, new)):
        names = dict(
            zip(qpv.frame["code_qp"].astype(str), qpv.frame["nom_qp"].astype(str), strict=True)
        )
        table[f"nom_{year}"] = [names.get(c, "") for c in table[f"code_{year}"]]
    return (
        table[list(CORRESPONDENCE_COLUMNS)]
        .sort_values(["code_2015", "code_2024"], key=lambda s: s.where(s != "", "~"), kind="stable")
        .reset_index(drop=True)
    )


def heirs(table: pd.DataFrame) -> dict[str, str]:
    """Name for each 2015 quarter the 2024 quarter that took most of its dwellings, else of its area.

    Parameters
    ----------
    table : DataFrame
        As `correspondence` makes it.

    Returns
    -------
    dict of str to str
        Quarters that have disappeared are not in it.
    """
    kept = table[(table["code_2015"] != "") & (table["code_2024"] != "")]
    ranked = kept.sort_values(
        ["logements", "surface_commune_m2", "code_2024"],
        ascending=[False, False, True],
        kind="stable",
    ).drop_duplicates("code_2015")
    return dict(zip(ranked["code_2015"], ranked["code_2024"], strict=True))


def _overlay(
    old: QpvMap, new: QpvMap
) -> tuple[dict[tuple[str, str], float], dict[str, float], dict[str, float]]:
    """Measure common areas (m²) by pair of codes, and the areas of each quarter."""
    pairs: dict[tuple[str, str], float] = {}
    old_groups, new_groups = quarters_in_metres(old), quarters_in_metres(new)
    areas: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for qpv, groups, into in ((old, old_groups, areas[0]), (new, new_groups, areas[1])):
        codes = qpv.frame["code_qp"].astype(str).to_numpy(dtype=object)
        for members, polygons in groups.values():
            into.update(zip(codes[members], shapely.area(polygons).tolist(), strict=True))
    old_codes = old.frame["code_qp"].astype(str).to_numpy(dtype=object)
    new_codes = new.frame["code_qp"].astype(str).to_numpy(dtype=object)
    for epsg, (members, polygons) in old_groups.items():
        if epsg not in new_groups:
            continue
        others, shapes = new_groups[epsg]
        a, b = shapely.STRtree(shapes).query(polygons, predicate="intersects")
        common = shapely.area(shapely.intersection(polygons[a], shapes[b]))
        for i, j, area in zip(a.tolist(), b.tolist(), common.tolist(), strict=True):
            if area > 0:
                pairs[(str(old_codes[members[i]]), str(new_codes[others[j]]))] = area
    return pairs, areas[0], areas[1]


def _rows(
    pairs: Mapping[tuple[str, str], float],
    areas_old: Mapping[str, float],
    areas_new: Mapping[str, float],
) -> list[tuple[Any, ...]]:
    kin = [
        (a, b)
        for (a, b), area in pairs.items()
        if area / areas_old[a] >= KIN or area / areas_new[b] >= KIN
    ]
    heirs: dict[str, list[str]] = {}
    parents: dict[str, list[str]] = {}
    for a, b in kin:
        heirs.setdefault(a, []).append(b)
        parents.setdefault(b, []).append(a)
    related = set(kin)
    rows: list[tuple[Any, ...]] = []
    lost, gained = dict(areas_old), dict(areas_new)
    for (a, b), area in pairs.items():
        lost[a] -= area
        gained[b] -= area
        part_old, part_new = area / areas_old[a], area / areas_new[b]
        if max(part_old, part_new) < _DUST:
            continue
        rows.append(
            (
                a,
                b,
                area,
                part_old,
                part_new,
                _link(a, b, part_old, part_new, heirs, parents, related),
            )
        )
    for a, area in lost.items():
        if area / areas_old[a] >= _DUST:
            rows.append(
                (
                    a,
                    "",
                    max(0.0, area),
                    area / areas_old[a],
                    np.nan,
                    "modifie" if a in heirs else "disparu",
                )
            )
    for b, area in gained.items():
        if area / areas_new[b] >= _DUST:
            rows.append(
                (
                    "",
                    b,
                    max(0.0, area),
                    np.nan,
                    area / areas_new[b],
                    "modifie" if b in parents else "nouveau",
                )
            )
    return rows


def _link(
    a: str, b: str, part_old: float, part_new: float, heirs: Mapping[str, list[str]],
    parents: Mapping[str, list[str]], related: set[tuple[str, str]],
) -> str:  # fmt: skip
    """Name the link of a pair; a sliver between quarters that have other kin is a change of line."""
    if (a, b) not in related:
        return "modifie"
    if len(heirs[a]) > 1:
        return "scinde"
    if len(parents[b]) > 1:
        return "fusionne"
    return "identique" if min(part_old, part_new) >= SAME else "modifie"


def _dwellings(table: pd.DataFrame, entrances: pd.DataFrame | None) -> list[int]:
    """Count dwellings located in each pair; rows of what was lost or gained count theirs too."""
    if entrances is None or not len(entrances):
        return [0] * len(table)
    before, after = texts(entrances, "qpv2015_code"), texts(entrances, "qpv2024_code")
    count: dict[tuple[str, str], int] = {}
    for a, b, n in zip(
        before, after, np.nan_to_num(numbers(entrances, "nb_logements")), strict=True
    ):
        count[(a, b)] = count.get((a, b), 0) + int(n)
    return [
        count.get((a, b), 0) for a, b in zip(table["code_2015"], table["code_2024"], strict=True)
    ]


def _near(table: pd.DataFrame, entrances: pd.DataFrame) -> Any:
    """Keep pairs of the quarters that entrances lie in or near, and of those quarters' kin."""
    wanted = {
        c
        for name in ("qpv2015_code", "qpv2024_code", "qpv_proche_code")
        for c in texts(entrances, name)
        if c
    }
    mine = table["code_2015"].isin(wanted) | table["code_2024"].isin(wanted)
    old = set(table.loc[mine, "code_2015"]) - {""}
    new = set(table.loc[mine, "code_2024"]) - {""}
    return table["code_2015"].isin(old) | table["code_2024"].isin(new)
