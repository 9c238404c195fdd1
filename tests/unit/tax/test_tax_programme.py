"""The programme: axes, refusals, balance, proofs, last year beside."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tax_builders import (
    QPV,
    abate,
    codes,
    convention,
    conventions,
    counted,
    door,
    faults_of,
    home,
    homes,
    local,
    table,
)

from tfpb import tax
from tfpb.errors import TfpbError
from tfpb.facts.amount import between, known
from tfpb.facts.claim import Claims
from tfpb.facts.money_claims import money_claims
from tfpb.facts.place import holds, holds_of_counts
from tfpb.facts.programme_claims import programme_claims, review_key
from tfpb.model import tables
from tfpb.model.legal.axis_table import AXES
from tfpb.model.record import PieceFile
from tfpb.model.settings import Theme
from tfpb.tax.programme.axes import LABELS, PROPOSITION, read_axis
from tfpb.tax.programme.exports import bilan_frames
from tfpb.words.faults.sentences import fault_text


def action(number: int = 1, **cells: Any) -> dict[str, Any]:
    return {
        "id_action": f"A{number}",
        "axe": 3,
        "code_qpv": QPV,
        "action": f"Passage supplémentaire {number}",
        "prevu_eur": 120,
        "realise_eur": 100,
        "valorise_eur": 80,
        "piece": f"FAC-{number}",
        **cells,
    }


def programme(*rows: dict[str, Any], money: Any = None, **options: Any) -> Any:
    actions = table(tables.PROGRAMME, *rows, file="programme.xlsx")
    stock, doors = options.pop("residences", None), options.pop("entrances", None)
    counted = holds_of_counts(homes() if stock is None else stock)
    held = counted if doors is None else holds(doors)
    return tax.programme(actions, money, held, year=2025, **options)


def claims_of(made: Any, money: Any = None) -> Claims:
    """Return what a programme claims against an abatement."""
    base = Claims(money_claims(money) if money is not None else ())
    return Claims(programme_claims(made, base))


def said_of(made: Any, code: str) -> str:
    """Return the sentence of what a quarter carries over."""
    return str(made.quarters_both_years.set_index("code_qpv").loc[code, "argument"])


def refused(*rows: dict[str, Any], **options: Any) -> list[str]:
    with pytest.raises(TfpbError) as error:
        programme(*rows, **options)
    for fault in error.value.faults:
        assert "…" not in " ".join(fault_text(fault).lines())
    return faults_of(error)


@pytest.mark.parametrize(
    ("written", "axe", "how"),
    [
        ("3", 3, "exact"),
        ("3.0", 3, "exact"),
        ("Axe 3", 3, "exact"),
        ("axe n° 3", 3, "exact"),
        ("3 - Sur-entretien", 3, "exact"),
        ("3. SUR-ENTRETIEN", 3, "exact"),
        ("Sur-entretien", 3, "exact"),
        ("Sur entretien", 3, "devine"),
        ("surentretien", 3, "devine"),
        ("sur-entretein", 3, "devine"),
        ("Tranquilité résidentielle", 5, "devine"),
        ("Gestion des déchets", 4, "devine"),
        ("Gestion des dechets et encombrants/epaves", 4, "exact"),
        ("Présence de proximité", 1, "devine"),
        ("Petits travaux d'amélioration de la qualité de service", 8, "exact"),
        (
            "8 - Petits travaux d'amélioration de la qualité de service (hors quartiers NPNRU)",
            8,
            "exact",
        ),
        ("Propreté", 3, "proposition"),
        ("vivre ensemble", 7, "proposition"),
        ("3 - Tranquillité résidentielle", None, "contradictoire"),
        ("9", None, "inconnu"),
        ("Divers", None, "inconnu"),
        ("", None, "inconnu"),
        ("12", None, "inconnu"),
    ],
)
def test_axis_spellings(written: str, axe: int | None, how: str) -> None:
    reading = read_axis(written)
    assert (reading.axe, reading.how) == (axe, how) if written else reading.axe is None


def test_every_official_label_is_read_without_doubt() -> None:
    assert {read_axis(label).how for label in LABELS} == {"exact"}
    assert set(LABELS.values()) == set(AXES)


def test_six_themes_of_the_nord_are_a_proposition_that_one_can_replace() -> None:
    assert len(PROPOSITION) == 6
    made = programme(action(axe="Propreté"))
    assert codes(made) == ["axe_proposition"]
    assert list(made.actions["axe"]) == [3]
    own = programme(
        action(axe="Propreté"), themes={"propreté": Theme(axe=4, reference="convention, annexe 2")}
    )
    assert codes(own) == []
    assert list(own.actions["axe"]) == [4]


def test_own_theme_without_reference_stays_a_proposition() -> None:
    made = programme(action(axe="Cadre  de VIE"), themes={"cadre de vie": Theme(axe=4)})
    assert codes(made) == ["axe_proposition"]
    assert list(made.actions["axe"]) == [4]
    assert "[themes]" in fault_text(made.notices[0]).hint


def test_own_theme_that_bears_the_label_of_another_axis_is_doubted() -> None:
    made = programme(action(axe="Sur-entretien"), themes={"Sur-entretien": Theme(axe=4)})
    assert codes(made) == ["theme_contredit", "axe_proposition"]
    assert "3 · Sur-entretien" in fault_text(made.notices[0]).title


def test_unknown_theme_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(TfpbError) as error:
        programme(
            action(axe="Cadre vie des habitants"),
            themes={"Cadre de vie": Theme(axe=4, reference="annexe")},
        )
    said = fault_text(error.value.faults[0])
    assert faults_of(error) == ["axe_inconnu"]
    assert "« Cadre de vie » (axe 4)" in said.expected
    for unlike in ("Zzz", "Cadre de vie"):  # « de » in common makes nothing alike
        with pytest.raises(TfpbError) as error:
            programme(action(axe=unlike))
        assert "proches" not in fault_text(error.value.faults[0]).expected


def test_spelling_is_kept_and_said() -> None:
    made = programme(action(axe="Sur entretien"))
    assert list(made.actions["axe_lu"]) == ["Sur entretien"]
    assert codes(made) == ["code_devine"]
    assert "« Sur entretien » a été lu comme" in fault_text(made.notices[0]).title
    assert made.notices[0].place.row == 4


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"axe": "Divers"}, ["axe_inconnu"]),
        ({"axe": "3 - Tranquillité résidentielle"}, ["axe_contradictoire"]),
        ({"axe": "3/4"}, ["axe_multiple"]),
        ({"axe": "Axe 3 et axe 5"}, ["axe_multiple"]),
        ({"realise_eur": -100, "valorise_eur": 0}, ["montant_negatif"]),
        ({"prevu_eur": -1}, ["montant_negatif"]),
        ({"valorise_eur": "100,01"}, ["valorise_depasse"]),
        ({"realise_eur": ""}, ["valorise_sans_depense"]),
    ],
)
def test_refusals(cells: dict[str, Any], expected: list[str]) -> None:
    assert refused(action(**cells)) == expected


def test_all_refusals_at_once() -> None:
    rows = [action(1, valorise_eur=200), action(2, axe="Divers"), action(3, prevu_eur=-5)]
    assert sorted(refused(*rows)) == ["axe_inconnu", "montant_negatif", "valorise_depasse"]


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ({"realise_eur": -30, "valorise_eur": -20}, ("70", "60")),
        (
            {"realise_eur": -30, "valorise_eur": ""},
            ("70", "50"),
        ),  # what is not valued is valued no more
        ({"realise_eur": -100, "valorise_eur": ""}, ("0", "0")),
        (
            {
                "id_action": "AV1",
                "piece": "avoir sur FAC-1",
                "realise_eur": -30,
                "valorise_eur": -20,
            },
            ("70", "60"),
        ),
    ],
)
def test_a_credit_note_lowers_what_it_names(note: dict[str, Any], left: tuple[str, str]) -> None:
    made = programme(action(1), action(2), action(1, piece="AV-7", prevu_eur="") | note)
    rows = made.actions
    assert list(rows["id_action"]) == ["A1", "A2"]
    assert (rows["realise_eur"][0], rows["valorise_eur"][0]) == tuple(map(Decimal, left))
    assert (rows["realise_eur"][1], rows["valorise_eur"][1]) == (100, 80)
    assert "avoir_deduit" in codes(made)


@pytest.mark.parametrize(
    "note",
    [
        {
            "id_action": "AV1",
            "piece": "AV-7",
            "realise_eur": -30,
            "valorise_eur": -20,
        },  # names none
        {"id_action": "AV1", "piece": "FAC-1 et FAC-2", "realise_eur": -30, "valorise_eur": -20},
        {"realise_eur": -130, "valorise_eur": -20},  # more than was spent
        {"code_qpv": "QN05992M", "realise_eur": -30, "valorise_eur": -20},
    ],
)
def test_a_credit_note_that_names_no_one_action_is_refused(note: dict[str, Any]) -> None:
    stock = homes(home(), home("R2", code_qpv="QN05992M"))
    found = refused(action(1), action(2), action(1, piece="AV-7") | note, residences=stock)
    assert set(found) == {"montant_negatif"}


def test_same_invoice_twice() -> None:
    assert refused(action(1, piece="FAC 12"), action(2, piece="fac-12")) == ["piece_en_double"]
    assert refused(action(1, piece="FA-2025-7"), action(2, piece="FA2025/7")) == ["piece_en_double"]
    assert codes(programme(action(1, piece="FA-1-12"), action(2, piece="FA-11-2"))) == []
    assert refused(action(1, piece="F12 ; F13"), action(2, piece="F14; F13")) == ["piece_en_double"]
    last = table(tables.PROGRAMME, action(9, piece="F77"))
    assert refused(action(1, piece="F77"), previous=last) == ["piece_en_double"]
    assert codes(programme(action(1, piece="voir dossier"), action(2, piece="voir dossier"))) == []
    assert codes(programme(action(1, piece="F12, F12"))) == []  # once, written twice in one cell


def test_action_in_a_quarter_without_abatement() -> None:
    money = abate(local())
    assert codes(programme(action(), money=money)) == []
    assert refused(action(code_qpv="QN05993N"), money=money) == ["action_sans_abattement"]
    signed = programme(action(code_qpv="QN05993N"), money=money, covered=["QN05993N"])
    assert codes(signed) == ["action_abattement_incertain"]
    waiting = abate(local(cotisation_avis_eur=825))  # to claim: there is a right, not yet the money
    assert codes(programme(action(), money=waiting)) == ["action_abattement_incertain"]
    unsigned = abate(local(), conventions=None)
    assert codes(programme(action(), money=unsigned)) == ["action_abattement_incertain"]
    assert codes(programme(action(code_qpv="QN05993N"))) == ["action_qpv_hors_patrimoine"]


def test_an_action_names_residences_of_its_quarter() -> None:
    """contract.md, programme: « id_residence » (one or several)."""
    stock = homes().to_dict("records")
    two = pd.DataFrame(
        [
            {**stock[0], "id_residence": "007", "code_qpv": QPV},
            {**stock[0], "id_residence": "B", "code_qpv": QPV},
            {**stock[0], "id_residence": "0123/01", "code_qpv": QPV},
            {**stock[0], "id_residence": "C", "code_qpv": "QN05992M"},
            {**stock[0], "id_residence": "D", "logements_dans": 0, "logements_hors": 9},
        ]
    )

    def named(cell: str) -> list[str]:
        made = programme(action(id_residence=cell), residences=two)
        assert made.actions["id_residence"].tolist() == [cell]
        return [n.got for n in made.notices if n.code == "action_residence_ailleurs"]

    assert named("") == named("B") == named("007 ; B") == named("7, B") == named("007 et B") == []
    assert named("0123/01 / B") == []  # a mark inside an identifier parts nothing
    assert named("C") == ["C"]
    assert named("B;C + D") == ["C", "D"]
    assert named("absente") == ["absente"]


def test_axis_8_in_a_quarter_under_renewal_is_doubted_not_blocked() -> None:
    doors = pd.DataFrame(
        [door(npnru=True), door(npnru=False, qpv_code="QN05992M"), door(npnru=True, side="hors")]
    )
    quarters = tax.npnru_quarters(doors)
    assert quarters == {QPV}
    made = programme(action(1, axe=8), action(2, axe=3), npnru=quarters)
    assert codes(made) == ["axe8_npnru"]
    assert list(made.actions["axe"]) == [8, 3]


def test_staff_time_is_valued() -> None:
    row = action(realise_eur="", valorise_eur="", heures="10,5", cout_horaire_eur="28,40")
    made = programme(row)
    assert claims_of(made).amount("valorise") == known(Decimal("298.20"))
    assert claims_of(made).amount("realise") == known(Decimal("298.20"))
    assert codes(made) == ["temps_valorise"]
    kept = programme(action(realise_eur="", valorise_eur=100, heures=10, cout_horaire_eur=28))
    held = claims_of(kept)
    assert (held.amount("realise").exact, held.amount("valorise").exact) == (280, 100)
    assert codes(programme(action(heures=10, cout_horaire_eur=28))) == ["temps_depasse"]
    assert codes(programme(action(heures=1, cout_horaire_eur=28))) == []


def test_funding_that_does_not_add_up_is_doubted() -> None:
    assert codes(programme(action(bailleur_eur=80, autres_eur=20))) == []
    assert codes(programme(action(bailleur_eur=80, autres_eur=10))) == ["financements_divergents"]


def test_what_others_paid_is_not_the_landlords_to_value() -> None:
    made = programme(action(bailleur_eur=60, autres_eur=40))
    assert codes(made) == ["valorise_sur_autres"]
    assert "dépasse la part du bailleur (60" in fault_text(made.notices[0]).title
    assert codes(programme(action(bailleur_eur="79,99", autres_eur="20,01"))) == []  # a rounding


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"date_piece": "2026-01-04"}, "piece_hors_annee"),
        ({"date_piece": "2025-12-31"}, None),
        ({"date_piece": "2025-04-02", "calendrier": "2e semestre 2025"}, "piece_avant_action"),
        ({"date_piece": "2025-07-02", "calendrier": "2e semestre 2025"}, None),
        (
            {"date_piece": "2025-07-01", "calendrier": "2e semestre 2025"},
            None,
        ),  # its very first day
        ({"date_piece": "2025-06-30", "calendrier": "2e semestre 2025"}, "piece_avant_action"),
        ({"date_piece": "2024-06-01", "annee": 2024}, None),
        ({"calendrier": "1er semestre 2024"}, "calendrier_autre_annee"),
        ({"calendrier": "de 2024 à 2026"}, None),
        ({"calendrier": "mars 2024, puis 2025"}, None),
        ({"calendrier": "toute l’année"}, None),
        ({"valorise_eur": ""}, "valorise_non_renseigne"),
        ({"valorise_eur": 0}, None),
    ],
)
def test_a_year_that_is_another_and_a_blank_amount_are_doubted(
    cells: Any, code: str | None
) -> None:
    made = programme(action(1, date_piece="2025-03-01"), action(2, **cells))
    assert codes(made) == [code] * (code is not None)


def test_a_programme_that_values_nothing_is_one_doubt() -> None:
    blank = programme(action(9, annee=2024), *(action(k, valorise_eur="") for k in range(3)))
    assert codes(blank) == ["valorise_non_renseigne"]
    assert "celle des autres actions de l’année non plus" in fault_text(blank.notices[0]).title


def test_twins_bear_one_title_quarter_and_amount_under_two_names() -> None:
    one, other = action(1), action(2) | {"action": "PASSAGE supplémentaire 1"}
    made = programme(one, other)
    assert codes(made) == ["actions_jumelles"]
    assert made.notices[0].fields["autre"] == "A1"
    for apart in ({"valorise_eur": 79}, {"action": "Autre"}, {"annee": 2024}):
        assert "actions_jumelles" not in codes(programme(one, other | apart))
    taxed = {"action": "Passage supplémentaire 1 (TTC)", "realise_eur": 120, "valorise_eur": 96}
    made = programme(one | {"action": "Passage supplémentaire 1 HT"}, other | taxed)
    assert "(80 € hors taxes pour l’une, 96 €)" in fault_text(made.notices[0]).title


def files(*names: str) -> tuple[PieceFile, ...]:
    """Return files of a folder of pieces, each of its own bytes."""
    return tuple(PieceFile(name, f"sha de {name.partition(' copie')[0]}", 9) for name in names)


def test_a_piece_that_the_folder_lacks_proves_nothing_and_is_named() -> None:
    dated = {"date_piece": "2025-03-01"}
    rows = [
        action(1, **dated),
        action(2, piece="FAC-2 ; BL 77", **dated),
        action(3, piece="", **dated),
    ]
    held = programme(*rows, pieces=files("FAC-1.pdf", "2025/fac_2.PDF"))
    assert codes(held) == ["piece_non_trouvee"]
    assert held.notices[0].fields == {"pieces": "BL 77"}
    assert list(held.actions["piece_absente"]) == ["", "oui", ""]
    lines = held.pieces[["id_action", "reference", "etat", "fichier"]].fillna("")
    assert lines.to_numpy().tolist() == [
        ["A1", "FAC-1", "trouvee", "FAC-1.pdf"],
        ["A2", "FAC-2", "trouvee", "2025/fac_2.PDF"],
        ["A2", "BL 77", "absente", ""],
        ["A3", "", "non_citee", ""],
    ]
    proved = [r["preuves_completes"] for r in held.balance.to_dict("records")]
    assert proved == [1]
    assert [r["preuves_completes"] for r in programme(*rows).balance.to_dict("records")] == [2]


def test_one_file_under_two_names_is_doubted() -> None:
    rows = [action(1, piece="F-101"), action(2, piece="F-102")]
    held = programme(*rows, pieces=files("F-101 copie.pdf", "F-102.pdf"))
    assert codes(held) == []
    same = tuple(replace(one, sha256="x") for one in files("F-101.pdf", "F-102.pdf"))
    assert codes(programme(*rows, pieces=same)) == ["piece_meme_fichier"]


def test_balance_against_the_abatement() -> None:
    money = abate(local())  # 247.50 €
    made = programme(action(1), action(2, valorise_eur=100), money=money, carry={QPV: "1 000,50 €"})
    row = made.balance.iloc[0]
    assert row["valorise_eur"] == 180
    assert row["abattement_eur"] == Decimal("247.50")
    assert row["report_eur"] == Decimal("1000.50")
    assert row["solde_eur"] == Decimal("-1068.00")
    assert row["rattrapage_eur"] == Decimal("1068.00")
    assert row["couverture"] == Decimal("0.7273")
    assert row["valorise_par_logement_eur"] == Decimal("180.00")
    assert claims_of(made, money).amount("solde") == known(Decimal("-1068.00"))


def test_quarter_abated_without_any_action_shows() -> None:
    stock = homes(home(), home("R2", code_qpv="QN05992M"))
    both = conventions(convention(codes_qpv="QN05991I QN05992M"))
    money = abate(
        local(), local(id_residence="R2", invariant=2), residences=stock, conventions=both
    )
    made = programme(action(code_qpv="QN05992M"), residences=stock, money=money)
    table_ = made.balance.set_index("code_qpv")
    assert table_.loc[QPV, "actions"] == 0
    assert table_.loc[QPV, "solde_eur"] == Decimal("-247.50")


def test_without_abatement_the_balance_is_unknown() -> None:
    made = programme(action())
    assert made.balance.iloc[0]["solde_eur"] is None
    assert not claims_of(made).has("solde")


def test_carry_over_that_cannot_be_read_or_placed() -> None:
    assert refused(action(), carry={QPV: "beaucoup"}) == ["report_illisible"]
    assert codes(programme(action(), carry={"QN09999N": "10"})) == ["report_inconnu"]
    known = programme(action(), money=abate(local()), carry={QPV: Decimal(-50)})
    assert known.balance.iloc[0]["report_eur"] == Decimal("-50.00")


def test_axes_add_up_and_all_eight_show() -> None:
    rows = [action(i, axe=1 + i % 8, code_qpv=QPV if i % 2 else "QN05992M") for i in range(24)]
    made = programme(*rows, residences=homes(home(), home("R2", code_qpv="QN05992M")))
    whole = made.by_axis[made.by_axis["code_qpv"] == "total"]
    parts = made.by_axis[made.by_axis["code_qpv"] != "total"]
    assert list(whole["axe"]) == list(range(1, 9))
    for column in ("actions", "valorise_eur", "realise_eur", "pieces_jointes"):
        assert whole[column].sum() == parts[column].sum()
    assert whole["valorise_eur"].sum() == claims_of(made).amount("valorise").exact == 24 * 80
    assert set(whole["taux_valorisation"]) == {Decimal("0.8000")}


def test_proofs_are_counted() -> None:
    rows = [
        action(1, date_piece="2025-03-01", photo="hall.jpg"),
        action(2, date_piece=""),
        action(3, piece="", date_piece="2025-03-01"),
    ]
    row = programme(*rows).balance.iloc[0]
    counted = [
        row[c] for c in ("pieces_jointes", "dates_jointes", "photos_jointes", "preuves_completes")
    ]
    assert counted == [2, 2, 1, 1]


def test_last_year_stands_beside() -> None:
    last = table(tables.PROGRAMME, action(9, valorise_eur=50), action(8, axe=5, valorise_eur=30))
    made = programme(action(1), previous=last)
    row = made.both_years.set_index("axe").loc[3]
    assert (row["valorise_eur"], row["valorise_precedent_eur"], row["ecart_valorise_eur"]) == (
        80,
        50,
        30,
    )
    assert made.both_years.set_index("axe").loc[5, "actions_precedentes"] == 1
    same_file = programme(action(1, annee=2025), action(2, annee=2024, valorise_eur=40))
    assert same_file.both_years.set_index("axe").loc[3, "valorise_precedent_eur"] == 40
    assert claims_of(same_file).amount("valorise") == known(80)
    assert list(same_file.balance["annee"]) == [2024, 2025]
    assert programme(action()).both_years is None


def test_a_quarter_that_was_none_last_year_has_no_amount_of_then() -> None:
    """It is new, which « 0 € » does not say."""
    old = table(tables.PROGRAMME, action(7, code_qpv="QP059999", valorise_eur=50))
    given: dict[str, Any] = {"money": abate(local()), "previous": old, "new": frozenset({QPV})}
    made = programme(action(1, valorise_eur=80), **given)
    mine = made.quarters_both_years.set_index("code_qpv").loc[QPV]
    assert mine["nouveau"]
    assert mine["valorise_eur"] == 80
    then = ["realise_precedent_eur", "valorise_precedent_eur", "ecart_valorise_eur"]
    assert mine[then].isna().all()
    said = said_of(made, QPV)
    assert "valorisés en 2025, quartier nouveau en 2025, pour" in said
    assert "2024, pour" not in said
    sheet = (
        bilan_frames(made, year=2025)["2024 et 2025 par quartier"].set_index("Quartier").loc[QPV]
    )
    assert sheet["Valorisé 2025"] == 80
    assert sheet[["Réalisé 2024", "Valorisé 2024", "Différence valorisée"]].isna().all()
    assert made.quarter_axes.set_index("code_qpv").loc[QPV, "valorise_precedent_eur"] is None
    assert not claims_of(made, given["money"]).has("valorise_precedent", QPV)
    # actions of an older quarter that became it are told
    heir = programme(action(1, valorise_eur=80), **given, heirs={"QP059999": QPV})
    told = heir.quarters_both_years.set_index("code_qpv").loc[QPV]
    assert (told["nouveau"], told["valorise_precedent_eur"]) == (False, 50)


def test_last_year_in_its_own_file_by_quarter_with_what_is_carried_over() -> None:
    old = table(
        tables.PROGRAMME,
        action(7, code_qpv="QP059999", valorise_eur=50),
        action(8, code_qpv="QP059998", valorise_eur=30),
        file="programme_2024.xlsx",
    )
    made = programme(
        action(1, valorise_eur=80),
        money=abate(local()),
        previous=old,
        heirs={"QP059999": QPV},
        carry={QPV: "12,50"},
    )
    rows = made.quarters_both_years.set_index("code_qpv")
    mine = rows.loc[QPV]
    assert (mine["codes_precedents"], mine["valorise_precedent_eur"]) == ("QP059999", 50)
    # 80 − 247,50 − 12,50: what is left goes over to the next year
    assert mine["rattrapage_eur"] == Decimal("180.00")
    said = said_of(made, QPV)
    assert "80 € valorisés en 2025, après 50 € en 2024" in said.replace("\u202f", " ")
    assert "à programmer en 2026" in said
    # a quarter that left the map keeps its line
    assert rows.loc["QP059998", "valorise_precedent_eur"] == 30
    assert claims_of(made).amount("valorise") == known(80)
    sheets = bilan_frames(made, year=2025)
    assert list(sheets)[-3:-1] == ["2024 et 2025 par axe", "2024 et 2025 par quartier"]
    assert sheets["2024 et 2025 par quartier"]["Valorisé 2024"].sum() == 80


def test_axes_of_a_quarter_stand_beside_last_year_s_with_the_proofs_of_this_one() -> None:
    old = table(tables.PROGRAMME, action(7, code_qpv="QP059999", valorise_eur=50, axe=5))
    proved = action(1, date_piece="2025-03-01")
    made = programme(proved, action(2), money=abate(local()), previous=old, heirs={"QP059999": QPV})
    rows = made.quarter_axes.set_index(["code_qpv", "axe"])
    columns = [
        "actions",
        "preuves_completes",
        "valorise_eur",
        "valorise_precedent_eur",
        "ecart_valorise_eur",
    ]
    assert rows.loc[(QPV, 3), columns].tolist() == [2, 1, 160, 0, 160]
    assert rows.loc[(QPV, 5), columns].tolist() == [0, 0, 0, 50, -50]
    assert rows.loc[(QPV, 5), "actions_precedentes"] == 1
    assert programme(action(1)).quarter_axes["valorise_precedent_eur"].tolist() == [None]


def test_an_empty_amount_leaves_its_cells_empty_and_the_claim_open() -> None:
    money = abate(local())
    made = programme(action(1), action(2, realise_eur="", valorise_eur=""), money=money)
    row = made.balance.iloc[0]
    assert [row[c] for c in ("valorise_eur", "realise_eur", "solde_eur", "justifie_eur")] == [
        None
    ] * 4
    assert row["abattement_eur"] == Decimal("247.50")
    claims = claims_of(made, money)
    assert claims.amount("valorise") == between(Decimal(80), None, "valorise_vide")
    assert claims.amount("justifie") == between(Decimal(80), Decimal("247.50"), "valorise_vide")
    sheet = bilan_frames(made, year=2025)[f"Bilan {QPV}"].iloc[-1]
    assert (sheet["Axe"], sheet["Dépense prévisionnelle"]) == ("Total", 240)
    assert sheet["Dépense valorisée TFPB"] is None


def test_a_carry_over_that_nothing_tells_is_doubted_where_last_year_is_given() -> None:
    """It counted for 0 €, known; a nil that is written says so, and a first year has none."""
    old = table(tables.PROGRAMME, action(7, annee=2024), file="programme_2024.xlsx")
    made = programme(action(1), previous=old)
    assert codes(made) == ["report_non_dit"]
    assert "ce qui manquait cette année-là" in fault_text(made.notices[0]).title
    assert codes(programme(action(1), previous=old, carry={"QN05991I": "0"})) == []
    gone = programme(action(1), previous=old, carry={"QN09999N": "0"})
    assert codes(gone) == []
    assert "QN09999N" not in set(gone.balance["code_qpv"])
    assert codes(programme(action(1))) == []


def test_year_in_both_files_is_ruled_by_the_file_of_its_own_and_said() -> None:
    old = table(
        tables.PROGRAMME,
        action(7, valorise_eur=50),
        action(8, annee=2025, piece="F8"),
        action(9, annee=2023, piece="F9"),
        file="programme_2024.xlsx",
    )
    made = programme(
        action(1), action(7, annee=2024, valorise_eur=40), action(6, annee=2022), previous=old,
        carry={"QN05991I": "0"},
    )  # fmt: skip
    found = {n.code: n for n in made.notices}
    assert set(found) == {"annee_deux_fichiers", "precedent_autre_annee"}
    assert found["annee_deux_fichiers"].place.row == 5
    assert "programme_2024.xlsx" in fault_text(found["annee_deux_fichiers"]).title
    assert found["precedent_autre_annee"].place.file == "programme_2024.xlsx"
    assert made.both_years.set_index("axe").loc[3, "valorise_precedent_eur"] == 50
    assert claims_of(made).amount("valorise") == known(80)
    # every row in is counted once or listed: 2022 (same file), 2023 and 2024 (own file), 2025
    assert list(made.balance["annee"]) == [2022, 2023, 2024, 2025]
    assert len(made.actions) == 3


def test_a_programme_without_an_action_of_the_year_values_nothing_known() -> None:
    """It valued 0 €, known: last year's file in place of this year's, or a tax sheet's mistyped year."""
    with pytest.raises(TfpbError) as refused:
        programme(action(1, annee=2024, date_piece=""), action(2, annee=2023, date_piece=""))
    (fault,) = refused.value.faults
    assert (fault.code, fault.got) == ("programme_autre_annee", "2023, 2024")


