"""What the domains of one wave are aimed at: résidences of the stock, and how alike their tenants answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.arrays import divided
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.means import membership
from tfpb.survey.estimation.variance import Aim, Likeness, Units, likeness_of
from tfpb.survey.reading.surveyed_stock import PARC as ROW
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scipy import sparse

    from tfpb.model.arrays import Floats, Indices, Objects
    from tfpb.survey.estimation.design import Sums
    from tfpb.survey.estimation.variance import Variances

    Grouping = Callable[[pd.DataFrame, Sequence[str]], tuple[pd.DataFrame, list[Indices]]]

TYPE: Final = "type_habitat"
"""Column of the type of dwelling, one of the two classings of résidences; the other is their size."""
_THIRDS: Final = (1 / 3, 2 / 3)
_KEPT: Final = 0.8
_KEPT_PRIOR: Final = 20
MOST_SHARED: Final = 0.9
"""Most that two waves of one side may share."""


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Résidences of one wave and of the stock.

    A résidence whose side is to be checked is half of the population of each: no interview there counts,
    and what its tenants would add to either side is part of the variance.
    """

    likeness: Likeness  # as the answers show it
    planned: Likeness  # as it is assumed before any is known
    found: Variances  # parts of the variance of answers on each side (hors QPV, QPV)
    units: Units  # answers of each résidence
    member: sparse.csr_array
    """Chance of each résidence of the stock (column) to be of each domain (row)."""
    dwellings: Floats
    """(Résidences of the stock, measures), nil where no one is concerned, or no interviewed household gave
    a valid answer."""
    home_row: Indices  # of each résidence of the survey

    @classmethod
    def of(
        cls,
        sums: Sums,
        atoms: Indices,
        index: pd.DataFrame,
        grouping: Grouping,
        stock: pd.DataFrame | None,
    ) -> Population:
        """Describe the population of one wave (`atoms` are its own).

        `index` are groups compared, as `grouping` lists them among atoms; it also lists them in the
        `stock`: `bailleur, qpv` (−1 where it is to be checked), `logements`, territories and type, one row
        a résidence.
        """
        from scipy import sparse  # noqa: PLC0415 - slow to load, and many commands estimate nothing

        design = sums.design
        homes = int(design.home.max(initial=-1)) + 1
        row = design.atoms[ROW].to_numpy(dtype=np.intp) if stock is not None else None
        home_row = np.full(homes, -1, dtype=np.intp)
        if row is not None:
            home_row[design.home] = row
        known = pd.DataFrame({"qpv": [], "logements": [], TYPE: []}) if stock is None else stock
        units = Units.of(sums, atoms, _places(sums))
        side = known["qpv"].to_numpy(dtype=np.intp)
        counts = known["logements"].to_numpy(dtype=float)
        types = _types(sums, home_row, known)
        size = _thirds(sums, units, home_row, counts, side)
        likeness, found = likeness_of(units, homes, [types, size], side)
        if not design.clustered:  # no résidence is named: interviews are drawn one by one
            none = np.zeros((homes, sums.n.shape[1]))
            likeness = Likeness(none, none, likeness.stock_high, likeness.stock_low)
        levels = [n for n in dict.fromkeys(index["niveau"]) if n in known]
        member = _members(index, grouping, known, levels) if len(known) else None
        return cls(
            likeness=likeness,
            planned=Likeness.planned(homes, len(known), sums.n.shape[1])
            if design.clustered
            else likeness,
            found=found,
            units=units,
            member=sparse.csr_array((_domains(index), len(known))) if member is None else member,
            dwellings=_concerned(sums, atoms, row, counts, types[1]),
            home_row=home_row,
        )

    def aim(
        self, domain: Indices, cell: Indices | None = None, factor: Floats | None = None
    ) -> Aim | None:
        """Return the dwellings that some figures, by their domain, aim at; None without stock.

        `cell` and `factor` as in `Aim`; none where figures are not calibrated.
        """
        from scipy import sparse  # noqa: PLC0415 - slow to load, and many commands estimate nothing

        if not len(self.dwellings):
            return None
        member = self.member[domain]
        if cell is None or factor is None:
            cell = np.zeros(len(self.dwellings), dtype=np.intp)
            factor = np.ones((len(domain), 1, self.dwellings.shape[1]))
        cells = factor.shape[1]
        owner = np.repeat(np.arange(len(domain)), np.diff(member.indptr))
        there = cell[member.indices] >= 0
        row, owner, chance = member.indices[there], owner[there], member.data[there]
        held = sparse.csr_array(
            (chance, (owner * cells + cell[row], row)),
            shape=(len(domain) * cells, len(self.dwellings)),
        )
        return Aim(held, cell, factor, self.dwellings, self.home_row)


