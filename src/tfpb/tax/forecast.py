"""The abatement to come, 2025 to 2030: exemptions that end, perimeters, demolitions, deliveries."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut, Statut
from tfpb.model.results import FORECAST_COLUMNS
from tfpb.tax import tallies
from tfpb.tax.cells import ZERO, text, total
from tfpb.tax.lines import ESTIMATED
from tfpb.tax.rights import Right, end_of_exemption, exempt, right_of, standing_units
from tfpb.words import motives

if TYPE_CHECKING:
    from tfpb.law.values import Law, Reader
    from tfpb.tax.formula import Terms
    from tfpb.tax.holdings import Holding, Stock
    from tfpb.tax.lines import Premises
    from tfpb.tax.signatures import Conventions

RIGHTS: Final = frozenset({Statut.ELIGIBLE, Statut.ABATTU, Statut.A_RECLAMER})
"""Statuses whose amount is due in a year of the forecast."""
WAITING: Final = "en_attente_eur"
_COLUMNS: Final = (*FORECAST_COLUMNS, WAITING)


def forecast(
    pairs: tallies.Pairs,
    stock: Stock,
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
        convention). `logements` are those that have the right; `abattement_eur` is zero without right
        and None when it cannot be estimated. `statut` may also be `demoli` or `a_livrer`.
    """
    first, year = reader, reader.day.year
    start, end = first.whole("periode_prevision_debut"), first.whole("periode_prevision_fin")
    groups: dict[str, tallies.Pairs] = {}
    for pair in pairs:
        groups.setdefault(text(pair[0].row["id_residence"]), []).append(pair)
    means = _means(groups, stock, terms)
    raised = 1 + first.decimal("revalorisation_bases")
    rows = []
    for target in range(start, end + 1):
        then = law.on(dt.date(target, 1, 1), beside=first)
        factor = raised ** (target - year) if target > year else Decimal(1)
        for holding in stock.holdings:
            group = groups.get(holding.id_residence, [])
            if target == year and group:
                rows.append(_this_year(target, holding, group))
            elif _ever_in(holding):
                row = _one(target, holding, group, conventions, bailleur, then)
                rows.append(_priced(row, holding, group, means, terms, factor))
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
    for target, part in table.groupby("annee", sort=True):
        right = part[part["statut"].isin([str(s) for s in RIGHTS])]
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


def _ever_in(holding: Holding) -> bool:
    return any(u.side != QpvStatut.HORS for u in holding.units)


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
        "abattement_eur": counted,
        "nature": tallies.nature_of(outcomes),
        WAITING: total(o.verify + o.unsigned for o in outcomes),
    }


def _one(
    target: int,
    holding: Holding,
    group: tallies.Pairs,
    conventions: Conventions,
    bailleur: str,
    reader: Reader,
) -> dict[str, Any]:
    """Weigh the right of a résidence in a coming year, entrance by entrance."""
    own = max((e for i, _ in group if (e := _own_exemption(i)) is not None), default=None)
    right = right_of(
        holding, own_exemption=own, conventions=conventions, bailleur=bailleur, reader=reader
    )
    units = standing_units(holding.units, target, reader)
    ends = [own or end_of_exemption(u, reader) for u in units]
    taxable = [u for u, e in zip(units, ends, strict=True) if not exempt(e, reader.day)]
    inside = sum(u.dwellings for u in taxable if u.side == QpvStatut.DANS)
    doubtful = sum(u.dwellings for u in taxable if u.side == QpvStatut.A_VERIFIER)
    statut = right.statut or Statut.ELIGIBLE
    said = [motives.motive(right.motive, {**right.fields, "annee": _year_said(right, target)})]
    if not units:
        statut = "demoli" if right.motive == "demolie" else "a_livrer"
    elif not right.statut and any(u.demolition and u.demolition < target for u in holding.units):
        said.append(motives.forecast("demolition_partielle", {"logements": inside}))
    if not right.statut and right.opens == target:
        said.append(motives.forecast("debut", {}))
    unsigned = statut == Statut.SANS_CONVENTION and not right.known
    return {
        "annee": target,
        "id_residence": holding.id_residence,
        "logements": inside if not right.statut else 0,
        "statut": str(statut),
        "motif": " ".join(said),
        "nature": ESTIMATED,
        "waiting": doubtful + (inside if unsigned else 0),
    }


def _year_said(right: Right, target: int) -> Any:
    return right.fields.get("annee", target)


def _own_exemption(item: Premises) -> dt.date | None:
    from tfpb.tax.premises import exemption_of  # noqa: PLC0415 - one cell, no cycle at import

    return exemption_of(item.row)


def _priced(
    row: dict[str, Any],
    holding: Holding,
    group: tallies.Pairs,
    means: dict[str, Decimal],
    terms: Terms,
    factor: Decimal,
) -> dict[str, Any]:
    """Set the amount of a year: the full amount of the premises × the share that has the right."""
    waiting = row.pop("waiting")
    items = [i for i, _ in group]
    full = tallies.full_amount(items, terms)
    if full and holding.dwellings:
        each: Decimal | None = full / holding.dwellings
        note = "estime"
    else:
        each = means.get(holding.commune, means.get(""))
        note = "moyenne" if each is not None else "inconnu"
    where = "de la commune" if holding.commune in means else "du fichier"
    if row["logements"] or waiting:
        row["motif"] = f"{row['motif']} {motives.forecast(note, {'ou': where})}"
    for key, homes in (("abattement_eur", row["logements"]), (WAITING, waiting)):
        if each is None and homes:
            row[key] = None
        else:
            row[key] = ((each or ZERO) * homes * factor).quantize(terms.quantum, ROUND_HALF_UP)
    return row


def _means(groups: dict[str, tallies.Pairs], stock: Stock, terms: Terms) -> dict[str, Decimal]:
    """Return the mean full amount per dwelling, by commune and (key "") over all."""
    sums: dict[str, list[Decimal]] = {}
    for key, group in groups.items():
        holding = stock.residence(key)
        full = tallies.full_amount((i for i, _ in group), terms)
        if holding is None or not full or not holding.dwellings:
            continue
        for where in dict.fromkeys((holding.commune, "")):
            held = sums.setdefault(where, [ZERO, ZERO])
            held[0] += full
            held[1] += holding.dwellings
    return {where: amount / homes for where, (amount, homes) in sums.items()}
