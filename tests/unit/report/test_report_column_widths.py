"""Widths of a sheet: rows stay short within the page, numbers stay whole."""

from __future__ import annotations

import pandas as pd

from tfpb.model.report import Format, Table, TableColumn
from tfpb.report.documents.workbook_styles import GAP, PAGE, fitted, lines

SENTENCE = "Dans le quartier, plus loin de la limite que l’incertitude du point (15 m)."


def a_table(texts: dict[str, tuple[int, str]], numbers: int = 0, rows: int = 30) -> Table:
    """Make a table: columns of one repeated text each, with the width they ask for, then numbers."""
    columns = [TableColumn(key, key, Format.TEXT, width) for key, (width, _) in texts.items()]
    columns += [TableColumn(f"n{k}", f"n{k}", Format.EUROS, 12) for k in range(numbers)]
    record = {key: text for key, (_, text) in texts.items()} | {
        f"n{k}": 1.0 for k in range(numbers)
    }
    return Table("t", "Table", tuple(columns), pd.DataFrame([record] * rows))


def tall(table: Table, widths: list[int]) -> int:
    first = table.rows.iloc[0]
    return max(lines(str(value), w) for value, w in zip(first, widths, strict=True))


def test_a_long_text_takes_the_room_that_short_ones_leave() -> None:
    table = a_table({"a": (40, "court"), "b": (40, "bref"), "motif": (20, SENTENCE)})
    widths = fitted([table])
    assert widths[2] > 20
    assert tall(table, widths) == 2
    assert sum(widths) <= 100


def test_a_sheet_too_wide_gives_way_in_texts_alone_and_stays_legible() -> None:
    table = a_table({"motif": (60, SENTENCE), "adresse": (60, "12 rue Laennec")}, numbers=10)
    widths = fitted([table])
    assert widths[2:] == [12] * 10
    assert widths[0] > widths[1]
    assert 10 * PAGE / (sum(widths) + GAP * len(widths)) >= 7


def test_a_sheet_is_never_wider_than_its_widest_table_asks() -> None:
    table = a_table({"a": (12, SENTENCE), "b": (12, SENTENCE)})
    assert sum(fitted([table])) <= 24


def test_every_table_of_a_sheet_counts_and_a_header_keeps_its_words() -> None:
    small = a_table({"a": (14, "x"), "commune": (14, "y")})
    large = a_table({"responsabilité": (40, "x"), "b": (40, SENTENCE), "c": (20, "z")}, rows=300)
    widths = fitted([small, large])
    assert widths[0] >= len("responsabilité")
    assert widths[1] > widths[2]


def test_a_sheet_without_table_or_without_rows_has_widths() -> None:
    assert len(fitted([])) == 6
    empty = Table("t", "Table", (TableColumn("a", "a"),), pd.DataFrame({"a": []}))
    assert fitted([empty])[0] >= 2


def test_a_word_is_not_cut_and_capitals_count_for_more() -> None:
    table = a_table({"commune": (30, "VALMONT SUR ORVE"), "ligne": (30, "Intercommunalité")})
    widths = fitted([table, a_table({"x": (9, "y"), "z": (9, SENTENCE)}, numbers=9)])
    assert widths[1] >= len("Intercommunalité")
    assert lines("VALMONT SUR ORVE", 15) == 2
    assert lines("valmont sur orve", 15) == 1
