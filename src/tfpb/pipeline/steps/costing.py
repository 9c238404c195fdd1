"""The steps of money: abatement, programme, droit commun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb import perimeters, tax
from tfpb.law.values import load as load_law

if TYPE_CHECKING:
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.settings import Settings


def abate(settings: Settings, inputs: Inputs, located: Located) -> Abatement | None:
    """Compute the abatement of the tax year."""
    if (premises := inputs.frame("fiscalite")) is None:
        return None
    return tax.abate(
        premises,
        located.residences,
        located.entrances,
        inputs.frame("conventions"),
        load_law(settings.reglages.loi),
        year=settings.dossier.annee,
        rounding=settings.reglages.arrondi,
        bailleur=settings.dossier.bailleur,
        on=settings.dossier.date,
    )


def programme(
    settings: Settings, inputs: Inputs, located: Located, abatement: Abatement | None
) -> Programme | None:
    """Balance the programme of actions against the abatement."""
    if (actions := inputs.frame("programme")) is None:
        return None
    return tax.programme(
        actions,
        abatement,
        located.residences,
        year=settings.dossier.annee,
        previous=inputs.frame("programme_precedent"),
        diagnostics=inputs.frame("diagnostics"),
        carry=settings.reglages.report_eur,
        npnru=tax.npnru_quarters(located.entrances),
        themes=settings.themes,
        heirs=perimeters.heirs(located.correspondence),
        law=load_law(settings.reglages.loi),
    )


def droit_commun(settings: Settings, inputs: Inputs, located: Located) -> DroitCommun | None:
    """Set droit commun in QPV beside the rest."""
    if (table := inputs.frame("droit_commun")) is None:
        return None
    return tax.droit_commun(
        table,
        located.residences,
        seed=settings.dossier.annee,
        law=load_law(settings.reglages.loi),
        floor_applies=settings.reglages.agglomeration_plus_50000,
    )
