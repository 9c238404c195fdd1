"""« À faire » as people filled it in the workbook of an earlier run: who, when, how far, by line."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from tfpb.decimals import AmbiguousError
from tfpb.errors import Fault, Severity
from tfpb.facts.kinds import NOBODY
from tfpb.io.tables.french import parse_date
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.tabular import csv_bytes, read_table
from tfpb.model.columns import texts
from tfpb.model.record import Filled, Source
from tfpb.model.tables import TASKS
from tfpb.text import fold
from tfpb.words.documents.task_words import AT_ONCE, FILLED_HEADERS, OPEN_DAY, STATES, proposed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from tfpb.io.sources.gathering import Gathering
    from tfpb.io.tables.text_table import TextTable
    from tfpb.model.codes import TaskState
    from tfpb.model.settings import Settings

A_FAIRE: Final = "a_faire"
"""Role of the filled workbook among sources, and its key in the settings."""
OWN_LINE: Final = "a_faire_sans_cle"
"""Doubt of a line that people added: a workbook that has one is theirs, the next is written beside it."""


class FilledLine(NamedTuple):
    """What a line of the list says besides what people fill in it."""

    what: str = ""
    subject: str = ""
    proposed: str = ""


_STATE_OF: Final = {fold(french): state for state, french in STATES.items()}
_NO_DAY: Final = frozenset(map(fold, (AT_ONCE, OPEN_DAY, "")))


def read_filled(gathered: Gathering, settings: Settings) -> dict[str, Filled]:
    """Read what people filled in the list of what is to do, by key of the line.

    A cell that says what was proposed there was not filled: what is proposed next time rules it. `gathered`
    gets a source where something was filled, of what was filled alone: the rest of the workbook is an
    output, which no run may depend on. It gets `a_faire_illisible`, `OWN_LINE` (doubts) and the file’s
    faults; a file that is not there yet is no fault: the first run makes it.
    """
    path = settings.path(settings.fichiers.a_faire) if settings.fichiers.a_faire else None
    if path is None or not path.is_file():
        return {}
    table = gathered.attempt(lambda: read_table(path, sheet=TASKS.title, known=TASKS.headers))
    if table is None:
        return {}
    found = dict(_filled(gathered, table))
    if found:
        lines = [(key, one.role, str(one.day or ""), one.state or "") for key, one in found.items()]
        data = json.dumps(sorted(lines), ensure_ascii=False).encode()
        digest = hashlib.sha256(data).hexdigest()
        gathered.sources.append(Source(A_FAIRE, path.name, digest, len(data), len(found)))
    return found


def filled_bytes(filled: Mapping[str, Filled], lines: Mapping[str, FilledLine]) -> bytes:
    """Write a list that people filled, alone in its file (CSV), as `read_filled` reads it back.

    A key that `lines`, what is to do now, lacks is kept without its words.
    """
    rows = []
    for key, one in filled.items():
        line = lines.get(key, FilledLine())
        who, day, state = proposed(line.proposed)
        written = f"{one.day:%d/%m/%Y}" if one.day else day
        how = STATES[one.state] if one.state else state
        cells = (line.what, line.subject, one.role or who, written, how, key, line.proposed)
        rows.append(dict(zip(FILLED_HEADERS, cells, strict=True)))
    return csv_bytes(pd.DataFrame(rows, columns=list(FILLED_HEADERS)))


def _filled(gathered: Gathering, table: TextTable) -> Iterator[tuple[str, Filled]]:
    """Yield the lines that somebody filled."""
    headers, faults = match_columns(table, TASKS, {})
    gathered.faults += faults
    if any(c.required and c.name not in headers for c in TASKS.columns):
        return
    columns = [texts(table.frame, headers[c.name]).tolist() for c in TASKS.columns]
    for position, (key, role, day, state, cell) in enumerate(zip(*columns, strict=True)):
        before_who, before_day, before_state = proposed(cell)
        who = "" if fold(role) in (fold(before_who), fold(NOBODY)) else role.strip()
        when, before = (_day(gathered, table, position, text) for text in (day, before_day))
        how = "" if fold(state) == fold(before_state) else state
        one = Filled(who, None if when == before else when, _state(gathered, table, position, how))
        if key and one:
            yield key, one
        elif one:
            place = table.place(position)
            gathered.faults.append(Fault(OWN_LINE, place, "", severity=Severity.DOUTE))


def _day(gathered: Gathering, table: TextTable, position: int, cell: str) -> dt.date | None:
    if fold(cell) in _NO_DAY:
        return None
    try:
        return parse_date(cell)
    except (AmbiguousError, ValueError):
        _doubt(gathered, table, position, cell)
        return None


def _state(gathered: Gathering, table: TextTable, position: int, cell: str) -> TaskState | None:
    if cell and fold(cell) not in _STATE_OF:
        _doubt(gathered, table, position, cell)
    return _STATE_OF.get(fold(cell))


def _doubt(gathered: Gathering, table: TextTable, position: int, cell: str) -> None:
    place = table.place(position)
    gathered.faults.append(Fault("a_faire_illisible", place, cell, severity=Severity.DOUTE))
