"""Words for location: why a point is in, out or to be checked, and the faults of the stage."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from tfpb.words.catalogue import FaultWords
from tfpb.words.numbers import number, percent, plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROAD_AXIS: Final = (
    "Quand la limite suit une rue, elle passe par l’axe de la chaussée : chaque côté relève de son "
    "propre périmètre. La règle « des deux côtés de la rue » ne vaut que pour les commerces ; elle "
    "n’est pas appliquée ici."
)
"""Said once on every sheet and page that shows doubts (arrêté of 19 January 2018; CGI 1383 C ter)."""
NOT_AN_ATTESTATION: Final = "Aide à la décision, ne vaut pas attestation."
DEFAULT_RADIUS: Final = "par défaut, faute d’incertitude donnée"


class Case(IntEnum):
    """Why a row has the status it has."""

    HORS_LOIN = 0
    HORS_NET = 1
    DANS_NET = 2
    LIMITE = 3
    SANS_POSITION = 4
    VERDICT = 5
    SURFACE_DANS = 6
    SURFACE_HORS = 7
    SURFACE_COUPEE = 8
    SURFACES_CONTRAIRES = 9
    SURFACE_CONTRE_POINT = 10


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the sentence of a row needs; names are « « nom » (code) » of quarters, empty when none.

    Parameters
    ----------
    radius_m, distance_m : float
        Positional uncertainty; distance to the nearest limit (NaN beyond reach).
    by_default : bool
        Whether the uncertainty is a default.
    holder, other, nearest, tied : str
        Quarter that holds the point, another that holds it too, quarter of the nearest limit,
        another equally near.
    surface : str
        « parcelle 93010000AB0012 » or « emprise du bâtiment … ».
    share : float
        Share 0..1 of the surface inside quarters.
    verdict : str
        Verdict of the geocoder.
    """

    radius_m: float = float("nan")
    distance_m: float = float("nan")
    by_default: bool = False
    holder: str = ""
    other: str = ""
    nearest: str = ""
    tied: str = ""
    surface: str = ""
    share: float = float("nan")
    verdict: str = ""


def reason(case: Case, told: Circumstances) -> str:
    """Say in one or two sentences why a row is in, out or to be checked."""
    return f"{_core(case, told)}{_ties(told)}"


def _core(case: Case, told: Circumstances) -> str:
    if case >= Case.SURFACE_DANS:
        return _of_surface(case, told)
    radius = f"{_metres(told.radius_m)}{f' {DEFAULT_RADIUS}' if told.by_default else ''}"
    match case:
        case Case.HORS_LOIN:
            said = "Aucun quartier prioritaire à moins de 2\u202f000\u202fm."
        case Case.HORS_NET:
            said = f"Hors QPV, plus loin de toute limite que l’incertitude du point ({radius})."
        case Case.DANS_NET:
            said = (
                f"Dans le quartier, plus loin de la limite que l’incertitude du point ({radius})."
            )
        case Case.LIMITE:
            said = (
                f"Le point tombe {_side(told)}{_away(told)}, moins que son incertitude "
                f"({radius}) : à vérifier sur place ou sur plan."
            )
        case Case.VERDICT:
            word = "rejetée" if told.verdict == "rejete" else "à vérifier"
            said = f"Position peu sûre : l’adresse est {word} ; le point tombe {_side(told)}."
        case _:
            said = "Adresse non située : aucune position à comparer aux quartiers."
    return said


def _of_surface(case: Case, told: Circumstances) -> str:
    inside = told.share > 0.5  # noqa: PLR2004 - more than half
    match case:
        case Case.SURFACE_DANS | Case.SURFACE_HORS:
            share = percent(told.share if inside else 1 - told.share)
            where = (
                f"dans le quartier {told.holder}"
                if inside and told.holder
                else _words(inside=inside)
            )
            return f"Pas de doute : {told.surface} est à {share} {where}."
        case Case.SURFACE_COUPEE:
            return (
                f"La limite coupe {told.surface} : {percent(told.share)} en QPV. "
                f"Le point tombe {_side(told)}{_away(told)} : à vérifier."
            )
        case Case.SURFACES_CONTRAIRES:
            return f"La parcelle et l’emprise du bâtiment se contredisent ({told.surface}) : à vérifier."
        case _:
            return (
                f"Le point tombe {_side(told)}{_away(told)}, mais {told.surface} est "
                f"{_words(inside=inside)} : à vérifier."
            )


