"""Rows `modele` of the long table: each quarter's published share, drawn towards the other quarters'.

Made from the protected table alone, as it is printed (n, share to the point, interval; the share of the
QPV together to the point): they tell nothing that it does not, and a quarter that is masked or not
published neither has such a row nor moves that of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import SHOWN, TOTAL, Ajustement, Groupe
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.intervals import wilson_dispersion, z_quantile
from tfpb.survey.estimation.pooled import PLANNED
from tfpb.survey.estimation.small_area import estimate_areas
from tfpb.survey.verdicts import CONFIDENCE, CONFIDENCE_MARGIN

if TYPE_CHECKING:
    from tfpb.model.arrays import Floats


FEWEST_QUARTERS: Final = 12
"""Published quarters that a question needs: with fewer, what quarters are like is not known."""
_OF_ONE_SURVEY: Final = ["vague", "niveau", "bailleur"]
_ROW: Final = ["vague", "niveau", "territoire", "bailleur", "item"]
_KEPT: Final = ("theme", "nature", "n", "n_residences", "publication")
_POINT: Final = 2


def with_modelled(table: pd.DataFrame, *, dwellings: bool = False) -> pd.DataFrame:
    """Add the modelled shares of quarters to a protected comparison.

    Parameters
    ----------
    table : DataFrame
        `COMPARISON_COLUMNS`, protected.
    dwellings : bool
        The survey is about these dwellings (`parc`): a quarter of few résidences then differs from the
        others by these alone.

    Returns
    -------
    DataFrame
        With rows of group `qpv`, adjustment `modele`, after the others of their quarter and question: to
        the point, intervals too; without verdict. None for a question of which fewer than
        `FEWEST_QUARTERS` quarters, or not all QPV together, are published.
    """
    raw = table[
        (table["groupe"] == Groupe.QPV.value) & (table["ajustement"] == Ajustement.BRUT.value)
    ]
    quarters = raw[raw["niveau"].isin(QUARTER_COLUMNS)]
    whole = raw[(raw["niveau"] == TOTAL) & raw["publication"].isin(SHOWN)]
    parts = []
    for (wave, _, owner), rows in quarters.groupby(_OF_ONE_SURVEY, sort=False):
        same = whole[(whole["vague"] == wave) & (whole["bailleur"] == owner)]
        parts.append(_modelled(rows, same.set_index("item"), PLANNED if dwellings else 0.0))
    made = pd.concat(parts) if parts else quarters.iloc[:0]
    if made.empty:
        return table
    last = table.reset_index().groupby(_ROW, sort=False)["index"].max()
    after = last.reindex(pd.MultiIndex.from_frame(made[_ROW])).to_numpy()
    order = np.argsort(np.concatenate([np.arange(len(table)), after]), kind="stable")
    both = pd.concat([table.reset_index(drop=True), made.reindex(columns=table.columns)])
    return both.iloc[order].reset_index(drop=True).astype(table.dtypes.to_dict())


def _modelled(rows: pd.DataFrame, whole: pd.DataFrame, alike: float) -> pd.DataFrame:
    """Model the quarters of one survey: of a wave, over one bailleur or all."""
    shown = rows[rows["publication"].isin(SHOWN) & rows["estimation"].notna()]
    counts = shown["item"].value_counts()
    items = [i for i in whole.index if counts.get(i, 0) >= FEWEST_QUARTERS]
    shown = shown[shown["item"].isin(items)]
    if shown.empty:
        return shown
    names = ("estimation", "ic95_bas", "ic95_haut", "n", "n_residences")
    wide = {
        c: shown.pivot_table(index="territoire", columns="item", values=c)[items] for c in names
    }
    # one more line for the answers of the quarters that are not there: they count by their foretold share
    direct, low, high, n, homes = (
        np.vstack([w.to_numpy(dtype=float), np.full(len(items), np.nan)]) for w in wide.values()
    )
    n[-1] = np.maximum(whole.loc[items, "n"].to_numpy(dtype=float) - np.nansum(n, axis=0), 0.0)
    dispersion = wilson_dispersion(direct, low, high, z_quantile(CONFIDENCE))
    columns: dict[str, Floats] = {}
    for level, ends in (
        (CONFIDENCE, ("ic95_bas", "ic95_haut")),
        (CONFIDENCE_MARGIN, ("ic90_bas", "ic90_haut")),
    ):
        found = estimate_areas(
            direct,
            dispersion,
            entered=np.isfinite(direct),
            unlike=alike / np.maximum(homes, 1.0),
            weights=np.nan_to_num(n),
            region=np.round(whole.loc[items, "estimation"].to_numpy(dtype=float), _POINT),
            level=level,
        )
        columns |= {"estimation": found.benchmarked, ends[0]: found.low, ends[1]: found.high}
    line = wide["n"].index.get_indexer(pd.Index(shown["territoire"]))
    column = pd.Index(items).get_indexer(pd.Index(shown["item"]))
    values = {name: np.round(v[line, column], _POINT) + 0.0 for name, v in columns.items()}
    kept = {name: shown[name] for name in (*_ROW, *_KEPT)}
    words = {
        "groupe": Groupe.QPV.value,
        "ajustement": Ajustement.MODELE.value,
        "verdict": "",
        "isole": "",
    }
    return pd.DataFrame({**kept, **values, **words}, index=shown.index)
