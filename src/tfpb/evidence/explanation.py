"""A reference of a pack led back to its lines: a claim, a résidence, quarter, action, question or amount.

From the data of the pack alone: `donnees/` and its dictionary.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from tfpb.errors import fail
from tfpb.evidence.differences import DICTIONARY, rows_of
from tfpb.model.assembly import Cell, Explanation, Extract, Subject
from tfpb.near_names import near_names
from tfpb.packaged import packaged
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, str]


_TABLE: Final = packaged(__name__)
_SUBJECTS: Final = {Subject(name): entry for name, entry in _TABLE.items() if name != "rows"}
"""What a reference may name, and what explains it."""
_ROWS: Final = {claim: rows for rows in _TABLE["rows"] for claim in rows["claims"]}
"""Of a claim, the tables that hold the rows it adds up."""
_WHOLE: Final = "total"
_FIRST: Final = (Subject.ACTION, Subject.HOME, Subject.QUARTER, Subject.QUESTION)
"""What a line that bears an amount is about, the first that it names."""
_SCALES: Final = {"euros": 1, "centimes": 1, "pourcent": 100, "points": 100}
_MOST_PLACES: Final = 12


def explain(pack: Mapping[str, bytes], reference: str) -> tuple[Explanation, ...]:
    """Lead a reference back to its lines (`pack_illisible`).

    Parameters
    ----------
    pack : mapping of str to bytes
        As `tfpb.io.packs.pack.read_pack` gives it.
    reference : str
        Name of a claim (« Abattement acquis », `acquis`), identifier or name of a résidence, of a quarter, of
        an action, words of a question, or an amount as it is printed (« 260 354 € », « 62 % »).

    Returns
    -------
    tuple of Explanation
        One a thing of that name; of an amount first the claims that it is, then where it stands, and the
        lines of what it is about. Empty when the pack has nothing of that name.
    """
    try:
        tables = _Tables(pack)
        found = [tables.trail(kind, key) for kind, key in tables.named(reference)]
        return (*found,) or (*tables.claimed(reference), *tables.amount(reference))
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise fail("pack_illisible", got=type(error).__name__) from error


def near(pack: Mapping[str, bytes], reference: str) -> tuple[str, ...]:
    """Return the names of the pack that are near an unknown reference, likest first."""
    known = _Tables(pack).names()
    start = fold(reference)
    close = [name for name in known if start and fold(name).startswith(start)]
    return tuple(dict.fromkeys((*near_names(reference, known), *close)))[:5]


class _Tables:
    """The tables of a pack, read when they are asked for."""

    def __init__(self, pack: Mapping[str, bytes]) -> None:
        self.pack = pack
        words = rows_of(pack[DICTIONARY])
        self.columns = {(r["table"], r["colonne"]): r for r in words}
        self.titles = {r["table"]: r for r in words}

    def rows(self, table: str) -> list[Row]:
        return rows_of(self.pack.get(f"donnees/{table}.csv"))

    def names(self) -> list[str]:
        cells = (
            row[column]
            for about in _SUBJECTS.values()
            for row in self.rows(about["table"])
            for column in about["names"]
        )
        return list(dict.fromkeys(filter(None, cells)))

    def named(self, reference: str) -> list[tuple[Subject, str]]:
        """Return what bears that name, accents and case apart."""
        wanted = fold(reference)
        found = {
            (kind, row[about["names"][0]]): None
            for kind, about in _SUBJECTS.items()
            for row in self.rows(about["table"])
            if wanted in {fold(row[column]) for column in about["names"]}
        }
        return list(found)

    def trail(self, kind: Subject, key: str) -> Explanation:
        extracts, about = [], _SUBJECTS[kind]
        for table, read in about["trail"].items():
            lines = [r for r in self.rows(table) if r[read["key"]] == key]
            if lines:
                extracts.append(self.extract(table, lines, read["columns"]))
        if kind is Subject.CLAIM:
            extracts += self.added(key, _WHOLE)
        law = tuple(
            (r["libelle"], r["valeur"], r["reference"])
            for r in self.rows("hypotheses_legales")
            if any(mark in fold(r["reference"] + r["libelle"]) for mark in about["law"])
        )
        columns = about["names"]
        row = next((r for r in self.rows(about["table"]) if r[columns[0]] == key), {})
        name = " · ".join(dict.fromkeys(filter(None, (row.get(c, key) for c in columns))))
        return Explanation(kind, name, tuple(extracts), law)

    def claimed(self, reference: str) -> tuple[Explanation, ...]:
        """Return the claims printed so, the whole before its parts, each with the rows it adds up."""
        wanted = _number(reference)
        if wanted is None:
            return ()
        scale = 100 if "%" in reference or "point" in reference else 1
        lines = [
            r
            for r in self.rows("faits")
            if r["valeur_bas"] == r["valeur_haut"]
            and (value := _number(r["valeur_bas"])) is not None
            and _shown(value * scale, wanted)
        ]
        columns = _SUBJECTS[Subject.CLAIM]["trail"]["faits"]["columns"]
        return tuple(
            Explanation(
                Subject.CLAIM,
                f"{line['titre']} · {line['portee']}",
                (self.extract("faits", [line], columns), *self.added(line["nom"], line["portee"])),
            )
            for line in sorted(lines, key=lambda r: r["portee"] != _WHOLE)
        )

    def added(self, claim: str, scope: str) -> list[Extract]:
        """Return the rows that a claim adds up: quarters for the whole, else those of the quarter."""
        if (read := _ROWS.get(claim)) is None:
            return []
        table = read["whole"] if scope == _WHOLE else read["quarter"]
        rows = [r for r in self.rows(table) if scope in (_WHOLE, r.get("code_qpv"))]
        return [self.extract(table, rows, read["columns"])] if rows else []

    def extract(self, table: str, lines: Sequence[Row], columns: Iterable[str]) -> Extract:
        about = self.titles[table]
        shown = [c for c in columns if (table, c) in self.columns]
        return Extract(
            about["titre"],
            about.get("source", ""),
            tuple(tuple(self.cell(table, c, line[c]) for c in shown) for line in lines),
        )

    def cell(self, table: str, column: str, text: str) -> Cell:
        about = self.columns[table, column]
        return Cell(about["intitule"], text, about["format"])

    def amount(self, reference: str) -> tuple[Explanation, ...]:
        """Return where an amount stands, and the lines of the first thing it is about."""
        wanted = _number(reference)
        if wanted is None:
            return ()
        places, about = [], None
        for (table, column), words in self.columns.items():
            scale = _SCALES.get(words["format"])
            rows = self.rows(table) if scale else []
            values = [_number(r.get(column, "")) for r in rows]
            for row, value in zip(rows, values, strict=True):
                if value is not None and _shown(value * (scale or 1), wanted):
                    places.append(self.extract(table, [row], [*_labels(row), column]))
                    about = about or _subject(row)
            whole = sum((v for v in values if v is not None), Decimal(0))
            if words["format"] in ("euros", "centimes") and len(rows) > 1 and _shown(whole, wanted):
                places.append(self.extract(table, rows, [*_labels(rows[0]), column]))
        if not places:
            return ()
        first = Explanation(Subject.AMOUNT, reference, tuple(places[:_MOST_PLACES]))
        return (first, self.trail(*about)) if about else (first,)


def _labels(row: Row) -> list[str]:
    keys = (_SUBJECTS[kind]["names"][0] for kind in _FIRST)
    return [c for c in (*keys, "nom_qpv", "avis") if row.get(c)]


def _subject(row: Row) -> tuple[Subject, str] | None:
    keys = ((kind, _SUBJECTS[kind]["names"][0]) for kind in _FIRST)
    return next(((kind, row[c]) for kind, c in keys if row.get(c)), None)


def _number(text: str) -> Decimal | None:
    """Read a number as pages or data write it."""
    bare = re.sub(r"[\s€%]|points?", "", text).replace("−", "-").replace(",", ".")
    try:
        value = Decimal(bare)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _shown(value: Decimal, wanted: Decimal) -> bool:
    """Return whether a value is written so, once rounded as the reference is."""
    exponent = wanted.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return abs(value - wanted) * 2 <= step and bool(wanted)
