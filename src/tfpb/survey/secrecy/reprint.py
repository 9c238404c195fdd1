"""What was released stands: a row is printed again as it was until its rounded count has moved by thirty."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import (
    CHAIN,
    ENSEMBLE,
    SHOWN,
    TOTAL,
    Ajustement,
    Groupe,
    Publication,
    Verdict,
)
from tfpb.survey.adjustment.benchmark import OWNER
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.intervals import combined_bounds
from tfpb.survey.estimation.rows import MOVING
from tfpb.survey.printed import step_of
from tfpb.survey.raw_gaps import mode_changed
from tfpb.survey.secrecy.disclosure import sealed
from tfpb.survey.secrecy.groups import BASE, EVOLUTION, KEY, SIDES_OF, needed
from tfpb.survey.secrecy.tree import SIDES
from tfpb.survey.verdicts import (
    CHANGED,
    MODE_CHANGED,
    PUBLISHABLE,
    evolution_verdicts,
    gap_verdicts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.model.survey import Published, WaveFacts

MOVES: Final = 30
"""A group is computed again when its rounded count has moved by as much."""
Home = tuple[str, str]
"""A résidence: its bailleur (folded; "" for any) and its identifier, which two bailleurs may use."""
ROW: Final[dict[str, list[str]]] = {
    "comparison": [*KEY, "ajustement"],
    "levels": [*KEY, "mesure", "modalite", "rang"],
    "priorities": ["vague", "bailleur", "groupe", "item"],
    "benchmark": ["vague", "item", "groupe", "repere", "reference"],
    "variants": [*KEY, "ajustement", "variante"],
    "fieldwork": ["vague", "bailleur", "cote", "type_habitat", "periode_construction"],
}
"""What names a row of each table."""
SINCE: Final = "repris_du"
CONTESTED: Final = "conteste"
YES: Final = "oui"
_BOUNDS: Final = (("ic95_bas", "ic95_haut"), ("ic90_bas", "ic90_haut"))
_POINTS: Final = 100
_PART: Final = "_en_partie"
_PRINTED_BY: Final = ["vague", "niveau", "bailleur"]
_DEPTH: Final = {TOTAL: 0, **{level: k for k, level in enumerate(CHAIN, start=1)}}
_ALIKE: Final = 0.9
"""Share of rows within their step of those of a released wave from which two waves are one: of other
households, a half of them are at most."""
_ENOUGH_ROWS: Final = 8
_ENOUGH_ELSEWHERE: Final = 16
"""Rows alike from which two surveys are one: of two bodies of like answers, as many are not by chance."""
WHOSE: Final = "diffusion_de"
_TINY: Final = 1e-9
COUNTS: Final = ("n", "n_residences", "n_qpv", "n_hors")


@dataclass(frozen=True, slots=True)
class Released:
    """What readers already hold of the same survey.

    Parameters
    ----------
    sides : tuple of (str, mapping of (str, str) to str)
        Column of the résidences (`cote`, a quarter, a level) → bailleur and résidence → what it was in the
        first release that told it: the survey keeps it.
    groups, asked : DataFrame
        As `Published` holds them: what may be shown of the waves released.
    tables : mapping of str to DataFrame
        Rows of each table (`ROW`) as last printed, with `repris_du`.
    counts : DataFrame
        `KEY` and `printed`: every count of a side that any of them printed, not the last alone.
    facts : mapping of str to tuple of int
        Wave → `n, n_residences, n_qpv, n_hors` as told.
    prints : mapping of str to (str, str)
        Wave → fingerprints of plan and weights.
    masked : DataFrame
        `KEY` of what a release of 0.2 masked: it kept no printed row.
    elsewhere : DataFrame
        Counts and shares of sides that releases printed of what seems another survey, with `WHOSE`.
    """

    sides: tuple[tuple[str, Mapping[Home, str]], ...] = ()
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    asked: pd.DataFrame = field(default_factory=pd.DataFrame)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    counts: pd.DataFrame = field(default_factory=pd.DataFrame)
    facts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    prints: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    masked: pd.DataFrame = field(default_factory=pd.DataFrame)
    elsewhere: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def levels(self) -> list[str]:
        """Levels of territory that résidences were told in."""
        return sorted({c for c, _ in self.sides} - {"cote"})


NOTHING: Final = Released()


def reprinted(now: Published, before: Released) -> Published:
    """Return what may be printed after earlier releases of the same waves.

    Parameters
    ----------
    now : Published
        Of this run alone.

    Returns
    -------
    Published
        What was hidden stays so; a row whose groups all stand is the earlier one (`repris_du`), and is
        `conteste` where a corrected plan or other weights would have changed it; a gap or a change one
        side of which stands is worked out from what is printed.
    """
    states = _states(now, before)
    unlike = tuple(_unlike(now, before))
    if states.empty:
        return replace(now, notices=(*now.notices, *unlike)) if unlike else now
    changed = {w for w, last in before.prints.items() if last != now.prints.get(w, last)}
    raw = now.comparison
    every = [w.vague for w in now.waves]
    tables = {n: getattr(now, n) for n in ROW} | {"comparison": raw}
    counts = _counts(tables.pop("fieldwork"), before.tables.get("fieldwork"))
    tables = {
        n: _replaced(n, t, before.tables.get(n), _by_row(t, states, every), changed)
        for n, t in tables.items()
    } | {"fieldwork": counts}
    printed = _from_sides(tables["comparison"], raw, every, now.margin)
    waves = tuple(_facts(w, before.facts.get(w.vague), states) for w in now.waves)
    tables["comparison"] = printed
    return sealed(
        now,
        {n: t.drop(columns=_PART, errors="ignore") for n, t in tables.items()},
        waves=waves,
        notices=(*now.notices, *_notices(raw, printed, changed), *unlike),
        groups=_bound(now, before),
    )


def _states(now: Published, before: Released) -> pd.DataFrame:
    """Return the groups of the waves released, question by question: `KEY`, `shown, few, alike, stands`."""
    if before.groups.empty and before.masked.empty:
        return pd.DataFrame()
    bound = {str(w) for t in (before.groups, before.masked) if len(t) for w in t["vague"]}
    mine = now.asked.merge(now.groups, on=["vague", BASE])[[*KEY, "n"]]
    held = _held(now.asked, before)
    masked = before.masked.reindex(columns=KEY).astype(object)
    every = pd.concat([mine[KEY], held, masked]).drop_duplicates()
    out = every[every["vague"].isin(bound)].merge(mine, on=KEY, how="left")
    out = out.merge(_moves(before.counts, mine), on=KEY, how="left")
    out = out.merge(held.assign(held=True), on=KEY, how="left")
    out = out.merge(masked.assign(gone=True), on=KEY, how="left")
    kept = out["held"].notna() | ~out["vague"].isin(set(held["vague"]))
    was_printed = out["printed"].eq(True)  # noqa: FBT003
    lost = was_printed & out["n"].isna()
    near = out["move"] < MOVES
    # what holds a group that stands though it would be hidden now is not computed again: the rest would show
    depth = out["niveau"].map(lambda level: _DEPTH.get(level, len(_DEPTH)))
    deepest = depth.where(lost, -1).groupby([out[c] for c in ("vague", "item", "groupe")])
    stands = was_printed & (lost | near | (depth < deepest.transform("max")))
    shown = kept & out["gone"].isna()
    return out[KEY].assign(shown=shown, few=False, alike=True, stands=stands)


def _held(asked: pd.DataFrame, before: Released) -> pd.DataFrame:
    """Return what releases may show, question by question: one that is new is bound as those of its base."""
    if before.groups.empty:
        return pd.DataFrame(columns=KEY, dtype=object)
    known = before.asked[["vague", "item", BASE]]
    like = asked.merge(known, on=["vague", "item"], how="left", suffixes=("_now", ""))
    first = like.dropna(subset=[BASE]).drop_duplicates(["vague", f"{BASE}_now"])
    new = like[like[BASE].isna()].drop(columns=BASE)
    new = new.merge(first[["vague", f"{BASE}_now", BASE]], on=["vague", f"{BASE}_now"])
    every = pd.concat([known, new[known.columns]])
    return every.merge(before.groups, on=["vague", BASE])[KEY].drop_duplicates()


def _moves(counts: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return how far each group is from the nearest count that a release printed: `KEY`, `move`, `printed`.

    Of two releases that printed 100 and 140, 105 now is five households from the first.
    """
    both = counts.reindex(columns=[*KEY, "printed"]).astype(dict.fromkeys(KEY, object))
    both = both.merge(now, on=KEY, how="left")
    both["move"] = (both["n"] - both["printed"]).abs()
    least = both.groupby(KEY)["move"].min().to_frame().reset_index()
    return least.assign(printed=True)


