"""Intervals of shares, means and their differences, vectorised; NaN in, NaN out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.survey.printed import (
    POINT,
    at_step,
    bounds_outwards,
    cell_ends,
    cell_of,
    printed_dispersion,
    rounded_count,
    step_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.arrays import Floats, Indices

_FAR: Final = 8.0
"""Normal quantile beyond which a p-value is nil."""
_HALVINGS: Final = 22
BOUNDS: Final = ("ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut")


def t_quantile(probability: float, df: Floats) -> Floats:
    """Quantile of Student's t; NaN where there is no degree of freedom."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    values, back = np.unique(np.where(df > 0, df, np.nan), return_inverse=True)
    out: Floats = stdtrit(values, probability)[back].reshape(np.shape(df))
    return out


def z_quantile(level: float) -> float:
    """Quantile of the normal distribution for a two-sided interval."""
    from scipy.special import ndtri  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    return float(ndtri((1 + level) / 2))


def wilson_bounds(p: Floats, effective: Floats, z: Floats | float) -> tuple[Floats, Floats]:
    """Interval of Wilson (1927) of a share on an effective number of interviews."""
    size = 1 + z**2 / effective
    centre = p + z**2 / (2 * effective)
    half = z * np.sqrt(p * (1 - p) / effective + z**2 / (4 * effective**2))
    return np.maximum((centre - half) / size, 0.0), np.minimum((centre + half) / size, 1.0)


def wilson_dispersion(p: Floats, low: Floats, high: Floats, z: float) -> Floats:
    """Return D = 1 / n of the interval of Wilson that has these bounds: (p − b)² = z² b(1 − b)D.

    Read at the bound farther from `p`, the one that neither 0 nor 1 cuts.
    """
    bound = np.where(p < 0.5, high, low)  # noqa: PLR2004 - the longer arm is the one towards 0.5
    out: Floats = (p - bound) ** 2 / (z**2 * bound * (1 - bound))
    return out


