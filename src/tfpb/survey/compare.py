"""QPV against classic quarters: the whole comparison of a survey, unprotected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tfpb.errors import Fault, TfpbError, stop_on_faults
from tfpb.model.results import BENCHMARK_COLUMNS, LEVEL_COLUMNS, PRIORITY_COLUMNS
from tfpb.model.survey import Estimates
from tfpb.survey.adjustment.benchmark import referenced_rows, region_rows
from tfpb.survey.adjustment.regression import regression_rows
from tfpb.survey.adjustment.standardise import standardised_rows
from tfpb.survey.adjustment.within_bailleurs import within_gaps
from tfpb.survey.estimation.comparison import estimate_pair, estimate_wave
from tfpb.survey.estimation.levels import level_rows
from tfpb.survey.estimation.rows import in_order, raw_rows
from tfpb.survey.method import (
    WITHIN,
    design_notices,
    incomplete_rows,
    item_table,
    settings_used,
    territory_columns,
)
from tfpb.survey.priorities import priority_rows
from tfpb.survey.reading.calibration import calibrate
from tfpb.survey.secrecy.cells import OWNER
from tfpb.survey.secrecy.level_crossings import wave_crossings
from tfpb.survey.thresholds import Thresholds
from tfpb.survey.verdicts import FRAGILE, set_holm
from tfpb.survey.waves import wave_facts, wave_notices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.plan import Item, Plan
    from tfpb.model.survey import Crossing
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.respondents import Survey

    Floats = NDArray[np.float64]


def compare(
    survey: Survey,
    plan: Plan,
    *,
    by: Sequence[str] = (),
    repere: Any = None,
    margins: Any = None,
    reference: pd.DataFrame | None = None,
) -> Estimates:
    """Compare QPV with classic quarters, item by item.

    Parameters
    ----------
    survey : Survey
        From `recode`; faults that stop must have been mended.
    plan : Plan
    by : sequence of str
        Territory columns (of the located stock or of the plan's variables).
    repere : DataFrame or text table, optional
        Outside figures (`tfpb.survey.adjustment.benchmark.referenced_rows`).
    margins : DataFrame or text table, optional
        Calibration margins (`tfpb.survey.reading.calibration.calibrate`).
    reference : DataFrame, optional
        Standard population of the standardisation: its variables and `effectif`.

    Returns
    -------
    Estimates
        Unprotected: only `tfpb.survey.secrecy.disclosure.protect` may let it out.

    Raises
    ------
    TfpbError
        If the survey holds faults that stop; `enquete_sans_interview` if every row was left out, with
        the doubts that tell why.
    """
    stop_on_faults(survey.faults)
    if not len(survey.respondents):
        raise TfpbError((Fault("enquete_sans_interview"), *survey.faults))
    items = [i for i in plan.items if i.identifiant in survey.answers]
    by, notices = territory_columns(survey, by)
    notices = [*survey.faults, *design_notices(survey, plan), *notices]
    if margins is not None:
        survey, found = calibrate(survey, margins)
        notices += found
    parts: dict[str, list[pd.DataFrame]] = {"comparison": [], "levels": [], "priorities": []}
    regions, facts = [], []
    crossings: list[Crossing] = []
    within: list[dict[str, object]] = []
    for wave in survey.waves:
        made = compare_wave(survey, plan, items, wave, by=by, reference=reference)
        for name in parts:
            parts[name] += made.tables[name]
        regions.append(made.region)
        within += made.within
        crossings += made.crossings
        notices += made.notices
        facts.append(wave_facts(survey, plan, wave, made.median_deff))
    for pair in zip(survey.waves, survey.waves[1:], strict=False):
        changes, found = compare_pair(survey, plan, items, pair, by=by, reference=reference)
        parts["comparison"] += changes
        notices += [*found, *wave_notices(survey, plan, pair)]
    if repere is not None:
        national, found = referenced_rows(repere, items, survey.waves)
        regions.append(national)
        notices += found
    table = set_holm(in_order(pd.concat(parts["comparison"], ignore_index=True), items, by))
    return Estimates(
        comparison=table,
        levels=_stacked(parts["levels"], LEVEL_COLUMNS),
        priorities=_stacked(parts["priorities"], PRIORITY_COLUMNS),
        benchmark=_stacked(regions, (*BENCHMARK_COLUMNS, OWNER)),
        items=item_table(items),
        waves=tuple(facts),
        notices=tuple(notices),
        settings={**settings_used(survey, plan, by), WITHIN: tuple(within)},
        crossings=tuple(crossings),
    )


@dataclass(frozen=True, slots=True)
class WaveTables:
    """All the tables of one wave.

    Parameters
    ----------
    tables : dict of list of DataFrame
        `comparison`, `levels`, `priorities`.
    region : DataFrame
        « The region without oneself », bailleur by bailleur.
    within : list of dict
        Means of the gaps within bailleurs.
    crossings : list of Crossing
    notices : list of Fault
    median_deff : float
        Median design effect of the cells that may be shown.
    """

    tables: dict[str, list[pd.DataFrame]]
    region: pd.DataFrame
    within: list[dict[str, object]]
    crossings: list[Crossing]
    notices: list[Fault]
    median_deff: float


def compare_wave(
    survey: Survey,
    plan: Plan,
    items: Sequence[Item],
    wave: str,
    *,
    by: Sequence[str] = (),
    reference: pd.DataFrame | None = None,
) -> WaveTables:
    """Make every table of one wave from one set of sums."""
    variables = _variables(survey, plan)
    thresholds = Thresholds.of(plan)
    result = estimate_wave(survey, items, wave, by=by, thresholds=thresholds, keys=variables.all)
    rows = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
    adjusted, notices = _adjusted(result, variables, reference)
    comparison = [raw_rows(result), *adjusted]
    if variables.regression:
        notices += incomplete_rows(survey, wave, variables.regression)
    return WaveTables(
        tables={
            "comparison": comparison,
            "levels": [level_rows(survey, result, rows)],
            "priorities": [priority_rows(survey, result, rows)],
        },
        region=region_rows(result),
        within=within_gaps(result),
        crossings=wave_crossings(result, by),
        notices=notices,
        median_deff=_median(result.deff[result.state <= FRAGILE]),
    )


def compare_pair(
    survey: Survey,
    plan: Plan,
    items: Sequence[Item],
    pair: tuple[str, str],
    *,
    by: Sequence[str] = (),
    reference: pd.DataFrame | None = None,
) -> tuple[list[pd.DataFrame], list[Fault]]:
    """Make the rows of the changes between two waves, raw and like with like.

    The standard, and the interviews that models are averaged over, are those of the later wave.
    """
    variables = _variables(survey, plan)
    thresholds = Thresholds.of(plan)
    result = estimate_pair(survey, items, pair, by=by, thresholds=thresholds, keys=variables.all)
    adjusted, notices = _adjusted(result, variables, reference)
    return [raw_rows(result), *adjusted], notices


@dataclass(frozen=True, slots=True)
class _Variables:
    """Variables of the plan that the answers hold, by what they serve."""

    standard: tuple[str, ...]
    regression: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return self.standard + self.regression


def _variables(survey: Survey, plan: Plan) -> _Variables:
    there = set(survey.respondents)
    columns = plan.colonnes
    return _Variables(
        tuple(v for v in columns.standardisation if v in there),
        tuple(v for v in columns.ajustement if v in there),
    )


def _adjusted(
    comparison: Comparison, variables: _Variables, reference: pd.DataFrame | None
) -> tuple[list[pd.DataFrame], list[Fault]]:
    """Make the rows that compare like with like, by each of the ways the plan asks for."""
    tables: list[pd.DataFrame] = []
    notices: list[Fault] = []
    if variables.standard:
        table, notices = standardised_rows(comparison, variables.standard, reference)
        tables.append(table)
    if variables.regression:
        tables.append(regression_rows(comparison, variables.regression))
    return tables, notices


def _stacked(tables: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    filled = [t for t in tables if not t.empty]
    if not filled:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(filled, ignore_index=True)[list(columns)]


def _median(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else float("nan")
