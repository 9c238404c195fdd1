"""Attacks on the statistics, against R's `survey` (recipe: recipes/survey_attacks.R)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from golden_plan import golden_plan

from tfpb.survey.compare import compare
from tfpb.survey.reading.recode import recode

if TYPE_CHECKING:
    from tfpb.model.plan import Plan

DATA = Path(__file__).parent / "data"
EXACT, MODELS = 1e-9, 1e-6
BY = ("code_qpv", "agence")
KEYS = ["vague", "niveau", "territoire", "bailleur", "groupe", "item"]
SILENT = {"non_publiable", "non_calculable", "masque"}
RAKED = pd.DataFrame(
    {
        "variable": ["qpv", "qpv", "type_habitat", "type_habitat", "type_habitat"],
        "modalite": ["hors QPV", "QPV", "barre", "pavillon", "tour"],
        "effectif": ["5200", "4800", "4000", "1500", "4500"],
    }
)


def _plan(strata: list[str]) -> Plan:
    places = {"code_qpv": {"colonnes": ["quartier"]}, "agence": {}}
    return golden_plan(("q1", "q2", "q3", "q4"), places, strates=strata)


def _table(
    strata: list[str], margins: pd.DataFrame | None = None, *, equal: bool = False
) -> pd.DataFrame:
    frame = pd.read_csv(DATA / "survey_attacks.csv", dtype=str, keep_default_na=False)
    frame = frame.assign(_fichier="attaques", _feuille="", _ligne=range(2, len(frame) + 2))
    if equal:
        frame["poids"] = "1"
    plan = _plan(strata)
    return compare(recode([frame], plan), plan, by=BY, margins=margins).design


@pytest.fixture(scope="module")
def golden() -> pd.DataFrame:
    table = pd.read_csv(DATA / "golden_attacks.csv", dtype={"wave": str})
    names = dict(zip(["wave", "level", "place", "owner", "group"], KEYS, strict=False))
    wide = table.pivot_table(
        index=["attack", "wave", "level", "place", "owner", "group", "item"],
        columns="stat",
        values="value",
    ).reset_index()
    return wide.rename(columns=names)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return _table(["bailleur", "qpv"])


@pytest.fixture(scope="module")
def raked() -> pd.DataFrame:
    return _table(["bailleur", "qpv"], RAKED)


def _held(golden: pd.DataFrame, attack: str, ours: pd.DataFrame, adjustment: str) -> pd.DataFrame:
    """Set R's numbers beside ours; each finds its row, silent only where nothing may be shown."""
    wanted = golden[golden["attack"] == attack]
    assert len(wanted)
    rows = ours[ours["ajustement"] == adjustment]
    both = wanted.merge(rows, on=KEYS, how="left", validate="one_to_one")
    assert both["n"].notna().all()
    silent = both["erreur_type"].isna()
    assert set(both.loc[silent, "publication"]) <= SILENT
    return both[~silent]


def _same(both: pd.DataFrame, tolerance: float, least: int) -> None:
    assert len(both) >= least
    for got, wanted in (("estimation", "d"), ("erreur_type", "se")):
        np.testing.assert_allclose(both[got], both[wanted], rtol=tolerance, atol=tolerance * 1e-2)


@pytest.mark.parametrize(
    ("attack", "adjustment", "tolerance", "least"),
    [
        ("standardise", "standardise", EXACT, 3),
        ("regression", "regression", MODELS, 9),
        ("evolution", "brut", EXACT, 8),
        ("evolution_standardise", "standardise", EXACT, 3),
        ("separation", "regression", MODELS, 2),
    ],
)
def test_territories_changes_and_limits(
    golden: pd.DataFrame,
    table: pd.DataFrame,
    attack: str,
    adjustment: str,
    tolerance: float,
    least: int,
) -> None:
    _same(_held(golden, attack, table, adjustment), tolerance, least)


@pytest.mark.parametrize(
    ("attack", "adjustment", "tolerance"),
    [("calage_evolution", "brut", EXACT), ("calage_regression", "regression", MODELS)],
)
def test_calibrated_weights(
    golden: pd.DataFrame, raked: pd.DataFrame, attack: str, adjustment: str, tolerance: float
) -> None:
    _same(_held(golden, attack, raked, adjustment), tolerance, 3)


def test_sides_that_share_residences(golden: pd.DataFrame) -> None:
    both = _held(golden, "grappes_partagees", _table(["bailleur"]), "brut")
    _same(both, EXACT, 9)


def test_a_rare_answer_under_unequal_weights(golden: pd.DataFrame, table: pd.DataFrame) -> None:
    both = _held(golden, "rare", table, "brut")
    assert len(both) == 2
    np.testing.assert_allclose(both["ic95_bas"], both["lo"], rtol=1e-6)
    np.testing.assert_allclose(both["ic95_haut"], both["hi"], rtol=1e-6)


def test_a_side_that_others_explain_has_no_adjusted_gap() -> None:
    table = _table(["bailleur", "qpv"], equal=True)
    rows = table[(table["bailleur"] == "Zeta") & (table["groupe"] == "ecart")]
    whole = rows[(rows["niveau"] == "total") & (rows["vague"] == "2024") & (rows["item"] == "q1")]
    state = whole.set_index("ajustement")["publication"]
    assert state["brut"] in {"publiable", "fragile"}
    assert state["regression"] == state["standardise"] == "non_calculable"
