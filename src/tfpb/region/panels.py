"""Changes over the bailleurs of both waves: what they tell, by subtraction, of those of one wave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.errors import Fault, Severity
from tfpb.model.codes import ENSEMBLE, TOTAL

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tfpb.model.survey import Estimates
    from tfpb.survey.model import Survey

_FEWEST: Final = 3
_LARGEST_SHARE: Final = 0.85
_POINTS: Final = 100
_KEPT: Final = frozenset({"n", "n_residences", "part_nsp", "part_non_concerne", "marge_points"})
_ROUNDED: Final[dict[str, Callable[[Any], Any]]] = {
    "estimation": np.round, "ic95_bas": np.floor, "ic90_bas": np.floor, "ic95_haut": np.ceil,
    "ic90_haut": np.ceil,
}  # fmt: skip


def telling_pairs(survey: Survey) -> dict[str, int]:
    """List the pairs of waves whose change, beside the figures of each wave, would tell of a bailleur.

    Returns
    -------
    dict of str to int
        « 2019-2023 » → bailleurs in one of the two waves only, where those of a wave are one or two,
        or one of them has nearly all their answers.
    """
    frame = survey.respondents
    out: dict[str, int] = {}
    for pair in zip(survey.waves, survey.waves[1:], strict=False):
        counts = [frame.loc[frame["vague"] == w, "bailleur"].value_counts() for w in pair]
        both = counts[0].index.intersection(counts[1].index)
        alone = [c.drop(both) for c in counts]
        if any(_tells(c) for c in alone):
            out["-".join(pair)] = sum(len(c) for c in alone)
    return out


def _tells(alone: pd.Series) -> bool:
    """Tell whether what is left of a wave without its panel is one bailleur's, or nearly."""
    if alone.empty:
        return False
    return len(alone) < _FEWEST or bool(alone.max() > _LARGEST_SHARE * alone.sum())


def rounded(estimates: Estimates, pair: str, telling: int) -> Estimates:
    """Round the changes of the whole to the point, bounds outwards, and say so.

    The whole of a wave, less its panel, is exactly the figure of the bailleurs of that wave only: a
    bailleur of one answer in twenty is then known to some ten points, no more.
    """
    table = estimates.comparison
    rows = (
        (table["vague"] == pair)
        & (table["bailleur"] == ENSEMBLE)
        & (table["niveau"] == TOTAL)
        & table["groupe"].str.startswith("evolution")
    ).to_numpy()
    out = table.copy()
    for name in table.select_dtypes("number").columns:
        if name in _KEPT:
            continue
        values = table[name].to_numpy(dtype=float).copy()
        cut = _ROUNDED.get(str(name))
        values[rows] = cut(values[rows] * _POINTS) / _POINTS + 0.0 if cut else np.nan
        out[name] = values
    fields = {"nombre": telling, "vagues": pair}
    notice = Fault("vagues_arrondies", fields=fields, severity=Severity.DOUTE)
    return replace(estimates, comparison=out, notices=(*estimates.notices, notice))
