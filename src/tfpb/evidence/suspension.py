"""Claims under open questions: bounded by what each answer would make of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.amount import QUESTION, Amount, unknown
from tfpb.facts.bailleurs import QUOTIENTS
from tfpb.facts.claim import TITLES, Claim, Claims, Nature, State
from tfpb.facts.kinds import EFFECTS
from tfpb.facts.whole_dossier import Outcome, Supposed
from tfpb.model.question import Unit, of_survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from tfpb.model.question import Asked

    Name = tuple[str, str]

_MOST_COMBINED: Final = 3
"""Questions of one claim whose answers are all tried together; beyond, each is tried alone."""
_OF_SURVEY: Final = frozenset(TITLES[name].sheet for name in ("ecart", "evolution_ecart"))
"""Sheets of the claims that answers of tenants make."""
_SURVEY: Final = ("enquete", "vague")
_MONEY: Final = ("avis", "droit", "batiment")
_ALL: Final = tuple(code for code in EFFECTS if code not in _SURVEY)
_HANGING: Final = {
    "fiscalite": _MONEY, "gmbi": _MONEY, "conventions": _MONEY, "programme": ("depense", "axe"),
    "programme_precedent": ("report",), "droit_commun": ("droit_commun",), "enquete": _SURVEY,
    "plan": _SURVEY, "repere": (), "declaration": _MONEY, "fiscalite_precedente": (), "reclamations": (),
}  # fmt: skip
"""Input of a question → kinds of doubt whose claims hang on it where an answer gives none (stock: all)."""


def suspend_asked(
    base: Claims, asked: Iterable[Asked], read: Callable[[Mapping[str, str]], Claims | None]
) -> tuple[Claims, tuple[Outcome, ...]]:
    """Return the claims, those that open questions touch between bounds, and the outcome of each answer.

    Up to three questions, all answers are tried together. Of more, each alone, then with those that touch a
    same claim, to three; of a claim that more of them touch, the moves of each add up: its bounds are the
    widest. An answer under which the files stop moves nothing (`refused`); answers that stop them only
    together leave without bounds what depends on their tables. `base` is under the answers that claim
    least, in the place of missing ones; `read` gives the claims under supposed answers (key of the question
    → code), None where they give no figure. Without open question there is no outcome, and `read` is not
    called.
    """
    open_ = {one.question.key: one for one in asked if one.is_open}
    if not open_:
        return base, ()
    others = {k: [c for c in o.question.codes if c != o.reading] for k, o in open_.items()}
    trials = _Trials(read)
    touching: dict[Name, set[str]] = {}
    for key, codes in others.items():
        for other in (trials.of([(key, code)]) for code in codes):
            for name in _moved(base, other) if other is not None else ():
                touching.setdefault(name, set()).add(key)
    few = len(others) <= _MOST_COMBINED
    # a row may count only where another is kept: few are tried all together
    sets = {frozenset(others)} if few else {frozenset(keys) for keys in touching.values()}
    _combine(trials, sets, others)
    read_so = [other for other in trials.found.values() if other is not None]
    names = dict.fromkeys(name for other in read_so for name in _moved(base, other))
    claims = base.renewed(_bounded(name, base, read_so) for name in names)
    claims = claims.renewed(
        _widest(claims.get(*name), base.get(*name), trials.found, keys)
        for name, keys in touching.items()
        if len(keys) > _MOST_COMBINED
    )
    together = {
        key
        for stopping in _smallest_stopping(trials.found)
        if len(stopping) > 1  # alone, the answer is refused, and moves nothing
        for key, _ in stopping
    }
    claims = claims.renewed(_unbounded(claims, (open_[key] for key in sorted(together))))
    trials.found[frozenset()] = base
    return claims, tuple(Outcome(supposed, other) for supposed, other in trials.found.items())


def refused(outcomes: Iterable[Outcome]) -> frozenset[tuple[str, str]]:
    """Return the answers under which the files stop, whatever is answered elsewhere: (key, code)."""
    read, stopped = set[tuple[str, str]](), set[tuple[str, str]]()
    for outcome in outcomes:
        (stopped if outcome.claims is None else read).update(outcome.supposed)
    return frozenset(stopped - read)


def _smallest_stopping(found: Mapping[frozenset[Any], Claims | None]) -> list[frozenset[Any]]:
    """List the sets under which the files stop while they are read under every part of each."""
    failed = [tried for tried, claims in found.items() if claims is None]
    return [one for one in failed if not any(part < one for part in failed)]


def suspend_together(
    base: Claims,
    asked: Sequence[Asked],
    read: Callable[[Mapping[str, str]], Claims | None],
    kept: str,
) -> Claims:
    """Return the claims that many similar questions touch between bounds, by one reading an input and pair.

    Each question keeps rows or leaves them out, so extremes of counts and euros occur when all rows of an
    input are kept, or none. A quotient of two of them (`QUOTIENTS`) is not: nothing bounds it. In `base`
    nothing in question counts; the open questions have the answer `kept`, which keeps everything; `read` as
    in `suspend_asked`.
    """
    keys: dict[str, list[str]] = {}
    for one in asked:
        keys.setdefault(one.question.source, []).append(one.question.key)
    chosen = (some for size in range(1, len(keys) + 1) for some in combinations(keys, size))
    readings = {
        frozenset(some): read({key: kept for source in some for key in keys[source]})
        for some in chosen
    }
    others = [one for one in readings.values() if one is not None]
    names = dict.fromkeys(name for other in others for name in _moved(base, other))
    bounded = (_bounded(name, base, others) for name in names)
    claims = base.renewed(
        _suspended(one, unknown(QUESTION), {one.nature})
        if one.name in QUOTIENTS and one.value is not None
        else one
        for one in bounded
    )
    stopping = frozenset[str]().union(*_smallest_stopping(readings))
    unread = (one for one in asked if one.question.source in stopping)
    return claims.renewed(_unbounded(claims, unread))


def each_answer(
    name: Name, one: Asked, outcomes: Sequence[Outcome]
) -> list[tuple[str, Claim | None]]:
    """Return what a claim is under each answer (by code) to a question, the others as they are read.

    None where the files cannot be read so. Empty where no answer moves the claim.
    """
    key, stopping, found = one.question.key, refused(outcomes), dict[str, Claims | None]()
    for outcome in outcomes:
        codes = dict(outcome.supposed)
        if codes.keys() <= {key} and not outcome.supposed & stopping:
            found[codes.get(key, one.reading)] = outcome.claims
    if len({None if claims is None else _value(claims, name) for claims in found.values()}) < 2:  # noqa: PLR2004
        return []
    ranked = sorted(found.items(), key=lambda pair: ("", *one.question.codes).index(pair[0]))
    return [(code, None if claims is None else claims.get(*name)) for code, claims in ranked]


@dataclass(frozen=True, slots=True)
class _Trials:
    """Readings under supposed answers, each made once."""

    read: Callable[[Mapping[str, str]], Claims | None]
    found: dict[Supposed, Claims | None] = field(default_factory=dict)

    def of(self, pairs: Iterable[tuple[str, str]]) -> Claims | None:
        """Return the claims under some answers."""
        supposed = frozenset(pairs)
        if supposed not in self.found:
            self.found[supposed] = self.read(dict(supposed))
        return self.found[supposed]


def _combine(
    trials: _Trials, sets: Iterable[frozenset[str]], others: Mapping[str, Sequence[str]]
) -> None:
    """Try the answers of questions that touch a same claim together; of too many, the last of each."""
    for keys in sets:
        if len(keys) > _MOST_COMBINED:
            trials.of((key, others[key][-1]) for key in keys)
            continue
        for size in range(2, len(keys) + 1):
            for some in combinations(sorted(keys), size):
                for codes in product(*(others[key] for key in some)):
                    trials.of(zip(some, codes, strict=True))


def without_survey_bounds(claims: Claims) -> Claims:
    """Return the claims as a release tells them: of the survey, a suspended one bears no bounds.

    Two readings of the same answers, told side by side, may tell those of a few households.
    """
    hidden = (c for c in claims if c.state is State.SUSPENDU and c.sheet in _OF_SURVEY)
    return claims.renewed(replace(one, value=None) for one in hidden)


def unread_survey(claims: Claims, asked: Iterable[Asked]) -> Claims:
    """Return the claims, those of the survey suspended where one of its questions is open.

    Of a region, whose survey is estimated once: no answer is tried.
    """
    if not of_survey(asked):
        return claims
    heard = (c for c in claims if c.sheet in _OF_SURVEY and c.state is not State.MASQUE)
    return claims.renewed(
        replace(c, value=None, state=State.SUSPENDU, why=c.why | {QUESTION}) for c in heard
    )


def _moved(base: Claims, other: Claims) -> list[Name]:
    """List the claims that differ between two readings."""
    names = dict.fromkeys((one.name, one.scope) for claims in (base, other) for one in claims)
    return [name for name in names if _value(base, name) != _value(other, name)]


def _value(claims: Claims, name: Name) -> tuple[object, ...]:
    held = claims.get(*name)
    ends = () if held.value is None else (held.value.at_least, held.value.at_most)
    return (claims.has(*name), held.state is State.MASQUE, ends)


def _bounded(name: Name, base: Claims, readings: Sequence[Claims]) -> Claim:
    """Return a claim that lies somewhere between its values under each reading."""
    every = [claims.get(*name) for claims in (base, *readings) if claims.has(*name)]
    first = every[0]
    if any(one.state is State.MASQUE for one in every):  # a mask of one reading is that of all
        return replace(first, value=None, state=State.MASQUE, why=first.why | {QUESTION})
    lacks = len(every) < 1 + len(readings) or any(one.value is None for one in every)
    if lacks and first.title.unit is Unit.POINTS:
        return replace(first, value=None, state=State.SUSPENDU, why=first.why | {QUESTION})
    values = [one.amount for one in every] + ([unknown(QUESTION)] if lacks else [])
    return _suspended(first, _hull(values), {one.nature for one in every})


def _hull(values: Sequence[Amount]) -> Amount:
    least, most = min(v.at_least for v in values), [v.at_most for v in values]
    ends = [m for m in most if m is not None]
    why = frozenset[str]().union(*(v.why for v in values))
    return _between(least, max(ends) if len(ends) == len(most) else None, why)


def _between(least: Decimal, most: Decimal | None, why: frozenset[str]) -> Amount:
    return Amount(least, most, why | {QUESTION} if least != most else frozenset())


def _suspended(one: Claim, value: Amount, natures: set[Nature | None]) -> Claim:
    nature = Nature.ESTIME if Nature.ESTIME in natures else one.nature
    why = one.why | {QUESTION}
    return replace(one, value=value, state=State.SUSPENDU, nature=nature, why=why)


def _widest(
    one: Claim, base: Claim, found: Mapping[Supposed, Claims | None], keys: set[str]
) -> Claim:
    """Return a claim that many questions touch, the lowest and highest moves of each added up."""
    if one.value is None or base.value is None:
        return one
    low, high = base.value.at_least, base.value.at_most
    for key in keys:
        alone = [m for s, m in found.items() if m is not None and [k for k, _ in s] == [key]]
        values = [base.value, *(m.get(one.name, one.scope).amount for m in alone)]
        low += min(v.at_least for v in values) - base.value.at_least
        ends = [v.at_most for v in values]
        if high is None or base.value.at_most is None or None in ends:
            high = None
        else:
            high += max(e for e in ends if e is not None) - base.value.at_most
    return _suspended(one, _hull([one.value, _between(low, high, one.why)]), {one.nature})


def _unbounded(claims: Claims, unread: Iterable[Asked]) -> list[Claim]:
    """Return the claims that hang on a table which an answer does not let read: nothing bounds them."""
    kinds = {code for one in unread for code in _HANGING.get(one.question.source, _ALL)}
    names = {name for code in kinds for name in EFFECTS[code].suspends}
    out = []
    for one in claims:
        if one.name not in names or one.state is State.MASQUE:
            continue
        if one.value is None or one.title.unit is Unit.POINTS:
            out.append(replace(one, value=None, state=State.SUSPENDU, why=one.why | {QUESTION}))
        else:
            out.append(_suspended(one, unknown(QUESTION), {one.nature}))
    return out
