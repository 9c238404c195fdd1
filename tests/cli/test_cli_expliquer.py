"""`tfpb expliquer` on the example: from the page to the row of the file, or what is near."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from pack_reading import Pack

from tfpb.evidence.differences import rows_of
from tfpb.evidence.explanation import explain
from tfpb.io.packs.pack import read_pack
from tfpb.words.documents.pack_words import answer_lines

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


def test_a_printed_amount_is_led_back_to_rows_that_hold_it(
    run: Run, pack: Path, example: Path
) -> None:
    row = Pack(pack).quarters()[0]
    printed = f"{int(row['abattement_eur']):,} €".replace(",", "\u202f")
    result = run("expliquer", pack, printed)
    assert result.exit_code == 0
    said = result.output
    assert f"Abattement acquis · {row['code_qpv']}" in said
    assert "« fiscalite_2025.xlsx », feuille « Avis 2025 »" in said
    line, invariant = re.findall(r"^  – (\d+) ; .* ; (\d{10}) ; ", said, re.MULTILINE)[0]
    sheet = load_workbook(example / "fiscalite_2025.xlsx", read_only=True).worksheets[0]
    cells = next(sheet.iter_rows(int(line), int(line)))
    assert invariant in {str(c.value) for c in cells}


def test_every_claim_and_premises_of_the_example_is_answered_on_one_screen(
    run: Run, pack: Path
) -> None:
    files = read_pack(pack)
    claims = [f"{r['nom']} {r['portee']}" for r in rows_of(files["donnees/faits.csv"])]
    named = [
        r[key]
        for table, key in (("locaux", "invariant"), ("residences", "id_residence"))
        for r in rows_of(files[f"donnees/{table}.csv"])
    ]
    assert len(claims) > 1000
    for reference in (*claims, *named):
        lines = answer_lines(explain(files, reference))
        assert sum(max(1, -(-len(line) // 80)) for line in lines) <= 12, lines
        assert lines[1].startswith("Pourquoi : ")
        assert not lines[1].endswith("…"), lines[1]
    shown = run("expliquer", pack, "a_risque").output.splitlines()
    assert shown == answer_lines(explain(files, "a_risque"))


@pytest.mark.parametrize("name", ["acquis", "a_reclamer", "a_risque", "sous_reserve", "porte"])
def test_each_sum_of_money_keeps_its_file_sheet_and_rows(pack: Path, name: str) -> None:
    files = read_pack(pack)
    claims = [r for r in rows_of(files["donnees/faits.csv"]) if r["nom"] == name]
    sums = [r for r in claims if r["valeur_bas"] not in {"", "0,00"}]
    assert sums
    for row in sums:
        text = "\n".join(answer_lines(explain(files, f"{name} {row['portee']}")))
        assert "« fiscalite_2025.xlsx », feuille « Avis 2025 »" in text
        assert re.search(r"^  – \d+ ; \d{5} ; 25 59 999 \d+ \d ; \d{10} ; ", text, re.MULTILINE), (
            text
        )


def test_what_a_pack_has_not_ends_in_what_is_near(run: Run, pack: Path) -> None:
    result = run("expliquer", pack, "Vaubam")
    assert result.exit_code == 2
    assert "« Vauban »" in result.output
    assert run("expliquer", pack, "999 999 999 €").exit_code == 2
    assert run("expliquer", pack / "rien.zip", "Vauban").exit_code == 2
