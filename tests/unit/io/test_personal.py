"""Columns that look like persons are left out of any table; what only counts or groups stays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tfpb.io.sources.personal import without_people
from tfpb.io.tables.text_table import TextTable

PHONES = ["06 12 34 56 78", "07 12 34 56 79", "03.20.11.22.33", "+33 6 12 34 56 80"]
PEOPLE = {
    "Gardien": ["DUPONT Jean", "MARTIN Zoé", "PETIT Luc", ""],
    "GARDIENNE_NOM": ["DUPONT", "MARTIN", "", ""],
    "Tél": PHONES,
    "Mobile astreinte": ["612345678", "", "", ""],
    "C7": PHONES,
    "Numéro": ["0612345678", "0723456789", "0634567812", "0745678923"],
    "Observations": ["rien", "rien", "voir au 06 12 34 56 78", ""],
    "Courriel": ["a@exemple.fr", "", "", ""],
    "Divers": ["zoe@exemple.fr", "", "", ""],
    "Nom de l’occupant": ["A", "B", "C", "D"],
    "Signataire de la convention": ["A. Roy", "", "", ""],
    "Signé par": ["A. Roy", "", "", ""],
    "Colonne 12": ["M. Roy", "Mme Petit", "Monsieur X", ""],
    "Nom": ["A", "B", "C", "D"],
}
KEPT = {
    "Gardien (oui/non)": ["oui", "non", "oui", ""],
    "Nb gardiens": ["1", "2", "0", "1"],
    "Gardiens": ["1", "0,5", "0", "1"],
    "Taux d’occupants": ["0,2", "0,3", "0,1", "0"],
    "Agence": ["Nord", "Sud", "Nord", "Sud"],
    "Prestataire propreté": ["Net SA", "Propre SARL", "Net SA", ""],
    "Gardiennage": ["contrat A", "contrat B", "", ""],
    "Ancien invariant": ["0612345678", "0612345679", "0612345680", "0612345681"],
    "Date": ["2024-03-01", "12/04/2024", "", ""],
    "SIREN": ["312345678", "312345679", "312345680", "312345681"],
}


def table(columns: dict[str, list[str]]) -> TextTable:
    return TextTable(pd.DataFrame(columns, dtype=object), "t.csv", "", np.arange(2, 6))


@pytest.mark.parametrize("name", list(PEOPLE))
def test_a_column_of_persons_is_left_out_and_listed(name: str) -> None:
    left, doubts = without_people(table({"id": list("1234"), name: PEOPLE[name]}), known=["id"])
    assert list(left.frame.columns) == ["id"]
    assert doubts[0].fields["colonnes"] == f"« {name} »"
    assert not any(cell and cell in str(doubts) for cell in PEOPLE[name] if len(cell) > 3)


@pytest.mark.parametrize("name", list(KEPT))
def test_a_column_that_names_nobody_stays(name: str) -> None:
    left, doubts = without_people(table({name: KEPT[name]}), known=[])
    assert list(left.frame.columns) == [name]
    assert doubts == []


def test_what_is_read_by_name_stays_unless_it_holds_persons() -> None:
    both = {"Nom": ["Les Lilas"] * 4, "Responsable": ["Mme Roy", "M. Petit", "", ""]}
    left, _ = without_people(table(both), known=["nom", "responsable"])
    assert list(left.frame.columns) == ["Nom"]
    number = {"invariant": PEOPLE["Numéro"]}
    assert without_people(table(number), known=["Invariant"])[1] == []
