"""The sampling design, reduced to atoms, and the answers summed over them.

An atom is a set of interviews that no table separates: same résidence, bailleur, side, territory and
adjustment cell. Every estimate and every linearised score is a sum over atoms: 38 000 interviews
become about two thousand rows once, and all items and groups are then matrix work.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.survey.reading.calibration import calibration_columns, delivered_weight
from tfpb.survey.reading.scales import ABSENT, NOT_CONCERNED, NSP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from tfpb.model.arrays import Flags, Floats, Indices, Integers
    from tfpb.model.plan import Item
    from tfpb.survey.respondents import Survey

    Coded = tuple[NDArray[np.signedinteger], Floats]

HOLDER: Final = "_titulaire"
"""Column of the bailleur of each interview where all of them are read as of one owner."""
_KEY_ROOM: Final = 2**62
_OUT: Final = 3
"""Codes of answers outside the base (`ABSENT`, `NSP`, `NOT_CONCERNED`): −1 to −3."""


def indicator(group: Indices, count: int) -> sparse.csc_array:
    """Return the matrix (count × rows) that sums rows by group (0..count − 1)."""
    from scipy import sparse  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    rows = len(group)
    return sparse.csc_array((np.ones(rows), group, np.arange(rows + 1)), shape=(count, rows))


@dataclass(frozen=True, slots=True)
class Design:
    """Atoms, clusters and strata of some interviews."""

    atoms: pd.DataFrame  # key columns, one row an atom
    row_atom: Indices  # atom of each interview
    weight: Floats  # weights used
    delivered_weight: Floats  # weights before calibration
    cluster: Indices  # of each atom
    cluster_stratum: Indices  # of each cluster
    stratum_size: Integers  # clusters of each stratum, those without a valid answer included
    stratum_deff: Floats
    """Multiplies the variance of a stratum: over one where it names no résidence."""
    margins: tuple[Indices, ...] = ()
    """Cell of each atom in each calibration margin; empty when the weights were not calibrated, one for a
    post-stratification, several for raking."""
    default_deff: float = float("nan")
    """Design effect assumed when no résidence is known; NaN otherwise."""
    home: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    """Résidence of each atom whatever its stratum; an interview without one is a résidence of its own."""

    @property
    def inflation(self) -> Floats:
        """What the interviews of each atom count for: the effect assumed where no résidence is named."""
        if not self.clustered:
            return np.full(len(self.atoms), self.default_deff)
        return self.stratum_deff[self.stratum]

    @property
    def clustered(self) -> bool:
        """Whether the delivery names résidences."""
        return bool(np.isnan(self.default_deff))

    @property
    def residual_weight(self) -> Floats | None:
        """Weights of the rows when calibration residuals are taken, as R does; None for ones."""
        return None if len(self.margins) != 1 else self.delivered_weight

    @property
    def stratum(self) -> Indices:
        """Stratum of each atom."""
        return self.cluster_stratum[self.cluster]


@dataclass(frozen=True, slots=True)
class Sums:
    """Answers summed over the atoms of a design, arrays of shape (atoms, measures)."""

    design: Design
    weight: Floats  # Σ w of all interviews, (atoms, 1)
    residual_rows: Floats  # the same under `Design.residual_weight`
    total: Floats  # Σ w·y over valid answers
    base: Floats  # Σ w over valid answers
    square: Floats  # Σ w·y² over valid answers
    n: Floats  # valid answers
    asked: Floats  # interviews of the base of each question (`asked_of`); else valid answers
    nsp: Floats  # Σ w of these answers, out of the base
    not_concerned: Floats  # Σ w of these answers, out of the base
    residual_total: Floats  # `total` under `Design.residual_weight`
    residual_base: Floats  # `base` under `Design.residual_weight`
    weight_squares: Floats  # Σ w² over valid answers
    hits: Floats  # Σ y over valid answers, unweighted
    hit_squares: Floats  # Σ y² over valid answers, unweighted


_SUMMED: Final = tuple(
    f.name for f in fields(Sums) if f.name not in {"design", "weight", "residual_rows", "asked"}
)


def build_design(
    frame: pd.DataFrame,
    *,
    keys: Sequence[str],
    clustered: bool = True,
    margins: Sequence[str] = (),
    delivered: Floats | None = None,
    default_deff: float = 1.6,
) -> Design:
    """Reduce interviews to atoms.

    `keys` are columns that tables may separate; unless `clustered`, the delivery names no résidence: each
    interview is then its own cluster and the variance is `default_deff` times that of a simple random
    sample. Where others name some, so is that of a stratum (a bailleur's) that names none. `margins` are
    columns of the calibration margins, each a cell index; `delivered`, weights before calibration. A
    résidence met in two strata counts as a cluster in each (R's ``nest=TRUE``). An interview without
    résidence is a cluster of its own.
    """
    weight = frame["poids"].to_numpy(dtype=float)
    stratum, strata = pd.factorize(frame["strate"], sort=True)
    cluster = home = np.arange(len(frame))
    stratum_deff = np.ones(len(strata))
    if clustered:
        named = np.bincount(stratum, weights=frame["residence"] != "", minlength=len(strata))
        stratum_deff[named == 0] = default_deff
        residence = pd.factorize(frame["residence"])[0].astype(np.int64)
        lone = (frame["residence"] == "").to_numpy()
        residence[lone] = residence.max(initial=0) + 1 + np.flatnonzero(lone)
        home = _numbered([pd.factorize(frame["bailleur"])[0], residence])
        cluster = _numbered([stratum, home])
    cluster_stratum = np.zeros(int(cluster.max(initial=-1)) + 1, dtype=np.intp)
    cluster_stratum[cluster] = stratum
    names = list(dict.fromkeys((*keys, *margins)))
    atom = _numbered([cluster, *(pd.factorize(frame[name])[0] for name in names)])
    first = np.empty(int(atom.max(initial=-1)) + 1, dtype=np.intp)
    first[atom[::-1]] = np.arange(len(frame))[::-1]
    atoms = frame[names].iloc[first].reset_index(drop=True)
    return Design(
        atoms=atoms,
        row_atom=atom,
        weight=weight,
        delivered_weight=weight if delivered is None else delivered,
        cluster=cluster[first],
        cluster_stratum=cluster_stratum,
        stratum_size=np.bincount(cluster_stratum, minlength=len(strata)),
        stratum_deff=stratum_deff,
        margins=tuple(atoms[name].to_numpy(dtype=np.intp) for name in margins),
        default_deff=float("nan") if clustered else default_deff,
        home=home[first],
    )


def by_cluster(
    design: Design, owner: Indices, atom: Indices
) -> tuple[sparse.csc_array, Indices, Indices]:
    """Return the matrix that sums rows by owner and cluster, then both of each of its rows."""
    clusters = max(len(design.cluster_stratum), 1)
    keys, at = np.unique(owner * clusters + design.cluster[atom], return_inverse=True)
    return indicator(at, len(keys)), keys // clusters, keys % clusters


def _numbered(columns: Sequence[Indices]) -> Indices:
    """Return the number of each row: combinations of some codes are numbered in sorted order."""
    key, room = columns[0].astype(np.int64), int(columns[0].max(initial=0)) + 1
    for column in columns[1:]:
        span = int(column.max(initial=0)) + 1
        if room * span >= _KEY_ROOM:  # too many combinations for one integer: number those met
            key, room = pd.factorize(key, sort=True)[0], len(key)
        key = key * span + column
        room *= span
    code, names = pd.factorize(key)
    return np.argsort(np.argsort(names))[code]


def survey_design(
    survey: Survey, rows: Indices, keys: Sequence[str], default_deff: float
) -> Design:
    """Return the design of some interviews of a survey, under its clusters, weights and margins."""
    frame = survey.respondents.iloc[rows]
    return build_design(
        frame,
        keys=keys,
        clustered=survey.has_clusters,
        margins=calibration_columns(survey),
        delivered=delivered_weight(frame),
        default_deff=default_deff,
    )


def satisfied_answers(survey: Survey, rows: Indices) -> list[Coded]:
    """Return the answers of some interviews to every item: satisfied (1) or not (0)."""
    return [
        (ranks[rows], np.array(survey.scales[item].satisfied, dtype=float)[:, None])
        for item, ranks in survey.answers.items()
    ]


def asked_of(survey: Survey, rows: Indices, items: Sequence[Item]) -> Flags:
    """Return which interviews are of the base of each question, shape (rows, items).

    A base is every household of the sides of the bailleurs that asked the question, or those that its
    filter keeps: a don't-know is no part of what a count of households says.
    """
    holder = HOLDER if HOLDER in survey.respondents else "bailleur"
    own = survey.respondents[[holder, "qpv"]].iloc[rows]
    owner, names = pd.factorize(pd.MultiIndex.from_frame(own))
    answered = np.column_stack([survey.answers[i.identifiant][rows] != ABSENT for i in items])
    filters = [repr(i.filtre) for i in items]
    out = np.zeros(answered.shape, dtype=bool)
    for j, name in enumerate(filters):
        by_owner = np.bincount(owner[answered[:, j]], minlength=len(names)) > 0
        out[:, j] = by_owner[owner]
        if items[j].filtre is not None:
            same = [k for k, other in enumerate(filters) if other == name]
            out[:, j] &= answered[:, same].any(axis=1)
    return out


def sum_answers(design: Design, answers: Sequence[Coded], asked: Flags | None = None) -> Sums:
    """Sum answers over atoms, once for all estimates.

    An answer is the codes of the rows, (rows,), negative out of the base (`ABSENT`, `NSP`,
    `NOT_CONCERNED`), and the value of each code, (codes, measures): one weighted count of (atom, code),
    multiplied by the values of the codes. `asked` is `asked_of`, (rows, measures).
    """
    atoms, under = len(design.atoms), design.residual_weight
    measures = sum(values.shape[1] for _, values in answers)
    out = {name: np.empty((atoms, measures)) for name in _SUMMED}
    last = 0
    for codes, values in answers:
        first, last = last, last + values.shape[1]
        slots = _OUT + len(values)
        key = design.row_atom * slots + (codes + _OUT)

        def counted(weight: Floats | None, key: Indices = key, slots: int = slots) -> Floats:
            held = np.bincount(key, weights=weight, minlength=atoms * slots)
            return np.asarray(held.reshape(atoms, slots), dtype=float)

        weighted, plain = counted(design.weight), counted(None)
        residual = plain if under is None else counted(under)
        valid, met = weighted[:, _OUT:], plain[:, _OUT:]
        total, hits = valid @ values, met @ values
        binary = bool(np.isin(values, (0.0, 1.0)).all())
        summed = {
            "total": total,
            "base": valid.sum(axis=1, keepdims=True),
            "square": total if binary else valid @ values**2,
            "n": met.sum(axis=1, keepdims=True),
            "nsp": weighted[:, [NSP + _OUT]],
            "not_concerned": weighted[:, [NOT_CONCERNED + _OUT]],
            "residual_total": residual[:, _OUT:] @ values if design.margins else 0.0,
            "residual_base": residual[:, _OUT:].sum(axis=1, keepdims=True),
            "weight_squares": counted(design.weight**2)[:, _OUT:].sum(axis=1, keepdims=True),
            "hits": hits,
            "hit_squares": hits if binary else met @ values**2,
        }
        for name, column in summed.items():
            out[name][:, first:last] = column
    rows = {"weight": design.weight, "residual_rows": under}
    out["asked"] = out["n"]
    if asked is not None:
        out["asked"] = indicator(design.row_atom, atoms) @ asked.astype(float)
    return Sums(design, **{n: _row_sums(design, w) for n, w in rows.items()}, **out)


def _row_sums(design: Design, weight: Floats | None) -> Floats:
    """Sum weights (ones when None) over atoms, one column."""
    total = np.bincount(design.row_atom, weights=weight, minlength=len(design.atoms))
    return total.astype(float)[:, None]
