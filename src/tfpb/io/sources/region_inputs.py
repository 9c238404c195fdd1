"""`region.toml`: which bailleurs, which common files; read with every fault at once."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from tfpb.errors import Fault, Place, Severity, TfpbError, stop_on_faults
from tfpb.io.sources.gathering import Gathering
from tfpb.io.sources.inputs import Inputs, beside_plan, gather_survey
from tfpb.io.sources.toml_files import load_plan, load_settings, validated
from tfpb.model.columns import Contract, stamped_place
from tfpb.model.plan import Names, Plan
from tfpb.model.settings import Placed, Reponse, Settings, Strict, replies_of
from tfpb.model.tables import contract
from tfpb.text import fold
from tfpb.words.faults.input_words import ROW_OBJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.io.tables.tabular import TextTable
    from tfpb.model.question import Asked
    from tfpb.model.record import Source

CONTRATS: Final = contract("contrats")
COMMUNES: Final = contract("communes")
CIBLES: Final = contract("cibles")


class RegionHead(Strict):
    """`[region]`."""

    titre: str
    annee: int = Field(ge=1990, le=2100)
    date: dt.date
    organisme_regional: str
    donnees_fictives: bool = False


class RegionFiles(Strict):
    """`[fichiers]`: files common to the region; all may be missing."""

    plan: str = ""
    enquete: Names = ()
    repere: str = ""
    contrats: str = ""
    communes: str = ""
    cibles: str = ""


class RegionOptions(Strict):
    """`[reglages]`."""

    geodonnees: str = ""
    graine_pseudonymes: int = 0
    organismes_minimum: int = Field(default=3, ge=3, le=20)
    part_maximum: float = Field(default=0.85, gt=0.3, lt=1)
    annee_referentiel: int = Field(default=2027, ge=2025, le=2100)


class RegionBailleur(Strict):
    """One of `[[bailleurs]]`."""

    nom: str = Field(min_length=1)
    dossier: str = Field(min_length=1)


class RegionAlias(Strict):
    """`[alias]`: a bailleur as a file writes it → its name in the region, or « » for nobody of the region."""

    bailleurs: dict[str, str] = Field(default_factory=dict)


class RegionSettings(Placed):
    """A whole `region.toml`."""

    region: RegionHead
    bailleurs: tuple[RegionBailleur, ...] = Field(min_length=1)
    fichiers: RegionFiles = RegionFiles()
    reglages: RegionOptions = RegionOptions()
    alias: RegionAlias = RegionAlias()
    reponses: dict[str, Reponse] = Field(default_factory=dict)

    @model_serializer(mode="wrap")
    def _recorded(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out replies that nobody gave: a region without them is the one it was."""
        record: dict[str, Any] = plain(self)
        if not self.reponses:
            record.pop("reponses", None)
        return record


@dataclass(frozen=True, slots=True)
class RegionInputs:
    """`region.toml` and the common files, read."""

    settings: RegionSettings
    dossiers: tuple[Settings, ...]
    """Each bailleur's own dossier, in order, under the name the region gives it."""
    written: tuple[str, ...]
    """The name each dossier gives its bailleur; the region's aliases of it lead there."""
    plan: Plan | None  # the region's plan: its items and settings rule
    plan_file: str
    deliveries: tuple[Delivery, ...]
    """Joint; empty as soon as a dossier has its own (those named there read them)."""
    repere: TextTable | None  # national figures with their references
    contrats: dict[str, str]  # code of a quarter → its contrat de ville
    communes: dict[str, tuple[str, str, str, str]]
    """Siren and name, code and name of the departement."""
    sources: tuple[Source, ...]
    cibles: pd.DataFrame | None = None
    """Targets of the contrats: `contrat_de_ville, indicateur, mesure, cible_pct`."""
    notices: tuple[Fault, ...] = ()
    margins: TextTable | None = None  # calibration margins that the region's own plan names
    reference: TextTable | None = None  # standardisation stock that the region's own plan names
    asked: tuple[Asked, ...] = ()
    """Questions of the common files, each with its reply; those of a bailleur's are in its part."""


def load_region(path: Path) -> RegionSettings:
    """Read a `region.toml`; raises every fault of the file at once, each with its key."""
    settings = validated(RegionSettings, path)
    return settings.model_copy(update={"folder": path.resolve().parent, "file": path.name})


