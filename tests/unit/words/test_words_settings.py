"""Settings and legal values are said in words, never by their code."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from tfpb.model.settings import Reglages
from tfpb.words.documents.setting_words import legal_value, overrides_words, setting_value


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("geocodage", "index", "index du poste : rien n’en sort"),
        ("arrondi", "avis", "à l’euro par ligne, comme sur un avis"),
        ("territoires", ["code_qpv", "agence"], "quartier prioritaire, agence"),
        ("enquete_residences_inconnues", "refuser", "le calcul s’arrête"),
        (
            "colonnes",
            {"programme_precedent.valorise_eur": "Val."},
            (
                "Programme de l’année précédente, dépense valorisée au titre de la TFPB, en euros : "
                "colonne « Val. »"
            ),
        ),
        ("feuilles", {"patrimoine": "Export"}, "Patrimoine : feuille « Export »"),
        ("report_eur", {"QN05991I": "12500"}, "QN05991I : 12\u202f500 €"),
        ("report_eur", {"QN05991I": "?"}, "QN05991I : ?"),
        ("colonnes", {}, "néant"),
        ("agglomeration_plus_50000", None, "non renseigné"),
        ("agglomeration_plus_50000", True, "oui"),
        ("rayon_defaut_m", 30.0, "30"),
    ],
)
def test_a_setting_is_said(key: str, value: Any, said: str) -> None:
    assert setting_value(key, value).replace("\u202f€", " €") == said


@pytest.mark.parametrize("key", ["geocodage", "arrondi", "enquete_residences_inconnues"])
def test_every_choice_has_words(key: str) -> None:
    for choice in get_args(Reglages.model_fields[key].annotation):
        assert setting_value(key, choice) != choice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("N 03-31", "31 mars de l’année d’imposition"),
        ("N-1 12-31", "31 décembre de l’année d’avant l’imposition"),
        ("N 01-01", "1er janvier de l’année d’imposition"),
        ("0.30", "0,30"),
        ("2025-01-01", "01/01/2025"),
        ("axe de la voie", "axe de la voie"),
    ],
)
def test_a_legal_value_is_said(text: str, said: str) -> None:
    assert legal_value(text) == said


def test_replaced_values_are_counted() -> None:
    assert overrides_words({}) == "néant"
    assert (
        overrides_words({"taux_abattement": 1}) == "1 valeur, de nature « valeur légale » ci-dessus"
    )
