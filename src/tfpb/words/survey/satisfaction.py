"""Sentences of the survey results: every share with its n, every gap with its interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import FAVOURABLE
from tfpb.packaged import packaged
from tfpb.words.numbers import THIN, gap_number, number, percent, plural, points
from tfpb.words.phrase import Phrase
from tfpb.words.survey.verdict_words import LEVEL, MODE_CHANGED, interval_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEXTS: Final = packaged(__name__)
THEMES: Final[dict[str, str]] = _TEXTS["themes"]
REPERES: Final[dict[str, str]] = _TEXTS["reperes"]
GROUPES: Final[dict[str, str]] = _TEXTS["groupes"]
MASKED_SEGMENTS: Final = Phrase(
    "{count:s écart/écarts} par segment, masqués : moins de 30 ménages, une seule résidence ou "
    "1 à 10 ménages d’autres bailleurs."
)
COMPARABLE: Final = (
    "Écart comparable : même répartition des types d’habitat et des périodes de construction des deux "
    "côtés ; il accompagne l’écart brut sans le remplacer."
)
NOT_COMPARABLE: Final = (
    "Pas assez d’immeubles comparables pour un écart à structure comparable ici : une part de l’écart brut "
    "peut tenir au parc (type d’habitat, période de construction) et non au service."
)
CHANGE_COMPARABLE: Final = (
    "À structure comparable : les deux vagues et les deux côtés sont ramenés à la composition du parc (à "
    "défaut, de la vague la plus récente) ; vide là où il n’y a pas assez d’immeubles comparables de "
    "chaque côté à chaque vague. Cette évolution accompagne l’évolution brute sans la "
    "remplacer, et n’est pas la différence des écarts comparables de chaque vague."
)
BROKEN_LEVELS: Final = (
    "Niveaux en QPV et ailleurs : série interrompue, le prestataire ou le mode de recueil a changé entre ces "
    "vagues. L’évolution de l’écart n’est dite qu’au-delà de 1,5 point, « mode changé », et seulement si ce "
    "changement a touché les deux côtés de la même façon."
)
_NOT_SHOWN: Final = (
    "Une cellule vide n’est pas publiable : masqué (moins de 30 ménages, une seule résidence ou 1 à 10 "
    "ménages d’autres bailleurs), ou personne n’a répondu."
)
_SHOWN_MARGIN: Final = (
    "Marge démontrable : la plus petite marge à laquelle ces réponses montreraient que les QPV ne sont pas "
    "en dessous."
)
_TIPS: Final = (
    "Bascule : le mot ne tiendrait plus si satisfaits (autant, plus) ou mécontents (moins) avaient "
    "répondu tant de fois plus volontiers que les autres en QPV, et autant qu’eux ailleurs ; sous 1,2, "
    "fragile à la non-réponse."
)
TABLE: Final = (_NOT_SHOWN, _SHOWN_MARGIN, _TIPS)
NO_CAUSE: Final = "Cette évolution ne dit pas sa cause."
CHANGE_TABLE: Final = (NO_CAUSE, CHANGE_COMPARABLE)
NO_CHANGE_SHOWN: Final = "aucune question n’a, aux deux vagues, des chiffres qui se publient"


_COUNTED: Final = (
    ", sur {total:s question} : moins {lower:n} fois{unsure:? (dont {sure:s sûre})|}, autant ou "
    "plus {level:n} fois{level:? (à la marge près)|}{alone:?, peut-être {alone:n} fois (isolé)|}"
    "{unknown:?, on ne sait pas {unknown:n} fois|}{masked:?, masqué {masked:n} fois|}"
    "{empty:?, sans réponse {empty:n} fois|}."
)
ALL_MASKED: Final = Phrase("En QPV, sur {total:s question} : toutes masquées, rien n’est comparé.")
NONE_COMPARED: Final = Phrase(
    "En QPV, sur {total:s question}, sans réponse {empty:n} fois{masked:?, masqué {masked:n} fois|} : rien "
    "n’est comparé."
)
SERVICE: Final = Phrase(f"Service du bailleur en QPV{_COUNTED}")
NO_OTHER_STORY: Final = "À structure comparable, l’enquête ne montre pas d’autre écart."


def n_words(n: float) -> str:
    """Write a number of answers: « n = 1 460 »."""
    return f"n{THIN}={THIN}{number(int(n))}"


_STORIES: Final = {
    "sens": "change de sens",
    "ampleur": "n’est pas de la même taille",
}
DISAGREEING: Final[dict[str, str]] = {
    f"{subject}_{story}": f"à structure comparable, {named} " + text
    for subject, named in (("ecart", "l’écart"), ("evolution", "l’évolution de l’écart"))
    for story, text in _STORIES.items()
}
"""What a figure like with like says against the raw one, by `ecart` or `evolution` and story."""


def otherwise(
    story: str, gap: float, low: float, high: float, margin_points: float, *, change: bool = False
) -> str:
    """Write what the comparable figure tells otherwise than the raw one, with its 90 % interval."""
    reading = DISAGREEING[f"{'evolution' if change else 'ecart'}_{story}"]
    return f"{reading} ({points(gap)}, {interval_words(low, high, margin_points)}, {LEVEL})"


def otherwise_sentence(label: str, reading: str) -> str:
    """Write it for one question."""
    return f"« {label} » : {reading}."


def otherwise_first(count: int, *, change: bool = False) -> str:
    """Write, at the head of a section, on how many questions both figures disagree; nothing if none."""
    if not count:
        return ""
    subject = "l’évolution" if change else "l’écart"
    raw = "brute" if change else "brut"
    return (
        f"Pour {plural(count, 'question')}, {subject} à structure comparable ne dit pas la même chose que "
        f"{subject} {raw} : à lire d’abord. "
    )


HOLDS_UP_TO: Final = (
    "« Tient jusqu’à » : le verdict tient si les satisfaits (autant, plus) ou les mécontents (moins) "
    "n’ont pas répondu tant de fois plus volontiers que les autres en QPV, et autant qu’eux ailleurs."
)
FRAGILE: Final = "fragile à la non-réponse"
_FRAGILE_UNDER: Final = 1.2
_TIPPING: Final = {
    True: "les satisfaits avaient répondu {times} fois plus volontiers que les mécontents ici",
    False: "les mécontents avaient répondu {times} fois plus volontiers que les satisfaits ici",
}
"""What would have to be, by whether the word is favourable."""
NEVER_TIPPED: Final = (
    "Aucun écart de réponse entre satisfaits et mécontents d’ici n’y suffirait à lui seul."
)


def tipping_sentence(verdict: str, factor: float) -> str:
    """Write what non-response would have to be for a word to fail; nothing without such a word.

    `factor` is `bascule`: rounded towards 1, infinite where no non-response would do.
    """
    if math.isnan(factor):
        return ""
    if math.isinf(factor):
        return NEVER_TIPPED
    what = _TIPPING[verdict in FAVOURABLE].format(times=number(factor, 2))
    end = f" ({FRAGILE})" if factor < _FRAGILE_UNDER else ""
    return f"Ce ne serait plus vrai si {what}, et autant qu’eux ailleurs{end}."


def tipping_line(row: Mapping[Any, Any]) -> str:
    """Write it for one question, after its figures as they are printed; nothing without a word."""
    tail = tipping_sentence(str(row["verdict"]), float(row["bascule"]))
    return f"« {row['libelle']} », {row['phrase']}. {tail}" if tail else ""


def fragile_sentence(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Name the headline questions whose word little non-response would tip; nothing without any."""
    named = [_quoted(str(r["libelle"])) for r in rows if r["bascule"] < _FRAGILE_UNDER]
    return f"{FRAGILE.capitalize()} : {join(named)}." if named else ""


