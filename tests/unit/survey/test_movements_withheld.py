"""Movements that are not told: of levels over a change of firm, of a quarter of few households."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from surveycases import make_delivery, make_plan

from tfpb.model.codes import Verdict
from tfpb.survey import compare, protect, recode
from tfpb.survey.estimation.intervals import BOUNDS
from tfpb.survey.raw_gaps import mode_changed

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = ["estimation", *BOUNDS]


def _changes(enquete: dict[str, object]) -> pd.DataFrame:
    plan = make_plan(enquete=enquete)
    table = protect(compare(recode([make_delivery(5, interviews=40)], plan), plan)).comparison
    return table[
        table["groupe"].str.startswith("evolution") & (table["publication"] == "publiable")
    ]


@pytest.mark.parametrize("key", ["prestataire", "mode"])
def test_levels_have_no_word_nor_number_over_a_change_of_firm_or_mode(key: str) -> None:
    rows = _changes({"2019": {key: "A"}, "2023": {key: "B"}})
    levels = rows[rows["groupe"] != "evolution_ecart"]
    assert len(levels)
    assert levels[NUMBERS].isna().all(axis=None)
    assert set(levels["verdict"]) == {Verdict.INTERROMPUE}
    gaps = rows[rows["groupe"] == "evolution_ecart"]
    assert gaps[NUMBERS].notna().all(axis=None)
    assert Verdict.INTERROMPUE not in set(gaps["verdict"])
    beyond = gaps["verdict"].isin([Verdict.HAUSSE, Verdict.BAISSE])
    near = (gaps["ic90_bas"] > 0.015) | (gaps["ic90_haut"] < -0.015)
    assert (beyond <= near).all()
    assert mode_changed(rows) == {"2019-2023"}


def test_levels_are_told_where_the_same_firm_came_back() -> None:
    rows = _changes({"2019": {"prestataire": "A"}, "2023": {"prestataire": "A"}})
    assert rows[NUMBERS].notna().all(axis=None)
    assert Verdict.INTERROMPUE not in set(rows["verdict"])
    assert not mode_changed(rows)


def test_no_movement_of_a_quarter_is_told_under_a_hundred_households() -> None:
    told: dict[bool, set[str]] = {True: set(), False: set()}
    for interviews in (11, 40):
        plan = make_plan(variables={"code_qpv": {"colonnes": ["code_qpv"]}})
        frame = make_delivery(7, owners=("A",), residences=24, interviews=interviews)
        frame = frame.rename(columns={"code_quartier": "code_qpv"})
        # whatever moved: everyone content in one wave, nobody in the other
        first = frame["vague"] == "2019"
        frame.loc[frame["code_qpv"] != "", "q1"] = np.where(first, "1", "4")[
            frame["code_qpv"] != ""
        ]
        table = protect(compare(recode([frame], plan), plan, by=("code_qpv",))).comparison
        rows = table[(table["niveau"] == "code_qpv") & (table["item"] == "q1")]
        counts = rows[rows["groupe"] == "qpv"].groupby(["territoire", "bailleur"])["n"].min()
        moved = rows[(rows["groupe"] == "evolution_ecart") & (rows["publication"] == "publiable")]
        assert (moved["ic90_haut"] < 0).all()  # established, were it told
        for row in moved.itertuples():
            told[bool(counts[row.territoire, row.bailleur] >= 100)].add(str(row.verdict))
            if counts[row.territoire, row.bailleur] < 100:
                assert row.peu_de_reponses == "reponses"
    assert told == {False: {Verdict.NON_DEMONTRE}, True: {Verdict.BAISSE}}


def _recoded(change: str) -> pd.DataFrame:
    """Return the changes of gaps that are told, from answers whose later wave is coded otherwise."""
    items = ("q1", "q2", "q3")
    note = {"colonnes": ["note"], "libelle": "Note", "theme": "global", "echelle": "note"}
    frame = make_delivery(5, items=items, interviews=16)
    later = (frame["vague"] == "2023").to_numpy()
    mark = np.random.default_rng(2).binomial(10, 0.68, len(frame))
    if change == "note":  # out of 5
        mark = np.where(later, (mark + 1) // 2, mark)
    if change == "sens":
        turned = frame[list(items)].replace({"1": "4", "2": "3", "3": "2", "4": "1"})
        frame.loc[later, list(items)] = turned[later]
    plan = make_plan(items=items, more=[note])
    estimates = compare(recode([frame.assign(note=mark.astype(str))], plan), plan)
    warned = {f.fields["item"] for f in estimates.notices if f.code == "vagues_echelle"}
    table = estimates.comparison
    gaps = table[(table["groupe"] == "evolution_ecart") & (table["publication"] == "publiable")]
    withheld = gaps["verdict"] == Verdict.INTERROMPUE
    assert warned == set(gaps.loc[withheld, "item"])
    assert gaps.loc[withheld, NUMBERS].isna().all(axis=None)
    return gaps[~withheld]


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("", {"q1", "q2", "q3", "note"}),
        ("note", {"q1", "q2", "q3"}),
        ("sens", {"note"}),
    ],
)
def test_no_change_is_told_over_a_scale_that_changed(change: str, left: set[str]) -> None:
    assert set(_recoded(change)["item"]) == left


OWNERS = ("A", "B", "C", "D", "E")
