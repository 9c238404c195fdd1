"""What hangs on the interviews of a delivery: a gap, or a share, reported as a release would round it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.question import Measure, Unit

if TYPE_CHECKING:
    from tfpb.model.arrays import Floats, Integers

_STEPS: Final = ((100, 1.0), (50, 2.0), (0, 5.0))
"""Interviews of a side from which its share is reported at a step, in points (secrecy)."""
_LEAST_SIDE: Final = 20


@dataclass(frozen=True, slots=True)
class Interviews:
    """Satisfaction of the interviews of a delivery."""

    satisfied: Floats
    """(interviews, items): 1 satisfied, 0 not, NaN without an answer or not concerned."""
    weights: Floats
    side: Integers  # 1 in a QPV, 0 outside, -1 not known
    weight: str = ""  # header of the weights; "" for none

    @property
    def has_sides(self) -> bool:
        """Whether both sides have enough interviews for a gap."""
        return all(int((self.side == s).sum()) >= _LEAST_SIDE for s in (0, 1))

    def measure(self, part: Floats) -> Measure:
        """Return the gap QPV − hors QPV, over all questions, in points; the share where sides are not known.

        Each share is rounded at the step of its side first: nothing finer than a release is reported.
        """
        reported = self.shares(part)
        return Measure(reported[0] - reported[1] if len(reported) > 1 else reported[0], Unit.POINTS)

    def shares(self, part: Floats) -> tuple[float, ...]:
        """Return the shares satisfied in QPV and hors QPV, percent; one of all where sides are not known."""
        weights = self.weights * part
        if not self.has_sides:
            return (self._share(weights, np.ones(len(weights), dtype=bool)),)
        return tuple(self._share(weights, self.side == s) for s in (1, 0))

    def counts(self, header: str) -> bool:
        """Return whether a column is that of the weights."""
        return bool(header) and header == self.weight

    def _share(self, weights: Floats, among: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
        answered = np.isfinite(self.satisfied) & among[:, None]
        held = answered * weights[:, None]
        total = held.sum()
        if not total:
            return 0.0
        step = next(s for least, s in _STEPS if int((among & (weights > 0)).sum()) >= least)
        share = 100 * (np.nan_to_num(self.satisfied) * held).sum() / total
        return float(np.rint(share / step) * step)
