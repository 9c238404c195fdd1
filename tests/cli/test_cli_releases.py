"""Drafts and releases: what a draft leaves, what a release remembers, what two of them tell together.

The attacker holds released packs, and nothing else.
"""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from openpyxl import load_workbook
from pack_reading import Pack, texts

from effort import tries
from example_pack import undecided
from tfpb.errors import TfpbError
from tfpb.io.packs.output_files import write_together
from tfpb.io.packs.pack import LISTING, RUN
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.assembling import assemble
from tfpb.pipeline.kept.stage_cache import StageCache
from tfpb.pipeline.published_before import RELEASE, ledger_path, ledger_with

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from conftest import Run
    from tfpb.facts.whole_dossier import Dossier

DOUBTFUL = "02146"
"""Résidence of five interviews of 2023, near a limit."""
KEY = ("vague", "niveau", "territoire", "bailleur", "item", "groupe")
KEPT = tries(1, 2)
"""By night, what two releases tell where nothing is remembered: what the rule is for."""
Make = Callable[..., Pack]
Release = Callable[..., "Dossier"]


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "registre" / "diffusions.jsonl"
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(path))
    return path


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


def test_a_draft_binds_nobody(copy: Path, kept: Path, geodata: Path, ledger: Path) -> None:
    def drafted() -> Told:
        settings = load_settings(copy / "dossier.toml")
        return shown(assemble(settings, geodata, execute=StageCache(kept)))

    before = drafted()
    decide(copy, "hors")
    assert drafted() != before
    assert not ledger.exists()


def test_a_release_is_the_same_twice_and_leaves_one_line(make: Make, ledger: Path) -> None:
    first = make("a", "--diffuser")
    line = ledger.read_text(encoding="utf-8")
    assert line.count("\n") == 1
    held: dict[str, Any] = json.loads(line)
    assert held == json.loads((first.folder / "diffusion.json").read_text(encoding="utf-8"))
    assert not any("estimation" in name for name in held)
    again = make("b", "--diffuser")
    assert ledger.read_text(encoding="utf-8") == line
    zips = [(p.folder / "dossier.zip").read_bytes() for p in (first, again)]
    assert zips[0] == zips[1]
    for path in first.files():
        if path.suffix in {".pdf", ".docx"}:
            assert not any("PROJET" in text for text in texts(path)), path.name


@pytest.mark.parametrize("remembered", ["registre", "precedents", "rien"][: 1 + KEPT])
def test_a_decision_after_a_release_tells_nobody(
    release: Release, copy: Path, ledger: Path, tmp_path: Path, remembered: str
) -> None:
    before = release()
    pack = tmp_path / "dossier.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        for name, data in {RELEASE: before.release, RUN: {}, LISTING: {}}.items():
            archive.writestr(name, json.dumps(dict(data)))
    if remembered != "registre":
        ledger.unlink()
    decide(copy, "hors")
    (copy / "dossier.toml").rename(copy / "autre.toml")
    after = release(*([pack] if remembered == "precedents" else []), toml="autre.toml")
    one, two = shown(before), shown(after)
    if remembered == "rien":  # what the rule is for: five households, by subtraction
        moved = {k for k in one.keys() & two.keys() if one[k] != two[k]}
        assert any(0 < abs(int(one[k][0]) - int(two[k][0])) < 11 for k in moved)
        return
    assert one == two
    homes = after.located.residences.set_index("id_residence")
    assert homes.loc[DOUBTFUL, "cote"] == "hors"  # money and maps follow the decision
    [said] = [n for n in after.notices if n.code == "cotes_d_une_diffusion"]
    assert DOUBTFUL in said.fields["residences"]
    assert [s for s in after.sources if s.role == "diffusions"]


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


