"""Steps that join stages: evaluation, and what the doubts weigh in dwellings and euros."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tfpb.model.assembly import Evaluation, Sensitivity
from tfpb.model.codes import ENSEMBLE
from tfpb.pipeline.rooms import evaluation
from tfpb.pipeline.rooms import survey as statistics
from tfpb.pipeline.steps.costing import TaxRule, abate

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, Programme
    from tfpb.model.survey import Published
    from tfpb.pipeline.steps.surveying import Scope


def evaluate(
    scope: Scope, located: Located, programme: Programme | None, survey: Published | None
) -> Evaluation | None:
    """Set money and satisfaction side by side; None when both lack."""
    if programme is None and survey is None:
        return None
    own = survey.name_of(scope.bailleur) if survey is not None else ENSEMBLE
    return evaluation.evaluation(located, programme, survey, bailleur=own)


def doubts(tax_rule: TaxRule, taxes: Inputs, located: Located) -> pd.DataFrame:
    """Count dwellings and money with the doubtful dwellings on either side.

    Parameters
    ----------
    tax_rule : TaxRule
    taxes : Inputs
    located : Located

    Returns
    -------
    DataFrame
        See `tfpb.evidence.evaluation.readings`.
    """
    money: Callable[[Located], Abatement | None] | None = None
    if taxes.frame("fiscalite") is not None:
        money = partial(abate, tax_rule, taxes)
    return evaluation.readings(located, abate=money)


def sensitive(scope: Scope, doubts: pd.DataFrame, survey: Published | None) -> Sensitivity:
    """Set what other margins would conclude beside what the doubts weigh."""
    own = survey.name_of(scope.bailleur) if survey is not None else ENSEMBLE
    return Sensitivity(
        doubts, evaluation.margins(survey, verdict=statistics.gap_verdict, bailleur=own)
    )
