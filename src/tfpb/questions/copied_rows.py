"""Rows pasted twice under other identifiers: runs in the same order, interviews alike but for a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.questions.whole_table import listed
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.model.arrays import Flags, Integers
    from tfpb.questions.finding import Finding
    from tfpb.questions.whole_table import WholeTable

_RUN: Final = 5
"""Rows in the same order from which a run is a copy."""
_NEARLY_UNIQUE: Final = 0.9
"""Part of the filled cells of a column that differ from which it names rows."""
_LEAST_TWINS: Final = 5
_LEAST_PART: Final = 0.005
_MOST_PART: Final = 0.6
"""Part of twins above which answers hardly differ: a file pasted twice has half."""
_LEAST_ITEMS: Final = 5
"""Questions under which interviews are alike by chance."""


def copied_rows(table: WholeTable) -> Iterator[Finding]:
    """Ask about five rows or more that come again in the same order, but for what names a row.

    They go across two résidences at least: the flats of one building come again floor by floor.
    """
    if not table.group or not table.measures:
        return
    door = table.found.get("adresse", "")  # another door is another row, however unique doors are
    read = {door, *table.measures}  # nor does an amount name a row: those of copies are the same
    headers = [h for h in table.frame.columns if h in read or not _names_rows(table.frame[h])]
    codes = _codes(table.frame, headers)
    groups = pd.factorize(table.frame[table.group])[0]
    at = _second_runs(codes, groups)
    if at:
        yield table.ask_rows("lignes_copiees", at, seen={},
                             cells=table.cells(at, headers))  # fmt: skip


def repeated_homes(table: WholeTable) -> Iterator[Finding]:
    """Ask about a résidence of which every door, its dwellings and year, stands in another: two codes of one.

    Of two doors or more, or of one that bears the other's name too.
    """
    names = ("adresse", "commune", "nb_logements")
    if not table.group or any(name not in table.found for name in names):
        return
    parts = [table.frame[table.found[name]] for name in names]
    built = table.frame[table.found.get("annee_construction", table.found["commune"])]
    doors = [
        (f"{fold(a)} {fold(c)} {y}", n) if n not in ("", "0") and any(map(str.isdigit, a)) else None
        for a, c, n, y in zip(*parts, built, strict=True)
    ]
    called = table.frame[table.found.get("nom", table.group)]
    held = table.frame.groupby(table.group, sort=False).indices
    homes: dict[str, frozenset[tuple[str, str]]] = {
        str(home): frozenset(d for k in rows if (d := doors[k]) is not None)
        for home, rows in held.items()
        if home and all(doors[k] is not None for k in rows)
    }
    first: dict[tuple[str, str], str] = {}
    at: list[int] = []
    for home, own in homes.items():
        others = {first.get(door, "") for door in own}
        other = others.pop() if len(others) == 1 else ""
        alike = other and (
            len(own) > 1 or fold(called.iloc[held[other][0]]) in fold(called.iloc[held[home][0]])
        )
        if alike:
            at += [int(k) for k in held[home]]
        for door in own:
            first.setdefault(door, home)
    if at:
        seen = {"exemples": listed(dict.fromkeys(table.frame[table.group].iloc[at]))}
        headers = [table.group, *(table.found[name] for name in names)]
        yield table.ask_rows("residences_reprises", at, seen=seen, cells=table.cells(at, headers))


def repeated_actions(table: WholeTable) -> Iterator[Finding]:
    """Ask about actions that are another's in all, the day of their document too, but for their numbers."""
    day = table.found.get("date_piece", "")
    if table.kind != "programme" or not day:
        return
    named = [table.found.get(name) for name in ("id_action", "piece")]
    headers = [h for h in table.frame.columns if h not in named]
    paid = np.any([np.nan_to_num(table.numbers(h)) > 0 for h in table.measures], axis=0)
    again = table.frame.duplicated(headers).to_numpy(dtype=bool)
    at = np.flatnonzero(again & paid & (table.frame[day] != "").to_numpy(dtype=bool)).tolist()
    if at:
        names = listed(table.frame[table.found.get("action", day)].iloc[at])
        cells = table.cells(at, headers)
        yield table.ask_rows("actions_repetees", at, seen={"exemples": names}, cells=cells)


def twin_interviews(
    table: WholeTable, answers: Sequence[str], named: Sequence[str]
) -> Iterator[Finding]:
    """Ask about interviews that are equal but for what names them (headers `named`).

    So does a column whose cells nearly all differ. Asked from five and 0.5 % on, of five questions or more,
    straight lines excluded, and where pairs equal but for one answer are fewer: among honest interviews of
    one résidence they are many more. Fewer or not, where a column that hardly repeats (a weight, an hour)
    is the same too.
    """
    others = [h for h in table.frame.columns if h not in named]
    headers = [h for h in others if not _names_rows(table.frame[h])]
    asked = [h for h in answers if h in headers]
    again = _twins(table.frame, headers, asked)
    for header in (h for h in others if again is None and h not in headers):
        again = _same_too(table.frame, headers, header, asked)
        if again is not None:
            break
    if again is not None:
        at = np.flatnonzero(again).tolist()
        yield table.ask_rows("entretiens_copies", at, seen={},
                             cells=table.cells(at, headers))  # fmt: skip


