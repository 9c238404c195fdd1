"""One secrecy over all outputs: every cell of every table, what ties them, what each reader knows.

A reader may hold every output, and is perhaps a bailleur that knows its own answers wholly.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.region.secrecy.crossings import Wave, levels_of
from tfpb.region.secrecy.panels import rounded, telling_pairs
from tfpb.survey.secrecy.cells import NOTHING, Cell, Cells, Disclosed, declare_cells
from tfpb.survey.secrecy.masking import complement_masks

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tfpb.model.survey import Estimates
    from tfpb.region.secrecy.crossings import Rules
    from tfpb.survey.respondents import Survey


def published_rows(estimates: Estimates, survey: Survey, rules: Rules) -> Estimates:
    """Keep what the region publishes: territories over all bailleurs, bailleurs over their whole.

    A change between two waves in a territory is kept only when every bailleur that answered there
    is in both: over fewer of them, it would tell of those left out by subtraction. For the same reason
    the changes of the whole are rounded when too few bailleurs are in one wave only (`rounded`).
    """
    table = estimates.comparison
    whole = (table["niveau"] == TOTAL).to_numpy()
    together = (table["bailleur"] == ENSEMBLE).to_numpy()
    changes = table["groupe"].str.startswith("evolution").to_numpy()
    keep = whole | together
    partial = _partial_territories(survey)
    if partial and (changes & ~whole).any():
        names = (table[c].astype(str) for c in ("vague", "niveau", "territoire", "item"))
        keep &= ~(changes & np.array([p in partial for p in zip(*names, strict=True)], dtype=bool))
    # several hundred atoms a question: the region's own rules hold, question by question
    kept = replace(estimates, comparison=table[keep].reset_index(drop=True), atoms=())
    return rounded(kept, telling_pairs(survey, rules))


def _partial_territories(survey: Survey) -> set[tuple[str, str, str, str]]:
    """List (pair of waves, level, territory, item) met by a bailleur that answers in one wave only."""
    frame = survey.respondents
    owner, wave = (frame[c].to_numpy(dtype=object) for c in ("bailleur", "vague"))
    levels = {c: frame[c].astype(str).to_numpy(dtype=object) for c in levels_of(frame)}
    out: set[tuple[str, str, str, str]] = set()
    for pair in zip(survey.waves, survey.waves[1:], strict=False):
        for item, ranks in survey.answers.items():
            sides = [(ranks >= 0) & (wave == w) for w in pair]
            alone = set(owner[sides[0]]) ^ set(owner[sides[1]])
            rows = (sides[0] | sides[1]) & np.isin(owner, sorted(alone))
            for level, places in levels.items():
                out |= {("-".join(pair), level, t, item) for t in set(places[rows]) if t}
    return out


def region_masks(
    estimates: Estimates,
    survey: Survey,
    rules: Rules,
    before: Disclosed = NOTHING,
) -> frozenset[Cell]:
    """Choose the cells to mask in every output.

    Parameters
    ----------
    estimates : Estimates
        All that any output shows (`published_rows`).
    survey : Survey
        The answers they rest on: who contributes to a territory, how territories cross.
    rules : Rules
    before : Disclosed
        What earlier releases masked, which stays masked, and told.

    Returns
    -------
    frozenset of Cell
        To be handed to `protect` for each output: no reader of all of them, a bailleur that knows
        its own answers included, can work a masked cell out.
    """
    cells = declare_cells(estimates)
    first: set[Cell] = {c for c in before.masked if c in cells.count}
    sole: dict[Cell, str] = {}
    for name in survey.waves:
        wave = Wave(survey, name, rules)
        wave.tie(cells)
        first |= wave.exposed
        sole |= wave.sole
    cells.withdraw((), before.shown)
    masked = complement_masks(cells, rules.masking_n, frozenset(first) - cells.known)
    return _against_insiders(cells, masked, sole, frozenset(cells.known), rules.masking_n)


def _against_insiders(
    cells: Cells,
    masked: frozenset[Cell],
    sole: Mapping[Cell, str],
    known: frozenset[Cell],
    masking_n: int,
) -> frozenset[Cell]:
    """Mask until no reader can work a masked cell out.

    Readers hold the earlier version of the outputs too, and are perhaps a bailleur that knows its
    own answers.
    """
    own: dict[str, set[Cell]] = defaultdict(lambda: set(known))
    if known:
        own[ENSEMBLE] = set(known)  # any reader
    for cell, owner in sole.items():
        own[owner].add(cell)
    for cell in cells.count:
        if cell.bailleur != ENSEMBLE and not cell.bailleur.startswith("@"):
            own[cell.bailleur].add(cell)
    while True:
        more: set[Cell] = set()
        for owner in sorted(own):
            left = known_to(cells, own[owner], masked)
            more |= complement_masks(left, masking_n, masked) - masked
        if not more:
            return masked
        masked = complement_masks(cells, masking_n, masked | more)


def known_to(cells: Cells, own: Collection[Cell], masked: frozenset[Cell]) -> Cells:
    """Take away what a bailleur knows of itself: its cells are constants of every sum.

    Only the systems where it so knows more than any reader are kept: a wave and a question where a
    cell of its own is hidden from the others.
    """
    more = {(c.vague, c.item) for c in own if c in masked or c not in cells.shown}
    left = {c for c in cells.count if (c.vague, c.item) in more and c not in own}
    return Cells(
        count={c: cells.count[c] for c in left},
        shown=cells.shown & left,
        sums=[
            (total, kept)
            for total, parts in cells.sums
            if total in left and (kept := tuple(p for p in parts if p in left))
        ],
    )


def check_total(survey: Survey, fewest: int) -> bool:
    """Tell whether enough bailleurs answered, in every wave, for the region to be shown at all."""
    frame = survey.respondents
    owners = frame.groupby("vague")["bailleur"].nunique()
    return bool((owners > fewest).all())
