"""The checks between files, and the faults of stages that could not run."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from tfpb import perimeters, survey, tax
from tfpb.addresses.communes import whole_name
from tfpb.errors import Fault, Place, Severity, TfpbError, not_yet_reported
from tfpb.evidence.crosschecks import (
    by_code,
    under_other_names,
    unknown_quarters,
    unknown_residences,
)
from tfpb.model.columns import STAMP, stamped_place, texts
from tfpb.model.legal.map_table import FIRST_YEAR
from tfpb.near_names import near_names
from tfpb.pipeline.steps.costing import TaxRule
from tfpb.pipeline.steps.locating import communes_of
from tfpb.pipeline.steps.surveying import own_interviews
from tfpb.questions.repeated_rows import repeated_in
from tfpb.words.faults.input_words import listed
from tfpb.words.faults.paste_words import ALIAS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.record import Reading
    from tfpb.model.settings import Settings


_ON_THE_MAP: Final = ("programme", "conventions", "diagnostics")
"""Tables whose quarters are those of the map of the tax year."""
_SIDE: Final = "qpv_manquant"
"""Why an interview is left out that the located stock alone would place."""


def cross_checks(
    settings: Settings, inputs: Inputs, geography: Geography, vintage: int
) -> list[Fault]:
    """Check codes and identifiers that one file uses and another must have.

    `vintage` is the map that rules the tax year.
    """
    if (stock := inputs.frame("patrimoine")) is None:
        return []
    known = set(stock["id_residence"])
    quarters = {r: f for r, f in inputs.frames.items() if r in _ON_THE_MAP}
    folder = str(geography.folder)
    faults = unknown_quarters(quarters, geography.maps, vintage, folder)
    if (last := inputs.frame("programme_precedent")) is not None:
        # last year may stand on the older map: its codes are held against their own
        older = perimeters.ruling_vintage(max(settings.dossier.annee - 1, FIRST_YEAR))
        if older in geography.maps:
            faults += unknown_quarters({"programme_precedent": last}, geography.maps, older, folder)
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
                if (named := delivery.column(inputs.plan.colonnes.bailleur)) is not None:
                    faults += under_other_names(
                        delivery.frame, known, named=named, column=column,
                        bailleur=settings.dossier.bailleur, settled=settings.alias.bailleurs,
                    )  # fmt: skip
    return faults


def quarters_by_code(
    settings: Settings, inputs: Inputs, geography: Geography, vintage: int
) -> tuple[Inputs, list[Fault]]:
    """Write the code of each quarter that a table calls by its name, on the map that rules it."""
    aliases, communes = settings.alias.quartiers, communes_of(inputs)
    older = perimeters.ruling_vintage(max(settings.dossier.annee - 1, FIRST_YEAR))
    frames, faults = dict(inputs.frames), []
    for roles, carte in ((_ON_THE_MAP, vintage), (("programme_precedent",), older)):
        named = {r: f for r, f in inputs.frames.items() if r in roles}
        # without the older map, a quarter bears the same name on the one that is there, or is doubted
        there = carte if carte in geography.maps else vintage
        if named and there in geography.maps:
            done, found = by_code(
                named, geography.maps[there], aliases, communes, file=settings.file
            )
            frames |= done  # an alias that last year's programme alone has no use for is no doubt
            own = roles is _ON_THE_MAP
            kept = [f for f in found if own or f.code != "alias_sans_effet"]
            faults += (
                kept if there == carte else [replace(f, severity=Severity.DOUTE) for f in kept]
            )
    return replace(inputs, frames=frames), faults


def towns_written(stock: pd.DataFrame | None) -> Counter[tuple[str, str, str]]:
    """Count the rows of the stock by commune as they write it: code, name, postcode."""
    if stock is None:
        return Counter()
    return Counter(
        zip(*(texts(stock, c) for c in ("code_insee", "commune", "code_postal")), strict=True)
    )


def town_doubts(settings: Settings, inputs: Inputs, geography: Geography) -> list[Fault]:
    """Doubt the communes of the stock that the address base lacks, and misspelt ones."""
    stock, store = inputs.frame("patrimoine"), geography.store
    if stock is None or store is None or settings.reglages.geocodage != "index":
        return []
    held, names = set(store.citycodes()), store.city_names()
    rows = stock[(stock["adresse"] != "") & ~(stock["x"].notna() & stock["y"].notna())]
    lacking: dict[str, int] = {}
    faults: list[Fault] = []
    keys = ["code_insee", "commune", "code_postal"]
    written: dict[tuple[str, str, str], list[int]] = {}
    for at, (code, name, postcode) in enumerate(rows[keys].astype(str).itertuples(index=False)):
        written.setdefault((code, name, postcode), []).append(at)
    for (code, name, postcode), found_at in written.items():
        found = geography.communes.written(code, name, postcode)
        if found and not found & held:
            label = name or geography.communes.name(min(found)) or code or postcode
            lacking[label] = lacking.get(label, 0) + len(found_at)
        if not name or code or geography.communes.by_name(whole_name(name)):
            continue
        near_by = [names[c] for c in sorted(found & held or held)]
        if near := near_names(whole_name(name), near_by, most=1):
            place = stamped_place(rows, found_at[0], "commune")
            pasted = (ALIAS.format(what="communes"), name, near[0])
            fields = {"nombre": len(found_at), "proche": near[0], "coller": pasted}
            faults.append(Fault("nom_proche", place, name, fields, Severity.DOUTE))
    if lacking:
        facts = {"communes": listed(lacking), "nombre": sum(lacking.values())}
        place = Place(str(stock[STAMP[0]].iloc[0]))
        faults.append(Fault("communes_sans_adresses", place, "", facts, Severity.DOUTE))
    return faults


def remaining_faults(settings: Settings, inputs: Inputs, found: Iterable[Fault]) -> list[Fault]:
    """List what stages would have found, when other faults (`found`) keep them from running.

    A line already at fault is not reported again: what its spoiled cells seem to lack is no news.
    """
    faults: list[Fault] = []
    if (plan := inputs.plan) is not None and inputs.deliveries:
        read = _found(lambda: survey.recode([d.frame for d in inputs.deliveries], plan).faults)
        # that the plan names no wave is found as it is read, at its own name
        faults += [f for f in read if f.code != "plan_vague_absente"]
    faults += money_faults(inputs, TaxRule.of(settings))
    if inputs.frame("patrimoine") is not None:
        # which quarters it has is not known yet: only what cannot be read is told
        carried = tax.read_carry(settings.reglages.report_eur, [], None, {})[1]
        faults += [f for f in carried if f.severity is Severity.FAUTE]
    if plan is not None and (repere := inputs.repere) is not None:
        faults += _found(lambda: survey.referenced_rows(repere, plan.items, ("",))[1])
    return not_yet_reported(faults, found)


def readings(inputs: Inputs) -> tuple[Reading, ...]:
    """Return what became of the rows of every file when the stages could not run.

    The interviews are those that can be read without the located stock.
    """
    counted = inputs.readings
    if inputs.plan is not None and inputs.deliveries:
        with suppress(TfpbError):
            read = survey.recode([d.frame for d in inputs.deliveries], inputs.plan)
            counted += tuple(
                replace(r, kept=r.kept + r.left.get(_SIDE, 0), left={**r.left, _SIDE: 0})
                for r in read.readings
            )
    return counted


def money_faults(inputs: Inputs, rule: TaxRule) -> list[Fault]:
    """List what the steps on money would find in their tables, if present, without running them.

    `fiscalite`, `programme` (of the rule's year), `programme_precedent`, `droit_commun`.
    """
    faults: list[Fault] = []
    if (premises := inputs.frame("fiscalite")) is not None:
        known = repeated_in(inputs.asked, "fiscalite")
        faults += _found(
            lambda: tax.check_premises(
                premises, rule.law, as_written=rule.as_written, repeated=known
            )
        )
    if (actions := inputs.frame("programme")) is not None:
        last, signed = inputs.frame("programme_precedent"), inputs.frame("conventions")
        due = tax.bilans(signed, (rule.bailleur,), year=rule.year, on=rule.on)
        faults += _found(
            lambda: tax.check_programme(
                actions, year=rule.year, previous=last, themes=rule.themes, due=due
            )
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
