"""Words for what is found while files are read."""

from __future__ import annotations

from tfpb.words.catalogue import FaultWords

FAULTS = {
    "ecriture_impossible": FaultWords(
        "Le fichier n’a pas pu être écrit.",
        "un dossier où l’on peut écrire et un fichier fermé",
        "Fermez-le s’il est ouvert dans un tableur, vérifiez la place et les droits, recommencez.",
    ),
    "fichier_absent": FaultWords(
        "Le fichier « {got} » est introuvable.",
        "un fichier à cet emplacement",
        "Vérifiez le nom et le dossier du fichier ; les chemins se lisent à partir du dossier.toml.",
    ),
    "fichier_illisible": FaultWords(
        "Le fichier n’a pas pu être lu comme {format}.",
        "un fichier {format} entier et non protégé",
        "Ouvrez-le dans votre tableur, enregistrez-le à nouveau, puis recommencez.",
    ),
    "format_inconnu": FaultWords(
        "Le format du fichier n’est pas reconnu.",
        "un fichier {attendu}",
        "Enregistrez le fichier dans l’un de ces formats.",
    ),
    "feuille_absente": FaultWords(
        "La feuille « {got} » n’existe pas dans ce classeur.",
        "l’une des feuilles : {feuilles}",
        "Corrigez l’option --feuille ou le nom de la feuille.",
    ),
    "feuille_vide": FaultWords(
        "La feuille est vide : aucune ligne de données.",
        "une ligne d’en-tête puis au moins une ligne",
        "Vérifiez la feuille choisie (--feuille) et le contenu du fichier.",
    ),
    "colonne_absente": FaultWords(
        "La colonne « {colonne} » manque.",
        "{signification}",
        "Ajoutez la colonne, ou renommez celle qui porte cette donnée. Colonnes lues : {lues}.",
    ),
    "colonne_en_double": FaultWords(
        "Deux colonnes se lisent comme « {colonne} » : {lues}.",
        "une seule colonne",
        "Supprimez ou renommez l’une des deux.",
    ),
    "valeur_vide": FaultWords(
        "La cellule est vide.",
        "{attendu}",
        "Complétez la cellule.",
    ),
    "valeur_illisible": FaultWords(
        "La valeur n’est pas lisible.",
        "{attendu}",
        "Corrigez la cellule dans le fichier d’entrée.",
    ),
    "valeur_ambigue": FaultWords(
        "La valeur peut se lire de deux façons.",
        "{attendu}",
        "Écrivez-la sans ambiguïté.",
    ),
    "valeur_hors_bornes": FaultWords(
        "La valeur est hors des bornes admises.",
        "{attendu}",
        "Vérifiez l’unité et la saisie.",
    ),
    "code_inconnu": FaultWords(
        "Le code n’est pas connu.",
        "{attendu}",
        "Corrigez le code dans le fichier d’entrée.",
    ),
    "code_devine": FaultWords(
        "« {got} » a été lu comme « {lu} ».",
        "{attendu}",
        "Confirmez en corrigeant la cellule, ou laissez ainsi si c’est juste.",
    ),
    "dates_melangees": FaultWords(
        "Les dates de cette colonne sont écrites de {nombre} façons : {exemples}.",
        "une seule façon d’écrire les dates, par exemple 31/12/2025",
        "Elles ont toutes été lues ; relisez-les, puis écrivez-les d’une seule façon.",
    ),
    "ligne_en_double": FaultWords(
        "La ligne répète la ligne {autre} ({cle}).",
        "une seule ligne par {objet}",
        "Supprimez l’une des deux lignes, ou distinguez-les.",
    ),
    "encodage_repare": FaultWords(
        "Des accents mal encodés ont été réparés ({nombre} cellules).",
        "un fichier en UTF-8 ou Windows-1252",
        "Relisez les noms ; réenregistrez le fichier en UTF-8 pour éviter la réparation.",
    ),
    "donnee_personnelle_ecartee": FaultWords(
        "La colonne « {colonne} » contient des données personnelles : elle n’a pas été lue.",
        "",
        "Rien à faire ; vous pouvez aussi retirer cette colonne du fichier.",
    ),
}
