"""Combinations cut where they are independent: domains that share no stratum share no variance.

A territory's gap is set against all classic quarters of the region, two hundred times the same: its
variance is that of the territory plus that of the classic quarters, computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.survey.estimation.design import Design
    from tfpb.survey.estimation.domains import Contrasts, Domains

Term = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Distinct independent parts of some combinations.

    Parameters
    ----------
    terms : list of tuple of (domain, coefficient)
        The distinct parts.
    owner, piece : int arrays, shape (uses,)
        Each use of a part by a combination.
    """

    terms: list[tuple[Term, ...]]
    owner: NDArray[np.intp]
    piece: NDArray[np.intp]


def cut(design: Design, domains: Domains, contrasts: Contrasts) -> Pieces:
    """Cut combinations with constant coefficients into parts that share no stratum.

    Domains made of the same atoms count as one.
    """
    same = _same_domains(domains, np.unique(contrasts.domain))
    strata = {g: _strata(design, domains, g) for g in sorted(set(same.values()))}
    terms: list[list[Term]] = [[] for _ in range(contrasts.count)]
    for owner, domain, coefficient in zip(
        contrasts.owner, contrasts.domain, contrasts.coefficient[:, 0], strict=True
    ):
        terms[int(owner)].append((same[int(domain)], float(coefficient)))
    known: dict[tuple[Term, ...], int] = {}
    owners: list[int] = []
    pieces: list[int] = []
    for owner, term in enumerate(terms):
        for part in _apart(term, strata):
            pieces.append(known.setdefault(tuple(part), len(known)))
            owners.append(owner)
    return Pieces(list(known), np.array(owners, dtype=np.intp), np.array(pieces, dtype=np.intp))


def apart(design: Design, domains: Domains, one: int, two: int) -> bool:
    """Tell whether two domains share no stratum."""
    return _strata(design, domains, one).isdisjoint(_strata(design, domains, two))


def _same_domains(domains: Domains, used: NDArray[np.intp]) -> dict[int, int]:
    """Map each domain to the first one made of the same atoms."""
    first: dict[bytes, int] = {}
    out = {}
    for g in used:
        atoms = domains.atoms[domains.start[g] : domains.start[g + 1]]
        out[int(g)] = first.setdefault(atoms.tobytes(), int(g))
    return out


def _strata(design: Design, domains: Domains, domain: int) -> frozenset[int]:
    atoms = domains.atoms[domains.start[domain] : domains.start[domain + 1]]
    return frozenset(np.unique(design.cluster_stratum[design.cluster[atoms]]).tolist())


def _apart(terms: list[Term], strata: dict[int, frozenset[int]]) -> list[list[Term]]:
    """Group terms that share a stratum, directly or through others."""
    groups: list[tuple[set[int], list[Term]]] = []
    for term in terms:
        met, members = set(strata[term[0]]), [term]
        left = []
        for there, others in groups:
            if met.isdisjoint(there):
                left.append((there, others))
            else:
                met |= there
                members = [*others, *members]
        groups = [*left, (met, members)]
    return [members for _, members in groups]
