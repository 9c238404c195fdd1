"""A manager’s two waves dropped at once, codes without labels: asked, answered in one click each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from served_page import Served, served
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADS = "N° questionnaire;Code groupe;QPV;Hall;Abords;Écoute"


def wave(year: int, *, best: int) -> bytes:
    """Draw a wave coded 1 to 4, where `best` (1 or 4) is the best answer: seven in ten are satisfied."""
    rng = np.random.default_rng(year)
    lines = [HEADS]
    for k in range(240):
        levels = rng.choice(4, 3, p=(0.3, 0.4, 0.2, 0.1)) + 1
        codes = levels if best == 1 else 5 - levels
        lines.append(
            f"{year}{k};R{k % 20 + 1};{'Oui' if k % 2 else 'Non'};" + ";".join(map(str, codes))
        )
    return "\n".join(lines).encode()


def stock() -> bytes:
    lines = ["id_residence;adresse;code_postal;commune;nb_logements"]
    lines += [f"R{k};{k} RUE DU PORT;59000;LILLE;{10 + k}" for k in range(1, 21)]
    return "\n".join(lines).encode()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "dossier", tmp_path / "geo") as made:
        made.desk.check = lambda **_: None  # `look` does it here
        head = {"geste": "tete", "bailleur": "Nord Habitat", "titre": "Essai", "annee": "2025",
                "date": "2026-02-10", "convention": ""}  # fmt: skip
        made.post("/depart", head)
        files = [
            ("fichiers", ("patrimoine.csv", stock())),
            ("fichiers", ("enquete satisfaction 2022.csv", wave(2022, best=1))),
            ("fichiers", ("enquete satisfaction 2025.csv", wave(2025, best=4))),
        ]
        assert made.post("/deposer", {"geste": "deposer"}, files=files).status_code == 200
        made.look()
        yield made


def satisfied(page: Served) -> dict[str, float]:
    """Return the share of answers that the dossier reads as the two best levels, by file."""
    inputs, _ = gather_inputs(load_settings(page.desk.file))
    return {
        d.table.file: float(
            (d.table.frame[["Hall", "Abords", "Écoute"]].isin(["1", "2"])).mean().mean()
        )
        for d in inputs.deliveries
    }


def test_each_wave_is_asked_without_a_default_and_answered_in_a_click(page: Served) -> None:
    shown = page.get("/questions").text
    assert "selon la réponse" in shown
    for code in "1234":  # no side of a code is preselected, nor offered
        choice = shown.split(f'aria-label="La réponse {code} de')[1].split("</select>")[0]
        assert re.findall(r'value="(\w+)" selected', choice) == ["selon"]
        assert "satisfait" not in choice.replace("satisfaction", "")
    told = page.get("/reponses").text
    assert told.count("Que veut dire") == 2
    assert (
        'class="principal">' not in told.split('id="q')[1].split("</form>")[0].split("reponses")[1]
    )
    assert "de satisfaits en QPV" in told
    assert "en 2025 : " in told
    assert "La diffusion attend cette réponse" in told
    answers = {"2022": "premier", "2025": "dernier"}
    for one in page.desk.outlook.asked:
        assert one.question.code == "sens_des_codes"
        year = dict(one.question.seen)["vague"]
        form = {"cle": one.question.key, "par": "enquete", "le": "2026-02-10"}
        page.post("/reponses", {**form, "reponse": "inconnu"})
        assert "et la diffusion attend" in page.get("/reponses").text
        page.post("/reponses", {**form, "reponse": answers[year]})
    page.look()
    assert not [a for a in page.desk.outlook.asked if a.is_waiting]
    assert all(0.65 < share < 0.75 for share in satisfied(page).values()), satisfied(page)


def test_confirming_the_screen_of_the_survey_answers_no_direction(page: Served) -> None:
    before = page.desk.plan_file.read_text("utf-8")
    assert before.count('sens = "a_confirmer"') == 1
    shown = page.get("/questions").text
    form = dict(re.findall(r'<input type="hidden" name="(i\d+)" value="([^"]*)"', shown))
    form |= {f"garder{k}": "on" for k in range(len(form))}
    form |= {f"e0_{k}": "selon" for k in range(4)}
    page.post("/questions", {**form, "marge": "5", "marge_par": "", "marge_le": ""})
    page.look()
    assert page.desk.plan_file.read_text("utf-8").count('sens = "a_confirmer"') == 1
    assert sum(a.question.code == "sens_des_codes" for a in page.desk.outlook.asked) == 2
