"""Counts of interviews as they may be told: to five, none small, none that a subtraction gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE
from tfpb.model.results import FIELD_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

_STEP: Final = 5
_DIGITS: Final = 3
_WHOLE: Final = ["vague", "bailleur"]
_HIDDEN: Final = -1
"""Stands for a count that is not told."""


class FieldCount(NamedTuple):
    """One count of interviews as a release told it; −1 where it was hidden."""

    vague: str
    bailleur: str
    cote: str
    type_habitat: str
    periode_construction: str
    n: int


def protected_counts(table: pd.DataFrame, masking_n: int) -> pd.DataFrame:
    """Round the counts of the field sheet, and hide those that would tell of few households.

    Parameters
    ----------
    table : DataFrame
        `FIELD_COLUMNS` and `n_residences`: a partition of the interviews of each wave and bailleur.
    masking_n : int

    Returns
    -------
    DataFrame
        `FIELD_COLUMNS`; `n` and `part_interroges` are NaN where hidden. A bailleur one side of
        which is itself too small has no row in that wave: the rest of its interviews would tell it.

    Notes
    -----
    A cell is hidden with 1 to `masking_n` − 1 interviews once rounded, or of a single résidence; in each
    side that has one, two at least are, which hold `masking_n` together. Nobody is nobody's secret:
    a cell without interview is told.
    """
    if table.empty:
        return table.reindex(columns=list(FIELD_COLUMNS))
    kept = []
    for _, whole in table.groupby(_WHOLE):
        sides = [_side(part, masking_n) for _, part in whole.groupby("cote")]
        if all(s is not None for s in sides):
            told = pd.concat(sides)
            total = whole["n"].sum()
            kept.append(told.assign(part_interroges=(told["n"] / max(total, 1)).round(_DIGITS)))
    out = pd.concat(kept) if kept else table.iloc[:0]
    return out.sort_index().reset_index()[list(FIELD_COLUMNS)]


def _side(part: pd.DataFrame, masking_n: int) -> pd.DataFrame | None:
    """Return one side with its counts as told; None when the side itself is too small."""
    counts = part[["n", "n_residences"]].to_numpy()
    n, homes = counts.sum(axis=0)
    if _few(n, homes, masking_n):
        return None
    hidden: Flags = np.array([_few(n, homes, masking_n) for n, homes in counts])
    n = counts[:, 0]
    left = sorted(np.flatnonzero(n).tolist(), key=lambda r: n[r])
    while hidden.any() and (hidden.sum() < 2 or n[hidden].sum() < masking_n):  # noqa: PLR2004
        hidden[left.pop(0)] = True
    return part.assign(n=np.where(hidden, np.nan, _told(n)))


def _few(n: float, residences: float, masking_n: int) -> bool:
    """Tell whether interviews are too few, by themselves or for their résidences (secrecy of sizes)."""
    small = _told(n) < masking_n or n < masking_n + residences - 2
    return n > 0 and (small or residences < 2)  # noqa: PLR2004


def _told(n: Any) -> Any:
    return _STEP * np.floor(n / _STEP + 0.5)


def counts_told(table: pd.DataFrame) -> tuple[FieldCount, ...]:
    """Return the counts of a protected table, as a release remembers them."""
    rows = table.reindex(columns=list(FieldCount._fields)).fillna({"n": _HIDDEN})
    return tuple(FieldCount._make((*map(str, cell), int(n))) for *cell, n in rows.to_numpy())


def counts_told_otherwise(
    table: pd.DataFrame, before: Sequence[Collection[FieldCount]], masking_n: int
) -> frozenset[tuple[str, str]]:
    """List the waves and bailleurs whose counts, less those of an earlier release, tell of few households.

    Parameters
    ----------
    table : DataFrame
        As protected.
    before : sequence of collection of FieldCount
        What each release told, bailleurs written as here.
    masking_n : int

    Returns
    -------
    frozenset of (str, str)
        A wave whose cells are not each as they were, or told both times and `masking_n` interviews
        apart at least, whatever the rounding. None of its counts is to be told: the rest would give one back.
    """
    out: set[tuple[str, str]] = set()
    if table.empty:
        return frozenset()
    for (wave, owner), rows in table.groupby(_WHOLE):
        now = {c[2:-1]: c.n for c in counts_told(rows)}
        for release in before:
            then = {
                c[2:-1]: c.n for c in release if c.vague == wave and owner in {c.bailleur, ENSEMBLE}
            }
            pairs = [(then.get(c, 0), now.get(c, 0)) for c in then.keys() | now.keys()]
            if then and any(
                a != b and (_HIDDEN in {a, b} or abs(a - b) < masking_n + _STEP) for a, b in pairs
            ):
                out.add((str(wave), str(owner)))
    return frozenset(out)


def without_counts(table: pd.DataFrame, held: Collection[tuple[str, str]]) -> pd.DataFrame:
    """Return a table of counts without some waves of some bailleurs."""
    if not held:
        return table
    names = zip(*(table[c].astype(str) for c in _WHOLE), strict=True)
    return table[[n not in held for n in names]].reset_index(drop=True)
