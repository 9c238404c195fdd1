"""Which street of the commune is meant: found by name, by words, by letters, or merely alike."""

from __future__ import annotations

import heapq
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import OSA

from tfpb.geocode.commune_table import MEANT
from tfpb.geocode.likeness import least, resembling
from tfpb.geocode.line.street_names import Name, name_of
from tfpb.geocode.line.vocabulary import COMMON, KINSHIP, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.geocode.commune_table import StreetTable
    from tfpb.geocode.line.house_numbers import Number
    from tfpb.geocode.line.one_line import Reading

SAME_TYPE: Final = 1.0
MISSING_TYPE: Final = 0.7
KIN_TYPE: Final = 0.5
OTHER_TYPE: Final = 0.0
_FIRST_NAME: Final = 0.55
_OWN_WORD: Final = 0.15
_LEAST_SCORE: Final = 0.4
_GOOD_SCORE: Final = 0.85
_JOINED_CUTOFF: Final = 0.66
_BEST: Final = 8
_ONE_WORD: Final = 0.8
"""Likeness to a word of the commune from which a word is not two words glued."""
_MISTYPED: Final = sorted({"rue", *(t for t in TYPES if len(t) > 3)})  # noqa: PLR2004
"""Types that may be mistyped; of those of three letters, the one that is no abbreviation."""
_TYPE_CUTOFF: Final = 0.65
MOST: Final = 5
"""Streets proposed for a line that none answers."""
_READINGS: Final = 2
_WEIGHED: Final = 60
_WORDS: Final = 12
_SHARE: Final = 0.55
"""Of the weight that the best street holds: what another must hold to be weighed."""
_LEAST_WORD: Final = 3
_LEAST_NAME: Final = 2
_ALIKE: Final = {6: 0.49, 8: 0.56, 99: 0.62}
"""By letters of a name at most: likeness from which a street is proposed."""
_WORD_SHARE: Final = 0.92
_KIND: Final = 0.12
_NUMBER: Final = 0.14
_ENDS: Final = 0.04


class Candidate(NamedTuple):
    """A street that may be the one."""

    group: int  # position in `StreetTable.groups`
    reading: int  # position of the reading it answers
    score: float = 1.0  # likeness of the names, 0..1
    query: float = 1.0  # share of the weight of the written name that is matched
    street: float = 1.0  # share of the weight of the street's name that is matched
    letters: float = 1.0  # likeness of the names written without spaces
    kind: float = SAME_TYPE  # agreement of the types
    how: str = "exact"
    """`exact`, `joined`, `slip` (in the type alone) or `fuzzy`; `alike` when the street only resembles the
    line, and `score` then adds what type and number say."""

    @property
    def rank(self) -> float:
        """How well the street answers, type included (0..1)."""
        if self.how == "alike":
            return self.letters
        return 0.7 * self.score + 0.15 * self.kind + 0.15 * self.letters


def candidates(
    table: StreetTable, readings: Sequence[Reading], *, widen: bool = False
) -> list[Candidate]:
    """Return the streets that may be meant, best first, at most eight.

    `readings` come best first; `widen` looks for similar names even when the exact one exists.
    """
    best: dict[int, Candidate] = {}
    for i, reading in enumerate(readings):
        exact = _exact(table, reading.name, i)
        if exact and not widen:
            return exact
        for found in exact:
            best.setdefault(found.group, found)
    for i, reading in enumerate(() if widen else readings[:_READINGS]):
        if slip := _slip_in_type(table, reading.name, i):
            return slip
    for i, reading in enumerate(readings[:4]):
        for name in _variants(reading.name):
            for found in _weighed(table, name, i):
                kept = best.get(found.group)
                if kept is None or _rank(found) > _rank(kept):
                    best[found.group] = found
    return sorted(best.values(), key=lambda c: (-_rank(c), c.group))[:_BEST]


def _rank(candidate: Candidate) -> float:
    return (
        candidate.score + 0.12 * candidate.kind + 0.1 * candidate.letters - 0.01 * candidate.reading
    )


def _exact(table: StreetTable, name: Name, reading: int) -> list[Candidate]:
    """Look the whole key up, then the name without its type when none is written."""
    at = table.by_key.get(name.key)
    if at is not None:
        return [Candidate(at, reading)]
    joined = [
        i
        for form in (name.joined, name.full)
        for i in table.by_joined.get(form, ())
        if table.groups[i].name.kind == name.kind and name.joined
    ]
    return [Candidate(i, reading, how="joined") for i in dict.fromkeys(joined)]


