"""Sentences of the page for the people of a quarter: plain French, tenants out of a hundred, no margin."""

from __future__ import annotations

import math
import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from tfpb.facts.claim import Nature
from tfpb.packaged import packaged
from tfpb.words.numbers import ROUNDED_HERE, euros, rounded_sum, whole_percent
from tfpb.words.phrase import Phrase
from tfpb.words.survey.satisfaction import join
from tfpb.words.terms import PIECES_FOR_TENANTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Within
    from tfpb.model.location import DoneLine, GapLine, Leaflet, QpvPage

MOST_WORDS: Final = 220
_TEXTS: Final = packaged(__name__)
SUBTITLE: Final = Phrase("Page pour les habitants · {bailleur} · année {year}")
_LEAD: Final = Phrase(
    "Votre bailleur {sure:?paie|peut payer} moins d’impôt ici. En échange, il doit faire plus pour vos "
    "immeubles et votre quartier."
)
MONEY: Final = Phrase("L’argent de {year}")
_DONE: Final = Phrase("Ce qui a été fait en {year}{wave:?, et vos réponses ({wave})}")
_DECLARED: Final = Phrase(
    "Ce que le bailleur déclare pour {year}{wave:?, et vos réponses ({wave})}"
)
WHERE: Final = "Où ?"
_ANSWERS: Final = Phrase("Ce que vous avez dit{wave:? (enquête de {wave})}")
OPEN: Final = "Ce qu’on ne sait pas encore"
ASK: Final = "À qui parler ?"
_ASKED: Final = "{contact}. Ou la mairie, le délégué du préfet."
_TO_FILL: Final = (
    "Votre bailleur : _______________________________ Ou la mairie, le délégué du préfet."
)
_NO_TAX: Final = "Impôt en moins : on ne le sait pas, le fichier des impôts n’est pas joint."
_NOT_YET: Final = "Impôt en moins : on ne le sait pas encore, il reste à vérifier."
_NOTHING: Final = Phrase("Aucun logement d’ici n’a eu cette baisse d’impôt en {year}.")
_UNSURE: Final = Phrase("Impôt en moins : rien de sûr en {year}, {states}.")
_LOST_YEAR: Final = Phrase(
    "Impôt en moins : rien en {year}. {lost:€} sont perdus, une condition a été remplie trop tard."
)
_SPARED: Final = Phrase("Impôt en moins : {amount:€}{estimated:?, en partie estimés}.")
_COUNTED: Final = Phrase("Actions déclarées : {valued:€}.")
_LEFT: Final = Phrase(" Encore dues par le bailleur : {left:€}.")
_CARRIED: Final = Phrase(" Avec {carried:€} restés de {before}, {owed:€} sont à faire en {after}.")
_NEXT: Final = Phrase(" Ces {left:€} sont à faire en {after}.")
_ALL_USED: Final = " C’est au moins autant."
_PART: Final = Phrase("{part} : {amount:€}")
_NO_LIST: Final = "On ne le sait pas : la liste des actions n’est pas jointe."
_NO_ACTION: Final = Phrase("Aucune action n’est inscrite ici en {year}.")
_NAMED_HOMES: Final = "{label} : {homes}."
_AXES: Final[dict[str, str]] = _TEXTS["axes"]
_HEADS: Final = ("Actions", "Euros", "Contents, sur 100")
OTHERS: Final = "Autres actions"
TOTAL: Final = "En tout"
_MOSTLY: Final = "surtout : {action}"
_THE_OTHERS: Final = "Les autres actions : dans tout le quartier."
_MORE_HOMES: Final = Phrase("Et {count:s autre action/autres actions} de résidences.")
NO_SURVEY: Final = "On ne le sait pas : aucune enquête n’est jointe."
NOT_SHOWN: Final = (
    "Vos réponses ne sont pas publiées, pour que personne ne soit reconnu : moins de 30 ménages, une seule "
    "résidence ou 1 à 10 ménages d’autres bailleurs."
)
UNASKED: Final = "Ici, personne n’a été interrogé ou n’a répondu."
_EVERYONE: Final = (
    "L’enquête ne nomme pas votre bailleur : ce sont les réponses de tous ceux qu’elle nomme."
)
_KEY: Final = Phrase("● ici ○ ailleurs (hors quartiers prioritaires){near:?. Ici, à {near} près}.")
_GENERAL: Final[dict[str, str]] = _TEXTS["general"]
_IS_GENERAL: Final = re.compile(r"général|global|qualité de vie|ensemble", re.IGNORECASE)
"""A headline question that is of its whole theme, by its wording: « accueil » is not the bailleur."""
_FIRST: Final = (
    Phrase("{label} : ici, {here} locataires contents sur 100. Ailleurs, {there}"),
    Phrase("Ici, {here} locataires sur 100 sont {what}. Ailleurs, {there}"),
)
"""The general question, by whether it is of its whole theme."""
_OTHER: Final = Phrase("{label} : {here} ici, {there} ailleurs")
TOO_UNSURE: Final = " : trop incertain pour comparer"
_OTHERWISE: Final = " À immeubles semblables, c’est moins sûr."
_HIDDEN: Final = Phrase("{label} : réponses non publiées.")
_WAITS: Final = Phrase("{label} : à confirmer, une question sur l’enquête attend sa réponse.")
_NOBODY: Final = Phrase("{label} : personne n’a été interrogé ici, ou n’a répondu.")
NOT_ASKED: Final = "Aucune question posée."
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
    """Write what the bailleur was spared, by the claims of the quarter: what is unknown is so, never 0 €."""
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
    return _SPARED.format(amount=amount, estimated=claim.nature is not Nature.REEL)


