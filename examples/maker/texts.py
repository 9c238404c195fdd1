"""The two hand-written texts of the example."""

# ruff: noqa: E501 - tables of data and prose read better one record a line

from __future__ import annotations

from typing import Final

DOSSIER: Final = """\
# Dossier d'exemple - DONNÉES FICTIVES : commune, bailleur, résidences, réponses et montants inventés.

[dossier]
titre = "Abattement de TFPB - Valmont-sur-Orve (données fictives)"
annee = 2025                       # année d'imposition
date = 2026-02-10                  # date imprimée sur le dossier
bailleur = "Habitat Valmontois"
convention = "CONV-2024-01"
donnees_fictives = true            # la mention apparaît sur chaque page

[fichiers]
patrimoine = "patrimoine.xlsx"
enquete = ["enquete_2019.csv", "enquete_2023.xlsx"]
plan = "plan_enquete.toml"
fiscalite = "fiscalite_2025.xlsx"
gmbi = "1_599990001_59_20260105_0900_V2024.csv"
programme = "programme_2025.xlsx"
programme_precedent = "programme_2024.xlsx"
droit_commun = "droit_commun.csv"
conventions = "conventions.csv"
diagnostics = "diagnostics.csv"
decisions = "decisions.xlsx"       # un premier tour sur les adresses douteuses

[reglages]
arrondi = "avis"                   # euros entiers par ligne, comme sur un avis
report_eur = { QN05991I = "12500" }  # reste de l'année précédente, à rattraper
agglomeration_plus_50000 = true    # la commune relève du plancher légal de gardiens

[roles]                            # qui s'en charge : des fonctions, jamais de noms
  patrimoine = "Bailleur, gestion de proximité"
  fiscalite = "Bailleur, fiscalité"
  conventions = "Bailleur et délégué du préfet"
  programme = "Bailleur et comité de pilotage"
  enquete = "Comité de pilotage"
"""

README: Final = """\
# Valmont-sur-Orve : l'exemple (données fictives)

La commune, le bailleur, les rues, les résidences, les ménages, les réponses et les montants de ce
dossier sont **inventés**. Aucun ne décrit une commune, un organisme ou une personne. Le code Insee 59999 et le
code postal 59999 n'existent pas. Tout est fabriqué par `examples/make_example.py`, qui donne
toujours les mêmes fichiers.

| Fichier | Ce qu'il contient | Ce qu'il a de réel dans sa forme |
|---|---|---|
| `dossier.toml` | le dossier : fichiers, année, réglages | celui que l'on remplit avec `tfpb nouveau` |
| `patrimoine.xlsx` | 62 résidences, environ 150 entrées | trois lignes de titre, adresses abrégées, plages (« 12-14 »), fautes, une voie introuvable, une ligne sans numéro, des accents abîmés |
| `enquete_2019.csv` | vague 2019, plus de 1 500 ménages | CSV Windows (cp1252), virgule décimale, questions et réponses en toutes lettres |
| `enquete_2023.xlsx` | vague 2023, plus de 1 500 ménages | feuilles « Base » (codes) et « Dictionnaire », une colonne téléphone et des verbatims que l'outil écarte |
| `plan_enquete.toml` | comment lire ces deux livraisons | 20 questions sur quatre thèmes et une note globale |
| `fiscalite_2025.xlsx` | locaux par avis de taxe foncière | une ligne par local, des résidences sur deux avis, deux abattements oubliés, un de trop |
| `1_599990001_59_….csv` | locaux possédés, comme l'export « Gérer mes biens immobiliers » | une ligne par logement, une colonne d'occupants que l'outil écarte, trois logements qu'aucun avis ne porte |
| `programme_2025.xlsx` | 64 actions sur les huit axes | les axes écrits de trois façons |
| `programme_2024.xlsx` | le programme de l'année d'avant | les mêmes colonnes : se met à côté |
| `droit_commun.csv` | ce que le bailleur fait partout, par résidence | CSV Windows, virgule décimale |
| `conventions.csv` | la convention et ses dates | trois façons d'écrire une date |
| `diagnostics.csv` | diagnostics en marchant | |
| `decisions.xlsx` | un tour de décisions sur quatre adresses douteuses : deux tranchées, deux laissées | la feuille « Limites » que l'outil écrit à côté du dossier, signée d'un service et datée |
| `geodonnees_sources/` | adresses (format BAN), lieux-dits, QPV 2015 et 2024, contour de la commune, logements sociaux par QPV (comme l'Insee) | à importer une fois avec `tfpb geodonnees` |

## Les quartiers

| QPV 2015 | QPV 2024 | |
|---|---|---|
| QP059901 Les Tilleuls - Pasteur | QN05991I | identique |
| QP059902 Le Moulin | QN05992M Le Moulin - Les Aunes | modifié : des rues entrent, d'autres sortent |
| QP059903 La Gare | | sorti en 2024 |
| | QN05993N Les Prés Fleuris | nouveau, trop petit pour que ses réponses soient publiées |

Les limites suivent l'axe des rues. Six résidences sont à moins de 30 m
d'une limite, dont trois à moins de 15 m ; une autre est coupée par elle.

## L'essayer

Depuis la racine du dépôt :

```sh
export TFPB_GEODONNEES=geodonnees_exemple
tfpb geodonnees importer-adresses examples/valmont/geodonnees_sources/adresses-59999.csv.gz examples/valmont/geodonnees_sources/lieux-dits-59999.csv.gz
tfpb geodonnees importer-qpv examples/valmont/geodonnees_sources/qpv2015_valmont.geojson --millesime 2015
tfpb geodonnees importer-qpv examples/valmont/geodonnees_sources/qpv2024_valmont.geojson --millesime 2024
tfpb geodonnees importer-communes examples/valmont/geodonnees_sources/commune_valmont.geojson
tfpb dossier examples/valmont/dossier.toml --sortie resultat
```
"""
