"""The region's estimates: bailleurs over their whole, territories over all bailleurs, in one table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb import survey
from tfpb.executors import InProcess
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.survey import Estimates
from tfpb.survey.adjustment.standardise import standardised_rows
from tfpb.survey.compare import released_rows
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.comparison import estimate_pair, estimate_wave
from tfpb.survey.estimation.rows import in_order, raw_rows
from tfpb.survey.method import target
from tfpb.survey.verdicts import Thresholds, set_holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.executors import Executor
    from tfpb.model.plan import Item, Plan
    from tfpb.survey.respondents import Survey

_ALL: Final = "@region"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One half of the estimates: bailleurs over their whole, or (`by`) territories over everyone.

    `adjusted` are the levels whose gaps are also given like with like.
    """

    answers: Survey
    plan: Plan
    by: tuple[str, ...] = ()
    adjusted: tuple[str, ...] = ()
    repere: Any = None


def compare_region(
    answers: Survey,
    plan: Plan,
    *,
    by: Sequence[str],
    repere: Any,
    executor: Executor | None = None,
) -> Estimates:
    """Compare QPV with classic quarters in the region.

    Parameters
    ----------
    answers : Survey
    plan : Plan
    by : sequence of str
        Territory columns of the respondents.
    repere : text table or None
        National figures.
    executor : Executor, optional
        Where both halves run, side by side.

    Returns
    -------
    Estimates
        As `tfpb.survey.compare` gives them, but for the territories of each bailleur, which the
        region does not publish: they would be ten times the rest, about 25 interviews each.

    Notes
    -----
    Territories are estimated as of one owner: strata and clusters stay those of the bailleurs, so that
    estimates and their errors do not change. Changes between waves in a territory met by a bailleur
    that is in one wave only are not those of a panel, and must be dropped (`published_rows`).
    """
    large = tuple(level for level in by if level not in QUARTER_COLUMNS)
    halves = [
        Comparison(answers, plan, repere=repere),
        Comparison(answers, plan, tuple(by), adjusted=large),
    ]
    whole, places = (executor or InProcess()).map(_compare, halves)
    items = [i for i in plan.items if i.identifiant in answers.answers]
    kept = places.comparison
    both = pd.concat([whole.comparison, kept], ignore_index=True)
    return replace(
        whole,
        comparison=set_holm(in_order(both, items, by)),
        settings={**whole.settings, "territoires": tuple(by), "portee": "region"},
    )


def _compare(half: Comparison) -> Estimates:
    """Estimate one half."""
    if not half.by:
        return survey.compare(half.answers, half.plan, repere=half.repere)
    thresholds = Thresholds.of(half.plan, target(half.answers, half.plan))
    items = [i for i in half.plan.items if i.identifiant in half.answers.answers]
    one = _as_one(half.answers)
    tables = [
        raw_rows(estimate_wave(one, items, wave, by=half.by, thresholds=thresholds))
        for wave in one.waves
    ]
    tables += [
        raw_rows(
            estimate_pair(
                _as_one(half.answers.on_panel(pair)), items, pair, by=half.by, thresholds=thresholds
            )
        )
        for pair in zip(one.waves, one.waves[1:], strict=False)
    ]
    tables += _like_with_like(one, items, half, thresholds)
    places = pd.concat(tables, ignore_index=True)
    kept = places[(places["niveau"] != TOTAL) & (places["bailleur"] == ENSEMBLE)]
    nothing = pd.DataFrame()
    rows = released_rows(kept.reset_index(drop=True), thresholds)
    return Estimates(rows, nothing, nothing, nothing, nothing)


def _like_with_like(
    one: Survey, items: Sequence[Item], half: Comparison, thresholds: Thresholds
) -> list[pd.DataFrame]:
    """Standardise the gaps of the larger territories, and their changes."""
    variables = tuple(v for v in half.plan.colonnes.standardisation if v in one.respondents)
    if not variables or not half.adjusted:
        return []
    tables = []
    for wave in one.waves:
        made = estimate_wave(
            one, items, wave, by=half.adjusted, thresholds=thresholds, keys=variables
        )
        tables.append(standardised_rows(made, variables)[0])
    for pair in zip(one.waves, one.waves[1:], strict=False):
        moved = estimate_pair(
            _as_one(half.answers.on_panel(pair)), items, pair, by=half.adjusted, thresholds=thresholds,
            keys=variables,
        )  # fmt: skip
        tables.append(standardised_rows(moved, variables)[0])
    return tables


def _as_one(answers: Survey) -> Survey:
    """Put every interview under one owner, résidences kept apart."""
    frame = answers.respondents
    named = frame["residence"] != ""
    own = frame["bailleur"].astype(str) + "\x1f" + frame["residence"].astype(str)
    one = frame.assign(bailleur=_ALL, residence=own.where(named, "").to_numpy(dtype=object))
    stock = None if answers.stock is None else answers.stock.assign(bailleur=_ALL)
    return replace(answers, respondents=one, stock=stock)
