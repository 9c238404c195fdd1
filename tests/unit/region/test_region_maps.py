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
from region_cases import LEVELS, region_plan, region_survey

from tfpb.facts.amount import Amount, between, known
from tfpb.facts.claim import Claims, claim
from tfpb.facts.place import holds_of_counts, located_stock, quarter_homes
from tfpb.model.codes import TOTAL
from tfpb.model.location import QpvPage
from tfpb.region.atlas import AtlasPage, _over_bailleurs, apart, atlas_bytes
from tfpb.region.estimates import compare_region
from tfpb.region.facts import axes, axis_rows, partly, quarter_money, quarter_stock
from tfpb.region.outputs import in_quarters
from tfpb.region.reports import contrat_sheet, thin_dossier
from tfpb.region.secrecy.cuts import Protected
from tfpb.region.secrecy.panels import Rules
from tfpb.region.secrecy.region_secrecy import published_rows
from tfpb.report.map_model import _whole
from tfpb.report.quarter_pages import _satisfaction, own_answers
from tfpb.words.documents import quarter_page
from tfpb.words.documents.quarter_page import abatement_figure, programme_figure
from tfpb.words.documents.region_words import money_lead

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.facts.claim import Within


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def part(dwellings: int, abated: str, valued: str) -> SimpleNamespace:
    code = "QN05901N"
    return SimpleNamespace(
        located=SimpleNamespace(
            held=holds_of_counts(
                pd.DataFrame(
                    {"id_residence": ["R1"], "code_qpv": [code], "logements_dans": [dwellings]}
                )
            )
        ),
        abatement=SimpleNamespace(
            by_qpv=pd.DataFrame(
                {"code_qpv": [code], "abattement_eur": [Decimal(abated)],
                 "compensation_etat_eur": [Decimal(1)], "perte_collectivites_eur": [Decimal(2)],
                 "logements_abattus": [dwellings - 1]}
            )
        ),
        programme=SimpleNamespace(
            balance=pd.DataFrame(
                {"code_qpv": [code, code], "annee": [2024, 2025],
                 "valorise_eur": [Decimal(999), Decimal(valued)]}
            ),
            by_axis=pd.DataFrame(
                {"code_qpv": [code, "total"], "axe": [3, 3], "actions": [2, 2],
                 "prevu_eur": [Decimal(5), Decimal(5)], "realise_eur": [Decimal(4), Decimal(4)],
                 "valorise_eur": [Decimal(valued), Decimal(valued)]}
            ),
        ),
        settings=SimpleNamespace(dossier=SimpleNamespace(annee=2025)),
    )  # fmt: skip


def test_money_adds_up_over_bailleurs_to_the_cent() -> None:
    parts = [part(10, "100.10", "50.05"), part(5, "0.20", "0.05")]
    money = quarter_money(parts, ["QN05901N", "QN05902N"])  # type: ignore[arg-type]
    assert money["code_qpv"].tolist() == ["QN05901N", "QN05902N"]
    assert money["logements"].tolist() == [15, 0]
    assert money["abattement_eur"].tolist() == [Decimal("100.30"), None]  # untold, not nil
    assert money["valorise_eur"].tolist() == [Decimal("50.10"), None]
    assert money["logements_abattus"].tolist() == [13, 0]
    rows = axis_rows(parts, ["QN05901N"])  # type: ignore[arg-type]
    assert rows[["axe", "actions"]].to_numpy().tolist() == [[3, 4]]
    assert axes(parts, ["QN05901N"])["valorise_eur"].tolist() == [Decimal("50.10")]  # type: ignore[arg-type]


def test_a_sum_that_lacks_a_bailleur_is_a_least_never_silently_lower() -> None:
    whole, untaxed, idle = part(10, "100", "50"), part(5, "1", "2"), part(4, "30", "9")
    untaxed.abatement, idle.programme = None, None
    money = quarter_money([whole, untaxed, idle], ["QN05901N"])  # type: ignore[arg-type]
    row = money.iloc[0]
    assert (row["abattement_eur"], row["abattement_partiel"]) == (Decimal(130), True)
    assert (row["valorise_eur"], row["valorise_partiel"]) == (Decimal(52), True)
    assert partly(money) == (True, True)
    said = money_lead(Decimal(130), Decimal(52), partly(money))
    assert "au moins 130" in said
    assert "au moins 52" in said
    assert said.endswith("(montant non établi chez un bailleur au moins).")
    told = quarter(acquis=least(130), valorise=least(52), actions=known(3))
    _, value, detail = abatement_figure(told)
    assert value.startswith("au moins 130")
    assert "non établi chez un bailleur" in detail
    _, value, detail = programme_figure(told)
    assert value.startswith("au moins 52")
    assert detail == "3 actions ; montant non établi chez un bailleur au moins"
    hanging = part(3, "0", "9")
    hanging.abatement.by_qpv["abattement_eur"] = [None]
    assert quarter_money([whole, hanging], ["QN05901N"])["abattement_partiel"].all()  # type: ignore[arg-type]
    assert not quarter_money([whole, part(0, "0", "0")], ["QN05901N"])["valorise_partiel"].any()  # type: ignore[arg-type]


