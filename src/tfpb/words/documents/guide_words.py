"""Words of the guided dialogue: questions, choices, and why an answer will not do."""

from __future__ import annotations

from typing import Final

_HOW: Final = (
    "Ce dialogue vous guide pas à pas. Tapez le numéro de votre réponse, puis Entrée. Pour donner un "
    "fichier ou un dossier, écrivez son chemin ou faites-le glisser dans cette fenêtre. Ctrl-C pour quitter."
)
WELCOME: Final = (
    "tfpb : les preuves de l’abattement de TFPB en quartier prioritaire",
    "",
    _HOW,
    "Rien n’est lancé sans être écrit ici d’abord, et rien ne sort de ce poste sans que vous le demandiez.",
)
MENU: Final = "Que voulez-vous faire ?"
MENU_CHOICES: Final = (
    "Préparer un nouveau dossier (réglages et modèles Excel)",
    "Importer les adresses et les périmètres (une fois pour toutes)",
    "Vérifier un dossier, sans rien écrire",
    "Faire le dossier de preuves",
    "Ouvrir un résultat",
    "Quitter",
)
GEODATA: Final = "Quelles géodonnées ?"
GEODATA_CHOICES: Final = (
    "Télécharger les fichiers officiels d’un département (par Internet)",
    "Importer un fichier d’adresses (.csv ou .csv.gz)",
    "Importer des périmètres de QPV (.zip, .shp, .geojson ou .gpkg)",
    "Importer des contours de communes (facultatif)",
    "Importer des parcelles du cadastre (facultatif)",
    "Voir ce qui est déjà importé",
    "Revenir au menu",
)
MAPS: Final = "Quelle carte des quartiers ?"
MAPS_CHOICES: Final = (
    "2024, pour les impositions 2025 à 2030",
    "2015, pour les impositions 2016 à 2024 (outre-mer : jusqu’à 2025)",
)
OPEN: Final = "Ouvrir le dossier écrit ?"
YES_NO: Final = ("Oui", "Non")
YOUR_ANSWER: Final = "Votre réponse : "
BACK: Final = "0 pour revenir au menu"
GOODBYE: Final = "À bientôt."

NEW_PLACE: Final = "Quel dossier créer ? Un nom, ou un chemin complet"
SURVEY: Final = "Avez-vous une livraison d’enquête ? Son fichier, ou Entrée s’il n’y en a pas"
DEPARTMENT: Final = "Quel département ? Son code, par exemple 59, 2A ou 971"
FILE: Final = "Quel fichier ?"
SETTINGS: Final = "Quel dossier ? Son fichier dossier.toml, ou le dossier qui le contient"
RESULT: Final = "Où écrire le résultat ? Un dossier"
SHOWN: Final = "Quel résultat ouvrir ? Le dossier écrit par « Faire le dossier de preuves »"

CREATED: Final = (
    "Remplissez les modèles Excel de ce dossier et le fichier dossier.toml (il s’ouvre avec le Bloc-notes), "
    "puis choisissez « Vérifier un dossier »."
)
MEND: Final = "Corrigez vos fichiers, enregistrez-les, fermez-les, puis recommencez."
READY: Final = "Vous pouvez choisir « Faire le dossier de preuves »."
LEAVES: Final = (
    "Ce choix va chercher des fichiers publics sur Internet ; rien de vos données n’est envoyé."
)

BY_DEFAULT: Final = "Entrée pour : {value}"
COMMAND: Final = "Commande lancée : {command}"
NOT_A_CHOICE: Final = "« {answer} » n’est pas un choix : tapez un numéro de 1 à {most}."
NOT_OPENED: Final = "La fenêtre n’a pas pu s’ouvrir. Le dossier est ici : {path}"
WHY: Final[dict[str, str]] = {
    "empty": "Il faut une réponse.",
    "nothing": "Il n’y a rien à cet endroit : {got}",
    "folder": "C’est un dossier, il faut un fichier : {got}",
    "no_settings": "Il n’y a pas de dossier.toml dans {got} : « Préparer un nouveau dossier » en crée un.",
    "not_settings": "Ce n’est pas un fichier dossier.toml : {got}",
    "taken": "Ce dossier existe déjà et n’est pas vide : {got}. Choisissez un autre nom.",
    "file_there": "Un fichier porte déjà ce nom : {got}",
    "no_department": "« {got} » n’est pas un code de département.",
    "no_result": "Ce n’est pas un dossier de résultat : {got}",
    "name": "Ce nom n’est pas possible pour un dossier : {got}",
}
