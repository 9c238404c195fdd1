"""The sampling design, reduced to its atoms.

An atom is a set of interviews that no table ever separates: same résidence, same bailleur, same
side, same territory, same adjustment cell. Every estimate and every linearised score is a sum over
atoms, so that 38 000 interviews become about two thousand rows once, and all items and groups are
then matrix work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import sparse

from tfpb.survey.scales import ABSENT, NOT_CONCERNED, NSP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.survey.model import Responses


_KEY_ROOM: Final = 2**62


@dataclass(frozen=True, slots=True)
class Margin:
    """One calibration margin at the level of atoms.

    Parameters
    ----------
    cell : int array, shape (atoms,)
        Cell of the margin each atom lies in.
    raked : bool
        One of several margins (raking) rather than a lone post-stratification.
    """

    cell: NDArray[np.intp]
    raked: bool


@dataclass(frozen=True, slots=True)
class Design:
    """Atoms, clusters and strata of some interviews.

    Parameters
    ----------
    atoms : DataFrame
        Key columns of the atoms, one row an atom.
    row_atom : int array, shape (rows,)
    weight, delivered_weight : float arrays, shape (rows,)
        Weights used, and before calibration.
    cluster : int array, shape (atoms,)
        Clusters are numbered stratum by stratum.
    cluster_stratum : int array, shape (clusters,)
    stratum_size : int array, shape (strata,)
        Clusters of each stratum, those without a valid answer included.
    margins : tuple of Margin
        Empty when the weights were not calibrated.
    default_deff : float
        Design effect to assume when no résidence is known; NaN otherwise.
    """

    atoms: pd.DataFrame
    row_atom: NDArray[np.intp]
    weight: NDArray[np.float64]
    delivered_weight: NDArray[np.float64]
    cluster: NDArray[np.intp]
    cluster_stratum: NDArray[np.intp]
    stratum_size: NDArray[np.int64]
    margins: tuple[Margin, ...] = ()
    default_deff: float = float("nan")

    @property
    def size(self) -> int:
        """Number of atoms."""
        return len(self.atoms)

    def sums(self, values: NDArray[np.float64], *, weighted: bool = True) -> NDArray[np.float64]:
        """Sum row values (rows × measures) over the atoms, weighted or not."""
        data = self.weight if weighted else np.ones(len(self.weight))
        out: NDArray[np.float64] = self._spread(data) @ values
        return out

    def _spread(self, data: NDArray[np.float64]) -> sparse.csr_array:
        rows = np.arange(len(self.row_atom))
        return sparse.csr_array((data, (self.row_atom, rows)), shape=(self.size, len(rows)))


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over atoms of one set of measures, arrays of shape (atoms, measures).

    Parameters
    ----------
    total, base : float arrays
        Σ w·y and Σ w over valid answers.
    square : float array
        Σ w·y² over valid answers.
    n : float array
        Valid answers.
    nsp, not_concerned, weight : float arrays
        Weighted NSP, non concernés, and all interviews (shape (atoms, 1) for the last).
    calibration_total, calibration_base, calibration_rows : float arrays
        The same sums with the weights that calibration residuals are taken under: delivered weights
        for post-stratification, none for raking. Empty when not calibrated.
    """

    total: NDArray[np.float64]
    base: NDArray[np.float64]
    square: NDArray[np.float64]
    n: NDArray[np.float64]
    nsp: NDArray[np.float64]
    not_concerned: NDArray[np.float64]
    weight: NDArray[np.float64]
    calibration_total: NDArray[np.float64]
    calibration_base: NDArray[np.float64]
    calibration_rows: NDArray[np.float64]


