"""Notices that give back by a dégrèvement what they seem to refuse, or part of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Final

from tfpb.model.legal.tax_lines import LINES
from tfpb.tax.abatement.formula import due
from tfpb.tax.abatement.notices.notice_patterns import part_left
from tfpb.tax.abatement.notices.notice_sums import is_repeated, sum_over
from tfpb.tax.abatement.premises import motive_of
from tfpb.tax.plain_values import ZERO, cents, grouped, total
from tfpb.words.money.state_words import EXTRAS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.premises import Premises

COLUMN: Final = "degrevements_eur"
_FEW: Final = 30
"""Claims of a notice among which one, or two, are sought that a dégrèvement is as much as."""


def with_relief(
    items: Sequence[Premises], tolerance: Decimal, reader: Reader, on: dt.date | None
) -> list[Premises]:
    """Mark the premises to claim whose dégrèvement is as much as their abatement: « obtenu ? ».

    A dégrèvement is on the line of its premises, or of the notice: once for all on the first line, as the
    whole file does, the same on each line, what is more than its line is asked, or exactly what one, two or
    all of the premises of the notice claim. One of another amount (vacancy, works) is taken off the claim
    of its premises, or off what its notice has to claim: what was given back is claimed no more. `items`
    are settled; `tolerance` is in euros a line of a notice; `on`, the day of the dossier, closes the time
    to claim.
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
        own, common = _owners(out, on_notice[avis], tolerance, whole=once)
        left = [k for k in places if not out[k].relieved]
        for k in left:
            _take_off(out, [k], own.get(k, ZERO), reader, on)
        _take_off(out, left, common, reader, on)
    return out


def _is_once(lines: Sequence[Premises]) -> bool:
    """Return whether no line of a notice but the first carries a dégrèvement."""
    return not _given(lines[1:])


def _owners(
    items: Sequence[Premises], places: Sequence[int], tolerance: Decimal, *, whole: bool
) -> tuple[dict[int, Decimal], Decimal]:
    """Part the dégrèvements of a notice: by line, and what is of all; those of « obtenu ? » aside."""
    left = [k for k in places if not items[k].relieved]
    lines = [items[k] for k in left]
    if whole or is_repeated(lines, COLUMN):
        return {}, _given(lines)
    claims = [line for line in lines if line.states.to_claim]
    few = claims if len(claims) <= _FEW else []
    groups = [*combinations(few, 1), *combinations(few, 2), tuple(claims)]
    own = {}
    for k in left:
        given = _given([items[k]])
        of_claims = given and any(_is_as_much([items[k]], some, tolerance) for some in groups)
        own[k] = ZERO if of_claims else min(given, _asked(items[k]))
    return own, _given(lines) - total(own.values())


def _asked(line: Premises) -> Decimal:
    """Return what the notice asks of a line, fees and TEOM apart."""
    return due(line.taxed, line.rates, fees={}) * part_left(line, line.state)


def _take_off(
    out: list[Premises], places: Sequence[int], given: Decimal, reader: Reader, on: dt.date | None
) -> None:
    """Share some euros over the claims of premises, and leave what remains of each."""
    claims = total(out[k].states.to_claim for k in places)
    if not claims or not given:
        return
    part = max(ZERO, 1 - given / claims)
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
    return abs(sum_over([i for i in lines if i.current], COLUMN))


def _is_as_much(lines: Iterable[Premises], refused: Sequence[Premises], tolerance: Decimal) -> bool:
    """Return whether the dégrèvements of some lines are what others are refused, fees in or out."""
    given = _given(lines)
    bare = total(i.states.to_claim for i in refused)
    slack = min(tolerance * len(LINES) * len(refused), bare / 10)
    fees = total(i.states.claim_fees for i in refused)
    return bool(given) and any(abs(given - one) <= slack for one in (bare, bare + fees))
