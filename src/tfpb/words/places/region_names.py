"""Régions of France after a preposition: « dans les Hauts-de-France », « en Bretagne », « à Mayotte »."""

from __future__ import annotations

from typing import Final

from tfpb.text import fold

PREPOSITIONS: Final = {
    "Auvergne-Rhône-Alpes": "en",
    "Bourgogne-Franche-Comté": "en",
    "Bretagne": "en",
    "Centre-Val de Loire": "en",
    "Corse": "en",
    "Grand Est": "en",
    "Guadeloupe": "en",
    "Guyane": "en",
    "Hauts-de-France": "dans les",
    "Île-de-France": "en",
    "La Réunion": "à",
    "Martinique": "en",
    "Mayotte": "à",
    "Normandie": "en",
    "Nouvelle-Aquitaine": "en",
    "Occitanie": "en",
    "Pays de la Loire": "dans les",
    "Provence-Alpes-Côte d’Azur": "en",
}
_KNOWN: Final = {fold(name): f"{word} {name}" for name, word in PREPOSITIONS.items()}


def in_region(name: str) -> str:
    """Write where: « en Île-de-France »; another name than a région's stays as it is given."""
    return _KNOWN.get(fold(name), f"dans la région {name}")
