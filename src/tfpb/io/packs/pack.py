"""The pack on disk: its record with hashes, files changed by hand that are never replaced, its reading."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import zipfile
from contextlib import closing
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tfpb.archives import zip_bytes
from tfpb.errors import Place, fail
from tfpb.io.packs.filled_book import same_but
from tfpb.io.packs.output_files import (
    NewFolder,
    in_french,
    refuse_for_windows,
    settle,
    write_together,
)
from tfpb.io.packs.provenance import recorded_hash
from tfpb.io.tables.contents import (
    SPOILED_ARCHIVE,
    absent,
    cannot_write,
    max_file_bytes,
    refuse_larger,
)
from tfpb.model.record import JOURNAL, JOURNALS, LISTING, RUN, older, recorded

if TYPE_CHECKING:
    from collections.abc import Mapping

PACK_FOLDER: Final = "dossier"
"""Where a pack goes when nothing is said, beside the dossier.toml."""
ARCHIVE: Final = "dossier.zip"
DRAFT: Final = "projet"
"""State of a pack that is no release, in its record."""
_LISTED: Final = "empreintes"
"""Of the record of a run: the sha256 of each file of its pack."""
_SEAL: Final = "sceau"
"""Of the record of a run: the sha256 of what else it holds."""
_SYSTEM_FILES: Final = frozenset({".ds_store", ".directory", "thumbs.db", "desktop.ini"})
_LOCKS: Final = ("~$", ".~lock.", "._")
"""What a folder gathers by being looked at or open; any other hidden file is the user's."""
_ENOUGH: Final = 20


@dataclass(frozen=True, slots=True)
class Written:
    """Where a pack went."""

    folder: Path  # folder written (`DIR`, or `DIR.2` when `DIR` has files changed by hand)
    kept: tuple[str, ...] = ()  # files changed by hand since the last run, left alone in `DIR`


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A workbook of an earlier pack whose filled sheet a run reads, and so keeps."""

    path: Path
    sheet: str
    sha256: str  # when it was read: one saved again since then is the user's, as any other file

    @classmethod
    def of(cls, path: Path, sheet: str) -> ReadBack | None:
        """Return the workbook as it is now; None where there is none yet."""
        return cls(path.resolve(), sheet, _sha(path.read_bytes())) if path.is_file() else None

    def holds(self, folder: Path, name: str) -> bool:
        """Return whether a changed file of a pack is that workbook, filled and not changed otherwise."""
        place, archive = (folder / name).resolve(), folder / ARCHIVE
        if place != self.path or not archive.is_file():
            return False
        now = place.read_bytes()
        return _sha(now) == self.sha256 and same_but(self.sheet, read_pack(archive)[name], now)


def dumps(value: Any) -> bytes:
    """Write JSON in one stable form: sorted keys, French letters as they are, a last newline."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    return (text + "\n").encode()


def write_pack(
    folder: Path,
    files: Mapping[str, bytes],
    journal: Mapping[str, Any],
    *,
    filled: ReadBack | None = None,
) -> Written:
    """Write a pack: files, their record with hashes in the archive, and the journal outside it.

    `files` go by name inside the pack (with « / »), the record of the run among them; `journal` has
    timings, not part of the pack's identity; `filled` is a workbook that people filled and whose content
    the files repeat. It goes to `DIR`, or `DIR.2` where `DIR` has files changed by hand
    (`ecriture_impossible`).
    """
    with closing(GrowingFolder(folder, filled)) as out:
        out.put(files)
        archive = zip_bytes(listed(files))
        return out.finish({ARCHIVE: archive, JOURNAL: dumps(dict(journal))})


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Written:
    """Write files and a record of their hashes, under the same care for files changed by hand.

    As `write_pack`, without archive nor journal (`ecriture_impossible`).
    """
    with closing(GrowingFolder(folder)) as out:
        out.put(files)
        return out.finish()


class GrowingFolder:
    """A folder written file after file, under the care of `write_folder`: whole, or not there.

    It and its methods raise `ecriture_impossible`; `filled` as in `write_pack`.
    """

    def __init__(self, folder: Path, filled: ReadBack | None = None) -> None:
        self._named = _named(folder)
        check_place(self._named)
        self._hashes: dict[str, str] = {}
        self._record: bytes | None = None
        with in_french(self._named):
            self._new = NewFolder(free_place(self._named, filled))
            self._kept = changed_by_hand(self._named, filled)

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write some files: name inside the folder → content."""
        with in_french(self._named):
            for name, data in files.items():
                if name == RUN:  # it lists the others: it is written last
                    self._record = data
                    continue
                self._hashes[name] = _sha(data)
                self._new.write(name, data)

    @property
    def names(self) -> frozenset[str]:
        """Names of the files written so far."""
        return frozenset(self._hashes) | ({RUN} if self._record is not None else frozenset())

    def finish(self, unlisted: Mapping[str, bytes] | None = None) -> Written:
        """Write the record of hashes and files that are not in it, and give the folder its name."""
        record = _listing(self._record or b"{}", self._hashes)
        with in_french(self._named):
            for name, data in {RUN: record, **(unlisted or {})}.items():
                self._new.write(name, data)
            self._new.take_place()
        return Written(self._new.target, self._kept)

    def close(self) -> None:
        """Leave nothing beside the folder."""
        self._new.close()


def new_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder with its files, all at once; an empty one may be there (`ecriture_impossible`)."""
    folder = _named(folder)
    if folder.is_dir():  # perhaps the one we are in: it is filled, not replaced
        write_together({folder / name: data for name, data in files.items()})
        return
    with in_french(folder):
        settle(folder)
        with closing(NewFolder(folder)) as new:
            for name, data in files.items():
                new.write(name, data)
            new.take_place()


