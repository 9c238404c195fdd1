"""Every deadline on one calendar: bilan, declaration, mid-term, ends; what nobody dated says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from tax_builders import abate, convention, conventions, local

from tfpb.evidence.tasks import IN_CHARGE
from tfpb.law.values import load
from tfpb.model.results import CALENDAR_COLUMNS
from tfpb.tax import with_deadlines
from tfpb.words.money.abatement_words import DEADLINES, EVENTS

NOTHING = pd.DataFrame(columns=list(CALENDAR_COLUMNS))


def dated(signed: pd.DataFrame | None, *, events: pd.DataFrame = NOTHING, on: Any = None) -> Any:
    return with_deadlines(events, signed, load(), year=2025, on=on)


def rows(*signed: dict[str, Any], on: Any = None) -> dict[str, dict[str, Any]]:
    found = dated(conventions(*signed), on=on).to_dict("records")
    return {r["evenement"]: r for r in found}


def test_a_convention_sets_its_days() -> None:
    found = rows(convention(date_bilan="2026-03-31", date_mi_parcours="2027-06-30"))
    days = {kind: row["date"] for kind, row in found.items()}
    assert days == {
        "declaration_deposee": dt.date(2025, 3, 31),
        "bilan": dt.date(2026, 3, 31),
        "mi_parcours": dt.date(2027, 6, 30),
        "fin_convention": dt.date(2030, 12, 31),
    }
    assert found["bilan"]["lecture"].endswith("à remettre au plus tard le 31 mars 2026.")
    assert "déposée le 20 décembre 2024" in found["declaration_deposee"]["lecture"]
    assert {r["id_convention"] for r in found.values()} == {"C1"}


def test_the_days_of_another_body_of_the_town_are_not_ours() -> None:
    """Its bilan, earlier, was the day of ours, and its term bore our amount again."""
    signed = conventions(
        convention(bailleur="Habitat A", date_bilan="2026-06-30"),
        convention(id_convention="C2", bailleur="Autre HLM", date_bilan="2026-03-31"),
    )
    made = abate(local(cotisation_avis_eur="577,50"), conventions=signed, bailleur="HABITAT A")
    days = with_deadlines(
        made.calendar, signed, load(), year=2025, on=None, bailleurs=("HABITAT A",)
    )
    assert set(days["id_convention"]) == {"C1"}
    assert days.set_index("evenement")["date"]["bilan"] == dt.date(2026, 6, 30)
    assert set(dated(signed)["id_convention"]) == {"C1", "C2"}


def test_what_nobody_dated_says_so_and_comes_last() -> None:
    table = dated(conventions(convention()))
    assert list(table["evenement"])[-2:] == ["mi_parcours_attendue", "sans_bilan"]
    assert table["date"].iloc[-1] is None
    assert "la loi n’en fixe pas" in table["lecture"].iloc[-1]
    assert "attendue en 2027 (année non vérifiée)" in table["lecture"].iloc[-2]


@pytest.mark.parametrize(
    ("on", "day", "unsure"),
    [
        (None, dt.date(2025, 3, 31), False),
        (dt.date(2025, 3, 31), dt.date(2025, 3, 31), False),
        (dt.date(2025, 4, 1), dt.date(2025, 12, 31), True),
        (dt.date(2026, 2, 10), dt.date(2026, 12, 31), True),
    ],
)
def test_a_declaration_that_is_not_filed_has_the_next_limit(
    on: Any, day: Any, *, unsure: bool
) -> None:
    row = rows(convention(date_declaration=""), on=on)["declaration"]
    assert row["date"] == day
    assert ("(date non vérifiée)" in row["lecture"]) is unsure


def test_a_convention_that_has_ended_asks_for_nothing() -> None:
    assert rows(convention(date_fin="2024-12-31")) == {}
    assert "mi_parcours_attendue" not in rows(convention(date_fin="2026-12-31"))
    assert dated(None).empty


def test_an_end_that_the_abatement_tells_is_told_once() -> None:
    other = convention(id_convention="C2", codes_qpv="QN05992M", date_fin="2028-12-31")
    signed = conventions(convention(date_fin="2027-12-31"), other)
    made = abate(local(), conventions=signed)
    table = dated(signed, events=made.calendar)
    ends = table[table["evenement"].isin(["renouvellement", "terme", "fin_convention"])]
    assert ends[["id_convention", "evenement"]].to_numpy().tolist() == [
        ["C1", "renouvellement"],
        ["C2", "fin_convention"],  # no premises is there
    ]
    assert set(made.calendar["lecture"]) <= set(table["lecture"])


def test_every_kind_of_event_has_a_name_and_somebody_in_charge() -> None:
    assert set(IN_CHARGE) == set(EVENTS)
    assert set(DEADLINES) <= set(EVENTS)
