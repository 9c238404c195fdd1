"""The whole way on one page: geocode → locate → estimate → protect → cost → balance → join.

Each command runs the part of `STAGES` that its goals need (`run`): `geocoder` wants SETTLED, `localiser`
SIDES, `comparer` SURVEY, `abattement` ABATEMENT and PROGRAMME, a dossier all of them.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from tfpb.pipeline.steps import costing, geocoding, locating, surveying
from tfpb.pipeline.wiring import Key, Outcome, Values, check, needed, run_stages, stage
from tfpb.stage import Execute, directly

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from tfpb.addresses.file_geocoder import FileGeocoder
    from tfpb.errors import Headers
    from tfpb.facts.claim import Claims
    from tfpb.facts.quarter import Quarters
    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.assembly import Evaluation
    from tfpb.model.location import Ground, Located
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.survey import Published
    from tfpb.pipeline.steps.costing import TaxRule
    from tfpb.pipeline.steps.geocoding import Settled, Watch
    from tfpb.pipeline.steps.locating import Points, Rule, Sides
    from tfpb.pipeline.steps.surveying import Scope
    from tfpb.review.address_decisions import DecidedAddresses
    from tfpb.survey import Released

# what a command starts from
INPUTS: Final[Key[Inputs]] = Key("inputs")
"""Typed tables of the dossier, survey apart."""
ADDRESSES: Final[Key[DecidedAddresses]] = Key("addresses")
GEOCODER: Final[Key[FileGeocoder]] = Key("geocoder")
WATCH: Final[Key[Watch]] = Key("watch")
GEOGRAPHY: Final[Key[Geography]] = Key("geography")
RULE: Final[Key[Rule]] = Key("rule")
CARTE: Final[Key[int | None]] = Key("carte")
ANSWERS: Final[Key[Inputs]] = Key("answers")
"""The deliveries, their plan and what goes with it; nothing else of the dossier."""
SCOPE: Final[Key[Scope]] = Key("scope")
BEFORE: Final[Key[Released]] = Key("before")
TAXES: Final[Key[Inputs]] = Key("taxes")
"""The tax sheets, the conventions, what was declared and claimed; nothing else of the dossier."""
TAX_RULE: Final[Key[TaxRule]] = Key("tax_rule")

# what stages make
GEOCODED: Final[Key[pd.DataFrame]] = Key("geocoded")
SETTLED: Final[Key[Settled]] = Key("settled")
POINTS: Final[Key[Points]] = Key("points")
SIDES: Final[Key[Sides]] = Key("sides")
LOCATED: Final[Key[Located]] = Key("located")
QUARTERS: Final[Key[Quarters]] = Key("quarters")
"""Every quarter of the maps and of the stock, by its one name."""
SURVEY_SIDES: Final[Key[pd.DataFrame | None]] = Key("survey_sides")
SURVEY_ALONE: Final[Key[Published | None]] = Key("survey_alone")
SURVEY: Final[Key[Published | None]] = Key("survey")
SURVEY_READ: Final[Key[Published | None]] = Key("survey_read")
"""As pages read it: to be confirmed while a question on the deliveries is open."""
ABATEMENT: Final[Key[Abatement | None]] = Key("abatement")
CALENDAR: Final[Key[pd.DataFrame]] = Key("calendar")
"""Every deadline, by date."""
PROGRAMME: Final[Key[Programme | None]] = Key("programme")
DROIT_COMMUN: Final[Key[DroitCommun | None]] = Key("droit_commun")
EVALUATION: Final[Key[Evaluation | None]] = Key("evaluation")
DOUBTS: Final[Key[pd.DataFrame]] = Key("doubts")
GROUND: Final[Key[Ground]] = Key("ground")
CLAIMS: Final[Key[Claims]] = Key("claims")
"""Every figure of the dossier, each under one name."""

START: Final = (
    INPUTS, ADDRESSES, GEOCODER, WATCH, GEOGRAPHY, RULE, CARTE, ANSWERS, SCOPE, BEFORE, TAXES, TAX_RULE,
)  # fmt: skip


# fmt: off
STAGES: Final = (
    stage("Adresses", geocoding.geocode, GEOCODED,
          kept="table", keep_if=geocoding.offline),
    stage("Adresses décidées", geocoding.settle, SETTLED),
    stage("Points", locating.stock_points, POINTS),
    stage("Périmètres", locating.sides, SIDES),
    stage("Résidences", locating.locate, LOCATED),
    stage("Quartiers", locating.quarters, QUARTERS),
    stage("Carte de l’enquête", surveying.survey_sides, SURVEY_SIDES),
    stage("Enquête", surveying.estimate, SURVEY_ALONE,
          kept="publication"),
    stage("Secret statistique", surveying.stand, SURVEY),
    stage("Enquête lue", surveying.read, SURVEY_READ),
    stage("Abattement", costing.abate, ABATEMENT),
    stage("Calendrier", costing.calendar, CALENDAR),
    stage("Programme", costing.programme, PROGRAMME),
    stage("Droit commun", costing.droit_commun, DROIT_COMMUN),
    stage("Faits", costing.claim, CLAIMS),
    stage("Évaluation", costing.evaluate, EVALUATION),
    stage("Doutes du parc", costing.doubts, DOUBTS, kept="table"),
    stage("Fond de carte", locating.ground, GROUND),
)
# fmt: on
check(STAGES, START, sys.modules[__name__])


def run(
    goals: Iterable[Key[Any]],
    values: Values,
    *,
    execute: Execute = directly,
    headers: Headers | None = None,
) -> Outcome:
    """Run the stages that the goals need and that the values do not contain already.

    `values` have those of `START` that the stages read, and any given otherwise; `execute` calls each
    stage; with `headers`, faults and doubts name columns as the user's files do. Returns the values, and
    every fault of every stage that could run.
    """
    return run_stages(needed(STAGES, goals, values), values, execute=execute, headers=headers)
