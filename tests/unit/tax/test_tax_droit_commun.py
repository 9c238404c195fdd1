"""Droit commun: ratios by hand, bootstrap that repeats, floor of gardiens, totals alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tax_builders import codes, faults_of, home, homes, table

from tfpb import tax
from tfpb.errors import TfpbError
from tfpb.model import tables
from tfpb.tax.programme import baseline


def line(identifier: str, cost: object, quantity: object = "", **cells: Any) -> dict[str, Any]:
    return {
        "id_residence": identifier,
        "indicateur": "nettoyage (heures)",
        "cout_eur": cost,
        "quantite": quantity,
        "annee": 2025,
        **cells,
    }


def inside(identifier: str, dwellings: int = 10, **cells: Any) -> dict[str, Any]:
    return home(identifier, nb_logements=dwellings, logements_dans=dwellings, **cells)


def outside(identifier: str, dwellings: int = 10, **cells: Any) -> dict[str, Any]:
    return home(
        identifier,
        nb_logements=dwellings,
        logements_dans=0,
        logements_hors=dwellings,
        code_qpv="",
        **cells,
    )


STOCK = homes(inside("Q1", 10), inside("Q2", 30), outside("H1", 20), outside("H2", 20))


def compute(*rows: dict[str, Any], stock: Any = None, seed: int = 7, **options: Any) -> Any:
    frame = table(tables.DROIT_COMMUN, *rows, file="droit_commun.csv")
    return tax.droit_commun(frame, STOCK if stock is None else stock, seed=seed, **options)


ROWS = (line("Q1", 3000, 20), line("Q2", 6000, 60), line("H1", 3000, 20), line("H2", 3400, 16))


def test_by_hand() -> None:
    # QPV 9 000 € over 40 dwellings = 225 €; elsewhere 6 400 € over 40 = 160 €; gap 65 €, surcoût 2 600 €
    row = compute(*ROWS).table.iloc[0]
    assert row["cout_par_logement_qpv_eur"] == Decimal("225.00")
    assert row["cout_par_logement_hors_eur"] == Decimal("160.00")
    assert row["surcout_par_logement_eur"] == Decimal("65.00")
    assert row["surcout_eur"] == Decimal("2600.00")
    assert row["quantite_par_100_logements_qpv"] == pytest.approx(200)
    assert row["quantite_par_100_logements_hors"] == pytest.approx(90)
    assert (row["n_residences_qpv"], row["logements_hors"]) == (2, 40)
    assert (row["unite"], row["marge"], row["plancher"]) == ("heures", "calculee", "sans_objet")
    assert row["surcout_ic95_bas_eur"] <= row["surcout_eur"] <= row["surcout_ic95_haut_eur"]


def test_bootstrap_of_two_and_two_is_known_exactly() -> None:
    """With two résidences a side the gap takes nine values; its ends are the extreme pairs."""
    row = compute(*ROWS).table.iloc[0]
    # Q1 twice: 300 €/dwelling, Q2 twice: 200; H1 twice: 150, H2 twice: 170
    assert row["surcout_ic95_bas_eur"] == Decimal("1200.00")  # (200 − 170) × 40
    assert row["surcout_ic95_haut_eur"] == Decimal("6000.00")  # (300 − 150) × 40


def test_same_seed_same_interval_and_order_does_not_matter_to_ratios() -> None:
    many = [line(f"Q{i}", 1000 + 37 * i) for i in range(12)] + [
        line(f"H{i}", 900 + 11 * i) for i in range(12)
    ]
    stock = homes(*(inside(f"Q{i}") for i in range(12)), *(outside(f"H{i}") for i in range(12)))
    one, two = (compute(*many, stock=stock).table for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    one = one.iloc[0]
    other = compute(*many, stock=stock, seed=8).table.iloc[0]
    assert other["surcout_eur"] == one["surcout_eur"]
    assert other["surcout_ic95_bas_eur"] != one["surcout_ic95_bas_eur"]


def test_bootstrap_agrees_with_the_linearised_error() -> None:
    rng = np.random.default_rng(3)
    n = 60
    costs = rng.normal(200, 40, size=(2, n)) * 10
    data = np.zeros((2 * n, 6))
    data[:n, 0], data[:n, 2] = 10, costs[0]
    data[n:, 3], data[n:, 5] = 10, costs[1]
    gaps = baseline._bootstrap(data, np.random.default_rng(1))
    expected = np.sqrt((costs[0] / 10).var() / n + (costs[1] / 10).var() / n)
    assert np.std(gaps) == pytest.approx(expected, rel=0.06)


def test_cut_residence_weighs_on_both_sides() -> None:
    stock = homes(
        home("C", nb_logements=20, logements_dans=5, logements_hors=15), inside("Q"), outside("H")
    )
    row = compute(line("C", 2000), line("Q", 2000), line("H", 500), stock=stock).table.iloc[0]
    # in: 2 000 × 5/20 + 2 000 over 15; out: 2 000 × 15/20 + 500 over 25
    assert row["cout_par_logement_qpv_eur"] == Decimal("166.67")
    assert row["cout_par_logement_hors_eur"] == Decimal("80.00")
    assert row["logements_qpv"] == 15


def test_totals_alone_have_no_margin() -> None:
    rows = [
        {
            "perimetre": "QPV",
            "indicateur": "nettoyage",
            "cout_eur": 9000,
            "logements": 40,
            "quantite": 4,
        },
        {"perimetre": "hors QPV", "indicateur": "nettoyage", "cout_eur": 6400, "logements": 40},
    ]
    rows[0]["perimetre"], rows[1]["perimetre"] = "qpv", "hors_qpv"
    row = compute(*rows).table.iloc[0]
    assert row["surcout_eur"] == Decimal("2600.00")
    assert row["marge"] == "non_calculable"
    assert row["surcout_ic95_bas_eur"] is None
    assert row["n_residences_qpv"] == 0
    assert row["quantite_par_100_logements_qpv"] == pytest.approx(10)
    assert np.isnan(row["quantite_par_100_logements_hors"])


def total(side: str, **cells: Any) -> dict[str, Any]:
    return {"perimetre": side, "indicateur": "nettoyage", "logements": 40, **cells}


@pytest.mark.parametrize(
    "second",
    [
        {"cout_eur": 1000},  # two contracts of the same dwellings, or two places?
        {"quantite": 2, "logements": 60},
        {"cout_eur": 1000, "indicateur": "Nettoyage"},
    ],
)
def test_a_second_total_of_a_side_is_refused(second: dict[str, Any]) -> None:
    rows = (total("qpv", cout_eur=9000), total("qpv", **second), total("hors_qpv", cout_eur=6400))
    with pytest.raises(TfpbError) as error:
        compute(*rows)
    assert faults_of(error) == ["droit_commun_total_en_double"]
    assert error.value.faults[0].fields == {"autre": 4}


def test_totals_of_two_years_and_an_empty_one_are_not_second() -> None:
    made = compute(
        total("qpv", cout_eur=9000), total("qpv"), total("qpv", cout_eur=1, annee=2024),
        total("hors_qpv", cout_eur=6400),
    )  # fmt: skip
    assert codes(made) == ["droit_commun_vide"]
    assert made.table["surcout_eur"].tolist()[0] == Decimal("2600.00")


def test_an_indicator_is_one_however_it_is_typed() -> None:
    rows = [line("Q1", 9000), line("Q2", 9000), line("H1", 6400), line("H2", 6400)]
    names = ("Nettoyage (€)", "NETTOYAGE (€)", "nettoyage  (€)", "Nettoyage (€)")
    made = compute(*(r | {"indicateur": n} for r, n in zip(rows, names, strict=True))).table
    assert made["indicateur"].tolist() == ["Nettoyage (€)"]
    assert made["n_residences_hors"].tolist() == [2]
    units = compute(*(r | {"indicateur": f"Nettoyage ({u})"} for r in rows for u in "€%")).table
    assert len(units) == 2


def test_one_side_only_has_no_margin() -> None:
    row = compute(line("Q1", 3000), line("Q2", 6000)).table.iloc[0]
    assert row["surcout_eur"] is None
    assert row["marge"] == "non_calculable"


def test_only_comparable_stock_elsewhere() -> None:
    stock = homes(
        inside("Q1"),
        inside("Q2"),
        outside("H1"),
        outside("H2"),
        outside("H3", type_habitat="individuel"),
    )
    rows = [line("Q1", 100), line("Q2", 100), line("H1", 50), line("H2", 50), line("H3", 9000)]
    made = compute(*rows, stock=stock)
    assert made.table.iloc[0]["cout_par_logement_hors_eur"] == Decimal("5.00")
    assert codes(made) == ["droit_commun_hors_comparaison"]
    every = compute(*rows, stock=stock, comparable=False).table.iloc[0]
    assert every["cout_par_logement_hors_eur"] == Decimal("303.33")


def test_what_cannot_be_placed_is_left_out_and_said() -> None:
    stock = homes(inside("Q1"), inside("Q2"), outside("H1"), outside("H2"),
                  home("D", logements_dans=0, logements_a_verifier=1))  # fmt: skip
    rows = [line("Q1", 1), line("Q2", 1), line("H1", 1), line("H2", 1), line("D", 1), line("Z", 1),
            line("Q1", "", indicateur="nettoyage (heures)")]  # fmt: skip
    made = compute(*rows, stock=stock)
    assert sorted(codes(made)) == [
        "droit_commun_a_verifier", "droit_commun_hors_patrimoine", "droit_commun_vide",
    ]  # fmt: skip
    assert made.table.iloc[0]["n_residences_qpv"] == 2


def test_by_residence_prevails_over_totals() -> None:
    made = compute(
        *ROWS,
        {
            "perimetre": "qpv",
            "indicateur": "nettoyage (heures)",
            "cout_eur": 1,
            "logements": 1,
            "annee": 2025,
        },
    )
    assert codes(made) == ["droit_commun_totaux_ignores"]
    assert made.table.iloc[0]["surcout_eur"] == Decimal("2600.00")


def test_years_are_apart() -> None:
    made = compute(*ROWS, line("Q1", 1, annee=2024), line("H1", 1, annee=2024))
    assert list(made.table["annee"]) == [2025, 2024]


@pytest.mark.parametrize(
    ("per_hundred", "expected"),
    [(0.5, "sous"), (1.0, "au_plancher"), (1.04, "au_plancher"), (1.3, "au_dessus")],
)
def test_floor_of_gardiens(per_hundred: float, expected: str) -> None:
    stock = homes(inside("Q1", 200), inside("Q2", 40), outside("H1", 150))
    rows = [
        line("Q1", 1, 2 * per_hundred, indicateur="Gardiens (ETP)"),
        line("Q2", 1, 5, indicateur="Gardiens (ETP)"),  # under 100 dwellings: not under the floor
        line("H1", 1, 1, indicateur="Gardiens (ETP)"),
    ]
    made = compute(*rows, stock=stock)
    assert made.table.iloc[0]["plancher"] == expected
    assert "plancher_a_confirmer" in codes(made)
    sure = compute(*rows, stock=stock, floor_applies=True)
    assert "plancher_a_confirmer" not in codes(sure)
    assert (
        compute(*rows, stock=stock, floor_applies=False).table.iloc[0]["plancher"] == "sans_objet"
    )


def test_small_ensembles_are_not_under_the_floor() -> None:
    rows = [line("Q1", 1, 1, indicateur="gardiens"), line("H1", 1, 1, indicateur="gardiens")]
    made = compute(*rows)
    assert made.table.iloc[0]["plancher"] == "sans_objet"
    assert made.table.iloc[0]["unite"] == ""


def test_faults_come_at_once() -> None:
    with pytest.raises(TfpbError) as error:
        compute(
            {"indicateur": "x", "cout_eur": 1},
            {"indicateur": "x", "cout_eur": -1, "perimetre": "qpv", "logements": 3},
            {"indicateur": "x", "cout_eur": 1, "perimetre": "qpv"},
        )
    assert faults_of(error) == [
        "droit_commun_sans_perimetre", "montant_negatif", "droit_commun_total_sans_logements",
    ]  # fmt: skip


def test_two_rows_of_a_residence_add_up_and_its_dwellings_count_once() -> None:
    split = (line("Q1", 1000, 5), line("Q1", 2000, 15), *ROWS[1:])
    whole, parts = compute(*ROWS), compute(*split)
    pd.testing.assert_frame_equal(whole.table, parts.table)
    assert not parts.notices


def test_gardiens_of_a_residence_on_two_rows_are_held_to_its_dwellings_once() -> None:
    stock = homes(inside("Q1", 200), outside("H1", 200))
    rows = [line("Q1", "", 1, indicateur="gardiens (ETP)") for _ in range(2)]
    made = compute(
        *rows, line("H1", "", 2, indicateur="gardiens (ETP)"), stock=stock, floor_applies=True
    )
    assert made.table.iloc[0]["plancher"] == "au_plancher"
    assert codes(made) == ["droit_commun_repete"]


@pytest.mark.parametrize(("cost", "doubted"), [("35,21", True), ("35 210,99", False), ("", False)])
def test_a_cost_of_a_thousandth_of_the_others_is_doubted_with_its_row(
    cost: str, *, doubted: bool
) -> None:
    others = [line(f"H{k}", 33000 + k, 1) for k in range(3)]
    made = compute(*others, line("Q1", cost, "1,06"))
    said = [n for n in made.notices if n.code == "droit_commun_cout_inhabituel"]
    assert [(n.place.row, n.place.column) for n in said] == [(7, "cout_eur")] * doubted
    few = compute(*others[:2], line("Q1", cost, "1,06"))
    assert "droit_commun_cout_inhabituel" not in codes(few)


def test_costs_of_a_month_on_one_side_are_doubted_and_one_dear_indicator_is_not() -> None:
    other = [
        r | {"indicateur": "encombrants (passages)", "cout_eur": r["cout_eur"] / 10} for r in ROWS
    ]
    month = [r | ({"cout_eur": r["cout_eur"] / 12} if r["id_residence"][0] == "H" else {})
             for r in (*ROWS, *other)]  # fmt: skip
    doubt = next(f for f in compute(*month).notices if f.code == "droit_commun_cotes_inegaux")
    assert doubt.fields == {"fois": "17", "haut": True}
    assert "droit_commun_cotes_inegaux" not in codes(compute(*month[:4], *other))


def test_years_stacked_without_their_year_are_doubted_and_two_contracts_are_not() -> None:
    bare = [r | {"annee": ""} for r in ROWS]
    before = [r | {"cout_eur": r["cout_eur"] * 0.96} for r in bare]
    assert "droit_commun_empile" in codes(compute(*bare, *before))
    assert "droit_commun_empile" not in codes(compute(*bare, *before[:2]))
    assert "droit_commun_empile" not in codes(
        compute(*ROWS, *(r | {"annee": 2025} for r in before))
    )
    small = [r | {"cout_eur": r["cout_eur"] * 0.3} for r in bare]
    assert "droit_commun_empile" not in codes(compute(*bare, *small))
