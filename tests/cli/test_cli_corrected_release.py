"""A wrong survey released, then the right one, by the command and by the page: the note has today's figures.

Two columns exchanged in a delivery; a scale read the other way round.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest
from pack_reading import Pack

from example_pack import without
from served_page import Served, served
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.assembling import examine

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

NUMBERS = ("n", "estimation", "ic90_bas", "ic90_haut", "verdict")
KEY = ("vague", "niveau", "territoire", "bailleur", "item", "groupe", "ajustement")
ANYWAY = ("--diffuser", "--envoyer-quand-meme")
REASON = "fichier erroné"
Spoil = Callable[..., None]
"""Make a dossier's folder wrong (True) or right (False)."""
MONEY = ("fiscalite", "gmbi", "programme_precedent", "programme", "droit_commun", "conventions",
         "diagnostics")  # fmt: skip


def exchanged(folder: Path, *, wrong: bool) -> None:
    """Exchange two columns of the wave of 2023."""
    path = folder / "enquete_2023.xlsx"
    kept = path.with_name("juste.xlsx")
    if not kept.is_file():
        shutil.copy(path, kept)
    book = openpyxl.load_workbook(kept)
    sheet = book["Base"]
    heads = [cell.value for cell in sheet[1]]
    one, two = heads.index("q01_residence"), heads.index("q13_logement")
    for row in sheet.iter_rows(min_row=2) if wrong else ():
        row[one].value, row[two].value = row[two].value, row[one].value
    book.save(path)


def reversed_scale(folder: Path, *, wrong: bool) -> None:
    """Answer the question on the codes of 2025, whose best is 4: the other way when wrong."""
    asked = json.loads((folder / "cles.json").read_text("utf-8"))
    path = folder / "dossier.toml"
    text = path.read_text("utf-8").partition("[reponses]")[0].rstrip()
    codes = {"2022": "premier", "2025": "premier" if wrong else "dernier"}
    lines = [
        f'{key} = {{ reponse = "{codes[year]}", par = "enquete", le = 2026-02-10 }}'
        for year, key in asked.items()
    ]
    path.write_text("\n".join([text, "", "[reponses]", *lines, ""]), encoding="utf-8")


def wave(homes: list[str], year: int, *, best: int) -> bytes:
    """Draw a wave coded 1 to 4 without labels; seven in ten are satisfied."""
    rng = np.random.default_rng(year)
    lines = ["N° questionnaire;Code résidence;QPV;Hall;Abords;Écoute"]
    for k in range(600):
        levels = rng.choice(4, 3, p=(0.3, 0.4, 0.2, 0.1)) + 1
        codes = levels if best == 1 else 5 - levels
        side = "Oui" if k % 2 else "Non"
        lines.append(f"{year}{k};{homes[k % len(homes)]};{side};" + ";".join(map(str, codes)))
    return "\n".join(lines).encode()


@pytest.fixture
def columns(copy: Path, kept: Path) -> tuple[Path, Spoil]:
    assert kept.is_dir()
    without(copy, *MONEY)
    return copy, exchanged


@pytest.fixture
def scale(
    tmp_path: Path, example: Path, geodata: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Spoil]:
    """Return a dossier that the page began, of two waves without labels in opposite directions.

    Its stock is short, and its stages are kept from one run to the next, as users have them.
    """
    monkeypatch.setenv("TFPB_CACHE", str(tmp_path / "garde"))
    folder = tmp_path / "sens"
    with served(folder, geodata) as page:
        page.desk.check = lambda **_: None  # type: ignore[method-assign]
        head = {"geste": "tete", "bailleur": "Habitat Valmontois", "titre": "Essai", "annee": "2025",
                "date": "2026-02-10", "convention": ""}  # fmt: skip
        page.post("/depart", head)
        stock = short_stock(example / "patrimoine.xlsx", tmp_path / "patrimoine.xlsx")
        rows = openpyxl.load_workbook(stock).worksheets[0].iter_rows(min_row=5, values_only=True)
        homes = sorted({str(row[0]) for row in rows if row[0]})
        files = [("fichiers", (stock.name, stock.read_bytes()))]
        files += [
            ("fichiers", (f"enquete {year}.csv", wave(homes, year, best=best)))
            for year, best in ((2022, 1), (2025, 4))
        ]
        page.post("/deposer", {"geste": "deposer"}, files=files)
    asked = examine(load_settings(folder / "dossier.toml"), geodata).asked
    keys = {
        dict(one.question.seen)["vague"]: one.question.key
        for one in asked
        if one.question.code == "sens_des_codes"
    }
    assert [*sorted(keys)] == ["2022", "2025"]
    (folder / "cles.json").write_text(json.dumps(keys), encoding="utf-8")
    return folder, reversed_scale


def short_stock(whole: Path, path: Path) -> Path:
    """Keep the entrances of a stock, one in four."""
    book = openpyxl.load_workbook(whole)
    sheet = book.worksheets[0]
    for row in range(sheet.max_row, 4, -1):
        if row % 4:
            sheet.delete_rows(row)
    book.save(path)
    return path


@pytest.fixture(params=["columns", "scale"])
def case(request: pytest.FixtureRequest) -> tuple[Path, Spoil]:
    found: tuple[Path, Spoil] = request.getfixturevalue(request.param)
    return found


