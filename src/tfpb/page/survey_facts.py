"""What the page may know of a survey: headers, and codes with their counts; never a row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tfpb.io.sources.deliveries import read_delivery
from tfpb.page.desk import mark
from tfpb.words.faults.sentences import LEAST, bounded
from tfpb.words.numbers import number

if TYPE_CHECKING:
    from tfpb.page.desk import Desk

_MOST_CODES: Final = 14


@dataclass(frozen=True, slots=True)
class Header:
    """One column of a delivery.

    Parameters
    ----------
    name, label : str
    codes : tuple of (str, str, str)
        Code, what it means, how many bear it (« moins de 11 » under eleven); empty where values are many.
    values : int
        How many different values.
    """

    name: str
    label: str
    codes: tuple[tuple[str, str, str], ...]
    values: int


def headers_of(desk: Desk, name: str) -> tuple[Header, ...]:
    """List the columns of a delivery of the dossier, those that look like a person left out.

    Raises
    ------
    TfpbError
        It cannot be read.
    """
    path, plan = desk.folder / name, desk.plan
    key = ("enquete", *mark(path), *mark(desk.plan_file))

    def make() -> tuple[Header, ...]:
        delivery = read_delivery(path, plan)
        out = []
        for column in delivery.table.frame.columns:
            counts = Counter(delivery.table.frame[column])
            counts.pop("", None)
            meanings = delivery.dictionary.meanings.get(column, {})
            codes: tuple[tuple[str, str, str], ...] = ()
            if len(counts) <= _MOST_CODES:
                codes = tuple(
                    (c, meanings.get(c, ""), bounded(n, LEAST) if n < LEAST else number(n))
                    for c, n in sorted(counts.items(), key=lambda pair: (len(pair[0]), pair[0]))
                )
            label = delivery.dictionary.labels.get(column, "")
            out.append(Header(str(column), label, codes, len(counts)))
        return tuple(out)

    found: tuple[Header, ...] = desk.kept(key, make)
    return found
