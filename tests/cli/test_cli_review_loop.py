"""The whole loop of doubts: a run asks, someone decides in both sheets, the next run counts accordingly."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from pack_reading import Pack, number

from effort import by_night, tries
from example_pack import undecided, without
from tfpb.facts.claim import TOTAL
from tfpb.facts.kinds import SIDE
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.assembling import assemble
from tfpb.pipeline.kept.stage_cache import StageCache
from tfpb.pipeline.pack_files import data_files
from tfpb.report.sections import report

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

DOUBTFUL = {"02146": "dans", "02220": "hors"}
LOST = "01554"
FOUND = "11 RUE NELSON MANDELA"


def decide(path: Path) -> None:
    """Fill both sheets as someone would, who leaves one résidence undecided."""
    book = load_workbook(path)
    for row, cells in lines(book["Limites"]):
        if side := DOUBTFUL.get(str(cells["id_residence"])):
            fill(book["Limites"], row, decision=side, auteur="C. Roy", piece="plan de masse")
            fill(book["Limites"], row, date=dt.date(2026, 2, 3))
    for row, cells in lines(book["Adresses"]):
        assert str(cells["identifiant"]).startswith(LOST)
        fill(book["Adresses"], row, **{"adresse corrigée": FOUND, "auteur": "C. Roy"})
    book.save(path)


def headers(sheet: Any) -> tuple[int, dict[str, int]]:
    for row in sheet.iter_rows():
        names = {str(c.value): c.column for c in row if c.value is not None}
        if "auteur" in names:
            return row[0].row, names
    raise AssertionError(sheet.title)


def lines(sheet: Any) -> list[tuple[int, dict[str, Any]]]:
    top, names = headers(sheet)
    return [
        (row, {name: sheet.cell(row, column).value for name, column in names.items()})
        for row in range(top + 1, sheet.max_row + 1)
    ]


def fill(sheet: Any, row: int, **cells: Any) -> None:
    _, names = headers(sheet)
    for name, value in cells.items():
        sheet.cell(row, names[name]).value = value


def counts(pack: Pack) -> dict[str, float]:
    homes = pack.rows("residences")
    columns = ("logements_dans", "logements_hors", "logements_a_verifier")
    return {c: sum(number(r[c]) for r in homes) for c in columns}


def stays_within_what_doubts_of_side_say(before: Pack, after: Pack) -> None:
    """Try that what is in doubt only falls, what is established only rises, and all else stays in bounds.

    Claims of the survey and of droit commun are suspended by doubts of their own.
    """
    told, then = (
        {r["nom"]: r for r in pack.rows("faits") if r["portee"] == TOTAL}
        for pack in (before, after)
    )
    assert (told["reserve_cote"]["etat"], told["reserve_cote"]["role"]) == (
        "a_verifier",
        "Bailleur, gestion de proximité",
    )
    assert told["valorise"]["etat"] == "a_confirmer"  # an action of axis 8 under renewal
    assert told["acquis"]["etat"] == "connu"
    moved = []
    surveyed = {name for name in told if name.startswith("questions_")}  # counted otherwise
    for name in sorted(told.keys() & then.keys() - {"surcout"} - surveyed):
        least = [number(r["valeur_bas"]) for r in (told[name], then[name])]
        most = [number(r["valeur_haut"] or "inf") for r in (told[name], then[name])]
        moved += [f"{name} rose"] if most[1] > most[0] and name not in SIDE.raises else []
        moved += [f"{name} fell"] if least[1] < least[0] and name not in SIDE.suspends else []
    assert moved == []


@pytest.fixture
def inputs(tmp_path: Path, example: Path) -> Path:
    folder = tmp_path / "dossier"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    undecided(folder)
    return folder


def test_what_is_decided_moves_the_figures_as_decided(
    inputs: Path, geodata: Path, undrawn: Path, tmp_path: Path, run: Run
) -> None:
    if not tries(0, 1):  # by day without survey: its claims are left out of what follows
        without(inputs, "enquete", "plan")

    def make(target: Path) -> Pack:
        toml = inputs / "dossier.toml"
        result = run("dossier", toml, "--sortie", target, "--geodonnees", geodata)
        assert result.exit_code == 0, result.output
        return Pack(target)

    first = make(tmp_path / "a")
    review = tmp_path / "a_a_verifier.xlsx"
    asked = load_workbook(review)
    assert asked.sheetnames[:2] == ["Adresses", "Limites"]
    limits = [cells for _, cells in lines(asked["Limites"])]
    dwellings = {k: sum(c["logements"] for c in limits if c["id_residence"] == k)
                 for k in (*DOUBTFUL, LOST)}  # fmt: skip
    assert counts(first)["logements_a_verifier"] == sum(c["logements"] for c in limits)

    decide(review)
    given = shutil.copy(review, inputs / "decisions.xlsx")
    toml = inputs / "dossier.toml"
    settings = toml.read_text(encoding="utf-8")
    told = settings.replace("[fichiers]", '[fichiers]\ndecisions = "decisions.xlsx"')
    toml.write_text(told, encoding="utf-8")
    second = make(tmp_path / "b")
    before, after = counts(first), counts(second)
    found = next(r for r in second.rows("adresses") if r["id_residence"] == LOST
                 and r["adresse"].startswith("31 SQUARE"))  # fmt: skip
    side = found["statut"].split()[0]
    assert found["verdict"] == "choisi à la main (date non indiquée)"
    moved = {"dans": dwellings["02146"], "hors": dwellings["02220"]}
    moved[side] += dwellings[LOST]
    assert after["logements_dans"] - before["logements_dans"] == moved["dans"]
    assert after["logements_hors"] - before["logements_hors"] == moved["hors"]
    left = before["logements_a_verifier"] - sum(dwellings.values())
    assert after["logements_a_verifier"] == left > 0

    stays_within_what_doubts_of_side_say(first, second)

    # the sheets come back with what was decided, and asked again give the same
    back = load_workbook(tmp_path / "b_a_verifier.xlsx")
    signed = [c for _, c in lines(back["Limites"]) if c["auteur"] == "C. Roy"]
    assert {str(c["id_residence"]): c["decision"] for c in signed} == DOUBTFUL
    (address,) = [c for _, c in lines(back["Adresses"])]
    assert (address["adresse corrigée"], address["auteur"]) == (FOUND, "C. Roy")
    if not tries(0, 1):
        return
    shutil.copy(tmp_path / "b_a_verifier.xlsx", given)
    again = assemble(load_settings(toml), geodata, execute=StageCache(undrawn))
    for name, data in data_files(report(again)).items():
        path = tmp_path / "c" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    third = Pack(tmp_path / "c")
    assert counts(third) == after
    for table in ("residences", "adresses", "quartiers"):
        assert third.rows(table) == second.rows(table), table


@by_night("test_review_slot.py")
@pytest.mark.usefixtures("undrawn")
def test_decisions_that_were_not_handed_back_are_left_alone(
    inputs: Path, geodata: Path, tmp_path: Path, run: Run
) -> None:
    without(inputs, "enquete", "plan")

    def make() -> str:
        toml, target = inputs / "dossier.toml", tmp_path / "a"
        result = run("dossier", toml, "--sortie", target, "--geodonnees", geodata)
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    assert 'ajoutez decisions = "../a_a_verifier.xlsx" sous [fichiers]' in make()
    review = tmp_path / "a_a_verifier.xlsx"
    book = load_workbook(review)
    for row, _cells in lines(book["Adresses"]):
        fill(book["Adresses"], row, **{"adresse corrigée": FOUND})
    book.create_sheet("Notes")["A1"] = "à revoir avec l’agence"
    book.save(review)
    decided = review.read_bytes()
    make()
    assert review.read_bytes() == decided
    assert (tmp_path / "a_a_verifier.2.xlsx").is_file()

    book = load_workbook(review)
    for row, _cells in lines(book["Adresses"]):  # nothing decided, but a sheet of one's own
        fill(book["Adresses"], row, **{"adresse corrigée": None})
    book.save(review)
    make()
    assert load_workbook(review)["Notes"]["A1"].value == "à revoir avec l’agence"

    toml = inputs / "dossier.toml"
    plain = toml.read_text(encoding="utf-8")
    told = plain.replace("[fichiers]", '[fichiers]\ndecisions = "../a_a_verifier.xlsx"')
    toml.write_text(told, encoding="utf-8")
    said = make()
    assert "Vos décisions restent dans a_a_verifier.xlsx" in said
    assert "ajoutez decisions" not in said
