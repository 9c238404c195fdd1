"""What is estimated: sets of respondents (domains), their means, linear combinations of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from tfpb.survey.estimation.gather import group_sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Domains:
    """Sets of atoms, in compressed rows: the atoms of domain g are `atoms[start[g]:start[g + 1]]`."""

    start: NDArray[np.intp]
    atoms: NDArray[np.intp]
    size: int

    @classmethod
    def of(cls, sets: Sequence[NDArray[np.intp]], size: int) -> Domains:
        """Gather index arrays; `size` is the number of atoms of the design."""
        lengths = np.array([len(s) for s in sets], dtype=np.intp)
        start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
        atoms = np.concatenate(sets) if len(sets) else np.zeros(0)
        return cls(start, atoms.astype(np.intp), size)

    @property
    def count(self) -> int:
        """Number of domains."""
        return len(self.start) - 1

    def matrix(self) -> sparse.csr_array:
        """Return the membership matrix (domains × atoms)."""
        return sparse.csr_array(
            (np.ones(len(self.atoms)), self.atoms, self.start), shape=(self.count, self.size)
        )


@dataclass(frozen=True, slots=True)
class Means:
    """Means of domains, arrays of shape (domains, measures).

    Parameters
    ----------
    estimate : float array
        Σ w·y / Σ w over valid answers; NaN for an empty domain.
    base : float array
        Σ w over valid answers.
    srs_variance : float array
        Variance under simple random sampling with replacement: Σ w(y−p)²/Σ w / (n−1).
    n, clusters, strata : float arrays
        Valid answers, résidences and strata with a valid answer.
    nsp_share, not_concerned_share : float arrays
        NSP / (valid + NSP) and non concernés / all, weighted.
    """

    estimate: NDArray[np.float64]
    base: NDArray[np.float64]
    srs_variance: NDArray[np.float64]
    n: NDArray[np.float64]
    clusters: NDArray[np.float64]
    strata: NDArray[np.float64]
    nsp_share: NDArray[np.float64]
    not_concerned_share: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Linear combinations of domain means: Σ coefficient · mean, gathered by `owner`.

    Parameters
    ----------
    owner, domain : int arrays, shape (terms,)
    coefficient : float array, shape (terms, 1) or (terms, measures)
    count : int
        Number of combinations.
    """

    owner: NDArray[np.intp]
    domain: NDArray[np.intp]
    coefficient: NDArray[np.float64]
    count: int

    @classmethod
    def of(cls, terms: Sequence[Sequence[tuple[int, float]]]) -> Contrasts:
        """Gather lists of (domain, coefficient)."""
        owner = [k for k, term in enumerate(terms) for _ in term]
        domain = [d for term in terms for d, _ in term]
        coefficient = [c for term in terms for _, c in term]
        return cls(
            np.array(owner, dtype=np.intp),
            np.array(domain, dtype=np.intp),
            np.array(coefficient, dtype=float)[:, None],
            len(terms),
        )

    def values(self, means: Means) -> NDArray[np.float64]:
        """Return Σ coefficient · mean (combinations × measures); a nil coefficient drops its term."""
        part = np.where(self.coefficient == 0, 0.0, self.coefficient * means.estimate[self.domain])
        return group_sums(self.owner, part, self.count)
