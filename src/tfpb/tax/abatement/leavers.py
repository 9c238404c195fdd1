"""What a quarter of 2015 loses to the map of 2024: what is due no more, and what notices still abate."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.tax.abatement.formula import amounts
from tfpb.tax.abatement.premises import exemption_of
from tfpb.tax.abatement.rights import end_of_exemption, exempt, standing_units
from tfpb.tax.plain_values import ZERO, text, total

if TYPE_CHECKING:
    from tfpb.law.values import Law, Reader
    from tfpb.tax.abatement import tallies
    from tfpb.tax.abatement.formula import Terms
    from tfpb.tax.abatement.holdings import Holding, Stocks, Unit
    from tfpb.tax.abatement.premises_line import Outcome, Premises

LEAVER_COLUMNS: Final = (
    "annee", "code_qpv", "residences", "logements", "abattement_a_risque_eur", "abattement_perdu_eur",
)  # fmt: skip


def leavers(
    pairs: tallies.Pairs, stocks: Stocks, law: Law, *, reader: Reader, terms: Terms
) -> pd.DataFrame:
    """Add by year and by the quarter that was left, from the tax year to the end of the law.

    Money follows dwellings: of a premises that leaves in part, the share of its taxable dwellings that
    left. Exempt dwellings lose nothing yet.

    Parameters
    ----------
    pairs : list of (Premises, Outcome)
        Of the tax year.
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
    end = reader.whole("periode_prevision_fin")
    raised = 1 + reader.decimal("revalorisation_bases")
    rows = []
    for target in range(year, end + 1):
        then = law.on(dt.date(target, 1, 1), beside=reader)
        stock = stocks.on(then)
        sums: dict[str, _Sum] = {}
        for item, done in pairs:
            key, building = text(item.row["id_residence"]), text(item.row.get("id_batiment"))
            holding = stock.find(key, building)
            if holding is None or not any(u.left is not None for u in holding.units):
                continue
            left = _left(item, holding, then)
            for code in sorted(left.dwellings):
                held = sums.setdefault(code, _Sum())
                held.homes |= {(key, u) for u in left.units[code]}
                lost = amounts(item.base, item.rates, terms, share=left.lost[code]).abatement
                factor = raised ** (target - year)
                held.lost.append((lost * factor).quantize(terms.quantum, ROUND_HALF_UP))
                if target == year:
                    held.risk.append(_risk(item, done, left.whole[code], terms))
        rows += [
            {
                "annee": target,
                "code_qpv": code,
                "residences": len({key for key, _ in held.homes}),
                "logements": sum(u.dwellings for _, u in held.homes),
                "abattement_a_risque_eur": total(held.risk) if target == year else None,
                "abattement_perdu_eur": total(held.lost),
            }
            for code, held in sorted(sums.items())
        ]
    return pd.DataFrame(rows, columns=list(LEAVER_COLUMNS), dtype=object)


@dataclass(slots=True)
class _Sum:
    """What is added for a quarter in a year."""

    homes: set[tuple[str, Unit]] = field(default_factory=set)
    risk: list[Decimal] = field(default_factory=list)
    lost: list[Decimal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Left:
    """By quarter: dwellings that left, their share of what is taxed, their share of all."""

    units: dict[str, tuple[Unit, ...]]
    dwellings: dict[str, int]
    lost: dict[str, Decimal]
    whole: dict[str, Decimal]


def _left(item: Premises, holding: Holding, reader: Reader) -> _Left:
    units = standing_units(holding.units, reader.day.year)
    own = exemption_of(item.row)
    taxed = [u for u in units if not exempt(own or end_of_exemption(u, reader), reader.day)]
    codes = sorted({u.left for u in units if u.left is not None})
    by_code = {code: tuple(u for u in units if u.left == code) for code in codes}
    return _Left(
        units=by_code,
        dwellings={code: sum(u.dwellings for u in held) for code, held in by_code.items()},
        lost={code: _part(taxed, code) for code in codes},
        whole={code: _part(taxed or list(units), code) for code in codes},
    )


def _part(units: list[Unit], code: str) -> Decimal:
    whole = sum(u.dwellings for u in units)
    return Decimal(sum(u.dwellings for u in units if u.left == code)) / whole if whole else ZERO


def _risk(item: Premises, done: Outcome, share: Decimal, terms: Terms) -> Decimal:
    """Return what the notice abates for the dwellings that left; nothing when it abates none of them."""
    return min(amounts(item.base, item.rates, terms, share=share).abatement, done.risk)
