"""What a figure is set beside: the region without oneself, outside figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import SHOWN, Groupe
from tfpb.model.results import BENCHMARK_COLUMNS
from tfpb.packaged import packaged
from tfpb.survey.estimation.compared_groups import groups_of_others
from tfpb.survey.estimation.comparison import Comparison, estimate_groups
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.rows import raw_rows
from tfpb.survey.reading.delivery_columns import (
    AnyTable,
    as_frame,
    find_column,
    parse_number,
    place_in,
    texts,
)
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.model.arrays import Indices
    from tfpb.model.plan import Item

OWNER: Final = "_bailleur"
"""Column of the bailleur left out of the region; dropped by `protect`."""
REGION: Final = "region_sans_soi"
NATIONAL: Final = "national"
_OTHERS_AT_LEAST: Final = 3
"""Fewer other bailleurs than this, and « the region » would be one of them by name."""
_PERCENT: Final = 100.0
_SHARES: Final = ("valeur", "ic95_bas", "ic95_haut")
_UNIT: Final = re.compile(r"\s*(%|points?|pts?\.?)(\s+de\s+%)?$", re.IGNORECASE)
_ROUNDING: Final = 0.005
"""What a value and its bounds may be rounded by."""
_MOST_OF_A_GAP: Final = 0.5
_NAMES: Final[dict[str, list[str]]] = packaged(__name__)


def region_rows(comparison: Comparison, stock: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of « the region without oneself » for each bailleur of one wave, `_bailleur` added.

    Only figures that may be shown, and only of questions that at least three other bailleurs answered
    in the wave, in QPV and out of them.
    """
    c = comparison
    index, sets = groups_of_others(c.design.atoms, ())
    if len(index) <= _OTHERS_AT_LEAST:
        return pd.DataFrame(columns=[*BENCHMARK_COLUMNS, OWNER])
    few = _few_others(c, index, sets)
    rest = estimate_groups(c.sums, groups_of_others, c.vague, c.items, c.thresholds, stock=stock)
    rows = raw_rows(rest)
    rows = rows[rows["publication"].isin(SHOWN)]
    rows = rows.rename(columns={"estimation": "valeur", "bailleur": OWNER})
    pairs = zip(rows[OWNER], rows["item"], strict=True)
    rows = rows[np.array([pair not in few for pair in pairs], dtype=bool)]
    rows = rows.assign(repere=REGION, reference="")
    order = rows["groupe"].map({g.value: k for k, g in enumerate(Groupe)})
    rows = rows.iloc[np.argsort(order, kind="stable")]
    return rows[[*BENCHMARK_COLUMNS, OWNER]].reset_index(drop=True)


def _few_others(
    comparison: Comparison, index: pd.DataFrame, sets: Sequence[Indices]
) -> set[tuple[str, str]]:
    """List (bailleur, item) where, on a side, fewer others answered than may be told of."""
    sums = comparison.sums
    owner = pd.factorize(comparison.design.atoms["bailleur"])[0]
    out: set[tuple[str, str]] = set()
    for line in index.itertuples():
        for domain in (line.qpv, line.hors):
            atoms = sets[int(str(domain))]
            there = indicator(owner[atoms], int(owner.max()) + 1) @ (sums.n[atoms] > 0) > 0
            met = there.sum(axis=0)
            few = np.flatnonzero((met > 0) & (met < _OTHERS_AT_LEAST)).tolist()
            out |= {(str(line.bailleur), comparison.items[j].identifiant) for j in few}
    return out


def referenced_rows(
    repere: AnyTable, items: Sequence[Item], waves: Sequence[str]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read a table of outside figures: item, value, reference; group, interval, n, wave optional.

    `item` is an identifier, a column name or a wording of the plan; values are proportions or percentages
    (gaps in points), a row being in one unit; a line without wave is of every wave. A line that cannot be
    read, or has no reference, is a doubt and is left out. `BENCHMARK_COLUMNS` and `_bailleur`, empty.
    """
    frame = as_frame(repere)
    found = {name: find_column(frame, names) for name, names in _NAMES.items()}
    lookup = {
        fold(name): item.identifiant for item in items for name in (*item.colonnes, item.libelle)
    }
    spelled = {fold(w): w for w in waves}
    rows: list[dict[str, object]] = []
    faults = []
    cells = {n: texts(frame, c) if c else [""] * len(frame) for n, c in found.items()}
    written = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    for position, (cell, unit) in enumerate(zip(written, _units(written), strict=True)):
        item = lookup.get(fold(cell["item"]), "")
        value, low, high = (_number(cell[name]) / unit for name in _SHARES)
        lacking = [
            name
            for name, bad in (
                ("item", not item),
                ("valeur", not abs(value) <= 1),
                ("ic95_bas", bool(cell["ic95_bas"]) and not low <= value + _ROUNDING),
                ("ic95_haut", bool(cell["ic95_haut"]) and not high >= value - _ROUNDING),
                ("reference", not cell["reference"]),
            )
            if bad
        ]
        if lacking:
            faults.append(_unreadable(repere, position, lacking, cell[lacking[0]]))
            continue
        line = {
            "item": item,
            "groupe": _group(cell["groupe"]),
            "repere": cell["repere"] or NATIONAL,
            "valeur": value,
            "ic95_bas": low,
            "ic95_haut": high,
            "n": parse_number(cell["n"]),
            "reference": cell["reference"],
            OWNER: "",
        }
        wave = spelled.get(fold(cell["vague"]), cell["vague"])
        rows += [{"vague": w, **line} for w in ([wave] if wave else waves)]
    return pd.DataFrame(rows, columns=[*BENCHMARK_COLUMNS, OWNER]), faults


def _unreadable(repere: AnyTable, position: int, lacking: list[str], got: str) -> Fault:
    place = place_in(repere, position, lacking[0])
    fields = {"ligne": place.row, "colonne": ", ".join(lacking)}
    return Fault("repere_illisible", place, got, fields, Severity.DOUTE)


def _number(text: str) -> float:
    return parse_number(_UNIT.sub("", text))


def _units(written: Sequence[Mapping[str, str]]) -> list[float]:
    """Return what divides the three numbers of each row, NaN when nothing tells their unit.

    A row is in percent, or points, when one of its cells says so or is beyond 1; else in proportions. A gap
    may well be under one point: where its row does not tell, the other gaps of the table do, then its
    levels; a gap of more than half as a proportion is none.
    """
    gap = [_group(cell["groupe"]) == Groupe.ECART.value for cell in written]
    points = [_are_percents([cell[name] for name in _SHARES]) for cell in written]
    every = any(p for p, g in zip(points, gap, strict=True) if g)
    levels = [p for p, g in zip(points, gap, strict=True) if not g]
    out = []
    for cell, own, is_gap in zip(written, points, gap, strict=True):
        if own or (is_gap and (every or any(levels))):
            out.append(_PERCENT)
        elif is_gap and (not levels or abs(_number(cell["valeur"])) > _MOST_OF_A_GAP):
            out.append(float("nan"))
        else:
            out.append(1.0)
    return out


def _are_percents(cells: Sequence[str]) -> bool:
    return any(bool(_UNIT.search(c)) or abs(_number(c)) > 1 for c in cells)


def _group(text: str) -> str:
    key = fold(text)
    if not key:
        return Groupe.ENSEMBLE.value
    if "ecart" in key:
        return Groupe.ECART.value
    if "hors" in key:
        return Groupe.HORS_QPV.value
    return Groupe.QPV.value if "qpv" in key else Groupe.ENSEMBLE.value
