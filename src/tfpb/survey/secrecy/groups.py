"""The groups of every wave as one table, and which of them each row of a table rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import TOTAL, Groupe
from tfpb.model.survey import wave_pairs
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.design import indicator
from tfpb.survey.printed import rounded_count
from tfpb.survey.secrecy.choice import Rules, codes_of, shown_groups
from tfpb.survey.secrecy.enough import enough
from tfpb.survey.secrecy.tree import SIDES, Group, Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tfpb.model.arrays import Flags, Floats, Indices, Integers
    from tfpb.model.survey import Households

KEY: Final = ["vague", "item", *Group._fields]
"""Names of a group, for one question."""
BASE: Final = "base"
HORS: Final = Groupe.HORS_QPV.value
SIDES_OF: Final = {
    **{side: (side,) for side in SIDES},
    Groupe.ENSEMBLE.value: SIDES,
    Groupe.ECART.value: SIDES,
    Groupe.EVOLUTION_QPV.value: SIDES[:1],
    Groupe.EVOLUTION_HORS.value: SIDES[1:],
    Groupe.EVOLUTION_ECART.value: SIDES,
}
"""Sides that a row rests on; one of both together is shown where both are."""
EVOLUTION: Final = "evolution"
"""How the groups of changes begin."""


def group_table(
    waves: Sequence[Households], rules: Rules, crossed: Collection[str] | None = ()
) -> pd.DataFrame:
    """Choose the groups of every wave, base by base.

    Parameters
    ----------
    waves : sequence of Households
        In order: changes are those of `wave_pairs`.
    crossed : collection of str, optional
        As of `Tree.of`.

    Returns
    -------
    DataFrame
        A row a group and question: `KEY`, `base` (the first question of its base), `n` (rounded to ten),
        `shown`, `few` (its valid answers to the question are too few), `owners` (bailleurs inside), `alike`
        (what rows like with like leave aside is enough), `apart` (changes, « 2019-2023 », whose bailleurs of
        both waves are few, or leave few aside). A group of nobody is not there; that of a lone bailleur is
        there under both names. `n` is NaN where it is hidden.
    """
    pairs = wave_pairs(waves)
    parts = [
        _of_wave(wave, [p for p in pairs if wave.vague in (p[0].vague, p[1].vague)], rules, crossed)
        for wave in waves
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*KEY, BASE])


def _of_wave(
    wave: Households,
    pairs: Sequence[tuple[Households, Households]],
    rules: Rules,
    crossed: Collection[str] | None,
) -> pd.DataFrame:
    tree = Tree.of(wave, crossed)
    owner, home = codes_of(wave)
    kinds = [wave.places[c].to_numpy(dtype=object) for c in wave.alike]
    size = [len(rows) for rows in tree.rows]
    at = np.concatenate([*tree.rows, np.zeros(0, dtype=np.intp)]).astype(np.intp)
    spread = indicator(np.repeat(np.arange(len(size)), size), len(size))
    valid = spread @ wave.valid[at].astype(float)
    names = pd.DataFrame(tree.groups, columns=list(Group._fields), dtype=object)
    parts = []
    for base in sorted(set(wave.base)):
        n = wave.asked[:, base]

        def fine(rows: Indices, n: Integers = n) -> bool:
            return enough(n[rows], owner[rows], home[rows], rules.fewest)

        shown = shown_groups(tree, wave, base, rules)
        asked = spread @ n[at].astype(float)
        inside = spread @ (_apart(owner) * (n > 0)[:, None])[at].astype(float)
        kept = [g in shown for g in tree.groups]
        alike = [
            there and all(fine(r[kind[r] == v]) for kind in kinds for v in set(kind[r]))
            for there, r in zip(kept, tree.rows, strict=True)
        ]
        whole = names.assign(
            vague=wave.vague, shown=kept, owners=(inside > 0).sum(axis=1), alike=alike,
            n=np.where(kept, rounded_count(asked), np.nan),
        )  # fmt: skip
        items = [k for k, b in enumerate(wave.base) if b == base]
        for k in items:
            few = (valid[:, k] > 0) & (valid[:, k] < rules.shown_n)
            apart = np.full(len(size), "", dtype=object)
            held = [np.ones(len(wave.places), dtype=bool)]
            for name, common in _panels(wave, pairs, wave.items[k], n):
                # nor does one panel leave few of another aside
                aside = [common, *(h & ~common for h in held), *(common & ~h for h in held)]
                there = [
                    n[r[common[r]]].sum() >= rules.shown_n and all(fine(r[a[r]]) for a in aside)
                    for r in tree.rows
                ]
                apart[~np.array(there, dtype=bool)] += f"{name}\x1f"
                held.append(common)
            named = {"item": wave.items[k], BASE: wave.items[items[0]]}
            parts.append(whole.assign(few=few, apart=apart, **named)[asked > 0])
    out: pd.DataFrame = pd.concat(parts, ignore_index=True)
    lone = wave.places["bailleur"].unique()
    if len(lone) != 1:
        return out
    both: pd.DataFrame = pd.concat([out, out.assign(bailleur=lone[0])], ignore_index=True)
    return both


def _panels(
    wave: Households, pairs: Sequence[tuple[Households, Households]], item: str, n: Integers
) -> Iterator[tuple[str, Flags]]:
    """List the changes some bailleurs are no part of, and the rows of those that ask it in both waves."""
    owner = wave.places["bailleur"]
    for one, two in pairs:
        other = two if one.vague == wave.vague else one
        if item not in other.items:
            continue
        asked = other.asked[:, other.base[other.items.index(item)]]
        asking = set(other.places["bailleur"][asked > 0])
        if asking != set(owner[n > 0]):
            yield f"{one.vague}-{two.vague}", owner.isin(asking).to_numpy()


def _apart(owner: Indices) -> Floats:
    """Return one column a bailleur."""
    return np.equal.outer(owner, np.arange(owner.max(initial=0) + 1)).astype(float)


def resting(
    table: pd.DataFrame, groups: pd.DataFrame, *, marks: Collection[str] = ()
) -> pd.DataFrame:
    """Return the groups that rows of a table rest on: `row` (position) and the columns of `groups`.

    Parameters
    ----------
    table : DataFrame
        As `needed` takes it.
    groups : DataFrame
        As `group_table` makes it.
    marks : collection of str
        Overall marks that the rows rest on too: the models of priorities.
    """
    rows = needed(table, [str(w) for w in groups["vague"].unique()])
    more = [rows.assign(item=mark) for mark in marks]
    return pd.concat([rows, *more]).merge(groups, on=KEY, how="left")


def needed(table: pd.DataFrame, waves: Sequence[str]) -> pd.DataFrame:
    """Name the sides that rows of a table are made of: `row` (position) and `KEY`.

    A gap is made of both sides, the other side of a quarter being the whole hors QPV of the bailleur; a
    change, of the sides of both waves. `table` holds `vague, item, bailleur, groupe`, and `niveau,
    territoire` (the total without them).
    """
    cells = pd.DataFrame({f: table[f].astype(str) if f in table else TOTAL for f in KEY})
    cells = cells.assign(row=np.arange(len(table)))
    parts = [cells.iloc[:0]]
    for (pair, group), rows in cells.groupby(["vague", "groupe"], sort=False):
        ends = split_pair(str(pair), waves) if str(group).startswith(EVOLUTION) else None
        for wave in ends or (str(pair),):
            parts += [_of_side(rows.assign(vague=wave), side) for side in SIDES_OF[str(group)]]
    return pd.concat(parts)


def _of_side(rows: pd.DataFrame, side: str) -> pd.DataFrame:
    rows = rows.assign(groupe=side)
    if side != HORS:
        return rows
    quarter = rows["niveau"].isin(QUARTER_COLUMNS)
    whole = {name: rows[name].mask(quarter, TOTAL) for name in ("niveau", "territoire")}
    return rows.assign(**whole)


def split_pair(pair: str, waves: Sequence[str]) -> tuple[str, str] | None:
    """Find the two waves of « 2019-2023 », wave names that hold a dash included."""
    found = ((a, b) for a in waves for b in waves if a != b and f"{a}-{b}" == pair)
    return next(found, None)
