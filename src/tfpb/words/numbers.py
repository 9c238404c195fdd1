"""Numbers as French readers write them; narrow no-break spaces throughout."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import QUESTION, Amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

THIN: Final = "\u202f"
MINUS: Final = "−"
NOTHING: Final = "–"
YES_NO: Final = {True: "oui", False: "non"}
_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_WRITTEN_DAY: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:er)?\s+({'|'.join(_MONTHS)})(?:\s+((?:19|20)\d{{2}}))?(?!\d)",
    re.IGNORECASE,
)
_WRITTEN_MONTH: Final = re.compile(
    rf"\b({'|'.join(_MONTHS)})\s+((?:19|20)\d{{2}})(?!\d)", re.IGNORECASE
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_FRENCH: Final = str.maketrans({",": THIN, ".": ","})
Number = int | float | Decimal
UNKNOWN: Final = "non connu"
AT_LEAST: Final = "au moins"
ON_REPLY: Final = "selon une réponse"
_PERCENT: Final = Decimal("0.01")
_CENT: Final = Decimal("0.01")


def _missing(value: Number | None) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value: Number | None, decimals: int = 0, *, sign: bool = False) -> str:
    """Write a number: « 12 345 », « 10,4 », « +3,2 »; « – » when missing. Halves round away from zero."""
    if value is None or _missing(value):
        return NOTHING
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(exact):,.{decimals}f}".translate(_FRENCH)
    if exact < 0:
        return MINUS + text
    return f"+{text}" if sign and exact > 0 else text


ROUNDED: Final = "Chaque montant est arrondi à l’euro : une somme peut différer d’un ou deux euros."
ROUNDED_HERE: Final = "Arrondis : un ou deux euros près."
"""The same, where room is short."""


def rounded(parts: Iterable[Number], whole: Number) -> str:
    """Write that printed euros do not add up, where exact ones do; empty where the printed ones do too."""
    exact = [Decimal(str(part)) for part in parts]
    total = Decimal(str(whole))
    if abs(sum(exact, Decimal(0)) - total) >= _CENT:
        return ""  # the parts are not all of the whole
    return ROUNDED if sum(map(_to_the_euro, exact)) != _to_the_euro(total) else ""


def rounded_sum(whole: Amount, *parts: Amount) -> str:
    """Write as `rounded` of amounts: of their lower bounds, then of their upper ones where all have one."""
    amounts = (whole, *parts)
    ends: list[list[Number]] = [[one.at_least for one in amounts]]
    most = [one.at_most for one in amounts if one.at_most is not None]
    if len(most) == len(amounts):
        ends.append([*most])
    return next(filter(None, (rounded(rest, first) for first, *rest in ends)), "")


def _to_the_euro(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def euros(value: Amount | Number | None, *, cents: bool = False) -> str:
    """Write an amount: « 233 € », or « 233,50 € » with `cents`; with its bounds where it is not known.

    Examples
    --------
    >>> from tfpb.facts.amount import between, unknown
    >>> euros(between(Decimal(5), None, "avis_non_lu")), euros(unknown("avis_non_lu"))
    ('au moins 5\u202f€', 'non connu')
    """
    if isinstance(value, Amount):
        return bounded(value, lambda exact: euros(exact, cents=cents))
    text = number(value, 2 if cents else 0)
    return text if text == NOTHING else f"{text}{THIN}€"


def of_euros(value: Amount) -> str:
    """Write an amount after « de »: « de 5 € », « d’au moins 5 € », « de 5 € à 9 € », « non connu »."""
    text = euros(value)
    if text.startswith("au "):
        return f"d’{text}"
    return text if text == UNKNOWN or text.startswith("de ") else f"de {text}"


def to_ten(count: int) -> int:
    """Round a count of interviews as every count of a survey is printed."""
    return (count + 5) // 10 * 10


def bounded(value: Amount, write: Callable[[Decimal], str]) -> str:
    """Write an amount: its number, « de … à … », « au moins … », « au plus … » or « non connu ».

    Bounds that a question keeps apart say so: « de 5 € à 9 € selon une réponse ». Bounds written in percent
    are rounded outwards: rounded to the nearest, they would leave out what may be.
    """
    if value.is_known:
        return write(value.exact)
    if write is percent:
        value = _outwards(value)
    if value.at_most is None and not value.at_least:
        return UNKNOWN
    if value.at_most is None:
        text = f"{AT_LEAST} {write(value.at_least)}"
    elif not value.at_least:
        text = f"au plus {write(value.at_most)}"
    else:
        text = f"de {write(value.at_least)} à {write(value.at_most)}"
    return f"{text} {ON_REPLY}" if QUESTION in value.why else text


def rough(value: Amount, unit: str = "€") -> str:
    """Write an amount of euros for a page: bounds known on both sides are rounded outwards to what they know.

    Examples
    --------
    >>> from tfpb.facts.amount import between
    >>> rough(between(Decimal(5_112_345), Decimal(5_387_000), "avis_non_lu"))
    'de 5,1 à 5,4 M€'
    """
    sign = f"{THIN}{unit}" if unit else ""
    ends_of = rough_ends(value)
    if not ends_of:
        return bounded(value, lambda exact: f"{number(exact)}{sign}")
    low, high = ends_of
    scale, decimals = Decimal(1), 0
    if high >= _MILLION and not any(end % _MILLIONTH for end in ends_of):
        scale, sign = _MILLION, f"{THIN}M{unit}"
        decimals = 2 if any(end % _TENTH for end in ends_of) else 1
    ends = [number(end / scale, decimals) for end in (low, high)]
    text = f"de {ends[0]} à {ends[1]}{sign}" if low else f"au plus {ends[1]}{sign}"
    return f"{text} {ON_REPLY}" if QUESTION in value.why else text


def rough_ends(value: Amount) -> tuple[Decimal, ...]:
    """Return both bounds of an amount rounded outwards to what they know; nothing without both."""
    most, least = value.at_most, value.at_least
    if most is None or value.is_known or not least:
        return ()
    step = _step(most - least)
    return _steps(least, step, ROUND_DOWN), _steps(most, step, ROUND_UP)


_MILLION: Final = Decimal(1_000_000)
_TENTH: Final = Decimal(100_000)
_MILLIONTH: Final = Decimal(10_000)
"""What bounds are whole numbers of where they are written in millions."""
_MARKS: Final = (5, 2, 1)


def _step(width: Decimal) -> Decimal:
    """Return the largest of 1, 2, 5, 10, 20… that is no more than a fifth of a width."""
    fifth = width / 5
    power = Decimal(1).scaleb(fifth.adjusted())
    return max(Decimal(1), next(mark * power for mark in _MARKS if mark * power <= fifth))


def _steps(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (value / step).to_integral_value(rounding) * step


def _outwards(share: Amount) -> Amount:
    low = share.at_least.quantize(_PERCENT, ROUND_DOWN)
    high = None if share.at_most is None else share.at_most.quantize(_PERCENT, ROUND_UP)
    return replace(share, at_least=low, at_most=high)


def amount(value: Number) -> str:
    """Write an amount without its sign of currency, with cents only when it has some."""
    exact = Decimal(str(value))
    return number(exact, 0 if exact == exact.to_integral_value() else 2)


def percent(share: Number | None, decimals: int = 0) -> str:
    """Write a proportion 0..1 as « 62 % »."""
    if share is None or _missing(share):
        return NOTHING
    return f"{number(Decimal(str(share)) * 100, decimals)}{THIN}%"


def whole_percent(share: Number) -> int:
    """Return a proportion as `percent` prints it: 67 for 0.674."""
    return int((Decimal(str(share)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def is_whole(gap: Number | None) -> bool:
    """Return whether a gap of proportions is a whole number of points: one released to the point."""
    if gap is None or _missing(gap):
        return False
    return round(float(gap) * 100, 4).is_integer()


def gap_number(gap: Number | None) -> str:
    """Write a gap without its unit: « −10,4 », or « −16 » when it was released to the point."""
    if gap is None or _missing(gap):
        return NOTHING
    return number(Decimal(str(gap)) * 100, 0 if is_whole(gap) else 1, sign=True)


def points(gap: Number | None, decimals: int = 1) -> str:
    """Write a gap of proportions (−0.104) as « −10,4 points », always signed; « −16 points » if whole."""
    if gap is None or _missing(gap):
        return NOTHING
    decimals = 0 if decimals == 1 and is_whole(gap) else decimals
    text = number(Decimal(str(gap)) * 100, decimals, sign=True)
    size = abs(Decimal(str(gap)) * 100).quantize(
        Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP
    )
    return f"{text}{THIN}{'points' if size >= 2 else 'point'}"  # noqa: PLR2004


def long_date(day: dt.date) -> str:
    """Write a date: « 1er janvier 2025 »."""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def first_day(text: str) -> dt.date | None:
    """Return the first day a text names (« du 6 mars au 19 mai 2023 »), else of its first month or year."""
    days, year = [], ""
    for day, month, own in reversed(_WRITTEN_DAY.findall(text)):
        year = own or year  # « du 6 mars au 19 mai 2023 »: the year is that of what follows
        rank = _MONTHS.index(month.lower()) + 1
        try:
            days.append(dt.date(int(year), rank, int(day)))
        except ValueError:  # no year, or the 31st of June
            continue
    months = [
        dt.date(int(y), _MONTHS.index(m.lower()) + 1, 1) for m, y in _WRITTEN_MONTH.findall(text)
    ]
    dated = {day.year for day in months}
    years = [dt.date(int(y), 1, 1) for y in _YEAR.findall(text) if int(y) not in dated]
    return min(days or months + years, default=None)


def plain_date(text: str) -> str:
    """Write a date given as 2025-01-31 « 31/01/2025 »; any other text stays as it is."""
    try:
        return f"{dt.date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text


def plural(count: Number, singular: str, plural_form: str | None = None) -> str:
    """Agree in number: « 1 logement », « 12 logements », « 0 logement » (French: plural from two)."""
    many = abs(float(count)) >= 2  # noqa: PLR2004
    word = (plural_form or f"{singular}s") if many else singular
    return f"{number(count)} {word}"
