"""What one row tells by itself: intervals give the share and 1/D back, « ne sait pas » sizes."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.stats import norm

from tfpb.audit.findings import THRESHOLD, Attack, Finding
from tfpb.audit.released import ANSWER, RAW, WHERE, Release, is_whole
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from tfpb.model.arrays import Floats


_Z: Final = float(norm.ppf(0.975))
_SIDES: Final = ("qpv", "hors_qpv")
_FEW: Final = 20
"""Fewer résidences than this: the interval may depend on n, the share and their number alone."""
_ENOUGH: Final = 4
_ENOUGH_WHOLES: Final = 5
_NEAR: Final = 1e-6
_ROUND: Final = 0.01
_MOST_LEFT: Final = 12
"""Answers « ne sait pas » of one résidence, at most."""
_MOST: Final = 400
_MOST_HOMES: Final = 4
_SAME: Final = 1e-12
_SIDE: Final = {"qpv": "dans", "hors_qpv": "hors"}


def effective(rows: pd.DataFrame) -> pd.DataFrame:
    """Add to rows the share (`p`) and the inverse of the effective number (`d`) that their interval tells."""
    low, high = rows["ic95_bas"], rows["ic95_haut"]
    ratio = np.sqrt(low * (1 - low) / (high * (1 - high)))
    p = (low + ratio * high) / (1 + ratio)
    return rows.assign(p=p, d=(p - low) ** 2 / (_Z**2 * low * (1 - low)))


def _pooled(release: Release) -> pd.DataFrame:
    """Return the rows of sides whose interval follows the pooled rule."""
    rows = release.rows
    kept = rows[
        (rows["mesure"] == ANSWER) & (rows["ajustement"] == RAW)
        & rows["groupe"].isin((*_SIDES, "ensemble")) & rows["n"].notna()
        & rows["ic95_bas"].gt(0) & rows["ic95_haut"].lt(1)
    ]  # fmt: skip
    return effective(kept)


def widths_told(release: Release) -> list[Finding]:
    """Find rows of few résidences whose standard error or interval tells more than n, share and k."""
    rows = _pooled(release)
    few = rows[rows["n_residences"] < _FEW]
    bad = few[few["erreur_type"].notna() | ((few["p"] - few["estimation"]).abs() > _NEAR)]
    out = [Finding(Attack.WIDTH, tuple(r)) for r in bad[WHERE].to_numpy()]
    plain = few[few["erreur_type"].isna() & few["groupe"].isin(_SIDES)]
    for _, group in plain.groupby(["vague", "item", "groupe"]):
        distinct = group.drop_duplicates(["n", "n_residences", "d"])
        if len(distinct) >= _ENOUGH and _residual(distinct) > _NEAR:
            out += [Finding(Attack.WIDTH, tuple(r), sure=False) for r in distinct[WHERE].to_numpy()]
    return out


def _basis(rows: pd.DataFrame) -> Floats:
    return np.column_stack([1 / rows["n_residences"], 1 / rows["n"]])


def _residual(rows: pd.DataFrame) -> float:
    """Return how far 1/D is from one function of (n, k), in proportion."""
    basis, d = _basis(rows), rows["d"].to_numpy()
    fit = np.linalg.lstsq(basis, d, rcond=None)[0]
    return float((np.abs(basis @ fit - d) / d).max())


def sides_told(release: Release) -> list[Finding]:
    """Find masked sides that the interval of their whole gives: 1/D is linear in the share of one side.

    The four constants of a question and wave are had from the territories whose sides are shown.
    """
    rows = _pooled(release)
    wholes = rows[(rows["groupe"] == "ensemble") & (rows["n_residences"] < _FEW)]
    raw = release.rows[(release.rows["ajustement"] == RAW) & (release.rows["groupe"] == "qpv")]
    names = [c for c in WHERE if c != "groupe"]
    side = raw.drop_duplicates(names)[[*names, "n"]].rename(columns={"n": "n_qpv"})
    both = wholes.merge(side, on=names, how="inner")
    out = []
    for _, group in both.groupby(["vague", "item"]):
        told = group[group["n_qpv"].notna()].drop_duplicates(["n", "n_residences", "n_qpv", "d"])
        if len(told) < _ENOUGH_WHOLES:
            continue
        part = (told["n_qpv"] / told["n"]).to_numpy()[:, None]
        basis = np.c_[_basis(told), part * _basis(told)]
        fit, _, rank, _ = np.linalg.lstsq(basis, told["d"].to_numpy(), rcond=None)
        if rank < len(fit) or np.abs(basis @ fit / told["d"] - 1).max() > _NEAR:
            continue
        hidden = group[group["n_qpv"].isna()]
        one = _basis(hidden)
        n_qpv = hidden["n"] * (hidden["d"] - one @ fit[:2]) / (one @ fit[2:])
        for where, n, q in zip(hidden[WHERE].to_numpy(), hidden["n"], n_qpv, strict=True):
            least = min(q, n - q)
            if 0 < round(least) < THRESHOLD and abs(least - round(least)) < _ROUND:
                out.append(Finding(Attack.SIDES, tuple(where), low=round(least), high=round(least)))
    return out


_PAIR: Final = 2


def weights_told(release: Release) -> list[Finding]:
    """Find cells of two résidences whose sizes the share of « ne sait pas » gives, dwellings being known.

    With weights N/m (N dwellings, m interviews of the résidence) that share is
    Σ N·a/m over Σ N, a being the answers left out: of all (a, m) that add up to n, one fits to 1e-12.
    """
    stock = release.stock
    if stock is None:
        return []
    rows = release.rows
    kept = rows[
        (rows["mesure"] == ANSWER) & (rows["ajustement"] == RAW) & rows["groupe"].isin(list(_SIDE))
        & (rows["n_residences"] == _PAIR) & rows["part_nsp"].gt(0) & rows["n"].le(_MOST)
        & rows["part_non_concerne"].fillna(0).eq(0)
    ]  # fmt: skip
    out = []
    for row in kept.to_dict("records"):
        homes = _homes_of(stock, row)
        if not _PAIR <= len(homes) <= _MOST_HOMES:
            continue
        fits = [
            fit
            for pair in combinations(homes.tolist(), _PAIR)
            for fit in _pair_sizes(pair, int(row["n"]), float(row["part_nsp"]))
        ]
        small = {min(fit) for fit in fits}
        if fits and len(fits) < THRESHOLD and max(small) < THRESHOLD:
            where = tuple(str(row[c]) for c in WHERE)
            out.append(Finding(Attack.WEIGHTS, where, low=min(small), high=max(small)))
    return out


def _homes_of(stock: pd.DataFrame, row: Mapping[Hashable, Any]) -> Floats:
    here = stock["cote"] == _SIDE[row["groupe"]]
    if not is_whole(row["bailleur"]):
        here &= stock["bailleur"].map(fold) == fold(row["bailleur"])
    if row["niveau"] in stock and row["groupe"] == "qpv":
        here &= stock[row["niveau"]] == row["territoire"]
    return stock.loc[here, "logements"].to_numpy(dtype=float)


def _pair_sizes(dwellings: tuple[float, float], n: int, share: float) -> list[tuple[int, int]]:
    """Return the valid answers of two résidences that give a share exactly."""
    first, a, b = np.meshgrid(
        np.arange(1, n), np.arange(_MOST_LEFT), np.arange(_MOST_LEFT), indexing="ij"
    )
    one, two = dwellings
    left = one * a / (first + a) + two * b / (n - first + b)
    fit = np.abs(left / (one + two) - share) < _SAME
    return sorted({(int(f), int(n - f)) for f in first[fit]})
