"""Cells of typed frames as plain values: what pandas calls missing becomes None or empty text."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pandas.api.extensions import ExtensionDtype

from tfpb.errors import Fault, Place, Severity
from tfpb.model.columns import STAMP

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    import pandas as pd

Item = TypeVar("Item")
Key = TypeVar("Key", bound="Hashable")
ZERO: Final = Decimal(0)
CENT: Final = Decimal("0.01")
EURO: Final = Decimal(1)
RATE: Final = Decimal("0.0001")
SHARE: Final = Decimal("0.000001")


class Record(dict[str, Any]):
    """A row by its columns, whose cells are read as plain values; a column that is not there is empty."""

    def text(self, column: str) -> str:
        """Return a cell as text, empty when missing."""
        value = self.get(column)
        return "" if missing(value) else str(value)

    def money(self, column: str) -> Decimal | None:
        """Return an exact number: decimals as they are, floats as they are written (25.36, not 25.3599…)."""
        value = self.get(column)
        if missing(value) or value == "":
            return None
        return value if isinstance(value, Decimal) else Decimal(str(value))

    def whole(self, column: str) -> int | None:
        """Return a whole number."""
        value: Any = self.get(column)
        return None if missing(value) or value == "" else int(value)

    def day(self, column: str) -> dt.date | None:
        """Return a date."""
        value = self.get(column)
        if missing(value) or value == "":
            return None
        if isinstance(value, dt.datetime):
            return value.date()
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])

    def truth(self, column: str) -> bool:
        """Return a yes or no, missing being no."""
        value = self.get(column)
        return not missing(value) and str(value).lower() in ("true", "1", "oui", "1.0")

    def place(self, column: str = "") -> Place:
        """Return where the row stands in the user's file."""
        return Place(self.text(STAMP[0]), self.text(STAMP[1]), self.whole(STAMP[2]) or 0, column)


def records(frame: pd.DataFrame | None) -> list[Record]:
    """Return the rows as dictionaries, in order; an absent table has none."""
    if frame is None:
        return []
    names = [str(c) for c in frame.columns]
    columns = [_plain(frame[c]) for c in frame.columns]
    return [Record(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(cells: pd.Series[Any]) -> list[Any]:
    """Return a column as Python's own values: a whole column at once, many times faster than by cell."""
    if not isinstance(cells.dtype, ExtensionDtype):
        return cells.astype(object).tolist()
    values: list[Any] = cells.array.to_numpy(dtype=object, na_value=None).tolist()
    return values


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Group by a key, in order of appearance."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def missing(value: Any) -> bool:
    """Return whether a cell is empty: None, NaN, NA or NaT."""
    return value is None or value != value or str(value) in ("<NA>", "NaT")  # noqa: PLR0124 - NaN


def repeats(
    rows: Iterable[Record], key: Callable[[Record], Hashable], column: str
) -> Iterator[tuple[Record, Place, int]]:
    """Return each row that bears the key of an earlier one: the row, its place, the line of the first."""
    seen: dict[Hashable, int] = {}
    for row in rows:
        named, here = key(row), row.place(column)
        if named in seen:
            yield row, here, seen[named]
        seen.setdefault(named, here.row)


def doubt(code: str, here: Place, got: str = "", **fields: Any) -> Fault:
    """Return a fault that is listed and stops nothing."""
    return Fault(code, here, got, fields, Severity.DOUTE)


def cents(value: Decimal) -> Decimal:
    """Round to the cent, halves away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


def percent_text(rate: Decimal) -> str:
    """Write a rate as the file does: to the cent, 0,0047 would be nothing."""
    return f"{rate.normalize():f}".replace(".", ",")


def total(values: Any) -> Decimal:
    """Add exact amounts, missing ones aside."""
    return sum((v for v in values if v is not None), ZERO)