def kept_effect(waves: Sequence[Population]) -> Floats:
    """Return how alike two visits of one résidence are, by side: 0.8 r k / (k + 20), within 0..0.9.

    r is the correlation of what résidences show in both waves, pooled over questions and sides.
    """
    one, two = waves
    at = {int(h): k for k, h in enumerate(one.units.home)}
    pairs = [(at[int(h)], k) for k, h in enumerate(two.units.home) if int(h) in at]
    if not pairs:
        return np.zeros(2)
    first, second = np.transpose(pairs)
    met = (one.units.n[first] > 0) & (two.units.n[second] > 0)
    product = np.where(met, _centred(one.units)[first] * _centred(two.units)[second], 0.0)
    by_side = indicator(one.units.side[first], 2)
    common = by_side @ met.astype(float)
    shared = divided(by_side @ product, common)
    spread = np.sqrt(np.maximum(one.found.between, 0.0) * np.maximum(two.found.between, 0.0))
    known = common > 0
    r = divided(np.where(known, shared, 0.0).sum(), np.where(known, spread, 0.0).sum())
    homes = common.max(axis=1, initial=0.0)
    return np.asarray(np.clip(_KEPT * r * homes / (homes + _KEPT_PRIOR), 0.0, MOST_SHARED))


def _centred(units: Units) -> Floats:
    """Return the mean of each résidence less that of its place."""
    place = np.unique(np.stack([units.place, units.side]), axis=1, return_inverse=True)[1].ravel()
    gather = indicator(place, int(place.max(initial=-1)) + 1)
    centre: Floats = (
        divided(units.hits, units.n) - divided(gather @ units.hits, gather @ units.n)[place]
    )
    return centre


def _domains(index: pd.DataFrame) -> int:
    columns = ["universe", "qpv", "hors", "ensemble"]
    return int(index[columns].to_numpy().max(initial=-1)) + 1


def _places(sums: Sums) -> Indices:
    """Give a number to each place where résidences are compared: quarters, bailleurs outside them."""
    atoms = sums.design.atoms
    side = atoms["qpv"].to_numpy(dtype=int) == 1
    place = sums.design.stratum.astype(str).astype(object)
    quarter = next((c for c in atoms if c in QUARTER_COLUMNS), None)
    if quarter is not None:
        place = np.where(side, atoms[quarter].astype(str).to_numpy(dtype=object), place)
    return np.unique(place.astype(str), return_inverse=True)[1].ravel().astype(np.intp)


def _folded(values: pd.Series) -> Objects:
    return np.array([fold(str(v)) for v in values], dtype=object)


def _types(sums: Sums, home_row: Indices, stock: pd.DataFrame) -> tuple[Indices, Indices, int]:
    """Return the type of dwelling of each résidence, that of the stock first."""
    there = _folded(stock[TYPE]) if TYPE in stock else np.full(len(stock), "", dtype=object)
    here = np.full(len(home_row), "", dtype=object)
    atoms = sums.design.atoms
    if TYPE in atoms:
        here[sums.design.home] = _folded(atoms[TYPE])
    if len(there):
        own = np.where(home_row >= 0, there[home_row], "")
        here = np.where(own != "", own, here)
    codes, names = pd.factorize(np.concatenate([here, there]), sort=True)
    codes = np.where(np.concatenate([here, there]) == "", -1, codes).astype(np.intp)
    return codes[: len(here)], codes[len(here) :], len(names)


