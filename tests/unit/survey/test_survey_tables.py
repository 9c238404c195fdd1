"""The tables beyond the raw gap: territories, like with like, benchmarks, waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from surveycases import make_delivery, make_plan, stamped

from tfpb.survey.compare import compare
from tfpb.survey.reading.recode import recode
from tfpb.survey.sample_size import interviews_needed
from tfpb.survey.secrecy.disclosure import protect

if TYPE_CHECKING:
    from tfpb.errors import Fault


def _wave(rng: np.random.Generator, owner: str, n: int, **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({"bailleur": owner, "vague": "2023", "poids": "1"}, index=range(n))
    frame["residence"] = [f"{owner}{k}" for k in rng.integers(0, 20, n)]
    return frame.assign(**columns)


def _numbered(*parts: pd.DataFrame) -> pd.DataFrame:
    frame = pd.concat(parts, ignore_index=True).astype(str)
    return stamped(frame.assign(id=[str(k) for k in range(len(frame))]), "e.csv")


def _raw(table: pd.DataFrame, **where: str) -> pd.DataFrame:
    keep = np.ones(len(table), dtype=bool)
    for column, value in ({"ajustement": "brut", "niveau": "total"} | where).items():
        keep &= (table[column] == value).to_numpy()
    return table[keep]


def _codes(faults: tuple[Fault, ...]) -> list[str]:
    return [f.code for f in faults]


def test_a_quarter_stands_against_all_the_hors_qpv_of_its_bailleurs() -> None:
    plan = make_plan(variables={"code_qpv": {"colonnes": ["code_quartier"]}, "agence": {}})
    table = compare(recode([make_delivery(1)], plan), plan, by=["code_qpv", "agence"]).comparison
    quarter = table[(table["niveau"] == "code_qpv") & (table["ajustement"] == "brut")]
    assert set(quarter["groupe"]) >= {"qpv", "hors_qpv", "ecart"}
    assert "ensemble" not in set(quarter["groupe"])
    key = ["vague", "bailleur", "item"]
    hors = quarter[quarter["groupe"] == "hors_qpv"].merge(
        _raw(table, groupe="hors_qpv")[[*key, "n", "estimation"]], on=key, suffixes=("", "_all")
    )
    assert len(hors) > 10
    assert (hors["n"] == hors["n_all"]).all()
    np.testing.assert_allclose(hors["estimation"], hors["estimation_all"])
    agency = _raw(table, niveau="agence", groupe="ensemble", bailleur="ensemble")
    total = _raw(table, groupe="ensemble", bailleur="ensemble")
    assert agency["n"].sum() == total["n"].sum()


@pytest.mark.parametrize(
    ("interviews", "few"), [(10, "reponses"), (40, "reponses"), (120, "residences")]
)
def test_the_mark_says_what_there_is_little_of(interviews: int, few: str) -> None:
    """Of some 120 answers a side, each of another résidence, the interval would be too wide all the same."""
    plan = make_plan(variables={"agence": {}})
    frame = make_delivery(2, owners=("A",), residences=30, interviews=interviews, waves=("2023",))
    own = [f"A{k:02d}" for k in range(1, 7)]
    frame["agence"] = np.where(frame["residence"].isin(own), "petite", "autre")
    table = compare(recode([frame], plan), plan, by=["agence"]).comparison
    small = _raw(table, niveau="agence", territoire="petite", groupe="ecart", bailleur="A")
    assert set(small["peu_de_reponses"]) == {few}


def test_a_territory_of_few_residences_is_flagged_whatever_its_bailleurs_hold() -> None:
    plan = make_plan(variables={"agence": {}})
    frame = make_delivery(2, owners=("A",), residences=30, interviews=30, waves=("2023",))
    frame["agence"] = np.where(frame["residence"].isin(["A01", "A03", "A05"]), "petite", "autre")
    estimates = compare(recode([frame], plan), plan, by=["agence"])
    table = estimates.comparison
    place = {"niveau": "agence", "territoire": "petite", "groupe": "qpv", "bailleur": "A"}
    small = _raw(table, **place)
    assert (small["n"] >= 60).all()
    assert set(small["publication"]) == {"publiable"}  # no quarter: two résidences are enough
    gap = _raw(estimates.comparison, **place | {"groupe": "ecart"})
    assert set(gap["peu_de_reponses"]) == {"reponses"}
    large = _raw(table, niveau="agence", territoire="autre", groupe="hors_qpv", bailleur="A")
    assert set(large["publication"]) == {"publiable"}


def test_a_territory_that_is_not_there_is_said() -> None:
    plan = make_plan()
    estimates = compare(recode([make_delivery(1)], plan), plan, by=["siren_epci"])
    assert "territoire_inconnu" in _codes(estimates.notices)
    assert set(estimates.comparison["niveau"]) == {"total"}


def test_composition_alone_makes_no_adjusted_gap() -> None:
    """Old towers please less on both sides, and QPV hold more of them: only the raw gap sees it."""
    rng = np.random.default_rng(3)
    parts = []
    for qpv, old_share in ((1, 0.85), (0, 0.25)):
        n = 4000
        old = rng.random(n) < old_share
        good = rng.random(n) < np.where(old, 0.5, 0.9)
        parts.append(
            _wave(
                rng, f"B{qpv}", n, qpv=qpv, periode=np.where(old, "ancien", "recent"),
                q1=np.where(good, 1, 4), q2=1,
            ).assign(bailleur="B")
        )  # fmt: skip
    plan = make_plan(colonnes={"ajustement": ["periode"]})
    table = compare(recode([_numbered(*parts)], plan), plan).comparison
    gaps = table[
        (table["groupe"] == "ecart") & (table["item"] == "q1") & (table["bailleur"] == "B")
    ].set_index("ajustement")
    assert gaps.loc["brut", "ic95_haut"] <= -0.15
    assert abs(gaps.loc["comparable", "estimation"]) < 0.03
    assert gaps.loc["comparable", "ic95_bas"] < 0 < gaps.loc["comparable", "ic95_haut"]
    assert gaps["autre_histoire"].tolist() == ["oui", "oui"]


def test_without_common_support_no_adjusted_gap_and_it_is_said() -> None:
    rng = np.random.default_rng(4)
    parts = [
        _wave(rng, f"B{q}", 300, qpv=q, periode="a" if q else "b", q1=1, q2=4).assign(bailleur="B")
        for q in (0, 1)
    ]
    plan = make_plan(colonnes={"ajustement": ["periode"]})
    estimates = compare(recode([_numbered(*parts)], plan), plan)
    table = estimates.comparison
    assert set(table["ajustement"]) == {"brut"}  # no row at all
    said = [f for f in estimates.notices if f.code == "support_commun"]
    assert {f.fields["part_pct"] for f in said} == {0}


def test_the_region_is_taken_without_oneself() -> None:
    plan = make_plan()
    owners = ("A", "B", "C", "D", "E")
    frame = make_delivery(6, owners=owners, residences=24, interviews=20, waves=("2023",))
    table = protect(compare(recode([frame], plan), plan), bailleur="B").benchmark
    assert "_bailleur" not in table
    others = compare(recode([frame[frame["bailleur"] != "B"]], plan), plan).comparison
    wanted = _raw(others, bailleur="ensemble")
    both = table.merge(wanted, on=["vague", "item", "groupe"], suffixes=("", "_c"))
    assert len(both) == len(table) == 8
    np.testing.assert_allclose(both["valeur"], both["estimation"])
    # the likeness of answers is that of all bailleurs, oneself included
    np.testing.assert_allclose(both["ic95_bas"], both["ic95_bas_c"], atol=0.01)


def test_the_region_of_two_others_is_not_told() -> None:
    plan = make_plan()
    estimates = compare(recode([make_delivery(6, residences=12, interviews=20)], plan), plan)
    assert estimates.benchmark.empty


def test_the_region_of_a_question_that_two_others_answered_is_not_told() -> None:
    plan = make_plan()
    owners = ("A", "B", "C", "D", "E")
    frame = make_delivery(6, owners=owners, residences=24, interviews=20, waves=("2023",))
    first, *others = (i.identifiant for i in plan.items)
    column = plan.items[0].colonnes[0]
    lone = frame["bailleur"].isin(["A", "B", "C"])

    def told(rows: pd.Series[bool]) -> set[tuple[str, str]]:
        asked = frame.assign(**{column: frame[column].where(rows, "")})
        table = compare(recode([asked], plan), plan).benchmark
        return set(zip(table["_bailleur"], table["item"], strict=True))

    every = {(b, i) for b in owners for i in (first, *others)}
    assert told(frame["bailleur"] != "") == every
    # A, B and C have two others each; D and E, that were not asked, have three
    without = every - {(b, first) for b in "ABC"}
    assert told(lone) == without
    # in QPV alone
    assert told(lone | (frame["qpv"].astype(str) == "0")) == without


def test_national_figures_come_with_their_reference_or_not_at_all() -> None:
    plan = make_plan()
    repere = pd.DataFrame(
        {
            "item": ["q1", "Question q2", "q2", "autre"],
            "groupe": ["QPV", "écart", "", ""],
            "valeur": ["62 %", "-15", "0,7", "50"],
            "reference": ["ANCOLS 2024", "ANCOLS 2024", "", "X"],
        }
    )
    estimates = compare(recode([make_delivery(1)], plan), plan, repere=repere)
    table = estimates.benchmark[estimates.benchmark["vague"] == "2023"]
    assert table[["item", "groupe", "valeur"]].to_numpy().tolist() == [
        ["q1", "qpv", 0.62],
        ["q2", "ecart", -0.15],
    ]
    faults = [f for f in estimates.notices if f.code == "repere_illisible"]
    assert [f.fields["colonne"] for f in faults] == ["reference", "item"]


def test_what_changed_between_waves_is_said() -> None:
    plan = make_plan(
        enquete={
            "mode": "téléphone",
            "2019": {"prestataire": "Alpha", "dates": "2019"},
            "2023": {"prestataire": "Bêta", "dates": "2023"},
        }
    )
    frame = make_delivery(1)
    gone = (frame["bailleur"] == "A") & (frame["vague"] == "2023")
    estimates = compare(recode([frame[~gone]], plan), plan)
    codes = _codes(estimates.notices)
    assert {"vagues_prestataire", "vagues_periode", "vagues_sortis"} <= set(codes)
    assert "vagues_mode" not in codes
    changes = estimates.comparison[estimates.comparison["groupe"] == "evolution_qpv"]
    assert set(changes["bailleur"]) == {"ensemble", "B", "C"}
    assert set(changes["vague"]) == {"2019-2023"}


def test_waves_are_told_in_the_order_of_time_not_of_the_alphabet() -> None:
    names = {"2019": "novembre 2019", "2023": "mars 2023"}
    frame = make_delivery(1)
    named = frame.assign(vague=frame["vague"].map(names))
    estimates = compare(recode([named], make_plan()), make_plan())
    assert [w.vague for w in estimates.waves] == ["novembre 2019", "mars 2023"]
    assert list(dict.fromkeys(estimates.comparison["vague"])) == [
        "novembre 2019", "mars 2023", "novembre 2019-mars 2023",
    ]  # fmt: skip
    assert "vagues_sans_ordre" not in _codes(estimates.notices)
    plain = compare(recode([frame], make_plan()), make_plan())
    for way in ("evolution_qpv", "evolution_ecart"):
        moved, same = (_raw(e.comparison, groupe=way) for e in (estimates, plain))
        assert moved["estimation"].tolist() == same["estimation"].tolist()


def test_waves_that_no_date_orders_are_doubted_and_dates_settle_them() -> None:
    frame = make_delivery(1)
    named = frame.assign(vague=frame["vague"].map({"2019": "vague B", "2023": "vague A"}))
    unsure = compare(recode([named], make_plan()), make_plan())
    [doubt] = [f for f in unsure.notices if f.code == "vagues_sans_ordre"]
    assert (doubt.got, doubt.fields["vagues"]) == ("vague B", "vague A, vague B")
    dates = {"vague B": {"dates": "novembre 2019"}, "vague A": {"dates": "mars 2023"}}
    plan = make_plan(enquete=dates)
    settled = compare(recode([named], plan), plan)
    assert [w.vague for w in settled.waves] == ["vague B", "vague A"]
    assert "vagues_sans_ordre" not in _codes(settled.notices)


def test_a_change_is_within_a_point_of_what_a_reader_subtracts_on_common_bailleurs() -> None:
    plan = make_plan()
    table = compare(recode([make_delivery(8)], plan), plan).comparison
    for group, change in (("qpv", "evolution_qpv"), ("ecart", "evolution_ecart")):
        first = _raw(table, vague="2019", groupe=group)
        second = _raw(table, vague="2023", groupe=group)
        both = first.merge(second, on=["bailleur", "item"])
        change_rows = _raw(table, groupe=change).merge(both, on=["bailleur", "item"])
        np.testing.assert_allclose(
            change_rows["estimation"].astype(float),
            (change_rows["estimation_y"] - change_rows["estimation_x"]).astype(float),
            atol=0.01 + 1e-9,  # each figure is rounded last
        )


def test_a_lone_residence_is_masked_and_a_bailleur_without_qpv_is_told_so() -> None:
    rng = np.random.default_rng(9)
    lone = _wave(rng, "B", 60, qpv=1, q1=1, q2=4).assign(residence="seule")
    rest = _wave(rng, "B", 200, qpv=0, q1=rng.integers(1, 5, 200), q2=1)
    none = _wave(rng, "C", 200, qpv=0, q1=rng.integers(1, 5, 200), q2=1)
    plan = make_plan()
    table = protect(compare(recode([_numbered(lone, rest, none)], plan), plan)).comparison
    alone = _raw(table, bailleur="B", groupe="qpv", item="q1").iloc[0]
    assert alone["publication"] in {"masque", "non_publiable"}
    assert np.isnan(alone["estimation"])
    empty = _raw(table, bailleur="C", groupe="qpv", item="q1").iloc[0]
    assert (empty["publication"], empty["n"]) == ("non_calculable", 0)
    for owner, verdict in (("B", "masque"), ("C", "non_calculable")):
        gap = _raw(table, bailleur=owner, groupe="ecart", item="q1").iloc[0]
        assert gap["verdict"] == verdict


def test_the_interviews_it_would_have_taken() -> None:
    plan = make_plan()
    table = compare(recode([make_delivery(1, interviews=30)], plan), plan).comparison
    row = _raw(table, groupe="ecart", bailleur="ensemble").iloc[0]
    needed = interviews_needed(table, row)
    assert needed is not None
    assert needed % 10 == 0
    assert needed > 100


@pytest.mark.parametrize("count", [1, 3])
def test_waves_are_compared_one_to_the_next_and_the_first_to_the_last(count: int) -> None:
    plan = make_plan()
    waves = ("2016", "2019", "2023")[:count]
    answers = recode([make_delivery(1, waves=waves)], plan)
    table = compare(answers, plan).comparison
    moved = table[table["groupe"].str.startswith("evolution")]
    pairs = ["2016-2019", "2019-2023", "2016-2023"] if count == 3 else []
    assert moved["vague"].drop_duplicates().tolist() == pairs
    if pairs:  # as if the wave between had not been
        ends = np.flatnonzero((answers.respondents["vague"] != "2019").to_numpy())
        two = compare(answers.kept(ends), plan).comparison
        two = two[two["groupe"].str.startswith("evolution")].reset_index(drop=True)
        whole = moved[moved["vague"] == "2016-2023"].reset_index(drop=True)
        pd.testing.assert_frame_equal(whole, two)
