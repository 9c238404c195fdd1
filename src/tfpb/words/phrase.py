"""Phrases with holes: how each fact is written for a French reader.

A sentence that only puts facts in place is a constant, filled by `format`; one that chooses what to say is
a function.
"""

from __future__ import annotations

from decimal import Decimal
from string import Formatter
from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.amount import Amount
from tfpb.words.numbers import bounded, euros, long_date, number, percent, plural, rough

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_GROUPED: Final = 10_000  # below, a number without form may be a year
_FORMS: Final[dict[str, Callable[[Any], str]]] = {
    "n": number,
    "€": euros,
    "€c": lambda amount: euros(amount, cents=amount % 1 != 0),
    "€≈": euros,
    "%": percent,
    "%1": lambda share: percent(share, 0 if share * 100 == int(share * 100) else 1),
    "d": long_date,
}


class Phrase(str):
    """A phrase with holes, which `format` fills; a fact without form is written as it is.

    `{n:s local/locaux}` agrees (« 2 locaux »; the plural in s is left out; a text, « moins de 11 », is
    of several), `{n:a reste/restent}` too, without the number, `{n:n}` groups thousands,
    `{x:€}` is an amount (`€c`: with its cents if it has some;
    `€≈`: its bounds as a page rounds them), `{x:%}` a proportion (`%1`: with a
    decimal if it has some), `{x:d}` a day, `{x:?, text|, other}` the first text if the fact is true,
    else the second (or nothing); either may hold facts. An amount of facts (`Amount`) takes
    any of these forms, with its bounds where it is not known.

    Examples
    --------
    >>> Phrase("{count:s doute} sur {rows:n} lignes").format(count=2, rows=31)
    '2 doutes sur 31 lignes'
    """

    __slots__ = ()

    def format(self, *_none: object, **facts: object) -> str:
        """Fill the phrase; KeyError when a fact is missing."""
        return self.filled(facts)

    def filled(self, facts: Mapping[str, object]) -> str:
        """Fill the phrase from a mapping, which may answer for the facts it lacks."""
        return _WRITER.vformat(self, (), facts)

    @classmethod
    def table(cls, **phrases: str) -> dict[str, Phrase]:
        """Return phrases by code."""
        return {code: cls(text) for code, text in phrases.items()}


class _Writer(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Amount):
            return _written(value, format_spec)
        if format_spec.startswith("?"):
            yes, _, no = format_spec[1:].partition("|")
            return yes if value else no
        if format_spec.startswith("a "):
            one, _, many = format_spec[2:].partition("/")
            return many if abs(value) >= 2 else one  # noqa: PLR2004 - French: plural from two
        one, _, many = format_spec.removeprefix("s ").partition("/")
        counts = format_spec.startswith("s ")
        if isinstance(value, str):  # the other forms are for numbers and days
            bounded = counts and any(c.isdigit() for c in value)
            return f"{value} {many or f'{one}s'}" if bounded else value
        if counts:
            return plural(value, one, many or None)
        if write := _FORMS.get(format_spec):
            return write(value)
        return format(value, format_spec) if format_spec else str(_plain(value))


def _written(value: Amount, spec: str) -> str:
    """Write an amount in a form, with its bounds where it is not known."""
    if spec.startswith("?"):
        yes, _, no = spec[1:].partition("|")
        return yes if value.may_exceed_nil else no
    form, _, words = spec.partition(" ")
    one, _, many = words.partition("/")
    if form == "a":
        return one if value.is_known and abs(value.exact) < 2 else many  # noqa: PLR2004 - as above
    if form == "s":
        if not value.at_least and value.at_most is None:
            return f"un nombre de {many or f'{one}s'} non connu"
        return bounded(value, lambda exact: plural(exact, one, many or None))
    if form == "€≈":
        return rough(value)
    if form == "€" or form not in _FORMS:
        return euros(value) if form else format(value, spec)  # without form, it refuses
    return bounded(value, _FORMS[form])


def _plain(value: object) -> object:
    """Write what bears no form: yes or no, thousands from 10 000, decimal comma."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return number(value) if abs(value) >= _GROUPED else value
    if isinstance(value, float | Decimal):
        return f"{value}".removesuffix(".0").replace(".", ",")
    return value


_WRITER: Final = _Writer()
