"""`tfpb comparer` released, then again otherwise: what is asked, said, and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from effort import tries

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

ADDRESSED = '["q01_residence"'


@pytest.fixture
def compare(
    tmp_path: Path, example: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Compare the wave of 2023 of the example, with a plan of one's own."""
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "diffusions.jsonl"))
    text = (example / "plan_enquete.toml").read_text(encoding="utf-8")

    def call(old: str = "", new: str = "", *more: object) -> Any:
        assert old in text
        plan = tmp_path / "plan.toml"
        plan.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
        out = tmp_path / "s.csv"
        return run(
            "comparer", example / "enquete_2023.xlsx", "--plan", plan, "--sortie", out, *more
        )

    return call


def table(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "s.csv", sep=";", decimal=",", encoding="utf-8-sig")


def test_a_margin_without_author_is_sent_knowingly_and_said(
    compare: Callable[..., Any], tmp_path: Path
) -> None:
    waits = compare("marge_adoptee_par", "# marge_adoptee_par", "--diffuser")
    assert waits.exit_code == 2, waits.output
    assert "--envoyer-quand-meme" in waits.output
    assert not (tmp_path / "s.csv").exists()
    sent = compare("marge_adoptee_par", "# marge_adoptee_par", "--diffuser", "--envoyer-quand-meme")
    assert sent.exit_code == 0, sent.output
    line = json.loads((tmp_path / "s_diffusion.json").read_text("utf-8"))
    assert line["envoye_quand_meme"] == ["marge_non_adoptee"]
    if not tries(0, 1):
        return
    held = (tmp_path / "s_diffusion.json").rename(tmp_path / "envoyee.json")
    again = compare("", "", "--precedents", held, "--diffuser")
    assert again.exit_code == 0, again.output  # the line is read as any other
    draft = compare("", "", "--envoyer-quand-meme")
    assert "rien n’est envoyé" in draft.output


NUMBERS = ["n", "estimation", "ic90_bas", "ic90_haut", "verdict"]
WRONG = ("satisfait_des = 7", "satisfait_des = 8")


def test_a_release_that_files_contradict_stops_until_it_is_kept_or_replaced(
    compare: Callable[..., Any], tmp_path: Path
) -> None:
    """A wrong scale, released, then corrected: 0.3.0 printed the wrong figures again."""
    first = compare(*WRONG, "--diffuser")
    assert first.exit_code == 0, first.output
    assert "Aucune diffusion antérieure" in first.output
    wrong = table(tmp_path)
    draft = compare()
    assert draft.exit_code == 0
    assert "Ce projet montre les chiffres d’aujourd’hui" in draft.output
    right = table(tmp_path)
    assert not right["estimation"].equals(wrong["estimation"])
    stopped = compare("", "", "--diffuser")
    assert stopped.exit_code == 2
    assert "--remplacer 2023=" in stopped.output
    assert "--garder 2023" in stopped.output
    kept = compare("", "", "--diffuser", "--garder", "2023")
    assert kept.exit_code == 0, kept.output
    assert "gardés" in kept.output
    pd.testing.assert_frame_equal(table(tmp_path)[NUMBERS], wrong[NUMBERS])
    assert "garde" in json.loads((tmp_path / "s_diffusion.json").read_text("utf-8"))
    told = compare("", "", "--diffuser", "--remplacer", '2023="échelle corrigée"')
    assert told.exit_code == 0, told.output
    assert "remplace la diffusion du" in told.output
    assert "échelle corrigée" in told.output
    pd.testing.assert_frame_equal(table(tmp_path)[NUMBERS], right[NUMBERS])
    line = json.loads((tmp_path / "s_diffusion.json").read_text("utf-8"))
    assert line["remplace"]["2023"]["motif"] == "échelle corrigée"
    again = compare("", "", "--diffuser")
    assert again.exit_code == 0, again.output
    pd.testing.assert_frame_equal(table(tmp_path)[NUMBERS], right[NUMBERS])
    back = compare(*WRONG, "--diffuser")  # the files of what was replaced are asked about again
    assert back.exit_code == 2, back.output


def test_a_question_that_the_release_lacks_is_masked(
    compare: Callable[..., Any], tmp_path: Path
) -> None:
    first = compare(ADDRESSED, '["q03_exchanged", "q01_residence"', "--diffuser")
    assert first.exit_code == 0, first.output
    renamed = compare("", "", "--diffuser", "--garder", "2023")
    assert renamed.exit_code == 0, renamed.output
    rows = table(tmp_path)
    new = rows[rows["item"] == "q01_residence"]
    assert set(new["publication"]) == {"masque"}  # a question that the release lacks
    assert new["estimation"].isna().all()


def test_an_order_that_cannot_be_followed_is_refused(compare: Callable[..., Any]) -> None:
    said = compare("", "", "--diffuser", "--remplacer", "2023")
    assert said.exit_code == 2
    assert "ne dit pas quelle vague est remplacée" in said.output
    unknown = compare("", "", "--diffuser", "--remplacer", '2019="motif"')
    assert unknown.exit_code == 2
    assert "n’a pas de diffusion connue ici" in unknown.output
    draft = compare("", "", "--remplacer", '2023="motif"')
    assert draft.exit_code == 0
    assert "--remplacer n’a pas servi" in draft.output


