"""The pack in place, when it is the one that a run would write again.

A run that reads the same writes the same bytes. What it could read is named by content before anything is
loaded: the dossier's whole folder, the ledger, what was sent from where the pack stands, the program, its
libraries; imported geography by names, sizes and dates, as kept stages name it. What this does not cover
leaves no name, and the run is made: files named elsewhere or by links, the national service, an input that is
itself an output, too large a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from tfpb.io.packs.pack import PACK_FOLDER, record_file
from tfpb.io.packs.sent import sent_before
from tfpb.model.record import JOURNAL
from tfpb.pipeline.kept.entry_files import (
    SUFFIX,
    VARIABLE,
    cache_folder,
    package_fingerprint,
    read_entry,
    write_entry,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.pipeline.pack_run import PackRun

_MOST_FILES: Final = 5_000
_MOST_BYTES: Final = 500_000_000
_ELSEWHERE: Final = re.compile(r"[/~]|[A-Za-z]:|(.*/)?\.\.(/|$)", re.DOTALL)
"""How a path begins, slashes turned, that may lead out of the folder it is read from."""
_OURS: Final = "-tfpb-"
"""What stands in the hidden names that a run writes under, and locks its place by."""
_ENTRY: Final = "passage"
_UNREAD: Final = "photo_illisible"


@dataclass(frozen=True, slots=True)
class StandingPack:
    """A pack in its place, and the run that would write it."""

    file: Path  # the `dossier.toml`
    target: Path  # where the pack goes
    geography: Path  # imported
    cache: Path  # folder of kept results
    witness: str  # name of all that the run could read

    @classmethod
    def of(
        cls, given: Path | None, target: Path | None, geography: Path | None
    ) -> StandingPack | None:
        """Name what a run could read, from what the command is given; None where it cannot be told."""
        cache = cache_folder()
        if cache is None:
            return None
        try:
            file = given or Path()
            file = file / "dossier.toml" if file.is_dir() else file
            settings = tomllib.loads(file.read_text(encoding="utf-8-sig"))
            folder = file.resolve().parent
            target = target or folder / PACK_FOLDER
            geography = geography or _geography(settings, folder)
            witness = _witness(settings, file, target, geography)
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return None  # whatever is wrong with these settings, the run says it
        return None if not witness else cls(file, target, geography, cache, witness)

    def lines(self) -> list[str] | None:
        """Return what the run would print, if the pack and its review are the ones it would write."""
        try:
            lines: list[str]
            held, lines = json.loads(read_entry(self._entry)[_ENTRY])
            same = held == _contents(self.target) and (self.target / JOURNAL).is_file()
        except (OSError, ValueError, KeyError):
            return None
        return lines if same else None

    def remember(self, run: PackRun, lines: Sequence[str]) -> None:
        """Note the pack that a run has written, and the lines that it printed, unless there is a doubt."""
        moved = run.written.kept or run.written.folder.resolve() != self.target.resolve()
        photos = any(_ELSEWHERE.match(name.replace("\\", "/")) for name in run.dossier.photos)
        unread = any(n.code == _UNREAD for n in run.dossier.notices)
        now = None if moved or photos or unread else self.of(self.file, self.target, self.geography)
        if now is None or now.witness != self.witness:  # something was written to meanwhile
            return
        with suppress(OSError):  # another run has begun to write there
            noted = json.dumps([_contents(self.target), list(lines)])
            write_entry(self._entry, {_ENTRY: noted.encode()})

    @property
    def _entry(self) -> Path:
        return self.cache / f"{self.witness}{SUFFIX}"


def _geography(settings: dict[str, Any], folder: Path) -> Path:
    named = settings.get("reglages", {}).get("geodonnees", "")
    if named:
        return folder / str(named).strip().replace("\\", "/")
    return Path(platformdirs.user_data_dir("tfpb", appauthor=False)) / "geodonnees"


def _witness(settings: dict[str, Any], file: Path, target: Path, geography: Path) -> str:
    """Return the sha256 of all that a run could read; empty where something is not covered."""
    chosen = settings.get("reglages", {})
    if chosen.get("geocodage", "index") != "index":
        return ""
    folder, place = file.resolve().parent, target.resolve()
    named = {**settings, "reglages": {k: v for k, v in chosen.items() if k != "geodonnees"}}
    for text in _texts(named):
        path = text.strip().replace("\\", "/")
        if _ELSEWHERE.match(path) or (path and _is_output((folder / path).resolve(), place)):
            return ""
    if folder.is_relative_to(place) or not geography.is_dir():
        return ""
    inputs = _tree(folder, place)
    if inputs is None:
        return ""
    own = (platformdirs.user_data_dir, platformdirs.user_config_dir)
    ledger = os.environ.get("TFPB_DIFFUSIONS", "").strip()
    aside = {Path(f("tfpb", appauthor=False)) for f in own}
    kept = [p for d in sorted(aside) if d.is_dir() for p in sorted(d.iterdir()) if p.is_file()]
    kept += [Path(ledger)] if ledger and Path(ledger).is_file() else []
    kept += filter(None, map(record_file, sent_before(place.parent)))
    maps = ((p, p.stat()) for p in sorted(geography.rglob("*")) if p.is_file())
    read = {
        "command": [str(p) for p in (file.resolve(), target, place, geography)],
        "files": inputs,
        "user": [(str(p), _sha(p)) for p in kept],
        "maps": [(str(p), s.st_size, s.st_mtime_ns) for p, s in maps],
        "program": [
            _ENTRY,
            package_fingerprint(),
            sys.version,
            platform.platform(),
            *_libraries(),
        ],
        "environment": sorted(
            (k, v) for k, v in os.environ.items() if k.startswith("TFPB_") and k != VARIABLE
        ),
    }
    text = json.dumps(read, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _texts(value: Any) -> Iterator[str]:
    """Go through every text of settings: any of them may name a file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _is_output(path: Path, place: Path) -> bool:
    return path.is_relative_to(place) or _is_review(path, place)


