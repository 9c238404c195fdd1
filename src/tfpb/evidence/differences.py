"""What differs between two packs, figure by figure, from their data alone."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import fail
from tfpb.model.assembly import Difference, Kind
from tfpb.model.record import RUN, has_record, recorded
from tfpb.text import is_number
from tfpb.words.documents.report_words import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PACKAGE: Final = "donnees/datapackage.json"
_DICTIONARY: Final = "donnees/dictionnaire.csv"
"""Of a pack of 0.3.0: what its tables and columns are called."""
_FOLDER: Final = "donnees/"
_COMPARED_ELSEWHERE: Final = frozenset({"faits", "reglages", "controles", "ressaisie"})
_OF_THE_RUN: Final = (
    "sources",
    frozenset({None, *(SOURCES[k] for k in ("fichier", "carte", "reglage"))}),
)
"""Table whose rows of these kinds the record of the run has too; of 0.3.0, all of them."""
_RENAMED: Final = {
    "comparaison_detail": "satisfaction_detail",
    "niveaux": "satisfaction_niveaux",
}
"""Tables of a pack of 0.3.0 that are the same under another name."""
_LABEL: Final = 2
_TEXT: Final = "texte"


def differences(first: Mapping[str, bytes], second: Mapping[str, bytes]) -> list[Difference]:
    """Compare two packs (name inside the pack → bytes), as `read_pack` gives them.

    Files, settings, versions and checks, then figures table by table in the order of the pack. Lines are
    matched by what names them; the same figure repeated on several lines counts once. Raises
    `pack_illisible`: records or tables that the program did not write so.
    """
    try:
        return _differences(first, second)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, csv.Error) as error:
        raise fail("pack_illisible", got=type(error).__name__) from error


def _differences(first: Mapping[str, bytes], second: Mapping[str, bytes]) -> list[Difference]:
    found = _records(*(recorded(p, RUN) if has_record(p, RUN) else b"{}" for p in (first, second)))
    words = _Words.of(first, second)
    before, after = _data(first), _data(second)
    for table in sorted({*before, *after} - _COMPARED_ELSEWHERE, key=words.rank):
        found += _tables(table, words, before.get(table), after.get(table))
    return found


def _data(pack: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the tables of a pack by their name of today."""
    names = (n for n in pack if n.startswith(_FOLDER) and n.endswith(".csv") and n != _DICTIONARY)
    bare = {n.removeprefix(_FOLDER).removesuffix(".csv"): n for n in names}
    return {_RENAMED.get(table, table): pack[n] for table, n in bare.items()}


@dataclass(frozen=True, slots=True)
class _Words:
    """Titles, headers and formats by table and column, and the order of tables."""

    titles: dict[str, str]
    columns: dict[tuple[str, str], tuple[str, str]]

    @classmethod
    def of(cls, *packs: Mapping[str, bytes]) -> _Words:
        rows = [row for pack in packs for row in dictionary(pack)]
        return cls(
            {r["table"]: r["titre"] for r in rows},
            {(r["table"], r["colonne"]): (r["intitule"], r["format"]) for r in rows},
        )

    def rank(self, table: str) -> tuple[int, str]:
        order = list(self.titles)
        return (order.index(table) if table in self.titles else len(order), table)

    def column(self, table: str, name: str) -> tuple[str, str]:
        return self.columns.get((table, name), (name, ""))


def _records(first: bytes, second: bytes) -> list[Difference]:
    before, after = (json.loads(data) for data in (first, second))
    found = _files(before.get("entrees", ()), after.get("entrees", ()))
    for kind, name in ((Kind.SETTING, "reglages"), (Kind.VERSION, "versions")):
        found += _flat_differences(kind, _flat(before.get(name)), _flat(after.get(name)))
    checks = [{c["nom"]: c for c in run.get("controles", ())} for run in (before, after)]
    read = [{n: f"{c['obtenu']}/{c['attendu']}" for n, c in one.items()} for one in checks]
    return found + _flat_differences(Kind.CHECK, *read)


def _files(before: Sequence[Any], after: Sequence[Any]) -> list[Difference]:
    """List the files that changed; one that bears another name but stands alone in its role is the same."""
    left, right = (_by_role(entries) for entries in (before, after))
    found = []
    for role, name in [*left, *(k for k in right if k not in left)]:
        old, new = left.get((role, name)), right.get((role, name))
        if old is None or new is None or old["sha256"] != new["sha256"]:
            rows = tuple(
                "" if e is None or e["lignes"] is None else str(e["lignes"]) for e in (old, new)
            )
            found.append(Difference(Kind.FILE, role, name, "", rows[0], rows[1]))
    return found


def _by_role(entries: Iterable[Any]) -> dict[tuple[str, str], Any]:
    return {(str(e["role"]), str(e["nom"])): e for e in entries}


