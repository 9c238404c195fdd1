"""Words of the region: restitution, position and funnel of a bailleur, sheet of a contrat de ville."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.bailleurs import ABSENT
from tfpb.facts.claim import TOTAL
from tfpb.packaged import packaged
from tfpb.words.documents.quarter_page import PARTLY
from tfpb.words.numbers import THIN, bounded, number, plural
from tfpb.words.phrase import Phrase
from tfpb.words.survey.satisfaction import join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims

_TEXTS: Final = packaged(__name__)
REGION_SUBTITLE: Final = "Restitution régionale, imposition {year}"
CONTRAT_SUBTITLE: Final = "Fiche du contrat de ville, imposition {year}"
REGION_ROLES: Final = {"contrats": "Contrats de ville", "region": "Région"}
"""Files of a region, beside those of a dossier (`report_words.ROLES`)."""

REGION: Final = Phrase(
    "{owners:s bailleur}, {homes:s résidence}, {dwellings:s logement}, dont {inside:n} dans "
    "{quarters:s quartier prioritaire/quartiers prioritaires}."
)
"""Whom the restitution covers."""
ATLAS: Final = "{titre} : atlas des quartiers prioritaires"
_LARGEST: Final = 10_000_000
NO_QUARTER: Final = "Hors de tout quartier"
"""Line of what belongs to no quarter: with it, quarters add up to the whole."""
NO_CONTRAT: Final = "Quartiers sans contrat de ville connu"
READINGS: Final[dict[str, str]] = _TEXTS["readings"]
DIFFERENCES: Final[dict[str, str]] = _TEXTS["differences"]
LEVELS: Final[dict[str, str]] = _TEXTS["levels"]
FINDINGS: Final[dict[str, str]] = _TEXTS["findings"]
"""What became of the interviews of a bailleur in a wave."""
ALIKE: Final = " ; un nom proche : {names}"
DELIVERIES: Final = "Livraisons de l’enquête : lu, gardé, écarté"
DELIVERIES_NOTES: Final = tuple(_TEXTS["deliveries_notes"])
READ_COUNTS: Final = Phrase(
    "Livraisons : {read:s réponse lue/réponses lues}, {kept:s gardée}, {left:s écartée} ; {lines:s ligne} à "
    "relire (un bailleur, une vague)."
)
UNREAD: Final = (
    "Rien n’est conclu de votre place tant qu’une question sur les livraisons attend sa réponse."
)
CHARGED: Final = "les bailleurs du quartier"
MONEY_SHEET: Final = "Abattement et actions"
PANEL: Final = (
    "Chaque évolution ne compte que les bailleurs qui ont posé la question aux deux vagues : un bailleur "
    "arrivé ou parti entre elles n’y est pas ; le nombre de ménages, lui, compte tous ceux du territoire. De "
    "trois vagues ou plus, la première est aussi comparée à la dernière."
)
YOUR_POSITION: Final = "Votre position : {name}"
MORE_IN_BOOK: Final = Phrase(
    "{count:s autre ligne/autres lignes} dans le classeur, feuille « Position »."
)
REPERE_REFERENCE: Final = "{titre} : tous les bailleurs enquêtés sauf le vôtre, vague {vague}"
_NOTES: Final[dict[str, str]] = _TEXTS["notes"]
OWNERS_NOTES: Final = tuple(_NOTES[k] for k in ("differ", "letters", "quartiles", "no_rank"))
POSITION_NOTES: Final = (_NOTES["no_rank"], _NOTES["quartiles"])
CONTRAT_NOTES: Final = (_NOTES["not_by_bailleur"], _NOTES["contrat_side"])
TARGETS: Final = Phrase.table(**_TEXTS["targets"])
"""Whether a target can be seen."""
FRAME_NOTES: Final = tuple(_TEXTS["frame_notes"])
PLACES_LEAD: Final = (
    "Du département au quartier : le parc, l’abattement, les actions, puis ce que disent les "
    "locataires."
)
PLACES_NOTES: Final = tuple(_TEXTS["places_notes"])
OF_WAVE: Final = ", vague {wave}"
KEPT_ONCE: Final = (
    "Le secret est calculé une fois sur l’ensemble de ce qui est publié : restitution, dossiers des "
    "bailleurs, fiches des contrats de ville. Une case masquée ici ne se retrouve pas en soustrayant "
    "d’autres documents."
)
SHOWN_WHEN: Final = Phrase(
    "Un territoire n’est montré que s’il compte 30 ménages interrogés et plus, de trois bailleurs au moins, "
    "dont aucun n’en réunit plus de {part:%}."
)
NO_SURVEY_PLACE: Final = (
    "Aucune question ne peut être publiée pour ce contrat : trop peu de ménages interrogés, ou trop peu "
    "de bailleurs pour qu’aucun ne se reconnaisse."
)
SCOPE_QUARTER: Final = "Ménages de ce quartier, tous bailleurs, comparés à ceux d’ailleurs"
SHARE_OF: Final = ("du patrimoine du bailleur", "du patrimoine de la région")


def target_reading(row: Mapping[Any, Any]) -> str:
    """Write whether a target of a contrat can be seen; one that cannot is refused.

    `row` is `etat, n, besoin, possibles, plus_petit`.
    """
    return TARGETS[str(row["etat"])].format(
        n=row["n"],
        need=min(row["besoin"], _LARGEST),
        room=row["possibles"],
        change=_points(row["plus_petit"]),
    )


def _points(share: float) -> str:
    return f"{number(round(share * 100, 1), 1)}{THIN}points"


def frame_lead(year: int, indicators: int, based: int, smallest: float) -> str:
    """Open the frame of evaluation: indicators, those whose base may be published, what shows at best."""
    count = plural(indicators, "indicateur")
    if not based:
        return f"{count} pour {year}, et aucune base publiable : aucune cible ne pourra être suivie ici."
    return (
        f"{count} pour {year}, dont {number(based)} avec une base publiée ; autant de ménages interrogés "
        f"qu’à la dernière vague ne montreraient aucun changement de moins de {_points(smallest)}."
    )


CONTRAT_LEAD: Final = Phrase(
    "{quarters:s quartier prioritaire/quartiers prioritaires} du contrat : {dwellings:s logement social/"
    "logements sociaux} dans leur périmètre{doubtful:?, et {doubtful:n} à vérifier en limite}, de "
    "{owners:s bailleur}."
)


def owners_lead(wave: str, *, letters: bool, spread: bool) -> str:
    """Open the section of the bailleurs: what may be shown of how they differ."""
    if letters:
        return f"D’un bailleur à l’autre, vague {wave} : ce qui varie, sans nom et sans classement."
    if spread:
        return (
            f"D’un bailleur à l’autre, vague {wave} : les quartiles seulement, faute d’assez de bailleurs "
            "pour les montrer un à un sans les faire reconnaître."
        )
    return "Trop peu de bailleurs pour montrer ce qui varie de l’un à l’autre."


def owners_sentence(named: list[tuple[str, Amount]], others: int, left: Amount) -> tuple[str, ...]:
    """Write whose the dwellings of a quarter are (`region.facts.Owners`); nothing when there are none."""
    if not named:
        return ()
    names = [f"{name} ({bounded(count, number)})" for name, count in named]
    if others:
        names.append(f"{plural(others, 'autre')} ({bounded(left, number)})")
    return (f"À qui sont ces logements : {join(names)}.",)


def position_lead(above: int, under: int, open_: int) -> str:
    """Write how many questions stand on each side of the others' median."""
    if not above + under + open_:
        return (
            "Aucun écart n’est placé parmi ceux des autres bailleurs : trop peu de réponses d’un côté, ou "
            "trop peu d’autres bailleurs."
        )
    first = plural(above, "question") if above else "Aucune question"
    parts = [
        f"{first} au-dessus de la médiane des autres bailleurs",
        f"{number(under) if under else 'aucune'} en dessous",
        f"{number(open_) if open_ else 'aucune'} sans écart démontré",
    ]
    return ", ".join(parts) + "."


