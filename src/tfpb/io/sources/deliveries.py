"""Deliveries of the survey: workbook, CSV or SPSS file → text, without what names a household.

The same wave delivered in any of the three forms reads alike: codes as « 8 », decimals with a point,
headers in the plan's spelling. Names, telephones, mail addresses and verbatims are dropped here, so
that nothing downstream can print them; each column dropped is reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb import decimals
from tfpb.errors import Fault, Place, TfpbError, fail
from tfpb.io.sources.personal import dropped_columns, personal_columns
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.contents import SURVEY, WORKBOOK, form, require_file, require_table
from tfpb.io.tables.spss import read_spss
from tfpb.io.tables.tabular import TextTable, read_table
from tfpb.io.tables.typed import mended_notice
from tfpb.io.tables.workbook_files import Workbook
from tfpb.model.columns import Contract
from tfpb.model.plan import Dictionary, Plan
from tfpb.packaged import packaged
from tfpb.survey.reading.delivery_columns import parse_side
from tfpb.survey.reading.joined_columns import joined_columns
from tfpb.text import fold, mend_mojibake, squeeze
from tfpb.words.faults.input_words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable


_TABLES: Final = packaged(__name__)
_VARIABLE: Final[tuple[str, ...]] = tuple(_TABLES["variable"])
_LABEL: Final[tuple[str, ...]] = tuple(_TABLES["label"])
_CODE: Final[tuple[str, ...]] = tuple(_TABLES["code"])
_MEANING: Final[tuple[str, ...]] = tuple(_TABLES["meaning"])
_ARTICLES: Final = re.compile(r"\b(?:de|du|des|la|le|les|d|l) ")
_PAIR: Final = re.compile(r"\s*(-?\d+)\s*[=:–-]\s*(.+?)\s*")
_ROUND: Final = re.compile(r"(-?\d+)[.,]0+")
_INTERVIEWS: Final = Contract("enquete", "", ())
_ROUND_NUMBER: Final = re.compile(r"(-?(?:0|[1-9]\d*))[.,]0+")
_PLAIN_DECIMAL: Final = re.compile(r"\d{1,9}[.,](?:\d{1,2}|\d{4,9})")
"""A number that cannot be thousands."""
_BLANKS: Final = frozenset({"#NULL!", "#N/A", "#N/D", ".", "NA", "NaN", "nan", "NULL"})


def is_dictionary(frame: pd.DataFrame) -> bool:
    """Return whether a sheet is a dictionary: a column of variables and a column of what they mean."""
    heads = [_head(c) for c in frame.columns]
    has_name = any(h in _VARIABLE for h in heads)
    return has_name and any(h in (*_LABEL, *_MEANING) for h in heads)


def read_dictionary(frame: pd.DataFrame) -> Dictionary:
    """Read a dictionary sheet of either shape."""
    variable = _find(frame, _VARIABLE)
    label = _find(frame, _LABEL)
    code, meaning = _find(frame, _CODE), _find(frame, _MEANING)
    if code is None and meaning is None:
        meaning = _coded_column(frame)
    labels: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    current = ""
    for _, row in frame.iterrows():
        current = str(row[variable]) or current if variable is not None else current
        if not current:
            continue
        text = str(row[label]) if label is not None else ""
        if text:
            labels.setdefault(current, text)
        words = str(row[meaning]) if meaning is not None else ""
        if code is not None and str(row[code]):
            key = _ROUND.sub(r"\1", str(row[code]))
            if words or not _pairs(key):
                values.setdefault(current, {})[key] = words
            else:
                values.setdefault(current, {}).update(_pairs(str(row[code])))
        elif words:
            values.setdefault(current, {}).update(_pairs(words))
    return Dictionary(labels, {k: v for k, v in values.items() if v})


def _find(frame: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    folded = {_head(c): str(c) for c in reversed(list(frame.columns))}
    return next((folded[n] for n in names if n in folded), None)


def _head(name: object) -> str:
    """Fold a header, articles left out: « Intitulé de la question » is « intitule question »."""
    return _ARTICLES.sub("", fold(str(name)))


def _coded_column(frame: pd.DataFrame) -> str | None:
    """Find a column of « 1 = … ; 2 = … » under an unknown header."""
    for name in frame.columns:
        if any(len(_pairs(str(t))) > 1 for t in frame[name]):
            return str(name)
    return None


def _pairs(text: str) -> dict[str, str]:
    parts = re.split(r"[;|\n]|,\s*(?=-?\d+\s*[=:])", text)
    return {m[1]: m[2] for part in parts if (m := _PAIR.fullmatch(part))}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as read."""

    table: TextTable  # answers, all text; columns that could name a household are gone
    dictionary: Dictionary  # labels delivered with it (sheet or SPSS labels), empty for a CSV
    notices: tuple[Fault, ...] = ()
    """Columns dropped, accents mended; what was not read of the answers, faults."""

    @property
    def frame(self) -> pd.DataFrame:
        """Answers with the `STAMP` columns: what `tfpb.survey` reads."""
        return self.table.stamped(self.table.frame)

    def with_frame(self, frame: pd.DataFrame) -> Delivery:
        """Return the delivery with other answers."""
        return replace(self, table=replace(self.table, frame=frame))

    def place(self, column: str) -> Place:
        """Return where a column stands."""
        return Place(self.table.file, self.table.sheet, 0, column)

    def column(self, names: Iterable[str]) -> str | None:
        """Return the first of several names that a column bears."""
        return next((c for c in names if c in self.table.frame.columns), None)


