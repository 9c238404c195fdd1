"""The groups of every wave as one table, and which of them each row of a table rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Groupe
from tfpb.model.survey import wave_pairs
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.printed import rounded_count
from tfpb.survey.secrecy.publishable import Members, Rules, Shares, isolates_nobody, publishable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tfpb.model.arrays import Flags, Indices, Integers
    from tfpb.model.survey import Households

SIDES: Final = (Groupe.QPV.value, Groupe.HORS_QPV.value)
_NAMES: Final = ["niveau", "territoire", "bailleur", "groupe"]
KEY: Final = ["vague", "item", *_NAMES]
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
PARTS: Final = ("part_nsp", "part_non_concerne")
"""Shares of the answers that are not valid."""
_APART: Final = "\x1f"
_MANY: Final = 300
"""Households of a group from which rows like with like take a kind of fewer than thirty."""
_FEWEST_OF_MANY: Final = 11


def group_table(
    waves: Sequence[Households], rules: Rules, crossed: Collection[str] | None = ()
) -> pd.DataFrame:
    """List the groups of every wave and question, with what may be published of each.

    Columns: `KEY`, `base` (the first question of its base), `n` (asked, to ten, NaN where hidden), `shown`,
    `owners` (bailleurs with a valid answer), `PARTS` (whether this share may be printed), `alike` (rows like
    with like may be published), `apart` (changes, « 2019-2023 », whose bailleurs of both waves may not). Each
    rule applies to the households asked and to the valid answers of the question. A group of nobody is not
    there; that of a lone bailleur is there under both names. Bailleurs in `crossed` (None: all) have
    territories of their own.
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
    names, members = _groups_of(wave.places, crossed)
    known = np.ones(len(wave.places), dtype=bool)
    for variable in wave.alike:
        known = known & (wave.places[variable] != "").to_numpy()
    ours = ((names["bailleur"] == ENSEMBLE) & (names["niveau"] != TOTAL)).to_numpy()

    def fine(some: Integers) -> Flags:
        return publishable(members, some, rules)

    def shown(some: Integers) -> Flags:
        shares = Shares.of(members, some)
        lone = shares.owners < rules.owners
        lone |= shares.largest > rules.largest_share * members.total(some)
        return fine(some) & ~(ours & lone)

    parts = []
    for base in sorted(set(wave.base)):
        n = wave.asked[:, base]
        asked, of_asked = members.total(n), shown(n)
        whole = names.assign(vague=wave.vague, n=np.where(of_asked, rounded_count(asked), np.nan))
        items = [k for k, b in enumerate(wave.base) if b == base]
        for k in items:
            valid = wave.valid[:, k]
            counts = (n, valid)
            # nobody's answer is valid: there is no figure to withhold
            is_shown = of_asked & (shown(valid) | (members.total(valid) == 0))
            like = [
                fine(np.where(known, c, 0)) & _of_known_kinds(wave, members, c, fine)
                for c in counts
            ]
            apart = np.full(members.count, "", dtype=object)
            for name, common in _panels(wave, pairs, wave.items[k], n):
                few = ~np.all([fine(np.where(common, c, 0)) for c in counts], axis=0)
                apart[few] += f"{name}{_APART}"
            left_out = dict(zip(PARTS, (wave.unsure[:, k], wave.unconcerned[:, k]), strict=True))
            part = whole.assign(
                item=wave.items[k], base=wave.items[items[0]], shown=is_shown, apart=apart,
                owners=Shares.of(members, valid).owners, alike=is_shown & np.all(like, axis=0),
                **{name: isolates_nobody(members, c, n, rules) for name, c in left_out.items()},
            )  # fmt: skip
            parts.append(part[asked > 0])
    out: pd.DataFrame = pd.concat(parts, ignore_index=True)
    lone_owner = wave.places["bailleur"].unique()
    if len(lone_owner) != 1:
        return out
    both: pd.DataFrame = pd.concat([out, out.assign(bailleur=lone_owner[0])], ignore_index=True)
    return both


