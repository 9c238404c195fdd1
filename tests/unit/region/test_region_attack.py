"""Hold every output and one's own answers, subtract: nothing about another bailleur comes out.

The attack knows nothing of how the program protects. An *atom* is one bailleur's answers in one
elementary place, on one side of the limit; every figure an output prints is a sum over atoms. What an
attacker can work out is the space spanned by those sums, once the columns of its own atoms are struck out
(it knows them). Whatever in that space bears on one bailleur alone must be in that bailleur's own pack.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from region_cases import ITEMS, LEVELS, region_plan, region_survey

from effort import tries
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.region.estimates import compare_region
from tfpb.region.secrecy.cuts import Protected
from tfpb.region.secrecy.panels import Rules
from tfpb.region.secrecy.region_secrecy import published_rows, region_masks

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.model.survey import Published
    from tfpb.survey.respondents import Survey
    from tfpb.survey.secrecy.cells import Cell

    Matrix = NDArray[np.float64]

SEEDS = (1, 3, 5)
NUMBERS = (0, 3, 5, 1, 2, 4)[: tries(3, 6)]
KEYS = ("bailleur", *LEVELS, "qpv")
SIDES = {"qpv": (1,), "hors_qpv": (0,), "ensemble": (0, 1)}
NOBODY = ""


def everything(answers: Survey) -> tuple[Protected, dict[str, Published]]:
    """Make every output of a region: restitution, packs, sheets, départements."""
    made = compare_region(answers, region_plan(), by=LEVELS, repere=None)
    estimates = published_rows(made, answers, Rules(11))
    masks = region_masks(estimates, Rules(11))
    protected = Protected.of(estimates, masks, 11)
    frame = answers.respondents
    outputs = {"region": protected.region({})}
    outputs |= {f"bailleur|{b}": protected.bailleur(b) for b in sorted(set(frame["bailleur"]))}
    for level in ("contrat_de_ville", "departement"):
        for place in sorted(set(frame[level])):
            quarters = set(frame.loc[frame[level] == place, "code_qpv"]) - {""}
            outputs[f"{level}|{place}"] = protected.place(level, place, quarters)
    return protected, outputs


class Atoms:
    """Atoms of one wave and question, and the sums over them."""

    def __init__(self, answers: Survey, wave: str, item: str) -> None:
        frame = answers.respondents
        valid = (answers.answers[item] >= 0) & (frame["vague"] == wave).to_numpy()
        counted = frame[valid].groupby(list(KEYS), sort=True).size()
        self.frame: pd.DataFrame = counted.index.to_frame(index=False)
        self.count = counted.to_numpy()
        self.owner = self.frame["bailleur"].to_numpy(dtype=object)
        self.owners = sorted(set(self.owner))
        both = set(frame.loc[frame["vague"] == wave, "bailleur"])
        for other in answers.waves:
            both &= set(frame.loc[frame["vague"] == other, "bailleur"])
        self.panel = both

    def sum_of(self, level: str, place: str, owner: str, group: str) -> Matrix:
        """Return the atoms of a cell as a row of 0 and 1."""
        here = self.frame["qpv"].isin(SIDES[group]).to_numpy()
        if level == "code_qpv" and group == "hors_qpv":
            level = TOTAL  # a quarter is set against everyone outside
        if level != TOTAL:
            here = here & (self.frame[level] == place).to_numpy()
        if owner.startswith("@sans:"):
            here = here & (self.owner != owner.removeprefix("@sans:"))
        elif owner == "@panel":
            here = here & self.frame["bailleur"].isin(self.panel).to_numpy()
        elif owner != ENSEMBLE:
            here = here & (self.owner == owner)
        return here.astype(float)

    def told(self, name: str, published: Published, wave: str, item: str) -> list[Matrix]:
        """Return the sums that one output tells, by its counts or by its shares."""
        kind, _, whose = name.partition("|")
        rows = published.comparison
        rows = rows[(rows["item"] == item) & rows["n"].notna()]
        now = rows[(rows["vague"] == wave) & rows["groupe"].isin(list(SIDES))]
        out = []
        for level, place, owner, group in zip(
            now["niveau"], now["territoire"], now["bailleur"], now["groupe"], strict=True
        ):
            own = kind in LEVELS and level == TOTAL
            where = (kind, whose) if own else (str(level), str(place))
            out.append(self.sum_of(*where, str(owner), str(group)))
        moved = rows[rows["groupe"].isin(["evolution_qpv", "evolution_hors"])]
        moved = moved[(moved["bailleur"] == ENSEMBLE) & (moved["niveau"] == TOTAL)]
        if kind not in LEVELS:
            sides = {"evolution_qpv": "qpv", "evolution_hors": "hors_qpv"}
            out += [self.sum_of(TOTAL, TOTAL, "@panel", sides[str(g)]) for g in moved["groupe"]]
        if kind == "bailleur":
            marks = published.benchmark
            marks = marks[(marks["vague"] == wave) & (marks["item"] == item)]
            marks = marks[marks["groupe"].isin(list(SIDES))]
            out += [self.sum_of(TOTAL, TOTAL, f"@sans:{whose}", str(g)) for g in marks["groupe"]]
        return out


def rank(rows: Matrix) -> int:
    return int(np.linalg.matrix_rank(rows, tol=1e-8)) if rows.size else 0


def alone(rows: Matrix, mine: NDArray[np.bool_]) -> int:
    """Return how many independent combinations of the rows bear on some columns alone."""
    return rank(rows) - rank(rows[:, ~mine])


@cache
def cases(number: int) -> list[tuple[str, str, Atoms, Matrix, Protected]]:
    answers = survey_of(number)
    protected, outputs = everything(answers)
    made = []
    for wave in answers.waves:
        for item in ITEMS:
            atoms = Atoms(answers, wave, item)
            rows = [r for n, p in outputs.items() for r in atoms.told(n, p, wave, item)]
            made.append((wave, item, atoms, np.unique(np.array(rows), axis=0), protected))
    return made


def survey_of(number: int) -> Survey:
    """Simulate a region; in the last two a bailleur answers in one wave only."""
    if number < len(SEEDS):
        return region_survey(SEEDS[number])
    if number == len(SEEDS):
        return region_survey(7, owners=12, towns=10)
    answers = region_survey(number + 4)
    frame = answers.respondents
    keep = np.flatnonzero(~((frame["bailleur"] == "B1") & (frame["vague"] == "2019")).to_numpy())
    return replace(
        answers,
        respondents=frame.iloc[keep].reset_index(drop=True),
        answers={k: v[keep] for k, v in answers.answers.items()},
        marks={k: v[keep] for k, v in answers.marks.items()},
    )


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.slow
def test_nobody_learns_of_a_bailleur_what_its_own_pack_does_not_say(number: int) -> None:
    for wave, item, atoms, rows, _ in cases(number):
        assert len(rows)
        for insider in (NOBODY, *atoms.owners):
            unknown = atoms.owner != insider
            left = rows[:, unknown]
            for other in (o for o in atoms.owners if o != insider):
                mine = atoms.owner[unknown] == other
                own = rows[~rows[:, atoms.owner != other].any(axis=1)][:, unknown]
                assert alone(left, mine) == rank(own), (wave, item, insider, other)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.slow
def test_nobody_learns_a_masked_cell(number: int) -> None:
    for wave, item, atoms, rows, protected in cases(number):
        masked = [c for c in protected.masks if _is_plain(c, wave, item)]
        for insider in (NOBODY, *atoms.owners):
            unknown = atoms.owner != insider
            _, values, space = np.linalg.svd(rows[:, unknown], full_matrices=False)
            space = space[values > 1e-8]
            for cell in masked:
                row = atoms.sum_of(cell.niveau, cell.territoire, cell.bailleur, cell.groupe)[
                    unknown
                ]
                if cell.bailleur == insider or not row.any():
                    continue
                assert np.abs(row - (row @ space.T) @ space).max() > 1e-6, (cell, insider)


def _is_plain(cell: Cell, wave: str, item: str) -> bool:
    implied = cell.niveau.startswith("@") or cell.territoire.startswith("@")
    return (
        (cell.vague, cell.item) == (wave, item)
        and not implied
        and not cell.bailleur.startswith("@")
    )