def gap_sentence(row: Mapping[Any, Any]) -> str:
    """Write one item: both shares with their n, the gap with its interval, the verdict.

    Of a line of `survey_view.gaps`, what the comparable figure says against it comes first.
    """
    head = f"{row['autrement']} ; en brut, " if row["autrement"] else ""
    return (
        f"{row['libelle']} : {head}{percent(row['qpv'])} de satisfaits en QPV ({n_words(row['n_qpv'])}), "
        f"{percent(row['hors'])} ailleurs ({n_words(row['n_hors'])}) ; écart de {points(row['ecart'])}, "
        f"{interval_words(row['ic90_bas'], row['ic90_haut'], row['marge_points'])} ({LEVEL}) ; "
        f"{row['verdict_mot']}."
    )


def count_sentence(counts: dict[str, int], total: int) -> str:
    """Write how many items bear each verdict, in the order given."""
    shown = [f"{number(count)} « {words} »" for words, count in counts.items() if count]
    head = f"{plural(total, 'question comparée', 'questions comparées')}"
    return f"{head} : {join(shown)}." if shown else f"{head}."


def join(parts: list[str]) -> str:
    """Join parts as a sentence does: « a, b et c »."""
    if len(parts) < 2:  # noqa: PLR2004
        return "".join(parts)
    return f"{', '.join(parts[:-1])} et {parts[-1]}"