def _is_review(path: Path, place: Path) -> bool:
    """Return whether a path is that of a review workbook, which stands beside the pack."""
    return path.parent == place.parent and path.match(f"{place.name}_a_verifier*.xlsx")


def _tree(folder: Path, place: Path) -> list[tuple[str, str]] | None:
    """List what a folder holds, outputs apart, with its content; None where it cannot be told whole."""
    found: list[tuple[str, str]] = []
    size = 0
    for above, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(above)
        folders[:] = sorted(n for n in folders if here / n != place and not _is_ours(n))
        if any((here / n).is_symlink() for n in folders):
            return None
        for path in (here / n for n in sorted(names) if not _is_ours(n)):
            if _is_review(path, place):
                continue
            size += path.stat().st_size
            if len(found) >= _MOST_FILES or size > _MOST_BYTES:
                return None
            found.append((path.relative_to(folder).as_posix(), _sha(path)))
    return found


def _is_ours(name: str) -> bool:
    return name.startswith(".") and _OURS in name


def _refuse(error: OSError) -> None:
    raise error


def _libraries() -> list[str]:
    """Name the libraries installed, with their versions."""
    places = (Path(place) for place in sys.path if place)
    return sorted({p.name for place in places for p in place.glob("*.dist-info")})


def _contents(target: Path) -> dict[str, str]:
    """Return the hash of every file of a pack but its timings, and of the reviews beside it."""
    place = target.resolve()
    files = {p.relative_to(place).as_posix(): p for p in place.rglob("*") if p.is_file()}
    files |= {f"../{p.name}": p for p in place.parent.iterdir() if _is_review(p, place)}
    return {name: _sha(path) for name, path in files.items() if name != JOURNAL}


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
