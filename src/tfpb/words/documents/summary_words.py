"""« Synthèse »: the verdict that opens it, the state of a claim, what is named, where rows stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.claim_words import NATURES, claim_state
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.facts.claim import Claim

VERDICT: Final = Phrase(
    "{justified}{is_left:? ; reste à justifier : {left:€}|}{waits:? ; sous réserve : {reserved:€}|}. "
    "{tasks:s chose} à faire : feuille « À faire »."
)
TENANTS: Final = "3. Qu’en disent les locataires ?"
COMPARED: Final = "Satisfaction"
FILTERED: Final = "{sheet}, « {filter} »"
OBJECTS: Final = "{meaning} {names}."
ELSEWHERE: Final = "Ailleurs : {elsewhere} ; {verdict}."
_MORE: Final = Phrase("{names} et {count:s autre}")
_NAMED: Final = 4


def state_of(claim: Claim) -> str:
    """Write the state of a claim, with what its amount rests on."""
    nature = NATURES.get(str(claim.nature), "")
    return f"{claim_state(claim)}, {nature}" if nature else claim_state(claim)


def some_of(names: Sequence[str]) -> str:
    """Write the first names, and how many others there are."""
    first = ", ".join(names[:_NAMED])
    left = len(names) - _NAMED
    return _MORE.format(names=first, count=left) if left > 0 else first
