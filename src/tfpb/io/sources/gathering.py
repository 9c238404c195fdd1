"""Files of a dossier or a region read one after the other: every fault is kept, none stops the reading."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

from tfpb.errors import Fault, Severity, TfpbError
from tfpb.io.open_questions.given_names import with_given_names
from tfpb.io.open_questions.reply_file import reply_faults
from tfpb.io.open_questions.stacked_sheets import stacked
from tfpb.io.open_questions.table_questions import table_findings
from tfpb.io.rpls.entrances import as_stock
from tfpb.io.rpls.register_table import KNOWN
from tfpb.io.sources.deliveries import Delivery, read_delivery
from tfpb.io.sources.notice_tables import NAMES, as_premises
from tfpb.io.sources.personal import tenant_columns, without_people
from tfpb.io.sources.point_tables import without_answers
from tfpb.io.tables.asides import copied_down, set_aside
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.tabular import TextTable, read_table
from tfpb.io.tables.typed import typed
from tfpb.model.columns import STAMP
from tfpb.model.question import Replies
from tfpb.model.record import Reading, Source
from tfpb.model.tables import BY_ROLE, GMBI
from tfpb.questions.finding import settle
from tfpb.questions.lacking_columns import ON_UNREAD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from tfpb.model.columns import Contract
    from tfpb.model.plan import Plan
    from tfpb.model.question import Asked
    from tfpb.questions.finding import Change, Finding

T = TypeVar("T")
STOCK: Final = "patrimoine"
RESIDENCE: Final = "id_residence"
EMPTY: Final = "livraison_vide"
_BLANK: Final = "feuille_vide"
ANSWERED: Final = "reponse"
"""Why rows are set aside: so says the answer to a question on their table."""


def _owned_alone(table: TextTable, known: tuple[str, ...]) -> TextTable:
    """Keep the columns of a table of premises owned that are known: the others may name who lives there."""
    headers = set(match_columns(table, GMBI, {})[0].values())
    headers |= {h for h in table.frame.columns if h in known}
    kept = [h for h in table.frame.columns if h in headers]
    notices = tuple(n for n in table.notices if n.place.column in {"", *kept})
    return replace(table, frame=table.frame[kept], notices=notices)


def _needed(role: str, renames: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the headers that mean each column that a table of a role must have."""
    columns = BY_ROLE[role].columns if role in BY_ROLE else ()
    return [(renames.get(c.name, c.name), c.name, *c.aliases) for c in columns if c.required]


def known_headers_of(role: str) -> tuple[str, ...]:
    """Return the names that help to find the header of the table of a role, wherever it is looked for."""
    if role == "enquete":
        return ()  # those of a plan, where there is one
    notices = tuple(NAMES)
    more = {"fiscalite": notices, "fiscalite_precedente": notices, "patrimoine": KNOWN}
    return (*(BY_ROLE[role].headers if role in BY_ROLE else ()), *more.get(role, ()))


def without_empty(faults: Iterable[Fault], needed: str | None = None) -> tuple[Fault, ...]:
    """Doubt deliveries without answers and, beside a `needed` file, tables without a row: as if not given."""
    codes = {EMPTY} if needed is None else {EMPTY, _BLANK}
    return tuple(
        replace(f, severity=Severity.DOUTE) if f.code in codes and f.place.file != needed else f
        for f in faults
    )


