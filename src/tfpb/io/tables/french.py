"""Dates and codes as they are written in French files.

What can be read two ways is refused here with the cell's address, never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from tfpb.decimals import AmbiguousError
from tfpb.model.codes import ALL_QUARTERS
from tfpb.model.legal.map_table import LETTERS, is_code
from tfpb.model.tables import EVERY_QUARTER
from tfpb.text import fold, squeeze

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_FRENCH: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
_WORDS: Final = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_MONTH: Final = re.compile(r"([a-z]+) (\d{4}|\d{2})")
_REMARK: Final = re.compile(
    r"\s*\([^()]*[^\W\d][^()]*\)$|\s+(?:lrar|ar|r\.?a\.?r\.?)$", re.IGNORECASE
)
"""What follows a date and is none: « (LRAR) »."""
_SERIAL: Final = re.compile(r"\d{5}(?:\.0+)?")
_MONTHS: Final = {
    "janvier": 1, "janv": 1, "fevrier": 2, "fevr": 2, "mars": 3, "avril": 4, "avr": 4, "mai": 5,
    "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "octobre": 10,
    "oct": 10, "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip
_TRUE: Final = frozenset({"1", "oui", "o", "vrai", "x", "true", "yes", "1 0"})
_FALSE: Final = frozenset({"0", "non", "n", "faux", "false", "no", "0 0"})
_CENTURY_PIVOT: Final = 50
_END_PIVOT: Final = 70
"""Of what ends: thirty years of exemption from 2025 are « 31/12/55 », and none ended in 1955."""
_SPREADSHEET_EPOCH: Final = dt.date(1899, 12, 30)


def parse_date(text: str, *, month_first: bool = False, year_end: bool = False) -> dt.date:
    """Read a date: 2025-01-31, 31/01/2025, 31/01/25, « 31 janvier 2025 », a spreadsheet's serial.

    A month and its year, « décembre 2024 » or « déc-88 », mean its last day. With `month_first`, 01/31/2025
    in place of 31/01/2025. With `year_end`, of what ends, a year alone means its 31 December: « fin
    d’exonération 2031 ». Raises AmbiguousError if day and month alone are given, or a year that may be any
    day of it; ValueError if it is no date of the calendar.
    """
    raw = _REMARK.sub("", squeeze(text))
    if match := _ISO.fullmatch(raw):
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    if match := _FRENCH.fullmatch(raw):
        year = _whole_year(match[3], year_end=year_end)
        first, second = int(match[1]), int(match[2])
        return dt.date(year, first, second) if month_first else dt.date(year, second, first)
    if match := _WORDS.fullmatch(fold(raw)):
        if match[2] not in _MONTHS:
            raise ValueError(text)
        return dt.date(int(match[3]), _MONTHS[match[2]], int(match[1]))
    if (match := _MONTH.fullmatch(fold(raw))) and match[1] in _MONTHS:
        return _last_day(_whole_year(match[2], year_end=year_end), _MONTHS[match[1]])
    if re.fullmatch(r"\d{4}(\.0+)?", raw):
        if not year_end:
            raise AmbiguousError(text)
        return dt.date(int(raw[:4]), 12, 31)
    if _SERIAL.fullmatch(raw):
        return _SPREADSHEET_EPOCH + dt.timedelta(days=int(float(raw)))
    if re.fullmatch(r"\d{1,2}[/.\-]\d{1,2}", raw):
        raise AmbiguousError(text)
    raise ValueError(text)


def _whole_year(digits: str, *, year_end: bool) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004
        return year
    return year + (2000 if year < (_END_PIVOT if year_end else _CENTURY_PIVOT) else 1900)


def _last_day(year: int, month: int) -> dt.date:
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    return after - dt.timedelta(days=1)


def parse_year(text: str) -> int:
    """Read a year, alone or as a date."""
    raw = squeeze(text)
    if re.fullmatch(r"\d{4}(\.0+)?", raw):
        return int(raw[:4])
    return parse_date(raw).year


def parse_bool(text: str) -> bool:
    """Read oui/non, 0/1, vrai/faux, x."""
    key = fold(text)
    if key in _TRUE:
        return True
    if key in _FALSE:
        return False
    raise ValueError(text)


def parse_code(text: str) -> str:
    """Read an identifier as text: spaces squeezed, « 1004.0 » → « 1004 » (a number's tail, not a code)."""
    raw = squeeze(text)
    return raw[:-2] if re.fullmatch(r"\d+\.0", raw) else raw


_QPV_SPACED: Final = re.compile(
    rf"q\s*[{LETTERS}]\s*[-_.]?\s*(?:\d\s*){{2}}[\dab]\s*[-_.]?\s*(?:\d\s*){{2}}[\da-z](?![a-z0-9])",
    re.IGNORECASE,
)


def parse_qpv_code(text: str) -> str:
    """Read a code of quarter as published: « qn 059 91 i » → « QN05991I »; other text is left as it is.

    « Tous les QPV » is `ALL_QUARTERS`.
    """
    raw = parse_code(text)
    code = re.sub(r"[\s\-_.]", "", raw).upper()
    if EVERY_QUARTER.fullmatch(fold(raw)):
        return ALL_QUARTERS
    return code if is_code(code) else raw


def parse_qpv_codes(text: str) -> tuple[str, ...]:
    """Read a list of codes, however they are parted; spaces inside a code are taken out first.

    Spaces part codes alone: a piece that holds any other word is the name of a quarter.
    """
    out: list[str] = []
    for part in filter(None, map(squeeze, re.split(r"[,;|/\n]+", text))):
        joined = _QPV_SPACED.sub(lambda m: f" {parse_qpv_code(m[0])} ", part)
        words = [word for word in joined.split() if word not in ("et", "&")]
        out += words if words and all(map(is_code, words)) else [parse_qpv_code(part)]
    return tuple(out)


def parse_codes(text: str) -> tuple[str, ...]:
    """Read a list of codes parted by spaces, commas, semicolons, bars or slashes."""
    return tuple(c for c in re.split(r"[\s,;|/]+", text) if c)
