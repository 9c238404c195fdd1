"""What a tax officer's files made the money tell wrongly: unread notices, two quarters, renewals, relief."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tax_builders import (
    QPV,
    abate,
    claims_in,
    codes,
    convention,
    conventions,
    door,
    first,
    held,
    home,
    homes,
    local,
    reserves,
    states,
)

from tfpb.words.faults.sentences import fault_text

OTHER = "QN05992M"
LATE = conventions(
    convention(date_signature_convention="2025-05-12", date_declaration="2025-05-20")
)
DUE = Decimal("247.50")
PAID, REFUSED = "577,5", 825
"""Of one premises of 10 dwellings: abated, and not."""


# ---------------------------------------------------------------- a notice that is not read


@pytest.mark.parametrize("paid", ["", 12])
@pytest.mark.parametrize(
    "signed",
    [
        LATE,
        conventions(convention(date_declaration="2025-06-30")),
        conventions(convention(date_signature_contrat="2025-04-01")),
    ],
)
def test_an_unread_notice_of_a_lost_year_is_lost_or_at_risk(paid: object, signed: Any) -> None:
    rows = [
        local(invariant=1, nb_logements=1, cotisation_avis_eur=paid),
        local(invariant=2, avis="B", id_residence="R2", cotisation_avis_eur=REFUSED),
    ]
    made = abate(*rows, conventions=signed)
    told = held(made)
    assert first(made)["statut"] == "non_lu"
    for name, least, most in (("perdu", DUE, 2 * DUE), ("a_risque", 0, DUE), ("non_lu", 0, DUE)):
        amount = told.amount(name)
        assert (name, amount.at_least, amount.at_most) == (name, least, most)
    assert told.amount("acquis").is_nil
    assert told.amount("a_reclamer").is_nil
    assert told.amount("au_mieux").is_nil


# ---------------------------------------------------------------- a line of two quarters


def two_quarters(one: int, other: int) -> dict[str, Any]:
    doors = [
        door(building="A", nb_logements=one),
        door(building="B", nb_logements=other, qpv_code=OTHER),
    ]
    stock = homes(home(nb_logements=one + other, logements_dans=one + other))
    return {"residences": stock, "entrances": pd.DataFrame(doors)}


@pytest.mark.parametrize(("one", "other"), [(4, 6), (6, 4)])
def test_money_follows_the_dwellings_of_the_quarter_that_has_a_convention(
    one: int, other: int
) -> None:
    line = local(nb_logements=10)
    share = Decimal(one) / 10
    claimed = abate({**line, "cotisation_avis_eur": REFUSED}, **two_quarters(one, other))
    assert states(claimed).to_claim == DUE * share
    assert first(claimed)["code_qpv"] == QPV
    abated = abate({**line, "cotisation_avis_eur": PAID}, **two_quarters(one, other))
    assert (states(abated).acquired, states(abated).at_risk) == (DUE * share, DUE * (1 - share))
    right = abate(
        {**line, "cotisation_avis_eur": f"{REFUSED - DUE * share:.2f}".replace(".", ",")},
        **two_quarters(one, other),
    )
    assert (states(right).acquired, states(right).at_risk) == (DUE * share, 0)
    assert right.by_qpv.set_index("code_qpv").loc[OTHER, "logements_sans_montant"] == 0


def test_a_line_of_two_quarters_is_of_no_fate_that_a_blank_date_leaves_open() -> None:
    """The larger quarter has no convention, the other one whose declaration is not dated: not at risk."""
    signed = conventions(convention(date_declaration=""))
    line = local(nb_logements=10, cotisation_avis_eur=PAID)
    made = abate(line, conventions=signed, **two_quarters(4, 6))
    assert reserves(made)["declaration"] == DUE * Decimal("0.4")
    assert states(made).at_risk == DUE * Decimal("0.6")
    unsure = abate({**line, "nb_logements": ""}, conventions=signed, **two_quarters(4, 6))
    assert (states(unsure).doubtful, states(unsure).at_risk) == (DUE, 0)


@pytest.mark.parametrize("paid", [PAID, REFUSED])
def test_a_line_of_two_quarters_that_both_have_a_convention_waits_for_its_building(
    paid: object,
) -> None:
    signed = conventions(convention(codes_qpv=f"{QPV} ; {OTHER}"))
    made = abate(
        local(nb_logements=10, cotisation_avis_eur=paid), conventions=signed, **two_quarters(4, 6)
    )
    assert first(made)["statut"] == "a_verifier"
    assert "batiment_a_preciser" in codes(made)


# ---------------------------------------------------------------- a convention renewed too late


def test_the_year_between_an_end_and_a_late_avenant_is_lost() -> None:
    """On 1 January no convention was signed: the one of June opens the year after (CGI 1388 bis)."""
    ended = {
        "date_signature_contrat": "2015-07-01", "date_signature_convention": "2015-12-01",
        "date_declaration": "2015-12-20", "date_fin": "2024-12-31",
    }  # fmt: skip
    renewed = convention(
        id_convention="C2", date_signature_convention="2025-06-15", date_declaration="2025-06-20"
    )
    signed = conventions(convention(**ended), renewed)
    made = abate(local(nb_logements=1, cotisation_avis_eur=REFUSED), conventions=signed)
    assert (states(made).lost, states(made).hanging) == (DUE, 0)
    assert reserves(made) == {}
    alone = conventions(convention(**ended))
    waiting = abate(local(nb_logements=1, cotisation_avis_eur=REFUSED), conventions=alone)
    assert reserves(waiting) == {"renouvellement": DUE}


@pytest.mark.parametrize(("side", "least", "most"), [("dans", 0, "0.4"), ("hors", "0.4", 1)])
def test_a_loge_that_counts_nothing_leaves_what_a_line_lost_between_two_parts(
    side: str, least: object, most: object
) -> None:
    """4 dwellings in, 6 out, one line for all; the loge may be one dwelling of its building, or all of it."""
    doors = [door(building="A", nb_logements=4), door(building="B", side="hors", nb_logements=6)]
    stock = homes(home(nb_logements=10, logements_dans=4, logements_hors=6))
    building = "A" if side == "dans" else "B"
    rows = [
        local(invariant=1, cotisation_avis_eur=REFUSED),
        local(invariant=2, id_batiment=building, cotisation_avis_eur="27,5", vlc_eur=100),
    ]
    made = abate(*rows, residences=stock, entrances=pd.DataFrame(doors), conventions=LATE)
    loge = Decimal("8.25") if side == "dans" else 0
    lost = held(made).amount("perdu")
    assert lost.at_least == DUE * Decimal(str(least)) + loge
    assert lost.at_most == DUE * Decimal(str(most)) + loge


def test_of_dwellings_on_either_side_nothing_or_all_is_lost() -> None:
    sides = {"logements_dans": 4, "logements_a_verifier": 6}
    stock = homes(home(nb_logements=10, **sides))
    made = abate(local(cotisation_avis_eur=REFUSED), residences=stock, conventions=LATE)
    lost = held(made).amount("perdu")
    assert (lost.at_least, lost.at_most) == (DUE * Decimal("0.4"), DUE)


# ---------------------------------------------------------------- relief for vacant dwellings


@pytest.mark.parametrize(("given", "left"), [(165, "82.50"), ("82,5", "165.00"), (825, "0")])
def test_a_claim_is_less_what_a_relief_gave_back_already(given: object, left: str) -> None:
    """Of vacancy or works: what was given back is claimed no more."""
    made = abate(local(nb_logements=1, cotisation_avis_eur=REFUSED, degrevements_eur=given))
    assert states(made).to_claim == Decimal(left)
    assert held(made).amount("a_reclamer").at_least == Decimal(left)
    assert states(made).acquired == 0


def test_a_relief_of_the_whole_claim_still_asks_whether_it_was_obtained() -> None:
    made = abate(local(nb_logements=1, cotisation_avis_eur=REFUSED, degrevements_eur="247,5"))
    assert states(made).to_claim == DUE
    assert "obtenu ?" in first(made)["motif"]


def test_a_relief_of_a_notice_is_shared_over_its_lines() -> None:
    rows = [
        local(invariant=1, cotisation_avis_eur=REFUSED, degrevements_eur=330),
        local(invariant=2, cotisation_avis_eur=REFUSED),
    ]
    made = abate(*rows)
    assert states(made).to_claim == Decimal("165.00")


def test_a_relief_of_another_premises_leaves_a_claim_whole() -> None:
    rows = [
        local(invariant=1, cotisation_avis_eur=REFUSED),
        local(invariant=2, cotisation_avis_eur=REFUSED, degrevements_eur=330),
    ]
    assert states(abate(*rows)).to_claim == DUE + max(Decimal(0), DUE - 330)


GARAGE = {"type_local": "Garage", "vlc_eur": 300, "cotisation_avis_eur": "82,5"}
"""It is taxed 82,50 €, a tenth of a dwelling."""


def of_notice(*given: object, **garage: Any) -> Any:
    """Compute two refused premises of a notice and a garage, their dégrèvements in this order.

    Another notice has its relief on its second line: in this file, each stands on the line of its premises.
    """
    rows = [
        local(invariant=k, id_residence=f"R{k}", cotisation_avis_eur=REFUSED, degrevements_eur=one)
        for k, one in enumerate(given[:2], 1)
    ]
    rows.append(local(invariant=3, degrevements_eur=given[2], **{**GARAGE, **garage}))
    rows += [
        local(
            invariant=k, avis="Z", id_residence="R4", cotisation_avis_eur=PAID,
            degrevements_eur="" if k == 4 else 10,
        )
        for k in (4, 5)
    ]  # fmt: skip
    stock = homes(*(home(f"R{k}") for k in (1, 2)), home("R4", nb_logements=2, logements_dans=2))
    return abate(*rows, residences=stock)


def claims_of(made: Any) -> list[Decimal]:
    return [row or Decimal(0) for row in made.premises["abattement_a_reclamer_eur"][:3]]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (("", "", ""), (DUE, DUE, 0)),
        ((100, "", ""), (DUE - 100, DUE, 0)),
        (("", 100, ""), (DUE, DUE - 100, 0)),
        (("", "", 80), (DUE, DUE, 0)),  # of the garage
        ((330, "", ""), (0, DUE, 0)),  # larger than the claim, not than the tax: vacancy of that one
        (("", "", "282,5"), (DUE - 100, DUE - 100, 0)),  # larger than the tax of the garage: of the notice
        ((900, "", ""), (0, DUE - 75, 0)),  # larger than the tax of its line
        ((-100, "", ""), (DUE - 100, DUE, 0)),
        ((100, -100, ""), (DUE - 100, DUE - 100, 0)),
        ((200, 200, 200), (DUE - 100, DUE - 100, 0)),  # that of the notice, on each of its lines
        ((2000, "", ""), (0, 0, 0)),
    ],
)  # fmt: skip
def test_a_relief_is_taken_off_its_own_premises_or_its_notice(
    given: tuple[object, ...], left: tuple[Any, ...]
) -> None:
    made = of_notice(*given)
    found = claims_of(made)
    assert found[2] == 0
    assert found == list(left)
    assert held(made).amount("a_reclamer").at_least == sum(found)


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (100, 3 * DUE),  # of the premises that carries the abatement
        ("577,5", 3 * DUE),  # all that it is asked
        (700, 3 * DUE - Decimal("122.5")),  # more than it is asked
        ("247,5", 2 * DUE),  # what one claims
        (495, DUE),  # what two claim
        ("254,93", 3 * DUE - Decimal("254.93")),  # what one claims, with its fees
    ],
)
def test_a_relief_that_claims_of_its_notice_explain_is_taken_off_them(
    given: object, left: Decimal
) -> None:
    """Written on a line that carries the abatement, where the file writes each on its premises' line."""
    rows = [
        local(invariant=1, id_residence="R1", cotisation_avis_eur=PAID, degrevements_eur=given),
        *(local(invariant=k, id_residence=f"R{k}", cotisation_avis_eur=REFUSED) for k in (2, 3, 4)),
        local(invariant=5, avis="Z", id_residence="R5", cotisation_avis_eur=PAID),
        local(
            invariant=6, avis="Z", id_residence="R6", cotisation_avis_eur=PAID, degrevements_eur=10
        ),
    ]
    made = abate(*rows, residences=homes(*(home(f"R{k}") for k in range(1, 7))))
    assert abs(states(made).to_claim - left) < Decimal("0.02")  # three lines, each to the cent
    rows[0] |= {"cotisation_avis_eur": REFUSED}
    if given == 495:  # on a line that claims: its own claim and another's
        made = abate(*rows, residences=homes(*(home(f"R{k}") for k in range(1, 7))))
        assert states(made).to_claim == 2 * DUE


