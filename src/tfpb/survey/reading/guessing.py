"""What a column of a delivery may be: its role, its scale, its theme. Guesses, each to be confirmed.

Vocabulary only: every guess rests on the words of a header, of a dictionary or of the answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Nature, Theme
from tfpb.packaged import packaged
from tfpb.survey.reading.delivery_columns import token
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TABLES: Final = packaged(__name__)
ROLES: Final[dict[str, tuple[str, ...]]] = {k: tuple(v) for k, v in _TABLES["roles"].items()}
"""Role of a plan → folded headers or labels that name it, best first."""
_LIKELY: Final = {role: re.compile(words) for role, words in _TABLES["likely"].items()}
"""Words that make a header or a label likely to name a role: to be confirmed."""
_DESCRIBED: Final = re.compile(_TABLES["patterns"]["described"])
_ASKED: Final = re.compile(_TABLES["patterns"]["asked"])
"""Words of a question: « Note donnée au bailleur » names no bailleur."""
_MARK: Final = re.compile(_TABLES["patterns"]["mark"])
_MARK_ENDS: Final = re.compile(_TABLES["patterns"]["mark_ends"])
"""Words by which a header may say what an end of its marks means, in either order."""

_THEMES: Final[dict[Theme, tuple[str, ...]]] = {
    Theme(k): tuple(v) for k, v in _TABLES["themes"].items()
}
_AXES: Final[dict[int, tuple[str, ...]]] = {int(k): tuple(v) for k, v in _TABLES["axes"].items()}
_NSP: Final[tuple[str, ...]] = tuple(_TABLES["nsp"])
_OUT: Final = ("non concern", "sans objet", "pas concern")
_NONE: Final = re.compile(_TABLES["patterns"]["none"])
"""« Pas de gardien dans ma résidence »: there is nothing to be satisfied with."""
_UNHAPPY: Final = re.compile(_TABLES["patterns"]["unhappy"])
_MIDDLE: Final = re.compile(_TABLES["patterns"]["middle"])
_HAPPY: Final = re.compile(_TABLES["patterns"]["happy"])
_SATISFACTION: Final = re.compile(_TABLES["patterns"]["satisfaction"])
_UNLABELLED: Final = frozenset({"1", "2", "3", "4", "8", "9", "98", "99"})
_CODED: Final = (["1", "2", "3", "4"], ["1", "2", "3", "4", "5"], list("ABCD"), list("ABCDE"))
_MARK_CODES: Final = frozenset({str(n) for n in range(11)} | {"88", "98", "99"})
_MAX_ANSWERS: Final = 9
_HIGHEST_MARK: Final = 10


@dataclass(frozen=True, slots=True)
class GuessedScale:
    """A scale as guessed; codes and labels are kept as delivered."""

    kind: str  # `niveaux` or `note`
    satisfied: tuple[str, ...] = ()
    unsatisfied: tuple[str, ...] = ()
    not_concerned: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    middle: tuple[str, ...] = ()
    """Those of `unsatisfied` that are middling (« moyen »): to be confirmed."""
    left: tuple[str, ...] = ()  # answers that could not be placed
    labelled: bool = True  # False when codes came without any label


def role_candidates(role: str, headers: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    """List the columns that may bear a role, best first: by header, then by label."""
    words = ROLES[role]
    ranked: list[tuple[int, int, str]] = []
    for order, header in enumerate(headers):
        for key, bonus in ((fold(header), 0), (fold(labels.get(header, "")), len(words))):
            if key in words:
                ranked.append((words.index(key) + bonus, order, header))
                break
    return [header for _, _, header in sorted(ranked)]


def likely_columns(role: str, headers: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    """List the columns whose header or label makes a role likely, none that `role_candidates` knows."""
    pattern = _LIKELY.get(role)
    if pattern is None:
        return []
    named = {h: [fold(t) for t in (h, labels.get(h, ""))] for h in headers}
    return [
        h
        for h, texts in named.items()
        if any(pattern.search(t) for t in texts) and not any(_ASKED.search(t) for t in texts)
    ]


def guess_scale(answers: Sequence[str], meanings: Mapping[str, str]) -> GuessedScale | None:
    """Guess the scale of a column from its distinct answers and their labels; None without satisfaction."""
    filled = _once_each(answers)
    if not filled:
        return None
    numeric = all(re.fullmatch(r"-?\d+", a) for a in filled)
    if numeric and not any(_SATISFACTION.search(fold(w)) for w in meanings.values()):
        return _from_numbers(set(filled), meanings)
    words = {a: meanings.get(a, "") for a in [*meanings, *filled]}
    texts = [fold(w or a) for a, w in words.items()]
    if len(words) > _MAX_ANSWERS or not any(_SATISFACTION.search(t) for t in texts):
        return _mark_with_words(filled, meanings)
    return _placed(words)


def _once_each(answers: Iterable[str]) -> list[str]:
    """Return answers, each once however it is written: « TRÈS SATISFAIT » is « Très satisfait »."""
    writings: dict[str, list[str]] = {}
    for answer in answers:
        if answer.strip():
            writings.setdefault(token(answer), []).append(squeeze(answer))
    return [min(same, key=lambda a: (a.isupper(), a)) for same in writings.values()]


def is_code(text: str) -> bool:
    """Tell whether an answer is a number or a single letter, which means nothing without a label."""
    return bool(re.fullmatch(r"-?\d+(?:[.,]0+)?|[A-Za-z]", text.strip()))


def bare_of_owner(text: str) -> str:
    """Return a header or a label without the words that name the bailleur."""
    return _LIKELY["bailleur"].sub(" ", fold(text))


def describes(text: str) -> bool:
    """Tell whether a header or a label is of the household itself: its age or income is no answer."""
    return bool(_DESCRIBED.search(fold(text))) and not asks(text)


def asks(text: str) -> bool:
    """Tell whether a header or a label is that of a question."""
    return bool(_ASKED.search(fold(text)))


def is_of_marks(text: str) -> bool:
    """Tell whether a header or a label says that its numbers are marks, of which the highest is the best."""
    folded = fold(text)
    return bool(_MARK.search(folded)) and not _MARK_ENDS.search(folded)


def guess_codes(answers: Iterable[str]) -> GuessedScale | None:
    """Guess a scale of 1 to 4, 1 to 5 or A to E without labels, which other columns should share to be one.

    Answers that say « ne sait pas » or « non concerné » stand beside the codes.
    """
    filled = sorted({a for a in answers if a}, key=lambda a: (len(a), a))
    words = [a for a in filled if len(a) > 2]  # noqa: PLR2004 - longer than any code
    sides = {w: _side(fold(w)) for w in words}
    if not set(sides.values()) <= {"nsp", "out"}:
        return None
    codes = [a for a in filled if a not in sides]
    high = {"8": "out", "98": "out", "9": "nsp", "99": "nsp"}
    real = [c for c in codes if c not in high]
    upper = [c.upper() for c in real]
    if upper not in _CODED:
        return None
    half = len(real) // 2
    sides |= {c: high[c] for c in codes if c in high}
    return GuessedScale(
        "niveaux", tuple(real[:half]), tuple(real[half:]),
        tuple(c for c, side in sides.items() if side == "out"),
        tuple(c for c, side in sides.items() if side == "nsp"),
        middle=(real[half],) if len(real) % 2 else (),
        labelled=False,
    )  # fmt: skip


def seen_ends(meanings: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes that a codebook calls satisfied, and those that it calls unsatisfied."""
    sides = {code: _side(fold(word)) for code, word in meanings.items() if word}
    good, bad = ([c for c, s in sides.items() if s == side] for side in ("happy", "unhappy"))
    return tuple(good), tuple(bad)


