"""Thresholds, publication states, what few résidences take back, and families of questions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import ALONE, FAVOURABLE, LOWER, SHOWN, Publication, Verdict
from tfpb.survey.printed import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.model.arrays import Flags, Floats, Integers, Objects
    from tfpb.model.plan import Plan

    Pair = tuple[Floats, Floats]

CONFIDENCE: Final = 0.95
CONFIDENCE_MARGIN: Final = 0.90
"""Level of the interval that words are read from: each of its ends is a one-sided test at 5 %."""
_RISK: Final = 0.05
STATES: Final = (
    Publication.PUBLIABLE,
    Publication.NON_PUBLIABLE,
    Publication.NON_CALCULABLE,
    Publication.MASQUE,
)
"""Publication states from best to worst; a row built on several cells takes the worst."""
PUBLISHABLE, UNPUBLISHABLE, UNCOMPUTABLE, MASKED = range(4)
NO_VERDICT: Final = ""
PARC: Final = "parc"
SERVICE: Final = "service"
CLAIMS: Final = ("_p_favorable", "_p_inferieur")
"""Columns of the p-values of what a row may claim: « not lower by the margin » (or « it rose »), « lower »
(or « it fell »). Read by `counted`, never released."""
_FAMILY: Final = ["vague", "niveau", "territoire", "bailleur", "ajustement", "groupe"]
_OF_FEW: Final = {
    Verdict.EQUIVALENT_INFERIEUR: Verdict.INFERIEUR_PEU,
    Verdict.MEILLEUR_PEU: Verdict.SUPERIEUR_PEU,
    Verdict.EQUIVALENT: Verdict.NON_CONCLUANT,
    Verdict.NON_INFERIEUR: Verdict.NON_CONCLUANT,
}
"""Words that rest on the margin, and what few résidences leave of each."""
CHANGED: Final = (Verdict.HAUSSE, Verdict.BAISSE)
MODE_CHANGED: Final = 0.015
"""Under a change of firm or mode, a change of the gap must lie beyond this to be one."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What decides, before any answer is known, whether a figure is shown, and with which words."""

    margin: float = 0.05  # margin of equivalence δ, a proportion (0.05 for 5 points)
    mask_n: int = 11  # fewer valid answers than this: hidden
    shown_n: int = 30  # fewer households than this in the base: hidden
    cible: str = SERVICE
    """`parc`, these dwellings, now; `service`, of which these résidences are an instance."""
    least_homes: int = 2  # fewer résidences than this: hidden
    few_n: int = 60  # fewer households than this on a side (rounded): « peu de réponses »
    few_half: float = 0.07
    """Half-width of the 90 % interval, as expected before the answers, beyond which it is so too; « peu de
    résidences » where as many answers, each of another résidence, would be enough."""
    default_deff: float = 1.6  # design effect assumed when the delivery names no résidence

    @classmethod
    def of(cls, plan: Plan, cible: str = SERVICE) -> Thresholds:
        """Read what the plan sets; the rest are fixed."""
        settings = plan.reglages
        return cls(
            margin=settings.marge_points / 100,
            mask_n=settings.masquage_n,
            shown_n=settings.publication_n,
            default_deff=settings.effet_plan_defaut,
            cible=cible,
        )

    def without_clusters(self) -> Thresholds:
        """Return those of a survey that names no résidence: no rule counts them."""
        return replace(self, least_homes=0)


def publication_states(
    *, n: Floats, count: Floats, homes: Floats, thresholds: Thresholds
) -> Integers:
    """Return the state of each cell as an index of `STATES`, by its numbers alone, (domains, items).

    `n` are valid answers, `count` households of the base, `homes` résidences that answered. A group without
    a valid answer is not computable rather than hidden: there is no one to protect.
    """
    few = (count < thresholds.shown_n) | (homes < thresholds.least_homes)
    state = np.where(few, UNPUBLISHABLE, PUBLISHABLE)
    state[n < thresholds.mask_n] = MASKED
    state[n == 0] = UNCOMPUTABLE
    return state


def gap_verdicts(low: Floats, high: Floats, state: Integers, few: Flags, margin: float) -> Objects:
    """Return the verdict on each gap, from the printed ends of its 90 % interval.

    `state` is an index of `STATES`; `few` is « peu de réponses » or « de résidences », known before the
    answers: the side of zero is kept, whichever it is, and nothing is concluded from the margin.
    """
    out = words_of(low, high, margin)
    for word, kept in _OF_FEW.items():
        out[few & (out == word)] = str(kept)
    out[(state == UNPUBLISHABLE) | (state == MASKED)] = str(Verdict.MASQUE)
    out[state == UNCOMPUTABLE] = str(Verdict.NON_CALCULABLE)
    return out


def evolution_verdicts(low: Floats, high: Floats, state: Integers, broken: Floats) -> Objects:
    """Return the verdict on each change of the gap between two waves, from its 90 % interval.

    A change that may not be shown has none: `publication` gives the reason. `broken` is what the change
    must lie beyond: nil; 1.5 points where the firm or the mode changed; infinite where the scale did, and
    the series is broken off.
    """
    out = np.full(low.shape, str(Verdict.NON_DEMONTRE), dtype=object)
    out[low > broken] = str(Verdict.HAUSSE)
    out[high < -broken] = str(Verdict.BAISSE)
    out[np.isinf(np.broadcast_to(broken, low.shape))] = str(Verdict.INTERROMPUE)
    out[(state >= UNPUBLISHABLE) | np.isnan(low) | np.isnan(high)] = NO_VERDICT
    return out


