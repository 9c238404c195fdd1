"""Three levels, one system: what is told leaves every small set of answers open, by linear programs apart.

The attacker of these tests shares no code with the protector: it reads published rows and solves them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from surveycases import make_plan

from tfpb.survey import compare, protect, recode
from tfpb.survey.secrecy import disclosure

if TYPE_CHECKING:
    from tfpb.model.survey import Estimates
    from tfpb.survey.secrecy.cells import Cell, Cells

MASK = 11
LEVELS = ("code_qpv", "epci", "agence")
SIDES = ("qpv", "hors_qpv")


def delivery(groups: dict[tuple[str, str, str], int], seed: int = 0) -> pd.DataFrame:
    """Write interviews in QPV, (first level, second, third) → how many, and eighty elsewhere."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[object, ...]] = []
    for k, (places, count) in enumerate(groups.items()):
        rows += [(f"R{k}{i % 2}", 1, *places, rng.integers(1, 5)) for i in range(count)]
    rows += [(f"H{i % 8}", 0, "h", "h", "h", rng.integers(1, 5)) for i in range(80)]
    names = ["residence", "qpv", *LEVELS, "proprete"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(id=range(len(frame)), vague="2023", bailleur="A", poids=1.0)


def estimates_of(frame: pd.DataFrame) -> Estimates:
    plan = make_plan(variables={name: {"colonnes": [name]} for name in LEVELS})
    answers = frame.assign(q1=frame["proprete"], q2=frame["proprete"])
    return compare(recode([answers], plan), plan, by=LEVELS)


def bounds(estimates: Estimates, table: pd.DataFrame) -> list[tuple[int, float, float]]:
    """Return, of each small atom of each question, its size and the least and most a reader must allow."""
    out = []
    rows = table[(table["ajustement"] == "brut") & table["n"].notna()]
    rows = rows[rows["groupe"].isin([*SIDES, "ensemble"])]
    for wave in estimates.atoms:
        places = wave.places
        for j, item in enumerate(wave.items):
            told = rows[(rows["item"] == item) & (rows["vague"] == wave.vague)]
            sums, values = [], []
            for row in told.itertuples():
                member = np.ones(len(places), dtype=bool)
                if row.groupe != "ensemble":
                    member &= places["qpv"].to_numpy() == ("1" if row.groupe == "qpv" else "0")
                if row.niveau != "total":
                    member &= places[row.niveau].to_numpy() == row.territoire
                if row.bailleur != "ensemble":
                    member &= places["bailleur"].to_numpy() == row.bailleur
                if wave.n[member, j].sum() == row.n:  # a quarter's other side is everyone's
                    sums.append(member.astype(float))
                    values.append(row.n)
            for atom in np.flatnonzero((wave.n[:, j] > 0) & (wave.n[:, j] < MASK)):
                ends = []
                for sign in (1.0, -1.0):
                    aim = np.zeros(len(places))
                    aim[atom] = sign
                    found = linprog(aim, A_eq=np.array(sums), b_eq=values, method="highs")
                    ends.append(sign * found.fun if found.status == 0 else np.inf)
                out.append((int(wave.n[atom, j]), ends[0], ends[1]))
    return out


def closed(estimates: Estimates, table: pd.DataFrame) -> int:
    found = bounds(estimates, table)
    assert found
    return sum(low > 1 + 1e-6 or high < MASK - 1e-6 for _, low, high in found)


def small_alone(cells: Cells) -> frozenset[Cell]:
    """Stand for a protector that masks small cells, and nothing beside them."""
    return frozenset(c for c, n in cells.count.items() if 0 < n < MASK)


THREE = {
    ("a", "b", "w"): 30, ("a", "v", "c"): 30, ("u", "b", "c"): 30, ("a", "b", "c"): 3,
}  # fmt: skip
"""Each group in two of a, b, c but the last, of three households, in all: a + b + c − 2 × all."""


def test_three_levels_do_not_tell_what_two_could_not(monkeypatch: pytest.MonkeyPatch) -> None:
    estimates = estimates_of(delivery(THREE))
    assert closed(estimates, protect(estimates, masking_n=MASK).comparison) == 0
    monkeypatch.setattr(disclosure, "least_masks", lambda cells, *_: small_alone(cells))
    assert closed(estimates, protect(estimates, masking_n=MASK).comparison) > 0


def test_a_headline_is_not_lost_where_a_territory_will_do() -> None:
    estimates = estimates_of(delivery(THREE))
    table = protect(estimates, masking_n=MASK).comparison
    whole = table[(table["niveau"] == "total") & (table["ajustement"] == "brut")]
    assert not (whole["publication"] == "masque").any()


@pytest.mark.parametrize("seed", range(12))
def test_no_small_atom_is_closed_in_any_survey(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = {
        (str(rng.choice(["p", "q"])), str(rng.choice(["r", "s", "t"])), str(rng.choice(["x", "y"]))):
            int(rng.choice([2, 3, 5, 8, 12, 20, 35]))
        for _ in range(9)
    }  # fmt: skip
    estimates = estimates_of(delivery(groups, seed))
    if any((w.n > 0).any() and ((w.n > 0) & (w.n < MASK)).any() for w in estimates.atoms):
        assert closed(estimates, protect(estimates, masking_n=MASK).comparison) == 0
