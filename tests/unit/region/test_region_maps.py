"""Maps over all bailleurs: money added up, résidences apart, words of no single bailleur; the atlas."""

from __future__ import annotations

import datetime as dt
import math
import re
import shutil
import subprocess
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from region_cases import LEVELS, protected_of, region_plan, region_survey

from tfpb.facts.amount import known, unknown
from tfpb.facts.bailleurs import ABSENT, added
from tfpb.facts.claim import Claim, Claims, claim
from tfpb.facts.place import located_stock, quarter_homes
from tfpb.facts.quarter import Quarters
from tfpb.model.codes import TOTAL
from tfpb.model.location import GapLine, QpvPage
from tfpb.region.estimates import compare_region
from tfpb.region.facts import owners_of, quarter_stock
from tfpb.region.publishing.atlas import AtlasPage, _over_bailleurs, apart, atlas_bytes
from tfpb.region.publishing.outputs import in_quarters
from tfpb.region.publishing.reports import contrat_sheet, thin_dossier
from tfpb.report.map_model import _whole
from tfpb.report.quarter_pages import _satisfaction, own_answers
from tfpb.words.documents import quarter_page
from tfpb.words.documents.quarter_page import (
    PARTLY,
    abatement_figure,
    money_lines,
)
from tfpb.words.documents.region_words import money_lead

if TYPE_CHECKING:
    from pathlib import Path


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


QUARTER = "QN05901N"


def part(name: str, dwellings: int, *more: Claim) -> SimpleNamespace:
    stock = claim("logements_qpv", QUARTER, known(dwellings))
    return SimpleNamespace(name=name, claims=Claims((stock, *more)))


def test_a_sum_that_lacks_a_bailleur_is_a_least_never_silently_lower() -> None:
    abated, valued = (claim(name, QUARTER, known(130)) for name in ("acquis", "valorise"))
    claims = added([part("A", 10, abated, valued).claims, part("B", 5, abated).claims], {})
    assert plain(money_lead(claims, QUARTER)) == (
        "Abattement : 260 € ; actions valorisées : au moins 130 € "
        "(montant non établi chez un bailleur au moins)."
    )
    assert plain(money_lead(Claims())) == "Abattement : non connu ; actions valorisées : non connu."


def test_the_first_owners_of_a_quarter_are_named_and_the_others_summed() -> None:
    parts = [part(n, d) for n, d in zip("ABCDEF", [12, 50, 30, 20, 0, 5], strict=True)]
    owners = owners_of(parts, QUARTER)  # type: ignore[arg-type]
    assert [name for name, _ in owners.named] == ["B", "C", "D", "A"]
    assert (owners.others, owners.left) == (1, known(5))
    assert owners_of(parts, "QN05902N").named == []  # type: ignore[arg-type]


def test_what_is_valued_is_not_set_against_part_of_the_abatement() -> None:
    sums = {"acquis": 50, "valorise": 25, "actions": 1, "logements_abattus": 5}
    own = [claim(name, QUARTER, known(amount)) for name, amount in sums.items()]
    whole = added([part("A", 10, *own).claims, part("B", 10, *own).claims], {}).within(QUARTER)
    whole = Claims([*whole.claims, claim("part_prouvee", QUARTER, known(Decimal("0.5")))]).within(
        QUARTER
    )
    assert "justifié à 50 %" in plain(money_lines(whole)[0])
    untaxed = own[1:3]
    less = added([part("A", 10, *own).claims, part("B", 10, *untaxed).claims], {}).within(QUARTER)
    # the share is at most: the other bailleur may have 25 € too, all justified
    assert less.get("part_justifiee").amount.at_most == pytest.approx(Decimal(2) / 3)
    assert plain(abatement_figure(less, 2025)[1]) == "au moins 50 €"
    assert abatement_figure(less, 2025)[2].endswith(PARTLY)
    idle = added([part("A", 10, *own).claims, part("B", 10).claims], {}).within(QUARTER)
    assert plain(money_lines(idle)[0]) == "au moins 1 action, au moins 25 € valorisés."


