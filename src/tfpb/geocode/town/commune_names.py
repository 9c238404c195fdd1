"""Names of all communes, old ones too, found as written, without spaces, cut short or misspelt."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tfpb.geocode.likeness import resembling
from tfpb.geocode.line.cleaning import sound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tfpb.geocode.source import CommuneTable
    from tfpb.model.arrays import Integers

_WORDS: Final = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "ss": "sous"}
_ARTICLE: Final = re.compile(r"^(?:le|la|les|l) (?=\w)")
_ARTICLES: Final = ("le", "la", "les", "l")
_SHORT: Final = 7
"""Names of fewer letters are found one error away only, by the names less one letter."""
_LEAST: Final = 4
_LEAST_BEGUN: Final = 5
_TRIED: Final = 60
_LONG_CUTOFF: Final = 0.72
_SHORT_CUTOFF: Final = 0.74
_SOUNDS_ALIKE: Final = 0.92
_MAY_SOUND: Final = 0.6
_BEGINS_ALIKE: Final = 0.9
_MOST_BEGUN: Final = 5
_BASE: Final = 32


class NearName(NamedTuple):
    """A name that resembles what is written."""

    name: str  # folded, as the list of communes has it
    likeness: float  # 0..1


class CommuneNames:
    """The names of a list of communes, indexed when they are first asked for."""

    def __init__(self, communes: CommuneTable) -> None:
        self.communes = communes
        self._near: dict[tuple[str, int], tuple[NearName, ...]] = {}

    @cached_property
    def joined(self) -> dict[str, str]:
        """Name without spaces → name; without its article, or with one, where nothing else bears it."""
        names = {name.replace(" ", ""): name for name in self.communes.all_names()}
        for name in self.communes.all_names():
            bare = _ARTICLE.sub("", name).replace(" ", "")
            if len(bare) >= _LEAST:
                names.setdefault(bare, name)
        return names

    def exact(self, words: str) -> str:
        """Return the name written, words glued or cut anywhere; empty when it is none.

        The words are folded, short ones written out (`tidy`), as in `near`.
        """
        key = words.replace(" ", "")
        found = self.joined.get(key, "")
        if not found and key.startswith(_ARTICLES):
            bare = _ARTICLE.sub("", words)
            found = self.joined.get(bare.replace(" ", ""), "")
            return "" if _ARTICLE.match(found) else found  # « Le Mole » is not « La Môle »
        return found

    def near(self, words: str, limit: int = 6) -> tuple[NearName, ...]:
        """Return names that resemble what is written (folded, `tidy`), best first."""
        key = words.replace(" ", "")
        known = self._near.get((key, limit))
        if known is None:
            known = self._near[key, limit] = self._resembling(words, key, limit)
        return known

    def _resembling(self, words: str, key: str, limit: int) -> tuple[NearName, ...]:
        if len(key) < _LEAST:
            return ()
        found = {n.name: n.likeness for n in self._begun(words)}
        cutoff = _LONG_CUTOFF if len(key) >= _SHORT else _SHORT_CUTOFF
        near = list(self._candidates(key))
        for at, likeness in resembling(key, near, _MAY_SOUND, len(near)):
            other = near[at]
            if likeness < _SOUNDS_ALIKE and sound(other) == sound(key):
                likeness = _SOUNDS_ALIKE  # noqa: PLW2901 - said the same
            if likeness >= cutoff:
                name = self.joined[other]
                found[name] = max(found.get(name, 0.0), likeness)
        listed = sorted(
            (NearName(*item) for item in found.items()), key=lambda n: (-n.likeness, n.name)
        )
        return tuple(listed[:limit])

    def _begun(self, words: str) -> Iterator[NearName]:
        """Find names whose first words are those written (« levallois »), if they are few."""
        if len(words) < _LEAST_BEGUN:
            return
        begin = f"{words} "
        at = bisect_left(self._sorted, begin)
        listed = self._sorted[at : at + _MOST_BEGUN + 1]
        begun = [name for name in listed if name.startswith(begin)]
        if len(begun) <= _MOST_BEGUN:
            yield from (NearName(name, _BEGINS_ALIKE) for name in begun)

    def _candidates(self, key: str) -> set[str]:
        """Return names without spaces that may be within reach of a key, by what they share."""
        near: set[str] = set()
        if len(key) <= _SHORT:
            for less in (key, *_less_one(key)):
                near.update(self._shorter.get(less, ()))
        if len(key) >= _SHORT - 1:
            keys, starts, owners = self._trigrams
            codes = _codes(key)
            parts = [owners[starts[c] : starts[c + 1]] for c in codes if c < len(starts) - 1]
            shared = np.bincount(np.concatenate(parts), minlength=len(keys))
            least = max(2, len(codes) - 3 * int((1 - _LONG_CUTOFF) * len(key)) - 1)
            at = np.flatnonzero(shared >= least)
            if len(at) > _TRIED:
                # long names share more by chance: what they do not share counts as well
                worth = 2.0 * shared[at] / (len(codes) + self._sizes[at])
                at = at[np.argpartition(-worth, _TRIED)[:_TRIED]]
            near.update(map(keys.__getitem__, at.tolist()))
        return near

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.joined.values())

    @cached_property
    def _shorter(self) -> dict[str, list[str]]:
        """Short names by themselves and by themselves less one letter."""
        out: dict[str, list[str]] = {}
        for key in self.joined:
            if len(key) <= _SHORT + 1:
                for less in {key, *_less_one(key)}:
                    out.setdefault(less, []).append(key)
        return out

    @cached_property
    def _trigrams(self) -> tuple[list[str], Integers, NDArray[np.int32]]:
        """Names, and for each three letters in a row where its names begin and which they are."""
        keys = [key for key in self.joined if len(key) >= _SHORT - 2]
        coded = [_codes(key) for key in keys]
        sizes = np.array([len(codes) for codes in coded])
        flat = np.concatenate(coded) if coded else np.empty(0, np.int64)
        owners = np.repeat(np.arange(len(keys), dtype=np.int32), sizes)
        order = np.argsort(flat, kind="stable")
        starts = np.searchsorted(flat[order], np.arange(_BASE**3 + 1))
        return keys, starts, owners[order]

    @cached_property
    def _sizes(self) -> Integers:
        return np.array([len(key) for key in self._trigrams[0]])


names_of: Final = lru_cache(maxsize=2)(CommuneNames)
"""The names of a list of communes, one index for all who read the same list."""


def _less_one(key: str) -> Iterator[str]:
    return (key[:i] + key[i + 1 :] for i in range(len(key)))


def _codes(key: str) -> Integers:
    """Return a number for each three letters in a row of a name, its ends marked."""
    letters = np.frombuffer(f"`{key}`".encode("ascii", "replace"), dtype=np.uint8).astype(np.int64)
    letters = (letters - ord("`")) % _BASE
    return np.unique((letters[:-2] * _BASE + letters[1:-1]) * _BASE + letters[2:])


def tidy(name: str) -> str:
    """Write the short words of a folded name out (« st denis s seine » → « saint denis sur seine »)."""
    words = name.split()
    out = [_WORDS.get(word, word) for word in words]
    for i in range(1, len(out) - 1):
        if out[i] == "s":
            out[i] = "sur"
    return " ".join(out)
