"""The one table of claims of a dossier, made from the results of its stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.facts.claim import Claims
from tfpb.facts.dwellings import dwelling_claims
from tfpb.facts.money_claims import money_claims
from tfpb.facts.programme_claims import programme_claims
from tfpb.facts.surplus import surplus_claims
from tfpb.facts.survey_claims import survey_claims

if TYPE_CHECKING:
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.survey import Published


def claims_of(
    located: Located,
    abatement: Abatement | None,
    programme: Programme | None,
    survey: Published | None,
    droit_commun: DroitCommun | None = None,
    *,
    bailleur: str,
) -> Claims:
    """Return every claim of a dossier: dwellings, money, programme, droit commun, survey as released.

    What a missing file hides is claimed by nobody: `Claims.amount` answers « unknown ». `bailleur` is whose
    answers are read.
    """
    money = () if abatement is None else money_claims(abatement)
    base = Claims((*dwelling_claims(located), *money))
    own = () if programme is None else programme_claims(programme, base)
    heard = () if survey is None else survey_claims(survey, survey.name_of(bailleur))
    return Claims((*base, *own, *surplus_claims(droit_commun, located.year), *heard))
