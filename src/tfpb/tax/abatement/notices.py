"""Cross-check with the notices: which premises were abated, and who loses when a sum is off.

On a notice that is abated in full the abatement is 3/7 of what is paid (0.3/0.7, TEOM apart). The
same is asked here premises by premises: what was read is held against what each pattern of abated
premises would give, to the euro a line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import combinations, combinations_with_replacement, product
from math import comb, prod
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Statut
from tfpb.tax.abatement.formula import due
from tfpb.tax.abatement.premises import FULL, NONE, RIGHT, UNKNOWN
from tfpb.tax.plain_values import ZERO, grouped, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.tax.abatement.premises import Premises

_MOST_PATTERNS: Final = 5000
_FAR: Final = Decimal("0.05")
"""Part of what is due that one premises' own sum may miss a pattern by, bases and rates being read."""
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
    """Find the pattern of abated premises that explains a sum; one that bears the TEOM is not read."""
    states, check = _read(lines, paid, tolerance)
    apart = total(line.row.money("teom_eur") for line in lines)
    if apart and not _uniform(lines, states):
        # many patterns reach nearly any sum: all abated (or none) and the TEOM left in explains it better
        bare, _ = _read(lines, paid - apart, tolerance)
        if _uniform(lines, bare):
            return [UNKNOWN] * len(lines), replace(check, constat="inexplique")
    return states, check


def _uniform(lines: Sequence[Premises], states: list[str]) -> bool:
    """Return whether every premises is abated of its right, or none is."""
    return states in (_rights(lines), [NONE] * len(lines))


def _rights(lines: Sequence[Premises]) -> list[str]:
    return [RIGHT if line.entitled and line.right.share else NONE for line in lines]


def _read(lines: Sequence[Premises], paid: Decimal, tolerance: Decimal) -> tuple[list[str], Check]:
    """Read a sum without fees first, then with them."""
    kinds = len({i for line in lines for i, r in enumerate(line.rates) if r})
    margin = tolerance * max(1, kinds)
    found = []
    for taxed in _taxed(lines):
        for fees in ({}, lines[0].terms.fees):
            states, check, near = _pattern(taxed, paid, fees, margin)
            if near:
                return states, check
            found.append((states, check))
    return found[0]


def _taxed(lines: Sequence[Premises]) -> list[Sequence[Premises]]:
    """Return the lines as they are, and where one bears the sum of all, with what is exempt untaxed."""
    bare = [line if line.right.taxable else replace(line, taxed=ZERO) for line in lines]
    same = len(lines) == 1 or all(
        b.taxed == line.taxed for b, line in zip(bare, lines, strict=True)
    )
    return [lines] if same else [bare, lines]


def _pattern(
    lines: Sequence[Premises], paid: Decimal, fees: Mapping[str, Decimal], margin: Decimal
) -> tuple[list[str], Check, bool]:
    """Return the states, the check, and whether they explain the sum within the margin.

    A sum that no pattern explains says nothing of any premises, but that of all as they should be (or of
    none abated) may miss it by less than half of what one premises more or less would move.
    """
    part = lines[0].terms.part
    dues = [due(line.taxed, line.rates, fees=fees) for line in lines]
    full, right = sum(dues, ZERO), _rights(lines)

    def cut(states: Sequence[str]) -> Decimal:
        each = zip(dues, lines, states, strict=True)
        return sum((d * part * abated_part(i, s) for d, i, s in each), ZERO)

    judge = partial(_judge, lines, paid=paid, full=full, rights=cut(right), margin=margin)
    scored = [
        (abs(full - cut(p) - paid), sum(a != b for a, b in zip(p, right, strict=True)), p)
        for p in _patterns(lines, right)
    ]
    within = sorted((s for s in scored if s[0] <= margin), key=lambda s: s[0])
    if within:
        fewest = min(odd for _, odd, _ in within)
        states = _undecided(lines, [p for _, odd, p in within if odd == fewest])
        return states, judge(states, explained=True), True
    if len(lines) == 1:
        gap, _, states = min(scored, key=lambda s: (s[0], s[1]))
        near = gap <= max(margin, _FAR * full)
    else:
        steps = (
            d * part * abs(abated_part(i, a) - abated_part(i, b))
            for d, i in zip(dues, lines, strict=True)
            for a, b in combinations(_options(i), 2)
        )
        least = min((step for step in steps if step), default=ZERO)
        gap, _, states = min((s for s in scored if _uniform(lines, s[2])), key=lambda s: s[0])
        near = gap <= min(least * _HALF, _FAR * full)
    states = states if near else [UNKNOWN] * len(lines)
    return states, judge(states, explained=near), False


def _patterns(lines: Sequence[Premises], right: list[str]) -> list[list[str]]:
    """Return the patterns to try: how many of each kind are abated, whichever they are."""
    kinds = list(grouped(range(len(lines)), lambda k: _kind(lines[k])).values())
    counts = [(len(_options(lines[places[0]])), len(places)) for places in kinds]
    if prod(comb(n + options - 1, n) for options, n in counts) > _MOST_PATTERNS:
        return [right, [NONE] * len(lines), [FULL] * len(lines)]
    patterns = []
    for told in product(
        *(combinations_with_replacement(_options(lines[p[0]]), len(p)) for p in kinds)
    ):
        states = [NONE] * len(lines)
        for places, some in zip(kinds, told, strict=True):
            for place, state in zip(places, some, strict=True):
                states[place] = state
        patterns.append(states)
    return patterns


def _undecided(lines: Sequence[Premises], patterns: list[list[str]]) -> list[str]:
    """Return the states that several patterns leave open, where a notice's sum fits them all.

    Premises that nothing tells apart (quarter, right, base, rates) may be taken in any order: the sums of
    the quarter are right, which of them is abated is not known. Of others nothing is known.
    """
    first, *others = patterns
    if not others or len(lines) == 1:
        return first
    states = list(first)
    for places in grouped(range(len(lines)), lambda k: _kind(lines[k])).values():
        if len({p[k] for p in patterns for k in places}) > 1:
            for k in places:
                states[k] = UNKNOWN
    return states


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


def abated_part(line: Premises, state: str) -> Decimal:
    """Return the part of a premises that a notice abates in a state."""
    return {FULL: Decimal(1), RIGHT: line.right.share}.get(state, ZERO)


def _judge(
    lines: Sequence[Premises],
    states: Sequence[str],
    *,
    paid: Decimal,
    full: Decimal,
    rights: Decimal,
    margin: Decimal,
    explained: bool,
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
    unread = [line for line in abated if not line.right.known]
    wrong = [
        line for line in abated if line.right.statut != Statut.A_VERIFIER and line not in unread
    ]
    lacking = [s for s, line in zip(states, lines, strict=True) if s == NONE and line.entitled]
    if not wrong and not lacking and (abated or abs(gap) <= margin):
        doubted = "sous_reserve" if unread else "a_verifier"
        constat = doubted if abated else "concordant"
    elif not explained:
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
