"""QPV against classic quarters: the whole comparison, unprotected, and its gaps read otherwise."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, TfpbError, stop_on_faults
from tfpb.model.codes import CHAIN, Ajustement, Groupe
from tfpb.model.results import (
    BENCHMARK_COLUMNS,
    COMPARISON_COLUMNS,
    LEVEL_COLUMNS,
    VARIANT_COLUMNS,
)
from tfpb.model.survey import Estimates, wave_pairs
from tfpb.survey.adjustment.benchmark import OWNER, referenced_rows, region_rows
from tfpb.survey.adjustment.raking import comparable_rows, with_stories
from tfpb.survey.adjustment.standard import lacking_categories, read_standard
from tfpb.survey.estimation.comparison import estimate_pair, estimate_wave
from tfpb.survey.estimation.control import alarm, control_rows
from tfpb.survey.estimation.levels import level_rows
from tfpb.survey.estimation.rows import in_order, raw_rows
from tfpb.survey.method import (
    alarm_notices,
    broken_series,
    design_notices,
    incomplete_rows,
    item_table,
    sample_against_stock,
    settings_used,
    target,
    territory_columns,
    wave_facts,
    wave_notices,
)
from tfpb.survey.reading.calibration import CELL, DELIVERED, calibrate
from tfpb.survey.secrecy.households import households
from tfpb.survey.verdicts import (
    CLAIMS,
    NO_VERDICT,
    Thresholds,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.plan import Plan
    from tfpb.survey.adjustment.standard import Standard
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.reading.delivery_columns import AnyTable
    from tfpb.survey.respondents import Survey


def compare(
    survey: Survey,
    plan: Plan,
    *,
    by: Sequence[str] = (),
    repere: AnyTable | None = None,
    margins: AnyTable | None = None,
    reference: AnyTable | None = None,
) -> Estimates:
    """Compare QPV with classic quarters, item by item.

    Parameters
    ----------
    survey : Survey
        From `recode`; faults that stop must have been mended.
    by : sequence of str
        Territory columns (of the located stock or of the plan's variables).
    repere : DataFrame or ReadTable, optional
        Outside figures (`tfpb.survey.referenced_rows`).
    margins : DataFrame or ReadTable, optional
        Calibration margins (`tfpb.survey.reading.calibration.calibrate`).
    reference : DataFrame or ReadTable, optional
        Standard population of rows like with like, instead of the stock: its variables and `effectif`.

    Returns
    -------
    Estimates
        Unprotected: only `protect` may let it out. Shares are proportions (0..1), gaps are QPV minus
        hors QPV; tables are those of `tfpb.model.results`.

    Raises
    ------
    TfpbError
        If the survey, its margins or its standard hold faults that stop; `enquete_sans_interview` if every
        row was left out, with the doubts that give the reasons.

    Notes
    -----
    Every row is Σ a_ij y_ij, its variance that of `estimation.variance`; it is rounded last
    (`survey.printed`). R's Taylor errors (Lumley, 2010) are in `Estimates.design` alone.

    Examples
    --------
    With `frame` and `plan` of the package's example:

    >>> estimates = compare(recode([frame], plan), plan)
    >>> gap = estimates.comparison.query("groupe == 'ecart' and bailleur == 'ensemble'").iloc[0]
    >>> print(f"{gap['estimation']:+.2f} [{gap['ic95_bas']:.2f}, {gap['ic95_haut']:.2f}]")
    -0.12 [-0.28, 0.05]
    """
    stop_on_faults(survey.faults)
    if not len(survey.respondents):
        raise TfpbError((Fault("enquete_sans_interview"), *survey.faults))
    items = [i for i in plan.items if i.identifiant in survey.answers]
    by, notices = territory_columns(survey, by)
    notices = [*survey.faults, *design_notices(survey, plan), *notices]
    like = tuple(v for v in plan.colonnes.comparables if v in survey.respondents)
    survey, counts, found = _with_tables(survey, like, margins, reference)
    notices += found
    rows: list[pd.DataFrame] = []
    levels, benchmark, variants = [], [], []
    facts, design, ratios, met = [], [], [], []

    def add_rows(comparison: Comparison) -> None:
        """Add the raw rows, and those like with like."""
        rows.append(raw_rows(comparison))
        design.append(control_rows(comparison))
        if like:
            alike = comparable_rows(comparison, like, survey.stock, counts)
            rows.append(alike.rows)
            design.extend([alike.exact] if len(alike.exact) else [])
            notices.extend(alike.notices)

    thresholds = Thresholds.of(plan, target(survey, plan))
    for wave in survey.waves:
        compared = estimate_wave(survey, items, wave, by=by, thresholds=thresholds, keys=like)
        interviews = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
        add_rows(compared)
        if like:
            notices += incomplete_rows(survey, wave, like)
        levels.append(level_rows(survey, compared, interviews))
        benchmark.append(region_rows(compared, survey.stock))
        variants.append(with_delivered_weights(survey, compared))
        met.append(households(survey, items, wave, (*CHAIN, *by), like))
        ratios += alarm(compared)
        facts.append(wave_facts(survey, plan, wave, _median_effect(design, wave)))
    for pair in wave_pairs(survey.waves):
        # the target, without stock, is the sample of the later wave
        compared = estimate_pair(survey, items, pair, by=by, thresholds=thresholds, keys=like)
        add_rows(replace(compared, broken=broken_series(survey, plan, pair, items)))
    for pair in pairwise(survey.waves):
        notices += wave_notices(survey, plan, pair)
    notices += alarm_notices(ratios)
    if repere is not None:
        national, found = referenced_rows(repere, items, survey.waves)
        benchmark.append(national)
        notices += found
    table = in_order(pd.concat(rows, ignore_index=True), items, by, survey.waves)
    return Estimates(
        comparison=with_stories(table)[[*COMPARISON_COLUMNS[:-2], *CLAIMS]],
        design=in_order(pd.concat(design, ignore_index=True), items, (), survey.waves),
        levels=_stacked(levels, LEVEL_COLUMNS),
        benchmark=_stacked(benchmark, (*BENCHMARK_COLUMNS, OWNER)),
        items=item_table(items),
        waves=tuple(facts),
        notices=tuple(notices),
        settings=settings_used(survey, plan, by),
        fieldwork=sample_against_stock(survey),
        variants=_stacked(variants, VARIANT_COLUMNS),
        households=tuple(met),
    )


def _with_tables(
    survey: Survey,
    variables: Sequence[str],
    margins: AnyTable | None,
    reference: AnyTable | None,
) -> tuple[Survey, Standard | None, list[Fault]]:
    """Read the tables that the plan names: the survey calibrated, its standard, and the doubts on both.

    Raises every fault of both at once.
    """
    faults: list[Fault] = []
    counts = None
    if margins is not None:
        survey, faults = calibrate(survey, margins)
    if reference is not None and variables:
        counts, found = read_standard(reference, variables)
        faults = [*faults, *found]
    stop_on_faults(faults)
    if counts is not None:
        faults += lacking_categories(survey.respondents, variables, counts)
    return survey, counts, faults


def _median_effect(design: Sequence[pd.DataFrame], wave: str) -> float:
    """Return the median design effect of the raw rows of a wave that may be shown; NaN without any."""
    rows = pd.concat(design, ignore_index=True)
    raw = (rows["vague"] == wave) & (rows["ajustement"] == Ajustement.BRUT.value) & rows["publie"]
    effects = rows.loc[raw, "effet_plan"].to_numpy(dtype=float)
    effects = effects[np.isfinite(effects)]
    return float(np.median(effects)) if effects.size else float("nan")


def _stacked(tables: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    filled = [t for t in tables if not t.empty]
    if not filled:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(filled, ignore_index=True)[list(columns)]


DELIVERED_WEIGHTS: Final = "poids_livres"


def with_delivered_weights(survey: Survey, comparison: Comparison) -> pd.DataFrame:
    """Return the gaps of one wave before calibration; none without calibration."""
    c = comparison
    if DELIVERED not in survey.respondents:
        return pd.DataFrame(columns=list(VARIANT_COLUMNS))
    frame = survey.respondents
    cells = [n for n in frame if str(n).startswith(CELL)]
    delivered = frame.assign(poids=frame[DELIVERED]).drop(columns=cells)
    before = replace(survey, respondents=delivered)
    compared = estimate_wave(before, c.items, c.vague, by=(), thresholds=c.thresholds)
    return _gaps(compared, DELIVERED_WEIGHTS).assign(verdict=NO_VERDICT)


def _gaps(compared: Comparison, name: str) -> pd.DataFrame:
    rows = raw_rows(compared)
    gaps = rows[rows["groupe"] == Groupe.ECART.value]
    return gaps.assign(variante=name)[list(VARIANT_COLUMNS)].reset_index(drop=True)