def _words(*, inside: bool) -> str:
    return "en QPV" if inside else "hors QPV"


def _side(told: Circumstances) -> str:
    return f"dans le quartier {told.holder}" if told.holder else "hors QPV"


def _away(told: Circumstances) -> str:
    if math.isnan(told.distance_m):
        return ""
    return f", à {_metres(told.distance_m)} de la limite du quartier {told.nearest}"


def _ties(told: Circumstances) -> str:
    extra = ""
    if told.other:
        extra += (
            f" Le point est aussi dans le quartier {told.other} : deux quartiers se recouvrent."
        )
    if told.tied:
        extra += f" À égale distance de la limite du quartier {told.tied}."
    return extra


def _metres(value: float) -> str:
    """Write a distance: decimetres under 10 m, metres beyond, kilometres from 10 km."""
    if value >= 10_000:  # noqa: PLR2004
        return f"{number(value / 1000)}\u202fkm"
    return f"{number(value, 1 if value < 10 and value % 1 else 0)}\u202fm"  # noqa: PLR2004


def decided(*, side: str, author: str, date: str, piece: str, computed: str) -> str:
    """Say that a person decided, who, when and on which piece; keep what the map said."""
    who = f" de {author}" if author else " (auteur non indiqué)"
    when = f" du {date}" if date else " (date non indiquée)"
    why = f" Pièce ou motif : {piece}." if piece else " Aucune pièce indiquée."
    return f"Décision{who}{when} : {SIDE_WORDS[side]}.{why} La carte seule disait : {computed}"


def contradicted(*, side: str, author: str, date: str, computed: str) -> str:
    """Say that a decision goes against a map that is clear."""
    who = f" de {author}" if author else ""
    when = f" du {date}" if date else ""
    return f"La décision{who}{when} ({SIDE_WORDS[side]}) contredit la carte, à revoir. {computed}"


REVIEW_LEAD: Final = (
    "Pour chaque ligne, choisissez « dans » ou « hors », signez, datez, et dites sur quelle pièce vous "
    "vous fondez. Redonnez ce fichier avec --decisions (ou « decisions » dans dossier.toml)."
)
REVIEW_HEADERS: Final = {
    "id_residence": "id_residence",
    "id_batiment": "id_batiment",
    "adresse": "adresse",
    "commune": "commune",
    "nb_logements": "logements",
    "quartier": "quartier en cause",
    "distance_m": "distance à la limite (m)",
    "incertitude_m": "incertitude du point (m)",
    "motif": "pourquoi c’est à vérifier",
    "decision": "decision",
    "code_qpv": "code_qpv",
    "auteur": "auteur",
    "date": "date",
    "piece": "piece",
    "carte": "carte",
}
"""Headers of the sheet « Limites »; those that are read back bear the names of their contract."""

SIDE_WORDS: Final = {"dans": "dans le QPV", "hors": "hors QPV", "a_verifier": "à vérifier"}


EVOLUTION_WORDS: Final = {
    "maintenu": "maintenues",
    "entrant": "entrantes",
    "sortant": "sortantes",
    "hors": "hors des deux cartes",
    "a_verifier": "à vérifier",
}


