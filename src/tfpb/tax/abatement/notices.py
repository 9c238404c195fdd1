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

from tfpb.tax.abatement.formula import due
from tfpb.tax.plain_values import ZERO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.tax.abatement.formula import Terms

NONE: Final = "aucun"
RIGHT: Final = "du"
FULL: Final = "entier"
UNKNOWN: Final = ""
_MOST_PATTERNS: Final = 5000
_FAR: Final = Decimal("0.05")
_PLAUSIBLE: Final = (Decimal("0.6"), Decimal("1.15"))
_HALF: Final = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Line:
    """One premises of a notice.

    Parameters
    ----------
    base : Decimal
        Net base, euros.
    rates : tuple of Decimal
        Percent, one a line of `tfpb.tax.abatement.formula.LINES`.
    share : Decimal
        Part of its dwellings that have the right.
    entitled : bool
        Every condition holds.
    doubtful : bool
        The side of the limit is not settled: abated is then neither right nor wrong.
    paid : Decimal or None
        `cotisation_avis_eur` of the row.
    """

    avis: str
    id_residence: str
    base: Decimal
    rates: tuple[Decimal, ...]
    share: Decimal
    entitled: bool
    paid: Decimal | None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: what was expected, what was read, what follows.

    `line` is the position, in its notice, of the first premises it is about, `span` how many they are.
    `constat` is `concordant`, `a_verifier`, `a_reclamer`, `a_risque`, `manque`, `trop` or
    `inexplique`. `awaited` says whether an abatement was expected at all.
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


def read_notice(
    lines: Sequence[Line], terms: Terms, tolerance: Decimal
) -> tuple[list[str], list[Check]]:
    """Say of each premises of one notice what was abated: nothing, its right, all of it, or unknown.

    Parameters
    ----------
    lines : sequence of Line
        All the premises of one notice, one tax year.
    terms : Terms
    tolerance : Decimal
        Euros a line of the notice (CGI 1657).

    Returns
    -------
    states : list of str, one a line
        `NONE`, `RIGHT`, `FULL`, or `UNKNOWN` when there is no figure to read.
    checks : list of Check
        One a premises when the notice gives a figure a premises, else one for the whole notice.
    """
    paid = [line.paid for line in lines]
    if all(p is None for p in paid):
        return [UNKNOWN] * len(lines), []
    if len(lines) > 1 and _is_notice_total(lines):
        amount = next(p for p in paid if p is not None)
        states, check = _settle(lines, amount, terms, tolerance)
        return states, [check]
    states, checks = [], []
    for position, line in enumerate(lines):
        if line.paid is None:
            states.append(UNKNOWN)
            continue
        state, check = _settle([line], line.paid, terms, tolerance)
        states += state
        checks.append(replace(check, line=position))
    return states, checks


def _is_notice_total(lines: Sequence[Line]) -> bool:
    """Say whether the figure is the notice's, written once or repeated, rather than each premises'."""
    given = [line.paid for line in lines if line.paid is not None]
    if len(given) == 1:
        return True
    if len(given) < len(lines) or len(set(given)) > 1:
        return False
    full = sum((due(line.base, line.rates, fees={}) for line in lines), ZERO)
    if not full:
        return False
    low, high = _PLAUSIBLE
    as_parts = sum(given, ZERO) / full
    return not low <= as_parts <= high and low <= given[0] / full <= high


def _settle(
    lines: Sequence[Line], paid: Decimal, terms: Terms, tolerance: Decimal
) -> tuple[list[str], Check]:
    """Find the pattern of abated premises that explains a sum, without fees first, then with them."""
    best: tuple[list[str], Check] | None = None
    kinds = len({i for line in lines for i, r in enumerate(line.rates) if r})
    margin = tolerance * max(1, kinds)
    for fees in ({}, terms.fees):
        states, near = _pattern(lines, paid, terms, fees, margin)
        check = _judge(lines, states, paid, terms, fees, margin)
        if near:
            return states, check
        if best is None:
            best = (states, check)
    if best is None:  # unreachable: the loop runs
        raise AssertionError
    return best


def _dues(lines: Sequence[Line], fees: Mapping[str, Decimal]) -> list[Decimal]:
    return [due(line.base, line.rates, fees=fees) for line in lines]


def _pattern(
    lines: Sequence[Line],
    paid: Decimal,
    terms: Terms,
    fees: Mapping[str, Decimal],
    margin: Decimal,
) -> tuple[list[str], bool]:
    """Return the states, and whether they explain the sum within the margin."""
    dues = _dues(lines, fees)
    full = sum(dues, ZERO)
    right = [RIGHT if line.entitled and line.share else NONE for line in lines]
    options = [_options(line) for line in lines]
    if prod(len(o) for o in options) > _MOST_PATTERNS:
        patterns = [right, [NONE] * len(lines), [FULL] * len(lines)]
    else:
        patterns = [right, *(list(p) for p in product(*options))]
    scored = []
    for states in patterns:
        cut = sum(
            (
                d * terms.part * _abated(line, s)
                for d, line, s in zip(dues, lines, states, strict=True)
            ),
            ZERO,
        )
        odd = sum(a != b for a, b in zip(states, right, strict=True))
        scored.append((abs(full - cut - paid), odd, states))
    within = sorted((s for s in scored if s[0] <= margin), key=lambda s: (s[1], s[0]))
    if within:
        fewest = [s for s in within if s[1] == within[0][1]]
        distinct = {tuple(s[2]) for s in fewest}
        if len(distinct) == 1 or len(lines) == 1:
            return within[0][2], True
    else:
        close = min(scored, key=lambda s: (s[0], s[1]))
        if len(lines) == 1 and close[0] <= max(margin, _FAR * full):
            return close[2], False
        if len(lines) == 1:
            return [UNKNOWN], False
    cut_right = full - paid
    due_right = sum(
        (d * terms.part * line.share for d, line in zip(dues, lines, strict=True) if line.entitled),
        ZERO,
    )
    mostly = due_right > 0 and cut_right / due_right >= _HALF
    return (right if mostly else [NONE] * len(lines)), bool(within)


def _options(line: Line) -> tuple[str, ...]:
    if not line.entitled or not line.share:
        return (NONE, FULL)
    return (NONE, RIGHT) if line.share == 1 else (NONE, RIGHT, FULL)


def _abated(line: Line, state: str) -> Decimal:
    return {FULL: Decimal(1), RIGHT: line.share}.get(state, ZERO)


def _judge(
    lines: Sequence[Line],
    states: Sequence[str],
    paid: Decimal,
    terms: Terms,
    fees: Mapping[str, Decimal],
    margin: Decimal,
) -> Check:
    dues = _dues(lines, fees)
    full = sum(dues, ZERO)
    expected = full - sum(
        (d * terms.part * line.share for d, line in zip(dues, lines, strict=True) if line.entitled),
        ZERO,
    )
    gap = paid - expected
    abated = [line for s, line in zip(states, lines, strict=True) if s == FULL]
    wrong = [line for line in abated if not line.doubtful]
    lacking = [s for s, line in zip(states, lines, strict=True) if s == NONE and line.entitled]
    if abs(gap) <= margin and not wrong and not lacking:
        constat = "concordant" if not abated else "a_verifier"
    elif abated and not wrong and not lacking:
        constat = "a_verifier"
    elif UNKNOWN in states or paid > full * (1 + _FAR) + margin or paid < full * _HALF:
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
