"""Axes of the programme, what hangs on doubts, and values of the faults of the money that are words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.model.legal.axis_table import AXES
from tfpb.words.numbers import amount, bounded, number, percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from tfpb.facts.amount import Amount

_NO_AXIS: Final = {"nom": "axe inconnu"}
SAME_PREMISES: Final = {"cle": "même avis et même local", "objet": "local"}
SAME_RESIDENCE: Final = {"cle": "même résidence", "objet": "résidence"}
YEAR_TO_GIVE: Final = "ANNÉE"
UNCOUNTED: Final = "des logements que le patrimoine ne compte pas"
EXPECTED_AXIS: Final = f"un axe de 1 à {max(AXES)}, ou son libellé dans le cadre national"
OTHER_HABITAT: Final = "autre type d’habitat"
AMBIGUOUS: Final = {
    True: "la somme du quartier est juste, mais ne réclamez pour aucun de ces locaux avant de savoir lequel",
    False: "ces locaux sont sous réserve",
}
"""What follows of a notice that abates some of premises alike: whether the sums hold."""
GONE: Final = {"vendue": "vendu", "demolie": "démoli", "a_livrer": "encore à livrer"}
"""What a stock says of dwellings that a notice should not tax."""
LEFT_ASIDE: Final = Phrase("{count:s résidence laissée/résidences laissées}")
NO_CODE: Final = "aucun"
MARKS: Final = {
    "abattement": "de l’abattement",
    "precedent": "de ce que valorisait l’année d’avant",
}
"""What a whole programme is held against."""


def _facts(axe: int) -> Mapping[str, Any]:
    return AXES.get(axe, _NO_AXIS)


def axis_words(axe: int) -> str:
    """Write an axis with its number: « 3 · Sur-entretien »."""
    return f"{axe} · {_facts(axe)['nom']}"


def axis_name(axe: int) -> str:
    """Name an axis in a few words, without its number."""
    facts = _facts(axe)
    return str(facts.get("court", facts["nom"]))


def axis_short(axe: int) -> str:
    """Write an axis in a few words, for a chart."""
    return f"{axe} · {axis_name(axe)}"


def near_names(names: Sequence[tuple[str, int]]) -> str:
    """List the names nearest to an axis that is not known; empty when nothing resembles."""
    if not names:
        return ""
    return " ; les plus proches : " + ", ".join(f"« {name} » (axe {axe})" for name, axe in names)


def sensitivity_sentence(kept: Amount, possible: Amount) -> str:
    """Write how the dwellings move with the doubts."""
    retained = bounded(kept, number)
    if possible.is_known:
        return f"Aucun doute de localisation ne fait varier le nombre de logements en QPV ({retained})."
    if possible.at_most is None:
        return f"Le nombre de logements en QPV n’est pas borné ; {retained} sont retenus."
    return (
        "Selon le sort des logements à vérifier, le nombre de logements en QPV va de "
        f"{number(possible.at_least)} à {number(possible.at_most)} ; {retained} sont retenus."
    )


def mean_of(*, commune: bool) -> str:
    """Name what a mean amount was taken over."""
    return "de la commune" if commune else "du fichier"


def of_year(year: int | None) -> str:
    """Name the year of another action; nothing when it is the same."""
    return "" if year is None else f" de {year}"


def of_file(file: str) -> str:
    """Name the file of another action; nothing when it is the same."""
    return f" du fichier « {file} »" if file else ""


def both_amounts(one: Decimal, other: Decimal) -> str:
    """Write the amount of two actions; both where they are the same but for VAT."""
    if one == other:
        return amount(one)
    less, more = sorted((one, other))
    return f"{amount(less)} € hors taxes pour l’une, {amount(more)}"


def shares(homes: Mapping[str, int]) -> str:
    """Write how an action is shared: each quarter with its share and its dwellings."""
    whole = sum(homes.values())
    return ", ".join(
        f"{code} {percent(n / whole)} ({plural(n, 'logement')})" for code, n in homes.items()
    )
