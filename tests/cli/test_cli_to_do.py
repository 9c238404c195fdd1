"""« À faire »: its lines add up to the claims; what people fill comes back, and no person in what is sent."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from pack_reading import Pack

from effort import tries
from tfpb.evidence.tasks import KINDS, Task, tasks_of
from tfpb.facts.amount import total
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline import pack_files
from tfpb.pipeline.assembling import assemble
from tfpb.pipeline.kept.stage_cache import StageCache
from tfpb.report.documents import workbook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conftest import Run
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Report

SHEET = "À faire"
SERVICE, PERSON = "Agence Nord", "Mme Jeanne Durand"
PROOF, CLAIM, RISK = "prouver A56 QN05991I", "reclamer 00296", "signaler 00962"
REVIEW = "revoir A03 QN05991I"
REPORT = "bilan CONV-2024-01 2025"
DAY = dt.date(2026, 3, 1)


def rows(book: Path) -> dict[str, dict[str, Any]]:
    """Return the lines of the sheet, by key: header → value, and `_row` where each stands."""
    sheet = load_workbook(book)[SHEET]
    lines = [(r[0].row, [c.value for c in r]) for r in sheet.iter_rows()]
    top = next(k for k, (_, cells) in enumerate(lines) if "Clé" in cells)
    heads = lines[top][1]
    found = [dict(zip(heads, cells, strict=True), _row=at) for at, cells in lines[top + 1 :]]
    return {str(line["Clé"]): line for line in found if line["Clé"]}


def fill(book: Path, key: str, **cells: Any) -> None:
    whole = load_workbook(book)
    sheet, row = whole[SHEET], rows(book)[key]["_row"]
    heads = next(r for r in sheet.iter_rows() if "Clé" in [c.value for c in r])
    for header, value in cells.items():
        at = next(c.column for c in heads if c.value == header.replace("_", " "))
        sheet.cell(row, at).value = value
    whole.save(book)


def named(inputs: Path, book: str) -> Path:
    """Name a filled workbook in the settings of a copy of the example, with a role."""
    toml = inputs / "dossier.toml"
    text = toml.read_text(encoding="utf-8").replace("[fichiers]", f'[fichiers]\na_faire = "{book}"')
    toml.write_text(text.replace("Bailleur, fiscalité", "Service fiscal"), encoding="utf-8")
    return toml


@pytest.fixture
def made(kept: Path, example: Path, geodata: Path) -> Dossier:
    return assemble(load_settings(example / "dossier.toml"), geodata, execute=StageCache(kept))


def stakes(tasks: Iterable[Task]) -> dict[str, Any]:
    by_claim = defaultdict(list)
    for task in tasks:
        if task.stake is not None:
            by_claim[task.kind.claim].append(task.stake)
    return {claim: total(amounts) for claim, amounts in by_claim.items()}


def test_the_lines_of_a_claim_add_up_to_it(made: Dossier) -> None:
    tasks = tasks_of(made)
    found = stakes(tasks)
    others = {"a_risque", "a_programmer", "reserve_cote", "a_reclamer"}
    assert set(found) == {*others, "a_prouver", "a_revoir"}
    assert found == {claim: made.claims.amount(claim) for claim in found}
    for claim in {kind.claim for kind in KINDS.values() if kind.claim} - set(found):
        assert not made.claims.amount(claim).may_exceed_nil, claim
    assert len({task.key for task in tasks}) == len(tasks)
    titles = {task.kind.title for task in tasks if task.kind.code == "reclamer"}
    assert titles == {"Réclamer (preuve de déclaration à joindre)"}  # no list of what was declared


def test_what_cannot_wait_comes_first_then_days_then_euros(made: Dossier) -> None:
    tasks = tasks_of(made)
    assert (tasks[0].key, tasks[0].at_once, tasks[0].day) == (RISK, True, None)
    days = [task.day for task in tasks[1:]]
    assert days == sorted(days)
    proofs = [t.stake.exact for t in tasks if t.kind.code == "prouver" and t.stake is not None]
    assert proofs == sorted(proofs, reverse=True)
    assert len(proofs) == 6
    optional = [t for t in tasks if t.kind.code == "prouver_de_plus"]
    assert {t.stake.exact for t in optional if t.stake is not None} == {Decimal(0)}


def test_what_people_fill_comes_back_and_no_person_in_what_is_sent(
    unsurveyed: Path, geodata: Path, run: Run, undrawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert undrawn.is_dir()

    def no_drawing(report: Report, *_: object, **__: object) -> dict[str, bytes]:
        few = tuple(s for s in report.sections if s.sheet in {SHEET, "Résidences"})
        return {"dossier.xlsx": workbook.render(dataclasses.replace(report, sections=few))}

    monkeypatch.setattr(pack_files, "pack_files", no_drawing)
    toml, target = named(unsurveyed, "pack/dossier.xlsx"), unsurveyed / "pack"
    book = target / "dossier.xlsx"

    def again(*more: str) -> None:
        result = run("dossier", toml, "--sortie", target, "--geodonnees", geodata, *more)
        assert result.exit_code == 0, result.output

    again()  # the workbook that is named is not there yet
    first = rows(book)
    assert first[CLAIM]["Qui"] == "Service fiscal"
    assert first[CLAIM]["Pour quand"].date() == dt.date(2026, 12, 31)

    fill(book, PROOF, Qui=SERVICE, Pour_quand=DAY, État="en cours")
    fill(book, CLAIM, Qui=PERSON)
    fill(book, RISK, État="fait")
    fill(book, REVIEW, État="fait")
    assert first[REPORT]["État"] == "à venir"
    fill(book, REPORT, État="fait")
    again()
    assert not (unsurveyed / "pack.2").exists()
    second = rows(book)
    assert (second[PROOF]["Qui"], second[PROOF]["État"]) == (SERVICE, "en cours")
    assert second[PROOF]["Pour quand"].date() == DAY
    assert (second[RISK]["État"], second[CLAIM]["Qui"]) == ("fait", PERSON)
    assert (second[REVIEW]["État"], second[REVIEW]["Enjeu (€)"]) == (
        "fait",
        0,
    )  # it stays, and counts
    actions = {r["id_action"]: r for r in Pack(target).rows("actions")}
    assert actions["A03"]["preuve"] == "avec pièce"
    assert actions["A39"]["preuve"] == "pièce à revoir"
    assert (second[REPORT]["État"], second[REPORT]["Qui"]) == ("fait", first[REPORT]["Qui"])
    pack = Pack(target)
    facts = {r["nom"]: r for r in pack.rows("faits") if r["portee"] == "total"}
    assert facts["a_revoir"]["valeur_bas"] == "57948,47"  # 81 493,79 without the 23 545,32 of A03
    assert facts["a_prouver"]["echeance"] == DAY.isoformat()
    assert SERVICE in facts["a_prouver"]["role"]
    assert facts["a_reclamer"]["role"] == "Service fiscal"
    assert facts["a_reclamer"]["echeance"] == "2026-12-31"  # of the law, whatever people plan
    assert any("nomme peut-être une personne" in r["titre"] for r in pack.rows("a_regler"))

    # what was proposed follows the settings, what was filled stays
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace("Service fiscal", "Direction financière"), encoding="utf-8")
    again("--diffuser", "--envoyer-quand-meme")
    sent = rows(book)
    assert sent[CLAIM]["Qui"] == "Direction financière"
    assert sent[PROOF]["Qui"] == SERVICE
    assert b"Durand" not in b"".join(p.read_bytes() for p in (target / "donnees").iterdir())
    assert PERSON not in str(sent)

    if not tries(0, 1):  # the unit tests of filled_tasks hold what follows by day
        return
    again()
    settled = book.read_bytes()
    again()  # read again as it was, it makes no other run
    assert book.read_bytes() == settled

    # a line that is no more, a state of no list: told, and nothing else is taken from them
    other = next(key for key in first if key not in {PROOF, CLAIM, RISK})
    fill(book, other, État="bientôt", Clé="une ligne d’avant", Qui=SERVICE)
    again()
    doubts = " ".join(r["titre"] for r in Pack(target).rows("a_regler"))
    assert "« bientôt » n’a pas été compris dans la feuille « À faire »" in doubts
    assert "n’ont plus d’objet" in doubts or "n’a plus d’objet" in doubts

    # a change in another sheet is the user’s
    whole = load_workbook(book)
    whole["Résidences"]["B9"] = "Mon nom"
    whole.save(book)
    again()
    assert (unsurveyed / "pack.2" / "dossier.xlsx").is_file()
    assert load_workbook(book)["Résidences"]["B9"].value == "Mon nom"

    # a line of their own has no key: the workbook is theirs
    sheet_of = load_workbook(book)
    lines = sheet_of[SHEET]
    at = next(r for r in lines.iter_rows() if "Clé" in [c.value for c in r])
    lines.unmerge_cells(str(next(m for m in lines.merged_cells.ranges if m.min_row > at[0].row)))
    lines.cell(lines.max_row + 1, [c.value for c in at].index("Qui") + 1).value = "La mairie"
    sheet_of.save(book)
    again()
    beside = unsurveyed / "pack.2"
    assert (beside / "dossier.xlsx").is_file()
    assert "elle n’a pas de clé" in " ".join(r["titre"] for r in Pack(beside).rows("a_regler"))
    assert "La mairie" in str(list(load_workbook(book)[SHEET].values))
