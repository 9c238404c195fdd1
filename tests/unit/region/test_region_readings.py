"""Counts of interviews read: in a bailleur's pack its own, and never one that secrecy hides."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from region_cases import LEVELS, protected_of, region_plan, region_survey

from tfpb.model.record import Reading, Source
from tfpb.region.estimates import compare_region
from tfpb.region.facts import files_read
from tfpb.report.sections.sources import place_sources
from tfpb.words.documents.setting_words import masked_sources


@pytest.mark.parametrize("rows", [700, None])
def test_the_restitution_says_why_rows_are_untold(rows: int | None) -> None:
    sources = [
        Source("enquete", "a.csv", "0" * 64, 0, rows), Source("enquete", "b.csv", "1" * 64, 0, 300),
        Source("adresses", "ban", "2" * 64, 0, None),
    ]  # fmt: skip
    dossier: Any = SimpleNamespace(
        survey=None, run_hash="0" * 8, located=SimpleNamespace(vintage=2024)
    )
    made = place_sources(dossier, files_read(sources))
    assert made is not None
    said: Any = made.blocks[0]
    told = said.rows["lignes"].tolist() if "lignes" in said.rows else [None]
    assert told[:1] == ([1000] if rows else [None])
    assert ("le secret cache" in " ".join(said.notes)) == (rows is None)


def test_a_pack_knows_what_became_of_its_interviews_and_names_no_other() -> None:
    own = Reading("enquete", "commune.csv", "", "B1", "2023", 400, 393, {"qpv_manquant": 7})
    other = Reading("enquete", "commune.csv", "", "B2", "2023", 300, 300, {})
    made = compare_region(region_survey(3), region_plan(), by=LEVELS, repere=None)
    protected = protected_of(made)
    told = protected.bailleur("B1", (own, other)).readings
    assert [(r.bailleur, r.read) for r in told] == [("B1", 400), ("", 300)]
    # 400 less the 393 of its pages would be the seven of one résidence
    source = Source("enquete", "commune.csv", "0" * 64, 0, 700)
    [masked] = masked_sources((replace(source, size_bytes=40_960),), told, 11)
    assert (masked.rows, masked.size_bytes) == (None, 0)  # nor the size, which counts its rows
    assert protected.bailleur("B1").readings == ()
