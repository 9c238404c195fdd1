"""QPV against classic quarters: the whole comparison of a survey, unprotected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.errors import stop_on_faults
from tfpb.model.results import BENCHMARK_COLUMNS, LEVEL_COLUMNS, PRIORITY_COLUMNS
from tfpb.model.survey import Estimates
from tfpb.survey.method import design_notices, item_table, settings_used, territory_columns
from tfpb.survey.raw import raw_rows
from tfpb.survey.rows import in_order
from tfpb.survey.settings import Thresholds
from tfpb.survey.verdicts import set_holm
from tfpb.survey.wave import estimate_wave
from tfpb.survey.waves import evolution_rows, wave_facts, wave_notices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.plan import Plan
    from tfpb.survey.model import Survey
    from tfpb.survey.wave import WaveResult

    Floats = NDArray[np.float64]


def compare(
    survey: Survey,
    plan: Plan,
    *,
    by: Sequence[str] = (),
) -> Estimates:
    """Compare QPV with classic quarters, item by item.

    Parameters
    ----------
    survey : Survey
        From `recode`; faults that stop must have been mended.
    plan : Plan
    by : sequence of str
        Territory columns (of the located stock or of the plan's variables).

    Returns
    -------
    Estimates
        Unprotected: only `tfpb.survey.disclosure.protect` may let it out.

    Raises
    ------
    TfpbError
        If the survey holds faults that stop.
    """
    stop_on_faults(survey.faults)
    thresholds = Thresholds.of(plan)
    items = [i for i in plan.items if i.identifiant in survey.answers]
    by, notices = territory_columns(survey, by)
    tables = []
    results = []
    for wave in survey.waves:
        result = estimate_wave(survey, items, wave, by=by, thresholds=thresholds)
        results.append(result)
        tables.append(raw_rows(result))
    pairs = list(zip(survey.waves, survey.waves[1:], strict=False))
    for pair in pairs:
        tables.append(evolution_rows(survey, items, pair, by=by, thresholds=thresholds))
        notices += wave_notices(survey, plan, pair)
    table = set_holm(in_order(pd.concat(tables, ignore_index=True), items, by))
    return Estimates(
        comparison=table,
        levels=pd.DataFrame(columns=list(LEVEL_COLUMNS)),
        priorities=pd.DataFrame(columns=list(PRIORITY_COLUMNS)),
        benchmark=pd.DataFrame(columns=list(BENCHMARK_COLUMNS)),
        items=item_table(items),
        waves=tuple(
            wave_facts(survey, plan, r.frame.wave, float(_median(r.deff[_published(r)])))
            for r in results
        ),
        notices=(*(f for f in survey.faults), *design_notices(survey, plan), *notices),
        settings=settings_used(survey, plan, by),
    )


def _median(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else float("nan")


def _published(result: WaveResult) -> NDArray[np.bool_]:
    return result.state <= 1
