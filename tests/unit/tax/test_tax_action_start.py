"""When an action can begin, as calendars are written; a piece dated before is a finding."""

from __future__ import annotations

import datetime as dt

import pytest

from example_pack import EXAMPLE
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.tables import PROGRAMME
from tfpb.tax.plain_values import Record, records
from tfpb.tax.programme.action_start import action_start
from tfpb.tax.programme.entries import dated


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("T2", (4, 1)), ("2T 2025", (4, 1)), ("T3 2025", (7, 1)), ("S2", (7, 1)),
        ("2e semestre 2025", (7, 1)), ("Second semestre", (7, 1)), ("1er trimestre 2025", (1, 1)),
        ("trimestre 4", (10, 1)), ("3ème trim. 2025", (7, 1)), ("IIe semestre", None),
        ("avril à juin", (4, 1)), ("avril-juin 2025", (4, 1)), ("De mai à septembre 2025", (5, 1)),
        ("mars", (3, 1)), ("sept. 2025", (9, 1)), ("à partir du 15 mars 2025", (3, 15)),
        ("du 01/04/2025 au 30/06/2025", (4, 1)), ("2025-09-10", (9, 10)), ("06/2025", (6, 1)),
        ("T1 et T3", (1, 1)), ("début mai", (5, 1)),
        ("toute l’année", None), ("Année 2025", None), ("annuel", None), ("en continu", None),
        ("", None), ("été", None), ("printemps et octobre", None), ("avant juin", None),
        ("jusqu’en septembre", None), ("octobre à mars", None), ("31/06/2025", None),
        ("selon devis, T4", None), ("2025", None), ("hebdomadaire d’avril à juin", None),
    ],
)  # fmt: skip
def test_what_can_be_read_is_read_and_nothing_else(
    text: str, start: tuple[int, int] | None
) -> None:
    assert action_start(text, 2025) == (start and dt.date(2025, *start))


def test_the_example_has_ten_such_pieces_worth_81_494_euros() -> None:
    """Counted by hand in the file: A02, A03, A15, A26, A27, A38, A39, A50, A51, A62."""
    rows, _ = typed(read_table(EXAMPLE / "programme_2025.xlsx"), PROGRAMME)
    found = {
        row.text("id_action"): (row.money("valorise_eur"), fault)
        for row in records(rows)
        for fault in dated([Record(row | {"annee": 2025})])
        if fault.code == "piece_avant_action"
    }
    named = ["A02", "A03", "A15", "A26", "A27", "A38", "A39", "A50", "A51", "A62"]
    assert sorted(found) == named
    assert round(sum(value or 0 for value, _ in found.values())) == 81_494
    assert all(fault.place.row and fault.place.column for _, fault in found.values())
    assert all("€" in str(fault.fields["montant"]) for _, fault in found.values())
