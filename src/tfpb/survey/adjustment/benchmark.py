"""What a figure is set beside: the region without oneself, outside figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.codes import Groupe
from tfpb.model.results import BENCHMARK_COLUMNS
from tfpb.packaged import packaged
from tfpb.survey.estimation.compared_groups import groups_of_others
from tfpb.survey.estimation.comparison import Comparison, estimate_groups
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.release import released
from tfpb.survey.estimation.rows import raw_rows
from tfpb.survey.reading.delivery_columns import AnyTable, as_frame, find_column, parse_number
from tfpb.survey.secrecy.cells import OWNER
from tfpb.survey.verdicts import FRAGILE, STATES
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Indices
    from tfpb.model.plan import Item

REGION: Final = "region_sans_soi"
NATIONAL: Final = "national"
_OTHERS_AT_LEAST: Final = 3
"""Fewer other bailleurs than this, and « the region » would be one of them by name."""
_PERCENT: Final = 100.0
_NAMES: Final[dict[str, list[str]]] = packaged(__name__)


def region_rows(comparison: Comparison) -> pd.DataFrame:
    """Rows of « the region without oneself » for each bailleur of one wave, `_bailleur` added.

    Only figures that may be shown, and only of questions that at least three other bailleurs answered
    in the wave, in QPV and out of them.
    """
    c = comparison
    index, sets = groups_of_others(c.design.atoms)
    if len(index) <= _OTHERS_AT_LEAST:
        return pd.DataFrame(columns=[*BENCHMARK_COLUMNS, OWNER])
    few = _few_others(c, index, sets)
    made = estimate_groups(c.sums, index, sets, c.vague, c.items, c.thresholds)
    rows = released(raw_rows(made), c.thresholds)
    rows = rows[rows["publication"].isin([STATES[k].value for k in range(FRAGILE + 1)])]
    rows = rows.rename(columns={"estimation": "valeur", "bailleur": OWNER})
    told = zip(rows[OWNER], rows["item"], strict=True)
    rows = rows[np.array([pair not in few for pair in told], dtype=bool)]
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

    Parameters
    ----------
    repere : DataFrame or ReadTable
        `item` is an identifier, a column name or a wording of the plan; values are proportions or
        percentages (gaps in points); a line without wave stands for every wave.

    Returns
    -------
    DataFrame (`BENCHMARK_COLUMNS` and `_bailleur`, empty), list of Fault
        A line that cannot be read, or has no reference, is a doubt and is left out.
    """
    frame = as_frame(repere)
    found = {name: find_column(frame, names) for name, names in _NAMES.items()}
    lookup = {
        fold(name): item.identifiant for item in items for name in (*item.colonnes, item.libelle)
    }
    rows: list[dict[str, object]] = []
    faults = []
    for position in range(len(frame)):
        record = frame.iloc[position]

        def cell(name: str, record: pd.Series = record) -> str:
            column = found[name]
            value = record[column] if column is not None else ""
            return "" if pd.isna(value) else squeeze(str(value))

        item = lookup.get(fold(cell("item")), "")
        value = _share(cell("valeur"))
        lacking = [
            name
            for name, bad in (
                ("item", not item),
                ("valeur", not abs(value) <= 1),
                ("reference", not cell("reference")),
            )
            if bad
        ]
        if lacking:
            faults.append(_unreadable(repere, position, lacking, cell("item")))
            continue
        line = {
            "item": item,
            "groupe": _group(cell("groupe")),
            "repere": cell("repere") or NATIONAL,
            "valeur": value,
            "ic95_bas": _share(cell("ic95_bas")),
            "ic95_haut": _share(cell("ic95_haut")),
            "n": parse_number(cell("n")),
            "reference": cell("reference"),
            OWNER: "",
        }
        rows += [{"vague": w, **line} for w in ([cell("vague")] if cell("vague") else waves)]
    return pd.DataFrame(rows, columns=[*BENCHMARK_COLUMNS, OWNER]), faults


def _unreadable(repere: AnyTable, position: int, lacking: list[str], got: str) -> Fault:
    place = Place("", "", row := position + 2, lacking[0])
    if not isinstance(repere, pd.DataFrame):
        place = Place(repere.file, repere.sheet, row := int(repere.rows[position]), lacking[0])
    fields = {"ligne": row, "colonne": ", ".join(lacking)}
    return Fault("repere_illisible", place, got, fields, Severity.DOUTE)


def _share(text: str) -> float:
    """Read a share: « 76 % », « 76,5 », 0.765; a number beyond 1 is a percentage."""
    value = parse_number(text.removesuffix("%").removesuffix("points").strip())
    return value / _PERCENT if "%" in text or abs(value) > 1 else value


def _group(text: str) -> str:
    key = fold(text)
    if not key:
        return Groupe.ENSEMBLE.value
    if "ecart" in key:
        return Groupe.ECART.value
    if "hors" in key:
        return Groupe.HORS_QPV.value
    return Groupe.QPV.value if "qpv" in key else Groupe.ENSEMBLE.value
