"""Sentences that read the reconciliation: worst and best case, fees, what claims would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.words.numbers import THIN, euros, number
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from decimal import Decimal

    from tfpb.model.money import States

_TEXTS: Final = packaged(__name__)
OUTSIDE: Final = "hors de tout quartier"
_WORST: Final = Phrase(
    "Au pire, {downside:€} de ce que portent les avis seraient à rendre ({risk:€} à risque, {doubtful:€} "
    "douteux) : {left}."
)
_BEST: Final = Phrase(
    "Au mieux, réclamations admises et réserves levées, {best:€} seraient dus{claim}."
)
_NOTHING_LEFT: Final = "rien ne resterait"
UNKNOWN_AMOUNT: Final = "un montant non établi"
OWNED: Final = Phrase.table(**_TEXTS["owned"])
"""Readings of premises owned against notices, by finding."""
NOT_OWNED: Final = (
    "Logements possédés en QPV et sur aucun avis : non connu, l’export GMBI des locaux possédés n’est pas "
    "fourni."
)
ALL_NOTICED: Final = (
    "Locaux possédés (GMBI) : tous ceux des quartiers sont sur un avis lu, et l’export connaît tous les "
    "locaux des avis."
)
FINDINGS: Final[dict[str, str]] = _TEXTS["findings"]
_FEES: Final = "Frais de gestion épargnés (taux non vérifiés) : {fees}."


def cases(states: States) -> tuple[str, ...]:
    """Write the worst and the best case, then the fees saved."""
    out = []
    if states.downside:
        out.append(
            _WORST.format(
                downside=states.downside,
                risk=states.at_risk,
                doubtful=states.doubtful,
                left=f"il resterait {euros(states.acquired)}" if states.acquired else _NOTHING_LEFT,
            )
        )
    if states.best != states.acquired:
        claim = (
            f" ; réclamations seules admises, {euros(states.claimed)}" if states.to_claim else ""
        )
        out.append(_BEST.format(best=states.best, claim=claim))
    if states.fees or states.claim_fees:
        fees = (("acquis", states.fees), ("à réclamer", states.claim_fees))
        words = ", ".join(
            f"{euros(amount)} avec ce qui est {name}" for name, amount in fees if amount
        )
        out.append(_FEES.format(fees=words))
    return tuple(out)


def after_claims(balance: Decimal, after: Decimal) -> str:
    """Write what the balance of the programme becomes if claims succeed."""
    now, then = (f"{number(v, sign=True)}{THIN}€" for v in (balance, after))
    return (
        f"Si les réclamations aboutissent, le solde du programme passe de {now} à {then} : ce qui est "
        "obtenu est à justifier."
    )
