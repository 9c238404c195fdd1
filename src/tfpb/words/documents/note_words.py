"""Sentences of the note: the answer first, on one page."""

from __future__ import annotations

from typing import Final

from tfpb.words.numbers import plural
from tfpb.words.phrase import Phrase

JUSTIFIED: Final = Phrase(
    "Abattement {year} : {abated:€}{nature}, justifié à {share:%} ; il reste {left:€} à justifier dans "
    "{count:s quartier}{carried}."
)
CARRIED: Final = Phrase(" ({with_carried:€} avec le report de {before})")
ALL_JUSTIFIED: Final = Phrase(
    "Abattement {year} : {abated:€}{nature}, justifié en entier, quartier par quartier."
)
LOSS: Final = Phrase(
    "Les collectivités y perdent {lost:€}, après une compensation de l’État de {back:€} ({rate})."
)
NO_PROGRAMME: Final = Phrase(
    "Abattement {year} : {abated:€}{nature} ; sans programme d’actions, rien ne dit ce qui le justifie."
)
NO_ABATEMENT: Final = Phrase("Abattement {year} : aucun n’est porté par les avis ni estimé dû.")
PART_ESTIMATED: Final = Phrase(", dont {estimated:€} sur aucun avis")
ESTIMATED: Final = " (estimé : sur aucun avis)"
SATISFACTION: Final = Phrase(
    "Satisfaction en QPV : plus basse sur {lower:n} questions sur {total:n}, égale ou meilleure à {margin} "
    "près sur {level:n}, on ne sait pas sur {unknown:n}."
)
SERVICE: Final = Phrase(
    "Service du bailleur : égal ou meilleur à {margin} près sur {level:n} questions sur {total:n}, plus bas "
    "sur {lower:n}, on ne sait pas sur {unknown:n}."
)
LIKE_WITH_LIKE: Final = Phrase(
    "À structure comparable, l’écart ne dit pas la même chose sur {count:s question} : voir le rapport."
)
TOO_EARLY: Final = Phrase(
    "Les actions y changent-elles quelque chose ? Trop tôt pour le dire : l’enquête ({wave}) précède celles "
    "de {year}."
)
SURPLUS: Final = (
    "Justifié : chaque quartier compte au plus pour son abattement ; ce qui dépasse dans l’un ne "
    "compense pas l’autre."
)
NOT_SHOWN_HERE: Final = (
    "Les actions y changent-elles quelque chose ? Cette enquête ne peut pas le montrer."
)
COMPARED: Final = "Comparé à"
BEFORE_SIGNING: Final = "Ce qui manque avant de signer"
ARGUMENT: Final = "L’argument le plus fort"
NOTHING_LACKS: Final = "Rien de ce que ce dossier vérifie ne manque."
UNPROVED: Final = Phrase(
    "{count:s action/actions} sur {actions:n} sans pièce complète (référence et date)."
)
DOUBTFUL: Final = Phrase(
    "{dwellings:s logement} dont le côté de la limite du quartier reste à vérifier, dans {homes:s résidence}."
)
MORE: Final = Phrase("{count:s autre point/autres points} dans le dossier.")
OTHER_QUARTERS: Final = Phrase(
    "{count:s autre quartier/autres quartiers}, compris dans le total : feuille « Programme et bilan »."
)
NOT_SHOWN: Final = Phrase("Sans chiffre qui se publie : {themes}.")


def quarters_unknown(count: int) -> str:
    """Write how many quarters the total leaves out, for want of an amount."""
    verb = "n’ont" if count > 1 else "n’a"
    return f"{plural(count, 'quartier')} {verb} pas d’abattement connu : hors de ce compte."
