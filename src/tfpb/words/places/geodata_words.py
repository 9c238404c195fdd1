"""Words for geography."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.faults.entry import FaultWords
from tfpb.words.numbers import number, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDRESS_BASE: Final = (
    "la base d’adresses", "tfpb geodonnees importer-adresses adresses-59.csv.gz",
)  # fmt: skip
QPV_MAP: Final = (
    "la carte des QPV {vintage}", "tfpb geodonnees importer-qpv FICHIER --millesime {vintage}",
)  # fmt: skip
"""What a run may lack, and the command that imports it."""
NO_FILE: Final = "aucun fichier"
INSEE_CODES: Final = "code Insee à cinq caractères"
PARCEL_COLUMNS: Final = "les colonnes id, commune, section et numero du cadastre"
"""What a layer should hold."""

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
    "service_injoignable": FaultWords(
        "Le service national des adresses ne répond pas ({got}).",
        "une connexion à {adresse}",
        "Vérifiez la connexion et, sur un réseau d’entreprise, les variables HTTPS_PROXY et "
        "SSL_CERT_FILE ; ou travaillez sans réseau avec --mode index.",
    ),
    "adresses_sans_commune": FaultWords(
        "Des adresses n’ont ni commune, ni code postal, ni code Insee ({nombre}).",
        "au moins l’un des trois",
        "Ajoutez une colonne code_insee, ou l’option --commune 93010 si toutes sont dans une commune.",
    ),
    "colonne_option_inconnue": FaultWords(
        "L’option --colonne ne connaît pas « {got} ».",
        "l’un des noms : {noms}",
        "Écrivez par exemple : --colonne adresse=ADR_LIGNE1",
    ),
    "sortie_sur_entree": FaultWords(
        "La sortie remplacerait le fichier lu.",
        "un autre nom de fichier",
        "Donnez un autre nom à --sortie : votre fichier n’est jamais modifié.",
    ),
    "decision_sans_adresse": FaultWords(
        "Une décision ne correspond plus à aucune adresse du fichier.",
        "",
        "Rien à faire si l’adresse a été corrigée ou retirée ; sinon vérifiez la ligne.",
    ),
    "decision_sans_resultat": FaultWords(
        "La décision ne mène à aucun point.",
        "une adresse de la base, ou des coordonnées",
        "Corrigez l’adresse écrite, ou donnez x et y.",
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

REASONS: Final = {
    "colonnes": "nombre de colonnes différent de l’en-tête",
    "commune": "code de commune illisible",
    "voie": "nom de voie vide",
    "numero": "numéro illisible",
    "position": "position absente ou hors de France",
}


def address_import_lines(
    *,
    file: str,
    kind: str,
    vintage: str,
    rows: int,
    stored: int,
    duplicates: int,
    communes: int,
    replaced: int,
    mended: int,
    rejected: Mapping[str, int],
    unchanged: bool,
) -> list[str]:
    """Say what became of one file of addresses: rows read = kept + repeated + rejected."""
    if unchanged:
        return [f"{file} : déjà importé ({plural(stored, 'adresse')}), rien n’a changé."]
    dated = f", {vintage}" if vintage else ""
    counted = f"{plural(rows, 'ligne')}, {plural(stored, 'adresse')}, {plural(communes, 'commune')}"
    lines = [f"{file} ({kind}{dated}) : {counted}."]
    if replaced:
        lines.append(f"  Communes déjà présentes, remplacées par ce fichier : {number(replaced)}.")
    if duplicates:
        lines.append(f"  Lignes en double, gardées une seule fois : {number(duplicates)}.")
    if mended:
        lines.append(f"  Noms aux accents mal encodés, réparés : {number(mended)}.")
    lines += [
        f"  Lignes non importées, {REASONS[reason]} : {number(count)}."
        for reason, count in rejected.items()
    ]
    return lines


def address_file_line(*, file: str, kind: str, vintage: str, stored: int, communes: int) -> str:
    """Say one imported file of addresses in a list."""
    dated = f", {vintage}" if vintage else ", date non précisée"
    return f"  {kind}{dated} : {plural(stored, 'adresse')}, {plural(communes, 'commune')} ({file})"


WRONG: Final = {
    "index_abime": "l’index d’adresses est abîmé : supprimez adresses.sqlite et importez à nouveau",
    "commune_abimee": "les adresses de la commune {got} sont abîmées : importez à nouveau",
    "import_coupe": "l’import de {got} a été interrompu : relancez la même commande d’import",
}
NOTHING_INSTALLED: Final = (
    "Rien n’est importé. Commencez par : tfpb geodonnees importer-adresses adresses-59.csv.gz"
)
ALL_WHOLE: Final = "Tout ce qui est importé est entier."


def quarters_import_lines(
    *, file: str, vintage: int, quarters: int, mended: tuple[str, ...]
) -> list[str]:
    """Say what became of a file of quarters."""
    lines = [f"{file} : {plural(quarters, 'quartier')} (QPV {vintage})."]
    if mended:
        lines.append(f"  {plural(len(mended), 'contour')} invalides réparés : {', '.join(mended)}.")
    return lines
