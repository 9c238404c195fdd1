"""Dwellings of a résidence that its tax lines bear, and those that no line bears."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tax_builders import abate, codes, counted, door, first, home, homes, local, states

LATER = dt.date(2026, 12, 31)
A = {"invariant": 1, "id_batiment": "A", "nb_logements": 10}
"""Ten dwellings worth 247.50 €: 24.75 € each, which is the mean of the commune."""


def two(**second: Any) -> dict[str, Any]:
    """Make a résidence of two buildings of ten dwellings."""
    doors = [door(building="A"), door(building="B", **second)]
    inside = 20 if second.get("side", "dans") == "dans" else 10
    stock = homes(home(nb_logements=20, logements_dans=inside, logements_hors=20 - inside))
    return {"residences": stock, "entrances": pd.DataFrame(doors)}


def due(made: Any) -> list[Any]:
    return list(made.by_year["abattement_eur"])


def ends(made: Any) -> list[tuple[Any, ...]]:
    table = made.calendar[made.calendar["evenement"] == "fin_exoneration"]
    return [(r.annee, r.logements, r.montant_eur) for r in table.itertuples()]


def test_a_building_without_row_of_the_year_has_that_of_the_year_before() -> None:
    before = local(
        invariant=2, avis="B", id_batiment="B", nb_logements=10, annee=2024, vlc_eur=6000
    )
    made = abate(
        local(**A, cotisation_avis_eur="577,5"),
        before,
        {**before, "annee": 2023, "avis": "B0"},
        local(**A, annee=2024, avis="A0"),
        **two(),
    )
    assert list(made.premises["statut"]) == ["abattu", "eligible"]
    assert list(made.premises["nature"]) == ["reel", "estime"]
    assert (states(made).acquired, states(made).estimated) == (Decimal("247.50"), 495)
    assert made.by_qpv.iloc[0]["nature"] == "estime"
    assert due(made) == [Decimal("742.50")] * 6
    assert [n.place.row for n in made.notices if n.code == "ligne_autre_annee"] == [6, 7]
    assert "local_sans_suite" not in codes(made)


@pytest.mark.parametrize(
    "row",
    [
        {"id_batiment": ""},  # names no building: may bear both
        {"nb_logements": 20},  # counts more than the building it names
        {"nb_logements": ""},  # does not count
    ],
)
def test_a_line_that_may_bear_the_whole_residence_leaves_nothing_to_the_year_before(
    row: dict[str, Any],
) -> None:
    before = local(invariant=2, id_batiment="B", nb_logements=10, annee=2016)
    made = abate(local(**{**A, **row}), before, **two())
    assert len(made.premises) == 1
    assert states(made).estimated == Decimal("247.50")
    assert states(made).missing == 0
    assert [n.place.row for n in made.notices if n.code == "local_sans_suite"] == [5]


def test_a_premises_that_no_later_line_names_is_doubted_the_year_after_only() -> None:
    past = ((1, 2023), (2, 2023), (2, 2024), (3, 2024))
    rows = [local(invariant=k, annee=y, avis=y) for k, y in past]
    made = abate(*rows, local(invariant=2, annee=2025))
    assert [n.place.row for n in made.notices if n.code == "local_sans_suite"] == [7]
    (told,) = [n for n in made.notices if n.code == "local_sans_suite"]
    assert (told.got, told.fields["annee"], told.fields["local"]) == ("2024", 2025, "3")
    assert [n.place.row for n in made.notices if n.code == "ligne_autre_annee"] == [4, 5, 6]
    nameless = abate(local(annee=2024, avis="A0"), local(invariant=1))
    assert "local_sans_suite" not in codes(nameless)


def test_a_building_on_no_line_is_without_amount_and_its_mean_waits_for_a_line() -> None:
    made = abate(local(**A, cotisation_avis_eur="577,5"), **two())
    assert states(made).missing == 10
    assert made.by_qpv.iloc[0]["logements_sans_montant"] == 10
    assert counted(made) == Decimal("247.50")
    assert due(made) == [Decimal("247.50")] * 6
    assert list(made.by_year["en_attente_eur"]) == [Decimal("247.50")] * 6
    assert list(made.by_year["logements"]) == [10] * 6
    row = made.forecast.iloc[0]
    assert row["nature"] == "estime"
    assert "Une partie n’est sur aucune ligne de fiscalité" in row["motif"]
    alone = abate(local(**A), **two(side="hors"))
    assert (states(alone).missing, due(alone)) == (0, [Decimal("247.50")] * 6)


@pytest.mark.parametrize("building", ["A", ""])
@pytest.mark.parametrize("side", ["dans", "hors"])
def test_exempt_dwellings_on_no_line_open_when_their_exemption_ends(
    building: str, side: str
) -> None:
    """By its name, or by its count of ten where ten are taxable, the line is that of A alone."""
    line = local(**{**A, "id_batiment": building})
    made = abate(line, **two(side=side, fin_exoneration=LATER))
    assert states(made).missing == 0
    opened = Decimal("247.50") if side == "dans" else 0
    assert due(made) == [Decimal("247.50")] * 6
    assert list(made.by_year["en_attente_eur"]) == [0] * 2 + [opened] * 4
    assert ends(made) == ([(2027, 10, Decimal("247.50"))] if side == "dans" else [])
    assert not {"logements_exoneres", "logements_en_trop"} & set(codes(made))


def test_a_line_that_counts_exempt_dwellings_may_have_their_base() -> None:
    line = local(nb_logements=20)
    made = abate(line, **two(fin_exoneration=LATER))
    row = first(made)
    assert (row["statut"], row["abattement_eur"]) == ("a_verifier", Decimal("247.50"))
    assert "comptent 20 logements pour 10 imposables" in row["motif"]
    assert (states(made).acquired, states(made).hanging) == (0, Decimal("247.50"))
    assert counted(made) is None
    assert due(made) == [None, None] + [Decimal("247.50")] * 4
    assert ends(made) == [(2027, 10, None)]
    (told,) = [n for n in made.notices if n.code == "logements_exoneres"]
    assert (told.got, dict(told.fields)) == ("R1", {"lus": 20, "imposables": 10})


def test_a_notice_tells_that_the_base_is_what_is_taxed() -> None:
    line = local(nb_logements=20, cotisation_avis_eur="577,5")
    made = abate(line, **two(fin_exoneration=LATER))
    assert first(made)["statut"] == "abattu"
    assert states(made).acquired == Decimal("247.50")
    assert "logements_exoneres" in codes(made)  # the count is odd all the same
    assert ends(made) == [(2027, 10, None)]  # never « 0 € de plus »


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"nb_logements": 12}], False),  # two too many: no building of ten is in it
        ([{"nb_logements": 10}, {"nb_logements": 10}], True),
        ([{"nb_logements": 20, "fin_exoneration": "2020"}], False),  # its own end prevails
        ([{"nb_logements": ""}], False),
        ([{"nb_logements": 10, "id_batiment": "A"}, {"nb_logements": 10}], False),  # of B: exempt
        ([{"nb_logements": 20, "id_batiment": "A"}], False),  # nothing of A is exempt
    ],
)
def test_lines_that_count_exempt_dwellings(rows: list[dict[str, Any]], *, told: bool) -> None:
    lines = [local(invariant=k, **row) for k, row in enumerate(rows)]
    made = abate(*lines, **two(fin_exoneration=LATER))
    assert ("logements_exoneres" in codes(made)) is told
    assert ("a_verifier" in set(made.premises["statut"])) is told


def test_a_line_of_a_residence_wholly_exempt_is_that_of_its_dwellings() -> None:
    stock = homes(home(nb_logements=10, logements_dans=10))
    doors = pd.DataFrame([door(fin_exoneration=LATER)])
    garage = local(type_local="Garage", annee=2025)
    made = abate(garage, residences=stock, entrances=doors)
    assert first(made)["statut"] == "exonere"
    assert set(made.forecast["statut"]) == {"exonere", "eligible"}


@pytest.mark.parametrize("order", [1, -1])
def test_an_end_written_on_one_line_frees_the_dwellings_of_that_line(order: int) -> None:
    rows = [
        local(invariant=1, nb_logements=5, fin_exoneration="2026"),
        local(invariant=2, nb_logements=15, vlc_eur=9000),
    ]
    stock = homes(home(nb_logements=20, logements_dans=20))
    made = abate(*rows[::order], residences=stock, entrances=pd.DataFrame([door(nb_logements=20)]))
    assert ends(made) == [(2027, 5, Decimal("247.50"))]
    assert due(made)[1:3] == [Decimal("742.50"), 990]


def test_an_end_written_on_a_line_leaves_that_of_the_stock_to_the_others() -> None:
    rows = [
        local(invariant=1, nb_logements=5, fin_exoneration="2028"),
        local(invariant=2, nb_logements=15, vlc_eur=9000),
    ]
    stock = homes(home(nb_logements=20, logements_dans=20))
    doors = pd.DataFrame([door(nb_logements=20, fin_exoneration=LATER)])
    made = abate(*rows, residences=stock, entrances=doors)
    # the two ends of the five part in 2027 and 2028: what they may bring is under reserve
    assert ends(made) == [(2027, 15, Decimal("990.00")), (2029, 5, None)]


def test_the_end_of_one_building_says_nothing_of_another() -> None:
    """Of 2015 and of no known end: the other's exemption to 2035 does not make its own « échue »."""
    doors = [
        door(building="A", annee_construction=2015),
        door(building="B", annee_construction=2015, fin_exoneration=dt.date(2035, 12, 31)),
    ]
    stock = homes(home(nb_logements=20, logements_dans=20))
    made = abate(local(nb_logements=10), residences=stock, entrances=pd.DataFrame(doors))
    assert first(made)["statut"] == "droit_inconnu"
    assert "immeuble récent" in first(made)["motif"]
    assert "exoneration_possible" in codes(made)
    doors[0]["fin_exoneration"] = dt.date(2024, 12, 31)
    known = abate(local(nb_logements=10), residences=stock, entrances=pd.DataFrame(doors))
    assert "exonération de longue durée échue" in first(known)["motif"]
    assert "exoneration_possible" not in codes(known)


