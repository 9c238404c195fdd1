"""What commands print beside their results: what was written and where, doubts, what stopped them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CALCULATIONS: Final = "Calculs"
DOCUMENTS: Final = "Documents"
MAPS: Final = "Cartes"
OWNERS: Final = "Bailleurs"
JOINED: Final = "Tous les bailleurs sont lus ; la région se calcule (le plus long)"
GEOCODING: Final = "Géocodage"
LOCATION: Final = "Localisation"
IMPORT: Final = "Import des adresses"
DOWNLOAD: Final = "Téléchargement ({code})"
"""Names of the progress bars."""

NEW_GEODATA: Final = (
    "Nouveau dossier de géodonnées : « {got} ». Si ce n’est pas voulu, il y a déjà à côté : {near}."
)
OTHER_GEODATA: Final = (
    "Géodonnées lues : « {read} » (--geodonnees, ou la variable TFPB_GEODONNEES) ; le réglage geodonnees, "
    "« {named} », n’est pas suivi."
)
DOUBTS_OF_FILES: Final = "Doutes relevés dans les fichiers :"
DOUBTS_OF_REGION: Final = "Doutes relevés sur la région :"
DOUBTS_SHEET: Final = "la feuille « À régler » du classeur"
PACK_WRITTEN: Final = "Dossier écrit dans : {folder}"
HELD_BACK: Final = (
    "Avant d’écrire, ce que cette diffusion reprend ou masque, à cause des précédentes :"
)
UNUSED: Final = "{option} n’a pas servi : {why}."
NOT_CSV: Final = "la sortie n’est pas un CSV"
ONLY_DRAFTED: Final = "sans --diffuser, rien n’est envoyé"
NOT_DASK: Final = "--moteur n’est pas dask"
TRAVELS: Final = (
    "Vers la grappe partent le patrimoine, la fiscalité, les programmes et les réponses des locataires, qui "
    "sont des données personnelles ; ses ouvriers lisent aussi les fichiers des bailleurs."
)
TRAVELS_BARE: Final = (
    "Rien n’est chiffré en route : réservez-la à un réseau sûr, ou donnez --tls-ca, --tls-certificat et "
    "--tls-cle."
)
TRAVELS_HIDDEN: Final = "Tout voyage chiffré (TLS)."
ONE_PROCESS: Final = "--moteur local calcule dans un seul processus"
NO_DOCUMENTS: Final = "--sans-documents ne dessine rien"
UNCHANGED: Final = (
    "Rien n’a changé depuis le dernier passage : le dossier est déjà celui qui serait écrit, fichier par "
    "fichier ; rien n’a été refait. Pour tout refaire : --tout-recalculer."
)
DRAFTED: Final = "C’est un PROJET, pour l’organisme seul ; pour le transmettre, ajoutez --diffuser."
SENT_KEPT: Final = "Ce qui est envoyé est gardé tel quel dans : {folder}"
RELEASED: Final = "C’est une diffusion : elle est au registre, et les suivantes en tiennent compte."
REGION_WRITTEN: Final = "Région écrite dans : {folder}"
COMPARISON_WRITTEN: Final = "Comparaison écrite dans {first}, niveaux et moyennes dans {second}."
CONTROL_SHEET: Final = "Contrôle"
CONTROL_WRITTEN: Final = (
    "Contrôle écrit dans {file} : chiffres exacts, sans masque ni arrondi, pour un statisticien de la "
    "maison ; à ne transmettre à personne."
)
MAPS_WRITTEN: Final = "{sheets} sont écrites dans : {folder}"
OPEN_MAP: Final = "Ouvrez d’abord carte.html, par un double clic."
GAPS_HEADING: Final = "Écarts QPV − ailleurs, vague {wave}, tous bailleurs, bruts ({margin}) :"
VERDICT_KEY: Final = "  « {name} » : {meaning}."
NEW_DOSSIER: Final = "Dossier créé : {folder}"
PLAN_ADDED: Final = "Plan d’enquête ajouté à {folder}, rien d’autre n’y a changé :"
PLAN_TO_REVIEW: Final = "Relisez {name} : ce qui a été deviné y est marqué « À CONFIRMER »."
NAME_PLAN: Final = 'Sous [fichiers] du dossier.toml, écrivez : plan = "{name}"'

FILL_THEN: Final = "Remplissez les fichiers, puis : {command}"
NO_FAULT: Final = "Aucune faute : vous pouvez lancer « tfpb dossier »."
SECOND_PACK: Final = (
    "Indiquez --dossier suivi d’un dossier.zip : --avec et --precedents en donnent d’autres."
)
STOPPED: Final = "Arrêté à votre demande : rien n’a été laissé à moitié écrit."
PROGRAM_ERROR: Final = (
    "Une erreur du programme est survenue (ce n’est pas votre fichier) : {kind}. "
    "Relancez avec la variable TFPB_TRACE=1 et envoyez le texte affiché."
)
COLUMN_OPTION: Final = "« {pair} » : écrivez nom=COLONNE, par exemple adresse=ADR_LIGNE1"
NOTHING_TO_DO: Final = "Rien à faire"
"""How the hint of a doubt begins when there is nothing to do; it is then left out of short lists."""
_NAMED: Final = 5

FAULTS: Final = Phrase("{count:s faute} à corriger avant de continuer :")
OTHER_FAULTS: Final = Phrase("… et {count:s autre}.")
DOUBTS: Final = Phrase("{count:s doute} à relire (rien n’est bloqué) :")
DOUBTS_TO_KNOW: Final = Phrase("{count:s doute} à connaître :")
DOUBTS_OF_OWNERS: Final = Phrase(
    "{count:s doute} sur les fichiers des bailleurs, chacun dans son dossier."
)
WHAT_TO_DO: Final = "    que faire : {hint}"
OTHER_KINDS: Final = "  – … et {count} autres natures de doute."
ALL_LISTED: Final = "  Tous sont listés dans {where}."
WAVE: Final = Phrase(
    "Vague {wave} : {n:s ménage interrogé/ménages interrogés}{known:? dans {residences:s résidence}}."
)


_REPLIES: Final = "fichier .toml donné par --reponses"


def replies_file(given: Path | None) -> str:
    """Name the file that replies go to, for a command without dossier."""
    return _REPLIES if given is None else given.name


def kept_files(names: Sequence[str]) -> str:
    """Return the warning about files that a run left because a user changed or added them."""
    return (
        "Des fichiers du dossier précédent ont été modifiés à la main ou ajoutés : "
        f"{', '.join(names[:_NAMED])}. Ils n’ont pas été touchés."
    )


def short_doubt(title: str, where: str, alike: int) -> str:
    """Return a kind of doubt by its first example, with the count of those like it."""
    place = f" ({where})" if where else ""
    more = f" Et {alike} {'autre' if alike == 1 else 'autres'} de même nature." if alike else ""
    return f"  – {title}{place}{more}"


UNKNOWN_SHELL: Final = (
    "Le programme de ce terminal n’est pas reconnu : la complétion existe pour bash, zsh, fish et "
    "PowerShell. Ouvrez l’un d’eux, puis relancez la commande."
)
INSTALLED: Final = (
    "Complétion installée pour {shell} : {path}\n"
    "Ouvrez un nouveau terminal : la touche Tab y complète les commandes, les options et les fichiers."
)