def type_agreement(written: str, kind: str) -> float:
    """Say how well two types agree (0..1)."""
    if written == kind:
        return SAME_TYPE
    if not written or not kind:
        return MISSING_TYPE
    return KIN_TYPE if any(written in kin and kind in kin for kin in KINSHIP) else OTHER_TYPE


def _variants(name: Name) -> list[Name]:
    """Add the readings in which the first word is a mistyped type (« reu », « cue », « avneue »)."""
    if name.kind or len(name.tokens) < 2 or len(name.tokens[0]) < 2:  # noqa: PLR2004
        return [name]
    near = resembling(name.tokens[0], _MISTYPED, _TYPE_CUTOFF, 2)
    kinds = dict.fromkeys(TYPES[_MISTYPED[at]] for at, _ in near)
    rest = " ".join(name.tokens[1:])
    return [name, *(name_of(f"{kind} {rest}") for kind in kinds)]


def _slip_in_type(table: StreetTable, name: Name, reading: int) -> list[Candidate]:
    """Return the street whose type alone is mistyped, when one type that is near makes a street."""
    found = [at for v in _variants(name)[1:] if (at := table.by_key.get(v.key)) is not None]
    return [Candidate(found[0], reading, how="slip")] if len(found) == 1 else []


def _weighed(table: StreetTable, name: Name, reading: int) -> list[Candidate]:
    """Weigh the streets that hold words of a name; those that hold far less of it than the best are left."""
    tokens = respell(table, name.tokens)
    if not tokens:
        return []
    known = all(token in table.postings for token in tokens)
    scores: dict[int, float] = {}
    for token in tokens:
        for word, likeness in table.expand(token).items():
            gain = table.weights[word] * likeness
            for i in table.postings[word]:
                scores[i] = scores.get(i, 0.0) + gain
    least = _SHARE * max(scores.values(), default=0.0)
    near = [i for i, score in scores.items() if score >= least]
    if len(near) > _BEST:
        words = {i: len(table.groups[i].name.tokens) for i in near}
        near = heapq.nsmallest(_BEST, near, key=lambda i: (-scores[i], words[i], i))
    out = [_align(table, name, tokens, i, reading) for i in near]
    if max((max(c.score, c.query * known) for c in out), default=0.0) < _GOOD_SCORE:
        # letter by letter: typos in every word, words cut anywhere
        alike = table.alike_names.near(name.joined, _JOINED_CUTOFF, 5)
        out += [_align(table, name, tokens, i, reading) for i, _ in alike if i not in near]
    return [c for c in out if max(c.score, c.letters) >= _LEAST_SCORE]


