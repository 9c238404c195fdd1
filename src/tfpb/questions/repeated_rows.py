"""Rows that repeat others: the same entrance, the same premises, the dwellings of the whole on each door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.model.question import Answer, Question, content_of
from tfpb.questions.finding import KEPT, OUT, Change, Finding
from tfpb.questions.whole_table import listed
from tfpb.text import fold, number_key

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from tfpb.model.question import Asked
    from tfpb.questions.whole_table import WholeTable

SAME: Final = "lignes_repetees"
"""Question on rows that say nothing else than the first."""
OTHERWISE: Final = "lignes_repetees_autrement"
"""Question on rows that name the same and say something else."""
REPEATED: Final = frozenset({SAME, OTHERWISE})
FIRST: Final = "premiere"
LAST: Final = "derniere"
_ENTRANCE: Final = ("id_residence", "adresse", "id_batiment")
_PREMISES: Final = ("avis", "invariant")
_WHOLE_LINE: Final = (
    "id_residence", "id_batiment", "section", "parcelle", "vlc_eur", "base_nette_eur",
    "cotisation_avis_eur", "annee",
)  # fmt: skip
"""Without an invariant, only a line that repeats another wholly may be the same premises."""
SHARED: Final = "partager"
"""Answer: each number is that of the résidence, its doors share it."""
_FEWEST: Final = 6
"""Résidences of several doors, and different numbers among them, from which anything is asked."""
_HOUSES: Final = 6
"""Dwellings under which a résidence is of houses, a door each."""
_SLOPE: Final = 0.6
"""How much the logarithm of a number grows with that of the doors: some 1 for totals, 0 for doors alike."""


def repeated_rows(table: WholeTable) -> Iterator[Finding]:
    """Ask about rows that name what an earlier row names: one of them counts, or all do.

    Rows that say the same in every column read are asked about once; the others once more, since it
    matters there which of them counts.
    """
    first: dict[Hashable, list[int]] = {}
    for position, key in enumerate(_keys(table)):
        if key is not None:
            first.setdefault(key, []).append(position)
    groups = [places for places in first.values() if len(places) > 1]
    read = sorted({*table.found.values()})
    same = [g for g in groups if len({_cells(table, k, read) for k in g}) == 1]
    if same:
        yield _asked(table, SAME, same)
    otherwise = [g for g in groups if g not in same]
    if otherwise:
        yield _asked(table, OTHERWISE, otherwise)


def repeated_in(asked: Iterable[Asked], source: str) -> frozenset[int]:
    """Return the rows of an input that were asked about: one that stays is another line, or still open."""
    own = (one.question for one in asked if one.question.source == source)
    return frozenset(row for question in own if question.code in REPEATED for row in question.rows)


def _asked(table: WholeTable, code: str, groups: Sequence[Sequence[int]]) -> Finding:
    later = sorted(k for g in groups for k in g[1:])
    earlier = sorted(k for g in groups for k in g[:-1])
    every = sorted(k for g in groups for k in g)
    rows = tuple(int(table.rows[k]) for k in later)
    firsts = sorted(int(table.rows[g[0]]) for g in groups)
    differ = [
        h for h in table.frame.columns
        if any(table.frame[h].iloc[list(g)].nunique() > 1 for g in groups)
    ]  # fmt: skip
    seen = {
        "lignes": str(len(rows)), "exemples": listed(map(str, firsts)), "colonnes": listed(differ)
    }  # fmt: skip
    whole = table.whole()
    out = {OUT: later} if code == SAME else {FIRST: later, LAST: earlier}
    answers = (*(Answer(one, table.without(at)) for one, at in out.items()), Answer(KEPT, whole))
    question = Question(
        code, table.source, Place(table.file, table.sheet, rows[0]), rows, tuple(seen.items()),
        answers, whole, content_of(table.cells(every)),
    )  # fmt: skip
    changes = {
        one: (Change(table.file, table.sheet, left_out=tuple(int(table.rows[k]) for k in at)),)
        for one, at in out.items()
    }
    return Finding(question, {**changes, KEPT: ()})


def _cells(table: WholeTable, position: int, headers: Sequence[str]) -> tuple[str, ...]:
    return tuple(fold(table.frame[h].iloc[position]) for h in headers)


def _keys(table: WholeTable) -> list[Hashable]:
    """Return what each row names; None where it names nothing, or the table is of another kind."""

    def texts(name: str) -> list[str]:
        header = table.found.get(name)
        return [""] * len(table.rows) if header is None else table.frame[header].tolist()

    if table.source == "patrimoine":
        parts = zip(*(texts(name) for name in _ENTRANCE), strict=True)
        return [(home, fold(door), fold(part)) if door else None for home, door, part in parts]
    if table.source != "fiscalite":
        return [None] * len(table.rows)
    lines = zip(*(_values(table, name, texts(name)) for name in _WHOLE_LINE), strict=True)
    named = zip(*(map(number_key, texts(name)) for name in _PREMISES), lines, strict=True)
    return [(avis, own) if own else (avis, own, *line) for avis, own, line in named]


def _values(table: WholeTable, name: str, cells: Sequence[str]) -> Sequence[Hashable]:
    """Return the cells of a column, its amounts as numbers: « 3 000 » is 3000,00."""
    header = table.found.get(name, "")
    if header not in table.measures:
        return cells
    numbers = table.numbers(header)
    return [float(n) if np.isfinite(n) else c for n, c in zip(numbers, cells, strict=True)]


def repeated_totals(table: WholeTable) -> Iterator[Finding]:
    """Ask where the doors of every résidence bear one number, and the larger the more doors there are.

    Doors built alike bear one number too; that number does not grow with how many they are.
    """
    header = table.found.get("nb_logements", "")
    if not table.group or not header:
        return
    counts = table.numbers(header)
    held = table.frame.groupby(table.group, sort=False).indices
    several = [rows for home, rows in held.items() if home and len(rows) > 1]
    numbers = [float(counts[rows[0]]) for rows in several]
    if min(len(several), len(set(numbers))) < _FEWEST:
        return
    if not all(counts[r[0]] >= len(r) and np.ptp(counts[r]) == 0 for r in several):
        return
    sizes = [(len(rows), counts[rows[0]]) for rows in held.values() if counts[rows[0]] >= _HOUSES]
    doors, dwellings = np.log(np.array(sizes)).T
    if np.ptp(doors) == 0 or np.polyfit(doors, dwellings, 1)[0] < _SLOPE:
        return
    at = sorted(int(k) for rows in several for k in rows)
    part = np.ones(len(counts))
    written: dict[tuple[int, str], str] = {}
    for rows in several:
        each, more = divmod(int(counts[rows[0]]), len(rows))
        part[rows[1:]] = 0
        written |= {
            (int(table.rows[k]), header): str(each + (i < more)) for i, k in enumerate(rows)
        }
    whole, numbered = table.whole(), tuple(int(table.rows[k]) for k in at)
    question = Question(
        "logements_repetes", table.source, Place(table.file, table.sheet, numbered[0], header), numbered,
        (("residences", str(len(several))),),
        (Answer(SHARED, table.stake.measure(part)), Answer(KEPT, whole)), whole,
        content_of(table.cells(at, (table.group, header))),
    )  # fmt: skip
    yield Finding(question, {SHARED: (Change(table.file, table.sheet, written=written),), KEPT: ()})
