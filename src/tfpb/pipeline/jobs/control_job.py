"""Many packs checked at once: received with distrust, read, checked, told in one workbook and one page."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Severity, TfpbError, fail
from tfpb.evidence.pack_control import (
    Checked,
    Found,
    Received,
    Subject,
    findings,
    held_by_two,
    twice,
)
from tfpb.facts.claim import TOTAL
from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.open_questions.table_questions import table_findings
from tfpb.io.packs.output_files import refuse_inputs, write_together
from tfpb.io.packs.pack import broken_hashes
from tfpb.io.packs.provenance import files_hash
from tfpb.io.packs.received import (
    SOURCES_TABLE,
    STEMS,
    Refusal,
    balance_lines,
    packs_in,
    quarters_named,
    receive,
)
from tfpb.io.tables.asides import marked, set_aside
from tfpb.io.tables.contents import absent
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.law import values as law
from tfpb.model import tables
from tfpb.model.columns import Column
from tfpb.model.record import LISTING, RUN, has_record, recorded
from tfpb.report.documents import document_pdf, workbook
from tfpb.report.sections.controle import SHOWN, control_report
from tfpb.tax.programme.held_pieces import ABSENT
from tfpb.words.documents.control_words import WRITTEN
from tfpb.words.documents.report_words import SOURCES
from tfpb.words.faults.question_words import question_title
from tfpb.words.faults.sentences import fault_text, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from tfpb.io.packs.received import Files

_CONTRACTS: Final = {
    "conventions": tables.CONVENTIONS,
    "actions": replace(tables.PROGRAMME, columns=(*tables.PROGRAMME.columns, Column(ABSENT))),
    "bilan": tables.contract("bilan"),
    "declaration": tables.contract("declaration"),
}
_OURS: Final = {
    "conventions": {"codes_qpv": "codes", "contrat_de_ville": "valeur"}, "actions": {"axe": "axe_mot"},
    "declaration": {"parcelle": "reference_cadastrale"},
}  # fmt: skip
"""Columns that a pack of ours calls otherwise than the file it was made of."""
_EMPTY: Final = frozenset({"cellule_vide"})
"""Faults that a check tells in its own words."""
_LIMIT: Final = "limite_signature"
_ASKED: Final = ("donnees/a_regler.csv", "donnees/questions.csv")
"""Tables of what a pack asks; the second of 0.3.0."""
_CLAIMS: Final = "donnees/faits.csv"


def check_packs(paths: Sequence[Path], *, year: int | None = None) -> list[Checked]:
    """Check the packs of some archives and folders, for one tax year (by default, each pack for its own).

    Raises `fichier_absent` for a path that is not there; `controle_sans_dossier`.
    """
    for path in paths:
        if not path.exists():
            raise absent(path)
    found = packs_in(paths)
    if not found:
        raise fail("controle_sans_dossier", got=", ".join(p.name for p in paths))
    rules = law.load()
    out = [_checked(path, rules, year) for path in found]
    for k, other in twice([c.pack for c in out]).items():
        again = Found(Subject.INTEGRITY, "deux_fois", fields={"autre": other})
        out[k] = replace(out[k], found=(*out[k].found, again))
    for k, more in held_by_two([c.pack for c in out]).items():
        out[k] = replace(out[k], found=(*out[k].found, *more))
    return out


def _checked(path: Path, rules: law.Law, year: int | None) -> Checked:
    try:
        files = receive(path)
    except Refusal as refusal:
        finding = Found(Subject.INTEGRITY, refusal.code, fields={"quoi": refusal.what})
        return Checked(Received(path.name), (finding,), refused=True)
    pack = _read(path.name, files)
    extra = []
    if pack.year is None:
        extra.append(Found(Subject.INTEGRITY, "annee_inconnue"))
        pack = replace(pack, year=year)
    elif year is not None and pack.year != year:
        extra.append(Found(Subject.BILAN, "autre_annee", fields={"lue": pack.year, "annee": year}))
    day = dt.date(pack.year, 1, 1) if pack.year else None
    reader = rules.on(day) if day is not None and rules.covers(_LIMIT, day) else None
    return Checked(pack, (*findings(pack, reader), *extra))


def _read(name: str, files: Files) -> Received:
    """Read the tables and the record of a pack."""
    record = _record(files)
    head = record.get("reglages", record).get("dossier", {})
    frames: dict[str, pd.DataFrame] = {}
    unread: list[tuple[str, str]] = []
    asked = list(_asked(files))
    for table in STEMS:
        held = files.table(table)
        if held is not None:
            frame, faults, left_open = _typed(table, *held)
            unread += [(held[0], what) for what in faults]
            # a pack of ours was asked of the files that it was made of
            asked += [] if files.ours else left_open
            if frame is not None:
                frames[table] = frame
    broken = None
    if files.ours:
        try:
            broken = tuple(broken_hashes(files.hashes, files.kept))
        except TfpbError:
            broken = ((RUN if RUN in files.hashes else LISTING, "modifie"),)
    year = head.get("annee")
    return Received(
        name=name,
        bailleur=str(head.get("bailleur", "")),
        year=year if isinstance(year, int) else _year_of(frames),
        state=str(record.get("etat", "")),
        tables=frames,
        balance=balance_lines(frames.get("bilan")),
        declared=quarters_named(frames.get("declaration")),
        broken=broken,
        unheld=sum(not c.get("tenu", True) for c in record.get("controles", ())),
        unread=tuple(unread),
        asked=tuple(asked),
        no_quarter=_no_quarter(files),
    )


def _asked(files: Files) -> tuple[tuple[str, str, str], ...]:
    """Return the questions of a pack, the keys that the bailleur's own commands give them."""
    cells = (row for table in _ASKED for row in _cells(files, table, "cle", "titre", "etat"))
    return tuple((key, title, standing) for key, title, standing in cells if key)