def _flat_differences(
    kind: Kind, before: Mapping[str, str], after: Mapping[str, str]
) -> list[Difference]:
    return [
        Difference(kind, "", key, "", before.get(key, ""), after.get(key, ""))
        for key in sorted({*before, *after})
        if before.get(key, "") != after.get(key, "")
    ]


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, list):
        value = ", ".join(str(v) for v in value)
    if not isinstance(value, dict):
        return {prefix: "" if value is None else str(value)} if prefix else {}
    out: dict[str, str] = {}
    for key, inner in value.items():
        out |= _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    return out


_Row = dict[str, str]


def _tables(
    table: str, words: _Words, first: bytes | None, second: bytes | None
) -> list[Difference]:
    left, right = (
        [
            r
            for r in rows_of(data)
            if table != _OF_THE_RUN[0] or r.get("nature") not in _OF_THE_RUN[1]
        ]
        for data in (first, second)
    )
    if first is None or second is None:  # of another edition, or of a file that one pack lacks
        kind, title = Kind.LOST_LINE if left else Kind.NEW_LINE, words.titles.get(table, table)
        whole = Difference(kind, title, "", "", "", "", lines=len(left or right))
        return [whole] if left or right else []
    texts, naming = _naming_columns(table, words, left, right)
    before, after = (_keyed(rows, texts[:naming]) for rows in (left, right))
    title = words.titles.get(table, table)
    found: list[Difference] = []
    for key in [*before, *(k for k in after if k not in before)]:
        old, new = before.get(key), after.get(key)
        label = " · ".join(filter(None, _name(new or old or {}, texts[: max(naming, _LABEL)])))
        if old is None or new is None:
            kind = Kind.NEW_LINE if old is None else Kind.LOST_LINE
            found.append(Difference(kind, title, label, "", "", ""))
            continue
        for column in {**old, **new}:
            if old.get(column, "") != new.get(column, ""):
                header, form = words.column(table, column)
                cells = old.get(column, ""), new.get(column, "")
                found.append(Difference(Kind.FIGURE, title, label, header, *cells, form))
    return _gathered(found)


def _gathered(found: Iterable[Difference]) -> list[Difference]:
    """Keep once a figure that several lines repeat."""
    seen: dict[tuple[str, ...], Difference] = {}
    for one in found:
        line = "" if one.kind is Kind.FIGURE else one.key
        alike = (one.kind, line, one.column, one.before, one.after)
        known = seen.get(alike)
        seen[alike] = one if known is None else replace(known, lines=known.lines + 1)
    return list(seen.values())


def _naming_columns(
    table: str, words: _Words, left: Sequence[_Row], right: Sequence[_Row]
) -> tuple[list[str], int]:
    """Return the text columns, and how many of the first name every line alone."""
    rows = [*left, *right]
    if not rows:
        return [], 0
    texts = [c for c in rows[0] if _is_text(table, c, words, rows)] or list(rows[0])[:1]
    for count in range(1, len(texts) + 1):
        chosen = texts[:count]
        if all(len({_name(r, chosen) for r in side}) == len(side) for side in (left, right)):
            return texts, count
    return texts, len(texts)


def _is_text(table: str, column: str, words: _Words, rows: Sequence[_Row]) -> bool:
    form = words.column(table, column)[1]
    return form in (_TEXT, "annee") or (
        not form and not any(is_number(r.get(column, "")) for r in rows)
    )


def _name(row: _Row, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(row.get(c, "") for c in columns)


def _keyed(rows: Sequence[_Row], columns: Sequence[str]) -> dict[tuple[str, ...], _Row]:
    """Key each line by its naming columns; a number parts those that nothing parts."""
    out: dict[tuple[str, ...], _Row] = {}
    for row in rows:
        key = unique = _name(row, columns)
        number = 2
        while unique in out:
            unique = (*key, str(number))
            number += 1
        out[unique] = row
    return out


def dictionary(pack: Mapping[str, bytes]) -> list[_Row]:
    """Return the names of the tables of a pack, a line a column; none if the pack lacks them."""
    if _DICTIONARY in pack:
        return rows_of(pack[_DICTIONARY])
    return [
        {
            "table": table["name"], "titre": table["title"], "colonne": field["name"],
            "intitule": field["title"], "format": field["forme"],
            "source": " ; ".join(one["title"] for one in table.get("sources", ())),
        }
        for table in json.loads(pack.get(PACKAGE, b"{}")).get("resources", ())
        for field in table["schema"]["fields"]
    ]  # fmt: skip


def rows_of(data: bytes | None) -> list[_Row]:
    """Read the lines of a table of the pack; none of one that is not there."""
    if data is None:
        return []
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
