"""The money in states: what adds up, what is never zero, what hangs on what."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tax_builders import (
    QPV,
    abate,
    checks_in,
    codes,
    convention,
    conventions,
    counted,
    held,
    home,
    homes,
    local,
    premises,
    reserves,
    states,
    table,
)

from tfpb import tax
from tfpb.facts.amount import known
from tfpb.facts.claim import OUTSIDE, TOTAL, Claims, claim
from tfpb.facts.money_claims import money_claims
from tfpb.facts.place import holds_of_counts
from tfpb.facts.programme_claims import programme_claims
from tfpb.law.values import load
from tfpb.model import tables
from tfpb.model.money import Course, States
from tfpb.words.documents import quarter_page
from tfpb.words.money import abatement_words, programme_words, state_words

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.facts.claim import Within

DUE, PAID, FULL = Decimal("247.50"), Decimal("577.50"), Decimal("825.00")
NIL = Decimal(0)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_states_add_up_to_the_two_totals() -> None:
    states = States(
        acquired=Decimal(1), at_risk=Decimal(2), doubtful=Decimal(4), to_claim=Decimal(8),
        hanging=Decimal(16), lost=Decimal(32), estimated=Decimal(64), unread=Decimal(128), missing=3,
    )  # fmt: skip
    assert (states.borne, states.best, states.reserved) == (7, 221, 20)
    assert (states.granted, states.claimed) == (65, 201)
    both = states + states
    assert (both.lost, both.missing, both.borne) == (64, 6, 14)


@pytest.mark.parametrize(
    ("paid", "signed", "expected"),
    [
        (PAID, conventions(), {"acquired": DUE}),
        (FULL, conventions(), {"to_claim": DUE}),
        ("", conventions(), {"unread": DUE}),
        ("12", conventions(), {"unread": DUE}),
        (PAID, None, {"doubtful": DUE}),
        (FULL, None, {"hanging": DUE}),
        (PAID, conventions(convention(date_signature_convention="")), {"doubtful": DUE}),
        (PAID, conventions(convention(date_declaration="")), {"doubtful": DUE}),
        (FULL, conventions(convention(date_fin="")), {"hanging": DUE}),
        ("", conventions(convention(date_signature_convention="")), {"hanging": DUE}),
        (FULL, conventions(convention(date_signature_convention="2025-04-01")), {"lost": DUE}),
        ("", conventions(convention(date_signature_convention="2025-04-01")), {}),
        (PAID, conventions(convention(date_signature_convention="2025-04-01")), {"at_risk": DUE}),
        ("", conventions(convention(date_declaration="")), {"hanging": DUE}),
        ("", conventions(convention(date_fin="2024-12-31")), {"hanging": DUE}),
    ],
)
def test_a_premises_has_one_state(
    paid: Any, signed: pd.DataFrame | None, expected: dict[str, Decimal]
) -> None:
    made = abate(local(cotisation_avis_eur=paid), conventions=signed)
    names = (
        "acquired",
        "estimated",
        "unread",
        "at_risk",
        "doubtful",
        "to_claim",
        "hanging",
        "lost",
    )
    for name in names:
        assert getattr(states(made), name) == expected.get(name, NIL), name
    assert sum(reserves(made).values(), NIL) == states(made).reserved


def test_a_tax_file_without_conventions_says_no_zero_anywhere() -> None:
    made = abate(local(cotisation_avis_eur=PAID), conventions=None)
    assert made.by_qpv["nature"].tolist() == ["sous_reserve"]
    assert counted(made) is None
    assert counted(made, "perte") is None
    label, value, detail = map(plain, quarter_page.abatement_figure(held(made, QPV), 2025))
    assert (label, value) == ("abattement 2025", "sous réserve")
    assert detail == "248 € au mieux, dont 248 € portés par les avis"
    assert " 0 €" not in plain(" ".join(quarter_page.money_lines(held(made, QPV))))
    said = plain(" ".join(abatement_words.summary(made, held(made))))
    assert "n’est pas établi" in said
    assert " 0 €" not in said
    assert "leur table n’est pas fournie" in said
    assert checks_in(made)["code_constat"].tolist() == ["sous_reserve"]
    assert made.premises["statut"].tolist() == ["droit_inconnu"]  # not « à risque »
    assert "sous réserve de ce qui manque" in made.premises["motif"].iloc[0]


def test_a_quarter_without_any_line_lacks_an_amount() -> None:
    stock = homes(home("R1"), home("R2", code_qpv="QN05992M", nb_logements=7, logements_dans=7))
    made = abate(local(cotisation_avis_eur=PAID), residences=stock)
    row = made.by_qpv.set_index("code_qpv").loc["QN05992M"]
    assert row["nature"] == "manquant"
    assert row["logements_sans_montant"] == states(made).missing == 7
    assert quarter_page.abatement_figure(held(made, "QN05992M"), 2025)[1:] == (
        "non connu",
        "7 logements sans aucune ligne au fichier fiscal",
    )
    exempt = homes(home("R1"), home("R2", fin_exoneration="2030-12-31", code_qpv="QN05992M"))
    made = abate(local(cotisation_avis_eur=PAID), residences=exempt)
    assert states(made).missing == 0
    assert held(made, "QN05992M").amount("acquis").exact == 0  # known: nothing is due yet


def test_an_amount_on_no_notice_is_not_called_real() -> None:
    rows = (local(avis="A1", cotisation_avis_eur=PAID), local(avis="A2", id_residence="R2"))
    made = abate(*rows)
    assert list(made.premises["nature"]) == ["reel", "estime"]
    assert made.by_qpv["nature"].tolist() == ["estime"]  # that of its weakest part
    shared = abate(*(local(invariant=i, cotisation_avis_eur=PAID if i else "") for i in range(3)))
    assert list(shared.premises["nature"]) == ["estime", "reel", "reel"]  # no figure of its own
    claimed = abate(local(cotisation_avis_eur=FULL)).by_year
    assert claimed["nature"].tolist()[0] == "estime"


def test_what_is_declared_is_a_fact_of_the_premises() -> None:
    kept = {"cotisation_avis_eur": FULL}
    made = abate(
        local(invariant="1", avis="A1", declare="oui", **kept),
        local(invariant="2", avis="A2", declare="non", **kept),
        local(invariant="3", avis="A3", **kept),
    )
    assert list(made.premises["statut"]) == ["a_reclamer", "non_declare", "a_reclamer"]
    assert (states(made).to_claim, states(made).hanging) == (2 * DUE, DUE)
    assert reserves(made) == {"declaration": DUE}
    assert "liste déclarée" in made.premises["motif"].iloc[1]
    assert held(made, QPV).amount("a_reclamer_declare").exact == DUE
    said = state_words.declared_sentences(held(made))
    assert [plain(s).split(" :")[0] for s in said] == [
        "À réclamer, déclaré et refusé",
        "À réclamer sans preuve de déclaration",
    ]
    bare = abate(local(invariant="3", avis="A3", **kept))
    assert len(state_words.declared_sentences(held(bare))) == 1  # no « 0 € déclarés »


def test_the_reconciliation_adds_up_by_quarter_and_outside() -> None:
    stock = homes(
        home("R1"), home("R2", logements_dans=0, logements_hors=1, code_qpv="", cote="hors"),
        home("R3", logements_dans=0, logements_a_verifier=1, cote="a_verifier"),
    )  # fmt: skip
    rows = [local(avis=f"A{i}", id_residence=f"R{i}", cotisation_avis_eur=PAID) for i in (1, 2, 3)]
    made = abate(*rows, residences=stock)
    inside, outside = held(made, QPV), held(made, OUTSIDE)
    assert inside.amount("acquis").at_least == inside.amount("acquis_porte").at_least == DUE
    assert inside.amount("sous_reserve_porte").at_least == DUE
    assert (outside.amount("a_risque").exact, outside.amount("au_mieux").exact) == (DUE, 0)
    assert inside.amount("porte").at_least + outside.amount("porte").at_least == 3 * DUE
    assert inside.amount("au_mieux").at_least == 2 * DUE


def whole(**amounts: int) -> Within:
    """Return claims of the whole by hand, all known."""
    return Claims([claim(name, TOTAL, known(value)) for name, value in amounts.items()]).within()


def test_the_worst_and_best_case_are_read() -> None:
    states = whole(
        acquis_porte=500, a_risque=12, sous_reserve_porte=14, a_reclamer=46, au_mieux=560,
        apres_reclamation=546, frais_gestion=15, frais_a_reclamer=0,
    )  # fmt: skip
    worst, best, fees = map(plain, state_words.cases(states))
    assert worst.startswith("Au pire, seraient à rendre")
    assert worst.endswith("12 € à risque, 14 € portés sous réserve ; il resterait 500 €.")
    assert best.endswith("560 € seraient dus ; réclamations seules admises, 546 €.")
    assert fees == "Frais de gestion épargnés (taux non vérifiés) : 15 € avec ce qui est acquis."
    nothing = plain(state_words.cases(whole(a_risque=5, acquis_porte=0))[0])
    assert nothing.endswith("rien ne resterait.")
    after = plain(state_words.after_claims(Decimal(-10), Decimal(-56)))
    assert "passe de −10 € à −56 €" in after


def test_an_amount_that_leaves_dwellings_out_is_a_least_and_says_which() -> None:
    stock = homes(home("R1"), home("R2", code_qpv="QN05992M", nom_qpv="Le Moulin"))
    made = abate(local(cotisation_avis_eur=PAID), residences=stock)
    assert (
        "2025 acquis : au moins 248 € (1 logement sans aucune ligne au fichier fiscal) ;"
        in plain(abatement_words.lead(held(made), 2025))
    )
    assert "aucune ligne" not in abatement_words.lead(
        held(abate(local(cotisation_avis_eur=PAID))), 2025
    )
    lead = programme_words.balance_lead(Claims(money_claims(made)))
    assert "pour au moins 248 € acquis :" in plain(lead)


def test_one_body_spelt_two_ways_is_under_reserve_whatever_its_notices_bear() -> None:
    stock = homes(home("R1", bailleur="Habitat Nord"), home("R2", bailleur="HABITAT DU NORD"))
    signed = conventions(convention(bailleur="Habitat Nord"))
    rows = [local(avis=f"A{i}", id_residence=f"R{i}", cotisation_avis_eur=PAID) for i in (1, 2)]
    made = abate(*rows, residences=stock, conventions=signed)
    assert list(made.premises["statut"]) == ["abattu", "droit_inconnu"]
    assert (states(made).acquired, states(made).at_risk, states(made).doubtful) == (DUE, 0, DUE)
    assert reserves(made) == {"convention": DUE}
    assert checks_in(made)["code_constat"].tolist() == ["concordant", "sous_reserve"]


def test_the_states_of_a_premises_are_named_on_its_line() -> None:
    stock = homes(home(), home("R2", logements_dans=0, logements_a_verifier=1, cote="a_verifier"))
    rows = [
        local(cotisation_avis_eur=825),
        local(avis="A2", id_residence="R2", cotisation_avis_eur=PAID),
    ]
    made = abate(*rows, residences=stock).premises["etat"]
    assert [plain(text) for text in made] == ["248 € à réclamer", "248 € portés sous réserve"]
    lost = abate(local(), conventions=conventions(convention(date_declaration="2025-06-01")))
    assert plain(lost.premises["etat"][0]) == "248 € perdu"


def test_a_convention_that_ends_is_named_with_its_day() -> None:
    signed = conventions(convention(date_fin="2027-12-31"))
    made = abate(local(cotisation_avis_eur=PAID), conventions=signed)
    (row,) = made.calendar.to_dict("records")
    assert (row["date"], row["annee"]) == (dt.date(2027, 12, 31), 2028)
    assert (row["montant_eur"], row["logements"], row["residences"]) == (DUE, 1, 1)
    assert plain(row["lecture"]) == (
        "La convention C1 prend fin le 31 décembre 2027 : à partir de 2028, 248 € par an à renouveler "
        "(1 logement de 1 résidence), perdus si elle ne l’est pas."
    )
    years = [(int(r["annee"]), r["abattement_eur"]) for r in made.by_year.to_dict("records")]
    assert [amount for _, amount in years] == [DUE] * 3 + [None] * 3
    assert made.course is not None
    said = plain(abatement_words.forecast_sentence(made.course))
    assert said == "De 2025 à 2027, l’abattement attendu reste de 248 € par an."
    none = abatement_words.forecast_sentence(
        Course(((2025, None), (2026, None)), 0, DUE, ("convention",))
    )
    assert "aucun montant n’est établi" in none
    assert "de plus" not in none
    taken_over = conventions(
        convention(date_fin="2027-12-31"), convention(id_convention="C2", date_fin="2030-12-31")
    )
    (row,) = abate(local(), conventions=taken_over).calendar.to_dict("records")
    assert (row["evenement"], row["id_convention"], row["montant_eur"]) == ("terme", "C2", DUE)


def test_of_two_conventions_what_may_be_mended_comes_before_what_is_lost() -> None:
    late = convention(date_signature_convention="2025-06-01")
    made = abate(
        local(),
        conventions=conventions(late, convention(id_convention="C2", date_fin="2024-12-31")),
    )
    assert (reserves(made), states(made).lost) == ({}, DUE)  # renewed, and too late for the year
    undated = convention(id_convention="C2", date_signature_convention="")
    assert reserves(abate(local(), conventions=conventions(late, undated))) == {"convention": DUE}


@pytest.mark.parametrize(
    ("home_cells", "convention_cells", "named"),
    [
        ({"logements_dans": 0, "logements_a_verifier": 1, "cote": "a_verifier"}, {},
         "d’une vérification de la localisation"),
        ({}, {"date_signature_convention": ""}, "d’une convention"),
        ({}, {"date_declaration": ""}, "d’une déclaration"),
        ({"nb_logements": 2, "logements_dans": 1, "logements_a_verifier": 1}, {"date_declaration": ""},
         "d’une vérification de la localisation ou d’une déclaration"),
    ],
)  # fmt: skip
def test_what_waits_names_its_own_causes_alone(
    home_cells: dict[str, Any], convention_cells: dict[str, Any], named: str
) -> None:
    made = abate(
        local(), residences=homes(home(**home_cells)),
        conventions=conventions(convention(**convention_cells)),
    )  # fmt: skip
    assert made.course is not None
    said = abatement_words.forecast_sentence(replace(made.course, years=((2030, None),), opened=0))
    assert said.endswith(f" en 2030 dépendent {named}.")
    assert set(reserves(made)) == set(made.by_year["en_attente_de"].iloc[0].split())


@pytest.mark.parametrize("other", ["R1", "R2"])
def test_two_equal_premises_on_one_notice_are_not_summed_in_silence(other: str) -> None:
    one = local(invariant="11", cotisation_avis_eur=2 * FULL - DUE)
    made = abate(one, local(invariant="22", id_residence=other, annee=2025))
    assert (states(made).acquired, states(made).to_claim) == (DUE, DUE)
    (doubt,) = [n for n in made.notices if n.code == "avis_ambigu"]
    assert doubt.fields["locaux"] == "11, 22"
    told = abate(
        local(invariant="11", cotisation_avis_eur=FULL),
        local(invariant="22", cotisation_avis_eur=PAID, id_residence=other),
    )
    assert list(told.premises["statut"]) == ["a_reclamer", "abattu"]
    assert "avis_ambigu" not in codes(told)


def test_two_premises_of_two_quarters_that_one_sum_confuses_are_under_reserve() -> None:
    stock = homes(home("R1"), home("R2", code_qpv="QN05992M"))
    signed = conventions(convention(codes_qpv=f"{QPV}, QN05992M"))
    two = local(invariant="2", id_residence="R2", annee=2025)
    rows = (local(cotisation_avis_eur=2 * FULL - DUE), two)
    made = abate(*rows, residences=stock, conventions=signed)
    assert (states(made).acquired, states(made).unread) == (0, 2 * DUE)
    assert "avis_ambigu" in codes(made)


def test_what_is_justified_is_counted_quarter_by_quarter() -> None:
    stock = homes(home("R1"), home("R2", code_qpv="QN05992M"))
    signed = conventions(convention(codes_qpv=f"{QPV}, QN05992M"))
    made = abate(
        local(cotisation_avis_eur=PAID),
        local(avis="A2", id_residence="R2", cotisation_avis_eur=FULL),
        local(avis="A3", id_residence="R2", cotisation_avis_eur=PAID),
        residences=stock,
        conventions=signed,
    )
    spent = {"axe": "3", "action": "x", "realise_eur": 1000}
    actions = table(
        tables.PROGRAMME,
        {"id_action": "1", "code_qpv": QPV, "valorise_eur": 400, **spent},
        {"id_action": "2", "code_qpv": "QN05992M", "valorise_eur": 100, **spent},
    )
    plan = tax.programme(actions, made, holds_of_counts(stock), year=2025)
    claims = Claims(programme_claims(plan, Claims(money_claims(made))))
    assert claims.amount("justifie") == known(DUE + 100)  # the excess of one answers for no other
    assert claims.amount("solde") == known(500 - 2 * DUE)
    assert claims.amount("solde_apres_reclamation") == known(500 - 3 * DUE)
    rows = plan.balance.set_index("code_qpv")
    assert rows.loc[QPV, "abattement_par_logement_abattu_eur"] == DUE
    unknown = tax.programme(
        actions,
        abate(local(cotisation_avis_eur=PAID), residences=stock),
        holds_of_counts(stock),
        year=2025,
    )
    row = unknown.balance.set_index("code_qpv").loc["QN05992M"]
    assert row["justifie_eur"] is None
    assert row["solde_eur"] is None


def test_a_rate_among_others_that_looks_like_a_proportion_is_asked_about() -> None:
    rows = [local(invariant=i, taux_epci_pct=15) for i in range(4)]
    odd = local(invariant="9", taux_epci_pct="0,15")
    low = [local(invariant=i, taux_tse_pct="0,3") for i in range(4)]

    def asked(*lines: dict[str, Any]) -> list[str]:
        found = tax.check_premises(premises(*lines), load())
        return [f.place.column for f in found if f.code == "taux_suspect"]

    assert asked(*rows, odd) == ["taux_epci_pct"]
    assert asked(*low) == []
    assert asked(local(taux_commune_pct="0,39")) == ["taux_commune_pct"]


def test_a_quarter_tells_what_stands_beside_its_amount() -> None:
    here = held(abate(local(cotisation_avis_eur=FULL)), QPV)
    assert plain(state_words.quarter_sentence(here)) == "À part : 248 € à réclamer."
    assert state_words.quarter_sentence(held(abate(local(cotisation_avis_eur=PAID)), QPV)) == ""


def test_a_notice_that_taxes_what_is_said_exempt_is_doubted() -> None:
    """Written exempt until 2031, and its notice asks the whole tax: one of the two is wrong."""
    exempt = {"fin_exoneration": "2031-12-31"}
    asked = abate(local(cotisation_avis_eur=PAID, **exempt))
    assert "exonere_impose" in codes(asked)
    assert states(asked).to_claim == 0
    assert "exonere_impose" not in codes(abate(local(cotisation_avis_eur=0, **exempt)))
    assert "exonere_impose" not in codes(abate(local(cotisation_avis_eur=PAID)))
