"""The convention over its years: acquired, justified, proved, carried over, a year a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.facts.claim import Claims
from tfpb.facts.money_claims import money_claims
from tfpb.tax.abatement.forecast import MISSING
from tfpb.tax.plain_values import records

if TYPE_CHECKING:
    from tfpb.facts.amount import Amount
    from tfpb.facts.whole_dossier import Dossier

YEAR_CLAIMS: Final = {
    "acquis_eur": "acquis", "valorise_eur": "valorise", "justifie_eur": "justifie", "prouve_eur": "prouve",
    "reporte_eur": "reporte",
}  # fmt: skip
"""Columns of a year, and the claim that each is."""
AHEAD: Final = (
    "a_renouveler_eur", "en_attente_eur", "residences", "nouvelles", "logements", "nature",
)  # fmt: skip
"""Columns of the forecast of a year, besides what is expected."""
OWN: Final = "dossier"
BEFORE: Final = "precedent"


def convention_years(dossier: Dossier) -> pd.DataFrame:
    """Return a row a year, from the first that is known to the last of the forecast.

    Amounts of `YEAR_CLAIMS` are None where unknown; `attendu_eur` is the forecast of the year and of those
    to come; `origine` is dossier, precedent (an earlier pack), fichiers (last year's own), prevision,
    prevision_non_connue (the law gives no value for it).
    """
    money, year = dossier.abatement, dossier.settings.dossier.annee
    rows: dict[int, dict[str, Any]] = {
        past: {"annee": past, "origine": BEFORE, **amounts}
        for past, amounts in dossier.past_years.items()
        if past < year
    }
    if year - 1 not in rows and (amounts := _of_files(dossier)):
        rows[year - 1] = {"annee": year - 1, "origine": "fichiers", **amounts}
    rows[year] = {"annee": year, "origine": OWN, **_claimed(dossier.claims, YEAR_CLAIMS)}
    if money is not None and money.by_year is not None:
        for line in records(money.by_year):
            then = int(line["annee"])
            origin = "prevision_non_connue" if line["nature"] == MISSING else "prevision"
            own = rows.setdefault(then, {"annee": then, "origine": origin})
            own["attendu_eur"] = line["abattement_eur"]
            own |= {column: line.get(column) for column in AHEAD}
    columns = ["annee", *YEAR_CLAIMS, "attendu_eur", *AHEAD, "origine"]
    table = pd.DataFrame([rows[y] for y in sorted(rows)], columns=columns, dtype=object)
    return table.where(table.notna(), None)


def _of_files(dossier: Dossier) -> dict[str, Amount]:
    """Return what the notices and the programme of the year before tell."""
    before = dossier.abatement.last_year if dossier.abatement is not None else None
    due = {} if before is None else {"acquis_eur": Claims(money_claims(before)).amount("acquis")}
    return due | _claimed(dossier.claims, {"valorise_eur": "valorise_precedent"})


def _claimed(claims: Claims, names: dict[str, str]) -> dict[str, Amount]:
    return {column: claims.amount(name) for column, name in names.items() if claims.has(name)}
