"""Names that may stand for one another: proposed to the user, never taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from tfpb.packaged import packaged
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

_TABLES: Final = packaged(__name__)
_SAME_NAME: Final = 90.0
"""Likeness of two whole names, 0 to 100, from which one may be the other."""
_SAME_WORDS: Final = 80.0
"""Likeness of the words that tell two names apart."""
_COMMON_WORDS: Final[frozenset[str]] = frozenset(_TABLES["common_words"])
"""Words that many names share, letters alone aside."""
_CONTRAT_WORDS: Final[frozenset[str]] = frozenset(_TABLES["contrat_words"])
"""Words that tell no contrat de ville from another."""
_OPPOSED: Final[frozenset[str]] = frozenset(_TABLES["opposed"])
"""Words that tell two names apart though they are alike: « Agence Est », « Agence Ouest »."""


def near_names(name: str, known: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """Return the known names that a name may stand for, likest first: to be proposed, never taken.

    « VAL HABITAT SA » may be « Val Habitat », « Terre Habitat (OPH 90) » « TERRE HABITAT »; « Agence Nord »
    is not « Agence Sud », nor « Logis 59 » « Logis 62 ».
    """
    key = fold(name)
    scored = sorted(
        {(-likeness, other) for other in known if (likeness := _likeness(key, fold(other)))}
    )
    return tuple(other for _, other in scored[:most])


def near_contrats(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the contrats de ville that a name may stand for, as `near_names`: by what is not said of all.

    « Contrat de ville de l’agglomération de Lens » may be « Contrat de ville Lens »; that of Lille is not.
    """
    stripped = {other: _of_contrat(other) for other in known}
    near = near_names(_of_contrat(name), stripped.values())
    return tuple(other for other, key in stripped.items() if key in near)


def _of_contrat(name: str) -> str:
    words = [w for w in fold(name).split() if w not in _CONTRAT_WORDS and not _is_year(w)]
    return " ".join(words) or fold(name)


def _is_year(word: str) -> bool:
    return word.isdigit() and word.startswith(("19", "20")) and len(word) == 4  # noqa: PLR2004


def _is_common(word: str) -> bool:
    return word.isdigit() or word in _COMMON_WORDS


def _likeness(one: str, other: str) -> float:
    """Return how alike two folded names are, 0 where none may be the other."""
    first, second = set(one.split()), set(other.split())
    sides = (first - second, second - first)
    opposed = all(not side or side & _OPPOSED for side in sides) and any(sides)
    apart = {w for side in sides for w in side}
    affix = not all(sides) and apart & _COMMON_WORDS and all(_is_common(w) for w in apart)
    if not one or not other or opposed or (any(w.isdigit() for w in apart) and not affix):
        return 0.0
    whole = float(fuzz.ratio(one, other))
    distinct = [
        " ".join(
            sorted(
                {w for w in n.split() if len(w) > 1 and not (affix and w in apart)} - _COMMON_WORDS
            )
        )
        for n in (one, other)
    ]
    words = float(fuzz.ratio(*distinct)) if all(distinct) else 0.0
    return max(whole, words) if whole >= _SAME_NAME or words >= _SAME_WORDS else 0.0
