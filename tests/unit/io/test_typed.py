from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from tfpb.errors import Severity
from tfpb.io.tables.tabular import TextTable, read_table
from tfpb.io.tables.typed import typed
from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.tables import CONVENTIONS, PREMISES, PROGRAMME, STOCK
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Contract(
    "essai",
    "Essai",
    (
        Column("id", Kind.CODE, "identifiant", required=True, filled=True, aliases=("numero",)),
        Column("n", Kind.INTEGER, "nombre", minimum=0, maximum=10),
        Column("taux_pct", Kind.PERCENT, "taux"),
        Column("jour", Kind.DATE, "jour"),
        Column("choix", Kind.CHOICE, "choix", choices=("oui_da", "non")),
        Column("codes", Kind.CODES, "codes"),
        Column("montant_eur", Kind.MONEY, "montant"),
        Column("drapeau", Kind.BOOLEAN, "drapeau"),
    ),
)


def table(columns: dict[str, list[str]], decimal: str = "") -> TextTable:
    frame = pd.DataFrame(columns, dtype=object)
    return TextTable(frame, "t.csv", "", np.arange(2, len(frame) + 2), decimal)


def test_cells_are_typed_and_other_columns_kept() -> None:
    frame, faults = typed(
        table(
            {
                "Numéro": ["007", "8"],
                "N": ["3", ""],
                "TAUX_PCT": ["25,36", "1"],
                "jour": ["31/12/2025", ""],
                "choix": ["Oui da", ""],
                "codes": ["QN1, QN2;QN3", ""],
                "montant_eur": ["1 234,50 €", ""],
                "drapeau": ["oui", ""],
                "agence": ["Nord", "Sud"],
            }
        ),
        SMALL,
    )
    assert not faults
    first = frame.iloc[0]
    assert first["id"] == "007"
    assert first["n"] == 3
    assert first["taux_pct"] == 25.36
    assert first["jour"] == dt.date(2025, 12, 31)
    assert first["choix"] == "oui_da"
    assert first["codes"] == ("QN1", "QN2", "QN3")
    assert first["montant_eur"] == Decimal("1234.50")
    assert first["drapeau"]
    assert frame["agence"].tolist() == ["Nord", "Sud"]
    assert frame["_ligne"].tolist() == [2, 3]
    assert frame["n"].isna().tolist() == [False, True]


def test_every_fault_is_listed_with_its_place() -> None:
    _, faults = typed(
        table(
            {
                "id": ["", "a", "b"],
                "n": ["99", "douze", "3"],
                "jour": ["31/02/2025", "01/02", "2025-01-01"],
                "choix": ["peut-être", "non", "non"],
                "montant_eur": ["1.234", "2", "3"],
            }
        ),
        SMALL,
    )
    found = {(f.code, f.place.row, f.place.column) for f in faults if f.severity is Severity.FAUTE}
    assert found == {
        ("valeur_vide", 2, "id"),
        ("valeur_hors_bornes", 2, "n"),
        ("valeur_illisible", 3, "n"),
        ("valeur_illisible", 2, "jour"),
        ("valeur_ambigue", 3, "jour"),
        ("code_inconnu", 2, "choix"),
        ("valeur_ambigue", 2, "montant_eur"),
    }
    for fault in faults:
        said = fault_text(fault)
        assert said.title
        assert "…" not in said.title + said.expected
        assert "t.csv" in said.where


def test_dots_are_decimals_where_the_table_shows_it() -> None:
    frame, faults = typed(table({"id": ["a", "b"], "taux_pct": ["1.234", "25.5"]}), SMALL)
    assert not faults
    assert frame["taux_pct"].tolist() == [1.234, 25.5]
    _, faults = typed(table({"id": ["a", "b"], "taux_pct": ["1.234", "25,5"]}), SMALL)
    assert [f.code for f in faults] == ["valeur_ambigue"]
    frame, faults = typed(table({"id": ["a"], "taux_pct": ["1.234"]}, decimal="."), SMALL)
    assert not faults


@pytest.mark.parametrize(
    ("parted", "amounts", "rate", "read"),
    [
        # a spreadsheet's own numbers have dots, a text beside them may have thousands
        (
            "",
            ["25000.5", "12.450", "12.450 €", "1.250.000"],
            "42.5",
            ["25000.5", "", "", "1250000"],
        ),
        ("", ["-9.800", "(9.800)", "9.800 HT", "0.980"], "42.5", ["", "", "", "0.980"]),
        ("", ["12.3450", "1234.567"], "42.5", ["12.345", "1234.567"]),
        ("", ["12,450"], "42.5", [""]),
        ("", ["12,450", "45,800"], "42", ["", ""]),
        ("", ["12,450", "3 500,50 €"], "42", ["12.450", "3500.50"]),
        ("", ["750,625"], "42,51 %", ["750.625"]),
        ("", ["12,450 k€"], "42", ["12450"]),
        # parted by commas: a dot is no thousands
        (".", ["12,450", "12,345.60", "1,250,000"], "42", ["12450", "12345.60", "1250000"]),
        (".", ["12,450"], "42.51", ["12450"]),
        (".", ["750.625"], "42", ["750.625"]),
        (".", ["12,450"], "42", [""]),
        (".", ["12,450", "3500,50"], "42", ["12.450", "3500.50"]),
        (".", ["12,450", "3500,50"], "42.51", ["", "3500.50"]),
    ],
)
def test_three_digits_after_a_mark_are_never_guessed_in_an_amount(
    parted: str, amounts: list[str], rate: str, read: list[str]
) -> None:
    ids = [str(k) for k in range(len(amounts))]
    cells = {"id": ids, "montant_eur": amounts, "taux_pct": [rate] * len(amounts)}
    frame, faults = typed(table(cells, parted), SMALL)
    expected = [Decimal(text) if text else None for text in read]
    assert frame["montant_eur"].tolist() == expected
    assert {f.code for f in faults} == ({"valeur_ambigue"} if None in expected else set())
    assert len(faults) == expected.count(None)


