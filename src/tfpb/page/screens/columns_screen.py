"""« Colonnes »: the user's headers, some values of each, and what each can be, the best guess first.

What is confirmed for a landlord is proposed again in its other dossiers on this machine: one small file in
the user's own folder holds names of landlords, headers, and what these mean; no cell.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from tfpb.decimals import parse_decimal
from tfpb.errors import TfpbError
from tfpb.io.packs.output_files import write_bytes
from tfpb.io.sources.address_columns import headers_of_line
from tfpb.io.sources.personal import without_people
from tfpb.io.sources.recognition import SURVEY
from tfpb.io.tables.headers import MILLIONS, match_columns, unread_columns
from tfpb.io.tables.tabular import read_table
from tfpb.model.columns import READINGS
from tfpb.model.settings import of_role
from tfpb.model.tables import BY_ROLE, STOCK
from tfpb.page.desk import mark
from tfpb.page.screens.questions_screen import headers_of
from tfpb.text import fold
from tfpb.words.documents.report_words import ROLES
from tfpb.words.documents.setting_words import READINGS as READINGS_IN_WORDS
from tfpb.words.documents.setting_words import column_words
from tfpb.words.faults.paste_words import COPIED, READ_AS
from tfpb.words.faults.sentences import fault_text
from tfpb.words.numbers import amount
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.io.tables.text_table import TextTable
    from tfpb.model.columns import Contract
    from tfpb.model.settings import Settings
    from tfpb.page.desk import Desk

_HEAD: Final = 400
_SHOWN: Final = 3
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Read:
    """One header, its values and the column it is read as."""

    header: str
    values: tuple[str, ...] = ()
    meant: str = ""  # column it is read as, or proposed to be; empty for none
    proposed: bool = False  # whether that is a guess, to confirm
    person: bool = False  # whether it is left out because it may name someone
    alone: bool = False  # whether it is read so without being named: it cannot be left unread
    before: bool = False  # whether it was confirmed for this landlord in another dossier
    joined: bool = False  # whether it is read with the street, as one line of address


@dataclass(frozen=True, slots=True)
class Asked:
    """A column whose cells may be read in two ways."""

    key: str  # as `[reglages.lectures]` names it
    title: str
    where: str
    answers: tuple[tuple[str, str], ...]  # reading and its words
    given: str = ""  # the answer, where there is one


@dataclass(frozen=True, slots=True)
class Page:
    """The headers of one file, and what they may be: the name of a column and its words."""

    role: str
    name: str
    rows: list[Read]
    choices: dict[str, str]
    lacking: list[str]

    @property
    def title(self) -> str:
        """What the file is, and its name."""
        return f"{ROLES[self.role]} – {self.name}"

    @property
    def open(self) -> bool:
        """Whether something is to be confirmed or chosen."""
        return bool(self.lacking) or any(r.proposed for r in self.rows)

    @property
    def read(self) -> int:
        """How many columns are read."""
        return sum(1 for r in self.rows if r.meant or r.joined)


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    desk.check()
    settings = desk.settings
    pages = []
    for role, name in desk.files:
        if (contract := BY_ROLE.get(role)) is not None:
            pages.append(_page(desk, settings, role, name, contract))
        elif role == SURVEY:
            pages.append(_delivery(desk, name))
    asked = [
        (f.fields["coller"][1], fault_text(f).title, fault_text(f).where)
        for f in desk.outlook.faults
        if f.fields.get("coller", ("",))[0] == COPIED
        and f.fields["coller"][1] not in settings.reglages.recopier
    ]
    return {
        "tables": pages,
        "recopier": list(dict.fromkeys(asked)),
        "lectures": _asked(desk, settings),
        "retenues": bool(_remembered(settings)),
    }


def _asked(desk: Desk, settings: Settings) -> list[Asked]:
    """List the columns that may be read in two ways, and what was answered."""
    out: dict[str, Asked] = {}
    for fault in desk.outlook.faults:
        table, key, _ = fault.fields.get("coller", ("", "", ""))
        if table == READ_AS and key not in settings.reglages.lectures:
            text = fault_text(fault)
            out.setdefault(key, Asked(key, text.title, text.where, _answers(key, fault.got)))
    return [
        *out.values(),
        *(
            Asked(key, column_words(key), "", _answers(key), given)
            for key, given in settings.reglages.lectures.items()
        ),
    ]


def _answers(key: str, got: str = "") -> tuple[tuple[str, str], ...]:
    """Return the two ways a column may be read, in words; with a cell of it, by what it would mean."""
    role, _, name = key.partition(".")
    contract = BY_ROLE.get(role)
    if contract is None or name not in contract.names:
        return ()
    usual, *others = READINGS[contract.column(name).kind]
    other = others[-1] if len(others) > 1 and MILLIONS.search(got) else others[0]
    with suppress(ValueError):
        if other == "proportion" and got:
            whole = parse_decimal(got) * 100
            return (other, words.MEANS.format(got=got, value=amount(whole))), (
                usual, words.MEANS.format(got=got, value=got)
            )  # fmt: skip
    return (other, READINGS_IN_WORDS[other]), (usual, READINGS_IN_WORDS[usual])


def _table(desk: Desk, settings: Settings, role: str, path: Path, contract: Contract) -> TextTable:
    sheet = settings.reglages.feuilles.get(role)

    def make() -> TextTable:
        table = read_table(path, sheet=sheet, known=contract.headers)
        head = table.frame.head(_HEAD)
        return replace(table, frame=head, rows=table.rows[:_HEAD], notices=())

    found: TextTable = desk.kept(("entete", role, sheet or "", *mark(path)), make)
    return found


def _page(desk: Desk, settings: Settings, role: str, name: str, contract: Contract) -> Page:
    table = _table(desk, settings, role, settings.path(name), contract)
    named = replace(contract, name=role)
    named_here = of_role(settings.reglages.colonnes, role)
    found, faults = match_columns(table, named, named_here)
    faults += unread_columns(table, named, found)
    by_header = {h: c for c, h in found.items()}
    guessed: dict[str, str] = {}
    for fault in faults:
        _, key, header = fault.fields.get("coller", ("", "", ""))
        if header and header not in by_header:
            guessed.setdefault(header, key.partition(".")[2])
    known = _remembered(settings).get(role, {})
    before = {
        h: c
        for h, c in known.items()
        if h in table.frame and found.get(c) != h and c not in named_here
    }
    for header, column in before.items():
        by_header.pop(found.get(column, ""), None)
        guessed = {h: c for h, c in guessed.items() if c != column} | {header: column}
    kept, _ = without_people(table, known=(*contract.headers, *found.values()))
    people = {h for h in table.frame.columns if h not in kept.frame.columns}
    labels = {c.name: c.label or c.name for c in contract.columns}
    people |= set(desk.dropped.get(name, ()))
    street = next((h for h in table.frame.columns if by_header.get(h) == "adresse"), "")
    line = headers_of_line(table, street) if contract.name == STOCK.name else ()
    # a part of the address is read with the street: it is not proposed as the whole of it
    parts = {*line} - {street, *before}
    guessed = {h: c for h, c in guessed.items() if c != "adresse" or h not in parts}
    rows = [
        Read(
            header,
            () if header in people else _values(table, header),
            guessed.get(header) or by_header.get(header, ""),
            proposed=header in guessed,
            person=header in people,
            alone=header in by_header and not named_here.get(by_header[header]),
            before=header in before,
            joined=header in line and header not in by_header and header not in guessed,
        )
        for header in table.frame.columns
    ]
    missed = _missed(desk, name)
    lacking = [
        labels[c.name]
        for c in contract.columns
        if c.required
        and c.name not in found
        and c.name not in guessed.values()
        and (missed is None or c.name in missed)
    ]
    return Page(role, name, rows, labels, lacking)


def _missed(desk: Desk, name: str) -> set[str] | None:
    """Return the columns whose lack stops the reading of a file: others are filled, or asked elsewhere.

    None before a check of the files as they are.
    """
    if not desk.fresh:
        return None
    faults = (f for f in desk.outlook.wrong if f.place.file == name)
    return {str(f.fields["colonne"]) for f in faults if f.code == "colonne_absente"}


def _values(table: TextTable, header: str) -> tuple[str, ...]:
    seen = dict.fromkeys(v for v in table.frame[header] if v)
    return tuple(v[:_LONGEST] for v in list(seen)[:_SHOWN])


def _delivery(desk: Desk, name: str) -> Page:
    plan = desk.plan
    try:
        headers = headers_of(desk, name)
    except TfpbError as error:
        desk.notice = (*desk.notice, *error.faults)
        headers = ()
    roles = {c: r for r in words.PLAN_COLUMNS for c in (getattr(plan.colonnes, r) if plan else ())}
    rows = []
    for h in headers:
        codes = tuple(f"{c} {m} ({n})" if m else f"{c} ({n})" for c, m, n in h.codes[:_SHOWN])
        values = codes or (words.DIFFERENT.format(count=h.values),)
        sample = (h.label[: 2 * _LONGEST], *values) if h.label else values
        rows.append(Read(h.name, sample, roles.get(h.name, "")))
    rows += [Read(gone, person=True) for gone in desk.dropped.get(name, ())]
    placed = not headers or any(r.meant == "residence" for r in rows)
    lacking = [] if placed else [words.PLAN_COLUMNS["residence"]]
    return Page(SURVEY, name, rows, words.PLAN_COLUMNS, lacking)


def act(desk: Desk, form: FormData) -> None:
    """Write which header is which column, how columns are read, which merged cells are copied down."""
    settings = desk.settings
    if form.get("geste") == "oublier":
        _keep(settings, {})
        return
    changes: list[tuple[tuple[str, ...], Any]] = []
    for at, (role, name) in enumerate(desk.files):
        contract = BY_ROLE.get(role)
        if contract is not None and f"t{at}" in form:
            table = _table(desk, settings, role, settings.path(name), contract)
            chosen = {h: str(form.get(f"c{at}_{k}", "")) for k, h in enumerate(table.frame.columns)}
            changes += _renamed(settings, role, table, contract, chosen)
            alone, _ = match_columns(table, contract, {})
            meant = {h: "" if alone.get(c) == h else c for h, c in chosen.items()}
            known = _remembered(settings)
            meant = {h: c for h, c in {**known.get(role, {}), **meant}.items() if c}
            if meant != known.get(role, {}):
                _keep(settings, {**known, role: meant})
        elif role == SURVEY and f"t{at}" in form:
            _planned(desk, name, form, at)
    lectures = settings.reglages.lectures
    for key in dict.fromkeys((*lectures, *(a.key for a in _asked(desk, settings)))):
        answer = str(form.get(f"lecture|{key}", lectures.get(key, "")))
        if answer != lectures.get(key, "") and answer in {"", *(r for r, _ in _answers(key))}:
            changes.append((("reglages", "lectures", key), answer or None))
    copied = [*settings.reglages.recopier, *map(str, form.getlist("recopier"))]
    if list(settings.reglages.recopier) != copied:
        changes.append((("reglages", "recopier"), list(dict.fromkeys(copied))))
    if changes:
        desk.edit(changes)
    named = desk.settings.reglages.colonnes
    desk.confirm_alike(form, partial(_alike, named=named), "colonnes")
    desk.check()


def waits(desk: Desk) -> bool:
    """Tell whether headers of its tables are to be confirmed, or chosen."""
    settings = desk.settings
    found = ((role, name, BY_ROLE.get(role)) for role, name in desk.files)
    with suppress(TfpbError):  # a table that cannot be read waits for another
        return any(c is not None and _page(desk, settings, r, n, c).open for r, n, c in found)
    return False


def _alike(desk: Desk, named: Mapping[str, str]) -> bool:
    """Name headers as another dossier does, where they are there too and nothing is read as their columns."""
    settings = desk.settings
    changes: list[tuple[tuple[str, ...], Any]] = []
    for role, name in desk.files:
        contract, columns = BY_ROLE.get(role), of_role(named, role)
        if contract is None or not columns:
            continue
        table = _table(desk, settings, role, settings.path(name), contract)
        read, _ = match_columns(table, contract, of_role(settings.reglages.colonnes, role))
        changes += [
            (("reglages", "colonnes", f"{role}.{column}"), header)
            for column, header in columns.items()
            if column not in read and header in table.frame and header not in read.values()
        ]
    desk.edit(changes)
    return bool(changes)


def _renamed(
    settings: Settings, role: str, table: TextTable, contract: Contract, chosen: Mapping[str, str]
) -> list[tuple[tuple[str, ...], Any]]:
    """Return the keys that differ from what would be read without them."""
    alone, _ = match_columns(table, contract, {})
    before = of_role(settings.reglages.colonnes, role)
    read, _ = match_columns(table, contract, before)
    meant: dict[str, str] = {}
    for header, column in chosen.items():
        if column in contract.names and meant.get(column) in {None, read.get(column)}:
            meant[column] = header  # of two, the one that is new was chosen
    out: list[tuple[tuple[str, ...], Any]] = []
    for column in contract.names:
        named = meant.get(column)
        wanted = named if named is not None and named != alone.get(column) else None
        if wanted != before.get(column):
            out.append((("reglages", "colonnes", f"{role}.{column}"), wanted))
    return out


def _planned(desk: Desk, name: str, form: FormData, at: int) -> None:
    """Write in the plan which column of a delivery is the wave, the résidence, the weight and so on."""
    plan = desk.plan
    if plan is None:
        return
    names = [h.name for h in headers_of(desk, name)]
    chosen: dict[str, list[str]] = {}
    for k, header in enumerate(names):
        if (role := str(form.get(f"c{at}_{k}", ""))) in words.PLAN_COLUMNS:
            chosen.setdefault(role, []).append(header)
    changes: list[tuple[tuple[str, ...], Any]] = []
    for role in words.PLAN_COLUMNS:
        before = list(getattr(plan.colonnes, role))
        others = [n for n in before if n not in names]
        wanted = [*chosen.get(role, []), *others]
        if wanted != before and set(wanted) != set(before):
            changes.append((("colonnes", role), wanted or None))
    if changes:
        desk.write(edits={desk.plan_file: changes})


def remembered_file() -> Path:
    """Return where is kept what was confirmed."""
    return Path(platformdirs.user_config_dir("tfpb", appauthor=False)) / "colonnes.json"


def _every_landlord() -> dict[str, dict[str, dict[str, str]]]:
    """Read what is remembered; a file that says nothing is as if there were none."""
    with suppress(OSError, ValueError, AttributeError):
        read = json.loads(remembered_file().read_text(encoding="utf-8"))
        return {
            str(who): {
                str(role): {str(h): str(c) for h, c in headers.items()}
                for role, headers in roles.items()
            }
            for who, roles in read.items()
        }
    return {}


def _remembered(settings: Settings) -> dict[str, dict[str, str]]:
    """Return what was confirmed for a landlord, however its name is spelt: role → header → column."""
    return _every_landlord().get(fold(settings.dossier.bailleur), {})


def _keep(settings: Settings, meant: dict[str, dict[str, str]]) -> None:
    """Keep what headers of a landlord's files mean, in place of what was kept; nothing forgets it."""
    whole = {**_every_landlord(), fold(settings.dossier.bailleur): meant}
    kept = {who: roles for who, roles in whole.items() if roles}
    text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
    with suppress(OSError, TfpbError):  # a comfort: it stops no work
        write_bytes(remembered_file(), text.encode())
