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
    """One file or geography a run rests on."""

    role: str  # key of the dossier (`patrimoine`, `enquete`…) or geography (`adresses`, `qpv2024`…)
    name: str  # file name, never an absolute path
    sha256: str
    size_bytes: int
    rows: int | None  # None where it would give a count that secrecy hides
    vintage: str = ""  # for geographies, like the two next; empty otherwise
    licence: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of the rows of a file, for one bailleur and wave: read = kept + all of `left`."""

    role: str  # as of `Source`
    file: str
    sheet: str
    bailleur: str  # empty where the file has none
    wave: str  # empty where the file has none
    read: int
    kept: int
    left: Mapping[str, int]  # code of the doubt that is the reason → rows set aside

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
    """One check of a run: what was counted, what it should be, whether it passed."""

    name: str  # code, worded in words/
    passed: bool
    got: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class AddressFile:
    """One file of addresses, as the index records it."""

    name: str  # file name
    kind: str  # `BAN`, `BAL`, `BANO` or `lieux-dits`
    layer: str  # of the index that it fills
    sha256: str
    size_bytes: int
    vintage: str  # date of the data, given or read in the file; may be empty
    stored: int  # rows kept
    communes: int  # that they fill
    finished: bool  # False when an import was cut: some of its communes may lack rows


@dataclass(frozen=True, slots=True)
class AddressImport(AddressFile):
    """What became of an imported file: `rows` = `stored` + `duplicates` + all of `rejected`."""

    rows: int  # rows read
    duplicates: int  # rows left out as repeats
    mended: int  # names mended
    replaced: int  # communes that an older file filled
    rejected: Mapping[str, int]  # by reason (`colonnes`, `commune`, `voie`, `numero`, `position`)
    examples: tuple[Fault, ...]  # the first rejected rows of each reason, with their line
    unchanged: bool  # the same file was already there: nothing was written


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One imported file of a layer: name (no folder), sha256, rows it brought."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The description of a stored layer, kept next to it."""

    kind: str  # `qpv`, `communes` or `parcelles`
    name: str  # title
    vintage: str
    licence: str
    date: str  # from which it is valid
    address: str  # official one
    rows: int  # features stored
    stored: str = ""  # file on disk
    stored_sha256: str = ""  # of that file
    sources: list[SourceFile] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    """Codes whose polygon was invalid and was mended."""

    @property
    def sha256(self) -> str:
        """Hash of the imported file, or of the hashes when there are several."""
        if len(self.sources) == 1:
            return self.sources[0].sha256
        return hashlib.sha256("".join(s.sha256 for s in self.sources).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PieceFile:
    """A file of the folder of pieces that a reference names; its content is never read."""

    name: str  # inside the folder, with « / »
    sha256: str  # of the file as it was given
    size_bytes: int
    copy: str = ""  # place in the pack of its bare copy, of a photograph; else empty


@dataclass(frozen=True, slots=True)
class Filled:
    """What people filled in a line of « À faire » in place of what was proposed there."""

    role: str = ""
    """Who is in charge, as typed: perhaps a person, whom nothing that is sent may name."""
    day: dt.date | None = None
    state: TaskState | None = None

    def __bool__(self) -> bool:
        """Return whether somebody filled anything."""
        return bool(self.role or self.day or self.state)
