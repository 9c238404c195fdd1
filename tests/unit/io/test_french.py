from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfpb.decimals import AmbiguousError, parse_decimal, parse_integer
from tfpb.io.tables.french import parse_bool, parse_code, parse_date, parse_qpv_codes, parse_year
from tfpb.words.numbers import euros, number, percent, plural, points


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        ("12,50", "12.50"),
        ("12.5", "12.5"),
        ("1 234,56 €", "1234.56"),
        ("1\u202f234,56\u00a0€", "1234.56"),
        ("1\u00a0234", "1234"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("25,36 %", "25.36"),
        ("-3,5", "-3.5"),
        ("−3,5", "-3.5"),
        ("(12,00)", "-12.00"),
        ("0.125", "0.125"),
        ("1,234", "1.234"),
        ("1e3", "1000"),
        ("12 k€", "12000"),
        ("1,5 M€", "1500000"),
        ("7 980 TTC", "7980"),
        ("7 980,50 € HT", "7980.50"),
    ],
)
def test_numbers_as_written_in_france(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "abc", "12,5,6", "1.23.456", "12 rue", "--3", "٣", "1e999", "k€", "12k", "TTC"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_decimal(text)


def test_a_lone_dot_before_three_digits_is_ambiguous() -> None:
    with pytest.raises(AmbiguousError):
        parse_decimal("1.234")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-01-31", dt.date(2025, 1, 31)),
        ("2025-01-31 00:00:00", dt.date(2025, 1, 31)),
        ("31/01/2025", dt.date(2025, 1, 31)),
        ("31.01.25", dt.date(2025, 1, 31)),
        ("1-2-1998", dt.date(1998, 2, 1)),
        ("31 janvier 2025", dt.date(2025, 1, 31)),
        ("1er févr. 2025", dt.date(2025, 2, 1)),
        ("45688", dt.date(2025, 1, 31)),
    ],
)
def test_dates_as_written_in_france(text: str, day: dt.date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text", ["31/02/2025", "12/31/2025", "hier", "2025-13-01", "1 pluviôse 2025"]
)
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_date(text)


def test_a_day_and_month_alone_are_ambiguous() -> None:
    with pytest.raises(AmbiguousError):
        parse_date("01/02")


def test_a_year_alone_is_a_date_only_where_something_ends() -> None:
    assert parse_date("2031", year_end=True) == dt.date(2031, 12, 31)
    assert parse_date("31/12/55", year_end=True) == dt.date(2055, 12, 31)  # thirty years from 2025
    assert parse_date("31/12/98", year_end=True) == dt.date(1998, 12, 31)
    with pytest.raises(AmbiguousError):
        parse_date("2025")


def test_small_readers() -> None:
    assert parse_code(" 01004 ") == "01004"
    assert parse_code("1004.0") == "1004"
    assert parse_year("2025.0") == 2025
    assert parse_integer("1 200") == 1200
    assert parse_bool("Oui") is True
    assert parse_bool("0") is False
    for read, text in ((parse_integer, "12,5"), (parse_bool, "peut-être")):
        with pytest.raises(ValueError):
            read(text)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_what_we_write_reads_back(value: Decimal) -> None:
    assert parse_decimal(euros(value, cents=True)) == value


def test_numbers_as_printed() -> None:
    assert number(12345) == "12\u202f345"
    assert number(0.5) == "1"
    assert number(-0.04, 1) == "0,0"
    assert number(float("nan")) == "–"
    assert euros(233) == "233\u202f€"
    assert percent(0.624) == "62\u202f%"
    assert points(-0.104) == "−10,4\u202fpoints"
    assert points(0.012) == "+1,2\u202fpoint"
    assert plural(1, "logement") == "1 logement"
    assert plural(0, "logement") == "0 logement"
    assert plural(2000, "logement") == "2\u202f000 logements"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("QN05991I QN05992M", ("QN05991I", "QN05992M")),
        ("qn 059 91 i et QN05992M", ("QN05991I", "QN05992M")),
        ("QN05991I, QN 05993n | QP059001", ("QN05991I", "QN05993N", "QP059001")),
        (
            "Les Tilleuls-Pasteur / Le Moulin / QN 05993n",
            ("Les Tilleuls-Pasteur", "Le Moulin", "QN05993N"),
        ),
        ("Le Moulin\nQN05993N", ("Le Moulin", "QN05993N")),
        ("QN05991I Les Tilleuls", ("QN05991I Les Tilleuls",)),
        ("Les Tilleuls, Le Moulin", ("Les Tilleuls", "Le Moulin")),
        (" ; ", ()),
    ],
)
def test_spaces_part_codes_of_quarters_and_no_name(text: str, read: tuple[str, ...]) -> None:
    assert parse_qpv_codes(text) == read