def _thirds(
    sums: Sums, units: Units, home_row: Indices, counts: Floats, stock_side: Indices
) -> tuple[Indices, Indices, int]:
    """Cut résidences by size, each side in thirds of those that were surveyed.

    Size is in dwellings where the stock knows half of them, else in interviews.
    """
    side = np.zeros(len(home_row), dtype=np.intp)
    side[units.home] = units.side
    size = np.full(len(home_row), np.nan)
    if len(counts):
        size = np.where(home_row >= 0, counts[home_row], np.nan)
    stock_size = counts
    if np.isnan(size[units.home]).mean() > 0.5:  # noqa: PLR2004 - half of them
        size = np.bincount(
            sums.design.home, weights=sums.asked.max(axis=1, initial=0.0), minlength=len(home_row)
        )
        stock_size = np.full(len(counts), np.nan)
    out = [np.full(len(size), -1, dtype=np.intp), np.full(len(counts), -1, dtype=np.intp)]
    met = np.unique(units.home)
    for s in range(2):
        own = size[met[side[met] == s]]
        own = own[~np.isnan(own)]
        if not len(own):
            continue
        cuts = np.quantile(own, _THIRDS)
        for codes, values, sides in ((out[0], size, side), (out[1], stock_size, stock_side)):
            at = (sides == s) & ~np.isnan(values)
            codes[at] = np.searchsorted(cuts, values[at], side="left")
    return out[0], out[1], len(_THIRDS) + 1


def _members(
    index: pd.DataFrame, grouping: Grouping, stock: pd.DataFrame, levels: Sequence[str]
) -> sparse.csr_array:
    """Return the chance of each résidence of the stock to be in each domain of an index."""
    names = ["niveau", "territoire", "bailleur"]
    held: list[Indices] = [np.zeros(0, dtype=np.intp)] * _domains(index)
    doubtful = stock["qpv"] < 0
    whole = ["universe", "ensemble"]
    readings = ((whole, -1), (["qpv"], 1), (["hors"], 0))
    for columns, supposed in readings if doubtful.any() else (([*whole, "qpv", "hors"], -1),):
        side = stock["qpv"].mask(doubtful, supposed)
        listed, sets = grouping(stock.assign(qpv=side), levels)
        lines = index[names].reset_index().merge(listed, on=names, validate="one_to_one")
        for column in columns:
            ours = index[column].to_numpy(dtype=np.intp)[lines["index"]]
            for mine, theirs in zip(ours, lines[column].to_numpy(dtype=np.intp), strict=True):
                if mine >= 0 and theirs >= 0:
                    held[mine] = sets[theirs]
    out = membership(held, len(stock))
    if doubtful.any():
        sided = np.isin(np.arange(len(held)), index[["qpv", "hors"]])
        out.data[np.repeat(sided, np.diff(out.indptr)) & doubtful.to_numpy()[out.indices]] = 0.5
    return out


def _concerned(
    sums: Sums, atoms: Indices, row: Indices | None, counts: Floats, types: Indices
) -> Floats:
    """Return the dwellings of each résidence of the stock that each question speaks of.

    Résidences that were asked and gave no valid answer are no part of it, nor is a type of dwelling of
    which nobody who was asked answered: a filter leaves it out.
    """
    out = np.repeat(counts[:, None], sums.n.shape[1], axis=1)
    if row is None or not len(counts):
        return out
    there = atoms[row[atoms] >= 0]
    answers = indicator(row[there], len(counts)) @ sums.n[there]
    asked = np.bincount(row[there], minlength=len(counts)) > 0
    out[asked] = np.where(answers[asked] > 0, out[asked], 0.0)
    kinds = int(types.max(initial=-1)) + 1
    typed = np.where(types >= 0, types, kinds)
    gather = indicator(typed, kinds + 1)
    silent = (gather @ answers == 0) & (gather @ asked.astype(float) > 0)[:, None]
    out[(typed < kinds)[:, None] & silent[typed]] = 0.0
    return out
