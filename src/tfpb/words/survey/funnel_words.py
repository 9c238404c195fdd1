"""Words of the funnel: what chance alone leaves between bailleurs; no name, no size, no order."""

from __future__ import annotations

from typing import Final

from tfpb.packaged import packaged
from tfpb.words.numbers import number, plural
from tfpb.words.phrase import Phrase

_TEXTS: Final = packaged(__name__)
READINGS: Final[dict[str, str]] = _TEXTS["readings"]
NOTES: Final = tuple(_TEXTS["notes"])
WAYS: Final[dict[str, str]] = {"standardise": "à structure comparable", "brut": "brut"}
NOT_PLACED: Final = (
    "Aucune question n’est placée dans l’entonnoir : l’écart du bailleur ou celui de la région n’est pas "
    "publié."
)
REGION_LEAD: Final = (
    "Ce que le seul hasard du sondage laisserait voir d’un bailleur à l’autre, selon le nombre de ménages "
    "interrogés, si tous avaient l’écart de la région."
)
WITH_N: Final = Phrase("± à {level} %, {n:n} ménages")
CHART_KEY: Final = ("votre écart", "région", "limites à 95 %", "limites à 99,8 %")
CHART_OTHERS: Final = ("quartiles des autres", "quartiles des bailleurs")
"""Beside a bailleur's own point, or without."""
CHART_ACROSS: Final = "ménages interrogés"
CHART_UP: Final = "Écart QPV − hors QPV, points"


def lead(inside: int, beyond95: list[str], beyond998: list[str]) -> str:
    """Write for how many questions a gap lies within the limits, and name those that do not.

    Parameters
    ----------
    inside : int
    beyond95, beyond998 : list of str
        Labels of the questions out of the first limits only, and out of the second ones.
    """
    total = inside + len(beyond95) + len(beyond998)
    if not total:
        return NOT_PLACED
    if inside == total:
        return f"Votre écart est dans les limites du hasard pour {_of(total, total)}."
    parts = [f"dans les limites du hasard pour {_of(inside, total)}"] if inside else []
    for labels, limit in ((beyond95, "95"), (beyond998, "99,8")):
        if labels:
            named = ", ".join(f"« {label} »" for label in labels[:2])
            rest = f" et {plural(len(labels) - 2, 'autre')}" if len(labels) > 2 else ""  # noqa: PLR2004
            parts.append(f"hors des limites à {limit} % pour {number(len(labels))} ({named}{rest})")
    return f"Votre écart est {', '.join(parts)}."


def others(fewest: int, hidden: int, total: int) -> str:
    """Say what is shown of the other bailleurs, and for how many questions it is not.

    Parameters
    ----------
    fewest : int
        Bailleurs that a quartile needs.
    hidden, total : int
        Questions without quartiles; questions.
    """
    text = (
        "Des autres bailleurs, seuls les quartiles sont donnés, au point près et sans effectif, quand "
        f"{number(fewest)} au moins ont un écart publié"
    )
    if not hidden:
        return f"{text}."
    return f"{text} ; ce n’est pas le cas pour {_of(hidden, total)}."


def _of(count: int, total: int) -> str:
    if count == total:
        return "la question placée" if total == 1 else f"les {number(total)} questions placées"
    return f"{plural(count, 'question')} sur {number(total)}"
