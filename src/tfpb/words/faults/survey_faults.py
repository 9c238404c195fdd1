"""Words for what is found in the deliveries of the survey, and between its waves."""

from __future__ import annotations

from typing import Final

from tfpb.words.faults.entry import FaultWords

FAULTS: Final[dict[str, FaultWords]] = {
    "enquete_colonne_absente": FaultWords(
        "La colonne « {role} » de l’enquête est introuvable.",
        "une colonne nommée comme dans [colonnes] du plan : {got}",
        "Complétez la liste des noms dans plan_enquete.toml. Colonnes lues : {lues}.",
    ),
    "enquete_sans_cote": FaultWords(
        "Rien ne dit de quel côté se trouve chaque résidence : ni le plan, ni un patrimoine situé.",
        'qpv = "colonne" sous [colonnes] du plan, ou des résidences situées',
        "Nommez la colonne dans plan_enquete.toml, ou donnez les résidences (tfpb localiser les situe, "
        "tfpb comparer les lit avec --residences). Colonnes lues : {lues}.",
    ),
    "enquete_cellule_vide": FaultWords(
        "La colonne « {role} » est vide sur {nombre:s ligne/lignes} ({lignes}).",
        "une valeur sur chaque ligne",
        "Complétez ces lignes dans la livraison, ou retirez-les.",
    ),
    "code_reponse_inconnu": FaultWords(
        "Le code de réponse « {got} » n’est pas dans l’échelle « {echelle} » "
        "({nombre:s réponse, ligne/réponses, lignes} {lignes}).",
        "un code ou un libellé de l’échelle, pour « {item} »",
        "Ajoutez ce code à la bonne place dans [echelles.{echelle}] du plan, ou corrigez la livraison.",
    ),
    "categorie_inconnue": FaultWords(
        "La catégorie « {got} » de « {variable} » n’est pas connue ({nombre:s ligne/lignes} : {lignes}).",
        "l’une des catégories : {connues}",
        "Ajoutez ce code dans [variables.{variable}.categories] du plan, ou corrigez la livraison.",
    ),
    "echelle_inconnue": FaultWords(
        "L’échelle « {got} » de la question « {item} » n’existe pas dans le plan.",
        "l’une des échelles : {connues}",
        "Corrigez le nom de l’échelle ou ajoutez [echelles.{got}].",
    ),
    "item_absent": FaultWords(
        "La question « {item} » n’est dans aucune livraison.",
        "une colonne nommée {got}",
        "Corrigez les noms de colonnes de cette question dans le plan, ou retirez-la.",
    ),
    "item_absent_livraison": FaultWords(
        "La question « {item} » n’est pas dans cette livraison : aucune évolution ne sera donnée.",
        "une colonne nommée {got}",
        "Rien à faire si elle n’était pas posée ; sinon ajoutez son nom dans le plan.",
    ),
    "variable_absente": FaultWords(
        "La variable « {colonne} » n’est ni dans l’enquête ni dans le patrimoine.",
        "une colonne de ce nom",
        "L’ajustement se fera sans elle. Ajoutez-la au patrimoine ou déclarez ses noms dans [variables].",
    ),
    "strate_absente": FaultWords(
        "La colonne de strate « {colonne} » est introuvable.",
        "une colonne de l’enquête, ou l’un des rôles bailleur, qpv, vague",
        "Corrigez « strates » dans le plan.",
    ),
    "poids_illisible": FaultWords(
        "Le poids « {got} » n’est pas un nombre positif ({nombre:s ligne/lignes} : {lignes}).",
        "un nombre positif",
        "Corrigez le poids dans la livraison.",
    ),
    "enquete_sans_interview": FaultWords(
        "Aucune interview ne peut être comptée : toutes sont laissées de côté, pour les raisons listées ici.",
        "des interviews qui ont un poids et un côté, QPV ou hors QPV",
        "Corrigez la colonne nommée dans la livraison ou dans [colonnes] du plan d’enquête.",
    ),
    "poids_manquant": FaultWords(
        "{nombre:s interview/interviews} sans poids, hors du compte (lignes : {lignes}).",
        "un poids positif sur chaque ligne",
        "Demandez les poids au prestataire ; ces lignes sont laissées de côté d’ici là.",
    ),
    "qpv_illisible": FaultWords(
        "Le repère QPV « {got} » n’est pas compris ({nombre:s ligne/lignes} : {lignes}).",
        "0 ou 1, oui ou non, QPV ou hors QPV",
        "Corrigez la livraison.",
    ),
    "qpv_manquant": FaultWords(
        "{nombre:s interview/interviews} sans repère QPV, hors du compte (lignes : {lignes}).",
        "QPV ou hors QPV sur chaque ligne",
        "Complétez le repère, ou donnez les résidences situées (--residences).",
    ),
    "qpv_contredit": FaultWords(
        "La résidence {residence} est livrée « {livre} » mais la carte la situe « {situe} » "
        "({bailleur}, vague {vague}, {nombre:s interview/interviews}).",
        "le même côté dans l’enquête et sur la carte",
        "La carte l’emporte pour toutes les vagues ; vérifiez l’adresse de la résidence.",
    ),
    "residence_a_verifier": FaultWords(
        "La résidence {residence} est à vérifier sur la carte : {nombre:s interview/interviews} "
        "(vague {vague}) hors de tout groupe.",
        "une résidence dans ou hors QPV",
        "Décidez de son côté dans la feuille Limites du fichier à vérifier.",
    ),
    "residence_hors_patrimoine": FaultWords(
        "La résidence {residence} est dans l’enquête mais pas dans le patrimoine "
        "({bailleur}, vague {vague}, {nombre:s interview/interviews}).",
        "un identifiant du patrimoine",
        "Le repère QPV livré est gardé ; complétez le patrimoine ou corrigez l’identifiant.",
    ),
    "residence_sans_cote": FaultWords(
        "La résidence {residence} n’est pas dans le patrimoine et n’a pas de repère QPV : "
        "{nombre:s interview/interviews} (vague {vague}) hors du compte.",
        "un identifiant du patrimoine ou un repère QPV",
        "Complétez le patrimoine ou corrigez l’identifiant.",
    ),
    "residence_manquante": FaultWords(
        "{nombre:s interview/interviews} sans résidence, chacune tenue pour une grappe (lignes : {lignes}).",
        "l’identifiant de la résidence sur chaque ligne",
        "Demandez l’identifiant au prestataire.",
    ),
    "residence_deux_strates": FaultWords(
        "La résidence {got} est dans deux strates de la vague {vague} : {strates}.",
        "une seule strate par résidence",
        "Vérifiez le repère QPV de ses interviews ; elle compte pour une grappe dans chaque strate.",
    ),
    "interview_en_double": FaultWords(
        "L’interview {got} est livrée deux fois (déjà ligne {autre} de {fichier}) : comptée une fois.",
        "une ligne par interview",
        "Supprimez la ligne répétée.",
    ),
    "identifiant_en_double": FaultWords(
        "Deux interviews différentes portent l’identifiant {got} (déjà ligne {autre} de {fichier}).",
        "un identifiant par interview",
        "Corrigez l’identifiant ou supprimez la ligne fautive.",
    ),
    "territoire_inconnu": FaultWords(
        "Le territoire « {got} » n’est ni une colonne du patrimoine ni une variable de l’enquête.",
        "l’une des colonnes : {connus}",
        "Corrigez --par, ou donnez les résidences situées (--residences).",
    ),
    "effet_plan_defaut": FaultWords(
        "La livraison ne donne pas les résidences : précision calculée avec un effet de plan de "
        "{effet_plan}.",
        "l’identifiant de la résidence de chaque interview",
        "Demandez-le au prestataire ; les intervalles sont approchés d’ici là.",
    ),
    "sans_poids": FaultWords(
        "La livraison ne donne pas de poids : chaque interview compte autant.",
        "un poids par interview",
        "Demandez les poids au prestataire : les niveaux peuvent être biaisés d’ici là.",
    ),
    "marge_non_adoptee": FaultWords(
        "La marge d’équivalence de {marge} points n’est dite adoptée par personne.",
        "marge_adoptee_par et marge_adoptee_le dans [reglages] du plan",
        "Faites adopter la marge avant de lire les résultats, et notez par qui et quand.",
    ),
    "support_commun": FaultWords(
        "{bailleur}, vague {vague} : {part_pct} % des ménages interrogés en QPV ont des semblables "
        "hors QPV ; la comparaison à composition égale porte sur ceux-là.",
        "",
        "Lisez la comparaison à composition égale avec cette limite, toujours à côté de l’écart brut.",
    ),
    "ajustement_incomplet": FaultWords(
        "Vague {vague} : {nombre:s interview/interviews} sans valeur pour {variables}, hors de la "
        "comparaison à composition égale.",
        "une valeur pour chaque variable d’ajustement",
        "Complétez ces variables dans la livraison ou dans le patrimoine.",
    ),
    "calage_impossible": FaultWords(
        "Le calage n’a pas pu se faire : {raison}.",
        "des marges qui couvrent toutes les catégories de l’enquête",
        "Corrigez le fichier de marges ; chaque catégorie de l’enquête doit y avoir un effectif positif.",
    ),
    "repere_illisible": FaultWords(
        "Le repère de la ligne {ligne} n’est pas lisible : {colonne}.",
        "une question du plan, une valeur entre 0 et 100 % et sa référence",
        "Corrigez la ligne du fichier de repères.",
    ),
    "vagues_prestataire": FaultWords(
        "Le prestataire de l’enquête a changé ({vagues}) : « {avant} » puis « {apres} ».",
        "",
        "Les évolutions peuvent tenir au changement de prestataire : dites-le avec les chiffres.",
    ),
    "vagues_mode": FaultWords(
        "Le mode de recueil a changé ({vagues}) : « {avant} » puis « {apres} ».",
        "",
        "Les évolutions peuvent tenir au mode de recueil : dites-le avec les chiffres.",
    ),
    "vagues_population": FaultWords(
        "La population interrogée a changé ({vagues}) : « {avant} » puis « {apres} ».",
        "",
        "Les évolutions peuvent tenir à la population interrogée : dites-le avec les chiffres.",
    ),
    "vagues_periode": FaultWords(
        "Les périodes de recueil ne sont pas les mêmes ({vagues}) : « {avant} » puis « {apres} ».",
        "",
        "Tenez compte de la saison et du contexte de chaque recueil en lisant les évolutions.",
    ),
    "vagues_echelle": FaultWords(
        "La question « {item} » n’emploie pas les mêmes niveaux de réponse d’une vague à l’autre "
        "({vagues}).",
        "la même échelle aux deux vagues",
        "Vérifiez l’échelle de chaque livraison avant de lire cette évolution.",
    ),
    "vagues_question": FaultWords(
        "{questions:s question n’a de réponses/questions n’ont de réponses} qu’à une vague chez certains "
        "bailleurs ({vagues}), dont « {item} ».",
        "les mêmes questions aux deux vagues",
        "L’évolution d’une question ne porte que sur les bailleurs qui y ont des réponses aux deux vagues.",
    ),
    "vagues_sortis": FaultWords(
        "{nombre:s bailleur de la première vague manque/bailleurs de la première vague manquent} à la "
        "seconde ({vagues}) : évolutions d’ensemble sur {communs:s bailleur commun/bailleurs communs}.",
        "",
        "Rien à faire : les niveaux d’une vague et les évolutions ne portent pas sur le même ensemble.",
    ),
    "vagues_entres": FaultWords(
        "{nombre:s bailleur entre/bailleurs entrent} à la seconde vague ({vagues}) : évolutions "
        "d’ensemble sur {communs:s bailleur commun/bailleurs communs}.",
        "",
        "Rien à faire : les niveaux d’une vague et les évolutions ne portent pas sur le même ensemble.",
    ),
}
