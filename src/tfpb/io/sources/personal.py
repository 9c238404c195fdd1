"""Columns that could name a person: known by header, by label or by content.

Tenants, caretakers, signatories: whatever table holds them, nothing needs them. They are dropped where
a table is read, listed, and the run goes on.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Place, Severity
from tfpb.packaged import packaged
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pandas as pd

    from tfpb.io.tables.text_table import TextTable

_TABLES: Final = packaged(__name__)
_WORDS: Final[frozenset[str]] = frozenset(_TABLES["words"])
_PHRASES: Final[tuple[str, ...]] = tuple(_TABLES["phrases"])
_WHOLE: Final[frozenset[str]] = frozenset(_TABLES["whole"])
_TENANT: Final[frozenset[str]] = frozenset(_TABLES["tenant"])
_TENANT_PHRASES: Final[tuple[str, ...]] = tuple(_TABLES["tenant_phrases"])
_STAFF: Final[frozenset[str]] = frozenset(_TABLES["staff"])
"""Words of a header that say whose name the column holds: persons at work."""
_STAFF_PHRASES: Final[tuple[str, ...]] = tuple(_TABLES["staff_phrases"])
_REACHED: Final[frozenset[str]] = frozenset(_TABLES["reached"])
_REACHED_PHRASES: Final[tuple[str, ...]] = tuple(_TABLES["reached_phrases"])
_ALONE: Final[frozenset[str]] = frozenset(_TABLES["alone"])
_COUNTED: Final[frozenset[str]] = frozenset(_TABLES["counted"])
_OFFICES: Final[frozenset[str]] = frozenset(_TABLES["offices"])
"""Words of a name that no person bears: « Agence Nord » manages too."""
_PLACES: Final[frozenset[str]] = frozenset(_TABLES["places"])
"""Words of a header under which « Claude DEBUSSY » is a résidence, or « Onet SERVICES » a firm."""
_ARTICLES: Final[frozenset[str]] = frozenset(_TABLES["articles"])
"""Words that begin the name of a place: « La PLAINE »."""
_GIVEN: Final = r"[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+(?:-[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+)*"
_FAMILY: Final = r"(?:[A-ZÀ-ÖØ-Ý]['’])?[A-ZÀ-ÖØ-Ý]{2,}(?:[-'’ ][A-ZÀ-ÖØ-Ý]{2,})*"
_GIVEN_FAMILY: Final = re.compile(
    rf"({_GIVEN}) (?:d[eu] |de la )?({_FAMILY})|({_FAMILY}) ({_GIVEN})"
)
"""« Sophie MARTIN », « BEN ALI Karim »: how staff is written in a column of names."""
_CAPITALS: Final = re.compile(rf"{_FAMILY}(?: {_FAMILY})*|{_GIVEN}(?: {_GIVEN})+")
"""« DUPONT », « MARTIN SOPHIE », « Sophie Martin »: a name where the header says that they are some."""
_PHONE: Final = re.compile(
    r"(?:\+33|0033|0)[\s.-]?[1-9](?:[\s.-]?\d{2}){4}|[1-9](?:[\s.-]\d{2}){4}"
)
_BARE_PHONE: Final = re.compile(r"[1-9]\d{8}")
"""A telephone whose zero a spreadsheet took; also any number of nine digits."""
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}")
_MARKED_PHONE: Final = re.compile(
    r"(?<!\d)(?:\+33|0033)[\s.-]?[1-9](?:[\s.-]?\d{2}){4}(?!\d)"
    r"|(?<!\d)0[1-9]([\s.-])\d{2}(?:\1\d{2}){3}(?!\d)"
)
"""A telephone that can be nothing else: with its signs, or of a country."""
_TITLE: Final = re.compile(
    r"(?:M\.|MM\.|Mr\b|Mme\b|Mlle\b|Monsieur\b|Madame\b|Mademoiselle\b)\s*\S", re.IGNORECASE
)
_TITLED: Final = re.compile(
    r"(?<![\w.])(?:M\.|MM\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle)\s+[A-ZÀ-Ý]"
)
"""The same anywhere in a text."""
_PLAIN: Final = re.compile(
    r"(?:\d{1,4}(?:[.,]\d+)?|o|n|oui|non|vrai|faux|x|true|false)", re.IGNORECASE
)
"""What names nobody: a count, or whether there is one."""
_SHARE: Final = 0.5
_ALIKE: Final = 0.3
_SENTENCE_LENGTH: Final = 40
_SENTENCE_SHARE: Final = 0.2
_FEW: Final = 3
_DIFFERENT: Final = 0.75


def personal_columns(
    frame: pd.DataFrame, labels: Mapping[str, str], *, keep: Iterable[str]
) -> list[str]:
    """List the columns to drop from a frame of text, in its order; `labels` are of a dictionary, if any.

    Columns in `keep`, which a plan reads, are never dropped for their header. Telephones and mail addresses
    go even if a plan names them.
    """
    kept = set(keep)
    out = []
    for name in frame.columns:
        filled = [t for t in frame[name].unique() if t]
        texts = (name, labels.get(name, ""))
        if _contacts(filled) or (
            name not in kept
            and (
                any(map(_by_words, texts))
                or _sentences(filled)
                or (any(map(_names_people, texts)) and _may_name(frame[name], filled))
                or _people(name, filled)
            )
        ):
            out.append(name)
    return out


def tenant_columns(frame: pd.DataFrame, *, keep: Iterable[str] = ()) -> list[str]:
    """List the columns that make a table of addresses a list of tenants, in the order of the frame of text.

    A count of tenants is none, nor is the telephone of an agency: the same on many rows. One telephone or
    mail address a row names a household. `keep`: columns read under a known name.
    """
    kept = set(keep)
    return [
        name
        for name in frame.columns
        if name not in kept and (_names_tenants(name) or _one_contact_a_row(frame[name]))
    ]


def without_people(
    table: TextTable, *, known: Iterable[str], signed: Iterable[str] = ()
) -> tuple[TextTable, list[Fault]]:
    """Leave out the columns of a table that look like persons, and what its notices quote of them.

    One doubt lists them. `known` names are never dropped for their header, nor for digits that a number of
    a notice may have too; `signed` ones are always kept: who decided a doubt remains in the file of
    decisions.
    """
    kept = {fold(name) for name in known}
    frame = table.frame
    names = [
        h
        for h in frame.columns.difference(list(signed), sort=False)
        if _of_people(h, frame[h], known=fold(h) in kept)
        or (fold(h) not in kept and _people(h, [t for t in frame[h].unique() if t], frame, kept))
    ]
    if not names:
        return table, []
    notices = tuple(n for n in table.notices if n.place.column not in names)
    left = replace(table, frame=table.frame.drop(columns=names), notices=notices)
    return left, dropped_columns(table, names)


def names_someone(text: str) -> bool:
    """Return whether a text alone names someone, or says how to reach them: a title, a mail, a telephone."""
    return any(p.search(text) for p in (_TITLED, _MARKED_PHONE, _MAIL))


def dropped_columns(table: TextTable, names: Iterable[str]) -> list[Fault]:
    """Report the columns that were dropped because they could name a person; nothing for none."""
    listed = ", ".join(f"« {name} »" for name in names)
    place = Place(table.file, table.sheet)
    doubt = Fault("donnee_personnelle_ecartee", place, "", {"colonnes": listed}, Severity.DOUTE)
    return [doubt] if listed else []


def _of_people(header: str, cells: pd.Series[str], *, known: bool) -> bool:
    """Return whether a column looks like persons, by its header or by what it holds."""
    filled = [t for t in cells.unique() if t]
    named = sum(1 for t in filled if _TITLE.match(t) or _MARKED_PHONE.search(t) or _MAIL.search(t))
    if named > _SHARE * len(filled):
        return True
    if known:
        return False
    if any(_MARKED_PHONE.search(t) or _MAIL.search(t) for t in filled) or _telephones(filled):
        return True
    return _names_people(header) and not all(_PLAIN.fullmatch(t) or _office(t) for t in filled)


def _office(text: str) -> bool:
    """Return whether a short text names an organisation; « Agence Nord, Sophie MARTIN » is longer."""
    words = fold(text).split()
    return len(words) <= _FEW and not _OFFICES.isdisjoint(words)


def _people(
    header: str, values: list[str], frame: pd.DataFrame | None = None, known: Collection[str] = ()
) -> bool:
    """Return whether most values are a given name and a family name, whatever their header.

    Names of persons differ by both (« Chauffage GAZ » and « Eau GAZ » do not); a place that bears a
    person's name is told by its header, or stands in a column that is known.
    """
    if not _PLACES.isdisjoint(fold(header).split()):
        return False
    found = [m for t in values if (m := _GIVEN_FAMILY.fullmatch(t)) and not _placed(t)]
    if len(found) < _FEW or len(found) <= _SHARE * len(values):
        return False
    family = {m[2] or m[3] for m in found}
    given = {m[1] or m[4] for m in found}
    if len(family) <= _DIFFERENT * len(found) or len(given) <= _SHARE * len(found):
        return False
    if frame is None:
        return True
    written = [v for h in frame.columns if fold(h) in known for v in frame[h].unique()]
    places = " | ".join(map(fold, written))
    return sum(fold(m[0]) in places for m in found) <= _SHARE * len(found)


def _placed(text: str) -> bool:
    words = fold(text).split()
    return words[0] in _ARTICLES or not _OFFICES.isdisjoint(words)


def _may_name(cells: pd.Series[str], filled: list[str]) -> bool:
    """Return whether a column whose header says persons may name them: no scale of answers does."""
    if all(_PLAIN.fullmatch(t) for t in filled):
        return False
    named = sum(1 for t in filled if _CAPITALS.fullmatch(t) or _GIVEN_FAMILY.fullmatch(t))
    titled = sum(1 for t in filled if _TITLE.match(t))
    a_row = len(filled) > max(_FEW, _SHARE * sum(1 for t in cells if t))
    return named + titled > _SHARE * len(filled) or a_row


def _holds(key: str, words: frozenset[str], phrases: tuple[str, ...]) -> bool:
    """Return whether a folded text has one of the words, or one of the phrases whole."""
    return not words.isdisjoint(key.split()) or any(f" {p} " in f" {key} " for p in phrases)


def _names_people(header: str) -> bool:
    key = fold(header)
    phrases = (*_TENANT_PHRASES, *_STAFF_PHRASES, *_REACHED_PHRASES)
    named = key in _ALONE or _holds(key, _TENANT | _STAFF | _REACHED, phrases)
    return named and not _holds(key, _COUNTED, ())


def _telephones(values: list[str]) -> bool:
    """Return whether most values are telephones in a row of digits; numbers of notices begin alike."""
    whole = [v for v in values if _PHONE.fullmatch(v)]
    if len(whole) > _FEW and Counter(v[:4] for v in whole).most_common(1)[0][1] > _ALIKE * len(
        whole
    ):
        return False
    return len(whole) > _SHARE * len(values) or _bare_phones(values)


def _names_tenants(header: str) -> bool:
    key = fold(header)
    return _holds(key, _TENANT, _TENANT_PHRASES) and not _holds(key, _COUNTED, ())


def _one_contact_a_row(cells: pd.Series[str]) -> bool:
    filled = [t for t in cells if t]
    different = set(filled)
    return len(different) > _SHARE * len(filled) and len(different) > _FEW and _contacts(filled)


def _by_words(text: str) -> bool:
    key = fold(text)
    return key in _WHOLE or _holds(key, _WORDS, _PHRASES)


def _contacts(values: list[str]) -> bool:
    if not values:
        return False
    hits = sum(1 for v in values if _PHONE.fullmatch(v) or _MAIL.fullmatch(v))
    return hits > _SHARE * len(values) or _bare_phones(values)


def _bare_phones(values: list[str]) -> bool:
    """Return whether numbers are telephones without their zero; identifiers begin alike (a year, a town).

    Most telephones of households are mobiles, of all beginnings.
    """
    bare = [v for v in values if _BARE_PHONE.fullmatch(v)]
    if len(bare) <= max(_FEW, _SHARE * len(values)):
        return False
    mobiles = sum(1 for v in bare if v[0] in "67")
    commonest = max(Counter(v[:2] for v in bare).values())
    return mobiles > _SHARE * len(bare) and commonest <= _ALIKE * len(bare)


def _sentences(values: list[str]) -> bool:
    """Return whether values are free answers: codes and categories are short and few."""
    long = [v for v in values if len(v) > _SENTENCE_LENGTH and len(v.split()) > 5]  # noqa: PLR2004
    return len(long) > max(5, _SENTENCE_SHARE * len(values))
