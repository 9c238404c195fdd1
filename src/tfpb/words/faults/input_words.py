"""What a reader of files expected to find, what a file holds, and why one is refused, in words."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXTS: Final = packaged(__name__)
SHEET: Final = "Données"
"""Name of the sheet of a table that we write."""
TABLES_READ: Final = "xlsx, ods, xls, csv ou parquet, ou couche de points gpkg, geojson ou shp"
TABLES_WRITTEN: Final = "csv, xlsx, ods ou parquet"
LAYERS_WRITTEN: Final = "csv, xlsx, ods, parquet, gpkg ou geojson"
LAYERS_READ: Final = "shp, geojson, gpkg ou zip"
ESTIMATED: Final[dict[str, str]] = _TEXTS["exemption"]
"""What a register (RPLS) tells of the long-term exemption, as a cell of the stock."""
HOUSING: Final[dict[str, str]] = _TEXTS["housing"]
"""First letter of the type of building in a register → type of the stock."""
PROPOSED_NAME: Final = "{street} ({year})"
"""Name of a résidence that is only proposed."""
PAGE_TABLE: Final = "Tableau {rank}"
"""Name of a table of a web page, where a workbook has sheets."""
WORKBOOK: Final = "classeur Excel ou LibreOffice"
TEXT: Final = "texte CSV"
PARQUET: Final = "fichier Parquet"
SPSS: Final = "fichier SPSS"
LAYER: Final = "couche de polygones"
POINT_LAYER: Final = "couche de points"
ARCHIVE: Final = "archive"
NO_LAYER: Final = "aucune couche"
ARCHIVE_TOO_LARGE: Final = "archive trop grande"
ADDRESS: Final = "l’adresse (numéro et voie), ou les colonnes du RPLS, ou x et y"

KINDS: Final[dict[str, str]] = _TEXTS["kinds"]
"""What a cell of that kind holds; of other kinds, the label of the column."""
UNITS: Final = {"montant": "des euros", "pourcentage": "un pourcentage"}
ROW_OBJECTS: Final[dict[str, str]] = _TEXTS["row_objects"]
"""What one row of a table is; of other tables « donnée »."""
NOTICE_LAYOUTS: Final[dict[str, str]] = _TEXTS["notice_layouts"]
"""How a table copied from a notice is laid out."""
SAME_ENTRANCE: Final = "même résidence, même adresse, même bâtiment"
DATE_OF_ROW: Final = "« {text} » (ligne {row})"
YEAR_ALONE: Final = "{expected} ; une année seule ne dit pas le jour"
ONE_OF: Final = "l’une des valeurs : {values}"
"""What a column or setting of fixed values expected."""
ANY_ROW: Final = "donnée"
_SHOWN: Final = 5

_SETTING_BOUNDS: Final = (
    ("ge", "au moins"), ("gt", "plus de"), ("le", "au plus"), ("lt", "moins de"),
)  # fmt: skip
_SETTING_KINDS: Final[tuple[tuple[str, str], ...]] = tuple(_TEXTS["setting_kinds"].items())


NO_NOTICE: Final = "sans avis (exonéré)"
ENCODINGS: Final = {"mac_roman": "ceux d’un Mac (MacRoman)", "cp850": "ceux de DOS (code 850)"}
ONE_SHEET: Final = "ce fichier n’a pas de feuilles"
ALL_HAVE_TOWN: Final = "chaque ligne dit sa commune"
POINTS_GIVEN: Final = "les positions sont déjà dans le fichier, les adresses n’ont pas été lues"
ALL_HAVE_RADIUS: Final = "chaque point porte son incertitude"
NO_PROGRAMME: Final = "il se lit à côté de --programme, qui n’est pas donné"
"""Why an option did not serve."""
NEAR_NAMES: Final = " ; il nomme {names}, qui y ressemble"
"""In a doubt on a name that is not there: the near ones."""


UNDER_NAME: Final = " mais celui de « {name} »"
NAMELESS: Final = ", ni aucun"
"""In a doubt on interviews of the stock's résidences: the name that they bear."""


NEAR_QUARTERS: Final = " ; il y a {names}"


def listed(names: Iterable[object]) -> str:
    """Return names of columns or sheets in French quotes, parted by commas."""
    return ", ".join(f"« {name} »" for name in names)