def quarter(**amounts: Amount) -> Within:
    """Return claims of a quarter by hand."""
    return Claims([claim(name, "QN05901N", a) for name, a in amounts.items()]).within("QN05901N")


def least(euros: int) -> Amount:
    return between(Decimal(euros), None, "bailleur_absent")


def test_what_is_valued_is_not_set_against_part_of_the_abatement() -> None:
    done = {"valorise": known(50), "actions": known(2)}
    whole = {"couverture": known(Decimal("0.5")), "valorise_par_logement": known(5)}
    said = "2 actions, 5 € par logement abattu, 50 % de l’abattement"
    assert plain(programme_figure(quarter(**done, **whole))[2]) == said
    share = between(Decimal(0), Decimal("0.5"), "bailleur_absent")
    assert programme_figure(quarter(**done, couverture=share))[2] == "2 actions"


def test_maps_have_no_amount_where_a_sum_lacks_a_bailleur() -> None:
    assert math.isnan(_whole(least(100)))
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
        gaps=(),
        sentences=(f"Les locataires {quarter_page.CONVENTION_SCOPE}.",),
        gap_scope=quarter_page.GAP_SCOPE_CONVENTION,
    )  # fmt: skip
    homes = pd.DataFrame({"bailleur": list("ABCDEFA"), "logements_dans": [10, 50, 30, 20, 0, 5, 2]})
    said = _over_bailleurs(page, homes)
    assert said.sentences[-1] == (
        "À qui sont ces logements : B (50), C (30), D (20), A (12) et 1 autre (5)."
    )
    assert len(_over_bailleurs(page, homes.iloc[:0]).sentences) == 1
    text = " ".join([said.gap_scope, *said.sentences, *(" ".join(f) for f in said.figures)])
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
    made = published_rows(
        compare_region(answers, region_plan(), by=LEVELS, repere=None), answers, Rules(11)
    )
    nothing = Protected.of(made, frozenset(), 11).place("contrat_de_ville", "Ailleurs", [])
    head = SimpleNamespace(
        draft=False,
        settings=SimpleNamespace(
            region=SimpleNamespace(annee=2025, date=dt.date(2026, 9, 15), donnees_fictives=True,
                                   organisme_regional="Union"),
            reglages=SimpleNamespace(part_maximum=0.85), file="region.toml",
        ),
        run_hash="0" * 8, year=2025, vintage=2024,
    )  # fmt: skip
    stock = ["nom_qpv", "code_qpv", "bailleur", "residences", "logements_dans",
             "logements_a_verifier"]  # fmt: skip
    money = ["nom_qpv", "code_qpv", "logements", "abattement_eur", "compensation_etat_eur",
             "perte_collectivites_eur", "valorise_eur", "abattement_partiel", "valorise_partiel"]  # fmt: skip
    spent = ["axe", "actions", "prevu_eur", "realise_eur", "valorise_eur"]
    said = contrat_sheet(
        head=head, name="Ailleurs", survey=nothing,  # type: ignore[arg-type]
        homes=pd.DataFrame(columns=["code_qpv", "nom_qpv"]), stock=pd.DataFrame(columns=stock),
        money=pd.DataFrame(columns=money), axes=pd.DataFrame(columns=spent),
    )  # fmt: skip
    told = {s.key: s.lead for s in said.sections}
    assert told["comparaison"].startswith("Aucune question ne peut être publiée pour ce contrat")


def test_a_gap_on_a_page_is_the_difference_of_the_levels_beside_it() -> None:
    answers = region_survey(3, owners=14, towns=4)
    made = published_rows(
        compare_region(answers, region_plan(), by=LEVELS, repere=None), answers, Rules(11)
    )
    protected = Protected.of(made, frozenset(), 11)
    quarters = sorted(set(answers.respondents["code_qpv"]) - {""})
    head = SimpleNamespace(
        draft=False,
        settings=SimpleNamespace(
            region=SimpleNamespace(annee=2025, date=dt.date(2026, 9, 15), donnees_fictives=True,
                                   organisme_regional="Union"),
            file="region.toml",
        ),
        run_hash="0" * 8, year=2025, vintage=2024,
    )  # fmt: skip
    whole, met = "C0", 0
    survey = protected.place("contrat_de_ville", whole, quarters)
    base = survey.comparison[survey.comparison["niveau"] == TOTAL]
    dossier = thin_dossier(head, whole, survey, pd.DataFrame())  # type: ignore[arg-type]
    answers = own_answers(dossier)
    for code in quarters:
        scope, lines, _, _, _ = _satisfaction(dossier, answers, code)
        for line in lines:
            if line.gap is None or line.qpv is None or line.hors is None:
                continue
            assert line.gap == pytest.approx(line.qpv - line.hors, abs=1e-9)
            met += scope == quarter_page.GAP_SCOPE_QUARTER
    assert met
    assert base["groupe"].eq("hors_qpv").any()  # the contrat's own other side is another one
