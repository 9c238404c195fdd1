"""All the files of a dossier, read at once: every fault of every file in one list."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from tfpb.errors import Fault, Headers, Place, Severity, TfpbError
from tfpb.io.sources.aliases import ALIAS_COLUMNS, renamed_streets
from tfpb.io.sources.deliveries import Delivery, read_delivery
from tfpb.io.sources.personal import tenant_columns
from tfpb.io.sources.plan_checks import check_deliveries
from tfpb.io.sources.rpls import RPLS, with_rpls_line
from tfpb.io.sources.stock_checks import Identifiers, check_stock
from tfpb.io.sources.toml_files import read_plan
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.tabular import TextTable, read_table
from tfpb.io.tables.typed import typed
from tfpb.model import tables
from tfpb.model.record import Source
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

    from tfpb.model.columns import Contract
    from tfpb.model.plan import Plan
    from tfpb.model.settings import Settings

_TABLES: Final[Mapping[str, Contract]] = {
    "patrimoine": tables.STOCK,
    "fiscalite": tables.PREMISES,
    "programme": tables.PROGRAMME,
    "programme_precedent": tables.PROGRAMME,
    "droit_commun": tables.DROIT_COMMUN,
    "conventions": tables.CONVENTIONS,
    "diagnostics": tables.DIAGNOSTICS,
    "decisions": tables.DECISIONS_LIMITES,
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the user's files say, typed.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Typed tables by role (`patrimoine`, `fiscalite`…); absent roles are not there.
    deliveries : tuple of Delivery
        Survey deliveries, text.
    plan : Plan or None
    repere : TextTable or None
        Regional mark, read by the survey.
    margins, reference : TextTable or None
        Calibration margins and standardisation stock that the plan names.
    aliases : mapping of str to str
        Old street name → new one.
    sources : tuple of Source
    notices : tuple of Fault
        Doubts only: faults have stopped the run.
    headers : Headers
        The user's own headers of the typed tables.
    """

    frames: Mapping[str, pd.DataFrame]
    deliveries: tuple[Delivery, ...] = ()
    plan: Plan | None = None
    repere: TextTable | None = None
    margins: TextTable | None = None
    reference: TextTable | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    notices: tuple[Fault, ...] = ()
    headers: Headers = field(default_factory=Headers)

    def frame(self, role: str) -> pd.DataFrame | None:
        """Return a typed table, or None when the dossier lacks it."""
        return self.frames.get(role)

    def only(self, *roles: str) -> Inputs:
        """Return what some roles say and nothing else: a stage that reads it depends on them alone.

        `enquete` brings the plan with it.
        """
        survey = "enquete" in roles
        wanted = {*roles, "plan", "calage", "standard"} if survey else set(roles)
        return Inputs(
            frames={role: frame for role, frame in self.frames.items() if role in wanted},
            deliveries=self.deliveries if survey else (),
            plan=self.plan if survey else None,
            repere=self.repere if "repere" in wanted else None,
            margins=self.margins if survey else None,
            reference=self.reference if survey else None,
            aliases=self.aliases if "alias_voies" in wanted else {},
            sources=tuple(s for s in self.sources if s.role in wanted),
        )

    def identity(self) -> tuple[object, ...]:
        """Return what makes these inputs what they are: deliveries count by the hash of their file."""
        return (
            self.frames, self.plan, self.repere, self.margins, self.reference, self.aliases, self.sources,
        )  # fmt: skip


