"""Territories: département, intercommunalité, contrat de ville, quarter; those of a résidence."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.evidence.outside_count import outside_counts
from tfpb.facts.claim import OUTSIDE, territory_scope
from tfpb.facts.quarter import Quarter, Quarters
from tfpb.geodata.geography import open_geography
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.projection import LAMBERT_93, crs
from tfpb.model.survey import pick
from tfpb.near_names import near_contrats
from tfpb.region.facts import LARGE, codes_in, quarter_stock
from tfpb.region.places import Territories
from tfpb.report.sections.build import STATE, claimed
from tfpb.report.sections.restitution import EACH_AXIS
from tfpb.report.sections.survey import survey_view as view
from tfpb.text import fold
from tfpb.words.documents.pack_words import DRAFT_NOTE
from tfpb.words.documents.region_words import NO_QUARTER
from tfpb.words.documents.report_words import DRAFT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims
    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.region_inputs import RegionInputs
    from tfpb.model.location import Located
    from tfpb.model.survey import Published
    from tfpb.region.computed import Region
    from tfpb.region.partition import Part

_PLACES: Final = ("departement", "siren_epci", "contrat_de_ville", "code_qpv")


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
    published = dict(zip(frame["code_qpv"], frame["nom_qpv"], strict=True))
    every = dict.fromkeys((*published, *contrats))
    quarters = Quarters(
        Quarter(c, published.get(c, ""), contrat=contrats.get(c, "")) for c in every
    )
    for name in set(contrats.values()):
        names["contrat_de_ville", name] = name
    for code, name in published.items():
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
    contrats, each with fewer households, and none for the communes of both. Names that differ by a word are
    doubted until the region's table holds both, or gives their quarters one.
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
    settled, names = {fold(n) for n in inputs.contrats.values()}, list(dict.fromkeys(out.values()))
    for k, name in enumerate(names):
        near = [n for n in near_contrats(name, names[:k]) if not {fold(n), fold(name)} <= settled]
        if near:
            file = inputs.settings.file
            fields, place = {"ou": file, "proche": near[0]}, Place(file, column="contrats")
            notices.append(Fault("region_contrat_proche", place, name, fields, Severity.DOUTE))
    return out, notices


def _communes(parts: Sequence[Part], contrats: Mapping[str, str]) -> dict[str, str]:
    """Return the contrat of the communes whose quarters, in the stock, have a single one."""
    met: dict[str, set[str]] = {}
    stock = quarter_stock(parts)
    for city, quarter in zip(stock["code_insee"], stock["code_qpv"], strict=True):
        if contrats.get(quarter):
            met.setdefault(str(city), set()).add(contrats[quarter])
    return {city: next(iter(found)) for city, found in sorted(met.items()) if len(found) == 1}


def quarter_places(parts: Sequence[Part], places: Territories) -> pd.DataFrame:
    """Return the place of each quarter that contains dwellings of the stock, or doubts, in order.

    `departement, siren_epci, contrat_de_ville, code_qpv, nom_qpv`; a quarter of several communes is where
    most of its dwellings are.
    """
    stock = quarter_stock(parts)
    codes = codes_in(stock)
    city = _main_city(stock, codes)
    rows = pd.DataFrame(
        {
            "departement": places.of_communes(city, "departement"),
            "siren_epci": places.of_communes(city, "siren_epci"),
            "contrat_de_ville": [places.quarters[c].contrat for c in codes],
            "code_qpv": codes,
        },
        dtype=object,
    )
    return places.quarters.named(rows.sort_values(list(_PLACES), ignore_index=True))


def _main_city(homes: pd.DataFrame, codes: Sequence[str]) -> list[str]:
    """Return the commune of most dwellings of each quarter, sure or to check."""
    counted = homes.assign(_tous=homes["logements_dans"] + homes["logements_a_verifier"])
    sums = counted.groupby(["code_qpv", "code_insee"], sort=True)["_tous"].sum().reset_index()
    first = sums.sort_values("_tous", ascending=False, kind="stable").drop_duplicates("code_qpv")
    met = dict(zip(first["code_qpv"].astype(str), first["code_insee"].astype(str), strict=True))
    return [met.get(code, "") for code in codes]


def by_level(
    quarters: pd.DataFrame, places: Territories, claims: Claims, insee: Mapping[str, float]
) -> pd.DataFrame:
    """List départements, intercommunalités, contrats and quarters, and what belongs to none.

    `quarters` come from `quarter_places`, `claims` are the region's, `insee` counts the social dwellings of
    a quarter. `territoire` is a code; `departement, siren_epci, contrat_de_ville, code_qpv, nom_qpv` are
    empty below the level, and of a territory that lies in several, that of most of its quarters; `scope` is
    of its claims; `insee` is NaN where one of its quarters is unknown, and `ecart` is located − Insee.
    """
    rows = []
    for k, level in enumerate(_PLACES):
        named = quarters[quarters[level].astype(bool)]
        for code, part in named.groupby(level, sort=False):
            is_quarter = level == "code_qpv"
            above = Counter(zip(*(part[p] for p in _PLACES[: k + 1]), strict=True)).most_common(1)
            counts = [insee.get(c, math.nan) for c in part["code_qpv"]]
            rows.append(
                {
                    "niveau": level,
                    "territoire": str(code),
                    **dict.fromkeys(_PLACES, ""),
                    **dict(zip(_PLACES, above[0][0], strict=False)),
                    "nom_qpv": str(part["nom_qpv"].iloc[0]) if is_quarter else "",
                    "scope": str(code) if is_quarter else territory_scope(level, str(code)),
                    "insee": sum(counts),
                }
            )
    if any(c.scope == OUTSIDE and c.amount.at_least for c in claims):
        lone = {
            "niveau": "code_qpv",
            "territoire": OUTSIDE,
            "nom_qpv": NO_QUARTER,
            "scope": OUTSIDE,
        }
        rows.append(dict.fromkeys(_PLACES, "") | lone | {"insee": math.nan})
    columns = ["niveau", "territoire", *_PLACES, "nom_qpv", "scope", "insee"]
    out = pd.DataFrame(rows, columns=columns)
    held = [claims.amount("logements_qpv", scope) for scope in out["scope"]]
    return out.assign(
        departement_nom=[places.name("departement", c) for c in out["departement"]],
        epci_nom=[places.name("siren_epci", c) for c in out["siren_epci"]],
        ecart=[float(h.exact) if h.is_known else math.nan for h in held] - out["insee"],
    )


def stock_rows(places: Territories) -> pd.DataFrame:
    """List the départements and intercommunalités of the stock: `niveau, territoire` (name), `scope`."""
    rows = [
        (level, places.name(level, code), territory_scope(level, code))
        for level in LARGE
        for code in sorted(set(places.of_communes(places.departement, level)) - {""})
    ]
    return pd.DataFrame(rows, columns=["niveau", "territoire", "scope"])


def insee_counts(located: Located, places: Territories, geography: Geography) -> dict[str, float]:
    """Return Insee's count of social dwellings by quarter, on the map that rules the year; NaN: not told."""
    counted = outside_counts(located, places.quarters, geography.maps, geography.counts)
    counted = pick(counted, carte=located.vintage)
    return dict(zip(counted["code_qpv"], map(float, counted["insee"]), strict=True))


