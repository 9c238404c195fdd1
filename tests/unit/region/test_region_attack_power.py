"""The attack used in the tests does find what a protection of packs one by one would betray."""

from __future__ import annotations

from region_cases import LEVELS, region_plan, region_survey
from test_region_secrecy import RULES, determined, whole_system

from tfpb.region.estimates import compare_region
from tfpb.region.secrecy.crossings import Wave
from tfpb.region.secrecy.region_secrecy import published_rows


def test_masking_the_small_cells_alone_betrays_some() -> None:
    answers = region_survey(1)
    estimates = published_rows(
        compare_region(answers, region_plan(), by=LEVELS, repere=None), answers, RULES
    )
    cells = whole_system(answers, estimates)
    first = {c for c, n in cells.count.items() if 0 < n < RULES.masking_n}
    for name in answers.waves:
        wave = Wave(answers, name, RULES)
        wave.tie(cells)
        first |= wave.exposed
    assert determined(cells, frozenset(first))
