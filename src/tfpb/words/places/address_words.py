"""Words for geocoding: what a reason, a type and a verdict mean to the reader."""

from __future__ import annotations

from typing import Final

SERVICE_NAME: Final = "Service national des adresses"
REFERENCES: Final = {
    "BAN": "Base Adresse Nationale, IGN et communes",
    "lieux-dits": "Base Adresse Nationale, lieux-dits",
    "BAL": "Base Adresse Locale de la commune",
    "BANO": "Base d’adresses nationale ouverte, © les contributeurs d’OpenStreetMap",
}
"""What a kind of file of addresses is, for the list of sources."""


REASONS: Final = {
    "acces_par": "la ligne donne aussi l’accès par une autre voie",
    "adresse_illisible": "aucune voie n’a pu être lue dans l’adresse",
    "adresse_vide": "la ligne n’a pas d’adresse",
    "ancienne_adresse": "la ligne donne aussi une ancienne adresse",
    "autre_adresse_retenue": "l’autre adresse de la ligne a été retenue",
    "autre_commune": "trouvée dans une autre commune que celle du code",
    "code_insee_inconnu": "code Insee inconnu",
    "code_postal_discordant": "le code postal ne dessert pas cette commune",
    "commune_absente_index": "commune absente des adresses importées",
    "commune_corrigee": "nom de commune corrigé",
    "commune_discordante": "le nom de la commune contredit le code Insee",
    "commune_homonyme": "plusieurs communes portent ce nom",
    "homonyme_tranche": "plusieurs communes portent ce nom, une seule a cette voie et ce numéro",
    "commune_inconnue": "commune inconnue",
    "commune_par_code_postal": "commune trouvée par le seul code postal",
    "coordonnees_autre_projection": "coordonnées reconnues dans une autre projection",
    "coordonnees_ecartees": "coordonnées à l’écart de l’adresse, incertitude portée jusqu’à elle",
    "coordonnees_hors_commune": "coordonnées refusées : hors de la commune",
    "coordonnees_hors_france": "coordonnées refusées : hors de France",
    "coordonnees_illisibles": "coordonnées refusées : illisibles",
    "coordonnees_loin_adresse": "coordonnées loin de l’adresse écrite",
    "coordonnees_non_controlees": "coordonnées non contrôlées, faute de commune dans l’index",
    "coordonnees_permutees": "coordonnées permutées, remises dans l’ordre",
    "decision": "décidé à la main",
    "desaccord_service": "l’index et le service national ne sont pas d’accord",
    "deux_voies": "deux voies dans la même ligne",
    "deux_voies_trouvees": "deux voies trouvées dans la même ligne",
    "ecart_large": "les numéros voisins sont éloignés",
    "nom_commune_inconnu": "nom de commune inconnu",
    "numero_absent": "numéro absent de la voie",
    "numero_au_dela": "numéro au-delà du dernier numéro connu",
    "numero_decale": "position du numéro éloignée de ses voisins",
    "numero_en_double": "numéro présent deux fois, loin l’un de l’autre",
    "numero_interpole": "numéro placé entre ses voisins",
    "par_nom_de_residence": "trouvée par le nom de la résidence",
    "par_parcelle": "trouvée par la référence cadastrale",
    "pas_une_adresse": "le texte n’est pas une adresse",
    "plage_etendue": "les numéros de la plage sont éloignés les uns des autres",
    "plage_incomplete": "une extrémité de la plage n’existe pas",
    "plusieurs_communes": "la voie existe dans plusieurs communes possibles",
    "sans_numero": "adresse sans numéro",
    "service_en_erreur": "le service national n’a pas répondu",
    "suffixe_absent": "numéro trouvé avec un autre indice de répétition",
    "type_absent": "type de voie non écrit",
    "type_different": "type de voie différent",
    "voie_approchee": "nom de voie approché",
    "voie_en_double": "plusieurs voies portent ce nom dans la commune",
    "voie_incertaine": "une autre voie peut convenir",
    "voie_inconnue": "voie inconnue dans la commune",
    "voies_proposees": "des voies ressemblantes sont proposées",
    "voie_renommee": "nom remplacé d’après la table des voies renommées",
}
"""Code of `result_reasons` to what it means."""

TYPES: Final = {
    "housenumber": "au numéro",
    "range": "plage de numéros",
    "interpolated": "position estimée entre deux numéros",
    "street": "à la voie",
    "locality": "au lieu-dit",
    "municipality": "à la commune",
    "given": "coordonnées fournies",
    "none": "non trouvée",
}
"""`result_type` to words."""
