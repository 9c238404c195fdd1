"""Which rows a region publishes and which territories show a bailleur, on tables done by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.survey import Atoms, Estimates
from tfpb.region.secrecy.panels import Rules
from tfpb.region.secrecy.region_secrecy import (
    check_total,
    held_back,
    levels_of,
    published_rows,
    region_masks,
    reveals,
)
from tfpb.stage import directly
from tfpb.survey.secrecy.cells import OWNER, Cell, Disclosed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.stage import Stage

RULES = Rules(11)


TERRITORIES = [
    ((50, 50, 50), False),
    ((50, 50), True),  # too few bailleurs
    ((850, 75, 75), False),
    ((851, 75, 74), True),  # one holds nearly all
    ((30, 30, 30, 11), False),
    ((30, 30, 30, 10), True),  # a small one
    ((30, 30, 10, 10), True),  # two, each of which knows itself
    ((30, 10, 6, 5), False),
    ((30, 10, 5, 5), True),  # the others than the largest small one: ten
    ((40, 40, 40, 1), True),
    ((50, 8, 8, 4), False),
]


def test_a_territory_shows_a_bailleur() -> None:
    columns = np.array([(*answers, 0, 0)[:4] for answers, _ in TERRITORIES], float).T
    assert reveals(columns, RULES).tolist() == [shows for _, shows in TERRITORIES]
    for (answers, shows), column in zip(TERRITORIES, columns.T, strict=True):
        assert reveals(column[:, None], RULES).tolist() == [shows], answers


def test_the_rules_are_settings() -> None:
    columns = np.array([[50.0], [50], [50], [4]])
    assert reveals(columns, Rules(11)).tolist() == [True]
    assert reveals(columns, Rules(4)).tolist() == [False]
    assert reveals(columns, Rules(4, fewest=5)).tolist() == [True]
    assert reveals(columns, Rules(4, largest_share=0.3)).tolist() == [True]


def test_levels_are_small_to_large() -> None:
    frame = pd.DataFrame(
        columns=["departement", "siren_epci", "agence", "contrat_de_ville", "code_qpv"]
    )
    known = ["code_qpv", "contrat_de_ville", "siren_epci", "departement"]
    assert levels_of(frame) == known
    assert levels_of(frame[["departement"]]) == ["departement"]


def answered(*rows: tuple[str, str, str], lacking: Sequence[int] = ()) -> Any:
    """Return interviews (wave, bailleur, département), all with an answer but those `lacking`."""
    frame = pd.DataFrame(rows, columns=["vague", "bailleur", "departement"])
    ranks = np.zeros(len(rows), dtype=int)
    ranks[list(lacking)] = -1
    return SimpleNamespace(respondents=frame, waves=("2019", "2023"), answers={"q": ranks})


BOTH = [(w, b, d) for w in ("2019", "2023") for b in "ABC" for d in ("D1", "D2")]
FOUR = [*BOTH, *((w, "E", d) for w in ("2019", "2023") for d in ("D1", "D2"))]


def counted(answers: Any) -> tuple[Atoms, ...]:
    """Return the atoms of interviews, all in QPV."""
    frame = answers.respondents.assign(qpv="1")
    names = ["bailleur", "qpv", "departement"]
    out = []
    for wave in answers.waves:
        here = (frame["vague"] == wave).to_numpy()
        n = np.array([ranks[here] >= 0 for ranks in answers.answers.values()], dtype=int).T
        places = frame.loc[here, names].reset_index(drop=True)
        most = np.full(len(n), np.inf)
        out.append(Atoms(wave, tuple(answers.answers), places, n, n, most))
    return tuple(out)


def test_a_region_needs_more_bailleurs_than_the_fewest_in_every_wave() -> None:
    four = answered(*BOTH, ("2019", "D", "D1"), ("2023", "D", "D1"))
    assert check_total(four, 3)
    assert not check_total(four, 4)
    assert not check_total(answered(*BOTH, ("2019", "D", "D1")), 3)


def estimates(*rows: tuple[object, ...], atoms: tuple[Atoms, ...] = ()) -> Estimates:
    names = ["vague", "niveau", "territoire", "bailleur", "groupe", "n"]
    table = pd.DataFrame(rows, columns=names)
    table = table.assign(item="q", ajustement="brut", publication="publiable", estimation=0.123)
    return Estimates(table, *(pd.DataFrame(),) * 4, atoms=atoms)


ROWS = [
    ("2023", TOTAL, TOTAL, "A", "qpv", 20),
    ("2023", "departement", "D1", "A", "qpv", 20),  # a bailleur's territory
    ("2023", "departement", "D1", ENSEMBLE, "qpv", 60),
    ("2019-2023", "departement", "D1", ENSEMBLE, "evolution_qpv", 60),
    ("2019-2023", "departement", "D2", ENSEMBLE, "evolution_qpv", 60),
    ("2019-2023", TOTAL, TOTAL, ENSEMBLE, "evolution_qpv", 60),
]


@pytest.mark.parametrize(
    ("more", "lacking", "kept"),
    [
        ([], [], [0, 2, 3, 4, 5]),
        ([("2023", "D", "D1")], [], [0, 2, 4, 5]),  # D1 is met by one that 2019 has not
        ([("2019", "D", "D2")], [], [0, 2, 3, 5]),
        ([("2019", "D", "D2")], [16], [0, 2, 3, 4, 5]),  # it did not answer
        ([("2019", "D", "")], [], [0, 2, 3, 4, 5]),  # it lies nowhere
    ],
)
def test_rows_that_a_region_publishes(
    more: list[tuple[str, str, str]], lacking: list[int], kept: list[int]
) -> None:
    answers = answered(*FOUR, *more, lacking=lacking)
    made = published_rows(estimates(*ROWS, atoms=counted(answers)), answers, RULES)
    rows = made.comparison
    asked = pd.DataFrame(ROWS).iloc[kept]
    assert rows[["niveau", "territoire", "bailleur"]].to_numpy().tolist() == (
        asked[[1, 2, 3]].to_numpy().tolist()
    )
    assert rows.index.tolist() == list(range(len(kept)))
    assert "index" not in rows
    whole = rows.iloc[-1]["estimation"]
    assert whole == (
        0.12 if more and not lacking else 0.123
    )  # rounded where one is in a wave alone


@pytest.mark.parametrize(
    ("later", "fewest", "kept"),
    [
        ("ABCD", 3, ["2019", "2023", "2019-2023"]),
        ("ABC", 3, ["2019"]),  # each of the three would subtract its own answers
        ("BCDE", 3, ["2019", "2023"]),  # of both waves, three
        ("", 3, ["2019", "2023"]),  # nobody was asked: there is nothing to hide
        ("ABCD", 4, []),
    ],
)
def test_the_whole_of_a_question_needs_more_bailleurs_than_the_fewest(
    later: str, fewest: int, kept: list[str]
) -> None:
    waves = [*(("2019", b, "D1") for b in "ABCD"), *(("2023", b, "D1") for b in "ABCDE")]
    answers = answered(*waves, lacking=[4 + k for k, b in enumerate("ABCDE") if b not in later])
    rows = [(w, TOTAL, TOTAL, ENSEMBLE, "qpv", 60) for w in ("2019", "2023")]
    rows += [("2019-2023", TOTAL, TOTAL, ENSEMBLE, "evolution_qpv", 60)] if later else []
    own = [(w, TOTAL, TOTAL, "A", "qpv", 20) for w in ("2019", "2023")]
    place = [("2023", "departement", "D1", ENSEMBLE, "qpv", 60)]
    place += [("2023", "code_qpv", "Q1", ENSEMBLE, "hors_qpv", 60)]  # the whole's other side
    marks = pd.DataFrame({"vague": "2023", "item": "q", OWNER: ["A", ""]})
    made = replace(estimates(*rows, *own, *place, atoms=counted(answers)), benchmark=marks)
    every = made.comparison
    made = replace(made, levels=every, priorities=every, variants=every, design=every)
    found = published_rows(made, answers, Rules(11, fewest=fewest))
    for table in (found.comparison, found.levels, found.priorities, found.variants, found.design):
        assert table is not None
        whole = table[(table["bailleur"] == ENSEMBLE) & (table["niveau"] == TOTAL)]
        assert whole["vague"].tolist() == kept
        assert table.loc[table["bailleur"] == "A", "vague"].tolist() == ["2019", "2023"]
        assert "D1" in set(table["territoire"])  # a territory's own rules mask it
        assert ("Q1" in set(table["territoire"])) == ("2023" in kept)
    assert found.benchmark[OWNER].tolist() == (["A", ""] if "2023" in kept else [""])


def test_a_bailleur_of_the_two_first_waves_of_three_is_lacking_in_the_last() -> None:
    every = [(w, b, "D1") for w in ("2019", "2021", "2023") for b in "ABC"]
    answers = answered(*every, ("2019", "D", "D1"), ("2021", "D", "D1"))
    answers.waves = ("2019", "2021", "2023")
    pairs = ("2019-2021", "2021-2023")
    rows = [(p, "departement", "D1", ENSEMBLE, "evolution_qpv", 60) for p in pairs]
    made = published_rows(estimates(*rows), answers, RULES).comparison
    assert made["vague"].tolist() == ["2019-2021"]


PLACES = [(b, d) for b in "ABCDE" for d in ("D1", "D2", "D3")]
SIZES = {
    "A": (20, 20, 20),
    "B": (30, 25, 25),
    "C": (22, 33, 25),
    "D": (5, 40, 30),
    "E": (0, 24, 24),
}


def wave(name: str, sizes: dict[str, tuple[int, ...]]) -> tuple[list[tuple[object, ...]], Atoms]:
    """Return the rows of a wave over its départements and bailleurs, in QPV, and its atoms."""
    table = pd.DataFrame(PLACES, columns=["bailleur", "departement"]).assign(qpv="1")
    n = np.array([sizes[b][int(d[1]) - 1] for b, d in PLACES])
    rows: list[tuple[object, ...]] = [(name, TOTAL, TOTAL, ENSEMBLE, "qpv", int(n.sum()))]
    rows += [(name, TOTAL, TOTAL, b, "qpv", sum(sizes[b])) for b in sizes]
    rows += [
        (
            name,
            "departement",
            d,
            ENSEMBLE,
            "qpv",
            int(n[(table["departement"] == d).to_numpy()].sum()),
        )
        for d in ("D1", "D2", "D3")
    ]
    made = Atoms(
        name, ("q",), table[["bailleur", "qpv", "departement"]], n[:, None], n[:, None] // 2,
        np.full(len(n), np.inf),
    )  # fmt: skip
    return rows, made


def two_waves() -> Estimates:
    large = {b: tuple(n + 12 for n in sizes) for b, sizes in SIZES.items()}
    first, second = wave("2019", large), wave("2023", SIZES)
    return estimates(*first[0], *second[0], atoms=(first[1], second[1]))


def place(name: str, wave_: str = "2023") -> Cell:
    return Cell(wave_, "q", "departement", name, ENSEMBLE, "qpv")


def test_a_territory_with_one_small_bailleur_is_masked_with_another() -> None:
    masks = region_masks(two_waves(), RULES)
    assert {c.vague for c in masks} == {"2023"}
    assert place("D1") in masks
    assert len(masks) == 2
    assert {c.niveau for c in masks} == {"departement"}
    assert region_masks(two_waves(), Rules(3)) == set()


def test_what_a_release_masked_stays_masked_and_what_it_told_is_too_late_to_mask() -> None:
    made = two_waves()
    gone = Cell("2023", "q", "departement", "D9", ENSEMBLE, "qpv")
    before = Disclosed(masked=(place("D3", "2019"), gone))
    masks = region_masks(made, RULES, before)
    assert place("D3", "2019") in masks
    assert len([c for c in masks if c.vague == "2019"]) > 1
    assert gone not in masks
    free = sorted(region_masks(made, RULES) - {place("D1")})
    counts = {"D2": 142, "D3": 124}
    told = Disclosed(shown=tuple((c, counts[c.territoire]) for c in free))
    again = region_masks(made, RULES, told)
    assert place("D1") in again
    assert not again & set(free)


def test_the_masks_of_a_wave_are_a_stage_of_its_own_that_may_be_kept() -> None:
    made, seen = two_waves(), []

    def execute(stage: Stage, values: tuple[Any, ...]) -> Any:
        seen.append((stage, values))
        found = directly(stage, values)
        assert list(found) == list(Cell._fields)
        return found

    assert {c.vague for c in region_masks(made, RULES, execute=execute)} == {"2023"}
    seen.clear()
    before = Disclosed(masked=(place("D3", "2019"), place("D3")))
    region_masks(made, RULES, before, execute=execute)
    for name, (stage, (cells, atoms, earlier, rules)) in zip(("2019", "2023"), seen, strict=True):
        assert (stage.kept, stage.writes) == ("table", "masks")
        assert stage.reads == ("cells", "atoms", "previous", "rules")
        assert {c.vague for c in cells.count} == {a.vague for a in atoms} == {name}
        assert earlier == {place("D3", name)}
        assert rules == RULES


def test_masks_that_a_release_alone_asks_for_are_counted() -> None:
    made = two_waves()
    plain = region_masks(made, RULES)
    count = partial(held_back, estimates=made, rules=RULES)
    before = Disclosed(masked=(place("D3", "2019"),))
    masks = region_masks(made, RULES, before)
    more = len([c for c in masks if c.vague == "2019"])
    assert count(masks, before=before) == more > 1
    # of a wave that no release tells of, nothing is counted
    shown = Disclosed(shown=((place("D9", "2019"), 4),))
    assert count(plain | {place("D2", "2019")}, before=shown) == 1
    told = Disclosed(shown=((place("D9"), 4),))
    assert count(plain | {place("D2", "2019")}, before=told) == 0
    assert count(plain, before=told) == 0
