"""The second run: only what changed is worked on, the same bytes come out, masks stay."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from pack_reading import Pack

from effort import tries
from example_pack import undrawn
from tfpb.io.packs.pack import read_pack
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.assembling import assemble
from tfpb.pipeline.kept.stage_cache import StageCache

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

Make = Callable[..., dict[str, int]]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory, example: Path) -> Path:
    folder = tmp_path_factory.mktemp("encore") / "dossier"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    return folder


@pytest.fixture(scope="module")
def cache(first_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the first run kept."""
    return shutil.copytree(first_run / "garde", tmp_path_factory.mktemp("garde") / "etapes")


@pytest.fixture
def make(
    inputs: Path, cache: Path, geodata: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> Make:
    monkeypatch.setenv("TFPB_CACHE", str(cache))

    def call(target: Path, *more: str) -> dict[str, int]:
        result = run(
            "dossier", inputs / "dossier.toml", "--sortie", target, "--geodonnees", geodata, *more
        )
        assert result.exit_code == 0, result.output
        return reused(target)

    return call


def reused(pack: Path) -> dict[str, int]:
    """Return how many results of each stage a run took from those kept."""
    journal = json.loads((pack / "technique" / "journal.json").read_text(encoding="utf-8"))
    taken: dict[str, int] = journal.get("repris", {})
    return taken


def change_one_action(inputs: Path, euros: float) -> str:
    """Take euros from what the third action declares as valued, and return its identifier."""
    path = inputs / "programme_2025.xlsx"
    book = load_workbook(path)
    sheet = book.active
    for row in sheet.iter_rows():
        names = [str(c.value) for c in row]
        if "Dépense valorisée TFPB" in names:
            column, first = names.index("Dépense valorisée TFPB") + 1, row[0].row
            break
    cell = sheet.cell(first + 3, column)
    cell.value = float(cell.value) - euros
    name = str(sheet.cell(first + 3, 1).value)
    book.save(path)
    return name


def test_the_second_run_in_order(
    make: Make, pack: Path, inputs: Path, cache: Path, geodata: Path, tmp_path: Path, run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # the first run found nothing kept; that its bytes are those of one that keeps nothing:
    # test_cli_dossier.py
    assert reused(pack) == {}

    # nothing changed, but the folder: nothing is drawn, and every file is the same
    first = tmp_path / "a"
    again = make(first)
    pages = len(list((first / "quartiers").glob("QN*.png")))
    assert again["Adresses"] == again["Enquête"] == again["Documents"] == 1
    assert "Page de quartier" not in again  # all at once
    kept, anew = read_pack(first), read_pack(pack)
    assert [n for n in anew if kept.get(n) != anew[n]] == []
    assert set(kept) == set(anew)
    assert (first / "dossier.zip").read_bytes() == (pack / "dossier.zip").read_bytes()

    # again in the same place: the pack is left as it stands, and the same is printed, with why
    times = {p: p.stat().st_mtime_ns for p in first.rglob("*")}
    said = [
        run("dossier", inputs / "dossier.toml", "--sortie", first, "--geodonnees", geodata).output
        for _ in range(2)
    ]
    assert "Dossier écrit dans" in said[0]
    assert "Rien n’a changé depuis le dernier passage" in said[0]
    assert said[0] == said[1]
    assert {p: p.stat().st_mtime_ns for p in first.rglob("*")} == times

    # one action changed: addresses, survey and the charts that do not show it serve again
    action = change_one_action(inputs, 1000.0)
    if not tries(0, 1):  # by day nothing is drawn again
        undrawn(monkeypatch)
    third = make(tmp_path / "c")
    assert third["Adresses"] == third["Enquête"] == third["Doutes du parc"] == 1
    with_kept = read_pack(tmp_path / "c")
    assert "Documents" not in third  # every document carries the hash of its run
    if tries(0, 1):
        assert third["Graphique"] >= 6
        assert (
            third["Page de quartier"] == pages - 1
        )  # of the quarter of the action alone a new one
        marks = [Pack(tmp_path / n).run()["empreinte"] for n in ("a", "c")]
        for page in (first / "quartiers").glob("QN*.pdf"):
            was, now = (Pack(tmp_path / n).pdf(f"quartiers/{page.name}") for n in ("a", "c"))
            assert marks[0] in was
            assert marks[1] in now
            assert marks[0] not in now
        make(tmp_path / "d", "--tout-recalculer")
        without = read_pack(tmp_path / "d")
        assert [n for n in without if with_kept.get(n) != without[n]] == []
        assert "repris" not in json.loads(
            (tmp_path / "d" / "technique" / "journal.json").read_text("utf-8")
        )

    # what changed is told figure by figure, in the words of the tables
    told = run(
        "verifier", "--dossier", first / "dossier.zip", "--avec", tmp_path / "c" / "dossier.zip"
    )
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    before, after = (Pack(p).run()["empreinte"] for p in (first, tmp_path / "c"))
    assert any(f"(calcul {before}) à " in line and f"(calcul {after}) :" in line for line in lines)
    assert any("programme_2025.xlsx" in line and "contenu modifié" in line for line in lines)
    own = [line for line in lines if f"– {action} ·" in line]
    assert any("Dépense valorisée TFPB" in line for line in own)
    figures = [line for line in lines if " → " in line and "lignes" not in line.split(" : ")[0]]
    assert any("Valorisé moins abattement et reporté" in line for line in figures)
    assert any("Couverture" in line for line in figures)
    subjects = ("abattement", "Résidences", "Satisfaction", "géocod")
    titles = [line.strip() for line in lines if line.startswith("  ") and "–" not in line]
    assert titles
    assert not [t for t in titles for s in subjects if s in t]
    assert len(figures) < 40

    # keeping says nothing of tenants, and is never part of a pack
    for entry in cache.iterdir():
        data = entry.read_bytes()
        assert b"\x80\x04" not in data[:64]  # no pickle
        assert b"03 53 01" not in data
    assert not [n for n in with_kept if "etape" in n]


def test_a_changed_stock_is_worked_on_anew(inputs: Path, cache: Path, geodata: Path) -> None:
    path = inputs / "patrimoine.xlsx"
    book = load_workbook(path)
    sheet = book.active
    cell = next(
        c for row in sheet.iter_rows() for c in row if str(c.value).startswith("11 RUE NELSON")
    )
    cell.value = "12 RUE NELSON MANDELA"
    book.save(path)
    execute = StageCache(cache)
    made = assemble(load_settings(inputs / "dossier.toml"), geodata, execute=execute)
    assert "Adresses" in execute.computed
    assert "Adresses" not in execute.reused
    assert made.located.entrances["adresse"].str.startswith("12 RUE NELSON").any()
