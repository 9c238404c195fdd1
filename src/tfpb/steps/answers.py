"""The steps of the survey: whose answers count, what is estimated, what is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tfpb import survey
from tfpb.errors import Fault, Severity
from tfpb.geodata.territories import with_territories
from tfpb.model.results import RESULT_COLUMNS
from tfpb.steps.stock import located_in
from tfpb.survey.ownership import for_bailleur
from tfpb.text import fold
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.config import Settings
    from tfpb.geodata.geography import Geography
    from tfpb.io.inputs import Inputs
    from tfpb.model.location import Located
    from tfpb.model.plan import Plan
    from tfpb.model.survey import Estimates, Published
    from tfpb.survey.cells import Cell


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
    before: tuple[Cell, ...],
) -> Published | None:
    """Mask again what a pack already written masked: two packs subtracted would reveal it."""
    if published is None or inputs.plan is None:
        return published
    revealed = set(before) & set(survey.cells_shown_in(published.comparison))
    found = estimates(settings, inputs, geography, located) if revealed else None
    if found is None:
        return published
    fields = {"nombre": plural(len(revealed), "résultat")}
    notice = Fault("masques_repris", fields=fields, severity=Severity.DOUTE)
    return survey.protect(
        replace(found, notices=(*found.notices, notice)),
        masking_n=inputs.plan.reglages.masquage_n,
        previous=before,
    )


def estimates(
    settings: Settings, inputs: Inputs, geography: Geography, located: Located
) -> Estimates | None:
    """Compare satisfaction on the map that rules the survey. Not protected: for this room and its tests."""
    if inputs.plan is None or not inputs.deliveries:
        return None
    sides = located.residences
    if (carte := inputs.plan.reglages.carte) is not None and carte != located.vintage:
        year = 2024 if carte == 2015 else 2025  # noqa: PLR2004 - years those maps rule
        known = located.entrances[list(RESULT_COLUMNS)]
        sides = located_in(settings, inputs, geography, known, year).residences
    sides = with_territories(sides, settings.reglages.territoires, geography.communes)
    frames = [d.frame for d in inputs.deliveries]
    if settings.reglages.enquete_residences_inconnues == "ecarter":
        own, plan = settings.dossier.bailleur, inputs.plan
        stock = set(located.residences["id_residence"])
        frames = [interviews_kept(f, plan, bailleur=own, known=stock) for f in frames]
    answers = survey.recode(frames, inputs.plan, sides)
    found = survey.compare(
        answers,
        inputs.plan,
        by=settings.reglages.territoires,
        repere=inputs.repere,
        margins=inputs.margins,
        reference=inputs.reference.frame if inputs.reference is not None else None,
    )
    return for_bailleur(found, settings.dossier.bailleur)
