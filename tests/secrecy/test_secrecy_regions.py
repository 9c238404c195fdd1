"""Whole regions read together: packs, sheets and restitution, by who knows nothing more and by a bailleur."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from drawn import QUESTIONS, draw
from regions import (
    Reading,
    interviews,
    later_interviews,
    placed,
    releases_of,
    small_targets,
    told_of,
)

from effort import tries
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.survey.secrecy.disclosure import TABLES

if TYPE_CHECKING:
    import pandas as pd

DRAWS = range(tries(1, 60))
TARGETS = tries(3, 12)
SHOWS_NO_QUARTER = 9052
"""A region whose bailleurs have no quarter of thirty households."""


@dataclass(frozen=True)
class Told:
    read: Reading
    viewer: str
    seed: int


@pytest.fixture(scope="module", params=DRAWS)
def told(request: pytest.FixtureRequest) -> Told:
    seed = 9000 + int(request.param)
    drawn = draw(seed, owners=4 + seed % 4, quarters=6 + seed % 5, homes=90 + 20 * (seed % 3))
    homes = placed(drawn, seed)
    frame = interviews(drawn, homes, seed)
    safe = told_of(frame, homes, ("parc", "service")[seed % 2])
    viewer = str(homes["bailleur"].value_counts().index[0])
    return Told(Reading([frame], homes, [safe]), viewer, seed)


@pytest.mark.parametrize("inside", [False, True])
def test_nobody_learns_a_small_group(told: Told, *, inside: bool) -> None:
    viewer = told.viewer if inside else ""
    reader = told.read.attack(sizes=False, viewer=viewer)
    targets = list(small_targets(told.read, viewer=viewer).items())
    assert targets
    for k, (name, target) in enumerate(targets[:: max(1, len(targets) // TARGETS)]):
        question = QUESTIONS[k % 3]
        for found in (reader.size(target), reader.answers(question, target)):
            assert not any((found.exact, found.near)), (name, found)


@pytest.mark.parametrize("seed", range(tries(0, 12)))
def test_a_region_released_again_and_again_tells_no_small_group(seed: int) -> None:
    moments, rng = [draw(9500 + seed, owners=4, quarters=6, homes=90)], np.random.default_rng(seed)
    for _ in range(4):
        moments.append(moments[-1].later(rng, (1, 4, 12, 40)[seed % 4]))
    homes = placed(moments[0], seed)
    frames = later_interviews(moments, homes, seed)
    read = Reading(frames, homes, releases_of(frames, homes, ("parc", "service")[seed % 2]))
    reader = read.attack(sizes=False)
    targets = list(small_targets(read).items())
    for k, (name, target) in enumerate(targets[:: max(1, len(targets) // 3)]):
        told = reader.answers(QUESTIONS[k % 3], target)
        assert reader.undecided or not (told.exact or told.near), (name, told)


def printed(table: pd.DataFrame, columns: list[str]) -> set[tuple[str, ...]]:
    rows = table[table["publication"] == "publiable"] if "publication" in table else table
    return set(rows[columns].astype(str).itertuples(index=False, name=None))


def test_no_output_shows_more_than_the_whole_that_is_attacked(told: Told) -> None:
    safe, homes = told.read.safe, told.read.homes
    figures = ["vague", "item", "groupe", "ajustement", "estimation", "ic95_bas"]
    whole = printed(safe.whole.comparison, figures)
    cuts = [safe.region({}), *(safe.bailleur(b) for b in sorted(set(homes["bailleur"])))]
    for name in sorted(set(homes["contrat_de_ville"]) - {""}):
        quarters = set(homes.loc[homes["contrat_de_ville"] == name, "code_qpv"]) - {""}
        cuts.append(safe.place("contrat_de_ville", name, quarters))
    assert len(cuts) > 4
    for one in cuts:
        assert printed(one.comparison, figures) <= whole


def test_quarters_of_a_bailleur_are_in_its_own_pack_and_no_other_file(told: Told) -> None:
    safe, homes = told.read.safe, told.read.homes
    names = sorted(set(homes["bailleur"]))
    own = safe.whole.comparison.query("niveau != 'total' and bailleur != 'ensemble'")
    assert set(own["niveau"]) == {"code_qpv"}
    every = safe.whole.comparison.query("niveau == 'code_qpv' and bailleur != 'ensemble'")
    assert ("publiable" in set(every["publication"])) is (told.seed != SHOWS_NO_QUARTER)
    for name in sorted(set(homes["contrat_de_ville"]) - {""}):
        quarters = set(homes.loc[homes["contrat_de_ville"] == name, "code_qpv"]) - {""}
        for one in (safe.region({}), safe.place("contrat_de_ville", name, quarters)):
            for table in (getattr(one, t) for t in TABLES):
                if "bailleur" in table:
                    assert set(table["bailleur"]) <= {ENSEMBLE}
    for name in names:
        one = safe.bailleur(name)
        assert set(one.comparison["bailleur"]) <= {ENSEMBLE, name}
        shared = one.comparison[one.comparison["bailleur"] == ENSEMBLE]
        assert set(shared["niveau"]) <= {TOTAL}
        own = one.comparison[one.comparison["bailleur"] == name]
        mine = every[every["bailleur"] == name]
        kept = own[own["niveau"] == "code_qpv"]
        assert len(kept) == len(mine)
        assert np.array_equal(kept["publication"], mine["publication"])
