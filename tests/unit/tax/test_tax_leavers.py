"""Leavers: what the map of 2024 takes out, by quarter left and by year, dwelling by dwelling."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
from tax_builders import QPV, abate, door, facts, first, home, homes, local

OLD = "QP059902"


def gone(identifier: str = "R1", **cells: Any) -> dict[str, Any]:
    return door(
        identifier,
        side="hors",
        qpv2015_statut="dans",
        qpv2015_code=OLD,
        qpv2024_statut="hors",
        **cells,
    )


def stayed(identifier: str = "R1", **cells: Any) -> dict[str, Any]:
    return door(
        identifier, qpv2015_statut="dans", qpv2015_code=OLD, qpv2024_statut="dans", qpv2024_code=QPV,
        **cells,
    )  # fmt: skip


def made(*doors: dict[str, Any], rows: tuple[dict[str, Any], ...] = (), **options: Any) -> Any:
    inside = sum(d["nb_logements"] for d in doors if d["qpv_statut"] == "dans")
    outside = sum(d["nb_logements"] for d in doors) - inside
    stock = homes(
        home(nb_logements=inside + outside, logements_dans=inside, logements_hors=outside,
             evolution="sortant" if not inside else "maintenu", code_qpv=QPV if inside else "",
             cote="dans" if inside else "hors")
    )  # fmt: skip
    return abate(
        *(rows or (local(vlc_eur=30000),)),
        residences=stock,
        entrances=pd.DataFrame(doors),
        **options,
    )


def test_notice_that_still_abates_a_leaver_is_at_risk_in_its_year_only() -> None:
    # 15 000 € of base, 55 %: 8 250 € due, 5 775 € asked when abated, 2 475 € of abatement
    money = made(gone(), rows=(local(vlc_eur=30000, cotisation_avis_eur=5775),))
    assert first(money)["statut"] == "a_risque"
    rows = money.leavers.to_dict("records")
    assert [r["annee"] for r in rows] == [2025, 2026, 2027, 2028, 2029, 2030]
    assert rows[0] == {
        "annee": 2025, "code_qpv": OLD, "residences": 1, "logements": 10,
        "abattement_a_risque_eur": Decimal("2475.00"), "abattement_perdu_eur": Decimal("2475.00"),
    }  # fmt: skip
    assert rows[0]["abattement_a_risque_eur"] == facts(money)["a_risque"]
    assert {r["abattement_a_risque_eur"] for r in rows[1:]} == {None}


def test_notice_that_abates_no_more_leaves_nothing_at_risk() -> None:
    money = made(gone(), rows=(local(vlc_eur=30000, cotisation_avis_eur=8250),))
    row = money.leavers.iloc[0]
    assert (row["abattement_a_risque_eur"], row["abattement_perdu_eur"]) == (0, Decimal("2475.00"))


def test_residence_that_leaves_in_part_counts_the_dwellings_that_left() -> None:
    money = made(
        gone(nb_logements=4),
        stayed(nb_logements=6),
        rows=(local(vlc_eur=30000, cotisation_avis_eur=5775),),
    )
    row = money.leavers.iloc[0]
    assert row["logements"] == 4
    assert row["abattement_perdu_eur"] == Decimal("990.00")
    assert row["abattement_a_risque_eur"] == Decimal("990.00")
    assert first(money)["abattement_eur"] + row["abattement_perdu_eur"] == Decimal("2475.00")


def test_exempt_leaver_loses_nothing_until_its_exemption_ends() -> None:
    money = made(gone(fin_exoneration="2026-12-31"))
    assert list(money.leavers["abattement_perdu_eur"])[:3] == [0, 0, Decimal("2475.00")]


def test_quarter_is_unknown_when_the_stock_is_counted_by_residence() -> None:
    stock = homes(home(logements_dans=0, logements_hors=1, cote="hors", code_qpv="",
                       evolution="sortant"))  # fmt: skip
    money = abate(local(), residences=stock)
    assert set(money.leavers["code_qpv"]) == {""}
    assert money.leavers.iloc[0]["abattement_perdu_eur"] == Decimal("247.50")


def test_before_the_new_map_nobody_has_left() -> None:
    money = made(gone(), year=2024, rows=(local(vlc_eur=30000, annee=2024),))
    assert min(money.leavers["annee"]) == 2025
    assert abate(local()).leavers.empty


def test_a_residence_bears_what_it_leaves_each_year() -> None:
    money = made(
        gone(nb_logements=4),
        stayed(nb_logements=6),
        rows=(local(vlc_eur=30000, cotisation_avis_eur=5775),),
    )
    (row,) = money.year_by_year.to_dict("records")
    assert (row["code_qpv_quitte"], row["logements_sortis"]) == (OLD, 4)
    assert row["abattement_sorti_eur"] == row["sorti_a_risque_eur"] == Decimal("990.00")
    assert row["logements_sortis_2030"] == 4
    assert row["abattement_sorti_2030_eur"] == money.leavers.iloc[-1]["abattement_perdu_eur"]
