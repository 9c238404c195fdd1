"""Words of a drafted `plan_enquete.toml`: its comments, and what is to be confirmed."""

from __future__ import annotations

from typing import Final

CONFIRM: Final = "À CONFIRMER"
HEAD: Final = (
    "Plan de lecture de l’enquête, ébauché d’après « {file} » ({rows} lignes, {columns} colonnes).",
    "Rien n’est deviné en silence : chaque ligne marquée « À CONFIRMER » attend votre accord.",
    'Une colonne peut porter plusieurs noms, un par livraison : colonnes = ["q03", "Q03. Propreté"].',
)
COLUMNS: Final = {
    "repondant": "identifiant du questionnaire",
    "vague": "année ou vague de l’enquête",
    "bailleur": "organisme",
    "residence": "code de la résidence, le même que dans le patrimoine : il porte la grappe du sondage",
    "poids": "coefficient de redressement",
    "qpv": "0/1, oui/non ; laissez vide si le patrimoine localisé doit en décider",
}
MISSING: Final = {
    "repondant": "aucune colonne d’identifiant trouvée : les doublons ne seront pas vus",
    "vague": "aucune colonne de vague trouvée : écrivez ici l’année de l’enquête",
    "bailleur": "aucune colonne d’organisme trouvée : écrivez ici le nom du bailleur",
    "residence": "aucune colonne de résidence trouvée : un effet de plan par défaut sera pris, et dit",
    "poids": "aucune colonne de poids trouvée : chaque ménage comptera pour un, et ce sera dit",
    "qpv": "aucune colonne QPV trouvée : le patrimoine localisé en décidera",
}
RIVALS: Final = "autres colonnes possibles : {others}"
ADJUST: Final = "comparer à structure égale (type d’habitat, période de construction)"
SETTINGS: Final = """\
[reglages]
carte = 2024  # À CONFIRMER : une seule carte des QPV pour toutes les vagues : 2015 ou 2024
marge_points = 5.0  # À CONFIRMER : marge d’équivalence, fixée avant tout résultat
# qui l’a fixée, et quand :
# marge_adoptee_par = "comité de pilotage"
# marge_adoptee_le = 2025-01-15
masquage_n = 11  # aucun résultat sur moins de onze ménages

[enquete]
# La fiche méthode, telle que l’institut la décrit ; elle est reprise dans le rapport.
prestataire = ""
mode = ""
dates = ""
population = ""
quotas = ""
"""
SCALE: Final = "Réponses rangées d’après leur libellé."
SCALE_UNLABELLED: Final = (
    "aucun libellé livré : 1 et 2 lus comme satisfait, 3 et 4 comme insatisfait, "
    "8 ou 98 comme non concerné, 9 ou 99 comme ne sait pas"
)
SCALE_LEFT: Final = "réponses que l’ébauche n’a pas su ranger : {codes}"
SCALE_NEUTRAL: Final = "réponse du milieu rangée avec « insatisfait » : {codes}"
SCALE_EMPTY: Final = "aucune réponse rangée dans « {side} » : complétez"
MARK: Final = (
    "note ; satisfait à partir de 7 (une convention courante, à fixer avant les résultats)"
)
ITEMS: Final = (
    "Les questions. theme : residence, quartier, logement, relation ou global.",
    "nature : service (ce que l’abattement promet), quartier ou autre.",
    "axes : lien proposé avec les axes du programme d’actions, à modifier librement.",
)
THEME_UNKNOWN: Final = "thème non reconnu"
FILTER: Final = "vide pour : {values} ; si seuls les autres sont concernés, ajoutez"
NO_ITEM: Final = (
    "Aucune question de satisfaction n’a été reconnue. Colonnes lues : {columns}.",
    "Ajoutez au moins une question sur ce modèle :",
    "[[items]]",
    'colonnes = ["…"]',
    'libelle = "…"',
    'theme = "residence"',
    'nature = "service"',
    'echelle = "satisfaction4"',
)
LEFT_OUT: Final = "Colonnes laissées de côté (ni rôle, ni question reconnue) : {columns}."
