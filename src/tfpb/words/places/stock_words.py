"""Sentences of the stock and of where it stands."""

from __future__ import annotations

from typing import Final

from tfpb.model.codes import Evolution, GeocodeVerdict, QpvStatut, ResultType
from tfpb.words.numbers import number, percent, plural
from tfpb.words.phrase import Phrase

RESIDENCES: Final = Phrase("{count:s résidence}")
RESIDENCES_SHEET: Final = "Résidences"
STATUTS: Final[dict[str, str]] = {
    QpvStatut.DANS: "dans un QPV",
    QpvStatut.HORS: "hors QPV",
    QpvStatut.A_VERIFIER: "à vérifier",
}
EVOLUTIONS: Final[dict[str, str]] = {
    Evolution.ENTRANT: "entrant en 2024",
    Evolution.SORTANT: "sortant en 2024",
    Evolution.MAINTENU: "maintenu",
    Evolution.HORS: "hors des deux cartes",
    Evolution.A_VERIFIER: "à vérifier",
}
GEOCODE_VERDICTS: Final[dict[str, str]] = {
    GeocodeVerdict.ACCEPTE: "accepté",
    GeocodeVerdict.A_VERIFIER: "à vérifier",
    GeocodeVerdict.REJETE: "rejeté",
}
PRECISIONS: Final[dict[str, str]] = {
    ResultType.HOUSENUMBER: "au numéro",
    ResultType.RANGE: "plage de numéros",
    ResultType.INTERPOLATED: "interpolé entre deux numéros",
    ResultType.STREET: "à la voie",
    ResultType.LOCALITY: "au lieu-dit",
    ResultType.MUNICIPALITY: "à la commune",
    ResultType.GIVEN: "coordonnées fournies",
    ResultType.NONE: "non trouvé",
}
LINKS: Final[dict[str, str]] = {
    "identique": "identique",
    "modifie": "modifié",
    "scinde": "scindé",
    "fusionne": "fusionné",
    "nouveau": "nouveau",
    "disparu": "disparu",
}


def stock_lead(residences: int, dwellings: int, inside: int, outside: int, doubtful: int) -> str:
    """Open the chapter of the stock."""
    doubt = (
        f", {plural(doubtful, 'logement')} à vérifier"
        if doubtful
        else ", aucun logement à vérifier"
    )
    return (
        f"{plural(residences, 'résidence')} et {plural(dwellings, 'logement')} : "
        f"{number(inside)} en QPV ({percent(inside / dwellings) if dwellings else 'part inconnue'}), "
        f"{number(outside)} hors QPV{doubt}."
    )


def location_lead(entrances: int, sure: int, doubtful: int, vintage: int, year: int) -> str:
    """Open the chapter of location."""
    doubts = (
        f"{plural(doubtful, 'reste', 'restent')} à vérifier"
        if doubtful
        else "aucune n’est douteuse"
    )
    return (
        f"Pour l’imposition {year}, la carte des QPV {vintage} s’applique : sur "
        f"{plural(entrances, 'adresse')}, {plural(sure, 'est située', 'sont situées')} "
        f"avec certitude d’un côté ou de l’autre, {doubts}."
    )


THREE_ANSWERS: Final = (
    (
        "Chaque adresse reçoit l’une de trois réponses : dans un QPV, hors QPV, ou à vérifier. Elle est "
        "à vérifier quand la distance à la limite est plus petite que l’incertitude de sa position, ou "
        "quand l’adresse elle-même n’a pas été reconnue avec assez de certitude."
    ),
    (
        "Quand une limite suit une voie publique, elle passe à l’axe de la voie : un seul côté de la rue "
        "est dans le quartier. La règle qui retient les deux côtés d’une rue ne vaut que pour les "
        "commerces ; elle n’est jamais appliquée ici."
    ),
)

OUTSIDE: Final = {
    "egal": "le même nombre",
    "inconnu": "l’Insee ne donne pas de nombre (secret ou inconnu)",
    "plus": "plus que tous les bailleurs ensemble : logements neufs, non conventionnés, ou mal situés",
    "autres_bailleurs": "autres bailleurs, ou autre année",
    "a_verifier": "des logements à vérifier près de ce quartier",
    "coupees": "des résidences que la limite coupe",
}
"""Why a located number and Insee's may differ."""
