"""Which way answers are coded: against an overall mark or the wave before; else it is not verified."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Flags, Floats

REVERSED: Final = "inverser"
"""Answer: the codes of the scale run the other way round."""
_LEAST_ANSWERED: Final = 3
"""Questions answered from which a respondent's share says something."""
_LEAST_RESPONDENTS: Final = 50
_DESIGN_EFFECT: Final = 1.5
_SHARE_Z: Final = -2.4
_ITEM_Z: Final = -4.0
_AGAINST_Z: Final = -3.0
"""z of one item where the others go with the mark."""
_DOUBTED_Z: Final = -1.64
_OTHERS_Z: Final = 2.0
"""Median z of the other items from which they go with the mark: one that does not stands out."""
_SHOWN_Z: Final = 2.4
"""z above which a mark shows that the codes run as the plan says."""
_NEARER: Final = 0.5
_MOST_ITEMS: Final = 0.6
_LEAST_ITEMS: Final = 3
_LEAST_NOUGHTS: Final = 15
_PILE: Final = 2
"""Times that noughts outnumber ones, and twos, from which they may stand for something else."""
_LOW: Final = 3
"""Marks up to which tenants say what one who marks nought would."""
_NOUGHT_Z: Final = 4.0


class Way(StrEnum):
    """What is known of the way answers are coded."""

    AS_PLANNED = "comme_au_plan"
    REVERSED = "inverse"
    UNVERIFIED = "non_verifie"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of the coding of some interviews."""

    way: Way
    by: str = ""  # `note` or `vague`; "" when unverified
    items: tuple[int, ...] = ()
    """Positions of the items that run the other way round; empty for all."""
    doubted: tuple[int, ...] = ()
    """Positions of the items that go against the mark, too little to ask."""


def against_mark(satisfied: Floats, marks: Floats) -> Seen:
    """Compare each respondent's share of satisfied answers with the overall mark.

    `satisfied` is 1, 0, or NaN without an answer, (interviews, items); of `marks`, the higher the better.
    Reversed when the correlation has z under −2.4 (design effect of 1.5), or that of one item alone under
    −4, under −3 where the others go with the mark; as planned when z is above 2.4; else unverified.
    """
    marked = np.isfinite(marks)
    satisfied, marks = satisfied[marked], marks[marked]
    answered = np.isfinite(satisfied)
    values = np.where(answered, satisfied, 0)
    count = answered.sum(axis=1)
    enough = count >= min(_LEAST_ANSWERED, satisfied.shape[1])
    share = values.sum(axis=1) / np.maximum(count, 1)
    z = float(_zs(share[:, None], enough[:, None], marks)[0])
    if z < _SHARE_Z:
        return Seen(Way.REVERSED, "note")
    each = _zs(values, answered, marks)
    others = [
        float(np.median(np.delete(each, k))) if each.size > 1 else 0.0 for k in range(each.size)
    ]
    least = np.where(np.array(others) >= _OTHERS_Z, _AGAINST_Z, _ITEM_Z)
    if odd := tuple(np.flatnonzero(each < least).tolist()):
        return Seen(Way.REVERSED, "note", odd)
    unsure = (each < _DOUBTED_Z) & (least == _AGAINST_Z)
    way = Way.AS_PLANNED if z > _SHOWN_Z else Way.UNVERIFIED
    return Seen(
        way, "note" if way is Way.AS_PLANNED else "", doubted=tuple(np.flatnonzero(unsure).tolist())
    )


def noughts_of_nobody(satisfied: Floats, marks: Floats) -> bool:
    """Return whether noughts pile up among tenants who answer otherwise as others do: no mark was given.

    Arrays as in `against_mark`, marks from 0. The other marks go with the share of satisfied answers (z
    above 2.4), noughts are twice as many as ones and as twos, and the share of those who gave them is
    nearer to that of the others than to what the line of the marks, or the marks of 1 to 3, let expect of a
    nought, by 4 standard errors (design effect of 1.5). An angry tenant's nought has angry answers, to one
    question at least (z under −4).
    """
    answered = np.isfinite(satisfied)
    count = answered.sum(axis=1)
    there = np.isfinite(marks) & (count >= min(_LEAST_ANSWERED, satisfied.shape[1])) & (count > 0)
    values, marks = np.where(answered, satisfied, 0)[there], marks[there]
    share = values.sum(axis=1) / count[there]
    nought, low = marks == 0, (marks > 0) & (marks <= _LOW)
    pile = _PILE * max(1, int((marks == 1).sum()), int((marks == 2).sum()))  # noqa: PLR2004
    if nought.sum() < max(_LEAST_NOUGHTS, pile) or (~nought).sum() < _LEAST_RESPONDENTS:
        return False
    others, x = share[~nought], marks[~nought]
    if float(_zs(others[:, None], np.ones((len(x), 1), dtype=bool), x)[0]) <= _SHOWN_Z:
        return False
    if _zs(values, answered[there], (~nought).astype(float)).max() >= -_ITEM_Z:
        return False
    slope, start = np.polyfit(x, others, 1)
    lowest = float(others[low[~nought]].mean()) if low.any() else 0.0
    expected = max(float(start), lowest, 0.0)
    noise = float(np.var(others - slope * x - start)) * _DESIGN_EFFECT
    lever = 1 / nought.sum() + 1 / len(x) + x.mean() ** 2 / ((x - x.mean()) ** 2).sum()
    seen, usual = float(share[nought].mean()), float(others.mean())
    return bool(seen - expected > max(_NOUGHT_Z * (noise * lever) ** 0.5, (usual - expected) / 2))


def _zs(values: Floats, there: Flags, marks: Floats) -> Floats:
    """Return the z of the correlation of each column with the marks; nil where few answer or none varies."""
    count = there.sum(axis=0)
    rest = np.maximum(count, 1)
    x = np.where(there, values - (values * there).sum(axis=0) / rest, 0)
    y = np.where(there, marks[:, None] - (marks[:, None] * there).sum(axis=0) / rest, 0)
    scale = np.sqrt((x * x).sum(axis=0) * (y * y).sum(axis=0))
    r = np.divide((x * y).sum(axis=0), scale, out=np.zeros(len(count)), where=scale > 0)
    z = np.arctanh(np.clip(r, -0.999, 0.999)) * np.sqrt(np.maximum(count / _DESIGN_EFFECT - 3, 0))
    return np.where(count >= _LEAST_RESPONDENTS, z, 0.0)


def against_wave(now: Sequence[float], before: Sequence[float]) -> Seen:
    """Compare the shares satisfied of a wave with those of the wave before, item by item.

    Reversed when, for 60 % of the items, the share read the other way round is at less than half the
    distance of the share as read; as planned when that holds the other way.
    """
    current, earlier = np.array(now, dtype=float), np.array(before, dtype=float)
    both = np.isfinite(current) & np.isfinite(earlier)
    if both.sum() < _LEAST_ITEMS:
        return Seen(Way.UNVERIFIED)
    straight = np.abs(current - earlier)[both]
    turned = np.abs(1 - current - earlier)[both]
    if (turned < _NEARER * straight).mean() >= _MOST_ITEMS:
        return Seen(Way.REVERSED, "vague")
    if (straight < _NEARER * turned).mean() >= _MOST_ITEMS:
        return Seen(Way.AS_PLANNED, "vague")
    return Seen(Way.UNVERIFIED)