def combined_bounds(
    values: Floats, bounds: tuple[Floats, Floats], signs: Floats, shared: Floats | None = None
) -> tuple[Floats, Floats]:
    """Bounds of Σ sign · value from those of each value.

    Parameters
    ----------
    values, bounds : float arrays, shape (…, sides, measures)
    signs : float array, shape (sides,), or that of `values`
        Nil for a side that is no part of the figure.
    shared : float array, shape (…, pairs, measures), optional
        Correlation of the first half of the sides with the second, whose signs are opposite; without it,
        all are independent.

    Returns
    -------
    float arrays, shape (…, measures)

    Notes
    -----
    MOVER (Zou and Donner, 2008): each side brings the distance to its own bound on the side that
    counts.
    """
    low, high = bounds
    sign = signs[:, None] if signs.ndim == 1 else signs
    used = sign != 0
    down = np.where(used, np.where(sign > 0, values - low, high - values), 0.0)
    up = np.where(used, np.where(sign > 0, high - values, values - low), 0.0)
    whole = (np.where(used, values, 0.0) * sign).sum(axis=-2)
    out = []
    for arm in (down, up):
        squares = (sign**2 * arm**2).sum(axis=-2)
        if shared is not None:
            pairs = shared.shape[-2]
            one, two = arm[..., :pairs, :], arm[..., pairs:, :]
            squares = squares - 2 * (shared * one * two).sum(axis=-2)
        out.append(np.sqrt(np.maximum(squares, 0.0)))
    return whole - out[0], whole + out[1]


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """The sides of some figures, exact; arrays of shape (…, sides, measures)."""

    share: Floats  # shares (or means)
    dispersion: Floats  # D, as bounds may show it
    step: Floats  # what each side is printed at
    shared: Floats | None = None  # as of `combined_bounds`, (…, pairs, measures)
    variance: Floats | None = None  # of the answers where a mean is estimated; NaN for a share
    unit: Floats | float = POINT  # the finest step of each measure
    cell: Floats | None = None  # how near bounds show each side; its step without it

    @classmethod
    def of(
        cls, share: Floats, dispersion: Floats, n: Floats, shared: Floats | None = None
    ) -> Sides:
        """Return shares of `n` households as printed, D being `printed_dispersion`."""
        count = rounded_count(n)
        step, cell = (np.broadcast_to(v, share.shape) for v in (step_of(count), cell_of(count)))
        return cls(share, printed_dispersion(dispersion, n), step, shared, cell=cell)

    def at(self, index: Indices | tuple[Indices, ...]) -> Sides:
        """Choose figures among domains: arrays of shape (domains, measures) are indexed."""
        variance = None if self.variance is None else self.variance[index]
        return replace(
            self,
            share=self.share[index],
            dispersion=self.dispersion[index],
            step=self.step[index],
            variance=variance,
            cell=None if self.cell is None else self.cell[index],
        )

    def bounds(self, z: Floats | float) -> tuple[Floats, Floats]:
        """Bounds of each side at a normal quantile."""
        values = self.share
        share = (
            np.isnan(self.variance) if self.variance is not None else np.ones(values.shape, bool)
        )
        p = np.where(share, np.clip(values, 0.0, 1.0), 0.5)
        with np.errstate(divide="ignore", invalid="ignore"):
            low, high = wilson_bounds(p, 1 / self.dispersion, z)
            if self.variance is None:
                return low, high
            half = z * np.sqrt(self.variance * self.dispersion)
        return np.where(share, low, values - half), np.where(share, high, values + half)

    def combined(self, signs: Floats, z: Floats | float) -> tuple[Floats, Floats]:
        """Bounds of Σ sign · side at a normal quantile."""
        shared = self.shared
        if shared is not None:  # only where both waves are part of the figure
            pairs = len(signs) // 2
            shared = shared * (signs[:pairs] != 0)[:, None]
        return combined_bounds(self.share, self.bounds(z), signs, shared)

    def figure(self, signs: Floats) -> dict[str, Floats]:
        """Return the estimate and the bounds of Σ sign · side, rounded last.

        Both are of the cells that sides are told within: bounds are those of every exact share of the same
        cells, and a figure of several sides tells no more than its sides do.
        """
        used, sign = signs[:, None] != 0, signs[:, None]
        ends = self.within()
        middle = np.where(used, sum(ends) / 2, 0.0)
        out = {"estimation": at_step((middle * sign).sum(axis=-2), self.unit)}
        for level, names in ((0.95, BOUNDS[:2]), (0.90, BOUNDS[2:])):
            z = z_quantile(level)
            low, high = (
                replace(self, share=np.where(sign * way < 0, *ends)).combined(signs, z)[k]
                for k, way in enumerate((-1, 1))
            )
            if self.shared is not None:  # two waves: their arms are taken one from the other
                least, most = self.combined(signs, z)
                low, high = np.minimum(low, least), np.maximum(high, most)
            out |= dict(zip(names, bounds_outwards(low, high, self.unit), strict=True))
        return out

    @property
    def nearness(self) -> Floats:
        """Return the cell of each share."""
        return self.step if self.cell is None else self.cell

    def within(self) -> tuple[Floats, Floats]:
        """Return the ends of the cell that each share is told within."""
        return cell_ends(self.share, self.step, self.nearness)

    def printed(self) -> Floats:
        """Return each share at its step."""
        low, high = self.within()
        return at_step((low + high) / 2, self.step)

    def each(self) -> dict[str, Floats]:
        """Return `figure` of every share by itself."""
        values = (self.share, self.dispersion, self.step, self.nearness)
        share, dispersion, step, cell = (v[..., None, :] for v in values)
        return Sides(share, dispersion, step, cell=cell).figure(np.ones(1))

    def exceeding(self, signs: Floats, limit: float) -> Floats:
        """One-sided p-value of « Σ sign · side exceeds a limit », each side at the middle of its cell.

        A word that counts in a sentence then says no more of an answer than the printed figures do.
        """
        low_end, high_end = self.within()
        printed = replace(self, share=(low_end + high_end) / 2)

        def low(z: Floats) -> Floats:
            bounds = printed.combined(signs, np.abs(z)[..., None, :])
            return np.where(z >= 0, bounds[0], bounds[1])

        shape = self.share.shape[:-2] + self.share.shape[-1:]
        p = exceeding_p(low, limit, shape)
        return np.where(np.isnan(low(np.ones(shape))), np.nan, p)


def exceeding_p(low: Callable[[Floats], Floats], limit: float, shape: tuple[int, ...]) -> Floats:
    """One-sided p-value of an interval: the risk at which its low bound reaches a limit.

    `low` gives the low bound, decreasing, for given normal quantiles, arrays of `shape`.
    """
    from scipy.special import ndtr  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    left, right = np.full(shape, -_FAR), np.full(shape, _FAR)
    for _ in range(_HALVINGS):
        middle = (left + right) / 2
        above = low(middle) > limit
        left, right = np.where(above, middle, left), np.where(above, right, middle)
    # between two quantiles as a line: halves alone would tell apart two figures equal but for a last digit
    over, under = low(left) - limit, limit - low(right)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.clip(np.where(over + under > 0, over / (over + under), 0.5), 0.0, 1.0)
    out: Floats = ndtr(-(left + (right - left) * part))
    return out
