"""Scales of the answers: codes and labels that mean the same, read into ranks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from tfpb.model.plan import Code, Echelle

ABSENT: Final = -1
"""No answer: the question was not asked, or the cell is empty."""
NSP: Final = -2
"""« Ne sait pas »."""
NOT_CONCERNED: Final = -3
"""« Non concerné »."""

_NUMBERED: Final = re.compile(r"(\d+)\s*[-–—.:=)]\s*(\D.*)")
_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")
_MANY_DIGITS: Final = 15


def token(value: object) -> str:
    """Reduce a code or a label to what it is compared by: « 1 », 1 and 1.0 are equal.

    Numbers are written the shortest way with a point; other text is folded (case, accents,
    punctuation do not count). Empty text gives the empty token.
    """
    text = squeeze(str(value))
    if len(text) <= _MANY_DIGITS and _NUMBER.fullmatch(text):
        number = float(text.replace(",", "."))
        return str(int(number)) if number.is_integer() else repr(number)
    return fold(text)


def numeric(value: str) -> bool:
    """Whether a token is a number."""
    return bool(_NUMBER.fullmatch(value))


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale ready to read answers.

    Parameters
    ----------
    labels : tuple of str
        Levels in order, best first as the plan lists them; for a mark, the two sides of the cut.
    satisfied : tuple of bool
        Whether each level counts as satisfied.
    lookup : dict
        Token → rank, `NSP` or `NOT_CONCERNED`.
    marks : bool
        The answer is a mark: its value is kept for means.
    cut, minimum, maximum : float
        A mark from `cut` on is satisfied; bounds of the marks.
    """

    labels: tuple[str, ...]
    satisfied: tuple[bool, ...]
    lookup: dict[str, int]
    marks: bool = False
    cut: float = float("nan")
    minimum: float = 0.0
    maximum: float = 10.0

    def read(self, text: str) -> tuple[int, float] | None:
        """Read one answer: (rank, mark), the mark being NaN but on a scale of marks.

        Returns None when the code is unknown.
        """
        nothing = float("nan")
        key = token(text)
        if not key:
            return ABSENT, nothing
        if key in self.lookup:
            return self.lookup[key], nothing
        if self.marks and numeric(key):
            mark = float(key)
            if self.minimum <= mark <= self.maximum:
                return int(mark >= self.cut), mark
        if match := _NUMBERED.fullmatch(squeeze(text)):  # « 1 - Très satisfait »
            return self._numbered(match[1], match[2])
        return None

    def _numbered(self, code: str, label: str) -> tuple[int, float] | None:
        """Read a label that carries its code; both must agree when both are known."""
        ranks = {self.lookup[t] for t in (token(code), token(label)) if t in self.lookup}
        if len(ranks) == 1:
            return ranks.pop(), float("nan")
        if self.marks and not ranks and self.minimum <= float(code) <= self.maximum:
            return int(float(code) >= self.cut), float(code)
        return None


def build_scale(echelle: Echelle) -> Scale:
    """Turn a scale of the plan into a reader.

    Codes and labels of the same list are two writings of the same levels when there are as many of
    each (the first code is the first label); `libelles` names a code otherwise.
    """
    lookup: dict[str, int] = {}
    for code in echelle.nsp:
        lookup[token(code)] = NSP
    for code in echelle.non_concerne:
        lookup[token(code)] = NOT_CONCERNED
    if echelle.type == "note":
        cut = 7.0 if echelle.satisfait_des is None else echelle.satisfait_des
        return Scale(
            labels=("", ""),
            satisfied=(False, True),
            lookup=lookup,
            marks=True,
            cut=cut,
            minimum=echelle.minimum,
            maximum=echelle.maximum,
        )
    labels: list[str] = []
    satisfied: list[bool] = []
    for codes, good in ((echelle.satisfait, True), (echelle.insatisfait, False)):
        for label, tokens in _levels(codes, echelle.libelles):
            for key in tokens:
                lookup.setdefault(key, len(labels))
            labels.append(label)
            satisfied.append(good)
    return Scale(tuple(labels), tuple(satisfied), lookup)


def _levels(codes: tuple[Code, ...], names: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Group the codes of one list into levels: (label, tokens of the level)."""
    named = {token(k): v for k, v in names.items()}
    numbers = [c for c in codes if numeric(token(c))]
    words = [c for c in codes if not numeric(token(c))]
    if numbers and len(numbers) == len(words):
        return [
            (str(word), [token(number), token(word)])
            for number, word in zip(numbers, words, strict=True)
        ]
    levels: list[tuple[str, list[str]]] = []
    for code in (*numbers, *words):
        label = named.get(token(code), str(code))
        same = next((entry for entry in levels if fold(entry[0]) == fold(label)), None)
        if same:
            same[1].append(token(code))
        else:
            levels.append((label, list(dict.fromkeys((token(code), token(label))))))
    return levels
