"""Figures as rows of the long table, as printed: interval, words, families' p-values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import (
    ALONE,
    ENSEMBLE,
    FEW_ANSWERS,
    FEW_HOMES,
    TOTAL,
    Ajustement,
    Groupe,
    Verdict,
)
from tfpb.model.survey import wave_pairs
from tfpb.survey.estimation.intervals import BOUNDS, Sides
from tfpb.survey.printed import at_step, step_of
from tfpb.survey.verdicts import (
    CHANGED,
    CLAIMS,
    NO_VERDICT,
    SERVICE,
    STATES,
    UNPUBLISHABLE,
    evolution_verdicts,
    gap_verdicts,
    tipping,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.arrays import Flags, Floats, Indices, Integers, Objects
    from tfpb.model.plan import Item
    from tfpb.survey.estimation.comparison import Comparison, Domains

    Columns = dict[str, NDArray[Any]]

_Z: Final = 1.645
_PLANNED_VARIANCE: Final = 0.17
"""p(1 − p) of a share of satisfied tenants near 78 %: fixed before any answer."""
_CHANGES: Final = (Groupe.EVOLUTION_QPV, Groupe.EVOLUTION_HORS, Groupe.EVOLUTION_ECART)
MOVING: Final = 100
"""Households (rounded) of a quarter, in each wave, under which no movement of it is told."""
_GROUPS: Final = {g.value: k for k, g in enumerate(Groupe)}
_ADJUSTMENTS: Final = {a.value: k for k, a in enumerate(Ajustement)}


def raw_rows(comparison: Comparison) -> pd.DataFrame:
    """Rows of the unadjusted figures: both sides, together (in one wave), and the gap; or changes.

    `COMPARISON_COLUMNS`, and `CLAIMS`.
    """
    c = comparison
    every = np.arange(len(c.index))
    parts = [figure_rows(c, c.domains, c.sides, every, Ajustement.BRUT)]
    if len(c.figures[0][1]) == 2:  # noqa: PLR2004 - one wave
        lines = np.flatnonzero(c.numbers("ensemble") >= 0)
        g = c.numbers("ensemble")[lines]
        sides = c.printed().at(g[:, None])
        columns = {
            **sides.figure(np.ones(1)),
            **_counts(c, c.domains, g[:, None]),
            **_of_answers(c, g),
        }
        parts.append(lay(c, lines, Groupe.ENSEMBLE, Ajustement.BRUT, columns))
    return pd.concat(parts, ignore_index=True)


def figure_rows(
    c: Comparison,
    domains: Domains,
    sides: Indices,
    lines: Indices,
    adjustment: Ajustement,
    kept: Flags | None = None,
    story: Flags | None = None,
) -> pd.DataFrame:
    """Rows of every kind of figure of some groups.

    `domains` are shares of the sides, raw or calibrated; `sides`, (lines, 2 or 4), rows of `domains` of
    each group; `lines`, groups as the index numbers them; `kept`, (lines, items), rows that exist (by
    default all); `story`, gaps that the comparable figure contradicts.
    """
    shared = c.shared(domains, sides) if sides.shape[1] > 2 else None  # noqa: PLR2004 - two waves
    seen = domains.printed(shared).at(sides)
    parts = []
    for group, weights in c.figures:
        signs = np.array(weights)
        used = np.flatnonzero(signs)
        own = c.sides[lines][:, used]
        columns: Columns = seen.figure(signs) | _counts(c, domains, sides[:, used], own)
        if group in (Groupe.QPV, Groupe.HORS_QPV):
            columns |= _of_answers(c, own[:, 0])
        if len(used) > 1 and group in (Groupe.ECART, Groupe.EVOLUTION_ECART):
            columns |= _judged(c, seen, signs, columns, lines, group, domains, sides)
            clash = np.zeros(columns["n"].shape, bool) if story is None else story
            columns["autre_histoire"] = np.where(clash, ALONE, "").astype(object)
        if group in _CHANGES:
            _interrupt(c, group, columns)
        columns.pop("_etat")
        parts.append(lay(c, lines, group, adjustment, columns))
        if kept is not None:
            parts[-1] = parts[-1][kept.ravel()]
    return pd.concat(parts, ignore_index=True)


def _interrupt(c: Comparison, group: Groupe, columns: Columns) -> None:
    """Withhold the changes of broken series: levels where firm or mode changed, all where the scale did."""
    broken = np.isinf(c.broken) if group is Groupe.EVOLUTION_ECART else c.broken > 0
    there = broken & (columns["_etat"] < UNPUBLISHABLE)
    for name in ("estimation", *BOUNDS):
        columns[name] = np.where(there, np.nan, columns[name])
    if group is Groupe.EVOLUTION_ECART:
        columns["autre_histoire"][there] = ""
    else:
        columns["verdict"] = np.where(there, str(Verdict.INTERROMPUE), NO_VERDICT).astype(object)


def _judged(
    c: Comparison,
    seen: Sides,
    signs: Floats,
    columns: Columns,
    lines: Indices,
    group: Groupe,
    domains: Domains,
    sides: Indices,
) -> Columns:
    """Return words, what weakens them, and the p-values that families are counted by."""
    limits, state = c.thresholds, columns["_etat"]
    quarter = c.quarters[lines][:, None] & (limits.cible == SERVICE)
    thin = columns["peu_de_reponses"] != ""
    few = thin | ~(_expected_half(domains.planned[sides]) <= limits.few_half) | quarter
    with np.errstate(divide="ignore"):
        answers = thin | ~(_expected_half(1 / domains.n[sides]) <= limits.few_half)
    low, high = columns["ic90_bas"], columns["ic90_haut"]
    gap = group is Groupe.ECART
    lacks = np.where(few, np.where(answers, FEW_ANSWERS, FEW_HOMES), "")
    out: Columns = {"peu_de_reponses": lacks.astype(object)}
    if gap:
        out["verdict"] = gap_verdicts(low, high, state, few, limits.margin)
        out["marge_points"] = np.full(low.shape, limits.margin * 100)
        out["marge_demontree_points"] = -low * 100
        out["bascule"] = tipping(seen.printed()[:, 0], low, high, out["verdict"], limits.margin)
    else:
        out["verdict"] = evolution_verdicts(low, high, state, c.broken)
    out[CLAIMS[0]] = seen.exceeding(signs, -limits.margin if gap else 0.0)
    out[CLAIMS[1]] = seen.exceeding(-signs, 0.0)
    if not gap:
        still = c.quarters[lines][:, None] & (domains.n[sides[:, ::2]].min(axis=1) < MOVING)
        still &= np.isin(out["verdict"], [str(v) for v in CHANGED])
        out["verdict"][still] = str(Verdict.NON_DEMONTRE)
        out["peu_de_reponses"][still] = FEW_ANSWERS
    return out


def _expected_half(dispersion: Floats) -> Floats:
    """Return the half-width of a 90 % interval before any answer, D of each side known (or as of 1 / n)."""
    sides = dispersion.shape[1]
    half: Floats = _Z * np.sqrt(_PLANNED_VARIANCE * dispersion.sum(axis=1) * 2 / sides)
    return half


def _counts(c: Comparison, domains: Domains, sides: Indices, own: Indices | None = None) -> Columns:
    """Return the basis of figures: answers, whether they are few, whether they are shown.

    `sides` are rows of `domains`, `own` the raw domains that these are of, (lines, sides used).
    """
    own = sides if own is None else own
    state = c.state[own].max(axis=1)
    few = domains.n[sides].min(axis=1) < c.thresholds.few_n
    return {
        "n": c.means.n[own].sum(axis=1),
        "peu_de_reponses": np.where(few, FEW_ANSWERS, "").astype(object),
        "publication": state_names(state),
        "_etat": state,
    }


def _of_answers(c: Comparison, own: Indices) -> Columns:
    """Return the shares of answers out of the base, at the step of the row."""
    step = step_of(c.domains.n[own])
    return {
        "part_nsp": at_step(c.means.nsp_share[own], step),
        "part_non_concerne": at_step(c.means.not_concerned_share[own], step),
    }


_EMPTY: Final[dict[str, object]] = {
    "part_nsp": np.nan,
    "part_non_concerne": np.nan,
    "marge_points": np.nan,
    "marge_demontree_points": np.nan,
    "bascule": np.nan,
    CLAIMS[0]: np.nan,
    CLAIMS[1]: np.nan,
    "verdict": "",
    "autre_histoire": "",
}


def lay(
    c: Comparison,
    lines: Indices,
    group: Groupe,
    adjustment: Ajustement,
    columns: Columns,
    items: Sequence[Item] | None = None,
) -> pd.DataFrame:
    """Lay matrices (lines of the index × items) out as rows, one a line and item."""
    items = c.items if items is None else items
    count = len(items)
    described = {
        "item": [i.identifiant for i in items],
        "theme": [i.theme.value for i in items],
        "nature": [i.nature.value for i in items],
    }
    out: dict[str, object] = {"vague": c.vague}
    for name in ("niveau", "territoire", "bailleur"):
        out[name] = np.repeat(c.index[name].to_numpy(dtype=object)[lines], count)
    for name, values in described.items():
        out[name] = np.tile(np.array(values, dtype=object), len(lines))
    out |= {"groupe": group.value, "ajustement": adjustment.value} | _EMPTY
    columns.pop("_etat", None)
    return pd.DataFrame(out | {name: values.ravel() for name, values in columns.items()})


def state_names(state: Integers) -> Objects:
    """Turn state indices into their codes."""
    return np.array([s.value for s in STATES], dtype=object)[state]


def in_order(
    table: pd.DataFrame, items: Sequence[Item], levels: Sequence[str], waves: Sequence[str]
) -> pd.DataFrame:
    """Sort rows as they are read: wave, level, territory, bailleur, item, adjustment, group.

    `waves` are in the order of time; a pair of them is a change (`wave_pairs`).
    """
    pairs = ["-".join(pair) for pair in wave_pairs(waves)]
    time = {name: k for names in (waves, pairs) for k, name in enumerate(names)}
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
        table["vague"].map(time).to_numpy(),
        table["groupe"].str.startswith("evolution").to_numpy(),
    ]
    return table.iloc[np.lexsort(keys)].reset_index(drop=True)