def counted(held: Within, year: int, *, drawn: bool) -> str:
    """Write what of it is counted in actions, and what is left to do; nothing without a programme.

    `drawn`: a bar shows the parts of the tax, and the total of the actions is in their list.
    """
    if not held.has("valorise"):
        return ""
    text = "" if drawn else _COUNTED.format(valued=held.amount("valorise"))
    names = {"left": "reste_a_justifier", "carried": "reporte", "owed": "a_programmer"}
    amounts = {hole: held.amount(name) for hole, name in names.items()}
    if not held.has("reste_a_justifier"):
        return text
    # « au moins autant » as nothing would be read as all of what is at risk
    if amounts["owed"].is_nil:
        return text + _ALL_USED * (held.amount("acquis").exceeds_nil and not drawn)
    note = ""
    if amounts["left"].exceeds_nil:
        text += "" if drawn else _LEFT.filled(amounts)
        whole_and_parts = (held.amount("acquis"), held.amount("valorise"), amounts["left"])
        note = "" if drawn else rounded_sum(*whole_and_parts)
    if amounts["carried"].exceeds_nil and amounts["owed"].exceeds_nil:
        text += _CARRIED.filled({**amounts, "before": year - 1, "after": year + 1})
        note = note or rounded_sum(amounts["owed"], amounts["left"], amounts["carried"])
    elif amounts["left"].exceeds_nil:
        text += _NEXT.filled({**amounts, "after": year + 1})
    return f"{text} {ROUNDED_HERE}".strip() if note else text.strip()


def parts(held: Within) -> tuple[tuple[str, str], ...]:
    """Write each part of the bar: what has its proof, what has none, what is due."""
    return tuple(
        (name, _PART.format(part=text, amount=held.amount(name)))
        for name, text in PIECES_FOR_TENANTS.items()
        if held.has(name) and held.amount(name).exceeds_nil
    )


def done_title(held: Within, year: int, wave: str) -> str:
    """Title what was done, and the wave that answers: « fait » only where each action has its dated piece."""
    done = False
    if held.has("actions_prouvees"):
        proved = held.amount("actions_prouvees")
        done = proved.exceeds_nil and proved == held.amount("actions")
    return (_DONE if done else _DECLARED).format(year=year, wave=wave)