def figures(pack: Path) -> list[tuple[str, ...]]:
    rows = Pack(pack).rows("comparaison_detail")
    return sorted(tuple(row[c] for c in (*KEY, *NUMBERS) if c in row) for row in rows)


def note(pack: Path) -> str:
    """Return the note, without what says that it replaces a release."""
    lines = Pack(pack).pdf("note.pdf").split("\n")
    return "\n".join(s.strip() for s in lines if s.strip() and "remplace la diffusion" not in s)


def truth(
    run: Run, folder: Path, geodata: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Release the right files with a ledger of their own."""
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "vrai.jsonl"))
    out = tmp_path / "vrai" / "dossier"
    made = run("dossier", folder, "--sortie", out, "--geodonnees", geodata, *ANYWAY)
    assert made.exit_code == 0, made.output
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "registre.jsonl"))
    return out


def test_by_the_command(
    run: Run,
    case: tuple[Path, Spoil],
    geodata: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, spoil = case
    spoil(folder, wrong=False)
    right = truth(run, folder, geodata, tmp_path, monkeypatch)
    call = ("dossier", folder, "--geodonnees", geodata, "--sortie", folder / "dossier")
    spoil(folder, wrong=True)
    first = run(*call, *ANYWAY)
    assert first.exit_code == 0, first.output
    assert figures(folder / "dossier") != figures(right)
    spoil(folder, wrong=False)
    stopped = run(*call, *ANYWAY)
    assert stopped.exit_code == 2, stopped.output
    waves = {s.split("=")[0] for s in stopped.output.split("--remplacer ")[1:]}
    assert waves, stopped.output
    orders = [x for w in sorted(waves) for x in ("--remplacer", f"{w}={REASON}")]
    told = run(*call, *ANYWAY, *orders)
    assert told.exit_code == 0, told.output
    replaced(folder / "dossier", right, tmp_path)
    again = run(*call, *ANYWAY)  # what replaced is what is released now: nothing more is asked
    assert again.exit_code == 0, again.output
    assert figures(folder / "dossier") == figures(right)


def replaced(pack: Path, right: Path, tmp_path: Path) -> None:
    """Hold that a pack has today's figures, says so on page one, and that the ledger retired the line."""
    assert figures(pack) == figures(right)
    assert "remplace la diffusion" in " ".join(Pack(pack).pdf("note.pdf").split())
    assert REASON in " ".join(Pack(pack).pdf("note.pdf").split())
    first, last = map(json.loads, (tmp_path / "registre.jsonl").read_text("utf-8").splitlines())
    assert {r for c in last["remplace"].values() for r in c["calculs"]} == {first["calcul"]}
    assert {c["motif"] for c in last["remplace"].values()} == {REASON}


def send(page: Served, **more: Any) -> list[str]:
    page.post("/dossier", {"geste": "faire", "diffuser": "oui", "quand_meme": "oui", **more})
    page.wait(400)
    job = page.desk.job
    assert job is not None
    assert not job.broken, job.broken
    return [f.code for f in page.desk.stopped]


def mend(page: Served, spoil: Spoil, tmp_path: Path) -> None:
    """Bring the right file, or the right answer, by the page."""
    if spoil is exchanged:
        right = tmp_path / "juste"
        right.mkdir()
        for name in ("enquete_2023.xlsx", "juste.xlsx"):
            shutil.copy(page.folder / name, right)
        spoil(right, wrong=False)
        book = right / "enquete_2023.xlsx"
        page.post(
            "/deposer", {"geste": "deposer"}, files=[("fichiers", (book.name, book.read_bytes()))]
        )
        page.wait()
        page.post(
            "/deposer",
            {"geste": "revoir", "nom": book.name, "autre": book.name, "choix": "remplace"},
        )
    else:
        key = json.loads((page.folder / "cles.json").read_text("utf-8"))["2025"]
        page.post(
            "/reponses", {"cle": key, "reponse": "dernier", "par": "enquete", "le": "2026-02-10"}
        )
    page.wait()


def test_by_the_page(
    run: Run,
    case: tuple[Path, Spoil],
    geodata: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, spoil = case
    spoil(folder, wrong=False)
    right = truth(run, folder, geodata, tmp_path, monkeypatch)
    spoil(folder, wrong=True)
    with served(folder, geodata) as page:
        assert send(page) == []
        assert figures(folder / "dossier") != figures(right)
        wrong = figures(folder / "dossier")
        mend(page, spoil, tmp_path)
        assert {*send(page)} == {"diffusion_contredite"}
        shown = page.get("/dossier").text
        assert "remplacer ou garder" in shown
        os.utime(folder / "patrimoine.xlsx")  # changed outside the page: a check begins of itself
        page.get("/dossier")
        page.wait()
        shown = page.get("/dossier").text
        assert "remplacer ou garder" in shown
        waves = [s.split('"')[0] for s in shown.split('name="vague" value="')[1:]]
        assert waves
        # without a reason nothing is replaced, and the buttons are there again
        assert send(page, vague=waves, sort="remplacer", motif=" ") != []
        assert figures(folder / "dossier") == wrong
        assert "remplacer ou garder" in page.get("/dossier").text
        assert send(page, vague=waves, sort="remplacer", motif=REASON) == []
        replaced(folder / "dossier", right, tmp_path)
        assert len(page.desk.sends) == 2
