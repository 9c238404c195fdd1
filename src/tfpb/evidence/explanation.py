"""A reference of a pack led back to its lines: a claim, a place, a premises, an action, a question, a sum.

From the data of the pack alone: `donnees/` and what describes it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tfpb.errors import fail
from tfpb.evidence.differences import PACKAGE, dictionary, rows_of
from tfpb.evidence.other_quarters import ADDED, PAGES, SHARED, carriers, lacking_first, shares_of
from tfpb.facts.amount import between
from tfpb.facts.claim import TITLES, Claim, Claims, State
from tfpb.model.assembly import Cell, Explanation, Extract, Subject
from tfpb.near_names import near_names
from tfpb.packaged import packaged
from tfpb.text import fold
from tfpb.words.documents.report_words import SOURCES
from tfpb.words.numbers import rough_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from tfpb.facts.amount import Amount

Row = dict[str, str]


_TABLE: Final = packaged(__name__)
_SUBJECTS: Final = {
    Subject(name): entry
    for name, entry in _TABLE.items()
    if name not in {"tables", "rows", "shares"}
}
"""What a reference may name, and what explains it."""
_NAMED: Final[dict[str, list[str]]] = _TABLE["tables"]
"""Of a table, its names in the packs that are read, today's first."""
_ROWS: Final = {claim: rows for rows in _TABLE["rows"] for claim in rows["claims"]}
"""Of a claim, the table that holds the rows it adds up, and the column added."""
_SHARES: Final = tuple(
    (part, share["of"]) for share in _TABLE["shares"] for part in share["claims"]
)
"""Claims that the note prints over another: each with what divides it."""
_RANKED: Final = "valorise"
"""The claim of which the note names the axes given most, and adds up the others."""
_AXIS: Final = re.compile(r"axe \d+")
_PLACED: Final = re.compile(r"(?:(.+) )?axe (\d+)")
_WHOLE: Final = "total"
_NAMES: Final = ("nom", "titre")
_PREMISES: Final = "locaux"
_HOMES: Final = "residences"
_LAW: Final = "textes"
_LEGAL: Final = SOURCES["loi"]
_MOTIVE: Final = "motif"
_STATE: Final = "statut"
_MANY: Final = frozenset({Subject.QUARTER, Subject.NOTICE})
"""What has many premises, told by state."""
_QUARTER: Final = "code_qpv"
_OUTSIDE: Final = "hors_quartier"
_LINE: Final = "ligne_fichier"
_FIRST: Final = (Subject.PREMISES, Subject.ACTION, Subject.HOME, Subject.QUARTER, Subject.QUESTION)
"""What a line that bears an amount is about, the first that it names."""
_SCALES: Final = {"euros": 1, "centimes": 1, "pourcent": 100, "points": 100}
_ONE: Final = Decimal(1)
_ALMOST: Final = Decimal("0.99")
_ROUNDINGS: Final = (ROUND_HALF_UP, ROUND_UP)
_NO_LINE: Final[tuple[Row, Decimal]] = ({}, Decimal(0))


