"""Axes of the cadre national: from what people type to their number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from tfpb.model.legal.axis_table import AXES, forms
from tfpb.text import fold, squeeze, strip_accents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.model.settings import Theme

LABELS: Final[Mapping[str, int]] = {
    label: n for n, facts in AXES.items() for label in (facts["nom"], *facts.get("imprimes", ()))
}
"""Labels as the cadre national of 29 April 2015 prints them."""
SHORT: Final[Mapping[str, int]] = forms("courts")
"""Short forms met in programmes; understood, with a doubt."""
PROPOSITION: Final[Mapping[str, int]] = forms("propositions")
"""The six themes of the « Livret bailleurs » of the Nord. No text fixes this correspondence: it is a
proposition, marked as such on every line that uses it, and `[themes]` of dossier.toml replaces it."""
_LAST: Final = max(AXES)
_NUMBER: Final = re.compile(
    rf"(?:axe\s*)?(?:n\s*[°o]?\s*)?([1-{_LAST}])(?:[.,]0+)?(?:\s*[-–—.:)/]+\s*|\s+|$)"
)
_OTHERS: Final = re.compile(
    rf"(?:(?:et|ou|a|puis|axe|axes) )*[1-{_LAST}](?: (?:(?:et|ou|a|puis|axe|axes) )*[1-{_LAST}])*"
)
"""What follows a number when an action is given to several axes: « 3/4 », « Axe 3 et axe 5 »."""
_ROMANS: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_ROMAN: Final = re.compile(
    r"^(axe\s*)?(?:n\s*[°o]\s*)?(viii|vii|vi|iv|v|iii|ii|i)(?=\s*[-–—.:)/]|\s|$)", re.IGNORECASE
)
_NEAR: Final = 84
_CLEAR: Final = 6
_SHOWN: Final = 3
_ALIKE: Final = 60
_LINKING: Final = 3
"""Letters of the words that link others: « de », « du », « les », « par »."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An axis as understood."""

    axe: int | None  # its number; None when it cannot be read
    how: str
    """`exact` (number or official label), `devine` (spelling mended), `proposition` (theme of another
    table), `contradictoire` (a number and another axis's label), `plusieurs` (more than one number),
    `inconnu`."""


def read_axis(written: str, own: Mapping[str, Theme] | None = None) -> Reading:
    """Read an axis: « 3 », « Axe 3 », « 3 - Sur-entretien », « Sur entretien », a theme of the Nord.

    The user's own themes come before every other label; one without a reference is a proposition.
    """
    text = _ROMAN.sub(lambda m: f"{m[1] or ''}{_ROMANS.index(m[2].lower()) + 1}", squeeze(written))
    match = _NUMBER.match(strip_accents(text).lower())
    number = int(match[1]) if match else None
    label = text[match.end() :] if match else text
    if number is not None and _OTHERS.fullmatch(fold(label)):
        return Reading(None, "plusieurs")
    found = _label(label, own or {}) if fold(label) else Reading(None, "exact")
    if number is None:
        return found
    if found.axe is not None and found.axe != number:
        return Reading(None, "contradictoire")
    exact = not fold(label) or found.how == "exact"
    return Reading(number, "exact" if exact else "devine")


def nearest_names(
    written: str, own: Mapping[str, Theme] | None = None
) -> tuple[tuple[str, int], ...]:
    """Return the known labels and themes nearest to what was written, with their axes, nearest first.

    At most three, each of another axis; empty when nothing resembles.
    """
    known: dict[str, int] = {theme: t.axe for theme, t in (own or {}).items()}
    for table in (LABELS, SHORT, PROPOSITION):
        known |= {label: axe for label, axe in table.items() if label not in known}
    found = process.extract(
        written,
        list(known),
        scorer=fuzz.WRatio,
        processor=_long_words,
        score_cutoff=_ALIKE,
        limit=None,
    )
    out: dict[int, str] = {}
    for label, _, _ in found:
        out.setdefault(known[label], label)
    return tuple((label, axe) for axe, label in list(out.items())[:_SHOWN])


def _long_words(text: str) -> str:
    """Keep the long words: « de » in common makes nothing alike."""
    return " ".join(w for w in fold(text).split() if len(w) > _LINKING)


def _label(text: str, own: Mapping[str, Theme]) -> Reading:
    key = _key(text)
    for theme, meant in own.items():
        if fold(theme) == fold(text):
            return Reading(meant.axe, "exact" if meant.reference else "proposition")
    for official, axe in LABELS.items():
        if _key(official) == key:
            return Reading(axe, "exact")
    folded = fold(text)
    for theme, axe in PROPOSITION.items():
        if fold(theme) == folded:
            return Reading(axe, "proposition")
    known = {fold(k): v for k, v in (*LABELS.items(), *SHORT.items())}
    if folded in known:
        return Reading(known[folded], "devine")
    return _nearest(folded, known)


def _nearest(folded: str, known: Mapping[str, int]) -> Reading:
    """Mend a typing error, when one axis is clearly nearer than all others."""
    best: dict[int, float] = {}
    for label, score, _ in process.extract(folded, list(known), scorer=fuzz.ratio, limit=None):
        best[known[label]] = max(best.get(known[label], 0.0), float(score))
    ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
    (axe, score), (_, second) = ranked[0], ranked[1]
    if score >= _NEAR and score - second >= _CLEAR:
        return Reading(axe, "devine")
    return Reading(None, "inconnu")


def _key(text: str) -> str:
    """Compare labels as printed, but for case, accents and the spaces around slashes."""
    return re.sub(r"\s*/\s*", "/", strip_accents(squeeze(text)).lower())