def interviews(example: Path) -> pd.DataFrame:
    """Return the interviews of 2023 of the example, as delivered."""
    answers = pd.read_excel(
        example / "enquete_2023.xlsx", sheet_name="Base", header=None, dtype=str, engine="openpyxl"
    )
    head = next(k for k, row in answers.iterrows() if "residence_id" in set(row))
    return answers.iloc[head + 1 :].set_axis(answers.iloc[head], axis=1)


def test_a_released_wave_under_another_name_is_refused(
    compare: Callable[..., Any], tmp_path: Path, example: Path, run: Run
) -> None:
    """Twelve interviews more, another name: a second tree of the same answers."""
    assert compare("", "", "--diffuser").exit_code == 0
    frame = interviews(example)
    name = next(c for c in frame if str(c).lower() == "vague")
    late = frame.iloc[:12].assign(id_enquete=[f"TARDIF{k}" for k in range(12)])
    again = pd.concat([frame, late]).assign(**{name: "2023 bis"})
    path = tmp_path / "bis.csv"
    again.to_csv(path, sep=";", index=False)
    out = tmp_path / "bis_s.csv"
    call = ("comparer", path, "--plan", example / "plan_enquete.toml", "--sortie", out)
    refused = run(*call, "--diffuser")
    assert refused.exit_code == 2
    assert "donne presque partout les résultats de la vague « 2023 »" in refused.output
    assert not out.exists()
    assert run(*call).exit_code == 0  # a draft needs none of it
    if not tries(0, 1):
        return
    other = frame.iloc[::2].assign(**{name: "2025"})
    other.to_csv(path, sep=";", index=False)
    accepted = run(*call, "--diffuser")  # of half the households: another wave
    assert accepted.exit_code == 0, accepted.output


def test_two_columns_exchanged_released_then_the_right_file(
    tmp_path: Path, example: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second release stops and asks; once replaced it has the figures of the right file alone."""
    one, two = "q01_residence", "q13_logement"
    right = pd.read_excel(
        example / "enquete_2023.xlsx", sheet_name="Base", dtype=str, engine="openpyxl"
    )
    wrong = right.assign(**{one: right[two], two: right[one]})

    def release(frame: pd.DataFrame, ledger: str, *more: str) -> Any:
        monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / ledger))
        frame.to_csv(tmp_path / "enquete_2023.csv", sep=";", index=False)
        return run(
            "comparer", tmp_path / "enquete_2023.csv", "--plan", example / "plan_enquete.toml",
            "--sortie", tmp_path / "s.csv", "--diffuser", *more,
        )  # fmt: skip

    assert release(right, "apart.jsonl").exit_code == 0
    wanted = table(tmp_path)[NUMBERS]
    assert release(wrong, "one.jsonl").exit_code == 0
    exchanged = table(tmp_path)[NUMBERS]
    assert not exchanged.equals(wanted)
    stopped = release(right, "one.jsonl")
    assert stopped.exit_code == 2, stopped.output
    assert "--remplacer 2023=" in stopped.output
    told = release(right, "one.jsonl", "--remplacer", "2023=colonnes inversées")
    assert told.exit_code == 0, told.output
    pd.testing.assert_frame_equal(table(tmp_path)[NUMBERS], wanted)


OF_0_3_0 = Path(__file__).parent / "diffusion_0_3_0.json"
"""What 0.3.0 released of two questions of the example (fictional), cut from the file that it wrote."""


@pytest.mark.parametrize("way", ["registre", "precedents"])
def test_a_release_of_0_3_0_stands_beside_the_steps_of_today(
    compare: Callable[..., Any], tmp_path: Path, way: str
) -> None:
    line = json.loads(OF_0_3_0.read_text("utf-8"))
    assert line["forme"] == 3
    given: tuple[object, ...] = ("--precedents", OF_0_3_0)
    if way == "registre":
        given = ()
        (tmp_path / "diffusions.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    made = compare("", "", "--diffuser", *given)
    assert made.exit_code == 0, made.output  # its steps and today's differ, its figures do not
    keys = ["vague", "niveau", "territoire", "bailleur", "item", "groupe", "ajustement"]
    then = pd.DataFrame(line["imprime"]["comparison"]).set_index(keys)
    now = table(tmp_path).astype({"vague": str})
    told = now[now["publication"] == "publiable"].set_index(keys)
    then = then[then["publication"] == "publiable"]
    assert len(told) == len(then) > 4
    then = then.loc[told.index]
    assert (told["estimation"] == then["estimation"]).all()
    assert (told["n"] == then["n"]).all()
    assert (told["ic90_bas"] <= then["ic90_bas"] + 1e-9).all()
    assert (told["ic90_haut"] >= then["ic90_haut"] - 1e-9).all()
    assert ((200 * told["ic90_bas"]).round(6) % 1 == 0).all()
    printed = line["imprime"]["comparison"]
    printed["estimation"] = [None if v is None else v - 0.2 for v in printed["estimation"]]
    other = tmp_path / "autre_diffusion.json"
    other.write_text(json.dumps(line | {"calcul": "0f0f0f00"}), encoding="utf-8")
    (tmp_path / "diffusions.jsonl").unlink()
    stopped = compare("", "", "--diffuser", "--precedents", other)
    assert stopped.exit_code == 2, stopped.output
    assert "--remplacer 2023=" in stopped.output
