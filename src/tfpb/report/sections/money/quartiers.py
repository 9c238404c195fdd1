"""« Quartiers »: each quarter once, from what stands there to what is proved, and beside other years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tfpb.facts.amount import Amount
from tfpb.facts.claim import State
from tfpb.report.sections.build import STATE, claimed, cut, part, section, table, worded
from tfpb.tax.ledger.quarters_known import other_years
from tfpb.tax.ledger.quarters_known import quartiers as known_quarters
from tfpb.words.money import abatement_words, state_words
from tfpb.words.places.side_words import stock_lead

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Section, Table


def quartiers(dossier: Dossier) -> Section | None:
    """Return the sheet of the quarters, the most to justify first; none without any."""
    whole = quarters_table(dossier)
    if whole.rows.empty:
        return None
    return section("quartiers", stock_lead(dossier.claims), [whole], in_document=False)


def quarters_table(dossier: Dossier, shown: str = "") -> Table:
    """Return a row a quarter: its claims, then what was done there next to other years.

    Only the rows that have the column `shown` filled; without it, every row.
    """
    year = dossier.settings.dossier.annee
    years = [{"an": one} for one in other_years(dossier.programme, year)]
    rows = known_quarters(dossier)
    rows = _veiled(claimed("quartiers", rows, dossier.claims, blank_unclaimed=True))
    if "nature" in rows:
        rows = worded(rows, nature=abatement_words.NATURES)
    if shown:
        rows = cut(rows, rows[shown].notna())
    return table(
        "quartiers",
        dossier.quarters.named(rows, nowhere=state_words.OUTSIDE),
        repeated=years,
        held=dossier.claims.within(),
        annee=year,
        precedente=year - 1,
    )


def _veiled(rows: pd.DataFrame) -> pd.DataFrame:
    """Empty the amounts that are nil and may be something else: a zero would be read for a figure."""
    out = rows.copy()
    for column in dict.fromkeys(c for names in rows["incertains"] for c in names):
        named = pd.Series([column in names for names in rows["incertains"]], rows.index)
        empty = named & rows[column].map(lambda v: isinstance(v, Amount) and not v.may_exceed_nil)
        out[column] = rows[column].mask(empty, None)
        out[column + STATE] = rows[column + STATE].mask(empty, str(State.A_VERIFIER))
    return out


def quarters_part(dossier: Dossier, key: str, *, of: str) -> Table:
    """Return the columns of the quarters that a page shows, of those that have this one filled."""
    whole = quarters_table(dossier, shown=of)
    return part(whole, key)
