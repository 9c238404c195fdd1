"""What a quarter of 2015 loses to the map of 2024: what is due no more, and what notices still abate."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.tax.abatement.formula import amounts
from tfpb.tax.abatement.premises import exemption_of
from tfpb.tax.abatement.rights import end_of_exemption, exempt, standing_units
from tfpb.tax.plain_values import ZERO, total

if TYPE_CHECKING:
    from tfpb.law.values import Law, Reader
    from tfpb.tax.abatement.formula import Terms
    from tfpb.tax.abatement.holdings import Stocks, Unit
    from tfpb.tax.abatement.premises import Premises

LEAVER_COLUMNS: Final = (
    "annee", "code_qpv", "residences", "logements", "abattement_a_risque_eur", "abattement_perdu_eur",
)  # fmt: skip


def leavers(
    items: list[Premises], stocks: Stocks, law: Law, *, reader: Reader, terms: Terms
) -> pd.DataFrame:
    """Add by year and by the quarter that was left, from the tax year to the end of the law.

    Money follows dwellings: of a premises that leaves in part, the share of its taxable dwellings that
    left. Exempt dwellings lose nothing yet.

    Parameters
    ----------
    items : list of Premises
        Of the tax year, settled.
    stocks : Stocks
    law : Law
    reader : Reader
        Law on 1 January of the tax year; what is read joins its list.
    terms : Terms

    Returns
    -------
    DataFrame
        `LEAVER_COLUMNS`, by year and code of 2015 (empty: the quarter is not known).
        `abattement_a_risque_eur` is what the notices of the tax year still abate, None for the years
        whose notice is to come; `abattement_perdu_eur` is what those dwellings would have been abated.
    """
    year = reader.day.year
    raised = 1 + reader.decimal("revalorisation_bases")
    rows = []
    for target in range(year, reader.whole("periode_prevision_fin") + 1):
        then = law.on(dt.date(target, 1, 1), beside=reader)
        stock = stocks.on(then)
        homes: dict[str, set[tuple[str, Unit]]] = {}
        risk: dict[str, list[Decimal]] = {}
        lost: dict[str, list[Decimal]] = {}
        for item in items:
            holding = stock.find(item.id_residence, item.building)
            if holding is None or all(u.left is None for u in holding.units):
                continue
            units = standing_units(holding.units, target)
            own = exemption_of(item.row)
            taxed = tuple(
                u for u in units if not exempt(own or end_of_exemption(u, then), then.day)
            )
            for code in {u.left for u in units if u.left is not None}:
                homes.setdefault(code, set()).update(
                    (item.id_residence, u) for u in units if u.left == code
                )
                due = _part(item, taxed, code, terms) * raised ** (target - year)
                lost.setdefault(code, []).append(due.quantize(terms.quantum, ROUND_HALF_UP))
                if target == year:  # the notice abates no more than what is at risk on it
                    still = min(_part(item, taxed or units, code, terms), item.states.at_risk)
                    risk.setdefault(code, []).append(still)
        rows += [
            (
                target,
                code,
                len({key for key, _ in homes[code]}),
                sum(u.dwellings for _, u in homes[code]),
                total(risk[code]) if target == year else None,
                total(lost[code]),
            )
            for code in sorted(homes)
        ]
    return pd.DataFrame(rows, columns=list(LEAVER_COLUMNS), dtype=object)


def _part(item: Premises, units: tuple[Unit, ...], code: str, terms: Terms) -> Decimal:
    """Return the abatement of a premises for those of its dwellings that left a quarter, euros."""
    whole = sum(u.dwellings for u in units)
    gone = sum(u.dwellings for u in units if u.left == code)
    share = Decimal(gone) / whole if whole else ZERO
    return amounts(item.base, item.rates, terms, share=share).abatement
