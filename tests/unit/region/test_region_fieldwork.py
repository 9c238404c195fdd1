"""What bailleurs declare of a wave, when they do not all declare the same."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
from region_cases import region_plan, region_survey

from tfpb.facts.place import located_stock
from tfpb.region.joined import join, with_fieldwork
from tfpb.survey.method import declared


def part(waves: tuple[str, ...], **facts: Any) -> Any:
    plan = region_plan()
    told = type(plan.enquete).model_validate(facts)
    return SimpleNamespace(
        plan=plan.model_copy(update={"enquete": told}), survey=SimpleNamespace(waves=waves)
    )


BOTH = ("2019", "2023")


def test_a_wave_made_by_two_firms_says_both_with_numbers_of_bailleurs() -> None:
    parts = [
        part(BOTH, prestataire="A", **{"2019": {"dates": "hiver 2019"}}),
        part(BOTH, prestataire="A", **{"2019": {"prestataire": "B", "dates": "été 2020"}}),
        part(("2023",), prestataire="C", **{"2019": {"prestataire": "D"}}),
    ]
    plan = with_fieldwork(region_plan(), parts)
    first, second = (declared(plan, wave) for wave in BOTH)
    assert first["prestataire"] == "A (1 bailleur) ; B (1 bailleur)"  # the third did not answer
    assert first["dates"] == "hiver 2019 (1 bailleur) ; été 2020 (1 bailleur)"
    assert second["prestataire"] == "A (2 bailleurs) ; C (1 bailleur)"


def test_waves_of_the_region_are_ordered_by_what_bailleurs_declare() -> None:
    dates = {"vague B": {"dates": "novembre 2019"}, "vague A": {"dates": "mars 2023"}}
    mine = part((), **dates)
    answers = region_survey(1, waves=("vague B", "vague A"))
    assert answers.waves == ("vague A", "vague B")  # the region's plan has no date
    nothing = pd.DataFrame()
    owner = SimpleNamespace(
        name="B0", plan=mine.plan, survey=answers, readings=(),
        located=located_stock(2025, 2024, nothing, nothing, nothing),
    )  # fmt: skip
    inputs: Any = SimpleNamespace(
        plan=region_plan(), plan_file="plan.toml", deliveries=(), written=("B0",),
        settings=SimpleNamespace(alias=SimpleNamespace(bailleurs={})),
    )  # fmt: skip
    places: Any = SimpleNamespace(of_rows=lambda frame: frame)
    joined = join([owner], inputs, places)  # type: ignore[list-item]
    assert joined.survey is not None
    assert joined.survey.waves == ("vague B", "vague A")


def test_the_regions_word_stands_where_bailleurs_agree_and_is_filled_where_it_lacks() -> None:
    base = region_plan()
    told = type(base.enquete).model_validate({"prestataire": "Région"})
    plan = base.model_copy(update={"enquete": told})
    made = with_fieldwork(plan, [part(BOTH, prestataire="A", mode="téléphone")] * 2)
    assert declared(made, "2019")["prestataire"] == "Région"
    assert declared(made, "2019")["mode"] == "téléphone"
    assert with_fieldwork(plan, []) == plan