def _from_numbers(codes: set[str], meanings: Mapping[str, str]) -> GuessedScale | None:
    real = {
        c
        for c in codes
        if int(c) <= _HIGHEST_MARK and _side(fold(meanings.get(c, ""))) not in {"nsp", "out"}
    }
    if len(real) > 5 and codes <= _MARK_CODES:  # noqa: PLR2004
        return _mark(sorted(codes), meanings)
    if not any(meanings.values()) and codes <= _UNLABELLED and {"1", "4"} <= codes:
        return GuessedScale(
            "niveaux", ("1", "2"), ("3", "4"), ("8", "98"), ("9", "99"), labelled=False
        )
    return None


def _mark_with_words(filled: Sequence[str], meanings: Mapping[str, str]) -> GuessedScale | None:
    """See a mark whose only words are « Ne sait pas »."""
    words = [a for a in filled if not re.fullmatch(r"-?\d+", a)]
    if any(_side(fold(w)) not in {"nsp", "out"} for w in words):
        return None
    codes = [a for a in filled if a not in words]
    if len(codes) > 5 and set(codes) <= _MARK_CODES:  # noqa: PLR2004
        return _mark([*codes, *words], meanings)
    return None


def _mark(codes: Sequence[str], meanings: Mapping[str, str]) -> GuessedScale:
    words = {c: fold(meanings.get(c, c)) for c in [*meanings, *codes]}
    high = {c for c in codes if re.fullmatch(r"\d+", c) and int(c) > _HIGHEST_MARK}
    out = tuple(c for c in words if _side(words[c]) == "out")
    unknown = tuple(c for c in words if c not in out and (_side(words[c]) == "nsp" or c in high))
    return GuessedScale(
        "note", not_concerned=out, unknown=unknown, labelled=not high - set(meanings)
    )


