"""The statistics against R's `survey`, number by number (recipe: recipes/survey_golden.R)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from golden_plan import golden_plan

from exact_levels import exact_levels
from tfpb.survey.compare import compare
from tfpb.survey.reading.calibration import calibrate
from tfpb.survey.reading.recode import recode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.plan import Plan
    from tfpb.model.survey import Estimates
    from tfpb.survey.respondents import Survey

DATA = Path(__file__).parent / "data"
ITEMS = ("proprete", "quartier", "accueil", "rare", "tous", "aucun")
EXACT, MODELS = 1e-9, 1e-6


def _plan(items: Sequence[str] = ITEMS, *, note: bool = True, **columns: object) -> Plan:
    return golden_plan(items, note=note, **columns)


def _delivery(name: str) -> pd.DataFrame:
    frame = pd.read_csv(DATA / name, dtype=str, keep_default_na=False)
    return frame.assign(_fichier=name, _feuille="", _ligne=range(2, len(frame) + 2))


@pytest.fixture(scope="module")
def golden() -> pd.DataFrame:
    return pd.read_csv(DATA / "golden_survey.csv", dtype={"wave": str})


@pytest.fixture(scope="module")
def survey() -> Survey:
    return recode([_delivery("survey_hlm.csv")], _plan())


@pytest.fixture(scope="module")
def estimates(survey: Survey) -> Estimates:
    return compare(survey, _plan())


def _wide(golden: pd.DataFrame, *cases: str) -> pd.DataFrame:
    part = golden[golden["case"].isin(cases)]
    keys = ["wave", "owner", "group", "item"]
    wide = part.pivot_table(index=keys, columns="stat", values="value").reset_index()
    for name in ("p", "d"):
        if name not in wide:
            wide[name] = np.nan
    return wide.assign(value=wide["p"].fillna(wide["d"]))


def _beside(table: pd.DataFrame, wide: pd.DataFrame) -> pd.DataFrame:
    """Set our rows beside R's; every number of R must find its row."""
    keys = ["vague", "bailleur", "groupe", "item"]
    named = wide.rename(columns=dict(zip(["wave", "owner", "group", "item"], keys, strict=True)))
    both = named.merge(
        table, on=keys, how="left", validate="one_to_one", suffixes=("_r", ""), indicator="_met"
    )
    assert (both.pop("_met") == "both").all()
    return both


def _same(ours: object, theirs: object, tolerance: float) -> None:
    got, wanted = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    known = ~np.isnan(wanted)
    assert known.any()
    np.testing.assert_allclose(got[known], wanted[known], rtol=tolerance, atol=tolerance * 1e-3)


def _brut(estimates: Estimates, adjustment: str = "brut") -> pd.DataFrame:
    table = estimates.design
    return table[(table["ajustement"] == adjustment) & (table["niveau"] == "total")]


def test_domains_estimates_errors_design_effects(
    golden: pd.DataFrame, estimates: Estimates
) -> None:
    wide = _wide(golden, "domaine")
    both = _beside(_brut(estimates), wide[wide["group"] != "ecart"])
    assert len(both) > 150
    _same(both["estimation"], both["p"], EXACT)
    varied = both[(both["p"] > 0) & (both["p"] < 1)]
    _same(varied["erreur_type"], varied["se"], EXACT)
    _same(varied["effet_plan"], varied["deff"], EXACT)
    _same(varied["n_effectif"], varied["neff"], EXACT)
    assert (both["n_r"] == both["n"]).all()
    assert (both["ddl_r"] == both["ddl"]).all()


def test_shares_of_zero_and_one_are_there_and_have_no_error(
    golden: pd.DataFrame, estimates: Estimates
) -> None:
    wide = _wide(golden, "domaine")
    both = _beside(_brut(estimates), wide[wide["group"] != "ecart"])
    sure = both[(both["p"] == 0) | (both["p"] == 1)]
    assert set(sure["item"]) == {"tous", "aucun"}
    assert (sure["erreur_type"] == 0).all()