def test_last_year_s_file_is_held_to_the_same_contract() -> None:
    old = table(
        tables.PROGRAMME, action(1, valorise_eur=200), action(2, axe="Zzz"), file="p_2024.xlsx"
    )
    codes_found = refused(action(5, piece="FAC-2"), previous=old)
    assert codes_found == ["valorise_depasse", "axe_inconnu", "piece_en_double"]
    with pytest.raises(TfpbError) as error:
        programme(action(5, piece="FAC-2"), previous=old)
    twice = fault_text(error.value.faults[-1]).title
    assert "à la ligne 5 du fichier « p_2024.xlsx » de 2024" in twice


def test_repeated_action_is_doubted() -> None:
    assert codes(programme(action(1), action(1, piece="F2"))) == ["action_en_double"]
    assert codes(programme(action(1), action(1, piece="F2", code_qpv="QN05992M"),
                           residences=homes(home(), home("R2", code_qpv="QN05992M")))) == []  # fmt: skip


def test_walking_diagnostics_are_tied_to_actions() -> None:
    walks = table(
        tables.DIAGNOSTICS,
        {
            "date": "2025-03-14",
            "code_qpv": QPV,
            "constat": "hall sale",
            "responsable": "Secteur 2",
            "suite": "Passage ajouté.",
            "id_action": "A1",
        },
        {"date": "2025-04-01", "code_qpv": QPV, "constat": "cave inondée", "id_action": "A1"},
        {"date": "2025-03-14", "code_qpv": QPV, "constat": "épave", "id_action": "A9"},
        {"date": "2025-03-14", "code_qpv": QPV, "constat": "bancs"},
    )
    made = programme(action(1), diagnostics=walks)
    assert list(made.actions["diagnostics"]) == [2]
    (told,) = made.actions["constats"]
    assert told == "14/03/2025, hall sale, Secteur 2, Passage ajouté ; 01/04/2025, cave inondée"
    assert list(made.diagnostics["action"]) == ["Passage supplémentaire 1"] * 2 + ["", ""]
    assert codes(made) == ["diagnostic_sans_action"]


