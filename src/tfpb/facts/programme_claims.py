"""Claims of the programme: what was valued and proved, and what of the abatement is still to justify."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import (
    Amount,
    between,
    excess,
    known,
    lesser,
    nil,
    quotient,
    shared,
    total,
    unknown,
)
from tfpb.facts.claim import TOTAL, Claim, Claims, axis_scope, claim, is_quarter, state_of
from tfpb.model.columns import numbers, texts
from tfpb.model.legal.axis_table import AXES
from tfpb.piece_names import references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from tfpb.model.money import Programme

_BLANK: Final = {
    "prevu_eur": "prevu_vide", "realise_eur": "realise_vide", "valorise_eur": "valorise_vide",
    "bailleur_eur": "financement_vide", "autres_eur": "financement_vide",
    "justifie_eur": "non_etabli", "prouve_eur": "non_etabli",
}  # fmt: skip
"""Amounts of an action, and why each is not known where its cell is empty."""
_SETTLED: Final = (
    "justifie", "prouve", "a_revoir", "a_prouver", "reste_a_justifier", "a_programmer",
)  # fmt: skip
_SHARES: Final = {"part_justifiee": "valorise", "part_prouvee": "with_proof"}
TO_REVIEW: Final = "piece_a_revoir"
"""Column of a piece dated before its action or after its bilan: `AWAITED`, or `REVIEWED` by people."""
AWAITED: Final = "oui"
REVIEWED: Final = "revue"


class Proof(StrEnum):
    """What the piece of an action is: there with its date, dated when it cannot be, or lacking."""

    AVEC = "avec"
    A_REVOIR = "a_revoir"
    SANS = "sans"


@dataclass(frozen=True, slots=True)
class Action:
    """An action as it counts: empty is unknown; undated is a piece not lost without its date."""

    id_action: str
    code_qpv: str
    piece: str
    annee: int | None
    axe: int | None
    prevu: Amount
    realise: Amount
    valorise: Amount
    bailleur: Amount
    autres: Amount
    justifie: Amount
    prouve: Amount
    has_photo: bool
    proof: Proof
    is_undated: bool
    is_reviewed: bool

    @property
    def is_proved(self) -> bool:
        """Whether its piece is there with a date that can be its own."""
        return self.proof is Proof.AVEC


def review_key(id_action: str, code_qpv: str) -> str:
    """Return the key of the line of « À faire » that confirms the date of a piece."""
    return f"revoir {id_action} {code_qpv}"


def actions_of(rows: pd.DataFrame | None) -> list[Action]:
    """Read actions; a column that is not there is empty.

    `prevu_eur, realise_eur, valorise_eur, bailleur_eur, autres_eur` are Decimal euros, `justifie_eur,
    prouve_eur` what each brings; `piece_absente`: what the folder of pieces lacks, which proves nothing;
    `TO_REVIEW`.
    """
    if rows is None or rows.empty:
        return []
    named = ("id_action", "code_qpv", "piece", "date_piece", "photo", "piece_absente", TO_REVIEW)
    names, codes, cited, days, photos, lost, review = (texts(rows, c).tolist() for c in named)
    pieces = [cell if references(cell) else "" for cell in cited]
    years, axes = (
        [None if math.isnan(n) else int(n) for n in numbers(rows, c)] for c in ("annee", "axe")
    )
    nothing = [None] * len(rows)
    money = ([_cell(v, why) for v in rows.get(column, nothing)] for column, why in _BLANK.items())
    there = [bool(piece and not gone) for piece, gone in zip(pieces, lost, strict=True)]
    proofs = [
        Proof.SANS if not (piece and day) else Proof.A_REVOIR if cell == AWAITED else Proof.AVEC
        for piece, day, cell in zip(there, days, review, strict=True)
    ]
    undated = [piece and not day for piece, day in zip(there, days, strict=True)]
    reviewed = [cell == REVIEWED for cell in review]
    columns = (
        names,
        codes,
        pieces,
        years,
        axes,
        *money,
        map(bool, photos),
        proofs,
        undated,
        reviewed,
    )
    return [Action(*cells) for cells in zip(*columns, strict=True)]


def _cell(value: Decimal | float | None, why: str) -> Amount:
    return known(value) if isinstance(value, Decimal) else unknown(why)


@dataclass(frozen=True, slots=True)
class Spent:
    """What some actions come to: counts, amounts, and how much of the valued bears its proof."""

    actions: int
    with_piece: int
    with_photo: int
    proved: int
    prevu: Amount
    realise: Amount
    bailleur: Amount
    autres: Amount
    with_proof: Amount
    to_review: Amount
    without_proof: Amount

    def __add__(self, other: Spent) -> Spent:
        """Add what other actions come to."""
        return Spent(*(getattr(self, f) + getattr(other, f) for f in self.__slots__))

    @property
    def valorise(self) -> Amount:
        """What is valued, proved or not."""
        return self.with_proof + self.to_review + self.without_proof


def spent(actions: Iterable[Action]) -> Spent:
    """Add actions up; no action spends a known nothing."""
    return reduce(add, map(_alone, actions), Spent(0, 0, 0, 0, *[nil()] * 7))


def _alone(one: Action) -> Spent:
    valued = (one.valorise if one.proof is proof else nil() for proof in Proof)
    counts = (1, bool(one.piece), one.has_photo, one.is_proved)
    return Spent(*counts, one.prevu, one.realise, one.bailleur, one.autres, *valued)


def programme_claims(programme: Programme, base: Claims) -> Iterator[Claim]:
    """Claim the programme of the year, by total, quarter, axis and axis of a quarter.

    `base` has `acquis, a_reclamer, logements_abattus` of quarters where the abatement is known,
    `logements_qpv`.
    """
    rows = programme.actions
    now = actions_of(rows[rows["annee"] == programme.year])
    known_of = {
        q for name in ("acquis", "logements_qpv") for q in base.scopes(name) if is_quarter(q)
    }
    codes = sorted({a.code_qpv for a in now} | set(programme.carried) | known_of)
    lines = [
        _Line(code, spent(a for a in now if a.code_qpv == code), programme.carried.get(code), base)
        for code in codes
    ]
    yield from _sums(now, codes, base)
    bare = [n for n in ("logements_qpv", "logements_abattus", "acquis") if base.has(n)]
    yield from (claim(n, code, nil()) for n in bare for code in codes if not base.has(n, code))
    yield from _carried(lines)
    before = actions_of(programme.before)
    if before:
        then = {a.code_qpv for a in before}
        for _, scope, group in _scopes(before, sorted(then | (set(codes) - programme.new))):
            yield claim("valorise_precedent", scope, total(a.valorise for a in group))
    if base.has("acquis"):
        yield from _against(TOTAL, lines, base)
        for line in lines:
            yield from _against(line.code, [line], base)


def _scopes(actions: list[Action], codes: list[str]) -> Iterator[tuple[str, str, list[Action]]]:
    """Yield the place, the scope and the actions of the whole, of each quarter, of each axis of both."""
    by_quarter: dict[str, list[Action]] = {TOTAL: actions, **{code: [] for code in codes}}
    for action in actions:
        by_quarter[action.code_qpv].append(action)
    for place, group in by_quarter.items():
        yield place, place, group
        for axe in AXES:
            yield place, axis_scope(axe, place), [a for a in group if a.axe == axe]


def _sums(actions: list[Action], codes: list[str], base: Claims) -> Iterator[Claim]:
    """Claim what actions come to, and what is valued for each dwelling of the place."""
    for place, scope, group in _scopes(actions, codes):
        sums, homes = spent(group), base.amount("logements_qpv", place)
        yield claim("actions", scope, known(sums.actions))
        yield claim("actions_prouvees", scope, known(sums.proved))
        yield claim("valorise", scope, sums.valorise)
        yield claim("prevu", scope, sums.prevu)
        yield claim("realise", scope, sums.realise)
        if place != scope and base.has("acquis"):  # the place’s own is of no one action
            yield claim("justifie", scope, total(a.justifie for a in group))
            yield claim("prouve", scope, total(a.prouve for a in group))
        if place in (TOTAL, scope):
            yield claim("valorise_sans_preuve", scope, sums.without_proof)
            yield claim("actions_avec_piece", scope, known(sums.with_piece))
            yield claim("actions_avec_photo", scope, known(sums.with_photo))
        if homes.at_least:
            yield claim("valorise_par_logement_qpv", scope, quotient(sums.valorise, homes))


class _Line:
    """A quarter: what was spent, what is acquired, to claim and carried over there.

    A quarter that the abatement does not name holds no premises, and what the settings do not carry over is
    nil: both are counted, and not there.
    """

    def __init__(self, code: str, sums: Spent, carried: Decimal | None, base: Claims) -> None:
        self.code, self.sums = code, sums
        self.carried = nil() if carried is None else known(carried)
        self.acquired, self.claimable = (
            base.amount(name, code) if base.has(name, code) else nil()
            for name in ("acquis", "a_reclamer")
        )

    def settled(self) -> dict[str, Amount]:
        """Return what adds up over quarters: acquis = prouvé + à revoir + à prouver + reste."""
        sums, acquired = self.sums, self.acquired
        return {
            "justifie": lesser(sums.valorise, acquired),
            "prouve": lesser(sums.with_proof, acquired),
            # min(V, A) − min(P, A), without the bounds of a difference
            "a_revoir": lesser(sums.to_review, excess(acquired, sums.with_proof)),
            "a_prouver": lesser(
                sums.without_proof, excess(acquired, sums.with_proof + sums.to_review)
            ),
            "reste_a_justifier": excess(acquired, sums.valorise),
            "a_programmer": excess(acquired + self.carried, sums.valorise),
        }


def _carried(lines: list[_Line]) -> Iterator[Claim]:
    yield claim("reporte", TOTAL, total(line.carried for line in lines))
    for line in lines:
        yield claim("reporte", line.code, line.carried)


def _against(scope: str, lines: list[_Line], base: Claims) -> Iterator[Claim]:
    """Claim what of the abatement of some quarters is justified, proved and left; shares of what may be."""
    settled = [line.settled() for line in lines]
    for name in _SETTLED:
        yield claim(name, scope, total(one[name] for one in settled))
    valued, acquired = (
        total(amounts)
        for amounts in ([x.sums.valorise for x in lines], [x.acquired for x in lines])
    )
    owed = acquired + total(line.carried for line in lines)
    yield _difference("solde", scope, valued, owed)
    claimed = owed + total(line.claimable for line in lines)
    yield _difference("solde_apres_reclamation", scope, valued, claimed)
    if acquired.exceeds_nil:  # « 100 % justifié » is no word for what may come to nothing
        for name, part in _SHARES.items():
            pairs = [(getattr(line.sums, part), line.acquired) for line in lines]
            yield claim(name, scope, shared(pairs))
        yield claim("couverture", scope, quotient(valued, acquired))
    homes = base.amount("logements_abattus", scope)
    if homes.at_least and homes.is_known and acquired.is_known:
        yield claim("acquis_par_logement", scope, quotient(acquired, homes))
        yield claim("valorise_par_logement", scope, quotient(valued, homes))


def _difference(name: str, scope: str, valued: Amount, owed: Amount) -> Claim:
    """Claim a balance, which may be below nil: without figure where nothing bounds what is owed."""
    if owed.at_most is None:
        return Claim(name, scope, None, state_of(owed.why), why=owed.why)
    most = None if valued.at_most is None else valued.at_most - owed.at_least
    left = between(valued.at_least - owed.at_most, most, *valued.why, *owed.why)
    return claim(name, scope, left)
