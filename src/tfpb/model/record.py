"""What a run records of itself: its files and their names, checks and sources as values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tfpb.text import fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from tfpb.errors import Fault
    from tfpb.model.codes import TaskState

RUN: Final = "technique/run.json"
RELEASE: Final = "technique/diffusion.json"
"""Line of its own that a released pack holds: it serves as a precedent where there is no ledger."""
JOURNAL: Final = "technique/journal.json"
LISTING: Final = "empreintes.json"
"""Hashes of the files of a pack of 0.3.0; its record holds them now."""


def older(name: str) -> str:
    """Return the name that a record bore in 0.3.0, at the root of its pack."""
    return PurePosixPath(name).name


JOURNALS: Final = (JOURNAL, older(JOURNAL))


def has_record(pack: Mapping[str, bytes], name: str) -> bool:
    """Return whether a pack of either edition has a record."""
    return name in pack or older(name) in pack


def recorded(pack: Mapping[str, bytes], name: str) -> bytes:
    """Return a record of a pack of either edition; KeyError where it has none."""
    return pack[name] if name in pack else pack[older(name)]


@dataclass(frozen=True, slots=True)
class Source:
    """One file or geography a run rests on.

    Parameters
    ----------
    role : str
        Key of the dossier (`patrimoine`, `enquete`…) or geography (`adresses`, `qpv2024`…).
    name : str
        File name, never an absolute path.
    rows : int or None
        None where it would give a count that secrecy hides.
    vintage, licence, reference : str
        For geographies; empty otherwise.
    """

    role: str
    name: str
    sha256: str
    size_bytes: int
    rows: int | None
    vintage: str = ""
    licence: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of the rows of a file, for one bailleur and wave: read = kept + all of `left`.

    Parameters
    ----------
    role : str
        As of `Source`.
    bailleur, wave : str
        Empty where the file has none.
    left : mapping of str to int
        Code of the doubt that says why → rows set aside.
    """

    role: str
    file: str
    sheet: str
    bailleur: str
    wave: str
    read: int
    kept: int
    left: Mapping[str, int]

    def plus(self, other: Reading) -> Reading:
        """Return both together, under the names of this one."""
        left = {k: self.left.get(k, 0) + other.left.get(k, 0) for k in {**self.left, **other.left}}
        return replace(self, read=self.read + other.read, kept=self.kept + other.kept, left=left)


def summed(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return readings of one file, bailleur and wave as one, in order of appearance."""
    out: dict[tuple[str, ...], Reading] = {}
    for one in readings:
        key = (one.role, one.file, one.sheet, fold(one.bailleur), one.wave)
        out[key] = out[key].plus(one) if key in out else one
    return tuple(out.values())


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a run: what was counted, what it should be, whether it holds.

    Parameters
    ----------
    name : str
        Code; words/ says it.
    """

    name: str
    passed: bool
    got: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class AddressFile:
    """One file of addresses, as the index records it.

    Parameters
    ----------
    name, kind, layer : str
        File name; `BAN`, `BAL`, `BANO` or `lieux-dits`; layer of the index that it fills.
    vintage : str
        Date of the data, given or read in the file; may be empty.
    stored, communes : int
        Rows kept, and the communes that they fill.
    finished : bool
        False when an import was cut: some of its communes may lack rows.
    """

    name: str
    kind: str
    layer: str
    sha256: str
    size_bytes: int
    vintage: str
    stored: int
    communes: int
    finished: bool


@dataclass(frozen=True, slots=True)
class AddressImport(AddressFile):
    """What became of an imported file: `rows` = `stored` + `duplicates` + all of `rejected`.

    Parameters
    ----------
    rows, duplicates, mended, replaced : int
        Rows read and left out as repeats; names mended; communes that an older file filled.
    rejected : mapping of str to int
        Rows not kept, by reason (`colonnes`, `commune`, `voie`, `numero`, `position`).
    examples : tuple of Fault
        The first rejected rows of each reason, with their line.
    unchanged : bool
        The same file was already there: nothing was written.
    """

    rows: int
    duplicates: int
    mended: int
    replaced: int
    rejected: Mapping[str, int]
    examples: tuple[Fault, ...]
    unchanged: bool


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One imported file of a layer: name (no folder), sha256, rows it brought."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The description of a stored layer, kept beside it.

    Parameters
    ----------
    kind : str
        `qpv`, `communes` or `parcelles`.
    name, vintage, licence, date, address : str
        Title, vintage, licence, date it holds from, official address.
    rows : int
        Features stored.
    stored, stored_sha256 : str
        File on disk and its hash.
    mended : list of str
        Codes whose polygon was invalid and was mended.
    """

    kind: str
    name: str
    vintage: str
    licence: str
    date: str
    address: str
    rows: int
    stored: str = ""
    stored_sha256: str = ""
    sources: list[SourceFile] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """Hash of the imported file, or of the hashes when there are several."""
        if len(self.sources) == 1:
            return self.sources[0].sha256
        return hashlib.sha256("".join(s.sha256 for s in self.sources).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PieceFile:
    """A file of the folder of pieces that a reference names; what it says is never read.

    Parameters
    ----------
    name : str
        Inside the folder, with « / ».
    sha256 : str
        Of the file as it was given.
    copy : str
        Where the pack holds its bare copy, of a photograph; else empty.
    """

    name: str
    sha256: str
    size_bytes: int
    copy: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """What people filled in a line of « À faire » in place of what was proposed there.

    Parameters
    ----------
    role : str
        Who is in charge, as typed: perhaps a person, whom nothing that is sent may name.
    """

    role: str = ""
    day: dt.date | None = None
    state: TaskState | None = None

    def __bool__(self) -> bool:
        """Return whether somebody filled anything."""
        return bool(self.role or self.day or self.state)
