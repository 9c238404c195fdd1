"""Delivered, kept, set aside: every interview is somewhere, and an unread name is no absence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tfpb.errors import Fault, Place, Severity
from tfpb.facts.claim import Claims
from tfpb.facts.quarter import Quarters
from tfpb.model.question import Answer, Asked, Measure, Question, Reply, Unit
from tfpb.model.record import Reading
from tfpb.model.report import Section, Table, Text
from tfpb.region.publishing.reports import deliveries_report, provisional
from tfpb.region.reconciliation import doubts, on_whole_files, reconciled, stakes, unused
from tfpb.words.faults.paste_words import paste_lines
from tfpb.words.faults.sentences import fault_text

OPH = "Territoire habitat (OPH 90)"
READ = Reading("enquete", "e.csv", "", OPH, "2023", 430, 424, {"poids_manquant": 6})
LOST = replace(
    READ, bailleur="TERRITOIRE HABITAT", wave="2019", read=420, kept=0, left={"autre_nom": 420}
)
OTHER = replace(READ, bailleur="Logis du Doubs", wave="2019", read=300, kept=300, left={})
NAMES = [OPH, "Logis du Doubs"]


def test_each_bailleur_and_wave_has_its_line_and_each_interview_its_place() -> None:
    table = reconciled([READ, LOST, OTHER], NAMES, {})
    assert int(table["livrees"].sum()) == 430 + 420 + 300
    assert (table["livrees"] == table["gardees"] + table["ecartees"]).all()
    told = table.set_index(["bailleur", "vague"])["constat"].to_dict()
    assert told == {
        (OPH, "2019"): "non_lu", (OPH, "2023"): "ecarte", ("Logis du Doubs", "2019"): "lu",
        ("Logis du Doubs", "2023"): "non_lu", ("TERRITOIRE HABITAT", "2019"): "inconnu",
    }  # fmt: skip
    near = table.set_index(["bailleur", "vague"])["proches"]
    assert near[OPH, "2019"] == "« TERRITOIRE HABITAT »"
    assert near["Logis du Doubs", "2023"] == ""


def test_a_near_name_is_proposed_with_the_line_that_settles_it() -> None:
    found = doubts(reconciled([READ, LOST, OTHER], NAMES, {}), NAMES, "region.toml")
    said = " ".join(f"{fault_text(f).title} {fault_text(f).hint}" for f in found)
    assert "420 réponses écartées" in said
    assert "rien ne dit encore qu’il n’a pas été enquêté" in said
    block = paste_lines(found)
    assert "region.toml" in block[0]
    assert f'"TERRITOIRE HABITAT" = "{OPH}"' in block


def test_what_the_file_of_the_region_says_of_a_name_settles_it() -> None:
    settled = {"Territoire Habitat": "", "Personne": ""}
    table = reconciled([READ, LOST, OTHER], NAMES, settled)
    assert table["constat"].tolist()[-1] == "tranche"
    assert not [f for f in doubts(table, NAMES, "r.toml") if f.code == "region_bailleur_inconnu"]
    assert not (table["proches"] != "").any()
    idle = unused(settled, {"territoire habitat"}, "r.toml")
    assert [(f.code, f.got) for f in idle] == [("alias_sans_effet", "Personne")]


@pytest.mark.parametrize("wave", ["2019", "2023"])
def test_one_wave_alone_says_nothing_of_another(wave: str) -> None:
    table = reconciled([replace(OTHER, wave=wave)], ["Logis du Doubs"], {})
    assert table["constat"].tolist() == ["lu"]


def asked(source: str, unit: Unit, low: float, high: float, **seen: str) -> Asked:
    answers = (Answer("a", Measure(low, unit)), Answer("b", Measure(high, unit)))
    question = Question(
        "entretiens_copies", source, Place("f.csv"), (), tuple(seen.items()), answers,
        Measure(high, unit), "c",
    )  # fmt: skip
    return Asked(question)


def test_what_hangs_on_open_questions_is_added_by_bailleur_and_unit() -> None:
    heard = asked("enquete", Unit.POINTS, 35, 65)
    money = asked("programme", Unit.EUR, 100, 350)
    done = Reply("k", "a", money.question.role, dt.date(2026, 1, 1))
    common = [asked("patrimoine", Unit.LOGEMENTS, 80, 100, premier="A", second="B")]
    rows = stakes({"A": [money, money, replace(money, reply=done)], "B": [heard], "C": []}, common)
    assert rows.astype(object).where(rows.notna(), None).to_numpy().tolist() == [
        ["A", 3, 500, 20, None], ["B", 2, None, 20, 0.3], ["C", 0, None, None, None],
    ]  # fmt: skip


def test_figures_under_an_open_question_of_the_survey_say_that_they_are_provisional() -> None:
    page = Section("satisfaction", "Satisfaction", "", (Text(("suite",)),))
    heard = asked("enquete", Unit.POINTS, 35, 65)
    first = provisional(page, [heard, heard]).blocks[0]
    assert isinstance(first, Text)
    assert "2 questions" in first.paragraphs[0]
    assert "restent" in first.paragraphs[0]
    assert provisional(replace(page, key="argent"), [heard]).blocks == page.blocks
    assert provisional(page, [asked("patrimoine", Unit.LOGEMENTS, 1, 2)]) == page


def test_the_region_s_list_gives_the_keys_that_the_dossier_of_each_takes() -> None:
    """With the bailleur in its place, a question had another key: the line to paste answered nothing."""
    heard = asked("enquete", Unit.POINTS, 35, 65, lignes="5")
    two = [
        replace(a, code=code)
        for a, code in zip(heard.question.answers, ("ecarter", "garder"), strict=True)
    ]
    heard = Asked(replace(heard.question, answers=tuple(two)))
    few = [replace(two[0], effect=Measure(64.7, Unit.POINTS)), two[1]]
    light = Asked(
        replace(heard.question, answers=tuple(few))
    )  # no release waits for it: it is open
    assert heard.is_waiting > light.is_waiting
    few_heard = Fault(
        "residence_a_verifier", Place("e.csv", "", 4), "R1",
        {"residence": "R1", "vague": "2023", "nombre": 3}, Severity.DOUTE,
    )  # fmt: skip
    parts = [
        SimpleNamespace(name=name, asked=(one,), claims=Claims(), notices=(few_heard,))
        for name, one in (("A", heard), ("B", light))
    ]
    region = SimpleNamespace(
        titre="T",
        annee=2025,
        date=dt.date(2026, 9, 15),
        donnees_fictives=True,
        organisme_regional="U",
    )
    head = SimpleNamespace(
        draft=True, settings=SimpleNamespace(region=region, file="r.toml"), run_hash="0" * 8,
        year=2025, vintage=2024, asked=(heard,), printed=True, corrections=(),
    )  # fmt: skip
    whole = SimpleNamespace(
        head=head, parts=parts, asked=(), draft=True, places=SimpleNamespace(quarters=Quarters()),
        protected=None,
        deliveries=reconciled([READ], NAMES, {}),
    )  # fmt: skip
    first, *_, sheet = deliveries_report(whole).sections  # type: ignore[arg-type]
    kinds = next(b for b in first.blocks if isinstance(b, Table) and b.key == "livraisons_doutes")
    (told,) = kinds.rows["exemple"]
    assert "moins de" in told  # three interviews of a résidence are told by no file
    assert kinds.rows["ligne"].isna().all()
    (table, *_) = (b for b in sheet.blocks if isinstance(b, Table))
    assert table.rows["cle"].tolist() == [heard.question.key] * 2
    assert [where.split(" › ")[0] for where in table.rows["ou"]] == ["A", "B"]
    (lines,) = (b.paragraphs for b in sheet.blocks if isinstance(b, Text))
    assert sum(f"# {heard.question.key} = " in line for line in lines) == 2 * 3
    assert [line[2:].split(" › ")[0] for line in lines if " › " in line] == ["A", "B"]


def test_a_doubt_on_the_unit_of_a_whole_file_is_listed_by_the_region() -> None:
    """A programme in k€ is 2 M€ less in its sums, and a line among 2 000 of the packs."""
    place = Place("programme.csv", column="valorise_eur")
    own = [
        Fault(code, place, "20", {}, Severity.DOUTE) for code in ("qpv_loin", "programme_infime")
    ]
    (found,) = on_whole_files({"A": own, "B": own[:1]})
    assert (found.code, found.place.file) == ("programme_infime", "A › programme.csv")
