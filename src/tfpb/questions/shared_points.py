"""Rows of a stock that all stand at one point, though they are of several streets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.model.question import Answer, Question, content_of
from tfpb.questions.finding import KEPT, Change, Finding
from tfpb.questions.whole_table import WholeTable, listed
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_ADDRESS: Final = "par_adresse"
"""Answer: the point is nobody's, the rows are placed by their addresses."""
_LEAST_ROWS: Final = 5
_LEAST_PART: Final = 0.1
_LEAST_STREETS: Final = 3
_NUMBER: Final = re.compile(r"^\d+(?: (?:bis|ter|quater))? ")


def shared_points(table: WholeTable) -> Iterator[Finding]:
    """Ask about a point that five rows, a tenth of the table and three streets or more share."""
    x, y, address = (table.found.get(name, "") for name in ("x", "y", "adresse"))
    if not (x and y and address):
        return
    points = table.frame[x] + " " + table.frame[y]
    points = points.where((table.frame[x] != "") & (table.frame[y] != ""), "")
    for point, rows in points.groupby(points, sort=False).indices.items():
        if point == "" or len(rows) < max(_LEAST_ROWS, _LEAST_PART * len(points)):
            continue
        streets = {_street(text) for text in table.frame[address].iloc[rows]} - {""}
        if len(streets) < _LEAST_STREETS:
            continue
        at = np.sort(rows).tolist()
        numbers = tuple(int(table.rows[k]) for k in at)
        whole = table.whole()
        blank = {(row, header): "" for row in numbers for header in (x, y)}
        place = Place(table.file, table.sheet, numbers[0], x)
        seen = (
            ("lignes", str(len(at))),
            ("point", str(point)),
            ("adresses", listed(table.frame[address].iloc[at])),
        )
        question = Question(
            "point_commun", table.source, place, numbers, seen,
            (Answer(BY_ADDRESS, table.without(at)), Answer(KEPT, whole)), whole,
            content_of(table.cells(at, (x, y, address))),
        )  # fmt: skip
        yield Finding(
            question, {BY_ADDRESS: (Change(table.file, table.sheet, written=blank),), KEPT: ()}
        )


def _street(address: str) -> str:
    """Return an address without its number."""
    return _NUMBER.sub("", fold(address))
