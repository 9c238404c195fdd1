"""A reference of a pack led back to its lines: a claim, a résidence, quarter, action, question or amount.

From the data of the pack alone: `donnees/` and its dictionary.
"""

from __future__ import annotations

import csv
import re
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from tfpb.errors import fail
from tfpb.evidence.differences import DICTIONARY, rows_of
from tfpb.evidence.other_quarters import ADDED, PAGES, SHARED, carriers, lacking_first, shares_of
from tfpb.facts.amount import between
from tfpb.facts.claim import TITLES, Claim, Claims, State
from tfpb.model.assembly import Cell, Explanation, Extract, Subject
from tfpb.near_names import near_names
from tfpb.packaged import packaged
from tfpb.text import fold
from tfpb.words.numbers import rough_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.facts.amount import Amount

Row = dict[str, str]


_TABLE: Final = packaged(__name__)
_SUBJECTS: Final = {
    Subject(name): entry for name, entry in _TABLE.items() if name not in {"rows", "shares"}
}
"""What a reference may name, and what explains it."""
_ROWS: Final = {claim: rows for rows in _TABLE["rows"] for claim in rows["claims"]}
"""Of a claim, the tables that hold the rows it adds up."""
_SHARES: Final = tuple(
    (part, share["of"]) for share in _TABLE["shares"] for part in share["claims"]
)
"""Claims that the note prints over another: each with what divides it."""
_RANKED: Final = "valorise"
"""The claim of which the note names the axes given most, and adds up the others."""
_AXIS: Final = re.compile(r"axe \d+")
_WHOLE: Final = "total"
_FIRST: Final = (Subject.ACTION, Subject.HOME, Subject.QUARTER, Subject.QUESTION)
"""What a line that bears an amount is about, the first that it names."""
_SCALES: Final = {"euros": 1, "centimes": 1, "pourcent": 100, "points": 100}
_MOST_PLACES: Final = 12
_ONE: Final = Decimal(1)
_ALMOST: Final = Decimal("0.99")
_ROUNDINGS: Final = (ROUND_HALF_UP, ROUND_UP)
_NO_LINE: Final[tuple[Row, Decimal]] = ({}, Decimal(0))


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
        if found:
            return tuple(found)
        exact = (
            *tables.claimed(reference, 0),
            *tables.derived(reference),
            *tables.of_others(reference),
            *tables.amount(reference),
        )
        return exact or tables.claimed(reference, 1)
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

    def claimed(self, reference: str, slack: int) -> tuple[Explanation, ...]:
        """Return the claims printed so, or with such a bound: the whole before its parts, each with its rows.

        Parameters
        ----------
        slack : int
            Units that a table may add or take from a rounded cell so that its lines add up.
        """
        wanted = _number(reference)
        if wanted is None:
            return ()
        scale = _scale(reference)
        lines = [
            row
            for row in self.rows("faits")
            if any(_shown(value * scale, wanted, slack) for value in _ends(row))
        ]
        return tuple(
            Explanation(
                Subject.CLAIM,
                f"{line['titre']} · {line['portee']}"
                + (f" = {line['valeur_bas']}" if slack else ""),
                (self.claims([line]), *self.added(line["nom"], line["portee"])),
            )
            for line in sorted(lines, key=_far_from_the_whole)
        )

    def derived(self, reference: str) -> tuple[Explanation, ...]:
        """Return what the note makes of two claims or more: one over another, the axes it does not name."""
        wanted = _number(reference)
        if wanted is None:
            return ()
        known = [
            (r, value)
            for r in self.rows("faits")
            if r["valeur_bas"] == r["valeur_haut"]
            and (value := _number(r["valeur_bas"])) is not None
        ]
        whole = {r["nom"]: (r, value) for r, value in known if r["portee"] == _WHOLE}
        out = []
        for part, of in _SHARES:
            (line, value), (under, base) = whole.get(part, _NO_LINE), whole.get(of, _NO_LINE)
            if base and _shown(value / base * _scale(reference), wanted, 0):
                name = f"{line['titre']} ÷ {under['titre']}"
                out.append(Explanation(Subject.CLAIM, name, (self.claims([line, under]),)))
        axes = [(r, v) for r, v in known if r["nom"] == _RANKED and _AXIS.fullmatch(r["portee"])]
        axes.sort(key=lambda pair: -pair[1])
        for first in range(1, len(axes) - 1):
            rest = [r for r, value in axes[first:] if value]
            if _shown(sum((value for _, value in axes[first:]), Decimal(0)), wanted, 0):
                name = f"{rest[0]['titre']} · {' + '.join(r['portee'] for r in rest)}"
                out.append(Explanation(Subject.CLAIM, name, (self.claims(rest),)))
        return tuple(out)

    def of_others(self, reference: str) -> tuple[Explanation, ...]:
        """Return what the note adds up of quarters: those its table does not hold, what they carry over."""
        wanted = _number(reference)
        if wanted is None or "point" in reference:
            return ()
        rows = {(r["nom"], r["portee"]): r for r in self.rows("faits") if r["nom"] in TITLES}
        held = Claims(Claim(*key, _read(r), State.INCONNU) for key, r in rows.items())
        codes = lacking_first(held)
        some = carriers(held)
        tried: list[tuple[tuple[str, ...], list[str], Amount]] = [
            (("reporte",), some, held.sum("reporte", some))
        ]
        for kept in (k for k in PAGES if k < len(codes)):
            rest = codes[kept:]
            tried += [((name,), rest, held.sum(name, rest)) for name in ADDED]
            shares = zip(SHARED, shares_of(held, rest), strict=True)
            tried += [((name, "acquis"), rest, share) for name, share in shares]
        found = [
            (names, codes)
            for names, codes, whole in tried
            if _writes(whole, wanted, share="%" in reference, divided=len(names) > 1)
        ]
        return tuple(
            Explanation(
                Subject.CLAIM,
                f"{' ÷ '.join(TITLES[n].french for n in names)} · {' + '.join(codes)}",
                (self.claims([rows[n, c] for n in names for c in codes if (n, c) in rows]),),
            )
            for names, codes in found
        )

    def claims(self, lines: Sequence[Row]) -> Extract:
        return self.extract("faits", lines, _SUBJECTS[Subject.CLAIM]["trail"]["faits"]["columns"])

    def added(self, claim: str, scope: str) -> list[Extract]:
        """Return the rows that a claim adds up: quarters for the whole, else those of the quarter."""
        if (read := _ROWS.get(claim)) is None:
            return []
        tables = read["whole"] if scope == _WHOLE else read["quarter"]
        table = next((t for t in tables if t in self.titles), tables[0])
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
                if value is not None and _shown(value * (scale or 1), wanted, 0):
                    places.append(self.extract(table, [row], [*_labels(row), column]))
                    about = about or _subject(row)
            whole = sum((v for v in values if v is not None), Decimal(0))
            if (
                words["format"] in ("euros", "centimes")
                and len(rows) > 1
                and _shown(whole, wanted, 0)
            ):
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


