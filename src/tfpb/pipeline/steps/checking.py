"""The checks between files, and the faults of stages that could not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb import perimeters, survey, tax
from tfpb.errors import Fault, Severity, TfpbError, not_yet_reported
from tfpb.evidence.crosschecks import unknown_quarters, unknown_residences
from tfpb.law.values import load as load_law
from tfpb.perimeters.vintages import FIRST_YEAR
from tfpb.pipeline.steps.surveying import own_interviews

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.settings import Settings


def cross_checks(
    settings: Settings, inputs: Inputs, geography: Geography, vintage: int
) -> list[Fault]:
    """Check codes and identifiers that one file uses and another must know."""
    if (stock := inputs.frame("patrimoine")) is None:
        return []
    known = set(stock["id_residence"])
    quarters = {
        r: f for r, f in inputs.frames.items() if r in ("programme", "conventions", "diagnostics")
    }
    faults = unknown_quarters(quarters, geography.maps, vintage)
    if (last := inputs.frame("programme_precedent")) is not None:
        # last year may stand on the older map: its codes are held against their own
        older = perimeters.ruling_vintage(max(settings.dossier.annee - 1, FIRST_YEAR))
        if older in geography.maps:
            faults += unknown_quarters({"programme_precedent": last}, geography.maps, older)
    for role in ("fiscalite", "droit_commun"):
        if (frame := inputs.frame(role)) is not None:
            faults += unknown_residences(
                frame,
                known,
                column="id_residence",
                code="residence_inconnue",
                severity=Severity.FAUTE,
            )
    if inputs.plan is not None:
        refused = settings.reglages.enquete_residences_inconnues == "refuser"
        for delivery in inputs.deliveries:
            column = next(
                (c for c in inputs.plan.colonnes.residence if c in delivery.table.frame.columns),
                None,
            )
            if column is not None:
                faults += unknown_residences(
                    own_interviews(delivery.frame, inputs.plan, settings.dossier.bailleur),
                    known,
                    column=column,
                    code="residence_inconnue_enquete",
                    severity=Severity.FAUTE if refused else Severity.DOUTE,
                )
    return faults


def remaining_faults(settings: Settings, inputs: Inputs, found: Iterable[Fault]) -> list[Fault]:
    """List what stages would have found, when other faults keep them from running.

    A line already at fault is not spoken of again: what its spoiled cells seem to lack is no news.
    """
    faults: list[Fault] = []

    def gather(check: Callable[[], Iterable[Fault]]) -> None:
        try:
            faults.extend(check())
        except TfpbError as error:
            faults.extend(error.faults)

    if (plan := inputs.plan) is not None and inputs.deliveries:
        gather(lambda: survey.recode([d.frame for d in inputs.deliveries], plan).faults)
    if (premises := inputs.frame("fiscalite")) is not None:
        gather(lambda: tax.check_premises(premises, load_law(settings.reglages.loi)))
    if (actions := inputs.frame("programme")) is not None:
        gather(
            lambda: tax.check_programme(
                actions,
                year=settings.dossier.annee,
                previous=inputs.frame("programme_precedent"),
                themes=settings.themes,
            )
        )
    if (common := inputs.frame("droit_commun")) is not None:
        gather(lambda: tax.check_droit_commun(common))
    if (stock := inputs.frame("patrimoine")) is not None:
        carried = tax.read_carry(settings.reglages.report_eur, [], None, stock)[1]
        faults.extend(f for f in carried if f.severity is Severity.FAUTE)
    if plan is not None and inputs.repere is not None:
        gather(lambda: survey.referenced_rows(inputs.repere, plan.items, ("",))[1])
    return not_yet_reported(faults, found)
