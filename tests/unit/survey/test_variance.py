"""The one variance, against the formula as it is written, résidence by résidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from variancecases import plan, stock_and_answers

from tfpb.survey.compare import compare
from tfpb.survey.estimation import comparison, variance
from tfpb.survey.estimation.comparison import Comparison, estimate_pair, estimate_wave
from tfpb.survey.estimation.variance import (
    Rows,
    class_factor,
    dispersion,
    of_residences,
    side_correlations,
    variances,
)
from tfpb.survey.reading.recode import recode
from tfpb.survey.verdicts import Thresholds

if TYPE_CHECKING:
    from tfpb.survey.respondents import Survey


@pytest.fixture(scope="module")
def survey() -> Survey:
    stock, answers = stock_and_answers(np.random.default_rng(7))
    return recode([answers], plan(), stock)


def estimated(survey: Survey, cible: str) -> Comparison:
    items = list(plan().items)
    return estimate_wave(survey, items, "2023", by=["code_qpv"], thresholds=Thresholds(cible=cible))


def by_hand(survey: Survey, c: Comparison, domain: int, item: int, *, parc: bool) -> float:
    """Work D out interview by interview, from the respondents and the stock alone."""
    one = c.population[0]
    atoms = np.unique(c.means.member[[domain]].indices)
    frame = survey.respondents
    inside = np.isin(c.design.row_atom, atoms)
    valid = survey.answers[c.items[item].identifiant] >= 0
    kept = frame[inside & valid]
    weight = kept["poids"].to_numpy(dtype=float) / kept["poids"].sum()
    home_of = dict(zip(frame["residence"], c.design.home[c.design.row_atom].tolist(), strict=True))
    a = pd.Series(weight).groupby(kept["residence"].to_numpy()).sum()
    q = pd.Series(weight**2).groupby(kept["residence"].to_numpy()).sum()
    assert survey.stock is not None
    rows = one.member[[domain]].indices
    asked = set(frame.loc[inside, "residence"])
    names = list(STOCK_NAMES)
    share, size, high, low, aa, qq, chance = [], [], [], [], [], [], []
    held = {names[r]: r for r in rows}
    silent = {n for n in asked if n not in a.index}
    half = survey.stock["qpv"] < 0 if domain in c.sides else survey.stock["qpv"] < -1
    total = sum(
        survey.stock["logements"].iloc[r] * (0.5 if half[r] else 1.0)
        for n, r in held.items()
        if n not in silent
    )
    for name in sorted(set(held) | set(a.index)):
        if name in silent:
            continue
        r = held[name]
        n = float(survey.stock["logements"].iloc[r])
        share.append(n / total if parc else 0.0)
        size.append(n)
        chance.append(0.5 if half[r] else 1.0)
        aa.append(float(a.get(name, 0.0)))
        qq.append(float(q.get(name, 0.0)))
        if name in a.index:
            high.append(one.likeness.high[home_of[name], item])
            low.append(one.likeness.low[home_of[name], item])
        else:
            high.append(one.likeness.stock_high[r, item])
            low.append(one.likeness.stock_low[r, item])
    parts = [np.array(v) for v in (aa, qq, share, size, high, low)]
    each = (of_residences(*(v[[k]] for v in parts)) for k in range(len(chance)))
    return sum(p * d for p, d in zip(chance, each, strict=True))


STOCK_NAMES = [f"R{k:03d}" for k in range(90)]


@pytest.mark.parametrize("cible", ["parc", "service"])
def test_the_variance_is_the_formula_as_it_is_written(survey: Survey, cible: str) -> None:
    c = estimated(survey, cible)
    one = c.population[0]
    aim = one.aim(np.arange(len(c.means.n))) if cible == "parc" else None
    made = dispersion(c.sums, c.domains.rows, one.likeness, aim).total
    lines = [*c.sides[0], *c.sides[-1], c.numbers("ensemble")[0]]
    for domain in lines:
        for item in range(len(c.items)):
            wanted = by_hand(survey, c, int(domain), item, parc=cible == "parc")
            assert made[domain, item] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("cible", ["parc", "service"])
def test_figures_counted_by_runs_are_those_counted_at_once(
    survey: Survey, cible: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A region's are many runs, these tables one: no other test parts them."""
    whole = estimated(survey, cible)
    monkeypatch.setattr(variance, "_BLOCK", 7)
    parted = estimated(survey, cible)
    for name in ("between", "within", "aimed"):
        one, other = (getattr(c.domains.dispersion, name) for c in (whole, parted))
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_waves_set_beside_each_other_by_runs_are_as_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stock, answers = stock_and_answers(np.random.default_rng(11))
    both = pd.concat([answers.assign(vague="2019"), answers], ignore_index=True)
    two = recode([both], plan(), stock)
    items = [i for i in plan().items if i.identifiant in two.answers]
    c = estimate_pair(
        two, items, ("2019", two.waves[-1]), by=(), thresholds=Thresholds(cible="service")
    )
    whole = c.shared(c.domains, c.sides)
    assert (whole > 0).any()
    monkeypatch.setattr(comparison, "_BLOCK", 7)
    np.testing.assert_allclose(c.shared(c.domains, c.sides), whole, rtol=1e-12)


def test_a_census_leaves_nothing_uncertain_under_parc(survey: Survey) -> None:
    stock, answers = stock_and_answers(np.random.default_rng(3), everyone=True)
    whole = recode([answers], plan(), stock)
    c = estimated(whole, "parc")
    one = c.population[0]
    made = dispersion(c.sums, c.domains.rows, one.likeness, one.aim(np.arange(len(c.means.n))))
    assert made.total[c.sides[0]].max() < 1e-8
    service = dispersion(c.sums, c.domains.rows, one.likeness)
    assert service.total[c.sides[0]].min() > 1e-3


