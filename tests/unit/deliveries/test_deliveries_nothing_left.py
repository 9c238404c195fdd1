"""No answer is left unread without a word: sheets of a workbook, columns of one question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from tfpb.errors import Severity
from tfpb.io.sources.gathering import Gathering
from tfpb.io.sources.inputs import Inputs, gather_survey
from tfpb.pipeline.kept.stage_cache import fingerprint
from tfpb.survey.reading.recode import recode
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.errors import Fault

PLAN = """[colonnes]
repondant = "id"
vague = "vague"
bailleur = "bailleur"
residence = ["res", "code résidence"]
qpv = "qpv"
[echelles.s4]
satisfait = [1, 2, "Satisfait"]
insatisfait = [3, 4, "Pas satisfait"]
[[items]]
colonnes = ["q01", "Q1 proprete"]
libelle = "Propreté"
theme = "residence"
echelle = "s4"
[[items]]
colonnes = ["q02"]
libelle = "Bruit"
theme = "residence"
echelle = "s4"
"""
HEAD = ["id", "vague", "bailleur", "res", "qpv", "q01", "q02"]


def rows(wave: str, count: int) -> list[list[object]]:
    return [[f"{wave}-{k}", wave, "Logis", f"R{k % 5}", k % 2, 1 + k % 4, 2] for k in range(count)]


def workbook(path: Path, sheets: dict[str, list[list[object]]], hidden: str = "") -> Path:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, lines in sheets.items():
        page = made.create_sheet(name)
        page.sheet_state = "hidden" if name == hidden else "visible"
        for line in lines:
            page.append(line)
    made.save(path)
    return path


def read(path: Path, sheet: str | None = None) -> tuple[Inputs, list[Fault]]:
    plan = path.with_name("plan.toml")
    plan.write_text(PLAN, "utf-8")
    gathered = Gathering()
    inputs = gather_survey(gathered, plan, [path], sheet=sheet)
    # bare codes, no overall mark: their way is not verified, which is said and is not what is held here
    return inputs, [f for f in gathered.faults if f.code != "sens_non_verifie"]


def test_a_sheet_a_wave_is_a_fault_until_one_is_named(tmp_path: Path) -> None:
    waves = {f"Vague {w}": [HEAD, *rows(w, n)] for w, n in (("2019", 40), ("2023", 60))}
    path = workbook(tmp_path / "e.xlsx", waves)
    inputs, faults = read(path)
    (fault,) = (f for f in faults if f.code == "feuilles_de_reponses")
    assert fault.severity is Severity.FAUTE
    assert fault_text(fault).title == (
        "D’autres feuilles portent des réponses et ne sont pas lues : « Vague 2019 »."
    )
    chosen, faults = read(path, "vague 2019")
    assert "feuilles_de_reponses" not in {f.code for f in faults}
    assert [len(d.table.frame) for d in chosen.deliveries] == [40]
    assert fingerprint(chosen) != fingerprint(inputs)


@pytest.mark.parametrize(
    "beside",
    [
        {"Dictionnaire": [["variable", "question"], ["q01", "Propreté"], ["res", "Résidence"]]},
        {"Par résidence": [["res", "q01", "q02"], *([f"R{k}", 0.5, 0.7] for k in range(5))]},
        {"Échantillon": [HEAD[:5], *(r[:5] for r in rows("2023", 90))]},
        {"Modèle": [HEAD]},
        {"Lisez-moi": [["Livraison de l’enquête, vague 2023"], ["q01 : propreté"]]},
    ],
)  # fmt: skip
def test_what_firms_put_beside_the_answers_is_no_fault(
    tmp_path: Path, beside: dict[str, list[list[object]]]
) -> None:
    path = workbook(tmp_path / "e.xlsx", {**beside, "Base": [HEAD, *rows("2023", 60)]})
    inputs, faults = read(path)
    assert [f.code for f in faults] == []
    assert inputs.deliveries[0].table.sheet == "Base"
    hidden = {"Brouillon": [HEAD, *rows("2023", 9)], "Base": [HEAD, *rows("2023", 60)]}
    _, faults = read(workbook(tmp_path / "c.xlsx", hidden, "Brouillon"))
    assert [f.code for f in faults] == []


def stacked(tmp_path: Path, header: str, lines: list[str]) -> tuple[Inputs, list[Fault]]:
    path = tmp_path / "e.csv"
    path.write_text("\n".join([f"id;vague;bailleur;res;qpv;{header}", *lines]) + "\n", "utf-8")
    return read(path)


def test_two_names_of_a_question_in_stacked_waves_are_one_column(tmp_path: Path) -> None:
    lines = [
        f"{k};{2019 if k < 30 else 2023};L;R{k % 5};{k % 2};"
        + ("1;;2" if k < 30 else ";Pas satisfait;2")
        for k in range(60)
    ]
    inputs, faults = stacked(tmp_path, "q01;Q1 PROPRETÉ;q02", lines)
    assert [f.code for f in faults] == []
    assert inputs.plan is not None
    found = recode([d.frame for d in inputs.deliveries], inputs.plan)
    # the first code of the scale, and the last of its six
    assert found.answers["q01"].tolist() == [0] * 30 + [5] * 30


@pytest.mark.parametrize(
    ("header", "cells", "fault"),
    [
        ("q01;q01;q02", "1;4;2", True),
        ("q01;Q1 proprete;q02", "1;4;2", True),
        ("q01;Q01;q02", "1;3;2", True),
        ("q01;q01;q02", "1;1,0;2", False),
        ("q01;Q1 proprete;q02", "1;Satisfait;2", False),  # a code, and its label
        ("q01;q01;q02", "1;;2", False),
        ("q01;q01 (bis);q02", "1;4;2", False),
    ],
)
def test_two_columns_of_a_question_that_differ_are_a_fault(
    tmp_path: Path,
    header: str,
    cells: str,
    fault: bool,  # noqa: FBT001
) -> None:
    lines = [f"{k};2023;L;R{k % 5};{k % 2};{cells}" for k in range(60)]
    _, faults = stacked(tmp_path, header, lines)
    told = [(f.code, f.place.row, f.place.column, f.severity) for f in faults]
    assert told == [("colonne_en_double", 2, "q01", Severity.FAUTE)] * fault


@pytest.mark.parametrize(("header", "fault"), [("Code résidence", False), ("res", True)])
def test_the_first_name_of_a_role_rules_and_a_header_twice_is_a_fault(
    tmp_path: Path,
    header: str,
    fault: bool,  # noqa: FBT001
) -> None:
    path = tmp_path / "e.csv"
    lines = [f"{k};2023;L;R{k % 5};X{k % 5};{k % 2};1;2" for k in range(60)]
    path.write_text("\n".join([f"id;vague;bailleur;res;{header};qpv;q01;q02", *lines]), "utf-8")
    inputs, faults = read(path)
    assert [(f.code, f.place.column) for f in faults] == [("colonne_en_double", "res")] * fault
    assert set(inputs.deliveries[0].table.frame["res"]) == {f"R{k}" for k in range(5)}


def test_a_residence_under_two_headers_is_one_column(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    lines = [
        f"{k};2023;L;{f'R{k % 5};' if k < 30 else f';R{k % 5}'};{k % 2};1;2" for k in range(60)
    ]
    head = "id;vague;bailleur;res;Code résidence;qpv;q01;q02"
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    inputs, faults = read(path)
    assert [f.code for f in faults] == []
    assert set(inputs.deliveries[0].table.frame["res"]) == {f"R{k}" for k in range(5)}
