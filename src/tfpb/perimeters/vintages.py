"""The two maps: which one rules a tax year, and what became of places and quarters between them.

No official table leads from QPV 2015 to QPV 2024, and the letter of a code proves nothing: both maps are
overlaid.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from tfpb.errors import fail
from tfpb.facts.quarter import quarters_of
from tfpb.model.codes import Evolution, QpvStatut
from tfpb.model.columns import numbers, texts
from tfpb.model.projection import LAMBERT_93, legal_epsg
from tfpb.perimeters.legal_areas import quarters_in_metres

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.arrays import Integers, Objects
    from tfpb.model.location import QpvMap

OLD: Final = 2015
NEW: Final = 2024
VINTAGES: Final = (OLD, NEW)
FIRST_YEAR: Final = 2016
_NEW_FROM: Final = 2025
_NEW_FROM_OVERSEAS: Final = 2026
_LAST_YEAR: Final = 2030
YEAR_UNDER: Final = {OLD: 2024, NEW: 2026}
"""A year that each map rules everywhere, overseas included."""
CORRESPONDENCE_COLUMNS: Final = (
    "code_2015", "nom_2015", "code_2024", "nom_2024", "surface_commune_m2", "part_2015", "part_2024",
    "logements", "logements_a_verifier", "lien",
)  # fmt: skip
KIN: Final = 0.05
"""Share of either quarter from which an overlap is a succession, not a neighbour's sliver."""
SAME: Final = 0.98
"""Share of both quarters from which they are the same one, redrawn."""
_DUST: Final = 0.001


def ruling_vintage(year: int, citycode: str = "") -> int:
    """Return the map that rules a tax year in a commune: 2015 or 2024.

    The status is read on 1 January. QPV 2015 rule 2016–2024; QPV 2024 rule from 2025, overseas from
    2026, as their list came into force there on 1 January 2025, after the date for that year.

    Parameters
    ----------
    year : int
        Tax year.
    citycode : str
        INSEE code of the commune; empty counts as metropolitan.

    Raises
    ------
    TfpbError
        `annee_zus` up to 2015 (ZUS were in force), `annee_hors_champ` after 2030 (CGI 1388 bis).
    """
    if year < FIRST_YEAR:
        raise fail("annee_zus", got=year, annee=year)
    if year > _LAST_YEAR:
        raise fail("annee_hors_champ", got=year, annee=year)
    overseas = legal_epsg(citycode) != LAMBERT_93
    return NEW if year >= (_NEW_FROM_OVERSEAS if overseas else _NEW_FROM) else OLD


def ruling_vintages(year: int, epsg: Integers) -> Integers:
    """Return the ruling map of each row, from the legal projection of its territory."""
    mainland, overseas = ruling_vintage(year), ruling_vintage(year, "971")
    return np.where(epsg == LAMBERT_93, mainland, overseas).astype(np.int64)


def ruling_of(year: int, codes: Iterable[str]) -> int:
    """Return the map that rules most rows of a stock, from their communes (INSEE codes or postcodes).

    Overseas, the year 2025 is ruled by another map than in mainland France; rows without a code leave
    the choice to the others.

    Parameters
    ----------
    year : int
        Tax year.
    codes : iterable of str
        One a row.

    Returns
    -------
    int
        2015 or 2024.

    Raises
    ------
    TfpbError
        As `ruling_vintage`.
    """
    counted = Counter(code for code in codes if code)
    by_map: Counter[int] = Counter()
    for code, rows in counted.items():
        by_map[ruling_vintage(year, code)] += rows
    return by_map.most_common(1)[0][0] if by_map else ruling_vintage(year)


_EVOLUTIONS: Final = {
    (QpvStatut.DANS, QpvStatut.DANS): Evolution.MAINTENU,
    (QpvStatut.DANS, QpvStatut.HORS): Evolution.SORTANT,
    (QpvStatut.HORS, QpvStatut.DANS): Evolution.ENTRANT,
    (QpvStatut.HORS, QpvStatut.HORS): Evolution.HORS,
}


def evolution_of(before: QpvStatut, after: QpvStatut) -> Evolution:
    """Compare the side of a point on both maps; any doubt makes a doubt."""
    return _EVOLUTIONS.get((before, after), Evolution.A_VERIFIER)


def map_of(maps: Mapping[int, QpvMap], vintage: int) -> QpvMap | None:
    """Return the map of a vintage, None when it is not imported or holds nothing."""
    found = maps.get(vintage)
    return found if found is not None and len(found.frame) else None


