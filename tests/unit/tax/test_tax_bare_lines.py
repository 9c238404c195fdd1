"""Lines without dwellings: garages, loges, shops, or lines that nothing says to be one to live in.

A résidence cut by a limit: building A, 20 dwellings, is in the quarter; building B, 10, is out. One line
bears them all: VLC 30 000 €, 55 %, so that 30 % of it all is 2 475 €, and of what is in two thirds: 1 650 €.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tax_builders import (
    abate,
    codes,
    convention,
    conventions,
    door,
    held,
    home,
    homes,
    local,
    reserves,
    states,
)

HOMES = {"invariant": 1, "nb_logements": 30, "vlc_eur": 30000, "cotisation_avis_eur": 8250}
"""The dwellings of both buildings, on one line, refused."""
GARAGE = {
    "invariant": 2,
    "avis": "G",
    "vlc_eur": 1000,
    "cotisation_avis_eur": 275,
    "type_local": "",
}
DUE = Decimal(1650)


def cut(**cells: Any) -> dict[str, Any]:
    doors = [
        door(building="A", nb_logements=20),
        door("R1", "B", "hors", **{"nb_logements": 10, **cells}),
    ]
    stock = homes(home(nb_logements=30, logements_dans=20, logements_hors=10))
    return {"residences": stock, "entrances": pd.DataFrame(doors)}


def other(**cells: Any) -> dict[str, Any]:
    return local(**{**GARAGE, **cells})


@pytest.mark.parametrize("building", ["A", "B", ""])
@pytest.mark.parametrize(
    "what",
    [
        {"nb_logements": 0},
        {"nb_logements": ""},
        {"nb_logements": 0, "type_local": "Garage"},
        {"nb_logements": "", "type_local": "Local commercial"},
        {"nb_logements": 1, "type_local": "Loge de gardien"},
    ],
)
def test_a_line_without_dwellings_takes_no_building_and_is_claimed_by_nobody(
    building: str, what: dict[str, Any]
) -> None:
    made = abate(local(**HOMES), other(id_batiment=building, **what), **cut())
    assert (states(made).to_claim, states(made).at_risk) == (DUE, 0)
    assert list(made.premises["logements_retenus"]) == [30, 0]
    wanted = "hors_qpv" if building == "B" else "sans_logement"
    assert list(made.premises["statut"]) == ["a_reclamer", wanted]
    assert "sous_reserve" not in {r for r, v in reserves(made).items() if v}


@pytest.mark.parametrize(("count", "loge"), [(29, 1), (28, 2)])
@pytest.mark.parametrize("building", ["A", "B"])
def test_a_line_of_one_dwelling_takes_no_more_of_a_building_than_it_counts(
    building: str, count: int, loge: int
) -> None:
    """A loge that its file does not name is a dwelling: of its building, and no more of it."""
    lines = (
        local(**{**HOMES, "nb_logements": count}),
        other(id_batiment=building, nb_logements=loge),
    )
    made = abate(*lines, **cut())
    inside = 20 - (loge if building == "A" else 0)
    alone = Decimal("82.5") if building == "A" else 0
    exact = Decimal(2475) * inside / count + alone
    assert abs(states(made).to_claim - exact) < Decimal("0.02")


def test_a_line_beside_a_whole_residence_leaves_it_whole() -> None:
    made = abate(local(**HOMES), other(id_batiment="B", nb_logements=2), **cut())
    assert states(made).to_claim == DUE


def test_lines_of_no_nature_and_no_dwelling_raise_one_question_a_file() -> None:
    """Its answers: no dwellings, and nothing is claimed; dwellings, and they are."""
    stock = homes(
        home("R1", nb_logements=10, logements_dans=10), home("R2", nb_logements=4, logements_dans=4)
    )
    rows = [
        local(invariant=1, nb_logements=10, vlc_eur=10000, cotisation_avis_eur=2750),
        other(nb_logements=0),
        other(invariant=3, avis="H", id_residence="R2", nb_logements=""),
    ]
    made = abate(*rows, residences=stock)
    (question,) = made.questions
    assert (question.code, question.rows) == ("lignes_sans_logement", (5, 6))
    assert question.codes == ("sans_logement", "logements")
    assert states(made).to_claim == 825
    for answer, due in (("sans_logement", 825), ("logements", 990)):
        told = abate(*rows, residences=stock, replies={question.key: answer})
        assert (states(told).to_claim, len(told.questions)) == (due, 1)
        assert [a.effect.amount for a in question.answers if a.code == answer] == [float(due)]


def test_the_question_tells_what_hangs_where_nothing_is_due_yet() -> None:
    """No line counts its dwellings and the declaration has no date: all hangs, and none of it is nil."""
    stock = homes(home("R1", nb_logements=10, logements_dans=10))
    row = other(nb_logements="", vlc_eur=10000, cotisation_avis_eur=2750)
    made = abate(row, residences=stock, conventions=conventions(convention(date_declaration="")))
    (question,) = made.questions
    effects = {a.code: a.effect.amount for a in question.answers}
    assert states(made).claimed == 0
    assert effects["logements"] == 825 > effects["sans_logement"]


def test_what_the_file_names_is_not_asked() -> None:
    made = abate(local(**HOMES), other(nb_logements=0, type_local="Garage"), **cut())
    assert not made.questions
    motive = made.premises["motif"].iloc[1]
    assert "Garage" in motive
    assert "localisation" not in motive


def test_what_a_notice_abates_of_a_garage_is_under_reserve_of_what_it_is() -> None:
    rows = (
        local(**{**HOMES, "cotisation_avis_eur": 6600}),
        other(nb_logements=0, type_local="Garage", cotisation_avis_eur="192,5", id_batiment="A"),
    )
    made = abate(*rows, **cut())
    assert (states(made).acquired, states(made).doubtful) == (DUE, Decimal("82.5"))
    assert reserves(made) == {"nature": Decimal("82.5")}
    assert held(made).amount("reserve_nature").at_least == Decimal("82.5")
    assert held(made).amount("reserve_cote").is_nil


def test_an_unread_garage_is_neither_acquired_nor_claimed() -> None:
    rows = local(**HOMES), other(nb_logements=0, type_local="Garage", cotisation_avis_eur=77)
    told = held(abate(*rows, **cut()))
    assert told.amount("a_reclamer").at_most == DUE
    assert told.amount("acquis").is_nil
    assert told.amount("non_lu").is_nil


def test_blank_counts_share_what_the_counted_lines_leave() -> None:
    """Twelve counted of thirty: eighteen are the blank line's, a home by its nature; no count moves."""
    blank = local(invariant=2, nb_logements="", vlc_eur=9000, type_local="Appartement")
    made = abate(local(invariant=1, nb_logements=12, vlc_eur=30000), blank, **cut())
    assert list(made.premises["logements_retenus"]) == [12, 18]