@pytest.mark.parametrize("given", [("247,5", "", ""), ("", "", "247,5"), ("", "", "495")])
def test_a_relief_as_large_as_an_abatement_asks_whether_it_was_obtained(
    given: tuple[object, ...],
) -> None:
    """On the line of its premises, or on a garage whose tax it exceeds: of all the notice, then."""
    made = of_notice(*given)
    asked = ["obtenu ?" in motive for motive in made.premises["motif"][:2]]
    assert any(asked) or sum(claims_of(made)) <= DUE + 83


def test_a_relief_that_leaves_nothing_to_claim_says_no_amount_of_it() -> None:
    made = of_notice(330, "", "")
    for motives in (made.premises["motif"], made.by_residence["motif"]):
        assert ["à réclamer jusqu" in motive for motive in motives[:2]] == [False, True]
    assert len(claims_in(made)) == 1


# ---------------------------------------------------------------- sold, demolished


@pytest.mark.parametrize(
    ("cells", "word"),
    [({"date_vente": dt.date(2023, 6, 30)}, "vendu"), ({"annee_demolition": 2022}, "démoli")],
)
def test_what_is_sold_or_demolished_has_a_finding_of_its_own(
    cells: dict[str, Any], word: str
) -> None:
    """It is no exemption that may have ended: nothing there is to claim."""
    made = abate(
        local(nb_logements=10, cotisation_avis_eur=REFUSED),
        residences=homes(home(nb_logements=10, logements_dans=10)),
        entrances=pd.DataFrame([door(**cells)]),
    )
    (found,) = [n for n in made.notices if n.code in {"sorti_impose", "exonere_impose"}]
    assert (found.code, found.fields["sort"]) == ("sorti_impose", word)
    assert states(made).to_claim == 0
    assert "réclamer" not in str(fault_text(found))