def printed_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of the sides that a comparison prints: `KEY`, `printed`."""
    if table.empty:
        return pd.DataFrame(columns=[*KEY, "printed"], dtype=object)
    return raw_sides(table)[[*KEY, "n"]].rename(columns={"n": "printed"})


def raw_sides(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a comparison that print the households and the share of a side."""
    raw = table[(table["ajustement"] == Ajustement.BRUT.value) & table["groupe"].isin(SIDES)]
    return raw[raw["publication"].isin(SHOWN)]


def _replaced(
    name: str,
    table: pd.DataFrame,
    before: pd.DataFrame | None,
    marks: tuple[Flags, Flags, Flags],
    changed: set[str],
) -> pd.DataFrame:
    """Put the earlier rows where they stand, and withhold what was withheld (`marks`: `_by_row`)."""
    if table.empty:
        return table
    hidden, whole, part = marks
    if name == "comparison" and before is not None and len(before):
        # a row that its own answers withheld, in a group that was shown, stays withheld too
        released = pd.MultiIndex.from_frame(before[_PRINTED_BY])
        there = pd.MultiIndex.from_frame(table[_PRINTED_BY]).isin(released)
        fresh = _index(before, name).get_indexer(_index(table, name)) < 0
        # a change that no release has told rests on sides that they have
        hidden, part = hidden | there & fresh, part | whole & fresh
    out = table.assign(**{_PART: part & ~hidden})
    if name == "comparison":
        out = out.assign(**{c: table.get(c, "") for c in (SINCE, CONTESTED)})
    if before is not None and len(before):
        at = _index(before, name).get_indexer(_index(table, name))
        rows = np.flatnonzero(whole & ~hidden & (at >= 0))
        earlier = before.iloc[at[rows]].reset_index(drop=True)
        out = _put(out, rows, earlier, [*keys_of(name, table), _PART])
        if name == "comparison":
            old, new = (t["estimation"].to_numpy(dtype=float) for t in (earlier, table.iloc[rows]))
            here = np.array([_of_waves(v, changed) for v in earlier["vague"]], dtype=bool)
            moved = ~np.isclose(old, new) & here
            words = out[CONTESTED].to_numpy(dtype=object).copy()
            words[rows[moved]] = YES
            out = out.assign(**{CONTESTED: words})
    if "publication" in out:
        lost = hidden & (out["publication"] != Publication.NON_CALCULABLE.value).to_numpy()
        out["publication"] = out["publication"].where(~lost, Publication.MASQUE.value)
        if "verdict" in out:
            lost &= (out["verdict"] != "").to_numpy()
            out["verdict"] = out["verdict"].where(~lost, Verdict.MASQUE.value)
        return out
    return out[~hidden].reset_index(drop=True)