def listed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add to the record of a run, one of the files, the hashes of the others."""
    others = {name: data for name, data in files.items() if name != RUN}
    hashes = {name: _sha(data) for name, data in others.items()}
    return {**others, RUN: _listing(files.get(RUN, b"{}"), hashes)}


def _listing(record: bytes, hashes: Mapping[str, str]) -> bytes:
    """Join hashes to a record, and seal it."""
    whole = {**json.loads(record), _LISTED: dict(hashes)}
    whole.pop(_SEAL, None)
    return dumps({**whole, _SEAL: _sha(dumps(whole))})


def _is_sealed(record: bytes) -> bool:
    """Return whether the record of a run is as it was written."""
    try:
        whole = json.loads(record)
        return bool(whole.pop(_SEAL) == _sha(dumps(whole)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def check_place(folder: Path) -> None:
    """Check that a pack can be written to a place, before hours of work: no file is there.

    The folder need not be there yet. Raises `sortie_est_disque`; `sortie_est_fichier`;
    `nom_refuse_par_windows`; `ecriture_impossible` when the folder above cannot be written to.
    """
    refuse_for_windows(folder)
    folder = _named(folder)
    if not folder.name:
        raise fail("sortie_est_disque", got=str(folder))
    if folder.exists() and not folder.is_dir():
        raise fail("sortie_est_fichier", place=Place(folder.name), got=folder.name)
    above = next((p for p in folder.parents if p.exists()), None)
    if above is not None and not above.is_dir():
        raise fail("sortie_est_fichier", place=Place(above.name), got=above.name)
    if above is not None and not os.access(above, os.W_OK):
        raise cannot_write(folder.name, PermissionError(errno.EACCES, ""))


def free_place(folder: Path, filled: ReadBack | None = None) -> Path:
    """Return where a pack will go: `DIR`, or the first `DIR.2`, `DIR.3`… that no hand has changed.

    A workbook `filled` in the sheet that the run reads is not changed. Raises `ecriture_impossible`.
    """
    folder = _named(folder)
    with in_french(folder):
        settle(folder)
        names = (f"{folder.name}.{k}" if k > 1 else folder.name for k in count(1))
        return next(p for p in map(folder.with_name, names) if not changed_by_hand(p, filled))


def _named(folder: Path) -> Path:
    """Return a folder that bears a name: « . » is the folder we are in."""
    folder = Path(folder)
    return folder if folder.name not in ("", "..") else folder.resolve()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def changed_by_hand(folder: Path, filled: ReadBack | None = None) -> tuple[str, ...]:
    """List the files of an earlier pack that no longer are what the run wrote, or that it did not write.

    A folder that has files but no record of hashes is not ours: all of it counts as the user's, and the
    first files met are returned (it may be a whole home). An absent folder has no file; locks and files of
    the system are left out.
    """
    if not folder.is_dir():
        return ()
    found = (
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.is_file() and p.name.lower() not in _SYSTEM_FILES and not p.name.startswith(_LOCKS)
    )
    place = record_file(folder)
    if place is None:
        return tuple(sorted(islice(found, _ENOUGH)))
    present = sorted(found)
    record, name = place.read_bytes(), place.relative_to(folder).as_posix()
    known = _known_files(name, record)
    if known is None or (name == RUN and not _is_sealed(record)):
        return (name,)
    ours = {name, JOURNAL if name == RUN else older(JOURNAL)}
    if _archives(folder / ARCHIVE, name, record):
        ours.add(ARCHIVE)
    theirs = (n for n in present if n not in ours)
    changed = (n for n in theirs if known.get(n) != _sha((folder / n).read_bytes()))
    return tuple(n for n in changed if filled is None or not filled.holds(folder, n))


def record_file(folder: Path) -> Path | None:
    """Return the file that lists the hashes of a folder of ours: its record, or the list of 0.3.0."""
    return next((p for p in (folder / RUN, folder / LISTING) if p.is_file()), None)


def _archives(archive: Path, name: str, record: bytes) -> bool:
    """Return whether an archive is that of the pack beside it: the same list, and the files that it names."""
    try:
        with zipfile.ZipFile(archive) as held:
            names = {*(_known_files(name, record) or {}), name}
            return held.read(name) == record and set(held.namelist()) == names
    except (*SPOILED_ARCHIVE, KeyError):
        return False


def _known_files(name: str, content: bytes) -> dict[str, str] | None:
    """Read the hashes of a record, or of the list of 0.3.0, by its name; None where there are none."""
    try:
        known = json.loads(content)
        known = known[_LISTED] if name == RUN else known
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return known if isinstance(known, dict) else None


def read_pack(path: Path) -> dict[str, bytes]:
    """Read a pack, by name inside it: a `dossier.zip`, the folder of one, or a region's folder.

    The last has a record, and no archive. Raises `fichier_absent`, `fichier_mal_nomme`, `pack_illisible`,
    `fichier_trop_grand` (an archive that swells).
    """
    path = Path(path)
    if path.is_dir() and not (path / ARCHIVE).exists() and record_file(path) is not None:
        return _folder(path)
    if path.is_dir():
        path = path / ARCHIVE
    if not path.is_file():
        raise absent(path)
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(i.file_size for i in archive.infolist())
            refuse_larger(path, size, max_file_bytes())
            pack = {name: archive.read(name) for name in archive.namelist()}
    except SPOILED_ARCHIVE as error:
        raise fail("pack_illisible", place=Place(path.name), got=path.name) from error
    if RUN not in pack and (lacks := [n for n in (LISTING, older(RUN)) if n not in pack]):
        got = f"sans {RUN if len(lacks) > 1 else lacks[0]}"
        raise fail("pack_illisible", place=Place(path.name), got=got)
    return pack


def _folder(folder: Path) -> dict[str, bytes]:
    """Read the files that a folder's record names, and those beside it that nobody wrote."""
    named = ((p.relative_to(folder).as_posix(), p) for p in sorted(folder.rglob("*")))
    found = {name: p for name, p in named if p.is_file() and name not in JOURNALS}
    refuse_larger(folder, sum(p.stat().st_size for p in found.values()), max_file_bytes())
    return {name: p.read_bytes() for name, p in found.items()}