def test_a_residence_to_be_checked_is_half_of_either_population() -> None:
    """Everybody else is asked: what is left uncertain is what its tenants would add to a side."""
    stock, answers = stock_and_answers(np.random.default_rng(3), everyone=True)
    unsure = np.arange(len(stock)) % 5 == 0
    stock = stock.assign(cote=stock["cote"].mask(unsure, "a_verifier"))
    heard = recode([answers], plan(), stock)
    assert not heard.respondents["residence"].isin(stock["id_residence"][unsure]).any()
    c = estimated(heard, "parc")
    one = c.population[0]
    inside = (stock["code_qpv"] != "").to_numpy()
    for domain, mine in (
        (c.sides[0, 0], inside | unsure),
        (c.sides[0, 1], ~inside | unsure),
        (c.sides[-1, 0], (stock["code_qpv"] == c.index["territoire"].iloc[-1]).to_numpy()),
        (c.numbers("universe")[0], inside | ~inside),
    ):
        assert one.member[[domain]].indices.tolist() == np.flatnonzero(mine).tolist()
    made = dispersion(c.sums, c.domains.rows, one.likeness, one.aim(np.arange(len(c.means.n))))
    for domain in c.sides[0]:
        wanted = by_hand(heard, c, int(domain), 0, parc=True)
        assert made.total[domain, 0] == pytest.approx(wanted, rel=1e-9)
        assert wanted > 1e-4  # of a census, nothing (below 1e-8)


def test_both_targets_differ_by_their_aim_alone(survey: Survey) -> None:
    parc, service = (estimated(survey, cible) for cible in ("parc", "service"))
    np.testing.assert_array_equal(parc.domains.exact, service.domains.exact)
    whole = parc.sides[0]
    assert (parc.domains.dispersion.total[whole] < service.domains.dispersion.total[whole]).all()


def test_no_number_of_residences_changes_the_formula() -> None:
    """From 38 to 42 résidences a side, intervals neither jump nor change their target."""
    halves = []
    for homes in (38, 39, 40, 41, 42):
        stock, answers = stock_and_answers(np.random.default_rng(11), homes=2 * homes, quarters=1)
        table = compare(recode([answers], plan(), stock), plan()).comparison
        gap = table.query("groupe == 'ecart' and bailleur == 'ensemble' and niveau == 'total'")
        halves.append((gap["ic90_haut"] - gap["ic90_bas"]).to_numpy(dtype=float) / 2)
    ratio = np.array(halves[1:]) / np.array(halves[:-1])
    assert ratio.min() > 0.8
    assert ratio.max() < 1.25


def test_correlations_are_those_of_a_one_way_analysis(survey: Survey) -> None:
    c = estimated(survey, "service")
    units = c.population[0].units
    found = variances(units, units.side, 2)
    side, item = 1, 0
    mine = np.flatnonzero((units.side == side) & (units.n[:, item] > 0))
    places = pd.Series(units.place[mine])
    n, hits = units.n[mine, item], units.hits[mine, item]
    mean = hits / n
    frame = pd.DataFrame({"place": places, "n": n, "hits": hits, "mean": mean})
    within = float((n * mean * (1 - mean)).sum()) / (n.sum() - len(n))
    centre = frame.groupby("place")["hits"].transform("sum") / frame.groupby("place")[
        "n"
    ].transform("sum")
    df = len(n) - frame["place"].nunique()
    msb = float((frame["n"] * (frame["mean"] - centre) ** 2).sum()) / df
    size = (
        n.sum() - float((frame.groupby("place")["n"].apply(lambda v: (v**2).sum() / v.sum())).sum())
    ) / df
    assert found.within[side, item] == pytest.approx(within)
    assert found.between[side, item] == pytest.approx((msb - within) / size)


def test_few_residences_are_read_high_between_and_low_within(survey: Survey) -> None:
    found = variances(
        estimated(survey, "service").population[0].units,
        estimated(survey, "service").population[0].units.side,
        2,
    )
    high, low = side_correlations(found.correlation, found.homes)
    assert (high >= found.correlation).all()
    assert (low <= np.maximum(found.correlation, 0.01)).all()
    known = found.homes / 120
    np.testing.assert_allclose(low, known * found.correlation + (1 - known) * 0.01)


def test_classes_are_drawn_to_their_side(survey: Survey) -> None:
    one = estimated(survey, "service").population[0]
    found = variances(one.units, one.units.side, 2)
    homes = len(one.likeness.high)
    nobody = class_factor(one.units, found, np.full(homes, -1, dtype=np.intp), 2)
    np.testing.assert_array_equal(nobody, 1.0)
    everyone = class_factor(one.units, found, np.zeros(homes, dtype=np.intp), 1)
    np.testing.assert_allclose(everyone, 1.0)


def test_a_row_is_what_its_coefficients_say(survey: Survey) -> None:
    c = estimated(survey, "service")
    base = c.means.base[c.sides[0, 0]]
    mine = c.domains.rows
    own = mine.owner == c.sides[0, 0]
    rows = Rows(
        np.zeros(own.sum(), dtype=np.intp), mine.atom[own], np.tile(1 / base, (own.sum(), 1)), 1
    )
    np.testing.assert_allclose(rows.values(c.sums)[0], c.means.estimate[c.sides[0, 0]])
    np.testing.assert_allclose(rows.weight(c.sums)[0], 1.0)