def test_check_without_any_other_file() -> None:
    rows = table(tables.PROGRAMME, action(1, valorise_eur=200), action(2, axe="Sur entretien"))
    assert [f.code for f in tax.check_programme(rows, year=2025)] == [
        "valorise_depasse",
        "code_devine",
    ]


def test_spending_out_of_all_orders_of_magnitude_is_doubted() -> None:
    made = programme(action(realise_eur=1500, valorise_eur=1200))  # one dwelling in the quarter
    assert codes(made) == ["valorise_inhabituel"]
    assert "233" in fault_text(made.notices[0]).expected
    assert codes(programme(action(realise_eur=1500, valorise_eur=1000))) == []


@pytest.mark.parametrize(
    ("valued", "expected"),
    [("23,545", ["valorise_infime"]), ("23 545,32", []), ("0", []), ("118", [])],
)
def test_a_valued_amount_of_a_thousandth_of_its_spending_is_doubted(
    valued: str, expected: list[str]
) -> None:
    rows = table(tables.PROGRAMME, action(realise_eur="23 545,32", valorise_eur=valued))
    found = tax.check_programme(rows, year=2025)
    assert [f.code for f in found] == expected
    assert all((f.place.row, f.place.column) == (4, "valorise_eur") for f in found)


def test_a_programme_of_a_hundredth_of_its_abatement_is_doubted() -> None:
    money = abate(local(vlc_eur=300000, cotisation_avis_eur="57750"))
    assert counted(money) == 24750
    made = programme(action(realise_eur=24, valorise_eur=24), money=money)
    (said,) = (n for n in made.notices if n.code == "programme_infime")
    assert (said.place.row, said.place.column) == (0, "valorise_eur")  # of every quarter
    assert "de l’abattement" in fault_text(said).title
    for valued in (0, 500):
        made = programme(action(realise_eur=500, valorise_eur=valued), money=money)
        assert "programme_infime" not in codes(made)