def test_a_residence_of_garage_lines_alone_has_no_amount() -> None:
    """Its dwellings are on no line: what they are worth is not known."""
    made = abate(
        other(nb_logements=0, type_local="Garage"),
        residences=homes(home(nb_logements=8, logements_dans=8)),
    )
    assert states(made).missing == 8
    assert "residence_sans_local" in codes(made)


def test_a_garage_of_this_year_keeps_no_dwelling_of_the_year_before_off() -> None:
    before = local(invariant=1, nb_logements=1, annee=2024, avis="A0")
    made = abate(before, other(nb_logements=0, type_local="Garage", annee=2025))
    assert list(made.premises["statut"]) == ["eligible", "sans_logement"]


@pytest.mark.parametrize("what", [{"nb_logements": 0}, {"nb_logements": 0, "type_local": "Garage"}])
def test_a_garage_moves_no_coming_year(what: dict[str, Any]) -> None:
    alone = abate(local(**HOMES), **cut())
    made = abate(local(**HOMES), other(id_batiment="B", **what), **cut())
    assert list(made.by_year["abattement_eur"]) == list(alone.by_year["abattement_eur"])
    assert list(made.by_year["logements"]) == list(alone.by_year["logements"])


def test_a_file_that_neither_counts_nor_names_its_lines_is_asked_what_they_are() -> None:
    lines = [local(invariant=k, avis=k, cotisation_avis_eur=825, type_local="") for k in (1, 2)]
    made = abate(*lines)
    assert states(made).to_claim == 0
    assert [q.code for q in made.questions] == ["lignes_sans_logement"]


def test_a_line_of_a_building_that_does_not_count_takes_nothing_for_sure() -> None:
    """All, or a loge, of A: the other line may be of both buildings, or of B alone."""
    lines = [
        local(**{**HOMES, "nb_logements": "", "cotisation_avis_eur": paid}) for paid in (8250, 5775)
    ]
    beside = local(invariant=3, avis="L", id_batiment="A", nb_logements="", cotisation_avis_eur=825)
    for line in lines:
        told = held(abate(line, beside, **cut()))
        assert told.amount("a_risque").at_least == 0
        assert told.amount("a_reclamer").at_least == Decimal("247.50")  # of the line of A


def test_of_two_quarters_without_convention_what_one_may_still_bring_is_not_lost() -> None:
    doors = [door(building="A"), door(building="B", qpv_code="QN05992M")]
    late = convention(date_signature_convention="2025-05-12", date_declaration="2025-05-20")
    made = abate(
        local(nb_logements=20, cotisation_avis_eur=825),
        residences=homes(home(nb_logements=20, logements_dans=20)), entrances=pd.DataFrame(doors),
        conventions=conventions(late),
    )  # fmt: skip
    assert states(made).lost == 0


@pytest.mark.parametrize("nature", ["Loge de gardien", ""])
def test_a_line_of_one_dwelling_too_many_may_be_a_loge(nature: str) -> None:
    """Thirty in the stock, thirty on a line: one more is claimed by nobody, its nature told or not."""
    loge = other(id_batiment="A", nb_logements=1, type_local=nature)
    made = abate(local(**HOMES), loge, **cut())
    assert states(made).to_claim == DUE
    assert len(made.questions) == (not nature)
