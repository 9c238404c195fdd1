"""The maps: which one rules a tax year, and what became of places and quarters from one to the next.

No official table leads from the quarters of a map to those of the next, and the letter of a code proves
nothing: both maps are overlaid.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from tfpb.errors import fail
from tfpb.facts.place import evolution_between
from tfpb.facts.quarter import quarters_of
from tfpb.model.codes import Evolution
from tfpb.model.columns import numbers, texts
from tfpb.model.legal.map_table import FIRST_YEAR, LAST_YEAR, VINTAGES, before, pair_of
from tfpb.model.legal.map_table import map_of as map_of_year
from tfpb.model.projection import LAMBERT_93, legal_epsg
from tfpb.perimeters.legal_areas import quarters_in_metres

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.arrays import Integers, Objects
    from tfpb.model.location import QpvMap

_SHARED: Final = ("surface_commune_m2", "logements", "logements_a_verifier", "lien")
KIN: Final = 0.05
"""Share of either quarter from which an overlap is a succession, not a neighbour's sliver."""
SAME: Final = 0.98
"""Share of both quarters from which they are the same one, redrawn."""
_DUST: Final = 0.001
_GONE: Final = {"ancien": "disparu", "nouveau": "nouveau"}
"""The two maps of an overlay, and what a quarter that one of them alone has is said to be."""
_SIDES: Final = tuple(_GONE)


def correspondence_columns(old: int, new: int) -> tuple[str, ...]:
    """Return the columns of the correspondence of a pair of maps."""
    area, *counts = _SHARED
    return (
        f"code_{old}", f"nom_{old}", f"code_{new}", f"nom_{new}", area, f"part_{old}", f"part_{new}",
        *counts,
    )  # fmt: skip


def ruling_vintage(year: int, citycode: str = "") -> int:
    """Return the map that rules a tax year in a commune, as `law/maps.toml` lists them.

    The status is read on 1 January. Overseas a map may rule a year later than in mainland France; an empty
    INSEE code counts as metropolitan. Raises `annee_zus` before the first map (ZUS were in force),
    `annee_hors_champ` after the last year of the law (CGI 1388 bis).
    """
    found = map_of_year(year, overseas=legal_epsg(citycode) != LAMBERT_93)
    if found is None or year > LAST_YEAR:
        code = "annee_zus" if year < FIRST_YEAR else "annee_hors_champ"
        raise fail(code, got=year, annee=year, premiere=FIRST_YEAR, derniere=LAST_YEAR)
    return found


def ruling_vintages(year: int, epsg: Integers) -> Integers:
    """Return the ruling map of each row, from the legal projection of its territory."""
    mainland, overseas = ruling_vintage(year), ruling_vintage(year, "971")
    return np.where(epsg == LAMBERT_93, mainland, overseas).astype(np.int64)


def ruling_of(year: int, codes: Iterable[str]) -> int:
    """Return the map that rules most rows of a stock, from their communes (INSEE codes or postcodes).

    Overseas, the year 2025 is ruled by another map than in mainland France; rows without a code leave the
    choice to the others. Raises as `ruling_vintage`.
    """
    counted = Counter(code for code in codes if code)
    by_map: Counter[int] = Counter()
    for code, rows in counted.items():
        by_map[ruling_vintage(year, code)] += rows
    return by_map.most_common(1)[0][0] if by_map else ruling_vintage(year)


def map_of(maps: Mapping[int, QpvMap], vintage: int) -> QpvMap | None:
    """Return the map of a vintage, None when it is not imported or holds nothing."""
    found = maps.get(vintage)
    return found if found is not None and len(found.frame) else None


def correspondence(
    maps: Mapping[int, QpvMap],
    entrances: pd.DataFrame | None = None,
    *,
    pair: tuple[int, int] = pair_of(VINTAGES[-1]),
) -> pd.DataFrame:
    """Overlay two maps (`pair`, the older first), by area and by dwellings; empty when one is missing.

    With located entrances (`qpv<map>_statut`, `qpv<map>_code`, `nb_logements`), the table is kept to the
    quarters they lie in or near, and those quarters' kin; without, the whole country. Areas in m² of the
    legal projection; `part_<map>` are shares 0..1 of each quarter. A row without code on the newer map is
    what a quarter lost, one without code on the older is what a quarter gained, so that shares of a quarter
    sum to 1. `logements` are settled on both maps; `logements_a_verifier` are not. `lien`: identique |
    modifie | scinde | fusionne | nouveau | disparu.
    """
    columns = list(correspondence_columns(*pair))
    old, new = (map_of(maps, v) for v in pair)
    if old is None or new is None or pair[0] == pair[1]:
        return pd.DataFrame(columns=columns)
    table = _overlay(old, new)
    table["logements"], table["logements_a_verifier"] = _dwellings(table, entrances, pair)
    if entrances is not None:
        table = table[_near(table, entrances, pair)]
    named = quarters_of((old, new))
    for side in _SIDES:
        table[f"nom_{side}"] = [named[c].nom for c in table[f"code_{side}"]]
    table = table.rename(columns={
        f"{what}_{side}": f"{what}_{vintage}"
        for side, vintage in zip(_SIDES, pair, strict=True)
        for what in ("code", "nom", "part")
    })  # fmt: skip
    return (
        table[columns]
        .sort_values(
            [f"code_{v}" for v in pair], key=lambda s: s.where(s != "", "~"), kind="stable"
        )
        .reset_index(drop=True)
    )


