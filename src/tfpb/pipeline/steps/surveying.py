"""The steps of the survey: whose answers count, what is estimated, what is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tfpb import survey
from tfpb.errors import Fault, Severity
from tfpb.geodata.commune_territories import with_territories
from tfpb.model.results import RESULT_COLUMNS
from tfpb.perimeters.vintages import YEAR_UNDER
from tfpb.pipeline.steps.locating import located_in
from tfpb.survey.secrecy.ownership import for_bailleur
from tfpb.text import fold
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.location import Located
    from tfpb.model.plan import Plan
    from tfpb.model.settings import Settings
    from tfpb.model.survey import Estimates, Published
    from tfpb.survey import Disclosed


def own_interviews(frame: pd.DataFrame, plan: Plan, bailleur: str) -> pd.DataFrame:
    """Leave other bailleurs' interviews out: their résidences are not to be in this stock, nor told."""
    column = next((c for c in plan.colonnes.bailleur if c in frame), None)
    if column is None:
        return frame
    own = frame[column].map(fold) == fold(bailleur)
    return frame[own] if own.any() else frame


def interviews_kept(
    frame: pd.DataFrame, plan: Plan, *, bailleur: str, known: set[str]
) -> pd.DataFrame:
    """Set aside the bailleur's own interviews whose résidence the stock lacks.

    Parameters
    ----------
    frame : DataFrame
        A delivery, text.
    plan : Plan
    bailleur : str
    known : set of str
        Identifiers of the stock. Interviews that name no résidence stay.
    """
    column = next((c for c in plan.colonnes.residence if c in frame), None)
    if column is None:
        return frame
    own = frame.index.isin(own_interviews(frame, plan, bailleur).index)
    return frame[~(own & (frame[column] != "") & ~frame[column].isin(known))]


def estimate(
    settings: Settings, inputs: Inputs, geography: Geography, located: Located
) -> Published | None:
    """Compare satisfaction, protected: nothing else of the survey leaves."""
    found = estimates(settings, inputs, geography, located)
    if found is None or inputs.plan is None:
        return None
    return survey.protect(found, masking_n=inputs.plan.reglages.masquage_n)


def keep_masked(
    settings: Settings,
    inputs: Inputs,
    geography: Geography,
    located: Located,
    published: Published | None,
    before: Disclosed,
) -> Published | None:
    """Mask again what a pack already written masked: two packs subtracted would reveal it.

    Territories that the other pack showed and this one does not are counted too: a masked quarter is
    its EPCI less the other quarters, whichever pack tells the one or the others.
    """
    if published is None or inputs.plan is None:
        return published
    shown = set(survey.cells_shown_in(published.comparison))
    levels = [str(v) for v in published.comparison["niveau"].unique()]
    others = [c for c in before.levels if c not in levels]
    if not others and shown.isdisjoint(before.masked):
        return published
    found = estimates(settings, inputs, geography, located, also=others)
    if found is None:
        return published
    again = survey.protect(
        found,
        masking_n=inputs.plan.reglages.masquage_n,
        masked_before=before.masked,
        shown_before=before.shown,
        levels=levels,
    )
    hidden = len(shown - set(survey.cells_shown_in(again.comparison)))
    if not hidden:
        return published
    fields = {"nombre": plural(hidden, "résultat")}
    notice = Fault("masques_repris", fields=fields, severity=Severity.DOUTE)
    return replace(again, notices=(*again.notices, notice))


def estimates(
    settings: Settings,
    inputs: Inputs,
    geography: Geography,
    located: Located,
    *,
    also: Sequence[str] = (),
) -> Estimates | None:
    """Compare satisfaction on the map that rules the survey. Not protected: for this room and its tests.

    Parameters
    ----------
    also : sequence of str
        Levels of territory besides those of the dossier; one that is not there any more is left out.
    """
    if inputs.plan is None or not inputs.deliveries:
        return None
    sides = located.residences
    if (carte := inputs.plan.reglages.carte) is not None and carte != located.vintage:
        known = located.entrances[list(RESULT_COLUMNS)]
        sides = located_in(settings, inputs, geography, known, YEAR_UNDER[carte]).residences
    asked = settings.reglages.territoires
    sides = with_territories(sides, (*asked, *also), geography.communes)
    frames = [d.frame for d in inputs.deliveries]
    if settings.reglages.enquete_residences_inconnues == "ecarter":
        own, plan = settings.dossier.bailleur, inputs.plan
        stock = set(located.residences["id_residence"])
        frames = [interviews_kept(f, plan, bailleur=own, known=stock) for f in frames]
    answers = survey.recode(frames, inputs.plan, sides)
    found = survey.compare(
        answers,
        inputs.plan,
        by=[*asked, *(c for c in also if c in answers.respondents)],
        repere=inputs.repere,
        margins=inputs.margins,
        reference=inputs.reference.frame if inputs.reference is not None else None,
    )
    return for_bailleur(found, settings.dossier.bailleur)
