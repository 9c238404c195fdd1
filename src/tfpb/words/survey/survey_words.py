"""Words of the survey: gaps of `tfpb comparer`, where to look, field and weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import SHOWN, Verdict
from tfpb.packaged import packaged
from tfpb.words.faults.sentences import bounded
from tfpb.words.numbers import number, percent, plural, points
from tfpb.words.phrase import Phrase
from tfpb.words.survey.verdict_words import gap_phrase, sign, verdict_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEXTS: Final = packaged(__name__)


EXPLANATIONS: Final[dict[str, str]] = _TEXTS["explanations"]


QUOTA_SENTENCE: Final = (
    "Enquête par quotas : intervalles sous l’hypothèse d’un sondage stratifié en grappes "
    "(la résidence)."
)

LOCATED_COLUMNS: Final = {
    "id_residence": "l’identifiant de la résidence, comme dans l’enquête",
    "cote": "dans, hors ou à vérifier : le côté de chaque résidence ou entrée",
}
"""What a table of located résidences must hold."""
ROW_LABELS: Final = {
    "variable": "la variable de la marge, comme dans l’enquête",
    "modalite": "une modalité de cette variable",
    "effectif": "l’effectif, ou le nombre de logements, de chaque ligne",
}
"""What the tables of counts that a plan names hold, margins and standard."""
WAVE_OF_EACH_ROW: Final = "la vague, sur chaque ligne de cette variable ou sur aucune"
STANDARD_VARIABLE: Final = "la variable d’ajustement du plan"
PERIODS: Final = (
    (1949, "avant 1949"),
    (1975, "1949-1974"),
    (1990, "1975-1989"),
    (2005, "1990-2004"),
    (float("inf"), "2005 et après"),
)
"""Periods of construction: first year that is no longer in it, name."""
NOT_A_PROOF: Final = (
    "Retenues ensemble, ces lignes comptent en moyenne au plus une fausse alerte sur dix. C’est une "
    "liste de visites à faire, rien de plus : les verdicts se lisent dans le tableau des écarts."
)
NOT_GIVEN: Final = "non fourni"
TO_CONFIRM: Final = "à confirmer"
PROVISIONAL: Final = Phrase(
    "{count:s question/questions} sur les livraisons de l’enquête {count:a reste/restent} sans réponse : ces "
    "chiffres de satisfaction sont une lecture parmi d’autres, provisoire, et rien n’en est conclu (« à "
    "confirmer »)."
)
HIDDEN: Final = "moins de 30, ou masqué"
MASKED: Final = "masqué"
_MORE_THAN: Final = Phrase("plus de {count:n}")
_OF_WAVE: Final = Phrase(
    "vague {wave}, {count:s ménage interrogé/ménages interrogés} (taux de réponse : {rate})"
)
READINGS: Final = (
    "Taux de réponse en QPV rapporté à celui d’ailleurs : {ratio}. Deux lectures, qui ne tiennent que si, à "
    "opinion égale, on répond de même des deux côtés : ceux qui manquent sont des mécontents, ou des "
    "satisfaits. À comparer à la bascule de chaque mot :"
)
_READING: Final = "« {label} » : un facteur de {low}, ou de {high} ; bascule {tipping}."
_BEYOND: Final = "plus que tout"
WEIGHTS: Final = {False: "livrés", True: "calés"}
UNKNOWN_RESPONSE: Final = (
    "Le taux de réponse n’est pas fourni : indiquez le nombre de ménages contactés, ou de questionnaires "
    "envoyés, sous contactes, dans [enquete] du plan ou dans la section de la vague."
)
SAMPLE_NOTE: Final = (
    "Effectifs arrondis à la dizaine ; « moins de 30, ou masqué » : moins de 30 ménages interrogés ici, ou "
    "sur l’autre côté. Une part éloignée de celle du parc est corrigée par les "
    "poids seulement s’ils en tiennent compte."
)
NO_SAMPLE: Final = (
    "L’échantillon n’est pas mis en face du parc : le parc de ces résidences n’est pas connu, ou l’un des "
    "côtés compte trop peu de ménages interrogés."
)
NOT_CALIBRATED: Final = (
    "Les poids sont ceux de la livraison : l’écart avant et après calage ne peut être donné que pour un "
    "calage fait ici, sur un fichier de marges."
)
NO_WEIGHTS: Final = (
    "La livraison n’a pas de poids et aucun calage n’a été fait : chaque ménage compte pour un."
)
CALIBRATION_MASKED: Final = (
    "Poids calés ici ; aucun écart des questions de tête ne se publie avant et après calage."
)


def margin_words(margin_points: float) -> str:
    """Write the margin: « marge d’équivalence : 5 points »."""
    decimals = 0 if float(margin_points).is_integer() else 1
    return f"marge d’équivalence : {number(margin_points, decimals)} points"


def power_words(interviews: int) -> str:
    """Write how many interviews it would have taken, for which chances and which true gap."""
    return (
        f"il aurait fallu environ {number(interviews)} ménages par groupe pour conclure huit fois sur "
        "dix, l’écart réel étant nul"
    )


def gap_line(
    row: Mapping[str, object],
    margin_points: float,
    *,
    interviews: int | None = None,
    first: str = "",
) -> str:
    """Write a gap on one line: « ■ 10 de moins (entre 5 et 14) ; n = 1 630 ».

    `first` is what the comparable figure tells otherwise (`satisfaction.otherwise`).
    """
    verdict, publication = str(row["verdict"]), str(row["publication"])
    mark = sign(verdict, publication)
    if publication not in SHOWN:
        return f"{mark} {verdict_words(verdict, publication)}"
    n = number(float(str(row["n"])))
    line = f"{mark} {gap_phrase(row, margin_points)} ; n = {n}"
    if verdict == Verdict.NON_CONCLUANT and interviews:
        line += f" ({power_words(interviews)})"
    return f"{first} ; en brut, {line}" if first else line


WHERE_TO_LOOK: Final = "Où regarder d’abord : exploration, sans verdict"


def explored(tests: int, found: int) -> str:
    """Write how many of the comparisons made at once stand out."""
    head = (
        f"{plural(tests, 'comparaison')} d’un territoire et d’une question, faites ensemble : il en "
        "sortirait quelques-unes par hasard"
    )
    if not found:
        return f"{head}. Aucune ne ressort au-delà."
    return f"{head}. {number(found)} {'ressort' if found == 1 else 'ressortent'} au-delà."


def explored_line(place: str, label: str, gap: float, level: float, n: int) -> str:
    """Write one of them."""
    return (
        f"{place}, {label} : {percent(level)} de satisfaits, écart de {points(gap)} "
        f"({plural(n, 'ménage interrogé', 'ménages interrogés')})"
    )


def few_interviews(masking_n: int) -> str:
    """Write the interviews of a wave too small to be counted: « moins de 11 »."""
    return bounded(0, masking_n)


def all_interviews(waves: Sequence[int], masking_n: int) -> int | str:
    """Return the interviews of all waves: « moins de 11 » more where one is hidden (negative)."""
    known = sum(n for n in waves if n >= 0)
    if min(waves, default=0) >= 0:
        return known
    return _MORE_THAN.format(count=known) if known else few_interviews(masking_n)


def response_rate(n: int, contacted: int, *, shared: bool = False) -> float | str:
    """Return the response rate, or why there is none: that of a hidden number would tell it.

    `shared`: those contacted may be of several dossiers.
    """
    if not contacted:
        return NOT_GIVEN
    if shared:
        return TO_CONFIRM
    return MASKED if n < 0 else n / contacted


def readings_line(ratio: float, row: Mapping[Any, Any]) -> str:
    """Write what a difference of response is worth on a question, next to the reach of its word.

    `ratio` is k, response in QPV over that elsewhere: the share satisfied is read k p, or 1 − k(1 − p).
    `row` is a line of `survey_view.gaps`.
    """
    share, tipping = float(row["qpv"]), float(row["bascule"])
    if math.isnan(tipping):
        return ""
    ends = []
    for read in (ratio * share, 1 - ratio * (1 - share)):
        known = 0 < read < 1
        odds = share / (1 - share) * (1 - read) / read if known else math.inf
        ends.append(number(max(odds, 1 / odds), 2) if known else _BEYOND)
    bears = number(tipping, 2) if math.isfinite(tipping) else _BEYOND
    return _READING.format(label=row["libelle"], low=ends[0], high=ends[1], tipping=bears)


def field_lead(waves: Sequence[tuple[str, int, float | str]], masking_n: int) -> str:
    """Write the interviews of each wave and their response rate: (wave, interviews, rate)."""
    parts = []
    for wave, n, rate in waves:
        rate_words = rate if isinstance(rate, str) else percent(rate)
        count = few_interviews(masking_n) if n < 0 else n
        parts.append(_OF_WAVE.format(wave=wave, count=count, rate=rate_words))
    return f"Terrain : {' ; '.join(parts)}."
