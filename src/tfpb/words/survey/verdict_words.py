"""What a verdict means, in the words of someone who is not a statistician."""

from __future__ import annotations

import math
from typing import Final

from tfpb.model.codes import SHOWN, Publication, outcome
from tfpb.packaged import packaged
from tfpb.words.numbers import NOTHING, THIN, number, plural
from tfpb.words.survey.wave_dates import began

_TEXTS: Final = packaged(__name__)
VERDICTS: Final[dict[str, str]] = _TEXTS["verdicts"]

SIGNS: Final[dict[str, str]] = _TEXTS["signs"]
"""Sign of each verdict: readable in black and white, always shown with its word."""

PUBLICATIONS: Final[dict[str, str]] = _TEXTS["publications"]
ISOLATED: Final = "isolé"
"""Mark of a verdict that does not survive the correction for the number of questions of its theme."""
FRAGILE_WORD: Final = "fragile"
TARGETS: Final[dict[str, str]] = _TEXTS["targets"]
"""What the comparison is about, by `cible`."""
_MEANINGS: Final[dict[str, str]] = _TEXTS["meanings"]
POOLED: Final = (
    "Un quartier, un petit bailleur ou un écart ajusté repose sur peu de résidences : sa précision est "
    "celle de la question dans toute l’enquête, son taux est arrondi au point, et l’intervalle ne dépend "
    "que de ce taux, du nombre de ménages et du nombre de résidences"
)


def verdict_words(verdict: str, publication: str = Publication.PUBLIABLE) -> str:
    """Write a verdict; for what may not be shown, its reason."""
    return VERDICTS.get(outcome(verdict, publication), NOTHING)


def sign(verdict: str, publication: str = Publication.PUBLIABLE) -> str:
    """Return the sign of a verdict, « – » for what may not be shown or is not known."""
    return SIGNS.get(outcome(verdict, publication), NOTHING)


def qualified(verdict: str, publication: str, *, alone: bool = False) -> str:
    """Write a verdict with what weakens it: « non inférieur (isolé, fragile) »."""
    return _doubted(verdict_words(verdict, publication), publication, alone=alone)


def _doubted(words: str, publication: str, *, alone: bool) -> str:
    doubts = weakness(publication, alone=alone)
    return f"{words} ({doubts})" if doubts else words


def weakness(publication: str, *, alone: bool) -> str:
    """Write what weakens a figure: « isolé, fragile »; empty when nothing does, or when it is not shown."""
    if publication not in SHOWN:
        return ""
    return ", ".join([ISOLATED] * alone + [FRAGILE_WORD] * (publication == Publication.FRAGILE))


KEY: Final = "Comment lire un verdict"
PLAIN: Final[dict[str, str]] = _TEXTS["plain"]
"""Each verdict for who reads one page; the technical word stays in the method and the data."""


def plainly(verdict: str, publication: str, margin_points: float, *, alone: bool = False) -> str:
    """Write a verdict in plain words, with what weakens it: « mieux (fragile) »."""
    words = verdict_words(verdict, publication)
    if publication in SHOWN and verdict in PLAIN:
        words = PLAIN[verdict].format(margin=margin_words(margin_points))
    return _doubted(words, publication, alone=alone)


def signed(verdict: str, publication: str, margin_points: float, *, alone: bool = False) -> str:
    """Write it with its sign: « ▲ mieux (fragile) », « – masqué »."""
    words = plainly(verdict, publication, margin_points, alone=alone)
    return f"{sign(verdict, publication)} {words}"


def margin_words(points: float) -> str:
    """Write a margin of equivalence: « 5 points », « 1 point », « 7,5 points »."""
    decimals = 0 if float(points).is_integer() else 1
    return f"{number(points, decimals)}{THIN}{'points' if abs(points) >= 2 else 'point'}"  # noqa: PLR2004


def adopted_before(adopted: object, wave: str, period: str) -> bool:
    """Return whether a margin was adopted before the first day of a survey; no where a date is not known.

    Parameters
    ----------
    adopted : date or str
        Day, as a date or as 2025-01-31; empty or None when not declared.
    wave, period : str
        Name of the wave, and its dates as declared.
    """
    if not adopted:
        return False
    start = began(wave, period)
    return start is not None and str(adopted)[:10] < start.isoformat()


TARGET_NAMES: Final = {"parc": "parc (ces logements)", "service": "service"}


def target_words(target: str) -> str:
    """Write what intervals are about, after the margin: « ; cible : parc (ces logements) »."""
    return f" ; cible : {TARGET_NAMES[target]}" if target in TARGET_NAMES else ""


def verdict_meaning(verdict: str, margin_points: float) -> str:
    """Explain in one sentence a verdict, or why there is none (`outcome`)."""
    return _MEANINGS[verdict].format(margin=margin_words(margin_points))


def would_have_taken(margin_points: float, shown_points: float, needed: int, have: int) -> str:
    """Write what a « non concluant » would have taken.

    Parameters
    ----------
    margin_points : float
        Margin of the dossier (δ), in points.
    shown_points : float
        Smallest margin the answers show (δ*), in points; NaN when there is none.
    needed : int
        Interviews per group it would have taken, about.
    have : int
        Interviews of the smaller group.
    """
    parts = []
    if not math.isnan(shown_points) and shown_points > 0:
        parts.append(
            f"avec ces réponses, la plus petite marge démontrable est de "
            f"{number(shown_points, 1)}{THIN}points"
        )
    if needed > have:
        parts.append(
            f"pour conclure à {margin_words(margin_points)} près huit fois sur dix, l’écart réel étant "
            "nul, il aurait fallu environ "
            f"{plural(needed, 'ménage interrogé', 'ménages interrogés')} de chaque côté "
            f"({number(have)} du côté le moins nombreux)"
        )
    else:
        parts.append(
            f"le nombre de réponses ({number(have)} du côté le moins nombreux) suffirait à juger "
            "d’un écart nul : c’est un écart observé trop proche de la marge qui empêche de conclure"
        )
    return " ; ".join(parts)