def _placed(words: Mapping[str, str]) -> GuessedScale:
    """Put each answer on its side, best first; codes come before labels, in the same order."""
    sides: dict[str, list[tuple[int, str, str]]] = {}
    for code, word in words.items():
        text = fold(word or code)
        sides.setdefault(_side(text), []).append((_rank(text), code, word))

    def listed(*names: str) -> tuple[str, ...]:
        rows = [row for name in names for row in sorted(sides.get(name, []), key=lambda r: r[0])]
        codes = [code for _, code, _ in rows]
        return _once([*codes, *(word for _, code, word in rows if word and word != code)])

    return GuessedScale(
        "niveaux",
        listed("happy"),
        listed("middle", "unhappy"),
        listed("out"),
        listed("nsp"),
        listed("middle"),
        listed(""),
    )


def _rank(text: str) -> int:
    """Order the answers of one side, best first: « très satisfait », …, « pas du tout satisfait »."""
    strong = re.search(r"\b(tres|tout a fait|excellent\w*|du tout|aucun\w*|jamais)\b", text)
    if _side(text) == "unhappy":
        return 2 if strong else 0 if re.search(r"\b(plutot|peu|assez)\b", text) else 1
    return 0 if strong else 2 if re.search(r"\b(plutot|assez)\b", text) else 1


def compatible(one: GuessedScale, other: GuessedScale) -> bool:
    """Say whether two columns answer on one scale: same levels, nothing placed on two sides."""
    same = (one.kind, one.satisfied, one.unsatisfied, one.left, one.labelled)
    if same != (other.kind, other.satisfied, other.unsatisfied, other.left, other.labelled):
        return False
    out, nsp = {*one.not_concerned, *other.not_concerned}, {*one.unknown, *other.unknown}
    return not out & nsp


def merged(one: GuessedScale, other: GuessedScale) -> GuessedScale:
    """Join two compatible scales: what either of them holds of « non concerné » and « NSP »."""
    return replace(
        one,
        not_concerned=_once([*one.not_concerned, *other.not_concerned]),
        unknown=_once([*one.unknown, *other.unknown]),
    )


def _once(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _side(text: str) -> str:
    if any(w in text for w in _OUT):
        return "out"
    if any(w in text for w in _NSP):
        return "nsp"
    if _NONE.search(text) and not _HAPPY.search(text) and not _UNHAPPY.search(_NONE.sub("", text)):
        return "out"
    if _MIDDLE.search(text):
        return "middle"
    if _UNHAPPY.search(text):
        return "unhappy"
    return "happy" if _HAPPY.search(text) else ""


def guess_theme(label: str, *, mark: bool) -> Theme | None:
    """Guess the theme of a question from its words; None when none is known."""
    key = f" {fold(label)} "
    for theme in (Theme.GLOBAL,) if mark else ():
        if any(w in key for w in _THEMES[theme]) or "globale" in key:
            return theme
    hits = {t: sum(1 for w in words if f" {w}" in key) for t, words in _THEMES.items()}
    best = max(hits.values())
    return next((t for t, n in hits.items() if n == best), None) if best else None


def guess_axes(label: str, theme: Theme | None) -> tuple[int, ...]:
    """Propose the axes of the programme that a question may answer to."""
    key = f" {fold(label)} "
    found = [axis for axis, words in _AXES.items() if any(f" {w}" in key for w in words)]
    if theme is Theme.LOGEMENT:
        found = [a for a in found if a == 8]  # noqa: PLR2004
    return tuple(found)


def guess_nature(label: str, theme: Theme | None) -> Nature:
    """Propose the nature of a question; general questions are no service."""
    key = f" {fold(label)} "
    if theme is Theme.QUARTIER:
        return Nature.QUARTIER
    if theme in {Theme.GLOBAL, None} or " generale " in key or " globale " in key:
        return Nature.AUTRE
    if theme is Theme.LOGEMENT:
        return Nature.SERVICE if " equipement" in key or " intervention" in key else Nature.AUTRE
    return Nature.SERVICE
