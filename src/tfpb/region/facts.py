"""What several bailleurs hold and claim together: their dwellings by place, their sums, files read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from tfpb.facts.amount import Amount, total
from tfpb.facts.bailleurs import added
from tfpb.facts.claim import TOTAL, Claims, axis_scope, commune_scope, territory_scope
from tfpb.facts.place import quarter_homes, quarters
from tfpb.model.legal.axis_table import AXES
from tfpb.model.money import Abatement, Programme
from tfpb.model.survey import pick
from tfpb.words.documents.region_words import REGION_ROLES
from tfpb.words.documents.report_words import ROLES
from tfpb.words.money.accounts import axis_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tfpb.facts.quarter import Quarters
    from tfpb.model.record import Source
    from tfpb.region.partition import Part
    from tfpb.region.places import Territories

LARGE: Final = ("departement", "siren_epci")
"""Territories of communes, with quarters or without."""


def region_claims(parts: Sequence[Part], places: Territories, rows: pd.DataFrame) -> Claims:
    """Add the claims of bailleurs by whole, quarter, contrat, intercommunalité and département.

    `rows` are those of `quarter_places`.
    """
    cities = {str(c) for p in parts for c in p.located.residences["code_insee"]}
    communes: dict[str, list[str]] = {}
    for city in sorted(cities):
        for scope in (territory_scope(v, c) for v in LARGE if (c := places.of(city, v))):
            communes.setdefault(scope, []).append(commune_scope(city))
    held: dict[str, list[str]] = {scope: [] for scope in communes}
    for level in (*LARGE, "contrat_de_ville"):
        for name, some in rows[rows[level].astype(bool)].groupby(level):
            held[territory_scope(level, str(name))] = codes_in(some)
    return added([p.claims for p in parts], held, communes)


def without_rows(
    parts: Sequence[Part], cities: Iterable[str] = ()
) -> tuple[Abatement | None, Programme | None]:
    """Return what says that the files of money are there: sums stand in claims, rows are one bailleur's.

    `cities` are the communes of the place.
    """
    abated = next((p.abatement for p in parts if p.abatement is not None), None)
    acted = next((p.programme for p in parts if p.programme is not None), None)
    nothing = pd.DataFrame()
    towns = pd.DataFrame({"code_insee": list(cities)}, dtype=object)
    if abated is not None:
        frames = ("locaux", "by_residence", "by_qpv", "forecast")
        empty: dict[str, Any] = dict.fromkeys(frames, nothing)
        abated = Abatement(
            abated.year, abated.rounding, by_collectivity=towns, values=abated.values,
            claim_until=abated.claim_until, **empty,
        )  # fmt: skip
    if acted is not None:
        acted = Programme(nothing, nothing, nothing, nothing, values=acted.values)
    return abated, acted


def codes_in(homes: pd.DataFrame, column: str = "code_qpv") -> list[str]:
    """Return the codes that résidences bear, in order."""
    return sorted({str(c) for c in homes[column].fillna("")} - {""})


def quarter_stock(parts: Sequence[Part]) -> pd.DataFrame:
    """Return what each quarter contains of each résidence of all bailleurs (`facts.place.quarter_homes`).

    `code_qpv, id_residence, logements_dans, logements_a_verifier, bailleur, code_insee`.
    """
    rows = []
    for part in parts:
        homes, held = part.located.residences, quarter_homes(part.located.held)
        cities = dict(zip(homes["id_residence"], homes["code_insee"], strict=True))
        cities_of = [cities[home] for home in held["id_residence"]]
        rows.append(held.assign(bailleur=part.name, code_insee=cities_of))
    return pd.concat(rows, ignore_index=True)


def axis_rows(claims: Claims, place: str = TOTAL) -> pd.DataFrame:
    """List the axes of the programme that have actions in a place: `axe` (words), `scope` of its claims."""
    scopes = ((axe, axis_scope(axe, place)) for axe in AXES)
    rows = [
        (axis_words(axe), scope)
        for axe, scope in scopes
        if claims.amount("actions", scope).at_least
    ]
    return pd.DataFrame(rows, columns=["axe", "scope"])


def owners_by_quarter(
    parts: Sequence[Part], names: Quarters, codes: Collection[str]
) -> pd.DataFrame:
    """Count the stock of some quarters by bailleur (as `facts.place.quarters`): a public fact, named.

    `code_qpv, nom_qpv, bailleur` come first.
    """
    counted = pd.concat([quarters(p.located.held).assign(bailleur=p.name) for p in parts])
    mine = pick(counted, code_qpv=list(codes)).sort_values(["code_qpv", "bailleur"])
    return names.named(mine.reset_index(drop=True))


class Owners(NamedTuple):
    """Owners of the dwellings of a quarter."""

    named: list[tuple[str, Amount]]  # the bailleurs that have most, and their dwellings
    others: int  # number of the other bailleurs
    left: Amount  # their dwellings


def owners_of(parts: Sequence[Part], code: str) -> Owners:
    """Return whose the dwellings of a quarter are, most first."""
    held = [
        (p.name, p.claims.amount("logements_qpv", code))
        for p in sorted(parts, key=lambda p: p.name)
        if p.claims.has("logements_qpv", code)
    ]
    owned = sorted((o for o in held if o[1].at_least), key=lambda o: -o[1].at_least)
    rest = owned[_NAMED:]
    return Owners(owned[:_NAMED], len(rest), total(count for _, count in rest))


_NAMED: Final = 4


def files_read(sources: Iterable[Source]) -> pd.DataFrame:
    """Count the files of each role and their rows: `role, fichiers, lignes`; None where one is not told."""
    held: dict[str, list[Source]] = {}
    for one in sources:
        held.setdefault(one.role, []).append(one)
    known = {**ROLES, **REGION_ROLES}
    rows = []
    for role, some in held.items():
        counts = [s.rows for s in some if s.rows is not None]
        lines = sum(counts) if len(counts) == len(some) else None
        rows.append((known.get(role, role), len(some), lines))
    return pd.DataFrame(rows, columns=["role", "fichiers", "lignes"])
