"""The first day on which an action can have begun, read from its calendar as people write it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from tfpb.text import fold

_MONTHS: Final = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4,
    "avr": 4, "mai": 5, "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9,
    "octobre": 10, "oct": 10, "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip
_RANKS: Final = {
    "1": 1, "1er": 1, "premier": 1, "i": 1, "2": 2, "2e": 2, "2eme": 2, "2nd": 2, "second": 2,
    "deuxieme": 2, "ii": 2, "3": 3, "3e": 3, "3eme": 3, "troisieme": 3, "iii": 3, "4": 4, "4e": 4,
    "4eme": 4, "quatrieme": 4, "iv": 4,
}  # fmt: skip
_SPANS: Final = {"trimestre": 3, "trim": 3, "semestre": 6, "sem": 6}
_RANK: Final = "|".join(sorted(_RANKS, key=len, reverse=True))
_SPAN: Final = "|".join(_SPANS)
_NAMED: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR: Final = r"(?:19|20)\d\d"
_TOKEN: Final = re.compile(
    rf"\b(?:(?P<iso>{_YEAR}) (?P<iso_month>\d\d) (?P<iso_day>\d\d)"
    rf"|(?P<day>\d\d?) (?P<day_month>\d\d?)(?: (?P<day_year>{_YEAR}))"
    rf"|(?P<only_month>\d\d?) (?P<month_year>{_YEAR})"
    rf"|(?:(?P<named_day>\d\d?|1er) )?(?P<named>{_NAMED})(?: (?P<named_year>{_YEAR}))?"
    rf"|(?P<rank>{_RANK}) (?P<span>{_SPAN})(?: (?P<span_year>{_YEAR}))?"
    rf"|(?P<span_first>{_SPAN}) (?P<rank_last>{_RANK})(?: (?P<last_year>{_YEAR}))?"
    rf"|(?P<letter>[ts])(?P<digit>[1-4])(?: (?P<letter_year>{_YEAR}))?"
    rf"|(?P<digit_first>[1-4])(?P<letter_last>[ts])(?: (?P<first_year>{_YEAR}))?)\b"
)
_ALL_YEAR: Final = re.compile(r"\b(?:annee|annuel\w*|ans?|continu\w*|permanen\w*|mensuel\w*)\b")
_FILLER: Final = frozenset(
    {"a", "au", "aux", "du", "de", "des", "d", "le", "la", "les", "l", "en", "et", "puis", "partir",
     "depuis", "debut", "fin", "mi", "mois", "courant", "entre", "realise", "realisee", "action"}
)  # fmt: skip


def action_start(text: str, year: int) -> dt.date | None:
    """Return the first day that a calendar names; None where it is not wholly understood.

    A word that is not known, dates out of order (« octobre à mars » may begin the year before) and a period
    of the whole year say nothing that a piece could contradict.

    Examples
    --------
    >>> [str(action_start(t, 2025)) for t in ("T2", "2e semestre", "avril à juin", "toute l’année", "été")]
    ['2025-04-01', '2025-07-01', '2025-04-01', 'None', 'None']
    """
    flat = fold(text)
    if _ALL_YEAR.search(flat):
        return None
    days: list[dt.date] = []
    for found in _TOKEN.finditer(flat):
        try:
            days.append(_first_day(found, year))
        except ValueError:  # the 31st of June
            return None
    left = re.sub(rf"\b{_YEAR}\b", " ", _TOKEN.sub(" ", flat)).split()
    if not days or days != sorted(days) or set(left) - _FILLER:
        return None
    return days[0]


def _first_day(found: re.Match[str], year: int) -> dt.date:
    """Return the first day of a token; `ValueError` where there is no such day."""
    got = found.groupdict()
    own = next((int(v) for k, v in got.items() if v and (k.endswith("_year") or k == "iso")), year)
    if got["iso"]:
        return dt.date(own, int(got["iso_month"]), int(got["iso_day"]))
    if got["day"]:
        return dt.date(own, int(got["day_month"]), int(got["day"]))
    if got["only_month"]:
        return dt.date(own, int(got["only_month"]), 1)
    if got["named"]:
        day = (got["named_day"] or "1").removesuffix("er")
        return dt.date(own, _MONTHS[got["named"]], int(day))
    rank = _RANKS[got["rank"] or got["rank_last"] or got["digit"] or got["digit_first"]]
    letter = got["letter"] or got["letter_last"]
    months = (3 if letter == "t" else 6) if letter else _SPANS[got["span"] or got["span_first"]]
    return dt.date(own, months * (rank - 1) + 1, 1)