def _by_row(
    table: pd.DataFrame, states: pd.DataFrame, waves: Sequence[str]
) -> tuple[Flags, Flags, Flags]:
    """Return which rows rest on a hidden group, on groups that all stand, on some that do.

    `waves`: all of this run. Where one of two has been released, a change rests on it alone.
    """
    owned = table if "bailleur" in table else table.assign(bailleur=ENSEMBLE)
    sides = needed(owned, waves).merge(states, on=KEY, how="left")
    marks = pd.DataFrame(
        {
            "hidden": sides["shown"].eq(False),  # noqa: FBT003
            "some": sides["stands"].eq(True),  # noqa: FBT003
            "moves": sides["stands"].eq(False),  # noqa: FBT003
        }
    )
    found = marks.groupby(sides["row"].to_numpy()).any()
    hidden, some, moves = (found[c].to_numpy() for c in ("hidden", "some", "moves"))
    if "groupe" in table:
        # both sides together are no difference of them: where one stands, so does the whole
        moves = moves & ~(some & (table["groupe"] == Groupe.ENSEMBLE.value).to_numpy())
    return hidden, some & ~moves, some & moves


def keys_of(name: str, table: pd.DataFrame) -> list[str]:
    """Return the columns that name a row of a table."""
    return [*ROW[name], *(c for c in [OWNER] if c in table)]


