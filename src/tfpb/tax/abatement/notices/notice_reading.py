"""Cross-check with the notices: which premises were abated, and who loses when a sum is off.

On a notice that is abated in full the abatement is 3/7 of what is paid (0.3/0.7, TEOM apart). The
same is asked here premises by premises: a sum is held against what each pattern of abated premises
would give, to the euro a line. One that no pattern explains, or that so many explain that one of them
proves nothing, is not read: what it bears is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Statut
from tfpb.tax.abatement.formula import due
from tfpb.tax.abatement.notices.notice_patterns import (
    abated_part,
    as_due,
    is_dense,
    kind_of,
    part_left,
    patterns_of,
)
from tfpb.tax.abatement.premises import FULL, NONE, RIGHT, UNKNOWN
from tfpb.tax.plain_values import ZERO, grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.tax.abatement.notices.notice_patterns import Pattern
    from tfpb.tax.abatement.premises import Premises

UNEXPLAINED: Final = "inexplique"
_HAIR: Final = 1e-6
"""Euros that binary sums may be off by."""


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: what was expected, what was read, what follows.

    `line` is the position, in its notice, of the first premises it is about, `span` how many they are.
    `constat` is `concordant`, `a_verifier`, `a_reclamer`, `a_risque`, `manque`, `trop`,
    `sous_reserve` or `inexplique`. `awaited` says whether an abatement was expected at all.
    """

    avis: str
    id_residence: str
    expected: Decimal
    read: Decimal
    gap: Decimal
    constat: str
    ratio: Decimal | None
    line: int = 0
    awaited: bool = True
    span: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sum shows."""

    states: tuple[str, ...]  # one a premises: `NONE`, `RIGHT`, `FULL`, or `UNKNOWN`
    check: Check
    explained: bool  # whether a pattern explains the sum; of very many that do, none is read
    uniform: bool  # whether it is that of all as they should be, or of none abated

    @property
    def is_read(self) -> bool:
        """Whether what it bears is known."""
        return self.check.constat != UNEXPLAINED

    @property
    def is_dense(self) -> bool:
        """Whether so many patterns explain the sum that none is read."""
        return self.explained and not self.uniform and not self.is_read

    def unread(self) -> Reading:
        """Return the same sum, of which nothing is known."""
        check = replace(self.check, constat=UNEXPLAINED)
        return Reading((UNKNOWN,) * len(self.states), check, explained=False, uniform=False)


def read_sum(
    lines: Sequence[Premises],
    paid: Decimal,
    margin: float,
    *,
    fees: bool = False,
    shown: Sequence[str] | None = None,
) -> Reading:
    """Find what a sum abates of its premises: nothing, their right, all of it, or unknown.

    `paid` is in euros without TEOM, before dégrèvements, and with the management fees where `fees`; it may
    miss by `margin` euros. With `shown`, states that the bases themselves show, the sum only confirms them.
    """
    rated = lines[0].terms.fees if fees else {}
    dues = [due(line.taxed, line.rates, fees=rated) for line in lines]
    if shown is not None:
        asked = _asked(lines, dues, shown)
        near = abs(asked - float(paid)) <= margin + _HAIR
        states = tuple(shown) if near else (UNKNOWN,) * len(lines)
        explained = near and UNKNOWN not in states
        check = _judge(lines, dues, states, paid, margin, explained=explained)
        return Reading(states, check, explained=near, uniform=near)
    patterns = patterns_of(lines)
    asked_by = [_asked(lines, dues, p.states, bare=p.bare) for p in patterns]
    found = [
        p
        for p, asked in zip(patterns, asked_by, strict=True)
        if abs(asked - float(paid)) <= margin + _HAIR
    ]
    bare, uniform = max(((p.bare, p.uniform) for p in found), default=(False, False))
    kept = [p for p in found if (p.bare, p.uniform) == (bare, uniform)]
    if uniform:
        kept = [min(kept, key=lambda p: p.odd)]
    if not uniform and (not found or is_dense(asked_by, margin)):
        states = (UNKNOWN,) * len(lines)
        check = _judge(lines, dues, states, paid, margin, explained=False)
        return Reading(states, check, explained=bool(found), uniform=False)
    states = _undecided(lines, kept)
    if bare:
        dues = [d if line.right.taxable else ZERO for d, line in zip(dues, lines, strict=True)]
    check = _judge(lines, dues, states, paid, margin, explained=True)
    return Reading(states, check, explained=True, uniform=uniform)


def _asked(
    lines: Sequence[Premises], dues: Sequence[Decimal], states: Sequence[str], *, bare: bool = False
) -> float:
    """Return what a notice asks of its premises in these states, euros."""
    each = zip(lines, dues, states, strict=True)
    return sum(
        float(d * part_left(line, state))
        for line, d, state in each
        if not (bare and not line.right.taxable)
    )


def _undecided(lines: Sequence[Premises], patterns: Sequence[Pattern]) -> tuple[str, ...]:
    """Return the states that several patterns leave open, where a notice's sum fits them all.

    Premises that nothing tells apart (quarter, right, base, rates) may be taken in any order: the sums of
    the quarter are right, which of them is abated is not known. Of others nothing is known.
    """
    first = patterns[0].states
    if len(patterns) == 1 or len(lines) == 1:
        return first
    states = list(first)
    for places in grouped(range(len(lines)), lambda k: kind_of(lines[k])).values():
        if len({p.states[k] for p in patterns for k in places}) > 1:
            for k in places:
                states[k] = UNKNOWN
    return tuple(states)


def ambiguous(lines: Sequence[Premises], states: Sequence[str]) -> list[Premises]:
    """Return the premises alike that a notice's own sum abates in part: which ones, it does not say."""
    if len(lines) < 2:  # noqa: PLR2004
        return []
    found: list[Premises] = []
    for group in grouped(range(len(lines)), lambda k: kind_of(lines[k])).values():
        if len({states[k] for k in group}) > 1:
            found += [lines[k] for k in group]
    return found or [line for line, s in zip(lines, states, strict=True) if s == UNKNOWN]


