"""What `tfpb nouveau` writes: files of settings to fill in, and words of the Excel templates."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tfpb.model.columns import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMS: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "texte",
    Kind.CODE: "code, gardé tel quel (zéros de tête compris)",
    Kind.INTEGER: "nombre entier",
    Kind.NUMBER: "nombre",
    Kind.MONEY: "montant en euros, positif ou nul",
    Kind.PERCENT: "pourcentage de 0 à 100, par exemple 42,50",
    Kind.DATE: "date, par exemple 31/12/2025 (une année seule vaut son 31 décembre)",
    Kind.YEAR: "année, par exemple 2025",
    Kind.BOOLEAN: "oui ou non",
    Kind.CHOICE: "un choix de la liste",
    Kind.CODES: "un ou plusieurs codes, séparés par des virgules",
}
HEADINGS: Final = (
    "Colonne", "Signification", "Obligatoire", "Forme", "Valeurs admises", "Autres en-têtes reconnus",
)  # fmt: skip
AXES_HEADINGS: Final = ("Axe", "Libellé du cadre national", "Statut")
NATIONAL: Final = "cadre national du 29 avril 2015"
PROPOSED: Final = "proposition (thèmes du « Livret bailleurs » du Nord), à confirmer"
INTRODUCTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "patrimoine": (
        (
            "Une ligne par entrée ou par bâtiment. La même résidence sur plusieurs lignes est normale ; la "
            "même adresse et le même bâtiment deux fois est une faute."
        ),
        "Vous pouvez ajouter vos propres colonnes (agence, prestataire…) : elles sont gardées.",
    ),
    "conventions": (
        (
            "Une ligne par convention d’utilisation de l’abattement. Les dates décident du droit de chaque "
            "année."
        ),
        "La date du bilan est fixée par la convention : la loi n’en donne pas.",
    ),
    "fiscalite": (
        (
            "Une ligne par local d’un avis de taxe foncière. Une résidence peut être sur plusieurs avis ; le "
            "même local deux fois sur un avis est une faute."
        ),
        (
            "Donnez la VLC ou la base nette (sa moitié, avant abattement) ; la cotisation s’entend hors TEOM "
            "et avant dégrèvements."
        ),
    ),
    "programme": (
        (
            "Une ligne par action. L’axe se choisit dans la liste ; la feuille « Axes » en donne les "
            "libellés."
        ),
        (
            "La dépense valorisée ne dépasse pas la dépense réalisée ; une pièce ne sert qu’une fois. "
            "L’année d’avant : mêmes colonnes, dans ce fichier avec son année, ou dans un autre "
            "(programme_precedent)."
        ),
    ),
    "droit_commun": (
        (
            "Une ligne par résidence et par indicateur. À défaut, une ligne « qpv » et une ligne "
            "« hors_qpv » par indicateur, avec leurs logements."
        ),
        "Avec des totaux seuls, la marge d’incertitude ne peut pas être calculée.",
    ),
    "diagnostics": (
        (
            "Une ligne par constat d’un diagnostic en marchant. Indiquez la fonction de la personne "
            "responsable, pas son nom."
        ),
        "id_action relie le constat à l’action du programme qui y répond.",
    ),
}
FILE_TITLE: Final = "{title} : modèle à remplir"


def settings_file(name: str) -> bytes:
    """Return a file of settings to fill in, its meaning beside (`tfpb/words/templates`)."""
    return files("tfpb.words").joinpath("templates", name).read_bytes()