# ---------------------------------------------------------------- what a forecast rests on


def test_a_forecast_knows_nothing_of_what_an_unread_notice_bears() -> None:
    rows = [
        local(invariant=1, nb_logements=10, cotisation_avis_eur=PAID),
        local(invariant=2, avis="B", id_residence="R2", nb_logements=10, cotisation_avis_eur=12),
    ]
    stock = homes(*(home(k, nb_logements=10, logements_dans=10) for k in ("R1", "R2")))
    years = abate(*rows, residences=stock).by_year
    assert list(years["abattement_eur"]) == [DUE] * 6
    assert list(years["en_attente_eur"]) == [DUE] * 6
    assert set(years["en_attente_de"]) == {"avis"}
    assert list(years["logements"]) == [10] * 6


@pytest.mark.parametrize("column", ["fin_exoneration", "id_batiment", "annee_construction"])
@pytest.mark.parametrize("lined", [True, False])
def test_a_column_less_of_the_stock_raises_no_coming_year(column: str, *, lined: bool) -> None:
    """B is exempt to 2028 and its notice asks nothing, or there is none."""
    end = dt.date(2028, 12, 31)
    doors = [
        door(building="A", fin_exoneration=dt.date(1999, 12, 31)),
        door(building="B", fin_exoneration=end, annee_construction=2008),
    ]
    rows = [local(invariant=1, id_batiment="A", nb_logements=10, cotisation_avis_eur=PAID)]
    if lined:
        rows.append(local(invariant=2, id_batiment="B", nb_logements=10, cotisation_avis_eur=0))
    stock = homes(home(nb_logements=20, logements_dans=20))
    whole = abate(*rows, residences=stock, entrances=pd.DataFrame(doors)).by_year
    poorer = [{k: v for k, v in one.items() if k != column} for one in doors]
    less = abate(*rows, residences=stock, entrances=pd.DataFrame(poorer)).by_year
    for before, after in zip(whole["abattement_eur"], less["abattement_eur"], strict=True):
        assert after is None or after <= before


def test_a_row_less_of_the_tax_sheet_raises_no_coming_year() -> None:
    """Its base is half of the others': their mean is more than it is due."""
    rows = [
        local(
            invariant=k,
            id_residence=f"R{k}",
            nb_logements=10,
            cotisation_avis_eur=paid,
            vlc_eur=vlc,
        )
        for k, vlc, paid in ((1, 3000, PAID), (2, 1500, "288,75"))
    ]
    stock = homes(*(home(k, nb_logements=10, logements_dans=10) for k in ("R1", "R2")))
    whole, less = (abate(*of, residences=stock).by_year for of in (rows, rows[:1]))
    assert list(whole["abattement_eur"]) == [DUE * 3 / 2] * 6
    assert list(less["abattement_eur"]) == [DUE] * 6
    assert list(less["en_attente_eur"]) == [DUE] * 6
    assert set(less["en_attente_de"]) == {"ligne"}


def test_a_forecast_waits_for_the_unread_notice_of_a_lost_year() -> None:
    made = abate(local(nb_logements=10, cotisation_avis_eur=12), conventions=LATE)
    assert list(made.by_year["en_attente_eur"])[1:] == [DUE] * 5
    assert list(made.by_year["abattement_eur"])[1:] == [None] * 5
