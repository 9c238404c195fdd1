"""What was sent: `envois/<annee>-<date>[-n]/`, each a copy that nothing writes again."""

from __future__ import annotations

import re
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, Final

from tfpb.io.packs.output_files import NewFolder, in_french, settle
from tfpb.io.packs.pack import record_file
from tfpb.model.record import JOURNALS

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

SENT: Final = "envois"
_NAMED: Final = re.compile(r"(\d{4})-(\d{4}-\d{2}-\d{2})(?:-(\d+))?")
"""How a send is named; a folder renamed since may add to it, or bear another name."""
_READ_ONLY: Final = 0o444


def keep_sent(pack: Path, year: int, day: dt.date) -> Path:
    """Copy a pack (or a region) just released next to it, whole, under a name that nothing has yet.

    `day` is the one that the pack carries: no clock is read. The folder is that of before where the same
    bytes were sent already. Raises `ecriture_impossible`: nothing half-written is left, and the same
    release makes the same copy.
    """
    place = pack.parent / SENT
    with in_french(place):
        listing = _listing(pack)
        settle(place / f"{year}-{day}")
        for sent in sent_before(pack.parent):
            if _listing(sent) == listing:
                return sent
        names = (f"{year}-{day}{f'-{k}' if k > 1 else ''}" for k in count(1))
        target = next(place / name for name in names if not (place / name).exists())
        with closing(NewFolder(target)) as new:
            files = {p.relative_to(pack).as_posix(): p for p in pack.rglob("*") if p.is_file()}
            for name in sorted(set(files) - set(JOURNALS)):
                new.write(name, files[name].read_bytes())
            new.take_place()
        for path in target.rglob("*"):
            if path.is_file():
                path.chmod(_READ_ONLY)
    return target


def sent_before(*folders: Path | None) -> tuple[Path, ...]:
    """List the sends kept in folders, whatever they were renamed, in the order of the days of their names.

    Folders of dossiers, or those that contain packs; twice the same counts once.
    """
    places = {folder.resolve() / SENT for folder in folders if folder is not None}
    found = (p for place in places if place.is_dir() for p in place.iterdir())
    return tuple(sorted((p for p in found if record_file(p) is not None), key=_rank))


def _listing(folder: Path) -> bytes:
    place = record_file(folder)
    return place.read_bytes() if place is not None else b""


def _rank(path: Path) -> tuple[str, str, int, str]:
    match = _NAMED.match(path.name)
    year, day, rank = match.groups() if match else ("", "", None)
    return day, year, int(rank or 1), str(path)
