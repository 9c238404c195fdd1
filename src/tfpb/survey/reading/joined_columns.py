"""Columns of one delivery that the plan reads as one: joined where they never say two things."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.survey.reading.delivery_columns import find_column, token
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from tfpb.model.plan import Echelle, Plan

_NUMBERED: Final = re.compile(r"(.+) \(\d+\)")
"""A header that came again, as the reader of tables numbers it."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Columns that are read as one and that differ."""

    column: str  # the one that is read
    headers: tuple[str, ...]  # all of them
    position: int  # first row, from 0, where two of them are filled and differ


def joined_columns(frame: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, list[Contradiction]]:
    """Fill the empty cells of each column that is read with those of the others that mean the same.

    Waves stacked in one file may each have a name for a question: one column would be read, and the answers
    of the other wave be « not asked ». The other columns are kept. A contradiction is of columns that were
    not joined: two names of a question, or one header twice, with two values on a row. Of two names of a
    role or a variable the plan's first rules.
    """
    contradictions = []
    changed: dict[str, list[str]] = {}
    named = {fold(n) for names, _ in _groups(plan) for n in names}
    for names, meanings in _groups(plan):
        read = find_column(frame, names)
        if read is None:
            continue
        wanted = {fold(n) for n in names}
        others = [
            str(c)
            for c in frame.columns
            if c != read and (fold(str(c)) in wanted or _again(str(c), wanted, named))
        ]
        ruled = wanted - {fold(read)} if meanings is None else set()
        cells = frame[read].to_numpy(dtype=object)
        at = None
        for other in others:
            other_cells = frame[other].to_numpy(dtype=object)
            if at is None and fold(other) not in ruled:
                at = _differ(cells, other_cells, meanings or {})
            cells = np.where(cells == "", other_cells, cells)
        if at is not None:
            contradictions.append(Contradiction(read, (read, *others), at))
        elif others:
            changed[read] = cells.tolist()
    return (frame.assign(**changed) if changed else frame), contradictions


def _groups(plan: Plan) -> Iterator[tuple[tuple[str, ...], Mapping[str, str] | None]]:
    """Give the names that the plan has for each thing, and of a question what its answers mean."""
    roles = plan.colonnes
    for names in (
        roles.repondant, roles.vague, roles.bailleur, roles.residence, roles.poids, roles.qpv,
        *(v.colonnes for v in plan.variables.values()),
    ):  # fmt: skip
        yield names, None
    for item in plan.items:
        yield item.colonnes, _meanings(plan.echelles.get(item.echelle))


def _meanings(scale: Echelle | None) -> dict[str, str]:
    if scale is None:
        return {}
    kinds = ("satisfait", "insatisfait", "non_concerne", "nsp")
    return {token(code): kind for kind in kinds for code in getattr(scale, kind)}


def _again(header: str, wanted: set[str], named: set[str]) -> bool:
    """Return whether a header is one of those wanted, met again; the plan may read « Q5 (2) » itself."""
    numbered = _NUMBERED.fullmatch(header)
    return numbered is not None and fold(numbered[1]) in wanted and fold(header) not in named


def _differ(one: np.ndarray, other: np.ndarray, meanings: Mapping[str, str]) -> int | None:
    """Return the first row where both are filled and mean two things."""
    seen: dict[tuple[str, str], bool] = {}
    for position in np.flatnonzero((one != "") & (other != "")).tolist():
        pair = one[position], other[position]
        if pair not in seen:
            a, b = map(token, pair)
            alike = a in meanings and meanings[a] == meanings.get(b)  # a code, and its label
            seen[pair] = a != b and not alike
        if seen[pair]:
            return int(position)
    return None