def respell(table: StreetTable, tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Cut words of a name that are glued, and glue words that are cut, when the commune has the result."""
    known = table.postings
    out: list[str] = []
    left = list(tokens)
    while left:
        token = left.pop(0)
        if left and token not in known and token + left[0] in known:
            token += left.pop(0)
        whole = token in known or max(table.expand(token).values(), default=0.0) >= _ONE_WORD
        cuts = range(2, len(token) - 1) if len(token) > 4 and not whole else ()  # noqa: PLR2004
        cut = next((at for at in cuts if token[:at] in known and token[at:] in known), None)
        out += [token] if cut is None else [token[:cut], token[cut:]]
    return tuple(out)


def _align(
    table: StreetTable, name: Name, tokens: tuple[str, ...], index: int, reading: int
) -> Candidate:
    """Pair the written words with those of a street, and weigh what is left over on both sides."""
    group = table.groups[index]
    words = group.name.tokens
    free = list(range(len(words)))
    matched = written = 0.0
    for token in tokens:
        j, likeness = _pair(table, token, words, free)
        if j is None:
            own = token in table.own_words and len(tokens) > 1
            written += table.weight(token) * (_OWN_WORD if own else 1.0)
            continue
        free.remove(j)
        weight = _street_weight(table, words, j)
        if len(token) == 1:
            weight *= 0.6
        matched += weight * likeness
        written += weight
    whole = matched + sum(
        _street_weight(table, words, j) * (_FIRST_NAME if j < len(words) - 1 else 1.0) for j in free
    )
    whole += written - matched if written > matched else 0.0
    query = matched / written if written else 0.0
    street = matched / whole if whole else 0.0
    score = 2 * query * street / (query + street) if matched else 0.0
    letters = OSA.normalized_similarity(name.joined, group.name.joined)
    agreement = type_agreement(name.kind, group.name.kind)
    return Candidate(index, reading, score, query, street, float(letters), agreement, "fuzzy")


def _street_weight(table: StreetTable, words: tuple[str, ...], j: int) -> float:
    """Weight of a word of a street; the last word is what people keep."""
    weight = table.weights.get(words[j], table.rarest)
    return weight * (1.3 if j == len(words) - 1 else 1.0)


def _pair(
    table: StreetTable, token: str, words: tuple[str, ...], free: list[int]
) -> tuple[int | None, float]:
    """Find the street's word a written word stands for."""
    if len(token) == 1 and token.isalpha():
        return next(((j, 0.9) for j in free if words[j][0] == token), (None, 0.0))
    likely = table.expand(token)
    best, best_likeness = None, 0.0
    for j in free:
        word = words[j]
        likeness = likely.get(word) or alike(token, word)
        if likeness > best_likeness:
            best, best_likeness = j, likeness
    return best, best_likeness


def proposals(
    table: StreetTable, readings: Sequence[Reading], numbers: Sequence[Number]
) -> list[Candidate]:
    """Return at most five streets that resemble a line, best first; none when nothing is close.

    A street that has the house numbers written is likelier.
    """
    best: dict[int, Candidate] = {}
    for i, reading in enumerate(readings[:_READINGS]):
        name = reading.name
        if len(name.joined) < _LEAST_NAME:
            continue
        enough = next((v for most, v in _ALIKE.items() if len(name.joined) <= most), _ALIKE[99])
        near = [n for n in _resembling(table, name, least(name.joined)) if n[1] >= enough]
        for group, likeness in near or resembling(name.full, table.full_names, enough, _WEIGHED):
            proposal = _proposal(table, name, group, likeness, numbers, i)
            if group not in best or proposal.score > best[group].score:
                best[group] = proposal
    return sorted(best.values(), key=lambda c: (-c.score, c.group))[:MOST]


def _resembling(table: StreetTable, name: Name, cutoff: float) -> Iterator[tuple[int, float]]:
    """Yield streets whose whole name, or one word of it, resembles the name written."""
    yield from table.alike_names.near(name.joined, cutoff, _WEIGHED)
    for token in name.tokens:
        if len(token) < _LEAST_WORD or token.isdigit():
            continue
        share = table.weight(token) / sum(map(table.weight, name.tokens))
        near = [] if token in table.postings else table.alike_words.near(token, cutoff, _WORDS)
        words = [(table.long_words[at], likeness) for at, likeness in near]
        for word, likeness in words if token not in table.postings else [(token, 1.0)]:
            for group in table.postings[word]:
                own = table.groups[group].name.tokens
                part = table.weights[word] / sum(table.weights[w] for w in own)
                yield group, likeness * min(1.0, share * _WORD_SHARE, part + 0.35)


def _proposal(
    table: StreetTable, name: Name, group: int, likeness: float, numbers: Sequence[Number], reading: int
) -> Candidate:  # fmt: skip
    street = table.groups[group]
    kind = type_agreement(name.kind, street.name.kind)
    worth = likeness + _KIND * kind
    if numbers and all(number in table.numbering(street.members) for number, _ in numbers):
        worth += _NUMBER
    written, listed = name.joined, street.name.joined
    if listed:
        worth += _ENDS * ((written[0] == listed[0]) + (written[-1] == listed[-1]))
    return Candidate(group, reading, worth, letters=likeness, kind=kind, how="alike")


@lru_cache(maxsize=100_000)
def alike(token: str, word: str) -> float:
    """Return how likely (0..1) a written word means a word of a street, when it is another word as well.

    A word cut short, a plural, an initial, a typo that makes a word of its own. Both are lower case,
    without accents.
    """
    if len(word) == 1:
        return 0.7 if token[0] == word else 0.0
    if not token.isalpha() or not word.isalpha():
        return 0.0
    short, long = sorted((token, word), key=len)
    if long.startswith(short):
        return 0.7 + 0.25 * len(short) / len(long) if len(short) > 1 else 0.0
    if len(short) < 4:  # noqa: PLR2004
        return 0.0
    likeness = float(OSA.normalized_similarity(token, word))
    return likeness * 0.95 if likeness >= (MEANT if token in COMMON else 0.7) else 0.0
