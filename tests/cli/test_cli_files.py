"""Files as they really come, through the commands: totals, options, communes, an existing folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from everywhere import small_settings
from tfpb.io.tables.tabular import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

STOCK = """Groupe;Voirie;CP;Ville;Logts
R1;11 rue Nelson Mandela;59999;Valmont-sur-Orve;10
R2;23 rue Descartes;59999;Valmont-sur-Orve;20
TOTAL;;;;30
"""
TOML = small_settings("Val Habitat")


def write(folder: Path, text: str = STOCK, name: str = "patrimoine.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_localiser_takes_columns_and_sets_totals_aside(
    tmp_path: Path, geodata: Path, run: Run
) -> None:
    out = tmp_path / "s.csv"
    where = ("--sortie", out, "--annee", 2025, "--geodonnees", geodata, "--csv-brut")
    stock = write(tmp_path)
    refused = run("localiser", stock, *where)
    assert refused.exit_code == 2
    named = ("--colonne", "adresse=Voirie", "--colonne", "id_residence=Groupe")
    result = run("localiser", stock, *where, *named, "--feuille", "Parc")
    assert result.exit_code == 0, result.output
    assert "--feuille n’a pas servi : ce fichier n’a pas de feuilles" in result.output
    assert "La ligne est un total" in result.output
    assert "2 lignes, dont" in result.output
    frame = read_table(out).frame
    assert list(frame["Groupe"]) == ["R1", "R2", "TOTAL"]
    assert set(frame["qpv_statut"][:2]) <= {"dans", "hors", "a_verifier"}
    assert list(frame.loc[2, ["qpv_statut", "qpv_code", "qpv_distance_m"]]) == ["", "", ""]
    assert "total" in frame.loc[2, "qpv_motif"]
    review = tmp_path / "s_a_verifier.xlsx"
    if review.exists():
        cells = {str(c.value) for row in load_workbook(review)["Limites"].rows for c in row}
        assert "TOTAL" not in cells


def test_options_that_did_not_serve_are_said(tmp_path: Path, geodata: Path, run: Run) -> None:
    points = write(tmp_path, "id;adresse;x;y;rayon\nA;1 rue A;732736;7004231;5\n", "p.csv")
    where = ("--sortie", tmp_path / "s.csv", "--geodonnees", geodata)
    result = run("localiser", points, *where, "--annee", 2025, "--colonne", "adresse=adresse",
                 "--rayon", 12)  # fmt: skip
    assert "--colonne adresse=adresse n’a pas servi : les positions" in result.output
    assert "--rayon n’a pas servi : chaque point porte son incertitude" in result.output
    stock = write(tmp_path)
    named = ("--colonne", "adresse=Voirie")
    result = run("geocoder", stock, *where, *named, "--commune", "59999")
    assert "--commune n’a pas servi : chaque ligne dit sa commune" in result.output
    frame = read_table(tmp_path / "s.csv").frame
    assert list(frame["result_status"]) == ["ok", "ok", "skipped"]
    alone = write(tmp_path, STOCK.replace(";59999;Valmont-sur-Orve", ";;"), "seul.csv")
    result = run("geocoder", alone, *where, *named, "--commune", "59999")
    assert "--commune n’a pas servi" not in result.output


def test_communes_without_addresses_and_misspelt_ones_are_said_before_anything_runs(
    tmp_path: Path, geodata: Path, run: Run
) -> None:
    text = STOCK.replace(
        "R2;23 rue Descartes;59999;Valmont-sur-Orve", "R2;3 rue Hugo;59100;Roubaix"
    )
    text = text.replace("59999;Valmont-sur-Orve", ";Valmond sur Orve")
    write(tmp_path, text)
    columns = '"patrimoine.adresse" = "Voirie"\n"patrimoine.id_residence" = "Groupe"\n'
    (tmp_path / "dossier.toml").write_text(
        f"{TOML}[reglages.colonnes]\n{columns}", encoding="utf-8"
    )
    result = run("verifier", tmp_path, "--geodonnees", geodata)
    assert "n’a rien pour « Roubaix » : 1 ligne" in result.output
    assert "« Valmond sur Orve » ressemble à « Valmont-sur-Orve »" in result.output
    assert '[alias.communes]\n"Valmond sur Orve" = "Valmont-sur-Orve"' in result.output
    assert result.output.index("Lu, gardé, écarté") < result.output.index("doutes à relire")
    assert "« patrimoine.csv » : 3 lignes lues, 2 gardées, 1 écartée (totaux : 1)" in result.output
    alias = '[alias.communes]\n"Valmond sur Orve" = "Valmont-sur-Orve"\n'
    with (tmp_path / "dossier.toml").open("a", encoding="utf-8") as file:
        file.write(alias)
    again = run("verifier", tmp_path, "--geodonnees", geodata)
    assert "Valmond" not in again.output
    bad = tmp_path / "dossier.toml"
    bad.write_text(f"{TOML}[reglages.colonnes]\n{columns}".replace("Voirie", "VOIRIE9"), "utf-8")
    refused = run("verifier", tmp_path, "--geodonnees", geodata)
    assert refused.exit_code == 2


def test_a_plan_is_drafted_into_an_existing_folder_without_touching_it(
    tmp_path: Path, example: Path, run: Run
) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "dossier.toml").write_text("à moi", encoding="utf-8")
    assert run("nouveau", folder).exit_code == 2
    for name in ("plan_enquete.toml", "plan_enquete_2.toml"):
        result = run("nouveau", folder, "--depuis", example / "enquete_2023.xlsx")
        assert result.exit_code == 0, result.output
        assert f'plan = "{name}"' in result.output
        assert "[[items]]" in (folder / name).read_text("utf-8")
    assert (folder / "dossier.toml").read_text("utf-8") == "à moi"
    assert sorted(p.name for p in folder.iterdir()) == [
        "dossier.toml", "plan_enquete.toml", "plan_enquete_2.toml",
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["verifier", "dossier"])
def test_every_refusal_ends_with_one_block(
    tmp_path: Path, geodata: Path, run: Run, command: str
) -> None:
    write(tmp_path, STOCK.replace("Logts", "Nb total logements"))
    (tmp_path / "dossier.toml").write_text(TOML, encoding="utf-8")
    result = run(command, tmp_path, "--geodonnees", geodata)
    assert result.exit_code == 2
    assert result.output.count("À coller à la fin du dossier.toml") == 1
    assert '"patrimoine.nb_logements" = "Nb total logements"' in result.output.split("À coller")[1]
