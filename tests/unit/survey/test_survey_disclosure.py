"""The only way out of the survey: what is withheld in every table, and who may make what is published."""

from __future__ import annotations

from dataclasses import fields

import pandas as pd
import pytest
from surveycases import make_delivery, make_plan

from tfpb.model.survey import Estimates, Published
from tfpb.survey import compare, protect, recode
from tfpb.survey.secrecy.publishable import Rules

BY = ("code_qpv", "agence")
SIDES = ["qpv", "hors_qpv"]


def estimates(*, few: int = 0, owners: tuple[str, ...] = ("A", "B", "C")) -> Estimates:
    """Estimate a delivery of two waves, `few` interviews of A in QPV left in 2023 if any."""
    frame = make_delivery(4, owners=owners)
    if few:
        mine = (frame["bailleur"] == "A") & (frame["vague"] == "2023") & (frame["qpv"] == "1")
        gone = frame.index[mine][few:]
        frame = frame.drop(index=gone)
    return compare(recode([frame], make_plan()), make_plan(), by=BY)


def numbers(table: pd.DataFrame) -> pd.DataFrame:
    return table.select_dtypes("number").drop(columns=["marge_points", "rang"], errors="ignore")


def test_withheld_rows_bear_no_number_in_any_table() -> None:
    made = protect(estimates(few=6))
    for name in ("comparison", "levels"):
        table = getattr(made, name)
        masked = table[table["publication"] == "masque"]
        assert len(masked), name
        assert numbers(masked).isna().all(axis=None), name
    gaps = made.comparison.query("groupe == 'ecart' and publication == 'masque'")
    assert set(gaps["verdict"]) == {"masque"}
    assert set(made.comparison.query("publication == 'masque'")["peu_de_reponses"]) == {""}


def test_one_small_group_withholds_every_row_that_rests_on_it() -> None:
    table = protect(estimates(few=6)).comparison
    mine = table.query("niveau == 'total' and bailleur == 'A' and vague != '2019'")
    state = mine.groupby(["groupe", "ajustement"])["publication"].unique().map(list)
    assert state["hors_qpv", "brut"] == ["publiable"]
    for group in ("qpv", "ensemble", "ecart", "evolution_qpv", "evolution_ecart"):
        assert state[group, "brut"] == ["masque"], group


def test_rounded_counts_are_those_of_the_base_and_ten() -> None:
    made = protect(estimates())
    shown = made.comparison.query("publication == 'publiable'")
    assert (shown["n"] % 10 == 0).all()
    sides = shown[shown["groupe"].isin(SIDES) & (shown["ajustement"] == "brut")]
    keys = ["vague", "niveau", "territoire", "bailleur", "groupe"]
    assert not sides[[*keys, "n"]].drop_duplicates()[keys].duplicated().any()
    gap = shown.query("groupe == 'ecart' and niveau == 'total' and ajustement == 'brut'").iloc[0]
    both = sides.query("niveau == 'total' and bailleur == @gap.bailleur and vague == @gap.vague")
    assert gap["n"] == both.drop_duplicates("groupe")["n"].sum()
    assert all(w.n % 10 == 0 for w in made.waves)


def test_a_pack_holds_its_own_rows_and_a_whole_of_three_others() -> None:
    own = protect(estimates(), bailleur="b")
    assert set(own.comparison["bailleur"]) == {"b"}  # two others only
    five = protect(estimates(owners=tuple("ABCD")), bailleur="b")
    assert set(five.comparison["bailleur"]) == {"b", "ensemble"}
    assert set(five.fieldwork.get("bailleur", [])) <= {"b"}


def test_a_row_that_no_group_stands_for_is_withheld() -> None:
    made = estimates()
    table = made.comparison.copy()
    named = (table["niveau"] == "agence") & (table["n"] > 0)
    table.loc[named, "territoire"] = "inconnue"
    rows = protect(
        Estimates(**{f.name: getattr(made, f.name) for f in fields(made)} | {"comparison": table})
    )
    found = rows.comparison
    raw = found[(found["niveau"] == "agence") & found["groupe"].isin([*SIDES, "ecart"])]
    assert set(raw["publication"]) <= {"masque", "non_calculable"}


def test_the_thresholds_may_be_raised() -> None:
    made = estimates()
    rows = [
        len(protect(made, Rules(shown_n=n)).comparison.query("publication == 'publiable'"))
        for n in (30, 60)
    ]
    assert rows[1] < rows[0]
    strict = protect(made, Rules(shown_n=10**6)).comparison
    assert not (strict["publication"] == "publiable").any()


def test_a_change_needs_enough_households_of_those_in_both_waves() -> None:
    frame = make_delivery(4, owners=("A", "B", "C", "D"))
    both = frame[frame["bailleur"].isin(["A", "B"]) | (frame["vague"] == "2023")]
    last = both["bailleur"].isin(["A", "B"]) & (both["vague"] == "2023")
    few = both[~(last & (both.groupby(["bailleur", "vague", "qpv"]).cumcount() > 5))]
    for delivery, state in ((both, {"publiable"}), (few, {"masque"})):
        table = protect(compare(recode([delivery], make_plan()), make_plan())).comparison
        rows = table.query(
            "bailleur == 'ensemble' and groupe == 'evolution_qpv' and ajustement == 'brut'"
        )
        assert set(rows["publication"]) == state


def test_published_has_one_maker() -> None:
    empty = pd.DataFrame()
    with pytest.raises(TypeError, match="protect"):
        Published(empty, empty, empty, empty, (), (), {}, seal=object())


def test_small_waves_do_not_tell_their_sides() -> None:
    made = protect(estimates(few=6, owners=("A",)))
    wave = made.waves[-1]
    assert (wave.n, wave.n_qpv) == (-1, -1)
    assert wave.n_hors > 0
    assert not hasattr(wave, "poids_min")
    assert not wave.ponderation


def test_a_question_asked_on_one_side_counts_those_of_that_side() -> None:
    frame = make_delivery(4)
    frame["q2"] = frame["q2"].where(frame["qpv"] == "1", "")
    made = protect(compare(recode([frame], make_plan()), make_plan()))
    asked = made.comparison.query("niveau == 'total' and ajustement == 'brut' and vague == '2023'")
    asked = asked[asked["bailleur"] == "ensemble"].set_index(["item", "groupe"])
    one, both = asked.loc["q2"], asked.loc["q1"]
    assert one.loc["ensemble", "n"] == one.loc["qpv", "n"] == both.loc["qpv", "n"]
    assert both.loc["ensemble", "n"] == both.loc["qpv", "n"] + both.loc["hors_qpv", "n"]
    assert one["publication"].to_dict() == {
        "qpv": "publiable", "hors_qpv": "non_calculable", "ensemble": "publiable", "ecart": "non_calculable",
    }  # fmt: skip
