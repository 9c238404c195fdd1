"""In a column of numbers the data have numbers; bounds, states and words have columns of their own."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd

from tfpb.facts.amount import between, known, unknown
from tfpb.facts.claim import Claims, State, claim
from tfpb.model.report import Format, Table, TableColumn
from tfpb.pipeline.pack_files import data_files
from tfpb.report.data_table import data_table
from tfpb.report.sections.build import claimed, section, table


def written(shown: Table) -> list[dict[str, str]]:
    """Write a table as the data of a pack do, and read it."""
    content: Any = SimpleNamespace(
        sections=[section("argent", "", [shown])], year=2025, run_hash="a", title="t", draft=False
    )
    text = data_files(content)[f"donnees/{shown.key}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_an_amount_that_is_not_known_is_empty_between_its_bounds_with_its_state() -> None:
    claims = Claims(
        [
            claim("acquis", "Q1", between(Decimal("5.5"), Decimal(9), "question")),
            claim("acquis", "Q2", known(7), state=State.A_CONFIRMER),
            claim("acquis", "Q3", between(Decimal(4), None, "non_lu")),
            claim("acquis", "Q4", unknown("inconnu")),
        ]
    )
    scopes = ["Q1", "Q2", "Q3", "Q4", "hors_quartier"]
    rows = claimed("contrat_argent", pd.DataFrame({"scope": scopes, "code_qpv": scopes}), claims)
    shown = table("contrat_argent", rows)
    assert shown.rows["abattement_eur"].tolist()[2].startswith("au moins 4")  # a sheet writes it
    keys = ("abattement_eur", *(f"abattement_eur_{end}" for end in ("bas", "haut", "etat")))
    assert [tuple(row[k] for k in keys) for row in written(shown)] == [
        ("", "5,5", "9", "suspendu"),
        ("7", "", "", "a_confirmer"),
        ("", "4", "", "non_lu"),
        ("", "", "", "inconnu"),
        ("", "", "", ""),
    ]
    assert len(written(table("contrat_argent", rows.head(0)))) == 0


def test_words_in_place_of_a_number_have_a_column_of_their_own_in_every_pack() -> None:
    rows = pd.DataFrame({"n": [1840, "moins de 30, ou masqué"], "taux": [0.25, None]}, dtype=object)
    facts = {"avant": 2015, "apres": 2024}
    found = written(table("sources", rows, repeated=[facts]))
    assert [(r["n"], r["n_mot"]) for r in found] == [("1840", ""), ("", "moins de 30, ou masqué")]
    assert [(r["taux"], r["taux_mot"]) for r in found] == [("0,25", ""), ("", "")]


def test_a_column_that_only_the_data_have_holds_numbers_alone_too() -> None:
    """A pack wrote « au moins −28 222 € » in a column of amounts that the sheet leaves out."""
    rows = pd.DataFrame({"x": ["a", "b"]})
    left_out = TableColumn("solde_eur", "Solde (€)", Format.EUROS)
    made_of = Table(
        "t", "T", (TableColumn("x", "X"),), rows, data=((left_out, ("au moins 5 €", Decimal(3))),)
    )
    made = data_table(made_of)
    assert made.rows["solde_eur"].tolist() == [None, Decimal(3)]
