"""Each template that the page gives, filled with one row and dropped back, is what it is."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from typer.testing import CliRunner

from everywhere import need
from served_page import Served, served
from tfpb.cli.app import app
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.recognition import recognise
from tfpb.io.sources.toml_files import load_settings
from tfpb.model.columns import Column, Kind
from tfpb.report.documents.workbook_forms import TEMPLATES
from tfpb.words.page.screen_words import TEMPLATE_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

FILLED: dict[Kind, Any] = {
    Kind.CODE: "1001", Kind.CODES: "QN05900I", Kind.TEXT: "Une ligne", Kind.DATE: dt.date(2024, 3, 4),
    Kind.YEAR: 2025, Kind.MONEY: 1200.5, Kind.NUMBER: 3, Kind.INTEGER: 12, Kind.PERCENT: 20.5,
    Kind.BOOLEAN: "oui",
}  # fmt: skip
NAMED: dict[str, Any] = {
    "code_qpv": "QN05900I", "code_postal": "59000", "code_insee": "59350", "axe": "1 - Présence",
    "adresse": "3 rue de la Paix", "commune": "Lille", "x": "", "y": "", "perimetre": "",
    "annee_demolition": "", "date_demolition": "", "date_vente": "",
}  # fmt: skip
BEGUN = {"geste": "tete", "bailleur": "Habitat", "titre": "T", "annee": "2025",
         "date": "2026-02-10", "convention": ""}  # fmt: skip


def _value(column: Column) -> Any:
    if column.choices and column.name not in NAMED:
        return column.choices[0]
    return NAMED.get(column.name, FILLED.get(column.kind))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("modeles")
    with served(root / "dossier", root / "geo") as made:
        made.desk.check = lambda **_: None
        made.post("/depart", BEGUN)
        yield made


@pytest.fixture(scope="module")
def filled(page: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill one row of each template that the page gives: whole, and what must be there alone."""
    folder = tmp_path_factory.mktemp("remplis")
    for part in ("entier", "moindre"):
        (folder / part).mkdir()
        for name, contract in TEMPLATES.items():
            book = openpyxl.load_workbook(io.BytesIO(page.get(f"/modele/{name}").content))
            sheet = book.worksheets[0]
            (header,) = (r for r in sheet.iter_rows() if r[0].value == contract.columns[0].name)
            needed = any(c.required for c in contract.columns)
            for cell, column in zip(header, contract.columns, strict=True):
                assert cell.value == column.name
                if part == "entier" or column.required or not needed:
                    sheet.cell(cell.row + 1, cell.column).value = _value(column)
            book.save(folder / part / name)
    return folder


@pytest.fixture(scope="module")
def saved_again(filled: Path) -> Path:
    """Save each filled template by LibreOffice, as xlsx and as ods."""
    soffice = need("soffice")
    for part in ("entier", "moindre"):
        for kind in ("xlsx", "ods"):
            out = filled / f"{part}-{kind}"
            profile = f"-env:UserInstallation={(filled / 'profil').as_uri()}"
            files = map(str, sorted((filled / part).glob("*.xlsx")))
            command = [soffice, profile, "--headless", "--convert-to", kind, "--outdir", str(out)]
            subprocess.run([*command, *files], check=True, capture_output=True, timeout=300)
    return filled


def test_every_template_has_its_role() -> None:
    assert TEMPLATE_ROLES.keys() == TEMPLATES.keys()


def _drop(page: Served, path: Path) -> str:
    data = path.read_bytes()
    said = page.post("/deposer", {"geste": "deposer"}, files=[("fichiers", (path.name, data))])
    assert said.status_code == 200
    return said.text


