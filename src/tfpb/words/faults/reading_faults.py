"""Words for what is found while files are read."""

from __future__ import annotations

from typing import Final

from tfpb.words.faults.entry import FaultWords

FAULTS = {
    "ecriture_impossible": FaultWords(
        "Le fichier n’a pas pu être écrit.",
        "un dossier où l’on peut écrire et un fichier fermé",
        "Fermez-le s’il est ouvert dans un tableur, vérifiez la place et les droits, recommencez.",
    ),
    "sortie_est_fichier": FaultWords(
        "« {got} » est un fichier : il ne peut pas recevoir un dossier.",
        "un dossier, existant ou à créer",
        "Donnez un autre nom à --sortie : votre fichier n’a pas été touché.",
    ),
    "sortie_est_disque": FaultWords(
        "« {got} » est un disque entier : un dossier se remplace en bloc, il lui faut un nom.",
        "un dossier du disque, existant ou à créer",
        "Ajoutez un nom de dossier à --sortie : rien n’a été écrit.",
    ),
    "acces_impossible": FaultWords(
        "Le système refuse l’accès à ce fichier ou à ce dossier.",
        "un fichier et un dossier que l’on peut lire et écrire",
        "Vérifiez les droits, la place sur le disque, et que le fichier n’est pas ouvert ailleurs.",
    ),
    "fichier_absent": FaultWords(
        "Le fichier « {got} » est introuvable.",
        "un fichier à cet emplacement",
        "Vérifiez le nom et le dossier du fichier ; les chemins se lisent à partir du fichier qui les écrit "
        "(dossier.toml, region.toml).",
    ),
    "fichier_mal_nomme": FaultWords(
        "« {got} » n’existe pas ; voulez-vous dire « {proches} » ?",
        "un fichier à cet emplacement",
        "Corrigez le nom ; les chemins se lisent à partir du fichier qui les écrit (dossier.toml, "
        "region.toml).",
    ),
    "reglages_absents": FaultWords(
        "Le dossier « {got} » ne contient pas de {nom}.",
        "un fichier {nom}",
        "Placez-vous dans le dossier qui le contient, ou donnez le chemin de ce dossier ou du fichier ; "
        "« tfpb nouveau » crée un dossier à remplir.",
    ),
    "reglages_a_nommer": FaultWords(
        "Le dossier « {got} » ne contient pas de {nom} ; il contient : {fichiers}.",
        "un fichier {nom}",
        "Donnez le chemin du fichier voulu.",
    ),
    "fichier_est_dossier": FaultWords(
        "« {got} » est un dossier, pas un fichier.",
        "un fichier à cet emplacement",
        "Écrivez le nom du fichier lui-même, dossier compris.",
    ),
    "fichier_inaccessible": FaultWords(
        "Le fichier n’a pas pu être ouvert.",
        "un fichier que l’on peut lire",
        "Fermez-le s’il est ouvert ailleurs, vérifiez les droits, recommencez.",
    ),
    "fichier_illisible": FaultWords(
        "Le fichier n’a pas pu être lu comme {format}.",
        "un fichier entier, non protégé, dont le contenu est celui qu’annonce son nom ({format})",
        "Ouvrez-le dans votre tableur, enregistrez-le à nouveau sous ce format, puis recommencez.",
    ),
    "fichier_trop_grand": FaultWords(
        "Le fichier est trop grand pour être lu sans risque.",
        "au plus {limite} Mo",
        "Gardez les lignes et les colonnes utiles ; si tout est utile, relevez la limite par la "
        "variable {variable} (en Mo).",
    ),
    "feuille_trop_grande": FaultWords(
        "La feuille s’étend jusqu’à la cellule {got} : {lignes} lignes sur {colonnes} colonnes.",
        "une table sans cellule égarée loin de ses données",
        "Supprimez les lignes et les colonnes vides après les données, enregistrez, recommencez.",
    ),
    "tableau_trop_large": FaultWords(
        "Le tableau a trop de colonnes.",
        "au plus {limite} colonnes",
        "Supprimez les colonnes inutiles ou égarées à droite des données.",
    ),
    "cellule_trop_longue": FaultWords(
        "Une cellule est trop longue pour être une donnée.",
        "au plus {limite} caractères par cellule",
        "Vérifiez les guillemets et les fins de ligne du fichier, puis exportez-le à nouveau.",
    ),
    "guillemet_non_ferme": FaultWords(
        "Un guillemet ouvert à cette ligne n’est pas refermé : {lignes} lignes se lisent comme une "
        "seule cellule.",
        "des guillemets par paires",
        "Fermez ou supprimez ce guillemet, ou exportez à nouveau le fichier.",
    ),
    "ligne_trop_longue": FaultWords(
        "La ligne a {lues} cellules, l’en-tête {attendues} : ses valeurs sont sans doute décalées.",
        "autant de cellules que de colonnes",
        "Mettez entre guillemets la valeur qui contient le séparateur, ou exportez à nouveau.",
    ),
    "ligne_coupee": FaultWords(
        "La ligne s’arrête à sa cellule {lues}, sur {attendues}.",
        "autant de cellules que de colonnes",
        "Vérifiez que le fichier est entier ; les cellules qui manquent ont été lues vides.",
    ),
    "limite_illisible": FaultWords(
        "La variable {variable} n’est pas un nombre de mégaoctets.",
        "un nombre entier, par exemple 400",
        "Corrigez ou supprimez cette variable d’environnement.",
    ),
    "feuille_masquee": FaultWords(
        "La feuille lue est masquée dans le classeur.",
        "une feuille visible",
        "Vérifiez que c’est la bonne ; sinon affichez-la ou nommez une autre feuille.",
    ),
    "feuilles_semblables": FaultWords(
        "D’autres feuilles ont les mêmes colonnes et n’ont pas été lues : {autres}.",
        "une seule feuille de données, ou la feuille nommée",
        "Nommez la feuille à lire sous [reglages.feuilles] du dossier.toml, ou par --feuille.",
    ),
    "formule_sans_valeur": FaultWords(
        "Des formules n’ont pas de résultat enregistré ({nombre:s cellule/cellules}) : leur valeur "
        "n’est pas connue.",
        "des valeurs, ou des formules calculées",
        "Ouvrez le classeur dans votre tableur, laissez-le calculer, enregistrez, recommencez.",
    ),
    "cellules_fusionnees": FaultWords(
        "Des cellules fusionnées ne valent que pour leur première ligne : {plages}.",
        "une valeur sur chaque ligne",
        "Défusionnez-les et recopiez la valeur si elle vaut pour toutes les lignes.",
    ),
    "ligne_de_total": FaultWords(
        "La ligne est un total, pas une donnée : elle n’a pas été lue.",
        "une ligne par {objet}",
        "Rien à faire ; vous pouvez aussi la supprimer du fichier.",
    ),
    "ligne_d_unites": FaultWords(
        "La ligne sous l’en-tête donne des unités (« {got} »), pas une donnée : elle n’a pas été lue.",
        "des données dès la ligne qui suit l’en-tête",
        "Rien à faire ; vous pouvez aussi la supprimer du fichier.",
    ),
    "unite_contraire": FaultWords(
        "La colonne est dite en « {got} » : ses nombres seraient lus pour {attendu}.",
        "{attendu}",
        "Convertissez la colonne, ou corrigez l’unité écrite sous l’en-tête.",
    ),
    "zeros_retablis": FaultWords(
        "Des identifiants ont perdu leurs zéros de tête : {nombre:s ligne rattachée/lignes "
        "rattachées} au patrimoine, par exemple « {got} » à « {lu} ».",
        "les identifiants du patrimoine, en texte",
        "Relisez-les ; mettez la colonne au format Texte avant d’exporter.",
    ),
    "code_qpv_remis_en_forme": FaultWords(
        "Des codes de QPV ont été remis en forme ({nombre:s cellule/cellules}), par exemple "
        "« {got} » en « {lu} ».",
        "des codes tels que QN05991I",
        "Rien à faire si c’est juste.",
    ),
    "logements_nuls": FaultWords(
        "Des lignes ne portent aucun logement ({nombre:s ligne/lignes}).",
        "au moins un logement par entrée",
        "Complétez le nombre de logements ; ces lignes ne pèsent dans aucun total.",
    ),
    "patrimoine_sans_logement": FaultWords(
        "Aucune ligne du patrimoine ne porte de logement.",
        "le nombre de logements de chaque entrée ou bâtiment",
        "Complétez la colonne : l’argent et les parts en QPV suivent les logements.",
    ),
    "residence_deux_organismes": FaultWords(
        "La résidence « {got} » appartient à deux organismes : {organismes}.",
        "un identifiant par résidence et par organisme",
        "Vérifiez l’organisme ; si ce sont deux résidences, donnez-leur deux identifiants.",
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
        "Remplissez-la ou choisissez-en une autre (--feuille) ; sans ces données, remettez # devant ce "
        "fichier dans dossier.toml (sauf le patrimoine, obligatoire).",
    ),
    "colonne_absente": FaultWords(
        "La colonne « {colonne} » manque.",
        "{signification}",
        "Ajoutez la colonne, ou renommez celle qui porte cette donnée{aussi}. Colonnes lues : {lues}.",
    ),
    "colonne_ressemblante": FaultWords(
        "La colonne « {got} » n’a pas été reconnue ; elle ressemble à « {colonne} », qui manque.",
        "{signification}",
        "Si c’est elle, renommez-la « {colonne} »{aussi} ; sinon, rien à faire.",
    ),
    "colonnes_non_lues": FaultWords(
        "Ces colonnes ne sont pas lues : {got}.",
        "les colonnes de la feuille « Explications » du modèle",
        "Rien à faire si le calcul n’en a pas besoin ; sinon, donnez-leur le nom du modèle.",
    ),
    "colonne_en_double": FaultWords(
        "Plusieurs colonnes se lisent comme « {colonne} » : {lues}.",
        "une seule colonne",
        "Gardez-en une : supprimez ou renommez les autres.",
    ),
    "valeur_vide": FaultWords(
        "La cellule est vide.",
        "{attendu}",
        "Complétez la cellule ; si la ligne n’est pas une donnée (note, total), supprimez-la.",
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
    "code_commune_douteux": FaultWords(
        "« {got} » n’est pas un {quoi}.",
        "cinq caractères, par exemple 59000",
        "Corrigez la cellule : l’adresse est cherchée sans ce code, ou n’est pas trouvée.",
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
        "Des accents mal encodés ont été réparés ({nombre:s cellule/cellules}).",
        "un fichier en UTF-8 ou Windows-1252",
        "Relisez les noms ; réenregistrez le fichier en UTF-8 pour éviter la réparation.",
    ),
    "donnee_personnelle_ecartee": FaultWords(
        "La colonne « {colonne} » contient des données personnelles : elle n’a pas été lue.",
        "",
        "Rien à faire ; vous pouvez aussi retirer cette colonne du fichier.",
    ),
}


_ROLES: Final = frozenset(
    (
        "patrimoine", "fiscalite", "programme", "programme_precedent", "droit_commun", "conventions",
        "diagnostics",
    )
)  # fmt: skip


def rename_words(contract: str, column: str, header: str) -> str:
    """Say how dossier.toml names a column, the likely header in place; empty for tables it does not name."""
    if contract not in _ROLES:
        return ""
    shown = header or "en-tête de votre fichier"
    return (
        ", ou écrivez sous [reglages] du dossier.toml : "
        f'colonnes = {{ "{contract}.{column}" = "{shown}" }}'
    )
