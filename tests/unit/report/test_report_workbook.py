from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import subprocess
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
from calibri import cut
from openpyxl.utils import get_column_letter
from report_dossier import HOSTILE
from report_pack import entries, said, xlsx

from everywhere import need
from tfpb.model.report import Format, Linked, Table
from tfpb.report.cell_values import NUMERIC, as_number, missing
from tfpb.report.documents import workbook
from tfpb.report.documents.workbook_forms import bilan_workbook
from tfpb.report.documents.workbook_styles import lines, put
from tfpb.report.sections import report
from tfpb.words.documents.report_words import MAIN_SHEETS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx()))


def sheet_tables(*, full: bool = True) -> list[tuple[str, Table]]:
    return [
        (b.sheet or s.sheet, b) for s in said(full=full).sections for b in s.blocks
        if isinstance(b, Table) and "classeur" in b.media and (s.sheet or b.sheet)
    ]  # fmt: skip


def test_the_summary_comes_first_and_says_what_the_workbook_is(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[0] == book.active.title == "Synthèse"
    main = [n for n in MAIN_SHEETS if n in book.sheetnames]
    assert book.sheetnames[: len(main)] == main
    assert not {"Sommaire", "Faits"} & {*book.sheetnames}
    told = "\n".join(str(c.value) for row in book["Synthèse"] for c in row if c.value)
    for words in (
        said().title,
        said().bailleur,
        said().date,
        said().warning,
        "suivent vos filtres",
    ):
        assert words in told


SUM = re.compile(r"=SUBTOTAL\(109,([A-Z]+)(\d+):\1(\d+)\)")


def test_no_formula_but_sums_and_hostile_text_stays_text(book: openpyxl.Workbook) -> None:
    found = None
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or SUM.fullmatch(cell.value), cell.coordinate
                if cell.value == HOSTILE:
                    found = cell
    assert found is not None
    assert found.quotePrefix


def test_totals_follow_the_filter_and_are_read_by_who_does_not_compute(
    book: openpyxl.Workbook,
) -> None:
    read = openpyxl.load_workbook(io.BytesIO(xlsx()), data_only=True)
    told = {t.key: t for _, t in sheet_tables()}
    sums: dict[str, list[str]] = {}
    for sheet in book:
        for table in sheet.tables.values():
            left, top, right, bottom = openpyxl.utils.range_boundaries(table.ref)
            key = table.name.removeprefix("t_")
            for k in range(left, right + 1):
                assert sheet.cell(row=bottom + 1, column=k).data_type != "f"
                cell = sheet.cell(row=top - 1, column=k)
                if cell.data_type != "f":
                    continue
                place, first, last = SUM.fullmatch(cell.value).groups()
                assert (place, int(first), int(last)) == (cell.column_letter, top + 1, bottom)
                column = told[key].columns[k - 1].key
                value = read[sheet.title][cell.coordinate].value
                assert value == float(told[key].totals[column]), (key, column)
                sums.setdefault(key, []).append(column)
    assert sums["residences"] == [
        "nb_logements", "logements_dans", "logements_hors", "logements_a_verifier",
    ]  # fmt: skip
    assert sums["actions"] == ["prevu_eur", "realise_eur", "valorise_eur"]


@pytest.mark.parametrize("text", ["=1+1", "+33", "-1", "@x", "\t=1", "a\x07b", "x" * 40000])
def test_no_text_can_break_a_sheet(text: str) -> None:
    made = openpyxl.Workbook()
    put(made.active, 1, 1, text)
    buffer = io.BytesIO()
    made.save(buffer)
    read = openpyxl.load_workbook(io.BytesIO(buffer.getvalue())).active["A1"]
    assert read.data_type == "s"
    assert "\x07" not in read.value


def test_tables_are_filterable_with_single_headers(book: openpyxl.Workbook) -> None:
    names = []
    for sheet in book:
        for table in sheet.tables.values():
            names.append(table.name)
            header = [c.value for c in sheet[table.ref][0]]
            assert [c.name for c in table.tableColumns] == header
            assert len({h.lower() for h in header}) == len(header)
            assert table.autoFilter is not None
    assert len(names) == len(set(names)) == len([t for _, t in sheet_tables() if len(t.rows)])


def test_no_merged_cell_inside_a_table(book: openpyxl.Workbook) -> None:
    for sheet in book:
        for table in sheet.tables.values():
            _left, top, right, bottom = openpyxl.utils.range_boundaries(table.ref)
            for merged in sheet.merged_cells.ranges:
                assert merged.max_row < top or merged.min_row > bottom or merged.min_col > right


def test_cells_hold_the_numbers_of_the_tables(book: openpyxl.Workbook) -> None:
    for name, table in sheet_tables():
        if table.rows.empty:
            continue
        sheet = book[name]
        left, top, _right, bottom = openpyxl.utils.range_boundaries(
            sheet.tables[f"t_{table.key}"].ref
        )
        assert bottom - top == len(table.rows)
        for i in range(len(table.rows)):
            for k, column in enumerate(table.columns):
                value = table.rows.iloc[i, k]
                form = column.format
                if isinstance(value, Linked):  # of its own format
                    form, value = value.format or form, value.value
                cell = sheet.cell(row=top + 1 + i, column=left + k)
                if missing(value):
                    assert cell.value in (None, "")
                elif form is not Format.TEXT and isinstance(value, str):
                    assert cell.value == value  # words in place of a number
                elif form is Format.DATE:
                    assert cell.value.date() == value
                elif form is not Format.TEXT:
                    assert cell.value == pytest.approx(as_number(value, form), rel=1e-12)
                    assert cell.number_format != "General"


def test_print_setup_and_foot(book: openpyxl.Workbook) -> None:
    for sheet in book:
        assert str(sheet.page_setup.paperSize) == "9"
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area
        foot = sheet.oddFooter.left.text
        assert "0a1b2c3d" in foot
        assert "données fictives" in foot
        assert "&P" in sheet.oddFooter.right.text
        last = [c.value for row in sheet.iter_rows() for c in row if c.value]
        assert any("0a1b2c3d" in str(v) and "Aide à la décision" in str(v) for v in last)
    summary = book["Synthèse"].page_setup
    assert (summary.orientation, summary.fitToHeight) == ("portrait", 0), (
        "on one page its type is of 5 points"
    )


def test_no_cell_cuts_its_text(book: openpyxl.Workbook) -> None:
    """A code broken in a row of one line loses its last letter; a date too wide is « ### »."""
    lines = (line for sheet in book for line in cut(sheet))
    assert [line for line in lines if HOSTILE not in line] == []


def test_no_sheet_prints_under_seven_points(book: openpyxl.Workbook) -> None:
    """Columns of a sheet share the width of a page: what it is reduced to rules the type."""
    for sheet in book:
        area = openpyxl.utils.range_boundaries(sheet.print_area.rpartition("!")[2])
        cells = (c for row in sheet.iter_rows(max_col=area[2]) for c in row)
        used = [c for c in cells if c.value is not None]
        last = max(c.column for c in used)
        width = sum(sheet.column_dimensions[get_column_letter(k)].width for k in range(1, last + 1))
        across = 8.27 if sheet.page_setup.orientation == "portrait" else 11.69
        inches = across - sheet.page_margins.left - sheet.page_margins.right
        scale = min(1.0, inches * 72 / (width * 5.25))  # a letter of 10 points takes 5.25 points
        assert min(c.font.size for c in used) * scale >= 7, (sheet.title, scale)
        assert sheet.HeaderFooter.scaleWithDoc is False


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, 1),
        ("un", 10, 1),
        ("un\ndeux", 10, 2),
        ("4 · Gestion des déchets, encombrants et épaves", 16, 4),  # 46 letters: 3 if words broke
        ("a" * 45, 10, 5),
        ("aa bb", 4, 2),
        ("aa bb", 5, 1),
        ("a" * 12 + " b", 10, 2),
    ],
)
def test_a_row_is_as_tall_as_its_words_ask(text: str, width: int, expected: int) -> None:
    assert lines(text, width) == expected


