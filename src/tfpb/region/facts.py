"""Counts and sums over several bailleurs: stock by place, money by quarter and axis, files read."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.facts.place import quarter_homes
from tfpb.model.results import STATE_COLUMNS
from tfpb.model.survey import only
from tfpb.report.sections.restitution import RegionFacts
from tfpb.tax.abatement.unknown_cells import veiled
from tfpb.words.documents.region_words import REGION_ROLES
from tfpb.words.documents.report_words import ROLES
from tfpb.words.money.accounts import axis_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tfpb.model.location import Located
    from tfpb.model.record import Source
    from tfpb.region.partition import Part
    from tfpb.region.places import Territories

_SPENT: Final = ("prevu_eur", "realise_eur", "valorise_eur")
_LOST: Final = ("abattement_eur", "compensation_etat_eur", "perte_collectivites_eur")
_DWELLINGS: Final = ("logements_abattus", "logements_sans_montant")
_PARTLY: Final = ("abattement_partiel", "valorise_partiel")
_NOTHING: Final = Decimal(0)


def region_facts(
    parts: Sequence[Part],
    located: Located,
    places: Territories,
    sources: Iterable[Source],
    territories: pd.DataFrame,
) -> RegionFacts:
    """Count the region; `territories` as `tfpb.region.territories.by_level` makes them."""
    homes, held = located.residences, quarter_stock(parts)
    quarters = codes_in(held)
    money = quarter_money(parts, quarters)
    return RegionFacts(
        owners=len(parts),
        homes=len(homes),
        dwellings=int(homes["nb_logements"].sum()),
        inside=int(homes["logements_dans"].sum()),
        doubtful=int(homes["logements_a_verifier"].sum()),
        quarters=len(quarters),
        abated=added(money["abattement_eur"]),
        valued=added(money["valorise_eur"]),
        partly=partly(money),
        places=_stock_by_place(homes, held, places),
        territories=veiled(territories),
        axes=axes(parts, quarters),
        files=_files(sources),
    )


def codes_in(homes: pd.DataFrame, column: str = "code_qpv") -> list[str]:
    """Return the codes that résidences bear, in order."""
    return sorted({str(c) for c in homes[column].fillna("")} - {""})


def quarter_stock(parts: Sequence[Part]) -> pd.DataFrame:
    """Return what each quarter holds of each résidence of all bailleurs (`facts.place.quarter_homes`).

    Returns
    -------
    DataFrame
        `code_qpv, id_residence, logements_dans, logements_a_verifier, bailleur, code_insee`.
    """
    rows = []
    for part in parts:
        homes, held = part.located.residences, quarter_homes(part.located.held)
        cities = dict(zip(homes["id_residence"], homes["code_insee"], strict=True))
        cities_of = [cities[home] for home in held["id_residence"]]
        rows.append(held.assign(bailleur=part.name, code_insee=cities_of))
    return pd.concat(rows, ignore_index=True)


def _stock_by_place(homes: pd.DataFrame, held: pd.DataFrame, places: Territories) -> pd.DataFrame:
    rows = []
    for level in ("departement", "siren_epci"):
        where = places.of_communes(held["code_insee"], level)
        quarters = held["code_qpv"].groupby(where).nunique()
        for value, part in homes.groupby(places.of_communes(homes["code_insee"], level), sort=True):
            if not value:
                continue
            rows.append(
                {
                    "niveau": level,
                    "territoire": places.name(level, str(value)),
                    "residences": len(part),
                    "logements": int(part["nb_logements"].sum()),
                    "logements_dans": int(part["logements_dans"].sum()),
                    "quartiers": int(quarters.get(value, 0)),
                }
            )
    columns = ["niveau", "territoire", "residences", "logements", "logements_dans", "quartiers"]
    return pd.DataFrame(rows, columns=columns)


def quarter_money(
    parts: Sequence[Part], codes: Collection[str], *, states: bool = False
) -> pd.DataFrame:
    """Sum the abatement (`states`: each of them too) and the valued actions of quarters over bailleurs.

    Returns
    -------
    DataFrame
        `code_qpv, logements, abattement_eur, compensation_etat_eur, perte_collectivites_eur,
        logements_abattus, valorise_eur, abattement_partiel, valorise_partiel`, and of the states
        `STATE_COLUMNS, logements_sans_montant`:
        one row a quarter in order; dwellings are those in the quarter. An amount that no bailleur's
        files tell is None, never zero; `…_partiel` where a bailleur with dwellings there has none: the
        sum is then a least.
    """
    codes = sorted(set(codes))
    homes = [quarter_homes(p.located.held) for p in parts]
    lines = [p.abatement.by_qpv for p in parts if p.abatement is not None]
    acted = [
        only(p.programme.balance, annee=p.settings.dossier.annee)
        for p in parts
        if p.programme is not None
    ]
    return pd.DataFrame(
        {
            "code_qpv": codes,
            "logements": _counted(homes, "logements_dans", codes),
            **{c: _summed(lines, c, codes) for c in (*_LOST, *(STATE_COLUMNS if states else ()))},
            **{c: _counted(lines, c, codes) for c in _DWELLINGS[: 1 + states]},
            "valorise_eur": _summed(acted, "valorise_eur", codes),
            **_partly(parts, codes),
        }
    )


def _partly(parts: Sequence[Part], codes: Sequence[str]) -> dict[str, list[bool]]:
    """Tell each quarter where a bailleur with dwellings gives no abatement, or no programme."""
    lacking: dict[str, set[str]] = {c: set() for c in _PARTLY}
    for part in parts:
        known = set() if part.abatement is None else with_amount(part.abatement.by_qpv)
        lacking["abattement_partiel"] |= held(part) - known
        lacking["valorise_partiel"] |= held(part) if part.programme is None else set()
    return {c: [code in found for code in codes] for c, found in lacking.items()}


def held(part: Part) -> set[str]:
    """Return the quarters where a bailleur has dwellings."""
    homes = quarter_homes(part.located.held)
    return set(homes.loc[homes["logements_dans"] > 0, "code_qpv"].astype(str))


def _met(frames: Iterable[pd.DataFrame], column: str, codes: Iterable[str]) -> list[list[Any]]:
    """Return the values of a column met in each quarter."""
    found: dict[str, list[Any]] = {code: [] for code in codes}
    for frame in frames:
        for code, value in zip(frame["code_qpv"], frame[column], strict=True):
            found.get(code, []).append(value)
    return list(found.values())


def _summed(frames: Iterable[pd.DataFrame], column: str, codes: Iterable[str]) -> pd.Series[Any]:
    return pd.Series([added(values) for values in _met(frames, column, codes)], dtype=object)


def _counted(frames: Iterable[pd.DataFrame], column: str, codes: Iterable[str]) -> list[int]:
    return [sum(map(int, values)) for values in _met(frames, column, codes)]


def with_amount(lines: pd.DataFrame) -> set[str]:
    """Return the quarters whose abatement a bailleur's files tell."""
    return set(lines.loc[lines["abattement_eur"].notna(), "code_qpv"].astype(str))


