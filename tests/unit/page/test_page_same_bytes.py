"""Seven doubts decided on the page or in the workbook lead to the same pack, byte for byte."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from html import unescape
from typing import TYPE_CHECKING

import openpyxl
import pytest
from typer.testing import CliRunner

from effort import tries
from served_page import Served, served
from tfpb.cli.app import app
from tfpb.io.sources.settings_edit import edit_toml
from tfpb.page.doubt_decisions import by_key
from tfpb.text import fold

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not tries(0, 1), reason="cinq dossiers : TFPB_ESSAIS=tous"),
]
CHOICES = ("dans", "hors", "dans", "hors", "dans", "accepter", "accepter")


def test_the_page_and_the_workbook_make_the_same_pack(
    tmp_path: Path, example: Path, geodata: Path, stages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFPB_CACHE", str(stages))
    stock = openpyxl.load_workbook(example / "patrimoine.xlsx")
    sheet = stock.worksheets[0]
    for row in range(20, 30):  # without a number: more to decide on than the example has
        cell = sheet.cell(row, 5)
        cell.value = re.sub(r"^\d+\s*", "", str(cell.value))
    stock.save(tmp_path / "patrimoine.xlsx")
    by_page, by_book = (tmp_path / way / "Convention" for way in ("page", "classeur"))
    with served(by_page, geodata) as page:
        head = {"geste": "tete", "bailleur": "Habitat Valmontois", "titre": "T", "annee": "2025",
                "date": "2026-02-10"}  # fmt: skip
        page.post("/depart", head)
        paths = (
            tmp_path / "patrimoine.xlsx",
            example / "fiscalite_2025.xlsx",
            example / "conventions.csv",
        )
        files = [("fichiers", (p.name, p.read_bytes())) for p in paths]
        page.post("/deposer", {"geste": "deposer"}, files=files)
        page.wait()
        _make(page)
        shutil.copytree(by_page, by_book)
        _fill(by_book / "dossier_a_verifier.xlsx", _decide(page))
        _make(page)
        _make(page)  # the workbook as the run wrote it is what is now read
        monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "page.jsonl"))
        _make(page, diffuser="oui", quand_meme="oui")
    edit_toml(by_book / "dossier.toml", [(("fichiers", "decisions"), "dossier_a_verifier.xlsx")])
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "classeur.jsonl"))
    for more in ((), (), ("--diffuser", "--envoyer-quand-meme")):
        words = ["dossier", str(by_book), "--geodonnees", str(geodata), *more]
        result = CliRunner().invoke(app, [*words, "--sortie", str(by_book / "dossier")])
        assert result.exit_code == 0, result.output
    sent = "envois/2025-2026-02-10/dossier.zip"
    for name in ("dossier_a_verifier.xlsx", "dossier/dossier.xlsx", "dossier/dossier.zip", sent):
        assert (by_page / name).read_bytes() == (by_book / name).read_bytes(), name


def _make(page: Served, **more: str) -> None:
    page.post("/dossier", {"geste": "faire", "diffuser": "non", **more})
    page.wait()
    assert page.desk.job is not None
    assert page.desk.job.faults == ()
    assert not page.desk.job.broken


def _decide(page: Served) -> list[tuple[str, str, str]]:
    """Decide on seven doubts; return what each was, with its address and its place in the stock."""
    done = []
    for choice in CHOICES:
        forms = [
            f
            for n in range(1, 6)
            for f in page.get(f"/doutes?vue=liste&p={n}").text.split('class="doute')[1:]
        ]
        listed = " Adresse : " if choice == "accepter" else ""  # those that the workbook lists
        form = next(f for f in forms if f'value="{choice}"' in f and listed in f)
        key = unescape(re.findall(r'name="cle" value="([^"]*)"', form)[0])
        told = {"cle": key, "choix": choice, "auteur": "C. Roy", "piece": "plan",
                "date": "2026-02-03"}  # fmt: skip
        page.post("/doutes", told)
        doubt = by_key(page.desk.outlook.doubts, key)
        assert doubt is not None
        row = doubt.address if choice == "accepter" else doubt.limit
        assert row["decision"]
        done.append(
            (
                row["decision"],
                str(row["adresse"]),
                str(row["ligne" if choice == "accepter" else "id_batiment"]),
            )
        )
    return done


def _fill(path: Path, decided: list[tuple[str, str, str]]) -> None:
    """Fill the sheets as a person does."""
    book = openpyxl.load_workbook(path)
    left = list(decided)
    for name in ("Limites", "Adresses"):
        sheet = book[name]
        top = next(r[0].row for r in sheet.iter_rows() if "auteur" in [c.value for c in r])
        at = {fold(str(c.value)).removeprefix("motif ou "): c.column for c in sheet[top]}
        for row in range(top + 1, sheet.max_row + 1):
            here = {k: str(sheet.cell(row, c).value or "") for k, c in at.items()}
            mark = here["ligne"] if name == "Adresses" else here["id batiment"]
            one = next((d for d in left if d[1:] == (here["adresse"], mark)), None)
            if one is None:
                continue
            left.remove(one)
            cells = {
                "decision": one[0],
                "auteur": "C. Roy",
                "piece": "plan",
                "date": dt.date(2026, 2, 3),
            }
            for column, value in cells.items():
                sheet.cell(row, at[column]).value = value
    assert not left
    book.save(path)
