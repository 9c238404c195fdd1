"""Words for the survey: verdicts, publication states, gaps in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Ajustement, Groupe, Nature, Publication, Theme, Verdict
from tfpb.words.faults.survey_faults import FAULTS
from tfpb.words.numbers import interval_points, number, points
from tfpb.words.survey.verdict_words import SIGNS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPLANATIONS: Final[dict[str, str]] = {
    Verdict.EQUIVALENT: "l’intervalle à 90 % de l’écart tient tout entier dans la marge d’équivalence",
    Verdict.EQUIVALENT_INFERIEUR: (
        "l’écart tient dans la marge d’équivalence, mais il est défavorable et démontré"
    ),
    Verdict.NON_INFERIEUR: "l’écart n’est pas plus défavorable que la marge d’équivalence",
    Verdict.MEILLEUR: "la satisfaction est plus élevée en QPV, et c’est démontré",
    Verdict.INFERIEUR: "l’écart est plus défavorable que la marge d’équivalence, et c’est démontré",
    Verdict.ECART_DEFAVORABLE: (
        "l’écart est défavorable, mais on ne peut pas dire s’il dépasse la marge d’équivalence"
    ),
    Verdict.NON_CONCLUANT: (
        "les ménages interrogés sont trop peu nombreux pour démontrer l’équivalence comme l’écart"
    ),
    Verdict.NON_PUBLIABLE: "trop peu de ménages interrogés pour donner un chiffre",
    Verdict.NON_CALCULABLE: (
        "moins de deux résidences ou aucune réponse d’un côté au moins, ou des réponses toutes "
        "pareilles des deux côtés"
    ),
    Verdict.HAUSSE: "l’écart entre QPV et hors QPV s’est déplacé en faveur des QPV, et c’est démontré",
    Verdict.BAISSE: "l’écart entre QPV et hors QPV s’est déplacé au détriment des QPV, et c’est démontré",
    Verdict.NON_DEMONTRE: "le changement observé n’est pas démontré",
}

PUBLICATIONS: Final[dict[str, str]] = {
    Publication.PUBLIABLE: "publiable",
    Publication.FRAGILE: "fragile : à lire avec prudence",
    Publication.NON_PUBLIABLE: "non publiable : précision insuffisante",
    Publication.MASQUE: "masqué : secret statistique",
    Publication.NON_CALCULABLE: "non calculable",
}

GROUPS: Final[dict[str, str]] = {
    Groupe.QPV: "QPV",
    Groupe.HORS_QPV: "hors QPV",
    Groupe.ENSEMBLE: "ensemble",
    Groupe.ECART: "écart QPV − hors QPV",
    Groupe.EVOLUTION_QPV: "évolution en QPV",
    Groupe.EVOLUTION_HORS: "évolution hors QPV",
    Groupe.EVOLUTION_ECART: "évolution de l’écart",
}

ADJUSTMENTS: Final[dict[str, str]] = {
    Ajustement.BRUT: "brut",
    Ajustement.STANDARDISE: "à composition égale (standardisation directe)",
    Ajustement.REGRESSION: "à caractéristiques égales (régression)",
}

THEMES: Final[dict[str, str]] = {
    Theme.RESIDENCE: "Qualité de vie dans la résidence",
    Theme.QUARTIER: "Qualité de vie dans le quartier",
    Theme.LOGEMENT: "Logement",
    Theme.RELATION: "Relation avec le bailleur",
    Theme.GLOBAL: "Satisfaction d’ensemble",
}

NATURES: Final[dict[str, str]] = {
    Nature.SERVICE: "service rendu par le bailleur",
    Nature.QUARTIER: "quartier",
    Nature.AUTRE: "autre",
}

QUADRANTS: Final[dict[str, str]] = {
    "priorite": "priorité : compte beaucoup, satisfait peu",
    "atout": "atout : compte beaucoup, satisfait bien",
    "secondaire": "secondaire : compte moins, satisfait peu",
    "a_maintenir": "à maintenir : compte moins, satisfait bien",
}

QUOTA_SENTENCE: Final = (
    "Enquête par quotas : intervalles sous l’hypothèse d’un sondage stratifié en grappes "
    "(la résidence)."
)

LOCATED_COLUMNS: Final = {
    "id_residence": "l’identifiant de la résidence, comme dans l’enquête",
    "cote": "dans, hors ou à vérifier : le côté de chaque résidence ou entrée",
}
"""What a table of located résidences must hold."""
PERIODS: Final = (
    (1949, "avant 1949"),
    (1975, "1949-1974"),
    (1990, "1975-1989"),
    (2005, "1990-2004"),
    (float("inf"), "2005 et après"),
)
"""Periods of construction: first year that is no longer in it, name."""
ISOLATED: Final = "isolé"
"""Mark of a verdict that does not survive the correction for the number of questions of its theme."""

_ALPHA: Final = 0.05
_FAVOURABLE: Final = frozenset(
    {
        Verdict.EQUIVALENT.value,
        Verdict.EQUIVALENT_INFERIEUR.value,
        Verdict.NON_INFERIEUR.value,
        Verdict.MEILLEUR.value,
    }
)


def is_isolated(verdict: str, p_holm: float) -> bool:
    """Whether a favourable verdict does not survive Holm's correction within its theme."""
    return verdict in _FAVOURABLE and p_holm > _ALPHA


