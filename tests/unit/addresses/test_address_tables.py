"""Which columns make an address, and what decisions change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tfpb.errors import Place, TfpbError
from tfpb.io.sources.address_columns import read_addresses
from tfpb.io.tables.tabular import TextTable
from tfpb.model.results import ADDRESS_COLUMNS, RESULT_COLUMNS
from tfpb.review.address_decisions import AddressDecision, decided, key_of, settled
from tfpb.review.doubts import address_doubts
from tfpb.words.places.address_words import without_likeness


def text_table(**columns: list[str]) -> TextTable:
    frame = pd.DataFrame(
        {name.replace("__", " "): cells for name, cells in columns.items()}, dtype=object
    )
    return TextTable(frame, "stock.xlsx", "Feuil1", np.arange(2, 2 + len(frame)))


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (("0012", "B", "RUE", "DES LILAS", "BAT A"), "12 B RUE DES LILAS - BAT A"),
        (("12", "9", "99", "LE BOURG", ""), "12 LE BOURG"),  # 9 and 99 mean none
        (("", "", "RUE", "DES LILAS", ""), "RUE DES LILAS"),
        (("0", "9", "RUE", "DES LILAS", ""), "RUE DES LILAS"),
        (("", "", "", "", "RESIDENCE LES PINS"), "RESIDENCE LES PINS"),
    ],
)
def test_rpls_columns_make_a_line(cells: tuple[str, ...], line: str) -> None:
    names = ("NUMVOIE", "INDREP", "TYPVOIE", "NOMVOIE", "COMPLGEO")
    columns = {name: [cell] for name, cell in zip(names, cells, strict=True)}
    found = read_addresses(
        text_table(**columns, CODEPOSTAL=["93140"], DEPCOM=["93010"], LIBCOM=["BONDY"], NBLOG=["4"])
    )
    row = found.addresses.iloc[0]
    assert row["adresse"] == line
    assert (row["code_postal"], row["code_insee"], row["commune"]) == ("93140", "93010", "BONDY")


def test_names_are_found_without_accents_case_or_spaces() -> None:
    found = read_addresses(
        text_table(
            Adresse__complète=["1 rue A"],
            Code__Postal=["93140"],
            VILLE=["Bondy"],
            Résidence=["Les Pins"],
        )
    )
    assert found.addresses.iloc[0].tolist() == [
        "1 rue A",
        "93140",
        "Bondy",
        "",
        "Les Pins",
        "",
        "",
        "",
    ]
    assert tuple(found.addresses.columns) == ADDRESS_COLUMNS


def test_the_user_names_a_column() -> None:
    table = text_table(L4=["1 rue A"], adresse=["siège"], cp=["93140"])
    assert read_addresses(table, renames={"adresse": "L4"}).addresses["adresse"].tolist() == [
        "1 rue A"
    ]
    for renames, code in (
        ({"adresse": "L9"}, "colonne_absente"),
        ({"truc": "L4"}, "colonne_option_inconnue"),
    ):
        with pytest.raises(TfpbError) as refused:
            read_addresses(table, renames=renames)
        assert [fault.code for fault in refused.value.faults] == [code]


def test_a_table_without_address_is_refused_with_what_was_read() -> None:
    with pytest.raises(TfpbError) as refused:
        read_addresses(text_table(loyer=["400"], surface=["60"]))
    assert refused.value.faults[0].code == "colonne_absente"
    assert "« loyer »" in refused.value.faults[0].fields["lues"]


def test_broken_accents_and_na_are_mended() -> None:
    found = read_addresses(text_table(adresse=["1 rue LÃ©on", "NA"], commune=["Bondy", "n/a"]))
    assert found.addresses["adresse"].tolist() == ["1 rue Léon", ""]
    assert found.addresses["commune"].tolist() == ["Bondy", ""]


def test_rows_without_commune_take_the_one_given_else_are_doubted() -> None:
    table = text_table(
        cle=["1 rue A", "2 rue B 93140 BONDY", "3 rue C"], commune=["", "", "Pantin"]
    )
    (doubt,) = read_addresses(table).notices
    assert (doubt.code, doubt.fields["nombre"], doubt.place.row) == ("adresses_sans_commune", 1, 2)
    found = read_addresses(table, commune="93010")
    assert found.addresses["code_insee"].tolist() == ["93010", "93010", ""]
    assert found.notices == ()


def test_answers_of_an_earlier_run_are_no_coordinates() -> None:
    table = text_table(
        adresse=["1 rue A"], latitude=["48.9"], longitude=["2.4"], result_label=["x"]
    )
    assert read_addresses(table).addresses.iloc[0]["x"] == ""
    given = text_table(adresse=["1 rue A"], latitude=["48.9"], longitude=["2.4"])
    assert read_addresses(given).addresses.iloc[0][["x", "y"]].tolist() == ["2.4", "48.9"]


def _decision(
    address: str, choice: str = "", corrected: str = "", x: str = "", y: str = ""
) -> AddressDecision:
    key = key_of(address, "93140", "Bondy", "", "")
    return AddressDecision(
        key, choice, corrected, x, y, "A. Martin", "", "vu sur place", Place("r.xlsx")
    )


def _addresses(*lines: str) -> pd.DataFrame:
    frame = pd.DataFrame("", index=range(len(lines)), columns=list(ADDRESS_COLUMNS), dtype=object)
    return frame.assign(adresse=list(lines), code_postal="93140", commune="Bondy")


@pytest.mark.parametrize(
    ("line", "choice", "corrected", "expected"),
    [
        ("12-14 R DES LILA", "Rue des Lilas 93140 Bondy (0.81)", "", "12-14 Rue des Lilas"),
        ("1-3-5 R LILA", "Rue des Lilas 93140 Bondy (0.81)", "", "1, 3, 5 Rue des Lilas"),
        ("12 B R LILA BAT A", "Rue des Lilas 93140 Bondy", "", "12b Rue des Lilas"),
        ("12 R LILA", "14 Rue des Lilas 93140 Bondy", "", "14 Rue des Lilas"),
        ("12 R LILA", "", "16 rue des Lilas", "16 rue des Lilas"),
        ("12 R LILA", "", "rue des Lilas", "rue des Lilas"),
        ("12 R LILA", "accepter", "", "12 R LILA"),
        ("12 R LILA", "introuvable", "", "12 R LILA"),
    ],
)
def test_a_choice_rewrites_the_line(line: str, choice: str, corrected: str, expected: str) -> None:
    out = decided(_addresses(line, "1 rue Autre"), [_decision(line, choice, corrected)])
    assert out.frame["adresse"].tolist() == [expected, "1 rue Autre"]
    assert [row is not None for row in out.rows] == [True, False]
    assert out.lost == ()


def test_coordinates_given_by_hand_and_decisions_without_row() -> None:
    made = decided(
        _addresses("12 R LILA"),
        [_decision("12 r. lila", x="662000", y="6866000"), _decision("99 rue partie", "accepter")],
    )
    assert made.frame.iloc[0][["x", "y"]].tolist() == ["662000", "6866000"]
    assert [(fault.code, fault.got) for fault in made.lost] == [
        ("decision_sans_adresse", "99 rue partie")
    ]


def _results(**cells: object) -> pd.DataFrame:
    base: dict[str, object] = dict.fromkeys(RESULT_COLUMNS, "")
    base.update(
        latitude=48.9, longitude=2.4, result_x=1.0, result_y=2.0, result_score=0.9, result_confidence=0.7,
        result_radius_m=15.0, result_type="housenumber", result_status="ok", result_verdict="a_verifier",
        result_reasons="voie_approchee", result_label="12 Rue des Lilas",
    )  # fmt: skip
    base.update(cells)
    return pd.DataFrame([base])


def test_decisions_rule_verdicts_and_say_so() -> None:
    accepted, doubts = settled(_results(), [_decision("a", "accepter")])
    assert accepted.iloc[0]["result_verdict"] == "accepte"
    assert accepted.iloc[0]["result_reasons"] == "voie_approchee | decision"
    assert (
        accepted.iloc[0]["result_source"] == "choisi à la main (date non indiquée) : vu sur place"
    )
    assert np.isnan(accepted.iloc[0]["result_confidence"])  # nobody computed it
    dated = replace(_decision("a", "accepter"), date="2025-03-12", piece="")
    assert (
        settled(_results(), [dated])[0].iloc[0]["result_source"] == "choisi à la main le 12/03/2025"
    )
    assert doubts == []
    refused, _ = settled(_results(), [_decision("a", "introuvable")])
    row = refused.iloc[0]
    assert (row["result_verdict"], row["result_type"], row["result_status"]) == (
        "rejete",
        "none",
        "not-found",
    )
    assert np.isnan(row["result_x"])
    assert row["result_label"] == ""
    nowhere, doubts = settled(_results(result_type="none"), [_decision("a", "", "1 rue X")])
    assert nowhere.iloc[0]["result_verdict"] == "a_verifier"
    assert [fault.code for fault in doubts] == ["decision_sans_resultat"]


def test_a_proposal_says_what_is_alike_and_what_is_not_without_a_score() -> None:
    near = [
        "46 Rue Sadi Carnot 93170 Bagnolet (1.00)", "914 Rue Carnot 93170 Bagnolet (0.81)",
        "Rue Carnot 93140 Bondy (0.00)",
    ]  # fmt: skip
    results = pd.DataFrame(
        {
            "result_verdict": ["a_verifier"], "result_status": ["ok"], "result_label": [""],
            "result_type": ["street"], "result_confidence": [0.5], "result_reasons": [""],
            "result_alternatives": [" | ".join(near)],
        }
    )  # fmt: skip
    original = pd.DataFrame(
        [dict.fromkeys(ADDRESS_COLUMNS, "") | {"adresse": "914 rue Sadi Carnot"}]
    )
    (shown,) = address_doubts(results, original, [None], lines=[2])["choix"]
    assert shown == (
        "46 Rue Sadi Carnot 93170 Bagnolet (même nom de voie, autre numéro)",
        "914 Rue Carnot 93170 Bagnolet (nom de voie proche)",
        "Rue Carnot 93140 Bondy (autre réponse)",
    )
    # what is chosen is read back as the address alone, from a sheet of before too
    bare = [text.rpartition(" (")[0] for text in near]
    assert [without_likeness(text) for text in (*shown, *near)] == bare * 2
