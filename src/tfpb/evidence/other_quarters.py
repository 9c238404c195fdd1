"""What the one page adds up of quarters: those it does not hold, in one line, and what they carry over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import shared, unknown
from tfpb.facts.claim import is_quarter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims

PAGES: Final = (10, 8, 6, 4, 2)
"""Quarters that the page holds, on all the room that it has and on less and less."""
_HELD: Final = ("logements_qpv", "acquis", "valorise")
ADDED: Final = (
    "acquis", "prouve", "a_revoir", "a_prouver", "reste_a_justifier", "justifie", "valorise",
    "logements_abattus", "logements_qpv",
)  # fmt: skip
"""Claims added up over the quarters that the page does not hold."""
SHARED: Final = ("prouve", "valorise")
"""Claims set against the abatement of those quarters, as far as it goes: the shares proved and justified."""


def lacking_first(claims: Claims) -> list[str]:
    """Return the quarters that have dwellings, an abatement or actions: what lacks most first."""
    codes = dict.fromkeys(
        c
        for n in _HELD
        for c in claims.scopes(n)
        if is_quarter(c) and claims.amount(n, c).may_exceed_nil
    )

    def rank(code: str) -> tuple[object, ...]:
        left, bare = (claims.amount(n, code) for n in ("reste_a_justifier", "a_prouver"))
        return -left.at_least, left.is_known, -bare.at_least, code

    return sorted(codes, key=rank)


def shares_of(claims: Claims, codes: Sequence[str]) -> list[Amount]:
    """Return what part of the abatement of some quarters is proved, then justified."""
    due = [claims.amount("acquis", c) for c in codes]
    if not any(a.exceeds_nil for a in due):
        return [unknown("non_etabli")] * len(SHARED)
    return [
        shared(list(zip([claims.amount(n, c) for c in codes], due, strict=True))) for n in SHARED
    ]


def carriers(claims: Claims) -> list[str]:
    """Return the quarters that have something to plan, part of which is carried over from the year before."""
    return [
        c
        for c in claims.scopes("reporte")
        if is_quarter(c)
        and claims.amount("reporte", c).exceeds_nil
        and claims.amount("a_programmer", c).may_exceed_nil
    ]
