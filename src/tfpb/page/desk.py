"""What the server knows of the dossier in its hands; all that lasts is in the dossier's own files."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import threading
import unicodedata
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from tfpb.addresses.store import FILE_NAME
from tfpb.errors import TfpbError, fail
from tfpb.io.machine.held_place import held
from tfpb.io.packs.output_files import numbered
from tfpb.io.packs.pack import ARCHIVE, PACK_FOLDER, run_file
from tfpb.io.packs.sent import sent_before
from tfpb.io.sources.settings_edit import edited
from tfpb.io.sources.toml_files import SETTINGS, load_settings, read_plan, read_settings
from tfpb.model.legal.map_table import VINTAGES
from tfpb.page.doubt_decisions import answer_lines, changes_of, decided_again, same_value, workbook
from tfpb.page.entries.dropped_maps import (
    IMPORTED,
    REFUSED,
    TAKEN_OFF,
    Brought,
    DroppedMap,
    reason,
    refused,
)
from tfpb.page.jobs import Job, check, make
from tfpb.page.journal import OUTSIDE, Change, Journal
from tfpb.page.outlook import Outlook
from tfpb.review.review_workbook import free_slot
from tfpb.words.documents.setting_words import settings_file
from tfpb.words.page.screen_words import (
    ALIKE_TAKEN,
    ASKED_FOR,
    BUSY,
    NONE_ALIKE,
    SCREENS,
    WORKING,
)
from tfpb.words.survey.release_words import order_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from starlette.datastructures import FormData

    from tfpb.errors import Fault
    from tfpb.io.sources.settings_edit import Keys
    from tfpb.model.plan import Plan
    from tfpb.model.settings import Settings
    from tfpb.model.survey import Order
    from tfpb.page.entries.surroundings import Ground
    from tfpb.page.outlook import Doubt

PLAN: Final = "plan_enquete.toml"
T = TypeVar("T")
NOT_DROPPED: Final = {"plan", "decisions"}
"""Roles that are no table the user brings."""
CHECK: Final = "verifier"
PACK: Final = "dossier"
BRING: Final = "apporter"
ALIKE: Final = "partout"
"""Gesture that confirms a reading here, and where a region's other files bear the same headers."""
_CARDS: Final = (FILE_NAME, *(f"qpv-{vintage}.json" for vintage in VINTAGES))
"""Imported geography: where one of these changes, what was found from it is found again."""
_LONGEST: Final = 100
_MOST_KEPT: Final = 60
_BARRED: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
DONE: Final = "fait"
_ASKED_FOR: Final = "faire"
_ANSWER: Final = "calcul"
"""Gesture of what a computation answered to decisions."""


@dataclass(slots=True)
class Gesture:
    """What a request does: each of its writes is an act of it."""

    screen: str = ""
    name: str = ""
    who: str = ""  # role or name given on the form
    form: str = ""  # form whose draft it takes
    seen: int | None = None  # last act that the form saw, if known
    undoes: int | None = None  # gesture that it takes back
    expected: Mapping[tuple[str, tuple[str, ...]], Any] = field(default_factory=dict)
    """Place and keys of what it takes back → the value that must still be there."""
    first: int | None = None  # its first act, once written


_GESTURE: Final[ContextVar[Gesture | None]] = ContextVar("gesture", default=None)


@contextmanager
def in_gesture(gesture: Gesture) -> Iterator[Gesture]:
    """Let what is written in the block be of a gesture."""
    token = _GESTURE.set(gesture)
    try:
        yield gesture
    finally:
        _GESTURE.reset(token)


