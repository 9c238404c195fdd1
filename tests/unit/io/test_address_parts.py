"""An address in several columns is read as one line, in a stock as in any table of addresses."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pandas as pd
import pytest

from everywhere import small_settings
from tfpb.io.rpls.register_table import without_dates
from tfpb.io.sources.address_columns import read_addresses
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import read_settings
from tfpb.io.tables.text_table import TextTable
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [("12", "B", "RUE", "des Lilas"), ("003", "", "AV", "Jean Moulin"), ("5-7", "", "ALL", "du 8 mai"),
        ("14 bis", "", "RUE", "Neuve"), ("", "", "", "Le Bourg")]  # fmt: skip
LINES = [
    "12 B RUE des Lilas",
    "3 AV Jean Moulin",
    "5-7 ALL du 8 mai",
    "14 bis RUE Neuve",
    "Le Bourg",
]
HEADERS = [
    ("Numéro", "Indice", "Type de voie", "Nom de la voie"),
    ("N°", "Rép", "Type voie", "Voie"),
    ("n° voie", "indice de répétition", "NATURE VOIE", "Libellé voie"),
    ("Num", "Bis/ter", "Type de voie", "Adresse"),
    ("NUMVOIE", "INDREP", "TYPVOIE", "NOMVOIE"),
]


def lines_of(headers: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    frame = pd.DataFrame(rows, columns=list(headers)).assign(commune="Lille")
    table = TextTable(frame, "t.csv", "", np.arange(2, len(rows) + 2))
    lines: list[str] = read_addresses(table).addresses["adresse"].tolist()
    return lines


@pytest.mark.parametrize("headers", HEADERS)
def test_number_index_type_and_name_are_joined(tmp_path: Path, headers: tuple[str, ...]) -> None:
    assert lines_of(headers, ROWS) == LINES
    frame = pd.DataFrame(ROWS, columns=list(headers))
    frame = frame.assign(
        id_residence=[f"R{k}" for k in range(5)], commune="Lille", nb_logements="8"
    )
    frame.to_csv(tmp_path / "patrimoine.csv", sep=";", index=False)
    (tmp_path / "dossier.toml").write_text(small_settings(), encoding="utf-8")
    settings, _ = read_settings(tmp_path / "dossier.toml")
    assert settings is not None
    inputs, faults = gather_inputs(settings)
    assert inputs.frames["patrimoine"]["adresse"].tolist() == LINES
    assert [f.code for f in faults] == []


def test_numbers_that_are_none_of_a_street_are_left() -> None:
    whole = ["12 rue A", "14 rue A", "16 rue A"]
    apart = [("1", whole[0]), ("2", whole[1]), ("3", whole[2])]
    assert lines_of(("N°", "Adresse"), apart) == whole  # rows numbered, addresses whole
    named = [("1", "rue A"), ("2", "rue B"), ("3", "rue C")]
    assert lines_of(("N°", "Adresse"), named) == ["rue A", "rue B", "rue C"]  # rows numbered
    codes = [("P04", "rue A"), ("P09", "rue B"), ("P12", "rue C")]
    assert lines_of(("N°", "Adresse"), codes) == ["rue A", "rue B", "rue C"]


def stock_of(folder: Path, **columns: list[str]) -> tuple[pd.DataFrame, list[str]]:
    frame = pd.DataFrame({"id_residence": ["R1", "R2", "R3"], "commune": "Lille", **columns})
    frame["adresse"] = [f"{k} rue A" for k in range(3)]
    frame.to_csv(folder / "patrimoine.csv", sep=";", index=False)
    (folder / "dossier.toml").write_text(small_settings(), encoding="utf-8")
    settings, _ = read_settings(folder / "dossier.toml")
    assert settings is not None
    inputs, faults = gather_inputs(settings)
    return inputs.frames["patrimoine"], [f"{f.severity.value} {f.code}" for f in faults]


def test_a_count_that_bears_its_unit_is_read_and_told(tmp_path: Path) -> None:
    stock, told = stock_of(tmp_path, nb_logements=["46 logts", "12", "7 Logements"])
    assert stock["nb_logements"].tolist() == [46, 12, 7]
    assert told == ["doute unite_dans_cellule"]


@pytest.mark.parametrize(
    "cell", ["46 logts + 2 commerces", "46 logts dont 3 vacants", "46/48 logts", "46 lots"]
)
def test_a_count_that_may_be_another_stays_a_fault(tmp_path: Path, cell: str) -> None:
    _, told = stock_of(tmp_path, nb_logements=[cell, "12", "7"])
    assert told == ["faute valeur_illisible"]


def test_what_is_not_known_is_an_empty_cell_where_one_may_be(tmp_path: Path) -> None:
    years, ends = ["n.c.", "1969", "NC"], ["n.c.", "31/12/2030", "non connu"]
    stock, told = stock_of(
        tmp_path, nb_logements=["1", "2", "3"], annee_construction=years, fin_exoneration=ends
    )
    assert stock["annee_construction"].isna().tolist() == [True, False, True]
    assert [d is None for d in stock["fin_exoneration"]] == [True, False, True]
    assert told == []
    _, told = stock_of(tmp_path, nb_logements=["n.c.", "2", "3"])
    assert told == ["faute valeur_illisible"]  # a count must be there
    stock, _ = stock_of(tmp_path, nb_logements=["1", "2", "3"], nom=["NC", "A", "B"])
    assert stock["nom"].tolist() == ["NC", "A", "B"]


def test_a_number_that_became_a_date_is_not_read_and_is_doubted() -> None:
    rows = [("12/12/2024", "12 rue des Lilas"), ("3", "rue Neuve")]
    frame = pd.DataFrame(rows, columns=["N°", "Voie"])
    table = TextTable(frame, "t.csv", "", np.arange(2, 4))
    read = without_dates(table, {"NUMVOIE": "N°", "NOMVOIE": "Voie"})
    assert read.frame["N°"].tolist() == ["", "3"]
    (doubt,) = read.notices
    assert (doubt.code, doubt.got, doubt.place.row) == ("numeros_en_dates", "12/12/2024", 2)


@pytest.mark.parametrize(
    ("street", "line", "told"),
    [
        ("rue Neuve", "rue Neuve", "il n’est pas lu."),
        ("12-14 rue Neuve", "12-14 rue Neuve", "celui que porte la voie l’est"),
    ],
)
def test_of_a_workbook_a_number_made_a_date_is_told_with_its_row(
    tmp_path: Path, street: str, line: str, told: str
) -> None:
    """« 12-14 » typed in a spreadsheet is 14 December: the file holds a day, and the number is lost."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id_residence", "N°", "Voie", "commune", "nb_logements"])
    for k in range(9):
        sheet.append([f"R{k}", k + 2, "rue Haute", "Lille", 8])
    sheet.append(["R9", dt.datetime(2024, 12, 14), street, "Lille", 8])  # noqa: DTZ001 - a cell has no zone
    book.save(tmp_path / "patrimoine.xlsx")
    text = small_settings(patrimoine="patrimoine.xlsx")
    (tmp_path / "dossier.toml").write_text(text, encoding="utf-8")
    settings, _ = read_settings(tmp_path / "dossier.toml")
    assert settings is not None
    inputs, faults = gather_inputs(settings)
    assert inputs.frames["patrimoine"]["adresse"].tolist() == [
        *(f"{k + 2} rue Haute" for k in range(9)), line,
    ]  # fmt: skip
    (fault,) = [f for f in faults if f.code == "numeros_en_dates"]
    assert (fault.place.file, fault.place.row) == ("patrimoine.xlsx", 11)
    assert told in fault_text(fault).title
