"""What last year's pack tells per abated dwelling, read from the pack itself."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tfpb.errors import TfpbError
from tfpb.pipeline.last_pack import last_heights

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "code_qpv;annee;abattement_eur;valorise_eur;logements_abattus"
LINE = {"bailleurs": ["Habitat"], "calcul": "aa", "residences_par_bailleur": {}, "masquees": []}


def pack(folder: Path, *rows: str) -> Path:
    path = folder / "dossier.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("empreintes.json", "{}")
        archive.writestr("run.json", "{}")
        archive.writestr("diffusion.json", json.dumps(LINE))
        archive.writestr("donnees/bilan.csv", "\ufeff" + "\r\n".join((HEAD, *rows)))
    return path


def test_sums_of_the_year_before_over_the_quarters_that_are_known(tmp_path: Path) -> None:
    made = pack(
        tmp_path, "Q1;2024;1000,50;900,00;5", "Q2;2024;;700;", "Q3;2024;500;100;5", "Q1;2023;9;9;9"
    )
    assert last_heights("HABITAT", 2025, [made]) == {
        "valorise_par_logement": Decimal(100), "acquis_par_logement": Decimal("150.05"),
    }  # fmt: skip
    assert last_heights("Autre", 2025, [made]) == {}
    assert last_heights("Habitat", 2026, [made]) == {}
    assert last_heights("Habitat", 2025, []) == {}
    alone = tmp_path / "comparaison_diffusion.json"
    alone.write_text(json.dumps(LINE), encoding="utf-8")
    assert last_heights("Habitat", 2025, [alone]) == {}, "a comparison tells no money"


def test_a_balance_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(TfpbError, match="fichier_illisible"):
        last_heights("Habitat", 2025, [pack(tmp_path, "Q1;2024;1000;neuf;5")])
