"""The one table of claims of a dossier, made from the results of its stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.facts.claim import Claims
from tfpb.facts.dwellings import dwelling_claims
from tfpb.facts.money import money_claims

if TYPE_CHECKING:
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, Programme
    from tfpb.model.survey import Published


def claims_of(
    located: Located,
    abatement: Abatement | None,
    programme: Programme | None,
    survey: Published | None,
) -> Claims:
    """Return every claim of a dossier: dwellings, money, programme, survey as released.

    What a missing file hides is claimed by nobody: `Claims.amount` answers « unknown ».
    """
    del programme, survey
    money = () if abatement is None else money_claims(abatement)
    return Claims([*dwelling_claims(located), *money])