def lines(*counts: int, notices: str) -> list[dict[str, Any]]:
    """Make lines that name no building, whose notices abate all (« a ») or nothing (« n ») of them."""
    asked = {"a": "577,5", "n": "825"}
    return [
        local(
            invariant=k, avis=f"N{k}", id_batiment="", nb_logements=n, cotisation_avis_eur=asked[s]
        )
        for k, (n, s) in enumerate(zip(counts, notices, strict=True), start=1)
    ]


def test_lines_of_a_cut_residence_that_name_no_building_claim_nothing_flatly() -> None:
    made = abate(*lines(10, 10, notices="an"), **two(side="hors"))
    seen = states(made)
    assert set(made.premises["statut"]) == {"droit_inconnu"}
    assert (seen.acquired, seen.to_claim, seen.at_risk) == (0, 0, 0)
    assert seen.doubtful == Decimal("247.50")
    (told,) = [n for n in made.notices if n.code == "batiment_absent"]
    assert told.fields["montant"] == Decimal("495.00")


def test_no_more_of_a_line_may_be_in_the_quarter_than_dwellings_stand_there() -> None:
    """Of fifteen dwellings, ten at most: two thirds of what the notice abates may be due."""
    made = abate(*lines(15, 5, notices="an"), **two(side="hors"))
    assert set(made.premises["statut"]) == {"droit_inconnu"}
    assert (states(made).acquired, states(made).to_claim) == (0, 0)
    assert states(made).doubtful == Decimal(165)