def test_maps_have_no_amount_where_a_sum_lacks_a_bailleur() -> None:
    assert math.isnan(_whole(unknown(ABSENT)))
    assert _whole(known(100)) == 100


def test_one_identifier_of_two_bailleurs_is_two_residences() -> None:
    homes = pd.DataFrame({"id_residence": ["R1", "R1", "R2"], "bailleur": ["A", "B", "A"]})
    doors = pd.DataFrame({"id_residence": ["R1", "R1", "R1", "R2"], "bailleur": list("ABBA")})
    out = apart(located_stock(2025, 2024, doors, homes, pd.DataFrame()))
    assert out.residences["id_residence"].tolist() == ["R1 · A", "R1 · B", "R2"]
    assert out.entrances["id_residence"].tolist() == ["R1 · A", "R1 · B", "R1 · B", "R2"]


def test_a_residence_in_the_quarters_of_two_contrats_is_counted_in_each_and_drawn_in_part() -> None:
    one, two = "QN05901N", "QN05902N"
    doors = pd.DataFrame(
        {
            "id_residence": ["R1", "R1", "R1", "R1", "R2"], "bailleur": "A",
            "nb_logements": [30, 12, 5, 8, 20],
            "qpv_statut": ["dans", "dans", "a_verifier", "hors", "dans"],
            "qpv_code": [one, two, "", "", two], "qpv_proche_code": [one, two, two, two, two],
        }
    )  # fmt: skip
    homes = pd.DataFrame(
        {
            "id_residence": ["R1", "R2"], "bailleur": "A", "code_qpv": [one, two],
            "code_insee": ["59001", "59002"], "nb_logements": [55, 20],
            "logements_dans": [42, 20], "logements_a_verifier": [5, 0],
        }
    )  # fmt: skip
    located = located_stock(2025, 2024, doors, homes, pd.DataFrame())
    stock = quarter_stock([SimpleNamespace(name="A", located=located)])  # type: ignore[list-item]
    columns = ["code_qpv", "id_residence", "logements_dans", "logements_a_verifier", "code_insee"]
    assert stock[columns].to_numpy().tolist() == [
        [one, "R1", 30, 0, "59001"], [two, "R1", 12, 5, "59001"], [two, "R2", 20, 0, "59002"],
    ]  # fmt: skip
    first = in_quarters(located, stock, [one])
    assert first.entrances["nb_logements"].tolist() == [30, 8]
    assert quarter_homes(first.held)["logements_dans"].tolist() == [30]
    second = in_quarters(located, stock, [two])
    assert second.residences["code_qpv"].tolist() == [two, two]
    assert second.entrances["nb_logements"].tolist() == [12, 5, 8, 20]
    held = quarter_homes(second.held)[["code_qpv", "logements_dans", "logements_a_verifier"]]
    assert held.to_numpy().tolist() == [
        [two, 12, 5], [two, 20, 0],
    ]  # fmt: skip
    both = in_quarters(located, stock, [one, two])
    pd.testing.assert_frame_equal(both.entrances, doors)
    pd.testing.assert_frame_equal(both.residences, homes)


def test_a_page_over_bailleurs_speaks_of_no_single_one() -> None:
    page = QpvPage(
        code_qpv="QN05901N", nom="Q", commune="C", bailleur="Union", year=2025,
        figures=(quarter_page.dwellings_figure(Claims(), "QN05901N"),),
        bars=(), lines=(), tasks=(), gaps=(GapLine("Propreté", gap=-0.1),), notes=("Une note.",),
        gap_scope=quarter_page.gap_scope(everyone=False),
    )  # fmt: skip
    parts = [part(n, d) for n, d in zip("ABCDEF", [12, 50, 30, 20, 0, 5], strict=True)]
    said = _over_bailleurs(page, owners_of(parts, QUARTER))  # type: ignore[arg-type]
    assert said.notes[-1] == (
        "À qui sont ces logements : B (50), C (30), D (20), A (12) et 1 autre (5)."
    )
    assert len(_over_bailleurs(page, None).notes) == 1
    text = " ".join([said.gap_scope, *said.notes, *(" ".join(f) for f in said.figures)])
    assert "du bailleur" not in text
    assert "tous bailleurs" in text