def _index(table: pd.DataFrame, name: str) -> pd.MultiIndex:
    keys = table[keys_of(name, table)]
    ranks = dict.fromkeys(keys.select_dtypes("number"), float)  # as a line is read
    return pd.MultiIndex.from_frame(keys.astype(ranks).astype(str))


def _put(
    table: pd.DataFrame, rows: Indices, earlier: pd.DataFrame, keys: list[str]
) -> pd.DataFrame:
    """Write earlier values in some rows; a number that they did not print is left blank."""
    out = {}
    for name in table.columns:
        values = table[name]
        text = not pd.api.types.is_numeric_dtype(values)
        if name not in keys and len(rows) and (name in earlier or not text):
            old = earlier.get(name, pd.Series(np.nan, index=earlier.index))
            cells = values.to_numpy().copy()
            cells[rows] = (
                old.fillna("").to_numpy(dtype=object) if text else old.to_numpy(dtype=float)
            )
            values = pd.Series(cells, index=table.index, dtype=values.dtype)
        out[name] = values
    return pd.DataFrame(out)


def _counts(table: pd.DataFrame, before: pd.DataFrame | None) -> pd.DataFrame:
    """Keep the counts of the field sheet that have not moved by thirty; what was hidden stays so."""
    if table.empty or before is None or before.empty:
        return table
    at = _index(before, "fieldwork").get_indexer(_index(table, "fieldwork"))
    old, new = (t["n"].to_numpy(dtype=float) for t in (before.iloc[np.maximum(at, 0)], table))
    rows = np.flatnonzero((at >= 0) & ~(np.abs(old - new) >= MOVES))
    return _put(table, rows, before.iloc[at[rows]].reset_index(drop=True), ROW["fieldwork"])


def _from_sides(
    table: pd.DataFrame, now: pd.DataFrame, waves: Sequence[str], margin: float
) -> pd.DataFrame:
    """Work out again, from the sides as printed, the gaps and changes some sides of which stand.

    A change of the bailleurs of both waves that is of few of them is no difference of the sides printed: it
    stays as `now` computes it.
    """
    rows = np.flatnonzero(table[_PART].to_numpy(dtype=bool) & now["estimation"].notna().to_numpy())
    keys = [*KEY, "ajustement"]
    held, computed = (
        t[t["groupe"].isin(SIDES)].drop_duplicates(keys).set_index(keys) for t in (table, now)
    )
    columns = ("estimation", *_BOUNDS[0], *_BOUNDS[1], "n")
    out = {c: table[c].to_numpy().copy() for c in columns[:-1]}
    apart, thin = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    of = needed(table.iloc[rows], waves).sort_values("row", kind="stable")
    of = of.assign(ajustement=table["ajustement"].to_numpy()[rows][of["row"]])
    for group, some in of.groupby(table["groupe"].to_numpy()[rows][of["row"]]):
        at, sign = rows[some["row"].unique()], _signs(str(group))
        names = pd.MultiIndex.from_frame(some[keys])
        sides, before = (
            {c: t.reindex(names)[c].to_numpy(dtype=float).reshape(len(at), -1, 1) for c in columns}
            for t in (held, computed)
        )
        apart[at] = ~np.isclose(sign @ before["estimation"][..., 0].T, now["estimation"].iloc[at])
        values = sides["estimation"]
        thin[at] = sides["n"][:, ::2].min(axis=1)[:, 0] < MOVING
        out["estimation"][at] = sign @ values[..., 0].T
        for low, high in _BOUNDS:
            ends = combined_bounds(values, (sides[low], sides[high]), sign)
            out[low][at], out[high][at] = (end[..., 0] for end in ends)
    raw = (table["ajustement"] == Ajustement.BRUT.value).to_numpy()
    apart = pd.Series(apart & raw).groupby([table[c] for c in KEY]).transform("any").to_numpy()
    again = table.assign(**{c: np.where(apart, table[c], values) for c, values in out.items()})
    thin &= table["niveau"].isin(QUARTER_COLUMNS).to_numpy()
    return _judged(again, rows[~apart[rows]], margin, thin)