def summary_lines(
    *, counts: Mapping[str, int], evolution: Mapping[str, int], output: str, review: str,
    renamed: Sequence[str], year: int, geocoded: bool, radius_m: float,
) -> list[str]:  # fmt: skip
    """Sum a run up: how many on each side, which file to open first."""
    total = sum(counts.values())
    inside, outside, unsure = (int(counts.get(k, 0)) for k in ("dans", "hors", "a_verifier"))
    sides = f"{number(inside)} dans un QPV, {number(outside)} hors QPV, {number(unsure)} à vérifier"
    lines = [f"Année {year} : {plural(total, 'ligne')}, dont {sides}."]
    told = [f"{number(evolution[k])} {w}" for k, w in EVOLUTION_WORDS.items() if evolution.get(k)]
    if told:
        lines.append(f"De la carte 2015 à la carte 2024 : {', '.join(told)}.")
    if geocoded:
        lines.append(
            "Le fichier n’avait pas de position : ses adresses ont été géocodées par l’index."
        )
    lines.append(f"Incertitude des points qui n’en portent pas : {_metres(radius_m)} (--rayon).")
    if renamed:
        listed = ", ".join(f"« {c} » → « {c}_entree »" for c in renamed)
        lines.append(
            f"Colonnes d’entrée renommées, car leur nom est celui d’une réponse : {listed}."
        )
    if review:
        lines.append(f"À ouvrir d’abord : {review}, feuille « Limites » ; puis {output}.")
    else:
        lines.append(f"À ouvrir : {output}.")
    lines.append(NOT_AN_ATTESTATION)
    return lines


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
        lines.append(f"{one.title} : {what}{mended} ({files} ; {one.licence})")
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
        "invalides": f"Le fichier {name} a {got} contour(s) invalide(s) : importez-le à nouveau.",
    }[code]


_SUITE: Final = "Même anomalie sur {reste} autre(s) ligne(s)."
_HINT_CRS: Final = (
    "Vérifiez les colonnes de coordonnées et leur projection : Lambert-93 en métropole, la projection "
    "légale outre-mer, ou longitude et latitude en degrés."
)

