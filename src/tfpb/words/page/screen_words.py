"""Words of the local page: at its door, and on the screens what their templates do not hold."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from tfpb.model.legal.map_table import by_map
from tfpb.packaged import packaged
from tfpb.words.numbers import euros, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from tfpb.facts.amount import Amount

_TEXTS: Final = packaged(__name__)
SCREENS: Final[dict[str, str]] = _TEXTS["screens"]
"""Address of a screen → its name, in the order of the work."""
REGION_SCREENS: Final[dict[str, str]] = _TEXTS["region_screens"]
"""As `SCREENS`, where a region is in hand."""
GEOGRAPHIES: Final[dict[str, str]] = by_map(_TEXTS["geographies"], newest_first=True)
STATES: Final[dict[str, list[str]]] = _TEXTS["states"]
"""Claim of money → how the screen names it, and what it means."""
UNLINED: Final = "logements_sans_avis"
"""Claim on the dwellings that no line of the tax file bears."""
FILES: Final[dict[str, str]] = _TEXTS["files"]
TEMPLATE_ROLES: Final[dict[str, str]] = _TEXTS["templates"]
"""File of a template → the role it is for."""
BROUGHT: Final = "« {name} » est importé : {kind}."
TAKEN: Final = "« {name} » : {role}."
WAITS: Final = (
    "« {name} » ressemble à : {role}, que « {there} » tient déjà. "
    "Dites ci-dessous s’il le remplace."
)
SAME_NAME: Final = "« {name} » est déjà dans le dossier : dites ci-dessous s’il le remplace."
UNCHANGED: Final = "« {name} » est déjà dans le dossier, à l’identique : rien n’a changé."
REPLACED: Final = "« {name} » remplace le fichier du même nom, que le Journal permet de reprendre."
REFUSED_FOR: Final = "{title} {hint}"
TABLE: Final = "tableau"
"""What a file taken for geography may be in place of a map."""
A_TABLE: Final = "un tableau du dossier"
MAP_STATES: Final[dict[str, str]] = _TEXTS["map_states"]
OWNED: Final = (
    "Cette livraison ne nomme pas d’organisme : ses réponses sont lues comme celles de « {name} »."
)
ALIKE_TAKEN: Final = "Même lecture, aux mêmes en-têtes, chez : {names}."
NONE_ALIKE: Final = "Aucun autre organisme n’a ces en-têtes à confirmer."
UNKNOWN: Final = (
    "« {name} » est copié, mais rien n’y ressemble à un fichier connu : choisissez ce que c’est."
)
WITHOUT_ROWS: Final = (
    "« {name} » est copié, mais n’a aucune ligne sous ses en-têtes : il n’est pas employé."
)
NOT_TAKEN: Final = "« {name} » n’est pas un plan d’enquête : rien n’en a été copié."
DROPPED: Final = Phrase(
    " {count:s colonne qui peut nommer quelqu’un a été écartée/colonnes qui peuvent nommer quelqu’un ont été "
    "écartées} avant la copie : {names}."
)
BLANKED: Final = Phrase(
    " {count:s feuille qu’aucun calcul ne lit n’est pas copiée/feuilles qu’aucun calcul ne lit ne sont pas "
    "copiées} : {names}."
)
MEANS: Final = "« {got} » veut dire {value} %"
NOBODY: Final = "aucun organisme de la région"
NO_STOCK: Final = "patrimoine.xlsx"
NEXT_FOLDER: Final = "{name}-{year}"
NEXT_BEGUN: Final = (
    "Le dossier {year} est commencé dans « {folder} », à côté de celui-ci : mêmes réglages. Il s’ouvre "
    "ci-dessous, dans cette page."
)
NEXT_KEPT: Final = "Repris : {what}."
NEXT_NONE: Final = "aucun fichier"
NEXT_ASKED: Final = "À déposer à nouveau, s’il y a lieu : {what}."
NEXT_MAP: Final = (
    "La carte des quartiers change en {year} : les côtés sont à décider à nouveau ; les adresses "
    "décidées sont reprises."
)
NEXT_SENT: Final = "L’année se comparera à ce qui est parti : « {name} »."
NEXT_UNSENT: Final = "Rien n’est parti en {year} : l’année n’aura pas d’envoi à quoi se comparer."
NEXT_FILLED: Final = Phrase(
    "« À faire » : {count:s ligne reprise/lignes reprises} (qui s’en charge, ce qui est en cours) ; les "
    "actions et ce qui est fait ne le sont pas."
)
NEXT_DAY: Final = Phrase(
    "La date du dossier est celle d’aujourd’hui ({day:d}) : changez-la à l’écran de départ s’il le faut."
)
NEXT_CARRIED: Final = Phrase(
    "Le report venu de {year} est écrit (report_eur), d’après « {pack} » du {day:d} : {amounts}. Si {year} "
    "change encore, corrigez-le à l’écran « Départ »."
)
NEXT_NOTHING: Final = Phrase(
    "D’après « {pack} » du {day:d}, rien ne se reporte de {year} : aucun report n’est écrit."
)
NEXT_UNKNOWN: Final = Phrase(
    "Ce qui se reporte de {year} n’est pas connu, faute d’un dossier fait avec son bilan : aucun report "
    "n’est écrit. S’il y en a un, écrivez-le à l’écran « Départ »."
)
NEXT_PART_UNKNOWN: Final = Phrase(
    "Reporté de {year} non connu, faute d’abattement établi : {codes}. Écrivez-le à l’écran « Départ »."
)
NEXT_THERE: Final = "Il y a déjà un dossier dans « {folder} » : rien n’y a été changé."
ASKED_FOR: Final = {
    (False, False): "un projet",
    (False, True): "un projet",
    (True, False): "à transmettre",
    (True, True): "à transmettre, quoi qu’il reste ouvert",
}
READ_ONLY: Final = Phrase("Lecture faite : {count:s faute arrête/fautes arrêtent} les calculs.")
CANCELLED: Final = "Arrêté : ce qui était là avant est resté tel quel."
BROKEN: Final = (
    "Le programme s’est arrêté sur une erreur qui lui est propre ({kind}). Vos fichiers n’ont pas changé ; "
    "relancez, et signalez-la si elle revient."
)
ENDED: Final[dict[str, str]] = _TEXTS["ended"]
WORKING: Final[dict[str, str]] = _TEXTS["working"]
"""Kind of a work → its name while it is under way."""
BUSY: Final = (
    "Rien n’a été commencé : un autre travail est en cours ({work}). Attendez sa fin, ou arrêtez-le, "
    "puis recommencez."
)

PLAN_COLUMNS: Final[dict[str, str]] = _TEXTS["plan_columns"]
SIDES: Final[dict[str, str]] = _TEXTS["sides"]
THEMES: Final[dict[str, str]] = _TEXTS["themes"]
NATURES: Final[dict[str, str]] = _TEXTS["natures"]
NAMES: Final[dict[str, str]] = _TEXTS["names"]
"""Table of the settings → what its names are."""
DIFFERENT: Final = Phrase("{count:s valeur différente/valeurs différentes}")
CORRECTIONS: Final = "corrections.csv"
CORRECTED: Final = ("fichier", "feuille", "ligne", "colonne", "avant", "apres")
LACKS: Final = "un nom et une pièce, ou un motif"
LACKS_CHOICE: Final = "un choix"


OWN_FOLDER: Final = "Dossier TFPB"
OPENED: Final = (
    "La page du dossier s’ouvre dans votre navigateur. Sinon, ouvrez ce fichier : {file}"
)
FOLDER: Final = "Dossier : {folder}"
STOP: Final = "Elle se ferme d’elle-même dix minutes après sa dernière page ; Ctrl-C l’arrête ici."
ALREADY: Final = (
    "Ce dossier est déjà ouvert : sa page revient dans votre navigateur. Deux pages à la fois sur un même "
    "dossier effaceraient l’une ce que l’autre écrit."
)
CLOSED: Final = "La page est fermée. Tout ce qui a été décidé est dans le dossier."
_REASONS: Final[dict[str, str]] = _TEXTS["reasons"]
_PAGE: Final = (
    '<!doctype html><html lang="fr"><meta charset="utf-8"><title>tfpb</title>'
    "<main><h1>{title}</h1><p>{text}</p></main></html>"
)
AT_STAKE: Final = "{homes}, {amount} en jeu pour la résidence. "
UNCOUNTED_HOMES: Final = "Logements non comptés"
UNKNOWN_WORTH: Final = "un montant que l’on ne connaît pas"
REFUSED: Final = "Refusé"
AT_FAULT: Final = "Erreur du programme"


def refusal(why: str) -> str:
    """Return the page that says why a request is refused."""
    return page_of(REFUSED, _REASONS[why])


def page_of(title: str, text: str) -> str:
    """Return a page of one sentence."""
    return _PAGE.format(title=escape(title), text=escape(text))


def handed(address: str) -> str:
    """Return the page that goes on to an address by itself."""
    place = escape(address, quote=True)
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><title>tfpb</title>'
        '<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">'
        f'<meta http-equiv="refresh" content="0; url={place}">'
        f'<p><a href="{place}">Ouvrir la page du dossier</a></p></html>'
    )


_HOMES: Final = Phrase("{count:s logement}")


def homes_words(count: Amount) -> str:
    """Write a count of dwellings."""
    return _HOMES.format(count=count)


def at_stake(dwellings: Amount | None, worth: Amount | None) -> str:
    """Write what hangs on a doubt of an entrance: its dwellings, what its résidence may be due or not."""
    if dwellings is None or worth is None:
        return ""
    homes = plural(dwellings.exact, "logement") if dwellings.is_known else UNCOUNTED_HOMES
    if worth.is_nil:
        return f"{homes}. "
    amount = euros(worth) if worth.at_most or worth.at_least else UNKNOWN_WORTH
    return AT_STAKE.format(homes=homes, amount=amount)