def test_gaps_with_their_covariance(golden: pd.DataFrame, estimates: Estimates) -> None:
    wide = _wide(golden, "domaine")
    both = _beside(_brut(estimates), wide[wide["group"] == "ecart"])
    assert len(both) > 40
    _same(both["estimation"], both["d"], EXACT)
    _same(both["erreur_type"], both["se"], EXACT)
    assert (both["ddl_r"] == both["ddl"]).all()


def test_evolutions_on_common_bailleurs_and_shared_residences(
    golden: pd.DataFrame, estimates: Estimates
) -> None:
    both = _beside(_brut(estimates), _wide(golden, "evolution"))
    assert "Epsilon" not in set(both["bailleur"])
    _same(both["estimation"], both["d"], EXACT)
    shown = both[both["erreur_type"].notna()]
    assert len(shown) > 20
    _same(shown["erreur_type"], shown["se"], EXACT)
    known = both[both["ddl_r"].notna()]
    assert (known["ddl_r"] == known["ddl"]).all()


def test_levels_and_means(golden: pd.DataFrame, survey: Survey) -> None:
    table = exact_levels(survey, _plan())
    table["item"] = np.where(
        table["mesure"] == "niveau", table["item"] + ":" + table["rang"].astype(str), table["item"]
    )
    levels = _beside(table, _wide(golden, "niveau"))
    _same(levels["estimation"], levels["p"], EXACT)
    _same(levels["erreur_type"], levels["se"], EXACT)
    means = _beside(table, _wide(golden, "moyenne"))
    _same(means["estimation"], means["p"], EXACT)
    _same(means["erreur_type"], means["se"], EXACT)


@pytest.mark.parametrize(
    ("case", "margins"),
    [
        ("poststrat", None),
        (
            "calage",
            pd.DataFrame(
                {
                    "variable": ["qpv", "qpv", "type_habitat", "type_habitat"],
                    "modalite": ["hors QPV", "QPV", "collectif", "individuel"],
                    "effectif": ["7200", "5400", "9300", "3300"],
                }
            ),
        ),
    ],
)
def test_calibrated_weights(golden: pd.DataFrame, case: str, margins: pd.DataFrame | None) -> None:
    plan = _plan()
    frame = _delivery("survey_hlm.csv")
    survey = recode([frame[frame["vague"] == "2023"]], plan)
    if margins is None:
        post = pd.read_csv(DATA / "margins_post.csv", dtype=str)
        margins = pd.DataFrame(
            {"variable": "bailleur*qpv", "modalite": post["croise"], "effectif": post["Freq"]}
        )
    assert not calibrate(survey, margins)[1]
    estimates = compare(survey, plan, margins=margins)
    assert estimates.settings["calage"] in {"post_stratification", "calage"}
    both = _beside(_brut(estimates), _wide(golden, case))
    _same(both["estimation"], both["value"], EXACT)
    varied = both[both["erreur_type"].notna() & (both["se"] > 1e-9)]
    assert len(varied) > 60
    _same(varied["erreur_type"], varied["se"], EXACT)


@pytest.mark.parametrize("case", ["clus1", "strat"])
def test_the_packages_own_data(golden: pd.DataFrame, case: str) -> None:
    frame = pd.read_csv(DATA / f"api_{case}.csv", dtype=str)
    frame = frame.assign(
        id=range(len(frame)),
        vague="2000",
        bailleur="api",
        residence=frame["dnum"] if case == "clus1" else frame["id"],
        poids=frame["pw"],
        qpv=np.where(frame["comp.imp"] == "Yes", "1", "0"),
        y=np.where(frame["sch.wide"] == "Yes", "1", "3"),
        _fichier="api",
        _feuille="",
        _ligne=range(2, len(frame) + 2),
    )
    frame["id"] = frame["id"].astype(str)
    strata = [] if case == "clus1" else ["stype"]
    plan = _plan(["y"], note=False, strates=strata, ajustement=[])
    both = _beside(_brut(compare(recode([frame], plan), plan)), _wide(golden, case))
    assert len(both) == 4
    _same(both["estimation"], both["value"], EXACT)
    _same(both["erreur_type"], both["se"], EXACT)
    groups = both[both["groupe"] != "ecart"]
    _same(groups["effet_plan"], groups["deff"], EXACT)
