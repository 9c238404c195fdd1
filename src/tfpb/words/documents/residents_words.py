"""Sentences of the page for the people of a quarter: plain French, tenths in place of percents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.packaged import packaged
from tfpb.words.documents.quarter_page import AT_LEAST
from tfpb.words.money.state_words import pending, states_of
from tfpb.words.numbers import euros, plural, whole_percent
from tfpb.words.phrase import Phrase
from tfpb.words.survey.satisfaction import join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from tfpb.model.location import GapLine

_TEXTS: Final = packaged(__name__)
SUBTITLE: Final = "Page pour les habitants · {commune} · {bailleur} · année {year}"
LEAD: Final = (
    "Ici, le bailleur paie moins de taxe foncière. En échange, il doit mieux entretenir les immeubles et "
    "améliorer la vie du quartier."
)
SPARED: Final = "Ce que le bailleur n’a pas payé"
DONE: Final = "Ce qui a été fait avec"
TOLD: Final = "Ce que disent les locataires"
OPEN: Final = "Ce qu’on ne peut pas encore dire"
ASK: Final = "À qui demander ?"
ASKED: Final = Phrase(
    "À votre gardien, à l’agence du bailleur, à la mairie ou au délégué du préfet : demandez le dossier "
    "« {title} » ({bailleur})."
)
_NO_TAX: Final = "On ne le sait pas : le fichier des impôts n’est pas joint au dossier."
_NOT_YET: Final = "On ne le sait pas encore : l’impôt du quartier reste à vérifier."
_NOTHING: Final = Phrase("Rien en {year} : aucun logement du quartier n’a eu cette baisse d’impôt.")
_UNSURE: Final = Phrase("Rien de sûr en {year} : {states}.")
_LOST_YEAR: Final = Phrase(
    "Rien en {year} : {lost:€} sont perdus, une condition a été remplie trop tard."
)
_AMOUNT: Final = Phrase("{amount} en {year}, pour {homes:s logement}, soit {each:€} par logement.")
_BARE_AMOUNT: Final = Phrase("{amount} en {year}.")
_ESTIMATED: Final = " Ce montant est estimé, au moins en partie."
_NO_LIST: Final = "On ne le sait pas : la liste des actions n’est pas jointe au dossier."
_NO_ACTION: Final = Phrase("Aucune action n’est inscrite pour ce quartier en {year}.")
_ACTIONS: Final = Phrase("{actions:s action}, comptées pour {amount}")
_ONE_ACTION: Final = Phrase("Une action, comptée pour {amount}")
_LEFT: Final = Phrase("Il reste {left:€} à employer{carried} : c’est reporté sur {after}.")
_CARRIED: Final = Phrase(", avec {amount} venus de {before}")
_ALL_USED: Final = "Le bailleur a compté au moins autant d’actions que d’impôt évité."
_AXES: Final[dict[str, str]] = _TEXTS["axes"]
_MOST_AXES: Final = 3
NO_SURVEY: Final = "On ne le sait pas : aucune enquête n’est jointe au dossier."
NOT_SHOWN: Final = "Trop peu de locataires ont répondu pour donner un résultat."
HERE: Final = Phrase("Enquête de {wave}, ici et dans les autres quartiers du bailleur :")
BORROWED: Final = Phrase(
    "Trop peu de locataires d’ici ont répondu. Voici tous les quartiers prioritaires du bailleur, et ses "
    "autres quartiers (enquête de {wave}) :"
)
HERE_EVERYONE: Final = Phrase(
    "Enquête de {wave}, ici et dans les autres quartiers. Elle ne nomme pas le bailleur : ce sont les "
    "réponses des locataires de tous ceux qu’elle nomme."
)
BORROWED_EVERYONE: Final = Phrase(
    "Trop peu de locataires d’ici ont répondu. Voici tous les quartiers prioritaires et les autres (enquête "
    "de {wave}), chez tous les bailleurs que l’enquête nomme : elle ne nomme pas celui d’ici."
)
_LINE: Final = "{label} : {here} satisfaits, {elsewhere} ailleurs, {apart} ; {words}"
_OTHERWISE: Final = " ; à immeubles semblables, ce n’est pas si sûr"
_HIDDEN: Final = {
    False: "{label} : trop peu de réponses",
    True: "{label} : masqué, pour ne désigner personne",
}
"""A question without figure, by whether it is masked."""
POINTS: Final = "Un point : 1 locataire sur 100."
FRAGILE: Final = " « Fragile » ou « isolé » : à lire avec prudence."
_EARLY: Final = "Si ces actions améliorent les choses : l’enquête de {wave} date d’avant."
_NO_EFFECT: Final = "Si ces actions améliorent les choses : l’enquête ne le mesure pas."
_NO_ANSWER: Final = "Si ces actions améliorent les choses : il faudrait une enquête."
_DOUBTS: Final = Phrase("Si {homes:s logement} à vérifier {homes:a est/sont} bien du quartier.")
_PENDING: Final = "Ce que deviennent {amounts}."
_STATES: Final[dict[str, str]] = _TEXTS["states"]
_LOST: Final[dict[str, str]] = _TEXTS["lost"]
_ENDS: Final = {0: "moins de 1 sur 10", 10: "plus de 9 sur 10"}
_NEAR: Final = 0.15
_BETWEEN: Final = 0.35


def spared(row: Mapping[str, Any], year: int) -> str:
    """Write what the bailleur was spared: what is not known is said so, never 0 €.

    Parameters
    ----------
    row : mapping
        A line of `Abatement.by_qpv`, empty without a tax file.
    year : int
    """
    if not row:
        return _NO_TAX
    amount, homes = row["abattement_eur"], int(row.get("logements_abattus") or 0)
    if amount is None:
        return _NOT_YET
    partial = bool(row.get("abattement_partiel"))
    if not amount:
        states = states_of(row)
        if partial or states.missing:
            return _NOT_YET
        if states.borne or states.to_claim:
            return _UNSURE.format(year=year, states=join(_hanging(row, _STATES | _LOST)))
        if states.lost:
            return _LOST_YEAR.format(year=year, lost=states.lost)
        return _NOTHING.format(year=year)
    said = AT_LEAST.format(amount=amount) if partial else euros(amount)
    if homes and not partial:
        text = _AMOUNT.format(amount=said, year=year, homes=homes, each=amount / homes)
    else:
        text = _BARE_AMOUNT.format(amount=_capital(said), year=year)
    return text + (_ESTIMATED if row["nature"] != "reel" else "")


def done(spent: Sequence[tuple[int, Decimal]] | None, balance: Mapping[str, Any], year: int) -> str:
    """Write what was done: how many actions, the axes that weigh most, what is left.

    Parameters
    ----------
    spent : sequence of (axis, amount) or None
        Largest first; None without a programme.
    balance : mapping
        The line of the quarter in `Programme.balance`.
    year : int
    """
    if spent is None:
        return _NO_LIST
    actions = int(balance.get("actions") or 0)
    if not actions:
        return _NO_ACTION.format(year=year)
    valued = balance["valorise_eur"]
    said = AT_LEAST.format(amount=valued) if balance.get("valorise_partiel") else euros(valued)
    head = _ACTIONS.format(actions=actions, amount=said) if actions > 1 else _ONE_ACTION.format(
        amount=said
    )  # fmt: skip
    top = [
        f"{_AXES[str(axe)]} ({euros(amount)})" for axe, amount in spent[:_MOST_AXES] if amount > 0
    ]
    text = f"{head} : d’abord {join(top)}." if top else f"{head}."
    left = balance.get("rattrapage_eur")
    if left is None:
        return text
    if not left:
        return f"{text} {_ALL_USED}"
    before = balance.get("report_eur") or 0
    carried = _CARRIED.format(amount=euros(before), before=year - 1) if before > 0 else ""
    return f"{text} {_LEFT.format(left=left, carried=carried, after=year + 1)}"


def tenths(share: float) -> str:
    """Write a share for who reads no percents: « 6 sur 10 », or « entre 6 et 7 sur 10 »."""
    ten = share * 10
    near = round(ten)
    off = ten - near
    if off and near in _ENDS:  # neither all nor none
        return _ENDS[near]
    if abs(off) <= _NEAR:
        return f"{near} sur 10"
    if abs(off) > _BETWEEN:
        low = int(ten)
        return f"entre {low} et {low + 1} sur 10"
    return f"un peu {'plus' if off > 0 else 'moins'} de {near} sur 10"


def line(gap: GapLine) -> str:
    """Write what tenants answer to a question, here and elsewhere, and how sure the gap is."""
    if gap.gap is None or gap.qpv is None or gap.hors is None:
        return _HIDDEN[gap.masked].format(label=gap.label)
    here, elsewhere = tenths(gap.qpv), tenths(gap.hors)
    # of the shares as printed elsewhere: 67 % and 80 % are 13 apart, whatever their decimals
    apart = whole_percent(gap.qpv) - whole_percent(gap.hors)
    said = _LINE.format(
        label=gap.label, here=here, elsewhere=elsewhere, apart=_apart(apart), words=gap.words
    )
    return said + _OTHERWISE if gap.otherwise else said


def _apart(points: int) -> str:
    """Write a gap for who reads no points: « 13 de moins sur 100 »."""
    return f"{abs(points)} de {'moins' if points < 0 else 'plus'} sur 100" if points else "autant"


def open_points(
    row: Mapping[str, Any], *, doubtful: int, wave: str, early: bool
) -> tuple[str, ...]:
    """Write what cannot be said yet: effect, side of some dwellings, amounts that hang.

    Parameters
    ----------
    row : mapping
        As `spared`.
    doubtful : int
        Dwellings of which the side is to be checked.
    wave : str
        Of the survey that is shown, « » without.
    early : bool
        Whether it was held before the actions.
    """
    out = [_NO_ANSWER if not wave else _EARLY.format(wave=wave) if early else _NO_EFFECT]
    if doubtful:
        out.append(_DOUBTS.format(homes=doubtful))
    hanging = _hanging(row, _STATES)
    if hanging:
        out.append(_PENDING.format(amounts=join(hanging)))
    missing = int(row.get("logements_sans_montant") or 0)
    if missing:
        out.append(f"L’impôt de {plural(missing, 'logement')} : aucun fichier ne le donne.")
    return tuple(out)


def _hanging(row: Mapping[str, Any], named: Mapping[str, str]) -> list[str]:
    """Name the amounts of some states; what awaits its notice alone is in the quarter's own amount."""
    reserved = pending(row.get("abattement_eur"), states_of(row))
    held = {**row, "abattement_sous_reserve_eur": reserved}
    return [f"{euros(held[c])} {said}" for c, said in named.items() if held.get(c)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
