"""How alike a text is to those of a commune, letter by letter: asked one by one, or for a file at once."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Near = list[tuple[int, float]]

_LEAST: Final = {6: 0.38, 8: 0.5}
_LEAST_LONG: Final = 0.55
_KEPT: Final = 50_000
_CELLS: Final = 2_000_000
"""Likenesses computed at once: 16 MB."""


def resembling(written: str, listed: Sequence[str], cutoff: float, most: int | None) -> Near:
    """Return the positions of the texts nearest to one, letter by letter, with their likeness (0..1)."""
    near = process.extract(
        written, listed, scorer=OSA.normalized_similarity, score_cutoff=cutoff, limit=most
    )
    return [(at, float(likeness)) for _, likeness, at in near]


def least(written: str) -> float:
    """Return the likeness worth keeping, less for a short text: .38 to six letters, .5 to eight, .55."""
    return next((v for most, v in _LEAST.items() if len(written) <= most), _LEAST_LONG)


class Likeness:
    """Some texts, and what was found alike to them."""

    def __init__(self, listed: Sequence[str]) -> None:
        self.listed = listed
        self._known: dict[str, Near] = {}

    def prepare(self, written: Iterable[str]) -> None:
        """Compare many texts at once: what `near` finds one by one, four times as fast."""
        if len(self._known) > _KEPT:
            self._known.clear()
        new = [text for text in dict.fromkeys(written) if text not in self._known]
        step = max(1, _CELLS // max(1, len(self.listed)))
        for start in range(0, len(new), step):
            part = new[start : start + step]
            alike = process.cdist(
                part, self.listed, scorer=OSA.normalized_similarity,
                score_cutoff=min(leasts := list(map(least, part))), dtype=np.float64,
            )  # fmt: skip
            alike[alike < np.array(leasts)[:, None]] = 0.0
            rows, places = np.nonzero(alike)
            order = np.lexsort((places, -alike[rows, places], rows))
            cuts = np.searchsorted(rows, np.arange(1, len(part)))
            pairs = list(
                zip(places[order].tolist(), alike[rows, places][order].tolist(), strict=True)
            )
            bounds = [0, *cuts.tolist(), len(pairs)]
            for at, text in enumerate(part):
                self._known[text] = pairs[bounds[at] : bounds[at + 1]]

    def near(self, written: str, cutoff: float, most: int) -> Near:
        """Return the positions of the texts nearest to one, best first; see `resembling`.

        The cutoff is at least `least(written)`.
        """
        known = self._known.get(written)
        if known is None:
            known = self._known[written] = resembling(written, self.listed, least(written), None)
        return list(takewhile(lambda pair: pair[1] >= cutoff, known))[:most]
