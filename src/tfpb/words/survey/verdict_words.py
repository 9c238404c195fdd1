"""What a verdict means, in the words of someone who is not a statistician."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypedDict

from tfpb.model.codes import ALONE, FEW_HOMES, SHOWN, Publication, Verdict, outcome
from tfpb.packaged import packaged
from tfpb.words.numbers import NOTHING, THIN, number, plural
from tfpb.words.survey.wave_dates import began
from tfpb.words.terms import VERDICTS as READERS

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS: Final = packaged(__name__)
VERDICTS: Final[dict[str, str]] = READERS | _TEXTS["verdicts"]
"""The word of each verdict: those of readers, then of what no verdict is given of."""
_PHRASES: Final[dict[str, str]] = _TEXTS["phrases"]
SIGNS: Final[dict[str, str]] = _TEXTS["signs"]
"""Sign of each verdict: readable in black and white, always shown with its word."""

PUBLICATIONS: Final[dict[str, str]] = _TEXTS["publications"]
ISOLATED: Final = "isolé"
"""Mark of a verdict that the rule of families does not keep."""
ISOLATED_MEANS: Final = (
    "« Peut-être » ou « isolé » : parmi tant de questions, le hasard peut suffire."
)
_FEW: Final[dict[str, str]] = _TEXTS["few"]
"""Mark of a row of too few résidences or answers, by numbers fixed before the answers."""
TARGETS: Final[dict[str, str]] = _TEXTS["targets"]
"""What the comparison is about, by `cible`."""
MODE_CHANGED: Final = "mode changé"
"""Mark of a change between two waves of another firm or mode."""
_MEANINGS: Final[dict[str, str]] = _TEXTS["meanings"]
RELEASED: Final = (
    "Les effectifs sont arrondis à la dizaine, les parts à 5, 2 ou 1 point (jusqu’à 50 ménages, jusqu’à 100, "
    "au-delà), les réponses d’une échelle à 5 points jusqu’à 400 ménages et tues jusqu’à 100 ; l’intervalle, "
    "arrondi au demi-point vers l’extérieur, contient celui des parts exactes, et le mot se lit sur lui"
)
LEVEL: Final = "marge à 90 %"
"""What printed intervals are."""
KEY: Final = "Comment lire un verdict"


def verdict_words(verdict: str, publication: str = Publication.PUBLIABLE) -> str:
    """Write a verdict; for what may not be shown, its reason."""
    return VERDICTS.get(outcome(verdict, publication), NOTHING)


def sign(verdict: str, publication: str = Publication.PUBLIABLE) -> str:
    """Return the sign of a verdict, « – » for what may not be shown or is not known."""
    return SIGNS.get(outcome(verdict, publication), NOTHING)


def weakness(publication: str, *, alone: bool = False, few: str = "", moved: bool = False) -> str:
    """Write what weakens a figure: « isolé, peu de résidences »; empty where nothing does or it is hidden."""
    if publication not in SHOWN:
        return ""
    return ", ".join([ISOLATED] * alone + [few_words(few)] * bool(few) + [MODE_CHANGED] * moved)


def few_words(few: str) -> str:
    """Write what there is little of; what a release of before told without saying it is of résidences."""
    return _FEW.get(few, _FEW[FEW_HOMES])


@lru_cache(maxsize=512)  # asked of every row, of few verdicts
def plainly(
    verdict: str, publication: str, *, alone: bool = False, few: str = "", moved: bool = False
) -> str:
    """Write a verdict, with what weakens it: « plus (isolé) », « moins (peu de résidences) »."""
    word = verdict_words(verdict, publication)
    doubts = weakness(publication, alone=alone, few=few, moved=moved)
    return f"{word} ({doubts})" if doubts else word


def signed(verdict: str, publication: str, *, alone: bool = False, few: str = "") -> str:
    """Write it with its sign: « ◆ plus (isolé) », « – masqué »."""
    return f"{sign(verdict, publication)} {plainly(verdict, publication, alone=alone, few=few)}"


def word_of_row(row: Mapping[Any, Any], *, moved: bool = False) -> str:
    """Write the verdict of a row of the comparison, with what weakens it; `moved`, if the mode changed."""
    verdict, publication = str(row["verdict"]), str(row["publication"])
    return plainly(verdict, publication, moved=moved, **marks_of_row(row))


class Marks(TypedDict):
    """What weakens a row: isolated; what it has little of."""

    alone: bool
    few: str


def marks_of_row(row: Mapping[Any, Any]) -> Marks:
    """Return what weakens a row."""
    return {"alone": row["isole"] == ALONE, "few": str(row["peu_de_reponses"])}


def gap_phrase(row: Mapping[Any, Any], margin_points: float) -> str:
    """Write a gap as every medium prints it: « 16 de moins (entre 12 et 20) », « masqué ».

    `row` is `estimation, ic90_bas, ic90_haut, verdict, publication, peu_de_reponses, isole`;
    `margin_points` is δ.
    """
    code, publication = str(row["verdict"]), str(row["publication"])
    known = not math.isnan(row["ic90_bas"] + row["ic90_haut"])
    if publication not in SHOWN or code not in _PHRASES or not known:
        return verdict_words(code, publication)
    low, high = printed_ends(row["ic90_bas"], row["ic90_haut"], margin_points)
    far, near = (abs(low), abs(high)) if high < 0 else (high, low)
    marks = marks_of_row(row)
    phrase = _PHRASES[code].format(
        size=_points(100 * abs(float(row["estimation"]))),
        near=_points(near),
        far=_points(far),
        low=_points(low, sign=True),
        high=_points(high, sign=True),
        margin=margin_words(margin_points),
        few=few_words(marks["few"]),
    )
    if code in (Verdict.INFERIEUR_PEU, Verdict.SUPERIEUR_PEU):
        return phrase
    if code == Verdict.NON_CONCLUANT and marks["few"]:
        return phrase.replace(" (", f", {few_words(marks['few'])} (", 1)
    doubts = weakness(publication, **marks)
    return f"{phrase}, {doubts}" if doubts else phrase


def interval_words(low: float, high: float, margin_points: float) -> str:
    """Write the printed interval of a gap: « entre −14 et −7 points »."""
    ends = printed_ends(low, high, margin_points)
    return "entre {} et {} points".format(*(_points(end, sign=True) for end in ends))


def printed_ends(low: float, high: float, margin_points: float) -> tuple[float, float]:
    """Round the ends (proportions) of an interval of gaps outwards for print, in points.

    An end that would reach 0 or ± the margin is kept as it is: read from its printed ends by the table of
    words, an interval has the same word. δ, `margin_points`, is nil for a change, which has none. Whole
    points; tenths under a margin of less than a point.
    """
    unit = 0.1 if 0 < margin_points < 1 else 1.0
    bottom, top = round(100 * low, 9), round(100 * high, 9)
    one = unit * math.floor(round(bottom / unit, 9))
    two = unit * math.ceil(round(top / unit, 9))
    # at a limit, the lower end belongs below and the upper end above
    limits = (-margin_points, 0.0, margin_points)
    below = any(round(one, 9) <= limit < bottom for limit in limits)
    above = any(top < limit <= round(two, 9) for limit in limits)
    return bottom if below else one, top if above else two


def _points(value: float, *, sign: bool = False) -> str:
    exact = round(value, 1)
    return number(exact, 0 if exact.is_integer() else 1, sign=sign)


def margin_words(points: float) -> str:
    """Write a margin of equivalence: « 5 points », « 1 point », « 7,5 points »."""
    decimals = 0 if float(points).is_integer() else 1
    return f"{number(points, decimals)}{THIN}{'points' if abs(points) >= 2 else 'point'}"  # noqa: PLR2004


def adopted_before(adopted: object, wave: str, period: str) -> bool:
    """Return whether a margin was adopted before the first day of a survey; no where a date is not known.

    `adopted` is a day, as a date or as 2025-01-31, empty or None when not declared; `period`, the dates of
    the wave as declared.
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

    `margin_points` is δ of the dossier; `shown_points`, δ*, the smallest margin the answers show, NaN when
    there is none; `needed`, interviews per group it would have taken, about; `have`, those of the smaller
    group.
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