def _judge(
    lines: Sequence[Premises],
    dues: Sequence[Decimal],
    states: Sequence[str],
    paid: Decimal,
    margin: float,
    *,
    explained: bool,
) -> Check:
    """Compare the sum read with the one expected, and name who loses the difference."""
    full = sum(dues, ZERO)
    rights = sum(
        (
            d * line.terms.part * abated_part(line, s)
            for d, line, s in zip(dues, lines, as_due(lines), strict=True)
        ),
        ZERO,
    )
    expected = full - rights
    gap = paid - expected
    abated = [
        line
        for s, line in zip(states, lines, strict=True)
        if s == FULL or (s == RIGHT and not line.entitled)
    ]
    # abated in doubt of its side, or for want of a file, is neither right nor wrong
    unread = [line for line in abated if not line.right.known]
    wrong = [
        line for line in abated if line.right.statut != Statut.A_VERIFIER and line not in unread
    ]
    lacking = [s for s, line in zip(states, lines, strict=True) if s == NONE and line.entitled]
    if not explained:
        constat = UNEXPLAINED
    elif not wrong and not lacking and (abated or abs(gap) <= Decimal(repr(margin + _HAIR))):
        doubted = "sous_reserve" if unread else "a_verifier"
        constat = doubted if abated else "concordant"
    elif lacking and len(lacking) == len(lines):
        constat = "a_reclamer"
    elif wrong and len(wrong) == len(lines):
        constat = "a_risque"
    else:
        constat = "manque" if gap > 0 else "trop"
    names = dict.fromkeys(line.id_residence for line in lines)
    return Check(
        avis=lines[0].avis,
        id_residence=" | ".join(names),
        expected=expected,
        read=paid,
        gap=gap,
        constat=constat,
        ratio=(full - paid) / paid if paid else None,
        awaited=expected < full,
        span=len(lines),
    )