def _far_from_the_whole(claim: Row) -> tuple[bool, bool]:
    return claim["valeur_bas"] != claim["valeur_haut"], claim["portee"] != _WHOLE


def _read(row: Row) -> Amount | None:
    """Read the bounds of a claim; none where it bears no figure."""
    least, most = _number(row["valeur_bas"]), _number(row["valeur_haut"])
    return None if least is None else between(least, most, str(State.INCONNU))


def _writes(whole: Amount, wanted: Decimal, *, share: bool, divided: bool) -> bool:
    """Return whether a sum, or a share, is written so: one so that its line adds up, the other outwards."""
    ends = [end for end in (whole.at_least, whole.at_most) if end is not None]
    if share != divided:
        return False
    if not share:
        return any(_shown(end, wanted, 1) for end in (*ends, *rough_ends(whole)))
    ends = [100 * (min(end, _ALMOST) if whole.is_known and end < 1 else end) for end in ends]
    return any(wanted == end.quantize(_ONE, way) != 0 for way in _ROUNDINGS for end in ends)


def _ends(row: Row) -> tuple[Decimal, ...]:
    """Return the bounds of a claim, then as a page rounds them."""
    ends = tuple(v for end in ("valeur_bas", "valeur_haut") if (v := _number(row[end])) is not None)
    if len(ends) < 2 or ends[0] >= ends[1]:  # noqa: PLR2004 - of one bound, nothing is rounded
        return ends
    return (*ends, *rough_ends(between(ends[0], ends[1], "bornes")))


def _scale(reference: str) -> int:
    return 100 if "%" in reference or "point" in reference else 1


def _number(text: str) -> Decimal | None:
    """Read a number as pages or data write it."""
    bare = re.sub(r"[\s€%]|points?", "", text).replace("−", "-").replace(",", ".")
    try:
        value = Decimal(bare)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _shown(value: Decimal, wanted: Decimal, slack: int) -> bool:
    """Return whether a value is written so, once rounded as the reference is, or so many steps from it."""
    exponent = wanted.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return abs(value - wanted) * 2 <= step * (1 + 2 * slack) and bool(wanted)
