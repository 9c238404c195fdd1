"""The axes of the programme, and how many dwellings hang on doubts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Axe
from tfpb.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

AXES: Final[dict[int, str]] = {
    Axe.PRESENCE: "Renforcement de la présence du personnel de proximité",
    Axe.FORMATION: "Formation/soutien des personnels de proximité",
    Axe.SUR_ENTRETIEN: "Sur-entretien",
    Axe.DECHETS: "Gestion des déchets et encombrants / épaves",
    Axe.TRANQUILLITE: "Tranquillité résidentielle",
    Axe.CONCERTATION: "Concertation / sensibilisation des locataires",
    Axe.ANIMATION: "Animation, lien social, vivre ensemble",
    Axe.TRAVAUX: "Petits travaux d’amélioration de la qualité de service",
}


def axis_words(axe: int) -> str:
    """Write an axis with its number: « 3 · Sur-entretien »."""
    return f"{axe} · {AXES.get(axe, 'axe inconnu')}"


def axis_name(axe: int) -> str:
    """Name an axis in a few words, without its number."""
    short = {1: "Présence de proximité", 2: "Formation, soutien", 6: "Concertation"}
    short |= {4: "Déchets, encombrants", 7: "Animation, lien social", 8: "Petits travaux"}
    return short.get(axe, AXES.get(axe, "axe inconnu"))


def axis_short(axe: int) -> str:
    """Write an axis in a few words, for a chart."""
    return f"{axe} · {axis_name(axe)}"


def near_names(names: Sequence[tuple[str, int]]) -> str:
    """List the names nearest to an axis that is not known; empty when nothing resembles."""
    if not names:
        return ""
    return " ; les plus proches : " + ", ".join(f"« {name} » (axe {axe})" for name, axe in names)


def sensitivity_sentence(low: int, kept: int, high: int) -> str:
    """Write how the dwellings move with the doubts."""
    if low == high:
        return (
            f"Aucun doute de localisation ne fait varier le nombre de logements en QPV "
            f"({number(kept)})."
        )
    return (
        f"Selon le sort des logements à vérifier, le nombre de logements en QPV va de {number(low)} "
        f"à {number(high)} ; {number(kept)} sont retenus."
    )
