"""Words for geography."""

from __future__ import annotations

from tfpb.words.catalogue import FaultWords

FAULTS: dict[str, FaultWords] = {
    "adresses_absentes": FaultWords(
        "La base d’adresses n’est pas importée.",
        "un index d’adresses dans le dossier des géodonnées",
        "Téléchargez le fichier d’adresses de votre département (adresses-59.csv.gz) puis lancez : "
        "tfpb geodonnees importer-adresses adresses-59.csv.gz",
    ),
    "adresses_index_illisible": FaultWords(
        "L’index d’adresses est abîmé ou d’une autre version.",
        "un index écrit par cette version de tfpb",
        "Supprimez le fichier adresses.sqlite du dossier des géodonnées, puis importez à nouveau.",
    ),
    "adresses_import_coupe": FaultWords(
        "Un import d’adresses a été interrompu : {got}.",
        "un import terminé",
        "Relancez la même commande tfpb geodonnees importer-adresses : elle reprend où elle en était.",
    ),
    "adresses_format_inconnu": FaultWords(
        "Ce fichier n’est pas un fichier d’adresses connu.",
        "BAN (id;numero;rep;nom_voie;code_insee…), lieux-dits, BAL 1.x (cle_interop;voie_nom…) "
        "ou BANO, en .csv ou .csv.gz",
        "Vérifiez que c’est bien le fichier publié, sans passage par un tableur.",
    ),
    "adresses_sans_position": FaultWords(
        "Ce fichier d’adresses n’a pas de colonnes de position.",
        "les colonnes x et y, ou lon et lat",
        "Reprenez le fichier publié : ces colonnes y sont.",
    ),
    "adresse_sans_colonnes": FaultWords(
        "La ligne n’a pas le même nombre de colonnes que l’en-tête : elle n’est pas importée.",
    ),
    "adresse_sans_commune": FaultWords(
        "La ligne n’a pas de code de commune lisible : elle n’est pas importée.",
    ),
    "adresse_sans_voie": FaultWords(
        "La ligne n’a pas de nom de voie : elle n’est pas importée.",
    ),
    "adresse_sans_numero": FaultWords(
        "Le numéro n’est pas lisible : la ligne n’est pas importée.",
    ),
    "adresse_sans_position": FaultWords(
        "La ligne n’a pas de position en France : elle n’est pas importée.",
    ),
}
