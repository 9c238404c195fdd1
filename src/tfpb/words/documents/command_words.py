"""What commands print beside their results: what was written and where, doubts, what stopped them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.survey import WaveFacts

CALCULATIONS: Final = "Calculs"
DOCUMENTS: Final = "Documents"
GEOCODING: Final = "Géocodage"
IMPORT: Final = "Import des adresses"
DOWNLOAD: Final = "Téléchargement ({code})"
"""Names of the progress bars."""

NEW_GEODATA: Final = (
    "Nouveau dossier de géodonnées : « {got} ». Si ce n’est pas voulu, il y a déjà à côté : {near}."
)
DOUBTS_OF_FILES: Final = "Doutes relevés dans les fichiers :"
DOUBTS_OF_REGION: Final = "Doutes relevés sur la région :"
DOUBTS_SHEET: Final = "la feuille « Doutes » du classeur"
PACK_WRITTEN: Final = "Dossier écrit dans : {folder}"
REGION_WRITTEN: Final = "Région écrite dans : {folder}"
COMPARISON_WRITTEN: Final = "Comparaison écrite dans {first}, niveaux et moyennes dans {second}."
MAPS_WRITTEN: Final = "{sheets} sont écrites dans : {folder}"
OPEN_MAP: Final = "Ouvrez d’abord carte.html, par un double clic."
GAPS_HEADING: Final = "Écarts QPV − hors QPV, vague {wave}, tous bailleurs, bruts ({margin}) :"
VERDICT_KEY: Final = "  « {name} » : {meaning}."
NEW_DOSSIER: Final = "Dossier créé : {folder}"
PLAN_TO_REVIEW: Final = (
    "Relisez plan_enquete.toml : ce qui a été deviné y est marqué « À CONFIRMER »."
)
FILL_THEN: Final = "Remplissez les fichiers, puis : {command}"
NO_FAULT: Final = "Aucune faute : vous pouvez lancer « tfpb dossier »."
SECOND_PACK: Final = "Indiquez --dossier suivi d’un dossier.zip : --avec en donne un second."
STOPPED: Final = "Arrêté à votre demande : rien n’a été laissé à moitié écrit."
PROGRAM_ERROR: Final = (
    "Une erreur du programme est survenue (ce n’est pas votre fichier) : {kind}. "
    "Relancez avec la variable TFPB_TRACE=1 et envoyez le texte affiché."
)
COLUMN_OPTION: Final = "« {pair} » : écrivez nom=COLONNE, par exemple adresse=ADR_LIGNE1"
NOTHING_TO_DO: Final = "Rien à faire"
"""How the hint of a doubt begins when there is nothing to do; it is then left out of short lists."""
_NAMED: Final = 5


def kept_files(names: Sequence[str]) -> str:
    """Return the warning about files that a run left because a user changed or added them."""
    return (
        "Des fichiers du dossier précédent ont été modifiés à la main ou ajoutés : "
        f"{', '.join(names[:_NAMED])}. Ils n’ont pas été touchés."
    )


def faults_heading(count: int) -> str:
    """Return the line above a list of faults."""
    return f"{plural(count, 'faute')} à corriger avant de continuer :"


def doubts_heading(count: int) -> str:
    """Return the line above a list of doubts in full."""
    return f"{plural(count, 'doute')} à relire (rien n’est bloqué) :"


def known_doubts_heading(count: int) -> str:
    """Return the line above the doubts of a comparison."""
    return f"{plural(count, 'doute')} à connaître :"


def others(count: int) -> str:
    """Return how many faults are left out of a list."""
    return f"… et {plural(count, 'autre')}."


def short_doubt(title: str, where: str, alike: int) -> str:
    """Return a kind of doubt by its first example, with the count of those like it."""
    place = f" ({where})" if where else ""
    more = f" Et {alike} {'autre' if alike == 1 else 'autres'} de même nature." if alike else ""
    return f"  – {title}{place}{more}"


def short_hint(hint: str) -> str:
    """Return what to do about a kind of doubt."""
    return f"    que faire : {hint}"


def other_kinds(count: int) -> str:
    """Return how many kinds of doubt are left out of a short list."""
    return f"  – … et {count} autres natures de doute."


def all_listed(where: str) -> str:
    """Return where every doubt is listed."""
    return f"  Tous sont listés dans {where}."


def doubts_of_owners(count: int) -> str:
    """Return how many doubts the files of the bailleurs of a region hold."""
    return f"{plural(count, 'doute')} sur les fichiers des bailleurs, chacun dans son dossier."


def wave_line(wave: WaveFacts) -> str:
    """Return how many households of how many résidences a wave holds."""
    return (
        f"Vague {wave.vague} : {plural(wave.n, 'ménage interrogé', 'ménages interrogés')} "
        f"dans {plural(wave.n_residences, 'résidence')}."
    )


def masked_lines(count: int) -> str:
    """Return how many rows of a comparison are masked."""
    return f"{plural(count, 'ligne masquée', 'lignes masquées')} au titre du secret statistique."