def test_the_atlas_binds_pages_by_commune_with_contents_and_the_same_bytes(tmp_path: Path) -> None:
    import typst

    leaves = {
        name: typst.compile(f'#set page("a4", flipped: true)\n= Page de {name}'.encode())
        for name in ("Zola", "Arts", "Gare")
    }
    towns = {"Zola": "Aulnoy", "Arts": "Valmont", "Gare": "Émerchicourt"}
    pages = [AtlasPage(f"QN0590{k}N", n, towns[n], d) for k, (n, d) in enumerate(leaves.items())]
    one, two = (
        atlas_bytes(p, title="Atlas", author="Union", date=dt.date(2026, 9, 15), note="cf3db2ef")
        for p in (pages, pages[::-1])
    )
    assert one == two
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = tmp_path / "atlas.pdf"
    path.write_bytes(one)
    command = ["pdftotext", "-layout", str(path), "-"]
    sheets = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\f")
    first, *others = [" ".join(s.split()) for s in sheets if s.strip()]
    assert sorted(leaves, key=first.index) == ["Zola", "Gare", "Arts"]
    for number, name in enumerate(("Zola", "Gare", "Arts"), start=2):
        assert f"Page de {name}" in others[number - 2]
        assert re.search(rf"{name} QN0590\dN [ .]*{number}\b", first)


def test_a_contrat_where_nobody_answered_says_why_nothing_is_shown() -> None:
    answers = region_survey(3)
    made = compare_region(answers, region_plan(), by=LEVELS, repere=None)
    nothing = protected_of(made).place("contrat_de_ville", "Ailleurs", [])
    head = SimpleNamespace(
        draft=False,
        settings=SimpleNamespace(
            region=SimpleNamespace(annee=2025, date=dt.date(2026, 9, 15), donnees_fictives=True,
                                   organisme_regional="Union"),
            reglages=SimpleNamespace(part_maximum=0.85), file="region.toml",
        ),
        run_hash="0" * 8, year=2025, vintage=2024, asked=(), printed=True, corrections=(),
    )  # fmt: skip
    said = contrat_sheet(
        head=head, name="Ailleurs", survey=nothing,  # type: ignore[arg-type]
        quarters=Quarters(), stock=pd.DataFrame(columns=["code_qpv", "bailleur"]), claims=Claims(),
    )  # fmt: skip
    told = {s.key: s.lead for s in said.sections}
    assert told["satisfaction"].startswith("Aucune question ne peut être publiée pour ce contrat")


def test_a_gap_on_a_page_is_the_difference_of_the_levels_beside_it() -> None:
    answers = region_survey(3, owners=14, towns=4)
    made = compare_region(answers, region_plan(), by=LEVELS, repere=None)
    protected = protected_of(made)
    quarters = sorted(set(answers.respondents["code_qpv"]) - {""})
    head = SimpleNamespace(
        draft=False,
        settings=SimpleNamespace(
            region=SimpleNamespace(annee=2025, date=dt.date(2026, 9, 15), donnees_fictives=True,
                                   organisme_regional="Union"),
            file="region.toml",
        ),
        run_hash="0" * 8, year=2025, vintage=2024, asked=(), printed=True, corrections=(),
    )  # fmt: skip
    whole, met = "C0", 0
    survey = protected.place("contrat_de_ville", whole, quarters)
    base = survey.comparison[survey.comparison["niveau"] == TOTAL]
    dossier = thin_dossier(head, whole, survey, Quarters())  # type: ignore[arg-type]
    answers = own_answers(dossier)
    for code in quarters:
        _, lines = _satisfaction(dossier, answers, code)
        for line in lines:
            if line.gap is None or line.qpv is None or line.hors is None:
                continue
            assert line.gap == pytest.approx(line.qpv - line.hors, abs=1e-9)
            met += 1
    assert met
    assert base["groupe"].eq("hors_qpv").any()  # the contrat's own other side is another one
