"""Headers under which files write the keys that several tables bear."""

from __future__ import annotations

from typing import Final

ID_RESIDENCE: Final = (
    "code residence",
    "identifiant residence",
    "code programme",
    "code groupe",
    "n residence",
    "groupe immobilier",
    "n groupe immobilier",
    "code groupe immobilier",
)
ID_BATIMENT: Final = ("id entree", "code batiment", "code entree", "n entree", "n batiment")
QPV: Final = ("qpv", "code qp", "code quartier", "quartier prioritaire")