def partly(money: pd.DataFrame) -> tuple[bool, bool]:
    """Return whether the sums of abatement and of actions lack a bailleur somewhere."""
    abated, valued = (bool(money[c].any()) for c in _PARTLY)
    return abated, valued


def added(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add what is known; None when nothing is."""
    known = [a for a in amounts if isinstance(a, Decimal)]
    return sum(known, _NOTHING) if known else None


def axes(parts: Sequence[Part], codes: Collection[str]) -> pd.DataFrame:
    """Sum the programmes by axis over bailleurs, in some quarters.

    Returns
    -------
    DataFrame
        `axe (words), actions, prevu_eur, realise_eur, valorise_eur`, axes without action left out.
    """
    whole = axis_rows(parts, codes)
    rows = [
        {
            "axe": axis_words(int(str(axe))),
            "actions": int(part["actions"].sum()),
            **{c: sum(part[c], _NOTHING) for c in _SPENT},
        }
        for axe, part in whole.groupby("axe", sort=True)
    ]
    return pd.DataFrame(rows, columns=["axe", "actions", *_SPENT])


def axis_rows(parts: Sequence[Part], codes: Collection[str]) -> pd.DataFrame:
    """Sum the programmes by quarter and axis: `code_qpv, axe (int), actions, …_eur`."""
    columns = ["code_qpv", "axe", "actions", *_SPENT]
    lines = [p.programme.by_axis[columns] for p in parts if p.programme is not None]
    rows = only(pd.concat([pd.DataFrame(columns=columns), *lines]), code_qpv=list(codes))
    sums = [
        (
            code,
            int(str(axe)),
            int(part["actions"].sum()),
            *(added(part[c]) or _NOTHING for c in _SPENT),
        )
        for (code, axe), part in rows.groupby(["code_qpv", "axe"], sort=True)
    ]
    return pd.DataFrame(sums, columns=columns)


def owners_by_quarter(
    parts: Sequence[Part], places: Territories, codes: Collection[str]
) -> pd.DataFrame:
    """Count the stock of some quarters by bailleur: a public fact, named.

    Returns
    -------
    DataFrame
        `nom_qpv, code_qpv, bailleur, residences, logements_dans, logements_a_verifier`.
    """
    mine = only(quarter_stock(parts), code_qpv=list(codes))
    columns = ["nom_qpv", "code_qpv", "bailleur", "residences", "logements_dans",
               "logements_a_verifier"]  # fmt: skip
    if mine.empty:
        return pd.DataFrame(columns=columns)
    grouped = mine.groupby(["code_qpv", "bailleur"], sort=True)
    out = grouped[["logements_dans", "logements_a_verifier"]].sum().reset_index()
    out["residences"] = grouped.size().to_numpy()
    out["nom_qpv"] = [places.quarters.get(str(c), str(c)) for c in out["code_qpv"]]
    return out[columns]


def _files(sources: Iterable[Source]) -> pd.DataFrame:
    held: dict[str, list[Source]] = {}
    for one in sources:
        held.setdefault(one.role, []).append(one)
    rows = {
        role: (
            len(some),
            None if any(s.rows is None for s in some) else sum(s.rows or 0 for s in some),
        )
        for role, some in held.items()
    }
    known = {**ROLES, **REGION_ROLES}
    return pd.DataFrame(
        [(known.get(role, role), *counts) for role, counts in rows.items()],
        columns=["role", "fichiers", "lignes"],
    )
