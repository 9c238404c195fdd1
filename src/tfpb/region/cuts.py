"""What each output shows of the one estimate: a cut, sealed by `protect` with the region's masks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb import survey
from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe, Publication
from tfpb.survey.cells import OWNER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.model.survey import Estimates, Published
    from tfpb.survey.cells import Cell

SHOWN: Final = frozenset({Publication.PUBLIABLE, Publication.FRAGILE})
_REGION_LEVELS: Final = (TOTAL, "departement", "siren_epci")


@dataclass(frozen=True, slots=True)
class Protected:
    """The region's estimates with the masks of all its outputs together.

    Parameters
    ----------
    estimates : Estimates
        Unprotected: leaves through the methods only.
    masks : frozenset of Cell
    masking_n : int
    """

    estimates: Estimates
    masks: frozenset[Cell]
    masking_n: int

    def _seal(self, cut: Estimates) -> Published:
        return survey.protect(cut, masking_n=self.masking_n, previous=self.masks)

    def whole(self) -> Published:
        """Seal everything that any output shows; bailleurs by name: for the makers of tables only."""
        return self._seal(self.estimates)

    def region(self, names: Mapping[tuple[str, str], str]) -> Published:
        """Seal the regional restitution: the whole, départements and intercommunalités by name."""
        table = self.estimates.comparison
        keep = (table["bailleur"] == ENSEMBLE) & table["niveau"].isin(_REGION_LEVELS)
        sealed = self._seal(_only_together(self.estimates, table[keep]))
        rows = sealed.comparison
        named = [
            names.get((level, place), place)
            for level, place in zip(rows["niveau"], rows["territoire"], strict=True)
        ]
        return replace(sealed, comparison=rows.assign(territoire=named))

    def bailleur(self, name: str, notices: tuple[Fault, ...]) -> Published:
        """Seal a bailleur's own pack: its rows, the region's, the region without it."""
        table = self.estimates.comparison
        whole = table[(table["niveau"] == TOTAL)].reset_index(drop=True)
        own = survey.for_bailleur(replace(self.estimates, comparison=whole), name)
        return self._seal(replace(own, notices=(*notices, *own.notices)))

    def contrat(self, name: str, quarters: Collection[str]) -> Published:
        """Seal the sheet of a contrat de ville: over all bailleurs, the contrat and its quarters.

        The contrat's rows stand as the whole of the sheet (`total`).
        """
        table = self.estimates.comparison
        mine = (table["niveau"] == "contrat_de_ville") & (table["territoire"] == name)
        inside = (table["niveau"] == "code_qpv") & table["territoire"].isin(list(quarters))
        keep = (table["bailleur"] == ENSEMBLE) & (mine | inside)
        cut = _only_together(self.estimates, table[keep])
        sealed = self._seal(replace(cut, levels=cut.levels.iloc[:0]))
        rows = sealed.comparison
        whole = (rows["niveau"] == "contrat_de_ville").to_numpy()
        return replace(
            sealed,
            comparison=rows.assign(
                niveau=np.where(whole, TOTAL, rows["niveau"].to_numpy(dtype=object)),
                territoire=np.where(whole, TOTAL, rows["territoire"].to_numpy(dtype=object)),
            ),
        )


def _only_together(estimates: Estimates, comparison: pd.DataFrame) -> Estimates:
    """Keep the rows of the whole in every other table; regional marks of a bailleur are its own."""

    def together(table: pd.DataFrame) -> pd.DataFrame:
        if "bailleur" not in table:
            return table
        return table[table["bailleur"] == ENSEMBLE].reset_index(drop=True)

    benchmark = estimates.benchmark
    if OWNER in benchmark:
        benchmark = benchmark[benchmark[OWNER] == ""].reset_index(drop=True)
    return replace(
        estimates,
        comparison=comparison.reset_index(drop=True),
        levels=together(estimates.levels),
        priorities=together(estimates.priorities),
        benchmark=benchmark,
    )


def gaps_of_bailleurs(sealed: Published, groups: Collection[str]) -> pd.DataFrame:
    """Return what may be shown of each bailleur: raw rows over its whole.

    Returns
    -------
    DataFrame
        `vague, bailleur, item, theme, groupe, estimation, ic95_bas, ic95_haut, verdict`.
    """
    table = sealed.comparison
    keep = (
        (table["niveau"] == TOTAL)
        & (table["bailleur"] != ENSEMBLE)
        & (table["ajustement"] == Ajustement.BRUT.value)
        & table["groupe"].isin(list(groups))
        & table["publication"].isin(list(SHOWN))
        & table["estimation"].notna()
    )
    columns = ["vague", "bailleur", "item", "theme", "groupe", "estimation", "ic95_bas",
               "ic95_haut", "verdict"]  # fmt: skip
    return table.loc[keep, columns].reset_index(drop=True)


GAP_AND_LEVEL: Final = (Groupe.QPV.value, Groupe.HORS_QPV.value, Groupe.ECART.value)
