"""Attacks on the statistics, against R's `survey` (recipe: recipes/survey_attacks.R)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from golden_plan import golden_plan

from tfpb.survey.estimation.comparison import estimate_pair, estimate_wave
from tfpb.survey.estimation.control import control_rows
from tfpb.survey.reading.calibration import calibrate
from tfpb.survey.reading.recode import recode
from tfpb.survey.verdicts import Thresholds

if TYPE_CHECKING:
    from tfpb.model.plan import Plan

DATA = Path(__file__).parent / "data"
EXACT = 1e-9
BY = ("code_qpv", "agence")
KEYS = ["vague", "niveau", "territoire", "bailleur", "groupe", "item"]
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


def _table(strata: list[str], margins: pd.DataFrame | None = None) -> pd.DataFrame:
    frame = pd.read_csv(DATA / "survey_attacks.csv", dtype=str, keep_default_na=False)
    frame = frame.assign(_fichier="attaques", _feuille="", _ligne=range(2, len(frame) + 2))
    plan = _plan(strata)
    survey = recode([frame], plan)
    if margins is not None:
        survey, found = calibrate(survey, margins)
        assert not found
    items, asked = list(plan.items), {"by": BY, "thresholds": Thresholds()}
    made = [estimate_wave(survey, items, wave, **asked) for wave in survey.waves]
    pairs = zip(survey.waves, survey.waves[1:], strict=False)
    made += [estimate_pair(survey, items, pair, **asked) for pair in pairs]
    rows = [control_rows(c, np.arange(len(c.index))) for c in made]
    return pd.concat(rows, ignore_index=True)


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


def _held(golden: pd.DataFrame, attack: str, ours: pd.DataFrame) -> pd.DataFrame:
    """Set R's numbers beside ours; each finds its row."""
    wanted = golden[golden["attack"] == attack]
    assert len(wanted)
    both = wanted.merge(ours, on=KEYS, how="left", validate="one_to_one")
    assert both["n"].notna().all()
    return both[both["erreur_type"].notna()]


def _same(both: pd.DataFrame, least: int) -> None:
    assert len(both) >= least
    for got, wanted in (("estimation", "d"), ("erreur_type", "se")):
        np.testing.assert_allclose(both[got], both[wanted], rtol=EXACT, atol=EXACT * 1e-2)


def test_territories_and_changes(golden: pd.DataFrame, table: pd.DataFrame) -> None:
    _same(_held(golden, "evolution", table), 8)


def test_changes_under_calibrated_weights(golden: pd.DataFrame, raked: pd.DataFrame) -> None:
    _same(_held(golden, "calage_evolution", raked), 3)


def test_sides_that_share_residences(golden: pd.DataFrame) -> None:
    _same(_held(golden, "grappes_partagees", _table(["bailleur"])), 9)