def delivered_again(
    table: WholeTable, earlier: WholeTable, answers: Sequence[str], named: Sequence[str]
) -> Iterator[Finding]:
    """Ask about interviews that another file of the dossier holds too, under other numbers.

    Columns that one of the files lacks are not compared; the rest is as `twin_interviews`. Those of one
    number in both are counted once already.
    """
    one, two = earlier.frame, table.frame
    headers = [
        h for h in two.columns
        if h in one and h not in named and not (_names_rows(one[h]) or _names_rows(two[h]))
    ]  # fmt: skip
    both = pd.concat([one[headers], two[headers]], ignore_index=True)
    again = _twins(both, headers, [h for h in answers if h in headers])
    if again is None:
        return
    rows = {tuple(row) for row in one[headers].to_numpy().tolist()}
    held = [tuple(row) in rows for row in two[headers].to_numpy().tolist()]
    known = [two[h].isin({*one[h]} - {""}).to_numpy(bool) for h in named if h in one and h in two]
    settled = np.any(known, axis=0) if known else np.zeros(len(two), dtype=bool)
    at = np.flatnonzero(again[len(one) :] & np.array(held, dtype=bool) & ~settled).tolist()
    if len(at) >= _LEAST_TWINS:
        yield table.ask_rows("entretiens_deux_fichiers", at, seen={"autre": earlier.file},
                             cells=table.cells(at, headers))  # fmt: skip


def _twins(frame: pd.DataFrame, headers: Sequence[str], asked: Sequence[str]) -> Flags | None:
    """Return which interviews are like an earlier one; None where chance may make as many."""
    if len(asked) < _LEAST_ITEMS:
        return None
    grid = np.column_stack([pd.factorize(frame[h])[0] for h in headers])
    own, texts = pd.factorize(frame[list(asked)].to_numpy(dtype=object).ravel())
    held = np.where(texts[own] == "", -1, own).reshape(-1, len(asked))
    least = np.where(held < 0, held.max(initial=0), held).min(axis=1)
    straight = (held < 0).all(axis=1) | (held.max(axis=1) == least)
    again = _again(grid, np.ones(len(headers), dtype=bool)) & ~straight
    twins = int(again.sum())
    if not max(_LEAST_TWINS, _LEAST_PART * len(grid)) <= twins <= _MOST_PART * len(grid):
        return None
    near = 0
    for k, header in enumerate(headers):
        if header in asked:
            most = np.ones(len(headers), dtype=bool)
            most[k] = False
            near += int((_again(grid, most) & ~straight).sum()) - twins
    return None if near > twins else again


def _same_too(
    frame: pd.DataFrame, headers: Sequence[str], header: str, asked: Sequence[str]
) -> Flags | None:
    """Return which interviews are like an earlier one in a column that hardly repeats too; None of few."""
    if len(asked) < _LEAST_ITEMS:
        return None
    filled = (frame[header] != "").to_numpy(dtype=bool)
    again = frame.duplicated([*headers, header]).to_numpy(dtype=bool) & filled
    return again if int(again.sum()) >= max(_LEAST_TWINS, _LEAST_PART * len(frame)) else None


def _names_rows(cells: pd.Series[str]) -> bool:
    filled = cells[cells != ""]
    return len(filled) > 0 and filled.nunique() > _NEARLY_UNIQUE * len(filled)


def _codes(frame: pd.DataFrame, headers: Sequence[str]) -> Integers:
    """Return a number a row, the same for rows alike."""
    return np.asarray(
        frame.groupby(list(headers), sort=False, dropna=False).ngroup(), dtype=np.int64
    )


def _again(grid: Integers, columns: Flags) -> Flags:
    """Return which rows are like an earlier one in some columns."""
    return np.asarray(pd.DataFrame(grid[:, columns]).duplicated(), dtype=bool)


def _second_runs(codes: Integers, groups: Integers) -> list[int]:
    """List the positions of runs that come again: five rows or more, across two résidences at least."""
    at: set[int] = set()
    seen: dict[tuple[int, ...], int] = {}
    edges = np.flatnonzero(groups[1:] != groups[:-1]) + 1  # first rows of a résidence
    windows = {int(e) - back for e in edges for back in range(1, _RUN)}
    for start in sorted(w for w in windows if 0 <= w <= len(codes) - _RUN):
        run = tuple(codes[start : start + _RUN].tolist())
        first = seen.setdefault(run, start)
        if first + _RUN > start or start in at:
            continue
        before = 0
        while first > before and codes[first - before - 1] == codes[start - before - 1]:
            before += 1
        after = _RUN
        while start + after < len(codes) and codes[first + after] == codes[start + after]:
            after += 1
        at |= set(range(max(start - before, first + after), start + after))
    return sorted(at)
