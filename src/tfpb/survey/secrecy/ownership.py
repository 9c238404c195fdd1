"""Whose rows a bailleur's own pack may hold: its own, and the whole when that discloses nobody."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.record import summed
from tfpb.model.survey import OF_OTHERS
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.secrecy.cells import HORS, OWNER, QPV, Cell, Members, split_pair
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import pandas as pd

    from tfpb.model.record import Reading
    from tfpb.model.survey import Atoms, Estimates

    Telling = Callable[..., bool]
    """Tells, of a wave (or two), a question and a territory, whether its whole may not be shown."""

FEWEST_OTHERS: Final = 3
"""With fewer other bailleurs behind it, the whole minus one's own would show another's results."""
_ROW: Final = ("vague", "item", "niveau", "territoire")


def for_bailleur(estimates: Estimates, bailleur: str, *, rounded: bool = False) -> Estimates:
    """Keep the rows of one bailleur and of the whole, before protection.

    Parameters
    ----------
    estimates : Estimates
    bailleur : str
        As the dossier writes it; deliveries may write it with other accents or case.
    rounded : bool
        Changes of the whole are rounded already where they would tell of those of one wave only.

    Returns
    -------
    Estimates
        Rows of other bailleurs are gone. A row of the whole stays when, of its wave, question, territory
        and sides, this bailleur alone answered, or at least `FEWEST_OTHERS` others (`whole_tells`). A
        bailleur that the delivery does not name leaves the whole only, which `settings` say to be of
        others where it names some. Doubts that name another bailleur, and the region taken without
        another, are gone too.
    """
    names = {str(n) for n in estimates.comparison["bailleur"]} - {ENSEMBLE}
    own = {n for n in names if fold(n) == fold(bailleur)}
    others = names - own
    # a delivery that names nobody is the bailleur's own
    told = {OF_OTHERS: True} if others - {""} and not own else {}
    kept = {*own, ENSEMBLE}
    if own and others:
        tells = whole_tells(estimates.atoms, FEWEST_OTHERS, own, lone=not rounded)
        estimates = without_wholes(estimates, tells)

    def mine(table: pd.DataFrame) -> pd.DataFrame:
        if "bailleur" not in table:
            return table
        out = table[table["bailleur"].isin(kept)].reset_index(drop=True)
        out["bailleur"] = [bailleur if b in own else b for b in out["bailleur"]]
        return out

    return replace(
        estimates,
        comparison=mine(estimates.comparison),
        levels=mine(estimates.levels),
        priorities=mine(estimates.priorities),
        benchmark=_own_benchmark(estimates.benchmark, own),
        fieldwork=mine(estimates.fieldwork),
        variants=mine(estimates.variants),
        settings={**estimates.settings, **told},
        readings=_readings(estimates.readings, bailleur),
        notices=tuple(
            n for n in estimates.notices if str(n.fields.get("bailleur", "")) not in others
        ),
        design=mine(estimates.design) if estimates.design is not None else None,
        atoms=tuple(
            replace(a, places=a.places.replace({"bailleur": dict.fromkeys(own, bailleur)}))
            for a in estimates.atoms
        ),
    )


def whole_tells(
    atoms: Sequence[Atoms], fewest: int, own: Collection[str], *, lone: bool
) -> Telling:
    """Return what tells whether too few bailleurs stand behind a row of the whole.

    Parameters
    ----------
    atoms : sequence of Atoms
    fewest : int
        Bailleurs, `own` apart, that a row must have: as many, or none.
    own : collection of str
        Names of the reader's bailleur.
    lone : bool
        Of a change, ask as much of those that answered in one of its waves only: they are the wave less
        the panel.

    Notes
    -----
    Both sides must hold by themselves: a row of a quarter shows the other side of the whole. What is of
    no known wave or territory is not shown.
    """
    waves = {a.vague: Members(a) for a in atoms}

    def owners(cell: Cell) -> frozenset[str] | None:
        if cell.niveau in QUARTER_COLUMNS and cell.groupe == HORS:
            cell = cell._replace(niveau=TOTAL)
        wave = waves[cell.vague]
        there = wave.of(cell)
        if there is None:
            return None
        met = there & (wave.wave.n[:, wave.wave.items.index(cell.item)] > 0)
        return frozenset(map(str, wave.columns["bailleur"][met]))

    @cache
    def tells(vague: str, item: str, level: str = TOTAL, place: str = TOTAL) -> bool:
        ends = (vague,) if vague in waves else split_pair(vague, list(waves)) or ()
        cells = [Cell(end, item, level, place, ENSEMBLE, s) for end in ends for s in (QPV, HORS)]
        met = [found for cell in cells if (found := owners(cell)) is not None]
        if len(met) < len(cells) or not cells:
            return True
        panel = frozenset.intersection(*(waves[end].owners(item) for end in ends))
        groups = [s & panel for s in met] + [s - panel for s in met if lone]
        return any(0 < len(s.difference(own)) < fewest for s in groups)

    return tells


def without_wholes(estimates: Estimates, tells: Telling) -> Estimates:
    """Drop, from every table, the rows over all bailleurs that `tells`, and the region without oneself."""

    def kept(table: pd.DataFrame) -> pd.DataFrame:
        if "item" not in table:
            return table
        asked = table[OWNER] != "" if OWNER in table else table["bailleur"] == ENSEMBLE
        rows = table.loc[asked, [c for c in _ROW if c in table]].astype(str).to_numpy().tolist()
        drop = asked.to_numpy().copy()
        drop[drop] = [tells(*row) for row in rows]
        return table[~drop].reset_index(drop=True)

    return replace(
        estimates,
        comparison=kept(estimates.comparison),
        levels=kept(estimates.levels),
        priorities=kept(estimates.priorities),
        benchmark=kept(estimates.benchmark),
        variants=kept(estimates.variants),
        design=kept(estimates.design) if estimates.design is not None else None,
    )


def _readings(readings: tuple[Reading, ...], bailleur: str) -> tuple[Reading, ...]:
    """Keep what was read of one bailleur; of the others, their sum in each file and wave, unnamed."""
    return summed(
        replace(r, bailleur=bailleur if fold(r.bailleur) == fold(bailleur) else "")
        for r in readings
    )


def _own_benchmark(table: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    """Keep the referenced figures, and the region as taken without this bailleur."""
    if OWNER not in table:
        return table
    return table[table[OWNER].isin({"", *own})].reset_index(drop=True)
