"""The dwellings of a whole résidence written on each of its doors, where they would be added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.model.question import Answer, Question, content_of
from tfpb.questions.finding import KEPT, Change, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.questions.whole_table import WholeTable

SHARED: Final = "partager"
"""Answer: each number is that of the résidence, its doors share it."""
_FEWEST: Final = 6
"""Résidences of several doors, and different numbers among them, from which anything is asked."""
_HOUSES: Final = 6
"""Dwellings under which a résidence is of houses, a door each."""
_SLOPE: Final = 0.6
"""How much the logarithm of a number grows with that of the doors: some 1 for totals, 0 for doors alike."""


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
