"""Cross-check with the notices: which premises were abated, and who loses when a sum is off.

On a notice that is abated in full the abatement is 3/7 of what is paid (0.3/0.7, TEOM apart). The
same is asked here premises by premises: what was read is held against what each pattern of abated
premises would give, to the euro a line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Reserve, Statut
from tfpb.tax.abatement.formula import due
from tfpb.tax.abatement.premises import FULL, NONE, RIGHT, UNKNOWN, hangs_on
from tfpb.tax.plain_values import ZERO, grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.tax.abatement.premises import Premises

_MOST_PATTERNS: Final = 5000
_FAR: Final = Decimal("0.05")
_PLAUSIBLE: Final = (Decimal("0.6"), Decimal("1.15"))
_HALF: Final = Decimal("0.5")


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


def read_notice(lines: Sequence[Premises], tolerance: Decimal) -> tuple[list[str], list[Check]]:
    """Find what one notice abates of each premises: nothing, its right, all of it, or unknown.

    Parameters
    ----------
    lines : sequence of Premises
        All the premises of one notice, one tax year.
    tolerance : Decimal
        Euros a line of the notice (CGI 1657).

    Returns
    -------
    states : list of str, one a premises
        `NONE`, `RIGHT`, `FULL`, or `UNKNOWN` when there is no figure to read.
    checks : list of Check
        One a premises when the notice gives a figure a premises, else one for the whole notice.
    """
    if len(lines) > 1 and _is_notice_total(lines):
        amount = next(line.paid for line in lines if line.paid is not None)
        states, check = _settle(lines, amount, tolerance)
        return states, [check]
    states, checks = [UNKNOWN] * len(lines), []
    for position, line in enumerate(lines):
        if line.paid is not None:
            (state,), check = _settle([line], line.paid, tolerance)
            states[position] = state
            checks.append(replace(check, line=position))
    return states, checks


def _is_notice_total(lines: Sequence[Premises]) -> bool:
    """Return whether the figure is the notice's, written once or repeated, rather than each premises'."""
    given = [line.paid for line in lines if line.paid is not None]
    if len(given) == 1:
        return True
    if len(given) < len(lines) or len(set(given)) > 1:
        return False
    full = sum((due(line.taxed, line.rates, fees={}) for line in lines), ZERO)
    if not full:
        return False
    low, high = _PLAUSIBLE
    as_parts = sum(given, ZERO) / full
    return not low <= as_parts <= high and low <= given[0] / full <= high


def _settle(
    lines: Sequence[Premises], paid: Decimal, tolerance: Decimal
) -> tuple[list[str], Check]:
    """Find the pattern of abated premises that explains a sum, without fees first, then with them."""
    terms = lines[0].terms
    kinds = len({i for line in lines for i, r in enumerate(line.rates) if r})
    margin = tolerance * max(1, kinds)
    found = []
    for fees in ({}, terms.fees):
        dues = [due(line.taxed, line.rates, fees=fees) for line in lines]
        shares = [line.right.share if line.entitled else ZERO for line in lines]
        rights = sum((d * terms.part * s for d, s in zip(dues, shares, strict=True)), ZERO)
        states, near = _pattern(lines, dues, paid, terms.part, rights, margin)
        check = _judge(lines, states, paid, sum(dues, ZERO), rights, margin)
        if near:
            return states, check
        found.append((states, check))
    return found[0]


def _pattern(
    lines: Sequence[Premises],
    dues: Sequence[Decimal],
    paid: Decimal,
    part: Decimal,
    rights: Decimal,
    margin: Decimal,
) -> tuple[list[str], bool]:
    """Return the states, and whether they explain the sum within the margin."""
    full = sum(dues, ZERO)
    right = [RIGHT if line.entitled and line.right.share else NONE for line in lines]
    options = [_options(line) for line in lines]
    if prod(len(o) for o in options) > _MOST_PATTERNS:
        patterns = [right, [NONE] * len(lines), [FULL] * len(lines)]
    else:
        patterns = [right, *(list(p) for p in product(*options))]
    scored = []
    for states in patterns:
        cut = sum(
            (d * part * _abated(i, s) for d, i, s in zip(dues, lines, states, strict=True)), ZERO
        )
        odd = sum(a != b for a, b in zip(states, right, strict=True))
        scored.append((abs(full - cut - paid), odd, states))
    within = sorted((s for s in scored if s[0] <= margin), key=lambda s: (s[1], s[0]))
    if within:
        fewest = {tuple(s[2]) for s in within if s[1] == within[0][1]}
        if len(fewest) == 1 or len(lines) == 1:
            return within[0][2], True
        return _undecided(lines, sorted(fewest)), True
    if len(lines) == 1:
        close = min(scored, key=lambda s: (s[0], s[1]))
        return (close[2] if close[0] <= max(margin, _FAR * full) else [UNKNOWN]), False
    mostly = rights > 0 and (full - paid) / rights >= _HALF
    return (right if mostly else [NONE] * len(lines)), bool(within)


def _undecided(lines: Sequence[Premises], patterns: list[tuple[str, ...]]) -> list[str]:
    """Return the states that several patterns leave open, where a notice's sum fits them all.

    Premises that nothing tells apart (quarter, right, base, rates) may be taken in any order: the sums of
    the quarter are right, which of them is abated is not known. Of others nothing is known.
    """
    first = patterns[0]
    open_ = [k for k in range(len(lines)) if len({p[k] for p in patterns}) > 1]
    alike = len({_kind(lines[k]) for k in open_}) == 1
    same = len({tuple(sorted(p[k] for k in open_)) for p in patterns}) == 1
    if alike and same:
        return list(first)
    return [UNKNOWN if k in open_ else state for k, state in enumerate(first)]


def _kind(line: Premises) -> tuple[object, ...]:
    right = line.right
    return (right.code_qpv, right.statut, right.share, right.doubt, line.taxed, line.rates)


def ambiguous(lines: Sequence[Premises], states: Sequence[str]) -> list[Premises]:
    """Return the premises alike that a notice's own sum abates in part: which ones, it does not say."""
    if len(lines) < 2 or not _is_notice_total(lines):  # noqa: PLR2004
        return []
    found: list[Premises] = []
    for group in grouped(range(len(lines)), lambda k: _kind(lines[k])).values():
        if len({states[k] for k in group}) > 1:
            found += [lines[k] for k in group]
    return found or [line for line, s in zip(lines, states, strict=True) if s == UNKNOWN]