@dataclass(slots=True)
class Gathering:
    """Faults met and sources read so far."""

    faults: list[Fault] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)  # files that could be read
    headers: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    """File and sheet → contract's name of a column → header, of the typed tables."""
    readings: list[Reading] = field(default_factory=list)
    """What became of the rows of the tables that were typed."""
    tenants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Role → columns, left out, that make its table a list of tenants."""
    year: int | None = None  # tax year: of two dated columns, the one that is read
    replies: Replies = field(default_factory=Replies)  # to the questions of the files
    asked: list[Asked] = field(default_factory=list)
    """Questions of the tables read so far, each with its reply."""
    gone: set[str] = field(default_factory=set)
    """Résidences of which answers leave every row of the stock out: those of other tables go with them."""
    outside: tuple[Change, ...] = ()
    """What answers to questions on several dossiers change in the tables of this one."""
    owner: str = ""  # bailleur of the dossier

    def attempt(self, read: Callable[[], T]) -> T | None:
        """Return what a reader returns; None where it raises faults, which join the list."""
        try:
            return read()
        except TfpbError as error:
            self.faults += error.faults
            return None

    def table(
        self,
        role: str,
        path: Path,
        *,
        sheet: str | None = None,
        known: tuple[str, ...] = (),
        renames: Mapping[str, str] | None = None,
    ) -> TextTable | None:
        """Read a table, without its columns that look like persons, and note it as a source."""
        taxes = role.startswith("fiscalite")
        names = (*known, *known_headers_of(role))
        needed = _needed(role, renames or {})
        year = None if self.year is None else self.year - ("_precedent" in role)
        read = self.attempt(
            lambda: read_table(path, sheet=sheet, known=names, needed=needed, year=year)
        )
        if read is None:
            return None
        if sheet is None and read.alike:
            read, question = stacked(read, role, path, names, self.replies)
            self.asked += [question] if question is not None else []
        read = replace(read, year=year, owner=self.owner)
        if taxes:
            copied = read
            remade = self.attempt(lambda: as_premises(copied, renames))
            if remade is None:
                return None
            read, found = remade
            self.faults += found
        counted = len(read.frame) if role == "patrimoine" else None
        if role == "patrimoine":
            read, found = as_stock(without_answers(read), renames or {}, self.year)
            self.faults += found
        if role == "gmbi":
            read = _owned_alone(read, known)
        signed = ("auteur",) if role == "decisions" else ()
        table, dropped = without_people(read, known=known, signed=signed)
        self.faults += dropped
        left = {name for name in read.frame.columns if name not in table.frame.columns}
        named = tenant_columns(read.frame[sorted(left)])
        self.tenants[role] = tuple(named)
        self.note(role, path, len(table.frame) if counted is None else counted)
        return table

    def settled(
        self, table: TextTable, findings: Iterable[Finding]
    ) -> tuple[TextTable, Mapping[str, str]]:
        """Return a table under the replies to its questions, and the columns that they name.

        While nobody replied to one, the table is read under the answer that claims least.
        """
        changes = list(self.outside)
        for found in findings:
            asked = self.replies.to(found.question)
            self.asked.append(asked)
            changes += found.changes[asked.reading]
        outcome = settle(table.frame, table.rows, changes, file=table.file, sheet=table.sheet)
        return replace(table, frame=outcome.frame, rows=outcome.rows), outcome.renames

    def answered(self, file: str) -> tuple[Asked, ...]:
        """Return every question met, and note what is wrong with the replies, written in a file.

        Notices ask more once they are held against what was due: replies without question wait for it.
        """
        asked = self.replies.offered_again(self.asked)
        more = any(source.role == "fiscalite" for source in self.sources)
        self.faults += reply_faults(self.replies, asked, file, more=more)
        return asked

    def typed(
        self,
        table: TextTable,
        contract: Contract,
        renames: Mapping[str, str] | None = None,
        copied: Iterable[str] = (),
        readings: Mapping[str, str] | None = None,
    ) -> pd.DataFrame:
        """Type a table by its contract, lines that are no data left out; its headers are noted.

        Empty cells of the columns `copied`, of the contract or of the file, take the value above.
        `readings`: column of the contract → how its cells are read, where the user said so.
        """
        renames = renames or {}
        found, _ = match_columns(table, contract, renames)
        rows, known = len(table.frame), len(table.notices)
        table = set_aside(table, contract, renames=renames, readings=readings or {})
        left = Counter(n.code for n in table.notices[known:] if n.severity is Severity.DOUTE)
        table = copied_down(table, [found.get(c, c) for c in copied])
        table = with_given_names(table, contract.name, found)
        whole, before = len(table.frame), table
        asked = table_findings(table, contract, renames, readings or {})
        table, named = self.settled(table, asked)
        left += Counter({ANSWERED: whole - len(table.frame)})
        self.readings.append(
            Reading(contract.name, table.file, table.sheet, "", "", rows, len(table.frame), left)
        )
        renames = {**renames, **named}
        if contract.name == STOCK and (header := found.get(RESIDENCE)) is not None:
            self.gone = {*before.frame[header]} - {*table.frame[header]}
        about = {f.question.place.column for f in asked if f.question.code in ON_UNREAD}
        frame, faults = typed(table, contract, renames=renames, readings=readings, asked=about)
        self.faults += faults
        key = (table.file, table.sheet)
        shared = self.headers.get(key, found)  # of two files of one name, the headers they share
        self.headers[key] = {c: h for c, h in found.items() if shared.get(c) == h}
        return frame

    def followed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a typed table without the lines of résidences that answers leave out, and count them."""
        out = ~frame[RESIDENCE].isin(self.gone)
        if out.all():
            return frame
        aside, place = int((~out).sum()), tuple(str(frame[c].iloc[0]) for c in STAMP[:2])
        self.readings[:] = [
            replace(r, kept=r.kept - aside, left=Counter(r.left) + Counter({ANSWERED: aside}))
            if (r.file, r.sheet) == place
            else r
            for r in self.readings
        ]
        return frame[out].reset_index(drop=True)

    def settled_delivery(
        self, delivery: Delivery, findings: Iterable[Finding], residence: Iterable[str], owner: str
    ) -> Delivery:
        """Return a delivery under the replies to its questions and to those of the stock."""
        table = self.settled(delivery.table, findings)[0]
        if self.gone and (column := delivery.column(residence)) is not None:
            held = ~table.frame[column].isin(self.gone).to_numpy()
            frame = table.frame[held].reset_index(drop=True)
            table = replace(table, frame=frame, rows=table.rows[held])
        if aside := len(delivery.table.frame) - len(table.frame):
            counted = Counter({ANSWERED: aside})
            self.readings.append(
                Reading("enquete", table.file, table.sheet, owner, "", aside, 0, counted)
            )
        return replace(delivery, table=table)

    def delivery(
        self, path: Path, plan: Plan | None, *, sheet: str | None = None
    ) -> Delivery | None:
        """Read a delivery of the survey and note it as a source; its doubts are left in it.

        One without a single answer is an `EMPTY` of its own: others may do without it.
        """
        known = len(self.faults)
        delivery = self.attempt(lambda: read_delivery(path, plan, sheet=sheet))
        self.faults[known:] = [
            replace(f, code=EMPTY) if f.code == _BLANK else f for f in self.faults[known:]
        ]
        if delivery is not None:
            self.note("enquete", path, len(delivery.table.frame))
        return delivery

    def note(self, role: str, path: Path, rows: int) -> None:
        """Note a file as a source: its name, hash, size and rows."""
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        self.sources.append(Source(role, path.name, digest, len(data), rows))
