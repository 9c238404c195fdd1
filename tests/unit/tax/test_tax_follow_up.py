"""Proof of declaration, « obtenu ? », claims followed, sales, notices beside last year's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tax_builders import (
    QPV,
    abate,
    beside_in,
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
    premises,
    states,
    table,
)

from tfpb.facts.amount import known
from tfpb.model import tables
from tfpb.model.codes import Statut
from tfpb.tax.ledger.fact_lines import FactLines

DUE = Decimal("247.50")
FULL, RIGHT = 825, "577,50"
NUMBER, OTHER = "5990010001", "5990010002"


def listed(*rows: dict[str, Any]) -> pd.DataFrame:
    return table(tables.SENT_LIST, *rows, file="liste.csv")


def claimed(*rows: dict[str, Any]) -> pd.DataFrame:
    return table(tables.CLAIMS_SENT, *rows, file="reclamations.csv")


def refused(**cells: Any) -> dict[str, Any]:
    return local(invariant=NUMBER, cotisation_avis_eur=FULL, **cells)


def parts(made: Any) -> dict[str, Decimal]:
    names = ("a_reclamer", "a_reclamer_declare", "a_reclamer_sans_preuve", "a_reclamer_obtenu")
    return {name: held(made).amount(name).exact for name in names}


# ---------------------------------------------------------------- the list sent


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ({"invariant": NUMBER}, "a_reclamer_declare"),
        ({"invariant": f"59{NUMBER}"}, "a_reclamer_declare"),  # the fiscal number of the premises
        ({"invariant": "", "id_residence": "R1"}, "a_reclamer_declare"),
        (None, "a_reclamer_sans_preuve"),
    ],
)
def test_a_premises_to_claim_is_proved_declared_by_the_list(line: Any, part: str) -> None:
    made = abate(refused(), sent=None if line is None else listed(line))
    assert first(made)["statut"] == "a_reclamer"
    assert {name for name, amount in parts(made).items() if amount} == {"a_reclamer", part}
    assert parts(made)[part] == DUE


def test_a_premises_that_the_list_lacks_is_not_declared() -> None:
    rows = [
        refused(),
        local(avis="A2", invariant=OTHER, id_residence="R2", cotisation_avis_eur=RIGHT),
    ]
    made = abate(*rows, sent=listed({"invariant": OTHER}))
    assert list(made.premises["statut"]) == ["non_declare", "abattu"]
    made = abate(*rows, sent=listed({"invariant": NUMBER}))
    assert list(made.premises["statut"]) == ["a_reclamer", "a_risque"]


def test_lost_by_the_list_whatever_is_not_known_of_the_convention() -> None:
    rows = [
        local(invariant=NUMBER, cotisation_avis_eur=RIGHT),
        local(avis="A2", invariant=OTHER, cotisation_avis_eur=FULL),
    ]
    blank = conventions(convention(date_signature_convention=""))
    made = abate(*rows, sent=listed({"invariant": OTHER}), conventions=blank)
    assert next(iter(made.premises["statut"])) == "a_risque"
    assert first(abate(rows[0], conventions=blank))["statut"] == "droit_inconnu"


@pytest.mark.parametrize(
    ("line", "is_doubted"),
    [
        ({"invariant": OTHER[:-1] + "9"}, True),
        ({"invariant": OTHER[:-2] + OTHER[-1] + OTHER[-2]}, True),
        ({"id_residence": "R-1"}, True),
        ({"invariant": "5" + OTHER[1:5] + "99999"}, False),
    ],
)
def test_a_line_of_the_list_copied_wrong_is_doubted(
    line: dict[str, str], *, is_doubted: bool
) -> None:
    """Its premises were « non déclaré », at risk and known, and the line beside the table."""
    rows = [
        local(invariant=NUMBER, cotisation_avis_eur=RIGHT),
        local(avis="A2", invariant=OTHER, cotisation_avis_eur=RIGHT),
    ]
    made = abate(*rows, sent=listed({"invariant": NUMBER}, line))
    assert ("declaration_mal_recopiee" in codes(made)) == is_doubted
    whole = abate(*rows, sent=listed({"invariant": NUMBER}, {"invariant": OTHER}, line))
    assert "declaration_mal_recopiee" not in codes(whole)


@pytest.mark.parametrize("line", [{"invariant": "1234567890"}, {}])
def test_a_list_of_which_nothing_is_on_a_notice_leaves_every_line_unsettled(
    line: dict[str, str],
) -> None:
    """It was concluded from nothing that all are declared: acquired and claimable were too high."""
    made = abate(refused(), sent=listed(line))
    assert first(made)["statut"] == "droit_inconnu"
    assert "declaration_sans_cle" in codes(made)
    assert not held(made).amount("a_reclamer").exceeds_nil
    assert held(made).amount("sous_reserve") == known(DUE)
    own = abate(refused(declare="oui"), sent=listed(line))
    assert first(own)["statut"] == "a_reclamer"


def test_a_premises_without_number_is_not_held_off_a_list_of_numbers() -> None:
    rows = [
        local(cotisation_avis_eur=RIGHT),
        local(avis="A2", invariant=OTHER, id_residence="R2", cotisation_avis_eur=RIGHT),
    ]
    made = abate(*rows, sent=listed({"invariant": OTHER}))
    assert list(made.premises["statut"]) == ["abattu", "abattu"]


@pytest.mark.parametrize(
    "place", [{"id_residence": "R2"}, {"id_residence": "R1", "id_batiment": "A"}]
)
def test_a_list_of_numbers_and_places_lacks_only_what_it_can_name(place: dict[str, str]) -> None:
    """A line without number may be any that is numbered; one without building, of any that is named."""
    rows = [
        local(cotisation_avis_eur=RIGHT),
        local(avis="A2", invariant=OTHER, id_residence="R2", cotisation_avis_eur=RIGHT),
    ]
    made = abate(*rows, sent=listed({"invariant": OTHER}, place))
    assert list(made.premises["statut"]) == ["abattu", "abattu"]
    named = listed({"invariant": OTHER, "id_residence": "R2"}, {"id_residence": "R2"})
    assert first(abate(*rows, sent=named))["statut"] == "a_risque"


@pytest.mark.parametrize("days", [("20/12/2024", "10/01/2026"), ("10/01/2026", "20/12/2024")])
def test_of_two_lines_of_the_list_the_first_sent_counts(days: tuple[str, str]) -> None:
    sent = listed(*({"invariant": NUMBER, "declare_le": day} for day in days))
    assert first(abate(refused(), sent=sent))["statut"] == "a_reclamer"


def test_a_number_that_lost_its_zero_is_the_same_premises_in_every_file() -> None:
    """Of the Aisne: « 0200010001 » of the notices, « 200010001 » of lists that a spreadsheet saved."""
    rows = [
        refused() | {"invariant": "0200010001", "avis": "02 A1"},
        local(avis="A2", invariant=OTHER, id_residence="R2", cotisation_avis_eur=RIGHT),
    ]
    claim = {"avis": "2 A1", "invariant": "200010001", "annee": 2025, "envoyee_le": "02/02/2026"}
    sent = listed({"invariant": "200010001"}, {"invariant": OTHER})
    made = abate(*rows, sent=sent, claimed=claimed(claim))
    assert list(made.premises["statut"]) == ["a_reclamer", "abattu"]
    assert suites(made) == ["envoyee"]


@pytest.mark.parametrize(("own", "on_list"), [("non", True), ("oui", False)])
def test_a_line_and_a_list_that_part_leave_the_right_open(own: str, *, on_list: bool) -> None:
    one = local(invariant=NUMBER, cotisation_avis_eur=RIGHT, declare=own)
    two = local(avis="A2", invariant=OTHER, id_residence="R2", cotisation_avis_eur=RIGHT)
    sent = listed({"invariant": NUMBER if on_list else OTHER}, {"invariant": OTHER})
    made = abate(one, two, sent=sent)
    assert first(made)["statut"] == "droit_inconnu"
    assert states(made).acquired == (DUE if on_list or own == "oui" else 0)
    assert "se contredisent" in first(made)["motif"]


def test_a_list_sent_too_late_loses_that_year_alone() -> None:
    made = abate(refused(), sent=listed({"invariant": NUMBER, "declare_le": "02/05/2025"}))
    assert first(made)["statut"] == "non_declare"
    assert "2 mai 2025" in first(made)["motif"].replace("\u00a0", " ")
    years = made.by_year.set_index("annee")["abattement_eur"]
    assert years[2026] == DUE


# ---------------------------------------------------------------- « obtenu ? »


@pytest.mark.parametrize(
    ("cells", "relieved"),
    [
        ({"degrevements_eur": "247,50"}, True),
        ({"degrevements_eur": "248"}, True),
        ({"degrevements_eur": "254,93"}, True),  # with its fees, 3 %
        ({"degrevements_eur": ""}, False),
    ],
)
def test_a_degrevement_of_the_same_amount_may_be_the_abatement(
    cells: dict[str, str], *, relieved: bool
) -> None:
    made = abate(refused(**cells), sent=listed({"invariant": NUMBER}))
    assert ("obtenu ?" in first(made)["motif"]) == relieved
    assert parts(made)["a_reclamer"] == DUE
    assert parts(made)["a_reclamer_obtenu"] == (DUE if relieved else 0)
    assert parts(made)["a_reclamer_declare"] == (0 if relieved else DUE)


def test_one_degrevement_for_all_of_a_notice() -> None:
    rows = [
        refused(degrevements_eur="495"),
        {**refused(), "invariant": OTHER, "id_residence": "R2"},
    ]
    made = abate(*rows)
    assert parts(made)["a_reclamer_obtenu"] == 2 * DUE


# ---------------------------------------------------------------- claims followed


def suites(made: Any) -> list[str]:
    return list(claims_in(made)["suite"])


@pytest.mark.parametrize(
    ("cells", "suite"),
    [
        ({}, "a_envoyer"),
        ({"envoyee_le": "02/02/2026"}, "envoyee"),
        ({"envoyee_le": "02/02/2027"}, "hors_delai"),
        ({"envoyee_le": "02/02/2026", "repondue_le": "01/06/2026"}, "repondue"),
        ({"envoyee_le": "02/02/2026", "accorde_eur": "0"}, "refusee"),
        ({"envoyee_le": "02/02/2026", "accorde_eur": "100"}, "accordee_en_partie"),
        ({"envoyee_le": "02/02/2026", "accorde_eur": "247,50"}, "accordee"),
        ({"envoyee_le": "02/02/2026", "accorde_eur": "2475"}, "accordee"),
        ({"envoyee_le": "02/02/2026", "repondue_le": "02/02/2025"}, "repondue"),
    ],
)
def test_where_a_claim_stands(cells: dict[str, str], suite: str) -> None:
    line = {"avis": "A1", "invariant": NUMBER, "annee": 2025, **cells}
    made = abate(refused(), claimed=claimed(line), on=dt.date(2026, 3, 1))
    assert suites(made) == [suite]
    contrary = cells.get("accorde_eur") == "2475" or cells.get("repondue_le") == "02/02/2025"
    places = [n.place for n in made.notices if n.code == "reclamation_contraire"]
    assert bool(places) is contrary
    for place in places:
        late = "accorde_eur" if "accorde_eur" in cells else "repondue_le"
        assert (place.file, place.row, place.column) == ("reclamations.csv", 4, late)
    row = claims_in(made).iloc[0]
    assert (row["abattement_a_reclamer_eur"], row["limite"]) == (DUE, dt.date(2026, 12, 31))


def test_what_was_sent_is_no_more_to_send_and_an_answer_without_amount_is_no_refusal() -> None:
    line = {"avis": "A1", "invariant": NUMBER, "annee": 2025, "envoyee_le": "02/02/2026"}
    made = held(abate(refused(), claimed=claimed(line)))
    assert made.amount("reclame_en_cours").exact == DUE
    assert made.amount("reclame_a_envoyer").is_nil
    answered = abate(refused(), claimed=claimed({**line, "repondue_le": "01/06/2026"}))
    assert held(answered).amount("reclame_en_cours").is_nil
    assert claims_in(answered)["accorde_eur"][0] is None


@pytest.mark.parametrize("number", [NUMBER, ""])
@pytest.mark.parametrize("order", [1, -1])
def test_of_two_claims_of_one_premises_the_last_sent_says_how_far_it_got(
    number: str, order: int
) -> None:
    """The first of the file did: « refusée », and the other, granted, stood beside the table."""
    refused_, granted = (
        {"avis": "A1", "invariant": number, "annee": 2025, **cells}
        for cells in (
            {"envoyee_le": "2026-02-01", "repondue_le": "2026-03-01", "accorde_eur": 0},
            {"envoyee_le": "2026-04-01", "repondue_le": "2026-05-01", "accorde_eur": "247,50"},
        )
    )
    sent = claimed(*[refused_, granted][::order])
    made = abate(refused(), claimed=sent, on=dt.date(2026, 6, 1))
    assert claims_in(made)["suite"].tolist() == ["accordee", "refusee"]


@pytest.mark.parametrize(
    ("cells", "suite"),
    [
        ({}, "envoyee"),
        ({"accorde_eur": "495"}, "accordee"),
        ({"accorde_eur": "300"}, "accordee_en_partie"),
    ],
)
@pytest.mark.parametrize("numbers", [(NUMBER, OTHER), ("", "")])
def test_a_claim_of_a_whole_notice_is_of_each_of_its_premises(
    numbers: tuple[str, str], cells: dict[str, str], suite: str
) -> None:
    rows = [
        refused() | {"invariant": n, "id_residence": h}
        for n, h in zip(numbers, ("R1", "R2"), strict=True)
    ]
    line = {"avis": "A 1", "invariant": "", "annee": 2025, "envoyee_le": "02/02/2026", **cells}
    made = abate(*rows, claimed=claimed(line), on=dt.date(2026, 3, 1))
    assert suites(made)[:2] == [suite] * 2
    assert claims_in(made)["accorde_eur"].dropna().tolist() == [Decimal(v) for v in cells.values()]
    assert held(made).amount("reclame_a_envoyer").is_nil
    again = abate(
        *rows,
        claimed=claims_in(made)[list(tables.CLAIMS_SENT.names)].fillna(""),
        on=dt.date(2026, 3, 1),
    )
    assert suites(again) == suites(made)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_claim_is_followed_for_its_own_premises_in_any_order(order: tuple[int, int]) -> None:
    rows = [
        refused(avis="A1"),
        local(avis="A2", invariant=OTHER, vlc_eur=12_000, cotisation_avis_eur=4 * FULL),
    ]
    sent = {"avis": "A2", "invariant": OTHER, "annee": 2025, "envoyee_le": "02/02/2026"}
    made = abate(*(rows[k] for k in order), claimed=claimed(sent))
    due = dict(
        zip(claims_in(made)["avis"], claims_in(made)["abattement_a_reclamer_eur"], strict=True)
    )
    assert set(due) == {"A1", "A2"}
    assert due["A1"] != due["A2"]
    assert held(made).amount("reclame_en_cours").exact == due["A2"]
    assert held(made).amount("reclame_a_envoyer").exact == due["A1"]


def test_a_notice_that_is_not_read_may_be_to_send() -> None:
    made = held(abate(local(invariant=NUMBER, cotisation_avis_eur=2000)))
    sending = made.amount("reclame_a_envoyer")
    assert (sending.at_least, sending.at_most) == (0, DUE)


def test_a_claim_of_another_year_or_of_no_premises_stays_in_the_table() -> None:
    old = {"avis": "A1", "invariant": NUMBER, "annee": 2024, "envoyee_le": "02/02/2025"}
    lost = {"avis": "A9", "invariant": OTHER, "annee": 2025, "envoyee_le": "02/02/2026"}
    made = abate(refused(), claimed=claimed(old, lost, old))
    assert suites(made) == ["a_envoyer", "envoyee", "envoyee", "envoyee"]
    (stray,) = (n for n in made.notices if n.code == "reclamation_sans_local")
    assert (stray.place.row, stray.place.column) == (5, "avis")
    mistyped = {**lost, "avis": "A1", "invariant": OTHER}
    assert "reclamation_sans_local" in codes(abate(refused(), claimed=claimed(mistyped)))
    abated = abate(
        local(invariant=NUMBER, cotisation_avis_eur=RIGHT), claimed=claimed({**old, "annee": 2025})
    )
    assert "reclamation_sans_local" not in codes(abated)
    assert list(claims_in(made)["limite"])[1] == dt.date(2025, 12, 31)
    assert held(made).amount("reclame_a_envoyer").exact == DUE


def test_too_late_to_claim_or_perhaps_obtained_is_not_to_send() -> None:
    assert suites(abate(refused(), on=dt.date(2027, 1, 1))) == ["hors_delai"]
    made = abate(refused(degrevements_eur="247,50"))
    assert suites(made) == ["obtenu"]
    assert held(made).amount("reclame_a_envoyer").is_nil


def test_what_notices_bear_without_right_is_listed_with_why() -> None:
    stock = homes(home(cote="hors", logements_dans=0, logements_hors=1, code_qpv=""))
    made = abate(local(cotisation_avis_eur=RIGHT), residences=stock)
    row = first(made)
    assert row["abattement_a_risque_eur"] == DUE
    assert row["motif"].startswith("Hors de tout quartier")
    assert not first(abate(local(cotisation_avis_eur=RIGHT)))["abattement_a_risque_eur"]


# ---------------------------------------------------------------- sold, demolished, delivered


@pytest.mark.parametrize(
    ("cells", "statut", "word"),
    [
        ({"date_vente": dt.date(2024, 6, 30)}, "a_risque", "Vente en 2024"),
        ({"date_demolition": dt.date(2024, 6, 30)}, "a_risque", "Démolition en 2024"),
        ({"date_livraison": dt.date(2025, 6, 30)}, "a_risque", "Livraison"),
        ({"date_vente": dt.date(2025, 6, 30)}, "abattu", ""),
        ({"date_demolition": dt.date(2025, 6, 30)}, "abattu", ""),
    ],
)
def test_what_is_held_on_the_first_of_january(
    cells: dict[str, Any], statut: str, word: str
) -> None:
    doors = pd.DataFrame([door(**cells)])
    made = abate(local(cotisation_avis_eur=RIGHT), entrances=doors)
    assert (first(made)["statut"], word in first(made)["motif"]) == (statut, True)
    assert states(made).acquired == (DUE if statut == "abattu" else 0)


def test_a_sale_to_come_ends_the_forecast() -> None:
    doors = pd.DataFrame([door(date_vente=dt.date(2026, 6, 30)), door()])
    years = abate(local(cotisation_avis_eur=RIGHT), entrances=doors).by_year.set_index("annee")
    assert years["abattement_eur"][2026] == DUE
    assert years["abattement_eur"][2027] == DUE / 2


# ---------------------------------------------------------------- beside last year's


def test_each_premises_beside_itself_a_year_before() -> None:
    def year(when: int, *rows: dict[str, Any]) -> list[dict[str, Any]]:
        return [{**row, "annee": when} for row in rows]

    def one(number: int, **cells: Any) -> dict[str, Any]:
        return local(
            avis=f"A{number}", invariant=f"599001000{number}", id_residence=f"R{number}",
            cotisation_avis_eur=FULL, **cells,
        )  # fmt: skip

    moved = one(4) | {"vlc_eur": 4000, "cotisation_avis_eur": 1100}
    taxed = one(5) | {"taux_commune_pct": 60, "cotisation_avis_eur": 1125}
    right = {"cotisation_avis_eur": RIGHT}
    now = year(2025, one(1), one(2), one(3), moved, taxed, one(6) | right)
    then = year(2024, one(1), one(2) | right, one(7), one(4), one(5), one(6))
    signed = conventions(
        convention(
            date_signature_convention="2023-03-01",
            date_signature_contrat="2023-01-01",
            date_declaration="2023-03-02",
        )
    )
    made = abate(*now, previous=premises(*then), conventions=signed)
    found = dict(
        zip(beside_in(made)["invariant"].str[-1], beside_in(made)["constat_precedent"], strict=True)
    )
    assert found == {
        "1": "stable", "2": "perdu", "3": "nouveau", "4": "base", "5": "taux", "6": "gagne", "7": "disparu",
    }  # fmt: skip
    assert made.last_year is not None
    assert made.last_year.year == 2024
    assert beside_in(abate(*now)).empty


def test_bases_that_all_rise_together_have_not_moved() -> None:
    rows = [
        local(avis=f"A{k}", invariant=f"599001000{k}", cotisation_avis_eur=FULL) for k in range(4)
    ]
    then = premises(
        *({**row, "annee": 2024, "vlc_eur": 2700, "cotisation_avis_eur": "742,50"} for row in rows)
    )
    made = abate(*rows, previous=then)
    assert set(beside_in(made)["constat_precedent"]) == {"stable"}
    assert set(beside_in(made)["base_ecart"]) == {Decimal("0.1111")}


def test_a_year_before_every_convention_given_is_not_told_abated_without_right() -> None:
    """The table of today's conventions need not list the one that has ended since."""
    then = premises(local(annee=2024, invariant="5990010001", cotisation_avis_eur=RIGHT))
    now = local(invariant="5990010001", cotisation_avis_eur=RIGHT)
    made = abate(now, previous=then)
    (row,) = beside_in(made).to_dict("records")
    assert (row["statut_precedent"], row["statut"]) == (Statut.DROIT_INCONNU, Statut.ABATTU)
    assert (row["abattement_acquis_eur_precedente"], row["abattement_acquis_eur"]) == (None, DUE)
    acquired = held(made.last_year).amount("acquis")
    assert (acquired.at_least, acquired.at_most) == (0, DUE)
    assert held(made.last_year).amount("a_risque").is_nil
    assert (
        states(abate(now | {"annee": 2024}, year=2024)).at_risk == DUE
    )  # a dossier of that year tells


