"""Like with like: margins met, factors bounded, rows refused, and what makes another story."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from variancecases import plan, stock_and_answers

from tfpb.survey.adjustment.raking import MOST_FACTOR, Composition, rake
from tfpb.survey.compare import compare
from tfpb.survey.reading.recode import recode

KEYS = ["vague", "niveau", "territoire", "bailleur", "item", "groupe"]


def cells() -> Composition:
    """Two types by two periods, every combination."""
    category = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
    nothing = np.zeros(0, dtype=np.intp)
    names = tuple((f"t{a}", f"p{b}") for a, b in category.T)
    return Composition(nothing, nothing, category, names)


def shaped(*values: float) -> np.ndarray:
    return np.array(values, dtype=float).reshape(1, 1, 4, 1)


def test_both_margins_are_met_and_nothing_else() -> None:
    held, wanted = shaped(40, 10, 20, 30), np.array([25.0, 25, 40, 10]).reshape(1, 4, 1)
    factor, off = rake(cells(), held, wanted)
    made = held * factor
    assert off.max() < 1e-6
    for variable in range(2):
        got = cells().margin(variable, made / made.sum())[0, 0, :, 0]
        np.testing.assert_allclose(got, cells().margin(variable, wanted / wanted.sum())[0, :, 0])
    odds = made[0, 0, :, 0]
    kept = held[0, 0, :, 0]
    ratio = (odds[0] * odds[3]) / (odds[1] * odds[2])
    assert ratio == pytest.approx((kept[0] * kept[3]) / (kept[1] * kept[2]))  # of the sample


def test_factors_go_up_to_eight_times_their_mean_and_what_is_missed_is_said() -> None:
    held, wanted = shaped(50, 48, 1, 1), np.array([10.0, 10, 40, 40]).reshape(1, 4, 1)
    factor, off = rake(cells(), held, wanted)
    share = held / held.sum()
    assert (factor * share).sum() == pytest.approx(1.0, abs=0.02)
    assert factor.max() == pytest.approx(MOST_FACTOR)
    assert off.max() > 0.5


def towns(
    rng: np.random.Generator,
    *,
    effect: float,
    gap: float = 0.0,
    homes: int = 160,
    towers: tuple[float, float] = (0.8, 0.3),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Résidences where towers please less by `effect`, and QPV hold more of them."""
    inside = np.arange(homes) % 2 == 0
    tower = rng.random(homes) < np.where(inside, *towers)
    stock, _ = stock_and_answers(rng, homes=homes)
    stock["type_habitat"] = np.where(tower, "tour", "maison")
    stock["periode_construction"] = "avant 1975"
    rows = []
    for k in range(homes):
        level = 0.8 - effect * tower[k] + gap * inside[k]
        chance = rng.beta(level * 20, (1 - level) * 20)
        said = np.where(rng.random((12, 3)) < chance, 1, 4)
        rows += [(f"R{k:03d}", 1.0, *one) for one in said.tolist()]
    answers = pd.DataFrame(rows, columns=["residence", "poids", "q0", "q1", "q2"])
    answers.insert(0, "id", np.arange(len(answers)))
    return stock, answers.assign(vague="2023", bailleur="Fictif Habitat")


def gaps(stock: pd.DataFrame, answers: pd.DataFrame, **settings: object) -> pd.DataFrame:
    columns = {"ajustement": ["type_habitat", "periode_construction"]}
    mine = plan(**columns)
    if settings:
        mine = mine.model_copy(update={"reglages": mine.reglages.model_copy(update=settings)})
    table = compare(recode([answers], mine, stock), mine).comparison
    wanted = (table["groupe"] == "ecart") & (table["bailleur"] == "ensemble")
    return table[wanted].set_index(["ajustement", "item"])


def test_composition_alone_is_another_story() -> None:
    found = gaps(*towns(np.random.default_rng(1), effect=0.30))
    raw, alike = found.loc["brut"], found.loc["comparable"]
    assert (raw["estimation"] < -0.09).all()
    assert (alike["estimation"].abs() < 0.06).all()
    assert set(raw["autre_histoire"]) == set(alike["autre_histoire"]) == {"oui"}


def test_an_interval_that_comes_to_hold_zero_is_no_story() -> None:
    """Composition differs and has no effect: raking widens the interval, and tells nothing."""
    told = []
    for seed in range(6):
        found = gaps(*towns(np.random.default_rng(seed), effect=0.0, gap=-0.05))
        told += found.loc["brut", "autre_histoire"].tolist()
    assert told.count("oui") <= 1


