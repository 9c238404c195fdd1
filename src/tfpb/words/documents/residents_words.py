"""Sentences of the page for the people of a quarter: plain French, tenants out of a hundred, no margin."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import known
from tfpb.facts.claim import Nature
from tfpb.packaged import packaged
from tfpb.words.numbers import euros, rounded_sum, whole_percent
from tfpb.words.phrase import Phrase
from tfpb.words.survey.satisfaction import join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Within
    from tfpb.model.location import GapLine, Leaflet, QpvPage

MOST_WORDS: Final = 220
_TEXTS: Final = packaged(__name__)
SUBTITLE: Final = Phrase("Page pour les habitants · {bailleur} · année {year}")
_LEAD: Final = Phrase(
    "Votre bailleur {sure:?paie|peut payer} moins d’impôt ici. En échange, il doit faire plus pour vos "
    "immeubles et votre quartier."
)
MONEY: Final = "L’argent"
_DONE: Final = Phrase("Ce qui a été fait en {year}")
_DECLARED: Final = Phrase("Ce que le bailleur déclare pour {year}")
STAIR: Final = "Dans votre escalier"
QUARTER: Final = "Dans tout le quartier"
_ANSWERS: Final = Phrase("Ce que vous avez dit{wave:? (enquête de {wave})}")
OPEN: Final = "Ce qu’on ne sait pas encore"
ASK: Final = "À qui parler ?"
ASKED: Final = Phrase(
    "À votre gardien, à l’agence, à la mairie ou au délégué du préfet. Demandez le dossier « {title} »."
)
_NO_TAX: Final = "Impôt en moins : on ne le sait pas, le fichier des impôts n’est pas joint."
_NOT_YET: Final = "Impôt en moins : on ne le sait pas encore, il reste à vérifier."
_NOTHING: Final = Phrase("Aucun logement d’ici n’a eu cette baisse d’impôt en {year}.")
_UNSURE: Final = Phrase("Impôt en moins : rien de sûr en {year}, {states}.")
_LOST_YEAR: Final = Phrase(
    "Impôt en moins : rien en {year}. {lost:€} sont perdus, une condition a été remplie trop tard."
)
_SPARED: Final = Phrase("Impôt en moins : {amount:€} en {year}{estimated:?, en partie estimés}.")
_COUNTED: Final = Phrase("Compté en actions : {valued:€}.")
_LEFT: Final = Phrase(" Il manque {left:€}.")
_CARRIED: Final = Phrase(
    " Avec {carried:€} restés de {before}, {owed:€} sont à employer en {after}."
)
_NEXT: Final = Phrase(" C’est à employer en {after}.")
_ALL_USED: Final = " C’est au moins autant."
_NO_LIST: Final = "On ne le sait pas : la liste des actions n’est pas jointe."
_NO_ACTION: Final = Phrase("Aucune action n’est inscrite ici en {year}.")
_ACTIONS: Final = Phrase("{actions:s action}")
_WITH_PIECE: Final = Phrase(" Avec une pièce datée : {proved:s action}.")
_NAMED_HOMES: Final = "{label} ({homes})"
_MOST: Final = " : surtout {named}."
_ONE: Final = " : {named}."
_AXES: Final[dict[str, str]] = _TEXTS["axes"]
_STAIR: Final[dict[str, str]] = _TEXTS["stair"]
_NO_STAIR: Final = "Aucune action d’entretien, de déchets ou de travaux n’est inscrite ici."
_MORE: Final = Phrase("{named} et {count:s autre}")
_MOST_AXES: Final = 3
NO_SURVEY: Final = "On ne le sait pas : aucune enquête n’est jointe."
NOT_SHOWN: Final = (
    "Vos réponses ne sont pas publiées, pour que personne ne soit reconnu : moins de 30 ménages, une seule "
    "résidence ou 1 à 10 ménages d’autres bailleurs."
)
UNASKED: Final = "Ici, personne n’a été interrogé ou n’a répondu."
_EVERYONE: Final = (
    "L’enquête ne nomme pas votre bailleur : ce sont les réponses de tous ceux qu’elle nomme."
)
_KEY: Final = "● ici ○ ailleurs"
_GENERAL: Final[dict[str, str]] = _TEXTS["general"]
_IS_GENERAL: Final = re.compile(r"général|global|qualité de vie|ensemble", re.IGNORECASE)
"""A headline question that is of its whole theme, by its wording: « accueil » is not the bailleur."""
_FIRST: Final = (
    Phrase("{label} : ici, {here} locataires contents sur 100. Ailleurs, {there}"),
    Phrase("Ici, {here} locataires sur 100 sont {what}. Ailleurs, {there}"),
)
"""The first question, by whether it is of its whole theme."""
_OTHER: Final = Phrase("{label} : {here}, ailleurs {there}")
TOO_UNSURE: Final = " : trop incertain pour comparer"
_OTHERWISE: Final = " À immeubles semblables, c’est moins sûr."
_HIDDEN: Final = Phrase("{label} : réponses non publiées.")
_WAITS: Final = Phrase("{label} : à confirmer, une question sur l’enquête attend sa réponse.")
_NOBODY: Final = Phrase("{label} : personne n’a été interrogé ici, ou n’a répondu.")
_EARLY: Final = "Si cela vous rend la vie meilleure : l’enquête date d’avant."
_NO_EFFECT: Final = "Si cela vous rend la vie meilleure : l’enquête ne le mesure pas."
_NO_ANSWER: Final = "Si cela vous rend la vie meilleure : il faudrait une enquête, date à fixer."
_NEXT_SURVEY: Final = " La prochaine : date à fixer."
_DOUBTS: Final = Phrase("Si {homes:s logement}{named} {homes:a est/sont} dans le quartier.")
_RETURNED: Final = Phrase("Si {amount:€} d’impôt devront être rendus.")
_UNREAD: Final = Phrase("L’impôt de {homes:s logement} : l’avis n’a pas été compris.")
_UNLINED: Final = Phrase("L’impôt de {homes:s logement} : aucun fichier ne le donne.")
_STATES: Final[dict[str, str]] = _TEXTS["states"]
_LOST: Final[dict[str, str]] = _TEXTS["lost"]
_WORD: Final = re.compile(r"\w")


def lead(held: Within) -> str:
    """Write what the page is about: who pays less, and what for."""
    return _LEAD.format(sure=held.amount("acquis").exceeds_nil)


def spared(held: Within, year: int) -> str:
    """Write what the bailleur was spared: what is not known is said so, never 0 €.

    Parameters
    ----------
    held : Within
        Claims of the quarter.
    """
    if not held.has("acquis"):
        return _NO_TAX
    claim = held.get("acquis")
    amount = claim.amount
    if amount.is_nil:
        if hanging := _hanging(held, _STATES | _LOST):
            lost, year_lost = held.amount("perdu"), not _hanging(held, _STATES)
            if year_lost:
                return _LOST_YEAR.format(year=year, lost=lost)
            return _UNSURE.format(year=year, states=join(hanging))
        return _NOTHING.format(year=year)
    if not amount.exceeds_nil:
        return _NOT_YET
    return _SPARED.format(amount=amount, year=year, estimated=claim.nature is not Nature.REEL)


def counted(held: Within, year: int) -> str:
    """Write what of it is counted in actions, and what is left to spend; nothing without a programme."""
    if not held.has("valorise"):
        return ""
    text = _COUNTED.format(valued=held.amount("valorise"))
    names = {"left": "reste_a_justifier", "carried": "reporte", "owed": "a_programmer"}
    amounts = {hole: held.amount(name) for hole, name in names.items()}
    if not held.has("reste_a_justifier"):
        return text
    # « au moins autant » as nothing would be read as all of what is at risk
    if amounts["owed"].is_nil:
        return text + _ALL_USED if held.amount("acquis").exceeds_nil else text
    note = ""
    if amounts["left"].exceeds_nil:
        text += _LEFT.filled(amounts)
        note = rounded_sum(held.amount("acquis"), held.amount("valorise"), amounts["left"])
    if amounts["carried"].exceeds_nil and amounts["owed"].exceeds_nil:
        text += _CARRIED.filled({**amounts, "before": year - 1, "after": year + 1})
        note = note or rounded_sum(amounts["owed"], amounts["left"], amounts["carried"])
    elif amounts["left"].exceeds_nil:
        text += _NEXT.format(after=year + 1)
    return f"{text} {note}" if note else text


def done_title(held: Within, year: int) -> str:
    """Title what was done: « fait » only where each action has its dated piece."""
    done = False
    if held.has("actions_prouvees"):
        proved = held.amount("actions_prouvees")
        done = proved.exceeds_nil and proved == held.amount("actions")
    return (_DONE if done else _DECLARED).format(year=year)


def with_homes(label: str, homes: Sequence[str]) -> str:
    """Write an action with the résidences that it names."""
    return _NAMED_HOMES.format(label=label, homes=", ".join(homes)) if homes else label


def done(spent: Sequence[tuple[int, Amount]] | None, held: Within, year: int) -> str:
    """Write what was done: how many actions, the axes that weigh most.

    Parameters
    ----------
    spent : sequence of (axis, amount) or None
        Largest first; None without a programme.
    held : Within
        Claims of the quarter.
    """
    if spent is None:
        return _NO_LIST
    actions = held.amount("actions")
    if actions.is_nil:
        return _NO_ACTION.format(year=year)
    top = [
        f"{_AXES[str(axe)]} ({euros(amount)})"
        for axe, amount in spent[:_MOST_AXES]
        if amount.exceeds_nil
    ]
    phrase = _ONE if actions == known(1) else _MOST
    head = _ACTIONS.format(actions=actions)
    text = f"{head}{phrase.format(named=join(top))}" if top else f"{head}."
    proved = held.amount("actions_prouvees") if held.has("actions_prouvees") else actions
    return text if proved == actions else text + _WITH_PIECE.format(proved=proved)


def stair(labels: Mapping[int, Sequence[str]], most: int) -> tuple[str, ...]:
    """Write what changes in a place, in the actions' own labels; of each axis so many, the others counted.

    Parameters
    ----------
    labels : mapping of axis to labels
        Largest first; a label that goes on with another (« … (suite) ») is that other's.
    """
    out = []
    for axe, names in labels.items():
        own = [
            n
            for n in names
            if n.removesuffix(_GOING_ON) == n or n.removesuffix(_GOING_ON) not in names
        ]
        shown = join(own[:most])
        if left := len(own) - most if most else len(own):
            shown = _MORE.format(named=shown, count=left) if most and left > 0 else shown
        out.append(f"{_STAIR[str(axe)]} : {shown or _ACTIONS.format(actions=known(len(own)))}.")
    return tuple(out) or (_NO_STAIR,)


_GOING_ON: Final = " (suite)"


def answers_title(wave: str) -> str:
    """Title what tenants answered, with its survey."""
    return _ANSWERS.format(wave=wave)


def answers(page: QpvPage) -> tuple[tuple[str, GapLine], ...]:
    """Write each question of the page that is shown: tenants content out of a hundred, here and elsewhere."""
    if not any(line.gap is not None or line.waits for line in page.gaps):
        return ()
    first = next((line for line in page.gaps if line.gap is not None), None)
    return tuple((_line(line, first=line is first), line) for line in page.gaps)


def _line(line: GapLine, *, first: bool) -> str:
    if line.waits:
        return _WAITS.format(label=line.label)
    if line.gap is None or line.qpv is None or line.hors is None:
        return (_HIDDEN if line.masked else _NOBODY).format(label=line.label)
    what = _GENERAL.get(line.general, "") if _IS_GENERAL.search(line.label) else ""
    phrase = _FIRST[bool(what)] if first else _OTHER
    facts = {
        "here": whole_percent(line.qpv),
        "there": whole_percent(line.hors),
        "label": line.label,
    }
    text = phrase.filled({**facts, "what": what})
    return f"{text}{TOO_UNSURE * line.unsure}.{_OTHERWISE * line.otherwise}"


def answers_intro(page: QpvPage, *, wave: str) -> str:
    """Write whose answers they are where they are not the quarter's own, or why none is shown."""
    if not wave:
        return NO_SURVEY
    if not any(line.gap is not None or line.waits for line in page.gaps):
        return NOT_SHOWN if any(line.masked for line in page.gaps) else UNASKED
    return _EVERYONE * page.everyone


