"""What a figure is set beside: the region without oneself, the mean within bailleurs, outside figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.codes import ENSEMBLE, TOTAL, Groupe
from tfpb.model.results import BENCHMARK_COLUMNS
from tfpb.survey.estimation.compared_groups import groups_of_others
from tfpb.survey.estimation.comparison import estimate_groups
from tfpb.survey.estimation.intervals import combined_bounds
from tfpb.survey.estimation.release import released
from tfpb.survey.estimation.rows import raw_rows
from tfpb.survey.reading.delivery_columns import find_column, parse_number
from tfpb.survey.secrecy.cells import OWNER
from tfpb.survey.verdicts import FRAGILE, STATES, UNCOMPUTABLE
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.plan import Item
    from tfpb.survey.estimation.comparison import Comparison

    Floats = NDArray[np.float64]

CONTRIBUTORS: Final = "_bailleurs"
"""Bailleurs a mean within bailleurs rests on: read by `protect`, then dropped."""
REGION: Final = "region_sans_soi"
NATIONAL: Final = "national"
_OTHERS_AT_LEAST: Final = 3
"""Fewer other bailleurs than this, and « the region » would be one of them by name."""
_PERCENT: Final = 100.0
_BOUNDS: Final = ("ic95_bas", "ic95_haut")
_NAMES: Final = {
    "item": ("item", "question", "libelle"),
    "groupe": ("groupe", "perimetre"),
    "valeur": ("valeur", "taux", "pourcentage", "satisfaits"),
    "ic95_bas": ("ic95_bas", "borne basse"),
    "ic95_haut": ("ic95_haut", "borne haute"),
    "n": ("n", "effectif", "base"),
    "reference": ("reference", "source"),
    "vague": ("vague", "annee"),
    "repere": ("repere", "type"),
}


def region_rows(comparison: Comparison) -> pd.DataFrame:
    """Rows of « the region without oneself » for each bailleur of one wave, `_bailleur` added.

    Only figures that may be shown, and only when at least three other bailleurs are in the wave.
    """
    c = comparison
    index, sets = groups_of_others(c.design.atoms)
    if len(index) <= _OTHERS_AT_LEAST:
        return pd.DataFrame(columns=[*BENCHMARK_COLUMNS, OWNER])
    made = estimate_groups(c.sums, index, sets, c.vague, c.items, c.thresholds)
    rows = released(raw_rows(made), c.thresholds)
    rows = rows[rows["publication"].isin([STATES[k].value for k in range(FRAGILE + 1)])]
    rows = rows.rename(columns={"estimation": "valeur", "bailleur": OWNER})
    rows = rows.assign(repere=REGION, reference="")
    order = rows["groupe"].map({g.value: k for k, g in enumerate(Groupe)})
    rows = rows.iloc[np.argsort(order, kind="stable")]
    return rows[[*BENCHMARK_COLUMNS, OWNER]].reset_index(drop=True)


def within_gaps(comparison: Comparison, rows: pd.DataFrame) -> list[dict[str, object]]:
    """Average the gaps of the bailleurs of one wave, each weighing as its QPV tenants.

    Bailleurs differ in their share of QPV: the pooled gap mixes the gap between their tenants in
    QPV and elsewhere with the gap between bailleurs; this mean holds the first alone. Bailleurs with
    a side that is hidden or not computable are left out.

    Parameters
    ----------
    comparison : Comparison
    rows : DataFrame
        Its raw rows as they may be released.

    Returns
    -------
    list of dict
        `vague, item, estimation, ic95_bas, ic95_haut, bailleurs` (count), one an item with at least
        two bailleurs.

    Notes
    -----
    The mean joins the shares and intervals of the sides (MOVER): few or many résidences, it is as
    sure as what is printed of them, and tells no more.
    """
    c = comparison
    lines = c.totals
    names = c.index["bailleur"].to_numpy(dtype=object)[lines]
    whole, own = lines[names == ENSEMBLE][0], lines[names != ENSEMBLE]
    names = names[names != ENSEMBLE]
    if len(own) < 2:  # noqa: PLR2004 - nothing to average
        return []
    state = np.maximum(*(c.state[c.sides[:, k]] for k in (0, 1)))
    values, low, high = (_of_sides(rows, n, names, c) for n in ("estimation", *_BOUNDS))
    known = np.isfinite(values + low + high).reshape(2, len(own), -1).all(axis=0)
    used = (state[own] < UNCOMPUTABLE) & known
    weight = np.where(used, c.means.base[c.sides[own, 0]], 0.0)
    total = weight.sum(axis=0)
    share = weight / np.where(total > 0, total, 1.0)
    signs = np.concatenate([share, -share])
    estimate = (np.where(signs != 0, values, 0.0) * signs).sum(axis=0)
    bounds = combined_bounds(values, (low, high), signs)
    return [
        {
            "vague": c.vague,
            "item": item.identifiant,
            "estimation": float(estimate[j]),
            "ic95_bas": float(bounds[0][j]),
            "ic95_haut": float(bounds[1][j]),
            "bailleurs": int(used[:, j].sum()),
            CONTRIBUTORS: tuple(names[used[:, j]]),
        }
        for j, item in enumerate(c.items)
        if used[:, j].sum() > 1 and state[whole, j] <= FRAGILE
    ]


def _of_sides(rows: pd.DataFrame, column: str, names: NDArray[np.object_], c: Comparison) -> Floats:
    """Return a column of both sides of some bailleurs, QPV first: shape (2 × bailleurs, items)."""
    items = [item.identifiant for item in c.items]
    mine = rows[(rows["niveau"] == TOTAL) & rows["bailleur"].isin(list(names))]
    wide = mine.pivot_table(
        index=["groupe", "bailleur"], columns="item", values=column, dropna=False
    )
    sides = [Groupe.QPV.value, Groupe.HORS_QPV.value]
    keys = pd.MultiIndex.from_product([sides, list(names)])
    out: Floats = wide.reindex(index=keys, columns=items).to_numpy(dtype=float)
    return out


def referenced_rows(
    repere: Any, items: Sequence[Item], waves: Sequence[str]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read a table of outside figures: item, value, reference; group, interval, n, wave optional.

    Parameters
    ----------
    repere : DataFrame, or a text table with `frame`, `file`, `sheet`, `rows`
        `item` is an identifier, a column name or a wording of the plan; values are proportions or
        percentages (gaps in points); a line without wave stands for every wave.

    Returns
    -------
    DataFrame (`BENCHMARK_COLUMNS` and `_bailleur`, empty), list of Fault
        A line that cannot be read, or has no reference, is a doubt and is left out.
    """
    frame = getattr(repere, "frame", repere)
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


def _unreadable(repere: Any, position: int, lacking: list[str], got: str) -> Fault:
    rows = getattr(repere, "rows", None)
    row = int(rows[position]) if rows is not None else position + 2
    place = Place(getattr(repere, "file", ""), getattr(repere, "sheet", ""), row, lacking[0])
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
