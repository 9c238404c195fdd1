"""Words of the guided dialogue: questions, choices, and why an answer will not do."""

from __future__ import annotations

from typing import Final

from tfpb.packaged import packaged

_TEXTS: Final = packaged(__name__)
WELCOME: Final[tuple[str, ...]] = tuple(_TEXTS["welcome"])
MENU: Final = "Que voulez-vous faire ?"
MENU_CHOICES: Final[tuple[str, ...]] = tuple(_TEXTS["menu_choices"])
GEODATA: Final = "Quelles géodonnées ?"
GEODATA_CHOICES: Final[tuple[str, ...]] = tuple(_TEXTS["geodata_choices"])
MAPS: Final = "Quelle carte des quartiers ?"
MAPS_CHOICES: Final[tuple[str, ...]] = tuple(_TEXTS["maps_choices"])
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
WHY: Final[dict[str, str]] = _TEXTS["why"]