def run_file(pack: Path) -> Path:
    """Return where the record of a run stands in the folder of its pack: at its root in 0.3.0."""
    return next((p for n in (RUN, older(RUN)) if (p := pack / n).is_file()), pack / RUN)


def read_record(pack: Path) -> dict[str, bytes]:
    """Read the record of a pack's run alone, from its folder: `run_hash_of` and `is_released` ask no more."""
    try:
        return {RUN: run_file(pack).read_bytes()}
    except OSError as error:
        raise fail("pack_illisible", place=Place(pack.name), got=RUN) from error


def is_released(pack: Mapping[str, bytes]) -> bool:
    """Tell whether a pack is a release, as its record says."""
    try:
        return bool(json.loads(recorded(pack, RUN))["etat"] != DRAFT)
    except (KeyError, ValueError, TypeError, RecursionError):
        return False


def broken_files(pack: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Compare a pack with its own list of hashes; empty when the pack is whole.

    State is `absent`, `modifie`, `ajoute`, or `contredit` for a record whose hash is not that of the
    inputs, settings and versions it records. Raises `pack_illisible` when its list of hashes cannot be
    read.
    """
    return broken_hashes({n: _sha(d) for n, d in pack.items()}, pack)


def broken_hashes(found: Mapping[str, str], records: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Compare the sha256 of a pack's files with its own list, as `broken_files` does (`pack_illisible`)."""
    own, run = (RUN, RUN) if RUN in records else (LISTING, older(RUN))
    known = _known_files(own, records.get(own, b""))
    if known is None:
        raise fail("pack_illisible", got=own)
    out = [(name, "absent") for name in known if name not in found]
    out += [(n, "modifie") for n, digest in known.items() if n in found and found[n] != digest]
    out += [(n, "ajoute") for n in found if n not in known and n != own]
    if own == RUN and not _is_sealed(records[RUN]):
        out.append((RUN, "modifie"))
    elif (run, "modifie") not in out and _contradicts(records.get(run, b"")):
        out.append((run, "contredit"))
    return sorted(out)


def _contradicts(run: bytes) -> bool:
    """Return whether the record of a bailleur's run bears another hash than its content gives."""
    try:
        record = json.loads(run)
        return "controles" in record and recorded_hash(record) != record["empreinte"]
    except (KeyError, ValueError, TypeError, RecursionError):
        return True


def run_hash_of(pack: Mapping[str, bytes]) -> str:
    """Return the short hash of the run that made a pack, as the foot of sheets has it (`pack_illisible`)."""
    try:
        return str(json.loads(recorded(pack, RUN))["empreinte"])
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise fail("pack_illisible", got=RUN) from error
