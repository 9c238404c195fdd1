"""A released wave stands whole: what a run prints of it, and where today's files contradict it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import ENSEMBLE, SHOWN, Ajustement, Groupe, Publication, Verdict
from tfpb.model.survey import Correction, Order, rows_of
from tfpb.survey.adjustment.benchmark import OWNER
from tfpb.survey.printed import (
    COUNTED_BY,
    MARK_STEP,
    POINT,
    cell_of,
    coarser,
    level_step_of,
    step_of,
)
from tfpb.survey.secrecy.disclosure import masked, sealed
from tfpb.survey.secrecy.groups import EVOLUTION, KEY, SIDES, needed, of_waves, split_pair
from tfpb.words.survey.release_words import differing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.model.arrays import Flags, Floats
    from tfpb.model.survey import Published, WaveFacts

ROW: Final[dict[str, list[str]]] = {
    "comparison": [*KEY, "ajustement"],
    "levels": [*KEY, "mesure", "modalite", "rang"],
    "benchmark": ["vague", "item", "groupe", "repere", "reference"],
    "variants": [*KEY, "ajustement", "variante"],
    "fieldwork": ["vague", "bailleur", "cote", "type_habitat", "periode_construction"],
}
"""What names a row of each table."""
COARSE: Final = "_pas"
"""Step at which a released share was printed: 0.3.0 used 5, 2 or 1 points."""
COUNTS: Final = ("n", "n_residences", "n_qpv", "n_hors")
_COMPARED: Final = ("comparison", "levels")
_NUMBERS: Final = (
    "estimation", "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut", "bascule", "marge_demontree_points",
)  # fmt: skip
_WORDS: Final = ("isole", "assurance", "autre_histoire", "peu_de_reponses")
_TINY: Final = 1e-6
_ALIKE: Final = 0.9
"""Share of rows within a step of those of a released wave from which two waves are one: of other households,
a half of them are at most."""
_ENOUGH_ROWS: Final = 8
_NEAR: Final = 30


@dataclass(frozen=True, slots=True)
class Released:
    """What readers already hold of the same survey, and what was ordered of it."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Rows of each table (`ROW`) that stand, as printed, with their step (`COARSE`)."""
    facts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Wave → `COUNTS` as printed."""
    dates: Mapping[str, str] = field(default_factory=dict)
    """Wave → the day of the last release that printed it."""
    runs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Wave → the runs that printed it."""
    unchecked: frozenset[str] = frozenset()
    """Waves printed before the rule counted valid answers."""
    order: Order = field(default_factory=Order)


def standing(now: Published, before: Released) -> Published:
    """Return what a run prints after earlier releases of the same waves, and where today's files differ.

    Of a draft, today's figures; of a release, those of the ledger for each wave that is not replaced.
    """
    order = before.order
    gone = order.replaced if order.release else {}
    held = {n: _without(t, set(gone), now) for n, t in before.tables.items()}
    apart = differences(now, held)
    notices = [*_ordered(before), *_differing(apart, before, now.labels)]
    notices += _exposed(apart, before, now.labels)
    if order.release:
        notices += _renamed(now, before)
    corrections = tuple(
        Correction(wave, before.dates[wave], reason, before.runs[wave])
        for wave, reason in gone.items()
        if wave in before.dates
    )
    if order.release:
        met = set(apart["vague_tenue"]) if len(apart) else set()
        kept = [w for w in order.kept if w in met]
        corrections += tuple(Correction(w, before.dates[w]) for w in kept)
    noted = replace(now, notices=(*now.notices, *notices), corrections=corrections)
    if not order.release or not any(map(len, held.values())):
        return noted
    tables = {n: getattr(now, n) for n in ROW}
    tables = {n: _as_held(n, t, held.get(n), now) for n, t in tables.items()}
    tables["comparison"] = _changes(tables["comparison"], now, held["comparison"])
    facts = tuple(_facts(w, before.facts if w.vague not in gone else {}) for w in now.waves)
    return sealed(noted, tables, waves=facts)


