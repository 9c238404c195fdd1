"""Sentences common to the whole report: cover, what is missing, reading aids, sources."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from tfpb.words.numbers import long_date, plural
from tfpb.words.phrase import Phrase
from tfpb.words.survey.verdict_words import margin_words

if TYPE_CHECKING:
    from collections.abc import Sequence

WARNING: Final = "Aide à la décision, ne vaut pas attestation"
FICTIONAL: Final = "données fictives"
DRAFT: Final = "PROJET"
DRAFT_LINE: Final = "PROJET, pour l’organisme seul : à ne pas transmettre."
FICTIONAL_LINE: Final = "Données fictives : rien ici ne décrit un lieu ni un bailleur réels."
SUMMARY: Final = "Synthèse"
CONTENTS: Final = "Sommaire"
QUESTIONS: Final[dict[str, str]] = {
    "ou": "Où sont les logements ?",
    "combien": "Combien vaut l’abattement ?",
    "fait": "Qu’a-t-on fait ?",
    "locataires": "Qu’en disent les locataires ?",
    "change": "Qu’est-ce qui a changé ?",
    "trancher": "Que reste-t-il à trancher ?",
}
"""What the body of a document answers, in its order."""
ANNEX_TITLE: Final = "Annexe · {title}"
MORE_IN_ANNEX: Final = Phrase(
    "{count:s autre ligne/autres lignes} en fin de document : « {title} »."
)
BACK_TO_CONTENTS: Final = "← Sommaire"
TOTAL: Final = "Total"
CHART_LABEL: Final = "Libellé"
CHART_SERIES: Final = "Série {rang}"
SIDES: Final = ("QPV", "hors QPV")
WORD_STYLES: Final = {
    "lead": "Chapeau",
    "note": "Note de tableau",
    "figure": "Chiffre",
    "entry": "Entrée de sommaire",
}
EMPTY_TABLE: Final = "Aucune ligne."
EDIT_FILES: Final = (
    "Pour corriger un chiffre, corrigez le fichier d’entrée nommé ci-dessus, puis relancez "
    "« tfpb dossier »."
)
EDIT_INPUTS: Final = (
    "Ce classeur ne contient que des valeurs ; ses totaux, qui suivent vos filtres, sont les seules "
    "formules. Pour corriger un chiffre, corrigez le fichier d’entrée nommé dans « Sources et "
    "hypothèses », puis relancez « tfpb dossier »."
)
MISSING: Final[dict[str, tuple[str, str]]] = {
    "enquete": (
        "Aucune enquête n’a été fournie : la satisfaction des locataires n’est pas mesurée ici.",
        (
            "Pour l’ajouter, indiquez enquete et plan sous [fichiers] dans dossier.toml ; "
            "« tfpb nouveau DOSSIER --depuis ENQUETE » prépare le plan."
        ),
    ),
    "vagues": (
        "Une seule vague d’enquête est fournie : aucune évolution ne peut être mesurée.",
        (
            "Pour mesurer une évolution, ajoutez la livraison d’une autre vague à la liste enquete sous "
            "[fichiers] dans dossier.toml."
        ),
    ),
    "fiscalite": (
        "Aucun fichier de fiscalité n’a été fourni : le montant de l’abattement n’est pas calculé.",
        (
            "Pour l’ajouter, indiquez fiscalite sous [fichiers] dans dossier.toml : une ligne par local "
            "de chaque avis, avec la valeur locative et les taux."
        ),
    ),
    "programme": (
        "Aucun programme d’actions n’a été fourni : le bilan n’est pas établi.",
        "Pour l’ajouter, indiquez programme sous [fichiers] dans dossier.toml : une ligne par action.",
    ),
    "droit_commun": (
        (
            "Aucun tableau de droit commun n’a été fourni : ce que le bailleur fait partout n’est pas "
            "comparé."
        ),
        (
            "Pour l’ajouter, indiquez droit_commun sous [fichiers] dans dossier.toml : une ligne par "
            "résidence et par indicateur."
        ),
    ),
    "conventions": (
        "Aucune convention n’a été fournie : les dates de signature ne sont pas vérifiées.",
        "Pour l’ajouter, indiquez conventions sous [fichiers] dans dossier.toml.",
    ),
    "evaluation": (
        "L’évaluation demande au moins un programme d’actions ou une enquête.",
        "Ajoutez programme, ou enquete et plan, sous [fichiers] dans dossier.toml.",
    ),
    "priorites": (
        (
            "Les priorités ne sont pas calculées : il faut une question de satisfaction d’ensemble et "
            "assez de réponses."
        ),
        "Vérifiez, dans le plan d’enquête, que la question d’ensemble porte le thème « global ».",
    ),
}
RECITAL: Final = (
    (
        "L’article 1388 bis du code général des impôts réduit de 30 % la base d’imposition à la taxe "
        "foncière des logements sociaux situés en quartier prioritaire de la politique de la ville. "
        "L’avantage court après l’exonération de longue durée, ou dès l’origine pour certains logements."
    ),
    (
        "Il est réservé au propriétaire signataire du contrat de ville et de la convention qui lui est "
        "annexée, qui a déclaré ses biens. En contrepartie, l’organisme améliore la "
        "qualité du service rendu aux locataires et rend compte chaque année, aux signataires du "
        "contrat de ville, du montant et du suivi des actions."
    ),
    (
        "Les taxes et redevances perçues avec la taxe foncière ne suivent pas toutes la même règle : la "
        "taxe d’enlèvement des ordures ménagères n’est pas réduite."
    ),
    (
        "Le service « adapté et équivalent » à celui des quartiers classiques est un engagement du "
        "secteur, non une condition écrite dans la loi : c’est à lui que répond la comparaison des "
        "satisfactions."
    ),
)
ROLES: Final[dict[str, str]] = {
    "dossier": "Réglages du dossier",
    "patrimoine": "Patrimoine",
    "enquete": "Enquête",
    "plan": "Plan d’enquête",
    "fiscalite": "Fiscalité",
    "gmbi": "Locaux possédés (GMBI)",
    "programme": "Programme d’actions",
    "programme_precedent": "Programme de l’année précédente",
    "droit_commun": "Droit commun",
    "conventions": "Conventions",
    "decisions": "Décisions de vérification",
    "diagnostics": "Diagnostics en marchant",
    "alias_voies": "Équivalences de noms de voies",
    "diffusions": "Registre des diffusions",
    "repere": "Repères extérieurs",
    "calage": "Marges de calage",
    "standard": "Stock de référence",
    "adresses": "Base d’adresses",
    "lieux_dits": "Lieux-dits",
    "qpv2015": "Périmètres des QPV 2015",
    "qpv2024": "Périmètres des QPV 2024",
    "communes": "Contours des communes",
    "parcelles": "Parcelles cadastrales",
    "insee2015": "Logements sociaux par QPV 2015 (Insee)",
    "insee2024": "Logements sociaux par QPV 2024 (Insee)",
}
SENSITIVITY: Final[dict[str, str]] = {
    "retenu": "Lecture retenue",
    "tous_dans": "Tous les doutes comptés en QPV",
    "tous_hors": "Tous les doutes comptés hors QPV",
}
SETTINGS: Final[dict[str, str]] = {
    "geocodage": "Mode de géocodage",
    "geodonnees": "Dossier de géodonnées",
    "rayon_defaut_m": "Incertitude de position par défaut, en mètres",
    "arrondi": "Arrondi des montants",
    "report_eur": "Reports des années précédentes, en euros",
    "feuilles": "Feuilles lues",
    "recopier": "Colonnes dont les cellules vides prennent la valeur du dessus",
    "colonnes": "Colonnes renommées",
    "loi": "Valeurs légales remplacées par l’utilisateur",
    "territoires": "Découpages de l’enquête",
    "enquete_residences_inconnues": "Résidences de l’enquête absentes du patrimoine",
    "dpi": "Finesse des cartes, en points par pouce",
    "plan_en_ligne": "Plan IGN en ligne proposé sous la carte web",
    "agglomeration_plus_50000": "Agglomération de plus de 50 000 habitants",
}
CHECKS: Final[dict[str, str]] = {
    "lignes_patrimoine": "Lignes du patrimoine : autant en sortie qu’en entrée",
    "residences": "Résidences : autant dans la table que dans le patrimoine",
    "logements": "Logements : en QPV + hors QPV + à vérifier = total",
    "trois_reponses": "Chaque adresse a l’une des trois réponses",
}
PROPOSITION: Final = "proposition"
USERS_OWN: Final = "selon l’utilisateur"
NO_OVERRIDE: Final = "Aucune valeur légale n’est remplacée par l’utilisateur."
WEIGHTS: Final[dict[str, str]] = {
    "livres": "Les poids sont ceux du prestataire ; l’erreur d’échantillonnage les tient pour connus.",
    "post_stratification": (
        "Les poids sont calés sur une marge de population ; l’erreur d’échantillonnage en tient compte."
    ),
    "calage": (
        "Les poids sont calés sur plusieurs marges de population ; l’erreur d’échantillonnage en tient "
        "compte."
    ),
}
METHOD: Final = (
    (
        "Une part de satisfaits est le rapport des poids des réponses satisfaites aux poids des réponses "
        "valides ; « ne sait pas » et « non concerné » sont hors du calcul et leur part est donnée."
    ),
    (
        "Les résidences forment les grappes du sondage et le bailleur croisé avec le côté QPV ou hors "
        "QPV en forme les strates. L’incertitude en tient compte : les réponses d’une même résidence se "
        "ressemblent, et des intervalles calculés comme si elles étaient indépendantes seraient trop "
        "étroits."
    ),
    (
        "Les intervalles valent sous l’hypothèse d’un sondage stratifié en grappes ; une enquête par "
        "quotas ne la vérifie qu’en partie."
    ),
    (
        "L’écart est la part en QPV moins la part hors QPV. L’écart brut est toujours donné ; l’écart à "
        "structure comparable (même répartition des types d’habitat et des périodes de construction) est "
        "donné à côté, jamais à sa place."
    ),
    (
        "La marge d’équivalence est fixée avant tout résultat. Le verdict compare à cette marge "
        "l’intervalle de l’écart à 90 % ; ce qui n’est pas significativement différent n’est pas appelé "
        "équivalent."
    ),
    (
        "Quand plusieurs questions d’un même thème sont jugées ensemble, un résultat favorable qui ne "
        "résiste pas à la correction de Holm est marqué « isolé »."
    ),
    (
        "Une case qui repose sur trop peu de ménages est masquée, ainsi que la case qui permettrait de "
        "la retrouver par soustraction."
    ),
)


def table_line(*, unit: str = "", scope: str = "", source: str = "") -> str:
    """Write the line of unit, scope and source under a title."""
    parts = (("Unité", unit), ("Champ", scope), ("Source", source))
    return " · ".join(f"{name} : {value}" for name, value in parts if value)


def footer(run_hash: str, *, fictional: bool, draft: bool = False) -> str:
    """Write the foot of every page and sheet: draft, fictional data, warning, run."""
    parts = [WARNING, f"calcul {run_hash}"]
    if fictional:
        parts.insert(0, FICTIONAL)
    if draft:
        parts.insert(0, DRAFT)
    return " · ".join(parts)


def subtitle(year: int, convention: str) -> str:
    """Write the line under the title."""
    base = f"Abattement de taxe foncière en quartier prioritaire, imposition {year}"
    return f"{base} · convention {convention}" if convention else base


NOTHING_ASKED: Final = Phrase(
    "{count:s autre point ne demande rien/autres points ne demandent rien} : voir la feuille « Doutes »."
)


def doubts_lead(count: int, near: int) -> str:
    """Open the chapter of doubts."""
    if not count and not near:
        return "Aucun doute : rien dans les fichiers d’entrée n’appelle de vérification."
    return (
        f"{plural(count, 'point signalé', 'points signalés')} à la lecture des fichiers ; "
        f"{plural(near, 'adresse')} à vérifier, près d’une limite ou "
        f"{'mal reconnue' if near < 2 else 'mal reconnues'}."  # noqa: PLR2004
    )


def unreadable_quarters(count: int) -> str:
    """Write how many quarter × question cells are not shown."""
    return (
        f"{plural(count, 'croisement')} d’un quartier et d’une question "
        f"{'ne sont pas montrés' if count >= 2 else 'n’est pas montré'}, "  # noqa: PLR2004
        "faute d’assez de réponses ou pour ne pas dévoiler celles d’autrui."
    )


def sources_lead(files: int, unverified: int, run_hash: str) -> str:
    """Open the chapter of sources."""
    law = "aucune valeur légale non vérifiée"
    if unverified:
        many = "valeurs légales restent non vérifiées"
        law = plural(unverified, "valeur légale reste non vérifiée", many)
    return f"{plural(files, 'fichier lu', 'fichiers lus')} ; {law} ; calcul {run_hash}."


OWN_WAVES: Final = "livraisons de l’enquête, après application d’une seule carte"
REGION_WAVES: Final = (
    "toute l’enquête régionale, tous bailleurs, après application d’une seule carte"
)


def margin_adopted(margin: float, by: object, day: object) -> str:
    """Write the margin, who adopted it and when, as far as the plan tells."""
    text = f"Marge d’équivalence : {margin_words(margin)}"
    if by:
        text += f", adoptée par : {by}"
    if day:
        when = day if isinstance(day, dt.date) else dt.date.fromisoformat(str(day)[:10])
        text += f", le {long_date(when)}"
    return f"{text}." if by or day else f"{text} ; le plan ne dit pas qui l’a adoptée."


SETTLE_ADDRESSES: Final = (
    "Pour trancher une adresse, remplissez la feuille « Limites » du fichier de vérification, "
    "indiquez-le sous decisions dans dossier.toml, puis relancez."
)
METHOD_LEAD: Final = Phrase(
    "{interviews:s ménage interrogé/ménages interrogés}{region:? dans toute la région} en "
    "{waves:s vague} ; marge d’équivalence de {margin}, fixée avant tout résultat."
)
MASKED_UNDER: Final = Phrase("Une case de moins de {count:n} ménages interrogés est masquée.")
_MASKED: Final = Phrase(
    "{cells:s case masquée/cases masquées} au titre du secret des réponses, dont {wholes:n} sur tout un parc"
)
_TOGETHER: Final = "{masked} ; réunir « {one} » et « {other} » en montrerait."
ONE_MAP: Final = "La carte des QPV {carte} départage toutes les vagues."
LEGAL_LEAD: Final = (
    "Pour l’imposition {year}, l’abattement de 30 % tient à quatre conditions : le quartier, la "
    "convention, la déclaration, la fin de l’exonération de longue durée."
)
CONDITIONS: Final = Phrase.table(
    quartier="Le logement est dans un quartier de la carte {carte}{carte_marque:? (non vérifié)}.",
    convention="Le bailleur a signé le contrat de ville et la convention au plus tard le {signature:d}"
    "{signature_marque:? (non vérifié)}{tolerance:?, date admise pour cette année (loi de finances)}.",
    declaration="La déclaration des biens est déposée au plus tard le {declaration:d}"
    "{declaration_marque:? (non vérifié)} ; elle vaut local par local.",
    exoneration="L’exonération de longue durée a pris fin avant le 1er janvier {year}, ou le logement n’en a "
    "pas eu besoin.",
    outremer="Outre-mer, l’abattement est reconduit pour {year} sans convention ni déclaration nouvelles.",
    prorogation="Le patrimoine abattu en {before} garde l’abattement en {year}"
    "{prorogation_marque:? (portée non vérifiée)}.",
)
ROWS_ELSEWHERE: Final = Phrase(
    "La liste complète ({count:n} lignes) est dans la feuille « {sheet} » du classeur."
)
MAP_CAPTION: Final = (
    "Carte du quartier {name} ({code}) : périmètre, résidences, chiffres et satisfaction"
)
UNNAMED_MAP: Final = "Carte {key}"
USED: Final = {True: "employée", False: "sans emploi dans ce calcul"}
HELD: Final = {True: "tenu", False: "non tenu"}


def masked_cost(cells: int, wholes: int, places: Sequence[str]) -> str:
    """Say how many cells are masked, and which two territories would be shown if they were one."""
    masked = _MASKED.format(cells=cells, wholes=wholes)
    return (
        _TOGETHER.format(masked=masked, one=places[0], other=places[1]) if places else f"{masked}."
    )
