"""Columns that look like persons are left out of any table; what only counts or groups stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tfpb.io.sources.gathering import Gathering
from tfpb.io.sources.personal import personal_columns, without_people
from tfpb.io.tables.text_table import TextTable

if TYPE_CHECKING:
    from pathlib import Path

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
    **{
        header: ["Sophie MARTIN", "Karim BENALI", "Sophie MARTIN", ""]
        for header in (
            "Gestionnaire", "Gestionnaire de site", "Manager de proximité", "Régisseur", "Hôte",
            "Assistante", "Resp. secteur", "Chargée clientèle", "Charge clientele",
            "Personnel de proximité", "Animateur", "Médiateur", "Utilisateur", "Modifié par", "Créé par",
            "Client", "Preneur", "Payeur",
        )
    },
    "Gestionnaire ": ["Agence Nord", "Agence Sud : Sophie MARTIN", "", ""],
    "GI": ["Sophie MARTIN", "BEN ALI Karim", "Jean-Paul D'ARC", "DE LA TOUR Anne-Marie"],
    "Colonne 13": ["Sophie MARTIN", "Karim BENALI", "Zoé PETIT", "à pourvoir"],
}  # fmt: skip
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
    "Gestionnaire": ["Agence Nord", "Agence Sud", "Val Habitat", ""],
    "Coût gardien": ["12 345,60", "9 800", "", ""],
    "Groupe immobilier": ["Claude DEBUSSY", "Jean MOULIN", "Pablo PICASSO", "Rosa PARKS"],
    "Nom résidence": ["Claude DEBUSSY", "Jean MOULIN", "Pablo PICASSO", "Rosa PARKS"],
    "Rue": ["Jean JAURES", "Emile ZOLA", "Victor HUGO", "Louise MICHEL"],
    "Libellé": ["Résidence Jean MOULIN", "La PLAINE", "Les TILLEULS", "Saint ELOI"],
    "C1": ["Individuel GAZ", "Collectif GAZ", "Individuel ELEC", "Collectif ELEC"],
    "C2": ["Type PLUS", "Type PLAI", "Type PLS", "Type PCL"],
    "C3": ["Agence NORD", "Agence SUD", "Agence EST", "Agence OUEST"],
    "C4": ["Très satisfait", "Plutôt satisfait", "PAS satisfait", "NSP"],
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


def test_names_of_places_are_known_by_the_columns_that_are_read() -> None:
    great = ["Claude DEBUSSY", "Jean MOULIN", "Pablo PICASSO", "Rosa PARKS"]
    towers = table({"nom": [f"Résidence {name.title()}, bât A" for name in great], "G2": great})
    assert without_people(towers, known=["nom"])[1] == []
    assert len(without_people(towers, known=["id"])[1]) == 1


def answers(header: str, cells: list[str]) -> list[str]:
    """Return the columns dropped of a delivery of 40 interviews."""
    frame = pd.DataFrame({header: [cells[k % len(cells)] for k in range(40)]}, dtype=object)
    assert personal_columns(frame, {}, keep=[header]) == []
    return personal_columns(frame, {}, keep=())


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Gardien", ["Sophie MARTIN", "Karim BENALI", "Jean DUPONT"]),
        ("Gardien", ["DUPONT", "BENALI"]),
        ("Référent", ["Sophie Martin", "Karim Benali", "M. Petit"]),
        ("Titulaire du bail", [f"MARTIN {k}" for k in range(40)]),
        ("Titulaire du bail", [f"dupont {'abcdefgh'[k % 8] * (k // 8 + 1)}" for k in range(40)]),
        ("C9", ["Sophie MARTIN", "Karim BENALI", "Jean DUPONT"]),
    ],
)
def test_staff_and_holders_leave_a_delivery(header: str, cells: list[str]) -> None:
    assert answers(header, cells) == [header]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Q5 Gardien : disponibilité", ["1", "2", "3", "9"]),
        ("Q5 Gardien", ["Très satisfait", "Plutôt satisfait", "Pas du tout satisfait", "NSP"]),
        ("Gardien", ["Jamais", "Parfois", "Souvent"]),
        ("CSP du chef de ménage", ["Ouvrier", "Employé", "Retraité", "Sans emploi"]),
        ("Contact", ["oui", "non"]),
        ("résidence", ["Claude DEBUSSY", "Jean MOULIN", "Pablo PICASSO", "Rosa PARKS"]),
    ],
)
def test_questions_about_staff_stay(header: str, cells: list[str]) -> None:
    assert answers(header, cells) == []


def test_what_is_read_by_name_stays_unless_it_holds_persons() -> None:
    both = {"Nom": ["Les Lilas"] * 4, "Responsable": ["Mme Roy", "M. Petit", "", ""]}
    left, _ = without_people(table(both), known=["nom", "responsable"])
    assert list(left.frame.columns) == ["Nom"]
    number = {"invariant": PEOPLE["Numéro"]}
    assert without_people(table(number), known=["Invariant"])[1] == []


@pytest.mark.parametrize(
    ("role", "told"), [("decisions", []), ("programme", ["donnee_personnelle_ecartee"])]
)
def test_who_decided_a_doubt_stays_in_the_file_of_decisions(
    role: str, told: list[str], tmp_path: Path
) -> None:
    rows = "id_residence;decision;auteur\n" + "R1;dans;Mme Durand\nR2;hors;Mme Petit\n"
    (tmp_path / "d.csv").write_text(rows, encoding="utf-8")
    gathered = Gathering()
    read = gathered.table(role, tmp_path / "d.csv", known=("id_residence", "decision", "auteur"))
    assert read is not None
    assert ("auteur" in read.frame.columns) is (not told)
    assert [f.code for f in gathered.faults] == told
