"""Words for the dossier's own files and for the pack."""

from __future__ import annotations

from tfpb.words.catalogue import FaultWords

FAULTS: dict[str, FaultWords] = {
    "toml_illisible": FaultWords(
        "Le fichier de réglages ne se lit pas : erreur d’écriture.",
        'des lignes de la forme  cle = "texte"  ou  cle = 12',
        "Comparez la ligne avec le modèle fait par « tfpb nouveau » : guillemets, crochets, virgules.",
    ),
    "reglage_absent": FaultWords(
        "Le réglage « {cle} » manque.",
        "une ligne « {cle} » dans le fichier",
        "Ajoutez-la ; le modèle fait par « tfpb nouveau » montre où.",
    ),
    "reglage_inconnu": FaultWords(
        "Le réglage « {cle} » n’existe pas.",
        "un réglage connu",
        "Vérifiez l’orthographe, ou supprimez la ligne.",
    ),
    "reglage_illisible": FaultWords(
        "Le réglage « {cle} » n’a pas la bonne forme.",
        "{attendu}",
        "Corrigez la valeur.",
    ),
    "plan_echelle_inconnue": FaultWords(
        "L’échelle « {got} » de cette question n’est pas décrite.",
        "l’une des échelles : {echelles}",
        "Décrivez-la sous [echelles.{got}] ou corrigez le nom.",
    ),
    "plan_item_en_double": FaultWords(
        "La question « {got} » est décrite deux fois.",
        "une seule fois",
        "Supprimez l’une des deux descriptions.",
    ),
    "plan_vague_absente": FaultWords(
        "Le plan ne dit pas où lire la vague.",
        'vague = "colonne" ou vague_fixe = "2023" sous [colonnes]',
        "Ajoutez l’une des deux lignes.",
    ),
    "adresse_absente": FaultWords(
        "La ligne n’a pas d’adresse (résidence {got}).",
        "un numéro et une voie",
        "Complétez l’adresse ; sans elle, la ligne reste « à vérifier ».",
    ),
    "commune_absente": FaultWords(
        "L’adresse « {got} » n’a ni commune, ni code postal, ni code Insee.",
        "au moins l’un des trois",
        "Complétez la ligne ; sans commune, l’adresse ne peut pas être trouvée.",
    ),
    "plan_absent": FaultWords(
        "Des fichiers d’enquête sont donnés sans plan d’enquête.",
        'plan = "plan_enquete.toml" sous [fichiers]',
        "Faites-en un brouillon : tfpb nouveau DOSSIER --depuis ENQUETE.",
    ),
    "qpv_inconnu": FaultWords(
        "Le code de QPV « {got} » n’existe pas dans la carte QPV {millesime}.",
        "un code de la carte QPV {millesime}, par exemple {exemple}",
        "Corrigez le code, ou importez la carte qui le contient.",
    ),
    "residence_inconnue": FaultWords(
        "La résidence « {got} » ne figure pas dans le patrimoine ({nombre}).",
        "un identifiant du fichier patrimoine",
        "Corrigez l’identifiant, ou ajoutez la résidence au patrimoine.",
    ),
    "residence_inconnue_enquete": FaultWords(
        "La résidence « {got} » est dans l’enquête mais pas dans le patrimoine ({nombre}).",
        "un identifiant du fichier patrimoine",
        "Corrigez l’identifiant ou ajoutez la résidence (même démolie ou vendue) au patrimoine ; pour "
        'écarter ces réponses : enquete_residences_inconnues = "ecarter" sous [reglages].',
    ),
    "commande_depuis": FaultWords(
        "Le dossier « {got} » existe déjà et n’est pas vide.",
        "un dossier nouveau ou vide",
        "Choisissez un autre nom : rien n’a été écrit.",
    ),
    "pack_modifie_a_la_main": FaultWords(
        "Des fichiers du dossier précédent ont été modifiés à la main ({got}).",
        "",
        "Le nouveau dossier est écrit dans « {dossier} » ; rien n’a été remplacé.",
    ),
    "masques_repris": FaultWords(
        "Masqué dans un dossier déjà écrit au même endroit, et masqué de nouveau : {nombre} d’enquête.",
        "",
        "Comparer les deux dossiers aurait révélé ces petits effectifs ; rien à faire.",
    ),
    "pack_illisible": FaultWords(
        "Ce fichier n’est pas un dossier de preuves complet.",
        "un dossier.zip écrit par « tfpb dossier »",
        "Relancez « tfpb dossier » pour en refaire un.",
    ),
    "geographie_absente": FaultWords(
        "{quoi} : rien n’est importé dans le dossier de géodonnées.",
        "{quoi}",
        "Importez-la une fois pour toutes : {commande}",
    ),
}