def _signs(group: str) -> Floats:
    """Return what each side that `needed` names counts for, in a row of a group."""
    sides = np.array([1.0, -1.0])[: len(SIDES_OF[group])]
    return np.concatenate([-sides, sides]) if group.startswith(EVOLUTION) else sides


def _judged(table: pd.DataFrame, rows: Indices, margin: float, thin: Flags) -> pd.DataFrame:
    """Give gaps and changes among some rows the verdict of their new interval; no change of a thin one."""
    verdict = table["verdict"].to_numpy(dtype=object).copy()
    shown = table["marge_demontree_points"].to_numpy(dtype=float).copy()
    low, high = (table[c].to_numpy(dtype=float) for c in _BOUNDS[1])
    few, state = (table["peu_de_reponses"] == YES).to_numpy(), np.full(len(table), PUBLISHABLE)
    is_gap, is_change = (
        rows[(table["groupe"].iloc[rows] == g.value).to_numpy()]
        for g in (Groupe.ECART, Groupe.EVOLUTION_ECART)
    )
    verdict[is_gap] = gap_verdicts(
        low[is_gap], high[is_gap], state[is_gap], few[is_gap], margin / _POINTS
    )
    shown[is_gap] = -low[is_gap] * _POINTS
    moved = table["vague"].isin(list(mode_changed(table))).to_numpy()
    beyond = np.where(moved, MODE_CHANGED, 0.0)
    verdict[is_change] = evolution_verdicts(
        low[is_change], high[is_change], state[is_change], few[is_change], beyond[is_change]
    )
    still = is_change[thin[is_change] & np.isin(verdict[is_change], [str(v) for v in CHANGED])]
    verdict[still], words = Verdict.NON_DEMONTRE.value, table["peu_de_reponses"].to_numpy().copy()
    words[still] = YES
    return table.assign(verdict=verdict, marge_demontree_points=shown, peu_de_reponses=words)


def _facts(facts: WaveFacts, counts: tuple[int, ...] | None, states: pd.DataFrame) -> WaveFacts:
    """Give a wave's method sheet the counts that were told, where both sides stand."""
    mine = states[
        (states["vague"] == facts.vague)
        & (states["niveau"] == TOTAL)
        & (states["bailleur"] == ENSEMBLE)
    ]
    if counts is None or not mine["stands"].all():
        return facts
    n, homes, inside, outside = counts
    return replace(facts, n=n, n_residences=homes, n_qpv=inside, n_hors=outside)


def _bound(now: Published, before: Released) -> pd.DataFrame:
    """Return the groups that the next releases are bound to: those of a wave's first one."""
    bound = set(before.groups.get("vague", []))
    fresh = now.groups[~now.groups["vague"].isin(bound)]
    return pd.concat([before.groups, fresh], ignore_index=True) if bound else now.groups


