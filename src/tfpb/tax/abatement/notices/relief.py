"""Notices that give back by a dégrèvement what they seem to refuse, or part of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tfpb.model.legal.tax_lines import LINES
from tfpb.tax.abatement.premises import motive_of
from tfpb.tax.plain_values import ZERO, cents, grouped, total
from tfpb.words.money.state_words import EXTRAS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.premises import Premises


def with_relief(
    items: Sequence[Premises], tolerance: Decimal, reader: Reader, on: dt.date | None
) -> list[Premises]:
    """Mark the premises to claim whose dégrèvement is as much as their abatement: « obtenu ? ».

    A dégrèvement is on the line of its premises, or once for all on the first line of a notice, as the whole
    file does. One of another amount (vacancy, works) is taken off the claim of its premises, or off what its
    notice has to claim: what was given back is claimed no more.

    Parameters
    ----------
    items : sequence of Premises
        Settled.
    tolerance : Decimal
        Euros by line of a notice.
    on : date, optional
        Day of the dossier: whether the time to claim has passed.
    """
    out = list(items)
    on_notice = grouped(range(len(items)), lambda k: items[k].avis)
    once = all(_is_once([items[k] for k in places]) for places in on_notice.values())
    refused = [k for k, item in enumerate(items) if item.states.to_claim]
    for avis, places in grouped(refused, lambda k: items[k].avis).items():
        lines = [items[k] for k in on_notice[avis]]
        whole = _is_as_much(lines, [items[k] for k in places], tolerance)
        for k in places:
            if whole or _is_as_much([items[k]], [items[k]], tolerance):
                motive = f"{items[k].motive} {EXTRAS['obtenu'].format()}"
                out[k] = replace(items[k], relieved=True, motive=motive)
        left = [k for k in places if not out[k].relieved]
        if once:
            given = _given(items[k] for k in on_notice[avis] if not out[k].relieved)
            _take_off(out, left, given, reader, on)
        else:
            for k in left:
                _take_off(out, [k], _given([items[k]]), reader, on)
    return out


def _is_once(lines: Sequence[Premises]) -> bool:
    """Return whether no line of a notice but the first carries a dégrèvement."""
    return not _given(lines[1:])


def _take_off(
    out: list[Premises], places: Sequence[int], given: Decimal, reader: Reader, on: dt.date | None
) -> None:
    """Share some euros over the claims of premises, and leave what remains of each."""
    if not places or not given:
        return
    part = max(ZERO, 1 - given / total(out[k].states.to_claim for k in places))
    for k in places:
        out[k] = _less(out[k], part, given, reader, on)


def _less(
    item: Premises, part: Decimal, given: Decimal, reader: Reader, on: dt.date | None
) -> Premises:
    """Return a premises of whose claim a part is left, its notice having given back some euros."""
    states = item.states
    claim = cents(states.to_claim * part)
    fees = cents(states.claim_fees * part)
    standing = replace(item.standing, states=replace(states, to_claim=claim, claim_fees=fees))
    motive = motive_of(item, reader, on, amount=claim, risk=states.at_risk)
    words = EXTRAS["degreve"].format(donne=given)
    return replace(item, standing=standing, motive=f"{motive} {words}")


def _given(lines: Iterable[Premises]) -> Decimal:
    """Return the dégrèvements of lines, euros."""
    return abs(total(i.row.money("degrevements_eur") for i in lines if i.current))


def _is_as_much(lines: Iterable[Premises], refused: Sequence[Premises], tolerance: Decimal) -> bool:
    """Return whether the dégrèvements of some lines are what others are refused, fees in or out."""
    given = _given(lines)
    bare = total(i.states.to_claim for i in refused)
    slack = min(tolerance * len(LINES) * len(refused), bare / 10)
    fees = total(i.states.claim_fees for i in refused)
    return bool(given) and any(abs(given - due) <= slack for due in (bare, bare + fees))
