"""`tfpb abattement` names the cell of a convention whose quarter it cannot read."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tfpb.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

_SIGNED = {
    "id_convention": "C1", "bailleur": "Habitat Fictif", "date_signature_contrat": "2024-03-28",
    "date_signature_convention": "2024-11-12", "date_declaration": "2024-12-10", "date_fin": "2030-12-31",
}  # fmt: skip


def _write(path: Path, *rows: dict[str, object]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _told(folder: Path, quarters: str, **signed: str) -> tuple[int, str]:
    """Run the command on a résidence abated in a quarter, and a convention of some quarters."""
    stock = _write(
        folder / "s.csv",
        {"id_residence": "R1", "nom": "R1", "bailleur": "Habitat Fictif", "adresse": "1 rue A",
         "code_insee": "59999", "commune": "Valfictif", "nb_logements": 10, "fin_exoneration": "1999-12-31",
         "qpv_statut": "dans", "qpv_code": "QN05991I", "qpv_nom": "Les Tilleuls", "qpv_distance_m": 50,
         "qpv_proche_code": "QN05991I", "qpv_proche_nom": "Les Tilleuls", "qpv_millesime": 2024},
    )  # fmt: skip
    tax = _write(
        folder / "f.csv",
        {"avis": "A1", "invariant": "590001", "id_residence": "R1", "annee": 2025, "vlc_eur": 30000,
         "nb_logements": 10, "taux_commune_pct": 40, "cotisation_avis_eur": 4200},
    )  # fmt: skip
    papers = _write(folder / "c.csv", {"codes_qpv": quarters, **_SIGNED, **signed})
    given = ("--residences", stock, "--conventions", papers, "--sortie", folder / "o.csv")
    done = CliRunner().invoke(app, ["abattement", *map(str, (tax, *given))])
    return done.exit_code, " ".join(done.output.split())


@pytest.mark.parametrize(
    "written", ["tous les QPV", "Les Peupliers", "QNO5991I", "QP059001", "QN05991"]
)
def test_a_quarter_that_cannot_be_read_is_named_with_its_cell(tmp_path: Path, written: str) -> None:
    code, text = _told(tmp_path, written)
    assert code == 2
    assert "c.csv" in text
    assert "codes_qpv" in text
    assert "ne se lit pas" in text
    assert written.removeprefix("tous les ") in text
    assert "aucune convention ne couvre" not in text.lower()
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize(
    "written", ["QN05991I", "QN05991I ; QN05999I", "Les Tilleuls", "les tilleuls"]
)
def test_a_code_or_the_name_of_a_quarter_of_the_stock_is_read(tmp_path: Path, written: str) -> None:
    code, text = _told(tmp_path, written)
    assert code == 0, text
    assert "1 800 € acquis" in text.replace("\u202f", " ").replace("\xa0", " ")


def test_a_convention_that_ended_keeps_the_codes_of_its_map(tmp_path: Path) -> None:
    ended = {
        "date_signature_contrat": "2015-07-01", "date_signature_convention": "2015-12-01",
        "date_declaration": "2015-12-20", "date_fin": "2023-12-31",
    }  # fmt: skip
    code, text = _told(tmp_path, "QP059001", **ended)
    assert code == 0, text
