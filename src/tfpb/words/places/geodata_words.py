"""What `tfpb geodonnees` prints of imported geography: what is stored, fetched, wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.words.numbers import number, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.location import QpvMap
    from tfpb.model.record import AddressFile, AddressImport, Sidecar

_TEXTS: Final = packaged(__name__)
ADDRESS_BASE: Final = (
    "la base d’adresses", "tfpb geodonnees importer-adresses adresses-59.csv.gz",
)  # fmt: skip
QUARTERS_TITLE: Final = "Quartiers prioritaires de la politique de la ville {carte}"
QPV_MAP: Final = (
    "la carte des QPV {vintage}", "tfpb geodonnees importer-qpv FICHIER --millesime {vintage}",
)  # fmt: skip
"""What a run may lack, and the command that imports it."""
NO_FILE: Final = "aucun fichier"
INSEE_CODES: Final = "code Insee à cinq caractères"
PARCEL_COLUMNS: Final = "les colonnes id, commune, section et numero du cadastre"
"""What a layer should hold."""


REASONS: Final[dict[str, str]] = _TEXTS["reasons"]


_COUNTED: Final = Phrase.table(**_TEXTS["counted"])


def address_import_lines(done: AddressImport) -> list[str]:
    """Write what became of one file of addresses: rows read = kept + repeated + rejected."""
    stored = plural(done.stored, "adresse")
    if done.unchanged:
        return [f"{done.name} : déjà importé ({stored}), rien n’a changé."]
    dated = f", {done.vintage}" if done.vintage else ""
    counted = f"{plural(done.rows, 'ligne')}, {stored}, {plural(done.communes, 'commune')}"
    lines = [f"{done.name} ({done.kind}{dated}) : {counted}."]
    counts = {name: getattr(done, name) for name in _COUNTED}
    lines += [_COUNTED[name].format(count=n) for name, n in counts.items() if n]
    lines += [
        f"  Lignes non importées, {REASONS[reason]} : {number(count)}."
        for reason, count in done.rejected.items()
    ]
    return lines


def address_file_line(file: AddressFile) -> str:
    """Write one imported file of addresses in a list."""
    dated = f", {file.vintage}" if file.vintage else ", date non précisée"
    counted = f"{plural(file.stored, 'adresse')}, {plural(file.communes, 'commune')}"
    return f"  {file.kind}{dated} : {counted} ({file.name})"


WRONG: Final[dict[str, str]] = _TEXTS["wrong"]
NOTHING_INSTALLED: Final = (
    "Rien n’est importé. Commencez par : tfpb geodonnees importer-adresses adresses-59.csv.gz"
)
ALL_WHOLE: Final = "Tout ce qui est importé est entier."


INSEE_IMPORT: Final = Phrase(
    "{file} : {quarters:s quartier} (QPV {vintage}), {dwellings:n} logements sociaux"
    "{unknown:? ; sans nombre (secret ou inconnu, pas zéro) : }{shown}."
)


def insee_import_line(
    file: str, vintage: int, *, quarters: int, dwellings: int, unknown: int
) -> str:
    """Write what became of a file of Insee's counts."""
    return INSEE_IMPORT.format(
        file=file, quarters=quarters, vintage=vintage, dwellings=dwellings,
        unknown=unknown, shown=number(unknown) if unknown else "",
    )  # fmt: skip


def quarters_import_lines(file: str, found: QpvMap) -> list[str]:
    """Write what became of a file of quarters."""
    lines = [f"{file} : {plural(len(found.frame), 'quartier')} (QPV {found.vintage})."]
    if mended := found.mended:
        lines.append(f"  {plural(len(mended), 'contour')} invalides réparés : {', '.join(mended)}.")
    return lines


NOT_WHOLE: Final[dict[str, str]] = _TEXTS["not_whole"]
"""Why a stored geography is not whole."""
FETCHING: Final = "{title} : téléchargement de {address}"
SENT_ON: Final = "  le fichier est fourni par {host}"
"""The server sends to another one."""
UNKNOWN_LICENCE: Final = "licence non précisée"


def stored_lines(stored: Sequence[Sidecar]) -> list[str]:
    """Write what is stored: maps and outlines one by one, parcels in one line."""
    lines = []
    for one in stored:
        if one.kind == "parcelles":
            continue
        what = plural(one.rows, "commune" if one.kind == "communes" else "quartier")
        count = len(one.mended)
        mended = f", dont {plural(count, 'contour réparé', 'contours réparés')}" if count else ""
        files = ", ".join(f.name for f in one.sources)
        lines.append(f"{one.name} : {what}{mended} ({files} ; {one.licence or UNKNOWN_LICENCE})")
    parcels = [s for s in stored if s.kind == "parcelles"]
    if parcels:
        total = plural(sum(s.rows for s in parcels), "parcelle")
        towns = plural(len(parcels), "commune")
        lines.append(f"{parcels[0].name} : {total}, {towns} ({parcels[0].licence})")
    return lines


def installed_line(title: str, file: str, *, known: bool) -> str:
    """Write that a source is installed, now or before."""
    return f"{title} : déjà importé." if known else f"{title} : importé ({file})."
