"""Many packs checked at once: received with distrust, read, checked, told in one workbook and one page."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Severity, TfpbError, fail
from tfpb.evidence.pack_control import Checked, Found, Received, Subject, findings, twice
from tfpb.io.packs.output_files import refuse_inputs, write_together
from tfpb.io.packs.pack import LISTING, RUN, broken_hashes
from tfpb.io.packs.provenance import files_hash
from tfpb.io.packs.received import STEMS, Refusal, packs_in, receive
from tfpb.io.tables.contents import absent
from tfpb.io.tables.scratch import scratch_folder
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.law import values as law
from tfpb.model import tables
from tfpb.model.columns import Column, Contract, Kind
from tfpb.report.documents import document_pdf, workbook
from tfpb.report.sections.controle import SHOWN, control_report
from tfpb.words.documents.control_words import WRITTEN
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd

    from tfpb.io.packs.received import Files

_MONEY: Final = (
    "abattement_eur",
    "prevu_eur",
    "realise_eur",
    "valorise_eur",
    "report_eur",
    "solde_eur",
)
_BILAN: Final = Contract(
    "bilan",
    "bilan",
    (
        Column("code_qpv", Kind.CODE, "code_qpv", required=True),
        Column("nom_qpv", Kind.TEXT, "nom_qpv"),
        Column("annee", Kind.YEAR, "annee"),
        *(Column(name, Kind.MONEY, name) for name in _MONEY),
    ),
)
_DECLARATION: Final = Contract(
    "declaration",
    "declaration",
    tuple(Column(n, Kind.CODE, n) for n in ("code_qpv", "invariant", "section", "parcelle")),
)
_CONTRACTS: Final = {
    "conventions": tables.CONVENTIONS,
    "actions": tables.PROGRAMME,
    "bilan": _BILAN,
    "declaration": _DECLARATION,
}
_OURS: Final = {"conventions": {"codes_qpv": "codes"}, "actions": {"axe": "axe_mot"}}
"""Columns that a pack of ours calls otherwise than the file it was made of."""
_EMPTY: Final = frozenset({"cellule_vide"})
"""Faults that a check tells in its own words."""
_LIMIT: Final = "limite_signature"


def check_packs(paths: Sequence[Path], *, year: int | None = None) -> list[Checked]:
    """Check the packs of some archives and folders.

    Parameters
    ----------
    paths : sequence of Path
    year : int, optional
        Tax year that is checked; by default, each pack for its own.

    Raises
    ------
    TfpbError
        `fichier_absent` for a path that is not there; `controle_sans_dossier`.
    """
    found = packs_in(_present(paths))
    if not found:
        raise fail("controle_sans_dossier", got=", ".join(p.name for p in paths))
    rules = law.load()
    out = [_checked(path, rules, year) for path in found]
    again = twice([c.pack for c in out])
    return [
        replace(
            c, found=(*c.found, Found(Subject.INTEGRITY, "deux_fois", fields={"autre": again[k]}))
        )
        if k in again
        else c
        for k, c in enumerate(out)
    ]


def _present(paths: Sequence[Path]) -> Sequence[Path]:
    for path in paths:
        if not path.exists():
            raise absent(path)
    return paths


def _checked(path: Path, rules: law.Law, year: int | None) -> Checked:
    try:
        files = receive(path)
    except Refusal as refusal:
        told = Found(Subject.INTEGRITY, refusal.code, fields={"quoi": refusal.what})
        return Checked(Received(path.name), (told,), refused=True)
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
    for table in STEMS:
        held = files.table(table)
        if held is not None:
            frame, faults = _typed(table, *held)
            unread += [(held[0], what) for what in faults]
            if frame is not None:
                frames[table] = frame
    broken = None
    if files.ours:
        try:
            broken = tuple(
                broken_hashes(files.hashes, files.kept.get(LISTING, b""), files.kept.get(RUN, b""))
            )
        except TfpbError:
            broken = ((LISTING, "modifie"),)
    year = head.get("annee")
    return Received(
        name=name,
        bailleur=str(head.get("bailleur", "")),
        year=year if isinstance(year, int) else _year_of(frames),
        state=str(record.get("etat", "")),
        tables=frames,
        broken=broken,
        unheld=sum(not c.get("tenu", True) for c in record.get("controles", ())),
        unread=tuple(unread),
    )


def _record(files: Files) -> dict[str, Any]:
    """Return the record of the run, or the settings of a plain folder; empty when neither can be read."""
    try:
        if RUN in files.kept:
            found = json.loads(files.kept[RUN])
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


def _typed(table: str, name: str, data: bytes) -> tuple[pd.DataFrame | None, list[str]]:
    """Type a table given as bytes: what is read, and what is not, in words."""
    contract = _CONTRACTS[table]
    with scratch_folder() as folder:
        path = folder / f"{table}.{name.rpartition('.')[2].lower()}"
        path.write_bytes(data)
        try:
            text = read_table(path, known=contract.headers)
        except TfpbError as error:
            return None, [fault_text(f).title for f in error.faults]
    renames = {k: v for k, v in _OURS.get(table, {}).items() if v in text.frame.columns}
    frame, faults = typed(text, contract, renames=renames)
    stopping = [f for f in faults if f.severity is Severity.FAUTE and f.code not in _EMPTY]
    return frame, [fault_text(f).title for f in stopping]


def control(paths: Sequence[Path], output: Path, *, year: int | None = None) -> list[str]:
    """Check packs, and write the workbook and the page: what to say at the end.

    Raises
    ------
    TfpbError
        As `check_packs`; `format_inconnu` for an output that is no workbook; `ecriture_impossible`.
    """
    book, page = output.with_suffix(".xlsx"), output.with_suffix(".pdf")
    refuse_inputs((book, page), paths)
    checked = check_packs(paths, year=year)
    digest = files_hash(_told(checked), {"annee": year})

    def report(rows: int) -> Any:
        return control_report(checked, run_hash=digest, year=year, shown=rows)

    _, pdf = document_pdf.one_page(SHOWN, report, {})
    write_together({book: workbook.render(report(0)), page: pdf})
    lead = report(0).sections[0].lead
    return [lead, WRITTEN.format(book=book.name, page=page.name)]


def _told(checked: Iterable[Checked]) -> list[bytes]:
    """Return what the check rests on, for its hash."""
    return [
        repr(
            (
                c.pack.name,
                [(f.subject, f.code, f.quarter, sorted(f.fields.items())) for f in c.found],
            )
        ).encode()
        for c in checked
    ]