def _no_quarter(files: Files) -> str:
    """Return the state of the dwellings in quarters of a pack of ours, where they are none at most."""
    claims = _cells(files, _CLAIMS, "nom", "portee", "valeur_haut", "etat")
    none = [state for *claim, state in claims if claim == ["logements_qpv", TOTAL, "0"]]
    return none[0] if none and files.ours else ""


def _cells(files: Files, table: str, *columns: str) -> Iterator[list[str]]:
    """Read columns of a table of a pack, a cell that is not there empty."""
    text = files.kept.get(table, b"").decode("utf-8-sig", errors="replace")
    for row in csv.DictReader(io.StringIO(text), delimiter=";"):
        yield [shortened(str(row.get(c) or "")) for c in columns]


def _record(files: Files) -> dict[str, Any]:
    """Return the record of the run, or the settings of a plain folder; empty when neither can be read."""
    try:
        if has_record(files.kept, RUN):
            found = json.loads(recorded(files.kept, RUN))
        else:
            found = tomllib.loads(files.kept.get("dossier.toml", b"").decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    whole = isinstance(found, dict) and all(
        isinstance(found.get(key, {}), dict) for key in ("reglages", "dossier")
    )
    return found if whole else {}


def _year_of(frames: dict[str, pd.DataFrame]) -> int | None:
    """Return the year that the balance, else the actions, are of, when they are of one."""
    for table in ("bilan", "actions"):
        if table in frames:
            years = set(frames[table]["annee"].dropna().astype(int))
            if len(years) == 1:
                return years.pop()
    return None


def _typed(
    table: str, name: str, data: bytes
) -> tuple[pd.DataFrame | None, list[str], list[tuple[str, str, str]]]:
    """Type a table given as bytes: what is read, what is not, in words, and what is to be asked."""
    contract = _CONTRACTS[table]
    if PurePosixPath(name).stem == SOURCES_TABLE:
        contract = replace(contract, marked_by=f"nature={SOURCES['convention']}")
    with scratch_folder() as folder:
        path = folder / f"{table}.{name.rpartition('.')[2].lower()}"
        path.write_bytes(data)
        try:
            text = read_table(path, known=contract.headers)
        except TfpbError as error:
            return None, [fault_text(f).title for f in error.faults], []
    text = marked(text, contract)
    renames = {k: v for k, v in _OURS.get(table, {}).items() if v in text.frame.columns}
    whole = set_aside(text, contract, renames=renames)
    questions = [f.question for f in table_findings(whole, contract, renames)]
    frame, faults = typed(text, contract, renames=renames)
    stopping = [f for f in faults if f.severity is Severity.FAUTE and f.code not in _EMPTY]
    left_open = [(q.key, f"{name}, {question_title(q)}", "attend") for q in questions]
    return frame, [fault_text(f).title for f in stopping], left_open


def control(paths: Sequence[Path], output: Path, *, year: int | None = None) -> list[str]:
    """Check packs, write the workbook and the page, and return what to print at the end.

    Raises as `check_packs`; `format_inconnu` for an output that is no workbook; `ecriture_impossible`.
    """
    book, page = output.with_suffix(".xlsx"), output.with_suffix(".pdf")
    refuse_inputs((book, page), paths)
    checked = check_packs(paths, year=year)
    digest = files_hash(map(_basis, checked), {"annee": year})
    report = partial(control_report, checked, run_hash=digest, year=year)
    _, pdf = document_pdf.one_page(SHOWN, lambda rows: report(shown=rows), {})
    whole = report(shown=0)
    write_together({book: workbook.render(whole), page: pdf})
    return [whole.sections[0].lead, WRITTEN.format(book=book.name, page=page.name)]


def _basis(checked: Checked) -> bytes:
    """Return what the check of a pack rests on, for its hash."""
    found = [(f.subject, f.code, f.quarter, sorted(f.fields.items())) for f in checked.found]
    return repr((checked.pack.name, found)).encode()
