"""The day of the bilan of a year, by quarter: no piece of the bilan is dated after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tfpb.model.tables import means_every_quarter
from tfpb.tax.abatement.signatures import Conventions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Bilans:
    """The days of the bilans of one tax year."""

    year: int  # the day of another year's bilan is not known
    days: Mapping[str, dt.date] = field(default_factory=dict)
    """By quarter, the last day that a convention gives."""
    otherwise: dt.date | None = None  # day of the dossier, where no convention gives one

    def day(self, code: str, year: int) -> dt.date | None:
        """Return the day of the bilan of a quarter, the last of all for an action of every quarter."""
        if year != self.year:
            return None
        if means_every_quarter(code):
            return max(self.days.values(), default=self.otherwise)
        return self.days.get(code, self.otherwise)


def bilans(
    table: pd.DataFrame | None, bailleurs: Iterable[str], *, year: int, on: dt.date | None
) -> Bilans:
    """Read the days of the bilans of a year in the conventions of `bailleurs`; else `on`, the dossier's day.

    One dated before the year is of another bilan.
    """
    days: dict[str, dt.date] = {}
    for one in Conventions(table, owners=bailleurs).every:
        if one.account is None or one.account.year < year:
            continue
        for code in one.codes:
            days[code] = max(days.get(code, one.account), one.account)
    return Bilans(year, days, on)
