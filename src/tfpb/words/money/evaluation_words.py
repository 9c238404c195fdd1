"""Sentences that set money beside satisfaction: beside, never cause."""

from __future__ import annotations

import re
from typing import Final

from tfpb.packaged import packaged
from tfpb.text import capital
from tfpb.words.numbers import plural
from tfpb.words.phrase import Phrase
from tfpb.words.survey.satisfaction import DISAGREEING, join
from tfpb.words.survey.verdict_words import margin_words

_TEXTS: Final = packaged(__name__)
READINGS: Final[dict[str, str]] = _TEXTS["readings"]
CHANGES: Final[dict[str, str]] = _TEXTS["changes"]
SIDE_BY_SIDE: Final = (
    "La dépense, l’écart et son évolution sont posés côte à côte. Ce rapprochement ne dit pas que "
    "l’une explique l’autre : une enquête menée à deux dates, sans quartiers témoins, ne permet pas "
    "d’attribuer une évolution à une action."
)
DOES_IT_WORK: Final = (
    "À la question « est-ce que cela sert à quelque chose ? », ce dossier répond par ce qui est "
    "mesuré : ce qui a été dépensé, pour quelles actions, ce que les locataires en disent ici et "
    "ailleurs, avec quelle certitude. Quand la mesure ne suffit pas, la réponse est : on ne peut pas "
    "encore le dire."
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def before_actions(wave: str, year: int, period: str = "") -> bool:
    """Return whether the last survey was held before the actions, by its name, else by its dates."""
    years = [int(y) for y in _YEAR.findall(wave) or _YEAR.findall(period)]
    return bool(years) and max(years) < year


def survey_too_early(wave: str, year: int) -> str:
    """Write that answers given before the actions are not about them."""
    return (
        f"La dernière enquête ({wave}) a été menée avant les actions de {year} : elle décrit la "
        "situation qu’elles trouvent, et ne peut rien dire de ce qu’elles auront changé."
    )


SPENDING_ACROSS: Final = "dépense valorisée par logement en QPV, par an"
SPENDING_UP: Final = "écart QPV − ailleurs, en points ; sous zéro : moins de satisfaits en QPV"
NO_POINT_WITHOUT_BOTH: Final = (
    "« Où l’argent est, où l’écart est » demande un programme d’actions et une enquête : avec l’un "
    "seulement, aucun point ne peut être placé."
)


_READING: Final = tuple(map(Phrase, _TEXTS["reading"]))
TOO_FEW: Final = Phrase(
    "« Où l’argent est, où l’écart est » n’est pas dessiné : il faut au moins {least:n} croisements d’un "
    "quartier et d’un axe publiables sans réserve, et {points:?{points:n} sur {possible:n} {points:a l’est/"
    "le sont}|aucun des {possible:n} ne l’est} : il en manque {missing:n}. Un croisement le devient à partir "
    "de {publishable:n} ménages interrogés dans le quartier, répartis sur assez de résidences{needed}."
)
NEEDED: Final = Phrase(
    " ; pour conclure à {margin} près quand l’écart est nul, il en faudrait environ {between:?{low:n} à }"
    "{high:s ménage interrogé/ménages interrogés}{between:?, selon la question,} de chaque côté"
)


def spending_reading(points: int, possible: int, margin_points: float) -> tuple[str, ...]:
    """Write how to read the chart of spending against gap, and what it leaves out."""
    left = possible - points
    facts = {"margin": margin_words(margin_points), "left": left, "possible": possible}
    return tuple(phrase.filled(facts) for phrase in (_READING if left > 0 else _READING[:2]))


def reading_sentence(code: str) -> str:
    """Turn a reading code of the evaluation (`now|moved`) into one sentence without cause.

    What a figure like with like says against them (`|ecart_sens`…) comes first.
    """
    now, *parts = code.split("|")
    against = [DISAGREEING[p] for p in parts if p in DISAGREEING]
    change = [CHANGES[p] for p in parts if CHANGES.get(p)]
    raw = READINGS[now]
    head = [*against, f"en brut, {raw[:1].lower()}{raw[1:]}"] if against else [raw]
    text = " ; ".join([*head, *change])
    return f"{capital(text)}."


WHOLE_CONVENTION: Final = "Convention entière"


def evaluation_lead(
    lower: list[str], raw_only: list[str] | None = None, *, read: int, axes: int
) -> str:
    """Write for which axes satisfaction is lower in QPV; first, those where it is in raw figures alone.

    `read` of the `axes` have a gap that is shown: of the others nothing is known.
    """
    head = "Dépense, écart et évolution côte à côte"
    if raw_only:
        named = "les axes" if len(raw_only) > 1 else "l’axe"
        head = (
            f"Pour {named} {join(raw_only)}, l’écart défavorable ne se retrouve pas à structure comparable. "
            f"{head}"
        )
    if not lower and not read:
        return (
            f"{head} : aucun axe n’a d’écart publié ; on ne sait pas s’il y a moins de satisfaits."
        )
    if not lower:
        of = f", sur {plural(read, 'axe dont l’écart est publié', 'axes dont l’écart est publié')}"
        return (
            f"{head} : aucun axe ne montre d’écart défavorable établi{of if read < axes else ''}."
        )
    named = "des axes" if len(lower) > 1 else "de l’axe"
    return f"{head} : moins de satisfaits en QPV pour une question au moins {named} {join(lower)}."
