"""The answer first: sentences of the note, on one page, and the last words of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.facts.survey_claims import verdict_scope
from tfpb.model.codes import Publication
from tfpb.words.money.state_words import (
    RESERVED,
    UNSETTLED,
    acquired,
    nature_words,
    without,
)
from tfpb.words.numbers import bounded, euros, number
from tfpb.words.phrase import Phrase
from tfpb.words.places.side_words import stock_facts
from tfpb.words.survey.verdict_words import VERDICTS, plainly

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier

JUSTIFIED: Final = Phrase("Abattement {year} acquis : {abated:€}{nature}, {justified} ; {rest}.")
LEFT: Final = Phrase("il reste {left:€} à justifier dans {count:s quartier}{carried}")
LEFT_UNKNOWN: Final = "ce qui reste à justifier n’est pas connu"
UNKNOWN_QUARTERS: Final = Phrase("{count:s quartier} {count:a n’a/n’ont} pas d’abattement connu.")
CARRIED: Final = Phrase(" ({with_carried:€} à programmer avec le report de {before})")
ALL_JUSTIFIED: Final = Phrase(
    "Abattement {year} acquis : {abated:€}{nature}, justifié en entier, quartier par quartier."
)
CARRIED_ALONE: Final = Phrase(
    "Abattement {year} acquis : {abated:€}{nature}, justifié en entier, quartier par quartier ; du report de "
    "{before}, {with_carried:€} à programmer dans {count:s quartier}."
)
LOSS: Final = Phrase(
    "Les collectivités y perdent {lost:€}, après {back:€} compensés par l’État ({rate}){spread}."
)
SPREAD: Final = Phrase(" et {spread:€} reportés")
NO_PROGRAMME: Final = Phrase(
    "Abattement {year} acquis : {abated:€}{nature} ; sans programme d’actions, rien ne dit ce qui le "
    "justifie."
)
_COUNTED: Final = (
    ", sur {total:s question} : moins bien {lower:n} fois (dont {sure:s sûre}), aussi bien ou mieux à "
    "{margin} près {level:n} fois{alone:?, peut-être {alone:n} fois de plus (isolé)|}, on ne sait pas "
    "{unknown:n} fois{masked:?, masqué {masked:n} fois|}."
)
SATISFACTION: Final = Phrase(f"Satisfaction en QPV{_COUNTED}")
SERVICE: Final = Phrase(f"Service du bailleur{_COUNTED}")
LIKE_WITH_LIKE: Final = Phrase(
    "À structure comparable, l’écart ne dit pas la même chose sur {count:s question} : voir le rapport."
)
NO_OTHER_STORY: Final = "À structure comparable, l’enquête ne montre pas d’autre écart."
ANSWERED: Final = Phrase(
    "{count:s ménage interrogé/ménages interrogés} en {wave}, taux de réponse {rate}."
)
TOO_EARLY: Final = Phrase(
    "Les actions y changent-elles quelque chose ? Trop tôt pour le dire : l’enquête ({wave}) précède les "
    "actions de {year}."
)
SURPLUS: Final = (
    "Justifié : chaque quartier compte au plus pour son abattement ; ce qui dépasse dans l’un ne "
    "compense pas l’autre."
)
NOT_SHOWN_HERE: Final = (
    "Les actions y changent-elles quelque chose ? Cette enquête ne peut pas le montrer."
)
DEADLINES: Final = "Échéances"
NEXT_DAYS: Final = {
    "bilan": "bilan", "declaration": "déclaration", "reclamation": "réclamation",
    "fin_exoneration": "fin d’exonération", "mi_parcours": "évaluation à mi-parcours",
    "renouvellement": "fin de convention", "terme": "fin de convention",
    "fin_convention": "fin de convention", "sans_bilan": "bilan", "sans_terme": "fin de convention",
    "mi_parcours_attendue": "évaluation à mi-parcours",
}  # fmt: skip
"""What the page calls the days that are ahead; what is past or done is left out."""
NEXT_DAY: Final = Phrase("{what} le {day:d}")
NO_DAY: Final = Phrase("{what} à dater")
BEFORE_SIGNING: Final = "Ce qui manque avant de signer"
ARGUMENT: Final = "L’argument le plus fort"
NOTHING_LACKS: Final = "Rien de ce que ce dossier vérifie ne manque."
UNPROVED: Final = Phrase(
    "{count:s action/actions} sur {actions:n} sans pièce complète (référence et date), de {worth:€} en tout"
    "{to_prove}{first}."
)
TO_PROVE: Final = Phrase(" : {stake:€} à prouver")
FIRST_PROOF: Final = Phrase(" ; d’abord « {action} », {quarter}, {stake:€}")
DOUBTFUL: Final = Phrase(
    "{dwellings:s logement} dont le côté de la limite du quartier reste à vérifier, dans {homes:s résidence}."
)
MORE: Final = Phrase("{count:s autre point/autres points} dans le dossier.")
OTHER_QUARTERS: Final = Phrase(
    "{count:s autre quartier/autres quartiers}, compris dans le total : feuille « Programme et bilan »."
)
NOT_SHOWN: Final = Phrase("Sans chiffre qui se publie : {themes}.")


def closing(dossier: Dossier, folder: str, review: str = "") -> list[str]:
    """Sum a run up in plain French.

    Parameters
    ----------
    dossier : Dossier
    folder : str
        Name of the folder written.
    review : str
        Name of the workbook of what is left to decide, if there is one.

    Returns
    -------
    list of str
        Lines to print.
    """
    lines = [*_stock(dossier), *_money(dossier), *_survey(dossier)]
    lacking = [
        label
        for label, value in (
            ("l’enquête", dossier.survey),
            ("la fiscalité", dossier.abatement),
            ("le programme d’actions", dossier.programme),
            ("le droit commun", dossier.droit_commun),
            ("les conventions", dossier.conventions),
        )
        if value is None
    ]
    if lacking:
        lines.append(
            f"Il manque : {', '.join(lacking)}. Le dossier le dit à chaque page concernée."
        )
    if review:
        lines.append(_to_decide(review, dossier.settings.fichiers.decisions.replace("\\", "/")))
    lines.append(
        f"À ouvrir d’abord : {folder}/note.pdf (une page) ; puis {folder}/dossier.xlsx, feuilles "
        "« Synthèse » et « Doutes »."
    )
    return lines


_STOCK: Final = Phrase(
    "Patrimoine : {residences:s résidence}, {entrees:s entrée}, {logements:s logement}, dont "
    "{logements_qpv:n} en QPV ({part})."
)
_TO_CHECK: Final = Phrase(
    "À vérifier : {entrees_a_verifier:s entrée}, {logements_a_verifier:s logement}"
    "{lost:?, dont {lost:s adresse introuvable/adresses introuvables}}."
)


def _stock(dossier: Dossier) -> list[str]:
    facts = stock_facts(dossier.claims)
    lines = [_STOCK.filled(facts)]
    if not dossier.claims.amount("entrees_a_verifier").may_exceed_nil:
        return lines
    unfound = int((dossier.located.entrances["result_verdict"] == "rejete").sum())
    return [*lines, _TO_CHECK.filled(facts | {"lost": unfound})]


def _money(dossier: Dossier) -> list[str]:
    lines, held = [], dossier.claims.within()
    if dossier.abatement is not None:
        value = acquired(held)
        whole = euros(held.amount("acquis")) == value
        # « sous réserve » follows with its amount
        head = (
            UNSETTLED if value == RESERVED else value + (nature_words(held) + without(held)) * whole
        )
        amounts = ((name, held.amount(code)) for code, name in _OTHER_AMOUNTS.items())
        parts = [
            f"{name} : {euros(amount)}"
            for name, amount in amounts
            if amount.exceeds_nil
            or (name == _UNREAD and held.has("non_lu") and amount.may_exceed_nil)
        ]
        named = f"Abattement {dossier.abatement.year}{' acquis' * whole}"
        line = " ; ".join([f"{named} : {head}", *parts])
        lines.append(line + ".")
    if dossier.programme is not None:
        count, valued = (dossier.claims.amount(name) for name in ("actions", "valorise"))
        lines.append(_ACTIONS.format(count=count, valued=valued))
    return lines


_ACTIONS: Final = Phrase("Programme : {count:s action}, {valued:€} valorisés.")
_UNREAD: Final = "sur des avis non lus"
_OTHER_AMOUNTS: Final = {
    "a_reclamer": "à réclamer", "a_risque": "à risque", "sous_reserve": "sous réserve", "perdu": "perdu",
    "non_lu": _UNREAD,
}  # fmt: skip
"""Claims that are told after the abatement."""


def _survey(dossier: Dossier) -> list[str]:
    if dossier.survey is None:
        return []
    last, claims = dossier.survey.last_wave, dossier.claims
    counts = [
        f"{plainly(code, Publication.PUBLIABLE, dossier.survey.margin)} : "
        f"{bounded(claims.amount('questions', scope), number)}"
        for code in VERDICTS
        if claims.has("questions", scope := verdict_scope(code))
    ]
    counted = " ; ".join(counts)
    head = (
        f"Satisfaction {last}, QPV comparés aux autres quartiers, nombre de questions par verdict"
    )
    return [f"{head} – {counted}."]


def _to_decide(review: str, given: str) -> str:
    """Write what to do with the workbook of doubts; `given` is what dossier.toml names as decisions."""
    name = review.rpartition("/")[2]
    if given == review:
        return (
            f"Vos décisions restent dans {name} : s’il y a encore des lignes sans décision, remplissez-les "
            "et relancez."
        )
    put = f'ajoutez decisions = "{review}" sous [fichiers] du dossier.toml'
    if given:
        put = f'écrivez decisions = "{review}" au lieu de « {given} » dans dossier.toml'
    return f"Pour trancher ces doutes : remplissez {name} (une petite carte par ligne), {put}, et relancez."
