"""Columns found by what their headers mean, and columns that nothing reads told rather than lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tfpb.errors import Fault, Place, Severity
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.tabular import TextTable
from tfpb.io.tables.typed import typed
from tfpb.model.tables import CONVENTIONS, DIAGNOSTICS, DROIT_COMMUN, PREMISES, PROGRAMME, STOCK
from tfpb.words.faults.paste_words import paste_lines
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from tfpb.model.columns import Contract

CONTRACTS = (STOCK, CONVENTIONS, PROGRAMME, DROIT_COMMUN, DIAGNOSTICS, PREMISES)


def headed(*headers: str) -> TextTable:
    frame = pd.DataFrame([["1"] * len(headers)], columns=list(headers), dtype=object)
    return TextTable(frame, "t.csv", "", np.arange(2, 3), "")


def doubts(contract: Contract, *headers: str) -> list[Fault]:
    return [f for f in typed(headed(*headers), contract)[1] if f.code.startswith("colonne")]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: c.name)
def test_the_headers_that_a_template_prints_are_read(contract: Contract) -> None:
    labels = [c.label[:1].upper() + c.label[1:] for c in contract.columns]
    found, faults = match_columns(headed(*labels), contract, {})
    assert not faults
    assert found == dict(zip(contract.names, labels, strict=True))


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Nbre de logements", "nb_logements"),
        ("Nombre logements", "nb_logements"),
        ("N° groupe immobilier", "id_residence"),
        ("Fin d'exo TFPB", "fin_exoneration"),
        ("Numéro d'entrée", "id_batiment"),
        ("Code agence", ""),
        ("Type de chauffage", ""),
    ],
)
def test_a_header_is_read_whatever_its_linking_words(header: str, column: str) -> None:
    found, _ = match_columns(headed(header), STOCK, {})
    assert found == ({column: header} if column else {})


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("N°", "id_action"),
        ("Montant valorisé", "valorise_eur"),
        ("Montant valorisé (en euros)", "valorise_eur"),
        ("Dépenses réalisées (€)", "realise_eur"),
        ("Montants prévisionnels en EUR", "prevu_eur"),
        ("Montant prévisionnel", "prevu_eur"),
        ("Montant valorisé (k€)", ""),
        ("Montant", ""),
    ],
)
def test_money_is_read_whatever_says_that_it_is_money(header: str, column: str) -> None:
    found, _ = match_columns(headed(header), PROGRAMME, {})
    assert found == ({column: header} if column else {})


@pytest.mark.parametrize(
    ("contract", "header", "column"),
    [
        (PREMISES, "TSE (%)", "taux_tse_pct"),
        (PREMISES, "GEMAPI (%)", "taux_gemapi_pct"),
        (PREMISES, "EPCI en %", "taux_epci_pct"),
        (PREMISES, "GEMAPI", ""),
        (PREMISES, "TSE (€)", ""),
        (PREMISES, "Part QPV (%)", ""),
        (PREMISES, "Cotisation hors TEOM", "cotisation_avis_eur"),
        (PREMISES, "Ordures ménagères", "teom_eur"),
        (PROGRAMME, "N° facture", "piece"),
        (PROGRAMME, "Réf. action", "id_action"),
    ],
)
def test_a_header_of_a_landlord_is_read_without_a_word_of_help(
    contract: Contract, header: str, column: str
) -> None:
    found, _ = match_columns(headed(header), contract, {})
    assert found == ({column: header} if column else {})


@pytest.mark.parametrize(
    "header",
    [
        "Montant valorisé (k€)", "Dépense valorisée TFPB (k€)", "Valorisé en milliers d'euros",
        "Valorisé M€",
    ],
)  # fmt: skip
def test_a_programme_whose_amounts_are_in_thousands_stops_with_both_lines(header: str) -> None:
    table = headed("id_action", "axe", "code_qpv", "action", header)
    _, faults = typed(table, PROGRAMME)
    absent, unit = faults
    assert [f.code for f in faults] == ["montants_absents", "unite_contraire"]
    assert {f.severity for f in faults} == {Severity.FAUTE}
    assert f"« {header} »" in fault_text(absent).hint
    block = paste_lines(faults)
    assert f'"programme.valorise_eur" = "{header}"' in block
    assert any(line.startswith('# "programme.valorise_eur" = ""') for line in block)
    named, asked = {"valorise_eur": header}, {"valorise_eur": "milliers"}
    assert [f.code for f in typed(table, PROGRAMME, renames=named)[1]] == [unit.code]
    frame, faults = typed(table, PROGRAMME, renames=named, readings=asked)
    assert (list(frame["valorise_eur"]), faults) == ([1000], [])


@pytest.mark.parametrize("headers", [(), ("Montant",), ("Dépense prévue",), ("valorise_eur",)])
def test_a_programme_without_any_valued_amount_is_never_told_as_nothing(
    headers: tuple[str, ...],
) -> None:
    table = headed("id_action", "axe", "code_qpv", "action", *headers)
    if "valorise_eur" in headers:
        table.frame["valorise_eur"] = ""
    (absent,) = (f for f in typed(table, PROGRAMME)[1] if f.severity is Severity.FAUTE)
    assert (absent.code, absent.place, absent.got) == ("montants_absents", Place("t.csv"), "")
    assert '"programme.valorise_eur"' in fault_text(absent).hint


def test_amounts_of_hours_are_amounts_unless_a_column_of_others_is_not_read() -> None:
    headers = ("id_action", "axe", "code_qpv", "action", "heures", "cout_horaire_eur")
    assert not typed(headed(*headers), PROGRAMME)[1]
    faults = typed(headed(*headers, "Valorisé TFPB 2025", "Réalisé (k€)", "Visa"), PROGRAMME)[1]
    assert [(f.code, f.got) for f in faults] == [
        ("montants_absents", "Valorisé TFPB 2025"),
        ("colonne_ressemblante", "Réalisé (k€)"),
        ("colonnes_non_lues", "« Visa »"),
    ]


def test_a_column_that_looks_like_one_that_moves_money_is_told() -> None:
    headers = ("id_residence", "adresse", "nb_logements", "Date fin exo. TFPB", "Agence")
    (said,) = doubts(STOCK, *headers)
    assert (said.code, said.got, said.severity) == (
        "colonne_ressemblante", "Date fin exo. TFPB", Severity.DOUTE,
    )  # fmt: skip
    assert '"patrimoine.fin_exoneration" = "Date fin exo. TFPB"' in fault_text(said).hint


def test_a_missing_column_is_told_with_the_line_that_names_it() -> None:
    (said,) = doubts(STOCK, "id_residence", "adresse", "Nb total logements gérés")
    assert said.code == "colonne_absente"
    assert '"patrimoine.nb_logements" = "Nb total logements gérés"' in fault_text(said).hint


def test_columns_that_nothing_reads_are_told_but_the_stock_s_own() -> None:
    own = ("Agence", "Prestataire propreté")
    assert not doubts(STOCK, "id_residence", "adresse", "nb_logements", *own)
    (said,) = doubts(CONVENTIONS, "id_convention", "codes_qpv", "Commentaire", "Visa")
    assert (said.code, said.got) == ("colonnes_non_lues", "« Commentaire », « Visa »")


def test_a_header_proposed_for_what_must_be_there_is_proposed_for_nothing_else() -> None:
    faults = typed(headed("Réf. de convention", "Quartiers"), CONVENTIONS)[1]
    (absent,) = (f for f in faults if f.code == "colonne_absente")
    assert '"conventions.id_convention" = "Réf. de convention"' in fault_text(absent).hint
    assert not [f for f in faults if f.code == "colonne_ressemblante"]


@pytest.mark.parametrize(
    ("contract", "column", "header"),
    [
        (CONVENTIONS, "id_convention", "N° convention"),
        (CONVENTIONS, "date_fin", "Fin"),
        (CONVENTIONS, "date_signature_convention", "Signature convention"),
        (CONVENTIONS, "date_declaration", "Déclaration aux impôts"),
        (PREMISES, "cotisation_avis_eur", "Cotisation TFPB"),
        (PROGRAMME, "date_piece", "Date de la facture"),
    ],
)
def test_headers_that_landlords_write_are_read(
    contract: Contract, column: str, header: str
) -> None:
    assert match_columns(headed(header), contract, {})[0] == {column: header}