def _first_two(labels: list[str]) -> str:
    """Name two questions at most, and count the others: « A », « B » et 3 autres."""
    shown = [_quoted(x) for x in labels[:2]]
    rest = len(labels) - len(shown)
    return join([*shown, plural(rest, "autre")] if rest else shown)


def chart_title(theme: str, *, lower: list[str], level: list[str], better: list[str]) -> str:
    """Title a chart of gaps by what it shows; labels come in order, at most two of each are named."""
    parts = [
        f"{head} pour {_first_two(labels)}"
        for head, labels in (
            ("moins en QPV", lower),
            ("plus en QPV", better),
            ("autant, à la marge près,", level),
        )
        if labels
    ]
    message = " ; ".join(parts) if parts else "on ne sait pas"
    return f"{THEMES.get(theme, theme)} : {message}"


def _quoted(label: str) -> str:
    return f"« {label} »"


WHO_ANSWERED: Final = "Qui a répondu : jusqu’où chaque mot tient"
OF_BAILLEUR: Final = "du bailleur"
NOT_NAMED: Final = Phrase(
    "L’enquête ne nomme pas « {bailleur} » : ses résultats sont ceux de tous les bailleurs qu’elle nomme."
)
OF_ALL: Final = "de tous les bailleurs"
AND_COMPARABLE: Final = ", écart à structure comparable"
BEFORE_COMPARING: Final = "Avant de comparer les vagues :"


def comparison_lead(wave: str, counts: dict[str, int], total: int) -> str:
    """Write how many questions of a wave bear each verdict."""
    return f"Vague {wave} : {count_sentence(counts, total)}"


def unclear_sentence(label: str, detail: str) -> str:
    """Write what it would have taken to conclude on a question."""
    return f"« {label} », on ne sait pas : {detail}."


def first_unclear(meaning: str, label: str, detail: str) -> str:
    """Write what « on ne sait pas » means, with one question as an example."""
    return f"« On ne sait pas » : {meaning}. Pour « {label} » : {detail}."


PERHAPS_MOVED: Final = "peut-être une évolution"
"""Of a movement that is isolated, or that comparable buildings do not confirm: the note does not name it."""


def change_lead(first: str, last: str, counts: dict[str, int], total: int) -> str:
    """Write how many questions bear each reading of a change between two waves."""
    subject = f"Évolution de l’écart entre QPV et ailleurs, de {first} à {last}"
    if not total:
        return f"{subject} : {NO_CHANGE_SHOWN}."
    parts = join([f"{number(count)} « {word} »" for word, count in counts.items()])
    return f"{subject}, {plural(total, 'question')} : {parts}."


_MOVED: Final = {
    False: "passé de {before} ({first}) à {after} ({last}){mark}",
    True: "peut-être, de {before} ({first}) à {after} ({last}){mark}",
}
"""What moved, by whether it is isolated."""
DAGGER: Final = (
    "Écarts QPV − ailleurs, en points. † : à structure comparable, l’évolution n’est pas donnée ou ne dit "
    "pas la même chose."
)


def moved(
    waves: tuple[str, str],
    gaps: Sequence[float],
    *,
    alone: bool = False,
    doubt: bool = False,
    mode: bool = False,
) -> str:
    """Write a movement: « passé de −2 (2019) à +8 (2023) », with a dagger where it is in doubt."""
    before, after = (gap_number(g) for g in gaps)
    mark = f", {MODE_CHANGED}" * mode + f"{THIN}†" * doubt
    return _MOVED[alone].format(
        before=before, first=waves[0], after=after, last=waves[1], mark=mark
    )


def moved_line(label: str, movement: str) -> str:
    """Write a movement after the question that moved."""
    return f"{label} : {movement}"
