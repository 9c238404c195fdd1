"""What `tfpb nouveau` writes: settings with their meaning beside."""

from __future__ import annotations

from typing import Final

DOSSIER_TOML: Final = """\
# Réglages du dossier. Une ligne qui commence par # est un commentaire.
# Les chemins partent du dossier où se trouve ce fichier.

[dossier]
titre = "Convention d'abattement de TFPB"
annee = 2025                      # année d'imposition
date = 2026-02-01                 # date imprimée sur le dossier (année-mois-jour)
bailleur = "Nom de l'organisme"
convention = ""                   # identifiant de la convention, s'il y en a plusieurs

[fichiers]
patrimoine = "patrimoine.xlsx"    # obligatoire : une ligne par entrée ou bâtiment
# Retirez le # devant les fichiers que vous avez ; ce qui manque sera signalé dans le dossier.
# enquete = ["enquete_2019.csv", "enquete_2023.xlsx"]
# plan = "plan_enquete.toml"
# fiscalite = "fiscalite.xlsx"
# programme = "programme.xlsx"
# programme_precedent = "programme_2024.xlsx"   # de l'année d'avant, mêmes colonnes : se met à côté
# droit_commun = "droit_commun.xlsx"
# conventions = "conventions.xlsx"
# diagnostics = "diagnostics.xlsx"
# decisions = "dossier_a_verifier.xlsx"   # écrit à côté du dossier : vos décisions sur les doutes
# alias_voies = "alias_voies.csv"  # deux colonnes : ancien nom de voie ; nouveau nom
# repere = "repere.csv"            # le reste de la région, fourni par l'URH

[reglages]
geocodage = "index"               # index (rien ne sort du poste), api, ou auto
rayon_defaut_m = 30               # incertitude d'un point sans précision connue, en mètres
arrondi = "centime"               # centime (estimation) ou avis (euros entiers par ligne)
territoires = ["code_qpv"]        # découpages de l'enquête : toute colonne du patrimoine
# recopier = ["patrimoine.id_residence"]                # cellules fusionnées : la valeur du dessus
# feuilles = { patrimoine = "Export" }                  # si le classeur a plusieurs feuilles
# dpi = 200                                             # finesse des cartes imprimées (de 72 à 600)
# plan_en_ligne = true                                  # carte web : propose le plan IGN (une case à cocher)
# report_eur = { QN05900I = "12500" }                   # reste à justifier des années d'avant

# [reglages.colonnes]                                   # si une colonne porte un autre nom
# "patrimoine.adresse" = "ADR_LIGNE_1"

# [alias.bailleurs]                                     # de même : agences, communes, quartiers
# "VAL HABITAT SA" = "Val Habitat"                      # nom dans un fichier = nom retenu

# [enquete.fichiers]                                    # la vague d'un fichier qui ne la dit pas
# "enquete.xlsx" = { vague = "2023" }

# [themes]                                              # vos thèmes, si ce ne sont pas les huit axes
# "Cadre de vie" = 4                                    # une proposition, signalée à chaque ligne
# "Propreté" = { axe = 3, reference = "convention du 12 décembre 2024, annexe 2" }   # tenu pour acquis

# [reglages.loi."taux_abattement"]                      # une valeur légale à vous, avec sa référence
# valeur = "0.30"
# reference = "votre référence"
"""

PLAN_TOML: Final = """\
# Comment lire l'enquête. Rédigez-le à partir d'une livraison :
#   tfpb nouveau DOSSIER --depuis enquete.xlsx
# ou complétez ce modèle à la main.

[colonnes]
repondant = "id_enquete"          # le nom de la colonne, ou la liste des noms qu'elle porte
vague = "vague"                   # ou : vague_fixe = "2023"
bailleur = "bailleur"
residence = "residence_id"
poids = "poids"
qpv = "qpv"                       # 0/1, oui/non, QPV/hors QPV
strates = ["bailleur", "qpv"]
ajustement = ["type_habitat", "periode_construction"]
standardisation = ["type_habitat", "periode_construction"]

[reglages]
carte = 2024                      # une seule carte de QPV pour toutes les vagues
marge_points = 5.0                # marge d'équivalence, à fixer avant tout résultat
marge_adoptee_par = ""            # par qui
# marge_adoptee_le = 2025-01-15   # et quand
masquage_n = 11                   # rien n'est montré sous ce nombre de ménages

[enquete]                         # pour la fiche de méthode
prestataire = ""
mode = ""
dates = ""
population = ""

[echelles.satisfaction4]
satisfait = [1, 2, "Très satisfait", "Plutôt satisfait"]
insatisfait = [3, 4, "Plutôt pas satisfait", "Pas du tout satisfait"]
non_concerne = [8, "Non concerné"]
nsp = [9, "Ne sait pas"]

[echelles.note10]
type = "note"
satisfait_des = 7

[[items]]
colonnes = ["q01", "Q01. Propreté des parties communes"]
libelle = "Propreté des parties communes"
theme = "residence"               # residence, quartier, logement, relation ou global
nature = "service"                # service, quartier ou autre
echelle = "satisfaction4"
axes = [3]                        # axes du programme que cette question devrait suivre (proposition)
"""
