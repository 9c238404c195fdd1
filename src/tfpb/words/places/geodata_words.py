"""What `tfpb geodonnees` prints of imported geography: what is stored, fetched, wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
    """Write what became of one file of addresses: rows read = kept + repeated + rejected."""
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
    """Write one imported file of addresses in a list."""
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
    """Write what became of a file of quarters."""
    lines = [f"{file} : {plural(quarters, 'quartier')} (QPV {vintage})."]
    if mended:
        lines.append(f"  {plural(len(mended), 'contour')} invalides réparés : {', '.join(mended)}.")
    return lines


NOT_WHOLE: Final = {
    "fiche": "La fiche {name} est illisible ({got}) : importez à nouveau cette géographie.",
    "absent": "Le fichier {name} a disparu : importez à nouveau cette géographie.",
    "empreinte": "Le fichier {name} a changé depuis son import : importez-le à nouveau.",
    "lignes": "Le fichier {name} n’a pas le bon nombre de lignes ({got}) : importez-le à nouveau.",
    "invalides": "Le fichier {name} a des contours invalides ({got}) : importez-le à nouveau.",
}
"""Why a stored geography is not whole."""
FETCHING: Final = "{title} : téléchargement de {address}"
SENT_ON: Final = "  le fichier est fourni par {host}"
"""The server sends to another one."""
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
    """Write what is stored: maps and outlines one by one, parcels in one line."""
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


def installed_line(title: str, file: str, *, known: bool) -> str:
    """Write that a source is installed, now or before."""
    return f"{title} : déjà importé." if known else f"{title} : importé ({file})."
