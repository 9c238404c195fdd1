"""Rows written twice: asked about and settled by the page and by the command, never a stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from served_page import Served, served
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.steps.checking import money_faults
from tfpb.pipeline.steps.costing import TaxRule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tfpb.model.question import Asked

STOCK = "id_residence;adresse;code_postal;commune;nb_logements;Gardien"
TAX = "avis;invariant;id_residence;annee;vlc_eur;taux_commune_pct;cotisation_avis_eur;nb_logements"


def stock(*more: str) -> bytes:
    rows = [f"R{k};{k} RUE DU PORT;59000;LILLE;{10 + k};Mme" for k in range(1, 9)]
    return "\n".join([STOCK, *rows, *more]).encode()


def tax(*more: str) -> bytes:
    rows = [f"A{k};I{k};R{k};2025;{9000 + 700 * k};40;{1000 + k};{10 + k}" for k in range(1, 9)]
    return "\n".join([TAX, *rows, *more]).encode()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "dossier", tmp_path / "geo") as made:
        made.desk.check = lambda **_: None  # `look` does it here
        head = {"geste": "tete", "bailleur": "Nord Habitat", "titre": "Essai", "annee": "2025",
                "date": "2026-02-10", "convention": ""}  # fmt: skip
        made.post("/depart", head)
        yield made


def dropped(page: Served, **files: bytes) -> Asked:
    for name, data in files.items():
        page.post("/deposer", {"geste": "deposer"}, files=[("fichiers", (f"{name}.csv", data))])
    page.look()
    (one,) = page.desk.outlook.asked
    return one


def answer(page: Served, one: Asked, code: str) -> None:
    page.post("/reponses", {"cle": one.question.key, "reponse": code, "par": "patrimoine"})
    page.look()


def dwellings(page: Served) -> int:
    frame = gather_inputs(load_settings(page.desk.file))[0].frame("patrimoine")
    assert frame is not None
    return int(frame["nb_logements"].sum())


def doubled(page: Served) -> list[str]:
    """List the rows that are still a fault, of the stock or of the notices."""
    settings = load_settings(page.desk.file)
    inputs, faults = gather_inputs(settings)
    found = (*faults, *money_faults(inputs, TaxRule.of(settings)))
    return [f.code for f in found if f.code == "ligne_en_double"]


ALONE = sum(10 + k for k in range(1, 9))


def test_an_entrance_written_twice_is_asked_and_never_stops(page: Served) -> None:
    one = dropped(page, patrimoine=stock("R3;3 Rue du Port;59000;LILLE;13;Mme"))
    told = page.get("/reponses").text
    assert "Ces lignes sont-elles écrites deux fois ?" in told
    assert "une seule des deux compte" in told
    assert "ce sont deux lignes" in told
    assert "la ligne 4" in told or "ligne 4" in told
    assert doubled(page) == []
    assert dwellings(page) == ALONE  # while nobody answers, the least
    answer(page, one, "garder")
    assert (dwellings(page), doubled(page)) == (ALONE + 13, [])
    answer(page, one, "ecarter")
    assert (dwellings(page), doubled(page)) == (ALONE, [])


def test_of_two_lines_that_differ_one_says_which_counts(page: Served) -> None:
    one = dropped(page, patrimoine=stock("R3;3 RUE DU PORT;59000;LILLE;40;M."))
    told = page.get("/reponses").text
    assert "nb_logements" in told  # what differs is named
    for code, extra in (("premiere", 0), ("derniere", 27), ("garder", 40)):
        answer(page, one, code)
        assert (dwellings(page), doubled(page)) == (ALONE + extra, []), code
    effects = {a.code: a.effect.amount for a in one.question.answers}
    assert effects == {"premiere": ALONE, "derniere": ALONE + 27, "garder": ALONE + 40}


def test_a_premises_written_twice_on_its_notice_is_asked(page: Served) -> None:
    one = dropped(page, patrimoine=stock(), fiscalite=tax("a 3;i 3;R3;2025;11100;40;1003;13"))
    assert one.question.source == "fiscalite"
    assert doubled(page) == []
    for code, lines in (("ecarter", 8), ("garder", 9)):
        answer(page, one, code)
        frame = gather_inputs(load_settings(page.desk.file))[0].frame("fiscalite")
        assert frame is not None
        assert (len(frame), doubled(page)) == (lines, [])