def build_design(
    frame: pd.DataFrame,
    *,
    keys: Sequence[str],
    clustered: bool = True,
    margins: Sequence[str] = (),
    delivered_weight: NDArray[np.float64] | None = None,
    default_deff: float = 1.6,
) -> Design:
    """Reduce interviews to atoms.

    Parameters
    ----------
    frame : DataFrame
        `bailleur, residence, strate, poids` and the key columns.
    keys : sequence of str
        Columns that tables may separate.
    clustered : bool
        False when the delivery names no résidence: each interview is then its own cluster and the
        variance is `default_deff` times that of a simple random sample.
    margins : sequence of str
        Columns of the calibration margins, each a cell index.
    delivered_weight : float array, optional
        Weights before calibration.

    Notes
    -----
    A résidence met in two strata counts as a cluster in each (R's ``nest=TRUE``). An interview
    without résidence is a cluster of its own.
    """
    weight = frame["poids"].to_numpy(dtype=float)
    stratum, strata = pd.factorize(frame["strate"], sort=True)
    cluster, cluster_stratum = _clusters(frame, stratum, clustered=clustered)
    names = list(dict.fromkeys((*keys, *margins)))
    codes = [pd.factorize(frame[name], sort=False)[0] for name in names]
    atom, first = _unique_rows([cluster, *codes], len(frame))
    atoms = frame[names].iloc[first].reset_index(drop=True)
    return Design(
        atoms=atoms,
        row_atom=atom,
        weight=weight,
        delivered_weight=weight if delivered_weight is None else delivered_weight,
        cluster=cluster[first],
        cluster_stratum=cluster_stratum,
        stratum_size=np.bincount(cluster_stratum, minlength=len(strata)),
        margins=tuple(
            Margin(atoms[name].to_numpy(dtype=np.intp), raked=len(margins) > 1) for name in margins
        ),
        default_deff=float("nan") if clustered else default_deff,
    )