class Desk:
    """One dossier, its last check, and the work under way.

    `folder` may not be there yet; `geography` finds imported geography, for the settings of the dossier.
    `region` is the name of the region that it was opened from, empty of a dossier alone; `elsewhere` does
    something in each other dossier of that region, under the name of a screen, and returns the bailleurs
    whose dossier changed.
    """

    _pack: ClassVar = PACK_FOLDER

    def __init__(self, folder: Path, geography: Callable[[Settings | None], Path]) -> None:
        self._geography = geography
        self.region = ""
        self.elsewhere: Callable[[Callable[[Desk], bool], str], list[str]] = lambda _act, _screen: []
        self.lock = threading.RLock()
        self.maps: dict[str, DroppedMap] = {}
        self.hold: Callable[[Path], None] = lambda _folder: None
        self._enter(folder)

    def _enter(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal(folder)
        self.outlook = Outlook()
        self.counted_at = 0
        self.pack_outlook = Outlook()
        self._job: Job | None = None
        self._run: Job | None = None
        self._seen: tuple[object, ...] = ()
        self._tried: tuple[object, ...] = ()
        self._begun_at: tuple[tuple[object, ...], int] = ((), 0)
        self._read: dict[tuple[object, ...], Any] = {}
        self.notice: tuple[Fault, ...] = ()
        self.messages: tuple[str, ...] = ()
        self.messages_screen = ""
        self.dropped: dict[str, tuple[str, ...]] = {}
        for one in self.maps.values():
            one.lent.close()
        self.maps.clear()

    @property
    def file(self) -> Path:
        """The `dossier.toml`."""
        return self.folder / SETTINGS

    @property
    def mark(self) -> str:
        """What tells this folder from the others that the page may show."""
        return sign_of(self.folder)

    @property
    def name(self) -> str:
        """What the page calls it."""
        return self.folder.name

    @property
    def begun(self) -> bool:
        """Whether the dossier is there."""
        return self.file.is_file()

    @property
    def geography(self) -> Path:
        """Where imported geography is."""
        return self._geography(self.settings if self.begun else None)

    @property
    def settings(self) -> Settings:
        """Read the `dossier.toml` as far as it can be; raises when it is absent or has nothing readable."""
        settings, faults = read_settings(self.file)
        if settings is None:
            raise TfpbError(faults)
        return settings

    @property
    def files(self) -> list[tuple[str, str]]:
        """The files that the dossier names and that are there, each after its role."""
        settings = self.settings
        return [
            (role, name)
            for role, named in settings.fichiers.model_dump(exclude=NOT_DROPPED).items()
            for name in ((named,) if isinstance(named, str) else named)
            if name and settings.path(name).is_file()
        ]

    @property
    def plan_file(self) -> Path:
        """The plan of the survey."""
        return self.folder / (self.settings.fichiers.plan or PLAN)

    @property
    def plan(self) -> Plan | None:
        """What the plan of the survey says, as far as it can be read."""
        try:
            return read_plan(self.plan_file)[0] if self.plan_file.is_file() else None
        except TfpbError:  # a check says it
            return None

    @property
    def job(self) -> Job | None:
        """The work under way or just ended; its result is taken in."""
        with self.lock:
            job = self._job
            if job is None or job.running:
                return job
            if isinstance(job.result, Outlook):
                self._take(job.kind, job.result)
                job.result = None
            elif isinstance(job.result, Brought):
                self._brought(job.result)
                job.faults = tuple(f for _, faults in job.result.refused for f in faults)
                job.result = None
            elif job.result is not None:
                self.messages, job.result = (*self.messages, *job.result), None
            return job

    def _take(self, kind: str, found: Outlook) -> None:
        """Take in what a work found; what was decided since it began is not in it, and is kept."""
        stamp, number = self._begun_at
        later = self.decided_since(number)
        found = replace(found, doubts=decided_again(found.doubts, later))
        if kind != CHECK:
            found = replace(found, ground=self.outlook.ground)  # a run does not look for what lacks
            self.pack_outlook = found
            self.notice_outside(gesture=DONE, lines=(found.sent or found.pack,))
            stamp = stamp if later else self.stamp()  # a run writes the review anew
        answered = {c.keys[0] for c in self.decided_since(self.counted_at)} - {
            c.keys[0] for c in later
        }
        if answered and self.outlook.computed and found.computed:
            lines = answer_lines(self.outlook, found, answered)
            self.journal.write({}, who="", screen="doutes", gesture=_ANSWER, lines=tuple(lines))
        self.outlook, self.counted_at, self._seen = found, number, stamp

    def _brought(self, found: Brought) -> None:
        """Take in what an import made of each file."""
        self.messages = (*self.messages, *found.lines)
        for name in found.imported:
            self.accept(name)
            if (one := self.maps.get(name)) is not None:
                one.state, one.why = IMPORTED, ""
        for name, faults in found.refused:
            why = self.refuse(name, faults)
            if (one := self.maps.get(name)) is not None:
                one.state, one.why = REFUSED, why

    def refuse(self, name: str, faults: Iterable[Fault]) -> str:
        """List a file that is refused, with its reason, until it is dropped again or taken off."""
        why = reason(faults)
        self.note(REFUSED, name, why)
        return why

    def accept(self, name: str) -> None:
        """List no more as refused a file that is taken now."""
        if name in refused(self.journal):
            self.note(TAKEN_OFF, name)

    def decided_since(self, number: int) -> tuple[Change, ...]:
        """List the decisions of the acts after one."""
        acts = self.journal.acts[number:]
        return tuple(c for a in acts if a.screen == "doutes" for c in a.changes if len(c.keys) == 1)

    @property
    def answers(self) -> tuple[str, ...]:
        """What the last computation answered to decisions, until others wait for theirs."""
        for act in reversed(self.journal.acts):
            if act.gesture == _ANSWER:
                return act.lines
        return ()

    @property
    def pending(self) -> frozenset[str]:
        """Entrances decided on since the last computation: what became of them is not known yet."""
        return frozenset(c.keys[0] for c in self.decided_since(self.counted_at))

    @property
    def last_decision(self) -> int | None:
        """The last decision that nobody took back."""
        undone = self.journal.undone
        decided = (
            a.number
            for a in reversed(self.journal.acts)
            if a.screen == "doutes" and a.changes and not (a.undoes or a.part_of)
        )
        return next((number for number in decided if number not in undone), None)

    @property
    def author(self) -> str:
        """Who last gave a name or a role; what answers a question is the role of a file, not of who sends."""
        acts = (act for act in reversed(self.journal.acts) if act.screen != "reponses")
        return next((act.who for act in acts if act.who), "")

    @property
    def busy(self) -> bool:
        """Whether a work is under way."""
        job = self.job
        return job is not None and job.running

    @property
    def stopped(self) -> tuple[Fault, ...]:
        """What the last pack asked for was refused for, whatever was checked or dropped since."""
        return self._run.faults if self._run is not None else ()

    @property
    def fresh(self) -> bool:
        """Whether the last check is of the files as they are."""
        return bool(self._seen) and self._seen == self.stamp()

    @property
    def read_through(self) -> bool:
        """Whether the questions of the files as they are were all looked for."""
        return self.fresh

    @property
    def owners(self) -> tuple[str, ...]:
        """The bailleurs that a name of the survey may be of, where there are several."""
        return ()

    @property
    def screens(self) -> dict[str, str]:
        """Address of each screen that is shown → its name, in the order of the work."""
        return SCREENS

    def stamp(self) -> tuple[object, ...]:
        """Return what tells whether a file of the dossier has changed; nothing where it says nothing."""
        try:
            settings = self.settings
        except TfpbError:
            return ()
        named = [v for v in settings.fichiers.model_dump().values() if v]
        names = [n for v in named for n in ((v,) if isinstance(v, str) else v)]
        names.append(settings.fichiers.a_faire or SETTINGS)  # it is left out of what is recorded
        ground = (self.geography / name for name in _CARDS)
        return tuple(
            mark(path) for path in (*(settings.path(n) for n in (self.file.name, *names)), *ground)
        )

    def confirm_alike(self, form: FormData, act: Callable[[Desk], bool], screen: str) -> None:
        """Do the same in the other dossiers of the region, where the form asks for it, and list them."""
        if form.get("geste") == ALIKE:
            names = self.elsewhere(act, screen)
            line = ALIKE_TAKEN.format(names=", ".join(names)) if names else NONE_ALIKE
            self.messages = (*self.messages, line)

    def end_import(self) -> None:
        """Say no more that an import ended, once something else is done."""
        with self.lock:
            job = self.job
            if job is not None and job.kind == BRING and not job.running:
                self._job = None

    def edit(self, changes: Iterable[tuple[Keys, Any]]) -> None:
        """Write keys of the `dossier.toml`, which is made where there is none."""
        self.write(edits={self.file: changes})

    def write(
        self,
        files: Mapping[Path, bytes] | None = None,
        edits: Mapping[Path, Iterable[tuple[Keys, Any]]] | None = None,
        decided: tuple[Change, ...] = (),
    ) -> None:
        """Write files, keys of TOML files and decisions as one act; nothing where nothing changes.

        Raises `modifie_ailleurs`: what another tab or a command changed meanwhile, and this form too.
        """
        with self.lock:
            gesture = _GESTURE.get() or Gesture()
            contents, changes = dict(files or {}), list(decided)
            for change in decided:
                self._stays(gesture, change.place, change.keys, change.before, change.after)
            for path, asked in (edits or {}).items():
                base = settings_file(self.file.name) if path == self.file else b""
                name = self.journal.name(path)
                data, moved = edited(
                    path, asked, base=base, stays=partial(self._stays, gesture, name)
                )
                if moved or not path.is_file():
                    contents[path] = data
                    changes += [Change(name, e.keys, e.before, e.after) for e in moved]
            if contents:
                act = self.journal.write(
                    contents, who=gesture.who, screen=gesture.screen, gesture=gesture.name,
                    changes=tuple(changes), form=gesture.form, part_of=gesture.first, undoes=gesture.undoes,
                )  # fmt: skip
                gesture.first = gesture.first or act.number

    def name_wave(self, file: str, wave: str) -> None:
        """Write the wave of a delivery that does not say it."""
        self.edit([(("enquete", "fichiers", file), {"vague": wave})])

    def within(self, _owner: str, act: Callable[[Desk], T], _screen: str, _name: str = "") -> T:
        """Do something in the dossier of whoever it is of: this one."""
        return act(self)

    def note(self, gesture: str, *lines: str) -> None:
        """Add a line that changes no file: what waits for somebody, and what they chose."""
        of = _GESTURE.get() or Gesture()
        with self.lock:
            act = self.journal.write(
                {}, who=of.who, screen=of.screen, gesture=gesture, lines=lines, part_of=of.first
            )
            of.first = of.first or act.number

    def decide(self, doubts: tuple[Doubt, ...]) -> None:
        """Write the review workbook with what was decided, and name it in the settings.

        Raises `ecriture_impossible` (the workbook is open elsewhere); `modifie_ailleurs`.
        """
        named = self.settings.fichiers.decisions
        if named:
            path = self.settings.path(named)
        else:
            path = free_slot(self.folder / PACK_FOLDER, limits=True, addresses=True).path
        changes = changes_of(self.journal.name(path), self.outlook.doubts, doubts)
        if changes:
            name = () if named else ((("fichiers", "decisions"), path.name),)
            self.write({path: workbook(doubts)}, {self.file: name}, changes)
            self.outlook = replace(self.outlook, doubts=doubts)

    def _stays(
        self, gesture: Gesture, place: str, keys: tuple[str, ...], there: object, asked: object
    ) -> bool:
        """Tell whether a value is left as another gesture wrote it, this form having not touched it."""
        if gesture.seen is None:
            return False
        shown, moved = self.journal.since(gesture.seen, place, keys, mine=gesture.first)
        by_hand = gesture.expected and not same_value(gesture.expected.get((place, keys)), there)
        if by_hand or (moved and asked not in (shown, there)):
            raise fail("modifie_ailleurs", got=str(there), quoi=".".join(keys))
        return moved

    def notice_outside(self, *, gesture: str = OUTSIDE, lines: tuple[str, ...] = ()) -> None:
        """Add to the journal what was changed outside the page, or by a run: its own, once it has ended."""
        with self.lock, suppress(TfpbError):
            files, job = [self.file], self.job if gesture == OUTSIDE else None
            if self.begun:
                settings = self.settings
                files += [self.plan_file] if self.plan_file.is_file() else []
                if (
                    job is None or not job.running or job.kind == CHECK
                ):  # a run writes the review anew
                    files += [settings.path(n) for n in (settings.fichiers.decisions,) if n]
                self.journal.outside(files, gesture=gesture, lines=lines)

    def begin(self, kind: str, work: Callable[..., Any], *args: Any, **options: Any) -> bool:
        """Start a work, one at a time: a check gives way; behind another it is refused, and told so."""
        with self.lock:
            if self.busy and self._job is not None:
                if self._job.kind != CHECK:
                    self.messages = (*self.messages, BUSY.format(work=WORKING[self._job.kind]))
                    return False
                self._job.cancel()
                self._tried = ()
            self._begun_at = self.stamp(), self.journal.last
            self._job = Job(kind, work, *args, **options)
            if kind not in {CHECK, BRING}:
                self._run = self._job
            return True

    def check(self, *, again: bool = False) -> None:
        """Check the files, unless that was done, or tried in vain, since they changed."""
        with self.lock:
            now, job = self.stamp(), self.job
            if job is not None and job.running and (job.kind != CHECK or self._begun_at[0] == now):
                return
            if now and now != self._seen and (again or now != self._tried):
                self.begin(CHECK, check, self.file, self.geography)
                self._tried = now

    def open(self, folder: Path) -> None:
        """Go on with another dossier, held alone as this one is (`dossier_deja_ouvert`)."""
        with self.lock:
            self.hold(folder)
            self.cancel()
            self._enter(folder)

    @property
    def gestures_since_pack(self) -> int:
        """How many gestures changed the dossier since the last pack was asked for, if it was made."""
        seen: set[int] = set()  # since a pack was asked for
        later: set[int] | None = None  # since the one that was made was
        for act in self.journal.acts:
            if act.gesture == _ASKED_FOR:
                seen = set()
            elif act.gesture == DONE:
                later = seen
            elif act.changes or act.gesture == OUTSIDE:
                seen.add(act.part_of or act.number)
                if later is not None:
                    later.add(act.part_of or act.number)
        return len(later or ())

    @property
    def cut_short(self) -> dt.datetime | None:
        """When a run was asked for that never ended, its page closed or killed; None where none was."""
        if self.job is not None and self.job.kind not in {CHECK, BRING}:
            return None  # it says itself where it stands
        asked = (a for a in reversed(self.journal.acts) if a.gesture in {_ASKED_FOR, DONE})
        last = next(asked, None)
        return dt.datetime.fromisoformat(last.when) if last and last.gesture != DONE else None

    def make(
        self, *, release: bool, anyway: bool = False, order: Order | None = None, who: str = ""
    ) -> None:
        """Make the pack of what the settings say now: what is written meanwhile is of the next one."""
        target, settings = self.folder / PACK_FOLDER, load_settings(self.file)
        work = (PACK, make, settings, self.geography, target)
        if self.begin(*work, release=release, anyway=anyway, order=order):
            lines = (ASKED_FOR[release, anyway], *order_lines(order))
            self.journal.write({}, who=who, screen="dossier", gesture=_ASKED_FOR, lines=lines)

    def cancel(self) -> None:
        """Stop the work under way; what it held of its place goes with it."""
        if self._job is not None:
            self._job.cancel()
            with suppress(TfpbError), held(self.folder / self._pack):
                pass

    def pack(self) -> Path | None:
        """Return the folder of the last pack, if there is one."""
        whole = self._whole
        places = (self.folder / self._pack, *self.folder.glob(f"{self._pack}.*"))
        found = [p for p in places if whole(p).is_file() and run_file(p).is_file()]
        return max(found, key=lambda p: whole(p).stat().st_mtime_ns, default=None)

    @staticmethod
    def _whole(pack: Path) -> Path:
        """Return the file that a whole run leaves in its pack."""
        return pack / ARCHIVE

    @property
    def sends(self) -> tuple[Path, ...]:
        """What was sent, the last first."""
        return tuple(reversed(sent_before(self.folder)))

    def kept(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """Return what was made under a key, made now if it was not."""
        with self.lock:
            if key not in self._read:
                if len(self._read) > _MOST_KEPT:
                    self._read.clear()
                self._read[key] = make()
            return self._read[key]

    @property
    def ground(self) -> Ground:
        """The imported geography, opened once as long as it is the same (`adresses_absentes`)."""
        from tfpb.page.entries.surroundings import Ground  # noqa: PLC0415 - geopandas: where somebody decides

        folder, settings = self.geography, self.settings
        year, radius_m = settings.dossier.annee, settings.reglages.rayon_defaut_m
        key = ("terrain", year, radius_m, *(mark(folder / name) for name in _CARDS))
        found: Ground = self.kept(key, lambda: Ground(folder, year, radius_m))
        return found

    def place(self, name: str, data: bytes) -> str:
        """Put a file in the dossier under a safe name, and return it; a file of that name is kept."""
        there = next(
            path
            for path in numbered(self.folder / safe_name(name))
            if not path.exists() or (path.is_file() and path.read_bytes() == data)
        )
        if not there.exists():
            self.write({there: data})
        return there.name


def safe_name(name: str) -> str:
    """Return the name that a file may bear in a folder: no path, no device, nothing hidden.

    Examples
    --------
    >>> safe_name("../../stock 2025.xlsx")
    'stock 2025.xlsx'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = "".join(c for c in _BARRED.sub("_", last) if c.isprintable()).strip(" .")
    stem, dot, suffix = clean.rpartition(".")
    clean = f"{stem[:_LONGEST]}{dot}{suffix[:10]}" if dot else clean[:_LONGEST]
    clean = clean or "fichier"
    return f"_{clean}" if _DEVICES.match(clean) else clean


def sign_of(folder: Path) -> str:
    """Return the mark of a folder, which the page shows in its addresses."""
    return hashlib.sha256(str(folder).encode()).hexdigest()[:12]


def mark(path: Path) -> tuple[object, ...]:
    """Return what tells whether a file has changed."""
    with suppress(OSError):
        found = path.stat()
        return (path.name, found.st_size, found.st_mtime_ns)
    return (path.name, 0, 0)
