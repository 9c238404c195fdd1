"""The formula: worked by hand, and its properties."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tax_builders import NEW_YEAR, abate, counted, facts, first, home, homes, local

from effort import tries
from tfpb.decimals import apportion
from tfpb.law.values import load
from tfpb.tax.abatement import formula

TERMS = formula.terms(load().on(NEW_YEAR), "centime")
NOTICE = formula.terms(load().on(NEW_YEAR), "avis")
euros = st.integers(0, 50_000_000).map(lambda cents: Decimal(cents) / 100)
rate = st.integers(0, 6000).map(lambda r: Decimal(r) / 100)
rates = st.tuples(rate, rate, rate, rate, rate, rate)
quick = settings(deadline=None, max_examples=60)


def test_worked_example() -> None:
    # VLC 3 000 € → base 1 500 €; 30 % of it is 450 €; 55 % of 450 € is 247.50 €.
    row = first(abate(local()))
    assert row["base_eur"] == Decimal(1500)
    assert row["abattement_commune_eur"] == Decimal("180.00")
    assert row["abattement_epci_eur"] == Decimal("67.50")
    assert row["abattement_eur"] == Decimal("247.50")
    # fees: 3 % of 180 is 5.40, 3 % of 67.50 is 2.025, rounded 2.03
    assert row["frais_gestion_eur"] == Decimal("7.43")
    assert row["total_eur"] == Decimal("254.93")
    # the State returns 40 % of 247.50
    assert row["compensation_etat_eur"] == Decimal("99.00")
    assert row["perte_collectivites_eur"] == Decimal("148.50")


def test_whole_euros_a_line_as_on_a_notice() -> None:
    row = first(abate(local(), rounding="avis"))
    assert row["abattement_commune_eur"] == Decimal(180)
    assert row["abattement_epci_eur"] == Decimal(68)  # 67.50, halves up
    assert row["abattement_eur"] == Decimal(248)
    # a base with cents is rounded to the euro first: 1 234.50 → 1 235
    assert first(abate(local(vlc_eur="2469"), rounding="avis"))["base_eur"] == Decimal(1235)


def test_net_base_is_taken_as_it_is() -> None:
    row = first(abate(local(vlc_eur="", base_nette_eur="1500")))
    assert row["base_eur"] == Decimal(1500)
    assert row["abattement_eur"] == Decimal("247.50")


def test_teom_is_untouched_and_each_line_has_its_rate() -> None:
    lines = {
        "taux_syndicats_pct": 2, "taux_tse_pct": "0,5", "taux_tasa_pct": "0,25",
        "taux_gemapi_pct": 1, "teom_eur": 900,
    }  # fmt: skip
    row = first(abate(local(**lines)))
    assert row["abattement_syndicats_eur"] == Decimal("9.00")
    assert row["abattement_tse_eur"] == Decimal("2.25")
    assert row["abattement_tasa_eur"] == Decimal("1.13")  # 1.125, halves up
    assert row["abattement_gemapi_eur"] == Decimal("4.50")
    assert row["abattement_eur"] == Decimal("264.38")
    # TSE, TASA and GEMAPI are spread over payers: no loss, no compensation
    assert row["compensation_etat_eur"] + row["perte_collectivites_eur"] == Decimal("256.50")


def test_totals_tell_what_is_spread_over_payers() -> None:
    made = abate(local(taux_gemapi_pct=1, taux_tse_pct="0,5"))
    assert counted(made, "reporte_contribuables") == Decimal("6.75")
    table = made.by_collectivity
    assert table is not None
    assert list(table["ligne"]) == ["commune", "epci", "tse", "gemapi"]
    assert table["abattement_eur"].sum() == counted(made)
    assert table["compensation_etat_eur"].sum() == counted(made, "compensation")
    assert table["perte_eur"].sum() == counted(made, "perte")


@quick
@given(euros, rates, st.integers(2, 9))
def test_linear_in_the_base(base: Decimal, percents: tuple[Decimal, ...], times: int) -> None:
    once = formula.amounts(base, percents, TERMS).abatement
    many = formula.amounts(base * times, percents, TERMS).abatement
    # exact but for the rounding of each of the six lines, both sides
    assert abs(many - once * times) <= Decimal("0.005") * 6 * (times + 1)


@quick
@given(euros, rates, rates)
def test_monotone_in_rates(
    base: Decimal, low: tuple[Decimal, ...], more: tuple[Decimal, ...]
) -> None:
    high = tuple(a + b for a, b in zip(low, more, strict=True))
    assert (
        formula.amounts(base, high, TERMS).abatement >= formula.amounts(base, low, TERMS).abatement
    )


@quick
@given(euros, rates)
def test_sum_of_parts_to_the_cent(base: Decimal, percents: tuple[Decimal, ...]) -> None:
    for terms in (TERMS, NOTICE):
        made = formula.amounts(base, percents, terms)
        assert sum(made.lines) == made.abatement
        assert made.compensation + made.lost + made.spread == made.abatement
        assert made.total == made.abatement + made.fees
        kept = made.lines[0] * (1 - terms.compensation)
        assert abs(made.town_lost - kept) <= Decimal("0.02"), "the commune bears its own line"
        assert made.town_lost <= made.lost + Decimal("0.01")


@quick
@given(euros, rates)
def test_three_sevenths_of_what_is_paid(base: Decimal, percents: tuple[Decimal, ...]) -> None:
    paid = formula.due(base, percents, fees={}) * Decimal("0.7")
    made = formula.amounts(base, percents, TERMS).abatement
    assert abs(made - paid * 3 / 7) <= Decimal("0.03")


@pytest.mark.slow
@settings(deadline=None, max_examples=tries(3, 60))
@given(st.lists(st.integers(100, 900_000), min_size=1, max_size=6))
def test_additive_over_premises(worths: list[int]) -> None:
    rows = [local(avis=f"A{i}", invariant=i, vlc_eur=w) for i, w in enumerate(worths)]
    together = facts(abate(*rows))
    apart = [facts(abate(row)) for row in rows]
    for key in together.keys() - {"logements_abattus"}:  # that of R1, once
        assert together[key] == sum(t[key] for t in apart), key


@quick
@given(st.integers(0, 500), st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_apportion_adds_up(count: int, weights: list[int]) -> None:
    parts = apportion(count, [Decimal(w) for w in weights])
    assert sum(parts) == (count if sum(weights) else 0)
    assert all(p >= 0 for p in parts)


def test_share_of_a_cut_residence() -> None:
    # 3 of 4 dwellings are in: three quarters of 247.50 €, each line rounded
    stock = homes(home(nb_logements=4, logements_dans=3, logements_hors=1))
    made = abate(local(nb_logements=4), residences=stock)
    row = first(made)
    assert row["abattement_commune_eur"] == Decimal("135.00")
    assert row["abattement_epci_eur"] == Decimal("50.63")  # 50.625
    assert row["abattement_eur"] == Decimal("185.63")
    assert "75" in row["motif"]
    assert facts(made)["logements_abattus"] == 3


def test_unknown_rounding_is_refused() -> None:
    from tfpb.errors import TfpbError

    with pytest.raises(TfpbError):
        abate(local(), rounding="dizaine")
