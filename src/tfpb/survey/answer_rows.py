"""What tenants answered, as published: rows of a wave, of what changed, and both in one table."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd

from tfpb.model.codes import Ajustement, Groupe
from tfpb.model.survey import Published, pick
from tfpb.survey.raw_gaps import mode_changed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIDES: Final = ((Groupe.QPV, "qpv"), (Groupe.HORS_QPV, "hors"))
INTERVALS: Final = ("ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut")
KEYS: Final = ("niveau", "territoire", "bailleur", "item")
"""What names a row of `satisfaction`."""
CHANGED: Final = "evolution_"
"""Start of the columns of what changed between two waves."""
_ROW: Final = ("vague", "niveau", "territoire", "item")
_MARKS: Final = ("isole", "peu_de_reponses", "assurance")
_CHANGES: Final = (Groupe.EVOLUTION_ECART, Groupe.EVOLUTION_QPV, Groupe.EVOLUTION_HORS)
_WAYS: Final = [Ajustement.BRUT, Ajustement.COMPARABLE]


@lru_cache(maxsize=4)  # the sections of a report ask for the same waves in turn
def wave_rows(survey: Published, name: str, wave: str) -> pd.DataFrame:
    """Return the comparison of one wave, one row a territory × item; proportions 0..1.

    `name` is the bailleur whose rows are read (`Published.name_of`). What is not shown has no number.
    `vague, niveau, territoire, item, n_qpv, n_hors, n, qpv, qpv_bas, qpv_haut, hors, hors_bas, hors_haut,
    ecart, ic90_bas, ic90_haut, ic95_bas, ic95_haut, comparable, comparable_bas, comparable_haut,
    marge_points, marge_demontree_points, verdict, publication, peu_de_reponses, isole, assurance, bascule`.
    """
    mine = pick(survey.comparison, vague=wave, bailleur=name, ajustement=_WAYS)
    raw = pick(mine, ajustement=Ajustement.BRUT)
    kept = ["n", *INTERVALS, *_MARKS, "bascule"]
    kept += ["marge_points", "marge_demontree_points", "verdict", "publication", "estimation"]
    out = pick(raw, groupe=Groupe.ECART)[[*_ROW, *kept]].rename(columns={"estimation": "ecart"})
    for group, prefix in SIDES:
        part = pick(raw, groupe=group).rename(columns={"n": f"n_{prefix}"})
        out = joined(out, part, prefix, more=(f"n_{prefix}",))
    return _with_comparable(out, mine, Groupe.ECART)


@lru_cache(maxsize=2)  # the note, the table and what moved are read one after the other
def change_rows(survey: Published, name: str) -> pd.DataFrame:
    """Return the changes between waves, one row a pair of waves × territory × item.

    `vague` (« 2019-2023 »), keys as `wave_rows`, `evolution_qpv, evolution_hors` (with `_bas`, `_haut`),
    `ecart` (change of the gap), its intervals, `n`, `verdict`, `publication` and marks; `comparable` (with
    `_bas`, `_haut`): change of the comparable gap; `mode_change`: firm or mode changed between the two.
    """
    own = pick(survey.comparison, bailleur=name, ajustement=_WAYS, groupe=list(_CHANGES))
    mine = pick(own, ajustement=Ajustement.BRUT)
    kept = ["n", *INTERVALS, *_MARKS, "verdict", "publication", "estimation"]
    out = pick(mine, groupe=Groupe.EVOLUTION_ECART)[[*_ROW, *kept]]
    out = out.rename(columns={"estimation": "ecart"})
    for group in _CHANGES[1:]:
        out = joined(out, pick(mine, groupe=group), str(group))
    out = out.assign(mode_change=out["vague"].isin(list(mode_changed(mine))))
    return _with_comparable(out, own, Groupe.EVOLUTION_ECART)


@lru_cache(maxsize=2)
def satisfaction(survey: Published, name: str) -> pd.DataFrame:
    """Return one row a territory, bailleur and item: the last wave, older ones, what changed.

    Every number is one of a published row, of the same key: none is worked out here, so that a change which
    is withheld is empty whatever both of its waves show. `KEYS`, the columns of `wave_rows` of the last
    wave, the same ended by `_<vague>` for older waves, the last first, then `evolution_…_<vague>` for each
    pair of waves, named as its rows are.
    """
    parts = [part.set_index(list(_ROW[1:])) for part in _parts(survey, name)]
    if not parts:
        return pd.DataFrame(columns=list(KEYS))
    known = dict.fromkeys(key for part in parts for key in part.index)
    names = list(_ROW[1:])
    index = pd.MultiIndex.from_tuples(list(known), names=names) if known else parts[0].index
    out = pd.concat([part.reindex(index) for part in parts], axis=1).reset_index()
    out.insert(KEYS.index("bailleur"), "bailleur", name)
    return out


def ended(wave: str) -> str:
    """Return what the columns of an older wave, or of a pair of waves, end with."""
    return f"_{wave}"


def _parts(survey: Published, name: str) -> Iterator[pd.DataFrame]:
    for k, facts in enumerate(reversed(survey.waves)):
        rows = wave_rows(survey, name, facts.vague).drop(columns="vague")
        yield _ended(rows, ended(facts.vague) if k else "")
    changes = change_rows(survey, name)
    for pair in dict.fromkeys(changes["vague"]):
        rows = pick(changes, vague=pair).drop(columns="vague")
        yield _ended(rows, ended(str(pair)), start=CHANGED)


def _ended(rows: pd.DataFrame, end: str, *, start: str = "") -> pd.DataFrame:
    """Return rows whose columns, keys apart, bear an end, and a start where they have not got it."""
    names = {str(c) for c in rows} - {*_ROW}
    return rows.rename(columns={c: f"{start}{c.removeprefix(start)}{end}" for c in names})


def _with_comparable(out: pd.DataFrame, mine: pd.DataFrame, group: Groupe) -> pd.DataFrame:
    """Set the comparable figure of a gap, or of its change, beside the raw one."""
    kind = Ajustement.COMPARABLE
    return joined(out, pick(mine, groupe=group, ajustement=kind), str(kind))


def joined(
    out: pd.DataFrame, rows: pd.DataFrame, prefix: str, *, keys: Sequence[str] = _ROW,
    how: Literal["left", "inner"] = "left", more: tuple[str, ...] = (),
) -> pd.DataFrame:  # fmt: skip
    """Add estimates and their 90 % intervals to rows of the same keys, under a prefix.

    ValueError for two rows of one key.
    """
    ends = {"estimation": prefix, "ic90_bas": f"{prefix}_bas", "ic90_haut": f"{prefix}_haut"}
    there = _keyed(rows, keys)
    at = np.array([there.get(key, -1) for key in _keyed(out, keys)], dtype=int)
    if how == "inner":
        out, at = out[at >= 0], at[at >= 0]
    figures = {
        title: np.append(rows[name].to_numpy(dtype=float), np.nan)[at]  # of no row, no number
        for name, title in {**{name: name for name in more}, **ends}.items()
    }
    return out.assign(**figures)


def _keyed(rows: pd.DataFrame, keys: Sequence[str]) -> dict[tuple[Any, ...], int]:
    """Return where the row of each key stands: a merge would sort out texts at every call."""
    found = zip(*(rows[key].to_numpy(dtype=object) for key in keys), strict=True)
    there = {key: k for k, key in enumerate(found)}
    if len(there) < len(rows):
        raise ValueError("two rows of one key")
    return there
