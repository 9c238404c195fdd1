"""The step on claims: every figure of the dossier under its one name, from what the other stages made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.facts.table import claims_of

if TYPE_CHECKING:
    from tfpb.facts.claim import Claims
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.survey import Published
    from tfpb.pipeline.steps.surveying import Scope


def claim(
    scope: Scope,
    located: Located,
    abatement: Abatement | None,
    programme: Programme | None,
    survey: Published | None,
    droit_commun: DroitCommun | None,
) -> Claims:
    """Claim the figures of the dossier."""
    return claims_of(located, abatement, programme, survey, droit_commun, bailleur=scope.bailleur)
