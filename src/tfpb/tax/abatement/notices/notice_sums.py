"""The sums that a tax sheet gives, each with the premises it is about: one, or all of a notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tfpb.tax.abatement.formula import due
from tfpb.tax.plain_values import ZERO, grouped, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from tfpb.tax.abatement.premises import Premises

_ALIKE: Final = 0.01
"""Part of what is due under which premises are alike: their equal amounts may be each one's own."""
_PLAUSIBLE: Final = (0.6, 1.15)


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum of a notice."""

    places: tuple[int, ...]  # positions of its premises among those of the year
    written: Decimal  # as the file writes it
    teom: Decimal  # TEOM that the file gives for the same premises, euros
    cut: Decimal  # dégrèvements that the file gives for the same premises, euros
    line: int  # position in its notice of the first
    avis: str


def sums_of(items: Sequence[Premises]) -> list[Sum]:
    """Return the sums of the notices of the year, in order of appearance.

    A sum written once among several premises is the notice's; so is one repeated on premises that are not
    due the same. On premises alike the other notices of the file say which, else the amount does.
    """
    notices = grouped((p for p, i in enumerate(items) if i.current), lambda p: items[p].avis)
    kinds = {avis: _kind([items[p] for p in places]) for avis, places in notices.items()}
    repeats = "repeated" in kinds.values() and "parts" not in kinds.values()
    own = "parts" in kinds.values()
    found: list[Sum] = []
    for avis, places in notices.items():
        lines, kind = [items[p] for p in places], kinds[avis]
        whole = kind in ("once", "repeated")
        if kind == "alike":
            whole = repeats or (not own and _is_whole(lines))
        if whole:
            found.append(_whole(avis, places, lines))
        else:
            found += _parts(avis, places, lines)
    return found


def _kind(lines: Sequence[Premises]) -> str:
    """Return how the sums of a notice are written: `once`, `repeated`, `parts`, `alike`, or none."""
    given = [line.paid for line in lines if line.paid is not None]
    if len(lines) < 2 or not given:  # noqa: PLR2004
        return ""
    if len(given) == 1:
        return "once"
    if len(given) < len(lines) or len(set(given)) > 1 or not given[0]:
        return "parts"
    return "repeated" if _unequal([_due(line) for line in lines]) else "alike"


def _unequal(values: Sequence[float]) -> bool:
    return max(values) - min(values) > _ALIKE * max(values)


def _is_whole(lines: Sequence[Premises]) -> bool:
    """Return whether the amount that premises alike bear is what they are all due, rather than each."""
    full, paid = sum(_due(line) for line in lines), float(lines[0].paid or 0)
    low, high = _PLAUSIBLE
    if not full:
        return False
    return not low <= paid * len(lines) / full <= high and low <= paid / full <= high


def _due(line: Premises) -> float:
    return float(due(line.taxed, line.rates, fees={}))


def _whole(avis: str, places: Sequence[int], lines: Sequence[Premises]) -> Sum:
    paid = next(line.paid for line in lines if line.paid is not None)
    teom, cut = (sum_over(lines, c) for c in ("teom_eur", "degrevements_eur"))
    return Sum(tuple(places), paid, teom, cut, 0, avis)


def sum_over(lines: Sequence[Premises], column: str) -> Decimal:
    """Add an amount over premises; one that `is_repeated` is the notice's."""
    values = [line.row.money(column) for line in lines]
    return values[0] or ZERO if is_repeated(lines, column) else total(values)


def is_repeated(lines: Sequence[Premises], column: str) -> bool:
    """Return whether an amount is the same on all lines of a notice, though they differ."""
    values = {line.row.money(column) for line in lines}
    return len(values) == 1 and None not in values and _unequal([_due(line) for line in lines])


def _parts(avis: str, places: Sequence[int], lines: Sequence[Premises]) -> Iterator[Sum]:
    for k, (place, line) in enumerate(zip(places, lines, strict=True)):
        if line.paid is not None:
            teom, cut = (line.row.money(c) or ZERO for c in ("teom_eur", "degrevements_eur"))
            yield Sum((place,), line.paid, teom, cut, k, avis)