def region_layers(region: Region, geography: Path) -> dict[str, pd.DataFrame]:
    """Return what a GIS reads: quarters, contrats (their quarters together), and every level as a table.

    `quartiers` and `contrats` in EPSG:2154, `territoires` without geometry, `questions` (what the columns
    `satisf_…` are, where figures may be shown), and of a draft a table that says so.
    """
    opened = open_geography(geography, needs=(region.located.vintage,), index=False)
    shapes = opened.maps[region.located.vintage].frame[["code_qpv", "geometry"]]
    rows = plain(region.facts.territories, region.facts.claims)
    asked = pd.DataFrame(columns=["champ", "question", "vague"])
    if region.protected is not None:
        heads, asked = headline_columns(region.protected.whole)
        rows = rows.merge(heads, on=["niveau", "territoire"], how="left", validate="many_to_one")
    quarters = shapes.merge(pick(rows, niveau="code_qpv"), on="code_qpv", how="inner")
    drawn = gpd.GeoDataFrame(quarters, geometry="geometry", crs=shapes.crs).to_crs(crs(LAMBERT_93))
    held = drawn[drawn["contrat_de_ville"] != ""][["contrat_de_ville", "geometry"]]
    whole = held.dissolve("contrat_de_ville", as_index=False)
    contrats = pick(rows, niveau="contrat_de_ville").merge(whole, on="contrat_de_ville", how="left")
    out: dict[str, pd.DataFrame] = {
        "quartiers": drawn,
        "contrats": gpd.GeoDataFrame(contrats, geometry="geometry", crs=crs(LAMBERT_93)),
        "territoires": rows,
        "questions": asked,
    }
    return out | ({DRAFT: pd.DataFrame({"a_lire": [DRAFT_NOTE]})} if region.draft else {})


def headline_columns(whole: Published) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each territory what may be shown of the headline questions, over all bailleurs.

    `niveau, territoire`, then `satisf_1_qpv, satisf_1_ecart` and so on: proportions. Second, `champ,
    question, vague`: what each question is.
    """
    wave = whole.last_wave
    rows = view.shown(view.gaps(whole, ENSEMBLE, wave))
    rows = rows[rows["tete"].astype(bool) & (rows["niveau"] != TOTAL)]
    named = {item: f"satisf_{k}" for k, item in enumerate(dict.fromkeys(rows["item"]), 1)}
    keys = ["niveau", "territoire"]
    out = rows[keys].drop_duplicates()
    for item, column in named.items():
        part = pick(rows, item=item)[[*keys, "qpv", "ecart"]]
        part = part.rename(columns={"qpv": f"{column}_qpv", "ecart": f"{column}_ecart"})
        out = out.merge(part, on=keys, how="left", validate="one_to_one")
    asked = [(column, whole.labels[item], wave) for item, column in named.items()]
    return out, pd.DataFrame(asked, columns=["champ", "question", "vague"])


def plain(rows: pd.DataFrame, claims: Claims) -> pd.DataFrame:
    """Return claims as numbers a GIS reads: empty where one is not known, and `partiel` then 1."""
    held = claimed("territoires_argent", rows, claims, repeated=EACH_AXIS)
    added = [str(c) for c in held if c not in rows and not str(c).endswith(STATE)]
    unsure = [
        int(any(a is not None and not a.is_known for a in some))
        for some in held[added].to_numpy().tolist()
    ]
    numbers = {c: [_number(a) for a in held[c]] for c in added}
    return rows.drop(columns="scope").assign(**numbers, partiel=unsure)


def _number(amount: Amount | None) -> float:
    return math.nan if amount is None or not amount.is_known else float(amount.exact)