@pytest.mark.parametrize(("each", "expected"), [(300, True), (1000, False), (420, False)])
def test_a_programme_of_small_actions_is_doubted_under_a_twentieth(
    each: int, *, expected: bool
) -> None:
    money = abate(local(vlc_eur=300000, cotisation_avis_eur="57750"))
    actions = [action(k, realise_eur=each, valorise_eur=each) for k in (1, 2, 3)]
    made = programme(*(actions if each < 1000 else actions[:1]), money=money)
    assert ("programme_infime" in codes(made)) is expected


def test_a_programme_of_a_hundredth_of_last_year_s_is_doubted() -> None:
    last = table(tables.PROGRAMME, action(realise_eur=9000, valorise_eur=9000, piece="FAC-9"))
    made = programme(action(realise_eur=9, valorise_eur=9), previous=last)
    said = [fault_text(n).title for n in made.notices if n.code == "programme_infime"]
    assert len(said) == 1
    assert "l’année d’avant" in said[0]


def test_a_residence_in_two_quarters_counts_in_each_by_its_entrances() -> None:
    two = "QN05992I"
    doors = pd.DataFrame(
        [
            door(building="A", side="hors", nb_logements=20),
            door(building="B", nb_logements=20),
            door(building="C", nb_logements=10, qpv_code=two, qpv_nom="Le Moulin"),
            door("R2", nb_logements=10),
        ]
    )
    stock = homes(
        home(nb_logements=50, logements_dans=30, logements_hors=20),
        home("R2", nb_logements=10, logements_dans=10),
    )
    lines = [
        local(invariant=k, avis=f"A{k}", id_batiment=b, nb_logements=n)
        for k, (b, n) in enumerate([("A", 20), ("B", 20), ("C", 10)], start=1)
    ]
    signed = conventions(convention(codes_qpv=f"{QPV}, {two}"))
    money = abate(*lines, residences=stock, entrances=doors, conventions=signed)
    (row,) = money.by_residence.to_dict("records")
    assert row["code_qpv"] == f"{QPV}, {two}"
    made = programme(
        action(code_qpv="tous", realise_eur=4000, valorise_eur=4000, prevu_eur=4000),
        money=money, residences=stock, entrances=doors, covered=[QPV, two],
    )  # fmt: skip
    told = made.balance.set_index("code_qpv")
    assert told["logements"].to_dict() == {QPV: 30, two: 10}
    # thirty and ten of forty dwellings
    assert told["valorise_eur"].to_dict() == {QPV: Decimal(3000), two: Decimal(1000)}
    assert told["valorise_par_logement_eur"].to_dict() == {QPV: Decimal(100), two: Decimal(100)}


