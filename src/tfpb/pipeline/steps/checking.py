"""The checks between files, and the faults of stages that could not run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tfpb import perimeters, survey, tax
from tfpb.errors import Fault, Severity, TfpbError, not_yet_reported
from tfpb.evidence.crosschecks import unknown_quarters, unknown_residences
from tfpb.perimeters.vintages import FIRST_YEAR
from tfpb.pipeline.steps.costing import TaxRule
from tfpb.pipeline.steps.surveying import own_interviews

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.settings import Settings


def cross_checks(
    settings: Settings, inputs: Inputs, geography: Geography, vintage: int
) -> list[Fault]:
    """Check codes and identifiers that one file uses and another must know.

    Parameters
    ----------
    settings : Settings
    inputs : Inputs
    geography : Geography
    vintage : int
        Map that rules the tax year.
    """
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
        own = partial(own_interviews, plan=inputs.plan, bailleur=settings.dossier.bailleur)
        refused = settings.reglages.enquete_residences_inconnues == "refuser"
        severity = Severity.FAUTE if refused else Severity.DOUTE
        for delivery in inputs.deliveries:
            column = delivery.column(inputs.plan.colonnes.residence)
            if column is not None:
                faults += unknown_residences(
                    own(delivery.frame), known, column=column, code="residence_inconnue_enquete",
                    severity=severity,
                )  # fmt: skip
    return faults


def remaining_faults(settings: Settings, inputs: Inputs, found: Iterable[Fault]) -> list[Fault]:
    """List what stages would have found, when other faults keep them from running.

    A line already at fault is not spoken of again: what its spoiled cells seem to lack is no news.

    Parameters
    ----------
    settings : Settings
    inputs : Inputs
    found : iterable of Fault
        What is known already.
    """
    faults: list[Fault] = []
    if (plan := inputs.plan) is not None and inputs.deliveries:
        faults += _found(lambda: survey.recode([d.frame for d in inputs.deliveries], plan).faults)
    faults += money_faults(inputs, TaxRule.of(settings))
    if (stock := inputs.frame("patrimoine")) is not None:
        carried = tax.read_carry(settings.reglages.report_eur, [], None, stock)[1]
        faults += [f for f in carried if f.severity is Severity.FAUTE]
    if plan is not None and (repere := inputs.repere) is not None:
        faults += _found(lambda: survey.referenced_rows(repere, plan.items, ("",))[1])
    return not_yet_reported(faults, found)


def money_faults(inputs: Inputs, rule: TaxRule) -> list[Fault]:
    """List what the steps on money would find in their tables, without running them.

    Parameters
    ----------
    inputs : Inputs
        `fiscalite`, `programme`, `programme_precedent`, `droit_commun`, those that are there.
    rule : TaxRule
        Its year is that of the programme.
    """
    faults: list[Fault] = []
    if (premises := inputs.frame("fiscalite")) is not None:
        faults += _found(lambda: tax.check_premises(premises, rule.law))
    if (actions := inputs.frame("programme")) is not None:
        last = inputs.frame("programme_precedent")
        faults += _found(
            lambda: tax.check_programme(actions, year=rule.year, previous=last, themes=rule.themes)
        )
    if (common := inputs.frame("droit_commun")) is not None:
        faults += _found(lambda: tax.check_droit_commun(common))
    return faults


def _found(check: Callable[[], Iterable[Fault]]) -> list[Fault]:
    """Return the faults that a check lists, or those it stops on."""
    try:
        return list(check())
    except TfpbError as error:
        return list(error.faults)
