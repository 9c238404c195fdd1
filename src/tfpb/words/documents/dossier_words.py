"""Words for the dossier's own files and for the pack."""

from __future__ import annotations

from tfpb.words.faults.entry import FaultWords

FAULTS: dict[str, FaultWords] = {
    "toml_trop_grand": FaultWords(
        "Ce fichier est trop grand pour être un fichier de réglages : rien n’en a été lu.",
        "au plus {limite} Mo de réglages",
        "Vérifiez que c’est bien le fichier .toml fait par « tfpb nouveau », et pas un fichier de données.",
    ),
    "toml_illisible": FaultWords(
        "Le fichier de réglages ne se lit pas : erreur d’écriture.",
        'des lignes de la forme  cle = "texte"  ou  cle = 12',
        "Comparez la ligne avec le modèle fait par « tfpb nouveau » : guillemets droits, crochets, "
        "virgules, dates sans guillemets (2026-02-10).",
    ),
    "toml_cle_en_double": FaultWords(
        "Un réglage est écrit deux fois.",
        "une seule ligne par réglage",
        "Supprimez l’une des deux lignes.",
    ),
    "reglage_absent": FaultWords(
        "Le réglage « {cle} » manque.",
        "une ligne « {cle} » dans le fichier",
        "Ajoutez-la ; le modèle fait par « tfpb nouveau », ou le guide de la région, montre où.",
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
    "plan_echelle_vide": FaultWords(
        "L’échelle « {got} » ne dit pas quelles réponses sont satisfaites et lesquelles ne le sont pas.",
        "des codes sous satisfait et sous insatisfait",
        "Complétez [echelles.{got}] dans le plan.",
    ),
    "plan_code_en_double": FaultWords(
        "Dans l’échelle « {echelle} », le code « {got} » est à la fois {un} et {autre}.",
        "un code dans une seule catégorie",
        "Retirez-le de l’une des deux listes.",
    ),
    "filtre_colonne_inconnue": FaultWords(
        "Le filtre de « {question} » porte sur « {got} », qui n’est dans aucune livraison.",
        "une colonne des livraisons ou une variable de [variables]",
        "Corrigez le nom dans le plan, ou retirez le filtre.",
    ),
    "filtre_valeur_inconnue": FaultWords(
        "Le filtre attend « {got} », que « {colonne} » ne porte jamais.",
        "l’une des valeurs : {valeurs}",
        "Corrigez la valeur dans le plan : tel quel, le filtre écarterait tout le monde.",
    ),
    "question_sans_reponse": FaultWords(
        "Personne n’a répondu à la question « {got} » dans cette livraison.",
        "des réponses, ou pas de colonne",
        "Vérifiez la livraison auprès du prestataire.",
    ),
    "vagues_trop_nombreuses": FaultWords(
        "La colonne de la vague porte {nombre} valeurs : {exemples}…",
        "une valeur par vague, par exemple 2019 et 2023",
        'Corrigez « vague » sous [colonnes] du plan, ou écrivez vague_fixe = "2023".',
    ),
    "vague_sans_annee": FaultWords(
        "La vague « {got} » ne porte pas d’année : l’ordre des vagues est celui de leurs noms.",
        "une année, par exemple 2019",
        "Écrivez l’année dans la colonne de la vague, ou vague_fixe sous [colonnes] du plan.",
    ),
    "poids_tous_nuls": FaultWords(
        "Aucune interview de cette livraison n’a de poids : sa vague disparaîtrait.",
        "un poids positif par interview",
        "Demandez les poids au prestataire, ou retirez « poids » du plan pour compter chaque interview "
        "autant.",
    ),
    "bailleur_absent_enquete": FaultWords(
        "L’enquête ne nomme pas « {got} » ; elle nomme : {lus}.",
        "le nom du bailleur du dossier.toml, tel que livré",
        "Écrivez le même nom des deux côtés ; sinon les résultats montrés sont ceux de l’ensemble livré.",
    ),
    "livraison_en_double": FaultWords(
        "La livraison « {got} » est donnée deux fois (déjà sous « {autre} »).",
        "un fichier par livraison",
        "Retirez-la de « enquete » sous [fichiers].",
    ),
    "patrimoine_sans_adresse": FaultWords(
        "Aucune ligne du patrimoine n’a d’adresse ni de coordonnées.",
        "une adresse par entrée",
        "Complétez la colonne des adresses : sans elles, rien ne peut être situé.",
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
    "qpv_autre_carte": FaultWords(
        "« {got} » est un code de la carte QPV {autre} ; pour cette année, la carte QPV {millesime} "
        "s’applique.",
        "un code de la carte QPV {millesime}, par exemple {exemple}",
        "Remplacez-le par le quartier de la carte {millesime} qui lui succède.",
    ),
    "qpv_plusieurs": FaultWords(
        "La cellule nomme plusieurs quartiers.",
        "un seul code de QPV par ligne",
        "Faites une ligne par quartier et partagez les montants.",
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
    "masques_repris": FaultWords(
        "Masqué dans un dossier déjà écrit au même endroit, et masqué de nouveau : "
        "{nombre:s résultat/résultats} d’enquête.",
        "",
        "Comparer les deux dossiers aurait révélé ces petits effectifs ; rien à faire.",
    ),
    "pack_illisible": FaultWords(
        "Ce fichier n’est pas un dossier de preuves complet.",
        "un dossier.zip écrit par « tfpb dossier »",
        "Relancez « tfpb dossier » pour en refaire un.",
    ),
    "geographie_absente": FaultWords(
        "Il manque aux géodonnées importées : {quoi}.",
        "{quoi}",
        "Importez-la une fois pour toutes : {commande}",
    ),
}
