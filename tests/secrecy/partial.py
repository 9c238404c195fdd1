"""Attack where households do not know, are not concerned or are not asked, of some bailleurs more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from drawn import PLACED, QUESTIONS, as_written, atoms_of, small_sets
from judge import Attack, Reader, Row, Window

from tfpb.survey.printed import COUNTED_BY, SPREAD, cell_ends, cell_of, rounded_count, step_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drawn import Drawn

    from tfpb.model.survey import Published

SATISFIED, UNSATISFIED, UNSURE, UNCONCERNED, UNASKED = range(5)
VALID: Final = (SATISFIED, UNSATISFIED)
ASKED: Final = (*VALID, UNSURE, UNCONCERNED)
FILTERED: Final = QUESTIONS[-2:]
_FUZZ: Final = 1e-9
_RATES: Final = (0.0, 0.05, 0.4, 0.9)
_OFTEN: Final = (0.55, 0.25, 0.1, 0.1)
"""How often a bailleur's answers to a question are left out at each rate."""


def with_answers_left_out(drawn: Drawn, seed: int) -> Drawn:
    """Draw who does not know, is not concerned, or is not asked: rates of each bailleur and question."""
    rng = np.random.default_rng(seed)
    owner, owners = pd.factorize(drawn.homes["bailleur"], sort=True)
    kept = rng.random(len(owner)) < rng.choice([0.1, 0.5, 0.9], len(owners))[owner]
    out, hits = {}, {}
    for question in QUESTIONS:
        unsure, unconcerned = (rng.choice(_RATES, len(owners), p=_OFTEN)[owner] for _ in range(2))
        asked = np.where(kept | (question not in FILTERED), drawn.n, 0)
        some = rng.binomial(asked, unconcerned)
        some = np.stack([rng.binomial(asked - some, unsure), some, drawn.n - asked], axis=1)
        share = drawn.hits[question] / np.maximum(drawn.n, 1)
        out[question] = some
        hits[question] = rng.binomial(drawn.n - some.sum(axis=1), share)
    return replace(drawn, out=out, hits=hits)


def attacked(
    drawn: Drawn, printed: Published, *, sizes: bool, viewer: str = ""
) -> tuple[Attack, pd.DataFrame]:
    """Return the attack on a file as written, and its atoms.

    The reader is given more than is printed: the cell that each share is told within, and the spread of one
    interview to .1, which the bounds tell at most. With `sizes`, also who was asked each question.
    """
    place = drawn.told_apart
    codes, found = pd.factorize(pd.MultiIndex.from_frame(drawn.homes[place]), sort=True)
    atoms = pd.DataFrame(list(found), columns=place)

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(codes, values, len(atoms)).astype(int)

    levels = {
        q: np.stack(
            [
                summed(drawn.hits[q]),
                summed(drawn.valid(q) - drawn.hits[q]),
                *(summed(drawn.out[q][:, k]) for k in range(3)),
            ],
            axis=1,
        )
        for q in QUESTIONS
    }
    rows = list(_rows(as_written(printed), atoms, levels))
    if sizes:
        rows += [
            Row(np.array([a]), np.nan, {}, windows=tuple(
                Window(q, (UNASKED,), levels[q][a, UNASKED], levels[q][a, UNASKED]) for q in FILTERED
            ))
            for a in range(len(atoms))
        ]  # fmt: skip
    own = (atoms["bailleur"] == viewer).to_numpy()
    caps = summed(drawn.homes["logements"].to_numpy())
    every = {q: counts[None] for q, counts in levels.items()}
    return Attack(rows, summed(drawn.n)[None], every, caps, Reader(sizes, own)), atoms


def _rows(told: pd.DataFrame, atoms: pd.DataFrame, levels: dict[str, np.ndarray]) -> Iterator[Row]:
    shown = told[(told["publication"] == "publiable") & told["groupe"].isin(["qpv", "hors_qpv"])]
    for key, rows in shown.groupby(PLACED):
        at = atoms_of(key, atoms)
        windows: list[Window] = []
        count = np.nan
        for row in rows.to_dict("records"):
            question, n = str(row["item"]), float(row["n"])
            windows += _windows(row, levels[question][at].sum(axis=0))
            if question in FILTERED:
                windows.append(
                    Window(question, ASKED, n - COUNTED_BY // 2, n + COUNTED_BY // 2 - 1)
                )
            else:
                count = n
        yield Row(at, count, {}, windows=tuple(windows))


def _windows(row: dict[object, object], true: np.ndarray) -> Iterator[Window]:
    """Yield what a printed row tells of its true answers by level."""
    question, asked = str(row["item"]), float(true[list(ASKED)].sum())
    valid = float(true[list(VALID)].sum())
    count = rounded_count(np.array(asked))
    step = step_of(count)
    ends = cell_ends(np.array(true[SATISFIED] / valid), step, cell_of(count))
    yield Window(question, (SATISFIED,), *(float(e) for e in ends), VALID)
    spread = np.ceil(np.round(asked / valid / SPREAD, 6)) * SPREAD
    yield Window(question, VALID, 1 / spread, 1 / (spread - SPREAD), ASKED)
    for name, part, base in (
        ("part_nsp", UNSURE, (*VALID, UNSURE)),
        ("part_non_concerne", UNCONCERNED, ASKED),
    ):
        share = float(str(row[name]))
        if not np.isnan(share):
            half = float(step) / 2 + _FUZZ
            yield Window(question, (part,), share - half, share + half, base)


def targets(
    drawn: Drawn, atoms: pd.DataFrame, *, viewer: str = ""
) -> list[tuple[str, str, np.ndarray]]:
    """List the questions and groups of others of which 1 to 10 answers are valid."""
    codes = pd.factorize(pd.MultiIndex.from_frame(drawn.homes[drawn.told_apart]), sort=True)[0]
    sets = small_sets(drawn, atoms, viewer=viewer)
    out, met = [], set()
    for question in QUESTIONS:
        valid = np.bincount(codes, drawn.valid(question), len(atoms))
        for name, member in sets.items():
            key = (question, (member & (valid > 0)).tobytes())
            if 1 <= valid[member].sum() <= 10 and key not in met:
                met.add(key)
                out.append((name, question, np.flatnonzero(member)))
    return out
