"""The simulated dossier of Bondy is read without a fault, and keeps every real row."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from simulate_bondy import ITEMS, WAVES, make_bondy

from tfpb.errors import Severity
from tfpb.io.sources.deliveries import read_delivery
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.plan import Plan
from tfpb.model.tables import STOCK
from tfpb.survey.reading.recode import recode
from tfpb.text import squeeze

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def test_stock_keeps_the_rows_and_the_writing_of_the_real_file(
    bondy_source: Path, bondy_dossier: Path
) -> None:
    real = pd.read_csv(bondy_source / "rpls2022.csv", dtype=str)
    frame, faults = typed(read_table(bondy_dossier.parent / "patrimoine.csv"), STOCK)
    assert [f for f in faults if f.severity is Severity.FAUTE] == []
    assert frame["adresse"].tolist() == [squeeze(t) for t in real["cle"]]
    assert int(frame["nb_logements"].sum()) == real["appartement"].astype(int).sum()
    assert frame["id_batiment"].is_unique
    assert "x" not in read_table(bondy_dossier.parent / "patrimoine.csv").frame.columns


def test_truth_agrees_with_the_published_count(bondy_dossier: Path) -> None:
    truth = pd.read_csv(bondy_dossier.parent / "verite.csv", sep=";", dtype=str).fillna("")
    assert (truth["qpv"] != "").sum() == 376


def test_survey_reads_without_a_fault(bondy_dossier: Path) -> None:
    text = (bondy_dossier.parent / "plan_enquete.toml").read_text(encoding="utf-8")
    plan = Plan.model_validate(tomllib.loads(text))
    waves = [read_delivery(bondy_dossier.parent / f"enquete_{w}.csv", plan) for w in WAVES]
    survey = recode([w.frame for w in waves], plan)
    assert [f for f in survey.faults if f.severity is Severity.FAUTE] == []
    assert len(survey.respondents) > 2000
    assert set(survey.answers) == {item[0] for item in ITEMS}


def test_same_seed_same_files(bondy_source: Path, bondy_dossier: Path, tmp_path: Path) -> None:
    again = make_bondy(tmp_path, source=bondy_source)
    for path in again.parent.iterdir():
        assert path.read_bytes() == (bondy_dossier.parent / path.name).read_bytes()
