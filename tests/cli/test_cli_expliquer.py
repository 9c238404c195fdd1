"""`tfpb expliquer` on the example: from the page to the row of the file, or what is near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl import load_workbook
from pack_reading import Pack

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


def test_a_printed_amount_is_led_back_to_rows_that_hold_it(
    run: Run, pack: Path, example: Path
) -> None:
    row = Pack(pack).rows("abattement_qpv")[0]
    printed = f"{int(row['abattement_eur']):,} €".replace(",", "\u202f")
    result = run("expliquer", pack, printed)
    assert result.exit_code == 0
    said = " ".join(result.output.split())
    assert f"Quartier {row['code_qpv']} · {row['nom_qpv']}" in said
    assert "« fiscalite_2025.xlsx »" in said
    assert "CGI art. 1388 bis" in said
    line = Pack(pack).rows("locaux")[0]
    assert f"Ligne du fichier : {line['ligne_fichier']}" in said
    sheet = load_workbook(example / "fiscalite_2025.xlsx", read_only=True).worksheets[0]
    cells = next(sheet.iter_rows(int(line["ligne_fichier"]), int(line["ligne_fichier"])))
    assert line["invariant"] in {str(c.value) for c in cells}


def test_what_a_pack_has_not_ends_in_what_is_near(run: Run, pack: Path) -> None:
    result = run("expliquer", pack, "Vaubam")
    assert result.exit_code == 2
    assert "« Vauban »" in result.output
    assert run("expliquer", pack, "999 999 999 €").exit_code == 2
    assert run("expliquer", pack / "rien.zip", "Vauban").exit_code == 2
