"""`region.toml`: which bailleurs, which common files; read with every fault at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field

from tfpb.errors import Fault, Place, Severity, TfpbError
from tfpb.io.sources.deliveries import Delivery, read_delivery
from tfpb.io.sources.inputs import known_names, source
from tfpb.io.sources.toml_files import _validate, load_plan, load_settings, read_toml
from tfpb.io.tables.tabular import TextTable, read_table
from tfpb.io.tables.typed import typed
from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.plan import Names
from tfpb.text import fold

if TYPE_CHECKING:
    from tfpb.model.plan import Plan
    from tfpb.model.record import Source
    from tfpb.model.settings import Settings

CONTRATS: Final = Contract(
    "contrats",
    "Contrats de ville",
    (
        Column("contrat_de_ville", Kind.TEXT, "nom du contrat de ville", required=True, filled=True,
               aliases=("contrat", "contrat de ville")),
        Column("codes_qpv", Kind.CODES, "codes des QPV du contrat", required=True, filled=True,
               aliases=("qpv", "code qpv", "code qp", "code quartier")),
    ),
)  # fmt: skip
COMMUNES: Final = Contract(
    "communes",
    "Communes",
    (
        Column("code_insee", Kind.CODE, "code Insee de la commune", required=True, filled=True,
               aliases=("insee", "code commune")),
        Column("siren_epci", Kind.CODE, "SIREN de l’intercommunalité", aliases=("epci", "siren")),
        Column("nom_epci", Kind.TEXT, "nom de l’intercommunalité", aliases=("libelle epci",)),
        Column("departement", Kind.CODE, "code du département", aliases=("dep",)),
        Column("nom_departement", Kind.TEXT, "nom du département", aliases=("libelle departement",)),
    ),
)  # fmt: skip


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RegionHead(_Model):
    """`[region]`."""

    titre: str
    annee: int = Field(ge=1990, le=2100)
    date: dt.date
    organisme_regional: str
    donnees_fictives: bool = False


class RegionFiles(_Model):
    """`[fichiers]`: files common to the region; all may be missing."""

    plan: str = ""
    enquete: Names = ()
    repere: str = ""
    contrats: str = ""
    communes: str = ""


class RegionOptions(_Model):
    """`[reglages]`."""

    geodonnees: str = ""
    graine_pseudonymes: int = 0
    organismes_minimum: int = Field(default=3, ge=3, le=20)
    part_maximum: float = Field(default=0.85, gt=0.3, lt=1)


class RegionBailleur(_Model):
    """One of `[[bailleurs]]`."""

    nom: str = Field(min_length=1)
    dossier: str = Field(min_length=1)


class RegionSettings(_Model):
    """A whole `region.toml`.

    Parameters
    ----------
    folder : Path
        Folder of the file; paths are relative to it. Never printed nor hashed.
    """

    region: RegionHead
    bailleurs: tuple[RegionBailleur, ...] = Field(min_length=1)
    fichiers: RegionFiles = RegionFiles()
    reglages: RegionOptions = RegionOptions()
    folder: Path = Field(default=Path(), exclude=True, repr=False)
    file: str = Field(default="region.toml", exclude=True, repr=False)

    def path(self, relative: str) -> Path:
        """Return the path of a file as the user wrote it."""
        return self.folder / relative.replace("\\", "/")


@dataclass(frozen=True, slots=True)
class RegionInputs:
    """What `region.toml` and the common files say.

    Parameters
    ----------
    settings : RegionSettings
    dossiers : tuple of Settings
        Each bailleur's own dossier, in order, under the name the region gives it.
    written : tuple of str
        The name each dossier gives its bailleur.
    plan : Plan or None
        The region's plan: its items and settings rule.
    plan_file : str
    deliveries : tuple of Delivery
        Joint deliveries; empty when each dossier has its own.
    repere : TextTable or None
        National figures with their references.
    contrats : mapping of str to str
        Code of a quarter → its contrat de ville.
    communes : mapping of str to (siren, name, departement, name)
    sources : tuple of Source
    notices : tuple of Fault
    """

    settings: RegionSettings
    dossiers: tuple[Settings, ...]
    written: tuple[str, ...]
    plan: Plan | None
    plan_file: str
    deliveries: tuple[Delivery, ...]
    repere: TextTable | None
    contrats: dict[str, str]
    communes: dict[str, tuple[str, str, str, str]]
    sources: tuple[Source, ...]
    notices: tuple[Fault, ...] = ()


def load_region(path: Path) -> RegionSettings:
    """Read a `region.toml`.

    Raises
    ------
    TfpbError
        Every fault of the file at once, each with its key.
    """
    settings = _validate(RegionSettings, read_toml(path), path.name)
    return settings.model_copy(update={"folder": path.resolve().parent, "file": path.name})


def read_region(settings: RegionSettings) -> RegionInputs:
    """Read the common files and every bailleur's `dossier.toml`.

    Raises
    ------
    TfpbError
        Every fault of every file at once.
    """
    faults: list[Fault] = []
    read = _dossiers(settings, faults)
    dossiers = [found for found, _ in read]
    sources: list[Source] = []
    plan, plan_file = _plan(settings, dossiers, sources, faults)
    deliveries = []
    for name in settings.fichiers.enquete if plan is not None else ():
        path = settings.path(name)
        try:
            delivery = read_delivery(path, plan)
        except TfpbError as error:
            faults += error.faults
            continue
        deliveries.append(delivery)
        faults += delivery.notices
        sources.append(source("enquete", path, len(delivery.table.frame)))
    repere = None
    if settings.fichiers.repere:
        path = settings.path(settings.fichiers.repere)
        try:
            repere = read_table(path)
            sources.append(source("repere", path, len(repere.frame)))
        except TfpbError as error:
            faults += error.faults
    contrats = _contrats(settings, sources, faults)
    communes = _communes(settings, sources, faults)
    stopping = [f for f in faults if f.severity is Severity.FAUTE]
    if stopping:
        raise TfpbError(stopping)
    return RegionInputs(
        settings, tuple(dossiers), tuple(own for _, own in read), plan, plan_file,
        tuple(deliveries), repere, contrats, communes, tuple(sources), tuple(faults),
    )  # fmt: skip


def _dossiers(settings: RegionSettings, faults: list[Fault]) -> list[tuple[Settings, str]]:
    """Read each dossier, and give it the region's name beside the one it had."""
    out: list[tuple[Settings, str]] = []
    seen: set[str] = set()
    for k, one in enumerate(settings.bailleurs):
        place = Place(settings.file, "", 0, f"bailleurs.{k + 1}")
        if fold(one.nom) in seen:
            faults.append(Fault("region_bailleur_en_double", place, one.nom))
        seen.add(fold(one.nom))
        try:
            found = load_settings(settings.path(one.dossier))
        except TfpbError as error:
            faults += [in_dossier(f, one.nom) for f in error.faults]
            continue
        if found.dossier.annee != settings.region.annee:
            faults.append(
                Fault(
                    "region_annee_differente",
                    place,
                    str(found.dossier.annee),
                    {"bailleur": one.nom, "annee": settings.region.annee},
                )
            )
        head = found.dossier.model_copy(update={"bailleur": one.nom})
        out.append((found.model_copy(update={"dossier": head}), found.dossier.bailleur))
    return out


