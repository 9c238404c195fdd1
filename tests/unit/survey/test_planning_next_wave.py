"""The next wave over small stocks: what is planned, what may be said, what is never possible."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tfpb.model.plan import Planification
from tfpb.report.sections.survey.planification import answer, long_frame
from tfpb.survey.planning.next_wave import NextWave, next_wave
from tfpb.survey.planning.precision import Domain, low_bound, power, variance_factor

OPEN: dict[str, Any] = {
    "taux_reponse": 1.0,
    "reponses_valides": 1.0,
    "entretiens_max_par_residence": 5000,
}


def stock(*cells: tuple[str, str, str, list[int]]) -> pd.DataFrame:
    """(bailleur, side, code of the quarter, dwellings of each résidence)."""
    rows = [
        {"id_residence": f"R{k:03d}", "nom": f"Résidence {k}", "bailleur": b, "cote": side,
         "code_qpv": code, "nom_qpv": code and f"Quartier {code}", "nb_logements": n}
        for k, (b, side, code, n) in enumerate(
            (b, s, c, n) for b, s, c, homes in cells for n in homes
        )
    ]  # fmt: skip
    return pd.DataFrame(rows)


def planned(frame: pd.DataFrame, **settings: Any) -> NextWave:
    return next_wave(frame, Planification(**settings))


def issue(wave: NextWave, level: str, bailleur: str, code: str = "") -> str:
    rows = wave.territories
    rows = rows[
        (rows["niveau"] == level) & (rows["bailleur"] == bailleur) & (rows["code_qpv"] == code)
    ]
    assert len(rows) == 1
    return str(rows["issue"].iloc[0])


TOWN = stock(
    ("A", "dans", "Q1", [120] * 12),
    ("A", "dans", "Q2", [60, 20]),
    ("A", "dans", "Q3", [10, 6, 4, 4, 4]),
    ("A", "hors", "", [90] * 20),
    ("A", "a_verifier", "Q1", [40, 15]),
    ("A", "hors", "", [0]),
)


@pytest.mark.parametrize("cible", ["parc", "service"])
def test_nothing_is_lost_between_the_stock_and_the_plan(cible: str) -> None:
    wave = planned(TOWN, cible=cible, entretiens=500)
    assert wave.residences["id_residence"].tolist() == TOWN["id_residence"].tolist()
    assert wave.planned == wave.asked == 500
    total = wave.total
    assert total["entretiens_qpv"] + total["entretiens_hors"] == 500
    listed = wave.residences[wave.residences["motif"] == "a_verifier"]
    known = total["logements_qpv"] + total["logements_hors"]
    assert known + listed["nb_logements"].sum() == TOWN["nb_logements"].sum()
    assert (wave.residences["entretiens"] <= wave.residences["joignables"]).all()
    assert set(wave.residences["motif"]) == {"", "a_verifier", "sans_logement"}
    quarters = wave.territories[wave.territories["niveau"] == "quartier"]
    assert quarters["entretiens_qpv"].sum() == total["entretiens_qpv"]
    assert (quarters["entretiens_hors"] == total["entretiens_hors"]).all()


def test_what_may_be_said_when_these_dwellings_are_judged() -> None:
    wave = planned(TOWN, cible="parc", entretiens=500)
    assert issue(wave, "quartier", "A", "Q1") == "verdict"
    assert issue(wave, "quartier", "A", "Q2") == "peu_de_logements"  # 15 + 5 households, 34 wanted
    assert issue(wave, "total", "ensemble") == "verdict"
    wide = planned(TOWN, cible="parc", entretiens=120)
    assert issue(wide, "quartier", "A", "Q1") == "intervalle"
    assert issue(planned(TOWN, entretiens=40), "quartier", "A", "Q1") == "budget"


def test_what_may_be_said_when_the_service_is_judged() -> None:
    wave = planned(TOWN, cible="service", entretiens=500)
    assert issue(wave, "quartier", "A", "Q1") == "intervalle"  # never a verdict on one quarter
    assert issue(wave, "quartier", "A", "Q2") == "peu_de_residences"
    assert issue(wave, "quartier", "A", "Q3") == "peu_de_logements"
    assert issue(wave, "total", "ensemble") == "intervalle"  # 7 points are not within reach


def test_a_bailleur_without_qpv_and_one_without_anything_else() -> None:
    frame = stock(
        ("A", "dans", "Q1", [100] * 9), ("A", "hors", "", [100] * 9),
        ("B", "hors", "", [100] * 9), ("C", "dans", "Q1", [100] * 9),
    )  # fmt: skip
    wave = planned(frame, entretiens=400)
    assert issue(wave, "bailleur", "B") == "sans_qpv"
    assert issue(wave, "bailleur", "C") == "sans_hors"
    assert issue(wave, "quartier", "C", "Q1") == "sans_hors"
    assert issue(wave, "quartier", "ensemble", "Q1") == "intervalle"  # beside the hors of A alone
    bailleurs = wave.territories[wave.territories["niveau"] == "bailleur"]
    assert bailleurs["entretiens_qpv"].sum() + bailleurs["entretiens_hors"].sum() == 400
    assert (bailleurs[["entretiens_qpv", "entretiens_hors"]].sum(axis=1) > 0).all()
    assert bailleurs.set_index("bailleur")["puissance_1"]["B"] == 0


def test_two_unequal_residences_by_hand() -> None:
    frame = stock(("A", "dans", "Q1", [30, 10]), ("A", "hors", "", [20, 20]))
    wave = planned(frame, entretiens=24, correlation=0.2, **OPEN)
    assert wave.residences["entretiens"].tolist() == [9, 3, 6, 6]
    # proportional: D = (1 − ρ⁻)(1/12 − 1/40) a side, and shares to 5 points; 1.645 √(.1716 (D_Q + D_H));
    # uneven by .15, (a₁a₂)² moves twice in each of two résidences
    low = 2 / 120 * 0.2 + 118 / 120 * 0.01
    same = (1 - low) * (1 / 12 - 1 / 40) + 0.05**2 / (12 * 0.1716)
    moved = 0.2 * 0.15 * 4 * ((0.75 * 0.25) ** 2 + (0.5 * 0.5) ** 2)
    wide = 1.6449 * (0.1716 * (2 * same + moved)) ** 0.5
    assert wave.total["demi_largeur"] == pytest.approx(wide, 1e-4)


def test_what_the_stock_cannot_give_is_said() -> None:
    wave = planned(TOWN, entretiens=50_000)
    assert wave.planned == wave.reachable == wave.residences["joignables"].clip(upper=30).sum()
    assert "Sur 50\u202f000 demandés, ce patrimoine n’en permet que" in answer(wave)[0]
    assert wave.needed is None or wave.needed <= wave.reachable


def test_budgets_by_bailleur_are_kept() -> None:
    frame = stock(*((b, s, q, [80] * 12) for b in "ABC" for s, q in (("dans", "Q1"), ("hors", ""))))
    wave = planned(frame, entretiens_par_bailleur={"A": 100, "B": 60})
    spent = wave.residences.groupby("bailleur")["entretiens"].sum()
    assert spent.to_dict() == {"A": 100, "B": 60, "C": 0}
    assert wave.asked == 160
    assert set(wave.residences.loc[wave.residences["bailleur"] == "C", "motif"]) == {"non_retenue"}


def test_by_default_each_bailleur_buys_what_it_has_in_a_regional_wave() -> None:
    frame = stock(*((b, s, q, [90] * 90) for b in "AB" for s, q in (("dans", "Q"), ("hors", ""))))
    assert planned(frame).planned == 3000


def cautious(homes: int) -> tuple[float, float]:
    """ρ⁺ and ρ⁻ of so many résidences whose ρ is .10, as statistics.md writes them."""
    known, share = homes / 120, homes / (homes + 20)
    return (
        known * 0.1 + (1 - known) * (share * 0.1 + (1 - share) * 0.15),
        known * 0.1 + (1 - known) * 0.01,
    )


def test_the_need_of_a_quarter_gives_the_power_asked() -> None:
    frame = stock(("A", "dans", "Q1", [300] * 12), ("A", "hors", "", [300] * 60))
    wave = planned(frame, entretiens=3000, **OPEN)
    row = wave.territories[wave.territories["niveau"] == "quartier"].iloc[0]
    need = int(row["besoin"])
    hors = (wave.residences["cote"] == "hors").to_numpy()
    homes = frame["nb_logements"].to_numpy(float)
    asked = np.where(hors, wave.residences["entretiens"], need / 12)
    true, shown = (
        [
            variance_factor(
                Domain(asked[rows], homes[rows], np.zeros(rows.sum(), int)),
                rho=rho,
                uneven=0.15,
                parc=True,
            )
            + 0.01**2 / (12 * 0.1716)  # shares to one point
            for rows, rho in zip((~hors, hors), read, strict=True)
        ]
        for read in (((0.1, 0.1),) * 2, (cautious(12), cautious(60)))
    )
    assert power(0.78, 0.0, tuple(true), tuple(shown), margin=0.05) == pytest.approx(
        0.80, abs=0.005
    )


def test_the_need_of_the_whole_gives_the_power_asked() -> None:
    frame = stock(("A", "dans", "Q1", [100] * 90), ("A", "hors", "", [100] * 90))
    wave = planned(frame, entretiens=500)
    assert wave.total["puissance_1"] < 0.8
    assert wave.needed is not None
    again = planned(frame, entretiens=wave.needed)
    assert 0.79 < again.total["puissance_1"] < 0.82
    assert f"il faudrait {wave.needed:,}".replace(",", "\u202f") in answer(wave)[2]


def test_one_quarter_never_shows_the_margin_when_the_service_is_judged() -> None:
    wave = planned(TOWN, cible="service", entretiens=900)
    said = answer(wave)[2]
    assert "un quartier seul ne peut pas démontrer 5 points, quel que soit le budget" in said
    assert "le plus étendu a 12 résidences" in said
    assert f"environ {wave.enough_residences} de chaque côté" in said
    many = wave.enough_residences
    frame = stock(("A", "dans", "Q1", [200] * many), ("A", "hors", "", [200] * many))
    made = planned(frame, cible="service", entretiens=20 * many, **OPEN | {"reponses_valides": 0.9})
    assert made.total["puissance_1"] == pytest.approx(0.80, abs=0.01)


def test_more_interviews_never_make_the_whole_less_sure() -> None:
    curve = planned(TOWN, cible="service", entretiens=400, ecart_suppose_points=(0.0, -3.0)).curve
    assert curve["entretiens"].is_monotonic_increasing
    assert (curve["total_1"].diff().dropna() > -1e-9).all()
    assert (curve["total_2"] < curve["total_1"]).all()
    assert {"entretiens_quartier", "quartier_1"} <= set(curve.columns)
    assert "bailleur_1" not in curve.columns  # there is one: it is the whole


def test_quotas_are_those_of_the_columns_there_are() -> None:
    frame = TOWN.assign(type_habitat="Collectif", annee_construction=1965)
    frame.loc[frame["cote"] == "hors", "annee_construction"] = 1980
    wave = planned(frame, entretiens=500, quotas=("type_habitat", "periode_construction", "agence"))
    assert wave.missing_quotas == ("agence",)
    assert wave.quotas["periode_construction"].tolist() == ["1949-1974", "1975-1989"]
    assert wave.quotas[["entretiens_qpv", "entretiens_hors"]].to_numpy().sum() == 500
    assert wave.quotas["logements_hors"].tolist() == [0, 1800]
    none = planned(TOWN, entretiens=500)
    assert none.quotas.empty
    assert none.missing_quotas == ("type_habitat", "periode_construction")


def test_the_long_table_is_in_points_and_names_its_gaps() -> None:
    wave = planned(TOWN, ecart_suppose_points=(0.0, -3.0, 2.5))
    table = long_frame(wave)
    assert {
        "puissance_ecart_0_point",
        "puissance_ecart_-3_point",
        "puissance_ecart_2.5_point",
    } <= set(table.columns)
    assert table["demi_largeur_points"].iloc[0] == pytest.approx(100 * wave.total["demi_largeur"])
    assert len(table) == len(wave.territories)


def uneven_field(draw: Any, asked: Any, size: Any, strata: Any) -> Any:
    """Draw whom a field finds: as many a stratum as were asked for, unevenly over its résidences."""
    found = np.zeros(len(asked), dtype=int)
    for stratum in np.unique(strata):
        here = np.flatnonzero(strata == stratum)
        likely = asked[here] * draw.gamma(1 / 0.15, 0.15, len(here))
        found[here] = draw.multinomial(asked[here].sum(), likely / likely.sum())
    return np.minimum(found, size)


@pytest.mark.slow
@pytest.mark.parametrize("cible", ["parc", "service"])
def test_a_plan_shows_what_it_announced(cible: str) -> None:
    """Simulated surveys over a planned stock of two bailleurs, each interview weighed by its stratum."""
    draw = np.random.default_rng(7)
    sizes = {k: draw.integers(20, 160, n).tolist() for k, n in (("Q", 40), ("R", 25), ("H", 60))}
    frame = stock(
        ("A", "dans", "Q1", sizes["Q"]), ("B", "dans", "Q2", sizes["R"]),
        ("A", "hors", "", sizes["H"]), ("B", "hors", "", sizes["Q"]),
    )  # fmt: skip
    wave = planned(frame, cible=cible, entretiens=1200, reponses_valides=1.0)
    homes, asked = (wave.residences[c].to_numpy() for c in ("nb_logements", "entretiens"))
    fields, each, rho, parc = 60, 50, 0.1, cible == "parc"
    count = fields * each
    shares, factors = {}, {}
    for side, level in (("dans", 0.78), ("hors", 0.78)):
        rows = (wave.residences["cote"] == side).to_numpy()
        strata = pd.factorize(frame.loc[rows, "bailleur"] + frame.loc[rows, "code_qpv"])[0]
        size, seen, made = homes[rows], [], []
        for _ in range(fields):
            n = uneven_field(draw, asked[rows], size, strata)
            likely = draw.beta(
                level * (1 - rho) / rho, (1 - level) * (1 - rho) / rho, (each, rows.sum())
            )
            content = draw.binomial(size, likely)
            got = (
                draw.hypergeometric(content, size - content, n)
                if parc
                else draw.binomial(n, likely)
            )
            weight = (np.bincount(strata, size) / np.bincount(strata, n))[strata] / size.sum()
            truth = content @ np.full(rows.sum(), 1 / size.sum()) if parc else np.full(each, level)
            seen.append(np.clip(got @ weight - truth + level, 0, 1))
            one = Domain(n.astype(float), size.astype(float), strata)
            made.append(np.full(each, variance_factor(one, rho=(rho, rho), parc=parc, uneven=0.0)))
        shares[side], factors[side] = np.concatenate(seen), np.concatenate(made)
    low = low_bound(shares["dans"], shares["hors"], factors["dans"], factors["hors"])
    seen, announced = (low > -0.05).mean(), wave.total["puissance_1"]
    assert abs(seen - announced) < 3 * np.sqrt(announced * (1 - announced) / count) + 0.015
    error = np.abs(shares["dans"] - shares["hors"])
    assert (error < wave.total["demi_largeur"]).mean() == pytest.approx(0.90, abs=0.025)


@pytest.mark.parametrize(
    ("cible", "homes", "entretiens", "town", "quarter"),
    [
        ("parc", [32] * 2, 60, "intervalle", "intervalle"),  # 30 answers a side
        ("parc", [32] * 2, 58, "budget", "budget"),
        ("parc", [32] * 2, 120, "verdict", "verdict"),  # 60 of 64 dwellings a side: 3 points
        ("parc", [32] * 2, 118, "intervalle", "intervalle"),
        ("parc", [64], 120, "peu_de_residences", "peu_de_residences"),
        ("parc", [14, 15], 58, "peu_de_logements", "peu_de_logements"),
        ("parc", [500] * 21, 402, "intervalle", "intervalle"),  # 7.004 points
        ("parc", [500] * 21, 404, "verdict", "verdict"),  # 6.99 points
        ("service", [500] * 60, 1200, "verdict", "intervalle"),  # never one quarter
        ("service", [32] * 5, 60, "intervalle", "intervalle"),  # 30 answers a side
        ("service", [32] * 5, 58, "budget", "budget"),
        ("service", [32] * 4, 120, "peu_de_residences", "peu_de_residences"),
        ("service", [5] * 5, 50, "peu_de_logements", "peu_de_logements"),
    ],
)
def test_figures_are_shown_from_the_fixed_numbers(
    cible: str, homes: list[int], entretiens: int, town: str, quarter: str
) -> None:
    frame = stock(("A", "dans", "Q1", homes), ("A", "hors", "", homes))
    wave = planned(frame, cible=cible, entretiens=entretiens, **OPEN)
    assert issue(wave, "total", "ensemble") == issue(wave, "bailleur", "A") == town
    assert issue(wave, "quartier", "A", "Q1") == quarter


def test_more_households_asked_than_answer_a_question() -> None:
    frame = stock(("A", "dans", "Q1", [90] * 5), ("A", "hors", "", [90] * 20))
    wave = planned(frame, cible="service", entretiens=80, taux_reponse=1.0, reponses_valides=0.6)
    assert wave.total["entretiens_qpv"] == 40  # the floor would be 50: half of the budget is less
    assert issue(wave, "quartier", "A", "Q1") == "budget"
    wave = planned(frame, cible="service", entretiens=200, taux_reponse=1.0, reponses_valides=0.6)
    assert issue(wave, "quartier", "A", "Q1") == "intervalle"


def test_a_quarter_large_enough_is_not_said_to_be_powerless() -> None:
    frame = stock(
        ("A", "dans", "Q1", [300] * 24),
        ("A", "dans", "Q2", [50] * 3),
        ("A", "hors", "", [300] * 60),
    )
    some = OPEN | {"taux_reponse": 0.3}
    said = answer(planned(frame, entretiens=3000, **some))[2]
    assert "1 quartier sur 2 a, à soi seul, 80 chances sur 100 de démontrer 5 points" in said
    poor = answer(planned(frame, entretiens=600, **some))[2]
    assert "aucun quartier seul n’atteint 80 chances sur 100 de démontrer 5 points" in poor
    assert "le mieux placé, Quartier Q1, en a" in poor