def read_region(settings: RegionSettings) -> RegionInputs:
    """Read the common files and every bailleur's `dossier.toml`; raises every fault of every file at once."""
    gathered = Gathering(replies=replies_of(settings.reponses))
    read = _dossiers(settings, gathered)
    dossiers = tuple(found for found, _ in read)
    named = {fold(b.nom) for b in settings.bailleurs} | {fold(own) for _, own in read}
    for written, meant in settings.alias.bailleurs.items():
        if meant and fold(meant) not in named:
            place = Place(settings.file, "", 0, f"alias.bailleurs.{written}")
            known = {"connus": ", ".join(b.nom for b in settings.bailleurs)}
            gathered.faults.append(Fault("region_alias_inconnu", place, meant, known))
    joint = settings.fichiers.plan and settings.fichiers.enquete
    if joint and any(d.fichiers.enquete for d in dossiers):
        dossiers = _with_joint(settings, read, gathered)
        alone = settings.fichiers.model_copy(update={"enquete": ()})
        answers, plan_file = _survey(
            settings.model_copy(update={"fichiers": alone}), dossiers, gathered
        )
    else:
        answers, plan_file = _survey(settings, dossiers, gathered)
    marks = settings.fichiers.repere
    repere = gathered.table("repere", settings.path(marks)) if marks else None
    contrats = _contrats(settings, gathered)
    communes = _communes(settings, gathered)
    cibles = _common(settings, CIBLES, gathered)
    asked = gathered.answered(settings.file)
    stop_on_faults(gathered.faults)
    return RegionInputs(
        settings, dossiers, tuple(own for _, own in read), answers.plan, plan_file,
        answers.deliveries, repere, contrats, communes, tuple(gathered.sources), cibles,
        tuple(gathered.faults), answers.margins, answers.reference, asked,
    )  # fmt: skip


def _dossiers(settings: RegionSettings, gathered: Gathering) -> list[tuple[Settings, str]]:
    """Read each dossier, and give it the region's name, beside the one it had, and the region's aliases."""
    out: list[tuple[Settings, str]] = []
    seen: set[str] = set()
    for k, one in enumerate(settings.bailleurs):
        place = Place(settings.file, "", 0, f"bailleurs.{k + 1}")
        if fold(one.nom) in seen:
            gathered.faults.append(Fault("region_bailleur_en_double", place, one.nom))
        seen.add(fold(one.nom))
        try:
            found = load_settings(settings.path(one.dossier))
        except TfpbError as error:
            gathered.faults += [in_dossier(f, one.nom) for f in error.faults]
            continue
        year = found.dossier.annee
        if year != settings.region.annee:
            fields = {"bailleur": one.nom, "annee": settings.region.annee}
            gathered.faults.append(Fault("region_annee_differente", place, str(year), fields))
        own = found.dossier.bailleur
        head = found.dossier.model_copy(update={"bailleur": one.nom})
        mine = {fold(one.nom), fold(own)}
        lent = {w: own for w, meant in settings.alias.bailleurs.items() if fold(meant) in mine}
        alias = found.alias.model_copy(update={"bailleurs": {**lent, **found.alias.bailleurs}})
        out.append((found.model_copy(update={"dossier": head, "alias": alias}), own))
    return out


def _with_joint(
    settings: RegionSettings, read: Sequence[tuple[Settings, str]], gathered: Gathering
) -> tuple[Settings, ...]:
    """Let each bailleur that the joint deliveries name read them as its own; the others keep their own.

    A bailleur has one plan, so one or the other: its own deliveries, where a joint one names it, are
    doubted, not read. Where the joint ones name nobody that is known, all read them: names are asked.
    """
    files = [settings.path(name) for name in settings.fichiers.enquete]
    plan = settings.path(settings.fichiers.plan)
    found = gather_survey(Gathering(), plan, files)  # faults are those of the dossiers that read it
    named = {
        fold(str(owner))
        for one in found.deliveries
        if found.plan is not None and (column := one.column(found.plan.colonnes.bailleur))
        for owner in one.table.frame[column].unique()
    }

    def is_alone(own: Settings, written: str) -> bool:
        mine = {fold(own.dossier.bailleur), fold(written)}
        lent = {fold(w) for w, meant in own.alias.bailleurs.items() if fold(meant) in mine}
        return bool(own.fichiers.enquete) and named.isdisjoint(mine | lent)

    alone = [is_alone(*one) for one in read]
    out = []
    for (own, _), apart in zip(read, alone, strict=True):
        if apart and not all(alone):
            out.append(own)
            continue
        if unread := own.fichiers.enquete:
            name, common = own.dossier.bailleur, ", ".join(f.name for f in files)
            fields, place = (
                {"bailleur": name, "commune": common},
                of_bailleur(Place(own.file), name),
            )
            code, got = "region_livraison_en_double", ", ".join(unread)
            gathered.faults.append(Fault(code, place, got, fields, Severity.DOUTE))
        shared = {"enquete": tuple(_from(own, f) for f in files), "plan": _from(own, plan)}
        out.append(own.model_copy(update={"fichiers": own.fichiers.model_copy(update=shared)}))
    return tuple(out)


