"""The formula, line by line, on amounts worked by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tax_builders import abate, counted, local

from tfpb.law.values import Reader, load
from tfpb.model.legal.tax_lines import LINES, LOST
from tfpb.tax.abatement.formula import NOTHING, Amounts, Terms, amounts, due, net_base, terms

D = Decimal
RATES = (
    D(40),
    D(2),
    D(15),
    D("0.5"),
    D("0.25"),
    D(1),
)  # commune, syndicats, EPCI, TSE, TASA, GEMAPI
NO_RATE = (D(0),) * 6


def reader(year: int = 2025) -> Reader:
    return load().on(dt.date(year, 1, 1))


CENTS = terms(reader(), "centime")
EUROS = terms(reader(), "avis")


def alone(line: str, rate: str) -> tuple[Decimal, ...]:
    return tuple(D(rate) if name == line else D(0) for name in LINES)


def test_the_law_of_2025() -> None:
    told = Terms(
        part=D("0.30"), base_part=D("0.50"),
        fees={"commune": D("0.03"), "syndicats": D("0.08"), "epci": D("0.03"), "tse": D("0.09"),
              "tasa": D("0.09"), "gemapi": D("0.03")},
        compensation=D("0.40"), quantum=D("0.01"),
    )  # fmt: skip
    assert told == CENTS
    assert EUROS.quantum == 1
    assert (EUROS.part, EUROS.fees) == (CENTS.part, CENTS.fees)


def test_what_was_read_of_the_law_is_listed() -> None:
    plain, notice = reader(), reader()
    terms(plain, "centime")
    terms(notice, "avis")
    read = {key for key, _ in plain.read}
    assert {"teom_abattue", "taxes_reportees", "taux_abattement", "part_compensation"} <= read
    assert "arrondi_avis" not in read
    assert {key for key, _ in notice.read} == read | {"arrondi_avis"}


def test_half_of_the_cadastral_value_is_the_base() -> None:
    assert net_base(D(3001), None, CENTS) == D("1500.50")
    assert net_base(D(3001), None, EUROS) == D(1501)  # halves up, as on a notice
    assert (
        net_base(D(3000), D("1234.56"), CENTS) == 1500
    )  # the base may be abated, the VLC never is
    assert net_base(None, D("1234.56"), CENTS) == D("1234.56")
    assert net_base(None, D("1234.50"), EUROS) == D(1235)
    assert net_base(D(3000), D(0), CENTS) == 0  # a base of nothing is a base
    assert net_base(None, None, CENTS) == 0


def test_each_line_is_abated_by_its_own_rate() -> None:
    # 30 % of 1 500 € is 450 €
    made = amounts(D(1500), RATES, CENTS)
    assert made.lines == (D("180.00"), D("9.00"), D("67.50"), D("2.25"), D("1.13"), D("4.50"))
    assert made.abatement == D("264.38")
    # by line: 5.40, 0.72, 2.03 for 2.025, 0.20 for 0.2025, 0.10 for 0.1017, 0.14 for 0.135
    assert made.fees == D("8.59")
    assert made.total == D("272.97")
    assert made.compensation == D("102.60")  # 40 % of 180 + 9 + 67.50
    assert made.lost == D("153.90")
    assert made.spread == D("7.88")  # TSE, TASA and GEMAPI, paid by others


@pytest.mark.parametrize("line", LINES)
def test_a_line_alone_is_lost_by_its_council_or_spread(line: str) -> None:
    made = amounts(D(1000), alone(line, "10"), CENTS)
    assert made.abatement == D("30.00")
    lost = line in {"commune", "syndicats", "epci"}
    assert (line in LOST) is lost
    assert (made.compensation, made.lost) == ((D(12), D(18)) if lost else (D(0), D(0)))
    assert made.spread == (0 if lost else D("30.00"))
    fees = {"commune": "0.90", "syndicats": "2.40", "epci": "0.90", "tse": "2.70", "tasa": "2.70",
            "gemapi": "0.90"}  # fmt: skip
    assert made.fees == D(fees[line])


def test_halves_are_rounded_up_to_the_cent_and_to_the_euro() -> None:
    # 30 % of 15 € at 0.1 % is 0.0045; at 1 %, 0.045 → 0.05 (to the even cent it would be 0.04)
    assert amounts(D(15), alone("commune", "0.1"), CENTS).abatement == D("0.00")
    assert amounts(D(15), alone("commune", "1"), CENTS).abatement == D("0.05")
    assert amounts(D(100), alone("epci", "15"), EUROS).abatement == D(5)  # 4.50 €
    assert amounts(D(90), alone("epci", "9.2"), EUROS).abatement == D(2)  # 2.484 €
    # fees: 3 % of 1.50 € is 0.045 → 0.05; 3 % of 150 € is 4.50 → 5 € on a notice
    assert amounts(D(50), alone("commune", "10"), CENTS).fees == D("0.05")
    assert amounts(D(5000), alone("commune", "10"), EUROS).fees == D(5)
    # the State returns 40 % to the cent, even of lines in whole euros
    assert amounts(D(100), alone("commune", "10"), EUROS).compensation == D("1.20")


def test_only_the_dwellings_that_have_the_right_count() -> None:
    whole = amounts(D(1500), RATES, CENTS)
    assert amounts(D(1500), RATES, CENTS, share=D(1)) == whole
    assert amounts(D(1500), RATES, CENTS, share=D("0.75")).lines[0] == D("135.00")
    assert amounts(D(1500), RATES, CENTS, share=D(0)).abatement == 0


def test_without_rate_nothing_is_abated() -> None:
    made = amounts(D(1500), NO_RATE, CENTS)
    assert made == Amounts(NO_RATE, D(0), D(0), D(0), D(0), D(0)) == NOTHING
    assert len(NOTHING.lines) == 6


def test_a_notice_asks_its_rates_and_fees_before_any_abatement() -> None:
    assert due(D(1500), RATES, fees={}) == D("881.25")  # 58.75 %
    # 600 × 1.03 + 30 × 1.08 + 225 × 1.03 + 7.5 × 1.09 + 3.75 × 1.09 + 15 × 1.03
    assert due(D(1500), RATES, fees=CENTS.fees) == D("909.8625")
    assert due(D(1500), alone("syndicats", "2"), fees={"syndicats": D("0.08")}) == D("32.40")
    assert due(D(1500), NO_RATE, fees={}) == 0


def test_a_rate_too_few_or_too_many_is_refused() -> None:
    for rates in (RATES[:5], (*RATES, D(1))):
        with pytest.raises(ValueError):
            amounts(D(1500), rates, CENTS)
        with pytest.raises(ValueError):
            due(D(1500), rates, fees={})


@pytest.mark.parametrize(("rounding", "eur"), [("centime", "247.50"), ("avis", "248")])
def test_a_dossier_counts_to_the_cent_or_as_a_notice(rounding: str, eur: str) -> None:
    made = abate(local(), rounding=rounding)  # 180 € and 67.50 €
    assert counted(made) == D(eur)
