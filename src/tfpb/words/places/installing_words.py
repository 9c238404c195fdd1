"""Words for imported geography other than addresses: what is stored, fetched, wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tfpb.words.faults.entry import FaultWords
from tfpb.words.numbers import plural

UNKNOWN_LICENCE: Final = "licence non précisée"


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored geography, for `geodonnees lister`."""

    kind: str
    title: str
    vintage: str
    rows: int
    licence: str
    sources: tuple[str, ...]
    mended: int
    place: str


def stored_lines(stored: list[Stored]) -> list[str]:
    """Say what is stored: maps and outlines one by one, parcels in one line."""
    lines = []
    for one in stored:
        if one.kind == "parcelles":
            continue
        what = plural(one.rows, "quartier" if one.kind == "qpv" else "commune")
        mended = (
            f", dont {plural(one.mended, 'contour réparé', 'contours réparés')}"
            if one.mended
            else ""
        )
        files = ", ".join(one.sources)
        lines.append(f"{one.title} : {what}{mended} ({files} ; {one.licence or UNKNOWN_LICENCE})")
    parcels = [s for s in stored if s.kind == "parcelles"]
    if parcels:
        total = plural(sum(s.rows for s in parcels), "parcelle")
        towns = plural(len(parcels), "commune")
        lines.append(f"{parcels[0].title} : {total}, {towns} ({parcels[0].licence})")
    return lines


def wrong_line(code: str, name: str, got: str) -> str:
    """Say why a stored geography is not whole."""
    return {
        "fiche": f"La fiche {name} est illisible ({got}) : importez à nouveau cette géographie.",
        "absent": f"Le fichier {name} a disparu : importez à nouveau cette géographie.",
        "empreinte": f"Le fichier {name} a changé depuis son import : importez-le à nouveau.",
        "lignes": f"Le fichier {name} n’a pas le bon nombre de lignes ({got}) : importez-le à nouveau.",
        "invalides": f"Le fichier {name} a des contours invalides ({got}) : importez-le à nouveau.",
    }[code]


def installed_line(title: str, file: str, *, known: bool) -> str:
    """Say that a source is installed, now or before."""
    return f"{title} : déjà importé." if known else f"{title} : importé ({file})."


def step_line(title: str, address: str) -> str:
    """Say what is being fetched, and from where."""
    return f"{title} : téléchargement de {address}"


def moved_line(host: str) -> str:
    """Say that a server sends to another one."""
    return f"  le fichier est fourni par {host}"


FAULTS: Final[dict[str, FaultWords]] = {
    "page_web": FaultWords(
        "Le fichier est une page web, pas des données.",
        "le fichier de données lui-même",
        "Téléchargez-le à nouveau : le site a sans doute répondu par une page d’erreur.",
    ),
    "couche_vide": FaultWords(
        "La couche ne contient aucun objet.",
        "au moins un polygone",
        "Vérifiez le fichier et sa couche.",
    ),
    "couche_sans_code": FaultWords(
        "Aucune couche du fichier ne porte de code de quartier.",
        "une colonne {attendu}",
        "Prenez le fichier officiel des QPV {millesime}.",
    ),
    "couche_sans_colonne": FaultWords(
        "La couche ne porte pas de colonne « {colonne} ».",
        "{attendu}",
        "Prenez le fichier officiel. Colonnes lues : {lues}.",
    ),
    "projection_absente": FaultWords(
        "La projection du fichier n’est pas dite.",
        "un .prj à côté du .shp, ou une projection dans le fichier",
        "Reprenez tous les fichiers de l’archive officielle (.shp, .shx, .dbf, .prj).",
    ),
    "projection_fausse": FaultWords(
        "Les coordonnées ne peuvent pas être dans la projection annoncée ({projection}).",
        "des coordonnées conformes à la projection",
        "Reprenez le fichier officiel, ou corrigez sa projection dans votre logiciel de cartographie.",
    ),
    "millesime_discordant": FaultWords(
        "Les codes du fichier sont ceux des QPV {autre}, pas {millesime}.",
        "des codes des QPV {millesime}",
        "Recommencez avec --millesime {autre}, ou prenez l’autre fichier.",
    ),
    "code_quartier_invalide": FaultWords(
        "Le code n’est pas celui d’un QPV {millesime}.",
        "QP059001 (2015) ou QN05901N (2024)",
        "Corrigez le code, ou prenez le fichier officiel.",
    ),
    "millesime_inconnu": FaultWords(
        "Le millésime {got} n’existe pas.", "2015 ou 2024", "Corrigez l’option --millesime."
    ),
    "quartier_sans_contour": FaultWords(
        "Le quartier n’a pas de contour.",
        "un polygone par quartier",
        "Reprenez le fichier officiel.",
    ),
    "departement_inconnu": FaultWords(
        "Le département « {got} » n’existe pas.",
        "un code comme 59, 2A ou 971",
        "Corrigez --departement.",
    ),
    "portail_injoignable": FaultWords(
        "Le portail de données ne répond pas ({adresse}).",
        "une réponse du portail",
        "Vérifiez la connexion et le proxy (HTTPS_PROXY), ou importez le fichier à la main.",
    ),
    "portail_illisible": FaultWords(
        "La réponse du portail n’est pas lisible ({adresse}).",
        "la liste des fichiers du jeu de données",
        "Réessayez plus tard, ou téléchargez le fichier à la main puis importez-le.",
    ),
    "ressource_absente": FaultWords(
        "Le jeu de données ne liste pas le fichier attendu ({adresse}).",
        "un fichier du millésime voulu",
        "Cherchez-le sur le portail, puis importez-le à la main. Fichiers listés : {lus}.",
    ),
    "telechargement_refuse": FaultWords(
        "Le serveur refuse le fichier ({adresse}).",
        "un fichier à cette adresse",
        "L’adresse a pu changer : cherchez le fichier sur le portail, puis importez-le à la main.",
    ),
    "telechargement_injoignable": FaultWords(
        "Le serveur ne répond pas ({adresse}).",
        "une réponse du serveur",
        "Vérifiez la connexion et le proxy (HTTPS_PROXY), puis recommencez.",
    ),
    "telechargement_coupe": FaultWords(
        "Le téléchargement a été coupé {essais} fois ({adresse}).",
        "le fichier entier",
        "Relancez la commande : elle reprend où elle s’est arrêtée.",
    ),
    "telechargement_page_web": FaultWords(
        "Le serveur a envoyé une page web au lieu du fichier ({adresse}).",
        "le fichier de données",
        "Le site est peut-être en maintenance, ou le proxy bloque : réessayez, ou importez à la main.",
    ),
    "telechargement_taille": FaultWords(
        "La taille du fichier n’est pas celle attendue ({adresse}).",
        "entre {minimum} et {maximum} octets",
        "Le fichier a pu changer de contenu : vérifiez-le sur le portail, puis importez-le à la main.",
    ),
    "telechargement_abime": FaultWords(
        "Le fichier reçu est abîmé ({adresse}).", "un fichier entier", "Relancez la commande."
    ),
    "geodonnees_abimees": FaultWords(
        "La géographie importée est abîmée.",
        "un fichier entier, tel qu’il a été importé",
        "Importez-la à nouveau (tfpb geodonnees importer-… ou installer).",
    ),
}