def tipping(level: Floats, low: Floats, high: Floats, verdict: Objects, margin: float) -> Floats:
    """Return how many times more readily the satisfied must have answered for a word not to hold.

    Parameters
    ----------
    level : float array
        Printed share in QPV.
    low, high : float arrays
        Ends of the 90 % interval of the gap.

    Returns
    -------
    float array
        odds(p) / odds(p − s), s = low + δ of a favourable word; its inverse with s = high of one that
        says lower. Rounded towards 1 to two decimals; infinite where no such share is left, NaN without
        such a word.
    """
    favourable = np.isin(verdict, [str(v) for v in FAVOURABLE])
    lower = np.isin(verdict, [str(v) for v in LOWER])
    other = level - np.where(favourable, low + margin, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (level / (1 - level)) / (other / (1 - other))
        ratio = np.where(lower, 1 / ratio, ratio)
    ratio = np.where((other <= 0) | (other >= 1), np.inf, ratio)
    out: Floats = np.floor(np.round(ratio * 100, 6)) / 100
    return np.where(favourable | lower, np.maximum(out, 1.0), np.nan)


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjust p-values to the false discovery rate; NaN are left out of the family.

    Notes
    -----
    Benjamini and Hochberg's step-up: ``min over k ≥ rank of m · p₍ₖ₎ / k``. Gaps that share the same
    hors-QPV answers are positively dependent, under which it still holds.
    """
    out = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    m = len(order)
    scaled = p[order] * m / np.arange(1, m + 1)
    out[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return out


def holm(p: Floats) -> Floats:
    """Adjust p-values by Holm's step-down method; NaN are left out of the family."""
    out = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known])]
    m = len(order)
    adjusted = np.maximum.accumulate((m - np.arange(m)) * p[order])
    out[order] = np.minimum(adjusted, 1.0)
    return out


SURE: Final = "sure"
STRONG: Final = "forte"
"""`assurance` of a verdict that the rule of families keeps, and of one that may be singled out."""


def counted(table: pd.DataFrame) -> pd.DataFrame:
    """Fill `assurance` and `isole` of rows that claim something and may be shown; drop `CLAIMS`.

    The family is what a sentence counts: the questions of one wave, row and adjustment. `assurance` is
    `sure` where Benjamini and Hochberg keep the verdict at 5 %, `forte` where Holm does too; `isole` is
    `oui` where a favourable verdict, or a change, is not kept.
    """
    shown = table["publication"].isin(SHOWN).to_numpy()
    verdict = table["verdict"].to_numpy(dtype=object)
    p = np.where(shown[:, None], table[list(CLAIMS)].to_numpy(dtype=float), np.nan)
    kept, strong = (np.full(p.shape, np.nan) for _ in range(2))
    changes = np.isin(verdict, [str(v) for v in (*CHANGED, Verdict.NON_DEMONTRE)])
    p[changes] = np.minimum(2 * p[changes].min(axis=1, keepdims=True), 1.0)
    for at in table.groupby(_FAMILY, sort=False).indices.values():
        for k in range(2):
            kept[at, k], strong[at, k] = benjamini_hochberg(p[at, k]), holm(p[at, k])
    up = np.isin(verdict, [str(v) for v in (*FAVOURABLE, Verdict.HAUSSE)])
    down = np.isin(verdict, [str(v) for v in (*LOWER, Verdict.BAISSE)])

    def holds(adjusted: Floats) -> Flags:
        own = np.where(up, adjusted[:, 0], np.where(down, adjusted[:, 1], np.nan))
        return np.asarray(own <= _RISK)

    assurance = np.where(holds(strong), STRONG, np.where(holds(kept), SURE, ""))
    alone = shown & (up | (verdict == Verdict.BAISSE)) & (assurance == "")
    return table.drop(columns=list(CLAIMS)).assign(
        isole=np.where(alone, ALONE, "").astype(object), assurance=assurance.astype(object)
    )


def homogeneity_p(estimates: Floats, errors: Floats) -> float:
    """Return the p-value of Cochran's Q: independent estimates, all of one value.

    Parameters
    ----------
    estimates, errors : float array, shape (groups,)
        Estimates and standard errors; groups without a positive error are left out.

    Returns
    -------
    float
        1 with fewer than two groups.

    Notes
    -----
    ``Q = Σ w (x − x̄)²``, ``w = 1 / se²``, x̄ the mean weighted by w; χ² with groups − 1 degrees
    of freedom.
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    usable = np.isfinite(estimates) & (errors > 0)
    x, weight = estimates[usable], 1 / errors[usable] ** 2
    if len(x) < 2:  # noqa: PLR2004 - nothing to compare
        return 1.0
    mean = (weight * x).sum() / weight.sum()
    return float(chdtrc(len(x) - 1, (weight * (x - mean) ** 2).sum()))


def differ(questions: Sequence[Pair]) -> list[bool]:
    """Return for which questions (estimates, errors) the groups differ, by Holm over all of them."""
    p = np.array([homogeneity_p(*pair) for pair in questions])
    return [bool(low) for low in holm(p) < _RISK]
