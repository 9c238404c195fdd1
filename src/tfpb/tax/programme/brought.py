"""What each action brings to what its quarter has justified and proved, and its lacking proof is worth."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tfpb.decimals import apportion
from tfpb.facts.programme_claims import Proof, actions_of
from tfpb.tax.plain_values import ZERO, grouped, records, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.facts.claim import Claims
    from tfpb.facts.programme_claims import Action


@dataclass(frozen=True, slots=True)
class Brought:
    """What an action brings to its quarter's claims, and what its lacking proof is worth there, euros."""

    justifie: Decimal
    prouve: Decimal
    enjeu: Decimal


def brought(actions: Sequence[Action], claims: Claims) -> list[Brought | None]:
    """Return what each action of a year brings to what is justified and proved in its quarter.

    What is proved counts first, in proportion to what is valued; what is left of the abatement is shared in
    the same way between the pieces to review, then the others: by axis, then by action, in whole cents that
    add up to the quarter's claims. A proof is worth what it would prove, the largest actions of the quarter
    first, each up to what is left: the sums are the quarter's claims `a_revoir` and `a_prouver`. None in a
    quarter of which an amount or the abatement is not known; one that the abatement does not name has no
    premises.
    """
    out: dict[int, Brought | None] = dict.fromkeys(range(len(actions)))
    if not claims.has("acquis"):
        return list(out.values())
    # the order of the file moves no cent
    ranks = sorted(out, key=lambda k: (actions[k].id_action, k))
    for code, here in grouped(ranks, lambda k: actions[k].code_qpv).items():
        mine = [actions[k] for k in here]
        due = claims.amount("acquis", code) if claims.has("acquis", code) else None
        if all(a.valorise.is_known for a in mine) and (due is None or due.is_known):
            shares = _of_quarter(mine, ZERO if due is None else due.exact)
            out |= dict(zip(here, shares, strict=True))
    return list(out.values())


def _of_quarter(actions: list[Action], acquired: Decimal) -> list[Brought]:
    left = acquired
    stakes, shares = [ZERO] * len(actions), {}
    for proof in Proof:
        shares[proof] = _shares(actions, left, proof)
        ranks = [k for k, a in enumerate(actions) if a.proof is proof]
        for k in sorted(ranks, key=lambda k: -actions[k].valorise.exact):
            stakes[k] = min(actions[k].valorise.exact, left)
            left -= stakes[k]
    return [
        Brought(sum(parts, ZERO), parts[0], ZERO if action.is_proved else stake)
        for action, stake, *parts in zip(actions, stakes, *shares.values(), strict=True)
    ]


def _shares(actions: list[Action], whole: Decimal, proof: Proof) -> list[Decimal]:
    """Share a whole between the actions whose piece is so, up to what each is valued."""
    out = [ZERO] * len(actions)
    kept = [k for k, a in enumerate(actions) if a.proof is proof]
    axes = grouped(sorted(kept, key=lambda k: actions[k].axe or 0), lambda k: actions[k].axe)
    sums = [total(actions[k].valorise.exact for k in ranks) for ranks in axes.values()]
    for part, ranks in zip(_cents(whole, sums), axes.values(), strict=True):
        for k, share in zip(
            ranks, _cents(part, [actions[k].valorise.exact for k in ranks]), strict=True
        ):
            out[k] = share
    return out


def _cents(whole: Decimal, values: list[Decimal]) -> list[Decimal]:
    count = int(min(whole, total(values)).scaleb(2))
    return [Decimal(share).scaleb(-2) for share in apportion(count, values)]


def to_prove(actions: pd.DataFrame, year: int) -> list[tuple[Action, str, Decimal | None]]:
    """Return the actions of a year without proof, or reviewed: title, what it is worth (None: not known)."""
    if actions.empty:  # of several bailleurs, no action is told
        return []
    rows = actions[actions["annee"] == year]
    return [
        (action, row.text("action"), row.money("enjeu_eur"))
        for action, row in zip(actions_of(rows), records(rows), strict=True)
        if not action.is_proved or action.is_reviewed
    ]