FAULTS: dict[str, FaultWords] = {
    "annee_zus": FaultWords(
        "L’année {annee} relève des ZUS : aucune carte des QPV ne s’y applique.",
        "une année de 2016 à 2030",
        "Corrigez l’année d’imposition (--annee, ou « annee » dans dossier.toml).",
    ),
    "annee_hors_champ": FaultWords(
        "L’année {annee} n’est couverte par aucune carte des QPV connue.",
        "une année de 2016 à 2030",
        "Corrigez l’année d’imposition (--annee, ou « annee » dans dossier.toml).",
    ),
    "carte_absente": FaultWords(
        "La carte des QPV {millesime} n’est pas importée ; l’année {annee} en dépend.",
        "la carte officielle {millesime} dans le dossier de géodonnées",
        "Importez-la : tfpb geodonnees importer-qpv FICHIER --millesime {millesime} "
        "(ou tfpb geodonnees installer --departement NN).",
    ),
    "aucune_position": FaultWords(
        "Aucune des {lignes} lignes ne porte de position.",
        "des colonnes result_x et result_y, x et y, ou longitude et latitude",
        "Géocodez d’abord le fichier : tfpb geocoder ENTREE --sortie SORTIE.",
    ),
    "aucun_point_apparie": FaultWords(
        "Aucun des {lignes} points n’est proche d’un quartier de la carte {millesime} : "
        "le plus proche est à plus de {distance_km} km.",
        "des points du même territoire que la carte importée",
        "Vérifiez que la carte importée couvre ce territoire, et la projection des coordonnées.",
    ),
    "aucun_point_en_qpv": FaultWords(
        "Aucun des {lignes} points n’est dans un quartier de la carte {millesime}.",
        "",
        "C’est possible ; sinon vérifiez la carte importée et les coordonnées.",
    ),
    "carte_partielle": FaultWords(
        "{lignes} point(s) sont à plus de {distance_km} km de tout quartier de la carte {millesime} : "
        "elle ne couvre peut-être pas ce territoire.",
        "la carte officielle entière",
        "Importez la carte nationale, puis recommencez.",
    ),
    "degres_au_lieu_de_metres": FaultWords(
        "Des degrés sont écrits là où des mètres sont attendus.",
        "des coordonnées en mètres",
        _HINT_CRS,
    ),
    "degres_au_lieu_de_metres_suite": FaultWords(_SUITE),
    "metres_inverses": FaultWords(
        "Les coordonnées sont inversées (ordonnée avant abscisse).",
        "x (abscisse) puis y (ordonnée)",
        "Échangez les deux colonnes.",
    ),
    "metres_inverses_suite": FaultWords(_SUITE),
    "degres_inverses": FaultWords(
        "La longitude et la latitude sont inversées.",
        "longitude puis latitude",
        "Échangez les deux colonnes.",
    ),
    "degres_inverses_suite": FaultWords(_SUITE),
    "lambert_2": FaultWords(
        "Les coordonnées sont en Lambert II étendu.",
        "des coordonnées en Lambert-93 (EPSG:2154)",
        _HINT_CRS,
    ),
    "lambert_2_suite": FaultWords(_SUITE),
    "point_hors_france": FaultWords(
        "Le point est hors de France.", "un point du territoire où la taxe existe", _HINT_CRS
    ),
    "point_hors_france_suite": FaultWords(_SUITE),
    "positions_discordantes": FaultWords(
        "Les mètres et les degrés de la ligne désignent deux lieux différents.",
        "deux écritures d’une même position",
        _HINT_CRS,
    ),
    "positions_discordantes_suite": FaultWords(_SUITE),
    "decision_sans_objet": FaultWords(
        "La décision ne correspond à aucune ligne du fichier.",
        "une résidence, un bâtiment et une adresse présents dans le fichier",
        "Corrigez l’identifiant, ou supprimez la ligne si l’entrée n’existe plus.",
    ),
    "decision_incomplete": FaultWords(
        "La décision est appliquée, mais il manque : {manque}.",
        "un auteur, une date et une pièce ou un motif",
        "Complétez la ligne de la feuille « Limites ».",
    ),
    "decision_contredite": FaultWords(
        "La décision « {got} » contredit la carte, qui est nette : la ligne reste à vérifier.",
        "une décision conforme à la carte, ou une position corrigée",
        "Corrigez la décision, ou l’adresse si le point est faux. {motif}",
    ),
    "decisions_contraires": FaultWords(
        "Deux décisions contraires portent sur la même entrée (lignes {lignes}).",
        "une seule décision par entrée",
        "Gardez celle qui vaut.",
    ),
    "decision_code_inconnu": FaultWords(
        "Le code « {got} » n’est pas un quartier de la carte {millesime} : la décision n’est pas appliquée.",
        "un code de la carte {millesime}, qui régit l’année",
        "Corrigez le code du QPV retenu, ou décidez à nouveau sur cette carte.",
    ),
    "entree_sans_colonnes": FaultWords(
        "Le fichier ne porte ni position ni adresse reconnue.",
        "result_x et result_y, x et y, longitude et latitude, ou une colonne adresse",
        "Géocodez d’abord le fichier (tfpb geocoder), ou nommez les colonnes : "
        "--colonne x=NOM --colonne y=NOM.",
    ),
    "residence_coupee": FaultWords(
        "La résidence {got} est coupée par la limite : {dans} logements dans, {hors} hors, "
        "{a_verifier} à vérifier.",
        "",
        "Rien à corriger : l’argent suit les logements ; vérifiez les logements de chaque entrée.",
    ),
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
    "geodonnees_abimees": FaultWords(
        "La géographie importée est abîmée.",
        "un fichier entier, tel qu’il a été importé",
        "Importez-la à nouveau (tfpb geodonnees importer-… ou installer).",
    ),
    "sortie_gpkg_vide": FaultWords(
        "Aucune ligne n’a de position : le GeoPackage serait vide.",
        "au moins une ligne située",
        "Choisissez une sortie en csv ou xlsx.",
    ),
}