def test_a_number_column_is_never_narrowed(book: openpyxl.Workbook) -> None:
    for section in said().sections:
        for block in section.blocks:
            if isinstance(block, Table) and "classeur" in block.media and section.sheet:
                for k, column in enumerate(block.columns, 1):
                    if column.format in NUMERIC:
                        sheet = book[block.sheet or section.sheet]
                        made = sheet.column_dimensions[get_column_letter(k)].width
                        assert made > column.width, (block.key, column.header)


def test_long_sheets_freeze_and_repeat_their_header(book: openpyxl.Workbook) -> None:
    alone = ("Locaux", "Actions")
    for name in ("Résidences", "Adresses", "Satisfaction", *alone):
        sheet = book[name]
        (table,) = sheet.tables.values()
        top = openpyxl.utils.range_boundaries(table.ref)[1]
        assert sheet.freeze_panes == f"A{top + 1}"
        assert sheet.print_title_rows == f"${top}:${top}"
    assert all(s.freeze_panes for s in book if s.tables)


def test_a_sheet_holds_one_table_and_freezes_two_hundred_pixels_at_most(
    book: openpyxl.Workbook,
) -> None:
    for sheet in book:
        assert len(sheet.tables) <= 1, sheet.title
        if sheet.freeze_panes:
            frozen = range(1, openpyxl.utils.cell.coordinate_to_tuple(sheet.freeze_panes)[0])
            points = sum(sheet.row_dimensions[row].height or 15 for row in frozen)
            assert points * 96 / 72 <= 200, sheet.title