def _of_known_kinds(
    wave: Households, members: Members, n: Integers, fine: Callable[[Integers], Flags]
) -> Flags:
    """Return the groups of which each kind, and each bailleur, could be published by itself, or is absent.

    Rows like with like may weigh a household of a rare kind eight times: a step of the share then tells how
    many of them are satisfied, to who knows the weights.
    """
    out = np.ones(members.count, dtype=bool)
    many = members.total(n) >= _MANY
    for variable in (*wave.alike, *(("bailleur",) if wave.alike else ())):
        named = wave.places[variable].to_numpy()
        for kind in sorted(set(named) - {""}):
            of_kind = np.where(named == kind, n, 0)
            met = members.total(of_kind)
            out &= (met == 0) | fine(of_kind) | (many & (met >= _FEWEST_OF_MANY))
    return out


def _groups_of(
    places: pd.DataFrame, crossed: Collection[str] | None
) -> tuple[pd.DataFrame, Members]:
    """Name every group of a wave, and its rows: sides, territories, bailleurs, their territories."""
    owners = places["bailleur"]
    several = len(owners.unique()) > 1
    rows = np.arange(len(places))
    listed: list[tuple[str, ...]] = []
    group, row = [], []
    for level in (TOTAL, *levels_of(places)):
        value = places[level].astype(str) if level != TOTAL else pd.Series(TOTAL, places.index)
        there = (value != "").to_numpy()
        if level in QUARTER_COLUMNS:
            there = there & (places["groupe"] == Groupe.QPV.value).to_numpy()
        of_all = pd.Series(ENSEMBLE, places.index)
        own = there & several
        if level != TOTAL and crossed is not None:
            own = own & owners.isin(list(crossed)).to_numpy()
        for held, name in ((there, of_all), (own, owners)):
            frame = pd.DataFrame(
                {"niveau": level, "territoire": value, "bailleur": name, "groupe": places["groupe"]}
            )[held]
            codes, found = pd.factorize(pd.MultiIndex.from_frame(frame[_NAMES]), sort=True)
            group.append(codes + len(listed))
            row.append(rows[held])
            listed += list(found)
    names = pd.DataFrame(listed, columns=_NAMES, dtype=object)
    owner = pd.factorize(owners, sort=True)[0]
    home = residence_codes(places)
    return names, Members.of(np.concatenate(group), np.concatenate(row), len(listed), owner, home)


def residence_codes(places: pd.DataFrame) -> Indices:
    """Return a number a résidence, which two bailleurs may call by one name; −1 where none is named."""
    both = pd.MultiIndex.from_frame(places[["bailleur", "residence"]])
    codes = pd.factorize(both)[0]
    return np.where((places["residence"] == "").to_numpy(), -1, codes).astype(np.intp)


def levels_of(places: pd.DataFrame) -> list[str]:
    """List the levels among the columns of households."""
    return [str(c) for c in places if c not in {"bailleur", "residence", "groupe"}]


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


def resting(table: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the groups that rows rest on, with their `row`."""
    rows = needed(table, [str(w) for w in groups["vague"].unique()])
    return rows.merge(groups, on=KEY, how="left")


def needed(table: pd.DataFrame, waves: Sequence[str]) -> pd.DataFrame:
    """Name the sides that rows of a table are made of: `row` (position) and `KEY`.

    A gap is made of both sides, the other side of a quarter being the whole hors QPV of the bailleur; a
    change, of the sides of both waves. A table without `niveau` is of the whole.
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


def of_waves(table: pd.DataFrame, left: set[str], every: Collection[str]) -> pd.Series[bool]:
    """Return the rows of some waves, and the changes between them."""
    names = sorted(every)
    there = {
        v: left >= set(split_pair(str(v), names) or (str(v),)) for v in table["vague"].unique()
    }
    return table["vague"].map(there).astype(bool)
