"""What `tfpb planifier` says: what to buy, what it will show, what it will not whatever is spent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.words.numbers import NOTHING, number, percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TEXTS: Final = packaged(__name__)
TITLE: Final = "Prochaine enquête auprès des locataires"
BEFORE: Final = (
    "Prévision : elle vaut pour une question posée à tous, et suppose les réglages de la feuille "
    "« Hypothèses » du classeur."
)
TARGETS: Final[dict[str, str]] = _TEXTS["targets"]
OUTCOMES: Final[dict[str, str]] = _TEXTS["outcomes"]
OUTCOME_NOTE: Final = (
    "« Rien seul » : trop peu de réponses pour publier ; elles comptent dans l’ensemble. « Jamais » : "
    "même à budget illimité."
)
LEFT: Final[dict[str, str]] = _TEXTS["left"]
SIDES: Final = {"dans": "QPV", "hors": "hors QPV", "a_verifier": "à vérifier"}
NO_QUARTER: Final = "quartier sans code"
NO_OWNER: Final = "bailleur non nommé"
NO_PAIR: Final = "pas de semblable en face : ne pourra pas être comparé à logements comparables"
HEADINGS: Final[tuple[str, ...]] = tuple(_TEXTS["headings"])
PLANNED: Final = "prévu"
TARGET_LINE: Final = "visé"
AXES: Final = ("ménages interrogés, en tout", "chances de conclure")
NOT_GIVEN: Final = "non renseigné"
WHOLE: Final = "Ensemble"
NONE: Final = "aucun"
SCOPES: Final = {"total": "Ensemble", "bailleur": "Bailleur", "quartier": "Quartier"}
LEADS: Final[dict[str, str]] = _TEXTS["leads"]
YOURS, DEFAULT = "votre fichier", "par défaut"
_LISTED: Final = 3
MEANING: Final[dict[str, tuple[str, str]]] = {k: (a, b) for k, (a, b) in _TEXTS["meaning"].items()}
_SHARES: Final = frozenset({"puissance", "taux_satisfaction", "taux_reponse", "reponses_valides"})
RULES: Final[tuple[str, ...]] = tuple(_TEXTS["rules"])


def chances(share: float) -> str:
    """Write a probability: « 72 chances sur 100 », never 100."""
    if not share:
        return "aucune chance"
    return f"{_of_hundred(share)} chances sur 100" if share >= 0.015 else "1 chance sur 100"  # noqa: PLR2004


def of_hundred(share: float) -> str:
    """Write a probability as a figure: « 72 sur 100 », never 100."""
    return f"{_of_hundred(share) if share else 0} sur 100"


def _of_hundred(share: float) -> int:
    return min(99, max(1, math.floor(100 * share + 0.5)))


def points(value: float) -> str:
    """Write points: « 5 points », « 1 point », « 3,7 points »."""
    decimals = 0 if float(value).is_integer() else 1
    return f"{number(value, decimals)} {'points' if abs(value) >= 2 else 'point'}"  # noqa: PLR2004


def width_words(half_width: float) -> str:
    """Write a half-width (0..1): « ± 3,7 points », « – » without answers on a side."""
    if math.isnan(half_width):
        return NOTHING
    return f"± {points(math.floor(1000 * half_width + 0.5) / 10)}"


def households(count: float) -> str:
    """Write a number of interviews: « 12 ménages interrogés »."""
    return plural(count, "ménage interrogé", "ménages interrogés")


def gap_supposed(gap: float) -> str:
    """Write an assumed true gap, in points, after « si »."""
    if not gap:
        return "la satisfaction est en vérité la même des deux côtés"
    side = "plus basse" if gap < 0 else "plus haute"
    return f"elle est en vérité {side} de {points(abs(gap))} en QPV"


def gap_short(gap: float) -> str:
    """Write an assumed true gap, in points, as a header."""
    decimals = 0 if float(gap).is_integer() else 1
    return f"écart réel {number(gap, decimals, sign=True)}" if gap else "écart réel nul"


def to_buy(planned: int, places: int, qpv: int, hors: int) -> str:
    """Say what to buy."""
    return (
        f"{plural(planned, 'ménage')} à interroger dans {plural(places, 'résidence')} : {number(qpv)} en "
        f"QPV et {number(hors)} hors QPV."
    )


def shortfall(asked: int, planned: int, rate: float, most: int) -> str:
    """Say what the stock cannot give of the interviews asked for."""
    return (
        f"Sur {number(asked)} demandés, ce patrimoine n’en permet que {number(planned)}, si "
        f"{percent(rate)} des ménages répondent, et à {number(most)} par résidence au plus."
    )


def will_show(half_width: float, margin: float, cases: Sequence[tuple[float, float]]) -> str:
    """Say how sure the whole will be, and the chance to show it for each assumed gap (points, share)."""
    if math.isnan(half_width):
        return (
            "rien : d’un côté au moins, ce patrimoine est trop petit pour espérer une réponse au taux "
            "prévu."
        )
    (gap, share), *others = cases
    text = (
        "pour l’ensemble, l’écart de satisfaction entre QPV et hors QPV, à "
        f"{width_words(half_width)} près. Si {gap_supposed(gap)}, il y a {chances(share)} de conclure, "
        f"c’est-à-dire de démontrer que les QPV ne sont pas plus bas de plus de {points(margin)}"
    )
    return "".join([text, *(f" ; si {gap_supposed(g)}, {chances(s)}" for g, s in others), "."])


def quarters_shown(shown: int, judged: int, count: int, silent: Sequence[str]) -> str:
    """Say how many quarters will have a figure, a verdict, and name those that will not."""
    if not count:
        return ""
    if shown:
        have = "auront leur écart" if shown > 1 else "aura son écart"
        text = f"{plural(shown, 'quartier')} sur {number(count)} {have}, "
        text += f"{number(judged)} avec un verdict possible" if judged else "sans verdict"
    else:
        text = f"Aucun écart à l’échelle d’un quartier ({number(count)})"
    return f"{text} ; rien pour {_named(silent)}." if silent and shown else f"{text}."


def _named(names: Sequence[str]) -> str:
    more = len(names) - _LISTED
    listed = ", ".join(names[:_LISTED])
    return (
        f"{listed} et {plural(more, 'autre quartier', 'autres quartiers')}" if more > 0 else listed
    )


def alone_service(margin: float, most: int, enough: int) -> str:
    """Say why one quarter shows nothing favourable when the service is judged."""
    return (
        f"un quartier seul ne peut pas démontrer {points(margin)}, quel que soit le budget : le plus "
        f"étendu a {plural(most, 'résidence')}, et le hasard de ces résidences pèse trop. Il en faudrait "
        f"environ {number(enough)} de chaque côté, dix ménages dans chacune. Aucun verdict favorable ne "
        "sera donc donné pour un quartier : les verdicts se lisent au bailleur et à la région."
    )


def alone_parc(
    margin: float, name: str, interviews: int, share: float, wanted: float, need: float, room: int
) -> str:
    """Say that no quarter reaches the power asked, what the surest has, and what it would take."""
    text = (
        f"aucun quartier seul n’atteint {chances(wanted)} de démontrer {points(margin)} : le mieux placé, "
        f"{name}, en a {_of_hundred(share)} avec {households(interviews)}"
    )
    if math.isnan(need):
        return f"{text}, et n’en aura pas assez tant que les réponses hors QPV n’augmentent pas."
    out = "c’est possible" if need <= room else f"{number(room)} au plus y sont possibles"
    return f"{text} ; il en faudrait {number(need)}, et {out}."


def some_alone(margin: float, able: int, count: int, wanted: float) -> str:
    """Say how many quarters reach the power asked alone."""
    return (
        f"{plural(able, 'quartier')} sur {number(count)} {'ont' if able > 1 else 'a'}, à soi seul, "
        f"{chances(wanted)} de démontrer {points(margin)} ; les autres ne le pourront pas."
        if able < count
        else f"rien n’est hors de portée : chaque quartier a {chances(wanted)} de démontrer {points(margin)}."
    )


def whole_need(wanted: float, needed: int | None, best: float, room: int) -> str:
    """Say what the whole would take, where the plan falls short of the power asked."""
    if needed is not None:
        return f"Pour {chances(wanted)} sur l’ensemble, il faudrait {households(needed)} en tout."
    return (
        f"L’ensemble n’atteint pas non plus {chances(wanted)} : {_of_hundred(best)} au mieux, avec tous "
        f"les ménages que ce patrimoine permet d’interroger ({number(room)})."
    )


def unsure(residences: int, dwellings: int) -> str:
    """Say what is left out because its side is not known."""
    return (
        f"À vérifier : {plural(residences, 'résidence')} ({plural(dwellings, 'logement')}) dont le côté "
        "n’est pas sûr. Personne n’y est interrogé (feuille « Résidences » du classeur)."
    )


def setting_row(key: str, value: object) -> tuple[str, str, str]:
    """Return the name, value and meaning of a setting."""
    label, meaning = MEANING[key]
    if key in _SHARES:
        shown = percent(float(str(value)))
    elif key == "cible":
        shown = f"{value} : {TARGETS[str(value)]}"
    elif key == "marge_points":
        shown = points(float(str(value)))
    elif isinstance(value, dict):
        shown = ", ".join(f"{name} : {number(n)}" for name, n in value.items())
    elif isinstance(value, tuple):
        shown = ", ".join(points(v) if isinstance(v, float) else str(v) for v in value)
    else:
        shown = number(value, 2 if isinstance(value, float) else 0)  # type: ignore[arg-type]
    return label, shown, meaning


_SHOWN: Final = Phrase(
    "Un écart est publié à partir de {residences:n} résidences et {answers:n} réponses de chaque côté ; "
    "{more}"
)
_PUBLISHED: Final[dict[str, str]] = _TEXTS["published"]


def rules(cible: str, answers: int, residences: int) -> tuple[str, ...]:
    """Return how interviews are shared and what is published, in sentences."""
    more = _PUBLISHED[cible]
    return (*RULES, _SHOWN.format(residences=residences, answers=answers, more=more))


def others(count: int, book: str) -> str:
    """Say how many quarters the page leaves to the workbook."""
    return (
        f"{plural(count, 'autre quartier', 'autres quartiers')} : feuille « Quartiers » de {book}."
    )


def no_quota(columns: Iterable[str]) -> str:
    """Say which columns of quotas the stock lacks."""
    listed = ", ".join(f"« {c} »" for c in columns)
    return f"Le patrimoine n’a pas de colonne {listed} : pas de quota par là."


def quota_name(column: str) -> str:
    """Name a column of quotas."""
    known = {"type_habitat": "Type d’habitat", "periode_construction": "Période de construction"}
    return known.get(column, column)


def at_most(interviews: int, ends: Iterable[str]) -> str:
    """Say in words where curves end."""
    return f"avec {households(interviews)}, {' ; '.join(ends)}"


def asked_in(level: str) -> str:
    """Head the column of the interviews of the bailleur or of the quarter that is drawn."""
    return "Dont ce bailleur" if level == "bailleur" else "Dont ce quartier"


def examples(bailleur: str, quartier: str) -> tuple[str, ...]:
    """Say which bailleur and quarter are drawn, and why."""
    shown = f"Quartier montré : {quartier}."
    if bailleur != NONE:
        shown = f"Bailleur montré : {bailleur}. {shown}"
    return (f"{shown} Ce sont ceux où l’on interroge le plus de ménages en QPV.",)


def subtitle(title: str, bailleurs: Sequence[str], cible: str, date: str) -> str:
    """Write the line beside the title: whose stock, what is judged, when."""
    who = bailleurs[0] if len(bailleurs) == 1 else plural(len(bailleurs), "bailleur")
    parts = (title, who, f"on juge {TARGETS[cible]}", date)
    return " · ".join(part for part in parts if part)


def last_measured(wave: str, gap: float, questions: int) -> str:
    """Say where the second assumed gap comes from."""
    sign = (
        "nul"
        if not gap
        else f"de {points(abs(gap))} {'en défaveur' if gap < 0 else 'en faveur'} des QPV"
    )
    return (
        f"Dernier écart mesuré, vague {wave} : {sign} (médiane des écarts bruts publiés, arrondie au "
        f"point, sur {plural(questions, 'question')})."
    )


def written(book: str, page: str) -> str:
    """Say which file to open first."""
    return f"À ouvrir d’abord : {page} (une page), puis {book}."