def in_dossier(fault: Fault, bailleur: str) -> Fault:
    """Say in a fault's place whose file it is: 26 bailleurs all have a « patrimoine.xlsx »."""
    file = f"{bailleur} › {fault.place.file}" if fault.place.file else bailleur
    return replace(fault, place=replace(fault.place, file=file))


def _plan(
    settings: RegionSettings,
    dossiers: list[Settings],
    sources: list[Source],
    faults: list[Fault],
) -> tuple[Plan | None, str]:
    """Read the region's plan (a source of its own), or the first bailleur's that has one."""
    named = settings.fichiers.plan
    if not named and settings.fichiers.enquete:
        faults.append(Fault("plan_absent", Place(settings.file)))
        return None, ""
    paths = [settings.path(named)] if named else []
    paths += [d.path(d.fichiers.plan) for d in dossiers if d.fichiers.plan and not named]
    for path in paths[:1]:
        try:
            plan = load_plan(path)
        except TfpbError as error:
            if named:
                faults += error.faults
            # a bailleur's own plan is read again with its dossier, which lists its faults
            return None, ""
        if named:
            sources.append(source("plan", path, len(plan.items)))
        return plan, path.name
    return None, ""


def _table(
    settings: RegionSettings, role: str, contract: Contract, faults: list[Fault]
) -> tuple[TextTable, Path] | None:
    name = getattr(settings.fichiers, role)
    if not name:
        return None
    path = settings.path(name)
    try:
        return read_table(path, known=known_names(contract)), path
    except TfpbError as error:
        faults += error.faults
        return None


def _contrats(
    settings: RegionSettings, sources: list[Source], faults: list[Fault]
) -> dict[str, str]:
    read = _table(settings, "contrats", CONTRATS, faults)
    if read is None:
        return {}
    table, path = read
    frame, found = typed(table, CONTRATS)
    faults += found
    sources.append(source("contrats", path, len(frame)))
    out: dict[str, str] = {}
    if any(f.severity is Severity.FAUTE for f in found):
        return out
    for name, codes, row in zip(
        frame["contrat_de_ville"], frame["codes_qpv"], table.rows, strict=True
    ):
        for code in codes:
            if out.setdefault(code, name) != name:
                place = Place(table.file, table.sheet, int(row), "codes_qpv")
                faults.append(Fault("region_qpv_deux_contrats", place, code, {"autre": out[code]}))
    return out


def _communes(
    settings: RegionSettings, sources: list[Source], faults: list[Fault]
) -> dict[str, tuple[str, str, str, str]]:
    read = _table(settings, "communes", COMMUNES, faults)
    if read is None:
        return {}
    table, path = read
    frame, found = typed(table, COMMUNES)
    faults += found
    sources.append(source("communes", path, len(frame)))
    if any(f.severity is Severity.FAUTE for f in found):
        return {}
    columns = ("siren_epci", "nom_epci", "departement", "nom_departement")
    values = zip(*(frame[c] for c in columns), strict=True)
    return {
        str(code): (str(a), str(b), str(c), str(d))
        for code, (a, b, c, d) in zip(frame["code_insee"], values, strict=True)
    }
