"""What each output shows of the one protected estimate: a cut, never more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb import survey
from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe, Publication
from tfpb.survey.secrecy.disclosure import sealed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.model.record import Reading
    from tfpb.model.survey import Estimates, Published
    from tfpb.survey.secrecy.cells import Cell

SHOWN: Final = frozenset({Publication.PUBLIABLE})
_REGION_LEVELS: Final = (TOTAL, "departement", "siren_epci")


@dataclass(frozen=True, slots=True)
class Protected:
    """The region's estimates, protected once over all outputs together.

    Parameters
    ----------
    whole : Published
        Everything that any output shows; bailleurs by name: only makers of tables read it.
    estimates : Estimates
        Unprotected: leaves through `bailleur` only.
    masks : frozenset of Cell
    masking_n : int
    held_back : tuple of Fault
        What this release and earlier ones, subtracted, would tell.
    """

    whole: Published
    estimates: Estimates
    masks: frozenset[Cell]
    masking_n: int
    held_back: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, estimates: Estimates, masks: frozenset[Cell], masking_n: int) -> Protected:
        """Protect everything at once with the region's masks."""
        whole = sealed(estimates, masks, masking_n)
        return cls(whole, estimates, masks, masking_n)

    def region(self, names: Mapping[tuple[str, str], str]) -> Published:
        """Cut the regional restitution: the whole, départements and intercommunalités by name."""
        table = self.whole.comparison
        rows = table[(table["bailleur"] == ENSEMBLE) & table["niveau"].isin(_REGION_LEVELS)]
        named = [
            names.get((level, place), place)
            for level, place in zip(rows["niveau"], rows["territoire"], strict=True)
        ]
        return _together(self.whole, rows.assign(territoire=named))

    def bailleur(self, name: str, readings: tuple[Reading, ...] = ()) -> Published:
        """Seal a bailleur's own pack: its rows, the region's, the region without it.

        `readings` are those of the deliveries that hold its interviews.
        """
        table = self.estimates.comparison
        whole = table[(table["niveau"] == TOTAL)].reset_index(drop=True)
        cut = replace(self.estimates, comparison=whole, readings=readings)
        own = survey.for_bailleur(cut, name, rounded=True)
        return sealed(own, self.masks, self.masking_n)

    def place(self, level: str, name: str, quarters: Collection[str]) -> Published:
        """Cut a territory and its quarters, over all bailleurs: a contrat de ville, a département.

        The territory's rows stand as the whole (`total`).
        """
        table = self.whole.comparison
        mine = (table["niveau"] == level) & (table["territoire"] == name)
        inside = (table["niveau"] == "code_qpv") & table["territoire"].isin(list(quarters))
        rows = table[(table["bailleur"] == ENSEMBLE) & (mine | inside)]
        whole = (rows["niveau"] == level).to_numpy()
        placed = rows.assign(
            niveau=np.where(whole, TOTAL, rows["niveau"].to_numpy(dtype=object)),
            territoire=np.where(whole, TOTAL, rows["territoire"].to_numpy(dtype=object)),
        )
        nothing = {n: getattr(self.whole, n).iloc[:0] for n in ("levels", "fieldwork", "variants")}
        return replace(_together(self.whole, placed), **nothing)


def _together(whole: Published, comparison: pd.DataFrame) -> Published:
    """Cut to rows over all bailleurs in every table."""

    def together(table: pd.DataFrame) -> pd.DataFrame:
        if "bailleur" not in table:
            return table
        return table[table["bailleur"] == ENSEMBLE].reset_index(drop=True)

    return replace(
        whole,
        comparison=comparison.reset_index(drop=True),
        levels=together(whole.levels),
        priorities=together(whole.priorities),
        fieldwork=together(whole.fieldwork),
        variants=together(whole.variants),
    )


def gaps_of_bailleurs(
    sealed: Published, groups: Collection[str], *, way: str = Ajustement.BRUT.value
) -> pd.DataFrame:
    """Return what may be shown of each bailleur: rows of one adjustment over its whole.

    Returns
    -------
    DataFrame
        `vague, bailleur, item, groupe, estimation, ic95_bas, ic95_haut`.
    """
    table = sealed.comparison
    keep = (
        (table["niveau"] == TOTAL)
        & (table["bailleur"] != ENSEMBLE)
        & (table["ajustement"] == way)
        & table["groupe"].isin(list(groups))
        & table["publication"].isin(list(SHOWN))
        & table["estimation"].notna()
    )
    columns = ["vague", "bailleur", "item", "groupe", "estimation", "ic95_bas", "ic95_haut"]
    return table.loc[keep, columns].reset_index(drop=True)


GAP_AND_LEVEL: Final = (Groupe.QPV.value, Groupe.HORS_QPV.value, Groupe.ECART.value)
