"""One secrecy over all outputs: which rows the region publishes, and the masks of them all.

A reader may hold every output, and is perhaps a bailleur that knows its own answers wholly.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.region.secrecy.panels import Rules, rounded, telling_pairs
from tfpb.stage import Execute, Stage, directly
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.secrecy.cells import NOTHING, Cell, Cells, Disclosed, declare_cells
from tfpb.survey.secrecy.least_loss import least_masks
from tfpb.survey.secrecy.ownership import whole_tells, without_wholes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms, Estimates
    from tfpb.survey.respondents import Survey
    from tfpb.survey.secrecy.least_loss import Each

    Counts = NDArray[np.float64]


def levels_of(frame: pd.DataFrame) -> list[str]:
    """List the levels of territory that answers bear, small to large."""
    known = ("code_qpv", "contrat_de_ville", "siren_epci", "departement")
    return [c for c in known if c in frame]


def published_rows(estimates: Estimates, survey: Survey, rules: Rules) -> Estimates:
    """Keep what the region publishes: territories over all bailleurs, bailleurs over their whole.

    A change between two waves in a territory is kept only when every bailleur that answered there
    is in both: over fewer of them, it would tell of those left out by subtraction. For the same reason
    the changes of the whole are rounded when too few bailleurs are in one wave only (`rounded`). The
    whole of a question that too few of them answered in a wave is dropped, as a region of so few would
    be (`check_total`), with its quarters, which are set against the other side of that whole.
    """
    few = whole_tells(estimates.atoms, rules.fewest + 1, (), lone=False)

    def tells(vague: str, item: str, *place: str) -> bool:
        return {TOTAL, *QUARTER_COLUMNS}.issuperset(place[:1]) and few(vague, item)

    estimates = without_wholes(estimates, tells)
    table = estimates.comparison
    whole = (table["niveau"] == TOTAL).to_numpy()
    together = (table["bailleur"] == ENSEMBLE).to_numpy()
    changes = table["groupe"].str.startswith("evolution").to_numpy()
    keep = whole | together
    partial = _partial_territories(survey)
    if partial:
        names = (table[c].astype(str) for c in ("vague", "niveau", "territoire", "item"))
        keep &= ~(changes & np.array([p in partial for p in zip(*names, strict=True)], dtype=bool))
    kept = replace(estimates, comparison=table[keep].reset_index(drop=True))
    return rounded(kept, telling_pairs(survey, rules))


def _partial_territories(survey: Survey) -> set[tuple[str, str, str, str]]:
    """List (pair of waves, level, territory, item) met by a bailleur that answers in one wave only."""
    frame = survey.respondents
    owner, wave = (frame[c].to_numpy() for c in ("bailleur", "vague"))
    levels = {c: frame[c].astype(str).to_numpy() for c in levels_of(frame)}
    out: set[tuple[str, str, str, str]] = set()
    for pair in pairwise(survey.waves):
        for item, ranks in survey.answers.items():
            sides = [(ranks >= 0) & (wave == w) for w in pair]
            alone = set(owner[sides[0]]) ^ set(owner[sides[1]])
            rows = (sides[0] | sides[1]) & np.isin(owner, sorted(alone))
            for level, places in levels.items():
                out |= {("-".join(pair), level, t, item) for t in set(places[rows])}
    return out


def region_masks(
    estimates: Estimates,
    rules: Rules,
    before: Disclosed = NOTHING,
    each: Each = map,
    execute: Execute = directly,
) -> frozenset[Cell]:
    """Choose the cells to mask in every output.

    Parameters
    ----------
    estimates : Estimates
        All that any output shows (`published_rows`).
    rules : Rules
    before : Disclosed
        What earlier releases masked, which stays masked, and told.
    each : callable
        Runs a function over chunks of questions: an executor's `map`.
    execute : callable
        Calls the choice of each wave, a stage: one that keeps results gives again the masks of a wave in
        which nothing has moved.

    Returns
    -------
    frozenset of Cell
        No reader of all outputs, a bailleur that knows its own answers included, can work out a small
        group, nor a territory that would show one bailleur.
    """
    cells = declare_cells(estimates)
    cells.withdraw((), before.shown)
    previous = frozenset(before.masked) & cells.shown
    names = sorted({c.vague for c in cells.count})
    return previous | _chosen(cells, names, estimates.atoms, previous, rules, each, execute)


def held_back(
    masks: frozenset[Cell],
    estimates: Estimates,
    rules: Rules,
    before: Disclosed,
    each: Each = map,
    execute: Execute = directly,
) -> int:
    """Count the masks that these outputs would not have alone, had nothing been released before.

    Only waves that a release tells of are chosen anew, and none whose like was kept. Arguments as of
    `region_masks`.
    """
    cells = declare_cells(estimates)
    told = {c.vague for c in (*before.masked, *(c for c, _ in before.shown))}
    names = sorted(told & {c.vague for c in cells.count})
    alone = _chosen(cells, names, estimates.atoms, frozenset(), rules, each, execute)
    return len({c for c in masks if c.vague in told} - alone)


def _chosen(
    cells: Cells,
    waves: Sequence[str],
    atoms: Sequence[Atoms],
    previous: frozenset[Cell],
    rules: Rules,
    each: Each,
    execute: Execute,
) -> frozenset[Cell]:
    """Choose the masks of some waves, each a stage: what is kept of it are the names of masked cells.

    Its key is made of all counts of the wave at once: none can be tried apart from the others.
    """
    stage = Stage(
        "Masques d’une vague", ("cells", "atoms", "previous", "rules"), "masks",
        partial(_of_wave, each=each), kept="table",
    )  # fmt: skip
    out: set[Cell] = set()
    for wave in waves:
        mine = [a for a in atoms if a.vague == wave]
        earlier = frozenset(c for c in previous if c.vague == wave)
        found = execute(stage, (cells.of_wave(wave), mine, earlier, rules))
        out |= {Cell(*row) for row in found.itertuples(index=False)}
    return frozenset(out)


def _of_wave(
    cells: Cells, atoms: Sequence[Atoms], previous: frozenset[Cell], rules: Rules, *, each: Each
) -> pd.DataFrame:
    telling = partial(reveals, rules=rules)
    masks = least_masks(cells, atoms, rules.masking_n, previous, telling, each)
    return pd.DataFrame(sorted(masks), columns=Cell._fields, dtype=object)


def reveals(counts: Counts, rules: Rules) -> NDArray[np.bool_]:
    """Tell, group by group, whether answers (bailleurs × groups) would show one of them.

    Too few bailleurs, one that holds nearly all, or small ones: if every large bailleur tells its
    own figure of the territory, what is left is that of the small ones, who also know themselves: of the
    others, `masking_n` answers at least, hence three small bailleurs.
    """
    there = counts > 0
    few = there.sum(axis=0) < rules.fewest
    total = counts.sum(axis=0)
    heavy = counts.max(axis=0) > rules.largest_share * total
    small = there & (counts < rules.masking_n)
    left = np.where(small, counts, 0.0)
    rest = left.sum(axis=0) - left.max(axis=0)
    thin = small.any(axis=0) & (rest < rules.masking_n)
    out: NDArray[np.bool_] = few | heavy | thin
    return out


def check_total(survey: Survey, fewest: int) -> bool:
    """Tell whether enough bailleurs answered, in every wave, for the region to be shown at all."""
    frame = survey.respondents
    owners = frame.groupby("vague")["bailleur"].nunique()
    return bool((owners > fewest).all())
