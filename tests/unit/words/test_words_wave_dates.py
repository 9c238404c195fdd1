"""Waves stand in the order of time, whatever their names; where dates do not settle it, that is known."""

from __future__ import annotations

import datetime as dt

import pytest

from tfpb.words.numbers import first_day
from tfpb.words.survey.wave_dates import in_time, order_unsure

DATED = {"novembre 2019": "du 4 novembre 2019 au 17 janvier 2020", "mars 2023": "mars 2023"}


@pytest.mark.parametrize(
    ("waves", "periods", "ordered"),
    [
        (["2023", "2019"], {}, ["2019", "2023"]),
        (["novembre 2019", "mars 2023"], {}, ["novembre 2019", "mars 2023"]),
        (["mars 2023", "novembre 2019"], DATED, ["novembre 2019", "mars 2023"]),
        (["novembre 2023", "mars 2023"], {}, ["mars 2023", "novembre 2023"]),
        (["B", "A"], {"A": "du 6 mars 2023", "B": "novembre 2019"}, ["B", "A"]),
        (["2019", "2023"], dict.fromkeys(("2019", "2023"), "du 6 mars 2023"), ["2019", "2023"]),
        (["2023"], {}, ["2023"]),
    ],
)
def test_dates_settle_the_order(
    waves: list[str], periods: dict[str, str], ordered: list[str]
) -> None:
    assert in_time(waves, periods) == ordered
    assert not order_unsure(waves, periods)


@pytest.mark.parametrize(
    ("waves", "periods", "ordered"),
    [
        (["V10", "V2"], {}, ["V2", "V10"]),
        (["A", "B"], {"A": "mars 2023"}, ["A", "B"]),
        (["2e trimestre 2023", "1er trimestre 2023"], {}, None),
        (["2023", "mars 2023"], {}, None),
        (["2019", "2023"], {"2019": "du 6 mars 2023", "2023": "du 4 novembre 2019"}, None),
    ],
)
def test_an_order_that_dates_do_not_settle_is_unsure(
    waves: list[str], periods: dict[str, str], ordered: list[str] | None
) -> None:
    assert order_unsure(waves, periods)
    assert ordered is None or in_time(waves, periods) == ordered


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("novembre 2019", dt.date(2019, 11, 1)),
        ("de novembre 2019 à janvier 2020", dt.date(2019, 11, 1)),
        ("2019, finie en janvier 2020", dt.date(2019, 1, 1)),
        ("du 6 mars au 19 mai 2023", dt.date(2023, 3, 6)),
        ("hiver 2019", dt.date(2019, 1, 1)),
        ("au printemps", None),
    ],
)
def test_a_text_tells_its_first_day_month_or_year(text: str, day: dt.date | None) -> None:
    assert first_day(text) == day