class _Reader:
    """Gathers faults and sources while files are read one after the other."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faults: list[Fault] = []
        self.sources: list[Source] = []
        self.headers: dict[tuple[str, str], Mapping[str, str]] = {}

    def attempt(self, read: Callable[[], T]) -> T | None:
        """Run a reader; its faults join the list and None comes back."""
        try:
            return read()
        except TfpbError as error:
            self.faults += error.faults
            return None

    def table(self, role: str, known: tuple[str, ...] = ()) -> TextTable | None:
        """Read the table of a role, if the dossier names one."""
        name = getattr(self.settings.fichiers, role)
        if not name:
            return None
        path = self.settings.path(name)
        sheet = self.settings.reglages.feuilles.get(role)
        table = self.attempt(lambda: read_table(path, sheet=sheet, known=known))
        if table is not None:
            self.sources.append(source(role, path, len(table.frame)))
        return table

    def beside(self, role: str, plan: Path, name: str) -> TextTable | None:
        """Read a table that the plan names, relative to the plan."""
        if not name:
            return None
        path = plan.parent / name.replace("\\", "/")
        table = self.attempt(lambda: read_table(path))
        if table is not None:
            self.sources.append(source(role, path, len(table.frame)))
        return table

    def frame(self, role: str) -> pd.DataFrame | None:
        """Read and type the table of a role."""
        contract = replace(_TABLES[role], name=role)
        stock = role == "patrimoine"
        table = self.table(role, (*known_names(contract), *(RPLS if stock else ())))
        if table is None:
            return None
        renames = self._renames(role)
        if stock and "adresse" not in match_columns(table, contract, renames)[0]:
            table, line = with_rpls_line(table)
            renames |= {"adresse": line} if line else {}
        if (
            role == "programme_precedent"
        ):  # last year's file has this year's columns, or the plain ones
            read = {fold(h) for h in table.frame.columns}
            same = {c: h for c, h in self._renames("programme").items() if fold(h) in read}
            renames = same | renames
        if stock:
            table = self._without_tenants(table, match_columns(table, contract, renames)[0])
        table = set_aside(table, contract, renames=renames)
        frame, faults = typed(table, contract, renames=renames)
        self.faults += faults
        self._hold(table, match_columns(table, contract, renames)[0])
        return frame

    def _renames(self, role: str) -> dict[str, str]:
        """Return what dossier.toml says of the columns of a role: contract name → header."""
        prefix = f"{role}."
        return {
            key.removeprefix(prefix): header
            for key, header in self.settings.reglages.colonnes.items()
            if key.startswith(prefix)
        }

    def _without_tenants(self, table: TextTable, found: Mapping[str, str]) -> TextTable:
        """Leave out columns that name tenants: nothing needs them, and such a list is never sent."""
        dropped = tenant_columns(table.frame, keep=found.values())
        places = [Place(table.file, table.sheet, 0, name) for name in dropped]
        self.faults += [
            Fault("donnee_personnelle_ecartee", p, "", {"colonne": p.column}, Severity.DOUTE)
            for p in places
        ]
        if places and self.settings.reglages.geocodage != "index":
            self.faults.append(Fault("adresses_de_locataires", places[0], ", ".join(dropped)))
        return replace(table, frame=table.frame.drop(columns=dropped))

    def _hold(self, table: TextTable, found: Mapping[str, str]) -> None:
        """Keep the headers of a table; of two files of one name, only those they share."""
        key = (table.file, table.sheet)
        known = self.headers.get(key, found)
        self.headers[key] = {c: h for c, h in found.items() if known.get(c) == h}


def known_names(contract: Contract) -> tuple[str, ...]:
    """Return every header that means a column of the contract."""
    return tuple(name for c in contract.columns for name in (c.name, *c.aliases))


def source(role: str, path: Path, rows: int) -> Source:
    """Describe a file a run rests on: name, hash, size, rows."""
    data = path.read_bytes()
    return Source(role, path.name, hashlib.sha256(data).hexdigest(), len(data), rows)


def gather_inputs(settings: Settings) -> tuple[Inputs, tuple[Fault, ...]]:
    """Read every file of a dossier and return it with all faults and doubts (nothing raised)."""
    reader = _Reader(settings)
    reader.faults += unknown_settings(settings)
    frames = {role: frame for role in _TABLES if (frame := reader.frame(role)) is not None}
    identifiers = Identifiers(())
    if "patrimoine" in frames:
        frames["patrimoine"], found = check_stock(frames["patrimoine"], settings.dossier.bailleur)
        reader.faults += found
        identifiers = Identifiers(frames["patrimoine"]["id_residence"])
    for role in ("fiscalite", "droit_commun", "decisions"):
        if role in frames:
            frames[role], found = identifiers.mend(frames[role], "id_residence")
            reader.faults += found
    plan = None
    margins = reference = None
    deliveries: list[Delivery] = []
    files = settings.fichiers
    if files.enquete and not files.plan:
        reader.faults.append(Fault("plan_absent", Place(settings.file)))
    if files.plan:
        path = settings.path(files.plan)
        plan, found = reader.attempt(lambda: read_plan(path)) or (None, [])
        reader.faults += found
        if plan is not None:
            reader.sources.append(source("plan", path, len(plan.items)))
            for name in files.enquete:
                delivery_path = settings.path(name)
                delivery = reader.attempt(partial(read_delivery, delivery_path, plan))
                if delivery is not None:
                    delivery = identifiers.mend_delivery(delivery, plan.colonnes.residence)
                    deliveries.append(delivery)
                    reader.sources.append(
                        source("enquete", delivery_path, len(delivery.table.frame))
                    )
                    reader.faults += delivery.notices
            margins = reader.beside("calage", path, plan.reglages.marges_calage)
            reference = reader.beside("standard", path, plan.reglages.reference_standardisation)
            reader.faults += _delivered_twice(reader.sources)
            if deliveries:
                reader.faults += check_deliveries(
                    plan, deliveries, path.name, bailleur=settings.dossier.bailleur
                )
    aliases = _aliases(reader)
    repere = reader.table("repere")
    headers = Headers(reader.headers)
    faults = headers.quote(reader.faults)
    inputs = Inputs(
        frames=frames,
        deliveries=tuple(deliveries),
        plan=plan,
        repere=repere,
        margins=margins,
        reference=reference,
        aliases=aliases,
        sources=tuple(reader.sources),
        notices=tuple(f for f in faults if f.severity is Severity.DOUTE),
        headers=headers,
    )
    return inputs, faults


def unknown_settings(settings: Settings) -> list[Fault]:
    """List keys of `[reglages.colonnes]` and `[reglages.feuilles]` that name no table or column."""
    known = {f"{role}.{c}" for role, contract in _TABLES.items() for c in contract.names}
    keys = [
        *(("colonnes", k) for k in settings.reglages.colonnes if k not in known),
        *(
            ("feuilles", k)
            for k in settings.reglages.feuilles
            if k not in type(settings.fichiers).model_fields
        ),
    ]
    return [
        Fault(
            "reglage_inconnu",
            Place(settings.file, "", 0, f"reglages.{section}.{key}"),
            key,
            {"cle": f"reglages.{section}.{key}"},
        )
        for section, key in keys
    ]


def _delivered_twice(sources: list[Source]) -> list[Fault]:
    """Refuse the same delivery named twice: every interview would be in double."""
    seen: dict[str, str] = {}
    faults = []
    for one in sources:
        if one.role == "enquete":
            if one.sha256 in seen:
                fields = {"autre": seen[one.sha256]}
                faults.append(Fault("livraison_en_double", Place(one.name), one.name, fields))
            seen.setdefault(one.sha256, one.name)
    return faults


def _aliases(reader: _Reader) -> dict[str, str]:
    table = reader.table("alias_voies", ALIAS_COLUMNS)
    if table is None:
        return {}
    found, faults = renamed_streets(table)
    reader.faults += faults
    return found