def answers_note(page: QpvPage) -> str:
    """Write what marks mean; nothing where there is none."""
    return _KEY if any(line.gap is not None for line in page.gaps) else ""


def open_points(
    held: Within, *, doubtful: int, names: str, wave: str, early: bool
) -> tuple[str, ...]:
    """Write what cannot be said yet: effect, side of some dwellings, money that hangs.

    Parameters
    ----------
    held : Within
        Claims of the quarter.
    doubtful : int
        Dwellings of which the side is to be checked.
    names : str
        The résidences they are of.
    wave : str
        Of the survey that is shown, « » without.
    early : bool
        Whether it was held before the actions.
    """
    effect = _NO_ANSWER if not wave else _EARLY if early else _NO_EFFECT
    out = [effect + _NEXT_SURVEY * bool(wave)]
    if doubtful:
        out.append(_DOUBTS.format(homes=doubtful, named=f" ({names})" if names else ""))
    if held.amount("a_risque").is_written:
        out.append(_RETURNED.format(amount=held.amount("a_risque")))
    phrases = {"logements_non_lus": _UNREAD, "logements_sans_avis": _UNLINED}
    counts = ((phrase, held.amount(name)) for name, phrase in phrases.items())
    out += [phrase.format(homes=count) for phrase, count in counts if count.exceeds_nil]
    return tuple(out)


def _hanging(held: Within, names: Mapping[str, str]) -> list[str]:
    """Name the amounts of some claims that come to something."""
    amounts = ((held.amount(name), phrase) for name, phrase in names.items())
    return [f"{euros(amount)} {phrase}" for amount, phrase in amounts if amount.exceeds_nil]


def printed(leaflet: Leaflet) -> str:
    """Return all that the page prints but its foot."""
    parts = chain.from_iterable((title, *lines) for title, lines in (*leaflet.done, *leaflet.open))
    sheet = leaflet.sheet
    texts = (
        sheet.title, sheet.subtitle, sheet.mark, leaflet.lead, leaflet.money_title, *leaflet.money, *parts,
        leaflet.answers_title, leaflet.answers_intro, *(text for text, _ in leaflet.answers),
        leaflet.answers_note,
    )  # fmt: skip
    return "\n".join(filter(None, texts))


def count(leaflet: Leaflet) -> int:
    """Count the words of the page; a number and its unit are one."""
    return sum(bool(_WORD.search(word)) for word in re.split(r"[ \n]+", printed(leaflet)))