@pytest.mark.parametrize("remembered", [True, False][:KEPT])
def test_three_releases_by_three_groupings_do_not_tell_one_agency(
    release: Release, copy: Path, ledger: Path, *, remembered: bool
) -> None:
    """A masked agency (seven households) is not had from A2 + A3, then A1 + A3."""
    agencies = {"01221": "A1", "00999": "A2", "01406": "A2", "*": "A3"}
    ways = {
        "agence": {"A1": "A1", "A2": "A2", "A3": "A3"},
        "deux": {"A1": "B1", "A2": "B2", "A3": "B2"},
        "trois": {"A1": "C1", "A2": "C2", "A3": "C1"},
    }
    tables = []
    for column, way in ways.items():
        grouped(copy, f"{column}_test", {h: way[a] for h, a in agencies.items()})
        tables.append(shown(release()))
        if not remembered:
            ledger.unlink()
    asked = sorted({(k[0], k[4], k[5]) for k in tables[0]})
    first = {(k[0], k[4], k[5]) for k in tables[0] if (k[2], k[3]) == ("A1", "ensemble")}
    asked = [a for a in asked if a not in first]  # masked at once, neither large nor empty
    assert len(asked) > 20
    had = 0
    for wave, item, group in asked:
        rows = [
            [float(level == "total" or way[a] == place) for a in ("A1", "A2", "A3")]
            for table, way in zip(tables, ways.values(), strict=True)
            for (w, level, place, owner, i, g) in table
            if (w, i, g, owner) == (wave, item, group, "ensemble")
        ]
        one = [[1.0, 0.0, 0.0]]  # the first agency alone, as a combination of what is told
        had += bool(rows) and np.linalg.matrix_rank(rows) == np.linalg.matrix_rank(rows + one)
    assert bool(had == 0) is remembered


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


def test_a_few_answers_more_are_held_back_and_said_before(
    release: Release, undrawn: Path, copy: Path, geodata: Path, run: Run, tmp_path: Path
) -> None:
    before = shown(release())
    change_answers(copy, 4)
    after = shown(release())
    apart = [abs(int(before[k][0]) - int(after[k][0])) for k in before.keys() & after.keys()]
    assert not [n for n in apart if 0 < n < 11]
    assert before.keys() - after.keys()
    result = run(
        "dossier", copy / "dossier.toml", "--sortie", tmp_path / "c", "--geodonnees", geodata
    )
    said = result.output
    assert said.index("soustraites, le diraient") < said.index("Dossier écrit dans")


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


@pytest.mark.parametrize("remembered", [True, False][:KEPT])
def test_counts_of_the_field_sheet_near_those_released_are_held_back(
    release: Release, copy: Path, ledger: Path, *, remembered: bool
) -> None:
    """The period of one résidence is corrected: counts, subtracted, would be its nine interviews."""

    def counts(made: Dossier) -> dict[str, dict[tuple[str, ...], float]]:
        assert made.survey is not None
        sheet = made.survey.fieldwork
        names = ["cote", "type_habitat", "periode_construction"]
        return {w: rows.set_index(names)["n"].to_dict() for w, rows in sheet.groupby("vague")}

    before = counts(release())
    assert before
    if not remembered:
        ledger.unlink()
    redated(copy, "00999", 1995)
    made = release()
    after = counts(made)
    near = [
        (wave, cell)
        for wave in before.keys() & after.keys()
        for cell in before[wave].keys() | after[wave].keys()
        if 0 < abs(before[wave].get(cell, 0) - after[wave].get(cell, 0)) < 16
    ]
    assert bool(near) is not remembered
    said = [n.fields["nombre"] for n in made.notices if n.code == "masques_repris"]
    lost = [len(before[w]) for w in before.keys() - after.keys()]
    assert bool(said) is bool(lost) is remembered


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


def test_another_bailleur_is_not_bound(release: Release, copy: Path) -> None:
    release()
    path = copy / "dossier.toml"
    text = path.read_text(encoding="utf-8").replace("Habitat Valmontois", "Autre Bailleur")
    path.write_text(text, encoding="utf-8")
    assert not [s for s in release().sources if s.role == "diffusions"]
