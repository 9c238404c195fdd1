"""An entrance and a premises written twice in a dossier: asked, bounded, answered by the command."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import openpyxl
import pytest

from example_pack import keep_few_homes
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.assembling import examine

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


def written_twice(path: Path) -> None:
    """Write the last line of a workbook's first sheet again, under it."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.append([cell.value for cell in sheet[sheet.max_row]])
    book.save(path)


def facts(pack: Path) -> dict[str, dict[str, str]]:
    with (pack / "donnees" / "faits.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        return {row["nom"]: row for row in rows if row["portee"] == "total"}


def ends(row: dict[str, str]) -> tuple[float, float]:
    low, high = (float(row[c].replace(",", ".")) for c in ("valeur_bas", "valeur_haut"))
    return low, high


@pytest.mark.usefixtures("undrawn")
def test_lines_written_twice_are_bounded_then_answered(
    run: Run, unsurveyed: Path, geodata: Path, tmp_path: Path
) -> None:
    keep_few_homes(unsurveyed)
    where = ("--geodonnees", geodata)
    made = run("dossier", unsurveyed, "--sortie", tmp_path / "vrai", *where)
    assert made.exit_code == 0, made.output
    true = facts(tmp_path / "vrai")
    settings = load_settings(unsurveyed / "dossier.toml")
    assert settings.fichiers.patrimoine is not None
    assert settings.fichiers.fiscalite is not None
    for name in (settings.fichiers.patrimoine, settings.fichiers.fiscalite):
        written_twice(settings.path(name))
    told = run("verifier", unsurveyed, *where)
    assert told.exit_code == 0, told.output
    assert "écrites deux fois" in told.output
    assert "La ligne répète" not in told.output
    asked = [
        one.question
        for one in examine(settings, geodata, whole=True).asked
        if one.question.code.startswith("lignes_repetees")
    ]
    assert {q.source for q in asked} == {"patrimoine", "fiscalite"}
    made = run("dossier", unsurveyed, "--sortie", tmp_path / "ouvert", *where)
    assert made.exit_code == 0, made.output
    still_open = facts(tmp_path / "ouvert")
    for name in ("logements", "acquis"):  # the truth is in the bounds: one of two lines counts
        low, high = ends(still_open[name])
        assert low <= ends(true[name])[0] <= ends(true[name])[1] <= high, name
    given = "\n".join(
        f'{q.key} = {{ reponse = "ecarter", par = "{q.role}", le = 2026-02-10 }}' for q in asked
    )
    path = unsurveyed / "dossier.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[reponses]\n{given}\n", encoding="utf-8")
    made = run("dossier", unsurveyed, "--sortie", tmp_path / "une", *where)
    assert made.exit_code == 0, made.output
    for name in ("logements", "acquis", "a_reclamer", "a_risque"):
        assert ends(facts(tmp_path / "une")[name]) == ends(true[name]), name
    text = path.read_text(encoding="utf-8").replace('"ecarter"', '"garder"')
    path.write_text(text, encoding="utf-8")
    made = run("dossier", unsurveyed, "--sortie", tmp_path / "deux", *where)
    assert made.exit_code == 0, made.output  # no answer stops
    both = facts(tmp_path / "deux")
    assert ends(both["logements"])[0] > ends(true["logements"])[0]
    for name in ("logements", "acquis", "a_reclamer", "a_risque"):
        assert ends(still_open[name])[0] <= ends(both[name])[0], name
        assert ends(both[name])[1] <= ends(still_open[name])[1], name
