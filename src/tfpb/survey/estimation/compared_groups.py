"""Which respondents are set against each other: one line a territory and bailleur."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Groupe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Flags, Indices

    Sets = list[Indices]
    _Line = tuple[str, str, str, int, int, int, int]

QUARTER_COLUMNS: Final = frozenset({"code_qpv", "code_qp", "nom_qpv", "qpv_code", "qpv_nom"})
"""Territories that are quarters: set against all hors-QPV answers of the same bailleurs."""
COLUMNS: Final = ("niveau", "territoire", "bailleur", "universe", "qpv", "hors", "ensemble")
"""A line of the index: its names; the domain of all answers of the bailleur, which gives the degrees
of freedom; those of both sides; that of both together, −1 for a quarter, whose two sides are not of
the same territory."""

COLUMN_OF: Final = {Groupe.QPV: "qpv", Groupe.HORS_QPV: "hors", Groupe.ENSEMBLE: "ensemble"}
"""Column of the index that numbers the domain of each group of one wave."""


def groups(
    atoms: pd.DataFrame, by: Sequence[str] = (), *, owners: Sequence[str] | None = None
) -> tuple[pd.DataFrame, Sets]:
    """List what is compared among some atoms (ensemble first), and the atoms of each domain referred to.

    `by` are territory columns; with `owners`, bailleurs to keep (those of a panel), `ensemble` is over them
    alone.
    """
    owner = atoms["bailleur"].astype(str).to_numpy()
    side = atoms["qpv"].to_numpy(dtype=int)
    names = sorted(set(owner) if owners is None else set(owner) & set(owners))
    members = [(ENSEMBLE, np.isin(owner, names)), *((name, owner == name) for name in names)]
    lines: list[_Line] = []
    sets: Sets = []

    def add(mask: Flags) -> int:
        sets.append(np.flatnonzero(mask))
        return len(sets) - 1

    for name, mask in members:
        whole = add(mask)
        sides = add(mask & (side == 1)), add(mask & (side == 0))
        lines.append((TOTAL, TOTAL, name, whole, *sides, whole))
    totals = {line[2]: line for line in lines}
    for level in by:
        if level not in atoms:
            continue
        values = atoms[level].astype(str).to_numpy()
        quarter = level in QUARTER_COLUMNS
        for name, mask in members:
            *_, whole, _, rest, _ = totals[name]
            there = mask & (values != "") & ((side == 1) | (not quarter))
            for value in sorted(set(values[there])):
                here = there & (values == value)
                qpv = add(here & (side == 1))
                hors = rest if quarter else add(here & (side == 0))
                ensemble = -1 if quarter else add(here)
                lines.append((level, value, name, whole, qpv, hors, ensemble))
    return pd.DataFrame(lines, columns=list(COLUMNS)), sets


def groups_of_others(atoms: pd.DataFrame, _by: Sequence[str] = ()) -> tuple[pd.DataFrame, Sets]:
    """List, for each bailleur, both sides of all the others: the region without it, by no territory."""
    owner = atoms["bailleur"].astype(str).to_numpy()
    side = atoms["qpv"].to_numpy(dtype=int)
    lines: list[_Line] = []
    sets: Sets = []
    for name in sorted(set(owner)):
        others, at = owner != name, len(sets)
        sets += [np.flatnonzero(others & mask) for mask in (side >= 0, side == 1, side == 0)]
        lines.append((TOTAL, TOTAL, name, at, at + 1, at + 2, at))
    return pd.DataFrame(lines, columns=list(COLUMNS)), sets
