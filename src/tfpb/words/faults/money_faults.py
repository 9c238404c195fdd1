"""Faults and doubts of the money: law, premises, programme, droit commun."""

from __future__ import annotations

from tfpb.words.faults.entry import FaultWords

FAULTS: dict[str, FaultWords] = {
    "loi_sans_valeur": FaultWords(
        "Aucune valeur légale n’est connue au {got} : {libelle}.",
        "une date entre le {debut} et le {fin}",
        "Vérifiez l’année ; si un texte nouveau existe, attendez une version qui le porte.",
    ),
    "loi_cle_inconnue": FaultWords(
        "La valeur légale « {got} » n’existe pas.",
        "l’une de : {cles}",
        "Corrigez la clé sous [reglages.loi] du dossier.toml.",
    ),
    "loi_valeur_illisible": FaultWords(
        "La valeur donnée pour « {cle} » ({libelle}) n’est pas lisible.",
        "une valeur de même forme que celle de la loi : {attendu}",
        "Corrigez-la sous [reglages.loi] du dossier.toml.",
    ),
    "annee_hors_loi": FaultWords(
        "L’abattement en quartier prioritaire n’est pas prévu pour l’année {got}.",
        "une année d’imposition de 2016 à 2030 (2015 relève des ZUS)",
        "Corrigez l’année de la ligne, ou retirez la ligne.",
    ),
    "base_absente": FaultWords(
        "La ligne n’a ni valeur locative cadastrale ni base nette.",
        "vlc_eur, ou base_nette_eur (la moitié de la VLC, avant abattement)",
        "Complétez l’une des deux colonnes ; un local sans base s’écrit 0.",
    ),
    "montant_negatif": FaultWords(
        "Le montant est négatif.",
        "un montant positif ou nul, en euros",
        "Corrigez le signe ; une régularisation se déduit de la dépense qu’elle corrige.",
    ),
    "taux_commune_vide": FaultWords(
        "Le taux communal manque.",
        "le taux de la ligne « commune » de l’avis, en %",
        "Recopiez le taux de l’avis ; écrivez 0 si la commune n’en vote pas.",
    ),
    "taux_suspect": FaultWords(
        "Le taux communal est de {commune} % (somme des taux : {somme} %) : il semble écrit en proportion.",
        "un taux en %, par exemple 42,50",
        "Si 0,42 veut dire 42 %, écrivez 42 (une cellule affichée « 42 % » vaut 0,42) ; le calcul a pris la "
        "valeur telle quelle.",
    ),
    "base_deja_abattue": FaultWords(
        "La base nette semble déjà réduite de 30 % (attendue avant abattement : {calculee} €).",
        "la base avant abattement, soit la moitié de la VLC",
        "Recopiez la base d’avant l’abattement, ou laissez la VLC seule.",
    ),
    "base_incoherente": FaultWords(
        "La base nette n’est pas la moitié de la VLC ({calculee} € attendus).",
        "base nette = 0,5 × VLC",
        "Vérifiez les deux colonnes ; la base nette a été retenue.",
    ),
    "vlc_en_francs": FaultWords(
        "Les valeurs locatives semblent en francs : {moyenne} par logement, au milieu du fichier.",
        "des euros (moins de {seuil} € par logement)",
        "Divisez par {franc} les valeurs en francs, ou vérifiez le nombre de logements.",
    ),
    "vlc_suspecte": FaultWords(
        "La valeur locative par logement est inhabituelle : {par_logement} €.",
        "entre {bas} et {haut} € par logement",
        "Vérifiez l’unité (euros), la saisie et le nombre de logements de la ligne.",
    ),
    "invariant_sur_deux_avis": FaultWords(
        "Le local « {got} » est aussi sur l’avis {avis} (ligne {autre}), la même année.",
        "un local sur un seul avis par an",
        "Vérifiez : il serait compté deux fois.",
    ),
    "local_hors_patrimoine": FaultWords(
        "La résidence « {got} » des avis n’est pas dans le patrimoine : son côté du périmètre est "
        "inconnu.",
        "un identifiant du patrimoine",
        "Ajoutez la résidence au patrimoine, ou corrigez l’identifiant.",
    ),
    "ligne_autre_annee": FaultWords(
        "La ligne est de {got} : elle n’entre pas dans le calcul de {annee}.",
        "une ligne de {annee}, ou d’une année antérieure quand celle de {annee} manque",
        "Rien à faire si le fichier garde l’historique.",
    ),
    "residence_sans_local": FaultWords(
        "La résidence « {got} » a {logements} en QPV et aucune ligne de fiscalité.",
        "une ligne par local de l’avis de taxe foncière",
        "Ajoutez ses lignes : son abattement n’est ni calculé ni contrôlé.",
    ),
    "logements_divergents": FaultWords(
        "Les lignes de la résidence « {got} » portent {lus} logements, le patrimoine {connus}.",
        "le même nombre de logements",
        "Vérifiez ; les logements ont été répartis à hauteur du patrimoine.",
    ),
    "exoneration_possible": FaultWords(
        "La résidence « {got} », construite en {construction}, n’a pas de fin d’exonération.",
        "la dernière année d’exonération longue durée, ou un motif d’éligibilité",
        "Un immeuble récent peut être encore exonéré : complétez fin_exoneration.",
    ),
    "abattement_inhabituel": FaultWords(
        "L’abattement de la résidence « {got} » est de {par_logement} € par logement.",
        "entre {bas} et {haut} € (environ {repere} € en {nom_region})",
        "Vérifiez les bases, les taux et le nombre de logements.",
    ),
    "abattement_non_acquis": FaultWords(
        "Dans le quartier {got}, l’abattement n’est pas acquis pour {annee} : {raison}",
        "une convention signée et une déclaration déposée à temps",
        "Complétez la table des conventions, ou tenez ces montants pour non acquis.",
    ),
    "contrat_sans_date": FaultWords(
        "La convention « {got} » ne dit pas quand le contrat de ville a été signé.",
        "la date de signature du contrat de ville",
        "Complétez-la : le contrat a été tenu pour signé à temps.",
    ),
    "conventions_non_fournies": FaultWords(
        "Aucune table de conventions n’est donnée : aucun abattement n’est tenu pour acquis.",
        "la table des conventions, avec leurs dates",
        "Ajoutez-la ; d’ici là les montants sont donnés pour information, hors des totaux.",
    ),
    "cotisation_avec_teom": FaultWords(
        "La cotisation de l’avis {avis} semble comprendre la taxe d’enlèvement des ordures ménagères.",
        "environ {attendu} €, hors TEOM",
        "Retranchez-en la TEOM de la même ligne ; d’ici là, l’outil ne sait pas si l’abattement est porté.",
    ),
    "avis_inexplique": FaultWords(
        "La cotisation de l’avis {avis} ne s’explique ni avec ni sans abattement.",
        "environ {attendu} €",
        "Vérifiez la cotisation (hors TEOM, avant dégrèvements), les bases et les taux.",
    ),
    "axe_multiple": FaultWords(
        "Plusieurs axes sont écrits pour une seule action.",
        "{attendu}",
        "Gardez l’axe principal, ou partagez la dépense en autant de lignes que d’axes.",
    ),
    "axe_contradictoire": FaultWords(
        "Le numéro et le libellé de l’axe se contredisent.",
        "{attendu}",
        "Gardez le numéro seul, ou le libellé seul.",
    ),
    "axe_inconnu": FaultWords(
        "L’axe ou le thème « {got} » n’est pas connu.",
        "un axe de 1 à 8, ou son libellé dans le cadre national{proches}",
        "Écrivez le numéro de l’axe, ou rattachez ce thème à un axe sous [themes] du dossier.toml.",
    ),
    "axe_proposition": FaultWords(
        "Le thème « {got} » a été rattaché à {lu} : c’est une proposition.",
        "un axe de 1 à 8, ou un thème rattaché avec sa référence",
        "Confirmez en écrivant le numéro de l’axe, ou donnez sa référence sous [themes] du dossier.toml.",
    ),
    "theme_contredit": FaultWords(
        "Le thème « {got} » est rattaché à {lu}, mais c’est le libellé de {cadre}.",
        "un thème qui n’est pas le libellé d’un autre axe",
        "Vérifiez le numéro ; le rattachement de [themes] a été suivi.",
    ),
    "precedent_autre_annee": FaultWords(
        "L’action est de {got} : elle n’est pas dans le bilan de {annee}.",
        "une action de {annee}, ou d’avant",
        "Corrigez l’année, ou déplacez la ligne dans le programme de l’année.",
    ),
    "annee_deux_fichiers": FaultWords(
        "L’année {got} est aussi dans « {fichier} » : c’est ce fichier qui fait le bilan de l’année.",
        "une année dans un seul des deux fichiers",
        "Rien à faire si « {fichier} » est complet ; sinon, ajoutez-y la ligne.",
    ),
    "valorise_depasse": FaultWords(
        "La dépense valorisée ({got} €) dépasse la dépense réalisée ({realise} €).",
        "au plus la dépense réalisée",
        "Corrigez l’un des deux montants.",
    ),
    "valorise_sans_depense": FaultWords(
        "La dépense valorisée ({got} €) n’a pas de dépense réalisée en face.",
        "une dépense réalisée, ou des heures et leur coût horaire",
        "Complétez la dépense réalisée.",
    ),
    "piece_en_double": FaultWords(
        "La pièce « {got} » est déjà à la ligne {autre}{fichier}{annee}.",
        "une pièce par dépense",
        "Retirez-la de l’une des deux actions, ou distinguez les deux pièces.",
    ),
    "action_sans_abattement": FaultWords(
        "L’action est dans un quartier sans abattement ({got}).",
        "l’un des quartiers qui en ont un : {codes}",
        "Corrigez le code du quartier, ou retirez l’action du programme.",
    ),
    "action_abattement_incertain": FaultWords(
        "L’action est dans un quartier dont l’abattement n’est pas acquis ({got}).",
        "un quartier dont l’abattement est acquis",
        "Levez d’abord ce qui manque : vérification, convention ou réclamation.",
    ),
    "action_qpv_hors_patrimoine": FaultWords(
        "Aucun logement du patrimoine n’est dans le quartier de l’action ({got}).",
        "un quartier où le bailleur a des logements",
        "Vérifiez le code du quartier.",
    ),
    "axe8_npnru": FaultWords(
        "L’axe 8 (petits travaux) est employé dans un quartier en renouvellement urbain ({got}).",
        "des petits travaux hors des quartiers NPNRU",
        "Vérifiez avec le délégué du préfet que l’action est admise.",
    ),
    "financements_divergents": FaultWords(
        "Les financements ({got} €) ne font pas la dépense réalisée ({realise} €).",
        "financement du bailleur + autres financements = dépense réalisée",
        "Corrigez l’un des montants.",
    ),
    "temps_valorise": FaultWords(
        "La dépense a été calculée par les heures et leur coût : {got} €.",
        "",
        "Rien à faire si c’est bien le temps du personnel qui est valorisé.",
    ),
    "temps_depasse": FaultWords(
        "Les heures au coût horaire donnent {got} €, plus que la dépense réalisée ({realise} €).",
        "des heures comprises dans la dépense réalisée",
        "Vérifiez les heures, le coût horaire et la dépense.",
    ),
    "action_en_double": FaultWords(
        "L’action « {got} » est déjà à la ligne {autre}, pour le même quartier et la même année.",
        "un identifiant par action",
        "Distinguez les deux lignes ; elles ont été additionnées.",
    ),
    "valorise_inhabituel": FaultWords(
        "La dépense valorisée dans le quartier « {got} » est de {par_logement} € par logement.",
        "moins de {haut} € (environ {region} € en {nom_region}, {national} € en France)",
        "Vérifiez les montants, l’unité et le nombre de logements du quartier.",
    ),
    "report_inconnu": FaultWords(
        "Le report du quartier « {got} » ne correspond à aucun quartier du bilan.",
        "un code de quartier du programme ou du patrimoine",
        "Corrigez le code sous [reglages.report_eur] du dossier.toml.",
    ),
    "report_illisible": FaultWords(
        "Le report « {got} » n’est pas lisible.",
        "un montant en euros, par exemple « 1 250,00 »",
        "Corrigez-le sous [reglages.report_eur] du dossier.toml.",
    ),
    "diagnostic_sans_action": FaultWords(
        "Le diagnostic renvoie à l’action « {got} », absente du programme.",
        "l’identifiant d’une action du programme",
        "Corrigez l’identifiant ou ajoutez l’action.",
    ),
    "droit_commun_sans_perimetre": FaultWords(
        "La ligne n’a ni résidence ni périmètre.",
        "id_residence, ou perimetre (qpv ou hors_qpv) pour un total",
        "Complétez l’une des deux colonnes.",
    ),
    "droit_commun_hors_patrimoine": FaultWords(
        "La résidence « {got} » n’est pas dans le patrimoine : ses coûts ne sont d’aucun côté.",
        "un identifiant du patrimoine",
        "Ajoutez la résidence au patrimoine, ou corrigez l’identifiant.",
    ),
    "droit_commun_vide": FaultWords(
        "La ligne n’a ni quantité ni coût.",
        "une quantité ou un coût annuel",
        "Complétez la ligne, ou retirez-la ; elle n’a pas été comptée.",
    ),
    "batiment_inconnu": FaultWords(
        "Le bâtiment « {got} » de la résidence {residence} n’est pas dans le patrimoine, et ses bâtiments "
        "n’ont pas tous le même sort : le local a été compté pour la part de toute la résidence.",
        "l’un des bâtiments du patrimoine : {connus}",
        "Corrigez le bâtiment, ou laissez la cellule vide si le local couvre toute la résidence.",
    ),
    "droit_commun_repete": FaultWords(
        "La ligne répète la ligne {autre} : même résidence, même indicateur, mêmes montants.",
        "une ligne par dépense",
        "Supprimez l’une des deux si c’est la même dépense ; sinon, rien à faire : elles s’ajoutent.",
    ),
    "droit_commun_total_sans_logements": FaultWords(
        "Le total de l’indicateur « {got} » ne dit pas pour combien de logements.",
        "le nombre de logements du périmètre",
        "Complétez la colonne « logements ».",
    ),
    "droit_commun_totaux_ignores": FaultWords(
        "L’indicateur « {got} » est donné par résidence et par totaux.",
        "l’un ou l’autre",
        "Les totaux n’ont pas été retenus.",
    ),
    "droit_commun_hors_comparaison": FaultWords(
        "« {got} » : {nombre} de côté hors QPV, non comparables ({motif}).",
        "des résidences du même type d’habitat que celles en QPV",
        "Rien à faire : la comparaison se fait sans elles.",
    ),
    "droit_commun_a_verifier": FaultWords(
        "« {got} » : {nombre} de côté, le périmètre étant à vérifier.",
        "des résidences situées",
        "Levez les doutes de localisation, puis recommencez.",
    ),
    "plancher_a_confirmer": FaultWords(
        "Le plancher de gardiens a été appliqué sans savoir si la commune y est soumise.",
        "agglomeration_plus_50000 = true ou false dans le dossier.toml",
        "Renseignez ce réglage.",
    ),
    "cote_absent": FaultWords(
        "Le fichier des résidences ne dit pas de quel côté du périmètre elles sont.",
        "les colonnes de « tfpb localiser » (qpv_statut, qpv_code) ou logements_dans",
        "Lancez d’abord : tfpb localiser PATRIMOINE --sortie FICHIER --annee {annee}",
    ),
    "colonne_renommee": FaultWords(
        "La colonne « {got} » du fichier porte un nom de résultat : elle devient « {nouveau} ».",
        "",
        "Rien à faire.",
    ),
}
