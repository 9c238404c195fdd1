"""What a computation answers to decisions: what became of each entrance, and of the figures that moved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import QpvStatut
from tfpb.words.numbers import euros
from tfpb.words.page.screen_words import STATES, homes_words
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tfpb.facts.amount import Amount

DWELLINGS: Final = {
    "logements_qpv": "Logements en quartier",
    "logements_a_verifier": "Logements à vérifier",
}
"""Claims on dwellings that a decision moves → how the answer names them."""
ANSWERED: Final = "{title} « {answer} »"
"""A question on the files, and what was answered."""
_SIDES: Final = {
    QpvStatut.DANS: Phrase("Tranché : {address}{homes}, en quartier ({quarter})."),
    QpvStatut.HORS: Phrase("Tranché : {address}{homes}, hors quartier."),
    QpvStatut.A_VERIFIER: Phrase(
        "Encore douteux : {address}{homes}. Ce qui a été choisi ne dit pas de quel côté de la limite elle "
        "est : dites « en quartier » ou « hors quartier »."
    ),
}
_HERE: Final = {
    QpvStatut.DANS: Phrase("Ici : en quartier ({quarter}), à {far} de sa limite."),
    QpvStatut.HORS: Phrase("Ici : hors quartier, à {far} de {quarter}."),
    QpvStatut.A_VERIFIER: Phrase("Ici : encore douteux. {why}"),
}
_ASTRAY: Final = {"coordonnees_hors_commune", "coordonnees_hors_france", "coordonnees_illisibles"}
_REFUSED: Final = "Ici : hors de la commune. Ce point ne sera pas retenu."
_METRES: Final = Phrase("{metres:n} m")
_FAR: Final = "plus de 2 km"
_NO_QUARTER: Final = "tout quartier"
_GONE: Final = "{address} n’est plus parmi les doutes."
_MOVED: Final = "{title} : {before} → {after}"
_STILL: Final = "Aucun montant ni aucun compte de logements n’en est changé."


def entrance_answer(address: str, status: str, quarter: str, homes: Amount | None) -> str:
    """Say what a computation makes of an entrance that was decided on."""
    if status not in set(QpvStatut):
        return _GONE.format(address=address)
    counted = f", {homes_words(homes)}" if homes is not None and homes.is_known else ""
    return _SIDES[QpvStatut(status)].format(address=address, homes=counted, quarter=quarter)


def point_answer(
    status: QpvStatut, metres: float, why: str, *, inside: str, nearest: str, reasons: str
) -> str:
    """Say on which side of the limits the stages find a point, and how far from them, metres."""
    if _ASTRAY & set(reasons.split(" | ")):
        return _REFUSED
    far = _METRES.format(metres=round(metres)) if metres < math.inf else _FAR
    return _HERE[status].format(quarter=inside or nearest or _NO_QUARTER, far=far, why=why)


def moved_figures(before: Mapping[str, Amount], after: Mapping[str, Amount]) -> list[str]:
    """List the figures that moved, as the screen writes them."""
    lines = []
    for name, (title, write) in _FIGURES.items():
        if name in before and name in after:
            texts = write(before[name]), write(after[name])
            if texts[0] != texts[1]:
                lines.append(_MOVED.format(title=title, before=texts[0], after=texts[1]))
    return lines or [_STILL]


_FIGURES: Final[dict[str, tuple[str, Callable[[Amount], str]]]] = {
    **{name: (title, homes_words) for name, title in DWELLINGS.items()},
    **{name: (labels[0], euros) for name, labels in STATES.items()},
}
