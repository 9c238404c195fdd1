"""A gap released to the point prints no decimal, in every medium alike; the others keep theirs."""

from __future__ import annotations

import dataclasses
import io

import openpyxl
import pytest
from report_dossier import claimed, make

from tfpb.model.report import Format, Table
from tfpb.report.cell_values import EXCEL, as_text, excel_format
from tfpb.report.documents import workbook
from tfpb.report.sections import report
from tfpb.words.numbers import gap_number, points
from tfpb.words.places.map_words import gap_line as page_line

WHOLE, EXACT = 0.62 - 0.78, -0.1604


@pytest.mark.parametrize(
    ("gap", "written"),
    [(WHOLE, "−16"), (EXACT, "−16,0"), (0.03, "+3"), (-0.0951, "−9,5"), (0.0, "0"), (None, "–")],
)
def test_texts_write_whole_points_without_decimal(gap: float | None, written: str) -> None:
    assert gap_number(gap) == as_text(gap, Format.POINTS) == written
    if gap is not None:
        assert points(gap).split("\u202f")[0] == written
        assert f" {written} points (" in page_line("inferieur", gap, (-0.2, -0.1), 60)


def _with_gap(gap: float) -> object:
    whole = make()
    table = whole.survey.comparison
    raw = (table["groupe"] == "ecart") & (table["ajustement"] == "brut")
    table = table.assign(estimation=table["estimation"].mask(raw, gap))
    return claimed(
        dataclasses.replace(whole, survey=dataclasses.replace(whole.survey, comparison=table))
    )


@pytest.mark.parametrize(("gap", "code"), [(WHOLE, "whole"), (EXACT, "exact")])
def test_workbook_and_documents_agree(gap: float, code: str) -> None:
    said = report(_with_gap(gap))
    fmt = {"whole": Format.WHOLE_POINTS, "exact": Format.POINTS}[code]
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(said)))
    sheet = book["Satisfaction"]
    cells = [c for r in sheet.iter_rows() for c in r if c.value == pytest.approx(100 * gap)]
    assert len(cells) > 10
    assert {c.number_format for c in cells} == {EXCEL[fmt]}
    (short,) = [
        b
        for s in said.sections
        for b in s.blocks
        if isinstance(b, Table) and b.key == "comparaison_document"
    ]
    assert {as_text(v, Format.POINTS) for v in short.rows["ecart"]} == {gap_number(gap)}
    assert excel_format("moins de 11", Format.POINTS) == EXCEL[Format.POINTS]