def test_an_amount_said_to_be_in_thousands_has_three_decimals() -> None:
    cells = table({"id": ["a", "b"], "montant_eur": ["12,450", "9,800"]})
    frame, faults = typed(cells, SMALL, readings={"montant_eur": "milliers"})
    assert not faults
    assert frame["montant_eur"].tolist() == [12450, 9800]


def test_section_na_beside_a_parcel_is_a_section() -> None:
    cells = {
        "avis": list("abc"), "id_residence": list("xyz"), "annee": ["2025"] * 3,
        "taux_commune_pct": ["42,5"] * 3, "section": ["NA", "NA", "AB"], "parcelle": ["13", "NA", "14"],
    }  # fmt: skip
    frame, _ = typed(table(cells), PREMISES)
    assert frame["section"].tolist() == ["NA", "", "AB"]
    assert frame["parcelle"].tolist() == ["13", "", "14"]


def test_a_year_is_no_day_of_signature_or_declaration() -> None:
    signed = table(
        {
            "id_convention": ["C1"],
            "codes_qpv": ["QN05901M"],
            "date_signature_contrat": ["2024"],
            "date_signature_convention": ["2025"],
            "date_declaration": ["2025"],
            "date_fin": ["2030"],
        }
    )
    frame, faults = typed(signed, CONVENTIONS)
    assert [(f.code, f.place.column, f.severity) for f in faults] == [
        ("valeur_ambigue", f"date_{what}", Severity.FAUTE)
        for what in ("signature_contrat", "signature_convention", "declaration")
    ]
    assert frame["date_signature_convention"].tolist() == [None]
    assert frame["date_fin"].tolist() == [dt.date(2030, 12, 31)]
    for contract in (PREMISES, STOCK):
        assert contract.column("fin_exoneration").year_end


def test_dates_in_three_styles_are_doubted() -> None:
    _, faults = typed(
        table({"id": ["a", "b", "c"], "jour": ["31/12/2025", "2025-12-31", "31 décembre 2025"]}),
        SMALL,
    )
    assert [(f.code, f.severity) for f in faults] == [("dates_melangees", Severity.DOUTE)]
    assert faults[0].fields["nombre"] == 3


def test_missing_and_doubled_columns() -> None:
    _, faults = typed(table({"n": ["1"], "N ": ["2"]}), SMALL)
    assert {f.code for f in faults} == {"colonne_absente", "colonne_en_double"}


def test_a_renamed_column_is_followed_and_its_absence_said() -> None:
    frame, faults = typed(table({"REF": ["x"], "id": ["y"]}), SMALL, renames={"id": "ref"})
    assert not faults
    assert frame["id"].tolist() == ["x"]
    _, faults = typed(table({"id": ["y"]}), SMALL, renames={"n": "NB"})
    assert [f.code for f in faults] == ["colonne_absente"]


def test_broken_accents_are_mended_and_said() -> None:
    frame, faults = typed(table({"id": ["LibertÃ©"]}), SMALL)
    assert frame["id"].tolist() == ["Liberté"]
    assert [f.code for f in faults] == ["encodage_repare"]


def test_aliases_name_one_column_each() -> None:
    for contract in (STOCK, CONVENTIONS, PROGRAMME, PREMISES):
        names = [n for c in contract.columns for n in (c.name.replace("_", " "), *c.aliases)]
        assert len(names) == len(set(names)), contract.name


def test_a_number_shown_as_a_percentage_is_read_as_it_is_shown(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    for row in (
        ["id", "taux_pct", "montant_eur"],
        ["a", 0.0047, 0.5],
        ["b", 38.97, 2],
        ["c", 0.3897, 3],
    ):
        page.append(row)
    for cell, shown in (("B2", "0.00%"), ("B4", '0.0" "%'), ("C2", "0%")):
        page[cell].number_format = shown
    book.save(tmp_path / "taux.xlsx")
    read = read_table(tmp_path / "taux.xlsx", known=SMALL.headers)
    frame, faults = typed(read, SMALL)
    assert faults == []
    assert frame["taux_pct"].tolist() == [0.47, 38.97, 38.97]
    assert frame["montant_eur"].tolist()[0] == Decimal("0.5")  # an amount is never a share
