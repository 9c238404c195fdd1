"""Disclosure control: the only way out of the survey.

Every cell that any table of the run will show is declared, a sum of atoms. Small cells are masked, then
further cells, until no small group can be worked out from what is left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Groupe, Publication, Theme, Verdict
from tfpb.model.survey import (
    _SEAL,  # the only place allowed to make Published
    HIDDEN_COUNT,
    Estimates,
    Published,
    WaveFacts,
)
from tfpb.survey.estimation.modelled_rows import with_modelled
from tfpb.survey.secrecy.cells import (
    OWNER,
    SIDES,
    Cell,
    Disclosed,
    declare_cells,
)
from tfpb.survey.secrecy.field_counts import protected_counts
from tfpb.survey.secrecy.least_loss import least_masks
from tfpb.survey.secrecy.masked_rows import rests_on
from tfpb.survey.verdicts import NO_VERDICT, PARC, counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from tfpb.errors import Fault
    from tfpb.model.record import Reading

_KEYS: Final = frozenset(
    {
        "vague", "niveau", "territoire", "bailleur", "item", "theme", "nature", "groupe",
        "ajustement", "mesure", "modalite", "rang", "verdict", "publication", "marge_points",
        "repere", "reference", "isole", "variante", "assurance",
    }
)  # fmt: skip
_COUNTS: Final = frozenset({"n", "n_residences"})


def protect(
    estimates: Estimates,
    *,
    masking_n: int,
    masked_before: Iterable[Cell] = (),
    shown_before: Iterable[tuple[Cell, int]] = (),
    levels: Collection[str] | None = None,
) -> Published:
    """Mask what would disclose the answers of a household, over every table at once.

    Parameters
    ----------
    estimates : Estimates
    masking_n : int
        Cells with fewer valid answers are hidden, with the complements that would reveal them.
    masked_before : iterable of Cell
        Cells masked by the last run (`cells_masked_in` its comparison): they stay masked, since the
        difference between two packs would otherwise reveal them.
    shown_before : iterable of (Cell, int)
        Cells that earlier runs showed, and their numbers of answers: readers hold them.
    levels : collection of str, optional
        Levels of territory to show, all of them when left out: the others are there for what a
        subtraction from an earlier run would disclose.

    Returns
    -------
    Published
        Masked rows carry no number; rows that are not publishable carry n and n_residences only.

    Examples
    --------
    With `frame` and `plan` of the package's example, where five answers of QPV are left: the
    other side is masked too, since the whole minus it would reveal them.

    >>> few = frame[(frame["qpv"] == 0) | (frame["id"] < 10)]
    >>> published = protect(compare(recode([few], plan), plan), masking_n=11)
    >>> rows = published.comparison.query("bailleur == 'ensemble'")
    >>> rows["publication"].tolist()
    ['masque', 'masque', 'publiable', 'masque']
    """
    cells = declare_cells(estimates)
    hidden = set(estimates.comparison["niveau"]) - {TOTAL, *levels} if levels is not None else set()
    cells.withdraw(hidden, shown_before)
    before = frozenset(masked_before)
    masked = least_masks(cells, estimates.atoms, masking_n, before)
    return sealed(estimates, masked | before, masking_n, hidden)


def sealed(
    estimates: Estimates,
    masked: frozenset[Cell],
    masking_n: int,
    hidden: Collection[str] = (),
) -> Published:
    """Mask chosen cells, and all that rests on them, over every table.

    Parameters
    ----------
    estimates : Estimates
        Those that the cells were chosen on, or a cut of them.
    masked : frozenset of Cell
    masking_n : int
        For counts of interviews that no cell is made of.
    hidden : collection of str
        Levels of territory that are not shown.
    """
    comparison = estimates.comparison
    if hidden:
        comparison = comparison[~comparison["niveau"].isin(hidden)].reset_index(drop=True)
    comparison = counted(_masked_rows(comparison, masked))
    tables = {
        name: _blanked(table)
        for name, table in {
            "comparison": comparison,
            "levels": _masked_rows(estimates.levels, masked),
            "priorities": _masked_rows(
                estimates.priorities, masked, marks=_overall(estimates.items)
            ),
            "benchmark": _masked_benchmark(estimates.benchmark, masked),
            "variants": _masked_rows(estimates.variants, masked),
        }.items()
    }
    return Published(
        comparison=with_modelled(
            tables["comparison"], dwellings=estimates.settings.get("cible") == PARC
        ),
        levels=tables["levels"],
        priorities=tables["priorities"],
        benchmark=tables["benchmark"],
        items=estimates.items,
        waves=tuple(_without_small_counts(w, masking_n) for w in estimates.waves),
        notices=estimates.notices,
        settings=_settings(estimates, hidden),
        seal=_SEAL,
        fieldwork=protected_counts(estimates.fieldwork, masking_n),
        variants=tables["variants"],
        readings=estimates.readings,
    )


def _overall(items: pd.DataFrame) -> list[str]:
    """List the overall marks: models of priorities rest on who gave one."""
    return [] if items.empty else items.loc[items["theme"] == Theme.GLOBAL.value, "item"].tolist()


def reopened(
    tables: Mapping[str, pd.DataFrame],
    *,
    items: pd.DataFrame,
    waves: tuple[WaveFacts, ...],
    notices: tuple[Fault, ...],
    settings: dict[str, object],
    readings: tuple[Reading, ...] = (),
) -> Published:
    """Seal again what `protect` made and an earlier run kept.

    Rows lose once more the numbers that their state forbids: a kept file that a hand has changed
    can show nothing in a masked row.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        `comparison, levels, priorities, benchmark, fieldwork, variants`.
    items, waves, notices, settings, readings
        As in `Published`.
    """
    again = {name: _blanked(table) for name, table in tables.items()}
    return Published(
        **again, items=items, waves=waves, notices=notices, settings=settings, readings=readings,
        seal=_SEAL,
    )  # fmt: skip


def disclosed_in(tables: Iterable[pd.DataFrame]) -> Disclosed:
    """Return what comparisons already written mask and show (columns may be text)."""
    masked: set[Cell] = set()
    shown: dict[Cell, int] = {}
    for table in tables:
        masked.update(cells_masked_in(table))
        shown |= _shown_in(table)
    left = sorted((c, n) for c, n in shown.items() if c not in masked)
    return Disclosed(tuple(sorted(masked)), tuple(left))


def cells_masked_in(table: pd.DataFrame) -> tuple[Cell, ...]:
    """Return the cells a comparison already written has masked (columns may be text)."""
    rows = table[table["publication"] == Publication.MASQUE.value]
    return tuple(sorted({cell for cell, _ in _cells_of(rows)}))


def cells_shown_in(table: pd.DataFrame) -> tuple[Cell, ...]:
    """Return the cells that a comparison shows, be it by their number of answers."""
    return tuple(sorted(_shown_in(table)))


def _shown_in(table: pd.DataFrame) -> dict[Cell, int]:
    n = pd.to_numeric(table["n"].astype(str).str.replace(",", "."), errors="coerce")
    shown = (table["publication"] != Publication.MASQUE.value) & (n > 0)
    return {cell: int(count) for cell, count in _cells_of(table.assign(n=n)[shown])}


def _cells_of(table: pd.DataFrame) -> Iterator[tuple[Cell, float]]:
    """List the cells of the raw rows of one set of answers, and what `n` holds."""
    sides = [Groupe.QPV.value, Groupe.HORS_QPV.value, Groupe.ENSEMBLE.value]
    rows = table[table["groupe"].isin(sides) & (table["ajustement"] == "brut")]
    for *names, n in rows[[*Cell._fields, "n"]].astype(object).to_numpy():
        yield Cell(*map(str, names)), n


def _masked_rows(
    table: pd.DataFrame, masked: frozenset[Cell], *, marks: Collection[str] = ()
) -> pd.DataFrame:
    """Mark as masked the rows that rest on a masked cell."""
    if table.empty or not masked:
        return table
    hidden = rests_on(table, masked, marks=marks)
    publication = table["publication"].to_numpy(dtype=object).copy()
    # a group nobody belongs to stays « not computable »: hiding it would suggest someone is there
    empty = (publication == Publication.NON_CALCULABLE.value) & (
        table["n"].to_numpy(dtype=float) == 0
    )
    publication[hidden & ~empty] = Publication.MASQUE.value
    out = table.assign(publication=publication)
    if "verdict" in out:
        verdict = out["verdict"].to_numpy(dtype=object).copy()
        lost = hidden & (verdict != "") & ~empty
        gaps = (table["groupe"] == Groupe.ECART.value).to_numpy()
        verdict[lost] = np.where(gaps[lost], Verdict.MASQUE.value, NO_VERDICT)
        out = out.assign(verdict=verdict)
    return out


def _masked_benchmark(table: pd.DataFrame, masked: frozenset[Cell]) -> pd.DataFrame:
    """Drop the regional marks that would reveal a masked cell: the whole's, or the bailleur's own.

    « The region without oneself » is one bailleur's table: over several of them, rows would not name
    whose they are, and are left out.
    """
    if OWNER not in table:
        return table
    owners = set(table[OWNER]) - {""}
    keep = [
        not own
        or (
            len(owners) == 1
            and masked.isdisjoint(
                Cell(str(w), str(i), TOTAL, TOTAL, whose, side)
                for side in SIDES[str(g)]
                for whose in (str(own), ENSEMBLE)
            )
        )
        for w, i, g, own in zip(
            table["vague"], table["item"], table["groupe"], table[OWNER], strict=True
        )
    ]
    kept = table[np.array(keep, dtype=bool)]
    return kept.drop(columns=[OWNER]).reset_index(drop=True)


def _blanked(table: pd.DataFrame) -> pd.DataFrame:
    """Take away the numbers that a row's state forbids."""
    if table.empty or "publication" not in table:
        return table
    state = table["publication"]
    masked = (state == Publication.MASQUE.value).to_numpy()
    silent = masked | ~state.isin([Publication.PUBLIABLE.value]).to_numpy()
    out = {}
    for name in table.columns:
        values = table[name]
        if name in {"quadrant", "certitude", "peu_de_reponses", "autre_histoire"}:
            values = values.where(~silent, "")
        elif name not in _KEYS:
            numbers: NDArray[np.float64] = values.to_numpy(dtype=float).copy()
            numbers[masked if name in _COUNTS else silent] = np.nan
            values = pd.Series(numbers, index=table.index)
        out[name] = values
    return pd.DataFrame(out, columns=table.columns)


def _settings(estimates: Estimates, hidden: Collection[str]) -> dict[str, object]:
    """Drop the names of hidden levels."""
    levels: tuple[str, ...] = estimates.settings.get("territoires", ())  # type: ignore[assignment]
    shown = tuple(level for level in levels if level not in hidden)
    return {**estimates.settings, "territoires": shown}


def _without_small_counts(facts: WaveFacts, masking_n: int) -> WaveFacts:
    """Hide the counts of both sides when one is too small to be shown; of a small wave, all of them."""
    if 0 < facts.n < masking_n:
        return replace(
            facts, n=HIDDEN_COUNT, n_residences=HIDDEN_COUNT, n_qpv=HIDDEN_COUNT, n_hors=HIDDEN_COUNT,
            poids_min=np.nan, poids_max=np.nan, effet_plan_median=np.nan, ponderation=(),
        )  # fmt: skip
    if all(n == 0 or n >= masking_n for n in (facts.n_qpv, facts.n_hors)):
        return facts
    return replace(facts, n_qpv=HIDDEN_COUNT, n_hors=HIDDEN_COUNT)
