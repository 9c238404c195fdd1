"""Domains cut into cells of like homes, and the dwellings that each part stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import sparse

from tfpb.survey.estimation.means import domain_means, expand
from tfpb.survey.estimation.pooled import Spread, domain_spread
from tfpb.survey.reading.surveyed_stock import PARC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.estimation.means import Means

    Indices = NDArray[np.intp]

JOIN: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Cells:
    """Each domain that a comparison shows, cut by some variables.

    Parameters
    ----------
    names : list of str
        Values of each cell, joined by `JOIN`.
    atom : int array, shape (atoms,)
        Cell of each atom, −1 when a variable is unknown.
    number : int array, shape (domains, cells)
        Part of each domain in each cell, −1 when nobody answered there.
    means : Means
        Of the parts.
    spared : Spread, optional
        What the spread of each part loses when these dwellings are the population (`parc`); nil where
        the stock does not tell their cell.
    """

    names: list[str]
    atom: Indices
    number: Indices
    means: Means
    spared: Spread | None

    @classmethod
    def of(cls, c: Comparison, variables: Sequence[str]) -> Cells:
        """Cut the sides of the groups that may be shown."""
        joined = _joined(c.design.atoms, variables)
        names = sorted(set(joined) - {""})
        atom = _numbers(joined, names)
        used = np.unique(c.sides[c.shown.any(axis=1)])
        term, at = expand(c.means.member, used)
        term, at = term[atom[at] >= 0], at[atom[at] >= 0]
        keys, place = np.unique(used[term] * len(names) + atom[at], return_inverse=True)
        number = np.full(len(c.means.n) * len(names), -1, dtype=np.intp)
        number[keys] = np.arange(len(keys))
        means = domain_means(c.sums, _parts(place, at, (len(keys), len(atom))))
        spared = None
        if c.population is not None:
            home = _numbers(_joined(c.population.stock, variables), names)
            term, row = expand(c.population.member, used)
            place = np.where(home[row] >= 0, number[used[term] * len(names) + home[row]], -1)
            member = _parts(place[place >= 0], row[place >= 0], (len(keys), len(home)))
            alike = home[c.design.atoms[PARC].to_numpy(dtype=np.intp)] == atom
            drawn = domain_spread(means)
            these = replace(c.population, member=member).spread(means, drawn, alike)
            spared = Spread(drawn.clusters - these.clusters, drawn.interviews - these.interviews)
        return cls(names, atom, number.reshape(-1, len(names)), means, spared)


def _parts(part: Indices, at: Indices, shape: tuple[int, int]) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(at)), (part, at)), shape=shape)


def _joined(frame: pd.DataFrame, variables: Sequence[str]) -> list[str]:
    """Write the values of each row as one text, empty when one is unknown."""
    blank = [""] * len(frame)
    columns = [frame[v].astype(str) if v in frame else blank for v in variables]
    return [JOIN.join(v) if all(v) else "" for v in zip(*columns, strict=True)]


def _numbers(joined: list[str], names: list[str]) -> Indices:
    return pd.Index(names, dtype=object).get_indexer(pd.Index(joined, dtype=object)).astype(np.intp)
