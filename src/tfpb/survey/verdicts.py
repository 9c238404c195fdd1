"""Thresholds, publication states, verdicts in the contract's order, Holm's correction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import chdtrc

from tfpb.model.codes import ALONE, Groupe, Publication, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.model.arrays import Flags, Floats, Integers, Objects
    from tfpb.model.plan import Plan

    Pair = tuple[Floats, Floats]

CONFIDENCE: Final = 0.95
CONFIDENCE_MARGIN: Final = 0.90
"""Level of the interval held against the margin: two one-sided tests at 5 %."""
_RISK: Final = 0.05
STATES: Final = (
    Publication.PUBLIABLE,
    Publication.FRAGILE,
    Publication.NON_PUBLIABLE,
    Publication.NON_CALCULABLE,
    Publication.MASQUE,
)
"""Publication states from best to worst; a row built on several cells takes the worst."""
PUBLISHABLE, FRAGILE, UNPUBLISHABLE, UNCOMPUTABLE, MASKED = range(5)
NO_VERDICT: Final = ""
FAVOURABLE: Final = (
    Verdict.EQUIVALENT,
    Verdict.EQUIVALENT_INFERIEUR,
    Verdict.NON_INFERIEUR,
    Verdict.MEILLEUR,
)
CONCLUDED: Final = (*FAVOURABLE, Verdict.INFERIEUR, Verdict.ECART_DEFAVORABLE)
CHANGED: Final = (Verdict.HAUSSE, Verdict.BAISSE)
PARC: Final = "parc"
SERVICE: Final = "service"
CLAIM_P: Final = "_p_affirmation"
"""Column of the p-value of what a row may claim: « not lower by the margin », or « it changed »."""
HOLM_WITHIN: Final = ("vague", "niveau", "territoire", "bailleur", "ajustement", "theme", "groupe")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What decides, before any answer is known, whether a figure is computed, shown, flagged or hidden.

    Parameters
    ----------
    margin : float
        Margin of equivalence δ, a proportion (0.05 for 5 points).
    mask_n : int
        Fewer valid answers than this: hidden.
    cible : {"parc", "service"}
        These dwellings, now; or the service that these résidences are an instance of.
    min_clusters : int
        Fewer résidences than this in the cell: not computable.
    shown_n, shown_clusters : int
        Fewer interviews or résidences: n, no figure.
    verdict_n : int
        Fewer interviews on a side: an interval, flagged, without verdict.
    verdict_half : float
        A half-width of the 90 % interval, as expected before the answers, beyond which the gap is
        flagged (and has no verdict under `parc`).
    own_from : int
        Under this number of résidences on a side, a row over a whole bailleur follows the pooled
        rule, as territories do.
    few_clusters : int
        Under this number of résidences the Korn-Graubard interval is used (unpooled rows).
    extreme : float
        Proportions under it, or over its complement, take the Korn-Graubard interval.
    default_deff : float
        Design effect assumed when the delivery names no résidence.
    """

    margin: float = 0.05
    mask_n: int = 11
    cible: str = SERVICE
    min_clusters: int = 2
    shown_n: int = 60
    shown_clusters: int = 5
    verdict_n: int = 60
    verdict_half: float = 0.07
    own_from: int = 40
    few_clusters: int = 30
    extreme: float = 0.10
    default_deff: float = 1.6

    @classmethod
    def of(cls, plan: Plan, cible: str = SERVICE) -> Thresholds:
        """Read what the plan sets; the rest are those of the target."""
        settings = plan.reglages
        return cls(
            margin=settings.marge_points / 100,
            mask_n=settings.masquage_n,
            default_deff=settings.effet_plan_defaut,
        ).aiming(cible)

    def aiming(self, cible: str) -> Thresholds:
        """Return those of a target."""
        n, clusters = (30, 2) if cible == PARC else (60, 5)
        return replace(self, cible=cible, shown_n=n, shown_clusters=clusters)

    def without_clusters(self) -> Thresholds:
        """Return those of a survey that names no résidence: no rule counts them."""
        return replace(self, min_clusters=0, shown_clusters=0, few_clusters=0, own_from=0)


def publication_states(
    *, n: Floats, clusters: Floats, df: Floats, thresholds: Thresholds
) -> Integers:
    """Return the state of each cell as an index of `STATES`, by its numbers alone.

    An estimated precision would pick the cells whose variance came out small by luck. A group without
    a valid answer is not computable rather than hidden: there is no one to protect.
    """
    state = np.full(n.shape, PUBLISHABLE)
    state[n < thresholds.verdict_n] = FRAGILE
    state[(n < thresholds.shown_n) | (clusters < thresholds.shown_clusters)] = UNPUBLISHABLE
    state[clusters < thresholds.min_clusters] = UNCOMPUTABLE
    state[~(df > 0)] = UNCOMPUTABLE
    state[n < thresholds.mask_n] = MASKED
    state[n == 0] = UNCOMPUTABLE
    return state


