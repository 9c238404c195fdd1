"""Bilan in the columns in use, list for re-entry, located tables, templates that read back."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from tax_builders import QPV, abate, homes, local, table

from effort import tries
from tfpb import perimeters, tax
from tfpb.facts.place import holds_of_counts
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model import tables
from tfpb.model.columns import Kind
from tfpb.report.documents.workbook_forms import TEMPLATES, bilan_workbook, templates
from tfpb.tax.abatement.holdings import LOCATED, entrances_of
from tfpb.tax.programme import exports
from tfpb.tax.programme.axes import read_axis

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

IN_USE = [
    "Axe", "Action", "Résidence/description", "Calendrier", "Dépense prévisionnelle", "Dépense réalisée",
    "Financement bailleur", "Autre financement", "Dépense valorisée TFPB", "Taux de valorisation TFPB",
]  # fmt: skip


def made(**cells: Any) -> Any:
    rows = [
        {"id_action": "A2", "axe": 5, "code_qpv": QPV, "action": "=1+1", "realise_eur": 200,
         "valorise_eur": 150, "piece": "F2", "texte_bilan": "médiation", **cells},
        {"id_action": "A1", "axe": 3, "code_qpv": QPV, "action": "Nettoyage", "realise_eur": 100,
         "valorise_eur": 100, "piece": "F1", "date_piece": "2025-03-01"},
        {"id_action": "A0", "axe": 3, "code_qpv": QPV, "action": "Ancienne", "annee": 2024},
    ]  # fmt: skip
    return tax.programme(table(tables.PROGRAMME, *rows), None, holds_of_counts(homes()), year=2025)


def test_bilan_in_the_columns_in_use() -> None:
    sheets = exports.bilan_frames(made(), year=2025)
    frame = sheets[f"Bilan {QPV}"]
    assert list(frame.columns)[:10] == IN_USE
    assert list(frame["Action"])[:2] == ["Nettoyage", "=1+1"]  # by axis; last year's left out
    last = frame.iloc[-1]
    assert last["Axe"] == "Total"
    assert last["Dépense valorisée TFPB"] == 250
    assert last["Taux de valorisation TFPB"] == Decimal("0.8333")
    assert len(sheets["Par axe"]) == 10  # two of the quarter, eight over all


def test_bilan_workbook_holds_numbers_and_no_formula() -> None:
    data = bilan_workbook(exports.bilan_frames(made(), year=2025), title="Bilan 2025")
    assert data == bilan_workbook(exports.bilan_frames(made(), year=2025), title="Bilan 2025")
    page = load_workbook(io.BytesIO(data))[f"Bilan {QPV}"]
    assert page["A1"].value == f"Bilan 2025 · Bilan {QPV}"
    assert page["B5"].value == "=1+1"
    assert page["B5"].data_type == "s"
    assert page["I4"].value == 100
    assert page["J4"].number_format == "0.0%"
    listed = load_workbook(io.BytesIO(data))["À ressaisir"]
    heads = [c.value for c in listed[3]]
    assert heads == list(exports.REENTRY_COLUMNS)
    share = listed.cell(5, heads.index("taux_valorisation_pct") + 1)
    assert (share.value, share.number_format) == (75, "0.00")


def test_list_for_re_entry_is_neutral_and_whole() -> None:
    frame = exports.reentry_frame(made(), year=2025)
    assert tuple(frame.columns) == exports.REENTRY_COLUMNS
    assert list(frame["id_action"]) == ["A1", "A2"]
    assert list(frame["taux_valorisation_pct"]) == [100, 75]
    assert frame["axe_libelle"].iloc[0] == "Sur-entretien"
    assert exports.reentry_frame(made(), year=2023).empty


def test_premises_of_several_years_come_back_in_the_order_of_the_file() -> None:
    both = [
        abate(local(invariant=1, annee=2025), year=2025),
        abate(local(invariant=2, annee=2026), year=2026),
    ]
    both[1].locaux["_ligne"] = 3
    frame = exports.premises_frame(
        both, ["annee", "Invariant", "statut"], {"Invariant": "invariant"}
    )
    assert list(frame["invariant"]) == ["2", "1"]
    assert list(frame.columns)[:3] == ["annee", "invariant", "base_eur"]


def located(*rows: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame | None, list[Any]]:
    frame = table(LOCATED, *rows, file="localise.csv")
    doors, faults = entrances_of(frame, rows[0])
    return frame if doors is None else perimeters.residences(doors), doors, faults


def test_entrances_are_gathered_by_residence() -> None:
    rows = [
        {"id_residence": "R1", "nb_logements": 4, "qpv_statut": "dans", "qpv_code": "QN05992M",
         "qpv_nom": "Moulin"},
        {"id_residence": "R1", "nb_logements": 6, "qpv_statut": "dans", "qpv_code": QPV,
         "qpv_nom": "Tilleuls"},
        {"id_residence": "R1", "nb_logements": 3, "qpv_statut": "hors"},
        {"id_residence": "R2", "nb_logements": 5, "qpv_statut": "a_verifier", "qpv_proche_code": QPV,
         "qpv_proche_nom": "Tilleuls"},
        {"id_residence": "R3", "nb_logements": 2, "qpv_statut": ""},
    ]  # fmt: skip
    stock, doors, faults = located(*rows)
    assert not faults
    assert doors is not None
    assert len(doors) == 5
    one, two, three = stock.to_dict("records")
    assert (one["logements_dans"], one["logements_hors"], one["code_qpv"]) == (10, 3, QPV)
    assert (one["nom_qpv"], one["cote"]) == ("Tilleuls", "dans")
    assert (two["logements_a_verifier"], two["code_qpv"]) == (5, QPV)
    assert (three["logements_a_verifier"], three["code_qpv"]) == (2, "")


def test_counts_by_residence_are_taken_as_they_are() -> None:
    row = {"id_residence": "R1", "logements_dans": 3, "logements_hors": 1, "code_qpv": QPV}
    stock, doors, faults = located(row)
    assert (len(stock), doors, faults) == (1, None, [])
    _, _, twice = located(row, row)
    assert [f.code for f in twice] == ["ligne_en_double"]


def test_stock_that_says_no_side_is_refused() -> None:
    _, _, faults = located({"id_residence": "R1", "nb_logements": 3})
    assert [f.code for f in faults] == ["cote_absent"]


def test_templates_are_the_same_bytes_each_time() -> None:
    assert templates() == templates()


@pytest.mark.parametrize("name", list(TEMPLATES)[:: tries(3, 1)])
def test_template_reads_back_by_its_contract(name: str, tmp_path: Path) -> None:
    """Fill one line under the header and read it: every column is found, whatever stands above."""
    contract = TEMPLATES[name]
    path = tmp_path / name
    path.write_bytes(templates()[name])
    book = load_workbook(path)
    page = book[contract.title]
    sample = {
        Kind.INTEGER: 3, Kind.NUMBER: 3.5, Kind.MONEY: 12.5, Kind.PERCENT: 40,
        Kind.DATE: "31/12/2025", Kind.YEAR: 2025, Kind.BOOLEAN: "oui",
    }  # fmt: skip
    for index, column in enumerate(contract.columns, start=1):
        assert page.cell(5, index).value == column.name
        value: Any = column.choices[0] if column.choices else sample.get(column.kind, "007")
        page.cell(6, index).value = value
    book.save(path)
    names = [n for c in contract.columns for n in (c.name, *c.aliases)]
    read = read_table(path, known=names)
    frame, faults = typed(read, contract)
    assert faults == []
    assert list(frame["_ligne"]) == [6]
    assert set(read.frame.columns) == set(contract.names)


def test_lists_of_the_template_are_read_without_doubt() -> None:
    book = load_workbook(io.BytesIO(templates()["programme.xlsx"]))
    choices = [c.value for c in book["Listes"]["A"]]
    assert [(read_axis(str(c)).axe, read_axis(str(c)).how) for c in choices] == [
        (n, "exact") for n in range(1, 9)
    ]
    assert "Axes" in book.sheetnames
    assert any("proposition" in str(c.value) for c in book["Axes"]["C"])
    assert "Explications" in book.sheetnames
    rules = [r.formula1 for r in book["Programme d’actions"].data_validations.dataValidation]
    assert "Listes!$A$1:$A$8" in rules
