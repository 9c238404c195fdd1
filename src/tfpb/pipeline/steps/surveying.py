"""Steps on the survey: whose answers count, what is estimated, what is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.addresses.communes import with_territories
from tfpb.errors import Fault, Severity
from tfpb.facts.quarter import codes_of
from tfpb.model.codes import CHAIN
from tfpb.model.question import is_assumed, of_survey
from tfpb.model.record import Reading, summed
from tfpb.pipeline.rooms import perimeters
from tfpb.pipeline.rooms import survey as surveys
from tfpb.pipeline.steps.locating import Points, Rule, sides
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.facts.quarter import Quarters
    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.location import Located
    from tfpb.model.plan import Plan
    from tfpb.model.survey import Estimates, Published
    from tfpb.survey import Released
    from tfpb.survey.secrecy.reprint import Home

MOVED: Final = "cote_actuelle"
"""Column of the résidences: the side that the map gives now, where a release told another."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a comparison is about.

    Parameters
    ----------
    territories : tuple of str
        Levels of territory (columns) that get rows of their own.
    bailleur : str
        Whose rows are kept beside those of the whole; empty for every bailleur's.
    unknown_set_aside : bool
        Leave out the bailleur's interviews whose résidence the stock lacks, instead of stopping.
    radius_m : float
        Uncertainty of points that bear none, metres.
    """

    territories: tuple[str, ...] = ()
    bailleur: str = ""
    unknown_set_aside: bool = False
    radius_m: float = 30.0


def own_interviews(frame: pd.DataFrame, plan: Plan, bailleur: str) -> pd.DataFrame:
    """Return the bailleur's own interviews: résidences of others are not expected in its stock.

    Parameters
    ----------
    frame : DataFrame
        A delivery, text.

    Returns
    -------
    DataFrame
        All of them when none names a bailleur, or all of them one other; none where several others are
        named: under which name this one would be is asked, not guessed.
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
    """Set aside the bailleur's own interviews whose résidence the stock lacks.

    Parameters
    ----------
    frame : DataFrame
        A delivery, text.
    known : set of str
        Identifiers of the stock. Interviews that name no résidence stay.
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
    before: Released,
    quarters: Quarters,
) -> pd.DataFrame | None:
    """Return the résidences on the map that rules the survey, with their territories.

    Those that an earlier release told of are as it told them; a contrat is there before any page prints one.

    Parameters
    ----------
    carte : int or None
        Vintage that the plan asks for; None for that of the tax year.
    quarters : Quarters
        With their contrats.

    Returns
    -------
    DataFrame or None
        `RESIDENCE_COLUMNS` and a column a territory.

    Raises
    ------
    TfpbError
        `geographie_absente` when that map is not imported.
    """
    homes = located.residences
    if carte is not None and carte != located.vintage:
        from tfpb.geodata.geography import open_geography  # noqa: PLC0415 - a map other than the year's
        from tfpb.model.legal.map_table import year_under  # noqa: PLC0415 - the same

        if carte not in geography.maps:
            open_geography(geography.folder, needs=(carte,))  # raises, and says how to import it
        found = sides(points, geography, Rule(year_under(carte), scope.radius_m))
        homes = perimeters.residences(points.frame.join(found.frame))
    # the tree holds every level that the stock gives, so that a release forbids no later one
    homes = with_territories(
        homes, (*CHAIN, *scope.territories, *before.levels), geography.communes
    )
    return as_released(with_contrats(homes, quarters), before)


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


def as_released(homes: pd.DataFrame, before: Released) -> pd.DataFrame:
    """Give résidences the sides and quarters that a release told of them, and its levels as they were.

    A decision taken since moves money and maps: moved in the survey too, the two releases subtracted
    would be the answers of one résidence. It is known by its bailleur and its identifier; by the latter
    alone where the release, or the stock, does not name that bailleur.

    Returns
    -------
    DataFrame
        `MOVED` holds the side that the map gives now, where it differs.
    """
    if not before.sides:
        return homes
    now = homes["cote"].astype(str)
    for column, values in before.sides:
        kept = homes[column] if column in homes else pd.Series("", index=homes.index)
        homes = homes.assign(**{column: _recorded(homes, values).fillna(kept)})
    return homes.assign(**{MOVED: now.where(now != homes["cote"].astype(str), "")})


def _recorded(homes: pd.DataFrame, values: Mapping[Home, str]) -> pd.Series:
    """Return what was told of each résidence, None where nothing was."""
    names = homes["id_residence"].astype(str)
    written = homes["bailleur"].astype(str) if "bailleur" in homes else [""] * len(homes)
    by_home: dict[str, set[str]] = {}
    for (_, home), value in values.items():
        by_home.setdefault(home, set()).add(value)
    lone = {h: next(iter(found)) for h, found in by_home.items() if len(found) == 1}
    out = [
        values.get((fold(o), h), values.get(("", h), None if o else lone.get(h)))
        for o, h in zip(written, names, strict=True)
    ]
    return pd.Series(out, index=homes.index, dtype=object)


def estimate(answers: Inputs, scope: Scope, survey_sides: pd.DataFrame | None) -> Published | None:
    """Compare satisfaction, protected (nothing else of the survey leaves); None without answers.

    Parameters
    ----------
    answers : Inputs
        Deliveries and their plan.
    survey_sides : DataFrame or None
        Résidences on the map that rules the survey.
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


def reprint(
    survey_sides: pd.DataFrame | None, survey_alone: Published | None, before: Released
) -> Published | None:
    """Print again what earlier releases of the same survey told, until it has moved enough.

    Parameters
    ----------
    survey_sides : DataFrame or None
        As in `estimate`.
    survey_alone : Published or None
        What `estimate` made.
    """
    if survey_alone is None:
        return None
    printed = surveys.reprinted(survey_alone, before)
    more = moved_notices(survey_sides)
    return replace(printed, notices=(*printed.notices, *more)) if more else printed


def read(answers: Inputs, survey: Published | None) -> Published | None:
    """Leave to be confirmed what a question on the deliveries, open, may change."""
    if survey is None or not of_survey(answers.asked):
        return survey
    from tfpb.survey.unread import to_confirm  # noqa: PLC0415 - slow to load (`rooms`)

    return to_confirm(survey, assumed=is_assumed(answers.asked))


def moved_notices(homes: pd.DataFrame | None) -> tuple[Fault, ...]:
    """List the résidences that the survey keeps on the side of a release though the map moved them."""
    if homes is None or MOVED not in homes:
        return ()
    moved = homes.loc[homes[MOVED] != "", "id_residence"].astype(str).tolist()
    fields = {"residences": ", ".join(sorted(moved)), "nombre": len(moved)}
    return (
        (Fault("cotes_d_une_diffusion", fields=fields, severity=Severity.DOUTE),) if moved else ()
    )


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