def read_delivery(path: Path, plan: Plan | None = None, *, sheet: str | None = None) -> Delivery:
    """Read one delivery of the survey (xlsx, ods, xls, csv, parquet, SPSS .sav or .zsav), as text.

    Names of the plan find the sheet and the header, and are never dropped as personal; other columns that
    could name a household are, with a doubt. Without a plan (drafting) the widest and longest sheet is
    taken. Raises `fichier_absent`, `fichier_illisible`, `format_inconnu`, `feuille_absente`,
    `feuille_vide`. Faults among its notices: `feuilles_de_reponses`, visible sheets of answers that are not
    read; `colonne_en_double`, columns that the plan reads as one and that say two things on a row.
    """
    path = Path(path)
    used = plan_names(plan)
    require_file(path)
    read_as = form(path)
    if read_as == SURVEY:
        table, dictionary = _read_spss(path)
    elif read_as == WORKBOOK:
        table, dictionary = _read_workbook(path, plan, sheet)
    else:
        table, dictionary = read_table(path, known=used), Dictionary()
    table = _in_plan_spelling(set_aside(table, _INTERVIEWS), used)
    dropped = personal_columns(table.frame, dictionary.labels, keep=used)
    frame = table.frame.drop(columns=dropped)
    frame, mended = _clean(frame)
    frame = _named(frame, dictionary, plan)
    for name in plan.colonnes.poids if plan is not None else ():
        if name in frame.columns:
            frame[name] = _decimals(frame[name].tolist())
    frame, contradictions = joined_columns(frame, plan) if plan is not None else (frame, [])
    twins = (
        Fault(
            "colonne_en_double",
            table.place(one.position, one.column),
            fields={"colonne": one.column, "lues": listed(one.headers)},
        )
        for one in contradictions
    )
    table = replace(table, frame=frame, notices=(*table.notices, *twins))
    return Delivery(table, dictionary.without(dropped), _notices(table, dropped, mended))


def plan_names(plan: Plan | None) -> tuple[str, ...]:
    """List every column name a plan knows, in its order, each once."""
    if plan is None:
        return ()
    columns = plan.colonnes.model_dump().values()
    names: list[str] = [n for named in columns if isinstance(named, tuple) for n in named]
    for key, variable in plan.variables.items():
        names += [key, *variable.colonnes]
    for item in plan.items:
        names += [*item.colonnes, *([item.filtre.colonne] if item.filtre else [])]
    return tuple(dict.fromkeys(names))


def _read_workbook(
    path: Path, plan: Plan | None, sheet: str | None
) -> tuple[TextTable, Dictionary]:
    """Read the answers and the dictionary, known by what the sheets hold and not by their names."""
    folded = frozenset(fold(n) for n in plan_names(plan))
    require_table(path)
    book = Workbook(path)
    answers = book.candidates(sheet) if sheet is not None else book.names
    tables: list[TextTable] = []
    hidden: set[str] = set()
    dictionary = Dictionary()
    for name in book.names:
        page = book.sheet(name)
        hidden |= {name} if page.hidden else set()
        if sheet is not None and name in answers:
            tables.append(book.table(page, folded))
            continue
        try:
            # known names stand in the rows of a dictionary too: its header is looked for without them
            table = book.table(page, frozenset())
        except TfpbError as error:
            if error.faults[0].code != "feuille_vide":
                raise
            continue
        if is_dictionary(table.frame):
            dictionary = read_dictionary(table.frame)
        elif sheet is None:
            missed = folded and not any(fold(c) in folded for c in table.frame.columns)
            tables.append(book.table(page, folded) if missed else table)
    if not tables:
        raise fail("feuille_vide", place=Place(path.name))

    def known_and_size(table: TextTable) -> tuple[int, int]:
        return sum(1 for c in table.frame.columns if fold(c) in folded), table.frame.size

    taken = max(tables, key=known_and_size)
    others = [
        t.sheet
        for t in tables
        if t is not taken
        and t.sheet not in hidden
        and plan is not None
        and _answers(t, taken, plan)
    ]
    if others:
        place, fields = Place(path.name, taken.sheet), {"autres": listed(others)}
        fault = Fault("feuilles_de_reponses", place, taken.sheet, fields)
        taken = replace(taken, notices=(*taken.notices, fault))
    return taken, dictionary


