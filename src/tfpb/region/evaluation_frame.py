"""The frame of evaluation of a contrat de ville: base, target, what would show, interviews it takes.

Nothing is read but what is published of the contrat. The precision of a base is that of its printed
interval; the next wave is taken to be as precise, interview for interview.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

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
MEASURES: Final = (LEVEL, GAP)
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


def smallest_change(low: float, high: float) -> float:
    """Return the smallest change that the next wave would show four times in five, as many being asked.

    The base has the standard error of its 95 % interval and the next wave the same, on other households.
    """
    return _SEEN * math.sqrt(2) * (high - low) / (2 * _Z95)


def interviews_for(change: float, *, low: float, high: float, n: int) -> float:
    """Return the interviews that the next wave needs to show a change, infinite where none suffice.

    The base stays as it is known: ``V (1 + n / n₂) ≤ (change / 2,80)²``, V its variance on n interviews.
    """
    variance = ((high - low) / (2 * _Z95)) ** 2
    room = (change / _SEEN) ** 2 - variance
    if room <= 0:
        return math.inf
    return _TEN * math.ceil(n * variance / room / _TEN)


def frame_rows(
    survey: Published, targets: Mapping[tuple[str, str], float], dwellings: int
) -> pd.DataFrame:
    """Return the indicators of a contrat: headline questions and those linked to an axis.

    Parameters
    ----------
    survey : Published
        The contrat as the whole (`Protected.place`).
    targets : mapping of (item, measure) to float
        Proportions; what a contrat leaves unset is said to be to set.
    dwellings : int
        In the quarters of the contrat: no more households can be asked.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a question and measure: share of satisfied tenants in the quarters (`qpv`), gap to
        the classic quarters of the communes (`ecart`). `etat`: `visible`, `davantage` (with more
        interviews), `jamais` (the base is too little known for any number), `trop` (more than
        dwellings), `atteinte`, `a_fixer`, `sans_base` (not published: no figure).
    """
    rows = view.totals(view.gaps(survey, ENSEMBLE, view.last_wave(survey)))
    axes = dict(zip(survey.items["item"], survey.items["axes"], strict=True))
    service = rows["nature"] == Nature.SERVICE
    linked = rows["item"].map(lambda i: bool(axes.get(i))) & service
    rows = rows[rows["tete"].astype(bool) | linked]
    shown = set(view.shown(rows).index)
    out = []
    for at, row in rows.iterrows():
        for measure, prefix in ((LEVEL, "qpv"), (GAP, "ic95")):
            head = (
                row["item"],
                row["libelle"],
                row["theme"],
                tuple(axes.get(row["item"]) or ()),
                measure,
            )
            target = targets.get((str(row["item"]), measure), math.nan)
            base, low, high = (float(row[c]) for c in (measure, f"{prefix}_bas", f"{prefix}_haut"))
            if at not in shown or math.isnan(base + low + high):
                nothing = (math.nan,) * 3
                out.append(
                    (*head, *nothing, math.nan, target, math.nan, math.nan, dwellings, HIDDEN)
                )
                continue
            n = int(row["n_qpv"])
            need = _need(target - base, low, high, n)
            state = _state(target - base, need, n, dwellings)
            change = smallest_change(low, high)
            told = need if state in {VISIBLE, MORE, TOO_MANY} else math.nan
            out.append((*head, base, low, high, n, target, change, told, dwellings, state))
    return pd.DataFrame(out, columns=list(COLUMNS))


def _need(change: float, low: float, high: float, n: int) -> float:
    if math.isnan(change) or change <= 0:
        return math.nan
    return interviews_for(change, low=low, high=high, n=n)


def _state(change: float, need: float, n: int, dwellings: int) -> str:
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

    Parameters
    ----------
    rows : DataFrame or None
        `contrat_de_ville` (empty: all), `indicateur`, `mesure`, `cible_pct`.
    contrat : str
    labels : mapping of str to str
        Item → its wording.
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
