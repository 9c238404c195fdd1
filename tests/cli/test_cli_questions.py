"""Questions of whole tables, end to end: the same keys everywhere, bounds, the gate, replies that fall."""

from __future__ import annotations

import csv
import re
import shutil
import tomllib
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tfpb.io.sources.settings_edit import edit_toml

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

SOLD, SUM = "lignes_nommees", "lignes_de_somme"
KEY = re.compile(r"Clé ([0-9a-f]{12})")


@pytest.fixture
def asking(copy: Path) -> Path:
    """Return a copy of the example where three entrances are « Vendu », and the notices have a total."""
    path = copy / "patrimoine.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    column = sheet.max_column + 1
    sheet.cell(4, column, "Situation")
    for row in range(5, sheet.max_row + 1):
        sheet.cell(row, column, "Vendu" if row < 8 else "En gestion")
    book.save(path)
    path = copy / "fiscalite_2025.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    headers = [cell.value for cell in sheet[3]]
    rows = [
        dict(zip(headers, r, strict=True)) for r in sheet.iter_rows(min_row=4, values_only=True)
    ]
    summed = ("VLC (€)", "Logements", "Cotisation (€)", "Dégrèvements (€)", "TEOM (€)")
    total = {h: sum(row[h] or 0 for row in rows) for h in summed}
    home = next(r for r in rows if r["Code résidence"] == "00185")
    whole = {**home, **total, "Avis": "Ensemble du fichier", "Invariant": "5999999999"}
    sheet.append([whole[h] for h in headers])
    book.save(path)
    return copy


