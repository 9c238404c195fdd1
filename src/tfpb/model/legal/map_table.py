"""The maps of the quarters that the law knows, as `law/maps.toml` lists them: years ruled, codes, order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

HOLE: Final = "{carte}"
"""What stands for a vintage in a declared name: one more name a map."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Tax years that a map rules in a territory, by a text; `last` is None where no map has followed yet."""

    first: int
    last: int | None
    reference: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Vintage:
    """A map of the quarters."""

    code: int
    codes: re.Pattern[str]  # form of the codes of its quarters; `example` is one
    example: str
    mainland: tuple[Rule, ...]  # in order; empty where it never rules
    overseas: tuple[Rule, ...]  # in order; empty where it never rules
    effect: Mapping[str, Any] = field(default_factory=dict)
    """`reference, verifie` of what it takes in and leaves out; empty for the first map."""
    catalogue: Mapping[str, Any] = field(default_factory=dict)  # its official file

    def rules(self, *, overseas: bool) -> tuple[Rule, ...]:
        """Return the years it rules in a territory."""
        return self.overseas if overseas else self.mainland


def read(raw: Mapping[str, Any]) -> dict[int, Vintage]:
    """Read the table of maps, each period that has no end closed by the next map.

    ValueError for maps out of order, a tax year that two maps rule in a territory, or none between two.
    """
    listed = {int(code): entry for code, entry in raw["cartes"].items()}
    if list(listed) != sorted(listed):
        message = f"maps.toml: maps out of order: {list(listed)}"
        raise ValueError(message)
    closed = {t: _closed(listed, t) for t in ("metropole", "outremer")}
    return {
        code: Vintage(
            code, re.compile(entry["codes"]), entry["exemple"], closed["metropole"][code],
            closed["outremer"][code], entry.get("effet", {}), entry.get("catalogue", {}),
        )
        for code, entry in listed.items()
    }  # fmt: skip


def _closed(listed: Mapping[int, Mapping[str, Any]], territory: str) -> dict[int, tuple[Rule, ...]]:
    """Return the years that each map rules in a territory, checked for gaps and overlaps."""
    rows = [(code, period) for code, entry in listed.items() for period in entry[territory]]
    firsts = [period["premiere"] for _, period in rows]
    ends = [p.get("derniere", firsts[k + 1] - 1 if k + 1 < len(rows) else None)
            for k, (_, p) in enumerate(rows)]  # fmt: skip
    for (first, last), (following, _) in pairwise(zip(firsts, ends, strict=True)):
        if last != following - 1 or last < first:
            message = f"maps.toml, {territory}: years {first}-{last} are followed by {following}"
            raise ValueError(message)
    out: dict[int, tuple[Rule, ...]] = dict.fromkeys(listed, ())
    for (code, period), last in zip(rows, ends, strict=True):
        rule = Rule(period["premiere"], last, period["reference"], period["verifie"])
        out[code] = (*out[code], rule)
    return out


MAPS: Final[Mapping[int, Vintage]] = read(packaged("tfpb.law.maps"))
VINTAGES: Final = tuple(MAPS)
"""Vintages of every map that the law knows, oldest first."""
LETTERS: Final = "".join(sorted({one.example[1] for one in MAPS.values()}))
"""Second letters of the codes of quarters, which name the map."""
FIRST_YEAR: Final = min(r.first for m in MAPS.values() for r in m.mainland)
"""First tax year that a map rules."""

_LAST: Final = packaged("tfpb.law.values")["periode_prevision_fin"]["series"][-1]
LAST_YEAR: Final = int(_LAST["valeur"])
"""Last tax year that the law knows."""


def map_of(year: int, *, overseas: bool = False) -> int | None:
    """Return the map that rules a tax year in a territory; None where none does."""
    for code, one in MAPS.items():
        for rule in one.rules(overseas=overseas):
            if rule.first <= year and (rule.last is None or year <= rule.last):
                return code
    return None


def before(vintage: int) -> int | None:
    """Return the map before a map; None before the first."""
    place = VINTAGES.index(vintage)
    return VINTAGES[place - 1] if place else None


def pair_of(vintage: int) -> tuple[int, int]:
    """Return the two maps that an evolution compares: the one before, then the ruling one.

    Before the first map there is none: it is compared with the one that follows it.
    """
    earlier = before(vintage)
    return (
        (earlier, vintage)
        if earlier is not None
        else (VINTAGES[0], VINTAGES[min(1, len(VINTAGES) - 1)])
    )


def pair_in(year: int) -> tuple[int, int]:
    """Return the two maps that the evolutions of a tax year compare."""
    return pair_of(map_of(year) or VINTAGES[-1])


def other_of(vintage: int) -> int:
    """Return the map drawn beside a map: the other one of its pair."""
    old, new = pair_of(vintage)
    return new if vintage == old else old


def year_under(vintage: int) -> int:
    """Return a tax year that a map rules, in every territory if there is one."""
    one = MAPS[vintage]
    return max(rules[0].first for rules in (one.mainland, one.overseas) if rules)


def is_code(text: str) -> bool:
    """Return whether a text is the code of a quarter, on any map."""
    return any(one.codes.fullmatch(text) for one in MAPS.values())


def listed(word: str = "ou") -> str:
    """Write the vintages: « 2015 ou 2024 »."""
    *most, last = map(str, VINTAGES)
    return f"{', '.join(most)} {word} {last}" if most else last


def examples() -> str:
    """Write a code of each map: « QP059001 (2015) ou QN05901N (2024) »."""
    *most, last = (f"{m.example} ({code})" for code, m in MAPS.items())
    return f"{', '.join(most)} ou {last}" if most else last


def by_map(words: Mapping[str, str], *, newest_first: bool = False) -> dict[str, str]:
    """Return words by code, one whose code holds `HOLE` once a map."""
    codes = VINTAGES[::-1] if newest_first else VINTAGES
    return {
        key.replace(HOLE, str(code)): text.replace(HOLE, str(code))
        for key, text in words.items()
        for code in (codes if HOLE in key else codes[:1])
    }


def each(names: Iterable[str]) -> Iterator[str]:
    """Write declared names, those that hold `HOLE` once a map: names that follow one another, together."""
    held: list[str] = []
    for name in (*names, ""):
        if HOLE in name:
            held.append(name)
            continue
        yield from (one.replace(HOLE, str(code)) for code in VINTAGES for one in held)
        held = []
        if name:
            yield name
