"""The journal of a dossier: one line an act or a draft, only ever added to; files are what its acts leave.

New contents are written aside and synced, then the line, then each file takes its name: a kill leaves a line
whose files are finished at the next start, or no line and the files of before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tfpb.io.packs.output_files import aside, in_french, staged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

JOURNAL: Final = "journal_page.jsonl"
FIRST: Final = "ouvert"
OUTSIDE: Final = "dehors"
"""Gesture of what changed outside the page."""
_DAY: Final = "@jour"


@dataclass(frozen=True, slots=True)
class Change:
    """What one value was and became."""

    place: str  # its file in the folder
    keys: tuple[str, ...]
    """From the outermost table inwards; of a decision, the entrance it is about."""
    before: Any = None  # plain value; None where it was not
    after: Any = None  # plain value; None where it is no longer


@dataclass(frozen=True, slots=True)
class Act:
    """One line: what somebody did, or what a computation answered."""

    number: int  # its rank, from 1
    when: str  # instant, ISO 8601 with its zone
    who: str  # role or name, as given; may be empty
    screen: str
    gesture: str
    changes: tuple[Change, ...] = ()
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Hash of each file of the folder before and after, empty without a file."""
    form: str = ""  # form whose draft it takes
    part_of: int | None = None  # first act of the same gesture: a drop names files one by one
    undoes: int | None = None  # gesture that it takes back
    lines: tuple[str, ...] = ()  # what a computation answered, in French


class Journal:
    """The journal of a folder (it may not be there yet), read once, then added to.

    A torn last line, and any line that is none, counts for nothing and remains in the file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / JOURNAL
        self._torn = False
        self.acts: list[Act] = []
        self.drafts: dict[tuple[str, str], dict[str, str]] = {}
        self._known: dict[str, str] = {}
        self._hashed: dict[str, tuple[tuple[int, int], str]] = {}
        if self._path.is_file():
            raw = self._path.read_bytes()
            self._torn = bool(raw) and not raw.endswith(b"\n")
            for line in raw.decode("utf-8", "replace").splitlines():
                self._take(line)
            self._finish()

    @property
    def last(self) -> int:
        """Number of the last act; 0 where nothing was done."""
        return len(self.acts)

    @property
    def last_change(self) -> int | None:
        """Number of the last act that changed something, whoever did it."""
        changed = (a.number for a in self.acts if a.changes or a.gesture == OUTSIDE)
        return max(changed, default=None)

    def gesture(self, number: int) -> list[Act]:
        """Return the acts of one gesture."""
        return [act for act in self.acts if number in (act.number, act.part_of)]

    @property
    def undone(self) -> frozenset[int]:
        """The gestures that were taken back."""
        return frozenset(act.undoes for act in self.acts if act.undoes)

    def write(self, files: Mapping[Path, bytes], **facts: Any) -> Act:
        """Add an act, and write its files, replaced if they are there.

        `facts` are fields of `Act`; its number, its instant and its hashes are found here. Raises
        `ecriture_impossible`: neither line nor file is written then.
        """
        hashes = {self.name(p): (self._hash(p), _sha(data)) for p, data in files.items()}
        act = Act(self.last + 1, _now(), **facts, files=hashes)
        with staged(files):
            self._append(asdict(act))
            self._enter(act)
        return act

    def keep(self, screen: str, form: str, typed: Mapping[str, str]) -> None:
        """Keep what is being typed in a form, field by field."""
        there = self.drafts.get((screen, form), {})
        if typed := {k: v for k, v in typed.items() if there.get(k) != v}:
            self._append({"ecran": screen, "forme": form, "saisie": typed})
            self.drafts.setdefault((screen, form), {}).update(typed)

    def forget(self, screen: str, form: str) -> None:
        """Forget what was typed in a form."""
        if self.drafts.pop((screen, form), None):
            self._append({"ecran": screen, "forme": form, "saisie": None})

    def drafts_of(self, screen: str) -> dict[str, dict[str, str]]:
        """Return what was typed on a screen and not recorded: form → field → value."""
        return {form: typed for (one, form), typed in self.drafts.items() if one == screen}

    def since(
        self, seen: int, place: str, keys: tuple[str, ...], *, mine: int | None = None
    ) -> tuple[Any, bool]:
        """Return what a value was when an act was seen, and whether another gesture changed it since."""
        for act in self.acts[max(0, seen) :]:
            for change in (
                act.changes if mine is None or mine not in (act.number, act.part_of) else ()
            ):
                if (change.place, change.keys) == (place, keys):
                    return change.before, True
        return None, False

    def outside(
        self, files: Iterable[Path], *, gesture: str = OUTSIDE, lines: tuple[str, ...] = ()
    ) -> None:
        """Add a line for files that are not as the last act left them, and for what a run answers."""
        moved = {}
        for path in files:
            name, now = self.name(path), self._hash(path)
            if (before := self._known.get(name, "")) != now:
                moved[name] = (before, now)
        if moved or lines:
            done = gesture if self.acts else FIRST
            act = Act(self.last + 1, _now(), "", "", done, files=moved, lines=lines)
            self._append(asdict(act))
            self._enter(act)

    def name(self, path: Path) -> str:
        """Name a file from the folder, where it lies in it."""
        whole = Path(os.path.abspath(path))  # noqa: PTH100 - of a link, the name and not what it leads to
        root = Path(os.path.abspath(self._folder))  # noqa: PTH100
        return (
            whole.relative_to(root).as_posix() if whole.is_relative_to(root) else whole.as_posix()
        )

    def _append(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False, default=_plain) + "\n"
        with in_french(self._path):
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(b"\n" * self._torn + text.encode())
                file.flush()
                os.fsync(file.fileno())
        self._torn = False

    def _take(self, line: str) -> None:
        try:
            read = json.loads(line, object_hook=_dated)
            if "saisie" in read:
                place = str(read["ecran"]), str(read["forme"])
                typed = read["saisie"]
                if typed is None:
                    self.drafts.pop(place, None)
                else:
                    self.drafts.setdefault(place, {}).update(typed)
                return
            changes = tuple(
                Change(c["place"], tuple(c["keys"]), c["before"], c["after"])
                for c in read["changes"]
            )
            files = {str(k): (str(a), str(b)) for k, (a, b) in read["files"].items()}
            lines = tuple(map(str, read["lines"]))
            act = Act(**{**read, "changes": changes, "files": files, "lines": lines})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return
        self._enter(act)

    def _enter(self, act: Act) -> None:
        self.acts.append(act)
        self._known.update({name: after for name, (_, after) in act.files.items()})
        self.drafts.pop((act.screen, act.form), None)

    def _finish(self) -> None:
        """Give their names to the files of the last act, which a kill left aside."""
        act = next((a for a in reversed(self.acts) if a.files), None)
        for name, (before, after) in act.files.items() if act is not None else ():
            path = self._folder / name
            part = aside(path)
            if part.is_file() and self._hash(path) == before and _sha(part.read_bytes()) == after:
                part.replace(path)

    def _hash(self, path: Path) -> str:
        try:
            found = path.stat()
        except OSError:
            return ""
        mark = found.st_size, found.st_mtime_ns
        kept, digest = self._hashed.get(str(path), ((0, 0), ""))
        if kept != mark:
            digest = _sha(path.read_bytes())
            self._hashed[str(path)] = mark, digest
        return digest


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return {_DAY: value.isoformat()[:10]}
    return str(value)


def _dated(read: dict[str, Any]) -> Any:
    return dt.date.fromisoformat(read[_DAY]) if list(read) == [_DAY] else read
