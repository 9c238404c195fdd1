"""Sentences of the page for the people of a quarter: plain French, tenths in place of percents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import known
from tfpb.facts.claim import Nature
from tfpb.packaged import packaged
from tfpb.words.numbers import euros, whole_percent
from tfpb.words.phrase import Phrase
from tfpb.words.survey.satisfaction import join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Within
    from tfpb.model.location import GapLine

_TEXTS: Final = packaged(__name__)
SUBTITLE: Final = "Page pour les habitants · {commune} · {bailleur} · année {year}"
LEAD: Final = (
    "Ici, le bailleur paie moins de taxe foncière. En échange, il doit mieux entretenir les immeubles et "
    "améliorer la vie du quartier."
)
SPARED: Final = "Ce que le bailleur n’a pas payé"
DONE: Final = "Ce qui a été fait avec"
ANSWERS_TITLE: Final = "Ce que disent les locataires"
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
_AMOUNT: Final = Phrase(
    "{amount} acquis en {year}, pour {homes:s logement}, soit {each:€} par logement."
)
_BARE_AMOUNT: Final = Phrase("{amount} acquis en {year}.")
_ESTIMATED: Final = " Ce montant est estimé, au moins en partie."
_NO_LIST: Final = "On ne le sait pas : la liste des actions n’est pas jointe au dossier."
_NO_ACTION: Final = Phrase("Aucune action n’est inscrite pour ce quartier en {year}.")
_ACTIONS: Final = Phrase("{actions:s action}, comptées pour {amount}")
_ONE_ACTION: Final = Phrase("Une action, comptée pour {amount}")
_LEFT: Final = Phrase("Il reste {left:€} à programmer{carried} : c’est reporté sur {after}.")
_CARRIED: Final = Phrase(", avec {amount} venus de {before}")
_ALL_USED: Final = "Le bailleur a compté au moins autant d’actions que d’impôt évité."
_AXES: Final[dict[str, str]] = _TEXTS["axes"]
_MOST_AXES: Final = 3
NO_SURVEY: Final = "On ne le sait pas : aucune enquête n’est jointe au dossier."
NOT_SHOWN: Final = "Résultats masqués : moins de 30 réponses ici ou dans un territoire voisin."
HERE: Final = Phrase("Enquête de {wave}, ici et dans les autres quartiers du bailleur :")
BORROWED: Final = Phrase(
    "Ici, masqué : moins de 30 réponses ici ou dans un territoire voisin. Voici tous les quartiers "
    "prioritaires du bailleur, et ses autres quartiers (enquête de {wave}) :"
)
HERE_EVERYONE: Final = Phrase(
    "Enquête de {wave}, ici et dans les autres quartiers. Elle ne nomme pas le bailleur : ce sont les "
    "réponses des locataires de tous ceux qu’elle nomme."
)
BORROWED_EVERYONE: Final = Phrase(
    "Ici, masqué : moins de 30 réponses ici ou dans un territoire voisin. Voici tous les quartiers "
    "prioritaires et les autres (enquête de {wave}), chez tous les bailleurs que l’enquête nomme : elle ne "
    "nomme pas celui d’ici."
)
_LINE: Final = "{label} : {here} satisfaits, {elsewhere} ailleurs, {apart} ; {words}"
_OTHERWISE: Final = " ; à immeubles semblables, ce n’est pas si sûr"
_HIDDEN: Final = {
    False: "{label} : on ne sait pas",
    True: "{label} : masqué",
}
"""A question without figure, by whether it is masked."""
POINTS: Final = "Un point : 1 locataire sur 100."
WEAK: Final = " « Peu de réponses » ou « isolé » : à lire avec prudence."
_EARLY: Final = "Si ces actions améliorent les choses : l’enquête de {wave} date d’avant."
_NO_EFFECT: Final = "Si ces actions améliorent les choses : l’enquête ne le mesure pas."
_NO_ANSWER: Final = "Si ces actions améliorent les choses : il faudrait une enquête."
_DOUBTS: Final = Phrase("Si {homes:s logement} à vérifier {homes:a est/sont} bien du quartier.")
_UNREAD: Final = Phrase("L’impôt de {homes:s logement} : un avis n’a pas été compris.")
_UNLINED: Final = Phrase("L’impôt de {homes:s logement} : aucun fichier ne le donne.")
_PENDING: Final = "Ce que deviennent {amounts}."
_STATES: Final[dict[str, str]] = _TEXTS["states"]
_LOST: Final[dict[str, str]] = _TEXTS["lost"]
_ENDS: Final = {0: "moins de 1 sur 10", 10: "plus de 9 sur 10"}
_NEAR: Final = 0.15
_BETWEEN: Final = 0.35


def spared(held: Within, year: int) -> str:
    """Write what the bailleur was spared: what is not known is said so, never 0 €.

    Parameters
    ----------
    held : Within
        Claims of the quarter.
    year : int
    """
    if not held.has("acquis"):
        return _NO_TAX
    claim = held.get("acquis")
    amount, each = claim.amount, held.amount("acquis_par_logement")
    if amount.is_nil:
        if hanging := _hanging(held, _STATES | _LOST):
            lost, year_lost = held.amount("perdu"), not _hanging(held, _STATES)
            if year_lost:
                return _LOST_YEAR.format(year=year, lost=lost)
            return _UNSURE.format(year=year, states=join(hanging))
        return _NOTHING.format(year=year)
    if not amount.exceeds_nil:
        return _NOT_YET
    homes = held.amount("logements_abattus")
    if homes.is_known and each.is_known:
        text = _AMOUNT.format(amount=euros(amount), year=year, homes=homes.exact, each=each)
    else:
        text = _BARE_AMOUNT.format(amount=_capital(euros(amount)), year=year)
    return text + ("" if claim.nature is Nature.REEL else _ESTIMATED)


def done(spent: Sequence[tuple[int, Amount]] | None, held: Within, year: int) -> str:
    """Write what was done: how many actions, the axes that weigh most, what is left.

    Parameters
    ----------
    spent : sequence of (axis, amount) or None
        Largest first; None without a programme.
    held : Within
        Claims of the quarter.
    year : int
    """
    if spent is None:
        return _NO_LIST
    actions = held.amount("actions")
    if actions.is_nil:
        return _NO_ACTION.format(year=year)
    phrase = _ONE_ACTION if actions == known(1) else _ACTIONS
    head = phrase.format(actions=actions, amount=euros(held.amount("valorise")))
    top = [
        f"{_AXES[str(axe)]} ({euros(amount)})"
        for axe, amount in spent[:_MOST_AXES]
        if amount.exceeds_nil
    ]
    text = f"{head} : d’abord {join(top)}." if top else f"{head}."
    left, before = held.amount("a_programmer"), held.amount("reporte")
    if left.is_nil:
        return f"{text} {_ALL_USED}"
    if not left.exceeds_nil:
        return text
    carried = _CARRIED.format(amount=euros(before), before=year - 1) if before.exceeds_nil else ""
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
    text = _LINE.format(
        label=gap.label, here=here, elsewhere=elsewhere, apart=_apart(apart), words=gap.words
    )
    return text + _OTHERWISE if gap.otherwise else text


def _apart(points: int) -> str:
    """Write a gap for who reads no points: « 13 de moins sur 100 »."""
    return f"{abs(points)} de {'moins' if points < 0 else 'plus'} sur 100" if points else "autant"


def open_points(held: Within, *, doubtful: int, wave: str, early: bool) -> tuple[str, ...]:
    """Write what cannot be said yet: effect, side of some dwellings, amounts that hang.

    Parameters
    ----------
    held : Within
        Claims of the quarter.
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
    if hanging := _hanging(held, _STATES):
        out.append(_PENDING.format(amounts=join(hanging)))
    phrases = {"logements_non_lus": _UNREAD, "logements_sans_avis": _UNLINED}
    counts = ((phrase, held.amount(name)) for name, phrase in phrases.items())
    out += [phrase.format(homes=count) for phrase, count in counts if count.exceeds_nil]
    return tuple(out)


def _hanging(held: Within, names: Mapping[str, str]) -> list[str]:
    """Name the amounts of some claims that come to something."""
    amounts = ((held.amount(name), phrase) for name, phrase in names.items())
    return [f"{euros(amount)} {phrase}" for amount, phrase in amounts if amount.exceeds_nil]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