def heirs(table: pd.DataFrame) -> dict[str, str]:
    """Name for each quarter of the older map the one that took most of its dwellings, else of its area.

    Quarters that have disappeared are not in it: a neighbour whose line took a sliver of one is no heir.
    `table` comes from `correspondence`.
    """
    code, heir = (c for c in table.columns if c.startswith("code_"))
    parts = [c for c in table.columns if c.startswith("part_")]
    kin = table[parts].max(axis=1) >= KIN
    kept = table[(table[code] != "") & (table[heir] != "") & kin]
    ranked = (
        kept.assign(held=kept["logements"] + kept["logements_a_verifier"])
        .sort_values(
            ["held", "surface_commune_m2", heir], ascending=[False, False, True], kind="stable"
        )
        .drop_duplicates(code)
    )
    return dict(zip(ranked[code], ranked[heir], strict=True))


def new_quarters(table: pd.DataFrame, vintage: int, year: int, codes: pd.Series) -> frozenset[str]:
    """Return the quarters that were none the year before, in the first year of their map.

    `table` comes from `correspondence`, `vintage` rules the tax `year`; `codes` are INSEE codes of the
    stock, one a row.
    """
    if not len(table) or (earlier := before(vintage)) is None or year <= FIRST_YEAR:
        return frozenset()
    if ruling_of(year - 1, codes.fillna("").astype(str)) != earlier:
        return frozenset()
    return frozenset(table.loc[table["lien"] == "nouveau", f"code_{vintage}"])


def _overlay(old: QpvMap, new: QpvMap) -> pd.DataFrame:
    """Measure the common areas of two maps, then what each quarter lost or gained, with their links."""
    codes = [m.frame["code_qpv"].astype(str).to_numpy(dtype=object) for m in (old, new)]
    groups = [quarters_in_metres(m) for m in (old, new)]
    keys = ["code_ancien", "code_nouveau", "surface_commune_m2"]
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
    for side, names, territories in zip(_SIDES, codes, groups, strict=True):
        key, part = f"code_{side}", f"part_{side}"
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
    related = table[table[["part_ancien", "part_nouveau"]].max(axis=1) >= KIN]
    for (side, gone), left in zip(_GONE.items(), parts, strict=True):
        key = f"code_{side}"
        left["lien"] = np.where(left[key].isin(related[key]), "modifie", gone)
    table = pd.concat([table, *parts], ignore_index=True)
    kept = table[table[["part_ancien", "part_nouveau"]].max(axis=1) >= _DUST]
    return kept.fillna({"code_ancien": "", "code_nouveau": ""})


def _links(table: pd.DataFrame) -> Objects:
    """Name the link of each pair; a sliver between quarters that have other kin is a change of line."""
    shares = table[["part_ancien", "part_nouveau"]]
    kin = shares.max(axis=1) >= KIN
    heirs = kin.groupby(table["code_ancien"]).transform("sum")
    parents = kin.groupby(table["code_nouveau"]).transform("sum")
    return np.select(
        [~kin, heirs > 1, parents > 1, shares.min(axis=1) >= SAME],
        ["modifie", "scinde", "fusionne", "identique"],
        "modifie",
    )


def _dwellings(
    table: pd.DataFrame, entrances: pd.DataFrame | None, pair: tuple[int, int]
) -> tuple[Any, Any]:
    """Count dwellings settled in each pair, then those to check; what was lost or gained counts too."""
    if entrances is None or not len(entrances):
        return 0, 0
    sides = [texts(entrances, f"qpv{y}_code").to_numpy(dtype=object) for y in pair]
    homes = pd.Series(np.nan_to_num(numbers(entrances, "nb_logements")).astype(np.int64))
    pairs = pd.MultiIndex.from_frame(table[["code_ancien", "code_nouveau"]])
    doubtful = (evolution_between(entrances, pair) == Evolution.A_VERIFIER).to_numpy()
    settled, to_check = (
        homes.where(kept, 0).groupby(sides).sum().reindex(pairs, fill_value=0).to_numpy()
        for kept in (~doubtful, doubtful)
    )
    return settled, to_check


def _near(table: pd.DataFrame, entrances: pd.DataFrame, pair: tuple[int, int]) -> Any:
    """Keep pairs of the quarters that entrances lie in or near, and of those quarters' kin."""
    wanted = {
        c
        for name in (*(f"qpv{v}_code" for v in pair), "qpv_proche_code")
        for c in texts(entrances, name)
        if c
    }
    mine = table["code_ancien"].isin(wanted) | table["code_nouveau"].isin(wanted)
    old = set(table.loc[mine, "code_ancien"]) - {""}
    new = set(table.loc[mine, "code_nouveau"]) - {""}
    return table["code_ancien"].isin(old) | table["code_nouveau"].isin(new)
