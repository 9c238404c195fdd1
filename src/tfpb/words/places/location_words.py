"""Words for location: the rule of the limit, the review sheet, the last words, the faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.documents.report_words import WARNING
from tfpb.words.faults.entry import FaultWords
from tfpb.words.faults.network_faults import NETWORK_FAULTS
from tfpb.words.numbers import number, plural
from tfpb.words.places.installing_words import FAULTS as INSTALLING
from tfpb.words.places.side_words import metres

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROAD_AXIS: Final = (
    "Quand la limite suit une rue, elle passe par l’axe de la chaussée : chaque côté relève de son "
    "propre périmètre. La règle « des deux côtés de la rue » ne vaut que pour les commerces ; elle "
    "n’est pas appliquée ici."
)
"""Said once on every sheet and page that shows doubts (arrêté of 19 January 2018; CGI 1383 C ter)."""
NOT_AN_ATTESTATION: Final = f"{WARNING}."

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
    lines.append(f"Incertitude des points qui n’en portent pas : {metres(radius_m)} (--rayon).")
    if renamed:
        listed = ", ".join(f"« {c} » → « {c}_entree »" for c in renamed)
        lines.append(
            f"Colonnes d’entrée renommées, car leur nom est celui d’une réponse : {listed}."
        )
    if review:
        lines.append(ROAD_AXIS)
        lines.append(f"À ouvrir d’abord : {review}, feuille « Limites » ; puis {output}.")
    else:
        lines.append(f"À ouvrir : {output}.")
    lines.append(NOT_AN_ATTESTATION)
    return lines


_SUITE: Final = "Même anomalie sur {reste:s autre ligne/autres lignes}."
_HINT_CRS: Final = (
    "Vérifiez les colonnes de coordonnées et leur projection : Lambert-93 en métropole, la projection "
    "légale outre-mer, ou longitude et latitude en degrés."
)

FAULTS: dict[str, FaultWords] = {
    **INSTALLING,
    **NETWORK_FAULTS,
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
        "Aucune ligne ne porte de position ({lignes:s ligne lue/lignes lues}).",
        "des colonnes result_x et result_y, x et y, ou longitude et latitude",
        "Si le fichier n’a pas été géocodé, lancez : tfpb geocoder ENTREE --sortie SORTIE. "
        "Si ses adresses viennent d’être cherchées, la base importée ne couvre pas ces communes : "
        "importez celle de leur département (tfpb geodonnees importer-adresses FICHIER).",
    ),
    "aucun_point_apparie": FaultWords(
        "Aucun point n’est proche d’un quartier de la carte {millesime} ({lignes:s point lu/points lus}) : "
        "le plus proche est à plus de {distance_km} km.",
        "des points du même territoire que la carte importée",
        "Vérifiez que la carte importée couvre ce territoire, et la projection des coordonnées.",
    ),
    "aucun_point_en_qpv": FaultWords(
        "Aucun point n’est dans un quartier de la carte {millesime} ({lignes:s point lu/points lus}).",
        "",
        "C’est possible ; sinon vérifiez la carte importée et les coordonnées.",
    ),
    "carte_partielle": FaultWords(
        "Des points sont à plus de {distance_km} km de tout quartier de la carte {millesime} "
        "({lignes:s point/points}) : elle ne couvre peut-être pas ce territoire.",
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
    "positions_en_double": FaultWords(
        "Le fichier donne deux fois ses positions, et {laisse} ne disent pas le même lieu que {retenu} "
        "({nombre:s ligne/lignes} ; {distance_m} m d’écart sur la première) : {retenu} ont été retenus.",
        "deux écritures d’une même position, ou une seule",
        "Vérifiez lesquelles valent. Pour lire les autres : --colonne x=NOM --colonne y=NOM.",
    ),
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
}
