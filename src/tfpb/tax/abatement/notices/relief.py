"""Notices that give back by a dégrèvement what they seem to refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tfpb.model.legal.tax_lines import LINES
from tfpb.tax.plain_values import grouped, total
from tfpb.words.money.state_words import EXTRAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from tfpb.tax.abatement.premises import Premises


def with_relief(items: Sequence[Premises], tolerance: Decimal) -> list[Premises]:
    """Mark the premises to claim whose dégrèvement is as much as their abatement: « obtenu ? ».

    A dégrèvement stands on the line of its premises, or once for all of a notice.

    Parameters
    ----------
    items : sequence of Premises
        Settled.
    tolerance : Decimal
        Euros by line of a notice.
    """
    out = list(items)
    on_notice = grouped(items, lambda i: i.avis)
    refused = [k for k, item in enumerate(items) if item.states.to_claim]
    for avis, places in grouped(refused, lambda k: items[k].avis).items():
        whole = _is_as_much(on_notice[avis], [items[k] for k in places], tolerance)
        for k in places:
            if whole or _is_as_much([items[k]], [items[k]], tolerance):
                motive = f"{items[k].motive} {EXTRAS['obtenu'].format()}"
                out[k] = replace(items[k], relieved=True, motive=motive)
    return out


def _is_as_much(lines: Iterable[Premises], refused: Sequence[Premises], tolerance: Decimal) -> bool:
    """Return whether the dégrèvements of some lines are what others are refused, fees in or out."""
    given = abs(total(i.row.money("degrevements_eur") for i in lines if i.current))
    bare = total(i.states.to_claim for i in refused)
    slack = min(tolerance * len(LINES) * len(refused), bare / 10)
    fees = total(i.states.claim_fees for i in refused)
    return bool(given) and any(abs(given - due) <= slack for due in (bare, bare + fees))
