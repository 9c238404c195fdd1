"""What each output of a region shows of the one protected estimate: a cut, never more."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb import survey
from tfpb.model.codes import ENSEMBLE, SHOWN, TOTAL, Ajustement, Groupe, Publication
from tfpb.model.survey import pick
from tfpb.survey.adjustment.benchmark import OWNER
from tfpb.survey.secrecy.disclosure import TABLES
from tfpb.survey.secrecy.disclosure import sealed as cut
from tfpb.survey.secrecy.ownership import own_readings
from tfpb.survey.unread import to_confirm

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from tfpb.model.record import Reading
    from tfpb.model.survey import Estimates, Published
    from tfpb.survey import Released
    from tfpb.survey.secrecy.publishable import Rules

_REGION_LEVELS: Final = (TOTAL, "departement", "siren_epci")


@dataclass(frozen=True, slots=True)
class Protected:
    """The region's estimates, protected once over all outputs together."""

    whole: Published
    """Everything that any output shows; bailleurs by name: only makers of tables read it, and a release."""
    waiting: frozenset[str] = frozenset()
    """Bailleurs of which a question on the deliveries is open (`ENSEMBLE` of common ones): of them, and of
    what contains them all, pages conclude nothing."""
    assumed: bool = False  # whether the direction of codes is one of those questions

    @classmethod
    def of(
        cls,
        estimates: Estimates,
        rules: Rules,
        before: Released,
        waiting: frozenset[str] = frozenset(),
        *,
        assumed: bool = False,
    ) -> Protected:
        """Protect everything at once, in agreement with earlier releases."""
        hidden = survey.protect(estimates, rules, crossed=None)
        return cls(survey.standing(hidden, before), waiting, assumed)

    @property
    def read(self) -> Published:
        """What pages read: a verdict under an open question is to be confirmed, what hangs on it blank."""
        if not self.waiting:
            return self.whole
        return to_confirm(self.whole, self.waiting, assumed=self.assumed)

    @property
    def withheld(self) -> int:
        """Number of rows that are masked."""
        return int((self.whole.comparison["publication"] == Publication.MASQUE.value).sum())

    def region(self, names: Mapping[tuple[str, str], str]) -> Published:
        """Cut the regional restitution: the whole, départements and intercommunalités by name."""
        whole = _over_all(self.read)
        rows = pick(whole.comparison, niveau=list(_REGION_LEVELS))
        named = [
            names.get((level, place), place)
            for level, place in zip(rows["niveau"], rows["territoire"], strict=True)
        ]
        placed = rows.assign(territoire=named).reset_index(drop=True)
        return cut(whole, {"comparison": placed})

    def bailleur(
        self, name: str, readings: tuple[Reading, ...] = (), *, released: bool = False
    ) -> Published:
        """Cut a bailleur's own pack: its rows, those of its quarters, the region's.

        `readings` are those of the deliveries that hold its interviews; `released`: as the ledger remembers
        it, verdicts that a reply may change included.
        """
        whole = self.whole if released else self.read
        others = {*whole.comparison["bailleur"].unique()} - {name, ENSEMBLE}
        return cut(
            whole,
            {t: _of_bailleur(getattr(whole, t), name) for t in TABLES},
            readings=own_readings(readings, name),
            notices=tuple(n for n in whole.notices if n.fields.get("bailleur") not in others),
        )

    def place(self, level: str, name: str, quarters: Collection[str]) -> Published:
        """Cut a territory and its quarters, over all bailleurs: a contrat de ville, a département.

        The territory's rows stand as the whole (`total`).
        """
        whole = _over_all(self.read)
        table = whole.comparison
        mine = (table["niveau"] == level) & (table["territoire"] == name)
        inside = (table["niveau"] == "code_qpv") & table["territoire"].isin(list(quarters))
        rows = table[mine | inside].reset_index(drop=True)
        own = (rows["niveau"] == level).to_numpy()
        placed = rows.assign(
            niveau=np.where(own, TOTAL, rows["niveau"].to_numpy(dtype=object)),
            territoire=np.where(own, TOTAL, rows["territoire"].to_numpy(dtype=object)),
        )
        nothing = {n: getattr(whole, n).iloc[:0] for n in ("levels", "fieldwork", "variants")}
        return cut(whole, {**nothing, "comparison": placed})


@lru_cache(maxsize=1)  # every place is cut of it
def _over_all(whole: Published) -> Published:
    """Cut to rows over all bailleurs in every table."""

    def together(table: pd.DataFrame) -> pd.DataFrame:
        if OWNER in table:
            return table[table[OWNER] == ""].drop(columns=OWNER).reset_index(drop=True)
        if "bailleur" not in table:
            return table
        return table[table["bailleur"] == ENSEMBLE].reset_index(drop=True)

    return cut(whole, {t: together(getattr(whole, t)) for t in TABLES})


def _of_bailleur(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Keep a bailleur's rows, and the whole of the region."""
    if OWNER in table:
        return table[table[OWNER].isin(["", name])].drop(columns=OWNER).reset_index(drop=True)
    if "bailleur" not in table:
        return table
    own = table["bailleur"] == name
    whole = table["bailleur"] == ENSEMBLE
    if "niveau" in table:  # of the whole no territory
        whole &= table["niveau"] == TOTAL
    return table[own | whole].reset_index(drop=True)


@lru_cache(maxsize=4)  # each bailleur is set beside the same others, either way
def gaps_of_bailleurs(
    sealed: Published, groups: tuple[str, ...], *, way: str = Ajustement.BRUT.value
) -> pd.DataFrame:
    """Return what may be shown of each bailleur: rows of one adjustment over its whole.

    `vague, bailleur, item, groupe, estimation, ic95_bas, ic95_haut`.
    """
    rows = pick(
        sealed.comparison, niveau=TOTAL, ajustement=way, groupe=list(groups), publication=SHOWN
    )
    rows = rows[(rows["bailleur"] != ENSEMBLE) & rows["estimation"].notna()]
    columns = ["vague", "bailleur", "item", "groupe", "estimation", "ic95_bas", "ic95_haut"]
    return rows[columns].reset_index(drop=True)


GAP_AND_LEVEL: Final = (Groupe.QPV.value, Groupe.HORS_QPV.value, Groupe.ECART.value)
