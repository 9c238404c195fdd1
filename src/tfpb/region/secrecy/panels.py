"""When a territory may be shown; what changes over the bailleurs of both waves tell of those of one wave."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.errors import Fault, Severity
from tfpb.model.codes import ENSEMBLE, TOTAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tfpb.model.survey import Estimates
    from tfpb.survey.respondents import Survey

_POINTS: Final = 100
_KEPT: Final = frozenset({"n", "n_residences", "part_nsp", "part_non_concerne", "marge_points"})
_ROUNDED: Final[dict[str, Callable[[Any], Any]]] = {
    "estimation": np.round, "ic95_bas": np.floor, "ic90_bas": np.floor, "ic95_haut": np.ceil,
    "ic90_haut": np.ceil,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """When a territory may be shown.

    Parameters
    ----------
    masking_n : int
        Fewer answers are hidden.
    fewest : int
        Fewest bailleurs behind a territory.
    largest_share : float
        Most that one of them may hold of its answers.

    Notes
    -----
    Three contributors and 85 % are the rule French official statistics apply to firms, borrowed
    here: a bailleur is a firm whose neighbours know it.
    """

    masking_n: int
    fewest: int = 3
    largest_share: float = 0.85


def telling_pairs(survey: Survey, rules: Rules) -> dict[tuple[str, str], set[str]]:
    """List the changes that, beside the figures of each wave, would tell of a bailleur.

    Returns
    -------
    dict of (str, str) to set of str
        (« 2019-2023 », item) → bailleurs that answered it in one of the two waves only, where those of
        a wave are fewer than the rules want, or one of them has more of their answers than they allow.
    """
    owner, wave = (survey.respondents[c].to_numpy(dtype=object) for c in ("bailleur", "vague"))
    out: dict[tuple[str, str], set[str]] = {}
    for pair in zip(survey.waves, survey.waves[1:], strict=False):
        for item, ranks in survey.answers.items():
            counts = [Counter(owner[(ranks >= 0) & (wave == w)].tolist()) for w in pair]
            both = set(counts[0]) & set(counts[1])
            alone = [{o: n for o, n in c.items() if o not in both} for c in counts]
            if any(_tells(list(c.values()), rules) for c in alone):
                out["-".join(pair), item] = {str(o) for c in alone for o in c}
    return out


def _tells(alone: Sequence[int], rules: Rules) -> bool:
    """Tell whether what is left of a wave without its panel is one bailleur's, or nearly."""
    if not alone:
        return False
    return len(alone) < rules.fewest or max(alone) > rules.largest_share * sum(alone)


def rounded(estimates: Estimates, telling: Mapping[tuple[str, str], set[str]]) -> Estimates:
    """Round the changes of the whole to the point, bounds outwards, and say so.

    The whole of a wave, less its panel, is exactly the figure of the bailleurs of that wave only: a
    bailleur of one answer in twenty is then known to some ten points, no more.
    """
    if not telling:
        return estimates
    table = estimates.comparison
    named = zip(table["vague"].astype(str), table["item"].astype(str), strict=True)
    whole = (
        (table["bailleur"] == ENSEMBLE)
        & (table["niveau"] == TOTAL)
        & table["groupe"].str.startswith("evolution")
    ).to_numpy()
    rows = whole & np.array([key in telling for key in named], dtype=bool)
    out = table.copy()
    for name in table.select_dtypes("number").columns:
        if name in _KEPT:
            continue
        values = table[name].to_numpy(dtype=float).copy()
        cut = _ROUNDED.get(str(name))
        values[rows] = cut(values[rows] * _POINTS) / _POINTS + 0.0 if cut else np.nan
        out[name] = values
    notices = []
    for pair in sorted({p for p, _ in telling}):
        lone = set[str]().union(*(owners for (p, _), owners in telling.items() if p == pair))
        fields = {
            "nombre": len(lone),
            "vagues": pair,
            "questions": sum(p == pair for p, _ in telling),
        }
        notices.append(Fault("vagues_arrondies", fields=fields, severity=Severity.DOUTE))
    return replace(estimates, comparison=out, notices=(*estimates.notices, *notices))
