"""What a map takes out of the quarters: year by year, each résidence and the quarter that it left."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import TfpbError
from tfpb.law.values import lacking_value
from tfpb.tax.abatement.formula import terms
from tfpb.tax.abatement.premises import UNKNOWN, exemption_of
from tfpb.tax.abatement.rights import end_of_exemption, exempt, standing_units
from tfpb.tax.plain_values import ZERO, grouped, records, total

if TYPE_CHECKING:
    from tfpb.law.values import Law, Reader
    from tfpb.tax.abatement.formula import Terms
    from tfpb.tax.abatement.holdings import Stocks, Unit
    from tfpb.tax.abatement.premises import Premises

LEAVER_COLUMNS: Final = (
    "annee", "code_qpv", "residences", "logements", "abattement_a_risque_eur", "abattement_perdu_eur",
)  # fmt: skip
_OF_A_HOME: Final = ("annee", "code_qpv", "id_residence", *LEAVER_COLUMNS[3:])
_NOTHING: Final = (None, None, None)


def leavers(
    items: list[Premises], stocks: Stocks, law: Law, *, reader: Reader, rounding: str
) -> pd.DataFrame:
    """List each résidence by year and by the quarter that it left, from the tax year to the end of the law.

    Money follows dwellings: of a premises that leaves in part, the share of its taxable dwellings that
    left. Exempt dwellings lose nothing yet. `annee, code_qpv, id_residence, logements`: `code_qpv` is of
    the earlier map, empty when unknown; `abattement_a_risque_eur` is what the notices of the tax year still
    abate, None where one is not read and for the years whose notice is to come; `abattement_perdu_eur` is
    what those dwellings would have been abated. In a year that the law gives no value for, all is None.
    `reader` (1 January of the tax year) also lists what is read.
    """
    year = reader.day.year
    raised = 1 + reader.decimal("revalorisation_bases")
    rows: list[tuple[Any, ...]] = []
    for target in range(year, reader.whole("periode_prevision_fin") + 1):
        then = law.on(dt.date(target, 1, 1), joining=reader)
        try:
            stipulated = terms(then, rounding)
            stock = stocks.on(then)
        except TfpbError as error:
            lacking_value(error)
            rows += [(target, *key, *_NOTHING) for key in sorted({row[1:3] for row in rows})]
            continue
        homes: dict[tuple[str, str], set[Unit]] = {}
        risk: dict[tuple[str, str], list[Decimal]] = {}
        lost: dict[tuple[str, str], list[Decimal]] = {}
        unread: set[tuple[str, str]] = set()
        for item in items:
            holding = item.place(stock)
            if holding is None or all(u.left is None for u in holding.units):
                continue
            units = standing_units(holding.units, target)
            own = exemption_of(item.row)
            taxed = tuple(
                u for u in units if not exempt(own or end_of_exemption(u, then), then.day)
            )
            for code in {u.left for u in units if u.left is not None}:
                key = (code, item.id_residence)
                homes.setdefault(key, set()).update(u for u in units if u.left == code)
                due = _part(item, taxed, code, stipulated) * raised ** (target - year)
                lost.setdefault(key, []).append(due.quantize(stipulated.quantum, ROUND_HALF_UP))
                if target == year:  # the notice abates no more than what is at risk on it
                    still = min(_part(item, taxed or units, code, stipulated), item.states.at_risk)
                    risk.setdefault(key, []).append(still)
                    if item.current and item.state == UNKNOWN and taxed:
                        unread.add(key)
        rows += [
            (
                target,
                *key,
                sum(u.dwellings for u in homes[key]),
                total(risk[key]) if target == year and key not in unread else None,
                total(lost[key]),
            )
            for key in sorted(homes)
        ]
    return pd.DataFrame(rows, columns=list(_OF_A_HOME), dtype=object)


def by_quarter(gone: pd.DataFrame) -> pd.DataFrame:
    """Add leavers by year and quarter left: `LEAVER_COLUMNS`; None where one of its résidences has None."""
    rows = [
        (
            *key,
            len({r["id_residence"] for r in mine}),
            *(_added(mine, c) for c in LEAVER_COLUMNS[3:]),
        )
        for key, mine in grouped(records(gone), lambda r: (r["annee"], str(r["code_qpv"]))).items()
    ]
    bounded = [row if row[3] is not None else (*row[:2], *(None,) * 4) for row in rows]
    return pd.DataFrame(bounded, columns=list(LEAVER_COLUMNS), dtype=object)


def _added(rows: list[Any], column: str) -> Any:
    values = [r[column] for r in rows]
    if any(v is None for v in values):
        return None
    return sum(values) if column == "logements" else total(values)


def beside_years(ahead: pd.DataFrame, gone: pd.DataFrame, year: int) -> pd.DataFrame:
    """Add to the years of each résidence (`year_by_year`) the quarter that it left, and what is due no more.

    First for the tax year, then two columns for each year ahead, of what `leavers` returned.
    """
    rows = []
    for key, mine in grouped(records(gone), lambda r: str(r["id_residence"])).items():
        row: dict[str, Any] = {"id_residence": key}
        row["code_qpv_quitte"] = ", ".join(dict.fromkeys(str(r["code_qpv"]) for r in mine))
        for of, lines in grouped(mine, lambda r: int(r["annee"])).items():
            own = of == year
            row["logements_sortis" if own else f"logements_sortis_{of}"] = _added(
                lines, "logements"
            )
            lost = _added(lines, "abattement_perdu_eur")
            row["abattement_sorti_eur" if own else f"abattement_sorti_{of}_eur"] = lost
            if own:
                row["sorti_a_risque_eur"] = _added(lines, "abattement_a_risque_eur")
        rows.append(row)
    if not rows:
        return ahead
    left = pd.DataFrame(rows, dtype=object)
    return left if ahead.empty else ahead.merge(left, on="id_residence", how="outer")


def _part(item: Premises, units: tuple[Unit, ...], code: str, law: Terms) -> Decimal:
    """Return what the terms of a year abate of a premises for those of its dwellings that left a quarter."""
    whole = sum(u.weight for u in units)
    gone = sum(u.weight for u in units if u.left == code)
    share = Decimal(gone) / whole if whole else ZERO
    return item.abated(share, law).abatement
