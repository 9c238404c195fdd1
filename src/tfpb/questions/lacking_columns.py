"""Columns that a figure needs and that a table lacks: made of another, the same for all rows, or unread."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.model.columns import Kind
from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.packaged import packaged
from tfpb.questions.finding import Change, Finding
from tfpb.questions.whole_table import listed
from tfpb.questions.years import of_year
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tfpb.model.columns import Column, Contract
    from tfpb.questions.whole_table import WholeTable

    Again = Callable[[WholeTable, Mapping[str, str]], WholeTable]

READ: Final = "lire"
LEFT: Final = "ne_pas_lire"
SPENT: Final = "realise"
"""Answer: what is valued is what was spent."""
APART: Final = "a_part"
SAME: Final = "annee_du_dossier"
OTHER: Final = "autre_annee"
ONE: Final = "un_seul"
EACH: Final = "un_par_ligne"
SUM: Final = "somme"
TOWN: Final = "commune"
WITH_TAX: Final = "ttc"
BARE: Final = "ht"
ON_UNREAD: Final = frozenset(
    {
        "colonne_a_lire",
        "ht_ou_ttc",
        "taux_seul",
        "sorties_datees",
        "codes_de_situation",
        "exoneration_partielle",
    }
)
"""Questions on a column that nothing reads: the list of unread columns leaves it out."""
_TABLES: Final = packaged(__name__)
_NEEDED: Final[dict[str, dict[str, list[str]]]] = _TABLES["needed"]
_NOTICE: Final[str] = _TABLES["notices"]["each"]
_ONE_NOTICE: Final[str] = _TABLES["notices"]["one"]
_OTHERS: Final = frozenset(_TABLES["others"]["words"])
_ANY_RATE: Final = re.compile("|".join(_TABLES["rates"]["any"]))
_WHOLE_RATE: Final = re.compile("|".join(_TABLES["rates"]["whole"]))
_MOSTLY: Final = 0.8
_SHOWN: Final = 3
_TAXES: Final = frozenset({"ht", "ttc"})
_NO_WORDS: Final = frozenset({"de", "en", "eur", "euro", "euros", "montant", "montants", "pct"})
_STEM: Final = 5
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def lacking_columns(table: WholeTable, contract: Contract, again: Again) -> Iterator[Finding]:
    """Ask for what a table lacks and that may be there under another name, or be the same for all rows.

    `again` returns the table with other columns found.
    """
    if table.kind == "fiscalite":
        if not any(name.startswith("taux_") for name in table.found):
            lone = _lone_rates(table)
            rates = dict.fromkeys(("taux_global_pct",) if lone else (), "".join(lone))
            # what hangs on the other questions is told with the one rate there is
            table = replace(again(table, {**table.found, **rates}), found=table.found)
        yield from _year_of_all(table)
        yield from _notice_of_all(table)
        yield from _lone_rate(table)
    unread = list(_unread_columns(table, again))
    yield from unread
    yield from _before_or_after_tax(table, contract, again)
    # a column that may say what is valued is asked about first
    if table.kind == "programme" and not unread:
        yield from _valued_as_spent(table)


def _valued_as_spent(table: WholeTable) -> Iterator[Finding]:
    """Ask whether what is valued is what was spent, where no cell says what is valued."""
    spent, valued = table.found.get("realise_eur", ""), table.found.get("valorise_eur", "")
    if not spent or (valued and (table.frame[valued] != "").any()):
        return
    amounts = np.nan_to_num(table.numbers(spent))
    if not amounts.any():
        return
    whole = Measure(float(amounts.sum()), Unit.EUR)
    question = Question(
        "valorise_absent", table.source, Place(table.file, table.sheet, 0, spent), (),
        (("colonne", spent),), (Answer(APART, Measure(0, Unit.EUR)), Answer(SPENT, whole)), whole,
        content_of(table.frame[spent]),
    )  # fmt: skip
    change = Change(table.file, table.sheet, copied={valued or "valorise_eur": spent})
    yield Finding(question, {SPENT: (change,), APART: ()})


def _year_of_all(table: WholeTable) -> Iterator[Finding]:
    """Ask whether all rows are of the year of the dossier, where no column gives a year."""
    if table.year is None or "annee" in table.found:
        return
    whole = table.whole()
    place = Place(table.file, table.sheet)
    question = Question(
        "annee_absente", table.source, place, (),
        (("annee", str(table.year)), ("avant", str(table.year - 1))),
        (Answer(OTHER, Measure(0, whole.unit)), Answer(SAME, whole)), whole,
        content_of([table.title, str(len(table.rows))]),
    )  # fmt: skip
    changes = {
        code: (Change(table.file, table.sheet, filled={"annee": str(year)}),)
        for code, year in ((SAME, table.year), (OTHER, table.year - 1))
    }
    yield Finding(question, changes)


def _notice_of_all(table: WholeTable) -> Iterator[Finding]:
    """Ask whether all rows are of one notice, where no column gives its number."""
    if "avis" in table.found:
        return
    rows = table.rows.tolist()
    lines = Measure(len(rows), Unit.LIGNES)
    question = Question(
        "avis_absent", table.source, Place(table.file, table.sheet), (), (("lignes", str(len(rows))),),
        (Answer(EACH, Measure(0, Unit.LIGNES)), Answer(ONE, lines)), lines, content_of([str(len(rows))]),
    )  # fmt: skip
    each = {(row, "avis"): _NOTICE.format(ligne=row) for row in rows}
    own = Change(table.file, table.sheet, filled={"avis": ""}, written=each)
    one = Change(table.file, table.sheet, filled={"avis": _ONE_NOTICE})
    yield Finding(question, {EACH: (own,), ONE: (one,)})


def _lone_rate(table: WholeTable) -> Iterator[Finding]:
    """Ask whether a rate of nothing in particular is that of the commune, or the sum of all.

    A column that says it is the sum is read as such; one that the user named the commune's is asked about
    where the sheet says elsewhere that its rates are whole.
    """
    named = table.found.get("taux_commune_pct", "")
    if "taux_global_pct" in table.found:
        return
    names_whole = _names_whole(table)
    if named and not (names_whole and _ANY_RATE.fullmatch(fold(named))):
        return
    held = [named] if named else _lone_rates(table)
    if not held:
        return
    header = held[0]
    bases = [table.found[c] for c in ("base_nette_eur", "vlc_eur") if c in table.found]
    amounts = np.nan_to_num(table.numbers(bases[-1])) if bases else np.ones(len(table.rows))
    if "base_nette_eur" not in table.found:
        amounts = amounts / 2
    due = float((amounts * np.nan_to_num(table.numbers(header))).sum() * 0.3 / 100)
    question = Question(
        "taux_seul", table.source, Place(table.file, table.sheet, 0, header), (),
        (("colonne", header), ("exemples", _examples(table, header))),
        (Answer(SUM, Measure(0, Unit.EUR)), Answer(TOWN, Measure(due, Unit.EUR))), Measure(due, Unit.EUR),
        content_of([table.title, *table.frame[header]]),
    )  # fmt: skip
    changes = {
        code: (Change(table.file, table.sheet, read_as={header: name}),)
        for code, name in ((SUM, "taux_global_pct"), (TOWN, "taux_commune_pct"))
    }
    yield Finding(question, changes)


def _lone_rates(table: WholeTable) -> list[str]:
    """Return the one column that nothing reads and that is a rate of nothing in particular."""
    headers = [h for h in table.unread if _ANY_RATE.fullmatch(fold(h))]
    held = [h for h in headers if np.isfinite(table.numbers(h)).mean() >= _MOSTLY]
    return held if len(held) == 1 else []


def _names_whole(table: WholeTable) -> bool:
    """Return whether a sheet says, above its header or in a column of words, that its rates are sums."""
    texts = [table.title, *table.frame.columns]
    return any(_WHOLE_RATE.search(fold(text)) for text in texts)


def _unread_columns(table: WholeTable, again: Again) -> Iterator[Finding]:
    """Ask about a column that nothing reads and whose header says what a figure needs."""
    others = set(of_year(table.frame.columns, table.year)[1])
    for name, patterns in _NEEDED.get(table.kind, {}).items():
        if name in table.found:
            continue
        wanted = re.compile(rf"(?:.* )?(?:{'|'.join(patterns)})(?: .*)?")
        likely = [
            h
            for h in table.unread
            if h not in others and wanted.fullmatch(fold(h)) and not _OTHERS & set(fold(h).split())
        ]
        held = [h for h in likely if _holds(table, name, h)]
        if len(held) != 1:
            continue
        header, whole = held[0], table.whole()
        read, left = again(table, {**table.found, name: header}).whole(), Measure(0, whole.unit)
        if name == "fin_exoneration":
            read, left = table.without(_exempt(table, header)), whole
        question = Question(
            "colonne_a_lire", table.source, Place(table.file, table.sheet, 0, header), (),
            (("colonne", name), ("lue", header), ("exemples", _examples(table, header))),
            (Answer(LEFT, left), Answer(READ, read)), whole, content_of(table.frame[header]),
        )  # fmt: skip
        change = Change(table.file, table.sheet, read_as={header: name})
        yield Finding(question, {READ: (change,), LEFT: ()})


def _holds(table: WholeTable, name: str, header: str) -> bool:
    """Return whether the cells of a column are what a column of a contract holds."""
    filled = table.frame[header][table.frame[header] != ""]
    if filled.empty:
        return False
    if name.endswith("_eur"):
        return bool(np.isfinite(table.numbers(header)).sum() >= _MOSTLY * len(filled))
    return bool(np.mean([_YEAR.search(text) is not None for text in filled]) >= _MOSTLY)


def _exempt(table: WholeTable, header: str) -> list[int]:
    year = table.year or 0
    years = [max(map(int, _YEAR.findall(text)), default=0) for text in table.frame[header]]
    return [k for k, end in enumerate(years) if end >= year]


def _examples(table: WholeTable, header: str) -> str:
    """Return the first three values of a column."""
    return listed([text for text in table.frame[header] if text][:_SHOWN])


def _before_or_after_tax(table: WholeTable, contract: Contract, again: Again) -> Iterator[Finding]:
    """Ask which of two columns, before tax and with tax, is the amount."""
    for column in contract.columns:
        if column.kind is not Kind.MONEY or column.name in table.found:
            continue
        pair = {
            next(iter(words & _TAXES)): header
            for header in table.unread
            if len((words := set(fold(header).split())) & _TAXES) == 1 and _is_named(column, header)
        }
        if len(pair) < len(_TAXES):
            continue
        after = {
            code: again(table, {**table.found, column.name: header}).whole()
            for code, header in pair.items()
        }
        if len({m.amount for m in after.values()}) < len(after):  # another column is the figure
            after = {
                code: Measure(float(np.nan_to_num(table.numbers(header)).sum()), Unit.EUR)
                for code, header in pair.items()
            }
        # an answer that would be refused is not offered; one alone is a remark
        codes = (BARE, WITH_TAX)
        held = [code for code in codes if _is_enough(table, column.name, pair[code])] or codes
        question = Question(
            "ht_ou_ttc", table.source, Place(table.file, table.sheet, 0, pair[BARE]), (),
            (("colonne", column.name), ("ht", pair[BARE]), ("ttc", pair[WITH_TAX])),
            tuple(Answer(code, after[code]) for code in held), after[held[-1]],
            content_of([c for header in pair.values() for c in table.frame[header]]),
        )  # fmt: skip
        changes = {
            code: (Change(table.file, table.sheet, read_as={header: column.name}),)
            for code, header in pair.items()
            if code in held
        }
        yield Finding(question, changes)


def _is_enough(table: WholeTable, name: str, header: str) -> bool:
    """Return whether no action would be valued above what a column says was spent: a fault."""
    valued = table.found.get("valorise_eur", "")
    if name != "realise_eur" or not valued:
        return True
    spent = table.numbers(header)
    return not bool((np.nan_to_num(table.numbers(valued)) > np.nan_to_num(spent) + 0.01).any())


def _is_named(column: Column, header: str) -> bool:
    """Return whether a header, but for « HT » or « TTC », says the words of a column."""
    own = _words(header)
    names = (column.name.removesuffix("_eur"), *column.aliases)
    return any(own and _alike(own, _words(name)) for name in names)


def _words(name: str) -> list[str]:
    return [w for w in fold(name).split() if w not in _TAXES | _NO_WORDS]


def _alike(one: Iterable[str], other: Iterable[str]) -> bool:
    first, second = sorted(one), sorted(other)
    return len(first) == len(second) and all(
        a == b or (a[:_STEM] == b[:_STEM] and min(len(a), len(b)) >= _STEM)
        for a, b in zip(first, second, strict=True)
    )