def verdict_words(verdict: str, p_holm: float = float("nan")) -> str:
    """Say a verdict with its sign: « ● équivalent », « ◐ non inférieur (isolé) »."""
    if not verdict:
        return ""
    words = f"{SIGNS[verdict]} {VERDICTS[verdict]}"
    return f"{words} ({ISOLATED})" if is_isolated(verdict, p_holm) else words


def margin_words(margin_points: float) -> str:
    """Say the margin: « marge d’équivalence : 5 points »."""
    decimals = 0 if float(margin_points).is_integer() else 1
    return f"marge d’équivalence : {number(margin_points, decimals)} points"


def shown_margin_words(demonstrated_points: float) -> str:
    """Say δ*, the smallest margin the data would have shown."""
    if demonstrated_points != demonstrated_points:  # noqa: PLR0124 - NaN
        return ""
    if demonstrated_points <= 0:
        return "Les réponses montrent un niveau au moins égal en QPV, quelle que soit la marge."
    return (
        "Plus petite marge que ces réponses permettent de démontrer : "
        f"{number(demonstrated_points, 1)} points."
    )


def power_words(interviews: int) -> str:
    """Say how many interviews it would have taken."""
    return f"il aurait fallu environ {number(interviews)} ménages par groupe"


def gap_words(row: Mapping[str, object], *, interviews: int | None = None) -> str:
    """Say a gap in one sentence: value, interval, households, verdict and what it means.

    Parameters
    ----------
    row : mapping
        A row of the comparison on groupe `ecart`.
    interviews : int, optional
        Interviews a group would have needed (`tfpb.survey.planning.power.n_necessaire`), told when the
        verdict is « non concluant ».
    """
    verdict = str(row["verdict"])
    if verdict in {Verdict.NON_PUBLIABLE, Verdict.NON_CALCULABLE}:
        return f"{VERDICTS[verdict].capitalize()} : {EXPLANATIONS[verdict]}."
    low, high = float(str(row["ic95_bas"])), float(str(row["ic95_haut"]))
    text = (
        f"Écart de {points(float(str(row['estimation'])))} ({interval_points(low, high)}, "
        f"{number(float(str(row['n'])))} ménages interrogés) : {VERDICTS[verdict]}, "
        f"{EXPLANATIONS[verdict]}."
    )
    if verdict == Verdict.NON_CONCLUANT:
        text += " " + shown_margin_words(float(str(row["marge_demontree_points"])))
        if interviews:
            words = power_words(interviews)
            text += f" Pour conclure, {words}."
    return text


def gap_line(row: Mapping[str, object], *, interviews: int | None = None) -> str:
    """Say a gap on one line: « ▼ −9,5 points (entre −14,2 et −4,8 points ; n = 1 633) : … »."""
    verdict = str(row["verdict"])
    said = verdict_words(verdict, float(str(row["p_holm"])))
    if verdict in {Verdict.NON_PUBLIABLE, Verdict.NON_CALCULABLE}:
        return said
    sign, _, words = said.partition(" ")
    gap, low, high, n = (float(str(row[c])) for c in ("estimation", "ic95_bas", "ic95_haut", "n"))
    line = f"{sign} {points(gap)} ({interval_points(low, high)} ; n = {number(n)}) : {words}"
    if verdict == Verdict.NON_CONCLUANT and interviews:
        line += f" ({power_words(interviews)})"
    return line


def said_of_waves(pair: str) -> str:
    """Say a pair of waves: « entre 2019 et 2023 »."""
    first, _, second = pair.partition("-")
    return f"entre {first} et {second}" if second else pair


__all__ = ["FAULTS"]
