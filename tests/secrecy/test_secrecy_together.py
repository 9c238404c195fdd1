"""An attack on rows read together: two sides, their gap and their whole; the answers of a scale.

The reader knows D = 1 / n, and which figures each pair of a count and of satisfied households prints.
Twenty-one questions are asked of the same households.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tfpb.survey.estimation.intervals import Sides
from tfpb.survey.printed import (
    LEAST_LEVELS,
    bounds_outwards,
    cell_of,
    coarser,
    level_step_of,
    printed_dispersion,
    rounded_count,
    step_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.arrays import Floats, Ints

QUESTIONS = 21
Figures = frozenset[tuple[int, ...]]


def rounded(n: int) -> int:
    """Return a count to ten, halves up."""
    return int(rounded_count(np.array(float(n))))


def sizes(count: int) -> range:
    """Return the counts that round to one."""
    return range(count - 5, count + 5)


def thousandths(figure: dict[str, Floats]) -> Ints:
    """Return what is printed of each figure, as whole numbers."""
    return np.rint(np.stack([v[:, 0] for v in figure.values()], axis=1) * 1000).astype(int)


def side(n: Floats, hits: Floats) -> Ints:
    """Print groups by themselves."""
    return thousandths(Sides.of((hits / n)[:, None], (1 / n)[:, None], n[:, None]).each())


def whole(n: Floats, hits: Floats, cell: float) -> Ints:
    """Print both sides together, at a cell that follows from theirs."""
    d = printed_dispersion(1 / n, n)[:, None]
    wide = np.full(d.shape, cell)
    return thousandths(Sides((hits / n)[:, None], d, wide, cell=wide).each())


def gap(n: Floats, hits: Floats) -> Ints:
    """Print the difference of two sides, arrays of shape (pairs, 2)."""
    size = n[..., None]
    told = Sides.of(hits[..., None] / size, 1 / size, size).figure(np.array([1.0, -1.0]))
    return thousandths(told)


def satisfied(size: int, row: Ints) -> Ints:
    """List the satisfied households with which a group of this size prints a row."""
    hits = np.arange(size + 1)
    return hits[(side(np.full(size + 1, float(size)), hits.astype(float)) == row).all(axis=1)]


def crossed(one: Iterable[int], two: Iterable[int]) -> Floats:
    """Return every pair, shape (pairs, 2)."""
    return np.array([(a, b) for a in one for b in two], dtype=float).reshape(-1, 2)


def counts_left(rng: np.random.Generator, n: tuple[int, int]) -> set[tuple[int, int]]:
    """Return which sizes of both sides print all that was printed of every question."""
    count = [rounded(v) for v in n]
    cell = float(coarser(cell_of(np.array(count, dtype=float)).max()))
    left = {
        (a, b)
        for a in sizes(count[0])
        for b in sizes(count[1])
        if rounded(a + b) == rounded(sum(n))
    }
    for _ in range(QUESTIONS):
        hits = [int(rng.binomial(v, 0.3 + 0.6 * rng.random())) for v in n]
        pair = np.array([hits], dtype=float)
        rows = [
            side(np.array([float(v)]), np.array([float(h)]))[0]
            for v, h in zip(n, hits, strict=True)
        ]
        both = whole(np.array([float(sum(n))]), pair.sum(axis=1), cell)[0]
        apart = gap(np.array([n], dtype=float), pair)[0]
        fits = [{a: satisfied(a, rows[k]) for a in {x[k] for x in left}} for k in (0, 1)]
        kept = set()
        for a, b in left:
            told = crossed(fits[0][a], fits[1][b])
            size = np.broadcast_to(np.array([a, b], dtype=float), told.shape)
            same = (gap(size, told) == apart).all(axis=1)
            same &= (whole(size.sum(axis=1), told.sum(axis=1), cell) == both).all(axis=1)
            if same.any():
                kept.add((a, b))
        left = kept
    return left


@pytest.mark.parametrize("least", [30, 55, 105, 205, 405, 805])
def test_two_sides_their_gap_and_their_whole_tell_neither_count(least: int) -> None:
    rng = np.random.default_rng(5940 + least)
    n = tuple(int(v) for v in rng.integers(least, 2 * least - 12, 2))
    left = counts_left(rng, (n[0], n[1]))
    assert n in left
    for k in (0, 1):
        assert len({pair[k] for pair in left}) >= 3, (n, sorted(left))


def answers(n: Floats, hits: Floats, step: float | None = None) -> Ints:
    """Print the bounds of one answer of a scale."""
    wide = level_step_of(rounded_count(n)) if step is None else np.full(n.shape, step)
    d = printed_dispersion(1 / n, n)[:, None]
    told = Sides((hits / n)[:, None], d, wide[:, None]).each()
    return thousandths({k: v for k, v in told.items() if k != "estimation"})


def sizes_left(rng: np.random.Generator, n: int, step: float | None = None) -> set[int]:
    """Return which sizes print the satisfied and every answer of the scale of every question."""
    left = set(sizes(rounded(n)))
    for _ in range(QUESTIONS):
        found = rng.multinomial(n, rng.dirichlet([3, 5, 2, 1.5])).astype(float)
        size = np.array([float(n)])
        own = side(size, found[:1] + found[1:2])[0]
        each = [answers(size, np.array([k]), step)[0] for k in found]
        kept = set()
        for a in left:
            every = np.arange(a + 1)
            printed = answers(np.full(a + 1, float(a)), every.astype(float), step)
            very, rather, little, no = (
                {int(k) for k in every[(printed == e).all(axis=1)]} for e in each
            )
            good = {int(k) for k in satisfied(a, own)} & {x + y for x in very for y in rather}
            if good & {a - x - y for x in little for y in no}:
                kept.add(a)
        left = kept
    return left


@pytest.mark.parametrize("n", [108, 187, 233, 384, 431])
def test_the_answers_of_a_scale_tell_no_count(n: int) -> None:
    assert rounded(n) > LEAST_LEVELS
    left = sizes_left(np.random.default_rng(5960 + n), n)
    assert n in left
    assert len(left) >= 4, left


def test_answers_at_the_step_of_shares_tell_the_count() -> None:
    """Control: at the point, of a hundred and fifty households one count is left."""
    n = 152
    step = float(step_of(np.array(float(n))))
    assert sizes_left(np.random.default_rng(5980), n, step) == {n}


def test_bounds_contain_those_of_the_exact_share() -> None:
    rng = np.random.default_rng(5990)
    n = rng.integers(30, 2000, 400).astype(float)
    hits = rng.binomial(n.astype(int), rng.random(400)).astype(float)
    hits[:40] = n[:40]
    told = Sides.of((hits / n)[:, None], (1 / n)[:, None], n[:, None])
    exact = told.bounds(1.959963984540054)
    low, high = bounds_outwards(exact[0], exact[1])
    printed = told.each()
    assert (printed["ic95_bas"] <= low + 1e-9).all()
    assert (printed["ic95_haut"] >= high - 1e-9).all()
    wide = np.where(n > 1000, 0.0101, 0.07)[:, None]
    assert (low - printed["ic95_bas"] <= wide).all()
