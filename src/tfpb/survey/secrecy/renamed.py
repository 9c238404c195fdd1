"""A question or a wave that bears another name than in an earlier release, found by its numbers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tfpb.errors import Fault, Severity
from tfpb.survey.secrecy.cells import Disclosed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.survey.secrecy.cells import Cell

_Name = tuple[str, str]
_Profile = dict[tuple[str, ...], int]


def as_named(
    before: Disclosed, now: Disclosed, masking_n: int
) -> tuple[Disclosed, tuple[Fault, ...]]:
    """Write what was released under the names of this run.

    Parameters
    ----------
    before : Disclosed
        From earlier releases.
    now : Disclosed
        What this run would show.
    masking_n : int

    Returns
    -------
    Disclosed
        A question (or wave) that is gone, and one that is new, are the same when every number of answers
        that both tell is equal and no other pair agrees so.
    tuple of Fault
        `enquete_renommee`, a doubt, for pairs that cannot be told to be the same though each number
        differs by fewer than `masking_n` answers: nothing is to be released with it.
    """
    old, new = (_profiles(d.shown) for d in (before, now))
    gone, come = set(old) - set(new) - _named(now), set(new) - set(old) - _named(before)
    apart = {
        (one, two): gap
        for one in sorted(gone)
        for two in sorted(come)
        if (gap := _apart(old[one], new[two])) is not None
    }
    same = [pair for pair, gap in apart.items() if gap == 0]
    names = {one: two for one, two in same if sum(one in p or two in p for p in same) == 1}
    doubtful = [
        (one, two)
        for (one, two), gap in apart.items()
        if gap < masking_n and one not in names and two not in names.values()
    ]
    faults = tuple(
        Fault(
            "enquete_renommee",
            fields={"noms": " · ".join(two), "avant": " · ".join(one)},
            severity=Severity.DOUTE,
        )
        for one, two in doubtful
    )

    def renamed(cell: Cell) -> Cell:
        vague, item = names.get((cell.vague, cell.item), (cell.vague, cell.item))
        return cell._replace(vague=vague, item=item)

    masked = tuple(sorted(map(renamed, before.masked)))
    shown = tuple(sorted((renamed(c), n) for c, n in before.shown))
    waves = {old: new for (old, _), (new, _) in names.items()}
    counts = tuple(
        tuple(c._replace(vague=waves.get(c.vague, c.vague)) for c in release)
        for release in before.counts
    )
    return Disclosed(masked, shown, before.sides, counts), faults


def _named(told: Disclosed) -> set[_Name]:
    return {(c.vague, c.item) for c in told.masked}


def _profiles(shown: Iterable[tuple[Cell, int]]) -> dict[_Name, _Profile]:
    out: dict[_Name, _Profile] = defaultdict(dict)
    for cell, n in shown:
        out[cell.vague, cell.item][cell[2:]] = n
    return dict(out)


def _apart(one: _Profile, two: _Profile) -> int | None:
    """Return the widest difference where both tell a number; None when they share no place."""
    return max((abs(one[p] - two[p]) for p in one.keys() & two.keys()), default=None)