def test_what_each_action_brings_is_a_column_of_its_year() -> None:
    money = abate(local(cotisation_avis_eur=577))
    acquired = Claims(money_claims(money)).amount("acquis", QPV).exact
    dated = {"date_piece": "2025-03-01", "realise_eur": 400}
    rows = [
        action(1, **dated, valorise_eur=100),
        action(2, realise_eur=400, valorise_eur=400),
        action(3, **dated, annee=2024),
    ]
    table = programme(*rows, money=money).actions.set_index("id_action")
    assert acquired == Decimal("247.50")
    assert table["prouve_eur"].tolist() == [100, 0, None]
    assert table["justifie_eur"].tolist() == [100, Decimal("147.50"), None]
    assert table["enjeu_eur"].tolist() == [0, Decimal("147.50"), None]
    alone = programme(*rows).actions
    assert alone[["prouve_eur", "justifie_eur", "enjeu_eur"]].isna().all(axis=None)


def bilans(*rows: dict[str, Any], on: dt.date | None = None) -> Any:
    """Return the days of the bilans of 2025 of a table of conventions."""
    signed = conventions(*rows) if rows else None
    return tax.bilans(signed, (), year=2025, on=on)


@pytest.mark.parametrize(
    ("day", "bilan", "on", "found"),
    [
        ("2025-11-03", "15/10/2025", "2026-02-01", "piece_apres_bilan"),
        ("2025-10-15", "15/10/2025", "2025-01-01", None),  # the very day, whatever the dossier's
        ("2026-03-02", "31/03/2026", None, "piece_hors_annee"),
        ("2026-04-02", "31/03/2026", None, "piece_apres_bilan"),
        ("2025-11-03", "", "2025-10-15", "piece_apres_bilan"),
        ("2025-10-15", "", "2025-10-15", None),
        ("2025-11-03", "31/03/2024", "2026-02-01", None),  # the bilan of another year
        ("2025-11-03", "31/03/2024", "2025-10-15", "piece_apres_bilan"),
    ],
)
def test_a_piece_dated_after_the_bilan_is_doubted_with_what_rests_on_it(
    day: str, bilan: str, on: str | None, found: str | None
) -> None:
    due = bilans(convention(date_bilan=bilan), on=None if on is None else dt.date.fromisoformat(on))
    made = programme(action(date_piece=day), due=due)
    assert codes(made) == [found] * (found is not None)
    if found == "piece_apres_bilan":
        sentence = fault_text(made.notices[0]).title
        assert "80 € reposent sur elle" in sentence
        assert ("15 octobre 2025" in sentence) != ("31 mars 2026" in sentence)
        assert (made.notices[0].place.row, made.notices[0].place.column) == (4, "date_piece")


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"date_piece": "2025-06-30", "calendrier": "2e semestre 2025"}, "oui"),
        ({"date_piece": "2025-07-01", "calendrier": "2e semestre 2025"}, ""),
        ({"date_piece": "2024-12-30"}, "oui"),  # before the year of the action
        ({"date_piece": "2024-11-02", "calendrier": "octobre 2024 à mars 2025"}, ""),
        ({"date_piece": "2026-03-02"}, ""),  # an invoice that came late, before the bilan
        ({"date_piece": "2026-04-02"}, "oui"),
        ({"date_piece": "2025-02-01"}, ""),
    ],
)
def test_a_piece_dated_before_its_action_or_after_the_bilan_counts_once_it_is_reviewed(
    cells: dict[str, Any], state: str
) -> None:
    due = bilans(convention(date_bilan="31/03/2026"))
    row = action(**{"calendrier": "toute l’année", **cells})
    money = abate(local())
    made = programme(row, money=money, due=due)
    assert list(made.actions["piece_a_revoir"]) == [state]
    valued = Decimal(80)
    assert list(made.actions["prouve_eur"]) == [valued * (not state)]
    assert list(made.actions["justifie_eur"]) == [valued]  # declared all the same
    assert list(made.actions["enjeu_eur"]) == [valued * bool(state)]
    if state:
        key = review_key(row["id_action"], QPV)
        seen = programme(row, money=money, due=due, confirmed={key})
        assert list(seen.actions["piece_a_revoir"]) == ["revue"]
        assert list(seen.actions["prouve_eur"]) == [valued]
        assert codes(seen) == []


