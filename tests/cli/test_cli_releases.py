"""Drafts and releases: what a draft leaves, what a release remembers, what two of them tell together.

The attacker holds released packs, and nothing else.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from pack_reading import Pack, texts

from effort import by_night
from example_pack import undecided
from tfpb.errors import TfpbError
from tfpb.io.packs.output_files import write_together
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.assembling import assemble
from tfpb.pipeline.kept.stage_cache import StageCache
from tfpb.pipeline.published_before import ledger_path, ledger_with

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from conftest import Run
    from tfpb.facts.whole_dossier import Dossier

DOUBTFUL = "02146"
"""Résidence of five interviews of 2023, near a limit."""
KEY = ("vague", "niveau", "territoire", "bailleur", "item", "groupe")
Make = Callable[..., Pack]
Release = Callable[..., "Dossier"]


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "registre" / "diffusions.jsonl"
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(path))
    return path


MONEY = ("fiscalite", "gmbi", "programme_precedent", "programme", "droit_commun", "conventions",
         "diagnostics")  # fmt: skip


@pytest.fixture
def copy(copy: Path) -> Path:
    """Copy the example's stock and survey: what a release remembers is of answers, not of money."""
    path = copy / "dossier.toml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    left = [line for line in lines if line.partition(" =")[0] not in MONEY]
    assert len(lines) - len(left) == len(MONEY)
    path.write_text("".join(left), encoding="utf-8")
    return copy


@pytest.fixture
def make(copy: Path, kept: Path, geodata: Path, run: Run, tmp_path: Path, ledger: Path) -> Make:
    """Make a pack of the copied inputs."""

    def call(name: str, *more: object, toml: str = "dossier.toml") -> Pack:
        target = tmp_path / name
        result = run("dossier", copy / toml, "--sortie", target, "--geodonnees", geodata, *more)
        assert result.exit_code == 0, result.output
        return Pack(target)

    return call


def decide(folder: Path, side: str, home: str = DOUBTFUL) -> None:
    lines = f"id_residence;decision;auteur;date;piece\n{home};{side};A;03/02/2026;plan\n"
    (folder / "decisions.csv").write_text(lines, encoding="utf-8-sig")
    path = folder / "dossier.toml"
    if "decisions.xlsx" in path.read_text(encoding="utf-8"):
        undecided(folder)
    text = path.read_text(encoding="utf-8")
    if "decisions =" not in text:
        path.write_text(text.replace("[fichiers]\n", '[fichiers]\ndecisions = "decisions.csv"\n'))


Told = dict[tuple[str, ...], tuple[str, str]]


def told(table: pd.DataFrame) -> Told:
    """Return what a comparison shows of each set of answers: number and share."""
    rows = table[(table["ajustement"] == "brut") & table["n"].notna()]
    rows = rows[~rows["groupe"].str.startswith(("ecart", "evol"))]
    return {
        tuple(map(str, key)): (f"{n:.0f}", f"{share:.4f}")
        for *key, n, share in rows[[*KEY, "n", "estimation"]].itertuples(index=False, name=None)
    }


@pytest.fixture
def release(copy: Path, kept: Path, geodata: Path, ledger: Path) -> Callable[..., Dossier]:
    """Release the copied inputs, without drawing anything."""

    def call(*packs: Path, toml: str = "dossier.toml") -> Dossier:
        settings = load_settings(copy / toml)
        made = assemble(settings, geodata, execute=StageCache(kept), packs=packs)
        if not made.released_before:
            write_together(ledger_with(made.release))
        return made

    return call


def shown(made: Dossier) -> Told:
    assert made.survey is not None
    return told(made.survey.comparison)


def test_a_draft_says_so_everywhere_and_leaves_no_line(pack: Path) -> None:
    draft = Pack(pack)
    assert not pack.with_name("diffusions.jsonl").exists()
    assert draft.run()["etat"] == "projet"
    assert "diffusion.json" not in {p.name for p in draft.files()}
    assert "PROJET" in (draft.folder / "donnees" / "PROJET.txt").read_text(encoding="utf-8")
    stamped = [p for p in draft.files() if p.suffix in {".pdf", ".xlsx", ".docx", ".html"}]
    assert len(stamped) > 5
    for path in stamped:
        if path.name != "bilan_programme.xlsx":
            assert any("PROJET" in text for text in texts(path)), path.name


@by_night("test_a_draft_says_so_everywhere_and_leaves_no_line")
def test_a_draft_binds_nobody(copy: Path, kept: Path, geodata: Path, ledger: Path) -> None:
    def drafted() -> Told:
        settings = load_settings(copy / "dossier.toml")
        return shown(assemble(settings, geodata, execute=StageCache(kept)))

    before = drafted()
    decide(copy, "hors")
    assert drafted() != before
    assert not ledger.exists()


