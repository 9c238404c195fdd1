"""`tfpb comparer` released, then again otherwise: what is asked, said, and refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from effort import tries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def test_a_first_release_asks_and_a_corrected_plan_is_told(
    compare: Callable[..., Any], tmp_path: Path
) -> None:
    first = compare("", "", "--diffuser")
    assert first.exit_code == 0, first.output
    assert "Aucune diffusion antérieure" in first.output
    one = table(tmp_path)
    assert one["repris_du"].isna().all()
    again = compare("satisfait_des = 7", "satisfait_des = 8", "--diffuser")
    assert again.exit_code == 0, again.output
    assert "rectification" in again.output
    assert "Aucune diffusion antérieure" not in again.output
    two = table(tmp_path)
    numbers = ["n", "estimation", "ic90_bas", "ic90_haut", "verdict"]
    pd.testing.assert_frame_equal(one[numbers], two[numbers])
    assert (two["conteste"] == "oui").any()
    assert two.loc[two["publication"] == "publiable", "repris_du"].notna().all()


def test_questions_that_replace_released_ones_are_refused(compare: Callable[..., Any]) -> None:
    assert compare("", "", "--diffuser").exit_code == 0
    renamed = compare(ADDRESSED, '["nouvelle", "q01_residence"', "--diffuser")
    assert renamed.exit_code == 2
    assert "seraient dites deux fois" in renamed.output
    draft = compare(ADDRESSED, '["nouvelle", "q01_residence"')
    assert draft.exit_code == 0


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


def test_a_release_that_located_residences_wants_them_again(
    compare: Callable[..., Any], tmp_path: Path, example: Path
) -> None:
    frame = interviews(example)
    homes = frame.drop_duplicates("residence_id")["residence_id"]
    sides = ["dans" if k % 2 else "hors" for k in range(len(homes))]
    located = pd.DataFrame({"id_residence": homes, "cote": sides, "nb_logements": "60"})
    located = located.assign(code_qpv=["QN05991M" if s == "dans" else "" for s in sides])
    path = tmp_path / "residences.csv"
    located.to_csv(path, sep=";", index=False)
    first = compare("", "", "--residences", path, "--diffuser")
    assert first.exit_code == 0, first.output
    refused = compare("", "", "--diffuser")
    assert refused.exit_code == 2
    assert "Ajoutez --residences pour diffuser" in refused.output