def correspondence(
    maps: Mapping[int, QpvMap], entrances: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Overlay both maps, by area and by dwellings.

    Parameters
    ----------
    maps : mapping of vintage to QpvMap
    entrances : DataFrame, optional
        Located entrances (`qpv2015_code`, `qpv2024_code`, `qpv_evolution`, `nb_logements`); the table
        is then kept to the quarters they lie in or near, and those quarters' kin. Without it: the whole
        country.

    Returns
    -------
    DataFrame
        `CORRESPONDENCE_COLUMNS`, by code. Areas in m² of the legal projection; `part_2015`,
        `part_2024` are shares 0..1 of each quarter. A row whose `code_2024` is empty is what a 2015
        quarter lost, one whose `code_2015` is empty is what a 2024 quarter gained, so that shares
        of a quarter sum to 1. `logements` are settled on both maps; `logements_a_verifier`
        are not. `lien`: identique | modifie | scinde | fusionne | nouveau | disparu.
        Empty when a map is missing.
    """
    old, new = map_of(maps, OLD), map_of(maps, NEW)
    if old is None or new is None:
        return pd.DataFrame(columns=list(CORRESPONDENCE_COLUMNS))
    table = _overlay(old, new)
    table["logements"], table["logements_a_verifier"] = _dwellings(table, entrances)
    if entrances is not None:
        table = table[_near(table, entrances)]
    named = quarters_of((old, new))
    for year in (OLD, NEW):
        table[f"nom_{year}"] = [named[c].nom for c in table[f"code_{year}"]]
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
        Quarters that have disappeared are not in it: a neighbour whose line took a sliver of one is no heir.
    """
    kin = table[["part_2015", "part_2024"]].max(axis=1) >= KIN
    kept = table[(table["code_2015"] != "") & (table["code_2024"] != "") & kin]
    ranked = (
        kept.assign(held=kept["logements"] + kept["logements_a_verifier"])
        .sort_values(
            ["held", "surface_commune_m2", "code_2024"],
            ascending=[False, False, True],
            kind="stable",
        )
        .drop_duplicates("code_2015")
    )
    return dict(zip(ranked["code_2015"], ranked["code_2024"], strict=True))


def new_quarters(table: pd.DataFrame, vintage: int, year: int, codes: pd.Series) -> frozenset[str]:
    """Return the quarters that were none the year before: without a 2015 quarter, in their map's first year.

    Parameters
    ----------
    table : DataFrame
        As `correspondence` makes it.
    vintage, year : int
        Map that rules the tax year, and that year.
    codes : Series of str
        INSEE codes of the stock, one a row.
    """
    if not len(table) or vintage != NEW or ruling_of(year - 1, codes.fillna("").astype(str)) != OLD:
        return frozenset()
    return frozenset(table.loc[table["lien"] == "nouveau", "code_2024"])


def _overlay(old: QpvMap, new: QpvMap) -> pd.DataFrame:
    """Measure the common areas of two maps, then what each quarter lost or gained, with their links."""
    codes = [m.frame["code_qpv"].astype(str).to_numpy(dtype=object) for m in (old, new)]
    groups = [quarters_in_metres(m) for m in (old, new)]
    keys = ["code_2015", "code_2024", "surface_commune_m2"]
    found = [pd.DataFrame(columns=keys)]
    for epsg in groups[0].keys() & groups[1].keys():
        (mine, before), (others, after) = groups[0][epsg], groups[1][epsg]
        a, b = shapely.STRtree(after).query(before, predicate="intersects")
        common = shapely.area(shapely.intersection(before[a], after[b]))
        values = (codes[0][mine[a]], codes[1][others[b]], common)
        found.append(pd.DataFrame(dict(zip(keys, values, strict=True))))
    table = pd.concat(found[1:] or found, ignore_index=True)
    table = table[table["surface_commune_m2"] > 0]
    parts = []
    for year, names, territories in zip(VINTAGES, codes, groups, strict=True):
        key, part = f"code_{year}", f"part_{year}"
        areas = {
            name: area
            for members, polygons in territories.values()
            for name, area in zip(names[members], shapely.area(polygons), strict=True)
        }
        table[part] = table["surface_commune_m2"] / table[key].map(areas)
        shared = table.groupby(key)["surface_commune_m2"].sum()
        rest = pd.Series(areas, dtype=float).sub(shared, fill_value=0.0)
        left = pd.DataFrame({key: rest.index, "surface_commune_m2": rest.clip(lower=0).to_numpy()})
        left[part] = rest.to_numpy() / left[key].map(areas)
        parts.append(left)
    table["lien"] = _links(table)
    related = table[table[["part_2015", "part_2024"]].max(axis=1) >= KIN]
    for (year, gone), left in zip(((OLD, "disparu"), (NEW, "nouveau")), parts, strict=True):
        key = f"code_{year}"
        left["lien"] = np.where(left[key].isin(related[key]), "modifie", gone)
    table = pd.concat([table, *parts], ignore_index=True)
    kept = table[table[["part_2015", "part_2024"]].max(axis=1) >= _DUST]
    return kept.fillna({"code_2015": "", "code_2024": ""})


def _links(table: pd.DataFrame) -> Objects:
    """Name the link of each pair; a sliver between quarters that have other kin is a change of line."""
    shares = table[["part_2015", "part_2024"]]
    kin = shares.max(axis=1) >= KIN
    heirs = kin.groupby(table["code_2015"]).transform("sum")
    parents = kin.groupby(table["code_2024"]).transform("sum")
    return np.select(
        [~kin, heirs > 1, parents > 1, shares.min(axis=1) >= SAME],
        ["modifie", "scinde", "fusionne", "identique"],
        "modifie",
    )


def _dwellings(table: pd.DataFrame, entrances: pd.DataFrame | None) -> tuple[Any, Any]:
    """Count dwellings settled in each pair, then those to check; what was lost or gained counts too."""
    if entrances is None or not len(entrances):
        return 0, 0
    sides = [texts(entrances, f"qpv{y}_code").to_numpy(dtype=object) for y in VINTAGES]
    homes = pd.Series(np.nan_to_num(numbers(entrances, "nb_logements")).astype(np.int64))
    pairs = pd.MultiIndex.from_frame(table[["code_2015", "code_2024"]])
    doubtful = (texts(entrances, "qpv_evolution") == Evolution.A_VERIFIER).to_numpy()
    settled, to_check = (
        homes.where(kept, 0).groupby(sides).sum().reindex(pairs, fill_value=0).to_numpy()
        for kept in (~doubtful, doubtful)
    )
    return settled, to_check


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
