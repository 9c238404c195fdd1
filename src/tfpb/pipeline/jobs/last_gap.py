"""The gap that the last survey measured, read from what it published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Place, fail
from tfpb.io.tables.tabular import read_table
from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe, Nature, Publication
from tfpb.model.results import COMPARISON_COLUMNS
from tfpb.model.survey import only

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN: Final = [Publication.PUBLIABLE.value, Publication.FRAGILE.value]
_KEYS: Final = ("vague", "niveau", "bailleur", "nature", "groupe", "ajustement", "publication")


@dataclass(frozen=True, slots=True)
class LastGap:
    """The median of the published raw gaps of the last wave, rounded to the point.

    Parameters
    ----------
    vague : str
    points : float
    questions : int
        Those it is the median of: service items, or all of them when none is.
    """

    vague: str
    points: float
    questions: int


def last_gap(path: Path) -> LastGap:
    """Read it from a comparison: what `comparer` writes, `comparaison_detail.csv` of a pack.

    The bailleur's own rows where the file names one only, else those of the whole.

    Raises
    ------
    TfpbError
        Faults of the file; `precedent_sans_ecart`.
    """
    table = read_table(path, known=COMPARISON_COLUMNS)
    rows, place = table.frame, Place(table.file, table.sheet)
    if not {*_KEYS, "estimation"} <= set(rows.columns):
        raise fail("precedent_sans_ecart", place=place)
    gaps = rows.assign(
        ecart=pd.to_numeric(rows["estimation"].str.replace(",", "."), errors="coerce")
    )
    gaps = only(
        gaps, groupe=Groupe.ECART, ajustement=Ajustement.BRUT, niveau=TOTAL, publication=_SHOWN
    )
    gaps = gaps[gaps["ecart"].between(-1, 1)]
    if gaps.empty:
        raise fail("precedent_sans_ecart", place=place)
    last = gaps[gaps["vague"] == max(gaps["vague"])]
    owners = set(last["bailleur"]) - {ENSEMBLE}
    last = last[last["bailleur"] == (owners.pop() if len(owners) == 1 else ENSEMBLE)]
    service = last[last["nature"] == Nature.SERVICE]
    kept = service if len(service) else last
    if kept.empty:
        raise fail("precedent_sans_ecart", place=place)
    points = float(round(100 * kept["ecart"].median())) + 0.0
    return LastGap(str(kept["vague"].iloc[0]), points, len(kept))
