"""Claims of money: what the abatement comes to, in each state, over the whole and in each quarter."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.facts.amount import Amount, between, known, total, unknown
from tfpb.facts.claim import OUTSIDE, TOTAL, Claim, Nature, State, claim
from tfpb.model.codes import Reserve
from tfpb.model.columns import numbers
from tfpb.model.results import DECIDED, MORE, PREMISES_TEXTS, RESERVE_FACTS, UNREAD_FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tfpb.model.money import Abatement

REASONS: Final = {
    Reserve.COTE: "cote", Reserve.CONVENTIONS: "sans_convention", Reserve.CONVENTION: "convention",
    Reserve.DECLARATION: "declaration", Reserve.RENOUVELLEMENT: "renouvellement",
    Reserve.EXONERATION: "exoneration", Reserve.NATURE: "nature",
}  # fmt: skip
"""Why what hangs is not acquired, by what it hangs on."""
_RATED: Final = ("compensation", "perte", "perte_communes", "perte_intercommunale")
"""Claims that hang on the State’s part besides their amount."""
_COUNTED: Final = ("acquis", "base", "frais_gestion", "economie", *_RATED, "reporte_contribuables")
"""What follows the amount that counts: its nature is theirs, and what lacks to it lacks to them."""
_FOLLOWING: Final = (*_COUNTED, "logements_abattus")
"""What counts, and what follows it."""
_SPLIT: Final = frozenset(
    {*_RATED, "frais_gestion", "economie", "reporte_contribuables", "frais_a_reclamer"}
)
"""Claims that hang on the rate of each line of a notice: not known of a sum of rates."""
_STATES: Final = (
    "acquis_porte", "estime", "a_reclamer", "a_reclamer_declare", "a_reclamer_sans_preuve", "perdu",
    "reclame_en_cours", "a_reclamer_obtenu", "reclame_a_envoyer", "apres_reclamation", "a_risque",
    "sous_reserve_porte", "porte", "au_mieux", "non_lu", "frais_a_reclamer",
)  # fmt: skip
_DUE: Final = ("logements_abattus", "logements_a_reclamer")
_DWELLINGS: Final = (*_DUE, "logements_non_lus", "logements_droit_non_etabli")
_BORNE: Final = {"estime", "a_risque", "sous_reserve_porte", "perdu", "non_lu", "reclame_en_cours"}
_UNLINED: Final = frozenset({*_COUNTED, *_STATES, *_DUE} - _BORNE)
"""What dwellings that no line of the tax sheet bears may add to."""
_LEFT: Final = {
    "residences": "residences_sorties", "logements": "logements_sortants",
    "abattement_a_risque_eur": "sortants_a_risque", "abattement_perdu_eur": "sortants_perdu",
}  # fmt: skip
Waiting = tuple[tuple[str, Amount], ...]
"""Names of claims, and what may come on top of each."""


def _euros(cents: int) -> Decimal:
    """Return whole cents as euros, without decimals where there are none."""
    return Decimal(cents).scaleb(-2) if cents % 100 else Decimal(cents // 100)


def _writer(name: str) -> Callable[[int], Decimal]:
    """Return what makes a fact of its whole units: cents, or dwellings."""
    return Decimal if name.startswith("logements") else _euros


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums over the premises of a scope."""

    facts: Mapping[str, int]  # Σ of `PREMISES_FACT_COLUMNS`
    more: Mapping[str, Mapping[str, int]]
    """Reason (a notice not read, or not there; a right not known) → Σ of what it may add at most."""
    unlined: int  # dwellings that no line carries

    def amount(self, name: str) -> Amount:
        """Return a fact between its bounds, and what it lacks; what is under reserve is apart."""
        euros, write = not name.startswith("logements"), _writer(name)
        more = {code: rows[name + MORE] for code, rows in self.more.items() if name in UNREAD_FACTS}
        why = {code for code, extra in more.items() if extra}
        least = write(self.facts[name])
        most = least + write(sum(more.values()))
        if self.unlined and name in _UNLINED:
            homes = None if euros else most + self.unlined
            return between(least, homes, *why, "sans_ligne")
        return between(least, most, *why)

    @property
    def hanging(self) -> frozenset[str]:
        """What the amount under reserve hangs on."""
        return frozenset(
            REASONS[reason] for name, reason in RESERVE_FACTS.items() if self.facts[name]
        )

    @property
    def waiting(self) -> Waiting:
        """What may come on top of what counts and follows it, where nothing counts and part is pending.

        Of a right not known each premises says what it may bring; the rest of what hangs is of the scope.
        """
        if self.facts["acquis"] or not (self._elsewhere or self.facts["acquis" + DECIDED]):
            return ()
        why = REASONS[Reserve.COTE]
        sides = tuple(
            (name, between(Decimal(0), _writer(name)(self.facts[name + DECIDED]), why))
            for name in _FOLLOWING
        )
        if not self._elsewhere:
            return sides
        bare = unknown(*self.hanging)
        open_ = ((name, bare) for name in _FOLLOWING if name != "acquis")
        return (
            ("acquis", between(Decimal(0), _euros(self._elsewhere), *self.hanging)),
            *open_,
            *sides,
        )

    @property
    def _elsewhere(self) -> int:
        by_premises = sum(
            self.more[code]["acquis" + MORE] for code in REASONS.values() if code in self.more
        )
        pending = self.facts["sous_reserve"] - self.facts["reserve_cote"]
        return max(0, pending - by_premises)


