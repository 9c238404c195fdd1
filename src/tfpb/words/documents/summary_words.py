"""« Synthèse »: the verdict that opens it, the state of a claim, what is named, where rows stand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tfpb.words.claim_words import NATURES, claim_state
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.facts.claim import Claim

VERDICT: Final = Phrase(
    "{justified}{is_left:? ; manque : {left:€}|}{waits:? ; sous réserve : {reserved:€}|}. "
    "{tasks:s chose} à faire : feuille « À faire »."
)
TENANTS: Final = "3. Qu’en disent les locataires ?"
EITHER_SIDE: Final = "5. Si les logements à vérifier tombent tous d’un côté"
_EITHER_SIDE: Final = Phrase(
    "{homes:s logement} en QPV ; valeur : porté par les avis et dû{known:?, et {best:€} avec ce qui est à "
    "réclamer ou sous réserve|}."
)
COMPARED: Final = "Satisfaction"
PLACED: Final = "Adresses"
FILTERED: Final = "{sheet}, « {filter} »"
OBJECTS: Final = "{meaning} {names}."
ELSEWHERE: Final = "Ailleurs : {elsewhere} ; {verdict}."
_MORE: Final = Phrase("{names} et {count:s autre}")
_NAMED: Final = 4


def state_of(claim: Claim) -> str:
    """Write the state of a claim, with what its amount rests on."""
    nature = NATURES.get(str(claim.nature), "")
    return f"{claim_state(claim)}, {nature}" if nature else claim_state(claim)


def either_side(homes: int, best: Decimal | None) -> str:
    """Write what the dwellings to check leave if they all fall on a side."""
    facts = {
        "homes": homes,
        "known": best is not None,
        "best": Decimal(0) if best is None else best,
    }
    return _EITHER_SIDE.filled(facts)


def some_of(names: Sequence[str]) -> str:
    """Write the first names, and how many others there are."""
    first = ", ".join(names[:_NAMED])
    left = len(names) - _NAMED
    return _MORE.format(names=first, count=left) if left > 0 else first
