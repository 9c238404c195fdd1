"""Delivered, kept, set aside: every interview is somewhere, and an unread name is no absence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tfpb.model.record import Reading
from tfpb.region.reconciliation import doubts, reconciled, unused
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
