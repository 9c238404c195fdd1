"""Values of the faults and doubts of the money that are words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.numbers import percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

SAME_PREMISES: Final = {"cle": "même avis et même local", "objet": "local"}
SAME_RESIDENCE: Final = {"cle": "même résidence", "objet": "résidence"}
YEAR_TO_GIVE: Final = "ANNÉE"
EXPECTED_AXIS: Final = "un axe de 1 à 8, ou son libellé dans le cadre national"
OTHER_HABITAT: Final = "autre type d’habitat"
AMBIGUOUS: Final = {
    True: "la somme du quartier est juste, mais ne réclamez pour aucun de ces locaux avant de savoir lequel",
    False: "ces locaux sont sous réserve",
}
"""What follows of a notice that abates some of premises alike: whether the sums hold."""
LEFT_ASIDE: Final = Phrase("{count:s résidence laissée/résidences laissées}")
NO_CODE: Final = "aucun"


def mean_of(*, commune: bool) -> str:
    """Name what a mean amount was taken over."""
    return "de la commune" if commune else "du fichier"


def of_year(year: int | None) -> str:
    """Name the year of another action; nothing when it is the same."""
    return "" if year is None else f" de {year}"


def of_file(file: str) -> str:
    """Name the file of another action; nothing when it is the same."""
    return f" du fichier « {file} »" if file else ""


def shares(homes: Mapping[str, int]) -> str:
    """Write how an action is shared: each quarter with its share and its dwellings."""
    whole = sum(homes.values())
    return ", ".join(
        f"{code} {percent(n / whole)} ({plural(n, 'logement')})" for code, n in homes.items()
    )
