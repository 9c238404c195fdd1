"""One round of decisions on the doubts of the example, on the sheet that the program writes beside a pack."""

from __future__ import annotations

import datetime as dt
from typing import Final

from maker import files
from maker.names import FICTION

TITLES: Final = (
    "Pour chaque ligne, choisissez « dans » ou « hors », signez, datez, et dites sur quelle pièce.",
    "Redonnez ce fichier avec --decisions (ou « decisions » dans dossier.toml).",
    f"Aide à la décision, ne vaut pas attestation. {FICTION[0].upper()}{FICTION[1:]}.",
)
HEADER: Final = (
    "id_residence", "id_batiment", "adresse", "commune", "logements", "quartier en cause",
    "distance à la limite (m)", "incertitude du point (m)", "pourquoi c’est à vérifier", "carte",
    "decision", "code_qpv", "auteur", "date", "piece",
)  # fmt: skip
_INSIDE: Final = "Le point tombe dans le quartier, à moins de sa limite que son incertitude."
_OUTSIDE: Final = "Le point tombe hors QPV, à moins de la limite que son incertitude."
_MOULIN: Final = ("Le Moulin - Les Aunes", "QN05992M")
_SIGNED: Final = (
    "Service du patrimoine",
    dt.date(2026, 2, 3),
    "plan de masse du 12/01/2026 (fictif)",
)
_ROWS: Final = (
    ("02146", "02146-A", "5 R. SADI CARNOT BAT A ENT 1", 16, 8.0, _INSIDE, ""),
    ("02183", "02183-A", "3 RUE S. CARNOT", 19, 8.0, _INSIDE, "dans"),
    ("02183", "02183-B", "RES CONDORCET 7 R. SADI CARNOT", 21, 8.0, _INSIDE, "dans"),
    ("02220", "02220-A", "16, Rue Ledru-Rollin", 29, 12.4, _OUTSIDE, ""),
)


def decisions() -> bytes:
    """Write the sheet « Limites » with two entrances decided and two left open."""
    name, code = _MOULIN
    rows = [
        (home, door, address, "VALMONT SUR ORVE", count, name, metres, 15, why, "", side, code,
         *(_SIGNED if side else ("", "", "")))
        for home, door, address, count, metres, why, side in _ROWS
    ]  # fmt: skip
    sheet = files.Sheet("Limites", TITLES, HEADER, rows)
    return files.xlsx_bytes([sheet], "Décisions (données fictives)")
