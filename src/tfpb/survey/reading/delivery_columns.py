"""Finding the plan's columns in a delivery, and reading them as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.arrays import all_texts
from tfpb.model.columns import STAMP
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tfpb.model.arrays import Floats, Indices, Integers, Objects, Texts

T = TypeVar("T")
_SHOWN_ROWS: Final = 12
_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")
_MANY_DIGITS: Final = 15
_IN: Final = frozenset({"1", "oui", "o", "qpv", "en qpv", "dans", "vrai", "true", "x", "yes"})
_OUT: Final = frozenset(
    {"0", "non", "n", "hors qpv", "hors", "non qpv", "faux", "false", "no", "quartier classique"}
)
_QPV_CODE: Final = re.compile(r"q[pn]\d{3}.*")
_QUARTER: Final = r"(?:qpv|quartiers? prioritaires?(?: (?:de la )?politique de la ville)?(?: qpv)?)"
_WITHIN: Final = re.compile(
    rf"(?:residence |logement )?(?:(?:en|dans)(?: un| le| les)? )?{_QUARTER}"
)
_WITHOUT: Final = re.compile(
    rf"(?:residence |logement )?(?:hors|non|pas)(?: en| dans)?(?: un| le| les| d un)? {_QUARTER}"
    r"|(?:autres? )?quartiers? (?:classiques?|ordinaires?)"
)


class ReadTable(Protocol):
    """What is needed of a table read from a file (`tfpb.io.tables.text_table.TextTable`)."""

    @property
    def frame(self) -> pd.DataFrame:
        """Cells, all text."""
        ...

    @property
    def file(self) -> str:
        """File name."""
        ...

    @property
    def sheet(self) -> str:
        """Sheet of a workbook."""
        ...

    @property
    def rows(self) -> Integers:
        """Row of each line in the file."""
        ...


AnyTable: TypeAlias = "pd.DataFrame | ReadTable"


def as_frame(table: AnyTable) -> pd.DataFrame:
    """Return the cells of a table."""
    return table if isinstance(table, pd.DataFrame) else table.frame


def place_in(table: AnyTable, position: int, column: str = "") -> Place:
    """Return where a line of a table stands in its file; a plain frame is numbered as a sheet is."""
    if isinstance(table, pd.DataFrame):
        return Place("", "", position + 2, column)
    return Place(table.file, table.sheet, int(table.rows[position]), column)


def token(value: object) -> str:
    """Reduce a code or a label to what it is compared by: « 1 », 1 and 1.0 are equal.

    Numbers are written the shortest way with a point; other text is folded (case, accents,
    punctuation do not count). Empty text gives the empty token.
    """
    text = squeeze(str(value))
    if len(text) <= _MANY_DIGITS and _NUMBER.fullmatch(text):
        number = float(text.replace(",", "."))
        return str(int(number)) if number.is_integer() else repr(number)
    return fold(text)


def numeric(value: str) -> bool:
    """Whether a token is a number."""
    return bool(_NUMBER.fullmatch(value))


def find_column(frame: pd.DataFrame, names: Iterable[str]) -> str | None:
    """Return the column that bears one of the names: as written first, else but for case and accents."""
    names = tuple(names)
    for name in names:
        if name in frame.columns:
            return name
    folded: dict[str, str] = {}
    for column in frame.columns:
        folded.setdefault(fold(str(column)), str(column))
    return next((folded[fold(n)] for n in names if fold(n) in folded), None)


def texts(frame: pd.DataFrame, column: str) -> Texts:
    """Return a column as squeezed text, "" where empty."""
    codes, uniques = pd.factorize(frame[column], use_na_sentinel=False)
    clean = [squeeze(u if isinstance(u, str) else "" if pd.isna(u) else str(u)) for u in uniques]
    return all_texts(clean, codes)


def distinct(values: Objects) -> tuple[Indices, list[str]]:
    """Factorise text: (index of each row, distinct values in order of appearance)."""
    codes, uniques = pd.factorize(values)
    return codes, [str(u) for u in uniques]


def identifier(value: str) -> str:
    """Write an identifier as text: a number's tail « .0 » is not part of it."""
    return value[:-2] if value.endswith(".0") and re.fullmatch(r"\d+\.0", value) else value


def parse_number(value: str) -> float:
    """Read a number, decimal comma or point; NaN when empty or no number."""
    try:
        number = float(re.sub(r"\s", "", value).replace(",", ".").replace("−", "-"))
    except ValueError:
        return float("nan")
    return number if np.isfinite(number) else float("nan")


def parse_numbers(values: Sequence[str]) -> Floats:
    """Read many numbers at once, as `parse_number` reads each."""
    try:
        plain = np.array(values, dtype=str).astype(float)
    except ValueError:  # an empty cell, a decimal comma, or no number
        plain = np.array([parse_number(v) for v in values], dtype=float)
    return np.where(np.isfinite(plain), plain, np.nan)


def parse_side(value: str) -> int | None:
    """Read a QPV flag: 1, 0, -1 when empty, None when unknown; a QPV code means 1."""
    key = token(value)
    if not key:
        return -1
    if key in _IN or _QPV_CODE.fullmatch(key) or _WITHIN.fullmatch(key):
        return 1
    return 0 if key in _OUT or _WITHOUT.fullmatch(key) else None


@dataclass(frozen=True, slots=True)
class Rows:
    """Interviews being read, stamped, and the list that gets what is wrong with them."""

    frame: pd.DataFrame
    faults: list[Fault]

    def parsed(
        self, values: Objects, parse: Callable[[str], T | None], code: str, column: str | Objects,
        **fields: object,
    ) -> tuple[Indices, list[T | None]]:  # fmt: skip
        """Parse each distinct text once; those that `parse` does not know (None) are faults.

        `values` are texts of one column, "" where empty; a fault, of the `code` and `fields` given, comes
        for each file and unknown text; `column` is the header it was read under, in each row when
        deliveries differ. Returns the index of each row in the parsed values, and these; None for unknown
        text.
        """
        codes, uniques = distinct(values)
        parsed = [parse(u) for u in uniques]
        wrong = [k for k, value in enumerate(parsed) if value is None]
        self.unread(code, codes, uniques, wrong, column, **fields)
        return codes, parsed

    def unread(
        self, code: str, codes: Indices, uniques: Sequence[str], wrong: Iterable[int],
        column: str | Objects, **fields: object,
    ) -> None:  # fmt: skip
        """List the texts of a column that could not be read; parameters as for `parsed`."""
        for k in wrong:
            at = np.flatnonzero(codes == k)
            header = column if isinstance(column, str) else str(column[at[0]])
            self.fault_at(code, at, header, uniques[k], Severity.FAUTE, **fields)

    def fault_at(
        self, code: str, positions: Indices, column: str = "", got: str = "",
        severity: Severity = Severity.DOUTE, **fields: object,
    ) -> None:  # fmt: skip
        """List one fault a file for many rows that share it, with the first rows named.

        The fields `nombre` (count) and `lignes` (« 41, 87, 112… ») are added.
        """
        stamps = self.frame.iloc[positions]
        for (file, sheet), group in stamps.groupby([STAMP[0], STAMP[1]], sort=False):
            numbers = [str(int(n)) for n in group[STAMP[2]]]
            listed = ", ".join(numbers[:_SHOWN_ROWS]) + ("…" if len(numbers) > _SHOWN_ROWS else "")
            place = Place(str(file), str(sheet), int(numbers[0]), column)
            all_fields = {**fields, "nombre": len(numbers), "lignes": listed}
            self.faults.append(Fault(code, place, got, all_fields, severity))
