"""Which of the two maps is a stock's, when a year has one for mainland France and one overseas."""

from __future__ import annotations

import pytest

from tfpb.model.legal.map_table import VINTAGES, year_under
from tfpb.perimeters import ruling_of, ruling_vintage


@pytest.mark.parametrize(
    ("year", "codes", "vintage"),
    [
        (2025, ["97120", "97105", ""], 2015),  # overseas
        (2025, ["97110"], 2015),  # a postcode tells as well
        (2025, ["59350", "97120", "59350"], 2024),  # most of the stock
        (2025, ["", "", "97120"], 2015),  # rows that say nothing do not choose
        (2025, [], 2024),
        (2026, ["97120"], 2024),
        (2024, ["97120"], 2015),
        (2024, ["59350"], 2015),
    ],
)
def test_the_map_of_most_rows(year: int, codes: list[str], vintage: int) -> None:
    assert ruling_of(year, codes) == vintage


@pytest.mark.parametrize("vintage", VINTAGES)
@pytest.mark.parametrize("citycode", ["", "59350", "97105", "97411"])
def test_the_year_that_stands_for_a_map_is_ruled_by_it_everywhere(
    vintage: int, citycode: str
) -> None:
    assert ruling_vintage(year_under(vintage), citycode) == vintage