def test_a_long_lead_goes_under_the_table() -> None:
    whole = said(full=False)
    first = next(s for s in whole.sections if s.key == "residences")
    long = dataclasses.replace(
        first, lead="Une phrase de la longueur d’une ligne de tableau. " * 40
    )
    made = dataclasses.replace(whole, sections=(long,))
    test_a_sheet_holds_one_table_and_freezes_two_hundred_pixels_at_most(
        openpyxl.load_workbook(io.BytesIO(workbook.render(made)))
    )


def test_every_link_leads_to_a_sheet_and_each_value_of_the_summary_to_its_rows(
    book: openpyxl.Workbook,
) -> None:
    for sheet in book:
        for cell in (c for row in sheet.iter_rows() for c in row if c.hyperlink):
            name, place = cell.hyperlink.location.rsplit("!", 1)
            assert book[name.strip("'")][place].value is not None, (sheet.title, cell.coordinate)
    summary = list(book["Synthèse"].iter_rows(min_row=5))
    valued = [r for r in summary if isinstance(r[1].value, int | float)]
    assert len(valued) > 20
    assert all(r[1].hyperlink and r[1].hyperlink.location != "A1" for r in valued)


def test_no_chart_prints_under_the_header_of_a_table(book: openpyxl.Workbook) -> None:
    """A sheet that repeats a header on each page prints nothing but its table and its notes."""
    repeated = [s for s in book if len(s.tables) == 1 and s.print_title_rows]
    drawn = [s for s in repeated if s._charts]  # openpyxl shows them nowhere else
    assert "Satisfaction" in {s.title for s in drawn}
    for sheet in drawn:
        last = int(sheet.print_area.rsplit("$", 1)[1])
        assert all(c.anchor._from.row >= last for c in sheet._charts)
        (table,) = sheet.tables.values()
        assert openpyxl.utils.range_boundaries(table.ref)[3] < last < sheet.max_row
        assert str(sheet.cell(last, 1).value).endswith(said().run_hash)


def test_native_charts_draw_cells(book: openpyxl.Workbook) -> None:
    parts = entries(xlsx())
    drawn = [v.decode() for k, v in parts.items() if re.fullmatch(r"xl/charts/chart\d+\.xml", k)]
    assert len(drawn) == 3
    assert any("'Axes'!" in c for c in drawn)
    assert any("'Satisfaction'!" in c for c in drawn)


def test_doubtful_values_carry_a_comment(book: openpyxl.Workbook) -> None:
    comments = [c.comment.text for row in book["Résidences"].iter_rows() for c in row if c.comment]
    assert comments
    assert all("limite" in text for text in comments)


def test_totals_stand_above_the_header_and_are_those_of_the_stage() -> None:
    table = {t.key: t for _, t in sheet_tables()}["quartiers"]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx()), data_only=True)["Quartiers"]
    top = openpyxl.utils.range_boundaries(sheet.tables["t_quartiers"].ref)[1]
    k = [c.key for c in table.columns].index("abattement_eur") + 1
    assert sheet.cell(row=top - 1, column=1).value == "Total"
    told = str(sheet.cell(row=top - 1, column=k).value).replace("\u202f", " ")
    assert told == "de 105 188 € à 110 509 €"  # a quarter is wholly in doubt


def test_no_row_of_a_sheet_nor_of_the_data_is_a_total(book: openpyxl.Workbook) -> None:
    for _, table in sheet_tables():
        assert "Total" not in {str(v) for v in table.rows.iloc[:, 0]}, table.key
    for sheet in book:
        for table in sheet.tables.values():
            left, top, _, bottom = openpyxl.utils.range_boundaries(table.ref)
            column = [sheet.cell(row=r, column=left).value for r in range(top, bottom + 3)]
            assert "Total" not in column, sheet.title


def test_a_sheet_shows_its_header_once_frozen_and_its_filter(book: openpyxl.Workbook) -> None:
    for sheet in book:
        assert sheet.sheet_state == "visible"
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.print_area
        for table in sheet.tables.values() if len(sheet.tables) == 1 else ():
            top, bottom = openpyxl.utils.range_boundaries(table.ref)[1::2]
            assert bottom > top, sheet.title
            assert table.autoFilter.ref == table.ref
            assert sheet.freeze_panes == f"A{top + 1}"


