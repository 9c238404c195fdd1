"""The abatement to come, 2025 to 2030: exemptions that end, perimeters, demolitions, deliveries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut, Statut
from tfpb.model.results import FORECAST_COLUMNS
from tfpb.tax.abatement import tallies
from tfpb.tax.abatement.premises import exemption_of
from tfpb.tax.abatement.premises_line import ESTIMATED
from tfpb.tax.abatement.rights import Right, right_of, standing_units
from tfpb.tax.plain_values import ZERO, Record, missing, text, total
from tfpb.words.money import status_reasons

if TYPE_CHECKING:
    from tfpb.law.values import Law, Reader
    from tfpb.tax.abatement.formula import Terms
    from tfpb.tax.abatement.holdings import Holding, Stock, Stocks
    from tfpb.tax.abatement.signatures import Conventions

RIGHTS: Final = frozenset({Statut.ELIGIBLE, Statut.ABATTU, Statut.A_RECLAMER})
"""Statuses whose amount is due in a year of the forecast."""
WAITING: Final = "en_attente_eur"
_COLUMNS: Final = (*FORECAST_COLUMNS, WAITING, "motif_court")


def forecast(
    pairs: tallies.Pairs,
    stocks: Stocks,
    conventions: Conventions,
    law: Law,
    *,
    reader: Reader,
    terms: Terms,
    bailleur: str,
) -> pd.DataFrame:
    """Foresee the abatement of each résidence, each year of the period of the law.

    Bases and rates are those of the last notice, raised by the setting `revalorisation_bases`. Before
    a résidence has a base, its amount is the mean per dwelling of the commune, else of the file: an
    estimate, and its motive says so.

    Parameters
    ----------
    reader : Reader
        Law on 1 January of the tax year; what the forecast reads joins its list.

    Returns
    -------
    DataFrame
        `FORECAST_COLUMNS`, then `en_attente_eur` (what hangs on a check of location or on a
        convention) and `motif_court` (the motive in a few words). `logements` are those that have the
        right; `abattement_eur` is zero without right and None when it cannot be estimated. `statut`
        may also be `demoli` or `a_livrer`.
    """
    first, year = reader, reader.day.year
    start, end = first.whole("periode_prevision_debut"), first.whole("periode_prevision_fin")
    groups: dict[str, tallies.Pairs] = {}
    for pair in pairs:
        groups.setdefault(text(pair[0].row["id_residence"]), []).append(pair)
    means = _means(groups, stocks.on(first))
    raised = 1 + first.decimal("revalorisation_bases")
    rows = []
    for target in range(start, end + 1):
        then = law.on(dt.date(target, 1, 1), beside=first)
        factor = raised ** (target - year) if target > year else Decimal(1)
        stock = stocks.on(then)
        for holding in stock.holdings:
            group = groups.get(holding.id_residence, [])
            if target == year and group:
                rows.append(_this_year(target, holding, group))
            elif any(u.side != QpvStatut.HORS for u in holding.units):
                parts = _parts(stock, holding, group, conventions, bailleur, then)
                rows.append(_foreseen(target, holding, parts, means, terms.quantum, factor))
    return pd.DataFrame([{c: row.get(c) for c in _COLUMNS} for row in rows], columns=list(_COLUMNS))


def by_year(table: pd.DataFrame) -> pd.DataFrame:
    """Add the forecast by year: what a chart shows.

    Returns
    -------
    DataFrame
        `annee, residences, logements, abattement_eur, en_attente_eur, nouvelles, nature`: `nouvelles`
        counts the résidences whose right opens that year.
    """
    rows: list[dict[str, Any]] = []
    had: set[str] = set()
    # a résidence to be checked for one of its premises has the amount of the others all the same
    due = [not missing(a) and a > 0 for a in table["abattement_eur"]]
    owed = table["statut"].isin([str(s) for s in RIGHTS]) | pd.Series(due, table.index, dtype=bool)
    for target, part in table.groupby("annee", sort=True):
        right = part[owed[part.index]]
        now = set(right["id_residence"])
        natures = set(right["nature"])
        rows.append(
            {
                "annee": target,
                "residences": len(now),
                "logements": int(right["logements"].sum()),
                "abattement_eur": total(right["abattement_eur"]),
                WAITING: total(part[WAITING]),
                "nouvelles": len(now - had) if rows else 0,
                "nature": natures.pop()
                if len(natures) == 1
                else ("mixte" if natures else ESTIMATED),
            }
        )
        had |= now
    columns = (
        "annee", "residences", "logements", "abattement_eur", WAITING, "nouvelles", "nature",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def _this_year(target: int, holding: Holding, group: tallies.Pairs) -> dict[str, Any]:
    """Take the year of the dossier as computed, claims included: it is what is due."""
    outcomes = [o for _, o in group]
    statut = tallies.statut_of(outcomes)
    counted = total(o.counted.abatement + o.claim for o in outcomes)
    homes = sum(round(i.dwellings * o.share) for i, o in group if o.counted.abatement or o.claim)
    return {
        "annee": target,
        "id_residence": holding.id_residence,
        "logements": homes,
        "statut": statut,
        "motif": next((o.motive for o in outcomes if o.statut == statut), ""),
        "motif_court": next((_short(i.right, target) for i, o in group if o.statut == statut), ""),
        "abattement_eur": counted,
        "nature": tallies.nature_of(outcomes),
        WAITING: total(o.verify + o.unsigned for o in outcomes),
    }


@dataclass(frozen=True, slots=True)
class _Part:
    """A premises (or a résidence without any) in a coming year.

    Parameters
    ----------
    right : Right
    full : Decimal
        What all its dwellings would give; zero when its base is unknown.
    dwellings : int
    standing : Decimal
        Part of its dwellings that stand that year (0..1).
    demolished : bool
        Whether some are demolished by then.
    """

    right: Right
    full: Decimal
    dwellings: int
    standing: Decimal
    demolished: bool


def _parts(
    stock: Stock,
    holding: Holding,
    group: tallies.Pairs,
    conventions: Conventions,
    bailleur: str,
    reader: Reader,
) -> list[_Part]:
    """Weigh the right of each premises in a coming year; of the résidence when it has none."""
    places: list[tuple[Holding, dt.date | None, Decimal, int]] = [
        (_place(stock, i.row) or holding, exemption_of(i.row), i.full, i.dwellings)
        for i, _ in group
    ] or [(holding, None, ZERO, holding.dwellings)]
    parts = []
    for place, own, full, dwellings in places:
        right = right_of(
            place, own_exemption=own, conventions=conventions, bailleur=bailleur, reader=reader
        )
        year = reader.day.year
        standing = sum(u.dwellings for u in standing_units(place.units, year))
        gone = any(u.demolition is not None and u.demolition < year for u in place.units)
        ratio = Decimal(standing) / place.dwellings if place.dwellings else ZERO
        parts.append(_Part(right, full, dwellings, ratio, gone))
    return parts


def _place(stock: Stock, row: Record) -> Holding | None:
    return stock.find(text(row["id_residence"]), text(row.get("id_batiment")))


def _foreseen(
    target: int,
    holding: Holding,
    parts: list[_Part],
    means: dict[str, Decimal],
    quantum: Decimal,
    factor: Decimal,
) -> dict[str, Any]:
    """Add the premises of a résidence in a coming year, and say how its amount was made."""
    mean = means.get(holding.commune, means.get(""))
    due = waiting = ZERO
    homes = unsure = 0
    guessed = unknown = False
    for part in parts:
        unsigned = part.right.statut == Statut.SANS_CONVENTION and not part.right.known
        hanging = part.right.doubt + (part.right.share if unsigned else ZERO)
        share = ZERO if part.right.statut else part.right.share
        homes += round(part.dwellings * share * part.standing)
        unsure += round(part.dwellings * hanging * part.standing)
        full = part.full
        if not full and (share or hanging):
            guessed, unknown = True, mean is None
            full = (mean or ZERO) * part.dwellings
        due += (full * share * part.standing * factor).quantize(quantum, ROUND_HALF_UP)
        waiting += (full * hanging * part.standing * factor).quantize(quantum, ROUND_HALF_UP)
    statut, said, short = _status_words(parts, target, homes)
    if homes or unsure:
        where = "de la commune" if holding.commune in means else "du fichier"
        note = ("inconnu" if unknown else "moyenne") if guessed else "estime"
        said.append(status_reasons.forecast(note, {"ou": where}))
    return {
        "annee": target,
        "id_residence": holding.id_residence,
        "logements": homes,
        "statut": statut,
        "motif": " ".join(said),
        "motif_court": short,
        "abattement_eur": None if unknown and homes else due,
        "nature": ESTIMATED,
        WAITING: None if unknown and unsure else waiting,
    }


def _short(right: Right, target: int) -> str:
    """Say the motive of a right in a few words."""
    return status_reasons.short(
        right.motive, {**right.fields, "annee": right.fields.get("annee", target)}
    )


def _status_words(parts: list[_Part], target: int, homes: int) -> tuple[str, list[str], str]:
    """Say the part that stands for the résidence: one with a right first, then what asks a decision."""
    order = ("", *(str(s) for s in tallies.ATTENTION))
    main = min(parts, key=lambda p: order.index(str(p.right.statut)))
    right = main.right
    fields = {**right.fields, "annee": right.fields.get("annee", target)}
    said = [status_reasons.motive(right.motive, fields)]
    statut = str(right.statut or Statut.ELIGIBLE)
    if not main.standing:
        return ("demoli" if right.motive == "demolie" else "a_livrer"), said, _short(right, target)
    if not right.statut and any(p.demolished for p in parts):
        said.append(status_reasons.forecast("demolition_partielle", {"logements": homes}))
    if not right.statut and right.opens == target:
        said.append(status_reasons.forecast("debut", {}))
    return statut, said, _short(right, target)


def _means(groups: dict[str, tallies.Pairs], stock: Stock) -> dict[str, Decimal]:
    """Return the mean full amount per dwelling, by commune and (key "") over all."""
    sums: dict[str, list[Decimal]] = {}
    for key, group in groups.items():
        holding = stock.residence(key)
        full = total(i.full for i, _ in group)
        if holding is None or not full or not holding.dwellings:
            continue
        for where in dict.fromkeys((holding.commune, "")):
            held = sums.setdefault(where, [ZERO, ZERO])
            held[0] += full
            held[1] += holding.dwellings
    return {where: amount / homes for where, (amount, homes) in sums.items()}
