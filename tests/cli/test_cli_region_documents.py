"""The documents of a region: restitution, atlas, maps, packs and sheets."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from region_outputs import read, something_odd_in_each_table

from effort import by_night
from everywhere import need

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


pytestmark = [
    pytest.mark.slow,
    by_night("test_cli_region_told.py, test_region_pages.py, test_report_documents.py"),
]
NAME = "Société Deux"
"""How region.toml calls the second bailleur, whose files call it otherwise."""


@dataclass(frozen=True)
class Made:
    """What a region of four bailleurs wrote, documents too, and said; a town without intercommunalité."""

    folder: Path
    said: str
    alone: str


@pytest.fixture(scope="module")
def made(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Run a region whose files are not all as they should be."""
    from region_maker import Size, make_region

    size = Size(
        bailleurs=4, residences=96, qpv=2, communes=4, adresses=1200, menages=1200, questions=5
    )
    folder = tmp_path_factory.mktemp("region")
    toml = make_region(folder / "source", size)
    source = toml.parent
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('"Habitat fictif 02"', f'"{NAME}"', 1), encoding="utf-8")
    table = source / "contrats.csv"
    text = table.read_text(encoding="utf-8-sig")
    table.write_text(re.sub(r"QN\w+, ", "", text, count=1), encoding="utf-8")  # one has no contrat
    alone = something_odd_in_each_table(source)
    result = run("region", toml, "--sortie", folder / "sortie", "--moteur", "local")
    assert result.exit_code == 0, result.output
    return Made(folder / "sortie", " ".join(result.output.split()), alone)


def test_what_the_regional_body_should_know_is_told(made: Made) -> None:
    assert "aucune intercommunalité connue : " + made.alone in made.said
    assert "Le repère de la ligne 2" in made.said
    assert (
        "« hiver 2019 (3 bailleurs) ; été 2020 (1 bailleur) » puis « printemps 2023 »" in made.said
    )
    # its own files call it otherwise: conventions, hence abatement, are its own all the same
    pack = made.folder / "bailleurs" / "societe-deux" / "donnees"
    assert (read(pack / "quartiers.csv")["abattement_eur"] > 0).any()
    assert len(read(pack / "position_niveaux.csv"))


def test_documents_open(made: Made) -> None:
    out = made.folder
    assert "rattaché" in made.said  # quarters that no sheet speaks of are told
    homes = pd.concat(read(p) for p in out.glob("bailleurs/*/donnees/residences.csv"))
    quarters = set(homes["code_qpv"].dropna())
    atlas = subprocess.run(
        [need("pdftotext"), str(out / "region" / "atlas.pdf"), "-"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert quarters  # all of them, with or without contrat: in the contents and on its page
    assert {q: atlas.count(q) >= 2 for q in quarters} == dict.fromkeys(quarters, True)
    maps = {p.parent.name for p in (out / "region" / "cartes").glob("*/carte.html")}
    assert {m.split("-")[0] for m in maps} == {"departement", "epci", "sans"}
    assert (out / "region" / "restitution.pdf").read_bytes().startswith(b"%PDF")
    for pack in (p for p in (out / "bailleurs").iterdir() if p.is_dir()):
        with zipfile.ZipFile(pack / "dossier.xlsx") as book:
            assert "Position" in book.read("xl/workbook.xml").decode()
    for folder in (out / "contrats").iterdir():
        assert {p.name for p in folder.glob("fiche*")} == {
            "fiche.xlsx", "fiche.pdf", "fiche_note.pdf"
        }  # fmt: skip
        assert {p.suffix for p in (folder / "quartiers").glob("*")} <= {".png"}
