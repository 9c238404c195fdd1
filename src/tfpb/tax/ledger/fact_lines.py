"""Facts of premises added by résidence or by quarter: what each line of « À faire » weighs of a claim."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.facts.amount import Amount, between, known
from tfpb.facts.claim import OUTSIDE
from tfpb.facts.money_claims import REASONS
from tfpb.model.columns import numbers, texts
from tfpb.model.results import MORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tfpb.model.money import Abatement

_CENTS: Final = -2
_WHY: Final = {str(reserve): why for reserve, why in REASONS.items()}


class FactLines:
    """The premises of an abatement (`by_premises`), to be added line by line."""

    def __init__(self, money: Abatement) -> None:
        facts = money.by_premises
        assert facts is not None  # noqa: S101 - one bailleur's has them
        self._facts = facts
        self._codes: list[str] = texts(facts, "code_qpv").tolist()
        self._reasons: list[str] = texts(facts, "ouvert").tolist()
        self.homes: list[str] = texts(facts, "id_residence").tolist()
        self._counts = Counter(self.homes)
        self._retained = numbers(money.premises, "logements_retenus")

    def touched(self, fact: str, *, open_too: bool = False) -> list[int]:
        """Return the premises that a fact is of; with those of which it is open, where it may be."""
        counted = self._facts[fact] > 0
        if open_too:
            counted |= self._facts[fact + MORE] > 0
        return [k for k, is_of in enumerate(counted) if is_of]

    def grouped(self, rows: Iterable[int], *, by_quarter: bool = False) -> dict[str, list[int]]:
        """Return premises by résidence, or by quarter."""
        out: dict[str, list[int]] = {}
        for k in rows:
            out.setdefault(self._codes[k] or OUTSIDE if by_quarter else self.homes[k], []).append(k)
        return out

    def quarter(self, rows: list[int]) -> str:
        """Return the quarter of some premises, the first that has one; empty out of every one."""
        return next((self._codes[k] for k in rows if self._codes[k]), "")

    def euros(self, fact: str, rows: list[int]) -> Amount:
        """Add an amount over premises, between its bounds."""
        least = int(self._facts[fact].iloc[rows].sum())
        more = int(self._facts[fact + MORE].iloc[rows].sum()) if fact + MORE in self._facts else 0
        why = {_WHY.get(r, r) for r in (self._reasons[k] for k in rows) if r}
        low, high = (Decimal(cents).scaleb(_CENTS) for cents in (least, least + more))
        return between(low, high, *why)

    def is_whole(self, home: str, rows: Sequence[int]) -> bool:
        """Return whether some premises of a résidence are all that its notices bear."""
        return len(rows) == self._counts[home]

    def retained(self, rows: list[int]) -> Amount | None:
        """Count the dwellings that premises hold; None where their lines tell of none."""
        count = float(self._retained[rows].sum())
        return known(int(count)) if count > 0 else None  # a line that counts none makes no sum

    def dwellings(self, fact: str, rows: list[int]) -> int:
        """Add a count of dwellings over premises."""
        return int(self._facts[fact].iloc[rows].sum())


HOME_MONEY: Final = {
    "abattement_eur": "acquis", "abattement_a_reclamer_eur": "a_reclamer",
    "abattement_a_risque_eur": "a_risque", "abattement_sous_reserve_eur": "sous_reserve",
}  # fmt: skip
"""Columns of money of a résidence, and the claim that each adds up to."""


def home_money(money: Abatement) -> pd.DataFrame:
    """Return the money of each résidence of the notices: `statut` and `HOME_MONEY`, Decimal euros.

    A cell is None where a notice leaves it open.
    """
    rows = money.by_residence.reindex(columns=["id_residence", "statut", *HOME_MONEY])
    facts = money.by_premises
    if facts is None:
        return rows
    homes = texts(facts, "id_residence")
    for column, fact in HOME_MONEY.items():
        unsure = set(homes[facts[fact + MORE] > 0])
        sure = ~texts(rows, "id_residence").isin(unsure)
        rows = rows.assign(**{column: rows[column].astype(object).where(sure, None)})
    return rows


_OF_NOTICES: Final = {
    "id_residence": "id_residence", "nom": "nom", "code_qpv": "code_qpv_avis", "nature": "nature",
    "frais_gestion_eur": "frais_gestion_eur", "total_eur": "total_eur", "statut": "statut_avis",
    "motif": "motif", "ouverture_abattement_annee": "ouverture_abattement_annee",
}  # fmt: skip
"""Columns of what notices make of a résidence, and their names beside its own."""


def with_money(residences: pd.DataFrame, money: Abatement | None) -> pd.DataFrame:
    """Add to each résidence the money of its notices, and each year ahead.

    `RESIDENCE_COLUMNS`, in their order, then those of the notices that the stock does not know.
    """
    if money is None or money.by_residence.empty:
        return residences
    found = money.by_residence.reindex(columns=[*_OF_NOTICES]).rename(columns=_OF_NOTICES)
    found = found.merge(home_money(money).drop(columns="statut"), on="id_residence")
    if money.year_by_year is not None:
        ahead = money.year_by_year.drop(columns=["nom", "code_qpv"], errors="ignore")
        found = found.merge(ahead, on="id_residence", how="left")
    strange = found[~found["id_residence"].isin(residences["id_residence"])]
    rows = residences.merge(found.drop(columns="nom"), on="id_residence", how="left")
    if strange.empty:
        return rows
    more = strange.reindex(columns=rows.columns)
    return pd.concat([rows.astype(object), more.astype(object)], ignore_index=True)
