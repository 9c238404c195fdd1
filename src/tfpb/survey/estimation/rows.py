"""Matrices of results laid out as rows of the long table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe
from tfpb.model.results import COMPARISON_COLUMNS
from tfpb.survey.estimation.intervals import (
    equivalence_p,
    non_inferiority_p,
    proportion_interval,
    t_interval,
    two_sided_p,
)
from tfpb.survey.thresholds import CONFIDENCE, CONFIDENCE_MARGIN
from tfpb.survey.verdicts import (
    STATES,
    UNCOMPUTABLE,
    UNPUBLISHABLE,
    evolution_verdicts,
    gap_verdicts,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.plan import Item
    from tfpb.survey.estimation.blocks import Block
    from tfpb.survey.thresholds import Thresholds

    Floats = NDArray[np.float64]

_TEXT: Final = frozenset(
    {"vague", "niveau", "territoire", "bailleur", "item", "theme", "nature", "groupe", "ajustement"}
)
_GROUPS: Final = {g.value: k for k, g in enumerate(Groupe)}
_ADJUSTMENTS: Final = {a.value: k for k, a in enumerate(Ajustement)}


@dataclass(frozen=True, slots=True)
class Frame:
    """What is common to the rows of one wave (or pair of waves).

    Parameters
    ----------
    wave : str
    blocks : sequence of Block
    items : sequence of Item
    thresholds : Thresholds
    clustered : bool
    """

    wave: str
    blocks: Sequence[Block]
    items: Sequence[Item]
    thresholds: Thresholds
    clustered: bool = True

    def lay(self, group: str, adjustment: str, columns: dict[str, object]) -> pd.DataFrame:
        """Lay matrices (blocks × items) out as rows, one a block and item."""
        count = len(self.items)
        out: dict[str, object] = {
            "vague": self.wave,
            "niveau": np.repeat(np.array([b.niveau for b in self.blocks], dtype=object), count),
            "territoire": np.repeat([b.territoire for b in self.blocks], count).astype(object),
            "bailleur": np.repeat([b.bailleur for b in self.blocks], count).astype(object),
            "item": np.tile(
                np.array([i.identifiant for i in self.items], dtype=object), len(self.blocks)
            ),
            "theme": np.tile([i.theme.value for i in self.items], len(self.blocks)).astype(object),
            "nature": np.tile([i.nature.value for i in self.items], len(self.blocks)).astype(
                object
            ),
            "groupe": group,
            "ajustement": adjustment,
        }
        for name in COMPARISON_COLUMNS:
            if name in _TEXT:
                continue
            value = columns.get(name)
            missing: object = "" if name == "verdict" else np.nan
            out[name] = missing if value is None else np.asarray(value).ravel()
        return pd.DataFrame(out, columns=list(COMPARISON_COLUMNS))


def state_names(state: NDArray[np.int64]) -> NDArray[np.object_]:
    """Turn state indices into their codes."""
    names = np.array([s.value for s in STATES], dtype=object)
    return names[state]


def group_rows(
    frame: Frame,
    group: str,
    adjustment: str,
    *,
    estimate: Floats,
    se: Floats,
    df: Floats,
    n: Floats,
    clusters: Floats,
    state: NDArray[np.int64],
    extra: dict[str, object] | None = None,
) -> pd.DataFrame:
    """Rows of a group: a proportion with its intervals."""
    se = np.where(state == UNCOMPUTABLE, np.nan, se)
    low95, high95, low90, high90 = (
        bound
        for level in (CONFIDENCE, CONFIDENCE_MARGIN)
        for bound in proportion_interval(
            estimate,
            se,
            n,
            clusters,
            df,
            level=level,
            thresholds=frame.thresholds,
            clustered=frame.clustered,
        )
    )
    return frame.lay(
        group,
        adjustment,
        {
            "n": n,
            "n_residences": clusters,
            "estimation": estimate,
            "erreur_type": se,
            "ddl": df,
            "ic95_bas": low95,
            "ic95_haut": high95,
            "ic90_bas": low90,
            "ic90_haut": high90,
            "publication": state_names(state),
            **(extra or {}),
        },
    )


def gap_rows(
    frame: Frame,
    group: str,
    adjustment: str,
    *,
    estimate: Floats,
    se: Floats,
    df: Floats,
    n: Floats,
    clusters: Floats,
    state: NDArray[np.int64],
) -> pd.DataFrame:
    """Rows of a gap or of a change: a difference with its intervals and, for gaps, its verdict.

    A difference without any variance (every answer alike on both sides) is not computable: a nil
    standard error there is ignorance, not certainty.
    """
    kept = (se > 0) | (state > UNCOMPUTABLE) | (np.isnan(se) & (state == UNPUBLISHABLE))
    state = np.where(kept, state, UNCOMPUTABLE)
    se = np.where(state == UNCOMPUTABLE, np.nan, se)
    low95, high95 = t_interval(estimate, se, df, level=CONFIDENCE)
    low90, high90 = t_interval(estimate, se, df, level=CONFIDENCE_MARGIN)
    columns: dict[str, object] = {
        "n": n,
        "n_residences": clusters,
        "estimation": estimate,
        "erreur_type": se,
        "ddl": df,
        "ic95_bas": low95,
        "ic95_haut": high95,
        "ic90_bas": low90,
        "ic90_haut": high90,
        "p_bilateral": two_sided_p(estimate, se, df),
        "publication": state_names(state),
    }
    if group == Groupe.ECART.value:
        margin = frame.thresholds.margin
        columns |= {
            "p_non_inferiorite": non_inferiority_p(estimate, se, df, margin),
            "p_equivalence": equivalence_p(estimate, se, df, margin),
            "marge_points": np.full(estimate.shape, margin * 100),
            "marge_demontree_points": -low90 * 100,
            "verdict": gap_verdicts(low90, high90, low95, high95, state, margin),
        }
    elif group == Groupe.EVOLUTION_ECART.value:
        columns["verdict"] = evolution_verdicts(low95, high95, state)
    return frame.lay(group, adjustment, columns)


def in_order(table: pd.DataFrame, items: Sequence[Item], levels: Sequence[str]) -> pd.DataFrame:
    """Sort rows as they are read: wave, level, territory, bailleur, item, adjustment, group."""
    rank = {item.identifiant: k for k, item in enumerate(items)}
    level = {name: k for k, name in enumerate((TOTAL, *levels))}
    keys = [
        table["groupe"].map(_GROUPS).to_numpy(),
        table["ajustement"].map(_ADJUSTMENTS).to_numpy(),
        table["item"].map(rank).to_numpy(),
        pd.factorize(table["bailleur"], sort=True)[0],
        (table["bailleur"] != ENSEMBLE).to_numpy(),
        pd.factorize(table["territoire"], sort=True)[0],
        table["niveau"].map(level).to_numpy(),
        pd.factorize(table["vague"], sort=True)[0],
        table["groupe"].str.startswith("evolution").to_numpy(),
    ]
    return table.iloc[np.lexsort(keys)].reset_index(drop=True)