def asked(pack: Path) -> dict[str, dict[str, str]]:
    with (pack / "donnees" / "questions.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file, delimiter=";")}


def facts(pack: Path) -> dict[str, dict[str, str]]:
    with (pack / "donnees" / "faits.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        return {row["nom"]: row for row in rows if row["portee"] == "total"}


def ends(row: dict[str, str]) -> tuple[float, float]:
    low, high = (float(row[c].replace(",", ".")) for c in ("valeur_bas", "valeur_haut"))
    return low, high


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_from_the_question_to_the_release(
    run: Run, asking: Path, geodata: Path, tmp_path: Path
) -> None:
    where = ("--geodonnees", geodata)
    told = run("verifier", asking, *where)
    assert told.exit_code == 0, told.output
    keys = KEY.findall(told.output)
    assert len(keys) == 2

    # a draft: bounds, and tables under the reading that claims least
    out = tmp_path / "sortie"
    made = run("dossier", asking, "--sortie", out, *where)
    assert made.exit_code == 0, made.output
    assert KEY.findall(made.output) == keys
    questions = asked(out)
    assert {q["cle"] for q in questions.values()} == {*keys}
    assert {q["etat"] for q in questions.values()} == {"attend"}
    before = facts(out)
    assert (before["logements"]["etat"], ends(before["logements"])) == ("suspendu", (5777, 5957))
    assert before["acquis"]["etat"] == "suspendu"
    low, high = ends(before["acquis"])
    assert low < high
    assert before["a_risque"]["etat"] != "suspendu"

    # a release waits: exit 2, each question with its key and what to write
    stopped = run("dossier", asking, "--sortie", tmp_path / "diffusion", "--diffuser", *where)
    assert stopped.exit_code == 2
    assert {*KEY.findall(stopped.output)} == {*keys}
    assert not (tmp_path / "diffusion").exists()
    block = stopped.output[stopped.output.index("[reponses]") :]
    given = {SOLD: "garder", SUM: "inconnu"}
    lines = {code: questions[code]["cle"] for code in (SOLD, SUM)}
    paste = [
        line.removeprefix("# ")
        for line in block.splitlines()
        if line.startswith(tuple(f'# {lines[c]} = {{ reponse = "{a}"' for c, a in given.items()))
    ]
    assert len(paste) == 2
    settings = asking / "dossier.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text("\n".join([text, "[reponses]", *paste, ""]), encoding="utf-8")

    # answered and « inconnu »: bounds within those told before, and the release is made
    sent = run("dossier", asking, "--sortie", tmp_path / "diffusion", "--diffuser", *where)
    assert sent.exit_code == 0, sent.output
    after = facts(tmp_path / "diffusion")
    assert (after["logements"]["etat"], ends(after["logements"])) == ("connu", (5957, 5957))
    assert after["acquis"]["etat"] == "suspendu"
    assert low <= ends(after["acquis"])[0] < ends(after["acquis"])[1] <= high
    states = {code: q["etat"] for code, q in asked(tmp_path / "diffusion").items()}
    assert states == {SOLD: "repondue", SUM: "inconnue"}
    told = run("controler", tmp_path / "diffusion", "--sortie", tmp_path / "controle.xlsx")
    assert told.exit_code == 0, told.output
    cells = [
        str(c)
        for sheet in openpyxl.load_workbook(tmp_path / "controle.xlsx")
        for r in sheet.iter_rows(values_only=True)
        for c in r
    ]
    assert any(lines[SUM] in c for c in cells)
    assert not any(lines[SOLD] in c for c in cells)

    # one cell of a settled row changes: the answer falls, and is offered again under its new key
    book = openpyxl.load_workbook(asking / "patrimoine.xlsx")
    sheet = book.active
    assert sheet is not None
    sheet.cell(5, [c.value for c in sheet[4]].index("Nb logts") + 1).value += 1
    book.save(asking / "patrimoine.xlsx")
    again = run("verifier", asking, *where)
    assert again.exit_code == 0, again.output
    assert "à redonner" in again.output
    assert "les cellules de cette question ont changé" in again.output
    assert lines[SUM] in KEY.findall(again.output)
    assert lines[SOLD] not in KEY.findall(again.output)
    refused = run("dossier", asking, "--sortie", tmp_path / "encore", "--diffuser", *where)
    assert refused.exit_code == 2
    assert lines[SUM] not in refused.output

    # a cell that no question used: nothing falls
    edit_toml(settings, [(("dossier", "titre"), "Autre titre")])
    assert KEY.findall(run("verifier", asking, *where).output) == KEY.findall(again.output)


@pytest.mark.slow
def test_the_same_file_has_the_same_keys_through_every_command(
    run: Run, asking: Path, geodata: Path, tmp_path: Path
) -> None:
    where = ("--geodonnees", geodata)
    whole = {*KEY.findall(run("verifier", asking, *where).output)}
    located, out = tmp_path / "localise.xlsx", tmp_path / "sortie.xlsx"
    stock = asking / "patrimoine.xlsx"
    one = run("localiser", stock, "--sortie", located, "--annee", 2025, *where)
    two = run("geocoder", stock, "--sortie", out, *where)
    notices = (asking / "fiscalite_2025.xlsx", "--residences", located)
    three = run("abattement", *notices, "--sortie", tmp_path / "a.xlsx")
    assert [r.exit_code for r in (one, two, three)] == [0, 0, 0], three.output
    assert KEY.findall(one.output) == KEY.findall(two.output)
    met = KEY.findall(one.output), KEY.findall(three.output)
    assert len(met[0]) == len(met[1]) == 1
    assert {*met[0], *met[1]} == whole
    assert "selon une réponse" in three.output

    # the table of replies of a command without dossier, and a wrong answer in it
    replies = tmp_path / "reponses.toml"
    entry = f'{met[1][0]} = {{ reponse = "ecarter", par = "fiscalite", le = 2026-01-05 }}\n'
    replies.write_text(f"[reponses]\n{entry}", encoding="utf-8")
    tomllib.loads(replies.read_text(encoding="utf-8"))
    given = run("abattement", *notices, "--sortie", tmp_path / "b.xlsx", "--reponses", replies)
    assert given.exit_code == 0, given.output
    assert "selon une réponse" not in given.output
    assert "Répondu le 05/01/2026 (fiscalité)" in given.output
    replies.write_text(f"[reponses]\n{entry.replace('ecarter', 'oui')}", encoding="utf-8")
    wrong = run("abattement", *notices, "--sortie", tmp_path / "b.xlsx", "--reponses", replies)
    assert wrong.exit_code == 2
    assert "n’est pas une réponse à cette question" in wrong.output


@pytest.mark.slow
def test_the_survey_is_asked_about_as_its_dossier_and_waits(
    run: Run, copy: Path, geodata: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "diffusions.jsonl"))
    path = copy / "enquete_2019.csv"
    head, *rows = path.read_text(encoding="cp1252").splitlines()
    said = [f"{row};{'Complet' if k % 12 else 'Abandon'}" for k, row in enumerate(rows)]
    path.write_text("\n".join([f"{head};Statut terrain", *said, ""]), encoding="cp1252")
    told = run("verifier", copy, "--geodonnees", geodata)
    (key,) = KEY.findall(told.output)
    assert "8,4\u202f% des entretiens" in told.output

    files = (path, copy / "enquete_2023.xlsx", "--plan", copy / "plan_enquete.toml")
    draft = run("comparer", *files, "--sortie", tmp_path / "c.xlsx")
    assert draft.exit_code == 0, draft.output
    assert KEY.findall(draft.output) == [key]
    waits = run("comparer", *files, "--sortie", tmp_path / "d.xlsx", "--diffuser")
    assert waits.exit_code == 2
    assert {*KEY.findall(waits.output)} == {key}
    assert not (tmp_path / "d.xlsx").exists()
    replies = tmp_path / "reponses.toml"
    entry = '{ reponse = "inconnu", par = "enquete", le = 2026-01-05 }'
    replies.write_text(f"[reponses]\n{key} = {entry}\n", encoding="utf-8")
    sent = run(
        "comparer", *files, "--sortie", tmp_path / "d.xlsx", "--diffuser", "--reponses", replies
    )
    assert sent.exit_code == 0, sent.output


@pytest.mark.slow
def test_the_example_asks_nothing(run: Run, example: Path, geodata: Path) -> None:
    assert not KEY.findall(run("verifier", example, "--geodonnees", geodata).output)


@pytest.mark.slow
def test_a_region_keeps_the_bounds_of_a_bailleur_and_waits_for_its_reply(
    run: Run, region: Path, region_kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFPB_CACHE", str(region_kept))
    whole = shutil.copytree(region.parent, tmp_path / "region")
    stock = whole / "bailleurs" / "b01" / "patrimoine.csv"
    head, *rows = stock.read_text(encoding="utf-8-sig").splitlines()
    said = [f"{row};{'Vendu' if k < 4 else 'En gestion'}" for k, row in enumerate(rows)]
    stock.write_text("\n".join([f"{head};Situation", *said, ""]), encoding="utf-8-sig")
    own = run("verifier", stock.parent, "--geodonnees", whole / "geodonnees")
    (key,) = KEY.findall(own.output)

    words = ("region", whole / "region.toml", "--moteur", "local", "--sans-documents")
    waits = run(*words, "--sortie", tmp_path / "diffusee", "--diffuser")
    assert waits.exit_code == 2
    assert key in KEY.findall(waits.output)  # beside dwellings that two bailleurs declare
    assert "À coller à la fin du dossier.toml de Habitat fictif 01" in waits.output
    assert not (tmp_path / "diffusee").exists()

    made = run(*words, "--sortie", tmp_path / "projet")
    assert made.exit_code == 0, made.output
    assert KEY.findall(made.output).count(key) == 1
    held = facts(tmp_path / "projet" / "region")
    mine = facts(next((tmp_path / "projet" / "bailleurs").glob("*01")))
    for name in ("logements", "logements_qpv"):
        assert held[name]["etat"] == mine[name]["etat"] == "suspendu"
        (low, high), (least, most) = ends(held[name]), ends(mine[name])
        assert high - low >= most - least > 0
