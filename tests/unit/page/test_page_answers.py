"""« Questions sur les fichiers »: replies written where the commands read them, offered again, taken back."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from served_page import Served, served
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings
from tfpb.model.codes import Role
from tfpb.model.question import NOT_KNOWN
from tfpb.words.faults.sentences import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADS = "id_residence;adresse;code_postal;commune;nb_logements;Situation"


def stock(first: int = 10) -> bytes:
    """Return a stock of twenty entrances, three of which are sold."""
    lines = [
        f"R{k};{k} RUE DU PORT;59000;LILLE;{first if k == 1 else 10 + k};"
        f"{'Vendu' if k < 4 else 'En gestion'}"
        for k in range(1, 21)
    ]
    return "\n".join([HEADS, *lines]).encode()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "dossier", tmp_path / "geo") as made:
        made.desk.check = lambda **_: None  # `look` does it here
        head = {"geste": "tete", "bailleur": "Nord Habitat", "titre": "Essai", "annee": "2025",
                "date": "2026-02-10", "convention": ""}  # fmt: skip
        made.post("/depart", head)
        files = [("fichiers", ("patrimoine.csv", stock()))]
        assert made.post("/deposer", {"geste": "deposer"}, files=files).status_code == 200
        look(made)
        yield made


def look(page: Served) -> None:
    page.look()


def test_a_reply_is_written_with_its_role_and_the_day_of_the_dossier(page: Served) -> None:
    told = page.get("/reponses").text
    (one,) = page.desk.outlook.asked
    key = one.question.key
    assert f'id="q{key}"' in told
    assert "3 lignes" in told
    assert 'value="2026-02-10"' in told
    assert told.count('name="reponse"') == 3  # two answers, and « on ne sait pas »
    assert "La diffusion attend cette réponse" in told
    assert "1 question attend une réponse" in page.get("/dossier").text

    page.post("/reponses", {"cle": key, "reponse": "ecarter", "par": "patrimoine", "le": ""})
    settings = load_settings(page.desk.file)
    held = settings.reponses[key]
    assert (held.reponse, held.par, held.le) == ("ecarter", Role.PATRIMOINE, dt.date(2026, 2, 10))
    inputs, _ = gather_inputs(settings)
    assert len(inputs.frames["patrimoine"]) == 17
    told = page.get("/reponses").text
    assert "Répondu le 10 février 2026 (patrimoine)" in told
    assert "La diffusion attend" not in told
    assert "attend une réponse" not in page.get("/dossier").text

    # given again, another day, « on ne sait pas »; then taken back
    again = {
        "cle": key,
        "reponse": NOT_KNOWN,
        "par": "fiscalite",
        "le": "2026-03-02",
        "piece": "acte",
    }
    page.post("/reponses", again)
    held = load_settings(page.desk.file).reponses[key]
    assert (held.reponse, held.le, held.piece) == (NOT_KNOWN, dt.date(2026, 3, 2), "acte")
    page.post("/reponses", {"cle": key, "reponse": "reprendre"})
    assert not load_settings(page.desk.file).reponses


def test_a_reply_that_fell_is_offered_again_and_replaced(page: Served) -> None:
    (one,) = page.desk.outlook.asked
    first = one.question.key
    page.post("/reponses", {"cle": first, "reponse": "garder", "par": "patrimoine"})
    (page.desk.folder / "patrimoine.csv").write_bytes(stock(first=11))
    look(page)
    (one,) = page.desk.outlook.asked
    assert one.question.key != first
    assert one.fallen is not None
    told = page.get("/reponses").text
    assert "Les cellules ont changé depuis" in told
    chosen = re.search(r'value="garder" class="principal"', told)
    assert chosen, "the answer that fell is proposed in one click"
    page.post("/reponses", {"cle": one.question.key, "reponse": "garder", "par": "patrimoine"})
    assert [*load_settings(page.desk.file).reponses] == [one.question.key]
    look(page)
    assert page.desk.outlook.asked[0].is_settled


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"reponse": "peut-etre", "par": "patrimoine"}, "reponse_non_ecrite"),
        ({"reponse": "garder", "par": "Jeanne Martin"}, "reponse_non_ecrite"),
        ({"par": "patrimoine"}, "reponse_non_ecrite"),
        ({"cle": "0123456789ab", "reponse": "garder", "par": "patrimoine"}, "question_disparue"),
    ],
)
def test_what_is_no_reply_is_refused_and_nothing_written(
    page: Served, form: dict[str, str], code: str
) -> None:
    (one,) = page.desk.outlook.asked
    before = page.desk.file.read_bytes()
    told = page.post("/reponses", {"cle": one.question.key, **form}).text
    assert page.desk.file.read_bytes() == before
    assert CATALOGUE[code].title in told


def test_no_question_is_said(page: Served) -> None:
    plain = stock().decode().replace("Vendu", "En gestion")
    (page.desk.folder / "patrimoine.csv").write_bytes(plain.encode())
    look(page)
    assert page.desk.outlook.asked == ()
    told = page.get("/reponses").text
    assert 'name="reponse"' not in told
    assert 'class="fini"' in told
