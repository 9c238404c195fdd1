"""What interviews say of their résidence against what the stock says of it: codes that slid by a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Fault, Severity
from tfpb.model.columns import stamped_place
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tfpb.model.arrays import Flags, Texts

_FEWEST: Final = 100
"""Interviews of a wave from which agreement is judged."""
_LEAST_SHARE: Final = 0.05
"""Part of the rarest value under which nothing is judged: all of one kind agree by chance."""
_AGREEMENT: Final = 0.3
"""Cohen's kappa under which two columns hardly speak of the same résidences; honest ones are over 0.8."""


def disagreements(
    frame: pd.DataFrame, name: str, delivered: Texts, stock: Texts
) -> Iterator[Fault]:
    """Doubt the waves whose interviews agree with the stock on a variable hardly more than by chance.

    `delivered` and `stock` are the two values for each interview's résidence, "" without one. Yields
    `variable_contraire`, with the variable and the wave. No count: it would be one of answers.
    """
    one, other = (np.array([fold(str(v)) for v in values]) for values in (delivered, stock))
    shared = set(one) & set(other) - {""}
    both = np.isin(one, list(shared)) & np.isin(other, list(shared))
    waves = frame["vague"].to_numpy(dtype=object)
    for wave in sorted({str(w) for w in waves}):
        here = both & (waves == wave)
        if _agree(one, other, here):
            continue
        place = stamped_place(frame, int(np.flatnonzero(here)[0]))
        fields = {"colonne": name, "vague": wave}
        yield Fault("variable_contraire", place, name, fields, Severity.DOUTE)


def _agree(one: np.ndarray, other: np.ndarray, here: Flags) -> bool:
    count = int(here.sum())
    if count < _FEWEST:
        return True
    values = np.unique(other[here])
    shares = np.array([[(side[here] == v).mean() for v in values] for side in (one, other)])
    if len(values) < 2 or shares.max() > 1 - _LEAST_SHARE:  # noqa: PLR2004 - a kind, and another
        return True
    chance = float((shares[0] * shares[1]).sum())
    return bool((one[here] == other[here]).mean() - chance >= _AGREEMENT * (1 - chance))
