"""Steps on the survey: whose answers count, what is estimated, what is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.addresses.communes import with_territories
from tfpb.facts.quarter import codes_of
from tfpb.model.codes import CHAIN
from tfpb.model.question import is_assumed, of_survey
from tfpb.model.record import Reading, summed
from tfpb.pipeline.rooms import perimeters
from tfpb.pipeline.rooms import survey as surveys
from tfpb.pipeline.steps.locating import Points, Rule, sides
from tfpb.text import fold

if TYPE_CHECKING:
    from tfpb.facts.quarter import Quarters
    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.location import Located
    from tfpb.model.plan import Plan
    from tfpb.model.survey import Estimates, Published
    from tfpb.survey import Released


@dataclass(frozen=True, slots=True)
class Scope:
    """What a comparison is about."""

    territories: tuple[str, ...] = ()  # levels of territory (columns) that get rows of their own
    bailleur: str = ""  # whose rows are kept with those of the whole; empty for every bailleur's
    unknown_set_aside: bool = False
    """Leave out the bailleur's interviews whose résidence the stock lacks, instead of stopping."""
    radius_m: float = 30.0  # uncertainty of points that have none, metres


def own_interviews(frame: pd.DataFrame, plan: Plan, bailleur: str) -> pd.DataFrame:
    """Return the bailleur's own interviews: résidences of others are not expected in its stock.

    All of them when none names a bailleur, or all of them one other; none where several others are named:
    under which name this one would be is a question, not a guess.
    """
    column = next((c for c in plan.colonnes.bailleur if c in frame), None)
    if column is None:
        return frame
    named = frame[column].map(fold)
    own = named == fold(bailleur)
    return frame[own] if own.any() or len(set(named)) > 1 else frame


def interviews_kept(
    frame: pd.DataFrame, plan: Plan, *, bailleur: str, known: set[str]
) -> pd.DataFrame:
    """Set aside the bailleur's own interviews whose résidence the stock (`known`) lacks.

    Interviews that name no résidence are kept.
    """
    column = next((c for c in plan.colonnes.residence if c in frame), None)
    if column is None:
        return frame
    own = frame.index.isin(own_interviews(frame, plan, bailleur).index)
    return frame[~(own & (frame[column] != "") & ~frame[column].isin(known))]


def survey_sides(
    scope: Scope,
    geography: Geography,
    points: Points,
    located: Located,
    carte: int | None,
    quarters: Quarters,
) -> pd.DataFrame | None:
    """Return the résidences on the map that rules the survey, with a column for each level of territory.

    `carte` is the vintage of the plan, None for that of the tax year; `quarters` have their contrats.
    Raises `geographie_absente` when that map is not imported. `RESIDENCE_COLUMNS` come first.
    """
    homes = located.residences
    if carte is not None and carte != located.vintage:
        from tfpb.geodata.geography import open_geography  # noqa: PLC0415 - a map other than the year's
        from tfpb.model.legal.map_table import year_under  # noqa: PLC0415 - the same

        if carte not in geography.maps:
            open_geography(geography.folder, needs=(carte,))  # raises, and says how to import it
        found = sides(points, geography, Rule(year_under(carte), scope.radius_m))
        homes = perimeters.residences(points.frame.join(found.frame))
    homes = with_territories(homes, (*CHAIN, *scope.territories), geography.communes)
    return with_contrats(homes, quarters)


def with_contrats(homes: pd.DataFrame, quarters: Quarters) -> pd.DataFrame:
    """Add the contrat de ville of each quarter; outside, that of the commune where it has a single one."""
    inside = [quarters[c].contrat if c else "" for c in codes_of(homes)]
    if "contrat_de_ville" in homes or "code_insee" not in homes or not any(inside):
        return homes
    met: dict[str, set[str]] = {}
    for city, contrat in zip(homes["code_insee"], inside, strict=True):
        met.setdefault(str(city), set()).update({contrat} - {""})
    lone = {city: next(iter(found)) for city, found in met.items() if len(found) == 1}
    outside = [lone.get(str(city), "") for city in homes["code_insee"]]
    return homes.assign(contrat_de_ville=np.where(homes["cote"] == "dans", inside, outside))


def estimate(answers: Inputs, scope: Scope, survey_sides: pd.DataFrame | None) -> Published | None:
    """Compare satisfaction, protected (nothing else of the survey leaves); None without answers.

    `survey_sides` are the résidences on the map that rules the survey.
    """
    found = estimates(answers, scope, survey_sides)
    return None if found is None else surveys.protect(found, bailleur=scope.bailleur)


def controlled(
    answers: Inputs, scope: Scope, survey_sides: pd.DataFrame | None
) -> tuple[Published | None, pd.DataFrame]:
    """Compare satisfaction as `estimate` does, with the exact rows that `comparer --controle` writes.

    Those never leave the house: they are no part of what is published, and no stage reads them.
    """
    found = estimates(answers, scope, survey_sides)
    if found is None:
        return None, pd.DataFrame()
    return surveys.protect(found, bailleur=scope.bailleur), surveys.control_table(found)


def stand(survey_alone: Published | None, before: Released) -> Published | None:
    """Print released waves whole, or today's figures, as the order of the run says.

    `survey_alone` is made by `estimate`.
    """
    return None if survey_alone is None else surveys.standing(survey_alone, before)


def read(answers: Inputs, survey: Published | None) -> Published | None:
    """Leave to be confirmed what a question on the deliveries, open, may change."""
    if survey is None or not of_survey(answers.asked):
        return survey
    from tfpb.survey.unread import to_confirm  # noqa: PLC0415 - slow to load (`rooms`)

    return to_confirm(survey, assumed=is_assumed(answers.asked))


def estimates(answers: Inputs, scope: Scope, survey_sides: pd.DataFrame | None) -> Estimates | None:
    """Compare satisfaction. Not protected: for this module and its tests."""
    plan = answers.plan
    if plan is None or not answers.deliveries:
        return None
    frames = [d.frame for d in answers.deliveries]
    dropped: tuple[Reading, ...] = ()
    if scope.unknown_set_aside and survey_sides is not None:
        stock = set(survey_sides["id_residence"])
        kept = [interviews_kept(f, plan, bailleur=scope.bailleur, known=stock) for f in frames]
        out = [f.drop(index=k.index) for f, k in zip(frames, kept, strict=True)]
        dropped = surveys.readings_without(out, plan, "residence_inconnue_enquete")
        frames = kept
    read = surveys.recode(frames, plan, survey_sides)
    kinds = [name for name in plan.colonnes.segments if name in read.respondents]
    found = surveys.compare(
        read,
        plan,
        by=(*scope.territories, *kinds),
        repere=answers.repere,
        margins=answers.margins,
        reference=answers.reference,
    )
    return replace(found, readings=summed((*read.readings, *dropped)))