def test_a_sheet_without_a_row_is_not_written() -> None:
    for full in (True, False):
        made = openpyxl.load_workbook(io.BytesIO(xlsx(full=full)))
        for name, table in sheet_tables(full=full):
            assert (not table.rows.empty) <= (name in made.sheetnames), name
    bare = {s.sheet for s in said(full=False).sections if s.sheet} - set(made.sheetnames)
    assert {"Droit commun", "Satisfaction"} <= bare
    assert all(c.hyperlink.location.split("!")[0].strip("'") in made.sheetnames
               for sheet in made for row in sheet.iter_rows() for c in row
               if c.hyperlink and c.hyperlink.location)  # fmt: skip


def test_same_report_same_bytes_and_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt
    import time

    import openpyxl.writer.excel as writer
    from openpyxl.packaging import core
    from report_dossier import make

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return dt.datetime(2031, 1, 2, 3, 4, 5, tzinfo=tz)

    first = xlsx()
    monkeypatch.setattr(core.datetime, "datetime", Later)
    monkeypatch.setattr(writer.datetime, "datetime", Later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(1_900_000_000))
    assert workbook.render(report(make())) == first


def test_a_bare_report_is_a_whole_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(full=False)))
    assert book.sheetnames[0] == "Synthèse"
    assert {"Résidences", "Adresses", "À faire"} < set(book.sheetnames)


@pytest.mark.slow
def test_libreoffice_computes_the_same_totals(tmp_path: Path) -> None:
    soffice = need("soffice")
    (tmp_path / "dossier.xlsx").write_bytes(xlsx())
    made = openpyxl.load_workbook(tmp_path / "dossier.xlsx")
    for sheet in made:  # what is written beside the formula must not be what is read
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.value = str(cell.value)
    made.save(tmp_path / "sans_valeurs.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/lo"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path / "lu"), str(tmp_path / "sans_valeurs.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    computed = openpyxl.load_workbook(tmp_path / "lu" / "sans_valeurs.xlsx", data_only=True)
    told = {t.key: t for _, t in sheet_tables()}
    seen = 0
    for sheet in openpyxl.load_workbook(tmp_path / "dossier.xlsx"):
        for table in sheet.tables.values():
            left, top, right, bottom = openpyxl.utils.range_boundaries(table.ref)
            about = told[table.name.removeprefix("t_")]
            for k in range(left, right + 1):
                cell = sheet.cell(row=top - 1, column=k)
                if cell.data_type != "f":
                    continue
                seen += 1
                column = [
                    sheet.cell(row=r, column=k).value or 0 for r in range(top + 1, bottom + 1)
                ]
                value = computed[sheet.title][cell.coordinate].value
                assert value == pytest.approx(sum(column), abs=1e-6), (sheet.title, cell.coordinate)
                claim = float(str(about.totals[about.columns[k - left].key]))
                assert value == pytest.approx(claim, abs=1e-6), (sheet.title, cell.coordinate)
    assert seen > 20


@pytest.mark.slow
def test_libreoffice_opens_it_without_repair(tmp_path: Path) -> None:
    soffice, pdftotext = need("soffice"), need("pdftotext")
    source = tmp_path / "dossier.xlsx"
    source.write_bytes(xlsx())
    profile = f"-env:UserInstallation=file://{tmp_path}/lo"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=180)
    text = subprocess.run(
        [pdftotext, "-layout", str(tmp_path / "dossier.pdf"), "-"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert re.search(r"105\s188", text)
    assert "#REF" not in text
    assert "Err:" not in text
    pages = unicodedata.normalize("NFKC", text).split("\f")  # ligatures of the font at hand
    summary = [p for p in pages if re.search(r"^\s*Synthèse\s*$", p, re.MULTILINE)]
    assert len(summary) == 1
    assert all("données fictives" in p for p in pages if p.strip())


def test_a_day_of_the_bordereau_is_a_day_for_a_spreadsheet() -> None:
    rows = pd.DataFrame(
        {"Date de la pièce": [dt.date(2025, 2, 2), None], "Montant": [Decimal(7), None]}
    )
    book = openpyxl.load_workbook(io.BytesIO(bilan_workbook({"Bordereau": rows}, title="Pièces")))
    page = book["Bordereau"]
    assert page["A4"].value == dt.datetime(2025, 2, 2)  # noqa: DTZ001 - a cell has no zone
    assert page["A5"].value is None
    assert page["B4"].value == 7