def explain(pack: Mapping[str, bytes], reference: str) -> tuple[Explanation, ...]:
    """Lead a reference back to its lines in a pack, as `read_pack` gives it (`pack_illisible`).

    It may be the name of a claim, alone or with its scope (« acquis », « Abattement acquis QN05991I »),
    number of a premises or of a notice, identifier or name of a résidence, of a quarter, of an action,
    words of a question, or an amount as it is printed (« 260 354 € », « 62 % »). One explanation a thing of
    that name; of an amount first the claims that it is, then where it is. Empty when the pack has nothing
    of that name.
    """
    try:
        tables = _Tables(pack)
        if found := tables.named(reference):
            return found
        exact = (
            *tables.claimed(reference, 0),
            *tables.derived(reference),
            *tables.of_others(reference),
        )
        return exact or tables.amount(reference) or tables.claimed(reference, 1)
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
        self.read: dict[str, list[Row]] = {}
        words = dictionary(pack)
        if not words:
            raise KeyError(PACKAGE)
        self.columns = {(r["table"], r["colonne"]): r for r in words}
        self.titles = {r["table"]: r for r in words}

    def rows(self, table: str) -> list[Row]:
        if table not in self.read:
            self.read[table] = rows_of(self.pack.get(f"donnees/{table}.csv"))
        return self.read[table]

    def has(self, table: str, columns: Iterable[str]) -> list[str]:
        """Return the names that a table has in this pack, that with most of these columns first."""
        names = [name for name in _NAMED.get(table, [table]) if self.rows(name)]
        wanted = list(columns)
        return sorted(names, key=lambda name: -sum((name, c) in self.columns for c in wanted))

    def listed(self, kind: Subject) -> tuple[str, list[Row]]:
        """Return the table that lists what may be named of a kind, and its rows."""
        about = _SUBJECTS[kind]
        name = next(iter(self.has(about["table"], about["names"])), "")
        return name, self.rows(name)

    def names(self) -> list[str]:
        cells = (
            row[column]
            for kind, about in _SUBJECTS.items()
            for row in self.listed(kind)[1]
            for column in about["names"]
        )
        return list(dict.fromkeys(filter(None, cells)))

    def named(self, reference: str) -> tuple[Explanation, ...]:
        """Explain what bears that name, accents and case apart."""
        wanted = fold(reference)
        claims = self.rows("faits")
        lines = [r for r in claims if wanted in {fold(f"{r[c]} {r['portee']}") for c in _NAMES}]
        if not lines:
            lines = [r for r in claims if wanted in {fold(r[c]) for c in _NAMES}]
            lines = [r for r in lines if r["portee"] == _WHOLE] or lines
        found = [self.claim([line]) for line in lines]
        for kind, about in _SUBJECTS.items():
            key = about["names"][0]
            bearers = (
                r for r in self.listed(kind)[1] if wanted in {fold(r[c]) for c in about["names"]}
            )
            if kind is not Subject.CLAIM:
                found += [self.trail(kind, k) for k in dict.fromkeys(r[key] for r in bearers)]
        return tuple(found)

    def trail(self, kind: Subject, key: str) -> Explanation:
        """Explain a thing that the data list: its figures, their reason, the lines of the files."""
        about = _SUBJECTS[kind]
        column = about["names"][0]

        listed = next(iter(self.of(self.listed(kind)[0], column, key)), {})
        name = " · ".join(dict.fromkeys(filter(None, (listed.get(c, key) for c in about["names"]))))
        law = tuple(
            dict.fromkeys(
                re.split(" *[;:]", reference)[0]
                for name, reference in self.laws()
                if any(mark in fold(reference + name) for mark in about["law"])
            )
        )
        premises = [t for t in self.has(_PREMISES, [_STATE]) if kind in _MANY][:1]
        found = [r[_STATE] for t in premises for r in self.of(t, column, key) if r.get(_STATE)]
        return Explanation(
            kind, name, tuple(self.figures(about, key)), tuple(self.reasons(about, key, listed)),
            tuple(self.lines(about, key)), law=law, states=tuple(Counter(found).most_common()),
        )  # fmt: skip

    def laws(self) -> list[tuple[str, str]]:
        """List the legal values: name, reference; of a pack of 0.3.0, from a table of their own."""
        now, before = _NAMED[_LAW]
        kept = [r for r in self.rows(now) if r.get("nature") == _LEGAL] + self.rows(before)
        return [(r.get("nom") or r["libelle"], r["reference"]) for r in kept]

    def of(self, name: str, column: str, key: str) -> list[Row]:
        return [r for r in self.rows(name) if r.get(column) == key]

    def figures(self, about: Mapping[str, Any], key: str) -> Iterator[Cell]:
        """Yield the figures of a thing that are not nil, those of its premises added up."""
        for table, column in map(_column, about["figures"]):
            for name in self.has(table, [column]):
                rows = self.of(name, about["names"][0], key)
                if (name, column) in self.columns and rows:
                    text = _added(rows, column) if table == _PREMISES else rows[0][column]
                    if _number(text) != 0:
                        yield self.cell(name, column, text)
                    break

    def reasons(self, about: Mapping[str, Any], key: str, listed: Row) -> list[str]:
        """Return what the data say of why, up to the first motive."""
        column = about["names"][0]
        motives: dict[str, str] = {}
        for table, c in map(_column, about["reasons"]):
            if text := self.reason(table, c, {**listed, column: key}, column):
                motives[text] = c
                if c == _MOTIVE:
                    break
        return list(motives)

    def lines(self, about: Mapping[str, Any], key: str) -> Iterator[Extract]:
        """Yield the lines of the files, heaviest first."""
        for read in about["lines"]:
            for name in self.has(read["table"], [*read["columns"], *read["by"]]):
                if rows := self.of(name, about["names"][0], key):
                    yield self.extract(name, _heaviest(rows, read["by"]), read["columns"])
                    break

    def reason(self, table: str, column: str, row: Row, key: str) -> str:
        """Return what a column says of a row: where its key is, else where its résidence is."""
        home = _SUBJECTS[Subject.HOME]["names"][0]
        for name in self.has(table, [column]):
            at_home = self.of(name, home, row[home]) if row.get(home) else []
            bearers = self.of(name, key, row[key]) or at_home
            if text := next((r[column] for r in bearers if r.get(column)), ""):
                return text
        return ""

    def claimed(self, reference: str, slack: int) -> tuple[Explanation, ...]:
        """Return the claims printed so, or with such a bound: the whole before its parts, each with its rows.

        `slack`: units that a table may add or take from a rounded cell so that its lines add up.
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
        return tuple(self.claim([line]) for line in sorted(lines, key=_far_from_the_whole))

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
                out.append(self.claim([line, under], name))
        axes = [(r, v) for r, v in known if r["nom"] == _RANKED and _AXIS.fullmatch(r["portee"])]
        axes.sort(key=lambda pair: -pair[1])
        for first in range(1, len(axes) - 1):
            rest = [r for r, value in axes[first:] if value]
            if _shown(sum((value for _, value in axes[first:]), Decimal(0)), wanted, 0):
                name = f"{rest[0]['titre']} · {' + '.join(r['portee'] for r in rest)}"
                out.append(self.claim(rest, name))
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
            self.claim(
                [rows[n, c] for n in names for c in codes if (n, c) in rows],
                f"{' ÷ '.join(TITLES[n].french for n in names)} · {' + '.join(codes)}",
            )
            for names, codes in found
        )

    def claim(self, lines: Sequence[Row], name: str = "") -> Explanation:
        """Explain a claim: its value and state, its quarters, the rows that it adds up, heaviest first.

        `lines` of « faits » are one, or all of them for a figure made of several, which `name` names.
        """
        first = lines[0]
        if name:
            figures = tuple(_value(r, f"{r['titre']} · {r['portee']}") for r in lines)
            return Explanation(Subject.CLAIM, name, figures, claim=first["nom"])
        nom, scope = first["nom"], first["portee"]
        quarters = tuple(
            _value(r, r["portee"])
            for r in self.rows("faits")
            if r["nom"] == nom
            and scope == _WHOLE
            and r["portee"] in self.quarters
            and _number(r["valeur_bas"])
        )
        extracts: list[Extract] = []
        motive = ""
        if read := _ROWS.get(nom):
            by = read["by"]
            for table in [
                t
                for t in self.has(read["table"], [*read["columns"], by])
                if (t, by) in self.columns
            ][:1]:
                rows = [r for r in self.rows(table) if _within(r, scope) and _number(r.get(by, ""))]
                rows = _heaviest(rows, [by])
                if rows:
                    extracts.append(self.extract(table, rows, [*read["columns"], by, _LINE]))
                    motive = self.motive(rows[0]) if read["table"] == _PREMISES else ""
        return Explanation(
            Subject.CLAIM, f"{first['titre']} · {scope}", (_value(first, ""),), (motive,) if motive else (),
            tuple(extracts), claim=nom, state=first["etat"], sheet=first["feuille"], quarters=quarters,
        )  # fmt: skip

    @cached_property
    def quarters(self) -> frozenset[str]:
        return frozenset(r[_QUARTER] for r in self.listed(Subject.QUARTER)[1])

    def motive(self, row: Row) -> str:
        """Return why the résidence of a row is where it is; empty where nothing says it."""
        home = _SUBJECTS[Subject.HOME]["names"][0]
        text = self.reason(_HOMES, _MOTIVE, row, home)
        return f"{row[home]} : {text}" if text else ""

    def extract(self, table: str, lines: Sequence[Row], columns: Iterable[str]) -> Extract:
        about = self.titles[table]
        shown = [c for c in dict.fromkeys(columns) if (table, c) in self.columns]
        return Extract(
            about["titre"],
            about.get("source", ""),
            tuple(tuple(self.cell(table, c, line[c]) for c in shown) for line in lines),
        )

    def cell(self, table: str, column: str, text: str) -> Cell:
        about = self.columns[table, column]
        return Cell(column, about["intitule"], text, about["format"])

    def amount(self, reference: str) -> tuple[Explanation, ...]:
        """Return where an amount stands."""
        wanted = _number(reference)
        if wanted is None:
            return ()
        places: list[Extract] = []
        about: list[tuple[Subject, str]] = []
        for (table, column), words in self.columns.items():
            scale = _SCALES.get(words["format"])
            rows = self.rows(table) if scale else []
            values = [_number(r.get(column, "")) for r in rows]
            for row, value in zip(rows, values, strict=True):
                if value is not None and _shown(value * (scale or 1), wanted, 0):
                    places.append(self.extract(table, [row], [_LINE, *_labels(row), column]))
                    about += _subjects(row)
            whole = sum((v for v in values if v is not None), Decimal(0))
            if (
                words["format"] in ("euros", "centimes")
                and len(rows) > 1
                and _shown(whole, wanted, 0)
            ):
                places.append(self.extract(table, rows, [_LINE, *_labels(rows[0]), column]))
        if not places:
            return ()
        whose = [self.trail(*subject) for subject in dict.fromkeys(about)]
        reasons = whose[0].reasons if whose else ()
        return (
            Explanation(Subject.AMOUNT, reference, reasons=reasons, extracts=tuple(places)),
            *whose,
        )


def _column(name: str) -> tuple[str, str]:
    """Cut « table.column »."""
    table, _, column = name.partition(".")
    return table, column


def _labels(row: Row) -> list[str]:
    keys = (_SUBJECTS[kind]["names"][0] for kind in _FIRST)
    return [c for c in (*keys, "nom_qpv", "avis") if row.get(c)]


def _subjects(row: Row) -> list[tuple[Subject, str]]:
    """Return what a row is about, the first that it names."""
    keys = ((kind, _SUBJECTS[kind]["names"][0]) for kind in _FIRST)
    return [(kind, row[c]) for kind, c in keys if row.get(c)][:1]


def _added(rows: Sequence[Row], column: str) -> str:
    return str(sum((_number(r.get(column, "")) or Decimal(0) for r in rows), Decimal(0)))


def _within(row: Row, scope: str) -> bool:
    """Return whether a row is of a scope: the whole, a quarter, an axis, or an axis of a quarter."""
    place, axis = scope, ""
    if match := _PLACED.fullmatch(scope):
        place, axis = match[1] or _WHOLE, match[2]
    if axis and row.get("axe_mot", "").partition(" ")[0] != axis:
        return False
    return place == _WHOLE or row.get(_QUARTER) == ("" if place == _OUTSIDE else place)


def _heaviest(rows: Iterable[Row], by: Sequence[str]) -> list[Row]:
    """Put first the rows whose first column weighs most, then the next column, and so on."""

    def weight(row: Row) -> list[Decimal]:
        return [-abs(_number(row.get(c, "")) or Decimal(0)) for c in by]

    return sorted(rows, key=weight)


def _value(row: Row, label: str) -> Cell:
    """Return the value of a claim, or its two bounds, by the unit of the claim."""
    low, high = row["valeur_bas"], row["valeur_haut"]
    return Cell("", label, low if low == high else f"{low} {high}".strip(), row["unite"])


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
