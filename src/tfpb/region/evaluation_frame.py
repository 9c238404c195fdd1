"""The frame of evaluation of a contrat de ville: base, target, what would show, interviews it takes.

Nothing is read but what is published of the contrat. The precision of a base is that of the longer arm
of its printed interval; the next wave is taken to be as precise, interview for interview, and less so where
shares come nearer to one half. Whatever is left open makes a change harder to see, never easier.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd
from scipy.special import ndtri

from tfpb.model.codes import ENSEMBLE, Nature
from tfpb.report.sections.survey import survey_view as view
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.survey import Published

LEVEL: Final = "qpv"
GAP: Final = "ecart"
COLUMNS: Final = (
    "item", "libelle", "theme", "axes", "mesure", "base", "bas", "haut", "n", "cible", "plus_petit", "besoin",
    "possibles", "etat",
)  # fmt: skip
VISIBLE: Final = "visible"
MORE: Final = "davantage"
NEVER: Final = "jamais"
TOO_MANY: Final = "trop"
REACHED: Final = "atteinte"
TO_SET: Final = "a_fixer"
HIDDEN: Final = "sans_base"
_Z95: Final = float(ndtri(0.975))
_SEEN: Final = _Z95 + float(ndtri(0.80))
"""Standard errors of a change that four surveys in five would show at 95 %."""
_TEN: Final = 10
_ROUNDS: Final = 30
"""Of a change and the variance after it, until neither moves."""


class Figure(NamedTuple):
    """A share or a gap, and its interval at 95 %."""

    value: float
    low: float
    high: float

    @property
    def variance(self) -> float:
        """That of the longer arm."""
        return (max(self.value - self.low, self.high - self.value) / _Z95) ** 2

    def after(self, change: float) -> float:
        """Return the variance of a share that has grown by at most a change, on as many interviews."""
        middle = (self.low + self.high) / 2  # never 0 nor 1
        widest = min(max(middle, 0.5), middle + change)
        return self.variance * max(1.0, widest * (1 - widest) / (middle * (1 - middle)))


class Base(NamedTuple):
    """What a change is measured from."""

    figure: Figure  # the indicator: the share in the quarters, or the gap
    quarters: Figure  # the share in the quarters
    others: float  # variance of the other side of a gap, sampled by the next wave as by this one
    n: float  # interviews in the quarters, NaN where unknown


def smallest_change(base: Base) -> float:
    """Return the smallest change that the next wave would show four times in five, as many being asked.

    The next wave asks other households.
    """
    change = 0.0
    for _ in range(_ROUNDS):
        after = base.quarters.after(change) + base.others
        change = _SEEN * math.sqrt(base.figure.variance + after)
    return change


def interviews_for(change: float, base: Base) -> float:
    """Return the interviews in the quarters that show a change, infinite where none suffice.

    The base stays as it is known, and so does the other side of a gap: with V the variance of the base, Q
    that of the quarters after the change on n interviews, H that of the others,
    ``V + Q n / n₂ + H ≤ (change / 2,80)²``.
    """
    room = (change / _SEEN) ** 2 - base.figure.variance - base.others
    if room <= 0:
        return math.inf
    return _TEN * math.ceil(base.n * base.quarters.after(change) / room / _TEN)


def frame_rows(
    survey: Published, targets: Mapping[tuple[str, str], float], dwellings: float
) -> pd.DataFrame:
    """Return the indicators of a contrat: headline questions and those linked to an axis.

    `survey` has the contrat as the whole (`Protected.place`); `targets` are proportions, and what a contrat
    leaves unset is marked to set; no more households can be interviewed than the `dwellings` in its
    quarters, infinite where they are not counted. One row a question and measure: share of satisfied
    tenants in the quarters (`qpv`), gap to the classic quarters of the communes (`ecart`). `etat`:
    `visible`, `davantage` (with more interviews), `jamais` (the base is too uncertain for any number),
    `trop` (more than dwellings), `atteinte`, `a_fixer`, `sans_base` (not published: no figure).
    """
    rows = view.totals(view.gaps(survey, ENSEMBLE, survey.last_wave))
    axes = dict(zip(survey.items["item"], survey.items["axes"], strict=True))
    service = rows["nature"] == Nature.SERVICE
    linked = rows["item"].map(lambda i: bool(axes.get(i))) & service
    rows = rows[rows["tete"].astype(bool) | linked]
    shown = set(view.shown(rows).index)
    out = []
    for at, row in rows.iterrows():
        quarters, others, gap = (
            Figure(*(float(row[c]) for c in (name, f"{prefix}_bas", f"{prefix}_haut")))
            for name, prefix in ((LEVEL, LEVEL), ("hors", "hors"), (GAP, "ic95"))
        )
        n = float(row["n_qpv"])
        level = Base(quarters, quarters, 0.0, n)
        for measure, base in ((LEVEL, level), (GAP, Base(gap, quarters, others.variance, n))):
            head = (
                row["item"],
                row["libelle"],
                row["theme"],
                tuple(axes.get(row["item"]) or ()),
                measure,
            )
            target = targets.get((str(row["item"]), measure), math.nan)
            if at not in shown or math.isnan(sum((*base.figure, *quarters, base.others, n))):
                nothing = (math.nan,) * 4
                out.append((*head, *nothing, target, math.nan, math.nan, dwellings, HIDDEN))
                continue
            need = _need(target - base.figure.value, base)
            state = _state(target - base.figure.value, need, n, dwellings)
            needed = need if state in {VISIBLE, MORE, TOO_MANY} else math.nan
            out.append(
                (*head, *base.figure, n, target, smallest_change(base), needed, dwellings, state)
            )
    return pd.DataFrame(out, columns=list(COLUMNS))


def _need(change: float, base: Base) -> float:
    if math.isnan(change) or change <= 0:
        return math.nan
    return interviews_for(change, base)


def _state(change: float, need: float, n: float, dwellings: float) -> str:
    if math.isnan(change):
        return TO_SET
    if change <= 0:
        return REACHED
    if math.isinf(need):
        return NEVER
    if need > dwellings:
        return TOO_MANY
    return VISIBLE if need <= n else MORE


def targets_of(
    rows: pd.DataFrame | None, contrat: str, labels: Mapping[str, str]
) -> tuple[dict[tuple[str, str], float], tuple[str, ...]]:
    """Return the targets of a contrat by question, those for all of them first; and the questions unknown.

    In `rows`, an empty `contrat_de_ville` is all of them; `labels` gives the wording of an item.
    """
    if rows is None:
        return {}, ()
    known = {fold(i): i for i in labels} | {fold(w): i for i, w in labels.items()}
    out: dict[tuple[str, str], float] = {}
    for own in (False, True):
        for row in rows.to_dict("records"):
            named = str(row["contrat_de_ville"] or "")
            if bool(named) is own and (not named or fold(named) == fold(contrat)):
                item = known.get(fold(str(row["indicateur"])))
                if item is not None:
                    out[item, str(row["mesure"] or LEVEL)] = float(row["cible_pct"]) / 100
    lost = dict.fromkeys(str(i) for i in rows["indicateur"] if fold(str(i)) not in known)
    return out, tuple(lost)


def unknown_targets(rows: pd.DataFrame, contrats: Iterable[str]) -> tuple[str, ...]:
    """Return the contrats that targets name and that the region does not have."""
    known = {fold(c) for c in contrats}
    named = (str(c) for c in rows["contrat_de_ville"] if c)
    return tuple(dict.fromkeys(c for c in named if fold(c) not in known))
