"""Counts of the field sheet of a region, in agreement with those that were released."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from region_cases import LEVELS, region_plan, region_survey

from tfpb.executors import InProcess
from tfpb.region import run
from tfpb.region.estimates import compare_region
from tfpb.stage import directly
from tfpb.survey import Disclosed
from tfpb.survey.secrecy.field_counts import FieldCount


@pytest.fixture
def inputs(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Estimate a small region, with a field sheet for two bailleurs; no mask is searched."""
    answers = region_survey(1, owners=4, towns=2, waves=("2023",))
    rows = [
        {"vague": "2023", "bailleur": owner, "cote": side, "type_habitat": "Collectif",
         "periode_construction": "", "logements": 90, "part_logements": 0.5, "n": 40,
         "n_residences": 5, "part_interroges": 0.5}
        for owner in ("B0", "B1")
        for side in ("hors_qpv", "qpv")
    ]  # fmt: skip
    made = compare_region(answers, region_plan(), by=LEVELS, repere=None)
    made = replace(made, fieldwork=pd.DataFrame(rows))
    monkeypatch.setattr(run, "compare_region", lambda *_, **__: made)
    monkeypatch.setattr(run, "region_masks", lambda *_: frozenset())
    monkeypatch.setattr(run, "held_back", lambda *_: 3)
    few = SimpleNamespace(organismes_minimum=3, part_maximum=0.85)
    settings = SimpleNamespace(reglages=few, file="region.toml")
    return SimpleNamespace(survey=answers), SimpleNamespace(
        plan=region_plan(), settings=settings, repere=None, margins=None, reference=None
    )


@pytest.mark.parametrize(("told", "kept"), [(40, {"B0", "B1"}), (45, {"B1"}), (80, {"B0", "B1"})])
def test_a_bailleurs_counts_near_those_released_are_held_back(
    inputs: tuple[Any, Any], told: int, kept: set[str]
) -> None:
    counts = [FieldCount("2023", "B0", side, "Collectif", "", told) for side in ("hors_qpv", "qpv")]
    before = Disclosed(counts=(tuple(counts),))
    made = run._protected(*inputs, before, InProcess(), directly)
    assert made is not None
    assert set(made.whole.fieldwork["bailleur"]) == kept
    for owner in ("B0", "B1"):
        assert bool(len(made.bailleur(owner).fieldwork)) is (owner in kept)
    (notice,) = made.held_back
    assert notice.fields["nombre"] == 3 + 2 * (len(kept) == 1)
