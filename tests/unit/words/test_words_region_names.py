"""A région bears its preposition, whichever it is and however it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfpb.words.places.region_names import PREPOSITIONS, in_region


def test_the_eighteen_regions_are_there() -> None:
    assert len(PREPOSITIONS) == 18


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Auvergne-Rhône-Alpes", "en Auvergne-Rhône-Alpes"),
        ("Bourgogne-Franche-Comté", "en Bourgogne-Franche-Comté"),
        ("Bretagne", "en Bretagne"),
        ("Centre-Val de Loire", "en Centre-Val de Loire"),
        ("Corse", "en Corse"),
        ("Grand Est", "en Grand Est"),
        ("Guadeloupe", "en Guadeloupe"),
        ("Guyane", "en Guyane"),
        ("Hauts-de-France", "dans les Hauts-de-France"),
        ("Île-de-France", "en Île-de-France"),
        ("La Réunion", "à La Réunion"),
        ("Martinique", "en Martinique"),
        ("Mayotte", "à Mayotte"),
        ("Normandie", "en Normandie"),
        ("Nouvelle-Aquitaine", "en Nouvelle-Aquitaine"),
        ("Occitanie", "en Occitanie"),
        ("Pays de la Loire", "dans les Pays de la Loire"),
        ("Provence-Alpes-Côte d’Azur", "en Provence-Alpes-Côte d’Azur"),
        ("ILE DE FRANCE", "en Île-de-France"),
        ("Provence-Alpes-Cote d'Azur", "en Provence-Alpes-Côte d’Azur"),
        ("Nord-Pas-de-Calais", "dans la région Nord-Pas-de-Calais"),
    ],
)
def test_a_region_bears_its_preposition(name: str, said: str) -> None:
    assert in_region(name) == said


def test_no_region_is_named_but_the_one_that_a_dossier_may_replace() -> None:
    package = Path(__file__).parents[3] / "src" / "tfpb"
    table = package / "words" / "places" / "region_names"
    files = [p for room in ("words", "law") for p in (package / room).rglob("*") if p.is_file()]
    lines = [
        f"{path.name}: {line.strip()}"
        for path in files
        if path.suffix in {".py", ".toml"} and path.with_suffix("") != table
        for line in path.read_text("utf-8").splitlines()
        if any(name in line for name in PREPOSITIONS)
    ]
    assert len(lines) == 1, lines
    assert 'valeur = "Hauts-de-France"' in lines[0]
