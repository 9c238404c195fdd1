"""Which header of a file is which column of a contract: given by the user, by name, by alias, by label."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from rapidfuzz import fuzz

from tfpb.errors import Fault, Place, Severity, TfpbError
from tfpb.model.columns import Column, Contract, Kind
from tfpb.packaged import packaged
from tfpb.questions.years import dated, of_year
from tfpb.text import fold
from tfpb.words.faults.input_words import listed, rename_words
from tfpb.words.faults.paste_words import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tfpb.io.tables.text_table import TextTable

_TABLES: Final = packaged(__name__)
_LINKING: Final = frozenset(
    ("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les")
)
_EMPTY_WORDS: Final = frozenset(("euro", "euros", "eur", "montant", "montants"))
"""Words that mean no more than the sign « € », which folding drops: « Montant valorisé (en euros) »."""
_SAME: Final[dict[str, str]] = _TABLES["same"]
"""Abbreviations and what they stand for, once in the singular."""
_UNIT: Final = re.compile(r" (eur|pct|m)$")
THOUSANDS: Final = re.compile(r"\b[km] ?(?:€|eur)|\b(?:milliers?|millions?)\b", re.IGNORECASE)
MILLIONS: Final = re.compile(r"\bm ?(?:€|eur)|\bmillions?\b", re.IGNORECASE)
_CALL: Final = re.compile(r"\s*\(\d\)$")
"""Call of a note at the foot of a page: « TEOM (2) »."""
_DAY: Final = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](20\d\d)\b")
"""A day in a header: « Logements 31/12/2024 »."""
_SIGNIFICANT: Final = 3
"""Letters from which a word, or its beginning, is compared."""
UNCOUNTED: Final = "montants_absents"
_MISTYPED: Final = 85.0
"""Likeness, 0 to 100, from which a word is another mistyped (« comunal »)."""


def match_columns(
    table: TextTable, contract: Contract, renames: Mapping[str, str]
) -> tuple[dict[str, str], list[Fault]]:
    """Find the header of each column: given by the user, by its name, by an alias or its label.

    A last round forgets linking words, units and plurals, reads « Nbre » as « nombre », « N° » as
    « numéro », and the sign « % » as « taux ». A header that carries the table's year is read for the one
    without year, and before it; a header of another year means no column unless the user names it. Faults:
    `colonne_en_double`, and `colonne_absente` for a column that must be there or that the user named.
    """
    own, others = of_year(table.frame.columns, table.year)
    headers: dict[str, list[str]] = {}
    bare: dict[str, list[str]] = {}
    for header in table.frame.columns:
        headers.setdefault(fold(own.get(header, header)), []).append(header)
        for name in () if header in others else _meanings(own.get(header, header)):
            bare.setdefault(name, []).append(header)
    for header, named in own.items():  # the year of the file rules the column without year
        headers[fold(named)], bare[_bare(named)] = [header], [header]
        headers.setdefault(fold(header), []).append(header)
    place = Place(table.file, table.sheet)
    found: dict[str, str] = {}
    faults: list[Fault] = []
    taken: set[str] = set()

    def take(column: Column, hits: list[str]) -> bool:
        free = [h for h in hits if h not in taken]
        if free:
            found[column.name] = free[0]
            taken.add(free[0])
            faults.extend(_twins(headers, free, column.name, place))
        return bool(free)

    for column in contract.columns:
        take(column, headers.get(fold(renames.get(column.name, column.name)), []))
    left = [c for c in contract.columns if c.name not in found and c.name not in renames]
    for column in left:
        any(take(column, headers.get(fold(name), [])) for name in _other_names(column))
    for column in left:
        if column.name not in found:
            names = (column.name, *_other_names(column))
            any(take(column, bare.get(_bare(name), [])) for name in names if _words(name))
    unread = [h for h in table.frame.columns if h not in taken and h not in others]
    spare = [h for n, h in found.items() if n not in renames and not contract.column(n).required]
    faults += [
        Fault(
            "colonne_absente",
            place,
            fields={
                "colonne": renames.get(column.name, column.name),
                "signification": column.label or column.name,
                "lues": listed(table.frame.columns),
                **_settled(
                    contract,
                    column,
                    _likely(column, _by_day(unread, column, table.year)) or _likely(column, spare),
                ),
            },
        )
        for column in contract.columns
        if column.name not in found
        and ((column.required and column.instead not in found) or column.name in renames)
    ]
    return found, faults


def refuse_unknown(table: TextTable, asked: Iterable[str], known: Iterable[str]) -> None:
    """Refuse names given by the user that no column bears (`colonne_option_inconnue`, each its own)."""
    names = tuple(known)
    unknown = [name for name in asked if name not in names]
    if unknown:
        place, fields = Place(table.file), {"noms": ", ".join(names)}
        raise TfpbError(Fault("colonne_option_inconnue", place, n, fields) for n in unknown)


def unread_columns(
    table: TextTable, contract: Contract, found: Mapping[str, str], asked: Collection[str] = ()
) -> list[Fault]:
    """List the columns of a file that nothing reads: a right or a date that is lost moves money.

    `montants_absents`, which stops; `colonne_ressemblante` for a header that looks like a column that was
    not found; `colonnes_non_lues` for the others, in a contract that is closed. Headers in a question
    (`asked`) are in no list.
    """
    others = of_year(table.frame.columns, table.year)[1]
    left = [h for h in table.frame.columns if h not in {*found.values(), *asked}]
    unread = [h for h in left if h not in others]
    place = Place(table.file, table.sheet)
    doubts = _amounts_absent(table, contract, found, unread)
    doubted = {f.fields["colonne"] for f in doubts}
    unread = [h for h in unread if h not in {f.got for f in doubts}]
    lacking = [c for c in contract.columns if c.required and c.name not in found]
    asked = {_likely(c, unread) for c in lacking}  # proposed already for what must be there
    unread = [h for h in unread if h not in asked]
    for column in contract.columns:
        known = column.name in found or column.required or column.name in doubted
        likely = "" if known else _likely(column, unread)
        if likely:
            unread.remove(likely)
            fields = {
                "colonne": column.name,
                "signification": column.label or column.name,
                **_settled(contract, column, likely),
            }
            here = Place(table.file, table.sheet, 0, likely)
            doubts.append(Fault("colonne_ressemblante", here, likely, fields, Severity.DOUTE))
    unread = [h for h in left if h in unread or h in others]
    if contract.closed and unread:
        doubts.append(Fault("colonnes_non_lues", place, listed(unread), {}, Severity.DOUTE))
    return doubts


def _amounts_absent(
    table: TextTable, contract: Contract, found: Mapping[str, str], unread: Iterable[str]
) -> list[Fault]:
    """Refuse a table whose sums would be told as 0 €: nothing counted is read, or the first is not.

    Its lines must hold something in one of the columns `counted`; a header like the first of them that
    is not read may hold the amounts, whatever the others do.
    """
    if not contract.counted or table.frame.empty:
        return []
    column = contract.column(contract.counted[0])
    likely = "" if column.name in found else _likely(column, unread)
    read = [found[name] for name in contract.counted if name in found]
    spent = found.get("realise_eur", "")  # what is valued of it is asked
    is_whole = any(any(table.frame[header]) for header in (*read, spent) if header)
    if is_whole and not likely and column.name not in found:
        # a total made of hours while amounts stand unread, of another year even, would be another one
        unfound = [c for c in contract.columns if c.kind is Kind.MONEY and c.name not in found]
        near = ((c, _likely(c, unread)) for c in unfound)
        column, likely = next(((c, h) for c, h in near if h), (column, ""))
        others = of_year(table.frame.columns, table.year)[1]
        bare = [dated(header, table.year).bare for header in others]
        is_whole = not any(_likely(c, bare) for c in unfound)
    if is_whole and not likely:
        return []
    fields = {
        "colonne": column.name,
        "signification": column.label,
        "lues": listed(table.frame.columns),
        "table": contract.name,
        **_settled(contract, column, likely),
    }
    return [Fault(UNCOUNTED, Place(table.file, table.sheet), likely, fields)]


def _settled(contract: Contract, column: Column, likely: str) -> dict[str, Any]:
    """Return what names a column in dossier.toml: the words of a message, and the line to paste."""
    line = rename_words(contract.name, column.name, likely)
    pasted = (COLUMNS, f"{contract.name}.{column.name}", likely)
    return {"aussi": line, **({"coller": pasted} if line else {})}


@lru_cache(maxsize=1 << 10)
def _other_names(column: Column) -> tuple[str, ...]:
    """Return the aliases, the label as the templates print it, and the label without unit or example."""
    label = column.label
    labels = (label, re.split(r", en | \(| : ", label)[0]) if label else ()
    return tuple(dict.fromkeys((*column.aliases, *labels)))


@lru_cache(maxsize=1 << 14)  # headers of a folder, and names of contracts, come again and again
def _bare(header: str) -> str:
    """Reduce a header to its significant words, in one spelling, in the singular, without note calls."""
    words = [w for w in fold(_CALL.sub("", header)).split() if w not in _LINKING | _EMPTY_WORDS]
    singular = [
        w[:-1] if len(w) > _SIGNIFICANT and w[-1] == "s" and w not in _SAME else w for w in words
    ]
    return " ".join(_SAME.get(w, w) for w in singular)


def _meanings(header: str) -> tuple[str, ...]:
    """Return the bare header, and the rate that its sign says: « TSE (%) » is « taux TSE »."""
    return (_bare(header), *((_bare(f"taux {header}"),) if "%" in header else ()))


def _likely(column: Column, unread: Iterable[str]) -> str:
    """Return the header that shares most words, or their beginnings, with a column ("" for none).

    One word in common is not enough (« code agence » is no « code postal »), unless it is all there is.
    """
    names = (_UNIT.sub("", fold(column.name)), *_other_names(column))
    vocabularies = [_words(name) for name in names]
    best, most = "", 0
    for header in unread:
        bare = _DAY.sub(" ", header)
        words = _words(THOUSANDS.sub("", bare) if column.kind is Kind.MONEY else bare)
        for vocabulary in vocabularies:
            shared = sum(any(_alike(w, v) for v in vocabulary) for w in words)
            named = column.required and fold(column.name) in words  # « Adresse du site »
            alone = shared == len(words) == 1 and len(words[0]) > _SIGNIFICANT
            enough = shared > 1 or alone or named
            if enough and shared > most:
                best, most = header, shared
    return best


def _by_day(headers: list[str], column: Column, year: int | None) -> list[str]:
    """Order headers that bear a day: the nearest first to what a column is of.

    A count is that of 1 January of the year, an amount that of its end.
    """
    if year is None:
        return headers
    due = dt.date(year, 12, 31) if column.kind is Kind.MONEY else dt.date(year, 1, 1)

    def away(header: str) -> int:
        found = _DAY.search(header)
        try:
            day = None if found is None else dt.date(*(int(n) for n in found.groups()[::-1]))
        except ValueError:
            day = None
        return 0 if day is None else abs((day - due).days)

    return sorted(headers, key=away)


def is_akin(column: Column, header: str) -> bool:
    """Return whether a header shares a word with a column: a guess, to ask about."""
    names = (_UNIT.sub("", fold(column.name)), *_other_names(column))
    vocabulary = {w for name in names for w in _words(name)}
    return any(_alike(w, v) for w in _words(header) for v in vocabulary)


def _words(name: str) -> list[str]:
    return [w for w in _bare(name).split() if len(w) >= _SIGNIFICANT]


def _alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one) or fuzz.ratio(one, other) >= _MISTYPED


def _twins(
    headers: Mapping[str, list[str]], hits: list[str], name: str, place: Place
) -> list[Fault]:
    """Refuse to choose between columns of one header (the reader numbers the second « X (2) »)."""
    first = hits[0]
    numbered = [h for h in headers.get(fold(f"{first} (2)"), []) if h == f"{first} (2)"]
    if len(hits) + len(numbered) < 2:  # noqa: PLR2004
        return []
    fields = {"colonne": name, "lues": listed((*hits, *numbered))}
    return [Fault("colonne_en_double", place, fields=fields)]