def _clusters(
    frame: pd.DataFrame, stratum: NDArray[np.intp], *, clustered: bool
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return clusters numbered stratum by stratum: (cluster of each row, stratum of each cluster)."""
    n = len(frame)
    if clustered:
        owner = pd.factorize(frame["bailleur"])[0]
        residence = pd.factorize(frame["residence"])[0].astype(np.int64)
        lone = (frame["residence"] == "").to_numpy()
        residence[lone] = residence.max(initial=0) + 1 + np.flatnonzero(lone)
        own, _ = _unique_rows([stratum, owner, residence], n)
    else:
        own = np.lexsort((np.arange(n), stratum))
        rank = np.empty(n, dtype=np.intp)
        rank[own] = np.arange(n)
        own = rank
    cluster_stratum = np.zeros(int(own.max(initial=-1)) + 1, dtype=np.intp)
    cluster_stratum[own] = stratum
    return own, cluster_stratum


def _unique_rows(
    columns: Sequence[NDArray[np.intp]], n: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return distinct combinations numbered in sorted order: (number of each row, first row of each)."""
    key = np.zeros(n, dtype=np.int64)
    room = 1
    for column in columns:
        span = int(column.max(initial=0)) + 1
        if room * span >= _KEY_ROOM:  # too many combinations for one integer: number those met
            key, names = pd.factorize(key, sort=True)
            room = len(names)
        key = key * span + column
        room *= span
    code, names = pd.factorize(key)
    order = np.argsort(names, kind="stable")
    rank = np.empty(len(names), dtype=np.intp)
    rank[order] = np.arange(len(names))
    first = np.empty(len(names), dtype=np.intp)
    first[code[::-1]] = np.arange(n - 1, -1, -1)
    return rank[code], first[order]


def sum_responses(design: Design, responses: Responses) -> Sums:
    """Sum answers over atoms, once for all estimates."""
    valid = responses.valid.astype(float)
    y = np.where(responses.valid, responses.y, 0.0)
    ones = np.ones((len(y), 1))
    k = y.shape[1]
    weighted = design.sums(
        np.hstack([y, valid, y * y, responses.nsp, responses.not_concerned, ones])
    )
    nothing = np.zeros((0, k))
    calibrated = (nothing, nothing, nothing)
    if design.margins:
        raked = design.margins[0].raked
        data = np.ones(len(y)) if raked else design.delivered_weight
        under = design._spread(data) @ np.hstack([y, valid, ones])  # noqa: SLF001 - same module
        calibrated = (under[:, :k], under[:, k : 2 * k], under[:, 2 * k :])
    return Sums(
        total=weighted[:, :k],
        base=weighted[:, k : 2 * k],
        square=weighted[:, 2 * k : 3 * k],
        n=design.sums(valid, weighted=False),
        nsp=weighted[:, 3 * k : 4 * k],
        not_concerned=weighted[:, 4 * k : 5 * k],
        weight=weighted[:, 5 * k :],
        calibration_total=calibrated[0],
        calibration_base=calibrated[1],
        calibration_rows=calibrated[2],
    )


def sum_ranks(
    design: Design, ranks: Sequence[NDArray[np.int16]], satisfied: Sequence[Sequence[bool]]
) -> Sums:
    """Sum answers given as ranks over atoms: satisfied or not, one measure an item.

    Parameters
    ----------
    ranks : sequence of int16 arrays, shape (rows,)
        Level of each answer, or `ABSENT`, `NSP`, `NOT_CONCERNED`.
    satisfied : sequence of sequences of bool
        Whether each level of each item counts as satisfied.

    Notes
    -----
    Each item is one weighted count of (atom, answer); the same sums as `sum_responses`, in a tenth
    of the time.
    """
    atoms = design.size
    lowest = -min(ABSENT, NSP, NOT_CONCERNED)
    shape = (atoms, len(ranks))
    total, base, n, nsp, absent = (np.zeros(shape) for _ in range(5))
    under_total, under_base = (np.zeros(shape) for _ in range(2))
    raked = bool(design.margins) and design.margins[0].raked
    for j, (values, good) in enumerate(zip(ranks, satisfied, strict=True)):
        slots = lowest + len(good)
        key = design.row_atom * slots + (values + lowest)
        cells = atoms * slots
        weighted = np.bincount(key, weights=design.weight, minlength=cells).reshape(atoms, slots)
        plain = np.bincount(key, minlength=cells).reshape(atoms, slots)
        liked = np.flatnonzero(good) + lowest
        total[:, j] = weighted[:, liked].sum(axis=1)
        base[:, j] = weighted[:, lowest:].sum(axis=1)
        n[:, j] = plain[:, lowest:].sum(axis=1)
        nsp[:, j] = weighted[:, NSP + lowest]
        absent[:, j] = weighted[:, NOT_CONCERNED + lowest]
        if design.margins:
            under: NDArray[np.number] = plain
            if not raked:
                under = np.bincount(key, weights=design.delivered_weight, minlength=cells)
                under = under.reshape(atoms, slots)
            under_total[:, j] = under[:, liked].sum(axis=1)
            under_base[:, j] = under[:, lowest:].sum(axis=1)
    row_weight = np.ones(len(design.weight)) if raked else design.delivered_weight
    return Sums(
        total=total,
        base=base,
        square=total,
        n=n,
        nsp=nsp,
        not_concerned=absent,
        weight=_counts(design, design.weight),
        calibration_total=under_total,
        calibration_base=under_base,
        calibration_rows=_counts(design, row_weight),
    )


def sum_levels(
    design: Design, ranks: NDArray[np.int16], levels: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Sum one item's answers over atoms, level by level.

    Returns
    -------
    weighted, plain, under : float arrays, shape (atoms, levels)
        Σ w, counts, and counts under the calibration weights (see `Sums`; plain when not calibrated).
    """
    valid = ranks >= 0
    key = design.row_atom[valid] * levels + ranks[valid]
    raked = bool(design.margins) and design.margins[0].raked

    def counted(weight: NDArray[np.float64] | None) -> NDArray[np.float64]:
        total = np.bincount(
            key, weights=None if weight is None else weight[valid], minlength=design.size * levels
        )
        return total.astype(float).reshape(design.size, levels)

    plain = counted(None)
    under = counted(design.delivered_weight) if design.margins and not raked else plain
    return counted(design.weight), plain, under


def _counts(design: Design, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum weights over atoms, one column."""
    total = np.bincount(design.row_atom, weights=weight, minlength=design.size)
    return total.astype(float)[:, None]
