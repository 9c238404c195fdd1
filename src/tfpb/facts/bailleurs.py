"""Claims of several bailleurs: theirs added up, by whole, quarter and axis, then by territory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import Amount, known, nil, quotient, shared, total, unknown
from tfpb.facts.claim import (
    OUTSIDE,
    TITLES,
    TOTAL,
    Claim,
    Claims,
    Nature,
    State,
    claim,
    of_commune,
    place_of,
    state_of,
)
from tfpb.model.question import Unit
from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

ABSENT: Final = "bailleur_absent"
"""Why a sum is a least: a bailleur with dwellings there gives no file that says."""
_QUOTIENTS: Final = {
    "part_qpv": ("logements_qpv", "logements"),
    "couverture": ("valorise", "acquis"),
    "acquis_par_logement": ("acquis", "logements_abattus"),
    "valorise_par_logement": ("valorise", "logements_abattus"),
    "valorise_par_logement_qpv": ("valorise", "logements_qpv"),
}
"""Of sums, never added; all the dwellings of a quarter's are those of the whole."""
_SHARES: Final = {"part_justifiee": "valorise", "part_prouvee": "prouve"}
QUOTIENTS: Final = frozenset({*_QUOTIENTS, *_SHARES, "surcout"})
"""Claims that are one sum over another: neither least nor most where both are."""
_NOT_ADDED: Final = frozenset({
    *_QUOTIENTS, "surcout", "solde", "solde_apres_reclamation", "sortants_a_risque", "sortants_perdu",
    "residences_sorties", "logements_sortants",
})  # fmt: skip
"""Quotients, what may be below nil, and what is claimed only where there is some."""
_SHEETS: Final[dict[str, str]] = packaged(__name__)["feuilles"]
_OF_DWELLINGS: Final = ("logements_qpv", "logements_a_verifier")
_ADDED: Final = {Unit.EUR, Unit.LOGEMENTS, Unit.RESIDENCES, Unit.ENTREES, Unit.ACTIONS}


def added(
    parts: Sequence[Claims],
    territories: Mapping[str, Collection[str]],
    communes: Mapping[str, Collection[str]] | None = None,
) -> Claims:
    """Add the claims of bailleurs, whose dwellings never are another's.

    A bailleur that has dwellings in a place, sure or to check, and claims nothing of what others claim
    there leaves the sum open above, and so that of a territory of the place; one that has none there adds
    nothing. `territories` gives the codes of the quarters of a scope (`territory_scope`), which overlap in
    no two of a level; `communes`, those of its communes, whose own claims are added to it and go.
    """
    met: dict[tuple[str, str], list[tuple[int, Claim]]] = {}
    for k, part in enumerate(parts):
        for one in part:
            if one.title.unit in _ADDED and one.name not in _NOT_ADDED:
                met.setdefault((one.name, one.scope), []).append((k, one))
    places = {place_of(scope) for _, scope in met}
    held = {place: {k for k, part in enumerate(parts) if _holds(part, place)} for place in places}
    sums = [
        _sum(name, scope, [c for _, c in own], len(held[place_of(scope)] - {k for k, _ in own}))
        for (name, scope), own in met.items()
    ]
    stock = [one for one in sums if of_commune(one.scope)]
    sums = [one for one in sums if not of_commune(one.scope)]
    larger = (*_by_territory(sums, territories, held), *_by_territory(stock, communes or {}, {}))
    claims = Claims((*sums, *larger, *_counts(sums, territories)))
    return Claims((*claims, *_quotients(claims), *_justified(parts, claims, territories)))


def within(claims: Claims, territory: str, codes: Collection[str]) -> Iterator[Claim]:
    """Yield the claims of the quarters of a territory, and its own as those of the whole."""
    for one in claims:
        place = place_of(one.scope)
        if place in codes:
            yield one
        elif place == territory:
            yield replace(one, scope=one.scope.removeprefix(territory).strip() or TOTAL)


def _holds(part: Claims, place: str) -> bool:
    """Return whether a bailleur has dwellings in a place, or to check; out of every one, some anywhere."""
    near = TOTAL if place == OUTSIDE else place
    own = (part.amount(name, near) for name in _OF_DWELLINGS if part.has(name, near))
    return any(count.may_exceed_nil for count in own)