def columns_words(count: int, *, more: bool = False) -> str:
    """Return how many columns a table has, or that it has more."""
    return f"{'> ' if more else ''}{count} colonnes"


def bounds(low: float | None, high: float | None) -> str:
    """Return the bounds of a number, the upper one alone never being set."""
    return f"au moins {low:g}" if high is None else f"entre {low:g} et {high:g}"


def merged_words(ranges: list[tuple[int, int]]) -> str:
    """Return merged cells (first and last row) in words, the first few by their rows."""
    shown = [f"lignes {first} à {last}" for first, last in ranges[:_SHOWN]]
    more = f" et {len(ranges) - _SHOWN} autres" if len(ranges) > _SHOWN else ""
    return ", ".join(shown) + more


def setting_words(kind: str, context: dict[str, object]) -> str:
    """Return what a setting expected, from the validator's type of error and its context."""
    if kind in ("literal_error", "enum"):
        values = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        return ONE_OF.format(values=values)
    for bound, word in _SETTING_BOUNDS:
        if bound in context:
            return f"{word} {context[bound]:g}".replace(".", ",")
    for part, word in _SETTING_KINDS:
        if part in kind:
            return word
    return "une valeur de la forme montrée par « tfpb nouveau »"


_ROLES: Final = frozenset(
    (
        "patrimoine", "fiscalite", "fiscalite_precedente", "programme", "programme_precedent",
        "droit_commun", "conventions", "declaration", "reclamations", "diagnostics", "gmbi",
    )
)  # fmt: skip


def rename_words(contract: str, column: str, header: str) -> str:
    """Write how dossier.toml names a column, with the likely header; empty for tables it does not name."""
    if contract not in _ROLES:
        return ""
    shown = header or "en-tête de votre fichier"
    return (
        f', ou écrivez sous [reglages.colonnes] du dossier.toml : "{contract}.{column}" = "{shown}"'
    )


OPTIONAL: Final = " ; si vous n’avez pas ce fichier, retirez « {role} » de [fichiers]"
"""Added to what to do of a file that is not there and that a dossier may do without."""


def copy_words(contract: str, column: str) -> str:
    """Write how dossier.toml asks to copy merged cells down; empty for tables it does not name."""
    if contract not in _ROLES:
        return ""
    return f', ou écrivez sous [reglages] du dossier.toml : recopier = ["{contract}.{column}"]'


CONTENTS: Final[dict[str, str]] = _TEXTS["contents"]

SPOILED: Final = ", incomplet ou abîmé"
"""Added to a file that is what its name says, and that cannot be read nonetheless."""

_REASONS: Final[dict[str, str]] = _TEXTS["reasons"]
_SHARING_VIOLATION: Final = frozenset({32, 33})
SLOW: Final = "trop-lent"
"""Mark our own client puts in an error when an answer comes too slowly."""
LARGE: Final = "trop-grand"
DOWNGRADE: Final = "sans-chiffrement"
_BY_TEXT: Final[tuple[tuple[str, str], ...]] = tuple(_TEXTS["by_text"].items())
_BY_KIND: Final[dict[str, str]] = _TEXTS["by_kind"]


def reason(error: Exception) -> str:
    """Write in French why the system refused a file."""
    if getattr(error, "winerror", None) in _SHARING_VIOLATION:
        return "le fichier est ouvert dans un autre programme"
    name = errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    return _REASONS.get(name, "le système a refusé l’opération")


def network_reason(kind: str, text: str = "") -> str:
    """Write in French why a request failed.

    `kind` is the name of the error's class; `text`, its message, is read for known causes, never shown.
    """
    low = text.lower()
    if kind == "ProxyError" and "407" in low:
        return "le proxy demande un identifiant et un mot de passe"
    for mark, words in _BY_TEXT:
        if mark in low and kind != "ProxyError":
            return words
    return _BY_KIND.get(kind, "le réseau ou le serveur n’a pas répondu")


_STATUSES: Final[dict[str, str]] = _TEXTS["statuses"]


def status_reason(status: int) -> str:
    """Write in French what an HTTP status means to the user."""
    other = "erreur du serveur" if status >= 500 else "demande refusée"  # noqa: PLR2004
    return f"réponse {status}, {_STATUSES.get(str(status), other)}"
