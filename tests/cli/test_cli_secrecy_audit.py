"""`tfpb verifier --dossier` attacks what a pack tells of the survey."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "audit"))

from auditcases import Case, make_case, primary_only, three_runs

from tfpb import survey
from tfpb.audit import audit
from tfpb.io.packs.pack import write_folder, write_pack
from tfpb.words.survey import audit_words

if TYPE_CHECKING:
    from conftest import Run


def csv_of(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, sep=";", decimal=",").encode("utf-8-sig")


def files_of(case: Case, rows: pd.DataFrame, **more: str) -> dict[str, bytes]:
    """Make the files of a pack that the audit reads, as `tfpb dossier` names them."""
    stock = case.stock.rename(columns={"residence": "id_residence", "agence": "Agence"})
    for side, column in {"dans": "dans", "hors": "hors", "": "a_verifier"}.items():
        stock[f"logements_{column}"] = stock["logements"].where(case.stock["cote"] == side, 0)
    run = {"empreinte": "0a1b2c3d", "reglages": {"dossier": {"bailleur": "Bailleur A"}}}
    return {
        "run.json": json.dumps(run).encode(),
        "donnees/comparaison_detail.csv": csv_of(rows),
        "donnees/residences.csv": csv_of(stock.drop(columns=["cote", "logements", "bailleur"])),
        **{f"donnees/{name}.csv": text.encode() for name, text in more.items()},
    }


def pack_of(folder: Path, case: Case, rows: pd.DataFrame, **more: str) -> Path:
    return write_pack(folder, files_of(case, rows, **more), {}).folder / "dossier.zip"


@pytest.fixture(scope="module")
def case() -> Case:
    """Make a survey with a quarter of fewer than 11 households, and another masked with it."""
    for seed in range(30):
        made = make_case(seed, residences=16, quarters=5, small=0.4, levels=("code_qpv",))
        if (made.published()["publication"] == "masque").any():
            return made
    raise AssertionError


def test_a_pack_that_holds(case: Case, tmp_path: Path, run: Run) -> None:
    result = run("verifier", "--dossier", pack_of(tmp_path / "p", case, case.published()))
    assert result.exit_code == 0, result.output
    assert "Secret statistique de " in result.output
    assert audit_words.SAFE in result.output


def test_a_pack_that_masks_no_complement(case: Case, tmp_path: Path, run: Run) -> None:
    rows = primary_only(case.estimates()).comparison
    result = run("verifier", "--dossier", pack_of(tmp_path / "p", case, rows))
    assert result.exit_code == 2
    assert "par différence entre ce qui est montré" in result.output
    assert audit_words.SAFE not in result.output


def test_earlier_packs_are_attacked_with_it(tmp_path: Path, run: Run) -> None:
    case = three_runs()
    told = survey.disclosed_in([])
    packs = []
    for level in ("agence", "deux", "un"):
        rows = case.published((level,), masked_before=told.masked, shown_before=told.shown)
        packs.append(pack_of(tmp_path / level, case, rows))
    for pack in packs:
        alone = run("verifier", "--dossier", pack)
        assert alone.exit_code == 0, alone.output
    first, _, last = packs
    result = run("verifier", "--dossier", last, "--precedents", first)
    assert result.exit_code == 2
    assert "Attaqué avec 1 dossier déjà diffusé." in result.output
    assert "résidence x" in result.output
    assert "5 ménages" in result.output


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("La résidence 02146 est à vérifier : 5 interviews hors de tout groupe.", 2),
        ("La résidence 02146 est à vérifier : moins de 11 interviews hors de tout groupe.", 0),
        ("La résidence 02146 est à vérifier : 25 interviews hors de tout groupe.", 0),
    ],
)
def test_a_sentence_that_counts_few_interviews(
    case: Case, tmp_path: Path, run: Run, sentence: str, code: int
) -> None:
    text = f"doute;où\n{sentence};ligne 3\n"
    result = run(
        "verifier", "--dossier", pack_of(tmp_path / "p", case, case.published(), doutes=text)
    )
    assert result.exit_code == code
    assert (sentence[:60] in result.output) == (code == 2)


def test_a_region_is_attacked_pack_by_pack(case: Case, tmp_path: Path, run: Run) -> None:
    safe = files_of(case, case.published())
    bare = files_of(case, primary_only(case.estimates()).comparison)
    files = {"run.json": safe["run.json"]}
    files |= {f"region/{n}": data for n, data in safe.items()}
    files |= {f"contrats/c/{n}": data for n, data in bare.items()}
    result = run("verifier", "--dossier", write_folder(tmp_path / "r", files).folder)
    assert result.exit_code == 2
    lines = [line for line in result.output.splitlines() if "Secret statistique" in line]
    assert ["(contrats/c)" in line for line in lines] == [True, False]


def test_a_pack_without_a_survey(case: Case, tmp_path: Path, run: Run) -> None:
    files = {"run.json": files_of(case, case.published())["run.json"]}
    result = run("verifier", "--dossier", write_pack(tmp_path / "p", files, {}).folder)
    assert result.exit_code == 0
    assert audit_words.NOTHING_TOLD in result.output


def test_precedents_need_a_pack(tmp_path: Path, run: Run) -> None:
    result = run("verifier", "--precedents", tmp_path / "x.zip")
    assert result.exit_code == 2
    assert "--dossier" in result.output


def test_the_pack_of_the_example_holds(pack: Path, run: Run) -> None:
    result = run("verifier", "--dossier", pack / "dossier.zip")
    assert result.exit_code == 0, result.output
    assert not [line for line in result.output.splitlines() if line.startswith("  –")]


PLAN = """
[colonnes]
repondant = "id"
vague = "vague"
bailleur = "bailleur"
residence = "residence"
poids = "poids"
strates = ["bailleur", "qpv"]
[reglages]
marge_adoptee_par = "comité"
[echelles.s4]
satisfait = [1, 2]
insatisfait = [3, 4]
nsp = [9]
[[items]]
colonnes = ["q1"]
libelle = "Question q1"
theme = "residence"
echelle = "s4"
"""


@pytest.mark.parametrize("remembered", ["registre", "precedents", "rien"])
def test_three_groupings_in_turn_are_no_three_releases(
    tmp_path: Path, run: Run, remembered: str
) -> None:
    """Agencies, then A2 + A3, then A1 + A3: the five households of A1, whatever the file's name."""
    case = three_runs()
    answers, plan, homes = (tmp_path / n for n in ("e.csv", "plan.toml", "r.csv"))
    answers.write_bytes(csv_of(case.frame))
    plan.write_text(PLAN, encoding="utf-8")
    homes.write_bytes(csv_of(case.stock.rename(columns={"residence": "id_residence"})))
    ledger = Path(os.environ["TFPB_DIFFUSIONS"])
    packs, lines = [], []
    for level in ("agence", "deux", "un"):
        out = tmp_path / f"{level}.csv"
        arguments = [
            answers,
            "--plan",
            plan,
            "--sortie",
            out,
            "--residences",
            homes,
            "--par",
            level,
        ]
        if level == "agence":
            draft = run("comparer", *arguments)
            assert draft.exit_code == 0, draft.output
            assert "PROJET" in draft.output
            assert "PROJET" in (tmp_path / f"{level}_PROJET.txt").read_text(encoding="utf-8")
            assert not ledger.exists()
        if remembered == "precedents":
            for line in lines:
                arguments += ["--precedents", line]
        made = run("comparer", *arguments, "--diffuser")
        assert made.exit_code == 0, made.output
        assert "PROJET" not in made.output
        assert not (tmp_path / f"{level}_PROJET.txt").exists()
        if level == "un":
            first = out.read_bytes()
            assert run("comparer", *arguments, "--diffuser").exit_code == 0
            assert out.read_bytes() == first
        lines.append(tmp_path / f"{level}_diffusion.json")
        assert ledger.read_text(encoding="utf-8").count("\n") == (
            len(lines) if remembered == "registre" else 1
        )
        if remembered != "registre":
            ledger.unlink()
        rows = pd.read_csv(out, sep=";", decimal=",", encoding="utf-8-sig", dtype={"vague": str})
        packs.append(case.release(rows))
    assert ("soustraites, le diraient" in made.output) == (remembered != "rien")
    found = audit(packs, truth=case.truth[case.truth["item"] == "q1"]).found
    assert (("x",) in {f.residences for f in found}) == (remembered == "rien")


