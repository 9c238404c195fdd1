"""The whole way on one page: geocode → locate → estimate → protect → cost → balance → join.

Each command runs the part of `STAGES` that its goals need (`run`): `geocoder` wants SETTLED, `localiser`
SIDES, `comparer` SURVEY, `abattement` ABATEMENT and PROGRAMME, a dossier all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.pipeline import keys
from tfpb.pipeline.keys import (
    ABATEMENT,
    ADDRESSES,
    ANSWERS,
    BEFORE,
    CARTE,
    DOUBTS,
    DROIT_COMMUN,
    EVALUATION,
    GEOCODED,
    GEOCODER,
    GEOGRAPHY,
    GROUND,
    INPUTS,
    LOCATED,
    POINTS,
    PROGRAMME,
    RULE,
    SCOPE,
    SENSITIVITY,
    SETTLED,
    SIDES,
    START,
    SURVEY,
    SURVEY_ALONE,
    SURVEY_SIDES,
    TAX_RULE,
    TAXES,
    WATCH,
)  # fmt: skip
from tfpb.pipeline.steps import costing, geocoding, joining, locating, mapping, surveying
from tfpb.pipeline.wiring import check, needed, run_stages, stage
from tfpb.stage import directly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.errors import Headers
    from tfpb.pipeline.wiring import Key, Outcome, Values
    from tfpb.stage import Execute

# fmt: off
STAGES: Final = (
    stage("Adresses", geocoding.geocode, (ADDRESSES, GEOCODER, WATCH), GEOCODED,
          kept="table", keep_if=geocoding.offline),
    stage("Adresses décidées", geocoding.settle, (ADDRESSES, GEOCODED), SETTLED),
    stage("Points", locating.stock_points, (INPUTS, SETTLED), POINTS),
    stage("Périmètres", locating.sides, (POINTS, GEOGRAPHY, RULE), SIDES),
    stage("Résidences", locating.locate, (POINTS, SIDES, GEOGRAPHY, RULE), LOCATED),
    stage("Carte de l’enquête", surveying.survey_sides,
          (SCOPE, GEOGRAPHY, POINTS, LOCATED, CARTE, BEFORE), SURVEY_SIDES),
    stage("Enquête", surveying.estimate, (ANSWERS, SCOPE, SURVEY_SIDES), SURVEY_ALONE,
          kept="publication"),
    stage("Secret statistique", surveying.keep_masked,
          (ANSWERS, SCOPE, SURVEY_SIDES, SURVEY_ALONE, BEFORE), SURVEY),
    stage("Abattement", costing.abate, (TAX_RULE, TAXES, LOCATED), ABATEMENT),
    stage("Programme", costing.programme, (TAX_RULE, INPUTS, LOCATED, ABATEMENT), PROGRAMME),
    stage("Droit commun", costing.droit_commun, (TAX_RULE, INPUTS, LOCATED), DROIT_COMMUN),
    stage("Évaluation", joining.evaluate, (SCOPE, LOCATED, PROGRAMME, SURVEY), EVALUATION),
    stage("Doutes du parc", joining.doubts, (TAX_RULE, TAXES, LOCATED), DOUBTS, kept="table"),
    stage("Sensibilité", joining.sensitive, (SCOPE, DOUBTS, SURVEY), SENSITIVITY),
    stage("Fond de carte", mapping.ground, (GEOGRAPHY, LOCATED), GROUND),
)
# fmt: on
check(STAGES, START, keys)


def run(
    goals: Iterable[Key[Any]],
    values: Values,
    *,
    execute: Execute = directly,
    headers: Headers | None = None,
) -> Outcome:
    """Run the stages that the goals need and that the values do not hold already.

    Parameters
    ----------
    goals : iterable of Key
        Values that are wanted.
    values : Values
        Values to start from: those of `START` that the stages read, and any that another way gives.
    execute : Execute
        How each stage is called.
    headers : Headers, optional
        With them, faults and doubts name columns as the user's files do.

    Returns
    -------
    Outcome
        The values, and every fault of every stage that could run.
    """
    return run_stages(needed(STAGES, goals, values), values, execute=execute, headers=headers)
