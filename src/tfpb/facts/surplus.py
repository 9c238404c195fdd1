"""What droit commun costs more in the quarters than elsewhere: never added to the actions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tfpb.facts.amount import Amount, known, quotient
from tfpb.facts.claim import TOTAL, Claim, State, claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tfpb.model.money import DroitCommun


@dataclass(frozen=True, slots=True)
class Surplus:
    """The surplus cost of one year, euros: of the indicators whose cost can be compared."""

    amount: Decimal
    low: Decimal
    """At 95 %, like `high`; added bounds are the widest of the sum, whatever ties the indicators."""
    high: Decimal
    year: int | None  # None where no line has one
    counted: int  # indicators whose cost can be compared
    uncounted: int  # the other indicators
    is_bounded: bool  # whether each of them has its interval

    def argues(self, year: int) -> bool:
        """Return whether it is of that year, and chance alone would not make it."""
        return self.is_bounded and self.low > 0 and self.year == year

    def share_of(self, acquired: Amount) -> Amount | None:
        """Return what it comes to of the abatement; None of nothing, or where an indicator lacks."""
        if self.uncounted or not acquired.at_least:
            return None
        return quotient(known(self.amount), acquired)


def surplus_of(droit_commun: DroitCommun | None, year: int) -> Surplus | None:
    """Return the surplus of a year, else of the last there is; of several years one alone counts."""
    if droit_commun is None or droit_commun.table.empty:
        return None
    rows = droit_commun.table
    years = rows["annee"].dropna()
    own = year if (years == year).any() else (int(max(years)) if len(years) else None)
    mine = rows if own is None else rows[rows["annee"] == own]
    compared = mine[mine["surcout_eur"].notna()]
    if compared.empty:
        return None
    names = ("surcout_eur", "surcout_ic95_bas_eur", "surcout_ic95_haut_eur")
    amount, low, high = (_sum(compared[name]) for name in names)
    bounded = bool(compared[list(names)].notna().all(axis=None))
    return Surplus(amount, low, high, own, len(compared), len(mine) - len(compared), bounded)


def surplus_claims(droit_commun: DroitCommun | None, year: int) -> Iterator[Claim]:
    """Claim the surplus of the year: without figure where an indicator has no cost to compare."""
    found = surplus_of(droit_commun, year)
    if found is None or found.year != year:
        return
    if found.uncounted:
        yield Claim("surcout", TOTAL, None, State.INCONNU, why=frozenset({"sans_cout"}))
    else:
        yield claim("surcout", TOTAL, known(found.amount))


def _sum(cells: pd.Series[Any]) -> Decimal:
    return sum((Decimal(str(v)) for v in cells.dropna()), Decimal(0))
