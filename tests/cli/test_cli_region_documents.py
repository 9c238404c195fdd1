"""The documents of a region: restitution, atlas, maps, packs and sheets."""

from __future__ import annotations

import re
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from region_outputs import read

from everywhere import need

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


@pytest.mark.slow
def test_documents_open(run: Run, tmp_path: Path) -> None:
    from region_maker import Size, make_region

    size = Size(
        bailleurs=4, residences=96, qpv=2, communes=4, adresses=1200, menages=1200, questions=5
    )
    source = make_region(tmp_path / "source", size)
    table = source.parent / "contrats.csv"
    text = table.read_text(encoding="utf-8-sig")
    table.write_text(re.sub(r"QN\w+, ", "", text, count=1), encoding="utf-8")  # one has no contrat
    out = tmp_path / "region"
    result = run("region", source, "--sortie", out, "--moteur", "local")
    assert result.exit_code == 0, result.output
    assert "rattaché" in result.output  # quarters that no sheet speaks of are told
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
        assert {p.name for p in folder.glob("fiche.*")} == {"fiche.xlsx", "fiche.pdf", "fiche.docx"}