@pytest.mark.parametrize(
    ("then", "statut"),
    [
        ({}, Statut.A_VERIFIER),
        ({"qpv2015_statut": "dans", "qpv2015_code": QPV}, Statut.ABATTU),
        ({"qpv2015_statut": "hors"}, Statut.A_RISQUE),
    ],
)
def test_a_year_ruled_by_a_map_that_is_not_there_places_no_door(
    then: dict[str, str], statut: str
) -> None:
    signed = conventions(
        convention(
            date_signature_convention="2023-03-01",
            date_signature_contrat="2023-01-01",
            date_declaration="2023-03-02",
        )
    )
    one = local(invariant="5990010001", cotisation_avis_eur=RIGHT)
    previous, doors = premises(one | {"annee": 2024}), pd.DataFrame([door(**then)])
    made = abate(one, previous=previous, entrances=doors, conventions=signed)
    (row,) = beside_in(made).to_dict("records")
    assert (row["statut_precedent"], row["statut"]) == (statut, Statut.ABATTU)


def test_lines_of_a_residence_count_the_dwellings_they_hold() -> None:
    """What is at risk of a résidence that a limit cuts is not the whole of it."""
    doors = pd.DataFrame([door(building="A"), door(building="B", side="hors")])
    rows = [
        local(id_batiment=b, invariant=f"599001000{k}", cotisation_avis_eur=RIGHT, nb_logements=10)
        for k, b in enumerate("AB")
    ]
    lines = FactLines(abate(*rows, entrances=doors))
    risk = lines.touched("a_risque")
    assert (risk, lines.is_whole("R1", risk), lines.retained(risk)) == ([1], False, known(10))
    assert lines.is_whole("R1", [0, 1])