def test_the_target_is_the_landlords_own_stock() -> None:
    stock, answers = towns(np.random.default_rng(2), effect=0.30)
    more = stock.assign(nb_logements=np.where(stock["type_habitat"] == "tour", 200, 20))
    table = [gaps(s, answers) for s in (stock.assign(nb_logements=60), more)]
    for found in table:
        assert {"comparable"} <= set(found.index.get_level_values(0))
    columns = {"ajustement": ["type_habitat"]}
    mine = plan(**columns)
    levels = []
    for homes in (stock.assign(nb_logements=60), more):
        made = compare(recode([answers], mine, homes), mine).comparison
        own = made.query(
            "groupe == 'qpv' and ajustement == 'comparable' and bailleur == 'ensemble'"
        )
        levels.append(own["estimation"].to_numpy(dtype=float))
    assert (levels[1] < levels[0]).all()  # more dwellings in towers, that please less


def test_each_quarter_is_calibrated_by_itself() -> None:
    """Towers please less and one quarter holds most of them: alike, both quarters are the same."""
    stock, answers = towns(np.random.default_rng(2), effect=0.30)
    tower = (stock["type_habitat"] == "tour").to_numpy()
    inside = (stock["cote"] == "dans").to_numpy()
    first = inside & np.where(tower, np.cumsum(inside & tower) % 4 > 0, stock.index % 8 == 0)
    stock["code_qpv"] = np.where(first, "QN05991I", np.where(inside, "QN05992I", ""))
    mine = plan(ajustement=["type_habitat", "periode_construction"])
    content = answers["residence"].map(
        dict(zip(stock["id_residence"], np.where(tower, 2, 3), strict=True))
    )
    for name in ("q0", "q1", "q2"):  # two in four of a tower are content, three of a house
        answers[name] = np.where(answers.groupby("residence").cumcount() % 4 < content, 1, 4)
    survey = recode([answers], mine, stock.assign(nb_logements=20))
    table = compare(survey, mine, by=["code_qpv"]).comparison
    seen = table.query("groupe == 'qpv' and niveau == 'code_qpv' and bailleur == 'ensemble'")
    raw, alike = (seen.loc[seen["ajustement"] == a, "estimation"] for a in ("brut", "comparable"))
    assert raw.max() - raw.min() > 0.08
    assert (alike - (0.75 - 0.25 * tower.mean())).abs().max() <= 0.01 + 1e-9  # half a step


def test_a_comparable_row_follows_its_own_target() -> None:
    stock, answers = towns(np.random.default_rng(3), effect=0.1)
    widths = {}
    for cible in ("parc", "service"):
        found = gaps(stock.assign(nb_logements=20), answers, cible=cible)
        widths[cible] = (found["ic95_haut"] - found["ic95_bas"]).groupby(level=0).mean()
    assert widths["parc"]["comparable"] < 0.8 * widths["service"]["comparable"]
    assert widths["parc"]["comparable"] < 1.35 * widths["parc"]["brut"]


def test_a_service_is_compared_like_with_like_in_more_quarters_than_domains() -> None:
    """Each line has two sides, and quarters share what they are compared with: more figures than domains."""
    stock, answers = towns(np.random.default_rng(4), effect=0.1)
    quarters = [f"QN0599{k % 5 + 1}I" for k in range(len(stock))]
    mine = plan(ajustement=["type_habitat", "periode_construction"])
    mine = mine.model_copy(
        update={"reglages": mine.reglages.model_copy(update={"cible": "service"})}
    )
    survey = recode([answers], mine, stock.assign(nb_logements=20, code_qpv=quarters))
    table = compare(survey, mine, by=["code_qpv"]).comparison
    assert set(table.loc[table["niveau"] == "code_qpv", "territoire"]) >= set(quarters)


def test_no_row_without_support_nor_residences() -> None:
    stock, answers = towns(np.random.default_rng(4), effect=0.1, towers=(1.0, 0.0))
    assert "comparable" not in set(gaps(stock, answers).index.get_level_values(0))
    stock, answers = towns(np.random.default_rng(4), effect=0.1, homes=4, towers=(1.0, 1.0))
    assert "comparable" not in set(gaps(stock, answers).index.get_level_values(0))


def test_no_row_when_what_it_leaves_aside_is_few() -> None:
    stock, answers = towns(np.random.default_rng(5), effect=0.1)
    lone = stock["cote"] == "dans"
    rare = stock.assign(
        periode_construction=np.where(
            lone & (stock.index == stock.index[lone.to_numpy()][0]), "rare", "avant 1975"
        )
    )
    assert "comparable" in set(gaps(stock, answers).index.get_level_values(0))
    assert "comparable" not in set(gaps(rare, answers).index.get_level_values(0))


def test_standardisation_is_read_as_the_same_and_it_is_said() -> None:
    stock, answers = towns(np.random.default_rng(6), effect=0.2)
    old, new = plan(standardisation=["type_habitat"]), plan(ajustement=["type_habitat"])
    made = [compare(recode([answers], p, stock), p) for p in (old, new)]
    pd.testing.assert_frame_equal(made[0].comparison, made[1].comparison)
    codes = [{n.code for n in m.notices} for m in made]
    assert "standardisation_lue" in codes[0]
    assert "standardisation_lue" not in codes[1]
