"""The region's estimates: bailleurs over their whole, territories over all bailleurs, in one table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb import survey
from tfpb.errors import stop_on_faults
from tfpb.executors import InProcess
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.results import COMPARISON_COLUMNS
from tfpb.model.survey import Estimates, wave_pairs
from tfpb.survey.adjustment.raking import comparable_rows, with_stories
from tfpb.survey.adjustment.standard import read_standard
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.comparison import estimate_pair, estimate_wave
from tfpb.survey.estimation.design import HOLDER
from tfpb.survey.estimation.rows import in_order, raw_rows
from tfpb.survey.method import broken_series, target
from tfpb.survey.reading.calibration import calibrate
from tfpb.survey.verdicts import CLAIMS, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.errors import Fault
    from tfpb.executors import Executor
    from tfpb.model.plan import Item, Plan
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.reading.delivery_columns import AnyTable
    from tfpb.survey.respondents import Survey

_ALL: Final = "@region"


@dataclass(frozen=True, slots=True)
class _Half:
    """One half of the estimates: bailleurs over their whole, or (`by`) territories over everyone."""

    answers: Survey
    plan: Plan
    by: tuple[str, ...] = ()
    repere: Any = None
    reference: AnyTable | None = None

    @property
    def items(self) -> list[Item]:
        """Items of the plan that were answered."""
        return [i for i in self.plan.items if i.identifiant in self.answers.answers]


def compare_region(
    answers: Survey,
    plan: Plan,
    *,
    by: Sequence[str],
    repere: Any,
    margins: AnyTable | None = None,
    reference: AnyTable | None = None,
    executor: Executor | None = None,
) -> Estimates:
    """Compare QPV with classic quarters in the region, by territory columns of the respondents.

    `repere` are national figures; `executor` runs both halves side by side. As `tfpb.survey.compare`, but
    of the territories of each bailleur, its quarters alone, which its own pack shows and no other file.
    Territories are estimated as of one owner: strata and clusters remain those of the bailleurs, so that
    estimates and their errors do not change.
    """
    found: list[Fault] = []
    if margins is not None:
        answers, found = calibrate(answers, margins)
        stop_on_faults(found)
    half = _Half(answers, plan, tuple(by), reference=reference)
    halves = [replace(half, by=(), repere=repere), half]
    whole, places = (executor or InProcess()).map(_compare, halves)
    both = pd.concat([whole.comparison, places.comparison], ignore_index=True)
    ordered = in_order(both, half.items, by, answers.waves)
    return replace(
        whole,
        comparison=ordered,
        notices=(*whole.notices, *found),
        settings={**whole.settings, "territoires": tuple(by), "portee": "region"},
    )


def _compare(half: _Half) -> Estimates:
    """Estimate one half; gaps of larger territories come like with like too, and their changes."""
    if not half.by:
        return _by_owner(half)
    thresholds = Thresholds.of(half.plan, target(half.answers, half.plan))
    tables = [raw_rows(c) for c in _comparisons(half, thresholds, half.by)]
    like = half.plan.colonnes.comparables
    variables = tuple(v for v in like if v in half.answers.respondents)
    large = tuple(level for level in half.by if level not in QUARTER_COLUMNS)
    if variables and large:
        counts = None if half.reference is None else read_standard(half.reference, variables)[0]
        compared = _comparisons(half, thresholds, large, (*variables, HOLDER))
        stock = _as_one(half.answers).stock
        tables += [
            comparable_rows(c, variables, stock, counts, owner=HOLDER).rows for c in compared
        ]
    places = pd.concat(tables, ignore_index=True)
    kept = places[(places["niveau"] != TOTAL) & (places["bailleur"] == ENSEMBLE)]
    nothing = pd.DataFrame()
    rows = with_stories(kept.reset_index(drop=True))
    return Estimates(rows[[*COMPARISON_COLUMNS[:-2], *CLAIMS]], nothing, nothing, nothing)


def _by_owner(half: _Half) -> Estimates:
    """Estimate bailleurs over their whole and their quarters, and the region over its whole."""
    # a quarter's name would make the same rows again
    own = [c for c in half.answers.respondents if c in QUARTER_COLUMNS][:1]
    estimates = survey.compare(
        half.answers, half.plan, by=own, repere=half.repere, reference=half.reference
    )
    table = estimates.comparison  # a quarter over all of them is estimated as of one owner
    kept = (table["niveau"] == TOTAL) | (table["bailleur"] != ENSEMBLE)
    return replace(estimates, comparison=table[kept].reset_index(drop=True))


def _comparisons(
    half: _Half, thresholds: Thresholds, by: Sequence[str], keys: Sequence[str] = ()
) -> Iterator[Comparison]:
    """Estimate every wave as of one owner, then the changes between them (`wave_pairs`)."""
    answers, items = half.answers, half.items
    for wave in answers.waves:
        one = _as_one(answers)
        yield estimate_wave(one, items, wave, by=by, thresholds=thresholds, keys=keys)
    for pair in wave_pairs(answers.waves):
        one = _as_one(answers.on_panel(pair))
        pair_of = estimate_pair(one, items, pair, by=by, thresholds=thresholds, keys=keys)
        yield replace(pair_of, broken=broken_series(answers, half.plan, pair, items))


def _as_one(answers: Survey) -> Survey:
    """Put every interview under one owner, résidences kept apart."""
    frame = answers.respondents
    named = frame["residence"] != ""
    own = frame["bailleur"].astype(str) + "\x1f" + frame["residence"].astype(str)
    holder = {HOLDER: frame["bailleur"]}
    one = frame.assign(
        bailleur=_ALL, residence=own.where(named, "").to_numpy(dtype=object), **holder
    )
    stock = answers.stock
    if stock is not None:
        stock = stock.assign(bailleur=_ALL, **{HOLDER: stock["bailleur"]})
    return replace(answers, respondents=one, stock=stock)