def hidden_lines(count: int) -> tuple[str, ...]:
    """Write how many lines of territories are not shown; nothing when all are."""
    if not count:
        return ()
    if count == 1:
        return ("1 ligne non publiable ou masquée n’y figure pas.",)
    return (f"{plural(count, 'ligne')} non publiables ou masquées n’y figurent pas.",)


def closing_lines(owners: int, contrats: int, folder: str, *, atlas: bool) -> list[str]:
    """Write what a regional run has written."""
    return [
        f"Restitution régionale : {folder}/region",
        *([f"Atlas des quartiers : {folder}/region/atlas.pdf"] if atlas else []),
        f"{plural(owners, 'dossier')} de bailleur : {folder}/bailleurs",
        f"{plural(contrats, 'fiche')} de contrat de ville : {folder}/contrats",
        f"À remettre{THIN}: à chaque bailleur le fichier zip à son nom, et rien d’autre.",
    ]


def partly(*amounts: Amount) -> str:
    """Write that a bailleur gives no amount, where some lack one; nothing where none does."""
    return PARTLY if any(ABSENT in amount.why for amount in amounts) else ""


def money_lead(claims: Claims, scope: str = TOTAL) -> str:
    """Open the chapter of money of several bailleurs, over a place."""
    given, spent = (claims.amount(name, scope) for name in ("acquis", "valorise"))
    return _MONEY.format(given=given, spent=spent, why=partly(given, spent))