def _options(line: Premises) -> tuple[str, ...]:
    if line.right.share and line.right.share < 1:
        return (NONE, RIGHT, FULL)
    return (NONE, RIGHT) if line.entitled and line.right.share else (NONE, FULL)


def _abated(line: Premises, state: str) -> Decimal:
    return {FULL: Decimal(1), RIGHT: line.right.share}.get(state, ZERO)


def _judge(
    lines: Sequence[Premises],
    states: Sequence[str],
    paid: Decimal,
    full: Decimal,
    rights: Decimal,
    margin: Decimal,
) -> Check:
    """Compare the sum read with the one expected, and name who loses the difference."""
    expected = full - rights
    gap = paid - expected
    abated = [
        line
        for s, line in zip(states, lines, strict=True)
        if s == FULL or (s == RIGHT and not line.entitled)
    ]
    # abated in doubt of its side, or for want of a file, is neither right nor wrong
    unread = [line for line in abated if hangs_on(line.right) == Reserve.CONVENTIONS]
    wrong = [
        line for line in abated if line.right.statut != Statut.A_VERIFIER and line not in unread
    ]
    lacking = [s for s, line in zip(states, lines, strict=True) if s == NONE and line.entitled]
    if not wrong and not lacking and (abated or abs(gap) <= margin):
        doubted = "sous_reserve" if unread else "a_verifier"
        constat = doubted if abated else "concordant"
    elif states == [UNKNOWN] or paid > full * (1 + _FAR) + margin or paid < full * _HALF:
        constat = "inexplique"
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
