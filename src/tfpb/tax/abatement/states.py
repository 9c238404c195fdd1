"""The money of a premises in states: what its notice bears, what is due, what the rest hangs on."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Reserve, Statut
from tfpb.model.money import States
from tfpb.tax.abatement.formula import NOTHING, Amounts
from tfpb.tax.abatement.signatures import LATE
from tfpb.tax.plain_values import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tfpb.tax.abatement.rights import Right


NONE: Final = "aucun"
RIGHT: Final = "du"
FULL: Final = "entier"
UNKNOWN: Final = ""
"""What a notice abates of a premises: nothing, its right, all of it, or unknown for want of a figure."""
BORNE: Final = frozenset({RIGHT, FULL})
_ALL: Final = Decimal(1)
_HANGS: Final[Mapping[str, Reserve]] = {
    "convention_non_fournie": Reserve.CONVENTIONS,
    "convention_absente": Reserve.CONVENTION,
    "convention_sans_date": Reserve.CONVENTION,
    "convention_echue": Reserve.RENOUVELLEMENT,
    "declaration_absente": Reserve.DECLARATION,
    "declaration_sans_local": Reserve.DECLARATION,
}
"""Motives that a paper not seen yet may still mend; a date that is past mends nothing."""


def hangs_on(right: Right) -> Reserve | None:
    """Return what the right hangs on besides its side; None when it holds, or is lost for the year."""
    return _HANGS.get(right.motive)


def is_lost(right: Right) -> bool:
    """Return whether a condition was met too late for this year: a fact, not a thing unknown."""
    return right.motive in LATE


@dataclass(frozen=True, slots=True)
class Standing:
    """States of a premises, and what its reserve hangs on."""

    states: States
    reserves: Mapping[Reserve, Decimal] = field(default_factory=dict)


def standing_of(
    right: Right, state: str, abated: Callable[[Decimal], Amounts], *, mended: bool = False
) -> Standing:
    """Split the abatement of a premises into states.

    The cuts fall on cumulated shares (due, then due or doubtful, then all), each rounded as a notice
    rounds its lines: so the states add up to what the notice bears, to the cent.

    Parameters
    ----------
    right : Right
    state : str
        What its notice abates.
    abated : callable
        What the law abates of a part of its base.
    mended : bool
        Whether a claim makes up for a declaration that lacks (a setting of the law).
    """

    def part(share: Decimal) -> Amounts:
        return abated(share) if share else NOTHING

    due = part(right.share)
    sure, best = due.abatement, part(min(_ALL, right.share + right.doubt)).abatement
    side = best - sure
    on = {FULL: part(_ALL).abatement, RIGHT: sure}.get(state, ZERO)
    reason = hangs_on(right)
    if mended and right.statut == Statut.NON_DECLARE and state == NONE:
        return _made(States(to_claim=sure, claim_fees=due.fees, hanging=side), {Reserve.COTE: side})
    if right.statut in (Statut.SANS_CONVENTION, Statut.NON_DECLARE) and (
        reason != Reserve.CONVENTIONS
    ):
        if state in BORNE:
            return _made(States(at_risk=on))
        if reason is None:
            return _made(States(lost=best))
        return _made(States(hanging=best), {reason: sure, Reserve.COTE: side})
    borne = min(on, best)
    wrong = on - borne
    if reason == Reserve.CONVENTIONS:
        states = States(at_risk=wrong, doubtful=borne, hanging=best - borne)
        return _made(states, {reason: sure, Reserve.COTE: side})
    if state in BORNE:
        held = borne - sure
        states = States(sure, wrong, doubtful=held, hanging=side - held, fees=due.fees)
        return _made(states, {Reserve.COTE: side})
    if state == NONE:
        return _made(States(to_claim=sure, claim_fees=due.fees, hanging=side), {Reserve.COTE: side})
    return _made(States(hanging=best), {Reserve.AVIS: sure, Reserve.COTE: side})


def _made(states: States, reserves: Mapping[Reserve, Decimal] | None = None) -> Standing:
    return Standing(states, {k: v for k, v in (reserves or {}).items() if v})
