"""The main job on the example: the pack of the contract, whole, the same twice, and safe."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from openpyxl import load_workbook
from pack_reading import Pack
from typer.testing import CliRunner

from effort import tries
from example_pack import undrawn
from tfpb.cli.app import app
from tfpb.io.tables.tabular import read_table
from tfpb.pipeline import pack_files
from tfpb.report.documents import workbook

if TYPE_CHECKING:
    from conftest import Run

SHEETS = [
    "Synthèse", "Quartiers", "Résidences", "Adresses", "Satisfaction",
    "Locaux", "Qui paie", "Années", "Actions", "Axes", "Droit commun",
    "À faire", "À régler", "Sources",
]  # fmt: skip
FED = {
    "Locaux", "Actions", "Qui paie", "Années", "Axes", "Satisfaction", "Droit commun",
}  # fmt: skip
"""Sheets written where a file feeds them: one without a row is not."""
BY_HAND = b"mes paragraphes"


@dataclass(frozen=True)
class Again:
    """A second run, nothing kept from the first: the folder asked for, the pack, what was said.

    By day its data alone: that documents and maps are the same twice, test_report_documents.py and
    test_cli_cartes.py.
    """

    asked: Path
    pack: Path
    said: str


@pytest.fixture(scope="module")
def again(
    tmp_path_factory: pytest.TempPathFactory, example: Path, geodata: Path, run: Run
) -> Again:
    """Make the pack again where a report that was completed by hand stands: it goes beside."""
    folder = tmp_path_factory.mktemp("encore") / "pack"
    folder.mkdir()
    (folder / "note.pdf").write_bytes(BY_HAND)
    with pytest.MonkeyPatch.context() as patch:
        if not tries(0, 1):
            undrawn(patch)
        call = ("dossier", example / "dossier.toml", "--sortie", folder, "--geodonnees", geodata)
        result = run(*call)
    assert result.exit_code == 0, result.output
    return Again(folder, folder.with_name("pack.2"), result.output)


def test_the_pack_holds_what_the_contract_names(pack: Path) -> None:
    names = {p.relative_to(pack).as_posix() for p in pack.rglob("*") if p.is_file()}
    assert {
        "dossier.xlsx", "rapport.pdf", "carte.html", "technique/run.json",
        "technique/journal.json",
        "dossier.zip", "donnees/residences.gpkg",
    } <= names  # fmt: skip
    codes = ["QN05991I", "QN05992M", "QN05993N"]
    assert sorted(n for n in names if n.startswith("quartiers/")) == sorted([
        "quartiers/ensemble.png", *(f"quartiers/{c}.{form}" for c in codes for form in ("pdf", "png"))
    ])  # fmt: skip
    folders = {n.split("/")[0] for n in names if "/" in n}
    assert folders == {"quartiers", "habitants", "a_envoyer", "donnees", "technique"}
    assert {n.rpartition(".")[2] for n in names if n.startswith("technique/")} == {"json"}
    assert not any(n.endswith((".parquet", "dictionnaire.csv", "rapport.docx")) for n in names)
    assert Pack(pack).xlsx().sheetnames == SHEETS
    with zipfile.ZipFile(pack / "dossier.zip") as archive:
        assert "technique/journal.json" not in archive.namelist()
        assert not archive.testzip()


def test_the_bilan_is_exported_in_the_columns_in_use_and_for_re_entry(pack: Path) -> None:
    book = load_workbook(pack / "a_envoyer" / "bilan_programme.xlsx")
    assert book.sheetnames[-4:] == [
        "Par axe", "2024 et 2025 par axe", "2024 et 2025 par quartier", "À ressaisir",
    ]  # fmt: skip
    sheet = book["Bilan QN05991I"]
    assert "données fictives" in str(sheet["A1"].value)
    heads = [c.value for c in sheet[3]]
    assert heads[:10] == [
        "Axe", "Action", "Résidence/description", "Calendrier", "Dépense prévisionnelle",
        "Dépense réalisée", "Financement bailleur", "Autre financement", "Dépense valorisée TFPB",
        "Taux de valorisation TFPB",
    ]  # fmt: skip
    entry = pd.read_excel(
        pack / "a_envoyer" / "bilan_programme.xlsx", "À ressaisir", header=2, engine="calamine"
    )
    actions = pd.read_csv(pack / "donnees" / "actions.csv", sep=";", decimal=",")
    assert len(entry) == len(actions)
    assert entry["valorise_eur"].sum() == pytest.approx(actions["valorise_eur"].sum())


def test_the_run_record_has_no_clock_and_no_path(pack: Path) -> None:
    record = json.loads((pack / "technique" / "run.json").read_text(encoding="utf-8"))
    text = json.dumps(record)
    assert "/" + "tmp" not in text
    assert str(Path.home()) not in text
    roles = {s["role"] for s in record["entrees"]}
    assert {"patrimoine", "enquete", "plan", "fiscalite", "programme", "qpv2024"} <= roles
    assert all(re.fullmatch(r"[0-9a-f]{64}", s["sha256"]) for s in record["entrees"])
    assert all(check["tenu"] for check in record["controles"])
    assert re.fullmatch(r"[0-9a-f]{8}", record["empreinte"])


def test_every_output_says_the_data_are_fictional(pack: Path) -> None:
    assert "données fictives" in (pack / "carte.html").read_text(encoding="utf-8")
    for page in Pack(pack).xlsx():
        footer = " ".join(
            str(part.text)
            for part in (page.oddFooter.left, page.oddFooter.center, page.oddFooter.right)
        )
        cells = " ".join(
            str(c.value) for row in page.iter_rows() for c in row if c.value is not None
        )
        assert "données fictives" in (footer + cells).lower(), page.title
        assert (
            json.loads((pack / "technique" / "run.json").read_text())["empreinte"] in footer + cells
        )


def test_same_inputs_same_bytes(pack: Path, again: Again) -> None:
    first, second = (
        {
            p.relative_to(d).as_posix(): p.read_bytes()
            for d in (folder,)
            for p in d.rglob("*")
            if p.is_file()
        }
        for folder in (pack, again.pack)
    )
    if not tries(0, 1):  # pictures are not drawn again: the record has other hashes of them
        records = [json.loads(f["technique/run.json"]) for f in (first, second)]
        plain = [{k: v for k, v in r.items() if k not in {"empreintes", "sceau"}} for r in records]
        assert plain[0] == plain[1]
        first = {n: data for n, data in first.items() if n.startswith("donnees/")}
        second = {n: data for n, data in second.items() if n in first}
        assert len(first) >= 19
    different = [n for n in first if n != "technique/journal.json" and first[n] != second.get(n)]
    assert not different
    assert set(first) == set(second)


def test_dwellings_balance_over_the_pack(pack: Path, example: Path) -> None:
    stock = read_table(
        example / "patrimoine.xlsx", known=["id_residence", "nb_logements", "adresse"]
    )
    expected = int(stock.frame["Nb logts"].astype(int).sum())
    homes = pd.read_csv(pack / "donnees" / "residences.csv", sep=";", decimal=",")
    assert homes["nb_logements"].sum() == expected
    parts = homes[["logements_dans", "logements_hors", "logements_a_verifier"]].to_numpy().sum()
    assert parts == expected


def test_the_geopackage_is_in_the_legal_projection(pack: Path) -> None:
    with closing(sqlite3.connect(pack / "donnees" / "residences.gpkg")) as base:
        layers = dict(base.execute("select table_name, srs_id from gpkg_contents"))
    assert layers.pop("PROJET") == 0, "a draft says so; a table without place has no projection"
    assert layers.pop("layer_styles") == 0
    assert set(layers) == {"residences", "doutes", "qpv", "limites_2015", "limites_2024"}
    assert set(layers.values()) == {2154}


def test_a_report_completed_by_hand_is_never_replaced(again: Again) -> None:
    assert (again.asked / "note.pdf").read_bytes() == BY_HAND
    assert (again.pack / "dossier.zip").is_file()
    assert "note.pdf" in again.said


def test_a_stock_alone_makes_a_pack_that_says_what_it_lacks(
    copy: Path, tmp_path: Path, geodata: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not tries(0, 1):  # by day its workbook alone
        monkeypatch.setattr(
            pack_files,
            "pack_files",
            lambda report, *_, **__: {"dossier.xlsx": workbook.render(report)},
        )
        monkeypatch.setattr(pack_files, "quarter_files", lambda *_: {})
    toml = copy / "dossier.toml"
    head = toml.read_text(encoding="utf-8").split("[fichiers]")[0]
    toml.write_text(head + '[fichiers]\npatrimoine = "patrimoine.xlsx"\n', encoding="utf-8")
    result = run("dossier", toml, "--sortie", tmp_path / "out", "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    assert "Il manque" in result.output
    sheets = load_workbook(tmp_path / "out" / "dossier.xlsx").sheetnames
    assert sheets == [name for name in SHEETS if name not in FED]


def test_the_closing_words_tell_what_to_open(again: Again) -> None:
    for words in ("résidences", "À vérifier", "Abattement 2025", "À ouvrir d’abord", "Synthèse"):
        assert words in again.said


def test_a_pack_proves_it_is_whole(pack: Path, tmp_path: Path, run: Run) -> None:
    verified = run("verifier", "--dossier", pack / "dossier.zip")
    assert verified.exit_code == 0, verified.output
    assert " est entier (calcul " in verified.output
    with zipfile.ZipFile(pack / "dossier.zip") as archive:
        files = {n: archive.read(n) for n in archive.namelist()}
    files["rapport.pdf"] = b"autre"
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    result = run("verifier", "--dossier", tmp_path / "x.zip")
    assert result.exit_code == 2
    assert "rapport.pdf" in result.output
    assert " est entier " not in result.output


@pytest.mark.usefixtures("kept")
def test_verifier_says_doubts_takes_what_is_kept_and_writes_nothing(
    example: Path, geodata: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("tfpb.survey.compare")  # the survey was estimated by the first run
    before = sorted(p.name for p in example.iterdir())
    result = run("verifier", example / "dossier.toml", "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    assert "doute" in result.output
    assert sorted(p.name for p in example.iterdir()) == before


def test_verifier_keeps_nothing_of_what_it_computes(
    example: Path, geodata: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """contract.md: « writes nothing », beside the files or in the user's cache."""
    monkeypatch.setenv("TFPB_CACHE", str(tmp_path / "garde"))
    result = run("verifier", example / "dossier.toml", "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    assert not list(tmp_path.rglob("*.*"))


@pytest.mark.parametrize("args", [[], ["inconnu"], ["dossier"], ["verifier"]])
def test_a_wrong_call_is_no_traceback(args: list[str]) -> None:
    result = CliRunner().invoke(app, args)
    assert result.exit_code in (0, 2)
    assert "Traceback" not in result.output