def restrained(verdict: Objects, no_verdict: Flags, no_favour: Flags) -> Objects:
    """Take back the verdicts that these numbers cannot carry: they become « non concluant ».

    Parameters
    ----------
    no_verdict : bool array
        Too few interviews or too wide an interval, known before the answers: nothing is concluded.
    no_favour : bool array
        One quarter alone, seen as an instance of a service: no favourable verdict, which its power
        (2 to 18 %) could not carry; an unfavourable one stands.
    """
    said = np.isin(verdict, [str(v) for v in CONCLUDED])
    favourable = np.isin(verdict, [str(v) for v in FAVOURABLE])
    taken = (said & no_verdict) | (favourable & no_favour)
    return np.where(taken, str(Verdict.NON_CONCLUANT), verdict)


def gap_verdicts(
    low90: Floats, high90: Floats, low95: Floats, high95: Floats, state: Integers, margin: float
) -> Objects:
    """Return the verdict on each gap; the first that holds, in the contract's order."""
    rules = [
        (state == UNCOMPUTABLE, Verdict.NON_CALCULABLE),
        ((state == UNPUBLISHABLE) | (state == MASKED), Verdict.NON_PUBLIABLE),
        (np.isnan(low90) | np.isnan(high90), Verdict.NON_CALCULABLE),
        ((low90 > -margin) & (high90 < margin) & (high95 < 0), Verdict.EQUIVALENT_INFERIEUR),
        ((low90 > -margin) & (high90 < margin), Verdict.EQUIVALENT),
        ((low90 > -margin) & (low95 > 0), Verdict.MEILLEUR),
        (low90 > -margin, Verdict.NON_INFERIEUR),
        (high90 < -margin, Verdict.INFERIEUR),
        (high95 < 0, Verdict.ECART_DEFAVORABLE),
    ]
    return _first(rules, Verdict.NON_CONCLUANT, low90.shape)


def gap_verdict(low90: float, high90: float, low95: float, high95: float, margin: float) -> str:
    """Return the verdict on one gap that may be shown; bounds and margin as proportions."""
    a, b, c, d = (np.array([v]) for v in (low90, high90, low95, high95))
    return str(gap_verdicts(a, b, c, d, np.array([PUBLISHABLE]), margin).item())


def evolution_verdicts(low95: Floats, high95: Floats, state: Integers) -> Objects:
    """Return the verdict on each change of the gap between two waves.

    A change that may not be shown has none: the contract knows three, and `publication` gives the reason.
    """
    rules = [
        (state >= UNPUBLISHABLE, NO_VERDICT),
        (np.isnan(low95) | np.isnan(high95), NO_VERDICT),
        (low95 > 0, Verdict.HAUSSE),
        (high95 < 0, Verdict.BAISSE),
    ]
    return _first(rules, Verdict.NON_DEMONTRE, low95.shape)


def _first(rules: Sequence[tuple[Flags, str]], otherwise: str, shape: tuple[int, ...]) -> Objects:
    out = np.full(shape, str(otherwise), dtype=object)
    for holds, verdict in reversed(rules):
        out[holds] = str(verdict)
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


def set_holm(table: pd.DataFrame) -> pd.DataFrame:
    """Fill `p_holm` and `isole` of the rows that claim something and may be shown.

    Holm's correction over the items of a theme, within bailleur, territory and adjustment: gaps by
    the p-value of non-inferiority, changes by that of « nothing changed » (`CLAIM_P`). `isole` is
    `oui` where a favourable verdict, or a change, does not survive it. `p_holm` is left empty where
    the row has no p-value of its own.
    """
    shown = table["publication"].isin([STATES[PUBLISHABLE].value, STATES[FRAGILE].value])
    claims = table["groupe"].isin([Groupe.ECART.value, Groupe.EVOLUTION_ECART.value])
    rows = shown & claims & table[CLAIM_P].notna()
    families = table.loc[rows].groupby(list(HOLM_WITHIN))[CLAIM_P]
    values = np.full(len(table), np.nan)
    p = table[CLAIM_P].to_numpy(dtype=float)
    positions = np.flatnonzero(rows.to_numpy())
    for index in families.indices.values():
        at = positions[index]
        values[at] = holm(p[at])
    claimed = table["verdict"].isin([str(v) for v in (*FAVOURABLE, *CHANGED)]).to_numpy()
    alone = claimed & (values > _RISK)
    own = (table["groupe"] == Groupe.ECART.value) & table["p_non_inferiorite"].notna()
    return table.assign(
        p_holm=np.where(own, values, np.nan), isole=np.where(alone, ALONE, "").astype(object)
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
    usable = np.isfinite(estimates) & (errors > 0)
    x, weight = estimates[usable], 1 / errors[usable] ** 2
    if len(x) < 2:  # noqa: PLR2004 - nothing to compare
        return 1.0
    mean = (weight * x).sum() / weight.sum()
    return float(chdtrc(len(x) - 1, (weight * (x - mean) ** 2).sum()))


def differ(questions: Sequence[Pair]) -> list[bool]:
    """Return for which questions the groups differ, Holm's correction over all of them.

    Parameters
    ----------
    questions : sequence of (estimates, errors)
    """
    p = np.array([homogeneity_p(*pair) for pair in questions])
    return [bool(low) for low in holm(p) < _RISK]
