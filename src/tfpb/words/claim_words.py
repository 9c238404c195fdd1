"""How a claim is written: its value with its unit, its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.facts.claim import STATES, State
from tfpb.model.question import Unit
from tfpb.words.numbers import ON_REPLY, THIN, UNKNOWN, bounded, euros, number, percent, points

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claim

_WRITE: Final[dict[Unit, Callable[[Decimal], str]]] = {
    Unit.EUR: euros,
    Unit.PART: percent,
    Unit.POINTS: points,
}
NATURES: Final = {"reel": "réel", "estime": "estimé"}
_SUSPENDED: Final = f"{{state}} : {{bounds}} {ON_REPLY}"


def claim_value(claim: Claim) -> str:
    """Write what is known of a claim: its value or bounds; the word of its state where it has none.

    One that a reply will settle says so: « suspendu : 179 801 à 537 513 € selon une réponse ».
    """
    if claim.value is None:
        return STATES[claim.state]
    write = _WRITE.get(claim.title.unit, number)
    if claim.state is not State.SUSPENDU:
        return bounded(claim.value, write)
    if bounded(claim.value, write) == UNKNOWN:
        return STATES[claim.state]
    return _SUSPENDED.format(state=STATES[claim.state], bounds=_span(claim.value, write))


def _span(value: Amount, write: Callable[[Decimal], str]) -> str:
    """Write both bounds with their unit once."""
    if value.at_most is None or not value.at_least or value.is_known:
        return bounded(value, write).removesuffix(f" {ON_REPLY}")
    low, high = write(value.at_least), write(value.at_most)
    unit = high.rpartition(THIN)[2]
    return (
        f"{low.removesuffix(unit).rstrip(THIN)} à {high}"
        if not unit.isdigit()
        else f"{low} à {high}"
    )


def claim_state(claim: Claim) -> str:
    """Write the state of a claim."""
    return STATES[State(claim.state)]