def _is_known(page: Served, path: Path) -> None:
    """Drop a file in a dossier begun anew, under a name that says nothing, and look what it became."""
    role = TEMPLATE_ROLES[f"{path.stem}.xlsx"]
    copy = path.parent / "autre" / f"retour{path.suffix}"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(path.read_bytes())
    found = recognise(copy)
    assert (found.role, found.rows, found.aside) == (role, 1, 0)
    assert (found.several, found.dropped, found.titled) == (False, (), ())
    for old in page.folder.glob("*"):
        old.unlink()
    page.desk._enter(page.folder)
    page.post("/depart", BEGUN)
    shown = _drop(page, copy)
    assert page.desk.files == [(role, copy.name)]
    assert f'<option value="{role}" selected>' in shown
    assert "À revoir" not in shown


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("part", ["entier", "moindre"])
def test_a_filled_template_dropped_back_is_what_it_is(
    page: Served, filled: Path, name: str, part: str
) -> None:
    _is_known(page, filled / part / name)


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("part", ["entier-xlsx", "entier-ods", "moindre-xlsx", "moindre-ods"])
def test_so_is_one_that_libreoffice_saved(
    page: Served, saved_again: Path, name: str, part: str
) -> None:
    kind = part.rpartition("-")[2]
    _is_known(page, saved_again / part / f"{Path(name).stem}.{kind}")


@pytest.mark.parametrize("name", TEMPLATES)
def test_so_is_one_whose_title_and_explanations_were_taken_out(
    page: Served, filled: Path, name: str, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(filled / "entier" / name)
    sheet = book.worksheets[0]
    sheet.delete_rows(1, 4)
    for other in book.worksheets[1:]:
        book.remove(other)
    sheet.title = "Feuil1"
    book.save(tmp_path / name)
    _is_known(page, tmp_path / name)


def test_the_title_of_a_template_says_what_its_columns_do_not(
    page: Served, filled: Path, tmp_path: Path
) -> None:
    """Of a list declared, the day may be left out: what is left is any list of premises."""
    book = openpyxl.load_workbook(filled / "entier" / "liste_declaree.xlsx")
    sheet = book.worksheets[0]
    (day,) = (c.column for c in sheet[5] if c.value == "declare_le")
    sheet.delete_cols(day)
    book.save(tmp_path / "liste_declaree.xlsx")
    _is_known(page, tmp_path / "liste_declaree.xlsx")


@pytest.mark.parametrize("part", ["entier", "entier-xlsx", "entier-ods"])
def test_commands_read_them_all(saved_again: Path, part: str) -> None:
    """All of them in one dossier: no command says that a sheet or a column lacks."""
    folder = saved_again / part
    suffix = part.rpartition("-")[2].replace("entier", "xlsx")
    named = {role: f"{Path(n).stem}.{suffix}" for n, role in TEMPLATE_ROLES.items()}
    lines = "\n".join(f'{role} = "{name}"' for role, name in named.items())
    head = '[dossier]\ntitre = "T"\nannee = 2025\ndate = 2026-02-10\nbailleur = "Habitat"\n[fichiers]\n'
    (folder / "dossier.toml").write_text(head + lines, encoding="utf-8")
    inputs, faults = gather_inputs(load_settings(folder / "dossier.toml"))
    assert {f.code for f in faults} & STRUCTURE == set()
    for role in named:
        assert len(inputs.frame(role)) == 1, role
    told = CliRunner().invoke(app, ["verifier", str(folder / "dossier.toml")]).output
    assert "est vide" not in told, told  # « La feuille est vide », « La cellule est vide »
    assert "manque" not in told.replace("Il manque aux géodonnées", ""), told


STRUCTURE = {"feuille_vide", "feuille_absente", "feuilles_semblables", "colonne_absente",
             "colonnes_non_lues", "montants_absents", "donnee_personnelle_ecartee"}  # fmt: skip


def test_an_empty_template_is_said_to_have_no_row(page: Served, tmp_path: Path) -> None:
    path = tmp_path / "vide.xlsx"
    path.write_bytes(page.get("/modele/conventions.xlsx").content)
    for old in page.folder.glob("*"):
        old.unlink()
    page.desk._enter(page.folder)
    page.post("/depart", BEGUN)
    assert "n’a aucune ligne" in _drop(page, path)
    assert page.desk.files == []
    assert "vide.xlsx" in page.get("/deposer").text
