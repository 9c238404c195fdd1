"""Territories: département, intercommunalité, contrat de ville, quarter; of a résidence, and what each sums.

Dwellings, abatement in its states, actions by axis: one row a quarter, then sums of quarters, over all
bailleurs. Insee's count of social dwellings stands beside.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.evidence.outside_count import outside_counts
from tfpb.facts.quarter import quarters_of
from tfpb.geodata.geography import open_geography
from tfpb.model.codes import ENSEMBLE, TOTAL, Axe
from tfpb.model.projection import LAMBERT_93, crs
from tfpb.model.results import STATE_COLUMNS
from tfpb.model.survey import only
from tfpb.region.facts import (
    added,
    axis_rows,
    codes_in,
    held,
    quarter_money,
    quarter_stock,
    with_amount,
)
from tfpb.region.places import Territories
from tfpb.report.sections.survey import survey_view as view
from tfpb.text import fold
from tfpb.words.documents.pack_words import DRAFT_NOTE
from tfpb.words.documents.report_words import DRAFT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.region_inputs import RegionInputs
    from tfpb.model.location import Located
    from tfpb.model.survey import Published
    from tfpb.region.computed import Region
    from tfpb.region.partition import Part

_PLACES: Final = ("departement", "siren_epci", "contrat_de_ville", "code_qpv")
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "departement": ("departement",),
    "siren_epci": ("departement", "siren_epci"),
    "contrat_de_ville": ("departement", "siren_epci", "contrat_de_ville"),
    "code_qpv": _PLACES,
}
"""Level → what tells its rows apart."""
_AXES: Final = tuple(f"axe_{int(axe)}_eur" for axe in Axe)
_EUROS: Final = ("abattement_eur", *STATE_COLUMNS, "valorise_eur", *_AXES)
_COUNTS: Final = ("logements", "a_verifier", "logements_abattus", "logements_sans_montant")


def territories(parts: Sequence[Part], inputs: RegionInputs, geography: Geography) -> Territories:
    """Return the territories of every commune of the stock and of every quarter.

    The region's own table of communes comes first, then the package's; contrats de ville come from
    the region's table, else from the bailleurs' conventions.
    """
    names: dict[tuple[str, str], str] = {}
    epci: dict[str, str] = {}
    departement: dict[str, str] = {}
    cities = sorted({str(c) for p in parts for c in p.located.residences["code_insee"]} - {""})
    known = geography.communes.territory
    for city in cities:
        given = inputs.communes.get(city)
        siren, label = given[:2] if given and given[0] else known(city, "epci")
        code, title = given[2:] if given and given[2] else known(city, "departement")
        epci[city], departement[city] = siren, code or _departement(city)
        names["siren_epci", siren] = label or siren
        names["departement", departement[city]] = title or departement[city]
    contrats, notices = _contrats(parts, inputs)
    if lone := [city for city in cities if not epci[city]]:
        fields = {"nombre": len(lone), "codes": ", ".join(lone[:20])}
        notices.append(Fault("region_commune_sans_epci", Place(), "", fields, Severity.DOUTE))
    frame = geography.maps[parts[0].located.vintage].frame
    quarters = dict(zip(frame["code_qpv"], frame["nom_qpv"], strict=True))
    for name in set(contrats.values()):
        names["contrat_de_ville", name] = name
    for code, name in quarters.items():
        names["code_qpv", code] = name
    return Territories(
        epci=epci,
        departement=departement,
        contrat_of_quarter=contrats,
        contrat_of_commune=_communes(parts, contrats),
        names=names,
        quarters=quarters,
        notices=tuple(notices),
    )


def _departement(city: str) -> str:
    return city[: 3 if city.startswith(("97", "98")) else 2]


def _contrats(parts: Sequence[Part], inputs: RegionInputs) -> tuple[dict[str, str], list[Fault]]:
    """Return the contrat of each quarter, the region's table first; contradictions are listed.

    A contrat is one under any case, accents and spaces, as it was first written: two names would be two
    contrats, each with fewer households, and none for the communes of both.
    """
    out = dict(inputs.contrats)
    spelt = {fold(name): name for name in reversed(out.values())}
    notices: list[Fault] = []
    for part in parts:
        rows = part.inputs.frame("conventions")
        if rows is None:
            continue
        for read, codes in zip(rows["contrat_de_ville"], rows["codes_qpv"], strict=True):
            name = spelt.setdefault(fold(str(read)), str(read))
            for code in codes if read else ():
                kept = out.setdefault(str(code), name)
                if kept != name:
                    fields = {"bailleur": part.name, "lu": name, "retenu": kept}
                    doubt = ("region_contrat_contredit", Place(), str(code), fields)
                    notices.append(Fault(*doubt, Severity.DOUTE))
    return out, notices


def _communes(parts: Sequence[Part], contrats: Mapping[str, str]) -> dict[str, str]:
    """Return the contrat of the communes whose quarters, in the stock, have a single one."""
    met: dict[str, set[str]] = {}
    stock = quarter_stock(parts)
    for city, quarter in zip(stock["code_insee"], stock["code_qpv"], strict=True):
        if contrats.get(quarter):
            met.setdefault(str(city), set()).add(contrats[quarter])
    return {city: next(iter(found)) for city, found in sorted(met.items()) if len(found) == 1}


def quarter_rows(
    parts: Sequence[Part], located: Located, places: Territories, geography: Geography
) -> pd.DataFrame:
    """Return one row a quarter that holds dwellings of the stock, or doubts.

    Returns
    -------
    DataFrame
        `departement, siren_epci, contrat_de_ville, code_qpv, nom_qpv`, `logements, a_verifier,
        logements_abattus, logements_sans_montant`, `insee` (NaN: not told, never nil), `ecart` (located −
        Insee), `STATE_COLUMNS`, `valorise_eur, axe_1_eur…axe_8_eur`, `partiel`: a bailleur with dwellings
        there gives no amount, or no programme. A quarter of several communes stands where most of its
        dwellings are.
    """
    stock = quarter_stock(parts)
    codes = codes_in(stock)
    money = quarter_money(parts, codes, states=True)
    city = _main_city(stock, codes)
    lacking = _lacking(parts)
    spent = axis_rows(parts, codes)
    by_axis = dict(
        zip(zip(spent["code_qpv"], spent["axe"], strict=True), spent["valorise_eur"], strict=True)
    )
    unsure = stock.groupby("code_qpv")["logements_a_verifier"].sum()
    counted = outside_counts(
        located, quarters_of(geography.maps.values()), geography.maps, geography.counts
    )
    counted = only(counted, carte=located.vintage)
    known = dict(zip(counted["code_qpv"], counted["insee"], strict=True))
    rows = money.assign(
        departement=places.of_communes(city, "departement"),
        siren_epci=places.of_communes(city, "siren_epci"),
        contrat_de_ville=[places.contrat_of_quarter.get(c, "") for c in codes],
        nom_qpv=[places.quarters.get(c, c) for c in codes],
        a_verifier=[int(unsure.get(c, 0)) for c in codes],
        insee=[float(known.get(c, math.nan)) for c in codes],
        partiel=[c in lacking for c in codes],
        **{
            column: pd.Series([by_axis.get((c, int(axe))) for c in codes], dtype=object)
            for axe, column in zip(Axe, _AXES, strict=True)
        },
    )
    return _with_gap(rows)[[*_PLACES, "nom_qpv", *_COUNTS, "insee", "ecart", *_EUROS, "partiel"]]


def _lacking(parts: Sequence[Part]) -> set[str]:
    """Return the quarters where a bailleur with dwellings gives no amount of them, or no programme."""
    out: set[str] = set()
    for part in parts:
        told = set() if part.abatement is None else with_amount(part.abatement.by_qpv)
        out |= held(part) if part.programme is None else held(part) - told
    return out


def _with_gap(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(ecart=rows["logements"].astype(float) - rows["insee"].astype(float))


def _main_city(homes: pd.DataFrame, codes: Sequence[str]) -> list[str]:
    """Return the commune of most dwellings of each quarter, sure or to check."""
    counted = homes.assign(_tous=homes["logements_dans"] + homes["logements_a_verifier"])
    sums = counted.groupby(["code_qpv", "code_insee"], sort=True)["_tous"].sum().reset_index()
    first = sums.sort_values("_tous", ascending=False, kind="stable").drop_duplicates("code_qpv")
    met = dict(zip(first["code_qpv"].astype(str), first["code_insee"].astype(str), strict=True))
    return [met.get(code, "") for code in codes]


def by_level(quarters: pd.DataFrame, places: Territories) -> pd.DataFrame:
    """Sum quarters by contrat within an intercommunalité, by intercommunalité and by département.

    Returns
    -------
    DataFrame
        `niveau, territoire` (its code), the columns of `quarter_rows`, empty below the level, and
        `departement_nom, epci_nom`; a sum of Insee's counts is NaN where one is not told.
    """
    tables = []
    for level, keys in _KEYS.items():
        named = quarters[quarters[level].astype(bool)]
        rows: list[dict[str, Any]] = []
        for _, part in named.groupby(list(keys), sort=True):
            first = part.iloc[0]
            rows.append(
                {
                    "niveau": level,
                    "territoire": str(first[level]),
                    **{p: str(first[p]) if p in keys else "" for p in _PLACES},
                    "nom_qpv": str(first["nom_qpv"]) if level == "code_qpv" else "",
                    **{c: int(part[c].sum()) for c in _COUNTS},
                    "insee": float(part["insee"].sum(skipna=False)),
                    **{c: added(part[c]) for c in _EUROS},
                    "partiel": bool(part["partiel"].any()),
                }
            )
        tables.append(pd.DataFrame(rows))
    kept = [t for t in tables if len(t)] or [quarters.assign(niveau="", territoire="")]
    out = _with_gap(pd.concat(kept, ignore_index=True))
    return out.assign(
        departement_nom=[places.name("departement", c) for c in out["departement"]],
        epci_nom=[places.name("siren_epci", c) for c in out["siren_epci"]],
    )


def region_layers(region: Region, geography: Path) -> dict[str, pd.DataFrame]:
    """Return what a GIS reads: quarters, contrats (their quarters together), and every level as a table.

    Returns
    -------
    dict of str to DataFrame
        `quartiers` and `contrats` in EPSG:2154, `territoires` without geometry, `questions` (what the
        columns `satisf_…` are, where figures may be shown), and of a draft a table that says so.
    """
    opened = open_geography(geography, needs=(region.located.vintage,), index=False)
    shapes = opened.maps[region.located.vintage].frame[["code_qpv", "geometry"]]
    rows = plain(region.facts.territories)
    asked = pd.DataFrame(columns=["champ", "question", "vague"])
    if region.protected is not None:
        beside, asked = headline_columns(region.protected.whole)
        rows = rows.merge(beside, on=["niveau", "territoire"], how="left", validate="many_to_one")
    quarters = shapes.merge(only(rows, niveau="code_qpv"), on="code_qpv", how="inner")
    drawn = gpd.GeoDataFrame(quarters, geometry="geometry", crs=shapes.crs).to_crs(crs(LAMBERT_93))
    held = drawn[drawn["contrat_de_ville"] != ""][["contrat_de_ville", "geometry"]]
    whole = held.dissolve("contrat_de_ville", as_index=False)
    contrats = only(rows, niveau="contrat_de_ville").merge(whole, on="contrat_de_ville", how="left")
    out: dict[str, pd.DataFrame] = {
        "quartiers": drawn,
        "contrats": gpd.GeoDataFrame(contrats, geometry="geometry", crs=crs(LAMBERT_93)),
        "territoires": rows,
        "questions": asked,
    }
    return out | ({DRAFT: pd.DataFrame({"a_lire": [DRAFT_NOTE]})} if region.draft else {})


def headline_columns(whole: Published) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set what may be shown of the headline questions beside each territory, over all bailleurs.

    Returns
    -------
    DataFrame
        `niveau, territoire`, then `satisf_1_qpv, satisf_1_ecart` and so on: proportions.
    DataFrame
        `champ, question, vague`: what each question is.
    """
    wave = whole.last_wave
    rows = view.shown(view.gaps(whole, ENSEMBLE, wave))
    rows = rows[rows["tete"].astype(bool) & (rows["niveau"] != TOTAL)]
    named = {item: f"satisf_{k}" for k, item in enumerate(dict.fromkeys(rows["item"]), 1)}
    keys = ["niveau", "territoire"]
    out = rows[keys].drop_duplicates()
    for item, column in named.items():
        part = only(rows, item=item)[[*keys, "qpv", "ecart"]]
        part = part.rename(columns={"qpv": f"{column}_qpv", "ecart": f"{column}_ecart"})
        out = out.merge(part, on=keys, how="left", validate="one_to_one")
    asked = [(column, whole.labels[item], wave) for item, column in named.items()]
    return out, pd.DataFrame(asked, columns=["champ", "question", "vague"])


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Return amounts as numbers a GIS reads; one that is not known stays empty."""
    amounts = {c: rows[c].astype(float) for c in _EUROS}
    return rows.assign(**amounts, partiel=rows["partiel"].astype(int))