def test_nothing_is_released_that_cannot_be_matched_with_what_was(tmp_path: Path, run: Run) -> None:
    case = three_runs()
    answers, plan, homes = (tmp_path / n for n in ("e.csv", "plan.toml", "r.csv"))
    frame = case.frame.assign(qpv="0")
    answers.write_bytes(csv_of(frame))
    plan.write_text(PLAN, encoding="utf-8")
    homes.write_bytes(csv_of(case.stock.rename(columns={"residence": "id_residence"})))
    located = ("--residences", homes)
    call = ("comparer", answers, "--plan", plan, "--sortie", tmp_path / "s.csv")
    assert run(*call, *located, "--diffuser").exit_code == 0
    plan.write_text(
        PLAN.replace('"residence"\n', '"residence"\nqpv = "qpv"\n', 1), encoding="utf-8"
    )
    draft = run(*call)
    assert draft.exit_code == 0, draft.output
    refused = run(*call, "--diffuser")
    assert refused.exit_code == 2
    assert "Ajoutez --residences pour diffuser" in refused.output
    answers.write_bytes(csv_of(frame.drop(index=[0, 1]).rename(columns={"q1": "q7"})))
    plan.write_text(PLAN.replace("q1", "q7"), encoding="utf-8")
    assert run(*call, *located).exit_code == 0
    refused = run(*call, *located, "--diffuser")
    assert refused.exit_code == 2
    assert "le nom déjà diffusé" in refused.output