def test_the_same_lines_with_their_buildings_are_sure() -> None:
    rows = lines(10, 10, notices="an")
    for row, building in zip(rows, "AB", strict=True):
        row["id_batiment"] = building
    made = abate(*rows, **two(side="hors"))
    assert list(made.premises["statut"]) == ["abattu", "hors_qpv"]
    assert (states(made).acquired, states(made).to_claim) == (Decimal("247.50"), 0)


def beyond(paid: str, side: str = "dans", **cells: Any) -> Any:
    """Make a line of forty dwellings, of a résidence of which the stock knows ten."""
    stock = homes(home(nb_logements=10, logements_dans=10 if side == "dans" else 0, cote=side))
    line = local(nb_logements=40, cotisation_avis_eur=paid, **cells)
    return abate(line, residences=stock, entrances=pd.DataFrame([door(side=side)]))


def test_dwellings_that_the_stock_lacks_are_claimed_by_nobody() -> None:
    """Ten of forty are known to be in the quarter: a quarter of the claim is sure, now and later."""
    made = beyond("825")
    assert first(made)["statut"] == "a_reclamer"
    assert (states(made).to_claim, states(made).hanging) == (Decimal("61.88"), Decimal("185.62"))
    assert due(made) == [Decimal("61.88")] * 6
    assert set(made.by_year["en_attente_eur"]) == {Decimal("185.62"), Decimal("185.63")}
    assert "logements_divergents" in codes(made)
    assert "75\u202f% de plus dépendent d’une vérification du côté" in first(made)["motif"]


