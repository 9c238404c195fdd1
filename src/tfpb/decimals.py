"""Numbers as they are written in French files; what can be read two ways is refused, never guessed."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence


class AmbiguousError(ValueError):
    """The text can be read in two ways."""


_SPACE: Final = re.compile(r"[\s\u00a0\u2009\u202f\u2007']")
_UNIT: Final = re.compile(r"(€|eur(os?)?|%|m²|m2|h)$", re.IGNORECASE)
_TAX: Final = re.compile(r"(ttc|ht)$", re.IGNORECASE)
_MANY: Final = re.compile(r"(k|m)(€|eur(os?)?)$", re.IGNORECASE)
_TIMES: Final = {"k": Decimal(1000), "m": Decimal(1_000_000)}
_MAX_DIGITS: Final = 18
_GROUP: Final = 3
_THREE_DIGITS: Final = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}")
"""What may be thousands or a decimal: « 12.450 », « 12,450 »."""


def parse_decimal(text: str) -> Decimal:
    """Read a number exactly: « 12 345,60 € », « 12 k€ », « 7 980 TTC », « 12,5 % », « (12,00) », « -3 ».

    A lone dot followed by exactly three digits (« 1.234 ») could be thousands or a decimal. AmbiguousError
    if it can be read two ways; ValueError if it is no number.
    """
    raw, times = _without_unit(text)
    negative = raw.startswith("(") and raw.endswith(")")
    raw = raw.strip("()") if negative else raw
    if "," in raw and "." in raw:
        thousands = "." if raw.rindex(",") > raw.rindex(".") else ","
        decimal = "," if thousands == "." else "."
        whole, _, fraction = raw.rpartition(decimal)
        groups = whole.lstrip("+-").split(thousands)
        if any(len(g) != _GROUP for g in groups[1:]) or decimal in whole:
            raise ValueError(text)
        raw = whole.replace(thousands, "") + "." + fraction
    elif raw.count(",") == 1:
        raw = raw.replace(",", ".")
    elif raw.count(".") > 1 or raw.count(",") > 1:
        mark = "." if "." in raw else ","
        if any(len(g) != _GROUP for g in raw.split(mark)[1:]):
            raise ValueError(text)
        raw = raw.replace(mark, "")
    elif _THREE_DIGITS.fullmatch(raw):
        raise AmbiguousError(text)
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?", raw):
        raise ValueError(text)
    try:
        value = Decimal(raw)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if value.adjusted() > _MAX_DIGITS:
        raise ValueError(text)
    return times * (-value if negative else value)


def three_digits_after(text: str) -> str:
    """Return the lone mark, dot or comma, that three digits follow in a number of units; "" for none."""
    raw, times = _without_unit(text)
    found = _THREE_DIGITS.fullmatch(raw.strip("()"))
    return found[1] if found and times == 1 else ""


def _without_unit(text: str) -> tuple[str, Decimal]:
    """Take the unit away from a number, and its spaces; return what the unit multiplies by."""
    raw = _TAX.sub("", _SPACE.sub("", text).replace("−", "-").replace("–", "-"))
    many = _MANY.search(raw)
    times = _TIMES[many[1].lower()] if many else Decimal(1)
    return _UNIT.sub("", raw[: many.start()] if many else raw), times


def parse_machine_decimal(text: str) -> Decimal:
    """Read a number that a spreadsheet stored as a number: the dot is the decimal mark."""
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", text):
        return parse_decimal(text)
    value = Decimal(text)
    if value.adjusted() > _MAX_DIGITS:
        raise ValueError(text)
    return value


def parse_integer(text: str) -> int:
    """Read a whole number; « 12,0 » is one, « 12,5 » is not."""
    value = parse_decimal(text)
    if value != value.to_integral_value():
        raise ValueError(text)
    return int(value)


def apportion(count: int, weights: Sequence[Decimal]) -> list[int]:
    """Share whole things by weights so that the parts add up (largest remainders, first ones first)."""
    whole_weight = sum(weights, Decimal())
    if not weights or whole_weight <= 0:
        return [0] * len(weights)
    exact = [count * w / whole_weight for w in weights]
    parts = [int(e) for e in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: count - sum(parts)]:
        parts[i] += 1
    return parts