def _unlike(now: Published, before: Released) -> Iterator[Fault]:
    """Doubt what would tell the same answers twice.

    A body, waves or questions renamed, résidences numbered anew, territories cut otherwise.
    """
    for wave in (w.vague for w in now.waves if len(before.elsewhere)):
        keys = [k for k in KEY if k not in {"vague", "bailleur"}]
        name = _same_answers(now.comparison, before.elsewhere, wave, keys, WHOSE, _ENOUGH_ELSEWHERE)
        if name:
            fields = {"vague": wave, "avant": name}
            yield Fault("organisme_renomme", fields=fields, severity=Severity.DOUTE)
    if before.groups.empty:
        return
    released = set(before.groups["vague"])
    for wave in (w.vague for w in now.waves if w.vague not in released):
        keys, printed = [k for k in KEY if k != "vague"], raw_sides(before.tables["comparison"])
        if name := _same_answers(now.comparison, printed, wave, keys, "vague", _ENOUGH_ROWS):
            fields = {"vague": wave, "avant": name}
            yield Fault("vague_renommee", fields=fields, severity=Severity.DOUTE)
    for wave in sorted(set(before.asked["vague"]) & set(now.asked["vague"])):
        old, new = (set(t.loc[t["vague"] == wave, "item"]) for t in (before.asked, now.asked))
        if old - new and new - old:
            names = {"noms": ", ".join(sorted(new - old)), "avant": ", ".join(sorted(old - new))}
            yield Fault("enquete_renommee", fields=names, severity=Severity.DOUTE)
    rows = now.comparison[now.comparison["vague"].isin(released)]
    for level in sorted(set(rows["niveau"]) - {TOTAL, *before.groups["niveau"], *before.levels}):
        yield Fault("niveau_hors_arbre", fields={"niveau": level}, severity=Severity.DOUTE)


def _same_answers(
    now: pd.DataFrame, old: pd.DataFrame, wave: str, keys: list[str], named: str, enough: int
) -> str:
    """Return the name of what a wave is, released before: nearly all its rows are as printed there."""
    new = raw_sides(now[now["vague"] == wave]).drop_duplicates(keys)
    both = old.drop_duplicates(list({*keys, "vague", named})).merge(
        new, on=keys, suffixes=("", "_now")
    )
    step = step_of(both[["n", "n_now"]].to_numpy(dtype=float).max(axis=1, initial=0.0))
    near = (both["n_now"] - both["n"]).abs() < MOVES
    near &= (both["estimation_now"] - both["estimation"]).abs() <= step + _TINY
    alike = near.groupby([both["vague"], both[named]]).agg(["mean", "size"])
    found = alike[(alike["mean"] >= _ALIKE) & (alike["size"] >= enough)]
    names = found.index.get_level_values(1)
    return str(names[int(found["mean"].to_numpy().argmax())]) if len(found) else ""


def _of_waves(vague: str, names: set[str]) -> bool:
    return any(vague == w or vague.startswith(f"{w}-") or vague.endswith(f"-{w}") for w in names)


def _notices(now: pd.DataFrame, printed: pd.DataFrame, changed: set[str]) -> list[Fault]:
    """Say what earlier releases make of this one: gaps printed again, contested, withheld."""
    gaps = (now["groupe"] == Groupe.ECART.value).to_numpy()
    again = printed[SINCE] != ""
    masked = (printed["publication"] == Publication.MASQUE.value) & now["publication"].isin(
        SHOWN
    ).to_numpy()
    counts = {
        "repris": int((gaps & again).sum()),
        "masques": int((gaps & masked).sum()),
        "contestes": int((gaps & (printed[CONTESTED] == YES)).sum()),
    }
    out = []
    if counts["repris"] or counts["masques"]:
        out.append(Fault("diffusion_reprise", fields=counts, severity=Severity.DOUTE))
    if changed:
        fields = {"vagues": ", ".join(sorted(changed)), "nombre": counts["contestes"]}
        out.append(Fault("diffusion_rectifiee", fields=fields, severity=Severity.DOUTE))
    return out