def test_what_a_notice_abates_of_dwellings_that_the_stock_lacks_is_under_reserve() -> None:
    made = beyond("577,5")
    assert first(made)["statut"] == "abattu"
    seen = states(made)
    assert (seen.acquired, seen.doubtful, seen.at_risk) == (
        Decimal("61.88"), Decimal("185.62"), 0,
    )  # fmt: skip


def test_of_a_residence_out_of_the_quarters_what_is_abated_may_be_of_what_the_stock_lacks() -> None:
    made = beyond("577,5", side="hors")
    assert first(made)["statut"] == "a_verifier"
    assert (states(made).at_risk, states(made).doubtful) == (Decimal("61.87"), Decimal("185.63"))
    assert "comptent 40 logements, le patrimoine 10" in first(made)["motif"]
    refused = beyond("825", side="hors")
    assert first(refused)["statut"] == "hors_qpv"
    assert not states(refused).hanging


def test_a_building_out_of_the_quarters_that_the_stock_lacks_is_not_at_risk() -> None:
    doors = pd.DataFrame([door(building=b, side="hors") for b in "AB"])
    stock = homes(home(nb_logements=20, logements_dans=0, logements_hors=20, cote="hors"))
    asked = {"A": "825", "B": "825", "C": "577,5"}
    rows = [
        local(**{**A, "invariant": b, "avis": b, "id_batiment": b}, cotisation_avis_eur=paid)
        for b, paid in asked.items()
    ]
    made = abate(*rows, residences=stock, entrances=doors)
    assert list(made.premises["statut"]) == ["hors_qpv", "hors_qpv", "a_verifier"]
    assert (states(made).at_risk, states(made).doubtful) == (0, Decimal("247.50"))


@pytest.mark.parametrize(("of_b", "sure"), [(8, "495.00"), (10, "453.75")])
def test_no_more_dwellings_lack_than_lines_count_in_all(of_b: int, sure: str) -> None:
    """Twelve of a building of ten, eight of the other: a count moved, no dwelling lacks."""
    rows = [
        local(**{**A, "invariant": b, "id_batiment": b, "nb_logements": n})
        for b, n in zip("AB", (12, of_b), strict=True)
    ]
    made = abate(*rows, **two())
    assert states(made).estimated == Decimal(sure)
    assert states(made).hanging == Decimal("495.00") - Decimal(sure)
    rows[0]["nb_logements"] = 15
    more = abate(*rows, **two())
    assert states(more).hanging == Decimal("247.50") * (5 + of_b - 10) / 15


def test_a_notice_that_abates_the_part_in_the_quarter_confirms_it() -> None:
    made = abate(local(nb_logements=40, cotisation_avis_eur="701,25"), **two(side="hors"))
    assert first(made)["statut"] == "abattu"
    assert (states(made).acquired, states(made).hanging) == (Decimal("123.75"), 0)


def test_what_may_be_of_either_side_may_be_of_what_the_stock_lacks() -> None:
    """Of its twenty-five dwellings ten may be in the quarter, and ten more are of a side unknown."""
    made = abate(*lines(25, 5, notices="an"), **two(side="hors"))
    assert set(made.premises["statut"]) == {"droit_inconnu"}
    assert states(made).doubtful >= Decimal("247.50") * 20 / 25