def test_a_release_is_the_same_twice_and_leaves_one_line(
    make: Make, copy: Path, geodata: Path, run: Run, ledger: Path, tmp_path: Path
) -> None:
    call = ("dossier", copy / "dossier.toml", "--sortie", tmp_path / "a", "--geodonnees", geodata)
    refused = run(*call, "--diffuser")
    assert refused.exit_code == 2
    assert "des entrées restent à vérifier sur la carte" in refused.output
    assert not ledger.exists()
    assert not (tmp_path / "envois").exists()
    anyway = ("--diffuser", "--envoyer-quand-meme")
    first = make("a", *anyway)
    line = ledger.read_text(encoding="utf-8")
    assert line.count("\n") == 1
    held: dict[str, Any] = json.loads(line)
    assert held == json.loads(
        (first.folder / "technique" / "diffusion.json").read_text(encoding="utf-8")
    )
    assert not any("estimation" in name for name in held)
    assert first.run()["envoye_quand_meme"] == ["doutes_ouverts"]
    again = make("b", *anyway)
    assert ledger.read_text(encoding="utf-8") == line
    zips = [(p.folder / "dossier.zip").read_bytes() for p in (first, again)]
    assert zips[0] == zips[1]
    (sent,) = (tmp_path / "envois").iterdir()  # the same bytes are one send
    assert sent.name == "2025-2026-02-10"
    names = [{p.relative_to(f).as_posix() for p in f.rglob("*.*")} for f in (sent, first.folder)]
    assert names[0] == names[1] - {"technique/journal.json"}
    assert (sent / "dossier.zip").read_bytes() == zips[0]
    for path in first.files():
        if path.suffix in {".pdf", ".docx"}:
            assert not any("PROJET" in text for text in texts(path)), path.name


def grouped(folder: Path, column: str, groups: dict[str, str]) -> None:
    """Put a column of groups of agencies in the stock, and compare by it."""
    path = folder / "patrimoine.xlsx"
    book = load_workbook(path)
    sheet = book.worksheets[0]
    head = next(r for r in range(1, 10) if sum(c.value is not None for c in sheet[r]) > 3)
    names = {str(c.value): c.column for c in sheet[head] if c.value}
    at = names.get(column, max(names.values()) + 1)
    sheet.cell(head, at, column)
    home = next(c for n, c in names.items() if "sidence" in n)
    for row in range(head + 1, sheet.max_row + 1):
        value = str(sheet.cell(row, home).value).zfill(5)
        sheet.cell(row, at, groups.get(value, groups["*"]))
    book.save(path)
    toml = folder / "dossier.toml"
    lines = [t for t in toml.read_text(encoding="utf-8").splitlines() if "territoires =" not in t]
    text = "\n".join(lines).replace("[reglages]\n", f'[reglages]\nterritoires = ["{column}"]\n')
    toml.write_text(text + "\n", encoding="utf-8")


def change_answers(folder: Path, count: int) -> None:
    """Have a few tenants of 2019 concerned by a question who were not."""
    path = folder / "enquete_2019.csv"
    with path.open(encoding="cp1252", newline="") as file:
        header, *rows = list(csv.reader(file, delimiter=";"))
    column = next(k for k, name in enumerate(header) if "Traitement des demandes" in name)
    left = count
    for row in rows:
        if row[column] == "Non concerné" and left:
            row[column], left = "Plutôt satisfait", left - 1
    assert not left
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([header, *rows])
    path.write_bytes(out.getvalue().encode("cp1252"))


def redated(folder: Path, home: str, year: int) -> None:
    """Correct the year of construction of a résidence in the stock."""
    path = folder / "patrimoine.xlsx"
    book = load_workbook(path)
    sheet = book.worksheets[0]
    head = next(r for r in range(1, 10) if sum(c.value is not None for c in sheet[r]) > 3)
    names = {str(c.value): c.column for c in sheet[head] if c.value}
    for row in range(head + 1, sheet.max_row + 1):
        if str(sheet.cell(row, names["Code résidence"]).value).zfill(5) == home:
            sheet.cell(row, names["Année de construction"], year)
    book.save(path)


@pytest.mark.usefixtures("undrawn")
def test_a_ledger_that_cannot_be_read_stops(
    copy: Path, geodata: Path, run: Run, ledger: Path, tmp_path: Path
) -> None:
    ledger.parent.mkdir()
    ledger.write_text("{", encoding="utf-8")
    call = ("dossier", copy / "dossier.toml", "--sortie", tmp_path / "p", "--geodonnees", geodata)
    stopped = run(*call)
    assert stopped.exit_code == 2
    assert "Le registre des diffusions ne peut pas être lu" in stopped.output
    ledger.unlink()
    draft = run(*call)
    assert draft.exit_code == 0
    refused = run(*call, "--precedents", tmp_path / "p" / "dossier.zip")
    assert refused.exit_code == 2
    assert "projet" in refused.output


def test_what_is_no_file_is_neither_a_ledger_nor_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "tube"
    os.mkfifo(pipe)
    with pytest.raises(TfpbError):
        write_together({pipe: b"x"})
    assert pipe.is_fifo()
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(pipe))
    with pytest.raises(TfpbError):
        ledger_path()


@by_night("tests/secrecy")
def test_another_bailleur_is_not_bound(release: Release, copy: Path) -> None:
    release()
    path = copy / "dossier.toml"
    text = path.read_text(encoding="utf-8").replace("Habitat Valmontois", "Autre Bailleur")
    path.write_text(text, encoding="utf-8")
    assert not [s for s in release().sources if s.role == "diffusions"]