def test_the_bilan_is_the_quarters_own_and_the_last_of_all_for_every_quarter() -> None:
    due = bilans(
        convention(date_bilan="15/10/2025"),
        convention(codes_qpv="QN05992M", date_bilan="31/03/2026", id_convention="C2"),
        on=dt.date(2025, 6, 1),
    )
    assert due.day(QPV, 2025) == dt.date(2025, 10, 15)
    assert due.day("QN05992M", 2025) == due.day(tables.ALL_QUARTERS, 2025) == dt.date(2026, 3, 31)
    assert due.day("QN05993N", 2025) == dt.date(2025, 6, 1)  # of the dossier
    assert due.day(QPV, 2024) is None
    late = {"date_piece": "2025-11-03"}
    assert codes(programme(action(1, **late), due=due)) == ["piece_apres_bilan"]
    every = programme(
        action(code_qpv=tables.ALL_QUARTERS, date_piece="2026-04-02"),
        residences=homes(home(), home("R2", code_qpv="QN05992M")),
        due=due,
    )
    found = {n.code: n for n in every.notices}
    assert sorted(codes(every)) == ["action_partagee", "piece_apres_bilan"]
    assert (
        "80 €" in found["piece_apres_bilan"].fields["montant"]
    )  # the whole, not a quarter's share
    between = programme(
        action(code_qpv=tables.ALL_QUARTERS, date_piece="2025-12-02"),
        residences=homes(home(), home("R2", code_qpv="QN05992M")),
        due=due,
    )
    assert codes(between) == ["action_partagee"]  # after the first bilan, before the last
    last = table(tables.PROGRAMME, action(9, piece="F77", date_piece="2024-12-30"))
    assert "piece_apres_bilan" not in codes(programme(action(1), previous=last, due=due))
