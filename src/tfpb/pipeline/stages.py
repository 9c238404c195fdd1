"""The whole way on one page: geocode → locate → estimate → protect → cost → balance → join.

Each command runs the part of `STAGES` that its goals need (`run`): `geocoder` wants SETTLED, `localiser`
SIDES, `comparer` SURVEY, `abattement` ABATEMENT and PROGRAMME, a dossier all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.pipeline import keys as k
from tfpb.pipeline.steps import costing, geocoding, joining, locating, surveying
from tfpb.pipeline.wiring import check, needed, run_stages, stage
from tfpb.stage import directly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.errors import Headers
    from tfpb.pipeline.wiring import Key, Outcome, Values
    from tfpb.stage import Execute

# fmt: off
STAGES: Final = (
    stage("Adresses", geocoding.geocode, (k.ADDRESSES, k.GEOCODER, k.WATCH), k.GEOCODED,
          kept="table", keep_if=geocoding.offline),
    stage("Adresses décidées", geocoding.settle, (k.ADDRESSES, k.GEOCODED), k.SETTLED),
    stage("Points", locating.stock_points, (k.INPUTS, k.SETTLED), k.POINTS),
    stage("Périmètres", locating.sides, (k.POINTS, k.GEOGRAPHY, k.RULE), k.SIDES),
    stage("Résidences", locating.locate, (k.POINTS, k.SIDES, k.GEOGRAPHY, k.RULE), k.LOCATED),
    stage("Carte de l’enquête", surveying.survey_sides,
          (k.SCOPE, k.GEOGRAPHY, k.POINTS, k.LOCATED, k.CARTE, k.BEFORE), k.SURVEY_SIDES),
    stage("Enquête", surveying.estimate, (k.ANSWERS, k.SCOPE, k.SURVEY_SIDES), k.SURVEY_ALONE,
          kept="publication"),
    stage("Secret statistique", surveying.keep_masked,
          (k.ANSWERS, k.SCOPE, k.SURVEY_SIDES, k.SURVEY_ALONE, k.BEFORE), k.SURVEY),
    stage("Abattement", costing.abate, (k.TAX_RULE, k.TAXES, k.LOCATED), k.ABATEMENT),
    stage("Programme", costing.programme, (k.TAX_RULE, k.INPUTS, k.LOCATED, k.ABATEMENT), k.PROGRAMME),
    stage("Droit commun", costing.droit_commun, (k.TAX_RULE, k.INPUTS, k.LOCATED), k.DROIT_COMMUN),
    stage("Évaluation", joining.evaluate, (k.SCOPE, k.LOCATED, k.PROGRAMME, k.SURVEY), k.EVALUATION),
    stage("Doutes du parc", joining.doubts, (k.TAX_RULE, k.TAXES, k.LOCATED), k.DOUBTS, kept="table"),
    stage("Sensibilité", joining.sensitive, (k.SCOPE, k.DOUBTS, k.SURVEY), k.SENSITIVITY),
    stage("Fond de carte", locating.ground, (k.GEOGRAPHY, k.LOCATED), k.GROUND),
)
# fmt: on
check(STAGES, k.START, k)


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
