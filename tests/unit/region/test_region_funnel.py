"""The funnel: what chance leaves about the region's gap, from released rows; no name, no order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from region_cases import LEVELS, protected_of, region_plan, region_survey
from scipy.optimize import brentq
from scipy.stats import norm

from effort import tries
from tfpb.model.report import Chart, Table, Text
from tfpb.region.estimates import compare_region
from tfpb.region.positions import (
    FEWEST_FOR_MIDDLE,
    FUNNEL_COLUMNS,
    limits_by_interviews,
    own_funnel,
    region_funnel,
)
from tfpb.report.charts.drawing import draw
from tfpb.report.sections import restitution
from tfpb.survey.estimation.intervals import wilson_bounds
from tfpb.words.documents import region_words

if TYPE_CHECKING:
    from tfpb.model.report import Section
    from tfpb.region.cuts import Protected
    from tfpb.survey.respondents import Survey

WAVE = "2023"
SIDES = ("qpv", "hors_qpv")
FIGURES = ["bas95", "haut95", "bas998", "haut998", "region", "erreur", "ecart"]


def _answers(seed: int, owners: int = 14) -> Survey:
    """Bailleurs that differ by chance alone, with a type of dwelling to compare like with like."""
    answers = region_survey(seed, owners=owners, towns=8, homes=(6, 10), waves=(WAVE,))
    frame = answers.respondents
    kind = np.where(frame["residence"].str[-1].isin(list("02468")), "collectif", "individuel")
    return replace(answers, respondents=frame.assign(type_habitat=kind.astype(object)))


def _protected(answers: Survey) -> Protected:
    plan = region_plan()
    columns = plan.colonnes.model_copy(update={"ajustement": ["type_habitat"]})
    plan = plan.model_copy(update={"colonnes": columns})
    made = compare_region(answers, plan, by=LEVELS, repere=None)
    return protected_of(made)


@pytest.fixture(scope="module")
def protected() -> Protected:
    return _protected(_answers(3))


def _owners(protected: Protected) -> list[str]:
    return sorted(set(protected.whole.comparison["bailleur"]) - {"ensemble"})


def _funnel(protected: Protected, name: str) -> pd.DataFrame:
    return own_funnel(protected.whole, protected.bailleur(name), name, WAVE)


def _row(table: pd.DataFrame, owner: str, item: str, way: str, group: str) -> Any:
    hit = table.query(
        "niveau == 'total' and bailleur == @owner and item == @item and ajustement == @way"
        " and groupe == @group and vague == @WAVE",
        local_dict={"owner": owner, "item": item, "way": way, "group": group, "WAVE": WAVE},
    )
    return hit.iloc[0]


@pytest.mark.slow
def test_limits_are_those_of_a_bailleur_like_the_region(protected: Protected) -> None:
    ways = set()
    for name in _owners(protected):
        own = protected.bailleur(name).comparison
        for line in _funnel(protected, name).itertuples():
            ways.add(line.ajustement)
            variance = 0.0
            for side in SIDES:
                mine, region = (
                    _row(own, o, line.item, line.ajustement, side) for o in (name, "ensemble")
                )

                def excess(n: float, row: Any = mine) -> float:
                    low, high = wilson_bounds(row["estimation"], np.float64(n), norm.ppf(0.975))
                    share = row["estimation"]  # its longer arm, rounded outwards
                    if share < 0.5:
                        return float(high) - row["ic95_haut"]
                    return row["ic95_bas"] - float(low)

                size = brentq(excess, 0.5, 1e6)  # read from the printed interval
                variance += region["estimation"] * (1 - region["estimation"]) / size
            centre = _row(own, "ensemble", line.item, line.ajustement, "ecart")["estimation"]
            for level, low, high in (
                (0.95, line.bas95, line.haut95),
                (0.998, line.bas998, line.haut998),
            ):
                half = norm.ppf((1 + level) / 2) * np.sqrt(variance)
                assert (low, high) == pytest.approx((centre - half, centre + half), abs=1e-4)
            gap = _row(own, name, line.item, line.ajustement, "ecart")
            assert (line.ecart, line.n) == (gap["estimation"], gap["n"])
    assert "comparable" in ways


def test_what_is_read_is_where_the_gap_stands(protected: Protected) -> None:
    seen = set()
    for name in _owners(protected):
        for line in _funnel(protected, name).itertuples():
            far = abs(line.ecart - line.region)
            limit = "998" if far > line.haut998 - line.region else "95"
            side = "dessous" if line.ecart < line.region else "dessus"
            inside = far <= line.haut95 - line.region
            assert line.lecture == ("dedans" if inside else f"{side}{limit}")
            seen.add(line.lecture)
    assert "dedans" in seen


@pytest.mark.slow
def test_chance_alone_seldom_leaves_the_limits() -> None:
    rows = []
    seeds = (5, 6)[: tries(1, 2)]
    for seed in seeds:
        made = _protected(_answers(seed))
        rows += [_funnel(made, name) for name in _owners(made)]
    read = pd.concat(rows)["lecture"]
    assert len(read) > 30 * len(seeds)
    assert (read != "dedans").mean() < 0.12
    assert read.str.endswith("998").mean() < 0.03


def test_a_bailleur_far_below_is_seen_by_itself_alone() -> None:
    answers = _answers(3)
    frame = answers.respondents
    low = ((frame["bailleur"] == "B2") & (frame["qpv"] == 1)).to_numpy()
    ranks = answers.answers["q1"].copy()
    ranks[low & (ranks >= 0)] = 3
    left = np.flatnonzero(low & (ranks >= 0))[::12]  # a side at 0 % would be masked
    ranks[left] = answers.answers["q1"][left]
    made = _protected(replace(answers, answers=answers.answers | {"q1": ranks}))
    (line,) = _funnel(made, "B2").query("item == 'q1'").itertuples()
    assert line.lecture == "dessous998"
    for name in set(_owners(made)) - {"B2"}:
        rows = _funnel(made, name)
        assert "B2" not in rows.to_csv()
        assert not (rows["lecture"] == "dessous998").any()


def test_limits_do_not_read_another_bailleur(protected: Protected) -> None:
    table = protected.whole.comparison.copy()
    others = ~table["bailleur"].isin(["ensemble", "B0"])
    table.loc[others, "estimation"] = -0.4
    moved = replace(protected.whole, comparison=table)
    own = protected.bailleur("B0")
    one, two = (own_funnel(w, own, "B0", WAVE) for w in (protected.whole, moved))
    same = [c for c in FUNNEL_COLUMNS if c not in {"quartile1", "mediane", "quartile3"}]
    pd.testing.assert_frame_equal(one[same], two[same])
    assert (two["mediane"] == -0.4).all()
    # and of its own pack, the region's rows and its own: nobody else's are there
    assert set(own.comparison["bailleur"]) == {"B0", "ensemble"}


def test_quartiles_need_eight_others_and_are_rounded(protected: Protected) -> None:
    rows = _funnel(protected, "B0")
    table = protected.whole.comparison
    for line in rows.itertuples():
        others = table.query(
            "niveau == 'total' and groupe == 'ecart' and ajustement == @way and item == @item"
            " and bailleur not in ('ensemble', 'B0') and publication == 'publiable'",
            local_dict={"way": line.ajustement, "item": line.item},
        )["estimation"].dropna()
        assert len(others) >= FEWEST_FOR_MIDDLE
        want = np.quantile(others, (0.25, 0.5, 0.75))
        assert (line.quartile1, line.mediane, line.quartile3) == pytest.approx(want, abs=0.00501)
        assert round(line.mediane * 100) == pytest.approx(line.mediane * 100)
    few = _protected(_answers(3, owners=FEWEST_FOR_MIDDLE))  # seven others
    rows = _funnel(few, "B0")
    assert len(rows)
    assert rows[["quartile1", "mediane", "quartile3"]].isna().all(axis=None)
    section = restitution.own_funnel(rows, few.whole.items, WAVE, fewest=FEWEST_FOR_MIDDLE)
    assert f"ce n’est pas le cas pour les {len(rows)} questions placées." in _said(section)


def test_raw_gaps_stand_where_like_with_like_is_not_published(protected: Protected) -> None:
    own = protected.bailleur("B0")
    rows = own.comparison.copy()
    mine = (
        (rows["bailleur"] == "B0") & (rows["item"] == "q1") & (rows["ajustement"] == "comparable")
    )
    rows.loc[mine, "publication"] = "non_publiable"
    made = own_funnel(protected.whole, replace(own, comparison=rows), "B0", WAVE).set_index("item")
    assert made["ajustement"].to_dict() == {
        "q1": "brut",
        "q2": "comparable",
        "note": "comparable",
    }
    # nor does a masked region leave a funnel
    rows = own.comparison.copy()
    rows.loc[rows["bailleur"] == "ensemble", "publication"] = "masque"
    assert own_funnel(protected.whole, replace(own, comparison=rows), "B0", WAVE).empty


def test_the_regions_funnel_has_limits_and_no_point(protected: Protected) -> None:
    rows = region_funnel(protected.whole, WAVE)
    assert len(rows) == 3
    assert rows["ecart"].isna().all()
    assert set(rows["lecture"]) == {""}
    halves = limits_by_interviews(rows)
    for level in ("95", "998"):
        assert halves[300, level].tolist() == pytest.approx((2 * halves[1200, level]).tolist())
    scale = np.sqrt(rows["n"] / 300)
    drawn = (rows["haut95"] - rows["region"]) * scale
    assert halves[300, "95"].tolist() == pytest.approx(drawn.tolist())
    # with the numbers of one bailleur they are near its own
    own = _funnel(protected, "B0").set_index("item")
    near = rows.set_index("item")["erreur"] * np.sqrt(rows.set_index("item")["n"] / own["n"])
    assert (near / own["erreur"]).between(0.6, 1.6).all()
    section = restitution.region_funnel(
        rows, protected.whole.items, WAVE, fewest=FEWEST_FOR_MIDDLE, halves=halves
    )
    table = next(b for b in section.blocks if isinstance(b, Table))
    assert (
        next(c.header for c in table.columns if c.key.startswith("demi_"))
        == "± à 95 %, 300 ménages"
    )
    assert table.rows["demi_998_2400"].tolist() == halves[2400, "998"].tolist()
    assert not {"ecart", "n", "lecture_mot"} & {c.key for c in table.columns}
    for name in _owners(protected):
        assert name not in _said(section)


def _said(section: Section) -> str:
    out = [section.title, section.lead]
    for block in section.blocks:
        if isinstance(block, Text):
            out += block.paragraphs
        elif isinstance(block, Table | Chart):
            out += [block.title, block.source, *block.notes, block.rows.to_csv()]
    return "\n".join(out)


def test_a_bailleurs_section_names_nobody_and_orders_nothing(protected: Protected) -> None:
    rows = _funnel(protected, "B0")
    section = restitution.own_funnel(rows, protected.whole.items, WAVE, fewest=FEWEST_FOR_MIDDLE)
    said = _said(section)
    for name in _owners(protected):
        assert name not in said
    assert "rang" not in said.replace("rangées", "")
    table = next(b for b in section.blocks if isinstance(b, Table))
    assert "autres" not in table.rows  # how many they are would say who may be
    assert table.rows["libelle"].tolist() == ["Question q1", "Question q2", "Note"]
    assert "ce n’est pas le cas" not in said  # all have quartiles
    (chart,) = (b for b in section.blocks if isinstance(b, Chart))
    assert chart.rows["libelle"].tolist() == ["Question q1", "Question q2"]  # headline questions
    assert draw(chart)["svg"] != draw(replace(chart, rows=chart.rows.assign(ecart=np.nan)))["svg"]


def test_the_sentence_counts_and_names_what_leaves_the_limits() -> None:
    lead = region_words.funnel_lead
    assert lead(0, [], []) == region_words.NOT_PLACED
    assert (
        lead(12, [], [])
        == "Votre écart est dans les limites du hasard pour les 12 questions placées."
    )
    assert lead(1, [], []) == "Votre écart est dans les limites du hasard pour la question placée."
    assert lead(10, ["Propreté"], ["A", "B", "C"]) == (
        "Votre écart est dans les limites du hasard pour 10 questions sur 14, hors des limites à 95 % pour 1 "
        "(« Propreté »), hors des limites à 99,8 % pour 3 (« A », « B » et 1 autre)."
    )
    assert lead(0, [], ["A"]) == "Votre écart est hors des limites à 99,8 % pour 1 (« A »)."