_MONEY: Final = Phrase("Abattement : {given:€} ; actions valorisées : {spent:€}{why:? ({why})}.")
FUNNEL_READINGS: Final[dict[str, str]] = _TEXTS["funnel_readings"]
FUNNEL_NOTES: Final = tuple(_TEXTS["funnel_notes"])
WAYS: Final[dict[str, str]] = {"comparable": "à structure comparable", "brut": "brut"}
NOT_PLACED: Final = (
    "Aucune question n’est placée dans l’entonnoir : l’écart du bailleur ou celui de la région n’est pas "
    "publié."
)
REGION_LEAD: Final = (
    "Ce que le seul hasard du sondage laisserait voir d’un bailleur à l’autre, selon le nombre de ménages "
    "interrogés, si tous avaient l’écart de la région."
)
WITH_N: Final = Phrase("± à {level} %, {n:n} ménages")
CHART_KEY: Final = ("votre écart", "région", "limites à 95 %", "limites à 99,8 %")
CHART_OTHERS: Final = ("quartiles des autres", "quartiles des bailleurs")
"""Beside a bailleur's own point, or without."""
CHART_ACROSS: Final = "ménages interrogés"
CHART_UP: Final = "Écart QPV − ailleurs, points"


def funnel_lead(inside: int, beyond95: list[str], beyond998: list[str]) -> str:
    """Write for how many questions a gap lies within the limits, and name those that do not.

    Labels are of the questions out of the first limits only, and out of the second ones.
    """
    total = inside + len(beyond95) + len(beyond998)
    if not total:
        return NOT_PLACED
    if inside == total:
        return f"Votre écart est dans les limites du hasard pour {_of(total, total)}."
    parts = [f"dans les limites du hasard pour {_of(inside, total)}"] if inside else []
    for labels, limit in ((beyond95, "95"), (beyond998, "99,8")):
        if labels:
            named = ", ".join(f"« {label} »" for label in labels[:2])
            rest = f" et {plural(len(labels) - 2, 'autre')}" if len(labels) > 2 else ""  # noqa: PLR2004
            parts.append(f"hors des limites à {limit} % pour {number(len(labels))} ({named}{rest})")
    return f"Votre écart est {', '.join(parts)}."


def other_bailleurs(fewest: int, hidden: int, total: int) -> str:
    """Write what is shown of the other bailleurs, and for how many questions of the total it is hidden.

    `fewest` is how many bailleurs a quartile needs.
    """
    text = (
        "Des autres bailleurs, seuls les quartiles sont donnés, au point près et sans effectif, quand "
        f"{number(fewest)} au moins ont un écart publié"
    )
    if not hidden:
        return f"{text}."
    return f"{text} ; ce n’est pas le cas pour {_of(hidden, total)}."


def _of(count: int, total: int) -> str:
    if count == total:
        return "la question placée" if total == 1 else f"les {number(total)} questions placées"
    return f"{plural(count, 'question')} sur {number(total)}"