def _sum(name: str, scope: str, claims: Sequence[Claim], absent: int = 0) -> Claim:
    """Add claims of one name; its state is the weakest of theirs, and its nature too."""
    value = total((*(c.amount for c in claims), *[unknown(ABSENT)] * (absent > 0)))
    natures = {c.nature for c in claims if c.nature is not None}
    waiting = {str(c.state) for c in claims} - {str(State.CONNU)}
    return claim(
        name,
        scope,
        value,
        state=state_of(waiting) if value.is_known and waiting else None,
        nature=max(natures, key=list(Nature).index, default=None),
        deadline=min((c.deadline for c in claims if c.deadline), default=None),
        why=frozenset().union(*(c.why for c in claims)),
        sheet=_sheet(name),
    )


def _own(part: Claims, name: str, scope: str) -> Amount:
    """Return what a bailleur claims in a quarter: nil where it has no dwelling there."""
    if part.has(name, scope):
        return part.amount(name, scope)
    return unknown(ABSENT) if _holds(part, scope) else nil()


def _sheet(name: str) -> str:
    sheet = TITLES[name].sheet
    return _SHEETS.get(sheet, sheet)


def _by_territory(
    sums: Iterable[Claim],
    territories: Mapping[str, Collection[str]],
    held: Mapping[str, Collection[int]],
) -> Iterator[Claim]:
    """Add the claims of quarters by territory, axis by axis; `held` and unclaimed, one opens it."""
    of_quarter: dict[str, list[str]] = {}
    for territory, codes in territories.items():
        for code in codes:
            of_quarter.setdefault(code, []).append(territory)
    full = {t: {code for code in codes if held.get(code)} for t, codes in territories.items()}
    met: dict[tuple[str, str], list[Claim]] = {}
    for one in sums:
        for territory in of_quarter.get(place_of(one.scope), ()):
            scope = territory + one.scope.removeprefix(place_of(one.scope))
            met.setdefault((one.name, scope), []).append(one)
    for (name, scope), own in met.items():
        lacking = full[place_of(scope)] - {place_of(c.scope) for c in own}
        yield _sum(name, scope, own, len(lacking))


def _counts(sums: Iterable[Claim], territories: Mapping[str, Collection[str]]) -> Iterator[Claim]:
    """Count quarters; what has none, and what is out of every one, holds no dwelling but those met there."""
    met = {one.scope for one in sums if one.name in _OF_DWELLINGS}
    quarters = met - {TOTAL, OUTSIDE}
    for scope, codes in {TOTAL: quarters, **territories}.items():
        yield claim("quartiers", scope, known(len(set(codes))), sheet=_sheet("quartiers"))
    for scope in {s: c for s, c in territories.items() if not c} | {OUTSIDE: ()}:
        if scope not in met:
            for name in _OF_DWELLINGS:
                yield claim(name, scope, nil(), sheet=_sheet(name))


def _quotients(sums: Claims) -> Iterator[Claim]:
    """Claim what a sum is of another, in each place where both are claimed and the other is some."""
    for name, (part, whole) in _QUOTIENTS.items():
        for scope in (TOTAL, *(s for s in sums.scopes(part) if s != OUTSIDE)):
            of = scope if sums.has(whole, scope) else TOTAL if whole == "logements" else ""
            if of and sums.has(part, scope) and sums.amount(whole, of).may_exceed_nil:
                share = quotient(sums.amount(part, scope), sums.amount(whole, of))
                yield claim(name, scope, share, sheet=_sheet(name))


def _justified(
    parts: Sequence[Claims], sums: Claims, territories: Mapping[str, Collection[str]]
) -> Iterator[Claim]:
    """Claim the shares of the abatement that are justified and proved, bailleur by bailleur and quarter.

    Where nothing is left to justify under any answer, all of it is justified, whatever it comes to.
    """
    scopes = dict.fromkeys(s for n in ("acquis", *_OF_DWELLINGS) for s in sums.scopes(n))
    quarters = [s for s in scopes if place_of(s) == s and s not in {TOTAL, OUTSIDE, *territories}]
    for scope, codes in {TOTAL: quarters, **{q: [q] for q in quarters}, **territories}.items():
        for name, spent in _SHARES.items():
            owned = ((part, code) for code in codes for part in parts)
            pairs = [(_own(part, spent, c), _own(part, "acquis", c)) for part, c in owned]
            if sums.has(spent, scope) and any(whole.exceeds_nil for _, whole in pairs):
                whole = spent == "valorise" and sums.amount("reste_a_justifier", scope).is_nil
                yield claim(name, scope, known(1) if whole else shared(pairs), sheet=_sheet(name))
