"""What an earlier version of the outputs already told: figures still true, figures hardly moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Ajustement, Publication
from tfpb.survey.secrecy.cells import BOTH, HORS, QPV, Cell

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    Figure = tuple[int, str]
    """Number of answers, and the share as written (empty where only the number is shown)."""

_SIDES: Final = (QPV, HORS, BOTH)


def figures(table: pd.DataFrame) -> dict[Cell, Figure]:
    """Return what a comparison tells of each cell that is not masked.

    Parameters
    ----------
    table : DataFrame
        A comparison, protected or not: rows without a number of answers are left out.
    """
    rows = table[
        (table["ajustement"] == Ajustement.BRUT.value)
        & table["groupe"].isin(_SIDES)
        & (table["publication"] != Publication.MASQUE.value)
        & (table["n"] > 0)
    ]
    cells = zip(*(rows[c].astype(str) for c in Cell._fields), strict=True)
    told = zip(rows["n"], rows["estimation"], strict=True)
    return {
        Cell(*cell): (int(n), "" if share != share else f"{share:.12g}")  # noqa: PLR0124 - NaN
        for cell, (n, share) in zip(cells, told, strict=True)
    }


def still_told(
    now: Mapping[Cell, Figure], before: Mapping[Cell, Collection[Figure]]
) -> frozenset[Cell]:
    """List the cells whose figure an earlier version shows as it still is: masking them hides nothing.

    Parameters
    ----------
    now : mapping of Cell to Figure
        Unprotected.
    before : mapping of Cell to collection of Figure
        Shown by earlier versions; a number alone, where no share was shown, tells as much.
    """
    return frozenset(
        cell
        for cell, (n, share) in now.items()
        if any(
            m == n and _to_the_point(known) in ("", _to_the_point(share))
            for m, known in before.get(cell, ())
        )
    )


def _to_the_point(share: str) -> str:
    """Round a share as few résidences are released: a cell may be exact in one version only."""
    return f"{float(share):.2f}" if share else ""


def hardly_moved(
    now: Mapping[Cell, Figure], before: Mapping[Cell, Collection[Figure]], masking_n: int
) -> int:
    """Count the cells shown now and before that differ by fewer than `masking_n` answers.

    Who holds both versions subtracts them, and reads the few answers that came or went.
    """
    return sum(
        any(0 < abs(m - n) < masking_n for m, _ in before.get(cell, ()))
        for cell, (n, _) in now.items()
    )