def _answers(table: TextTable, taken: TextTable, plan: Plan) -> bool:
    """Return whether a sheet holds interviews as the one taken does: who or where, and a question.

    A table of results by résidence names no interview.
    """
    roles = plan.colonnes
    here, there = ({fold(c) for c in t.frame.columns} for t in (table, taken))
    surest = [{fold(n) for n in names} for names in (roles.repondant, roles.residence)]
    others = [{fold(n) for n in names} for names in (roles.vague, roles.bailleur, roles.qpv)]
    needed = [names for names in surest if names & there] or [n for n in others if n & there]
    asked = {fold(n) for item in plan.items for n in item.colonnes}
    return bool(needed and here & asked) and all(names & here for names in needed)


def _read_spss(path: Path) -> tuple[TextTable, Dictionary]:
    """Read an SPSS file in codes; answers declared missing (NSP…) are kept, they are answers."""
    require_table(path)
    found = read_spss(path)
    frame = pd.DataFrame(found["columns"], dtype=object)
    if frame.empty:
        raise fail("feuille_vide", place=Place(path.name))
    values = {
        name: {_ROUND_NUMBER.sub(r"\1", code): word for code, word in words}
        for name, words in found["values"].items()
    }
    rows = np.arange(1, len(frame) + 1)  # SPSS shows cases numbered from 1, without a header line
    table = TextTable(frame, path.name, "", rows, ".")
    return table, Dictionary(found["labels"], values)


def _in_plan_spelling(table: TextTable, used: Iterable[str]) -> TextTable:
    """Give headers that differ from the plan by case, accents or spaces the plan's spelling."""
    present = set(table.frame.columns)
    spelling = {fold(n): n for n in used if n not in present}
    renamed: dict[str, str] = {}
    for header in table.frame.columns:
        wanted = spelling.get(fold(mend_mojibake(header)))
        if wanted is not None and header not in set(used) and wanted not in renamed.values():
            renamed[header] = wanted
    return replace(table, frame=table.frame.rename(columns=renamed))


def _clean(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Bring codes to one writing and mend accents, value by value (a column holds few)."""
    out: dict[str, Any] = {}
    mended = 0
    for name in frame.columns:
        cells = frame[name]
        written: dict[str, str] = {}
        for text in cells.unique():
            whole = mend_mojibake(text)
            if whole != text:
                mended += int((cells == text).sum())
            match = _ROUND_NUMBER.fullmatch(whole)
            clean = "" if whole in _BLANKS else match[1] if match else whole
            if clean != text:
                written[text] = clean
        out[name] = [written.get(c, c) for c in cells] if written else cells.to_numpy()
    return pd.DataFrame(out, index=frame.index, columns=frame.columns, dtype=object), mended


def _named(frame: pd.DataFrame, dictionary: Dictionary, plan: Plan | None) -> pd.DataFrame:
    """Write waves, bailleurs and sides by the names the dictionary gives their codes.

    A code means nothing by itself: « 1 » may be the first bailleur of a list, or « Hors QPV ». A side
    keeps its codes when they mean the same, or when no side can be read from some name.
    """
    if plan is None:
        return frame
    roles = plan.colonnes
    for column in (c for c in frame if c in {*roles.vague, *roles.bailleur, *roles.qpv}):
        meanings = dictionary.meanings.get(str(column), {})
        codes = {c for c in frame[column] if c}
        names = {c: squeeze(meanings[c]) for c in codes if meanings.get(c)}
        if column in roles.qpv:
            sides = {c: parse_side(word) for c, word in names.items()}
            plain = all(parse_side(c) == sides.get(c) for c in codes)
            if plain or len(names) < len(codes) or None in sides.values():
                continue
        frame[column] = [names.get(c, c) for c in frame[column]]
    return frame


def _decimals(cells: list[str]) -> list[str]:
    """Write weights with a point; what is no number stays as written, for the survey to report."""
    parse = (
        decimals.parse_decimal if any("," in c for c in cells) else decimals.parse_machine_decimal
    )
    out = []
    for text in cells:
        if _PLAIN_DECIMAL.fullmatch(text):  # nearly all of them, and read alike by both
            out.append(repr(float(text.replace(",", "."))))
            continue
        try:
            out.append(repr(float(parse(text))) if text else "")
        except ValueError:
            out.append(text)
    return out


def _notices(table: TextTable, dropped: Iterable[str], mended: int) -> tuple[Fault, ...]:
    return (
        *dropped_columns(table, dropped),
        *(n for n in table.notices if n.place.column in {"", *table.frame.columns}),
        *mended_notice(table, mended),
    )