def money_claims(money: Abatement) -> Iterator[Claim]:
    """Claim the money of the abatement and the dwellings it stands for.

    By whole, quarter and what lies out of every one: each is a sum over premises, so that the last two add
    up to the first. Nothing where the premises are not known.

    Where a right is not known, what it may bring opens what is due above; where nothing counts in a quarter
    and part hangs on something else, the amount lies between nothing and what may count.
    """
    facts, quarters = money.by_premises, money.by_qpv
    if facts is None:
        return
    columns = ("logements_sans_montant", "logements_exoneres")
    unlined, exempt = (_by_quarter(quarters, column) for column in columns)
    here = sorted(set(facts["code_qpv"]) - {""} | set(unlined) - {TOTAL, OUTSIDE})
    outside = [OUTSIDE] if (facts["code_qpv"] == "").any() else []
    placed = facts["code_qpv"].replace("", OUTSIDE)
    parts = _sums(facts, placed, [*here, *outside], unlined)
    whole = _sums(facts, [TOTAL] * len(facts), [TOTAL], unlined)
    waiting = {scope: sums.waiting for scope, sums in parts.items()}
    waiting[TOTAL] = tuple(pair for pairs in waiting.values() for pair in pairs)
    for scope, sums in (whole | parts).items():
        yield from _scope_claims(scope, sums, waiting[scope], money)
        yield claim("logements_exoneres", scope, known(exempt[scope]))
        yield claim("logements_sans_avis", scope, known(sums.unlined))
    yield from _leaver_claims(money)


def _by_quarter(quarters: pd.DataFrame, column: str) -> dict[str, int]:
    """Count dwellings by quarter and over the whole; out of every quarter stands none to abate."""
    found = {str(c): int(n) for c, n in zip(quarters["code_qpv"], quarters[column], strict=True)}
    return found | {TOTAL: sum(found.values()), OUTSIDE: 0}


def _sums(
    facts: pd.DataFrame, scope: Iterable[str], scopes: list[str], unlined: Mapping[str, int]
) -> dict[str, _Sums]:
    """Add the facts by scope, what notices leave open apart; a scope without premises adds up to nothing."""
    figures, reason = facts.drop(columns=list(PREMISES_TEXTS)), facts["ouvert"]
    key = pd.Series(pd.Categorical(list(scope), categories=scopes), index=facts.index)
    every = _added(figures, key)
    more = {
        REASONS.get(code, code): _added(figures[reason == code], key[reason == code])
        for code in sorted(set(reason) - {""})
    }
    return {
        s: _Sums(every[s], {code: rows[s] for code, rows in more.items()}, unlined[s])
        for s in scopes
    }


def _added(figures: pd.DataFrame, key: pd.Series[str]) -> dict[str, dict[str, int]]:
    sums = figures.groupby(key, observed=False).sum()
    rows = sums.to_numpy().tolist()
    return {
        str(s): dict(zip(map(str, sums.columns), map(int, row), strict=True))
        for s, row in zip(sums.index, rows, strict=True)
    }


def _scope_claims(scope: str, sums: _Sums, waiting: Waiting, money: Abatement) -> Iterator[Claim]:
    """Claim what the premises of a scope add up to, and what may come on top where nothing counts."""
    nature = Nature.ESTIME if sums.facts["estime"] else Nature.REEL
    unsplit = _is_unsplit(money)
    for name in _COUNTED:
        amount = _topped(sums.amount(name), name, waiting)
        if unsplit and name in _SPLIT and amount.may_exceed_nil:
            amount = unknown("taux_global")
        yield _counted_claim(name, scope, amount, nature, money)
    for name in _STATES:
        until = money.claim_until if name == "a_reclamer" else None
        amount = sums.amount(name)
        if unsplit and name in _SPLIT and amount.may_exceed_nil:
            amount = unknown("taux_global")
        yield claim(name, scope, amount, deadline=until)
    for name in ("sous_reserve", *RESERVE_FACTS):
        amount = sums.amount(name)
        why = sums.hanging if name == "sous_reserve" else frozenset({REASONS[RESERVE_FACTS[name]]})
        doubted = {"state": State.A_VERIFIER, "why": why} if amount.may_exceed_nil else {}
        yield claim(name, scope, amount, **doubted)
    for name in _DWELLINGS:
        yield claim(name, scope, _topped(sums.amount(name), name, waiting))


def _is_unsplit(money: Abatement) -> bool:
    """Return whether part of what counts has a sum of rates alone."""
    counted, back = (numbers(money.premises, c) for c in ("compte_eur", "compensation_etat_eur"))
    return bool(((counted > 0) & pd.isna(back)).any())


def _topped(amount: Amount, name: str, waiting: Waiting) -> Amount:
    """Add to an amount what may come on top of it."""
    return total((amount, *(more for of, more in waiting if of == name)))


def _counted_claim(
    name: str, scope: str, amount: Amount, nature: Nature, money: Abatement
) -> Claim:
    """Claim what follows the amount that counts; what the State returns hangs on a rate nobody verified."""
    if not amount.may_exceed_nil:
        return claim(name, scope, amount)
    of = money.values if amount.is_known else ()  # noqa: PD011
    unsure = name in _RATED and any(v.cle == "part_compensation" and not v.verifie for v in of)
    state = {"state": State.A_CONFIRMER, "why": frozenset({"taux_a_confirmer"})} if unsure else {}
    return claim(name, scope, amount, nature=nature, **state)


def _leaver_claims(money: Abatement) -> Iterator[Claim]:
    """Claim what the ruling map took out of the quarters, over the year; nothing where it took nothing."""
    if money.leavers is None:
        return
    gone = money.leavers[money.leavers["annee"] == money.year]
    if gone.empty:
        return
    for column, name in _LEFT.items():
        cells = (
            unknown("avis_non_lu") if value is None else known(value) for value in gone[column]
        )
        yield claim(name, TOTAL, total(cells))
