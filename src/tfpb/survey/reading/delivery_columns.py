"""Finding the plan's columns in a delivery, and reading them as values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.columns import STAMP
from tfpb.survey.reading.scales import token
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

T = TypeVar("T")
_SHOWN_ROWS: Final = 12
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


def texts(frame: pd.DataFrame, column: str) -> NDArray[np.object_]:
    """Return a column as squeezed text, "" where empty."""
    codes, uniques = pd.factorize(frame[column], use_na_sentinel=False)
    clean = np.array(["" if pd.isna(u) else squeeze(str(u)) for u in uniques], dtype=object)
    return clean[codes]


def distinct(values: NDArray[np.object_]) -> tuple[NDArray[np.intp], list[str]]:
    """Factorise text: (index of each row, distinct values in order of appearance)."""
    codes, uniques = pd.factorize(values)
    return codes, [str(u) for u in uniques]


def identifier(value: str) -> str:
    """Write an identifier as text: a number's tail « .0 » is not part of it."""
    return value[:-2] if re.fullmatch(r"\d+\.0", value) else value


def parse_weight(value: str) -> float:
    """Read a weight, decimal comma or point; NaN when empty or no number."""
    try:
        weight = float(value.replace(",", ".").replace("\u202f", "").replace(" ", ""))
    except ValueError:
        return float("nan")
    return weight if np.isfinite(weight) else float("nan")


def parse_side(value: str) -> int | None:
    """Read a QPV flag: 1, 0, -1 when empty, None when unknown; a QPV code means 1."""
    key = token(value)
    if not key:
        return -1
    if key in _IN or _QPV_CODE.fullmatch(key) or _WITHIN.fullmatch(key):
        return 1
    return 0 if key in _OUT or _WITHOUT.fullmatch(key) else None


def read_values(
    values: NDArray[np.object_], parse: Callable[[str], T | None]
) -> tuple[NDArray[np.intp], list[T | None], list[str]]:
    """Parse each distinct text once: (index of each row, parsed values, texts)."""
    codes, uniques = distinct(values)
    return codes, [parse(u) for u in uniques], uniques


def place_of(frame: pd.DataFrame, position: int, column: str = "") -> Place:
    """Return the place in the user's file of the row at a position."""
    file, sheet, row = (frame[name].iloc[position] for name in STAMP)
    return Place(str(file), str(sheet), int(row), column)


def rows_fault(
    code: str,
    frame: pd.DataFrame,
    positions: NDArray[np.intp],
    *,
    column: str = "",
    got: str = "",
    severity: Severity = Severity.DOUTE,
    fields: Mapping[str, object] | None = None,
) -> list[Fault]:
    """Make one fault a file for many rows that share it, with the first rows named.

    The fields `nombre` (count) and `lignes` (« 41, 87, 112… ») are added.
    """
    faults = []
    stamps = frame.iloc[positions]
    for (_, _), group in stamps.groupby([STAMP[0], STAMP[1]], sort=False):
        numbers = [str(int(n)) for n in group[STAMP[2]]]
        listed = ", ".join(numbers[:_SHOWN_ROWS]) + ("…" if len(numbers) > _SHOWN_ROWS else "")
        first = group.iloc[0]
        faults.append(
            Fault(
                code,
                Place(str(first[STAMP[0]]), str(first[STAMP[1]]), int(numbers[0]), column),
                got,
                {**(fields or {}), "nombre": len(numbers), "lignes": listed},
                severity,
            )
        )
    return faults
