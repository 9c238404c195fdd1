"""What arrives on the page of a region: whose each file is, by what it holds and by its name; zips opened."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from starlette.datastructures import UploadFile

from tfpb.errors import Fault, Place, TfpbError
from tfpb.io.sources.deliveries import read_delivery
from tfpb.io.sources.recognition import SURVEY, Recognised, recognise, safe_copy
from tfpb.io.sources.region_inputs import CIBLES, COMMUNES, CONTRATS
from tfpb.io.tables.contents import SPOILED_ARCHIVE, max_file_bytes
from tfpb.io.tables.tabular import read_table
from tfpb.model.tables import BY_ROLE
from tfpb.page.desk import PLAN
from tfpb.page.screens import drop_screen
from tfpb.survey.reading.delivery_columns import find_column
from tfpb.survey.reading.drafting import draft_plan
from tfpb.text import fold
from tfpb.words.documents.report_words import ROLES
from tfpb.words.page import region_page_words as words
from tfpb.words.page.screen_words import TAKEN
from tfpb.words.survey.drafting_words import CONFIRM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd

    from tfpb.page.desk import Desk
    from tfpb.page.union.region_desk import RegionDesk

WAITS: Final = "attribuer"
SETTLED: Final = "attribue"
COMMON: Final = {c.name: c for c in (CONTRATS, COMMUNES, CIBLES)}
"""Tables common to a region that are known by their headers."""
MARKS: Final = "repere"
_OF_MARKS: Final = {"item", "valeur", "reference"}
ALL: Final = "*"
"""Whose a joint delivery is."""
_ZIP: Final = ".zip"
_MOST: Final = 400
_ALIKE: Final = 0.6
_LONG: Final = 3
"""Letters of a word that counts in a name; numbers count whatever their length."""
_NOT_OURS: Final = re.compile(r"(?:^|/)(?:\.|__MACOSX|~\$|Thumbs\.db)")


def opened(uploads: Iterable[UploadFile], faults: list[Fault]) -> Iterator[UploadFile]:
    """Yield the files that were dropped, and those inside the zips, under their path there.

    Nothing is extracted to a place that an archive names. One that is spoiled, locked, or larger than a
    file may be is no file: `faults` takes why.
    """
    for upload in uploads:
        name = upload.filename or ""
        if not name.lower().endswith(_ZIP):
            yield upload
            continue
        try:
            yield from _inside(upload, name[: -len(_ZIP)])
        except (*SPOILED_ARCHIVE, zipfile.LargeZipFile, RuntimeError, NotImplementedError):
            fields = {"format": words.ARCHIVE}
            faults.append(Fault("fichier_illisible", Place(name), name, fields))


def _inside(upload: UploadFile, stem: str) -> Iterator[UploadFile]:
    with zipfile.ZipFile(upload.file) as archive:
        files = [i for i in archive.infolist() if not (i.is_dir() or _NOT_OURS.search(i.filename))]
        if len(files) > _MOST or sum(i.file_size for i in files) > max_file_bytes():
            raise zipfile.LargeZipFile
        for one in files:
            yield UploadFile(io.BytesIO(archive.read(one)), filename=f"{stem}/{one.filename}")


@dataclass(slots=True)
class Arrived:
    """What a drop brought to bailleurs, as far as the list of organisms shows it: the rest is listed."""

    known: Counter[str] = field(default_factory=Counter)
    """Bailleur → files that are what they look like, none in the way of another."""
    unlike: dict[str, list[str]] = field(default_factory=dict)
    """Name of a file that resembles nothing known → bailleurs that sent one."""
    touched: set[str] = field(default_factory=set)  # bailleurs that a file went to

    @property
    def lines(self) -> tuple[str, ...]:
        """Say it in two lines, however many they are."""
        lines = []
        if self.known:
            lines.append(words.RECOGNISED.format(count=self.known.total(), owners=len(self.known)))
        if self.unlike:
            found = ((n, words.owners_words(who)) for n, who in self.unlike.items())
            names = ", ".join(words.UNLIKE_ONE.format(name=n, owners=o) for n, o in found)
            lines.append(words.UNLIKE.format(names=names))
        return tuple(lines)


def enter(desk: RegionDesk, path: Path, found: Recognised, hint: str, arrived: Arrived) -> str:
    """Put a file where it belongs, or let it wait; return what was done, in French.

    Nothing is returned of a file whose row in the list says it all: `arrived` counts it. `path` is where it
    lies for the time of this call; `hint`, its name, with the folders that it came in.
    """
    if common := _common(path):
        return _shared(desk, path, found, common)
    owner = whose(desk, path, found, hint) or _marks(path)
    if owner == MARKS:
        return _shared(desk, path, found, MARKS)
    if not owner:
        name = desk.place(path.name, safe_copy(path, found))
        desk.note(WAITS, name, found.role)
        return words.WHOSE.format(name=name, role=ROLES.get(found.role, words.UNKNOWN_ROLE))
    line = give(desk, path, found, owner)
    if owner == ALL:
        return line
    arrived.touched.add(owner)
    plain = TAKEN.format(name=path.name, role=ROLES.get(found.role))
    if line == words.AT.format(owner=owner, line=plain):
        arrived.known[owner] += 1
    elif not found.role and found.rows:
        arrived.unlike.setdefault(path.name, []).append(owner)
    else:
        return line
    return ""


def give(desk: RegionDesk, path: Path, found: Recognised, owner: str) -> str:
    """Put a file in the dossier of a bailleur, or among the common files; return what was done."""
    if owner == ALL:
        return words.JOINT.format(line=drop_screen.enter(desk, path, found))
    if owner in {*COMMON, MARKS}:
        return _shared(desk, path, found, owner)
    member = desk.member(owner)
    plan = desk.plan_file

    def put(own: Desk) -> str:
        if (
            found.role == SURVEY and own.plan is None and plan.is_file()
        ):  # one questionnaire for all
            own.write(
                {own.folder / PLAN: plan.read_bytes()}, {own.file: [(("fichiers", "plan"), PLAN)]}
            )
        return drop_screen.enter(own, path, found)

    line: str = desk.within(owner, put, "deposer", "deposer")
    own = desk.desk_of(member)
    own.messages = ()
    member = desk.member(owner)
    if not member.counted and member.has("patrimoine"):
        desk.count(member, counted=True)
    line = words.AT.format(owner=owner, line=line)
    desk.note("recu", line)
    return line


def share_plan(desk: RegionDesk) -> list[str]:
    """Give the plan of the region to the bailleurs whose own was only drafted; return their names."""
    data, done = desk.plan_file.read_bytes(), []
    for member in desk.members:
        surveys = member.has(SURVEY)
        if surveys and member.opens:
            own = desk.desk_of(member)
            drafted = own.plan is None or CONFIRM.encode() in own.plan_file.read_bytes()
            if drafted:
                give_it = partial(_planned, data=data, surveys=surveys)
                desk.within(member.name, give_it, "deposer", "plan")
                done.append(member.name)
    return done


def _planned(own: Desk, data: bytes, surveys: tuple[str, ...]) -> None:
    """Read the surveys of a dossier by a plan, joined to their own columns."""
    own.write({own.plan_file: data}, {own.file: [(("fichiers", "plan"), own.plan_file.name)]})
    for name in surveys:
        drop_screen.assign(own, name, SURVEY, recognise(own.folder / name))


def _shared(desk: RegionDesk, path: Path, found: Recognised, role: str) -> str:
    """Name a table common to the region."""
    name = desk.place(path.name, safe_copy(path, found))
    before = getattr(desk.union.fichiers, role)
    desk.edit([(("fichiers", role), name)])
    return words.SHARED.format(
        name=name,
        role=words.COMMON[role],
        before=words.INSTEAD.format(name=before) if before and before != name else "",
    )


def whose(desk: RegionDesk, path: Path, found: Recognised, hint: str) -> str:
    """Tell whose a file is: a bailleur, all of them (`ALL`); empty where that is not sure.

    What it holds and how it is named must not disagree.
    """
    names = [m.name for m in desk.members]
    known = {
        fold(m.settings.dossier.bailleur): m.name for m in desk.members if m.settings is not None
    }
    known |= {fold(w): meant for w, meant in desk.union.alias.bailleurs.items() if meant}
    known |= {fold(n): n for n in names}
    inside = {known[n] for n in map(fold, _named(path, found)) if n in known}
    if len(inside) > 1:
        return ALL if found.role == SURVEY else ""
    meant = inside | set(_hinted(hint, names))
    return meant.pop() if len(meant) == 1 else ""


def _hinted(hint: str, names: list[str]) -> list[str]:
    """List the names whose every word is in the name of a file or of its folders, the longest alone."""
    there, met = set(fold(hint).split()), {}
    for name in names:
        every = set(fold(name).split())
        words_of = {w for w in every if len(w) >= _LONG or w.isdigit()} or every
        if words_of and words_of <= there:
            met[name] = words_of
    return [n for n, own in met.items() if not any(own < other for other in met.values())]


def _named(path: Path, found: Recognised) -> list[str]:
    """List the bailleurs that a table names."""
    with suppress(TfpbError):
        if found.role == SURVEY:
            delivery = read_delivery(path)
            draft = tomllib.loads(draft_plan(delivery.table, delivery.dictionary))
            columns = draft.get("colonnes", {}).get("bailleur", "")
            return _values(
                delivery.table.frame, (columns,) if isinstance(columns, str) else tuple(columns)
            )
        contract = BY_ROLE.get(found.role)
        if contract is not None and "bailleur" in contract.names:
            column = contract.column("bailleur")
            table = read_table(path, sheet=found.sheet or None, known=contract.headers)
            return _values(table.frame, (column.name, *column.aliases))
    return []


def _values(frame: pd.DataFrame, headers: tuple[str, ...]) -> list[str]:
    column = find_column(frame, headers)
    return [str(v) for v in frame[column].unique()] if column else []


def _common(path: Path) -> str:
    """Return the common table that a file is, by its headers; empty where it is none."""
    with suppress(TfpbError):
        frame = read_table(path, known=[h for c in COMMON.values() for h in c.headers]).frame
        for role, contract in COMMON.items():
            met = [c for c in contract.columns if find_column(frame, (c.name, *c.aliases))]
            whole = all(c in met for c in contract.columns if c.required)
            if whole and len(met) > 1 and len(met) > _ALIKE * len(frame.columns):
                return role
    return ""


def _marks(path: Path) -> str:
    """Return that a table nobody sent holds outside figures; empty where it does not."""
    with suppress(TfpbError):
        if set(map(fold, read_table(path).frame.columns)) >= _OF_MARKS:
            return MARKS
    return ""


def attribute(desk: RegionDesk, name: str, owner: str) -> str:
    """Give a file that waits to whoever somebody chose; nobody leaves it aside."""
    line = ""
    if owner:
        path = desk.folder / PurePosixPath(name).name
        line = give(desk, path, recognise(path), owner)
    desk.note(SETTLED, name, owner)
    return line


def waiting(desk: RegionDesk) -> dict[str, str]:
    """Return the files that wait for somebody to say whose they are: name → role."""
    noted = (a for a in desk.journal.acts if a.lines and a.gesture in {WAITS, SETTLED})
    last = {a.lines[0]: a for a in noted}
    return {
        n: a.lines[1] for n, a in last.items() if a.gesture == WAITS and (desk.folder / n).is_file()
    }