def _from(own: Settings, path: Path) -> str:
    """Name a common file from the folder of a dossier: a run is recorded without absolute paths."""
    return PurePath(os.path.relpath(path, own.folder)).as_posix()


def in_dossier(fault: Fault, bailleur: str) -> Fault:
    """Put a bailleur before the file of a fault: 26 of them all have a « patrimoine.xlsx »."""
    return replace(fault, place=of_bailleur(fault.place, bailleur))


def of_bailleur(place: Place, bailleur: str) -> Place:
    """Put a bailleur before the file of a place."""
    return replace(place, file=f"{bailleur} › {place.file}" if place.file else bailleur)


def _survey(
    settings: RegionSettings, dossiers: tuple[Settings, ...], gathered: Gathering
) -> tuple[Inputs, str]:
    """Read the region's plan, with the deliveries and tables that it rules, or a bailleur's plan.

    Joint deliveries are read and checked as those of a dossier are.
    """
    named, files = settings.fichiers.plan, settings.fichiers.enquete
    if named and files:
        path = settings.path(named)
        found = gather_survey(gathered, path, [settings.path(name) for name in files])
        return found, path.name
    if named:
        path = settings.path(named)
        plan = gathered.attempt(lambda: load_plan(path))
        if plan is None:
            return Inputs({}), ""
        gathered.note("plan", path, len(plan.items))
        options = plan.reglages
        margins = beside_plan(gathered, "calage", path, options.marges_calage)
        reference = beside_plan(gathered, "standard", path, options.reference_standardisation)
        return Inputs({}, plan=plan, margins=margins, reference=reference), path.name
    if files:
        gathered.faults.append(Fault("plan_absent", Place(settings.file)))
        return Inputs({}), ""
    first = next((d.path(d.fichiers.plan) for d in dossiers if d.fichiers.plan), None)
    with suppress(TfpbError):  # it is read again with its dossier, which lists its faults
        if first is not None:
            return Inputs({}, plan=load_plan(first)), first.name
    return Inputs({}), ""


def _common(
    settings: RegionSettings, contract: Contract, gathered: Gathering
) -> pd.DataFrame | None:
    """Read and type a common table; None when the region names none, or it is at fault."""
    role = contract.name
    name = getattr(settings.fichiers, role)
    table = gathered.table(role, settings.path(name), known=contract.headers) if name else None
    if table is None:
        return None
    met = len(gathered.faults)
    frame = gathered.typed(table, contract)
    return None if any(f.severity is Severity.FAUTE for f in gathered.faults[met:]) else frame


def _contrats(settings: RegionSettings, gathered: Gathering) -> dict[str, str]:
    """Return the contrat de ville of each quarter; a quarter of two contrats is a fault."""
    frame = _common(settings, CONTRATS, gathered)
    out: dict[str, str] = {}
    spelt: dict[str, str] = {}
    if frame is not None:
        rows = zip(frame["contrat_de_ville"], frame["codes_qpv"], strict=True)
        for position, (read, codes) in enumerate(rows):
            name = spelt.setdefault(fold(read), read)
            for code in codes:
                if out.setdefault(code, name) != name:
                    place = stamped_place(frame, position, "codes_qpv")
                    fields = {"autre": out[code]}
                    gathered.faults.append(Fault("region_qpv_deux_contrats", place, code, fields))
    return out


def _communes(
    settings: RegionSettings, gathered: Gathering
) -> dict[str, tuple[str, str, str, str]]:
    """Return the intercommunalité and département of each commune; one that is in two is a fault."""
    frame = _common(settings, COMMUNES, gathered)
    if frame is None:
        return {}
    columns = ("code_insee", "siren_epci", "nom_epci", "departement", "nom_departement")
    out: dict[str, tuple[str, str, str, str]] = {}
    first: dict[str, int] = {}
    for position, (read, *where) in enumerate(
        zip(*(frame[c].astype(str) for c in columns), strict=True)
    ):
        epci, name, county, label = where
        code, place = read.zfill(5), stamped_place(frame, position, "code_insee")  # its first zero
        row = first.setdefault(code, place.row)
        if out.setdefault(code, (epci, name, county, label)) != (epci, name, county, label):
            fields = {"autre": row, "cle": read, "objet": ROW_OBJECTS["communes"]}
            gathered.faults.append(Fault("ligne_en_double", place, read, fields))
    return out
