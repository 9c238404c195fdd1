"""Positions, quartiles and letters: no rank, no size, no trace from one question to the next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from region_cases import LEVELS, protected_of, region_plan, region_survey

from tfpb.model.record import Source
from tfpb.region.cuts import GAP_AND_LEVEL, Protected, gaps_of_bailleurs
from tfpb.region.estimates import compare_region
from tfpb.region.positions import (
    FEWEST_OTHERS,
    POSITION_COLUMNS,
    UNREAD,
    benchmark_table,
    draw,
    drawing_key,
    position,
    quartiles,
    spread,
    under_letters,
    unread,
)
from tfpb.text import letters_of


@pytest.fixture(scope="module")
def protected() -> Protected:
    answers = region_survey(11, owners=14, towns=8, homes=(5, 9))
    made = compare_region(answers, region_plan(), by=LEVELS, repere=None)
    return protected_of(made)


def test_quartiles_leave_oneself_out_and_are_rounded_to_the_point(protected: Protected) -> None:
    rows = gaps_of_bailleurs(protected.whole, GAP_AND_LEVEL)
    name = str(rows["bailleur"].iloc[0])
    made = quartiles(protected.whole, name)
    assert len(made)
    for row in made.itertuples():
        others = rows[
            (rows["bailleur"] != name)
            & (rows["vague"] == row.vague)
            & (rows["item"] == row.item)
            & (rows["groupe"] == row.groupe)
        ]["estimation"]
        assert row.autres == len(others) >= FEWEST_OTHERS
        assert row.mediane == pytest.approx(np.median(others), abs=0.0051)
        assert round(row.mediane * 100) == pytest.approx(row.mediane * 100)


def test_a_position_holds_its_own_interval_and_no_rank(protected: Protected) -> None:
    name = str(gaps_of_bailleurs(protected.whole, ("qpv",))["bailleur"].iloc[0])
    own = protected.bailleur(name)
    rows = position(protected.whole, own, name)
    assert tuple(rows.columns) == POSITION_COLUMNS
    assert len(rows)
    for row in rows[rows["mediane"].notna()].itertuples():
        want = (
            "au_dessus"
            if row.ic95_bas > row.mediane
            else "en_dessous"
            if row.ic95_haut < row.mediane
            else "non_tranche"
        )
        assert row.lecture == want
    assert not [c for c in rows.columns if "rang" in c]


def test_letters_show_neither_size_nor_order(protected: Protected) -> None:
    wave = protected.whole.waves[-1].vague
    rows = under_letters(protected.whole, wave, key="clé")
    # a verdict would tell the size: beside a gap, it bounds the error
    assert list(rows.columns) == ["item", "lettre", "ecart"]
    for _, part in rows.groupby("item"):
        assert part["lettre"].tolist() == sorted(part["lettre"], key=lambda v: (len(v), v))
        assert len(part) > FEWEST_OTHERS
    assert under_letters(protected.whole, wave, key="clé").equals(rows)


def test_the_spread_says_how_sure_and_whether_bailleurs_differ(protected: Protected) -> None:
    wave = protected.whole.waves[-1].vague
    rows = spread(protected.whole, wave)
    gaps = gaps_of_bailleurs(protected.whole, ("ecart",))
    for row in rows[rows["groupe"] == "ecart"].itertuples():
        own = gaps[(gaps["vague"] == wave) & (gaps["item"] == row.item)]
        half = np.median(own["ic95_haut"] - own["ic95_bas"]) / 2
        assert row.incertitude_points == pytest.approx(100 * half, abs=0.51)
        assert row.difference in {"demontree", "non_demontree"}
    assert set(rows.loc[rows["groupe"] != "ecart", "difference"]) == {""}


def test_letters_are_drawn_anew_for_each_output() -> None:
    names = [f"Bailleur {k}" for k in range(30)]
    one, two = draw(names, key="clé", output="2023|q1"), draw(names, key="clé", output="2023|q2")
    assert one != two
    assert sorted(one.values()) == sorted(letters_of(k) for k in range(1, 31))
    assert draw(reversed(names), key="clé", output="2023|q1") == one
    assert [letters_of(k) for k in (26, 27, 28, 702, 703)] == ["Z", "AA", "AB", "ZZ", "AAA"]


def test_the_benchmark_speaks_the_bailleurs_own_names(protected: Protected) -> None:
    name = str(gaps_of_bailleurs(protected.whole, ("qpv",))["bailleur"].iloc[0])
    own = protected.bailleur(name)
    libelles = dict(zip(own.items["item"], own.items["libelle"], strict=True))
    rows = benchmark_table(own, {"q1": "Q01. Propreté"}, libelles)
    assert set(rows["item"]) <= {"Q01. Propreté", "Question q2", "Note"}
    assert set(rows["repere"]) == {"region_sans_soi"}


def test_names_and_seed_alone_do_not_draw_again() -> None:
    files = [Source("patrimoine", "p.csv", sha, 1, 1) for sha in ("aa", "bb")]
    key = drawing_key(0, files)
    assert key == drawing_key(0, files)
    assert len({key, drawing_key(1, files), drawing_key(0, files[:1]), drawing_key(0, [])}) == 4


@pytest.mark.parametrize(
    ("waiting", "unsure"),
    [(set(), set()), ({"B1"}, {"B1", "ensemble"}), ({"ensemble"}, {"B0", "B1", "ensemble"})],
)
def test_nothing_is_concluded_under_an_open_question_but_a_release_remembers(
    protected: Protected, waiting: set[str], unsure: set[str]
) -> None:
    safe = replace(protected, waiting=frozenset(waiting))
    seen = set()
    for name in ("B0", "B1"):
        own = safe.bailleur(name).comparison
        judged = own[(own["verdict"] != "") & (own["publication"] == "publiable")]
        seen |= set(judged.loc[judged["verdict"] == "a_confirmer", "bailleur"])
        marked = judged[judged["verdict"] == "a_confirmer"]
        assert (marked[["isole", "autre_histoire", "peu_de_reponses"]] == "").all(axis=None)
        assert marked["estimation"].notna().all()  # the figure is one reading, and stays
        kept = safe.bailleur(name, released=True).comparison
        pd.testing.assert_frame_equal(kept, protected.bailleur(name).comparison)
    assert seen == unsure
    for one in (safe.region({}), safe.place("contrat_de_ville", "C0", ["QN059001"])):
        rows = one.comparison
        words = rows.loc[(rows["verdict"] != "") & (rows["publication"] == "publiable"), "verdict"]
        assert len(words)
        assert (words == "a_confirmer").all() == bool(waiting)
    placed = position(safe.read, safe.bailleur("B0"), "B0")
    read = unread(placed)["lecture"]
    assert set(read) == {UNREAD} | set(placed["lecture"][placed["lecture"] == ""])