def done_heads(*, answered: bool) -> tuple[str, ...]:
    """Head the lines of what was done; without answers where none is shown."""
    return _HEADS if answered else _HEADS[:2]


def kind(axe: int) -> str:
    """Name an axis for tenants."""
    return _AXES[str(axe)]


def mostly(action: str) -> str:
    """Write the largest action of a kind."""
    return _MOSTLY.format(action=action)


def done_note(
    held: Within, year: int, lines: Sequence[DoneLine], amounts: Sequence[Amount]
) -> tuple[str, ...]:
    """Write under the lines that euros are rounded; in their place why there is none."""
    if not held.has("valorise"):
        return (_NO_LIST,)
    if not lines:
        return (_NO_ACTION.format(year=year),)
    return (ROUNDED_HERE,) if rounded_sum(held.amount("valorise"), *amounts) else ()


def where(
    named: Sequence[tuple[str, Sequence[str]]], most: int, *, others: bool
) -> tuple[str, ...]:
    """Write where actions that name résidences are, so many of them; the others are of the whole quarter."""
    lines = [
        _NAMED_HOMES.format(label=label, homes=", ".join(homes)) for label, homes in named[:most]
    ]
    left = len(named) - len(lines)
    lines += [_MORE_HOMES.format(count=left)] * bool(left)
    return (*lines, *[_THE_OTHERS] * (bool(lines) and others))


def asked(contact: str) -> str:
    """Write whom to ask: whom the landlord names, else a line to fill."""
    return _ASKED.format(contact=contact.rstrip(" .")) if contact.strip() else _TO_FILL


def answers_title(wave: str) -> str:
    """Title what tenants answered, with its survey."""
    return _ANSWERS.format(wave=wave)


def general(page: QpvPage) -> tuple[tuple[str, GapLine], ...]:
    """Write the first question of the page that is shown: tenants content, here and elsewhere."""
    shown = [line for line in page.gaps if line.gap is not None]
    waiting = [line for line in page.gaps if line.waits]
    return tuple((sentence(line, first=True), line) for line in (shown or waiting)[:1])


def sentence(line: GapLine, *, first: bool = False) -> str:
    """Write one question: tenants content out of a hundred, or why it is not shown."""
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


def answers_note(lines: Sequence[GapLine]) -> str:
    """Write what marks mean, and within what each number is true; nothing where there is no mark."""
    shown = [line for line in lines if line.gap is not None]
    halves = [line.near for line in shown if line.near is not None]
    near = math.ceil(round(100 * max(halves), 6)) if halves else None
    return _KEY.format(near=near) if shown else ""


def open_points(
    held: Within, *, doubtful: int, names: str, wave: str, early: bool
) -> tuple[str, ...]:
    """Write what cannot be concluded yet: effect, side of some dwellings, money that is pending.

    `doubtful` dwellings, of the résidences in `names`, have a side to check; `wave` is of the survey that
    is shown, « » without; `early`: it was made before the actions.
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
    sheet, done = leaflet.sheet, leaflet.done
    open_ = chain.from_iterable((title, *lines) for title, lines in leaflet.open)
    rows = chain.from_iterable(
        (row.label, row.detail, row.amount, *(text for text, _ in row.answers), row.silent)
        for row in done
    )
    texts = (
        sheet.title, sheet.subtitle, sheet.mark, leaflet.lead, leaflet.money_title, leaflet.money[0],
        *(text for _, text in leaflet.bar_key), leaflet.money[1], leaflet.answers_title,
        leaflet.answers_intro, *(text for text, _ in leaflet.answers), leaflet.answers_note,
        leaflet.done_title, *(leaflet.done_heads if done else ()), *rows, *leaflet.done_note, *open_,
    )  # fmt: skip
    return "\n".join(filter(None, texts))


def count(leaflet: Leaflet) -> int:
    """Count the words of the page; a number and its unit are one."""
    return sum(bool(_WORD.search(word)) for word in re.split(r"[ \n]+", printed(leaflet)))