def differences(now: Published, held: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """List the figures of releases that today's files contradict by more than a step, largest first.

    `now` is NaN where today's files have none, `withheld` where they have one that is masked; `vague_tenue`
    is the released wave, the last one of a change.
    """
    parts = []
    for name in _COMPARED:
        old, new = held.get(name), getattr(now, name)
        if old is None or old.empty or new.empty:
            continue
        old = old[old["publication"].isin(SHOWN) & old["estimation"].notna()]
        old = old[_in_scope(old, new, now)].reset_index(drop=True)
        at = _index(new, name).get_indexer(_index(old, name))
        found = new.assign(**{COARSE: row_steps(new)})
        found = found.iloc[np.maximum(at, 0)].reset_index(drop=True)
        there = (at >= 0) & found["publication"].isin(SHOWN).to_numpy()
        then, today = (t["estimation"].to_numpy(dtype=float) for t in (old, found))
        step = np.maximum(_steps(old), _steps(old.assign(**{COARSE: found[COARSE]})))
        counts = (old["n"] - found["n"]).abs().to_numpy(dtype=float) > COUNTED_BY + _TINY
        apart = ~there | ~(np.abs(then - today) <= step + _TINY) | (counts & (name == "comparison"))
        columns = [c for c in (*KEY, "ajustement", "mesure", "modalite") if c in old]
        part = old.loc[apart, columns].assign(
            then=then[apart], now=np.where(there, today, np.nan)[apart], step=step[apart],
            then_n=old["n"].to_numpy(dtype=float)[apart],
            now_n=np.where(there, found["n"].to_numpy(dtype=float), np.nan)[apart],
            withheld=((at >= 0) & (found["publication"] == Publication.MASQUE).to_numpy())[apart],
        )  # fmt: skip
        parts.append(part)
    if not parts:
        return pd.DataFrame(columns=[*KEY, "vague_tenue"])
    waves = [w.vague for w in now.waves]
    out = pd.concat(parts, ignore_index=True)
    last = [pair[1] if (pair := split_pair(str(v), waves)) else str(v) for v in out["vague"]]
    size = ((out["then"] - out["now"]).abs() / out["step"]).fillna(np.inf)
    ranked = np.argsort(-size.to_numpy(dtype=float), kind="stable")
    found_apart: pd.DataFrame = out.assign(vague_tenue=last).iloc[ranked]
    return found_apart


def row_steps(table: pd.DataFrame) -> Floats:
    """Return the step that each row is printed at: of a gap, that of its coarser side."""
    own = table["n"].to_numpy(dtype=float)
    fewest = fewest_of_sides(table)
    out = step_of(fewest)
    if "groupe" in table:
        both = (table["groupe"] == Groupe.ENSEMBLE.value).to_numpy()
        out = np.where(both, coarser(cell_of(fewest)), out)
    if "mesure" in table:
        answers = (table["mesure"] == "niveau").to_numpy()
        out = np.where(answers, np.maximum(out, level_step_of(own)), out)
    return out


def fewest_of_sides(table: pd.DataFrame) -> Floats:
    """Return the households of each row; of two sides those of the smaller one, nil where unknown."""
    own = table["n"].astype(float)
    if not {"groupe", "niveau"} <= set(table):
        return np.asarray(own, dtype=float)
    places = [c for c in (*KEY, "ajustement", "mesure", "modalite") if c in table and c != "groupe"]
    sides = table["groupe"].isin(SIDES)
    least = own.where(sides).groupby([table[c] for c in places], dropna=False).transform("min")
    return np.asarray(own.where(sides, least.fillna(0)), dtype=float)


def _steps(old: pd.DataFrame) -> Floats:
    """Return what a figure may move by: its step; of a difference of 0.3.0, that of both its sides."""
    step = old[COARSE].to_numpy(dtype=float)
    sides = old["groupe"].isin([*SIDES, Groupe.ENSEMBLE.value]).to_numpy()
    step = np.where(sides | (step <= POINT), step, 2 * step)
    return np.where(old["mesure"] == "moyenne", step * MARK_STEP, step) if "mesure" in old else step


def _in_scope(old: pd.DataFrame, new: pd.DataFrame, now: Published) -> Flags:
    """Return which released rows are of what this run tells: waves, levels, bailleurs, questions."""
    kept = np.ones(len(old), dtype=bool)
    for column in ("vague", "niveau", "bailleur"):
        kept &= old[column].isin(new[column].unique()).to_numpy()
    out: Flags = kept & old["item"].isin(now.items["item"]).to_numpy()
    return out


def _without(table: pd.DataFrame, gone: set[str], now: Published) -> pd.DataFrame:
    """Leave out the rows of waves that are replaced, and changes from or to them."""
    names = {w.vague for w in now.waves} | set(table["vague"])
    return table[of_waves(table, names - gone, names)].reset_index(drop=True)


def keys_of(name: str, table: pd.DataFrame) -> list[str]:
    """Return the columns that name a row of a table."""
    return [*ROW[name], *(c for c in [OWNER] if c in table)]


def _index(table: pd.DataFrame, name: str) -> pd.MultiIndex:
    keys = table[keys_of(name, table)]
    ranks = dict.fromkeys(keys.select_dtypes("number"), float)  # as a line is read
    return pd.MultiIndex.from_frame(keys.astype(ranks).astype(str))


def _whose(table: pd.DataFrame) -> pd.MultiIndex:
    """Name the wave and the bailleur of rows, which stand together."""
    owner = table["bailleur"] if "bailleur" in table else table.get(OWNER, "")
    return pd.MultiIndex.from_frame(pd.DataFrame({"vague": table["vague"], "bailleur": owner}))


def _as_held(
    name: str, table: pd.DataFrame, held: pd.DataFrame | None, now: Published
) -> pd.DataFrame:
    """Put the released rows of the waves that stand; what the release lacks is masked, or not there."""
    if held is None or held.empty or table.empty or (OWNER in table) != (OWNER in held):
        return table
    stands = _whose(table).isin(_whose(held))
    at = _index(held, name).get_indexer(_index(table, name))
    out = _put(table, np.flatnonzero(stands & (at >= 0)), held.iloc[at[stands & (at >= 0)]], name)
    lacking = stands & (at < 0)
    if "publication" not in out:
        return out[~lacking].reset_index(drop=True)
    out = masked(out, lacking & (out["publication"] != Publication.NON_CALCULABLE.value).to_numpy())
    if name not in _COMPARED:
        return out.reset_index(drop=True)
    lost = held[_index(table, name).get_indexer(_index(held, name)) < 0]
    lost = lost[_in_scope(lost, table, now)]
    if lost.empty:
        return out.reset_index(drop=True)
    named = now.items.drop_duplicates("item").set_index("item")
    lost = lost.assign(
        **{c: lost["item"].map(named[c]) for c in ("theme", "nature") if c in table and c in named}
    )
    more = lost.reindex(columns=table.columns)
    text = [c for c in table if not pd.api.types.is_numeric_dtype(table[c])]
    more = more.assign(**{str(c): more[c].fillna("") for c in text})
    both: pd.DataFrame = pd.concat([out, more], ignore_index=True)
    return both


def _put(table: pd.DataFrame, rows: np.ndarray, earlier: pd.DataFrame, name: str) -> pd.DataFrame:
    """Write earlier values in some rows; a number that they did not print is left blank."""
    out, keys = {}, keys_of(name, table)
    for column in table.columns:
        values = table[column]
        text = not pd.api.types.is_numeric_dtype(values)
        if column not in keys and len(rows) and (column in earlier or not text):
            old = earlier.get(column, pd.Series(np.nan, index=earlier.index))
            cells = values.to_numpy().copy()
            cells[rows] = (
                old.fillna("").to_numpy(dtype=object) if text else old.to_numpy(dtype=float)
            )
            values = pd.Series(cells, index=table.index, dtype=values.dtype)
        out[column] = values
    return pd.DataFrame(out)


def _changes(table: pd.DataFrame, now: Published, held: pd.DataFrame) -> pd.DataFrame:
    """Settle the changes that no release has printed, from or to a wave that stands.

    Worked out from today's files where both sides of each such wave are within a step of the ledger; to be
    confirmed otherwise, without number. What rests on a group that the release lacks is masked.
    """
    fresh = table["groupe"].str.startswith(EVOLUTION).to_numpy() & ~_whose(table).isin(_whose(held))
    waves = [w.vague for w in now.waves]
    rows = np.flatnonzero(fresh & table["publication"].isin(SHOWN).to_numpy())
    if not len(rows):
        return table
    sides = needed(table.iloc[rows], waves)
    own = pd.MultiIndex.from_frame(sides[["vague", "bailleur"]].astype(str)).isin(_whose(held))
    sides = sides[own].assign(ajustement=table["ajustement"].to_numpy()[rows][sides["row"][own]])
    keys = ROW["comparison"]
    then, today = (
        t[t["publication"].isin(SHOWN)].drop_duplicates(keys).set_index(keys).reindex(
            pd.MultiIndex.from_frame(sides[keys])
        )
        for t in (held, now.comparison)
    )  # fmt: skip
    moved = np.abs(then["estimation"].to_numpy(float) - today["estimation"].to_numpy(float))
    counts = np.abs(then["n"].to_numpy(float) - today["n"].to_numpy(float))
    agree = (moved <= then[COARSE].to_numpy(float) + _TINY) & (counts <= COUNTED_BY + _TINY)
    lacking, unsure = (np.zeros(len(table), dtype=bool) for _ in range(2))
    lacking[rows[sides["row"][then["estimation"].isna().to_numpy()]]] = True
    unsure[rows[sides["row"][~agree]]] = True
    unsure &= ~lacking
    out = masked(table, lacking)
    gap = unsure & (out["groupe"] == Groupe.EVOLUTION_ECART.value).to_numpy()
    verdict = out["verdict"].mask(gap, Verdict.A_CONFIRMER.value)
    numbers = {c: out[c].mask(unsure) for c in _NUMBERS if c in out}
    words = {c: out[c].mask(unsure, "") for c in _WORDS if c in out}
    return out.assign(verdict=verdict, **numbers, **words)


def _facts(facts: WaveFacts, counts: Mapping[str, tuple[int, ...]]) -> WaveFacts:
    """Give a wave's method sheet the counts that were told."""
    if facts.vague not in counts:
        return facts
    n, homes, inside, outside = counts[facts.vague]
    return replace(facts, n=n, n_residences=homes, n_qpv=inside, n_hors=outside)


def _ordered(before: Released) -> Iterator[Fault]:
    """Refuse an order on a wave that no release known here has printed."""
    order = before.order
    for wave in sorted({*order.replaced, *order.kept} - set(before.dates)) if order.release else ():
        fields = {"vague": wave, "vagues": ", ".join(sorted(before.dates))}
        yield Fault("vague_non_diffusee", fields=fields, severity=Severity.DOUTE)


def _differing(apart: pd.DataFrame, before: Released, labels: Mapping[str, str]) -> Iterator[Fault]:
    """Say, wave by wave, which released figures today's files contradict."""
    order = before.order
    for wave, rows in apart.groupby("vague_tenue", sort=True):
        code = "diffusion_contredite" if order.release else "projet_hors_diffusion"
        if order.release and wave in order.kept:
            code = "diffusion_gardee"
        fields = {
            "vague": str(wave), "date": before.dates.get(str(wave), ""), "nombre": len(rows),
            "exemples": differing(list(rows_of(rows.head(12))), labels),
        }  # fmt: skip
        yield Fault(code, fields=fields, severity=Severity.DOUTE)


def _exposed(apart: pd.DataFrame, before: Released, labels: Mapping[str, str]) -> Iterator[Fault]:
    """Say, wave by wave, which released figures the rule withholds now that it counts valid answers."""
    if apart.empty:
        return
    rows = apart[apart["withheld"].astype(bool) & apart["vague_tenue"].isin(before.unchecked)]
    for wave, some in rows.groupby("vague_tenue", sort=True):
        fields = {
            "vague": str(wave), "date": before.dates.get(str(wave), ""), "nombre": len(some),
            "exemples": differing(list(rows_of(some.head(12))), labels),
        }  # fmt: skip
        yield Fault("diffusion_a_remplacer", fields=fields, severity=Severity.DOUTE)


def _renamed(now: Published, before: Released) -> Iterator[Fault]:
    """Doubt a released wave under another name: nearly all its rows are as printed there."""
    held = before.tables.get("comparison", pd.DataFrame())
    if held.empty:
        return
    keys = [k for k in KEY if k != "vague"]
    old = _sides(held)
    for wave in (w.vague for w in now.waves if w.vague not in before.dates):
        mine = now.comparison[now.comparison["vague"] == wave]
        both = old.merge(_sides(mine)[[*keys, "n", "estimation"]], on=keys, suffixes=("", "_now"))
        near = (both["n_now"] - both["n"]).abs() < _NEAR
        near &= (both["estimation_now"] - both["estimation"]).abs() <= both[COARSE] + _TINY
        alike = near.groupby(both["vague"]).agg(["mean", "size"])
        found = alike[(alike["mean"] >= _ALIKE) & (alike["size"] >= _ENOUGH_ROWS)]
        if len(found):
            fields = {"vague": wave, "avant": str(found["mean"].idxmax())}
            yield Fault("vague_renommee", fields=fields, severity=Severity.DOUTE)


def _sides(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a comparison that print the households and the share of a side."""
    raw = table[(table["ajustement"] == Ajustement.BRUT.value) & table["groupe"].isin(SIDES)]
    return raw[raw["publication"].isin(SHOWN)].drop_duplicates(ROW["comparison"])


def of_others(table: pd.DataFrame) -> Flags:
    """Return the rows that are of all bailleurs together, or of no one by name."""
    if "bailleur" in table:
        return (table["bailleur"] == ENSEMBLE).to_numpy()
    owner = table[OWNER] if OWNER in table else pd.Series("", index=table.index)
    return (owner == "").to_numpy()
