"""The steps that join stages: evaluation, and what the doubts are worth."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tfpb import survey
from tfpb.evidence import evaluation, sensitivity
from tfpb.model.codes import ENSEMBLE
from tfpb.model.evidence import Sensitivity
from tfpb.pipeline.steps.costing import abate

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.evidence import Evaluation
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, Programme
    from tfpb.model.settings import Settings
    from tfpb.model.survey import Published


def evaluate(
    settings: Settings, located: Located, actions: Programme | None, published: Published | None
) -> Evaluation | None:
    """Set money and satisfaction side by side."""
    if actions is None and published is None:
        return None
    own = published.name_of(settings.dossier.bailleur) if published is not None else ENSEMBLE
    return evaluation.evaluation(located, actions, published, bailleur=own)


def doubts(settings: Settings, inputs: Inputs, located: Located) -> pd.DataFrame:
    """Read dwellings and money again with the doubtful dwellings on either side."""
    money: Callable[[Located], Abatement | None] | None = None
    if inputs.frame("fiscalite") is not None:
        money = partial(abate, settings, inputs)
    return sensitivity.readings(located, abate=money)


def sensitive(settings: Settings, doubts: pd.DataFrame, published: Published | None) -> Sensitivity:
    """Set beside what the doubts are worth what other margins would say."""
    own = published.name_of(settings.dossier.bailleur) if published is not None else ENSEMBLE
    return Sensitivity(
        doubts, sensitivity.margins(published, verdict=survey.gap_verdict, bailleur=own)
    )
