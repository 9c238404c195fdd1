"""All the files of a dossier, read at once: every fault of every file in one list."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from tfpb.checks import Source
from tfpb.errors import Fault, Place, Severity, TfpbError, stop_on_faults
from tfpb.io.deliveries import Delivery, read_delivery
from tfpb.io.tabular import TextTable, read_table
from tfpb.io.toml_files import load_plan
from tfpb.io.typed import typed
from tfpb.model import tables
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

    from tfpb.config import Settings
    from tfpb.model.plan import Plan

_TABLES: Final[Mapping[str, tables.Contract]] = {
    "patrimoine": tables.STOCK,
    "fiscalite": tables.PREMISES,
    "programme": tables.PROGRAMME,
    "droit_commun": tables.DROIT_COMMUN,
    "conventions": tables.CONVENTIONS,
    "diagnostics": tables.DIAGNOSTICS,
    "decisions": tables.DECISIONS_LIMITES,
}
T = TypeVar("T")

_ALIAS_COLUMNS: Final = ("ancien", "nouveau")


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
    aliases : mapping of str to str
        Old street name → new one.
    sources : tuple of Source
    notices : tuple of Fault
        Doubts only: faults have stopped the run.
    """

    frames: Mapping[str, pd.DataFrame]
    deliveries: tuple[Delivery, ...] = ()
    plan: Plan | None = None
    repere: TextTable | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    notices: tuple[Fault, ...] = ()

    def frame(self, role: str) -> pd.DataFrame | None:
        """Return a typed table, or None when the dossier lacks it."""
        return self.frames.get(role)

    def only(self, *roles: str) -> Inputs:
        """Return what some roles say and nothing else: a stage that reads it depends on them alone.

        `enquete` brings the plan with it.
        """
        survey = "enquete" in roles
        wanted = {*roles, "plan"} if survey else set(roles)
        return Inputs(
            frames={role: frame for role, frame in self.frames.items() if role in wanted},
            deliveries=self.deliveries if survey else (),
            plan=self.plan if survey else None,
            repere=self.repere if "repere" in wanted else None,
            aliases=self.aliases if "alias_voies" in wanted else {},
            sources=tuple(s for s in self.sources if s.role in wanted),
        )

    def identity(self) -> tuple[object, ...]:
        """Return what makes these inputs what they are: deliveries count by the hash of their file."""
        return self.frames, self.plan, self.repere, self.aliases, self.sources


class _Reader:
    """Gathers faults and sources while files are read one after the other."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faults: list[Fault] = []
        self.sources: list[Source] = []

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

    def frame(self, role: str) -> pd.DataFrame | None:
        """Read and type the table of a role."""
        contract = _TABLES[role]
        table = self.table(role, known_names(contract))
        if table is None:
            return None
        prefix = f"{role}."
        renames = {
            key.removeprefix(prefix): header
            for key, header in self.settings.reglages.colonnes.items()
            if key.startswith(prefix)
        }
        frame, faults = typed(table, contract, renames=renames)
        self.faults += faults
        return frame


def known_names(contract: tables.Contract) -> tuple[str, ...]:
    """Return every header that means a column of the contract."""
    return tuple(name for c in contract.columns for name in (c.name, *c.aliases))


def source(role: str, path: Path, rows: int) -> Source:
    """Describe a file a run rests on: name, hash, size, rows."""
    data = path.read_bytes()
    return Source(role, path.name, hashlib.sha256(data).hexdigest(), len(data), rows)


def read_inputs(settings: Settings) -> Inputs:
    """Read every file of a dossier.

    Raises
    ------
    TfpbError
        With every fault of every file.
    """
    inputs, faults = gather_inputs(settings)
    stop_on_faults(faults)
    return inputs


def gather_inputs(settings: Settings) -> tuple[Inputs, tuple[Fault, ...]]:
    """Read every file of a dossier and return it with all faults and doubts (nothing raised)."""
    reader = _Reader(settings)
    frames = {role: frame for role in _TABLES if (frame := reader.frame(role)) is not None}
    if "patrimoine" in frames:
        frames["patrimoine"], found = check_stock(frames["patrimoine"], settings.dossier.bailleur)
        reader.faults += found
    plan = None
    deliveries: list[Delivery] = []
    files = settings.fichiers
    if files.enquete and not files.plan:
        reader.faults.append(Fault("plan_absent", Place(settings.file)))
    if files.plan:
        path = settings.path(files.plan)
        plan = reader.attempt(lambda: load_plan(path))
        if plan is not None:
            reader.sources.append(source("plan", path, len(plan.items)))
            for name in files.enquete:
                delivery_path = settings.path(name)
                delivery = reader.attempt(partial(read_delivery, delivery_path, plan))
                if delivery is not None:
                    deliveries.append(delivery)
                    reader.sources.append(
                        source("enquete", delivery_path, len(delivery.table.frame))
                    )
                    reader.faults += delivery.notices
    aliases = _aliases(reader)
    repere = reader.table("repere")
    inputs = Inputs(
        frames=frames,
        deliveries=tuple(deliveries),
        plan=plan,
        repere=repere,
        aliases=aliases,
        sources=tuple(reader.sources),
        notices=tuple(f for f in reader.faults if f.severity is Severity.DOUTE),
    )
    return inputs, tuple(reader.faults)


def _aliases(reader: _Reader) -> dict[str, str]:
    table = reader.table("alias_voies", _ALIAS_COLUMNS)
    if table is None:
        return {}
    if len(table.frame.columns) < len(_ALIAS_COLUMNS):
        reader.faults.append(
            Fault(
                "colonne_absente",
                Place(table.file, table.sheet),
                fields={
                    "colonne": "nouveau",
                    "signification": "deux colonnes : ancien nom de voie, nouveau nom",
                    "lues": ", ".join(table.frame.columns),
                },
            )
        )
        return {}
    old, new = (table.frame[c] for c in table.frame.columns[:2])
    return {a: b for a, b in zip(old, new, strict=True) if a and b}


def check_stock(frame: pd.DataFrame, bailleur: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Check the keys of the stock: the same entrance twice is a fault, no address a doubt.

    Returns
    -------
    frame : DataFrame
        With `bailleur` filled where it was empty.
    faults : list of Fault
    """
    faults: list[Fault] = []
    seen: dict[tuple[str, str, str], int] = {}
    columns = zip(
        *(frame[c] for c in ("id_residence", "id_batiment", "adresse", "commune", "code_insee")),
        strict=True,
    )
    for position, (residence, building, address, city, code) in enumerate(columns):
        row = frame.iloc[position]
        place = Place(row[tables.STAMP[0]], row[tables.STAMP[1]], int(row[tables.STAMP[2]]))
        key = (residence, fold(address), fold(building))
        if address and key in seen:
            faults.append(
                Fault(
                    "ligne_en_double",
                    place,
                    " ".join(filter(None, (residence, building, address))),
                    {"autre": seen[key], "cle": "même résidence, même adresse, même bâtiment",
                     "objet": "entrée"},
                )
            )  # fmt: skip
        seen.setdefault(key, place.row)
        if not address and not (row["x"] == row["x"] and row["y"] == row["y"]):
            faults.append(Fault("adresse_absente", place, residence, {}, severity=Severity.DOUTE))
        elif not city and not code and not row["code_postal"]:
            faults.append(Fault("commune_absente", place, address, {}, severity=Severity.DOUTE))
    out = frame.copy()
    out["bailleur"] = [b or bailleur for b in out["bailleur"]]
    return out, faults
